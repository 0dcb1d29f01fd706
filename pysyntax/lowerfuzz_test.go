package pysyntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"
)

// FuzzLower checks that whatever parses is lowered to a tree that compiles, or
// refused with a place, and that no tree has a node twice.
func FuzzLower(f *testing.F) {
	for _, pattern := range []string{"testdata/lower/*.py", "testdata/tree/*.py"} {
		files, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, name := range files {
			src, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, errs := Parse("x.py", src)
		if len(errs) > 0 {
			return
		}
		checkLowered(t, m, LowerOptions{Known: isBuiltinName})
		checkLowered(t, m, LowerOptions{PlainEquality: true, Unshared: true, Patched: Resolver{}.Globals(m)})
	})
}

func checkLowered(t *testing.T, m *Module, o LowerOptions) {
	low, errs := Lower(m, o)
	if len(errs) > 0 {
		require.Nil(t, low)
		for _, e := range errs {
			require.True(t, e.From.IsValid())
			require.NotEmpty(t, e.Msg)
		}
		return
	}
	checkNodes(t, m, low.File)
	require.NoError(t, compile(low.File))
	for _, name := range low.Boxed {
		require.NotEmpty(t, name)
	}
}

// checkNodes checks that no node of a tree is there twice, and that all names
// and literals are at places of the source.
func checkNodes(t *testing.T, m *Module, f *syntax.File) {
	seen := map[syntax.Node]bool{}
	lines := int32(len(m.text.lines))
	if len(f.Stmts) == 0 {
		return
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		require.False(t, seen[n], "%T is there twice", n)
		seen[n] = true
		var pos syntax.Position
		switch n := n.(type) {
		case *syntax.Ident:
			pos = n.NamePos
		case *syntax.Literal:
			pos = n.TokenPos
		case *syntax.CallExpr:
			pos = n.Lparen
		case *syntax.DefStmt:
			pos = n.Def
		default:
			return true
		}
		require.True(t, pos.Line >= 1 && pos.Line <= lines && pos.Col >= 1, "%T is at %v", n, pos)
		return true
	})
}

// TestLowerLimits lowers hostile programs. The time allowed is far above what
// linear cost needs.
func TestLowerLimits(t *testing.T) {
	for _, test := range []struct {
		name string
		src  func(n int) string
	}{
		{"sum", func(n int) string { return strings.Repeat("x = "+strings.Repeat("1 + ", 990)+"1\n", n/900) }},
		{"one long line", func(n int) string { return "x = [" + strings.Repeat("é.a(1) + b, ", n/4) + "]" }},
		{"many statements", func(n int) string { return strings.Repeat("if a: b\n", n/4) }},
		{"many statements in a function", func(n int) string { return "def f(a):\n" + strings.Repeat(" if a: b\n", n/4) }},
		{"elif", func(n int) string { return "if a: b\n" + strings.Repeat("elif a: b\n", 990) }},
		{"cases", func(n int) string { return "match a:\n" + strings.Repeat(" case 1: b\n", n/8) }},
		{"patterns", func(n int) string { return "match a:\n" + strings.Repeat(" case [x]: b\n", n/8) }},
		{"alternatives", func(n int) string { return "match a:\n case " + strings.Repeat("1 | ", 990) + "1: b\n" }},
		{"functions", func(n int) string { return strings.Repeat("def f(): return f\n", n/8) }},
		{"nested functions", func(n int) string { return nest("def f():\n", n/1000, "x") }},
		{"nested try", func(n int) string { return nest("try:\n", 30, "x", "finally: x\n") }},
		{"nested with", func(n int) string { return nest("with "+strings.Repeat("x, ", 19)+"x:\n", 90, "x") }},
		{"nested classes", func(n int) string { return nest("class A:\n", 90, "x = super") }},
		{"items of with", func(n int) string { return "with " + strings.Repeat("a as b, ", 19) + "a: c\n" }},
		{"decorators", func(n int) string { return strings.Repeat("@a.b\n", 1000) + "def f(): f\n" }},
		{"targets", func(n int) string { return strings.Repeat("a, b.c = ", n/16) + "d" }},
		{"variables", func(n int) string {
			return "def f():\n" + strings.Repeat(" try: a = b = c = 1\n finally: a\n", n/16)
		}},
		{"kinds", func(n int) string {
			var b strings.Builder
			b.WriteString("def f(z):\n")
			for i := range n / 16 {
				b.WriteString(" x" + itoa(i) + " = x" + itoa(i+1) + "\n")
			}
			return b.String()
		}},
		{"arguments", func(n int) string {
			return "f(" + strings.Repeat("a, ", n/4) + "*b)\nprint(" + strings.Repeat("a, ", 300) + ")"
		}},
		{"keywords", func(n int) string {
			var b strings.Builder
			for i := range n / 16 {
				b.WriteString("a" + itoa(i) + "=1, ")
			}
			return "f(" + b.String() + "*b)\nf(" + b.String() + ")"
		}},
		{"displays", func(n int) string {
			return "{" + strings.Repeat("1: 2, ", n/4) + "}\nf'" + strings.Repeat("{a}", n/8) + "'"
		}},
		{"comprehension", func(n int) string { return "[x " + strings.Repeat("for x in x if x ", 900) + "]" }},
		{"generator", func(n int) string { return "y = (x " + strings.Repeat("for x in x if x ", 90) + ")" }},
		{"chain", func(n int) string { return "f() " + strings.Repeat("< f() ", 900) }},
		{"lambdas", func(n int) string { return strings.Repeat("lambda x: ", 900) + "x" }},
		{"and", func(n int) string { return "x = a " + strings.Repeat("and b ", n) }},
		{"or in a test", func(n int) string { return "if a " + strings.Repeat("or b ", n) + ": c" }},
		{"and of walrus", func(n int) string { return "x = (a := b) " + strings.Repeat("and (a := b) ", n/8) }},
		{"walrus", func(n int) string { return "f(" + strings.Repeat("(a := f()) and ", 900) + "a)" }},
		{"deep", func(n int) string {
			return strings.Repeat("(", 190) + "a" + strings.Repeat(strings.Repeat("+a", 700)+")", 190)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, errs := Parse("x.py", []byte(test.src(30_000)))
			require.NoError(t, errs.Err())
			start := time.Now()
			low, errs := Lower(m, LowerOptions{Known: isBuiltinName})
			took := time.Since(start)
			if test.name == "deep" {
				require.Contains(t, errs.Error(), "too deeply nested")
				return
			}
			require.NoError(t, errs.Err())
			require.NoError(t, compile(low.File))
			t.Log(took, time.Since(start))
			require.Less(t, time.Since(start), 30*time.Second)
		})
	}
}

// nest puts blocks into one another: n times open, then what is inside, then
// the lines that close each block.
func nest(open string, n int, inside string, closing ...string) string {
	n = min(n, 90)
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + open)
	}
	b.WriteString(strings.Repeat(" ", n) + inside + "\n")
	for i := n - 1; i >= 0; i-- {
		for _, c := range closing {
			b.WriteString(strings.Repeat(" ", i) + c)
		}
	}
	return b.String()
}
