package pysyntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzParse checks that any text is parsed without a panic, in time, into a
// tree whose places are in the text.
func FuzzParse(f *testing.F) {
	trees, err := filepath.Glob("testdata/tree/*.py")
	require.NoError(f, err)
	for _, name := range trees {
		src, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(src)
	}
	broken, err := filepath.Glob("testdata/errors/*.txt")
	require.NoError(f, err)
	for _, name := range broken {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		for chunk := range strings.SplitSeq(string(text), "---\n") {
			f.Add([]byte(chunk))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		m, errs := Parse("x.py", src)
		if d := time.Since(start); d > 5*time.Second+time.Duration(len(src))*100*time.Microsecond {
			t.Fatalf("%d bytes took %v", len(src), d)
		}
		checkPlaces(t, m, errs)
		bad := false
		Inspect(m, func(n Node) bool {
			if n, ok := n.(*BadStmt); ok {
				bad = true
				require.NotEmpty(t, errs, "a BadStmt at %v and no error", n.From)
			}
			return true
		})
		if !bad && len(errs) == 0 {
			dump(m, false)
		}
		for _, u := range (Resolver{LoadBinds: true}).Undefined(m) {
			require.NotEmpty(t, u.Name.ID)
			u.Visible()
		}
		Resolver{}.Globals(m)
	})
}

// checkPlaces checks that all nodes and errors are within the text, that none
// ends before it starts, and that statements follow one another.
func checkPlaces(t *testing.T, m *Module, errs ErrorList) {
	end := m.End()
	inside := func(p Pos) bool {
		return p.Line >= 1 && p.Col >= 0 && p.Compare(end) <= 0 && int(p.Col) <= len(m.Line(p.Line))+1
	}
	Inspect(m, func(n Node) bool {
		if n == nil {
			return true
		}
		if !inside(n.Pos()) || !inside(n.End()) || n.End().Compare(n.Pos()) < 0 {
			t.Errorf("%T from %v to %v in a text that ends at %v", n, n.Pos(), n.End(), end)
		}
		return true
	})
	for _, e := range errs {
		if !inside(e.From) || e.To.IsValid() && (!inside(e.To) || e.To.Compare(e.From) < 0) {
			t.Errorf("error %v from %v to %v in a text that ends at %v", e, e.From, e.To, end)
		}
		if e.Column < 1 {
			t.Errorf("error %v", e)
		}
	}
}
