package pysyntax

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected errors in testdata/errors")

// A chunk is a broken program and what must be said of it, as in
//
//	x = = 1
//	! 1:5 invalid syntax
//	---
//
// Columns are in runes, from 1. A line with "~" is what CPython says first
// where that is not our first line.
type chunk struct {
	src    string
	errors string
}

// TestErrors checks the errors of the chunks in testdata/errors. With -update
// it rewrites them, and with PYSYNTAX_PYTHON set also what CPython says.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var out strings.Builder
			for i, c := range chunks(t, file) {
				got, theirs := ourErrors(c.src), cpythonLine(c.errors)
				if *update {
					theirs = cpythonError(t, c.src, got, theirs)
					fmt.Fprintf(&out, "%s%s%s---\n", c.src, got, theirs)
				} else if want := c.errors; want != got+theirs {
					t.Errorf("chunk %d\n%sgot\n%swant\n%s", i, c.src, got, want)
				}
			}
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o666))
			}
		})
	}
}

// chunks reads a file of testdata/errors.
func chunks(t *testing.T, file string) (list []chunk) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for part := range strings.SplitSeq(strings.TrimSuffix(string(text), "---\n"), "---\n") {
		var c chunk
		for line := range strings.Lines(part) {
			if strings.HasPrefix(line, "! ") || strings.HasPrefix(line, "~ ") {
				c.errors += line
			} else {
				c.src += line
			}
		}
		list = append(list, c)
	}
	return list
}

func ourErrors(src string) string {
	var b strings.Builder
	_, errs := Parse("x.py", []byte(src))
	for _, e := range errs {
		fmt.Fprintf(&b, "! %d:%d %s\n", e.From.Line, e.Column, e.Msg)
	}
	return b.String()
}

// cpythonLine returns the line with "~".
func cpythonLine(errors string) string {
	if i := strings.Index(errors, "~ "); i >= 0 {
		return errors[i:]
	}
	return ""
}

// cpythonError asks CPython for its error and returns the line for it; if it
// cannot be asked, the old one.
func cpythonError(t *testing.T, src, got, old string) string {
	python := os.Getenv("PYSYNTAX_PYTHON")
	if python == "" {
		return old
	}
	file := filepath.Join(t.TempDir(), "x.py")
	require.NoError(t, os.WriteFile(file, []byte(src), 0o666))
	out, err := exec.Command(python, "testdata/dump_ast.py", "--check", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	tree, err := os.ReadFile(file + ".ast")
	require.NoError(t, err)
	theirs, isError := strings.CutPrefix(string(tree), "error ")
	switch {
	case !isError:
		return "~ nothing\n"
	case strings.HasPrefix(got, "! "+theirs):
		return ""
	}
	return "~ " + theirs
}
