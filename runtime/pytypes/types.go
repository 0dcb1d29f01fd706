package pytypes

import "go.starlark.net/starlark"

// A Method is a method of a built-in type; recv is of that type.
type Method func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// A Function is a function without receiver: a class method of a built-in
// type, or its constructor.
type Function func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// A Type is a built-in type.
type Type struct {
	// Name is its name: "int".
	Name string

	// New makes a value of it from the arguments of a call. nil means that
	// the type cannot be called.
	New Function

	// Methods are the methods of its values; recv is one.
	Methods map[string]Method

	// ClassMethods are what is called without a value: dict.fromkeys.
	ClassMethods map[string]Function

	// Of reports whether a value is of exactly this type.
	Of func(starlark.Value) bool
}
