package runtime_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestPythonRules evaluates the file rule.py of each archive in
// testdata/python over the events in its section "events", one a line, in one
// worker, and compares what comes out with the section "want". Other .py files
// of an archive are helpers by their names.
func TestPythonRules(t *testing.T) {
	files, err := filepath.Glob("testdata/python/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			got := runPython(t, archive)
			if *update {
				setSection(archive, "want", got)
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o666))
				return
			}
			assert.Equal(t, section(archive, "want"), got)
		})
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

// pythonLoader loads the files of an archive.
func pythonLoader(a *txtar.Archive) *runtime.Loader {
	read := func(path string) ([]byte, error) {
		for _, f := range a.Files {
			if f.Name == path {
				return f.Data, nil
			}
		}
		return nil, fs.ErrNotExist
	}
	return &runtime.Loader{
		ReadFile: read,
		Helper: func(name string) (string, bool) {
			_, err := read(name + ".py")
			return name + ".py", err == nil
		},
	}
}

// runPython loads rule.py and gives what it says of each event.
func runPython(t *testing.T, a *txtar.Archive) string {
	var out strings.Builder
	rule, diags := pythonLoader(a).Rule("rule.py", runtime.DefaultMetadata("Test.Rule"))
	for _, d := range diags {
		out.WriteString(string(d.Severity) + " " + d.Error() + "\n")
		if d.Hint != "" {
			out.WriteString("\thint: " + d.Hint + "\n")
		}
	}
	if rule == nil {
		return out.String()
	}
	w := &runtime.Worker{Limits: &guard.Limits{Time: time.Minute}, Print: func(_ *runtime.Call, pos, text string) {
		out.WriteString(pos + ": " + text + "\n")
	}}
	for line := range strings.Lines(section(a, "events")) {
		ev, err := event.Decode([]byte(strings.TrimSpace(line)))
		require.NoError(t, err)
		out.WriteString("event " + line)
		result := w.Eval(runtime.Call{Context: context.Background(), Now: time.Unix(1700000000, 0)}, rule, ev)
		switch {
		case result.Err != nil:
			out.WriteString(result.Err.Type + ": " + result.Err.Error() + "\n")
		case !result.Matched():
			out.WriteString("no match\n")
		default:
			m := result.Match
			out.WriteString("title " + m.Title + "\ndedup " + m.Dedup + "\n")
			for _, name := range []string{"title", "dedup", "severity", "alert_context"} {
				if f, failed := m.Failures[name]; failed {
					out.WriteString(name + " failed: " + f.Type + ": " + f.Message + " at " + f.At + "\n")
				}
			}
		}
	}
	return out.String()
}

// TestPythonWorkers lets two workers evaluate the same rule at the same time:
// each has its own instance of the file.
func TestPythonWorkers(t *testing.T) {
	a := txtar.Parse([]byte(`-- rule.py --
seen = []
def rule(event):
    global last
    last = event.get("n")
    seen.append(last)
    return len(seen) == 1
def title(event):
    return f"{last} {seen}"
`))
	rule, diags := pythonLoader(a).Rule("rule.py", runtime.DefaultMetadata("Test.Rule"))
	require.Empty(t, diags)
	done := make(chan error)
	for range 2 {
		go func() {
			var w runtime.Worker
			for range 200 {
				ev, _ := event.Decode([]byte(`{"n": 7}`))
				result := w.Eval(runtime.Call{}, rule, ev)
				if result.Match == nil || result.Match.Title != "7 [7]" {
					done <- errors.New("state of another event is visible")
					return
				}
			}
			done <- nil
		}()
	}
	require.NoError(t, <-done)
	require.NoError(t, <-done)
}

// TestPythonMocks replaces names of a Python file for one variant of it.
func TestPythonMocks(t *testing.T) {
	a := txtar.Parse([]byte(`-- rule.py --
LIMIT = 3
def get():
    return 1
def rule(event):
    return get() == 2 and callable(LIMIT) and LIMIT() == [9]
`))
	loader := pythonLoader(a)
	rule, diags := loader.Rule("rule.py", runtime.DefaultMetadata("Test.Rule"))
	require.Empty(t, diags)
	ev, _ := event.Decode([]byte(`{}`))
	var w runtime.Worker
	assert.False(t, w.Eval(runtime.Call{}, rule, ev).Matched())

	mocked, diags := loader.Variant(rule, &runtime.Variant{Mocks: starlark.StringDict{
		"get": starlark.MakeInt(2), "LIMIT": starlark.NewList([]starlark.Value{starlark.MakeInt(9)}),
	}})
	require.Empty(t, diags)
	result := w.Eval(runtime.Call{}, mocked, ev)
	require.Nil(t, result.Err)
	assert.True(t, result.Matched())
	assert.False(t, w.Eval(runtime.Call{}, rule, ev).Matched(), "the rule itself is as it was")

	_, diags = loader.Variant(rule, &runtime.Variant{Mocks: starlark.StringDict{"gett": starlark.None}})
	require.Len(t, diags, 1)
	name, ok := diags[0].Mocked()
	assert.True(t, ok)
	assert.Equal(t, "gett", name)
	assert.Equal(t, "did you mean get?", diags[0].Hint)
}
