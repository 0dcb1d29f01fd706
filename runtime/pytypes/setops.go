package pytypes

import (
	"iter"

	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A setlike is a set, a frozenset or a view of a dictionary that has the
// operators of a set.
type setlike interface {
	starlark.Value
	Len() int
	Elements() iter.Seq[starlark.Value]
}

// asSet gives the setlike that v is.
func asSet(v starlark.Value) (setlike, bool) {
	switch v := v.(type) {
	case *starlark.Set:
		return v, true
	case *FrozenSet:
		return v, true
	case *KeysView:
		return v, true
	case *ItemsView:
		return v, true
	case Object:
		if n := v.Native(); n != nil {
			return asSet(n)
		}
	}
	return nil, false
}

// isPlainSet reports whether v is a set or frozenset, not a view.
func isPlainSet(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.Set, *FrozenSet:
		return true
	}
	return false
}

// has reports whether s has an element.
func has(t *starlark.Thread, s setlike, k starlark.Value) (bool, error) {
	switch s := s.(type) {
	case *starlark.Set:
		return setHas(s, k)
	case *FrozenSet:
		return setHas(s.set, k)
	case *KeysView:
		return s.has(t, k)
	case *ItemsView:
		return s.has(t, k)
	}
	return Contains(t, s, k)
}

// setBinary is x op y for sets and views, or nil.
func setBinary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	switch op {
	case Sub, And, Or, Xor:
	default:
		return nil, nil
	}
	a, ok := asSet(x)
	b, bok := asSet(y)
	switch {
	case !ok && !bok:
		return nil, nil
	case isPlainSet(x) && isPlainSet(y):
	case isView(x) || isView(y):
		return viewBinary(t, op, x, y)
	default:
		return nil, nil
	}
	r, err := combine(t, op, a, b)
	if err != nil {
		return nil, err
	}
	if _, frozen := x.(*FrozenSet); frozen {
		return NewFrozenSet(r), nil
	}
	return r, nil
}

func isView(v starlark.Value) bool {
	switch v.(type) {
	case *KeysView, *ItemsView:
		return true
	}
	return false
}

// viewBinary is x op y where one is a view, and the other any iterable.
func viewBinary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	if op == And {
		return viewAnd(t, x, y)
	}
	a, err := setFrom(t, x)
	if err != nil {
		return nil, err
	}
	b, err := setFrom(t, y)
	if err != nil {
		return nil, err
	}
	return combine(t, op, a, b)
}

// viewAnd looks up what one yields in the other, the view.
func viewAnd(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	if !isView(x) {
		x, y = y, x
	}
	view, _ := asSet(x)
	r := new(starlark.Set)
	return r, each(t, y, func(e starlark.Value) error {
		found, err := has(t, view, e)
		if err != nil || !found {
			return err
		}
		return add(t, "&", r, e)
	})
}

// setFrom makes a set of an iterable.
func setFrom(t *starlark.Thread, x starlark.Value) (*starlark.Set, error) {
	s := new(starlark.Set)
	return s, addAll(t, "set", s, x)
}

// addAll adds all elements of an iterable.
func addAll(t *starlark.Thread, op string, s *starlark.Set, x starlark.Value) error {
	if isPlainSet(x) { // whose elements are known to be keys
		a, _ := asSet(x)
		if x == starlark.Value(s) {
			return nil
		}
		fresh := s.Len() == 0
		if err := guard.MeterOf(t).Charge(entrySteps * a.Len()); err != nil {
			return err
		}
		for e := range a.Elements() {
			if fresh {
				if err := s.Insert(e); err != nil {
					return changed(err)
				}
			} else if err := setAdd(s, e); err != nil {
				return err
			}
			if err := room(t, op, s.Len()); err != nil {
				return err
			}
		}
		return nil
	}
	return each(t, x, func(e starlark.Value) error { return add(t, op, s, e) })
}

// combine is a op b as a new set. Its elements are in the order of a, then b.
func combine(t *starlark.Thread, op Op, a, b setlike) (*starlark.Set, error) {
	if err := guard.MeterOf(t).Charge(a.Len() + b.Len()); err != nil {
		return nil, err
	}
	r := new(starlark.Set)
	for e := range a.Elements() {
		keep := true
		if op != Or {
			found, err := has(t, b, e)
			if err != nil {
				return nil, err
			}
			keep = found == (op == And)
		}
		if keep {
			if err := r.Insert(e); err != nil {
				return nil, changed(err)
			}
		}
	}
	if op == Or || op == Xor {
		for e := range b.Elements() {
			if found, err := has(t, a, e); err != nil {
				return nil, err
			} else if !found {
				if err := setAdd(r, e); err != nil {
					return nil, err
				}
			}
		}
	}
	return r, guard.CheckElements(t, operators[op].symbol, r.Len())
}

// setInPlace is x op= y for a set, which changes.
func setInPlace(t *starlark.Thread, op Op, x *starlark.Set, y starlark.Value) (done bool, err error) {
	b, ok := asSet(y)
	if !ok || !isPlainSet(native(y)) {
		return false, nil
	}
	switch op {
	case Or:
		return true, addAll(t, "|=", x, b)
	case And, Sub, Xor:
		r, err := combine(t, op, x, b)
		if err != nil {
			return true, err
		}
		return true, setReplace(t, x, r)
	}
	return false, nil
}

// setReplace gives a set the elements of another.
func setReplace(t *starlark.Thread, s, with *starlark.Set) error {
	if err := s.Clear(); err != nil {
		return changed(err)
	}
	return addAll(t, "=", s, with)
}

// setCompare compares sets by inclusion.
func setCompare(t *starlark.Thread, op Relation, a, b setlike) (bool, error) {
	n, m := a.Len(), b.Len()
	switch op {
	case Eq, Ne:
		eq := n == m
		if eq {
			var err error
			if eq, err = subset(t, a, b); err != nil {
				return false, err
			}
		}
		return eq == (op == Eq), nil
	case Le, Lt:
		if n > m || op == Lt && n == m {
			return false, nil
		}
		return subset(t, a, b)
	}
	return setCompare(t, relations[op].mirrored, b, a)
}

// subset reports whether b has all elements of a.
func subset(t *starlark.Thread, a, b setlike) (bool, error) {
	if err := walkedElements(t, a.Len()); err != nil {
		return false, err
	}
	for e := range a.Elements() {
		if found, err := has(t, b, e); !found || err != nil {
			return false, err
		}
	}
	return true, nil
}

// asElement is an element to look for in a set: a set stands for the
// frozenset of its elements.
func asElement(v starlark.Value) starlark.Value {
	if s, ok := native(v).(*starlark.Set); ok {
		return NewFrozenSet(s)
	}
	return v
}

// fromIterable is the set of what an iterable yields, or the setlike that it
// is itself.
func fromIterable(t *starlark.Thread, x starlark.Value) (setlike, error) {
	if isPlainSet(x) {
		s, _ := asSet(x)
		return s, nil
	}
	return setFrom(t, x)
}

// emptySet says that nothing can be taken from a set.
func emptySet() error {
	return &Error{Class: "KeyError", Args: starlark.Tuple{starlark.String("pop from an empty set")}, Msg: "'pop from an empty set'"}
}
