package guard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// limited runs a program under limits and gives its error and the limit.
func limited(t *testing.T, src string, limits guard.Limits, ctx context.Context) (error, error) {
	t.Helper()
	prog, env, err := guarded.compile(src)
	require.NoError(t, err)
	var m guard.Meter
	thread := new(starlark.Thread)
	m.Begin(thread, &limits, ctx)
	_, err = prog.Init(thread, env)
	m.End()
	return err, m.Err()
}

func TestLimitErrors(t *testing.T) {
	small := guard.Limits{Steps: 10_000, Time: time.Hour, Bytes: 1000, Elements: 100, Bits: 1000, Depth: 20}
	for src, want := range map[string]string{
		"while True:\n  pass":                                   "limit exceeded: steps: the call did not end within 10,000 steps; look for a loop that runs too often",
		"def f(): return f()\nf()":                              "limit exceeded: depth: more than 20 calls are active; look for a function that calls itself without end",
		"x = 'abc' * 1000":                                      `limit exceeded: string size: "*" would make 3,000 bytes, at most 1,000 are allowed`,
		"x = 'abc' * (1 << 30)":                                 `limit exceeded: string size: "*" would make 3,221,225,472 bytes, at most 1,000 are allowed`,
		"x = str(['a' * 900, 'b' * 900])":                       `limit exceeded: string size: "str" would make more than 1,000 bytes, at most 1,000 are allowed`,
		"x = [0] * 101":                                         `limit exceeded: list size: "*" would make 101 elements, at most 100 are allowed`,
		"x = sorted(range(1 << 40))":                            `limit exceeded: list size: "sorted" would make 1,099,511,627,776 elements, at most 100 are allowed`,
		"x = 1 << 200":                                          "", // a literal on the left is not checked
		"x = 3\ny = x << 500 << 500":                            `limit exceeded: integer size: "<<" would make 1,002 bits, at most 1,000 are allowed`,
		"t = ()\nfor _ in range(20):\n  t = (t, t)\nx = {t: 1}": `limit exceeded: list size: "key" would walk more than 10,000 elements, at most 10,000 are allowed`,
		"l = []\nfor _ in range(30):\n  l = [l]\nx = repr(l)":   `limit exceeded: depth: "repr" of a value that is nested more than 20 deep`,
	} {
		err, stopped := limited(t, src, small, nil)
		if want == "" {
			assert.NoError(t, err, src)
			continue
		}
		limit, ok := errors.AsType[*guard.LimitError](errors.Join(stopped, err))
		if assert.True(t, ok, "%s: %v", src, err) {
			assert.Equal(t, want, limit.Error())
		}
	}
}

// TestLimitPlace is about the error of an operation, which wraps the limit
// and has its place, and does not stop the thread.
func TestLimitPlace(t *testing.T) {
	err, stopped := limited(t, "def rule(n):\n  a = [\"x\" *\n    n]\nrule(1 << 30)\n", guard.Limits{}, nil)
	limit, ok := errors.AsType[*guard.LimitError](err)
	require.True(t, ok)
	assert.Equal(t, guard.LimitError{Limit: "string size", Op: "*"}, guard.LimitError{Limit: limit.Limit, Op: limit.Op})
	assert.NoError(t, stopped)
	assert.Contains(t, failure(err), "\n\ttest.star:4:5: in <toplevel>\n\ttest.star:2:12: in rule")
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err, stopped := limited(t, "while True:\n  pass", guard.Limits{}, ctx)
	require.ErrorIs(t, stopped, context.Canceled)
	limit, ok := errors.AsType[*guard.LimitError](stopped)
	require.True(t, ok)
	assert.Equal(t, "context", limit.Limit)
	assert.ErrorContains(t, err, "call cancelled: context canceled")
}

// TestMeterReuse has a meter count call after call of one thread, of which
// some reach a limit.
func TestMeterReuse(t *testing.T) {
	long := guarded.function(t, "def f():\n  for i in range(1000000):\n    pass\n", "f")
	short := guarded.function(t, "def f():\n  return 1\n", "f")
	var m guard.Meter
	thread := new(starlark.Thread)
	limits := &guard.Limits{Steps: 2000}
	call := func(fn starlark.Value) error {
		m.Begin(thread, limits, context.Background())
		defer m.End()
		_, err := starlark.Call(thread, fn, nil, nil)
		return err
	}
	for range 3 {
		require.ErrorContains(t, call(long), "did not end within 2,000 steps")
		require.Error(t, m.Err())
		require.Equal(t, uint64(2000), thread.Steps)
		require.NoError(t, call(short))
		require.NoError(t, m.Err())
		require.Less(t, thread.Steps, uint64(10))
	}
	allocs := testing.AllocsPerRun(100, func() {
		m.Begin(thread, limits, context.Background())
		m.End()
	})
	assert.Zero(t, allocs)
}

// TestMeterOf is about the meters that built-ins see.
func TestMeterOf(t *testing.T) {
	thread := new(starlark.Thread)
	thread.Steps = 1_000_000_000 // by a host that counts them itself
	passive := guard.MeterOf(thread)
	require.Same(t, passive, guard.MeterOf(thread))
	require.Equal(t, guard.Default, passive.Limits())
	require.NoError(t, passive.Charge(1000))
	require.NoError(t, passive.Charge(-1))
	require.Error(t, passive.Charge(int(guard.Default.Steps)))
	_, err := starlark.Call(thread, plain.function(t, "def f(): return 1\n", "f"), nil, nil)
	require.NoError(t, err, "the thread goes on")

	var m guard.Meter
	m.Begin(thread, &guard.Limits{Steps: 100}, nil)
	require.Same(t, &m, guard.MeterOf(thread))
	require.NoError(t, m.Charge(99))
	require.ErrorContains(t, m.Charge(1), "100 steps")
	require.Equal(t, m.Err(), m.Charge(1))
	_, err = starlark.Call(thread, plain.function(t, "def f(): return 1\n", "f"), nil, nil)
	require.ErrorContains(t, err, "cancelled: limit exceeded: steps")
}

func TestChecks(t *testing.T) {
	thread := new(starlark.Thread)
	var m guard.Meter
	m.Begin(thread, &guard.Limits{Steps: 100_000, Bytes: 1000, Elements: 1000, Bits: 1000}, nil)
	for _, check := range []func(*starlark.Thread, string, int) error{guard.CheckBytes, guard.CheckElements, guard.CheckBits} {
		require.NoError(t, check(thread, "f", 0))
		require.NoError(t, check(thread, "f", 1000))
		require.ErrorContains(t, check(thread, "f", 1001), `"f" would make 1,001`)
		require.ErrorContains(t, check(thread, "f", -1), `"f" would make more than 1,000`) // an overflow
	}
	steps := thread.Steps
	require.NoError(t, guard.CheckBytes(thread, "f", 960))
	require.Equal(t, steps+30, thread.Steps)

	n := 0
	require.NoError(t, guard.Iterate(thread, stream(100), func(starlark.Value) error { n++; return nil }))
	require.Equal(t, 100, n)
	require.Equal(t, steps+130, thread.Steps)
	stop := errors.New("stop")
	require.Equal(t, stop, guard.Iterate(thread, stream(100), func(starlark.Value) error { return stop }))
	require.ErrorContains(t, guard.Iterate(thread, stream(1<<40), func(starlark.Value) error { return nil }), "limit exceeded: steps")
}

func TestMeasure(t *testing.T) {
	measure := func(expr string) (int, error) {
		thread := new(starlark.Thread)
		var m guard.Meter
		m.Begin(thread, &guard.Limits{Bytes: 100, Elements: 100, Depth: 10}, nil)
		return guard.Measure(thread, "dumps", plain.function(t, expr, "x"))
	}
	for expr, want := range map[string]int{
		"x = 1":                            1,
		"x = [1, 2]":                       3,
		"x = {1: (2, 3), 4: set(['abc'])}": 8,
		"x = [[1, 2, 3]] * 5":              21,
		"x = []\nx.append(x)":              2,
		"x = named(1, (2, 3))":             5,
	} {
		n, err := measure(expr)
		assert.NoError(t, err, expr)
		assert.Equal(t, want, n, expr)
	}
	for expr, want := range map[string]string{
		"x = [0] * 100":                       `"dumps" would walk more than 100 elements`,
		"x = [[0] * 10] * 10":                 `"dumps" would walk more than 100 elements`,
		"x = ['a' * 60] * 2":                  `"dumps" would walk more than 100 bytes`,
		"x = []\nfor _ in range(10): x = [x]": `"dumps" of a value that is nested more than 10 deep`,
	} {
		_, err := measure(expr)
		assert.ErrorContains(t, err, want, expr)
	}
}

func TestStr(t *testing.T) {
	thread := new(starlark.Thread)
	value := fresh(t, operands...)
	for i := range operands {
		v := value(i)
		s, err := guard.Repr(thread, v)
		require.NoError(t, err)
		require.Equal(t, v.String(), s)
		s, err = guard.Str(thread, v)
		require.NoError(t, err)
		want, err := starlark.Call(thread, starlark.Universe["str"], starlark.Tuple{v}, nil)
		require.NoError(t, err)
		require.Equal(t, want, starlark.String(s))
	}
}
