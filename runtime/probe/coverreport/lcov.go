package coverreport

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"github.com/starhost/starhost/runtime/probe"
)

// LCOV writes files in the format of lcov, as geninfo(1) has it. test is the
// name of the test run, of letters, digits and underscores, and may be empty.
// A condition is a block of two branches: branch 0 when it is true or a loop
// has elements, branch 1 when it is false or a loop has none.
func LCOV(w io.Writer, test string, files []*probe.File) error {
	out := bufio.NewWriter(w)
	for _, f := range files {
		fmt.Fprintf(out, "TN:%s\nSF:%s\n", test, f.Path)
		lcovFunctions(out, f)
		lcovBranches(out, f)
		for _, l := range f.Lines {
			fmt.Fprintf(out, "DA:%d,%d\n", l.Line, l.Count)
		}
		lines := f.Summary().Lines
		fmt.Fprintf(out, "LF:%d\nLH:%d\nend_of_record\n", lines.Total, lines.Covered)
	}
	return out.Flush()
}

func lcovFunctions(w io.Writer, f *probe.File) {
	names := lcovNames(f)
	hit := 0
	for i, fn := range f.Functions {
		fmt.Fprintf(w, "FN:%d,%s\n", fn.Line, names[i])
		if fn.Count > 0 {
			hit++
		}
	}
	for i, fn := range f.Functions {
		fmt.Fprintf(w, "FNDA:%d,%s\n", fn.Count, names[i])
	}
	fmt.Fprintf(w, "FNF:%d\nFNH:%d\n", len(f.Functions), hit)
}

// lcovNames gives a name for each function, each only once: one that is
// defined again has its line in its name.
func lcovNames(f *probe.File) []string {
	seen := make(map[string]bool)
	names := make([]string, len(f.Functions))
	for i, fn := range f.Functions {
		names[i] = fn.Name
		if seen[fn.Name] {
			names[i] += "@" + strconv.Itoa(fn.Line)
		}
		seen[fn.Name] = true
	}
	return names
}

func lcovBranches(w io.Writer, f *probe.File) {
	block, line := 0, 0
	for _, b := range f.Branches {
		if b.Line != line {
			block, line = 0, b.Line
		}
		for branch, n := range []uint64{b.True, b.False} {
			taken := strconv.FormatUint(n, 10)
			if b.True+b.False == 0 {
				taken = "-" // never evaluated
			}
			fmt.Fprintf(w, "BRDA:%d,%d,%d,%s\n", b.Line, block, branch, taken)
		}
		block++
	}
	r := f.Summary().Branches
	fmt.Fprintf(w, "BRF:%d\nBRH:%d\n", r.Total, r.Covered)
}
