package pyrepr_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func goldens(t *testing.T, file string, f func(in, want string)) {
	t.Helper()
	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	lines := 0
	for scanner := bufio.NewScanner(in); scanner.Scan(); lines++ {
		var pair [2]string
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &pair))
		f(pair[0], pair[1])
	}
	require.Greater(t, lines, 1000)
}

func TestStrAsCPython(t *testing.T) {
	goldens(t, "testdata/str.txt", func(in, want string) { assert.Equal(t, want, pyrepr.Str(in)) })
	assert.Equal(t, `'a\xff'`, pyrepr.Str("a\xff"))
}

func TestFloatAsCPython(t *testing.T) {
	goldens(t, "testdata/float.txt", func(in, want string) {
		f, err := strconv.ParseFloat(in, 64)
		require.NoError(t, err)
		assert.Equal(t, want, pyrepr.Float(f))
	})
	assert.Equal(t, "inf", pyrepr.Float(math.Inf(1)))
	assert.Equal(t, "-inf", pyrepr.Float(math.Inf(-1)))
	assert.Equal(t, "nan", pyrepr.Float(math.NaN()))
}

func TestOf(t *testing.T) {
	assert.Equal(t, "'a'", pyrepr.Of(starlark.String("a")))
	assert.Equal(t, "1e+16", pyrepr.Of(starlark.Float(1e16)))
	assert.Equal(t, "None", pyrepr.Of(starlark.None))
}
