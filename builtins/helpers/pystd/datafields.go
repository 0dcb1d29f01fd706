package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// dataOfValue gives what dataclass has made of the class of an object, or of a
// class.
func dataOfValue(x starlark.Value) *dataClass {
	switch x := x.(type) {
	case *py.Instance:
		return dataOf(x.Class())
	case *py.Class:
		return dataOf(x)
	}
	return nil
}

func isDataclass(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	return starlark.Bool(dataOfValue(a[0]) != nil), nil
}

// fieldsOf is fields(class_or_instance).
func fieldsOf(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	d := dataOfValue(a[0])
	if d == nil {
		return nil, pyerr.Type("must be called with a dataclass type or instance")
	}
	var all starlark.Tuple
	for _, f := range d.fields {
		if !f.initOnly {
			all = append(all, f.spec)
		}
	}
	return all, nil
}

// asDict is asdict(obj, *, dict_factory=dict).
func asDict(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return convertData(t, "asdict", "dict_factory", args, kwargs, func(factory starlark.Value, names []string, values starlark.Tuple) (starlark.Value, error) {
		pairs := starlark.NewList(nil)
		d := starlark.NewDict(len(names))
		for i, name := range names {
			if err := d.SetKey(starlark.String(name), values[i]); err != nil {
				return nil, err
			}
			if err := pairs.Append(starlark.Tuple{starlark.String(name), values[i]}); err != nil {
				return nil, err
			}
		}
		if factory == nil {
			return d, nil
		}
		return call(t, factory, pairs)
	})
}

// asTuple is astuple(obj, *, tuple_factory=tuple).
func asTuple(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return convertData(t, "astuple", "tuple_factory", args, kwargs, func(factory starlark.Value, _ []string, values starlark.Tuple) (starlark.Value, error) {
		if factory == nil {
			return values, nil
		}
		return call(t, factory, starlark.NewList(values))
	})
}

// A dataConverter turns objects of data into what make makes of their fields,
// in lists, tuples and dicts, too.
type dataConverter struct {
	t     *starlark.Thread
	make  func(names []string, values starlark.Tuple) (starlark.Value, error)
	memo  *memo
	depth int
}

func convertData(t *starlark.Thread, fn, option string, args starlark.Tuple, kwargs []starlark.Tuple, make func(starlark.Value, []string, starlark.Tuple) (starlark.Value, error)) (starlark.Value, error) {
	in, err := bindParams(fn, []param{{name: "obj"}, {name: option, def: starlark.None, keyword: true}}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	o, ok := in[0].(*py.Instance)
	if !ok || dataOf(o.Class()) == nil {
		return nil, pyerr.Type("%s() should be called on dataclass instances", fn)
	}
	c := &dataConverter{t: t, memo: newMemo(), make: func(names []string, values starlark.Tuple) (starlark.Value, error) {
		return make(given(in[1]), names, values)
	}}
	return c.convert(o)
}

func (c *dataConverter) convert(x starlark.Value) (starlark.Value, error) {
	if c.depth >= maxCopyDepth {
		return nil, pyerr.New("RecursionError", "maximum recursion depth exceeded")
	}
	c.depth++
	defer func() { c.depth-- }()
	if err := guard.MeterOf(c.t).Charge(4); err != nil {
		return nil, err
	}
	switch v := x.(type) {
	case *py.Instance:
		if d := dataOf(v.Class()); d != nil {
			return c.object(v, d)
		}
		if elems, ok := v.Native().(starlark.Tuple); ok && v.Class().Find("_fields") != nil {
			all, err := c.all(elems)
			return py.NewInstance(v.Class(), starlark.Tuple(all)), err
		}
	case *starlark.List:
		all, err := c.all(v)
		return starlark.NewList(all), err
	case starlark.Tuple:
		all, err := c.all(v)
		return starlark.Tuple(all), err
	case *starlark.Dict:
		d := starlark.NewDict(v.Len())
		for _, kv := range v.Items() {
			pair, err := c.all(kv)
			if err != nil {
				return nil, err
			}
			if err := pytypes.SetItem(c.t, d, pair[0], pair[1]); err != nil {
				return nil, err
			}
		}
		return d, nil
	}
	return c.memo.copy(c.t, x)
}

func (c *dataConverter) all(x starlark.Value) ([]starlark.Value, error) {
	elems, err := collect(c.t, "asdict", x)
	for i, e := range elems {
		if err != nil {
			return nil, err
		}
		elems[i], err = c.convert(e)
	}
	return elems, err
}

func (c *dataConverter) object(o *py.Instance, d *dataClass) (starlark.Value, error) {
	var names []string
	var values starlark.Tuple
	for _, f := range d.fields {
		if f.initOnly {
			continue
		}
		v, err := attribute(c.t, o, f.name)
		if err == nil {
			v, err = c.convert(v)
		}
		if err != nil {
			return nil, err
		}
		names, values = append(names, f.name), append(values, v)
	}
	return c.make(names, values)
}

// replaceFields is replace(obj, /, **changes).
func replaceFields(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, pyerr.Type("replace() takes 1 positional argument but %d were given", len(args))
	}
	o, ok := args[0].(*py.Instance)
	if !ok || dataOf(o.Class()) == nil {
		return nil, pyerr.Type("replace() should be called on dataclass instances")
	}
	changes := keywordDict(kwargs)
	for _, f := range dataOf(o.Class()).fields {
		_, changed, err := changes.Get(starlark.String(f.name))
		if err != nil {
			return nil, err
		}
		if !f.init {
			if changed {
				return nil, pyerr.Value("field %s is declared with init=False, it cannot be specified with replace()", f.name)
			}
			continue
		}
		if changed {
			continue
		}
		if f.initOnly && f.def == missing {
			return nil, pyerr.Value("InitVar %s must be specified with replace()", quoted(f.name))
		}
		v, err := attribute(t, o, f.name)
		if err == nil {
			err = changes.SetKey(starlark.String(f.name), v)
		}
		if err != nil {
			return nil, err
		}
	}
	return starlark.Call(t, o.Class(), nil, changes.Items())
}

// makeDataclass is make_dataclass(cls_name, fields, *, bases=(), namespace=None, …).
func makeDataclass(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	params := append([]param{
		{name: "cls_name"}, {name: "fields"}, {name: "bases", def: starlark.Tuple{}, keyword: true},
		{name: "namespace", def: starlark.None, keyword: true}, {name: "module", def: starlark.None, keyword: true},
	}, dataclassOptions...)
	in, err := bindParams("make_dataclass", params, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	name, ok := starlark.AsString(in[0])
	if !ok {
		return nil, pyerr.Type("make_dataclass() argument 1 must be str, not %s", pytypes.TypeName(in[0]))
	}
	spec := py.ClassSpec{Name: name, Attrs: make(starlark.StringDict)}
	spec.Module, _ = starlark.AsString(in[4])
	bases, err := collect(t, "make_dataclass", in[2])
	if err != nil {
		return nil, err
	}
	for _, b := range bases {
		c := world(t).AsClass(b)
		if c == nil {
			return nil, pyerr.Type("make_dataclass() bases must be classes")
		}
		spec.Bases = append(spec.Bases, c)
	}
	annotations := new(starlark.Dict)
	if ns, ok := held(in[3]).(*starlark.Dict); ok {
		for k, v := range ns.Entries() {
			if s, ok := starlark.AsString(k); ok {
				spec.Attrs[s] = v
			}
		}
	}
	err = each(t, in[1], func(item starlark.Value) error {
		parts := []starlark.Value{item, starlark.String("typing.Any")}
		if _, ok := item.(starlark.String); !ok {
			if parts, err = collect(t, "make_dataclass", item); err != nil {
				return err
			}
		}
		if len(parts) < 2 || len(parts) > 3 {
			return pyerr.Type("Invalid field: %s", item.String())
		}
		field, ok := starlark.AsString(parts[0])
		if !ok || !isIdentifier(field) {
			return pyerr.Type("Field names must be valid identifiers: %s", quoted(field))
		}
		if keywords[field] {
			return pyerr.Type("Field names must not be keywords: %s", quoted(field))
		}
		if len(parts) == 3 {
			spec.Attrs[field] = parts[2]
		}
		return annotations.SetKey(parts[0], parts[1])
	})
	if err != nil {
		return nil, err
	}
	spec.Attrs["__annotations__"] = annotations
	c, err := world(t).NewClass(t, spec)
	if err != nil {
		return nil, err
	}
	var options []starlark.Tuple
	for i, p := range dataclassOptions {
		options = append(options, starlark.Tuple{starlark.String(p.name), in[5+i]})
	}
	return dataclass(t, starlark.Tuple{c}, options)
}
