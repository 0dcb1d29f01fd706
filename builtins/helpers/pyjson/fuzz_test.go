package pyjson_test

import (
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzLoads checks that what is read can be written, and gives the same text
// again.
func FuzzLoads(f *testing.F) {
	for _, s := range []string{`{"a": [1, -2.5e3, null, true, "\u00e9\ud83d\ude00"], "a": 1}`, "[NaN, Infinity, -Infinity, 1e400]", `"\ud800"`, "[[[[]]]]", " 12345678901234567890 ", "\ufeff1", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := pyjson.Loads(s)
		if err != nil {
			assert.Nil(t, v)
			return
		}
		text, err := pyjson.Dumps(v)
		require.NoError(t, err)
		again, err := pyjson.Loads(text)
		require.NoError(t, err)
		twice, err := pyjson.Dumps(again)
		require.NoError(t, err)
		assert.Equal(t, text, twice)
	})
}

var sample = `{"eventVersion": "1.08", "userIdentity": {"type": "AssumedRole", "principalId": "AROA:session", "arn": "arn:aws:sts::123456789012:assumed-role/role/session",` +
	` "sessionContext": {"attributes": {"mfaAuthenticated": "false", "creationDate": "2024-01-01T00:00:00Z"}}}, "eventTime": "2024-01-01T00:00:00Z", "readOnly": true,` +
	` "requestParameters": {"ids": [1, 2, 3.5, null], "text": "` + strings.Repeat(`caf\u00e9 `, 20) + `"}}`

func BenchmarkLoads(b *testing.B) {
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pyjson.Loads(sample); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDumps(b *testing.B) {
	v, err := pyjson.Loads(sample)
	require.NoError(b, err)
	b.SetBytes(int64(len(sample)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pyjson.Dumps(v); err != nil {
			b.Fatal(err)
		}
	}
}
