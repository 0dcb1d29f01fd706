package coverreport_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/starhost/starhost/runtime/probe/coverreport"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

// TestReports runs the programs of testdata/report.txtar and compares the
// reports with those beside it.
func TestReports(t *testing.T) {
	files, source := profile(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.lcov": func(b *bytes.Buffer) error { return coverreport.LCOV(b, "unit", files) },
		"report.json": func(b *bytes.Buffer) error { return coverreport.JSON(b, files) },
		"report.html": func(b *bytes.Buffer) error { return coverreport.HTML(b, files, source) },
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			require.NoError(t, write(&got))
			if *update {
				require.NoError(t, os.WriteFile("testdata/"+name, got.Bytes(), 0o666))
			}
			want, err := os.ReadFile("testdata/" + name)
			require.NoError(t, err)
			assert.Equal(t, string(want), got.String())
		})
	}
}

// profile runs the programs, each with its counters.
func profile(t *testing.T) (files []*probe.File, source func(string) ([]byte, error)) {
	archive, err := txtar.ParseFile("testdata/report.txtar")
	require.NoError(t, err)
	text := make(map[string][]byte)
	for _, f := range archive.Files {
		options := syntax.FileOptions{GlobalReassign: true}
		tree, err := options.Parse(f.Name, f.Data, 0)
		require.NoError(t, err)
		points := probe.Cover(tree)
		prog, err := starlark.FileProgram(tree, points.Builtins().Has)
		require.NoError(t, err)
		_, err = prog.Init(new(starlark.Thread), points.Builtins())
		require.NoError(t, err)
		file := points.File()
		if f.Name == "rules/a.star" {
			file.Rule = "AWS.Rule"
		}
		files = append(files, file)
		text[f.Name] = f.Data
	}
	delete(text, "gone.star")
	return files, func(path string) ([]byte, error) {
		if src, ok := text[path]; ok {
			return src, nil
		}
		return nil, errors.New("no such file: " + path)
	}
}

// Files of JSON can be read again, and merged.
func TestJSONAgain(t *testing.T) {
	files, _ := profile(t)
	var text bytes.Buffer
	require.NoError(t, coverreport.JSON(&text, files))
	var again struct{ Files []*probe.File }
	require.NoError(t, json.Unmarshal(text.Bytes(), &again))
	require.Equal(t, files, again.Files)
	sum, err := probe.Merge(append(files, again.Files...)...)
	require.NoError(t, err)
	require.Len(t, sum, len(files))
}

// A page for a text that has changed since shows what it can.
func TestHTMLOfOtherText(t *testing.T) {
	files, _ := profile(t)
	for _, src := range []string{"", "x", "\r\n\n", strings.Repeat("\n", 100)} {
		var page bytes.Buffer
		require.NoError(t, coverreport.HTML(&page, files, func(string) ([]byte, error) { return []byte(src), nil }))
		require.Contains(t, page.String(), "</html>")
	}
}

func TestNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, coverreport.LCOV(&b, "", nil))
	require.Empty(t, b.String())
	require.NoError(t, coverreport.JSON(&b, nil))
	require.JSONEq(t, `{"files": [], "summary": [], "total": {"lines": {"covered": 0, "total": 0}, "branches": {"covered": 0, "total": 0}}}`, b.String())
	require.NoError(t, coverreport.HTML(&b, nil, nil))
}
