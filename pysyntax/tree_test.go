package pysyntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTree compares the trees of testdata/tree/*.py with CPython's, which were
// made by
//
//	python3.12 testdata/dump_ast.py testdata/tree/*.py
func TestTree(t *testing.T) {
	files, err := filepath.Glob("testdata/tree/*.py")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			want, err := os.ReadFile(file + ".ast")
			require.NoError(t, err)
			m, errs := Parse(file, src)
			require.NoError(t, errs.Err())
			require.Equal(t, string(want), dump(m, false))
		})
	}
}

// TestInspect visits every node of the test files once, parents first.
func TestInspect(t *testing.T) {
	files, err := filepath.Glob("testdata/tree/*.py")
	require.NoError(t, err)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		m, _ := Parse(file, src)
		seen := map[Node]bool{}
		depth := 0
		Inspect(m, func(n Node) bool {
			if n == nil {
				depth--
				return true
			}
			require.False(t, seen[n], "%s: %T at %v is visited twice", file, n, n.Pos())
			seen[n] = true
			depth++
			return true
		})
		require.Zero(t, depth)
		// As many as the dump has lines, but those for a missing part of a list.
		text := dump(m, false)
		require.Len(t, seen, strings.Count(text, "\n")-strings.Count(text, ": None\n"))
	}
}

func TestColumn(t *testing.T) {
	m, errs := Parse("x.py", []byte("é = '日本', x\n"))
	require.Empty(t, errs)
	tuple := m.Body[0].(*Assign).Value.(*Tuple)
	x := tuple.Elts[1]
	require.Equal(t, Pos{1, 15}, x.Pos())
	require.Equal(t, 11, m.Column(x.Pos()))
	require.Equal(t, "é = '日本', x", m.Line(1))
	require.Equal(t, "", m.Line(2))
	require.Equal(t, "", m.Line(3))
}
