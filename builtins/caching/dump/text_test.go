package dump_test

import (
	"bytes"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dump"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/stretchr/testify/require"
)

// TestNotUTF8: what is not UTF-8 is shown as it is, and refused by the reader,
// as no store may hold it.
func TestNotUTF8(t *testing.T) {
	for key, test := range map[string]struct {
		item            caching.Item
		line, wantError string
	}{
		"key\xff": {caching.Item{Count: caching.Int(1)}, `{"key":{"base64":"a2V5/w=="},"counter":1}`, `line 2: cache key "key\xff": the key is not valid UTF-8`},
		"set":     {caching.Item{Strings: caching.NewStringSet("a", "\xff")}, `{"key":"set","string_set":["a",{"base64":"/w=="}]}`, `line 2: cache key "set": the string "\xff" of the set is not valid UTF-8`},
		"dict":    {caching.Item{Dictionary: "{\"a\": \"\xff\"}"}, `{"key":"dict","dictionary":{"base64":"eyJhIjogIv8ifQ=="}}`, `line 2: cache key "dict": the dictionary is not valid UTF-8`},
		"count":   {caching.Item{Count: caching.TextNumber("\xff")}, `{"key":"count","counter":{"base64":"/w=="}}`, `line 2: cache key "count": the counter is not valid UTF-8`},
		"time":    {caching.Item{Count: caching.Int(1), ExpiresAt: caching.TextNumber("\xff")}, `"expires_at":{"base64":"/w=="}`, `line 2: cache key "time": the time of expiry is not valid UTF-8`},
	} {
		s := new(memory.Store)
		require.NoError(t, s.Put(t.Context(), key, 0, test.item))
		var text bytes.Buffer
		_, err := dump.Write(t.Context(), &text, s, "")
		require.NoError(t, err)
		require.Contains(t, text.String(), test.line)
		for _, err = range dump.Read(&text) {
		}
		require.ErrorContains(t, err, test.wantError)
	}
}
