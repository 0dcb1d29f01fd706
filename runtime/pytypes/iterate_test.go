package pytypes_test

import (
	"testing"

	"github.com/starhost/starhost/runtime/pytypes"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func ints(n ...int) *starlark.List {
	var elems []starlark.Value
	for _, i := range n {
		elems = append(elems, starlark.MakeInt(i))
	}
	return starlark.NewList(elems)
}

// runLoop runs a loop whose body is f, and gives the error that ended it.
func runLoop(t *testing.T, x starlark.Value, f func(starlark.Value)) (failed error) {
	thread := new(starlark.Thread)
	it, err := pytypes.Loop(thread, x, func(err error) { failed = err })
	require.NoError(t, err)
	loop := it.Iterate()
	defer loop.Done()
	var v starlark.Value
	for loop.Next(&v) {
		f(v)
	}
	return failed
}

func TestLoopOverChanges(t *testing.T) {
	thread := new(starlark.Thread)
	list := ints(1, 2, 3)
	var seen []starlark.Value
	err := runLoop(t, list, func(v starlark.Value) {
		seen = append(seen, v)
		if list.Len() < 5 {
			require.NoError(t, list.Append(v))
		}
	})
	require.NoError(t, err)
	assert.Len(t, seen, 5)

	d := starlark.NewDict(2)
	for i := range 20 {
		require.NoError(t, d.SetKey(starlark.MakeInt(i), starlark.None))
	}
	n := 0
	err = runLoop(t, d, func(k starlark.Value) {
		n++
		require.NoError(t, pytypes.SetItem(thread, d, k, starlark.True)) // is no change of size
	})
	require.NoError(t, err)
	assert.Equal(t, 20, n)
	err = runLoop(t, d, func(k starlark.Value) {
		require.NoError(t, pytypes.SetItem(thread, d, starlark.String("new"), starlark.True))
	})
	assertRaises(t, err, "RuntimeError", "dictionary changed size during iteration")
	err = runLoop(t, d, func(k starlark.Value) {
		_, _, err := d.Delete(k)
		require.NoError(t, err)
	})
	assertRaises(t, err, "RuntimeError", "dictionary changed size during iteration")
	err = runLoop(t, d, func(k starlark.Value) { // delete the next one, and add another
		for other := range d.Entries() {
			if other != k {
				defer d.Delete(other)
				break
			}
		}
		defer d.SetKey(starlark.String(k.String()+"x"), starlark.None)
	})
	assertRaises(t, err, "RuntimeError", "dictionary keys changed during iteration")

	set := new(starlark.Set)
	require.NoError(t, set.Insert(number))
	err = runLoop(t, set, func(starlark.Value) { require.NoError(t, set.Insert(word)) })
	assertRaises(t, err, "RuntimeError", "Set changed size during iteration")
}

func TestLoopOverText(t *testing.T) {
	var seen []starlark.Value
	require.NoError(t, runLoop(t, starlark.String("aé😀\xed\xa0\x80"), func(v starlark.Value) { seen = append(seen, v) }))
	assert.Equal(t, []starlark.Value{starlark.String("a"), starlark.String("é"), starlark.String("😀"), starlark.String("\xed\xa0\x80")}, seen)
}

func TestLoopFails(t *testing.T) {
	thread := new(starlark.Thread)
	fn := starlark.NewBuiltin("f", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Binary(thread, pytypes.TrueDiv, starlark.MakeInt(1), args[0])
	})
	m, err := types["map"].New(thread, starlark.Tuple{fn, ints(1, 0, 2)}, nil)
	require.NoError(t, err)
	n := 0
	assertRaises(t, runLoop(t, m, func(starlark.Value) { n++ }), "ZeroDivisionError", "division by zero")
	assert.Equal(t, 1, n)
	_, err = pytypes.Loop(thread, number, nil)
	assertRaises(t, err, "TypeError", "'int' object is not iterable")
}

func TestUnpack(t *testing.T) {
	thread := new(starlark.Thread)
	for _, c := range []struct {
		x    starlark.Value
		n    int
		want string
	}{
		{starlark.Tuple{number, word}, 2, ""},
		{ints(1, 2), 2, ""},
		{starlark.String("ab"), 2, ""},
		{starlark.Tuple{number}, 2, "ValueError: not enough values to unpack (expected 2, got 1)"},
		{ints(1, 2, 3), 2, "ValueError: too many values to unpack (expected 2)"},
		{starlark.String("abc"), 2, "ValueError: too many values to unpack (expected 2)"},
		{starlark.String("a"), 2, "ValueError: not enough values to unpack (expected 2, got 1)"},
		{number, 2, "TypeError: cannot unpack non-iterable int object"},
		{starlark.None, 1, "TypeError: cannot unpack non-iterable NoneType object"},
	} {
		got, err := pytypes.Unpack(thread, c.x, c.n)
		if c.want == "" {
			require.NoError(t, err)
			assert.Len(t, got, c.n)
			continue
		}
		assert.Equal(t, "!"+c.want, failure(err))
	}
	parts, err := pytypes.UnpackStar(thread, ints(1, 2, 3, 4), 1, 1)
	require.NoError(t, err)
	s, err := pytypes.Repr(thread, parts)
	require.NoError(t, err)
	assert.Equal(t, "(1, [2, 3], 4)", s)
	parts, err = pytypes.UnpackStar(thread, starlark.String("ab"), 1, 1)
	require.NoError(t, err)
	s, err = pytypes.Repr(thread, parts)
	require.NoError(t, err)
	assert.Equal(t, "('a', [], 'b')", s)
	_, err = pytypes.UnpackStar(thread, ints(1), 1, 1)
	assertRaises(t, err, "ValueError", "not enough values to unpack (expected at least 2, got 1)")
	_, err = pytypes.UnpackStar(thread, number, 1, 1)
	assertRaises(t, err, "TypeError", "cannot unpack non-iterable int object")
}

func TestPrint(t *testing.T) {
	thread := new(starlark.Thread)
	var lines []string
	thread.Print = func(_ *starlark.Thread, line string) { lines = append(lines, line) }
	call := func(args starlark.Tuple, kwargs ...starlark.Tuple) {
		_, err := functions["print"].CallInternal(thread, args, kwargs)
		require.NoError(t, err)
	}
	end := func(s string) starlark.Tuple { return starlark.Tuple{starlark.String("end"), starlark.String(s)} }
	call(starlark.Tuple{number, word})
	call(starlark.Tuple{starlark.String("a")}, end(""))
	call(starlark.Tuple{starlark.String("b")}, end(", "))
	call(starlark.Tuple{starlark.String("c\nd")})
	call(nil)
	call(starlark.Tuple{number, word}, starlark.Tuple{starlark.String("sep"), starlark.String("")})
	call(starlark.Tuple{starlark.String("open")}, end(""))
	pytypes.EndLine(thread)
	pytypes.EndLine(thread)
	call(starlark.Tuple{starlark.String("open again")}, end(""))
	thread.Steps = 0 // another call
	call(starlark.Tuple{starlark.String("last")})
	assert.Equal(t, []string{"42 word", "ab, c\nd", "", "42word", "open", "open again", "last"}, lines)
}

func TestKeyErrorArguments(t *testing.T) {
	_, err := pytypes.Item(new(starlark.Thread), new(starlark.Dict), starlark.Tuple{number})
	assertRaises(t, err, "KeyError", "(42,)")
	var made interface{ PyArgs() starlark.Tuple }
	require.ErrorAs(t, err, &made)
	assert.Equal(t, starlark.Tuple{starlark.Tuple{number}}, made.PyArgs())
}

func TestFrozen(t *testing.T) {
	thread := new(starlark.Thread)
	list := ints(1)
	list.Freeze()
	_, err := pytypes.MethodOf(list, "append")(thread, list, starlark.Tuple{number}, nil)
	assertRaises(t, err, "TypeError", "cannot append to frozen list")
	d := new(starlark.Dict)
	d.Freeze()
	assertRaises(t, pytypes.SetItem(thread, d, number, word), "TypeError", "cannot insert into frozen hash table")
}

// TestKeys: values that are equal are the same key.
func TestKeys(t *testing.T) {
	thread := new(starlark.Thread)
	for _, c := range []struct{ code, want string }{
		{"x = {(1, 'a'): 1}; x[(True, 'a')] = 2", "{(1, 'a'): 2}"},
		{"x = {(True, 0.0): 1}; x[(1, False)] = 2; x[1, 0]", "2 ; {(True, 0.0): 2}"},
		{"x = {(1, 1, 1, 1): 1}; (1, 1, 1, 1.0) in x", "True ; {(1, 1, 1, 1): 1}"},
		{"x = {frozenset([True]): 1}; x[frozenset([1])]; frozenset([0]) in x", "1 ; False ; {frozenset({True}): 1}"},
		{"x = {1}; x.add(True); x.remove(1.0); x", "None ; None ; set() ; set()"},
		{"x = {(0,): 1}; del x[(False,)]", "{}"},
		{"{1, True, 1.0, 0} == {True, False}", "True"},
	} {
		assert.Equal(t, c.want, outcome(c.code), c.code)
	}
	name := &object{class: "Name", native: starlark.String("bob")}
	d := new(starlark.Dict)
	require.NoError(t, pytypes.SetItem(thread, d, starlark.String("bob"), number))
	require.NoError(t, pytypes.SetItem(thread, d, name, word))
	assert.Equal(t, 1, d.Len())
}
