package ruleset_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

// TestLoad loads the directory of each testdata file and compares what it
// finds with the file's section "want".
func TestLoad(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		file, err := filepath.Abs(file)
		require.NoError(t, err)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testLoad(t, file) })
	}
}

func testLoad(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, txtar.Write(archive, "."))
	got := load(t)
	want := &archive.Files[len(archive.Files)-1]
	require.Equal(t, "want", want.Name, "last section of %s", file)
	if *update {
		want.Data = []byte(got)
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
		return
	}
	require.Equal(t, string(want.Data), got)
}

// load loads the directory rules and prints what it holds.
func load(t *testing.T) string {
	loader := ruleset.Loader{
		Paths: []string{"rules"}, Modules: modules,
		Worker: runtime.Worker{Limits: &guard.Limits{Steps: 10_000}},
	}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	var b strings.Builder
	for _, r := range set.Rules() {
		describe(&b, "rule", r)
	}
	for _, r := range set.Disabled() {
		describe(&b, "disabled", r)
	}
	describeContents(&b, set)
	for _, d := range diags {
		if !d.IsError() {
			b.WriteString("warning: ")
		}
		fmt.Fprintln(&b, d.Error())
		if d.Hint != "" {
			fmt.Fprintf(&b, "\thint: %s\n", d.Hint)
		}
	}
	return b.String()
}

// describeContents prints what is in a set beside rules and helpers.
func describeContents(b *strings.Builder, set *ruleset.Set) {
	c := set.Contents()
	for _, m := range c.Models {
		fmt.Fprintf(b, "data model %s: %v, %d fields, functions of %q\n", m.ID, m.LogTypes, m.Fields, m.Path)
	}
	for _, t := range c.Tables {
		fmt.Fprintf(b, "lookup table %s: %d rows of %q %s\n", t.Name, t.Rows, t.Path, t.Missing)
	}
	for _, p := range c.Packs {
		fmt.Fprintf(b, "pack %s: %v\n", p.ID, p.IDs)
	}
	notRun := c.NotRunOver(false)
	for _, kind := range slices.Sorted(maps.Keys(notRun)) {
		fmt.Fprintf(b, "not run: %s %d\n", kind, notRun[kind])
	}
}

func describe(b *strings.Builder, what string, r *runtime.Rule) {
	fmt.Fprintf(b, "%s %s: %s %v", what, r.ID, r.Severity, r.LogTypes)
	if r.Stateful {
		b.WriteString(" stateful")
	}
	def := runtime.DefaultMetadata(r.ID)
	if r.Threshold != def.Threshold || r.DedupPeriod != time.Hour || !r.CreateAlert {
		fmt.Fprintf(b, " threshold %d in %s, alerts %t", r.Threshold, r.DedupPeriod, r.CreateAlert)
	}
	b.WriteString("\n")
}

// store stands for the module that keeps state.
var store = runtime.Module{
	Names:    []string{"panther_detection_helpers.caching", "panther_oss_helpers"},
	Stateful: true,
	Members: starlark.StringDict{
		"get_counter": starlark.NewBuiltin("get_counter", nil),
	},
}

// modules stand for the ones of a real host.
var modules = []runtime.Module{store, {Names: []string{"json"}}, {Names: []string{"re"}}}

func TestMatch(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	for id, types := range map[string]string{"B": "[X, Y, X]", "A": "[X]", "C": "[Z]"} {
		write("rules/"+id+".yml", "AnalysisType: rule\nRuleID: "+id+"\nFilename: "+id+".star\nSeverity: Low\nLogTypes: "+types+"\n")
		write("rules/"+id+".star", "def rule(event):\n    return False\n")
	}
	write("rules/all.star", "def rule(event):\n    return False\n")
	write("rules/state.star", "load('panther_oss_helpers', 'get_counter')\ndef rule(event):\n    return False\n")
	loader := ruleset.Loader{Paths: []string{"rules"}, Modules: []runtime.Module{store}}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)

	for logType, want := range map[string]string{
		"X": "A B all | state",
		"Y": "B all | state",
		"":  "all | state",
		"?": "all | state",
	} {
		route := set.Match(logType)
		require.Equal(t, want, ids(route.Stateless)+" | "+ids(route.Stateful), "log type %q", logType)
	}
}

func ids(rules []*runtime.Rule) string {
	var names []string
	for _, r := range rules {
		names = append(names, r.ID)
	}
	return strings.Join(names, " ")
}

func TestLoadNoSuchPath(t *testing.T) {
	loader := ruleset.Loader{Paths: []string{"nowhere"}}
	_, _, err := loader.Load()
	require.ErrorIs(t, err, os.ErrNotExist)
}
