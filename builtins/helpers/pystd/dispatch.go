package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// newDispatch is functools.singledispatch(func). The functions are in a dict of
// the object, by class.
func newDispatch(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	o := py.NewInstance(dispatchClass, nil)
	registry := new(starlark.Dict)
	if err := registry.SetKey(py.BuiltinClass("object"), a[0]); err != nil {
		return nil, err
	}
	o.Fields().Set("registry", registry)
	return o, wrap(t, o, a[0], texts(wrapperAssignments))
}

// dispatchClass is the class of the functions that singledispatch makes.
var dispatchClass = py.NewClass(py.ClassSpec{
	Name: "function", Module: "builtins",
	Methods: methods{
		"__call__": anyArgs("__call__", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) == 0 {
				name, _ := starlark.AsString(orNone(o.Fields().Get("__name__")))
				return nil, pyerr.Type("%s requires at least 1 positional argument", name)
			}
			return starlark.Call(t, dispatched(t, o, world(t).TypeOf(args[0])), args, kwargs)
		}),
		"register": some("register", 1, 2, register),
		"dispatch": one("dispatch", func(t *starlark.Thread, o *py.Instance, class starlark.Value) (starlark.Value, error) {
			return dispatched(t, o, class), nil
		}),
		"__get__": some("__get__", 1, 2, func(_ *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			if args[0] == starlark.None {
				return self, nil
			}
			return py.Bound("method", args[0], func(t *starlark.Thread, o starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				return starlark.Call(t, self, append(starlark.Tuple{o}, args...), kwargs)
			}), nil
		}),
	},
})

// dispatched gives the function for a class: that of the first class it
// extends which has one.
func dispatched(_ *starlark.Thread, o *py.Instance, class starlark.Value) starlark.Value {
	registry, _ := o.Fields().Get("registry").(*starlark.Dict)
	if registry == nil {
		return starlark.None
	}
	if c, ok := class.(*py.Class); ok {
		for _, k := range c.MRO() {
			if fn, found, _ := registry.Get(k); found {
				return fn
			}
		}
	} else if fn, found, _ := registry.Get(class); found {
		return fn
	}
	fn, _, _ := registry.Get(py.BuiltinClass("object"))
	return orNone(fn)
}

// register is f.register(cls), f.register(cls, func) or, with an annotation,
// f.register(func).
func register(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
	registry, ok := o.Fields().Get("registry").(*starlark.Dict)
	if !ok {
		return nil, pyerr.Type("not a singledispatch function")
	}
	add := func(class, fn starlark.Value) (starlark.Value, error) {
		world(t).Touch(registry)
		return fn, pytypes.SetItem(t, registry, class, fn)
	}
	if len(args) == 2 {
		return add(args[0], args[1])
	}
	if isClass(t, args[0]) {
		return positional("register", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return add(args[0], a[0]) }), nil
	}
	annotations, err := world(t).GetAttr(args[0], "__annotations__")
	if err != nil {
		return nil, err
	}
	if d, ok := annotations.(*starlark.Dict); ok {
		for name, class := range d.Entries() {
			if name != starlark.String("return") && isClass(t, class) {
				return add(class, args[0])
			}
		}
	}
	text, err := pytypes.Repr(t, args[0])
	if err != nil {
		return nil, err
	}
	return nil, pyerr.Type("Invalid first argument to `register()`: %s. Use either `@register(some_class)` or plain `@register` on an annotated function.", text)
}

func isClass(t *starlark.Thread, x starlark.Value) bool {
	return world(t).TypeOf(x) == starlark.Value(py.BuiltinClass("type"))
}

// dispatchMethodClass is functools.singledispatchmethod.
var dispatchMethodClass = py.NewClass(py.ClassSpec{
	Name: "singledispatchmethod", Module: "functools",
	Methods: methods{
		"__init__": some("__init__", 1, 1, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			d, err := newDispatch(t, args)
			if err != nil {
				return nil, err
			}
			o.Fields().Set("dispatcher", d)
			return starlark.None, nil
		}),
		"register": some("register", 1, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			d, ok := o.Fields().Get("dispatcher").(*py.Instance)
			if !ok {
				return nil, py.NoAttribute(o, "dispatcher")
			}
			return register(t, d, args)
		}),
		"__get__": some("__get__", 1, 2, func(_ *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			d, _ := self.Fields().Get("dispatcher").(*py.Instance)
			o, _ := args[0].(*py.Instance)
			if o == nil || d == nil {
				return self, nil
			}
			return py.Bound("_method", o, func(t *starlark.Thread, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				if len(args) == 0 {
					return nil, pyerr.Type("_method requires at least 1 positional argument")
				}
				fn, err := py.BindTo(t, dispatched(t, d, world(t).TypeOf(args[0])), o, o.Class())
				if err != nil {
					return nil, err
				}
				return starlark.Call(t, fn, args, kwargs)
			}), nil
		}),
	},
})
