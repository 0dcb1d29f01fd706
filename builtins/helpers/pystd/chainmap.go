package pystd

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// newChainMapClass makes collections.ChainMap.
func newChainMapClass() *py.Class {
	all := mappingMixin(flattened)
	all["__init__"] = some("__init__", 0, -1, func(_ *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			args = starlark.Tuple{new(starlark.Dict)}
		}
		o.Fields().Set("maps", starlark.NewList(slices.Clone(args)))
		return starlark.None, nil
	})
	all["__getitem__"] = one("__getitem__", func(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
		m, err := mapWith(t, o, key)
		if err != nil {
			return nil, err
		}
		if m != nil {
			return pytypes.Item(t, m, key)
		}
		if v, ok, err := o.Special(t, "__missing__", key); ok || err != nil {
			return v, err
		}
		return nil, keyError(t, key)
	})
	all["__contains__"] = one("__contains__", func(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
		m, err := mapWith(t, o, key)
		return starlark.Bool(m != nil), err
	})
	all["__len__"] = none("__len__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		d, err := flattened(t, o)
		if err != nil {
			return nil, err
		}
		return starlark.MakeInt(d.Len()), nil
	})
	all["__iter__"] = none("__iter__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		d, err := flattened(t, o)
		if err != nil {
			return nil, err
		}
		return pytypes.Iterate(t, d)
	})
	all["__setitem__"] = some("__setitem__", 2, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
		first := maps(o)[0]
		world(t).Touch(first)
		return starlark.None, pytypes.SetItem(t, first, args[0], args[1])
	})
	all["__delitem__"] = one("__delitem__", func(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
		first := maps(o)[0]
		in, err := pytypes.Contains(t, first, key)
		if err == nil && !in {
			var text string
			if text, err = pytypes.Repr(t, key); err == nil {
				text = "Key not found in the first mapping: " + text
				err = &pytypes.Error{Class: "KeyError", Args: starlark.Tuple{starlark.String(text)}, Msg: quoted(text)}
			}
		}
		if err != nil {
			return nil, err
		}
		world(t).Touch(first)
		return starlark.None, pytypes.DelItem(t, first, key)
	})
	all["new_child"] = anyArgs("new_child", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 1 {
			return nil, pyerr.Type("ChainMap.new_child() takes from 1 to 2 positional arguments but %d were given", len(args)+1)
		}
		var child starlark.Value
		if len(args) == 1 && args[0] != starlark.None {
			child = args[0]
			if len(kwargs) > 0 {
				if _, err := world(t).Call(child, "update", nil, kwargs); err != nil {
					return nil, err
				}
			}
		} else {
			var err error
			if child, err = starlark.Call(t, py.BuiltinClass("dict"), nil, kwargs); err != nil {
				return nil, err
			}
		}
		return call(t, o.Class(), append([]starlark.Value{child}, maps(o)...)...)
	})
	all["copy"] = none("copy", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		list := slices.Clone(maps(o))
		first, err := world(t).Call(list[0], "copy", nil, nil)
		if err != nil {
			return nil, err
		}
		list[0] = first
		return call(t, o.Class(), list...)
	})
	all["__repr__"] = none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		return nestedRepr(t, o, "...", func() (string, error) { return callText(t, o.ClassName(), maps(o), nil) })
	})
	return py.NewClass(py.ClassSpec{
		Name: "ChainMap", Module: "collections", Methods: all,
		Attrs: starlark.StringDict{
			"__hash__": starlark.None,
			"parents": py.NewProperty("parents", none("parents", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
				return call(t, o.Class(), maps(o)[1:]...)
			})),
		},
	})
}

// maps are the mappings of a ChainMap, of which there is always one.
func maps(o *py.Instance) []starlark.Value {
	if l, ok := o.Fields().Get("maps").(*starlark.List); ok && l.Len() > 0 {
		return elementsOf(l)
	}
	return []starlark.Value{new(starlark.Dict)}
}

// mapWith is the first of the mappings that has a key, or nil.
func mapWith(t *starlark.Thread, o *py.Instance, key starlark.Value) (found starlark.Value, err error) {
	err = nested(t, "", func() error {
		for _, m := range maps(o) {
			if in, err := pytypes.Contains(t, m, key); err != nil {
				return err
			} else if in {
				found = m
				return nil
			}
		}
		return nil
	})
	return found, err
}

// flattened is a dict of all entries, those of the last mapping first.
func flattened(t *starlark.Thread, o *py.Instance) (*starlark.Dict, error) {
	d := new(starlark.Dict)
	list := maps(o)
	for i := len(list) - 1; i >= 0; i-- {
		err := nested(t, "", func() error { return updateDict(t, d, list[i]) })
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}
