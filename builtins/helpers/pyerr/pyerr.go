// Package pyerr has the errors of the modules that rules load.
//
// An error carries the name of the exception class that Python would raise, so
// that a handler written in Python ("except ValueError") finds it, and so that
// a diagnostic can name it. The text is Python's, without the class.
package pyerr

import (
	"fmt"

	"go.starlark.net/starlark"
)

// An Error is a failure of a built-in function as Python would report it.
type Error struct {
	// Class is the name of Python's exception class, such as "ValueError",
	// with its module where it says little without ("re.error").
	Class string

	// Msg is the text, what str(e) gives in Python.
	Msg string

	// Base is the class that Class extends, if that is none of Python's
	// built-in ones, such as "ValueError" for "AddressValueError".
	Base string
}

func (e *Error) Error() string { return e.Msg }

// PyClass returns the name of the exception class.
func (e *Error) PyClass() string { return e.Class }

// PyBase returns the name of the class that a class of a module extends.
func (e *Error) PyBase() string { return e.Base }

// New returns an error of the class with a formatted text.
func New(class, format string, args ...any) error {
	return &Error{Class: class, Msg: fmt.Sprintf(format, args...)}
}

// Value reports an argument that has the right type and a wrong value.
func Value(format string, args ...any) error { return New("ValueError", format, args...) }

// Type reports an argument, or an operand, of a wrong type.
func Type(format string, args ...any) error { return New("TypeError", format, args...) }

// Overflow reports a number outside of what a type can hold.
func Overflow(format string, args ...any) error { return New("OverflowError", format, args...) }

// TypeName returns the name that Python gives to the type of v.
func TypeName(v starlark.Value) string {
	switch v.(type) {
	case starlark.String:
		return "str"
	case *starlark.Builtin:
		return "builtin_function_or_method"
	}
	return v.Type()
}

// An Exception is the name of an exception class as a member of a module,
// such as json.JSONDecodeError.
type Exception struct {
	FullName string // "json.decoder.JSONDecodeError"
	Base     string // the class of Python that it extends, "ValueError"
}

var _ starlark.Value = (*Exception)(nil)

func (x *Exception) String() string        { return "<class '" + x.FullName + "'>" }
func (x *Exception) Type() string          { return "type" }
func (x *Exception) Freeze()               {}
func (x *Exception) Truth() starlark.Bool  { return true }
func (x *Exception) Hash() (uint32, error) { return starlark.String(x.FullName).Hash() }
