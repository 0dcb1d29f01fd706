package pytext_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func goldens(t *testing.T, file string, f func(c [4]any)) {
	t.Helper()
	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	lines := 0
	for scanner := bufio.NewScanner(in); scanner.Scan(); lines++ {
		var c [4]any
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &c))
		f(c)
	}
	require.Greater(t, lines, 100)
}

func outcome(text string, err error) any {
	if err == nil {
		return text
	}
	return []any{err.(interface{ PyClass() string }).PyClass(), err.Error()}
}

func TestDecodeAsCPython(t *testing.T) {
	goldens(t, "testdata/decode.txt", func(c [4]any) {
		b, err := hex.DecodeString(c[0].(string))
		require.NoError(t, err)
		got := outcome(pytext.Decode(string(b), c[1].(string), c[2].(string)))
		assert.Equal(t, c[3], got, "%q %v %v", b, c[1], c[2])
	})
}

func TestEncodeAsCPython(t *testing.T) {
	goldens(t, "testdata/encode.txt", func(c [4]any) {
		b, err := pytext.Encode(c[0].(string), c[1].(string), c[2].(string))
		assert.Equal(t, c[3], outcome(hex.EncodeToString([]byte(b)), err), "%q %v %v", c[0], c[1], c[2])
	})
}
