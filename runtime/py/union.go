package py

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A Union is int | None, and Union[int, None] of typing: what isinstance takes
// for any of several types.
type Union struct {
	Types starlark.Tuple
}

var (
	_ Checker        = (*Union)(nil)
	_ pytypes.Object = (*Union)(nil)
)

func (u *Union) String() string {
	var names []string
	for _, t := range u.Types {
		switch t := t.(type) {
		case *Class:
			names = append(names, t.FullName())
		default:
			names = append(names, t.String())
		}
	}
	return strings.Join(names, " | ")
}
func (u *Union) Type() string          { return "UnionType" }
func (u *Union) Freeze()               {}
func (u *Union) Truth() starlark.Bool  { return true }
func (u *Union) Hash() (uint32, error) { return u.Types.Hash() }

// ClassName is part of pytypes.Object.
func (u *Union) ClassName() string { return "types.UnionType" }

// Native is part of pytypes.Object.
func (u *Union) Native() starlark.Value { return nil }

// Special has u | t.
func (u *Union) Special(t *starlark.Thread, name string, args ...starlark.Value) (starlark.Value, bool, error) {
	switch name {
	case "__or__":
		return union(u, args[0]), true, entries(t, len(u.Types))
	case "__ror__":
		return union(args[0], u), true, entries(t, len(u.Types))
	case "__repr__", "__str__":
		return starlark.String(u.String()), true, nil
	}
	return nil, false, nil
}

// InstanceCheck tells whether x is of one of the types.
func (u *Union) InstanceCheck(w *World, x starlark.Value) (bool, error) {
	for _, t := range u.Types {
		if t == starlark.None && x == starlark.None {
			return true, nil
		}
		if t == starlark.None {
			continue
		}
		if is, err := w.isInstance(w.thread, x, t); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// maxUnion is how many types a union has at most.
const maxUnion = 1000

// NewUnion is Union[types]: of each type once, with those of unions among them
// in their place, so that no union is in another.
func NewUnion(types ...starlark.Value) (*Union, error) {
	flat := new(Union)
	for _, v := range types {
		parts := starlark.Tuple{v}
		if u, ok := v.(*Union); ok {
			parts = u.Types
		}
		for _, part := range parts {
			if flat.has(part) {
				continue
			}
			if len(flat.Types) == maxUnion {
				return nil, pyerr.Type("a union of more than %d types", maxUnion)
			}
			flat.Types = append(flat.Types, part)
		}
	}
	return flat, nil
}

// has tells whether the union has the very same type.
func (u *Union) has(v starlark.Value) bool {
	switch v.(type) {
	case *Class, starlark.NoneType, *pyerr.Exception:
		return slices.Contains(u.Types, v)
	}
	return false
}

// union is a | b.
func union(a, b starlark.Value) starlark.Value {
	var types starlark.Tuple
	for _, v := range []starlark.Value{a, b} {
		if u, ok := v.(*Union); ok {
			types = append(types, u.Types...)
		} else {
			types = append(types, v)
		}
	}
	return &Union{types}
}

// isType tells whether a value can be part of a union.
func isType(v starlark.Value) bool {
	switch v.(type) {
	case *Class, *Union, starlark.NoneType, *pyerr.Exception, Checker:
		return true
	}
	return false
}

// IsInstance is isinstance(x, class), for functions in Go.
func (w *World) IsInstance(x, class starlark.Value) (bool, error) {
	return w.isInstance(w.thread, x, class)
}

// Callable tells whether x can be called.
func Callable(x starlark.Value) bool { return callable(x) }

// GetAttr is x.name; nil means that there is no such attribute.
func (w *World) GetAttr(x starlark.Value, name string) (starlark.Value, error) {
	return w.getAttr(w.thread, x, name)
}

// SetAttr is x.name = v.
func (w *World) SetAttr(x starlark.Value, name string, v starlark.Value) error {
	return w.assignAttr(w.thread, x, name, v)
}

// Call is x.name(…).
func (w *World) Call(x starlark.Value, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return w.call(w.thread, append(starlark.Tuple{x, starlark.String(name)}, args...), kwargs)
}

// TypeOf is type(x).
func (w *World) TypeOf(x starlark.Value) starlark.Value { return w.classOf(x) }
