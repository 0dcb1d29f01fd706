package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/spf13/pflag"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/starhost/starhost/runtime/probe/coverreport"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// coverOptions are the flags of coverage.
type coverOptions struct {
	table   bool
	reports []string
	least   float64
}

func (o *coverOptions) flags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.table, "cover", false, "show which lines and branches of the rules the tests ran")
	flags.StringArrayVar(&o.reports, "cover-report", nil, "write the coverage, lcov=FILE, html=FILE or json=FILE (repeatable)")
	flags.Float64Var(&o.least, "cover-min", 0, "fail if less than this percentage of lines or of branches ran")
}

func (o *coverOptions) wanted() bool { return o.table || len(o.reports) > 0 || o.least > 0 }

// coverage collects the counters of all files that are loaded.
type coverage struct {
	mu     sync.Mutex
	points []*probe.Points
}

// pass is the runtime.Pass that puts counters into a file.
func (c *coverage) pass(tree *syntax.File, _ []byte) starlark.StringDict {
	points := probe.Cover(tree)
	if !strings.HasSuffix(tree.Path, "_test.star") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.points = append(c.points, points)
	}
	return points.Builtins()
}

// files gives the counts, one entry a file. Variants of a rule, for mocks, count
// for the rule's file.
func (t *testRun) coveredFiles() ([]*probe.File, error) {
	ids := make(map[string]string)
	for _, r := range slices.Concat(t.suite.Set.Rules(), t.suite.Set.Disabled()) {
		ids[r.Path] = r.ID
	}
	var files []*probe.File
	for _, p := range t.cover.points {
		f := p.File()
		f.Rule = ids[f.Path]
		files = append(files, f)
	}
	return probe.Merge(files...)
}

// reportCoverage writes the coverage where the flags say. It tells whether too
// little ran.
func (t *testRun) reportCoverage() (missed bool, err error) {
	files, err := t.coveredFiles()
	if err != nil {
		return false, err
	}
	o := &t.options.cover
	for _, spec := range o.reports {
		if err := writeCoverage(spec, files); err != nil {
			return false, err
		}
	}
	var rows []probe.Summary
	for _, f := range files {
		rows = append(rows, f.Summary())
	}
	total := probe.Total(rows)
	if o.table {
		if err := coverTable(t.err, rows, total); err != nil {
			return false, err
		}
	}
	least := min(percentage(total.Lines), percentage(total.Branches))
	if least < o.least {
		fmt.Fprintf(t.err, "coverage is %.1f %% of lines and %.1f %% of branches, want %.1f %%\n",
			percentage(total.Lines), percentage(total.Branches), o.least)
		return true, nil
	}
	return false, nil
}

// coverTable writes a line for each file.
func coverTable(w io.Writer, rows []probe.Summary, total probe.Summary) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "rule\tfile\tlines\tbranches\treturn True never taken")
	for _, r := range rows {
		var never []string
		for _, line := range r.NeverTrue {
			never = append(never, fmt.Sprintf("line %d", line))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Rule, r.Path, percent(r.Lines), percent(r.Branches), strings.Join(never, ", "))
	}
	fmt.Fprintf(table, "total\t\t%s\t%s\t\n", percent(total.Lines), percent(total.Branches))
	return table.Flush()
}

// percentage gives the part that is covered; of nothing, all is.
func percentage(r probe.Ratio) float64 {
	if r.Total == 0 {
		return 100
	}
	return 100 * float64(r.Covered) / float64(r.Total)
}

func percent(r probe.Ratio) string {
	return fmt.Sprintf("%.1f%% (%d/%d)", percentage(r), r.Covered, r.Total)
}

// writeCoverage writes FORMAT=FILE.
func writeCoverage(spec string, files []*probe.File) error {
	format, path, ok := strings.Cut(spec, "=")
	if !ok || !slices.Contains([]string{"lcov", "html", "json"}, format) {
		return fmt.Errorf("--cover-report is %q, want lcov=FILE, html=FILE or json=FILE", spec)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	switch format {
	case "lcov":
		err = coverreport.LCOV(f, "", files)
	case "html":
		err = coverreport.HTML(f, files, os.ReadFile)
	case "json":
		err = coverreport.JSON(f, files)
	}
	return errors.Join(err, f.Close())
}
