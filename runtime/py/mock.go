package py

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// MagicMock is the class of unittest.mock: an object that can be called and
// has any attribute, and that remembers what it was called with.
var MagicMock = NewClass(ClassSpec{
	Name: "MagicMock", Module: "unittest.mock",
	Meta: &Meta{Call: newMock},
	Methods: map[string]Method{
		"__call__": callMock,
		"__getattr__": one(func(_ *starlark.Thread, self, name starlark.Value) (starlark.Value, error) {
			return mockAttr(self.(*Instance), string(name.(starlark.String)))
		}),
		"__len__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.MakeInt(0), nil
		},
		"__bool__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.True, nil
		},
		"__iter__": func(t *starlark.Thread, _ starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return pytypes.Iterate(t, starlark.Tuple{})
		},
		"__contains__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.False, nil
		},
		"__enter__": func(_ *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return self, nil
		},
		"__exit__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.False, nil
		},
		"__getitem__": one(func(_ *starlark.Thread, self, _ starlark.Value) (starlark.Value, error) {
			return mockAttr(self.(*Instance), "__getitem__()")
		}),
		"__str__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String("<MagicMock>"), nil
		},
		"__repr__": func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.String("<MagicMock>"), nil
		},
		"assert_called": func(_ *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, assertMock(calls(self.(*Instance)) > 0, "Expected 'mock' to have been called.")
		},
		"assert_called_once": func(_ *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, assertMock(calls(self.(*Instance)) == 1, "Expected 'mock' to have been called once.")
		},
		"assert_not_called": func(_ *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, assertMock(calls(self.(*Instance)) == 0, "Expected 'mock' to not have been called.")
		},
	},
})

// NewMock makes a MagicMock that returns a value, whatever it is called with.
func NewMock(returns starlark.Value) *Instance {
	o := NewInstance(MagicMock, nil)
	o.attrs.Set("return_value", returns)
	return o
}

// newMock is MagicMock(return_value=…, side_effect=…, …).
func newMock(_ *starlark.Thread, c *Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := NewInstance(c, nil)
	if len(args) > 1 {
		return nil, pyerr.Type("MagicMock() takes at most one positional argument, spec")
	}
	for _, kv := range kwargs {
		name, _ := starlark.AsString(kv[0])
		o.attrs.Set(name, kv[1])
	}
	return o, nil
}

// mockAttr gives an attribute that nobody has set: a mock, always the same.
func mockAttr(o *Instance, name string) (starlark.Value, error) {
	switch name {
	case "call_count":
		return starlark.MakeInt(0), nil
	case "called":
		return starlark.False, nil
	case "side_effect", "call_args":
		return starlark.None, nil
	}
	if len(name) > 4 && name[:2] == "__" && name[len(name)-2:] == "__" {
		return nil, noAttribute(o, name)
	}
	child := NewInstance(o.class, nil)
	o.attrs.Set(name, child)
	return child, nil
}

func calls(o *Instance) int {
	n, _ := starlark.AsInt32(orZero(o.attrs.Get("call_count")))
	return n
}

func orZero(v starlark.Value) starlark.Value {
	if v == nil {
		return starlark.MakeInt(0)
	}
	return v
}

func assertMock(ok bool, msg string) error {
	if ok {
		return nil
	}
	return pyerr.New("AssertionError", "%s", msg)
}

// callMock notes the call and gives what the mock is to give.
func callMock(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	o := self.(*Instance)
	o.attrs.Set("call_count", starlark.MakeInt(calls(o)+1))
	o.attrs.Set("called", starlark.True)
	named := starlark.NewDict(len(kwargs))
	for _, kv := range kwargs {
		if err := named.SetKey(kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	o.attrs.Set("call_args", starlark.Tuple{args, named})
	if effect := o.attrs.Get("side_effect"); effect != nil && effect != starlark.None {
		return sideEffect(t, effect, args, kwargs)
	}
	if v := o.attrs.Get("return_value"); v != nil {
		return v, nil
	}
	return mockAttr(o, "return_value")
}

// sideEffect raises an exception, calls a function, or gives the next element.
func sideEffect(t *starlark.Thread, effect starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	switch e := effect.(type) {
	case *Class:
		if e.exception {
			v, err := starlark.Call(t, e, nil, nil)
			if err != nil {
				return nil, err
			}
			return nil, &Raised{v.(*Instance)}
		}
	case *Instance:
		if e.exc != nil {
			return nil, &Raised{e}
		}
	case starlark.Callable:
		return starlark.Call(t, e, args, kwargs)
	}
	if fn, ok := effect.(starlark.Callable); ok && callable(fn) {
		return starlark.Call(t, fn, args, kwargs)
	}
	it, ok := effect.(pytypes.Iterator)
	if !ok {
		return nil, pyerr.Type("side_effect is %s: want an exception, a function, or iter(…)", typeName(effect))
	}
	v, ok, err := it.Next(t)
	if err == nil && !ok {
		err = pyerr.New("StopIteration", "")
	}
	return v, err
}
