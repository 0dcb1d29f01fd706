package helpers

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// An iterable is an argument whose elements are used one after the other: of
// Starlark's types, or an iterator or object of a Python file.
type iterable struct{ starlark.Value }

func (i *iterable) Unpack(v starlark.Value) error {
	switch v.(type) {
	case starlark.Iterable, pytypes.Iterator, pytypes.Object:
		i.Value = v
		return nil
	}
	return pyerr.Type("'%s' object is not iterable", pyerr.TypeName(v))
}

// each calls f with each element, and charges the call for it.
func (i iterable) each(t *starlark.Thread, f func(starlark.Value) error) error {
	if native, ok := i.Value.(starlark.Iterable); ok {
		return guard.Iterate(t, native, f)
	}
	it, err := pytypes.Iterate(t, i.Value)
	for err == nil {
		var v starlark.Value
		var ok bool
		if v, ok, err = it.Next(t); err != nil || !ok {
			break
		}
		if err = guard.MeterOf(t).Charge(1); err == nil {
			err = f(v)
		}
	}
	return err
}
