package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// mappingMixin are the methods that a class of mappings gets for its
// __getitem__, __setitem__, __delitem__, __iter__ and __len__. flat gives a
// dict of all entries.
func mappingMixin(flat func(t *starlark.Thread, o *py.Instance) (*starlark.Dict, error)) methods {
	view := func(name string) method {
		return none(name, func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			d, err := flat(t, o)
			if err != nil {
				return nil, err
			}
			return pytypes.MethodOf(d, name)(t, d, nil, nil)
		})
	}
	return methods{
		"keys": view("keys"), "values": view("values"), "items": view("items"),
		"get": some("get", 1, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			in, err := pytypes.Contains(t, o, args[0])
			switch {
			case err != nil:
				return nil, err
			case in:
				return pytypes.Item(t, o, args[0])
			case len(args) == 2:
				return args[1], nil
			}
			return starlark.None, nil
		}),
		"pop": some("pop", 1, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			v, err := pytypes.Item(t, o, args[0])
			if err != nil && isA(err, "KeyError") && len(args) == 2 {
				return args[1], nil
			}
			if err == nil {
				err = pytypes.DelItem(t, o, args[0])
			}
			return v, err
		}),
		"popitem": none("popitem", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			it, err := pytypes.Iterate(t, o)
			if err != nil {
				return nil, err
			}
			k, ok, err := it.Next(t)
			if err == nil && !ok {
				err = &pytypes.Error{Class: "KeyError"}
			}
			if err != nil {
				return nil, err
			}
			v, err := pytypes.Item(t, o, k)
			if err == nil {
				err = pytypes.DelItem(t, o, k)
			}
			return starlark.Tuple{k, v}, err
		}),
		"clear": none("clear", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			keys, err := collect(t, "clear", o)
			for _, k := range keys {
				if err == nil {
					err = pytypes.DelItem(t, o, k)
				}
			}
			return starlark.None, err
		}),
		"setdefault": some("setdefault", 1, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			v, err := pytypes.Item(t, o, args[0])
			if err == nil || !isA(err, "KeyError") {
				return v, err
			}
			v = starlark.None
			if len(args) == 2 {
				v = args[1]
			}
			return v, pytypes.SetItem(t, o, args[0], v)
		}),
		"update": anyArgs("update", mixinUpdate),
		"__eq__": one("__eq__", func(t *starlark.Thread, o *py.Instance, other starlark.Value) (starlark.Value, error) {
			y := other
			if p, ok := other.(*py.Instance); ok && p.Class().Find("keys") != nil && p.Native() == nil {
				v, err := call(t, py.BuiltinClass("dict"), p)
				if err != nil {
					return nil, err
				}
				y = v
			}
			if _, ok := held(y).(starlark.IterableMapping); !ok {
				return pytypes.NotImplemented, nil
			}
			d, err := flat(t, o)
			if err != nil {
				return nil, err
			}
			same, err := nestedEqual(t, d, held(y))
			return starlark.Bool(same), err
		}),
	}
}

// mixinUpdate sets what a mapping or an iterable of pairs and the keyword
// arguments have, by the object's own __setitem__.
func mixinUpdate(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("update expected at most 1 argument, got %d", len(args))
	}
	d, err := starlark.Call(t, py.BuiltinClass("dict"), args, kwargs)
	if err != nil {
		return nil, err
	}
	for _, kv := range d.(*starlark.Dict).Items() {
		if err := pytypes.SetItem(t, o, kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// newUserDictClass makes collections.UserDict.
func newUserDictClass() *py.Class {
	data := func(_ *starlark.Thread, o *py.Instance) (*starlark.Dict, error) {
		if d, ok := held(orNone(o.Fields().Get("data"))).(*starlark.Dict); ok {
			return d, nil
		}
		return nil, pyerr.New("AttributeError", "'%s' object has no attribute 'data'", o.ClassName())
	}
	with := func(name string, low, high int, fn func(t *starlark.Thread, o *py.Instance, d *starlark.Dict, args starlark.Tuple) (starlark.Value, error)) method {
		return some(name, low, high, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			d, err := data(t, o)
			if err != nil {
				return nil, err
			}
			return fn(t, o, d, args)
		})
	}
	all := mappingMixin(data)
	all["__init__"] = anyArgs("__init__", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 1 {
			return nil, pyerr.Type("%s.__init__() takes from 1 to 2 positional arguments but %d were given", "UserDict", len(args)+1)
		}
		o.Fields().Set("data", new(starlark.Dict))
		if len(args) == 1 && args[0] == starlark.None {
			args = nil
		}
		return mixinUpdate(t, o, args, kwargs)
	})
	all["__len__"] = with("__len__", 0, 0, func(_ *starlark.Thread, _ *py.Instance, d *starlark.Dict, _ starlark.Tuple) (starlark.Value, error) {
		return starlark.MakeInt(d.Len()), nil
	})
	all["__getitem__"] = with("__getitem__", 1, 1, func(t *starlark.Thread, o *py.Instance, d *starlark.Dict, args starlark.Tuple) (starlark.Value, error) {
		in, err := pytypes.Contains(t, d, args[0])
		if err == nil && !in {
			if v, ok, err := o.Special(t, "__missing__", args[0]); ok || err != nil {
				return v, err
			}
		}
		if err != nil {
			return nil, err
		}
		return pytypes.Item(t, d, args[0])
	})
	all["__setitem__"] = with("__setitem__", 2, 2, func(t *starlark.Thread, _ *py.Instance, d *starlark.Dict, args starlark.Tuple) (starlark.Value, error) {
		world(t).Touch(d)
		return starlark.None, pytypes.SetItem(t, d, args[0], args[1])
	})
	all["__delitem__"] = with("__delitem__", 1, 1, func(t *starlark.Thread, _ *py.Instance, d *starlark.Dict, args starlark.Tuple) (starlark.Value, error) {
		world(t).Touch(d)
		return starlark.None, pytypes.DelItem(t, d, args[0])
	})
	all["__iter__"] = with("__iter__", 0, 0, func(t *starlark.Thread, _ *py.Instance, d *starlark.Dict, _ starlark.Tuple) (starlark.Value, error) {
		return pytypes.Iterate(t, d)
	})
	all["__contains__"] = with("__contains__", 1, 1, func(t *starlark.Thread, _ *py.Instance, d *starlark.Dict, args starlark.Tuple) (starlark.Value, error) {
		in, err := pytypes.Contains(t, d, args[0])
		return starlark.Bool(in), err
	})
	all["__repr__"] = with("__repr__", 0, 0, func(t *starlark.Thread, o *py.Instance, d *starlark.Dict, _ starlark.Tuple) (starlark.Value, error) {
		return nestedRepr(t, o, "{...}", func() (string, error) { return pytypes.Repr(t, d) })
	})
	all["copy"] = with("copy", 0, 0, func(t *starlark.Thread, o *py.Instance, d *starlark.Dict, _ starlark.Tuple) (starlark.Value, error) {
		c := o.Clone(nil)
		own, err := call(t, py.BuiltinClass("dict"), d)
		c.Fields().Set("data", own)
		return c, err
	})
	return py.NewClass(py.ClassSpec{Name: "UserDict", Module: "collections", Methods: all, Attrs: starlark.StringDict{"__hash__": starlark.None}})
}

func orNone(v starlark.Value) starlark.Value {
	if v == nil {
		return starlark.None
	}
	return v
}

// newUserListClass makes collections.UserList, of what lists have but for the
// operators with other lists that are not + and comparisons.
func newUserListClass() *py.Class {
	all := methods{
		"__init__": some("__init__", 0, 1, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			list, err := starlark.Call(t, py.BuiltinClass("list"), args, nil)
			o.Fields().Set("data", orNone(list))
			return starlark.None, err
		}),
	}
	data := func(o *py.Instance) starlark.Value { return held(orNone(o.Fields().Get("data"))) }
	for _, name := range []string{"append", "extend", "insert", "pop", "remove", "clear", "count", "index", "reverse", "sort"} {
		all[name] = anyArgs(name, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return world(t).Call(data(o), name, args, kwargs)
		})
	}
	all["__len__"] = none("__len__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		n, err := pytypes.Len(t, data(o))
		return starlark.MakeInt(n), err
	})
	all["__getitem__"] = one("__getitem__", func(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
		v, err := pytypes.Item(t, data(o), key)
		if _, slice := key.(*pytypes.Slice); slice && err == nil {
			return call(t, o.Class(), v)
		}
		return v, err
	})
	all["__setitem__"] = some("__setitem__", 2, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
		world(t).Touch(data(o))
		return starlark.None, pytypes.SetItem(t, data(o), args[0], args[1])
	})
	all["__delitem__"] = one("__delitem__", func(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
		world(t).Touch(data(o))
		return starlark.None, pytypes.DelItem(t, data(o), key)
	})
	all["__contains__"] = one("__contains__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
		in, err := pytypes.Contains(t, data(o), x)
		return starlark.Bool(in), err
	})
	all["__iter__"] = none("__iter__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) { return pytypes.Iterate(t, data(o)) })
	all["__repr__"] = none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		return nestedRepr(t, o, "[...]", func() (string, error) { return pytypes.Repr(t, data(o)) })
	})
	listOf := func(x starlark.Value) starlark.Value {
		if o, ok := x.(*py.Instance); ok && o.Fields().Get("data") != nil {
			return data(o)
		}
		return x
	}
	all["__add__"] = one("__add__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
		other, err := call(t, py.BuiltinClass("list"), listOf(x))
		if err != nil {
			return nil, err
		}
		v, err := pytypes.Binary(t, pytypes.Add, data(o), other)
		if err != nil {
			return nil, err
		}
		return call(t, o.Class(), v)
	})
	for name, op := range relations {
		all[name] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return nestedCompare(t, op, data(o), listOf(x))
		})
	}
	return py.NewClass(py.ClassSpec{Name: "UserList", Module: "collections", Methods: all, Attrs: starlark.StringDict{"__hash__": starlark.None}})
}
