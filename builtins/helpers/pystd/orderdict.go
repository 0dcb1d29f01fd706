package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// newOrderedDictClass makes collections.OrderedDict.
func newOrderedDictClass() *py.Class {
	var class *py.Class
	class = py.NewClass(py.ClassSpec{
		Name: "OrderedDict", Module: "collections", Bases: []*py.Class{py.BuiltinClass("dict")},
		Attrs: starlark.StringDict{"__hash__": starlark.None, "fromkeys": fromKeys()},
		Methods: checked("OrderedDict", methods{
			"move_to_end": anyArgs("move_to_end", moveToEnd),
			"popitem":     anyArgs("popitem", popItem),
			"copy": none("copy", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
				return call(t, self.Class(), self)
			}),
			"__reversed__": none("__reversed__", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
				return starlark.Call(t, py.BuiltinClass("reversed"), starlark.Tuple{self.Native()}, nil)
			}),
			"__eq__": one("__eq__", func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
				o, ok := other.(*py.Instance)
				if !ok || !o.Class().Extends(class) || !holding[*starlark.Dict](o) {
					return pytypes.NotImplemented, nil
				}
				same, err := nestedEqual(t, itemsOf(self), itemsOf(o))
				return starlark.Bool(same), err
			}),
			"__or__":  dictUnion(false),
			"__ror__": dictUnion(true),
			"__repr__": none("__repr__", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
				if self.Native().(*starlark.Dict).Len() == 0 {
					return starlark.String(self.Class().Name() + "()"), nil
				}
				return nestedRepr(t, self, "...", func() (string, error) {
					s, err := pytypes.Repr(t, self.Native())
					return self.Class().Name() + "(" + s + ")", err
				})
			}),
		}, holding[*starlark.Dict]),
	})
	return class
}

// fromKeys is the class method fromkeys(iterable, value=None).
func fromKeys() starlark.Value {
	return py.NewClassMethod(positional("fromkeys", 2, 3, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		d, err := call(t, args[0])
		if err != nil {
			return nil, err
		}
		var v starlark.Value = starlark.None
		if len(args) == 3 {
			v = args[2]
		}
		return d, each(t, args[1], func(k starlark.Value) error { return pytypes.SetItem(t, d, k, v) })
	}))
}

// itemsOf gives the entries of a dict that an object holds.
func itemsOf(o *py.Instance) starlark.Tuple {
	d := o.Native().(*starlark.Dict)
	all := make(starlark.Tuple, 0, d.Len())
	for k, v := range d.Entries() {
		all = append(all, starlark.Tuple{k, v})
	}
	return all
}

// dictUnion is self | other, or other | self, for a class that extends dict.
func dictUnion(reflected bool) method {
	return one("__or__", func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
		if _, ok := held(other).(*starlark.Dict); !ok {
			return pytypes.NotImplemented, nil
		}
		first, second := starlark.Value(self), other
		if reflected {
			first, second = other, starlark.Value(self)
		}
		var args starlark.Tuple
		if factory := self.Fields().Get("default_factory"); factory != nil {
			args = append(args, factory)
		}
		d, err := starlark.Call(t, self.Class(), append(args, first), nil)
		if err == nil {
			err = updateDict(t, held(d), second)
		}
		return d, err
	})
}

// updateDict is d.update(x).
func updateDict(t *starlark.Thread, d, x starlark.Value) error {
	_, err := pytypes.MethodOf(d, "update")(t, d, starlark.Tuple{x}, nil)
	return err
}

func moveToEnd(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"move_to_end", []string{"key", "last"}, 1, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	last := true
	if in[1] != nil {
		if last, err = pytypes.Truth(t, in[1]); err != nil {
			return nil, err
		}
	}
	d := self.Native().(*starlark.Dict)
	v, err := pytypes.Item(t, d, in[0])
	if err != nil {
		return nil, err
	}
	world(t).Touch(self)
	items := d.Items()
	if err := pytypes.DelItem(t, d, in[0]); err != nil {
		return nil, err
	}
	if last {
		return starlark.None, pytypes.SetItem(t, d, in[0], v)
	}
	rest := d.Items()
	if err := guard.MeterOf(t).Charge(2 * len(items)); err != nil {
		return nil, err
	}
	if err := d.Clear(); err != nil {
		return nil, pyerr.Type("%s", err)
	}
	for _, kv := range append([]starlark.Tuple{{in[0], v}}, rest...) {
		if err := pytypes.SetItem(t, d, kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

func popItem(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"popitem", []string{"last"}, 0, 1}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	last := true
	if in[0] != nil {
		if last, err = pytypes.Truth(t, in[0]); err != nil {
			return nil, err
		}
	}
	d := self.Native().(*starlark.Dict)
	if d.Len() == 0 {
		return nil, keyErrorText("dictionary is empty")
	}
	world(t).Touch(self)
	if last {
		return pytypes.MethodOf(d, "popitem")(t, d, nil, nil)
	}
	var first starlark.Tuple
	for k, v := range d.Entries() {
		first = starlark.Tuple{k, v}
		break
	}
	return first, deleteKey(d, first[0])
}

func deleteKey(d *starlark.Dict, k starlark.Value) error {
	if _, _, err := d.Delete(k); err != nil {
		return pyerr.Type("%s", err)
	}
	return nil
}

// newDefaultDictClass makes collections.defaultdict.
func newDefaultDictClass() *py.Class {
	return py.NewClass(py.ClassSpec{
		Name: "defaultdict", Module: "collections", Bases: []*py.Class{py.BuiltinClass("dict")},
		Attrs: starlark.StringDict{"__hash__": starlark.None, "fromkeys": fromKeys()},
		Methods: checked("defaultdict", methods{
			"__init__":    anyArgs("defaultdict", defaultDictInit),
			"__missing__": one("__missing__", defaultDictMissing),
			"__or__":      dictUnion(false),
			"__ror__":     dictUnion(true),
			"copy":        none("copy", defaultDictCopy),
			"__copy__":    none("__copy__", defaultDictCopy),
			"__getattr__": noSuchAttr("collections.defaultdict"),
			"__repr__": none("__repr__", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
				return nestedRepr(t, self, self.Class().Name()+"(...)", func() (string, error) {
					factory, err := pytypes.Repr(t, orNone(self.Fields().Get("default_factory")))
					if err != nil {
						return "", err
					}
					d, err := pytypes.Repr(t, self.Native())
					return self.Class().Name() + "(" + factory + ", " + d + ")", err
				})
			}),
		}, holding[*starlark.Dict]),
	})
}

func defaultDictInit(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var factory starlark.Value = starlark.None
	if len(args) > 0 {
		factory, args = args[0], args[1:]
	}
	if factory != starlark.None && !py.Callable(factory) {
		return nil, pyerr.Type("first argument must be callable or None")
	}
	self.Fields().Set("default_factory", factory)
	if len(args) > 1 {
		return nil, pyerr.Type("dict expected at most 1 argument, got %d", len(args))
	}
	d := self.Native()
	_, err := pytypes.MethodOf(d, "update")(t, d, args, kwargs)
	return starlark.None, err
}

func defaultDictMissing(t *starlark.Thread, self *py.Instance, k starlark.Value) (starlark.Value, error) {
	factory := self.Fields().Get("default_factory")
	if factory == nil || factory == starlark.None {
		return nil, keyError(t, k)
	}
	v, err := call(t, factory)
	if err != nil {
		return nil, err
	}
	world(t).Touch(self)
	return v, pytypes.SetItem(t, self, k, v)
}

func defaultDictCopy(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
	return call(t, self.Class(), orNone(self.Fields().Get("default_factory")), self.Native())
}
