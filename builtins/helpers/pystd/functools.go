package pystd

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Functools is Python's functools: cache, cached_property, cmp_to_key,
// lru_cache, partial, partialmethod, reduce, singledispatch,
// singledispatchmethod, total_ordering, update_wrapper and wraps.
//
// What a cache keeps while an event is evaluated is forgotten afterwards, as
// all that changes in a module is, and no cache has more entries than a dict
// may have.
func Functools() runtime.Module {
	return runtime.Module{Names: []string{"functools"}, Members: starlark.StringDict{
		"WRAPPER_ASSIGNMENTS": texts(wrapperAssignments),
		"WRAPPER_UPDATES":     starlark.Tuple{starlark.String("__dict__")},
		"cache": positional("cache", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			return newCache(t, a[0], -1, false)
		}),
		"cached_property":      cachedPropertyClass,
		"cmp_to_key":           function("cmp_to_key", cmpToKey),
		"lru_cache":            function("lru_cache", lruCache),
		"partial":              partialClass,
		"partialmethod":        partialMethodClass,
		"reduce":               positional("reduce", 2, 3, reduce),
		"singledispatch":       positional("singledispatch", 1, 1, newDispatch),
		"singledispatchmethod": dispatchMethodClass,
		"total_ordering":       positional("total_ordering", 1, 1, totalOrdering),
		"update_wrapper":       function("update_wrapper", updateWrapper),
		"wraps":                function("wraps", wraps),
	}}
}

func reduce(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, a[1])
	if err != nil {
		if isA(err, "TypeError") {
			err = pyerr.Type("reduce() arg 2 must support iteration")
		}
		return nil, err
	}
	var total starlark.Value
	if len(a) == 3 {
		total = a[2]
	}
	for {
		v, ok, err := it.Next(t)
		if err == nil && ok {
			err = guard.MeterOf(t).Charge(1)
		}
		switch {
		case err != nil:
			return nil, err
		case !ok && total == nil:
			return nil, pyerr.Type("reduce() of empty iterable with no initial value")
		case !ok:
			return total, nil
		case total == nil:
			total = v
			continue
		}
		if total, err = call(t, a[0], total, v); err != nil {
			return nil, err
		}
	}
}

// A partial is what an object of partial has in Data.
type partial struct {
	fn     starlark.Value
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// with adds the arguments of a call.
func (p *partial) with(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Tuple, []starlark.Tuple) {
	named := slices.Clone(p.kwargs)
	for _, kv := range kwargs {
		i := slices.IndexFunc(named, func(old starlark.Tuple) bool { return old[0] == kv[0] })
		if i >= 0 {
			named[i] = kv
		} else {
			named = append(named, kv)
		}
	}
	return append(slices.Clip(p.args), args...), named
}

func keywordDict(kwargs []starlark.Tuple) *starlark.Dict {
	d := starlark.NewDict(len(kwargs))
	for _, kv := range kwargs {
		_ = d.SetKey(kv[0], kv[1]) // texts are keys
	}
	return d
}

var partialAttrs = starlark.StringDict{
	"func":              reading("func", func(p *partial) starlark.Value { return p.fn }),
	"args":              reading("args", func(p *partial) starlark.Value { return p.args }),
	"keywords":          reading("keywords", func(p *partial) starlark.Value { return keywordDict(p.kwargs) }),
	"__class_getitem__": subscripted(),
}

func partialRepr(name string) method {
	return none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		return nestedRepr(t, o, name+"(...)", func() (string, error) {
			p := o.Data.(*partial)
			return callText(t, name, append(starlark.Tuple{p.fn}, p.args...), p.kwargs)
		})
	})
}

var partialClass = py.NewClass(py.ClassSpec{
	Name: "partial", Module: "functools", Attrs: partialAttrs,
	Meta: &py.Meta{Call: func(_ *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return nil, pyerr.Type("type 'partial' takes at least one argument")
		}
		if !py.Callable(args[0]) {
			return nil, pyerr.Type("the first argument must be callable")
		}
		p := &partial{args[0], slices.Clone(args[1:]), kwargs}
		if inner, ok := args[0].(*py.Instance); ok && inner.Class() == c && withData[*partial](inner) {
			old := inner.Data.(*partial)
			p.fn = old.fn
			p.args, p.kwargs = old.with(p.args, p.kwargs)
		}
		o := py.NewInstance(c, nil)
		o.Data = p
		return o, nil
	}},
	Methods: checked("functools.partial", methods{
		"__call__": anyArgs("__call__", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			p := o.Data.(*partial)
			args, kwargs = p.with(args, kwargs)
			return starlark.Call(t, p.fn, args, kwargs)
		}),
		"__repr__": partialRepr("functools.partial"),
	}, withData[*partial]),
})

var partialMethodClass = py.NewClass(py.ClassSpec{
	Name: "partialmethod", Module: "functools", Attrs: partialAttrs,
	Meta: &py.Meta{Call: func(_ *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return nil, pyerr.Type("partialmethod.__init__() missing 1 required positional argument: 'func'")
		}
		o := py.NewInstance(c, nil)
		o.Data = &partial{args[0], slices.Clone(args[1:]), kwargs}
		return o, nil
	}},
	Methods: checked("partialmethod", methods{
		"__get__": some("__get__", 1, 2, func(t *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			p := self.Data.(*partial)
			o, _ := args[0].(*py.Instance)
			var class *py.Class
			if o != nil {
				class = o.Class()
			} else if len(args) == 2 {
				class, _ = args[1].(*py.Class)
			}
			if class == nil {
				return self, nil
			}
			fn, err := py.BindTo(t, p.fn, o, class)
			if err != nil {
				return nil, err
			}
			return starlark.Call(t, partialClass, append(starlark.Tuple{fn}, p.args...), p.kwargs)
		}),
		"__repr__": partialRepr("functools.partialmethod"),
	}, withData[*partial]),
})

var wrapperAssignments = []string{"__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__"}

// updateWrapper is update_wrapper(wrapper, wrapped, assigned=…, updated=…).
func updateWrapper(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("update_wrapper", []param{
		{name: "wrapper"}, {name: "wrapped"},
		{name: "assigned", def: texts(wrapperAssignments)}, {name: "updated", def: starlark.Tuple{starlark.String("__dict__")}},
	}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	return in[0], wrap(t, in[0], in[1], in[2])
}

// wrap makes a function look like another one.
func wrap(t *starlark.Thread, wrapper, wrapped, assigned starlark.Value) error {
	w := world(t)
	err := each(t, assigned, func(name starlark.Value) error {
		text, _ := starlark.AsString(name)
		v, err := w.GetAttr(wrapped, text)
		if err != nil && !isA(err, "AttributeError") {
			return err
		}
		if v == nil || err != nil {
			return nil
		}
		return w.SetAttr(wrapper, text, v)
	})
	if err != nil {
		return err
	}
	if fields, err := w.GetAttr(wrapped, "__dict__"); err == nil && fields != nil {
		if d, ok := fields.(*starlark.Dict); ok {
			if _, class := wrapped.(*py.Class); !class {
				for k, v := range d.Entries() {
					if name, ok := starlark.AsString(k); ok {
						if err := w.SetAttr(wrapper, name, v); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	return w.SetAttr(wrapper, "__wrapped__", wrapped)
}

// wraps is wraps(wrapped, assigned=…, updated=…).
func wraps(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("wraps", []param{
		{name: "wrapped"},
		{name: "assigned", def: texts(wrapperAssignments)}, {name: "updated", def: starlark.Tuple{starlark.String("__dict__")}},
	}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	return positional("wraps", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		return a[0], wrap(t, a[0], in[0], in[1])
	}), nil
}

// cmpToKey is cmp_to_key(mycmp).
func cmpToKey(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"cmp_to_key", []string{"mycmp"}, 1, 1}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	return function("functools.KeyWrapper", func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		x, err := arguments{"K", []string{"obj"}, 1, 1}.bind(args, kwargs)
		if err != nil {
			return nil, err
		}
		o := py.NewInstance(keyClass, nil)
		o.Fields().Set("obj", x[0])
		o.Data = in[0]
		return o, nil
	}), nil
}

// keyClass is the class of the keys that cmp_to_key makes.
var keyClass = newKeyClass()

// isKey accepts keys: object.__new__ makes some without a value.
func isKey(o *py.Instance) bool {
	return withData[starlark.Value](o) && o.Fields().Get("obj") != nil
}

func newKeyClass() *py.Class {
	all := make(methods)
	for name, op := range relations {
		all[name] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			other, ok := x.(*py.Instance)
			if !ok || other.Class() != o.Class() || !isKey(other) {
				return nil, pyerr.Type("other argument must be K instance")
			}
			v, err := call(t, o.Data.(starlark.Value), o.Fields().Get("obj"), other.Fields().Get("obj"))
			if err != nil {
				return nil, err
			}
			return pytypes.Compare(t, op, v, zero)
		})
	}
	return py.NewClass(py.ClassSpec{Name: "KeyWrapper", Module: "functools", Methods: checked("functools.KeyWrapper", all, isKey), Attrs: starlark.StringDict{"__hash__": starlark.None}})
}

// orderings say how each comparison follows from another one: by not being it,
// and by whether the objects are equal.
var orderings = map[string][]struct {
	name   string
	negate bool
	equal  int // 1: or equal, -1: and not equal, 0: neither
}{
	"__lt__": {{"__gt__", true, -1}, {"__le__", false, 1}, {"__ge__", true, 0}},
	"__le__": {{"__ge__", true, 1}, {"__lt__", false, -1}, {"__gt__", true, 0}},
	"__gt__": {{"__lt__", true, -1}, {"__ge__", false, 1}, {"__le__", true, 0}},
	"__ge__": {{"__le__", true, 1}, {"__gt__", false, -1}, {"__lt__", true, 0}},
}

// totalOrdering is the decorator total_ordering.
func totalOrdering(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	c, ok := a[0].(*py.Class)
	if !ok {
		return nil, pyerr.Type("total_ordering() takes a class, not '%s'", pytypes.TypeName(a[0]))
	}
	for _, root := range []string{"__lt__", "__le__", "__gt__", "__ge__"} {
		if c.SpecialMember(root) == nil {
			continue
		}
		for _, o := range orderings[root] {
			if c.SpecialMember(o.name) != nil {
				continue
			}
			c.SetMethod(o.name, one(o.name, func(t *starlark.Thread, self *py.Instance, other starlark.Value) (starlark.Value, error) {
				v, _, err := self.Special(t, root, other)
				if err != nil || v == pytypes.NotImplemented {
					return v, err
				}
				is, err := pytypes.Truth(t, v)
				if err != nil {
					return nil, err
				}
				is = is != o.negate
				if o.equal == 0 || is == (o.equal > 0) {
					return starlark.Bool(is), nil
				}
				same, err := nestedEqual(t, self, other)
				return starlark.Bool(same == (o.equal > 0)), err
			}))
		}
		return c, nil
	}
	return nil, pyerr.Value("must define at least one ordering operation: < > <= >=")
}

// cachedPropertyClass is functools.cached_property.
var cachedPropertyClass = py.NewClass(py.ClassSpec{
	Name: "cached_property", Module: "functools",
	Methods: methods{
		"__init__": some("__init__", 1, 1, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			o.Fields().Set("func", args[0])
			o.Fields().Set("attrname", starlark.None)
			doc, err := world(t).GetAttr(args[0], "__doc__")
			o.Fields().Set("__doc__", orNone(doc))
			return starlark.None, err
		}),
		"__set_name__": some("__set_name__", 2, 2, func(_ *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			o.Fields().Set("attrname", args[1])
			return starlark.None, nil
		}),
		"__get__": some("__get__", 1, 2, func(t *starlark.Thread, self *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			o, ok := args[0].(*py.Instance)
			if !ok {
				return self, nil
			}
			name, ok := starlark.AsString(orNone(self.Fields().Get("attrname")))
			if !ok {
				return nil, pyerr.Type("Cannot use cached_property instance without calling __set_name__ on it.")
			}
			if v := o.Fields().Get(name); v != nil {
				return v, nil
			}
			v, err := call(t, orNone(self.Fields().Get("func")), o)
			if err != nil {
				return nil, err
			}
			world(t).Touch(o)
			o.Fields().Set(name, v)
			return v, nil
		}),
	},
})
