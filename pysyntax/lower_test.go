package pysyntax

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// builtins are the names that the tests take for known.
var builtins = strings.Fields(`
	ArithmeticError AttributeError BaseException Ellipsis Exception False ImportError IndexError KeyError LookupError
	NameError None NotImplemented OSError RuntimeError StopIteration True TypeError ValueError ZeroDivisionError
	__name__ abs all any bool callable chr classmethod dict enumerate filter float frozenset getattr hasattr hash id int
	isinstance issubclass iter len list map max min next object open ord print property range repr reversed round set
	setattr sorted staticmethod str sum super tuple type zip`)

func isBuiltinName(name string) bool { return slices.Contains(builtins, name) }

// TestLower compares the trees of testdata/lower/*.py with the golden files.
func TestLower(t *testing.T) {
	files, err := filepath.Glob("testdata/lower/*.py")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			m, errs := Parse(file, src)
			require.NoError(t, errs.Err())
			low, errs := Lower(m, LowerOptions{Known: isBuiltinName, PlainEquality: strings.Contains(file, "plain")})
			require.NoError(t, errs.Err())
			got := printTree(low.File)
			golden := strings.TrimSuffix(file, ".py") + ".star"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
			require.NoError(t, compile(low.File))
		})
	}
}

// compile compiles a tree, with the names that the runtime and the tests have.
func compile(f *syntax.File) error {
	names := Names()
	_, err := starlark.FileProgram(f, func(name string) bool {
		return slices.Contains(names, name) || isBuiltinName(name)
	})
	return err
}
