package helpers

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyglob"
	"github.com/stretchr/testify/assert"
	"go.starlark.net/starlark"
)

// FuzzTexts feeds any text to the readers of this package.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{"[!a-c]*?[z-a]\\", "echo 'a b' \"c\\\"\" # d", "YWJj=YQ==", "&amp;&notit;&#x41;&#99999999999;", "MFRGG===", "{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, text string) {
		call := pyclass.Call{Thread: new(starlark.Thread), Fn: "f"}
		g := pyglob.Parse(s)
		_, err := g.Match(call.Thread, text)
		assert.NoError(t, err)
		assert.NotEmpty(t, g.Translate())
		for _, posix := range []bool{false, true} {
			if words, err := splitWords(s, true, posix); err == nil {
				assert.LessOrEqual(t, len(words), len(s))
			}
		}
		_, _ = decodeBase64(s, false)
		_, _ = decodeBase64(s, true)
		_, _ = decodeBase32(s)
		_, _ = parseUUID(s)
		_, err = htmlUnescape(pyclass.Call{Thread: call.Thread, Fn: "unescape", Args: starlark.Tuple{starlark.String(s)}})
		assert.NoError(t, err)
	})
}
