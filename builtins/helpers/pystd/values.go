package pystd

import (
	"errors"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A method is one of a class of this package.
type method = py.Method

// methods are those of a class.
type methods = map[string]py.Method

// live gives a thread where Starlark's interpreter tells none: where it asks
// for the hash or the truth of an object, which is never much work.
func live(t *starlark.Thread) *starlark.Thread {
	if t == nil {
		return new(starlark.Thread)
	}
	return t
}

// world gives the world of a thread. A file in Starlark has none; it gets one
// of its own.
func world(t *starlark.Thread) *py.World {
	if w := py.WorldOf(t); w != nil {
		return w
	}
	w := new(py.World)
	w.Begin(t)
	return w
}

// each calls f for each element of x, and charges the call for it.
func each(t *starlark.Thread, x starlark.Value, f func(starlark.Value) error) error {
	it, err := pytypes.Iterate(t, x)
	if err != nil {
		return err
	}
	m := guard.MeterOf(t)
	for {
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return err
		}
		if err := m.Charge(1); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

// collect gives the elements of x, no more than a list may have.
func collect(t *starlark.Thread, op string, x starlark.Value) ([]starlark.Value, error) {
	var elems []starlark.Value
	err := each(t, x, func(v starlark.Value) error {
		elems = append(elems, v)
		if len(elems)&255 != 0 {
			return nil
		}
		return guard.CheckElements(t, op, len(elems))
	})
	return elems, err
}

// call calls a function of a rule.
func call(t *starlark.Thread, fn starlark.Value, args ...starlark.Value) (starlark.Value, error) {
	if _, ok := fn.(starlark.Callable); !ok {
		return nil, pyerr.Type("'%s' object is not callable", pytypes.TypeName(fn))
	}
	return starlark.Call(t, fn, args, nil)
}

// truth is bool(v), of a value that a call may have failed to give.
func truth(t *starlark.Thread, v starlark.Value, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	return pytypes.Truth(t, v)
}

// isA tells whether an error is an exception of one of Python's classes.
func isA(err error, class string) bool {
	if raised, ok := errors.AsType[interface {
		error
		IsA(string) bool
	}](err); ok {
		return raised.IsA(class)
	}
	named, ok := errors.AsType[interface {
		error
		PyClass() string
	}](err)
	return ok && named.PyClass() == class
}

// held gives the value of a built-in type that an object holds, or x itself.
func held(x starlark.Value) starlark.Value {
	if o, ok := x.(*py.Instance); ok && o.Native() != nil {
		return o.Native()
	}
	return x
}

// asInt gives an integer argument.
func asInt(t *starlark.Thread, x starlark.Value) (int, error) {
	i, err := asIndex(t, x)
	if err != nil {
		return 0, err
	}
	n, ok := i.Int64()
	if !ok {
		return 0, pyerr.Overflow("Python int too large to convert to C ssize_t")
	}
	return int(n), nil
}

// asIndex is operator.index(x).
func asIndex(t *starlark.Thread, x starlark.Value) (starlark.Int, error) {
	switch v := held(x).(type) {
	case starlark.Int:
		return v, nil
	case starlark.Bool:
		if v {
			return starlark.MakeInt(1), nil
		}
		return starlark.MakeInt(0), nil
	case *py.Instance:
		r, ok, err := v.Special(t, "__index__")
		if err != nil {
			return starlark.Int{}, err
		}
		if i, isInt := r.(starlark.Int); ok && isInt {
			return i, nil
		}
	}
	return starlark.Int{}, pyerr.Type("'%s' object cannot be interpreted as an integer", pytypes.TypeName(x))
}

// keyError says that there is no such key.
func keyError(t *starlark.Thread, key starlark.Value) error {
	text, err := pytypes.Repr(t, key)
	if err != nil {
		return err
	}
	return &pytypes.Error{Class: "KeyError", Args: starlark.Tuple{key}, Msg: text}
}

// keyErrorText is a KeyError with a message.
func keyErrorText(text string) error {
	return &pytypes.Error{Class: "KeyError", Args: starlark.Tuple{starlark.String(text)}, Msg: "'" + text + "'"}
}

// refused makes a function that rules cannot have, and that says why.
func refused(name, why string) *starlark.Builtin {
	return function(name, func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return nil, pyerr.New("NotImplementedError", "%s() is not available: %s", name, why)
	})
}

// one makes a method of one argument.
func one(name string, fn func(t *starlark.Thread, self *py.Instance, x starlark.Value) (starlark.Value, error)) method {
	return some(name, 1, 1, func(t *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
		return fn(t, self, args[0])
	})
}

// none makes a method without arguments.
func none(name string, fn func(t *starlark.Thread, self *py.Instance) (starlark.Value, error)) method {
	return some(name, 0, 0, func(t *starlark.Thread, self *py.Instance, _ starlark.Tuple) (starlark.Value, error) {
		return fn(t, self)
	})
}

// some makes a method of low to high arguments without names.
func some(name string, low, high int, fn func(t *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error)) method {
	return func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o, ok := self.(*py.Instance)
		if !ok {
			return nil, pyerr.Type("descriptor '%s' doesn't apply to a '%s' object", name, pytypes.TypeName(self))
		}
		if err := between(name, args, kwargs, low, high); err != nil {
			return nil, err
		}
		return fn(live(t), o, args)
	}
}

// any makes a method that takes its arguments itself.
func anyArgs(name string, fn func(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)) method {
	return func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o, ok := self.(*py.Instance)
		if !ok {
			return nil, pyerr.Type("descriptor '%s' doesn't apply to a '%s' object", name, pytypes.TypeName(self))
		}
		return fn(live(t), o, args, kwargs)
	}
}

// noSuchAttr is __getattr__ of a class that CPython has in C, whose name in
// messages has its module; that of a class which extends it has not.
func noSuchAttr(full string) method {
	return one("__getattr__", func(_ *starlark.Thread, o *py.Instance, name starlark.Value) (starlark.Value, error) {
		class := o.Class().Name()
		if strings.HasSuffix(full, "."+class) {
			class = full
		}
		text, _ := starlark.AsString(name)
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute '%s'", class, text)
	})
}

// subscripted makes deque[int] the class itself.
func subscripted() starlark.Value {
	return py.NewClassMethod(positional("__class_getitem__", 2, 2, func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		return args[0], nil
	}))
}

// isRational tells whether x is a Fraction or a Decimal.
func isRational(x starlark.Value) bool {
	o, ok := x.(*py.Instance)
	return ok && (o.ClassName() == "Fraction" || o.ClassName() == "Decimal")
}
