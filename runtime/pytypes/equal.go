package pytypes

import (
	"math/big"
	"reflect"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Equal is x == y as a truth.
func Equal(t *starlark.Thread, x, y starlark.Value) (bool, error) {
	switch x := x.(type) {
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			return equalStrings(t, string(x), string(y))
		}
		if isStarlark(y) {
			return false, nil
		}
	case starlark.Int:
		if y, ok := y.(starlark.Int); ok {
			return equalInts(x, y), nil
		}
	case starlark.NoneType:
		if isStarlark(y) {
			return y == starlark.None, nil
		}
	}
	c := comparer{t: t}
	return c.equal(x, y)
}

func equalStrings(t *starlark.Thread, x, y string) (bool, error) {
	if len(x) != len(y) {
		return false, nil
	}
	if len(x) > 4096 {
		if err := walked(t, len(x)/2); err != nil {
			return false, err
		}
	}
	return x == y, nil
}

func equalInts(x, y starlark.Int) bool {
	if x == y {
		return true
	}
	a, aok := x.Int64()
	b, bok := y.Int64()
	if aok || bok {
		return aok && bok && a == b
	}
	return x.BigInt().Cmp(y.BigInt()) == 0
}

// same reports whether x is y or equals it, as containers look for elements.
func same(t *starlark.Thread, x, y starlark.Value) (bool, error) {
	c := comparer{t: t}
	return c.same(x, y)
}

// A comparer compares values to any depth, and charges what it compares.
type comparer struct {
	t     *starlark.Thread
	depth int
	work  int // not charged yet
}

func (c *comparer) count(n int) error {
	if c.work += n; c.work < 64 {
		return nil
	}
	n, c.work = c.work, 0
	return guard.MeterOf(c.t).Charge(n / 4)
}

// enter goes into containers; leave is to be called afterwards.
func (c *comparer) enter() error {
	if c.depth++; c.depth > maxDepth {
		return recursion(" in comparison")
	}
	return nil
}

func (c *comparer) leave() { c.depth-- }

func (c *comparer) same(x, y starlark.Value) (bool, error) {
	if _, ok := x.(starlark.Float); !ok && Is(x, y) {
		return true, c.count(1) // a float that is no number has no identity that is known
	}
	return c.equal(x, y)
}

func (c *comparer) equal(x, y starlark.Value) (bool, error) {
	if err := c.count(1); err != nil {
		return false, err
	}
	switch a := x.(type) {
	case starlark.String:
		if b, ok := y.(starlark.String); ok {
			return equalStrings(c.t, string(a), string(b))
		}
	case starlark.Int, starlark.Bool:
		i, _ := asInt(a)
		switch b := y.(type) {
		case starlark.Int:
			return equalInts(i, b), nil
		case starlark.Bool:
			return equalInts(i, boolInt(b)), nil
		case starlark.Float:
			return compareIntFloat(i, float64(b)) == 0, nil
		}
	case starlark.Float:
		switch b := y.(type) {
		case starlark.Float:
			return float64(a) == float64(b), nil
		case starlark.Int, starlark.Bool:
			i, _ := asInt(b)
			return compareIntFloat(i, float64(a)) == 0, nil
		}
	case starlark.Bytes:
		if b, ok := y.(starlark.Bytes); ok {
			return equalStrings(c.t, string(a), string(b))
		}
	case *starlark.List:
		if b, ok := y.(*starlark.List); ok {
			return c.equalSequences(a, b)
		}
	case starlark.Tuple:
		if b, ok := y.(starlark.Tuple); ok {
			return c.equalSequences(a, b)
		}
	case *starlark.Dict:
		if b, ok := y.(*starlark.Dict); ok {
			return c.equalMappings(a, b)
		}
	}
	return c.equalOthers(x, y)
}

// compareIntFloat gives the order of i and f, 2 if f is not a number.
func compareIntFloat(i starlark.Int, f float64) int {
	switch v, ok := i.Int64(); {
	case f != f:
		return 2
	case ok && -exact <= v && v <= exact:
		return order(float64(v), f)
	case f-f != 0: // infinite
		return order(0, f)
	}
	return new(big.Float).SetInt(i.BigInt()).Cmp(big.NewFloat(f))
}

func order[T int | float64 | string](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (c *comparer) equalSequences(x, y starlark.Indexable) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	if err := c.enter(); err != nil {
		return false, err
	}
	defer c.leave()
	for i := 0; i < x.Len() && i < y.Len(); i++ { // an object's __eq__ may shorten them
		if eq, err := c.same(x.Index(i), y.Index(i)); !eq || err != nil {
			return false, err
		}
	}
	return x.Len() == y.Len(), nil
}

func (c *comparer) equalMappings(x, y mapping) (bool, error) {
	if x.Len() != y.Len() {
		return false, nil
	}
	if err := c.enter(); err != nil {
		return false, err
	}
	defer c.leave()
	d, ok := y.(*starlark.Dict)
	if !ok {
		if d, ok = x.(*starlark.Dict); ok {
			x = y
		}
	}
	if !ok { // two objects of events, whose keys are found in any case
		d = starlark.NewDict(y.Len())
		if err := putAll(c.t, "==", d, y); err != nil {
			return false, err
		}
	}
	on := *c // so that c itself stays on the stack
	eq, err := on.equalEntries(x, d)
	*c = on
	return eq, err
}

func (c *comparer) equalEntries(x mapping, y *starlark.Dict) (bool, error) {
	for k, v := range x.Entries() {
		w, found, err := dictGet(y, k)
		if !found || err != nil {
			return false, err
		}
		if eq, err := c.same(v, w); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

// equalOthers compares values of types that are not both the same one of
// Starlark's.
func (c *comparer) equalOthers(x, y starlark.Value) (bool, error) {
	_, xobj := x.(Object)
	_, yobj := y.(Object)
	if xobj || yobj {
		return c.equalObjects(x, y)
	}
	if a, ok := asMapping(x); ok {
		b, ok := asMapping(y)
		return c.both(ok, func() (bool, error) { return c.equalMappings(a, b) })
	}
	if a, ok := asTuple(x); ok {
		b, ok := asTuple(y)
		return c.both(ok, func() (bool, error) { return c.equalSequences(a, b) })
	}
	if isList(x) {
		return c.both(isList(y), func() (bool, error) {
			return c.equalSequences(x.(starlark.Indexable), y.(starlark.Indexable))
		})
	}
	if a, ok := asSet(x); ok {
		b, ok := asSet(y)
		return c.both(ok, func() (bool, error) { return setCompare(c.t, Eq, a, b) })
	}
	if a, ok := x.(*Slice); ok {
		b, ok := y.(*Slice)
		return c.both(ok, func() (bool, error) { return c.equalSequences(a.tuple(), b.tuple()) })
	}
	if isStarlark(x) || isStarlark(y) || x.Type() != y.Type() {
		return x == starlark.None && y == starlark.None, nil
	}
	return starlark.Equal(x, y)
}

func (c *comparer) both(ok bool, equal func() (bool, error)) (bool, error) {
	if !ok {
		return false, nil
	}
	return equal()
}

func isList(v starlark.Value) bool {
	switch v.(type) {
	case *event.List, *starlark.List:
		return true
	}
	return false
}

// equalObjects compares values of which one is an Object.
func (c *comparer) equalObjects(x, y starlark.Value) (bool, error) {
	if err := c.enter(); err != nil {
		return false, err
	}
	defer c.leave()
	v, err := richObjects(c.t, Eq, x, y)
	if err != nil {
		return false, err
	}
	if v != nil {
		return Truth(c.t, v)
	}
	return c.equalNative(x, y)
}

// equalNative compares what Objects extend, if none of them compares itself.
func (c *comparer) equalNative(x, y starlark.Value) (bool, error) {
	a, b := native(x), native(y)
	if _, ok := a.(Object); ok {
		return x == y, nil
	}
	if _, ok := b.(Object); ok {
		return false, nil
	}
	return c.equal(a, b)
}

// Is is x is y. Values of types that have no identity are the same if they are
// equal and of the same type.
func Is(x, y starlark.Value) bool {
	switch x := x.(type) {
	case starlark.String:
		y, ok := y.(starlark.String)
		return ok && x == y
	case starlark.Int:
		y, ok := y.(starlark.Int)
		return ok && equalInts(x, y)
	case starlark.Float:
		y, ok := y.(starlark.Float)
		return ok && (x == y || x != x && y != y)
	case starlark.Bool, starlark.NoneType, starlark.Bytes, *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		return x == y
	case starlark.Tuple:
		y, ok := y.(starlark.Tuple)
		return ok && len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0])
	case Object:
		return x == y
	case nil:
		return y == nil
	}
	if _, ok := y.(starlark.Tuple); ok {
		return false
	}
	return reflect.TypeOf(x).Comparable() && x == y
}
