package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

var update = flag.Bool("update", false, "write the results into the testdata files")

// TestEval asks each rule of testdata/eval.txtar about one event and compares
// what it says with the section behind it.
func TestEval(t *testing.T) {
	const file = "testdata/eval.txtar"
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	ev, err := event.Decode([]byte(`{"user": "alice", "n": 1}`))
	require.NoError(t, err)

	out := &txtar.Archive{Comment: archive.Comment}
	for i, f := range archive.Files {
		if filepath.Ext(f.Name) != ".star" {
			continue
		}
		got := evalText(t, f, ev)
		want := txtar.File{Name: strings.TrimSuffix(f.Name, ".star") + ".want", Data: []byte(got)}
		out.Files = append(out.Files, f, want)
		if *update {
			continue
		}
		require.Equal(t, want.Name, archive.Files[i+1].Name)
		require.Equal(t, string(archive.Files[i+1].Data), got, f.Name)
	}
	if *update {
		require.NoError(t, os.WriteFile(file, txtar.Format(out), 0o666))
	}
}

// evalText loads a rule, asks it about an event, and shows the result.
func evalText(t *testing.T, f txtar.File, ev *event.Event) string {
	rule := loadRule(t, f.Name, string(f.Data))
	var printed strings.Builder
	w := &runtime.Worker{
		Limits: &guard.Limits{Steps: 100_000},
		Print: func(c *runtime.Call, pos, text string) {
			fmt.Fprintf(&printed, "print by %s at %s: %s\n", c.Rule, pos, text)
		},
	}
	result := w.Eval(runtime.Call{Context: context.Background(), Now: time.Unix(0, 0)}, rule, ev)
	switch {
	case result.Err != nil:
		return fmt.Sprintf("%s%s: %s\nhint: %s\n", &printed, result.Err.Type, result.Err, result.Err.Hint)
	case !result.Matched():
		return printed.String() + "no match\n"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(result.Match))
	return b.String()
}

func loadRule(t testing.TB, name, text string) *runtime.Rule {
	loader := runtime.Loader{ReadFile: func(string) ([]byte, error) { return []byte(text), nil }}
	rule, diags := loader.Rule(name, runtime.DefaultMetadata(strings.TrimSuffix(name, ".star")))
	require.Empty(t, diags)
	require.NotNil(t, rule)
	return rule
}

// TestPanic shows that a built-in function that panics fails the call it was
// made in, and that the worker goes on.
func TestPanic(t *testing.T) {
	module := runtime.Module{Names: []string{"m"}, Members: starlark.StringDict{
		"boom": starlark.NewBuiltin("boom", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			panic("boom")
		}),
	}}
	loader := runtime.Loader{
		Modules: []runtime.Module{module},
		ReadFile: func(string) ([]byte, error) {
			return []byte("load('m', 'boom')\ndef rule(event):\n    if event:\n        boom()\n    return True\n"), nil
		},
	}
	rule, diags := loader.Rule("r.star", runtime.DefaultMetadata("r"))
	require.Empty(t, diags)

	var w runtime.Worker
	result := w.Eval(runtime.Call{}, rule, starlark.String("panic"))
	require.NotNil(t, result.Err)
	require.Equal(t, "InternalError", result.Err.Type)
	var p *runtime.PanicError
	require.ErrorAs(t, result.Err, &p)
	require.Contains(t, string(p.GoStack), "TestPanic")

	require.True(t, w.Eval(runtime.Call{}, rule, starlark.String("")).Matched())
}

// TestCancel shows that the context of a call ends it.
func TestCancel(t *testing.T) {
	rule := loadRule(t, "r.star", "def rule(event):\n    while True:\n        pass\n    return True\n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var w runtime.Worker
	result := w.Eval(runtime.Call{Context: ctx}, rule, starlark.None)
	require.ErrorIs(t, result.Err, context.Canceled)
}

// TestModule shows what load binds.
func TestModule(t *testing.T) {
	call := func(name string) *starlark.Builtin {
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String("called " + name), nil
		})
	}
	modules := []runtime.Module{
		{Names: []string{"time"}, Members: starlark.StringDict{"time": call("time"), "sleep": call("sleep")}},
		{Names: []string{"a.b", "c"}, Members: starlark.StringDict{"x": starlark.MakeInt(1)}},
	}
	for _, c := range []struct{ src, want string }{
		{`load("time", "time"); v = time.time()`, `"called time"`},
		{`load("time", "time"); v = time()`, `"called time"`},
		{`load("time", "time"); v = time.sleep()`, `"called sleep"`},
		{`load("time", s = "sleep"); v = s()`, `"called sleep"`},
		{`load("a.b", "b"); v = [b.x, str(b), type(b), dir(b)]`, `[1, "<module \"a.b\">", "module", ["x"]]`},
		{`load("c", "c", "x"); v = c.x + x`, `2`},
		{`load("c", "c"); v = c()`, `r.star:1:22: module c is not a function: call one of its members, c.NAME(…)`},
		{`load("c", "c"); v = c.y`, `r.star:1:22: module has no .y field or method`},
	} {
		loader := runtime.Loader{Modules: modules, ReadFile: func(string) ([]byte, error) { return []byte(c.src), nil }}
		file, diags := loader.File("r.star", "r")
		if file == nil {
			first, _, _ := strings.Cut(diags[0].Error(), "\n")
			require.Equal(t, c.want, first, c.src)
			continue
		}
		require.Equal(t, c.want, file.Globals["v"].String(), c.src)
	}
}

// TestCut shows the length of titles and deduplication strings.
func TestCut(t *testing.T) {
	rule := loadRule(t, "r.star", `
def rule(event):
    return True
def title(event):
    return "é" * event
`)
	var w runtime.Worker
	for n, want := range map[int]int{999: 999, 1000: 1000, 1001: 1000, 5000: 1000} {
		m := w.Eval(runtime.Call{}, rule, starlark.MakeInt(n)).Match
		require.Equal(t, strings.Repeat("é", want), m.Title)
		require.Equal(t, m.Title, m.Dedup)
	}
}

// TestTooDeep shows that a tree that is nested too deeply is refused with a
// place.
func TestTooDeep(t *testing.T) {
	src := "def rule(event):\n    return " + strings.Repeat("1 + ", 50_000) + "1 > 0\n"
	loader := runtime.Loader{ReadFile: func(string) ([]byte, error) { return []byte(src), nil }}
	rule, diags := loader.Rule("r.star", runtime.DefaultMetadata("r"))
	require.Nil(t, rule)
	require.Len(t, diags, 1)
	require.Regexp(t, `^r\.star:2:\d+: .*nested too deeply`, diags[0].Error())
}

// TestEvalContextBomb has a rule give a context whose text has no end: that is
// an error of the function, not of the rule, and costs no more than a call.
func TestEvalContextBomb(t *testing.T) {
	const bomb = `
def rule(event):
    return True
def alert_context(event):
    d = {}
    for i in range(100):
        d = {"a": d, "b": d}
    return d
`
	ev, err := event.Decode([]byte(`{}`))
	require.NoError(t, err)
	for _, name := range []string{"bomb.py", "bomb.star"} {
		for want, limits := range map[string]*guard.Limits{
			"limit exceeded: steps":       {Steps: 10_000, Time: time.Minute},
			"limit exceeded: string size": {Bytes: 10_000, Time: time.Minute},
		} {
			w := &runtime.Worker{Limits: limits}
			result := w.Eval(runtime.Call{Context: t.Context(), Now: time.Unix(0, 0)}, loadRule(t, name, bomb), ev)
			require.True(t, result.Matched())
			failure := result.Match.Failures["alert_context"]
			require.Equal(t, "LimitError", failure.Type)
			require.Contains(t, failure.Message, want)
			require.Contains(t, failure.At, name+":4:")
			require.Contains(t, string(result.Match.Context), want)
		}
	}
}
