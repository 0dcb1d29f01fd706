package pytime

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A call is what a method was called with.
type call struct {
	thread *starlark.Thread
	fn     string
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

func (c call) unpack(pairs ...any) error {
	return pyerr.Unpack(c.fn, c.args, c.kwargs, pairs...)
}

// attrs is the table of what can be selected from a value of type T.
type attrs[T starlark.Value] struct {
	fields  map[string]func(T) starlark.Value
	methods map[string]func(T, call) (starlark.Value, error)
}

// get returns an attribute of v, or of its class.
func (a *attrs[T]) get(v T, name string, class *pyclass.Class) (starlark.Value, error) {
	if field, ok := a.fields[name]; ok {
		return field(v), nil
	}
	if method, ok := a.methods[name]; ok {
		return starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return method(v, call{thread, b.Name(), args, kwargs})
		}).BindReceiver(v), nil
	}
	return class.Attr(name)
}

func (a *attrs[T]) names(class *pyclass.Class) []string {
	names := class.AttrNames()
	for name := range a.fields {
		names = append(names, name)
	}
	for name := range a.methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unbound adds the methods to the members of a class, so that
// datetime.isoformat(d) works as d.isoformat().
func (a *attrs[T]) unbound(members starlark.StringDict) starlark.StringDict {
	for name, method := range a.methods {
		if members.Has(name) {
			continue
		}
		members[name] = starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) > 0 {
				if v, ok := args[0].(T); ok {
					return method(v, call{thread, b.Name(), args[1:], kwargs})
				}
			}
			return nil, pyerr.Type("%s: want an instance as the first argument", b.Name())
		})
	}
	return members
}

// classMethod makes a member of a class from a function.
func classMethod(name string, f func(call) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(call{thread, b.Name(), args, kwargs})
	})
}

// constructor makes New of a class.
func constructor(f func(call) (starlark.Value, error)) func(*starlark.Thread, string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(thread *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(call{thread, fn, args, kwargs})
	}
}

// ordered answers a comparison by the order of its sides.
func ordered(op syntax.Token, order int) bool {
	switch op {
	case syntax.EQL:
		return order == 0
	case syntax.NEQ:
		return order != 0
	case syntax.LT:
		return order < 0
	case syntax.LE:
		return order <= 0
	case syntax.GT:
		return order > 0
	}
	return order >= 0
}

func equality(op syntax.Token) bool { return op == syntax.EQL || op == syntax.NEQ }

func hash64(n int64) uint32 {
	n *= -0x61c8864680b583eb // 2^64 / golden ratio
	return uint32(uint64(n) >> 32)
}

// zoneArg is a parameter tzinfo= or tz=.
type zoneArg struct {
	zone *Timezone
	set  bool
}

// Unpack implements starlark.Unpacker.
func (z *zoneArg) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.NoneType:
		z.zone = nil
	case *Timezone:
		z.zone = v
	default:
		return pyerr.Type("tzinfo argument must be None or of a tzinfo subclass, not type '%s'", pyerr.TypeName(v))
	}
	z.set = true
	return nil
}

func zoneValue(z *Timezone) starlark.Value {
	if z == nil {
		return starlark.None
	}
	return z
}
