package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Binary is x op y.
func Binary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	return starlark.Binary(operators[op].token, x, y)
}

// InPlace is the value that x op= y assigns to x.
func InPlace(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	return Binary(t, op, x, y)
}

// Unary is op x.
func Unary(t *starlark.Thread, op UnaryOp, x starlark.Value) (starlark.Value, error) {
	return starlark.Unary(unaryOperators[op].token, x)
}

// Equal is x == y as a truth.
func Equal(t *starlark.Thread, x, y starlark.Value) (bool, error) { return starlark.Equal(x, y) }

// Compare is x op y, which may be any value.
func Compare(t *starlark.Thread, op Relation, x, y starlark.Value) (starlark.Value, error) {
	ok, err := starlark.Compare(relations[op].token, x, y)
	return starlark.Bool(ok), err
}

// Contains is x in container.
func Contains(t *starlark.Thread, container, x starlark.Value) (bool, error) {
	v, err := starlark.Binary(syntax.IN, x, container)
	return v == starlark.True, err
}

// Is is x is y.
func Is(x, y starlark.Value) bool { return x == y }

// Item is x[key].
func Item(t *starlark.Thread, x, key starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case starlark.Mapping:
		v, found, err := x.Get(key)
		if err == nil && !found {
			err = pyerr.New("KeyError", "%s", pyrepr.Of(key))
		}
		return v, err
	case starlark.Indexable:
		i, err := starlark.AsInt32(key)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			i += x.Len()
		}
		if i < 0 || i >= x.Len() {
			return nil, pyerr.New("IndexError", "%s index out of range", x.Type())
		}
		return x.Index(i), nil
	}
	return nil, pyerr.Type("'%s' object is not subscriptable", TypeName(x))
}

// SetItem is x[key] = v.
func SetItem(t *starlark.Thread, x, key, v starlark.Value) error {
	switch x := x.(type) {
	case starlark.HasSetKey:
		return x.SetKey(key, v)
	case starlark.HasSetIndex:
		i, err := starlark.AsInt32(key)
		if err != nil {
			return err
		}
		return x.SetIndex(i, v)
	}
	return pyerr.Type("'%s' object does not support item assignment", TypeName(x))
}

// DelItem is del x[key].
func DelItem(t *starlark.Thread, x, key starlark.Value) error {
	d, ok := x.(*starlark.Dict)
	if !ok {
		return pyerr.Type("'%s' object does not support item deletion", TypeName(x))
	}
	_, _, err := d.Delete(key)
	return err
}

// GetSlice is x[lo:hi:step], where None is what is left out.
func GetSlice(t *starlark.Thread, x, lo, hi, step starlark.Value) (starlark.Value, error) {
	return nil, pyerr.Type("to come")
}

// Len is len(x).
func Len(t *starlark.Thread, x starlark.Value) (int, error) { return starlark.Len(x), nil }

// Truth is bool(x).
func Truth(t *starlark.Thread, x starlark.Value) (bool, error) { return bool(x.Truth()), nil }

// Hash is hash(x).
func Hash(t *starlark.Thread, x starlark.Value) (int64, error) {
	h, err := x.Hash()
	return int64(h), err
}

// Str is str(x).
func Str(t *starlark.Thread, x starlark.Value) (string, error) { return guard.Str(t, x) }

// Repr is repr(x).
func Repr(t *starlark.Thread, x starlark.Value) (string, error) { return guard.Repr(t, x) }

// ASCII is ascii(x).
func ASCII(t *starlark.Thread, x starlark.Value) (string, error) { return guard.Repr(t, x) }

// Format is format(x, spec).
func Format(t *starlark.Thread, x starlark.Value, spec string) (string, error) { return guard.Str(t, x) }

// Iterate is iter(x).
func Iterate(t *starlark.Thread, x starlark.Value) (Iterator, error) {
	return nil, pyerr.Type("'%s' object is not iterable", TypeName(x))
}

// Loop gives what a native loop of Starlark iterates over for "for e in x". If
// the iteration fails, the loop ends and fail is called with the error.
func Loop(t *starlark.Thread, x starlark.Value, fail func(error)) (starlark.Iterable, error) {
	if x, ok := x.(starlark.Iterable); ok {
		return x, nil
	}
	return nil, pyerr.Type("'%s' object is not iterable", TypeName(x))
}

// Unpack gives the n elements of x.
func Unpack(t *starlark.Thread, x starlark.Value, n int) (starlark.Tuple, error) {
	return nil, pyerr.Type("to come")
}

// UnpackStar gives the first n elements of x, a list of those between, and the
// last m: n+1+m values.
func UnpackStar(t *starlark.Thread, x starlark.Value, n, m int) (starlark.Tuple, error) {
	return nil, pyerr.Type("to come")
}

// A Method is a method of a built-in type; recv is of that type.
type Method func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// MethodOf gives the method of that name of the built-in type of x, or nil.
// The receiver is x, or what an Object extends.
func MethodOf(x starlark.Value, name string) Method { return nil }

// A Function is a function without receiver: a class method of a built-in
// type, or its constructor.
type Function func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// A Type is a built-in type.
type Type struct {
	// Name is its name: "int".
	Name string

	// New makes a value of it from the arguments of a call. nil means that
	// the type cannot be called.
	New Function

	// Methods are the methods of its values; recv is one.
	Methods map[string]Method

	// ClassMethods are what is called without a value: dict.fromkeys.
	ClassMethods map[string]Function

	// Of reports whether a value is of exactly this type.
	Of func(starlark.Value) bool
}

// Types gives the built-in types. The slice is the caller's, what it refers to
// is not to be changed.
func Types() []*Type { return nil }

// TypeName gives the name that messages of Python have for the type of v.
func TypeName(v starlark.Value) string { return pyerr.TypeName(v) }

// Functions gives the built-in functions that need no classes. The map is the
// caller's.
func Functions() map[string]*starlark.Builtin { return nil }
