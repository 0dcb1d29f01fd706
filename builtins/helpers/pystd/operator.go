package pystd

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Operator is Python's operator: all its functions, under their names with
// and without underscores (add, __add__), and attrgetter, itemgetter and
// methodcaller.
func Operator() runtime.Module {
	members := make(starlark.StringDict)
	add := func(name string, low, high int, fn func(*starlark.Thread, starlark.Tuple) (starlark.Value, error)) {
		members[name] = positional(name, low, high, fn)
	}
	for name, op := range map[string]pytypes.Op{
		"add": pytypes.Add, "sub": pytypes.Sub, "mul": pytypes.Mul, "truediv": pytypes.TrueDiv, "floordiv": pytypes.FloorDiv,
		"mod": pytypes.Mod, "pow": pytypes.Pow, "matmul": pytypes.MatMul, "lshift": pytypes.LShift, "rshift": pytypes.RShift,
		"and_": pytypes.And, "or_": pytypes.Or, "xor": pytypes.Xor,
	} {
		add(name, 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			return pytypes.Binary(t, op, a[0], a[1])
		})
		add("i"+strings.TrimSuffix(name, "_"), 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			world(t).Touch(a[0])
			return pytypes.InPlace(t, op, a[0], a[1])
		})
	}
	for name, op := range map[string]pytypes.Relation{
		"eq": pytypes.Eq, "ne": pytypes.Ne, "lt": pytypes.Lt, "le": pytypes.Le, "gt": pytypes.Gt, "ge": pytypes.Ge,
	} {
		add(name, 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			return pytypes.Compare(t, op, a[0], a[1])
		})
	}
	for name, op := range map[string]pytypes.UnaryOp{"neg": pytypes.Neg, "pos": pytypes.Pos, "inv": pytypes.Invert, "invert": pytypes.Invert} {
		add(name, 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return pytypes.Unary(t, op, a[0]) })
	}
	for name, fn := range operators {
		members[name] = positional(name, max(fn.args, 0), fn.args, fn.do)
	}
	members["abs"] = pytypes.Functions()["abs"]
	members["length_hint"] = positional("length_hint", 1, 2, lengthHint)
	for _, name := range members.Keys() {
		short := strings.TrimSuffix(name, "_")
		if !slices.Contains([]string{"countOf", "indexOf", "is", "is_not", "length_hint", "truth"}, short) {
			members["__"+short+"__"] = members[name]
		}
	}
	members["attrgetter"] = attrGetter
	members["itemgetter"] = itemGetter
	members["methodcaller"] = methodCaller
	return runtime.Module{Names: []string{"operator"}, Members: members}
}

// operators are the functions that are no operator of package pytypes.
var operators = map[string]struct {
	args int
	do   func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error)
}{
	"concat": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		if !isSequence(a[0]) {
			return nil, pyerr.Type("'%s' object can't be concatenated", pytypes.TypeName(a[0]))
		}
		return pytypes.Binary(t, pytypes.Add, a[0], a[1])
	}},
	"iconcat": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		if !isSequence(a[0]) {
			return nil, pyerr.Type("'%s' object can't be concatenated", pytypes.TypeName(a[0]))
		}
		world(t).Touch(a[0])
		return pytypes.InPlace(t, pytypes.Add, a[0], a[1])
	}},
	"contains": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		in, err := pytypes.Contains(t, a[0], a[1])
		return starlark.Bool(in), err
	}},
	"countOf": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		n := 0
		err := each(t, a[0], func(v starlark.Value) error {
			same, err := isOrEquals(t, v, a[1])
			if same {
				n++
			}
			return err
		})
		return starlark.MakeInt(n), err
	}},
	"indexOf": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		it, err := pytypes.Iterate(t, a[0])
		if err != nil {
			return nil, err
		}
		for i := 0; ; i++ {
			v, ok, err := it.Next(t)
			if err == nil && !ok {
				err = pyerr.Value("sequence.index(x): x not in sequence")
			}
			if err == nil {
				err = guard.MeterOf(t).Charge(1)
			}
			if err != nil {
				return nil, err
			}
			if same, err := isOrEquals(t, v, a[1]); same || err != nil {
				return starlark.MakeInt(i), err
			}
		}
	}},
	"getitem": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return pytypes.Item(t, a[0], a[1]) }},
	"setitem": {3, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		world(t).Touch(a[0])
		return starlark.None, pytypes.SetItem(t, a[0], a[1], a[2])
	}},
	"delitem": {2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		world(t).Touch(a[0])
		return starlark.None, pytypes.DelItem(t, a[0], a[1])
	}},
	"index": {1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return asIndex(t, a[0]) }},
	"is_": {2, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		return starlark.Bool(pytypes.Is(a[0], a[1])), nil
	}},
	"is_not": {2, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		return starlark.Bool(!pytypes.Is(a[0], a[1])), nil
	}},
	"not_": {1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		b, err := pytypes.Truth(t, a[0])
		return starlark.Bool(!b), err
	}},
	"truth": {1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		b, err := pytypes.Truth(t, a[0])
		return starlark.Bool(b), err
	}},
	"call": {-1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		if len(a) == 0 {
			return nil, pyerr.Type("call expected at least 1 argument, got 0")
		}
		return call(t, a[0], a[1:]...)
	}},
}

func isSequence(x starlark.Value) bool {
	switch held(x).(type) {
	case *starlark.Dict, *starlark.Set:
		return false
	case starlark.String, starlark.Indexable, starlark.Bytes:
		return true
	}
	o, ok := x.(*py.Instance)
	return ok && o.Class().Find("__getitem__") != nil
}

// isOrEquals tells whether x is y or equals it, as containers look for
// elements.
func isOrEquals(t *starlark.Thread, x, y starlark.Value) (bool, error) {
	if pytypes.Is(x, y) {
		return true, nil
	}
	return pytypes.Equal(t, x, y)
}

// lengthHint is operator.length_hint(x, default=0).
func lengthHint(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	if o, ok := a[0].(*py.Instance); ok {
		if v, ok, err := o.Special(t, "__length_hint__"); ok && v != pytypes.NotImplemented {
			return v, err
		}
	}
	n, err := pytypes.Len(t, a[0])
	switch {
	case err == nil:
		return starlark.MakeInt(n), nil
	case !isA(err, "TypeError"):
		return nil, err
	case len(a) == 2:
		return a[1], nil
	}
	return starlark.MakeInt(0), nil
}

// A getter is an object of attrgetter, itemgetter or methodcaller: what its
// Data is.
type getter struct {
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

var (
	attrGetter = newGetter("attrgetter", func(a starlark.Tuple, kwargs []starlark.Tuple) error {
		if len(kwargs) > 0 {
			return pyerr.Type("attrgetter() takes no keyword arguments")
		}
		if len(a) == 0 {
			return pyerr.Type("attrgetter expected 1 argument, got 0")
		}
		for _, name := range a {
			if _, ok := starlark.AsString(name); !ok {
				return pyerr.Type("attribute name must be a string")
			}
		}
		return nil
	}, func(t *starlark.Thread, g *getter, x starlark.Value) (starlark.Value, error) {
		return g.every(func(name starlark.Value) (starlark.Value, error) { return attributes(t, x, name) })
	})
	itemGetter = newGetter("itemgetter", func(a starlark.Tuple, kwargs []starlark.Tuple) error {
		if len(kwargs) > 0 {
			return pyerr.Type("itemgetter() takes no keyword arguments")
		}
		if len(a) == 0 {
			return pyerr.Type("itemgetter expected 1 argument, got 0")
		}
		return nil
	}, func(t *starlark.Thread, g *getter, x starlark.Value) (starlark.Value, error) {
		return g.every(func(key starlark.Value) (starlark.Value, error) { return pytypes.Item(t, x, key) })
	})
	methodCaller = newGetter("methodcaller", func(a starlark.Tuple, _ []starlark.Tuple) error {
		if len(a) == 0 {
			return pyerr.Type("methodcaller needs at least one argument, the method name")
		}
		if _, ok := starlark.AsString(a[0]); !ok {
			return pyerr.Type("method name must be a string")
		}
		return nil
	}, func(t *starlark.Thread, g *getter, x starlark.Value) (starlark.Value, error) {
		name, _ := starlark.AsString(g.args[0])
		return world(t).Call(x, name, g.args[1:], g.kwargs)
	})
)

// newGetter makes one of the three classes.
func newGetter(name string, check func(starlark.Tuple, []starlark.Tuple) error, get func(*starlark.Thread, *getter, starlark.Value) (starlark.Value, error)) *py.Class {
	return py.NewClass(py.ClassSpec{
		Name: name, Module: "operator",
		Meta: &py.Meta{Call: func(_ *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := check(args, kwargs); err != nil {
				return nil, err
			}
			o := py.NewInstance(c, nil)
			o.Data = &getter{args, kwargs}
			return o, nil
		}},
		Methods: checked("operator."+name, methods{
			"__call__": anyArgs(name, func(t *starlark.Thread, self *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				if err := between(name, args, kwargs, 1, 1); err != nil {
					return nil, err
				}
				return get(t, self.Data.(*getter), args[0])
			}),
			"__repr__": none("__repr__", func(t *starlark.Thread, self *py.Instance) (starlark.Value, error) {
				text, err := callText(t, "operator."+name, self.Data.(*getter).args, self.Data.(*getter).kwargs)
				return starlark.String(text), err
			}),
		}, withData[*getter]),
	})
}

// every gives what get gives for the argument, or a tuple for several.
func (g *getter) every(get func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	if len(g.args) == 1 {
		return get(g.args[0])
	}
	all := make(starlark.Tuple, len(g.args))
	for i, a := range g.args {
		var err error
		if all[i], err = get(a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// attributes gives x.a.b for "a.b".
func attributes(t *starlark.Thread, x, names starlark.Value) (starlark.Value, error) {
	dotted, _ := starlark.AsString(names)
	for name := range strings.SplitSeq(dotted, ".") {
		v, err := attribute(t, x, name)
		if err != nil {
			return nil, err
		}
		x = v
	}
	return x, nil
}

// attribute is x.name.
func attribute(t *starlark.Thread, x starlark.Value, name string) (starlark.Value, error) {
	v, err := world(t).GetAttr(x, name)
	if v == nil && err == nil {
		err = py.NoAttribute(x, name)
	}
	return v, err
}

// callText writes a call: f('a', b=1).
func callText(t *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple) (string, error) {
	var parts []string
	for _, a := range args {
		s, err := pytypes.Repr(t, a)
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	for _, kv := range kwargs {
		s, err := pytypes.Repr(t, kv[1])
		if err != nil {
			return "", err
		}
		parts = append(parts, string(kv[0].(starlark.String))+"="+s)
	}
	n := 0
	for _, p := range parts {
		n += len(p) + 2
	}
	if err := guard.CheckBytes(t, "repr", n); err != nil {
		return "", err
	}
	return fn + "(" + strings.Join(parts, ", ") + ")", nil
}
