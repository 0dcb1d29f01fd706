package report

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"
)

func TestLine(t *testing.T) {
	for s, want := range map[string]string{
		"":                        "",
		"plain é 世 🙂 \uFFFD":      "plain é 世 🙂 \uFFFD",
		"\x1b[31m":                `\x1b[31m`,
		"a\r\n\tb\x00\x7f":        `a\r\n\tb\x00\x7f`,
		"\u009b31m \u202e \u200b": `\u009b31m \u202e \u200b`,
		"\xff\xc3":                `\xff\xc3`,
		"\ufeff\uffff\U000e0001":  `\ufeff\uffff\U000e0001`,
		"'\"\\\x07":               `'"\\a`,
		"\u2028\u00a0":            `\u2028\u00a0`,
	} {
		require.Equal(t, want, line(s))
	}
	require.Equal(t, "a\\r\n\tb", lines("a\r\n\tb"))
}

func TestCut(t *testing.T) {
	require.Equal(t, "éé", cut("éé", 2))
	require.Equal(t, "éé… (cut: 1,234 characters)", cut(strings.Repeat("é", 1234), 2))
	require.Equal(t, "-1,234,567", group(-1234567))
	require.Equal(t, "123", group(123))
}

func TestPlace(t *testing.T) {
	file := "a.star"
	require.Equal(t, "", place(syntax.Position{}))
	require.Equal(t, "a.star", place(syntax.MakePosition(&file, 0, 0)))
	require.Equal(t, "a.star:3:4", place(syntax.MakePosition(&file, 3, 4)))

	for _, bad := range []string{"", "a", "a:1", ":", "a:b:1", "a:1:99999999999"} {
		_, ok := parsePlace(bad)
		require.False(t, ok, bad)
	}
	pos, ok := parsePlace("C:/a.star:3:4")
	require.True(t, ok)
	require.Equal(t, "C:/a.star:3:4", pos.String())
}

func TestTook(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"less than 1ms": time.Microsecond, "1ms": time.Millisecond, "9.999s": 9999 * time.Millisecond,
		"10s": 10 * time.Second, "1m0.1s": time.Minute + 123*time.Millisecond,
	} {
		require.Equal(t, want, took(d))
	}
}
