package guard_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

// TestRewrite holds what becomes of each statement of a file to the line below
// it, which begins with "=> " if it is not the same.
func TestRewrite(t *testing.T) {
	const file = "testdata/rewrite.txt"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var out bytes.Buffer
	n := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "=> ") {
			continue
		}
		out.WriteString(line)
		if line := strings.TrimSpace(line); line != "" && line[0] != '#' {
			n++
			if got := rewritten(t, line); got != line {
				fmt.Fprintf(&out, "=> %s\n", got)
			}
		}
	}
	require.NotZero(t, n)
	if *update {
		require.NoError(t, os.WriteFile(file, out.Bytes(), 0o666))
	}
	require.Equal(t, string(data), out.String())
}

func rewritten(t *testing.T, line string) string {
	f, err := options.Parse("test.star", line, 0)
	require.NoError(t, err, line)
	require.NoError(t, guard.Rewrite(f))
	var b strings.Builder
	for i, s := range f.Stmts {
		if i > 0 {
			b.WriteString("; ")
		}
		spellStmt(&b, s)
	}
	return b.String()
}

// spellStmt writes the statements that the file has.
func spellStmt(b *strings.Builder, s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		spell(b, s.X)
	case *syntax.AssignStmt:
		spell(b, s.LHS)
		fmt.Fprintf(b, " %s ", s.Op)
		spell(b, s.RHS)
	case *syntax.ForStmt:
		b.WriteString("for ")
		spell(b, s.Vars)
		b.WriteString(" in ")
		spell(b, s.X)
		b.WriteString(": ")
		spellStmt(b, s.Body[0])
	default:
		panic(fmt.Sprintf("%T", s))
	}
}

// spell writes the expressions that the file has.
func spell(b *strings.Builder, x syntax.Expr) {
	list := func(left string, xs []syntax.Expr, right string) {
		b.WriteString(left)
		for i, x := range xs {
			if i > 0 {
				b.WriteString(", ")
			}
			spell(b, x)
		}
		b.WriteString(right)
	}
	parts := func(parts ...any) {
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				b.WriteString(p)
			case syntax.Expr:
				spell(b, p)
			}
		}
	}
	switch x := x.(type) {
	case *syntax.Ident:
		b.WriteString(x.Name)
	case *syntax.Literal:
		b.WriteString(x.Raw)
	case *syntax.ParenExpr:
		parts("(", x.X, ")")
	case *syntax.ListExpr:
		list("[", x.List, "]")
	case *syntax.TupleExpr:
		list("", x.List, "")
	case *syntax.DictExpr:
		list("{", x.List, "}")
	case *syntax.DictEntry:
		parts(x.Key, ": ", x.Value)
	case *syntax.UnaryExpr:
		op := x.Op.String()
		if x.Op == syntax.NOT {
			op += " "
		}
		parts(op, x.X)
	case *syntax.BinaryExpr:
		if x.Op == syntax.EQ {
			parts(x.X, "=", x.Y)
			return
		}
		parts(x.X, " "+x.Op.String()+" ", x.Y)
	case *syntax.IndexExpr:
		parts(x.X, "[", x.Y, "]")
	case *syntax.SliceExpr:
		parts(x.X, "[", x.Lo, ":", x.Hi)
		if x.Step != nil {
			parts(":", x.Step)
		}
		parts("]")
	case *syntax.DotExpr:
		parts(x.X, ".", x.Name)
	case *syntax.CallExpr:
		parts(x.Fn)
		list("(", x.Args, ")")
	case *syntax.LambdaExpr:
		list("lambda ", x.Params, ": ")
		spell(b, x.Body)
	default:
		panic(fmt.Sprintf("%T", x))
	}
}

func TestRewriteDepth(t *testing.T) {
	for n, ok := range map[int]bool{9_000: true, 11_000: false} {
		f, err := options.Parse("test.star", "def rule(event): return "+strings.Repeat("event + ", n)+"1\n", 0)
		require.NoError(t, err)
		err = guard.Rewrite(f)
		if ok {
			require.NoError(t, err)
			_, err = starlark.FileProgram(f, func(name string) bool { return true })
			require.NoError(t, err)
			continue
		}
		var se syntax.Error
		require.ErrorAs(t, err, &se)
		assert.Equal(t, "test.star:1:25", se.Pos.String())
		assert.Empty(t, f.Stmts)
	}
}

func TestHidden(t *testing.T) {
	for _, name := range []string{"(+)", "(+=)", "([:])", "(*args)", ".join"} {
		assert.True(t, guard.Hidden(name), name)
	}
	for _, name := range []string{"join", "rule", "<toplevel>", "lambda"} {
		assert.False(t, guard.Hidden(name), name)
	}
	for name := range guard.Builtins() {
		_, err := options.ParseExpr("", name, 0)
		if x, _ := options.ParseExpr("", name, 0); err == nil {
			_, plain := x.(*syntax.Ident)
			assert.Equal(t, !plain, guard.Hidden(name), name)
		}
	}
}
