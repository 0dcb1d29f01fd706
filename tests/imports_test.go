package tests

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/starhost/starhost/"

// allowed is the map of the house: what each package may import of ours.
// Arrows only point down; doc/design.md says why each is there.
var allowed = map[string][]string{
	"event":                      {},
	"alert":                      {},
	"pysyntax":                   {},
	"runtime/guard":              {},
	"builtins/helpers/pyjson":    {"builtins/helpers/pyerr", "builtins/helpers/pyrepr", "runtime/guard"},
	"runtime":                    {"event", "alert", "pysyntax", "runtime/guard", "builtins/helpers/pyjson"},
	"builtins/helpers":           {"event", "runtime", "runtime/guard"},
	"builtins/caching":           {"runtime", "builtins/helpers/pyjson"},
	"builtins/caching/memory":    {"builtins/caching"},
	"builtins/caching/storetest": {"builtins/caching", "runtime"},
	"internal/strictyaml":        {"runtime"},
	"ruleset":                    {"runtime", "alert", "internal/strictyaml"},
	"engine":                     {"event", "alert", "ruleset", "runtime", "runtime/guard"},
	"source":                     {"event"},
	"sink":                       {"alert"},
	"internal/startest":          {"runtime"},
	"cmd/starhost":               {"*"},
}

// TestImports reads the import statements themselves: a test that asks the go
// command would be served from the test cache after they have changed.
func TestImports(t *testing.T) {
	seen := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		seen++
		checkImports(t, path)
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 20, "Go files found")
}

func checkImports(t *testing.T, path string) {
	pkg := filepath.ToSlash(filepath.Dir(path))
	may, ok := allowed[pkg]
	if !ok {
		t.Errorf("%s: package %s is not in the map", path, pkg)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", path), nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if ours, ok := strings.CutPrefix(name, module); ok && !slices.Contains(may, ours) && !slices.Contains(may, "*") {
			t.Errorf("%s: package %s may not import %s", path, pkg, ours)
		}
	}
}
