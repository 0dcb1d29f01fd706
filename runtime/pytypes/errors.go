package pytypes

import (
	"fmt"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// An Error is an exception whose arguments are more than its text.
type Error struct {
	Class string         // the exception class
	Args  starlark.Tuple // e.args
	Msg   string         // str(e)
}

func (e *Error) Error() string { return e.Msg }

// PyClass returns the name of the exception class.
func (e *Error) PyClass() string { return e.Class }

// PyArgs returns the arguments of the exception.
func (e *Error) PyArgs() starlark.Tuple { return e.Args }

// As makes an Error known as a *pyerr.Error.
func (e *Error) As(target any) bool {
	p, ok := target.(**pyerr.Error)
	if ok {
		*p = &pyerr.Error{Class: e.Class, Msg: e.Msg}
	}
	return ok
}

// keyError says that a dictionary or set has no such key.
func keyError(t *starlark.Thread, key starlark.Value) error {
	text, err := Repr(t, key)
	if err != nil {
		return err
	}
	return &Error{Class: "KeyError", Args: starlark.Tuple{key}, Msg: text}
}

// stopIteration is the end of an iterator where it is an error.
func stopIteration() error { return &Error{Class: "StopIteration"} }

func indexError(format string, args ...any) error { return pyerr.New("IndexError", format, args...) }

// notIterable says that x cannot be iterated over.
func notIterable(x starlark.Value) error {
	return pyerr.Type("'%s' object is not iterable", TypeName(x))
}

// recursion says that values are nested too deep.
func recursion(what string) error {
	return pyerr.New("RecursionError", "maximum recursion depth exceeded%s", what)
}

// maxDepth is how deep values may be nested for an operation that goes into
// them.
const maxDepth = 900

// unhashable says that a value cannot be a key.
func unhashable(v starlark.Value) error {
	return pyerr.Type("unhashable type: '%s'", TypeName(v))
}

var _ fmt.Stringer = Relation(0)

// String is the symbol of the operator.
func (r Relation) String() string { return relations[r].symbol }
