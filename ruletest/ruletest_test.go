package ruletest_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

// TestRun runs the tests of each directory in testdata and compares the
// results with the file's section "want".
func TestRun(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		file, err := filepath.Abs(file)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testRun(t, file) })
	}
}

func testRun(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, txtar.Write(archive, "."))
	got := runAll(t, &ruletest.Runner{})
	want := &archive.Files[len(archive.Files)-1]
	require.Equal(t, "want", want.Name, "last section of %s", file)
	if *update {
		want.Data = []byte(got)
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
		return
	}
	require.Equal(t, string(want.Data), got)

	// Neither the order of the tests nor how many run at a time matters.
	for seed := range uint64(3) {
		r := &ruletest.Runner{Shuffle: &seed, Workers: int(seed)*3 + 1}
		require.Equal(t, got, runAll(t, r), "shuffled by seed %d", seed)
	}
}

// load loads the directory rules with the modules of the command. The store of
// the modules fails the test if a rule reaches it.
func load(t testing.TB) *ruletest.Suite {
	loader := ruleset.Loader{
		Documents: make(map[string]*strictyaml.Document),

		Paths:   []string{"rules"},
		Modules: append(helpers.Modules(), caching.Module(&memory.Store{})),
	}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)
	return ruletest.NewSuite(set, loader.Documents)
}

func runAll(t testing.TB, r *ruletest.Runner) string {
	r.Suite = load(t)
	r.Now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Limits = &guard.Limits{Steps: 100_000}
	var b strings.Builder
	for _, d := range r.Suite.Diagnostics {
		fmt.Fprintln(&b, d.Error())
		if d.Hint != "" {
			fmt.Fprintf(&b, "\thint: %s\n", d.Hint)
		}
	}
	var results []*ruletest.Result
	for result := range r.Run(context.Background(), r.Suite.Tests) {
		describe(&b, result)
		results = append(results, result)
	}
	none, oneSided := r.Suite.Untested(results)
	fmt.Fprintf(&b, "untested: %v, one-sided: %v\n", none, oneSided)
	return b.String()
}

func describe(b *strings.Builder, r *ruletest.Result) {
	verdict := "FAIL"
	switch {
	case r.Skipped:
		verdict = "skip (" + r.Test.Skip + ")"
	case r.Passed:
		verdict = "ok"
	}
	fmt.Fprintf(b, "%s %s/%s\n", verdict, r.Test.RuleID(), r.Test.Name)
	for _, p := range r.Problems {
		fmt.Fprintf(b, "\t%s: ", p.Pos)
		if p.Step > 0 {
			fmt.Fprintf(b, "step %d: ", p.Step)
		}
		fmt.Fprintf(b, "%s: want %s, got %s\n", p.What, p.Want, strings.ReplaceAll(p.Got, "\n", "\n\t\t"))
		if p.Hint != "" {
			fmt.Fprintf(b, "\t\thint: %s\n", p.Hint)
		}
	}
	if !r.Passed {
		for _, op := range r.Ops {
			fmt.Fprintf(b, "\tcache: %s\n", op)
		}
		for _, p := range r.Prints {
			fmt.Fprintf(b, "\tprint: %s: %s\n", p.Pos, p.Text)
		}
	}
}
