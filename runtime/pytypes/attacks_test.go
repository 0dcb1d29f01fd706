package pytypes_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/pysyntax"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// limits are such that no time decides: fewer steps than by default.
var limits = guard.Limits{Steps: 1_000_000, Time: time.Minute}

// within runs a program within limits.
func within(t *testing.T, limits guard.Limits, code string) (starlark.Value, error) {
	m, errs := pysyntax.Parse("x.py", []byte(code))
	require.Nil(t, errs, code)
	thread := new(starlark.Thread)
	var meter guard.Meter
	meter.Begin(thread, &limits, nil)
	defer meter.End()
	e := &evaluator{thread: thread}
	var v starlark.Value
	for _, stmt := range m.Body {
		var err error
		if v, err = e.stmt(stmt); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// TestAttacks tries to make small programs cost much.
func TestAttacks(t *testing.T) {
	const tenMB = "('x' * 10**7)"
	for _, c := range []struct{ code, want string }{
		{"'x' * 10**10", "string size"},
		{"10**10 * b'x'", "string size"},
		{"[0] * 10**9", "list size"},
		{"(0,) * 10**9", "list size"},
		{"x = [0]; x *= 10**9", "list size"},
		{"1 << 10**9", "integer size"},
		{"1 << 2**70", "integer size"},
		{"2 ** 10**9", "integer size"},
		{"7 ** 2**70", "integer size"},
		{"pow(3, 10**19, 10**4000) and pow(3, 10**19000, 10**19000)", "steps"},
		{"(1 << 60000) * (1 << 60000)", "integer size"},
		{"'%999999999d' % 1", "string size"},
		{"'%.999999999f' % 1.5", "string size"},
		{"'%*d' % (10**9, 1)", "string size"},
		{"'%099999999d' % 1", "string size"},
		{"'%.99999999d' % 1", "string size"},
		{"format(1, '999999999')", "string size"},
		{"format(1, '0999999999,')", "string size"},
		{"format('', '999999999')", "string size"},
		{"format(1.5, '.999999999f')", "string size"},
		{"format(1.5, '.99999999999f')", "precision too big"},
		{"'{:>{}}'.format('', 10**9)", "string size"},
		{"('{0}' * 10**6).format('x' * 10**6)", "string size"},
		{"('%s' * 10**6) % (('x' * 10**6,) * 10**6)", "string size"},
		{tenMB + ".replace('x', 'yyyyyyyyyy')", "string size"},
		{tenMB + ".replace('', 'yyyyyyyyyy')", "string size"},
		{tenMB + ".join(['', '', ''])", "string size"},
		{"'x'.join(" + tenMB + ")", "steps"},
		{"'a'.center(10**9)", "string size"},
		{"'a'.zfill(10**9)", "string size"},
		{"('\\t' * 10**6).expandtabs(1000)", "string size"},
		{tenMB + ".split('x')", "list size"},
		{"('x ' * 5 * 10**6).split()", "list size"},
		{"('x\\n' * 5 * 10**6).splitlines()", "list size"},
		{"('x' * 10**6).translate({120: 'y' * 10**6})", "string size"},
		{"list(range(10**9))", "list size"},
		{"list(" + tenMB + ")", "steps"},
		{"sorted(range(10**9))", "list size"},
		{"tuple(map(str, range(10**12)))", "steps"},
		{"set(range(10**9))", "steps"},
		{"dict.fromkeys(range(10**9))", "steps"},
		{"max(range(10**12))", "steps"},
		{"sum(range(10**12))", "steps"},
		{"all(range(1, 10**12))", "steps"},
		{"any(map(int, filter(None, iter(range(10**12))))) and all(zip(range(10**12)))", "steps"},
		{"-1 in map(abs, range(10**12))", "steps"},
		{"x = []; x += range(10**9)", "steps"},
		{"x = []; x[:] = range(10**9)", "list size"},
		{"int('9' * 10**6)", "Exceeds the limit (4300 digits)"},
		{"int('f' * 10**6, 16)", "integer size"},
		{"str(1 << 60000)", "Exceeds the limit (4300 digits)"},
		{"'%d' % (1 << 60000)", "Exceeds the limit (4300 digits)"},
		{"format(1 << 60000, ',')", "Exceeds the limit (4300 digits)"},
		{"float('9' * 10**6)", ""},
		{"bytes(10**9)", "string size"},
		{"(1).to_bytes(10**9)", "string size"},
		{"int.from_bytes(bytes(10**6))", "integer size"},
		{"b'x'.ljust(10**9)", "string size"},
		{"hash((1 << 60000, 1.5))", ""},
		{"round(10**4000, -10**9)", ""},
		{"round(1.5, 10**9)", ""},
		{"range(10**18)[::2]", ""},
		{"len(range(-2**63, 2**63 - 1))", "too large"},
		{"repr('\\u200b' * 10**7)", "string size"},
		{"ascii('é' * 3 * 10**6)", "string size"},
		{"'a' in ('x' * 10**7)", ""},
		{"('a' * 10**7).count('aa')", ""},
		{"('\\u2003' * 10**6).strip()", ""},
		{"{1, 2}.union(range(10**9))", "steps"},
		{"{1: 2}.keys() | range(10**9)", "steps"},
		{"reversed('x' * 10**7)", "list size"},
		{"print('x' * 10**7, 'x' * 10**7)", "string size"},
	} {
		limits := limits
		if c.want == "steps" {
			limits.Steps /= 10 // as it would go on for ever
		}
		start := time.Now()
		_, err := within(t, limits, c.code)
		if c.want == "" {
			assert.NoError(t, err, c.code)
		} else if assert.Error(t, err, c.code) {
			assert.Contains(t, err.Error(), c.want, c.code)
		}
		assert.Less(t, time.Since(start), 20*time.Second, c.code)
	}
}

// nested gives a list in a list, and so on.
func nested(depth int) starlark.Value {
	v := starlark.NewList(nil)
	for range depth {
		v = starlark.NewList([]starlark.Value{v})
	}
	return v
}

// bomb gives a list of ten times the same list of ten times the same list …
func bomb(depth int) starlark.Value {
	var v starlark.Value = starlark.String("x")
	for range depth {
		list := make([]starlark.Value, 10)
		for i := range list {
			list[i] = v
		}
		v = starlark.NewList(list)
	}
	return v
}

func meteredThread() *starlark.Thread {
	thread := new(starlark.Thread)
	new(guard.Meter).Begin(thread, &limits, nil)
	return thread
}

func TestDeepValues(t *testing.T) {
	deep, other := nested(100_000), nested(100_000)
	_, err := pytypes.Repr(meteredThread(), deep)
	assertRaises(t, err, "RecursionError", "maximum recursion depth exceeded while getting the repr of an object")
	_, err = pytypes.Equal(meteredThread(), deep, other)
	assertRaises(t, err, "RecursionError", "maximum recursion depth exceeded in comparison")
	_, err = pytypes.Compare(meteredThread(), pytypes.Lt, deep, other)
	assertRaises(t, err, "RecursionError", "maximum recursion depth exceeded in comparison")
	_, err = pytypes.Contains(meteredThread(), starlark.NewList([]starlark.Value{deep}), other)
	assertRaises(t, err, "RecursionError", "maximum recursion depth exceeded in comparison")

	s, err := pytypes.Repr(meteredThread(), nested(500))
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("[", 501)+strings.Repeat("]", 501), s)
}

func TestBombs(t *testing.T) {
	a, b := bomb(9), bomb(9)
	_, err := pytypes.Repr(meteredThread(), a)
	assertLimit(t, err, "string size")
	_, err = pytypes.Equal(meteredThread(), a, b)
	assertLimit(t, err, "steps")

	tuple := starlark.Tuple{starlark.MakeInt(1)}
	for range 40 {
		tuple = starlark.Tuple{tuple, tuple}
	}
	_, err = pytypes.Hash(meteredThread(), tuple)
	assertLimit(t, err, "list size")
	assertLimit(t, pytypes.SetItem(meteredThread(), new(starlark.Dict), tuple, starlark.None), "list size")
}

// TestMany charges what repeated operations cost, but not the size of the
// whole for each small one.
func TestMany(t *testing.T) {
	thread := meteredThread()
	list := starlark.NewList(nil)
	one := starlark.NewList([]starlark.Value{starlark.None})
	appendTo := pytypes.MethodOf(list, "append")
	for range 100_000 {
		if _, err := pytypes.InPlace(thread, pytypes.Add, list, one); err != nil {
			t.Fatal(err)
		}
		if _, err := appendTo(thread, list, starlark.Tuple{starlark.None}, nil); err != nil {
			t.Fatal(err)
		}
	}
	d := new(starlark.Dict)
	for i := range 100_000 {
		if err := pytypes.SetItem(thread, d, starlark.MakeInt(i), starlark.None); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pytypes.Binary(thread, pytypes.Mod, starlark.String(strings.Repeat("%s ", 10_000)), make(starlark.Tuple, 0))
	assertRaises(t, err, "TypeError", "not enough arguments for format string")
	args := make(starlark.Tuple, 10_000)
	for i := range args {
		args[i] = starlark.String("some text")
	}
	_, err = pytypes.Binary(thread, pytypes.Mod, starlark.String(strings.Repeat("%s ", 10_000)), args)
	require.NoError(t, err)
	assert.Less(t, thread.Steps, limits.Steps)
}

// TestGrowth ends lists and dictionaries that grow by one at a time.
func TestGrowth(t *testing.T) {
	thread := new(starlark.Thread)
	new(guard.Meter).Begin(thread, &guard.Limits{Elements: 5000, Steps: 1 << 40}, nil)
	list := starlark.NewList(nil)
	appendTo := pytypes.MethodOf(list, "append")
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		_, err = appendTo(thread, list, starlark.Tuple{starlark.None}, nil)
	}
	assertLimit(t, err, "list size")
	d := new(starlark.Dict)
	err = nil
	for i := 0; err == nil && i < 10_000; i++ {
		err = pytypes.SetItem(thread, d, starlark.MakeInt(i), starlark.None)
	}
	assertLimit(t, err, "list size")
}

func assertRaises(t *testing.T, err error, class, msg string) {
	t.Helper()
	var named interface{ PyClass() string }
	if assert.Error(t, err) && assert.ErrorAs(t, err, &named) {
		assert.Equal(t, class, named.PyClass())
		assert.Equal(t, msg, err.Error())
	}
}

func assertLimit(t *testing.T, err error, limit string) {
	t.Helper()
	var e *guard.LimitError
	if assert.Error(t, err) && assert.True(t, errors.As(err, &e), "%v", err) {
		assert.Equal(t, limit, e.Limit)
	}
}
