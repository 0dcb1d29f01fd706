// Package python has programs that must print under starhost what they print
// under CPython. See generate.py for where they come from, and for the format
// of testdata/<family>.txt.
package python

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/runtime"
)

var (
	update = flag.Bool("update", false, "rewrite testdata/differences.txt, keeping the reasons")
	known  = flag.Bool("known", false, "show the known differences, too")
)

const differencesFile = "testdata/differences.txt"

// TestPrograms runs every case. A case that differs must be listed, with a
// reason, in testdata/differences.txt, and a listed one must differ: the list
// can only shrink.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	listed := readDifferences(t, differencesFile)
	seen, found := make(map[string]bool), listed.copy()
	for _, file := range files {
		if filepath.Base(file) == filepath.Base(differencesFile) {
			continue
		}
		family := strings.TrimSuffix(filepath.Base(file), ".txt")
		cases := readCases(t, file)
		for _, c := range cases {
			seen[c.name] = true
		}
		t.Run(family, func(t *testing.T) { runFamily(t, cases, listed, found) })
	}
	for name := range listed {
		if !seen[name] {
			t.Errorf("%s lists %s, which is no case", differencesFile, name)
			delete(found, name)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(differencesFile, []byte(found.String()), 0o666))
	}
}

// runFamily runs the cases of a family, and puts what differs into found.
func runFamily(t *testing.T, cases []program, listed, found differences) {
	require.NotEmpty(t, cases)
	modules := helpers.Modules()
	agree := 0
	for _, c := range cases {
		got := run(modules, c)
		_, expected := listed[c.name]
		switch {
		case got == c.want && expected:
			delete(found, c.name)
			if !*update {
				t.Errorf("%s agrees with CPython now: take it out of %s with -update", c.name, differencesFile)
			}
		case got != c.want && !expected:
			found[c.name] = unknown
			t.Errorf("%s\n%s\n%s", c.name, c.text, c.diff(got))
		case got != c.want && *known:
			t.Logf("%s (%s)\n%s\n%s", c.name, listed[c.name], c.text, c.diff(got))
		}
		if got == c.want {
			agree++
		}
	}
	t.Logf("%d of %d agree", agree, len(cases))
}

// diff shows how the output of a case differs from CPython's.
func (c program) diff(got string) string {
	return string(diff.Diff("CPython", []byte(c.want), "starhost", []byte(got)))
}

// mostOutput is more than any case prints under CPython.
const mostOutput = 1 << 13

// run gives what a program prints and the error that ends it, as a case has
// them; modules are what it can import. Loading a Python file runs it.
func run(modules []runtime.Module, c program) string {
	const path = "program.py"
	var out strings.Builder
	loader := &runtime.Loader{
		Modules:  modules,
		ReadFile: func(string) ([]byte, error) { return []byte(c.text), nil },
		Now:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	loader.Worker.Print = func(_ *runtime.Call, _, text string) {
		if out.Len() < mostOutput {
			out.WriteString(text + "\n")
		}
	}
	_, diags := loader.File(path, "__main__")
	for _, d := range diags {
		if d.IsError() {
			out.WriteString("!" + ending(d) + "\n")
			break
		}
	}
	return out.String()
}

// ending is the error that a program ended with, as a traceback ends, but with
// the bare name of its class.
func ending(d *runtime.Diagnostic) string {
	if d.Code != "load" {
		return fmt.Sprintf("refused (%s): %s", d.Code, d.Msg)
	}
	class, text, _ := strings.Cut(d.Msg, ":")
	class = class[strings.LastIndex(class, ".")+1:]
	if text = strings.TrimPrefix(text, " "); text == "" {
		return class
	}
	return class + ": " + text
}
