package guard

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Rewrite replaces the operators and method selections of f by checked ones.
// It must be called once, before f is resolved.
func Rewrite(f *syntax.File) error { return nil }

// Builtins gives the predeclared names of rewritten files: the hidden
// operators and the checked versions of Starlark's built-in functions.
func Builtins() starlark.StringDict { return starlark.StringDict{} }

// Hidden reports whether name is that of a hidden built-in, whose frames
// diagnostics should not show.
func Hidden(name string) bool { return strings.HasPrefix(name, "(") }

// Freeze freezes globals.
func Freeze(globals starlark.StringDict) error {
	globals.Freeze()
	return nil
}

// Str converts v to a string as the built-in function str does.
func Str(thread *starlark.Thread, v starlark.Value) (string, error) {
	if s, ok := starlark.AsString(v); ok {
		return s, nil
	}
	return v.String(), nil
}
