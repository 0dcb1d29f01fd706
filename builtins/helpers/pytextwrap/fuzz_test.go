package pytextwrap

import (
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/stretchr/testify/assert"
	"go.starlark.net/starlark"
)

func FuzzWrap(f *testing.F) {
	f.Add("well-known one--two, \"end.\" --- x", 10, true)
	f.Add("a-b\tc\n-", 0, false)
	f.Fuzz(func(t *testing.T, text string, width int, hyphens bool) {
		s := splitter{[]rune(text)}
		chunks := s.chunks(hyphens)
		assert.Equal(t, string(s.text), string(slices.Concat(chunks...)))
		w := newWrapper()
		w.width, w.breakOnHyphens = width, hyphens
		lines, err := w.wrap(pyclass.Call{Thread: new(starlark.Thread), Fn: "wrap"}, text)
		if width <= 0 {
			assert.Error(t, err)
			return
		}
		for _, line := range lines {
			assert.LessOrEqual(t, size(line), width)
		}
		assert.Equal(t, visible(strings.ReplaceAll(string(s.text), "\t", "")), visible(strings.Join(lines, "")))
	})
}

// visible drops white space.
func visible(s string) string { return strings.Join(strings.Fields(s), "") }
