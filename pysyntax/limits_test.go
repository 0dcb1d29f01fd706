package pysyntax

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hostile are programs that grow with n, to exhaust the stack or the patience
// of a parser. Each has the error it ends with, or none.
var hostile = []struct {
	name string
	src  func(n int) string
	msg  string
}{
	{"parentheses", func(n int) string { return strings.Repeat("(", n) + strings.Repeat(")", n) }, "too many nested parentheses"},
	{"open parentheses", func(n int) string { return strings.Repeat("(", n) }, "too many nested parentheses"},
	{"brackets", func(n int) string { return strings.Repeat("x[", n) }, "too many nested parentheses"},
	{"dicts", func(n int) string { return strings.Repeat("{1:", n) }, "too many nested parentheses"},
	{"calls in calls", func(n int) string { return strings.Repeat("f(", n) + strings.Repeat(")", n) }, "too many nested parentheses"},
	{"calls of calls", func(n int) string { return "f" + strings.Repeat("()", n) }, "too deeply nested"},
	{"attributes", func(n int) string { return "a" + strings.Repeat(".a", n) }, "too deeply nested"},
	{"minus", func(n int) string { return strings.Repeat("-", n) + "1" }, "too deeply nested"},
	{"not", func(n int) string { return strings.Repeat("not ", n) + "1" }, "too deeply nested"},
	{"power", func(n int) string { return strings.Repeat("a**", n) + "a" }, "too deeply nested"},
	{"sum", func(n int) string { return strings.Repeat("a+", n) + "a" }, "too deeply nested"},
	{"lambda", func(n int) string { return strings.Repeat("lambda:", n) + "1" }, "too deeply nested"},
	{"if expression", func(n int) string { return strings.Repeat("a if b else ", n/2) + "c" }, "too deeply nested"},
	{"elif", func(n int) string { return "if a: b\n" + strings.Repeat("elif a: b\n", n) }, "too deeply nested"},
	{"comparison", func(n int) string { return strings.Repeat("a<", n) + "a" }, "too deeply nested"},
	{"or", func(n int) string { return strings.Repeat("a or ", n) + "a" }, ""},
	{"list", func(n int) string { return "[" + strings.Repeat("a,", n) + "]" }, ""},
	{"strings", func(n int) string { return strings.Repeat("'a' ", n) }, ""},
	{"targets", func(n int) string { return strings.Repeat("a=", n) + "1" }, ""},
	{"comprehension", func(n int) string { return "[a " + strings.Repeat("for a in b ", n/2) + "]" }, ""},
	{"blocks", func(n int) string {
		var b strings.Builder
		for i := range min(n, 2000) {
			b.WriteString(strings.Repeat(" ", i) + "if a:\n")
		}
		return b.String()
	}, "too many levels of indentation"},
	{"broken blocks", func(n int) string {
		var b strings.Builder
		for i := range 90 {
			b.WriteString(strings.Repeat(" ", i) + "if a:\n")
		}
		for i := range 90 {
			b.WriteString(strings.Repeat(" ", 89-i) + " a b\n" + strings.Repeat(" ", 89-i) + "else x:\n")
		}
		return strings.Repeat(b.String(), n/20000+1)
	}, "invalid syntax"},
	{"f-strings", func(n int) string { return strings.Repeat("f'{", n) }, "too many nested f-strings"},
	{"patterns", func(n int) string {
		return "match a:\n case " + strings.Repeat("[", n) + strings.Repeat("]", n) + ": b\n"
	}, "too many nested parentheses"},
	{"match lines", func(n int) string { return strings.Repeat("match (a)\n", n/2) }, ""},
	{"with lines", func(n int) string { return strings.Repeat("with (a, b): c\n", n/4) }, ""},
	{"broken lines", func(n int) string { return strings.Repeat("a b\n", n) }, "invalid syntax"},
	{"open strings", func(n int) string { return strings.Repeat("'a\n", n) }, "unterminated string literal"},
	{"open lines", func(n int) string { return strings.Repeat("f(\nreturn\n", n) }, "was never closed"},
	{"one long broken line", func(n int) string { return strings.Repeat("a b ", n) }, "invalid syntax"},
	{"broken dict", func(n int) string { return "{" + strings.Repeat("a:b, c ", n/2) + "}" }, "expected after dictionary key"},
	{"digits", func(n int) string { return strings.Repeat("9", n) }, "integer too large"},
	{"hex digits", func(n int) string { return "0x" + strings.Repeat("9", n) }, ""},
	{"lambdas in defaults", func(n int) string { return strings.Repeat("lambda x=lambda: y: (", 90) + strings.Repeat(")", 90) }, ""},
	{"alternatives", func(n int) string { return "match a:\n case " + strings.Repeat("1|", n) + "1: b\n" }, "too deeply nested"},
	{"decorators", func(n int) string { return strings.Repeat("@a\n", n/2) + "def f(): b\n" }, "too deeply nested"},
	{"items of with", func(n int) string { return "with " + strings.Repeat("a, ", n/2) + "a: b\n" }, "too many statically nested blocks"},
	{"words", func(n int) string { return strings.Repeat("a\n", 2*n) }, "the file is too long"},
	{"null bytes", func(n int) string { return "a\nb = '" + strings.Repeat("\x00", n) + "'" }, "source code cannot contain null bytes"},
	{"backslashes", func(n int) string { return strings.Repeat("\\\n", n) + "a" }, ""},
	{"chains in parentheses", func(n int) string {
		return strings.Repeat("(", 190) + "a" + strings.Repeat(strings.Repeat("+a", 700)+")", 190)
	}, ""},
	{"globals", func(n int) string { return "def f():\n" + strings.Repeat(" global a\n", n/2) }, ""},
}

// TestLimits parses hostile programs of a megabyte or so. The time allowed is
// far above what linear cost needs on any machine, and far below what
// quadratic cost would.
func TestLimits(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			m, errs := Parse("x.py", []byte(test.src(100_000)))
			Inspect(m, func(n Node) bool { return true })
			Resolver{}.Undefined(m)
			require.Less(t, time.Since(start), 20*time.Second)
			if test.msg == "" {
				require.NoError(t, errs.Err())
				return
			}
			require.NotEmpty(t, errs)
			require.Contains(t, errs[0].Msg, test.msg)
			require.LessOrEqual(t, len(errs), maxErrors)
		})
	}
}
