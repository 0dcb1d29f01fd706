package probe_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// programs are those of testdata/programs.star.
func programs(t testing.TB) []string {
	text, err := os.ReadFile("testdata/programs.star")
	require.NoError(t, err)
	list := strings.Split(string(text), "\n---\n")
	require.Greater(t, len(list), 50)
	return list
}

// run spells all that a program does: what it prints, and what it defines or
// how it fails. It stops after some steps.
func run(src string, p pass, maxSteps uint64) (result string, steps uint64, compiled bool) {
	prog, env, err := compile(src, p)
	if err != nil {
		return err.Error(), 0, false
	}
	var b strings.Builder
	thread := &starlark.Thread{Print: func(t *starlark.Thread, msg string) {
		fmt.Fprintf(&b, "%s: %s\n", t.CallFrame(1).Pos, msg)
	}}
	thread.SetMaxExecutionSteps(maxSteps)
	var rec probe.Recorder
	rec.Attach(thread)
	globals, err := prog.Init(thread, env)
	for _, name := range globals.Keys() {
		fmt.Fprintf(&b, "%s = %v\n", name, globals[name])
	}
	if err != nil {
		fmt.Fprintln(&b, outcome(nil, err))
	}
	probe.Chain(rec.Steps())
	return b.String(), thread.ExecutionSteps(), true
}

// TestSame runs programs with and without each pass.
func TestSame(t *testing.T) {
	failed := 0
	for i, src := range programs(t) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			want, steps, ok := run(src, plain, 100_000)
			require.True(t, ok || strings.Contains(want, "undefined: "), "%s\n%s", src, want)
			if strings.Contains(want, "Traceback") {
				failed++
			}
			got, explainedSteps, _ := run(src, explained, 100_000)
			require.Equal(t, want, got, "explained:\n%s", src)
			require.InDelta(t, steps, explainedSteps, 5+0.3*float64(steps), "steps explained:\n%s", src)
			got, coveredSteps, _ := run(src, covered, 500_000)
			require.Equal(t, want, got, "covered:\n%s", src)
			require.LessOrEqual(t, coveredSteps, 20+4*steps, "steps covered:\n%s", src)
		})
	}
	require.Greater(t, failed, 40, "programs that fail as they should")
}

// FuzzInstrument runs any program with and without each pass.
func FuzzInstrument(f *testing.F) {
	for _, src := range programs(f) {
		f.Add(src)
	}
	const maxSteps = 10_000
	f.Fuzz(func(t *testing.T, src string) {
		if _, err := dialect.Parse("rule.star", src, 0); err != nil {
			t.Skip()
		}
		want, steps, compiled := run(src, plain, maxSteps)
		if steps >= maxSteps {
			t.Skip()
		}
		for name, p := range map[string]pass{"explained": explained, "covered": covered} {
			got, _, ok := run(src, p, 20*maxSteps)
			require.Equal(t, compiled, ok, "%s compiles: %s", name, got)
			require.Equal(t, want, got, name)
		}
	})
}

// A tree that is too deep for the guard stays as it is, quickly.
func TestDeep(t *testing.T) {
	for name, src := range map[string]string{
		"and":   "x = 1" + strings.Repeat(" and 1 == x", 1_900),
		"deep":  "x = 1" + strings.Repeat(" and 1 == x", 50_000),
		"dots":  "x = [1]\ny = x" + strings.Repeat(".a", 50_000) + " == 1",
		"calls": "def x(): return x" + strings.Repeat("(1 == 1)", 1_900),
		"elif":  "if x: pass\n" + strings.Repeat("elif x: pass\n", 4_000),
		"not":   "x = " + strings.Repeat("not ", 70) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range []pass{explained, covered} {
				f, err := dialect.Parse("rule.star", src, 0)
				require.NoError(t, err)
				p(f, []byte(src))
				_, err = starlark.FileProgram(f, func(string) bool { return true })
				require.NoError(t, err)
			}
		})
	}
}
