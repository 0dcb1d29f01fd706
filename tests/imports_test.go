package tests

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
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
	"event":           {},
	"alert":           {},
	"sink":            {"event", "alert", "internal/boltgate", "internal/boltpages", "internal/filelock"},
	"source":          {"event"},
	"engine":          {"event", "alert", "ruleset", "runtime", "runtime/guard"},
	"status":          {"alert", "runtime", "runtime/guard", "builtins/caching"},
	"ruletest/report": {"ruletest", "runtime", "runtime/probe", "alert", "builtins/caching"},
	"ruletest":        {"alert", "event", "runtime", "runtime/guard", "runtime/probe", "ruleset", "builtins/caching", "builtins/caching/memory", "builtins/helpers/pyjson", "internal/strictyaml"},
	"ruleset":         {"event", "runtime", "alert", "internal/nearest", "internal/strictyaml"},

	"pysyntax":        {},
	"runtime":         {"event", "alert", "pysyntax", "runtime/guard", "runtime/probe", "runtime/py", "builtins/helpers/pyjson", "internal/nearest"},
	"runtime/guard":   {},
	"runtime/probe":   {},
	"runtime/py":      {"event", "pysyntax", "runtime/guard", "runtime/pytypes", "builtins/helpers/pyclass", "builtins/helpers/pyerr", "builtins/helpers/pyrepr"},
	"runtime/pytypes": {"event", "runtime/guard", "builtins/helpers/pyclass", "builtins/helpers/pyerr", "builtins/helpers/pyrepr", "builtins/helpers/pytext"},

	"runtime/probe/coverreport": {"runtime/probe"},

	// Python's own formats and types, which the runtime needs as well.
	"builtins/helpers/pyerr":   {},
	"builtins/helpers/pyrepr":  {"runtime/guard", "builtins/helpers/pyerr"},
	"builtins/helpers/pyjson":  {"runtime/guard", "builtins/helpers/pyerr", "builtins/helpers/pyrepr"},
	"builtins/helpers/pyclass": {"runtime/guard", "builtins/helpers/pyerr", "builtins/helpers/pyrepr"},

	"builtins/helpers":                 {"event", "runtime", "runtime/guard", "runtime/py", "runtime/pytypes", "builtins/helpers/*"},
	"builtins/helpers/*":               {"event", "runtime", "runtime/guard", "runtime/py", "runtime/pytypes", "builtins/helpers/*"},
	"builtins/helpers/internal/golden": {"runtime", "builtins/helpers/*"},

	"builtins/caching":           {"alert", "runtime", "runtime/guard", "builtins/helpers/*"},
	"builtins/caching/memory":    {"builtins/caching"},
	"builtins/caching/bolt":      {"builtins/caching", "internal/boltgate", "internal/boltpages", "internal/filelock"},
	"builtins/caching/dump":      {"builtins/caching"},
	"builtins/caching/dynamodb":  {"builtins/caching", "builtins/helpers/pyjson"},
	"builtins/caching/storetest": {"builtins/caching", "runtime"},

	// The server that the store's tests start.
	"builtins/caching/dynamodb/dynamotest": {},

	"internal/boltgate":   {"internal/filelock"},
	"internal/boltpages":  {},
	"internal/filelock":   {},
	"internal/nearest":    {},
	"internal/startest":   {"runtime"},
	"internal/strictyaml": {"runtime", "internal/nearest"},
	"cmd/starhost":        {"*"},
}

// rule finds what a package may import: its own entry, or that of its folder
// with a "*".
func rule(pkg string) ([]string, bool) {
	if may, ok := allowed[pkg]; ok {
		return may, true
	}
	may, ok := allowed[path.Dir(pkg)+"/*"]
	return may, ok
}

// permits tells whether a package is in a list, itself or by a "*".
func permits(may []string, pkg string) bool {
	return slices.ContainsFunc(may, func(pattern string) bool {
		ok, _ := path.Match(pattern, pkg)
		return ok || pattern == "*"
	})
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

func checkImports(t *testing.T, name string) {
	pkg := filepath.ToSlash(filepath.Dir(name))
	may, ok := rule(pkg)
	if !ok {
		t.Errorf("%s: package %s is not in the map", name, pkg)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", name), nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if ours, ok := strings.CutPrefix(imported, module); ok && !permits(may, ours) {
			t.Errorf("%s: package %s may not import %s", name, pkg, ours)
		}
	}
}
