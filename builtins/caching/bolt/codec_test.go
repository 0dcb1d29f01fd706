package bolt

import (
	"testing"

	"github.com/starhost/starhost/builtins/caching"
)

// FuzzDecode decodes any body with a right checksum: nothing panics, and what
// is decoded is the same after it is encoded and decoded again.
func FuzzDecode(f *testing.F) {
	key := []byte("k")
	for _, it := range []caching.Item{
		{Count: caching.Int(5), ExpiresAt: caching.TextNumber("x")},
		{Strings: caching.NewStringSet("a", "", "b"), Dictionary: "{}"},
	} {
		f.Add(encode(key, it)[checksumSize:])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		value := append(make([]byte, checksumSize), body...)
		order32(value, checksum(key, body))
		expiry := expiryOf(value)
		it, err := decode(key, value)
		if err != nil {
			return
		}
		if it.ExpiresAt.String() != expiry.String() && len(it.ExpiresAt.String()) < 100 {
			t.Errorf("the expiry is %v, and by itself %v", it.ExpiresAt, expiry)
		}
		again, err := decode(key, encode(key, it))
		if err != nil || again.String() != it.String() {
			t.Errorf("%v becomes %v (error %v)", it, again, err)
		}
	})
}

func order32(b []byte, v uint32) {
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}
