package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

var (
	zero starlark.Value = starlark.MakeInt(0)
	unit starlark.Value = starlark.MakeInt(1)
)

// counterClass is collections.Counter.
var counterClass *py.Class

func newCounterClass() *py.Class {
	all := methods{
		"__init__":    anyArgs("Counter.__init__", counterInit),
		"update":      anyArgs("Counter.update", counterUpdate),
		"subtract":    anyArgs("Counter.subtract", counterSubtract),
		"__missing__": one("__missing__", func(*starlark.Thread, *py.Instance, starlark.Value) (starlark.Value, error) { return zero, nil }),
		"most_common": anyArgs("Counter.most_common", mostCommon),
		"elements":    none("elements", counterElements),
		"total": none("total", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			sum := zero
			err := entries(t, self, func(_, n starlark.Value) (err error) {
				sum, err = pytypes.Binary(t, pytypes.Add, sum, n)
				return err
			})
			return sum, err
		}),
		"copy": none("copy", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			return call(t, self.Class(), self)
		}),
		"__delitem__": one("__delitem__", func(t *starlark.Thread, self *py.Instance, k starlark.Value) (starlark.Value, error) {
			in, err := pytypes.Contains(t, self.Native(), k)
			if err == nil && in {
				world(t).Touch(self)
				err = pytypes.DelItem(t, self.Native(), k)
			}
			return starlark.None, err
		}),
		"__repr__": none("__repr__", counterRepr),
	}
	for name, op := range map[string]func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error){
		"add": func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
			return pytypes.Binary(t, pytypes.Add, x, y)
		},
		"sub": func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
			return pytypes.Binary(t, pytypes.Sub, x, y)
		},
		"or":  larger(pytypes.Lt),
		"and": larger(pytypes.Gt),
	} {
		all["__"+name+"__"] = one(name, func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
			return counterBinary(t, self, other, name == "and", op)
		})
		all["__i"+name+"__"] = one(name, func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
			return counterInPlace(t, self, other, name == "and", op)
		})
	}
	for name, sign := range map[string]pytypes.Op{"__pos__": pytypes.Add, "__neg__": pytypes.Sub} {
		all[name] = none(name, func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
			return counterBinary(t, newCounter(), self, false, func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
				return pytypes.Binary(t, sign, x, y)
			})
		})
	}
	for name, op := range relations {
		all[name] = one(name, func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
			return counterCompare(t, op, self, other)
		})
	}
	c := py.NewClass(py.ClassSpec{
		Name: "Counter", Module: "collections", Bases: []*py.Class{py.BuiltinClass("dict")},
		Methods: checked("Counter", all, holding[*starlark.Dict]),
		Attrs: starlark.StringDict{
			"__hash__": starlark.None,
			"fromkeys": py.NewClassMethod(function("fromkeys", func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
				return nil, pyerr.New("NotImplementedError", "Counter.fromkeys() is undefined.  Use Counter(iterable) instead.")
			})),
		},
	})
	return c
}

// relations are the methods of the comparison operators.
var relations = map[string]pytypes.Relation{
	"__eq__": pytypes.Eq, "__ne__": pytypes.Ne, "__lt__": pytypes.Lt, "__le__": pytypes.Le, "__gt__": pytypes.Gt, "__ge__": pytypes.Ge,
}

func newCounter() *py.Instance { return py.NewInstance(counterClass, new(starlark.Dict)) }

// entries calls f for each entry of a dict that an object holds; f must not
// change it.
func entries(t *starlark.Thread, o *py.Instance, f func(k, v starlark.Value) error) error {
	d, ok := o.Native().(*starlark.Dict)
	if !ok {
		return pyerr.Type("'%s' object is not a dict", o.ClassName())
	}
	if err := guard.MeterOf(t).Charge(d.Len()); err != nil {
		return err
	}
	for _, kv := range d.Items() {
		if err := f(kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

// countOf is c[k].
func countOf(t *starlark.Thread, c *py.Instance, k starlark.Value) (starlark.Value, error) {
	in, err := pytypes.Contains(t, c.Native(), k)
	if err != nil || !in {
		return zero, err
	}
	return pytypes.Item(t, c.Native(), k)
}

func counterInit(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("Counter.__init__() takes from 1 to 2 positional arguments but %d were given", len(args)+1)
	}
	return counterUpdate(t, self, args, kwargs)
}

func counterUpdate(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, counterChange(t, "update", pytypes.Add, self, args, kwargs)
}

func counterSubtract(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, counterChange(t, "subtract", pytypes.Sub, self, args, kwargs)
}

// counterChange adds or subtracts the counts of a mapping, or the elements of
// an iterable.
func counterChange(t *starlark.Thread, fn string, op pytypes.Op, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args) > 1 {
		return pyerr.Type("Counter.%s() takes from 1 to 2 positional arguments but %d were given", fn, len(args)+1)
	}
	world(t).Touch(self)
	d := self.Native().(*starlark.Dict)
	change := func(k, n starlark.Value) error {
		old, err := countOf(t, self, k)
		if err == nil && (old != zero || op == pytypes.Sub) {
			if n, err = pytypes.Binary(t, op, added(op, old, n), added(op, n, old)); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
		return pytypes.SetItem(t, d, k, n)
	}
	if len(args) == 1 && args[0] != starlark.None {
		if m, ok := held(args[0]).(starlark.IterableMapping); ok {
			for _, kv := range m.Items() {
				if err := guard.MeterOf(t).Charge(2); err != nil {
					return err
				}
				if err := change(kv[0], kv[1]); err != nil {
					return err
				}
			}
		} else if err := each(t, args[0], func(k starlark.Value) error { return change(k, unit) }); err != nil {
			return err
		}
	}
	for _, kv := range kwargs {
		if err := change(kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

// added gives the operand that comes first: update computes new + old,
// subtract old - new.
func added(op pytypes.Op, old, n starlark.Value) starlark.Value {
	if op == pytypes.Add {
		return n
	}
	return old
}

// mostCommon is most_common(n=None).
func mostCommon(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("Counter.most_common", []param{{name: "n", def: starlark.None}}, 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	var items starlark.Tuple
	if err := entries(t, self, func(k, n starlark.Value) error { items = append(items, starlark.Tuple{k, n}); return nil }); err != nil {
		return nil, err
	}
	list, err := sorted(t, items, secondOf, true)
	if err != nil || in[0] == starlark.None {
		return list, err
	}
	n, err := asInt(t, in[0])
	if err != nil {
		return nil, err
	}
	return starlark.NewList(elementsOf(list)[:max(0, min(n, list.Len()))]), nil
}

func elementsOf(l *starlark.List) []starlark.Value {
	all := make([]starlark.Value, 0, l.Len())
	for i := range l.Len() {
		all = append(all, l.Index(i))
	}
	return all
}

var secondOf = positional("itemgetter", 1, 1, func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return args[0].(starlark.Tuple)[1], nil
})

var sortedFunction = pytypes.Functions()["sorted"]

// sorted is sorted(x, key=key, reverse=reverse); key may be nil.
func sorted(t *starlark.Thread, x, key starlark.Value, reverse bool) (*starlark.List, error) {
	if key == nil {
		key = starlark.None
	}
	v, err := starlark.Call(t, sortedFunction, starlark.Tuple{x}, []starlark.Tuple{
		{starlark.String("key"), key}, {starlark.String("reverse"), starlark.Bool(reverse)},
	})
	if err != nil {
		return nil, err
	}
	return v.(*starlark.List), nil
}

func counterElements(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, self.Native())
	var k starlark.Value
	left := 0
	return newLazy("itertools.chain", func(t *starlark.Thread) (starlark.Value, bool, error) {
		for left <= 0 {
			var ok bool
			var err error
			if k, ok, err = it.Next(t); err != nil || !ok {
				return nil, false, err
			}
			n, err := countOf(t, self, k)
			if err == nil {
				left, err = asInt(t, n)
			}
			if err == nil {
				err = guard.MeterOf(t).Charge(1)
			}
			if err != nil {
				return nil, false, err
			}
		}
		left--
		return k, true, nil
	}), err
}

func counterRepr(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
	name := self.ClassName()
	if self.Native().(*starlark.Dict).Len() == 0 {
		return starlark.String(name + "()"), nil
	}
	return nestedRepr(t, self, name+"(...)", func() (string, error) {
		shown := self.Native()
		list, err := mostCommon(t, self, nil, nil)
		if err == nil {
			d := new(starlark.Dict)
			for _, kv := range elementsOf(list.(*starlark.List)) {
				if err := pytypes.SetItem(t, d, kv.(starlark.Tuple)[0], kv.(starlark.Tuple)[1]); err != nil {
					return "", err
				}
			}
			shown = d
		} else if !isA(err, "TypeError") { // counts that cannot be ordered
			return "", err
		}
		s, err := pytypes.Repr(t, shown)
		return name + "(" + s + ")", err
	})
}

func larger(op pytypes.Relation) func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	return func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
		v, err := pytypes.Compare(t, op, x, y)
		less, err := truth(t, v, err)
		if less {
			return y, err
		}
		return x, err
	}
}

// counterBinary computes the counts that are more than 0. Elements that only
// other has are left out if common is set.
func counterBinary(t *starlark.Thread, self *py.Instance, other starlark.Value, common bool, op func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	o, ok := other.(*py.Instance)
	if !ok || !o.Class().Extends(counterClass) || !holding[*starlark.Dict](o) {
		return pytypes.NotImplemented, nil
	}
	result := newCounter()
	keep := func(k, n starlark.Value) error {
		v, err := pytypes.Compare(t, pytypes.Gt, n, zero)
		positive, err := truth(t, v, err)
		if err != nil || !positive {
			return err
		}
		return pytypes.SetItem(t, result.Native(), k, n)
	}
	err := entries(t, self, func(k, n starlark.Value) error {
		m, err := countOf(t, o, k)
		if err == nil {
			n, err = op(t, n, m)
		}
		if err != nil {
			return err
		}
		return keep(k, n)
	})
	if err != nil || common {
		return result, err
	}
	return result, entries(t, o, func(k, n starlark.Value) error {
		in, err := pytypes.Contains(t, self.Native(), k)
		if err != nil || in {
			return err
		}
		if n, err = op(t, zero, n); err != nil {
			return err
		}
		return keep(k, n)
	})
}

// counterInPlace replaces the counts by those of the operator's result.
func counterInPlace(t *starlark.Thread, self *py.Instance, other starlark.Value, common bool, op func(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	v, err := counterBinary(t, self, other, common, op)
	if err != nil || v == pytypes.NotImplemented {
		return v, err
	}
	world(t).Touch(self)
	d := self.Native().(*starlark.Dict)
	if err := d.Clear(); err != nil {
		return nil, pyerr.Type("%s", err)
	}
	return self, entries(t, v.(*py.Instance), func(k, n starlark.Value) error { return pytypes.SetItem(t, d, k, n) })
}

// counterCompare compares the counts of all elements that either has.
func counterCompare(t *starlark.Thread, op pytypes.Relation, self *py.Instance, other starlark.Value) (starlark.Value, error) {
	o, ok := other.(*py.Instance)
	if !ok || !o.Class().Extends(counterClass) || !holding[*starlark.Dict](o) {
		return pytypes.NotImplemented, nil
	}
	strict, how := false, op
	switch op {
	case pytypes.Ne:
		how = pytypes.Eq
	case pytypes.Lt:
		strict, how = true, pytypes.Le
	case pytypes.Gt:
		strict, how = true, pytypes.Ge
	}
	all := true
	check := func(k, _ starlark.Value) error {
		if !all {
			return nil
		}
		x, err := countOf(t, self, k)
		if err != nil {
			return err
		}
		y, err := countOf(t, o, k)
		if err != nil {
			return err
		}
		v, err := nestedCompare(t, how, x, y)
		all, err = truth(t, v, err)
		return err
	}
	if err := entries(t, self, check); err != nil {
		return nil, err
	}
	if err := entries(t, o, check); err != nil {
		return nil, err
	}
	if strict && all {
		v, err := counterCompare(t, pytypes.Eq, self, other)
		if err != nil {
			return nil, err
		}
		all = v == starlark.False
	}
	return starlark.Bool(all != (op == pytypes.Ne)), nil
}
