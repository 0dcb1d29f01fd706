package pyip_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pyip"
	"github.com/stretchr/testify/assert"
)

func TestAsCPython(t *testing.T) {
	golden.Run(t, "testdata/ipaddress.txt", nil, pyip.Module())
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10.1.2.3", "::ffff:10.0.0.1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "2001:db8::/32", "10.0.0.0/255.0.0.0", "::", "1::2::3", ":1", "1:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := pyip.Parse(s); err == nil {
			again, err := pyip.Parse(a.String())
			assert.NoError(t, err)
			assert.Equal(t, a, again)
		}
		if n, err := pyip.ParseNetwork(s, false); err == nil {
			again, err := pyip.ParseNetwork(n.String(), true)
			assert.NoError(t, err)
			assert.Equal(t, n, again)
		}
	})
}

func BenchmarkIsPrivate(b *testing.B) {
	for b.Loop() {
		a, err := pyip.Parse("203.0.114.7")
		if err != nil {
			b.Fatal(err)
		}
		if v, err := a.Attr("is_private"); err != nil || v.Truth() {
			b.Fatal(v, err)
		}
	}
}
