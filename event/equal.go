package event

import (
	"errors"
	"fmt"
	"iter"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Equal says whether x == y, where events, objects and lists of events may be
// anywhere in x and y: an object equals a dictionary with the same keys, in
// the same case, and equal values; a list equals a list with equal elements.
// Everything else is as Starlark's ==, also that a tuple equals no list, True
// does not equal 1, and containers of Starlark may nest up to
// starlark.CompareLimit deep. What is in an event may be deeper.
//
// Starlark itself asks it only if the left one is ours: see the package
// comment.
func Equal(x, y starlark.Value) (bool, error) {
	return equal(x, y, starlark.CompareLimit)
}

// compare is the CompareSameType of types that have no order.
func compare(op syntax.Token, x, y starlark.Value, depth int) (bool, error) {
	switch op {
	case syntax.EQL:
		return equal(x, y, depth)
	case syntax.NEQ:
		eq, err := equal(x, y, depth)
		return !eq, err
	}
	return false, fmt.Errorf("%s %s %s not implemented", x.Type(), op, y.Type())
}

// equal compares to a depth of containers of Starlark, which may contain
// themselves. Ours are trees of limited depth: they end by themselves.
func equal(x, y starlark.Value, depth int) (bool, error) {
	if depth < 1 {
		return false, errors.New("comparison exceeded maximum recursion depth")
	}
	if !isOurs(x) && !isOurs(y) {
		depth--
	}
	if m, ok := asMapping(x); ok {
		n, ok := asMapping(y)
		if !ok {
			return false, nil
		}
		return equalMappings(m, n, depth)
	}
	if isList(x) && isList(y) || isTuple(x) && isTuple(y) {
		return equalSequences(x.(starlark.Indexable), y.(starlark.Indexable), depth)
	}
	if isOurs(x) || isOurs(y) {
		return false, nil // such as a list and a tuple
	}
	return starlark.EqualDepth(x, y, depth+1) // which takes off one again
}

func equalMappings(x, y mapping, depth int) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	for k, v := range x.Entries() {
		w, found, err := exactly(y, k)
		if !found || err != nil {
			return false, err
		}
		if eq, err := equal(v, w, depth); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

func equalSequences(x, y starlark.Indexable, depth int) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	for i := range x.Len() {
		if eq, err := equal(x.Index(i), y.Index(i), depth); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

// A mapping is what can equal an object: an Object or a starlark.Dict.
type mapping interface {
	starlark.Mapping
	Len() int
	Entries() iter.Seq2[starlark.Value, starlark.Value]
}

func asMapping(v starlark.Value) (mapping, bool) {
	switch v := v.(type) {
	case *starlark.Dict:
		return v, true
	case interface{ object() *Object }:
		return v.object(), true
	}
	return nil, false
}

// exactly returns the value of key k in the case of k.
func exactly(m mapping, k starlark.Value) (starlark.Value, bool, error) {
	o, ok := m.(*Object)
	if !ok {
		return m.Get(k)
	}
	key, _ := k.(starlark.String)
	c := o.children()
	if i := c.find(string(key)); i >= 0 && starlark.Value(starlark.String(c.key(i))) == k {
		return c.value(i), true, nil
	}
	return nil, false, nil
}

func isOurs(v starlark.Value) bool {
	switch v.(type) {
	case *List, interface{ object() *Object }:
		return true
	}
	return false
}

func isTuple(v starlark.Value) bool {
	_, ok := v.(starlark.Tuple)
	return ok
}
