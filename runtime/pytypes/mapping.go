package pytypes

import (
	"iter"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A mapping is what can equal a dictionary: a dictionary, or an object of an
// event.
type mapping interface {
	starlark.Mapping
	Len() int
	Entries() iter.Seq2[starlark.Value, starlark.Value]
}

// asMapping gives the mapping that v is. An object of an event is asked for
// keys as they stand in its text.
func asMapping(v starlark.Value) (mapping, bool) {
	switch v := v.(type) {
	case *starlark.Dict:
		return v, true
	case *event.Event:
		return v, true
	case *event.Object:
		return v, true
	case Object:
		if n := v.Native(); n != nil {
			return asMapping(n)
		}
	}
	return nil, false
}

// dictUnion is x | y for dictionaries, or nil.
func dictUnion(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	a, ok := x.(*starlark.Dict)
	if !ok {
		return nil, nil
	}
	b, ok := y.(*starlark.Dict)
	if !ok {
		return nil, nil
	}
	if err := guard.CheckElements(t, "|", a.Len()+b.Len()); err != nil {
		return nil, err
	}
	z := starlark.NewDict(a.Len() + b.Len())
	if err := putAll(t, "|", z, a); err != nil {
		return nil, err
	}
	return z, putAll(t, "|", z, b)
}

// putAll sets all entries of a mapping in d. It has the keys of a dictionary
// in hand, so that none of them needs to be looked at again.
func putAll(t *starlark.Thread, op string, d *starlark.Dict, m mapping) error {
	if err := guard.MeterOf(t).Charge(entrySteps * m.Len()); err != nil {
		return err
	}
	if src, ok := m.(*starlark.Dict); ok && src == d {
		return nil
	}
	fresh := d.Len() == 0
	for k, v := range m.Entries() {
		var err error
		if fresh {
			err = changed(d.SetKey(k, v))
		} else {
			err = dictSet(d, k, v)
		}
		if err != nil {
			return err
		}
		if err := room(t, op, d.Len()); err != nil {
			return err
		}
	}
	return nil
}

// dictUpdate is d.update(x): a mapping, something with keys(), or an iterable
// of pairs.
func dictUpdate(t *starlark.Thread, d *starlark.Dict, x starlark.Value) error {
	if o, ok := x.(Object); ok {
		done, err := updateFromObject(t, d, o)
		if done || err != nil {
			return err
		}
	}
	if m, ok := asMapping(x); ok {
		return putAll(t, "update", d, m)
	}
	if m, ok := x.(starlark.IterableMapping); ok {
		return each(t, x, func(k starlark.Value) error {
			v, _, err := m.Get(k)
			if err != nil {
				return err
			}
			return put(t, "update", d, k, v)
		})
	}
	n := 0
	return each(t, x, func(pair starlark.Value) error {
		k, v, err := asPair(t, pair, n)
		if err != nil {
			return err
		}
		n++
		return put(t, "update", d, k, v)
	})
}

// updateFromObject takes the entries of an object with keys().
func updateFromObject(t *starlark.Thread, d *starlark.Dict, o Object) (done bool, err error) {
	keys, ok, err := o.Special(t, "keys")
	if err != nil || !ok {
		return false, err
	}
	return true, each(t, keys, func(k starlark.Value) error {
		v, err := Item(t, o, k)
		if err != nil {
			return err
		}
		return put(t, "update", d, k, v)
	})
}

// asPair gives the two elements of element n of what a dictionary is made of.
func asPair(t *starlark.Thread, pair starlark.Value, n int) (k, v starlark.Value, err error) {
	if p, ok := pair.(starlark.Tuple); ok && len(p) == 2 {
		return p[0], p[1], nil
	}
	if _, err := Iterate(t, pair); err != nil {
		if isA(err, "TypeError") {
			return nil, nil, pyerr.Type("cannot convert dictionary update sequence element #%d to a sequence", n)
		}
		return nil, nil, err
	}
	elems, err := collect(t, "dict", pair)
	if err != nil {
		return nil, nil, err
	}
	if len(elems) != 2 {
		return nil, nil, pyerr.Value("dictionary update sequence element #%d has length %d; 2 is required", n, len(elems))
	}
	return elems[0], elems[1], nil
}
