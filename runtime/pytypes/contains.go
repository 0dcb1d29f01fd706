package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Contains is x in container.
func Contains(t *starlark.Thread, container, x starlark.Value) (bool, error) {
	switch c := container.(type) {
	case starlark.String:
		s, ok := native(x).(starlark.String)
		if !ok {
			return false, pyerr.Type("'in <string>' requires string as left operand, not %s", TypeName(x))
		}
		return stringContains(t, string(c), string(s))
	case *starlark.Dict:
		_, found, err := dictGet(c, x)
		return found, err
	case *starlark.List:
		return sequenceContains(t, c, x)
	case starlark.Tuple:
		return sequenceContains(t, c, x)
	case *starlark.Set:
		return setHas(c, asElement(x))
	case *FrozenSet:
		return setHas(c.set, asElement(x))
	case *event.Event, *event.Object:
		_, found, err := c.(starlark.Mapping).Get(x)
		return found, lookupError(x, err)
	case *event.List:
		return sequenceContains(t, c, x)
	case Object:
		return objectContains(t, c, x)
	}
	return otherContains(t, container, x)
}

// lookupError is the error of the lookup of a key in a mapping that is not a
// dictionary.
func lookupError(k starlark.Value, err error) error {
	if err == nil {
		return nil
	}
	return keyFailure(k, err)
}

func sequenceContains(t *starlark.Thread, seq starlark.Indexable, x starlark.Value) (bool, error) {
	c := comparer{t: t}
	for i := 0; i < seq.Len(); i++ {
		if eq, err := c.same(seq.Index(i), x); eq || err != nil {
			return eq, err
		}
	}
	return false, nil
}

func objectContains(t *starlark.Thread, o Object, x starlark.Value) (bool, error) {
	v, ok, err := o.Special(t, "__contains__", x)
	if err != nil {
		return false, err
	}
	if ok {
		return Truth(t, v)
	}
	if n := o.Native(); n != nil {
		return Contains(t, n, x)
	}
	return iterableContains(t, o, x)
}

func otherContains(t *starlark.Thread, container, x starlark.Value) (bool, error) {
	switch c := container.(type) {
	case starlark.Bytes:
		return bytesContains(t, c, x)
	case *Range:
		switch x.(type) {
		case starlark.Int, starlark.Bool, starlark.Float:
			return c.Has(x)
		}
	case *KeysView:
		return c.has(t, x)
	case *ItemsView:
		return c.has(t, x)
	case *ValuesView, Iterator:
	case *pyclass.NamedTuple:
		return sequenceContains(t, c.Elems, x)
	case starlark.Container:
		return c.Has(x)
	case starlark.Mapping:
		_, found, err := c.Get(x)
		return found, lookupError(x, err)
	case starlark.HasBinary:
		v, err := c.Binary(syntax.IN, x, starlark.Right)
		if v != nil || err != nil {
			return v == starlark.True, err
		}
	}
	return iterableContains(t, container, x)
}

// iterableContains looks for an element in what an iterable yields.
func iterableContains(t *starlark.Thread, container, x starlark.Value) (bool, error) {
	it, err := Iterate(t, container)
	if err != nil {
		if isA(err, "TypeError") && !canIterate(container) {
			return false, pyerr.Type("argument of type '%s' is not iterable", TypeName(container))
		}
		return false, err
	}
	c := comparer{t: t}
	for {
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return false, err
		}
		if eq, err := c.same(v, x); eq || err != nil {
			return eq, err
		}
	}
}
