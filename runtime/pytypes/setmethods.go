package pytypes

import (
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// frozensetMethods are the methods of frozenset, which set has too.
var frozensetMethods = map[string]Method{
	"copy":                 setCopy,
	"difference":           setMany(Sub),
	"intersection":         setMany(And),
	"isdisjoint":           setIsdisjoint,
	"issubset":             setIncluded("issubset", Le),
	"issuperset":           setIncluded("issuperset", Ge),
	"symmetric_difference": setSymmetric,
	"union":                setMany(Or),
}

// setMethods are the methods of set.
var setMethods = func() map[string]Method {
	all := map[string]Method{
		"add":                         setAddMethod,
		"clear":                       setClear,
		"difference_update":           setUpdate(Sub),
		"discard":                     setDiscard,
		"intersection_update":         setUpdate(And),
		"pop":                         setPop,
		"remove":                      setRemoveMethod,
		"symmetric_difference_update": setSymmetricUpdate,
		"update":                      setUpdate(Or),
	}
	for name, m := range frozensetMethods {
		all[name] = m
	}
	return all
}()

// mutableSet gives the set of a receiver.
func mutableSet(recv starlark.Value) *starlark.Set {
	s, _ := native(recv).(*starlark.Set)
	return s
}

// setName is the name of a method of a receiver.
func setName(recv starlark.Value, method string) string {
	if _, ok := native(recv).(*FrozenSet); ok {
		return "frozenset." + method
	}
	return "set." + method
}

// likeReceiver makes a set of the type of the receiver.
func likeReceiver(recv starlark.Value, s *starlark.Set) starlark.Value {
	if _, ok := native(recv).(*FrozenSet); ok {
		return NewFrozenSet(s)
	}
	return s
}

func setCopy(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none(setName(recv, "copy"), args, kwargs); err != nil {
		return nil, err
	}
	if f, ok := native(recv).(*FrozenSet); ok {
		return f, nil
	}
	return setFrom(t, native(recv))
}

// setMany is union, intersection or difference, of any number of iterables.
func setMany(op Op) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := noKeywords(setName(recv, manyNames[op]), kwargs); err != nil {
			return nil, err
		}
		r, err := combineMany(t, op, native(recv), args)
		if err != nil {
			return nil, err
		}
		return likeReceiver(recv, r), nil
	}
}

var manyNames = map[Op]string{Or: "union", And: "intersection", Sub: "difference"}

// combineMany is x op a op b …, as a new set.
func combineMany(t *starlark.Thread, op Op, x starlark.Value, args starlark.Tuple) (*starlark.Set, error) {
	r, err := setFrom(t, x)
	for _, arg := range args {
		if err != nil {
			break
		}
		if op == Or {
			err = addAll(t, "union", r, native(arg))
			continue
		}
		var other setlike
		if other, err = fromIterable(t, native(arg)); err == nil {
			r, err = combine(t, op, r, other)
		}
	}
	return r, err
}

func setSymmetric(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single(setName(recv, "symmetric_difference"), args, kwargs)
	if err != nil {
		return nil, err
	}
	r, err := symmetric(t, native(recv), v)
	if err != nil {
		return nil, err
	}
	return likeReceiver(recv, r), nil
}

func symmetric(t *starlark.Thread, x, y starlark.Value) (*starlark.Set, error) {
	a, _ := asSet(x)
	b, err := fromIterable(t, native(y))
	if err != nil {
		return nil, err
	}
	return combine(t, Xor, a, b)
}

func setIsdisjoint(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single(setName(recv, "isdisjoint"), args, kwargs)
	if err != nil {
		return nil, err
	}
	s, _ := asSet(recv)
	disjoint, err := isDisjoint(t, s, v)
	return starlark.Bool(disjoint), err
}

func isDisjoint(t *starlark.Thread, s setlike, v starlark.Value) (bool, error) {
	it, err := Iterate(t, v)
	if err != nil {
		return false, err
	}
	m := guard.MeterOf(t)
	for {
		e, ok, err := it.Next(t)
		if err != nil || !ok {
			return true, err
		}
		if err := m.Charge(1); err != nil {
			return false, err
		}
		if found, err := has(t, s, e); found || err != nil {
			return false, err
		}
	}
}

// setIncluded is issubset or issuperset.
func setIncluded(name string, op Relation) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(setName(recv, name), args, kwargs)
		if err != nil {
			return nil, err
		}
		a, _ := asSet(recv)
		b, err := fromIterable(t, native(v))
		if err != nil {
			return nil, err
		}
		ok, err := setCompare(t, op, a, b)
		return starlark.Bool(ok), err
	}
}

func setAddMethod(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("set.add", args, kwargs)
	if err != nil {
		return nil, err
	}
	s := mutableSet(recv)
	if err := setAdd(s, v); err != nil {
		return nil, err
	}
	return starlark.None, room(t, "add", s.Len())
}

func setClear(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("set.clear", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, changed(mutableSet(recv).Clear())
}

func setDiscard(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("set.discard", args, kwargs)
	if err != nil {
		return nil, err
	}
	_, err = setRemove(mutableSet(recv), asElement(v))
	return starlark.None, err
}

func setRemoveMethod(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("set.remove", args, kwargs)
	if err != nil {
		return nil, err
	}
	found, err := setRemove(mutableSet(recv), asElement(v))
	if err == nil && !found {
		err = keyError(t, v)
	}
	return starlark.None, err
}

func setPop(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("set.pop", args, kwargs); err != nil {
		return nil, err
	}
	s := mutableSet(recv)
	it := s.Iterate()
	var first starlark.Value
	found := it.Next(&first)
	it.Done()
	if !found {
		return nil, emptySet()
	}
	_, err := s.Delete(first)
	return first, changed(err)
}

// setUpdate is update, intersection_update or difference_update.
func setUpdate(op Op) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := noKeywords("set."+updateNames[op], kwargs); err != nil {
			return nil, err
		}
		s := mutableSet(recv)
		if op == Or {
			for _, arg := range args {
				if err := addAll(t, "update", s, native(arg)); err != nil {
					return nil, err
				}
			}
			return starlark.None, nil
		}
		r, err := combineMany(t, op, s, args)
		if err != nil {
			return nil, err
		}
		return starlark.None, setReplace(t, s, r)
	}
}

var updateNames = map[Op]string{Or: "update", And: "intersection_update", Sub: "difference_update"}

func setSymmetricUpdate(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("set.symmetric_difference_update", args, kwargs)
	if err != nil {
		return nil, err
	}
	s := mutableSet(recv)
	r, err := symmetric(t, s, v)
	if err != nil {
		return nil, err
	}
	return starlark.None, setReplace(t, s, r)
}

// newSet is set(iterable).
func newSet(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("set", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return new(starlark.Set), nil
	}
	return setFrom(t, args[0])
}

// newFrozenSet is frozenset(iterable).
func newFrozenSet(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("frozenset", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return NewFrozenSet(new(starlark.Set)), nil
	}
	if f, ok := args[0].(*FrozenSet); ok {
		return f, nil
	}
	s, err := setFrom(t, args[0])
	if err != nil {
		return nil, err
	}
	return NewFrozenSet(s), nil
}
