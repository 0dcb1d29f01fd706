package pytypes_test

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/pytypes"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// An object is an instance of a class whose methods are Go functions.
type object struct {
	class   string
	base    string // the class that it extends
	native  starlark.Value
	methods map[string]func(args []starlark.Value) (starlark.Value, error)
	asked   []string // the methods that were called
}

var (
	_ pytypes.Knower = (*object)(nil)
	_ pytypes.Heir   = (*object)(nil)
)

func (o *object) String() string         { return "<" + o.class + ">" }
func (o *object) Type() string           { return o.class }
func (o *object) Freeze()                {}
func (o *object) Truth() starlark.Bool   { return true }
func (o *object) Hash() (uint32, error)  { return 1, nil }
func (o *object) Native() starlark.Value { return o.native }
func (o *object) ClassName() string      { return o.class }

func (o *object) HasSpecial(name string) bool { return o.methods[name] != nil }

func (o *object) Extends(other pytypes.Object) bool { return o.base == other.ClassName() }

func (o *object) SameClass(other pytypes.Object) bool { return o.class == other.ClassName() }

func (o *object) Special(_ *starlark.Thread, name string, args ...starlark.Value) (starlark.Value, bool, error) {
	m := o.methods[name]
	if m == nil {
		return nil, false, nil
	}
	o.asked = append(o.asked, name)
	v, err := m(args)
	return v, true, err
}

type methods = map[string]func(args []starlark.Value) (starlark.Value, error)

// returns is a method that returns v.
func returns(v starlark.Value) func([]starlark.Value) (starlark.Value, error) {
	return func([]starlark.Value) (starlark.Value, error) { return v, nil }
}

func raises(class string) func([]starlark.Value) (starlark.Value, error) {
	return func([]starlark.Value) (starlark.Value, error) { return nil, pyerr.New(class, "of the method") }
}

var (
	number = starlark.MakeInt(42)
	word   = starlark.String("word")
)

func TestObjectsInOperators(t *testing.T) {
	thread := new(starlark.Thread)
	adds := &object{class: "A", methods: methods{"__add__": returns(word), "__radd__": returns(number), "__iadd__": returns(starlark.None)}}
	none := &object{class: "B"}
	cannot := &object{class: "C", methods: methods{"__add__": returns(pytypes.NotImplemented), "__radd__": returns(pytypes.NotImplemented)}}
	heir := &object{class: "D", base: "A", methods: methods{"__radd__": returns(starlark.True)}}
	for _, c := range []struct {
		x, y starlark.Value
		want starlark.Value
	}{
		{adds, number, word},
		{number, adds, number},
		{none, adds, number},
		{adds, none, word},
		{cannot, adds, number},
		{adds, heir, starlark.True}, // the reflected method of a derived class is asked first
		{heir, adds, number},
		{starlark.NewList(nil), adds, number},
	} {
		v, err := pytypes.Binary(thread, pytypes.Add, c.x, c.y)
		require.NoError(t, err)
		assert.Equal(t, c.want, v, "%v + %v", c.x, c.y)
	}
	_, err := pytypes.Binary(thread, pytypes.Add, cannot, none)
	assertRaises(t, err, "TypeError", "unsupported operand type(s) for +: 'C' and 'B'")
	v, err := pytypes.InPlace(thread, pytypes.Add, adds, none)
	require.NoError(t, err)
	assert.Equal(t, starlark.None, v)
	_, err = pytypes.InPlace(thread, pytypes.Sub, adds, none)
	assertRaises(t, err, "TypeError", "unsupported operand type(s) for -=: 'A' and 'B'")
	_, err = pytypes.Unary(thread, pytypes.Neg, none)
	assertRaises(t, err, "TypeError", "bad operand type for unary -: 'B'")

	other := &object{class: "A", methods: methods{"__radd__": returns(number)}}
	same := &object{class: "A", methods: methods{"__add__": returns(pytypes.NotImplemented)}}
	_, err = pytypes.Binary(thread, pytypes.Add, same, other)
	assertRaises(t, err, "TypeError", "unsupported operand type(s) for +: 'A' and 'A'")
	assert.Empty(t, other.asked)
}

func TestObjectsThatExtendTypes(t *testing.T) {
	thread := new(starlark.Thread)
	five := &object{class: "Five", native: starlark.MakeInt(5)}
	v, err := pytypes.Binary(thread, pytypes.Add, five, starlark.MakeInt(1))
	require.NoError(t, err)
	assert.Equal(t, starlark.MakeInt(6), v)
	v, err = pytypes.Binary(thread, pytypes.Mul, starlark.String("a"), five)
	require.NoError(t, err)
	assert.Equal(t, starlark.String("aaaaa"), v)
	eq, err := pytypes.Equal(thread, five, starlark.Float(5))
	require.NoError(t, err)
	assert.True(t, eq)

	d := starlark.NewDict(1)
	config := &object{class: "Config", native: d, methods: methods{"__missing__": returns(word)}}
	require.NoError(t, pytypes.SetItem(thread, config, number, starlark.None))
	assert.Equal(t, 1, d.Len())
	v, err = pytypes.Item(thread, config, number)
	require.NoError(t, err)
	assert.Equal(t, starlark.None, v)
	v, err = pytypes.Item(thread, config, starlark.String("missing"))
	require.NoError(t, err)
	assert.Equal(t, word, v)
	n, err := pytypes.Len(thread, config)
	require.NoError(t, err)
	assert.Equal(t, 1, n)

	name := &object{class: "Name", native: starlark.String("bob")}
	s, err := pytypes.Str(thread, name)
	require.NoError(t, err)
	assert.Equal(t, "bob", s)
	require.NoError(t, pytypes.SetItem(thread, d, starlark.String("bob"), number))
	v, err = pytypes.Item(thread, d, name)
	require.NoError(t, err)
	assert.Equal(t, number, v)
}

func TestObjectsCompared(t *testing.T) {
	thread := new(starlark.Thread)
	plain, another := &object{class: "P"}, &object{class: "P"}
	yes := &object{class: "Y", methods: methods{"__eq__": returns(starlark.True), "__lt__": returns(word)}}
	for _, c := range []struct {
		x, y starlark.Value
		want bool
	}{{plain, plain, true}, {plain, another, false}, {plain, number, false}, {yes, number, true}, {number, yes, true}, {plain, yes, true}, {starlark.NewList([]starlark.Value{yes}), starlark.NewList([]starlark.Value{number}), true}} {
		eq, err := pytypes.Equal(thread, c.x, c.y)
		require.NoError(t, err)
		assert.Equal(t, c.want, eq, "%v == %v", c.x, c.y)
		ne, err := pytypes.Compare(thread, pytypes.Ne, c.x, c.y)
		require.NoError(t, err)
		assert.Equal(t, starlark.Bool(!c.want), ne)
	}
	v, err := pytypes.Compare(thread, pytypes.Lt, yes, number)
	require.NoError(t, err)
	assert.Equal(t, word, v)
	v, err = pytypes.Compare(thread, pytypes.Gt, number, yes)
	require.NoError(t, err)
	assert.Equal(t, word, v)
	_, err = pytypes.Compare(thread, pytypes.Ge, number, plain)
	assertRaises(t, err, "TypeError", "'>=' not supported between instances of 'int' and 'P'")
	fails := &object{class: "F", methods: methods{"__eq__": raises("ValueError")}}
	_, err = pytypes.Contains(thread, starlark.Tuple{number}, fails)
	assertRaises(t, err, "ValueError", "of the method")
}

func TestObjectsAsContainers(t *testing.T) {
	thread := new(starlark.Thread)
	items := &object{class: "Items", methods: methods{"__getitem__": func(args []starlark.Value) (starlark.Value, error) {
		if args[0] == starlark.Value(starlark.MakeInt(3)) {
			return nil, pyerr.New("IndexError", "")
		}
		return args[0], nil
	}}}
	v, err := types["list"].New(thread, starlark.Tuple{items}, nil)
	require.NoError(t, err)
	s, err := pytypes.Repr(thread, v)
	require.NoError(t, err)
	assert.Equal(t, "[0, 1, 2]", s)
	in, err := pytypes.Contains(thread, items, starlark.MakeInt(2))
	require.NoError(t, err)
	assert.True(t, in)

	left := 2
	count := &object{class: "Count"}
	count.methods = methods{
		"__iter__": returns(count),
		"__next__": func([]starlark.Value) (starlark.Value, error) {
			if left--; left < 0 {
				return nil, pyerr.New("StopIteration", "")
			}
			return starlark.MakeInt(left), nil
		},
	}
	v, err = types["tuple"].New(thread, starlark.Tuple{count}, nil)
	require.NoError(t, err)
	assert.Equal(t, starlark.Tuple{starlark.MakeInt(1), starlark.MakeInt(0)}, v)

	_, err = pytypes.Iterate(thread, &object{class: "P"})
	assertRaises(t, err, "TypeError", "'P' object is not iterable")
	_, err = pytypes.Iterate(thread, &object{class: "P", methods: methods{"__iter__": returns(number)}})
	assertRaises(t, err, "TypeError", "iter() returned non-iterator of type 'int'")
	_, err = pytypes.Len(thread, &object{class: "P"})
	assertRaises(t, err, "TypeError", "object of type 'P' has no len()")
	_, err = pytypes.Len(thread, &object{class: "P", methods: methods{"__len__": returns(starlark.MakeInt(-1))}})
	assertRaises(t, err, "ValueError", "__len__() should return >= 0")
	_, err = pytypes.Item(thread, &object{class: "P"}, number)
	assertRaises(t, err, "TypeError", "'P' object is not subscriptable")
	_, err = pytypes.Truth(thread, &object{class: "P", methods: methods{"__bool__": returns(number)}})
	assertRaises(t, err, "TypeError", "__bool__ should return bool, returned int")
	truth, err := pytypes.Truth(thread, &object{class: "P", methods: methods{"__len__": returns(starlark.MakeInt(0))}})
	require.NoError(t, err)
	assert.False(t, truth)
}

func TestObjectsPrinted(t *testing.T) {
	thread := new(starlark.Thread)
	o := &object{class: "P", methods: methods{"__repr__": returns(starlark.String("P()"))}}
	s, err := pytypes.Str(thread, starlark.NewList([]starlark.Value{o}))
	require.NoError(t, err)
	assert.Equal(t, "[P()]", s)
	o.methods["__str__"] = returns(word)
	s, err = pytypes.Str(thread, o)
	require.NoError(t, err)
	assert.Equal(t, "word", s)
	s, err = pytypes.Format(thread, o, "")
	require.NoError(t, err)
	assert.Equal(t, "word", s)
	_, err = pytypes.Format(thread, o, "5")
	assertRaises(t, err, "TypeError", "unsupported format string passed to P.__format__")
	o.methods["__format__"] = func(args []starlark.Value) (starlark.Value, error) { return args[0], nil }
	s, err = pytypes.Format(thread, o, "a spec")
	require.NoError(t, err)
	assert.Equal(t, "a spec", s)
	o.methods["__repr__"] = returns(number)
	_, err = pytypes.Repr(thread, o)
	assertRaises(t, err, "TypeError", "__repr__ returned non-string (type int)")
	v, err := pytypes.Binary(thread, pytypes.Mod, starlark.String("<%s>"), o)
	require.NoError(t, err)
	assert.Equal(t, starlark.String("<word>"), v)
}

func TestEvents(t *testing.T) {
	thread := new(starlark.Thread)
	e, err := event.Decode([]byte(`{"Name": "x", "list": [1, {"a": 2.0}], "n": 1}`))
	require.NoError(t, err)
	list, ok := e.Field("list")
	require.True(t, ok)
	one, err := pytypes.Item(thread, list, starlark.MakeInt(-1))
	require.NoError(t, err)
	dict := starlark.NewDict(1)
	require.NoError(t, dict.SetKey(starlark.String("a"), starlark.MakeInt(2)))
	plain := starlark.NewList([]starlark.Value{starlark.True, dict})
	for _, c := range []struct {
		x, y starlark.Value
		want bool
	}{{one, dict, true}, {dict, one, true}, {list, plain, true}, {plain, list, true}, {one, one, true}, {list, starlark.Tuple{}, false}, {e, dict, false}, {one, e, false}} {
		eq, err := pytypes.Equal(thread, c.x, c.y)
		require.NoError(t, err)
		assert.Equal(t, c.want, eq, "%v == %v", c.x, c.y)
	}
	v, err := pytypes.Item(thread, e, starlark.String("NAME"))
	require.NoError(t, err)
	assert.Equal(t, starlark.String("x"), v)
	_, err = pytypes.Item(thread, e, starlark.String("other"))
	assertRaises(t, err, "KeyError", "'other'")
	assert.Error(t, pytypes.SetItem(thread, e, starlark.String("a"), number))
	in, err := pytypes.Contains(thread, plain, one)
	require.NoError(t, err)
	assert.True(t, in)
	s, err := pytypes.Repr(thread, list)
	require.NoError(t, err)
	assert.Equal(t, "ImmutableList((1, ImmutableCaseInsensitiveDict({'a': 2.0})))", s)
	v, err = pytypes.Binary(thread, pytypes.Add, list, plain)
	require.NoError(t, err)
	assert.Equal(t, 4, starlark.Len(v))
	v, err = types["dict"].New(thread, starlark.Tuple{e}, nil)
	require.NoError(t, err)
	assert.Equal(t, 3, v.(*starlark.Dict).Len())
	_, err = pytypes.Hash(thread, list)
	assertRaises(t, err, "TypeError", "unhashable type: 'ImmutableList'")
}
