package pysyntax

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCharacterNamed(t *testing.T) {
	for name, want := range map[string]rune{
		"BULLET":                          '•',
		"bullet":                          '•',
		"LATIN SMALL LETTER E WITH ACUTE": 'é',
		"LINE FEED":                       '\n',
		"LF":                              '\n',
		"NBSP":                            '\u00a0',
		"CJK UNIFIED IDEOGRAPH-4E2D":      '中',
		"HANGUL SYLLABLE GAG":             '각',
		"HANGUL SYLLABLE EO":              '어',
		"VS1":                             '\ufe00',
		"VS256":                           '\U000e01ef',
		"GRINNING FACE":                   '😀',
		"CJK UNIFIED IDEOGRAPH-0041":      -1,
		"CJK UNIFIED IDEOGRAPH-04E2D":     -1,
		"HANGUL SYLLABLE XX":              -1,
		"HANGUL SYLLABLE ":                -1,
		"VS0":                             -1,
		"VS017":                           -1,
		"<control>":                       -1,
		"":                                -1,
	} {
		r, ok := characterNamed(name)
		if want < 0 {
			require.False(t, ok, name)
		} else {
			require.True(t, ok, name)
			require.Equal(t, string(want), string(r), name)
		}
	}
}

// TestCharacterNames compares all names with those of the Python 3.12 that
// PYSYNTAX_PYTHON names.
func TestCharacterNames(t *testing.T) {
	python := os.Getenv("PYSYNTAX_PYTHON")
	if python == "" {
		t.Skip("PYSYNTAX_PYTHON is not set")
	}
	out, err := exec.Command(python, "-c", `
import unicodedata
for c in range(0x110000):
    name = unicodedata.name(chr(c), "")
    if name:
        print(c, name, sep=";")
`).Output()
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(out)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ";")
		want, err := strconv.Atoi(code)
		require.NoError(t, err)
		r, ok := characterNamed(name)
		require.True(t, ok, name)
		require.Equal(t, rune(want), r, name)
		n++
	}
	require.Greater(t, n, 100_000)
}
