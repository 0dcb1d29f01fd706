package pytypes

import (
	"errors"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"go.starlark.net/starlark"
)

// An Object is an instance of a class that is written in Python.
type Object interface {
	starlark.Value

	// Special calls the method name of the object's class ("__add__") with
	// the object and args. ok is false if the class, and those that are
	// written in Python and that it extends, have no such method.
	Special(t *starlark.Thread, name string, args ...starlark.Value) (v starlark.Value, ok bool, err error)

	// Native is the value of a built-in type that the object extends (the
	// *starlark.Dict of an instance of class Config(dict)), or nil.
	Native() starlark.Value

	// ClassName is the name of the object's class.
	ClassName() string
}

// An Heir is an Object that knows whether its class extends that of another
// one, whose reflected methods then count first.
type Heir interface {
	Object

	// Extends reports whether the class is not that of other, but derived
	// from it.
	Extends(other Object) bool
}

// An Iterator is Python's iterator.
type Iterator interface {
	starlark.Value

	// Next gives the next element. ok is false at the end.
	Next(t *starlark.Thread) (v starlark.Value, ok bool, err error)
}

// A Knower is an Object that tells whether its class has a method, without
// calling it. Of others that is found out by calling, where it can be.
type Knower interface {
	Object
	HasSpecial(name string) bool
}

// A Raised is an error that knows the classes of Python of its exception.
// Errors that are not a Raised, but have PyClass, as those of package pyerr
// do, are of that class alone.
type Raised interface {
	error

	// IsA reports whether the exception is an instance of the built-in class
	// of that name.
	IsA(class string) bool
}

// Hooks of values of other packages.
type (
	pyReprer   interface{ PyRepr() string }
	pyInter    interface{ PyInt() starlark.Int }
	pyFormater interface {
		Format(spec string) (string, error)
	}
	// pyTyper is a value whose Type is not what Python calls its type.
	pyTyper    interface{ PyType() string }
	pyInstance interface{ Class() *pyclass.Class }
)

// isA reports whether err is an exception of a built-in class.
func isA(err error, class string) bool {
	var raised Raised
	if errors.As(err, &raised) {
		return raised.IsA(class)
	}
	var named interface{ PyClass() string }
	return errors.As(err, &named) && named.PyClass() == class
}

// special calls a method of an object's class. ok is false if v is not an
// object, its class has no such method, or the method says NotImplemented.
func special(t *starlark.Thread, v starlark.Value, name string, args ...starlark.Value) (starlark.Value, bool, error) {
	o, ok := v.(Object)
	if !ok {
		return nil, false, nil
	}
	r, ok, err := o.Special(t, name, args...)
	if err != nil || !ok || r == NotImplemented {
		return nil, false, err
	}
	return r, true, nil
}

// knows reports whether the class of an Object has a method, and unknown where
// that cannot be told.
func knows(o Object, name string, unknown bool) bool {
	if k, ok := o.(Knower); ok {
		return k.HasSpecial(name)
	}
	return unknown
}

// native gives the value of a built-in type that v is or extends: v itself
// unless it is an Object.
func native(v starlark.Value) starlark.Value {
	if o, ok := v.(Object); ok {
		if n := o.Native(); n != nil {
			return n
		}
	}
	return v
}
