package pytyping

import (
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// abstractClasses are the members of collections.abc,
// https://docs.python.org/3.12/library/collections.abc.html.
func abstractClasses() starlark.StringDict {
	all := make(starlark.StringDict)
	for name, of := range abstract {
		spec := py.ClassSpec{Name: name, Module: "collections.abc"}
		if name == "Mapping" || name == "MutableMapping" {
			spec.Methods = mappingMethods
		}
		var class *py.Class
		spec.Meta = &py.Meta{Check: func(c *py.Class, x starlark.Value) bool {
			if o, ok := x.(*py.Instance); ok && o.Class().Extends(c) {
				return true
			}
			return c == class && of(held(x))
		}}
		class = py.NewClass(spec)
		all[name] = class
	}
	return all
}

// abstract says of each class which values are its instances.
var abstract = map[string]func(starlark.Value) bool{
	"Callable":        py.Callable,
	"Collection":      func(x starlark.Value) bool { return isSized(x) && isIterable(x) },
	"Container":       func(x starlark.Value) bool { return isSized(x) && isIterable(x) || has(x, "__contains__") },
	"Generator":       func(x starlark.Value) bool { return x.Type() == "generator" },
	"Hashable":        func(x starlark.Value) bool { _, err := x.Hash(); return err == nil },
	"ItemsView":       isNamed("dict_items"),
	"Iterable":        isIterable,
	"Iterator":        isIterator,
	"KeysView":        isNamed("dict_keys"),
	"Mapping":         isMapping,
	"MappingView":     isNamed("dict_keys", "dict_values", "dict_items"),
	"MutableMapping":  func(x starlark.Value) bool { _, ok := x.(*starlark.Dict); return ok },
	"MutableSequence": func(x starlark.Value) bool { _, ok := x.(*starlark.List); return ok },
	"MutableSet":      func(x starlark.Value) bool { _, ok := x.(*starlark.Set); return ok },
	"Reversible":      func(x starlark.Value) bool { return isSequence(x) || isDict(x) || has(x, "__reversed__") },
	"Sequence":        isSequence,
	"Set":             isNamed("set", "frozenset", "dict_keys", "dict_items"),
	"Sized":           isSized,
	"ValuesView":      isNamed("dict_values"),
}

func isNamed(names ...string) func(starlark.Value) bool {
	return func(x starlark.Value) bool {
		t := pytypes.TypeName(x)
		for _, name := range names {
			if t == name {
				return true
			}
		}
		return false
	}
}

// held gives the value of a built-in type that an object holds, or x itself.
func held(x starlark.Value) starlark.Value {
	if o, ok := x.(*py.Instance); ok && o.Native() != nil {
		return o.Native()
	}
	return x
}

// has tells whether the class of an object has a method.
func has(x starlark.Value, method string) bool {
	o, ok := x.(*py.Instance)
	return ok && o.Class().Find(method) != nil
}

func isDict(x starlark.Value) bool { _, ok := x.(*starlark.Dict); return ok }

func isMapping(x starlark.Value) bool {
	_, ok := x.(starlark.IterableMapping)
	return ok
}

func isSequence(x starlark.Value) bool {
	switch x.(type) {
	case *starlark.List, starlark.Tuple, starlark.String, starlark.Bytes, *event.List, *pytypes.Range:
		return true
	}
	return false
}

func isSized(x starlark.Value) bool {
	return starlark.Len(x) >= 0 && !isIterator(x) || has(x, "__len__")
}

func isIterator(x starlark.Value) bool {
	_, ok := x.(pytypes.Iterator)
	return ok || has(x, "__next__") && has(x, "__iter__")
}

func isIterable(x starlark.Value) bool {
	switch x.(type) {
	case starlark.Iterable, starlark.String, starlark.Bytes, pytypes.Iterator:
		return true
	}
	return has(x, "__iter__")
}

// mappingMethods are those that a class gets from Mapping for its __getitem__
// and __iter__.
var mappingMethods = map[string]py.Method{
	"get": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var key starlark.Value
		var def starlark.Value = starlark.None
		if err := starlark.UnpackArgs("get", args, kwargs, "key", &key, "default?", &def); err != nil {
			return nil, err
		}
		in, err := pytypes.Contains(t, self, key)
		if err != nil || !in {
			return def, err
		}
		return pytypes.Item(t, self, key)
	},
	"keys": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return collect(t, self, func(k starlark.Value) (starlark.Value, error) { return k, nil })
	},
	"values": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return collect(t, self, func(k starlark.Value) (starlark.Value, error) { return pytypes.Item(t, self, k) })
	},
	"items": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return collect(t, self, func(k starlark.Value) (starlark.Value, error) {
			v, err := pytypes.Item(t, self, k)
			return starlark.Tuple{k, v}, err
		})
	},
}

// collect makes a list of what f gives for each key of an object.
func collect(t *starlark.Thread, self starlark.Value, f func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, self)
	if err != nil {
		return nil, err
	}
	list := starlark.NewList(nil)
	for {
		k, ok, err := it.Next(t)
		if err != nil || !ok {
			return list, err
		}
		v, err := f(k)
		if err != nil {
			return nil, err
		}
		if err := list.Append(v); err != nil {
			return nil, err
		}
	}
}
