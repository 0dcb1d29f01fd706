package pytypes

import "go.starlark.net/starlark"

// MethodOf gives the method of that name of the built-in type of x, or nil.
func MethodOf(x starlark.Value, name string) Method { return nil }

// Types gives the built-in types.
func Types() []*Type { return nil }

// Functions gives the built-in functions that need no classes. The map is the
// caller's.
func Functions() map[string]*starlark.Builtin { return nil }
