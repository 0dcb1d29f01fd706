package pystd

import (
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// ABC is Python's abc: ABC and the decorators abstractmethod,
// abstractproperty, abstractclassmethod and abstractstaticmethod. A class
// cannot be registered as another one's subclass, and any class with an abstract
// method has no instances, whether it extends ABC or not.
func ABC() runtime.Module {
	abstract := func(name string, of func(fn starlark.Value) starlark.Value) *starlark.Builtin {
		return positional(name, 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return of(a[0]), nil })
	}
	class := py.NewClass(py.ClassSpec{Name: "ABC", Module: "abc"})
	return runtime.Module{Names: []string{"abc"}, Members: starlark.StringDict{
		"ABC":                  class,
		"ABCMeta":              py.NewClass(py.ClassSpec{Name: "ABCMeta", Module: "abc"}),
		"abstractmethod":       abstract("abstractmethod", py.NewAbstractMethod),
		"abstractclassmethod":  abstract("abstractclassmethod", func(fn starlark.Value) starlark.Value { return py.NewAbstractMethod(py.NewClassMethod(fn)) }),
		"abstractstaticmethod": abstract("abstractstaticmethod", func(fn starlark.Value) starlark.Value { return py.NewAbstractMethod(py.NewStaticMethod(fn)) }),
		"abstractproperty": function("abstractproperty", func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			p, err := py.NewPropertyOf(t, args, kwargs)
			if err != nil {
				return nil, err
			}
			return py.NewAbstractMethod(p), nil
		}),
	}}
}
