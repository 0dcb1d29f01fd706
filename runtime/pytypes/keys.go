package pytypes

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// In Starlark True is no key of a dictionary that has 1; in Python it is the
// same key, as is 1.0. A dictionary keeps the key that it was first given, and
// only where one of these is not found is the other one looked for. The same
// goes for an instance of a class that extends str, and the text that it is;
// but where it is the instance that is the key, the text does not find it.

// twin gives the other value that equals k in Python, but not in Starlark.
func twin(k starlark.Value) starlark.Value {
	switch k := k.(type) {
	case starlark.Bool:
		return boolInt(k)
	case starlark.Int:
		switch k {
		case zero:
			return starlark.False
		case one:
			return starlark.True
		}
	case starlark.Float:
		switch k {
		case 0:
			return starlark.False
		case 1:
			return starlark.True
		}
	case Object:
		switch n := k.Native().(type) {
		case starlark.String, starlark.Int, starlark.Float, starlark.Bytes, starlark.Tuple:
			return n
		}
	}
	return nil
}

// maxTwins is how many elements of a tuple may have twins for all its own to
// be looked for.
const maxTwins = 3

// findTwin looks for a key that equals k in Python, but not in Starlark, and
// gives nil if there is none.
func findTwin(k starlark.Value, has func(starlark.Value) bool) starlark.Value {
	tuple, ok := k.(starlark.Tuple)
	if !ok {
		if other := twin(k); other != nil && has(other) {
			return other
		}
		return nil
	}
	var places []int
	for i, e := range tuple {
		if twin(e) != nil {
			places = append(places, i)
		}
	}
	if len(places) == 0 || len(places) > maxTwins {
		return nil
	}
	for set := 1; set < 1<<len(places); set++ {
		other := slices.Clone(tuple)
		for bit, i := range places {
			if set>>bit&1 != 0 {
				other[i] = twin(tuple[i])
			}
		}
		if has(other) {
			return other
		}
	}
	return nil
}

// findKey is findTwin in a dictionary.
func findKey(d *starlark.Dict, k starlark.Value) starlark.Value {
	if d.Len() == 0 {
		return nil
	}
	return findTwin(k, func(other starlark.Value) bool {
		_, found, _ := d.Get(other)
		return found
	})
}

// findElement is findTwin in a set.
func findElement(s *starlark.Set, k starlark.Value) starlark.Value {
	if s.Len() == 0 {
		return nil
	}
	return findTwin(k, func(other starlark.Value) bool {
		found, _ := s.Has(other)
		return found
	})
}

// asKey checks that v can be a key, at reasonable cost.
func asKey(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case starlark.String, starlark.Int, starlark.Bool, starlark.NoneType, starlark.Float, starlark.Bytes:
		return v, nil
	case starlark.Tuple:
		if err := guard.CheckKey(v); err != nil {
			return nil, err
		}
		return v, hashableTuple(v, 0)
	case *starlark.List, *starlark.Dict, *starlark.Set:
		return nil, unhashable(v)
	}
	if o, ok := v.(plainKey); ok {
		if n := o.PlainKey(); n != nil {
			return asKey(n)
		}
	}
	if _, err := v.Hash(); err != nil {
		return nil, hashError(v, err)
	}
	return v, nil
}

// A plainKey is an Object that may be the key that the value of the built-in
// type is which it extends; PlainKey gives that value, or nil.
type plainKey interface {
	Object
	PlainKey() starlark.Value
}

// hashableTuple finds the element that makes a tuple unhashable.
func hashableTuple(t starlark.Tuple, depth int) error {
	if depth > maxDepth {
		return recursion("")
	}
	for _, e := range t {
		switch e := e.(type) {
		case starlark.Tuple:
			if err := hashableTuple(e, depth+1); err != nil {
				return err
			}
		default:
			if _, err := asKey(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// hashError is the error for a key that has no hash.
func hashError(v starlark.Value, err error) error {
	if isPython(err) {
		return err
	}
	return unhashable(v)
}

// isPython reports whether an error is an exception that has a class, or must
// not be taken for anything else.
func isPython(err error) bool {
	switch err.(type) {
	case interface{ PyClass() string }, *guard.LimitError, *starlark.EvalError:
		return true
	}
	return false
}

// keyFailure is the error of a lookup that Starlark could not do.
func keyFailure(k starlark.Value, err error) error {
	if isPython(err) {
		return err
	}
	if _, err := asKey(k); err != nil {
		return err
	}
	return recursion(" in comparison") // tuples that are nested too deep
}

// dictGet looks up a key.
func dictGet(d *starlark.Dict, k starlark.Value) (v starlark.Value, found bool, err error) {
	if _, ok := k.(starlark.String); ok {
		return d.Get(k)
	}
	if k, err = asKey(k); err != nil {
		return nil, false, err
	}
	if v, found, err = d.Get(k); err != nil {
		return nil, false, keyFailure(k, err)
	}
	if !found {
		if other := findKey(d, k); other != nil {
			return d.Get(other)
		}
	}
	return v, found, nil
}

// dictSet sets the value of a key. The check of the size is the caller's.
func dictSet(d *starlark.Dict, k, v starlark.Value) error {
	if _, ok := k.(starlark.String); ok {
		return changed(d.SetKey(k, v))
	}
	k, err := asKey(k)
	if err != nil {
		return err
	}
	if other := findKey(d, k); other != nil {
		if _, found, _ := d.Get(k); !found {
			k = other
		}
	}
	if err := d.SetKey(k, v); err != nil {
		return changed(err)
	}
	return nil
}

// dictDelete removes a key.
func dictDelete(d *starlark.Dict, k starlark.Value) (v starlark.Value, found bool, err error) {
	if k, err = asKey(k); err != nil {
		return nil, false, err
	}
	v, found, err = d.Delete(k)
	if err != nil {
		return nil, false, changed(err)
	}
	if !found {
		if other := findKey(d, k); other != nil {
			v, found, err = d.Delete(other)
		}
	}
	return v, found, changed(err)
}

// setHas looks up an element.
func setHas(s *starlark.Set, k starlark.Value) (bool, error) {
	if _, ok := k.(starlark.String); ok {
		return s.Has(k)
	}
	k, err := asKey(k)
	if err != nil {
		return false, err
	}
	found, err := s.Has(k)
	if err != nil {
		return false, keyFailure(k, err)
	}
	return found || findElement(s, k) != nil, nil
}

// setAdd adds an element.
func setAdd(s *starlark.Set, k starlark.Value) error {
	k, err := asKey(k)
	if err != nil {
		return err
	}
	if other := findElement(s, k); other != nil {
		k = other
	}
	return changed(s.Insert(k))
}

// setRemove removes an element.
func setRemove(s *starlark.Set, k starlark.Value) (found bool, err error) {
	if k, err = asKey(k); err != nil {
		return false, err
	}
	found, err = s.Delete(k)
	if err == nil && !found {
		if other := findElement(s, k); other != nil {
			found, err = s.Delete(other)
		}
	}
	return found, changed(err)
}

// changed is the error of a change that Starlark refused: that of a value
// which is frozen.
func changed(err error) error {
	if err == nil || isPython(err) {
		return err
	}
	return pyerr.Type("%s", err.Error())
}

// put adds an entry to a dictionary that is being made, and charges it.
func put(t *starlark.Thread, op string, d *starlark.Dict, k, v starlark.Value) error {
	if err := guard.MeterOf(t).Charge(entrySteps); err != nil {
		return err
	}
	if err := dictSet(d, k, v); err != nil {
		return err
	}
	return room(t, op, d.Len())
}

// add adds an element to a set that is being made, and charges it.
func add(t *starlark.Thread, op string, s *starlark.Set, k starlark.Value) error {
	if err := guard.MeterOf(t).Charge(entrySteps); err != nil {
		return err
	}
	if err := setAdd(s, k); err != nil {
		return err
	}
	return room(t, op, s.Len())
}

// room fails if a container that grows has become larger than the limit. It
// looks now and then: each element is charged where it is added.
func room(t *starlark.Thread, op string, n int) error {
	if n&1023 != 0 || n <= guard.MeterOf(t).Limits().Elements {
		return nil
	}
	return guard.CheckElements(t, op, n)
}
