// Package pytypes has the built-in types of Python over the values of
// Starlark: the operators, methods, printed forms and built-in functions that
// Python files need and that Starlark lacks or does otherwise.
//
// # Values
//
// None, bool, int, float, str, bytes, list, dict, set and tuple are
// Starlark's own Go types. Text is UTF-8, in which half a surrogate pair is
// three bytes of its own (WTF-8); everything here counts its code points.
// What Starlark has no type for is a type of this package: Range, Slice,
// FrozenSet, the views of a dictionary, the iterators, Ellipsis and
// NotImplemented.
//
// Events, and the values of the modules that rules import, take part through
// Starlark's interfaces (starlark.HasBinary, starlark.Comparable,
// starlark.Mapping, …) and a few hooks that are found by assertion: see hooks.go.
// Instances of classes that are written in Python are known by the interface
// Object only.
//
// # Errors
//
// Errors have the class and the text of CPython 3.12, see package pyerr. The
// error of a limit is a *guard.LimitError; errors of functions that were
// called are passed on.
//
// # Bounds
//
// Every operation checks what it allocates with package guard before it does,
// and charges the call for what it walks. Recursion into values ends at a
// depth of its own with RecursionError, as it does in Python.
package pytypes
