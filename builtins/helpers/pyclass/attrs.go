package pyclass

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A Call is what a function, method or class was called with.
type Call struct {
	Thread *starlark.Thread
	Fn     string // its name, for messages
	Args   starlark.Tuple
	Kwargs []starlark.Tuple
}

// Unpack reads the arguments as starlark.UnpackArgs does.
func (c Call) Unpack(pairs ...any) error {
	return pyerr.Unpack(c.Fn, c.Args, c.Kwargs, pairs...)
}

// Function makes a built-in function of f.
func Function(name string, f func(Call) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(Call{thread, b.Name(), args, kwargs})
	})
}

// Attrs is the table of what can be selected from a value of type T.
type Attrs[T starlark.Value] struct {
	Fields  map[string]func(T) starlark.Value
	Methods map[string]func(T, Call) (starlark.Value, error)
}

// Get returns an attribute of v, or of its class, or nil if there is none.
func (a *Attrs[T]) Get(v T, name string, class *Class) (starlark.Value, error) {
	if field, ok := a.Fields[name]; ok {
		return field(v), nil
	}
	if method, ok := a.Methods[name]; ok {
		return Function(name, func(c Call) (starlark.Value, error) { return method(v, c) }).BindReceiver(v), nil
	}
	return class.Attr(name)
}

// Names lists the attributes of a value and of its class.
func (a *Attrs[T]) Names(class *Class) []string {
	names := class.AttrNames()
	for name := range a.Fields {
		names = append(names, name)
	}
	for name := range a.Methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Unbound adds the methods to the members of a class, so that
// datetime.isoformat(d) works as d.isoformat().
func (a *Attrs[T]) Unbound(members starlark.StringDict) starlark.StringDict {
	for name, method := range a.Methods {
		if members.Has(name) {
			continue
		}
		members[name] = Function(name, func(c Call) (starlark.Value, error) {
			if len(c.Args) > 0 {
				if v, ok := c.Args[0].(T); ok {
					c.Args = c.Args[1:]
					return method(v, c)
				}
			}
			return nil, pyerr.Type("%s: want an instance as the first argument", c.Fn)
		})
	}
	return members
}
