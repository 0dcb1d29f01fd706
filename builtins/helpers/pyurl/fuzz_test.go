package pyurl

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func FuzzURL(f *testing.F) {
	for _, s := range []string{"HTTP://u:p@Example.COM:80/a;b/c;d?q=%20#f", "//[::1%25eth0]:80", "mailto:x@y", "../a/./b", "a=1&b=%zz;c"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, base string) {
		if p, err := split(s, "", true); err == nil {
			again, err := split(p.String(), "", true)
			if err == nil {
				assert.Equal(t, p.fragment, again.fragment)
			}
			hostname(p.netloc)
			_, _ = port(p.netloc)
			userinfo(p.netloc, 1)
		}
		_, _ = join(base, s, true)
		text, err := unquote(quote(s, "/"), "utf-8", "replace")
		assert.NoError(t, err)
		assert.NotNil(t, text)
	})
}
