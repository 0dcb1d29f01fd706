package probe_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// record calls the function rule of src, and gives the steps.
func record(t testing.TB, rec *probe.Recorder, src string, args ...starlark.Value) []probe.Step {
	globals, err := load(new(starlark.Thread), src, explained)
	require.NoError(t, err)
	thread := new(starlark.Thread)
	rec.Attach(thread)
	_, _ = starlark.Call(thread, globals["rule"], args, nil)
	return rec.Steps()
}

// The first and the last steps are kept.
func TestRecorderKeep(t *testing.T) {
	const src = "def rule(n):\n  for i in range(n):\n    if i == n: pass\n"
	for _, c := range []struct {
		n, keep, dropped int
		want             string
	}{
		{0, 2, 0, "L R"},
		{2, 2, 0, "L 0 1 R"},
		{3, 2, 1, "L 0 2 R"},
		{9, 3, 5, "L 0 1 7 8 R"},
		{3, 1, 3, "L R"},
		{600, 0, 0, ""},
		{2000, 0, 1002, ""},
	} {
		rec := probe.Recorder{Keep: c.keep}
		steps := record(t, &rec, src, starlark.MakeInt(c.n))
		dropped, after := rec.Dropped()
		assert.Equal(t, c.dropped, dropped)
		if c.dropped > 0 {
			assert.Equal(t, len(steps)/2, after)
		}
		if c.want != "" {
			assert.Equal(t, c.want, loopSteps(steps))
		}
		assert.Equal(t, probe.Return, steps[len(steps)-1].Kind)
		_, ok := probe.Deciding(steps)
		assert.True(t, ok)
		rec.Reset()
		assert.Empty(t, rec.Steps())
	}
}

func loopSteps(steps []probe.Step) string {
	var words []string
	for _, s := range steps {
		switch s.Kind {
		case probe.Loop:
			words = append(words, "L")
		case probe.Return:
			words = append(words, "R")
		default:
			words = append(words, s.Operands[0].Value)
		}
	}
	return strings.Join(words, " ")
}

// Values are spelled as Starlark does, up to 200 characters, in no time.
func TestValues(t *testing.T) {
	long := strings.Repeat("é", 1_000_000)
	many := make([]starlark.Value, 1_000_000)
	for i := range many {
		many[i] = starlark.MakeInt(i)
	}
	deep := starlark.NewList(nil)
	for range 100_000 {
		deep = starlark.NewList([]starlark.Value{deep})
	}
	loop := starlark.NewList(nil)
	require.NoError(t, loop.Append(loop))
	dict := starlark.NewDict(2)
	require.NoError(t, dict.SetKey(starlark.String("k"), starlark.Tuple{starlark.None}))
	set := starlark.NewSet(1)
	require.NoError(t, set.Insert(starlark.MakeInt(1)))
	huge := new(big.Int).Lsh(big.NewInt(1), 10_000_000)
	for _, c := range []struct {
		value starlark.Value
		want  string
	}{
		{starlark.String("a\n\"é"), `"a\n\"é"`},
		{starlark.String(long), `"` + long[:2*199] + "…"},
		{starlark.String("\xff" + long), `"\xff` + long[:2*195] + "…"},
		{starlark.Bytes("a\xff"), `b"a\xff"`},
		{starlark.Bytes(long), `b"` + long[:2*198] + "…"},
		{starlark.Tuple{starlark.True, starlark.Float(1.5)}, "(True, 1.5)"},
		{starlark.NewList(many[:3]), "[0, 1, 2]"},
		{starlark.NewList(many), cutList(many)},
		{deep, strings.Repeat("[", 200) + "…"},
		{loop, strings.Repeat("[", 200) + "…"},
		{dict, `{"k": (None,)}`},
		{set, "set([1])"},
		{starlark.MakeBigInt(huge), "<int of 10000001 bits>"},
		{starlark.MakeBigInt(new(big.Int).Lsh(big.NewInt(1), 70)), "1180591620717411303424"},
		{starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{"a": deep}), "<struct>"},
		{crowd{}, "<crowd>"},
		{starlark.Universe["len"], "<built-in function len>"},
		{starlark.Universe["range"], "<built-in function range>"},
	} {
		var rec probe.Recorder
		steps := record(t, &rec, "def rule(x): return x", c.value)
		assert.Equal(t, c.want, steps[0].Value)
		assert.LessOrEqual(t, utf8.RuneCountInString(steps[0].Value), 201)
	}
}

func cutList(values []starlark.Value) string {
	s := "["
	for _, v := range values {
		s += v.String() + ", "
		if len(s) > 200 {
			return s[:200] + "…"
		}
	}
	return s
}

// A value is shown as it was, whatever becomes of it.
func TestValuesThen(t *testing.T) {
	steps := record(t, new(probe.Recorder), `
def rule():
    x = [1]
    if x == [1]: x.append(2)
    return x
`)
	require.Equal(t, "[1]", steps[0].Operands[0].Value)
	require.Equal(t, "[1, 2]", steps[1].Value)
}

func TestStepJSON(t *testing.T) {
	steps := record(t, new(probe.Recorder), "def rule(x):\n  return x == 1\n", starlark.MakeInt(2))
	text, err := json.Marshal(steps)
	require.NoError(t, err)
	require.JSONEq(t, `[{
		"file": "rule.star", "line": 2, "col": 10, "end_line": 2, "end_col": 16, "text": "x == 1",
		"kind": "return", "value": "False", "operands": [{"text": "x", "value": "2"}], "depth": 0, "func": "rule"
	}]`, string(text))
}

func TestNoSteps(t *testing.T) {
	_, ok := probe.Deciding(nil)
	require.False(t, ok)
	require.Empty(t, probe.Chain(nil))
	require.Empty(t, new(probe.Recorder).Steps())
}

// Explained code runs without a recorder, and after one was taken away.
func TestDetach(t *testing.T) {
	globals, err := load(new(starlark.Thread), "def rule(x): return x == 1", explained)
	require.NoError(t, err)
	var rec probe.Recorder
	thread := new(starlark.Thread)
	for _, want := range []int{0, 1, 1} {
		v, err := starlark.Call(thread, globals["rule"], starlark.Tuple{starlark.MakeInt(1)}, nil)
		require.NoError(t, err)
		require.Equal(t, starlark.True, v)
		require.Len(t, rec.Steps(), want)
		if want == 0 {
			rec.Attach(thread)
		} else {
			probe.Detach(thread)
		}
	}
}

// One program explains itself on several threads at once.
func TestExplainConcurrently(t *testing.T) {
	globals, err := load(new(starlark.Thread), `
def helper(x): return x % 2 == 0
def rule(x):
    if helper(x) and x > 2: return True
    return x == 1
`, explained)
	require.NoError(t, err)
	globals.Freeze()
	inParallel(func(i int) {
		var rec probe.Recorder
		thread := new(starlark.Thread)
		rec.Attach(thread)
		for range 100 {
			rec.Reset()
			_, err := starlark.Call(thread, globals["rule"], starlark.Tuple{starlark.MakeInt(i)}, nil)
			assert.NoError(t, err)
			assert.Equal(t, fmt.Sprint(i%2), rec.Steps()[0].Operands[0].Value)
			s, ok := probe.Deciding(rec.Steps())
			assert.True(t, ok)
			assert.NotEmpty(t, s.Text)
		}
	})
}

// Counts are exact, however many goroutines count.
func TestCoverConcurrently(t *testing.T) {
	points, globals := cover(t, `
def rule(x):
    for y in [x]:
        if y > 3: return True
    return False
`)
	globals.Freeze()
	inParallel(func(i int) {
		thread := new(starlark.Thread)
		for range 1000 {
			_, err := starlark.Call(thread, globals["rule"], starlark.Tuple{starlark.MakeInt(i)}, nil)
			assert.NoError(t, err)
			points.File()
		}
	})
	f := points.File()
	require.Equal(t, []probe.Line{{Line: 2, Count: 1}, {Line: 3, Count: 8000}, {Line: 4, Count: 8000}, {Line: 5, Count: 4000}}, f.Lines)
	require.EqualValues(t, 4000, f.Branches[1].True)
	require.EqualValues(t, 4000, f.Branches[1].False)

	points.Reset()
	require.Zero(t, points.File().Summary().Lines.Covered)
}

// inParallel runs f with 0 to 7 at once.
func inParallel(f func(i int)) {
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() { f(i) })
	}
	wait.Wait()
}

func TestMerge(t *testing.T) {
	const src = "def rule(x):\n  if x: return True\n"
	a, globals := cover(t, src)
	_, err := starlark.Call(new(starlark.Thread), globals["rule"], starlark.Tuple{starlark.True}, nil)
	require.NoError(t, err)
	b, _ := cover(t, src)
	one, two := a.File(), b.File()
	two.Rule = "R"
	other := &probe.File{Path: "other.star"}
	sum, err := probe.Merge(one, two, other, one)
	require.NoError(t, err)
	require.Len(t, sum, 2)
	require.Equal(t, "other.star", sum[0].Path)
	got := sum[1]
	require.Equal(t, "R", got.Rule)
	require.Equal(t, []probe.Line{{Line: 1, Count: 3}, {Line: 2, Count: 2}}, got.Lines)
	require.EqualValues(t, 2, got.Branches[0].True)
	require.EqualValues(t, 2, got.Functions[0].Count)
	require.EqualValues(t, 2, got.Returns[0].Count)
	require.Equal(t, probe.Summary{Path: "rule.star", Rule: "R", Lines: probe.Ratio{Covered: 2, Total: 2}, Branches: probe.Ratio{Covered: 1, Total: 2}, NeverTrue: []int{}}, got.Summary())
	require.EqualValues(t, 1, one.Lines[0].Count, "the inputs stay as they are")

	changed, _ := cover(t, src+"\npass\n")
	_, err = probe.Merge(one, changed.File())
	require.EqualError(t, err, "merge coverage of rule.star: the counts are of different texts")
	require.Equal(t, probe.Ratio{Covered: 4, Total: 5}, probe.Total([]probe.Summary{one.Summary(), changed.File().Summary()}).Lines)
}

// To show a value takes microseconds, whatever its size.
func BenchmarkShow(b *testing.B) {
	many := make([]starlark.Value, 1_000_000)
	for i := range many {
		many[i] = starlark.MakeInt(i)
	}
	deep := starlark.NewList(nil)
	for range 100_000 {
		deep = starlark.NewList([]starlark.Value{deep})
	}
	globals, err := load(new(starlark.Thread), "def rule(x): return x", explained)
	require.NoError(b, err)
	for name, v := range map[string]starlark.Value{
		"none": starlark.None, "list": starlark.NewList(many), "deep": deep,
		"string": starlark.String(strings.Repeat("x", 1_000_000)),
	} {
		b.Run(name, func(b *testing.B) {
			rec := probe.Recorder{Keep: 1}
			thread := new(starlark.Thread)
			rec.Attach(thread)
			for b.Loop() {
				_, _ = starlark.Call(thread, globals["rule"], starlark.Tuple{v}, nil)
			}
		})
	}
}
