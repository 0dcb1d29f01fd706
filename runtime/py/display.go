package py

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// fstring is py.str(lit, v, lit, v, …).
func fstring(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var b strings.Builder
	for i, a := range args {
		s, plain := a.(starlark.String)
		if !plain && i%2 == 1 {
			text, err := pytypes.Format(t, a, "")
			if err != nil {
				return nil, err
			}
			s = starlark.String(text)
		}
		if err := guard.CheckBytes(t, "f-string", b.Len()+len(s)); err != nil {
			return nil, err
		}
		b.WriteString(string(s))
	}
	return starlark.String(b.String()), nil
}

// formatted is py.format(v, conv, spec).
func formatted(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	v := args[0]
	spec := string(args[2].(starlark.String))
	var s string
	var err error
	switch args[1] {
	case starlark.String("r"):
		s, err = pytypes.Repr(t, v)
	case starlark.String("s"):
		s, err = pytypes.Str(t, v)
	case starlark.String("a"):
		s, err = pytypes.ASCII(t, v)
	default:
		s, err = pytypes.Format(t, v, spec)
		return starlark.String(s), err
	}
	if err == nil && spec != "" {
		s, err = pytypes.Format(t, starlark.String(s), spec)
	}
	return starlark.String(s), err
}

// dict is py.dict(k, v, …).
func dict(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	d := starlark.NewDict(len(args) / 2)
	for i := 0; i < len(args); i += 2 {
		if err := pytypes.SetItem(t, d, args[i], args[i+1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// merge is py.merge(d, …).
func merge(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	all := new(starlark.Dict)
	for _, a := range args {
		if err := update(t, all, a, ""); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// kwmerge is py.kwmerge("f", d, …).
func kwmerge(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	all := new(starlark.Dict)
	for _, a := range args[1:] {
		if err := update(t, all, a, string(args[0].(starlark.String))); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// update adds the items of a mapping to d. If fn is not empty, they are the
// keyword arguments of that function, none of which may come twice.
func update(t *starlark.Thread, d *starlark.Dict, from starlark.Value, fn string) error {
	m, err := mapping(t, from, fn)
	if err != nil {
		return err
	}
	return guard.Iterate(t, m, func(k starlark.Value) error {
		v, err := pytypes.Item(t, m, k)
		if err != nil {
			return err
		}
		if fn != "" {
			name, ok := starlark.AsString(k)
			if !ok {
				return pyerr.Type("keywords must be strings")
			}
			if _, twice, _ := d.Get(k); twice {
				return pyerr.Type("%s() got multiple values for keyword argument '%s'", fn, name)
			}
		}
		return pytypes.SetItem(t, d, k, v)
	})
}

// mapping gives what ** takes of a value.
func mapping(t *starlark.Thread, x starlark.Value, fn string) (starlark.IterableMapping, error) {
	if m, ok := held(x).(starlark.IterableMapping); ok {
		return m, nil
	}
	if o, ok := x.(*Instance); ok {
		return copied(t, o)
	}
	if fn == "" {
		return nil, pyerr.Type("'%s' object is not a mapping", typeName(x))
	}
	return nil, pyerr.Type("%s() argument after ** must be a mapping, not %s", fn, typeName(x))
}

// copied makes a dict of an object with keys and __getitem__.
func copied(t *starlark.Thread, o *Instance) (starlark.IterableMapping, error) {
	fn, err := o.get(t, "keys")
	if err != nil || fn == nil {
		return nil, pyerr.Type("'%s' object is not a mapping", o.class.name)
	}
	keys, err := starlark.Call(t, fn, nil, nil)
	if err != nil {
		return nil, err
	}
	d := new(starlark.Dict)
	return d, each(t, keys, func(k starlark.Value) error {
		v, err := pytypes.Item(t, o, k)
		if err != nil {
			return err
		}
		return d.SetKey(k, v)
	})
}

// each calls f for each element of an iterable.
func each(t *starlark.Thread, x starlark.Value, f func(starlark.Value) error) error {
	it, err := pytypes.Iterate(t, x)
	if err != nil {
		return err
	}
	m := guard.MeterOf(t)
	for {
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return err
		}
		if err := m.Charge(1); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

// set is py.set(v, …).
func set(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return natives["set"].native.New(t, starlark.Tuple{args}, nil)
}

func setOf(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return natives["set"].native.New(t, args, nil)
}

func tupleOf(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return natives["tuple"].native.New(t, args, nil)
}

// concat is py.concat(iterable, …).
func concat(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var elems []starlark.Value
	most := guard.MeterOf(t).Limits().Elements
	for _, a := range args {
		err := each(t, a, func(v starlark.Value) error {
			if elems = append(elems, v); len(elems)%1024 != 0 || len(elems) <= most {
				return nil
			}
			return guard.CheckElements(t, "list", len(elems))
		})
		if err != nil {
			return nil, err
		}
	}
	return starlark.NewList(elems), nil
}

// star is py.star(x).
func star(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch x := args[0].(type) {
	case starlark.Tuple:
		return x, guard.CheckElements(t, "*", len(x)) // the call copies them
	case *starlark.List:
		return x, guard.CheckElements(t, "*", x.Len())
	}
	list, err := concat(t, args[:1], nil)
	if p, ok := err.(*pyerr.Error); ok && p.Class == "TypeError" && strings.HasSuffix(p.Msg, "is not iterable") {
		return nil, pyerr.Type("argument after * must be an iterable, not %s", typeName(args[0]))
	}
	return list, err
}

// kwargsOf is py.kwargs(x).
func kwargsOf(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	m, err := mapping(t, args[0], "")
	if err != nil {
		return nil, pyerr.Type("argument after ** must be a mapping, not %s", typeName(args[0]))
	}
	return m, entries(t, starlark.Len(m))
}

// entries charges the call for making or copying n entries of a dict.
func entries(t *starlark.Thread, n int) error {
	if n <= manyNames {
		return nil
	}
	return guard.MeterOf(t).Charge(4 * n)
}

// unpack is py.unpack(x, n[, m]).
func unpack(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	n, _ := starlark.AsInt32(args[1])
	if len(args) == 2 {
		return pytypes.Unpack(t, args[0], n)
	}
	m, _ := starlark.AsInt32(args[2])
	return pytypes.UnpackStar(t, args[0], n, m)
}

// newSlice is py.slice(low, high, step).
func newSlice(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return natives["slice"].native.New(t, args, nil)
}
