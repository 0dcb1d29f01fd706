package probe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestCover calls the function rule of each testdata file with all events,
// and compares the counts.
func TestCover(t *testing.T) {
	golden(t, "cover", func(t *testing.T, src string, events []string) string {
		points, globals := cover(t, src)
		for _, event := range events {
			if event != "" {
				_, _ = starlark.Call(new(starlark.Thread), globals["rule"], starlark.Tuple{decode(t, event)}, nil)
			}
		}
		return report(points.File(), src)
	})
}

func cover(t testing.TB, src string) (*probe.Points, starlark.StringDict) {
	var points *probe.Points
	globals, err := load(new(starlark.Thread), src, func(f *syntax.File, _ []byte) starlark.StringDict {
		points = probe.Cover(f)
		return points.Builtins()
	})
	require.NoError(t, err)
	return points, globals
}

// report spells counts: each line with its own, then the rest.
func report(f *probe.File, src string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(src, "\n"), "\n")
	counts := make(map[int]string)
	for _, l := range f.Lines {
		counts[l.Line] = fmt.Sprint(l.Count)
	}
	for i, line := range lines {
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%4s| %s", counts[i+1], line), " "))
	}
	for _, x := range f.Branches {
		word := "condition"
		if x.Loop {
			word = "loop"
		}
		text := "…"
		if x.Line == x.EndLine {
			text = string([]rune(lines[x.Line-1])[x.Col-1 : x.EndCol-1])
		}
		fmt.Fprintf(&b, "%s %d:%d-%d:%d %s: %d true, %d false\n", word, x.Line, x.Col, x.EndLine, x.EndCol, text, x.True, x.False)
	}
	for _, fn := range f.Functions {
		fmt.Fprintf(&b, "def %s %d: %d\n", fn.Name, fn.Line, fn.Count)
	}
	for _, r := range f.Returns {
		fmt.Fprintf(&b, "return True %d:%d: %d\n", r.Line, r.Col, r.Count)
	}
	s := f.Summary()
	fmt.Fprintf(&b, "lines %d/%d, branches %d/%d, never returned True in lines %v\n",
		s.Lines.Covered, s.Lines.Total, s.Branches.Covered, s.Branches.Total, s.NeverTrue)
	return b.String()
}
