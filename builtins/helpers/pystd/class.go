package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// checked makes methods fail for objects that are not of the kind that they
// work on: a rule can call any method of a class with any object, make objects
// that __init__ has not seen, and extend several classes at once.
func checked(class string, all methods, ok func(o *py.Instance) bool) methods {
	for name, m := range all {
		all[name] = func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if o, is := self.(*py.Instance); !is || !ok(o) {
				return nil, pyerr.Type("descriptor '%s' for '%s' objects doesn't apply to a '%s' object", name, class, pytypes.TypeName(self))
			}
			return m(t, self, args, kwargs)
		}
	}
	return all
}

// withData accepts objects whose Data is a T.
func withData[T any](o *py.Instance) bool {
	_, ok := o.Data.(T)
	return ok
}

// holding accepts objects that hold a value of a built-in type.
func holding[T starlark.Value](o *py.Instance) bool {
	_, ok := o.Native().(T)
	return ok
}

// reading makes a property of objects whose Data is a T.
func reading[T any](name string, get func(T) starlark.Value) starlark.Value {
	return py.NewProperty(name, none(name, func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		data, ok := o.Data.(T)
		if !ok {
			return nil, py.NoAttribute(o, name)
		}
		return get(data), nil
	}))
}
