package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Compare is x op y, which may be any value.
func Compare(t *starlark.Thread, op Relation, x, y starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.Int:
		if b, ok := y.(starlark.Int); ok {
			return starlark.Bool(holds(op, compareInts(a, b))), nil
		}
	case starlark.String:
		if b, ok := y.(starlark.String); ok {
			if op <= Ne {
				eq, err := equalStrings(t, string(a), string(b))
				return starlark.Bool(eq == (op == Eq)), err
			}
			ok, err := compareStrings(t, op, string(a), string(b))
			return starlark.Bool(ok), err
		}
	case starlark.Float:
		if b, ok := y.(starlark.Float); ok {
			return starlark.Bool(compareFloats(op, float64(a), float64(b))), nil
		}
	}
	c := comparer{t: t}
	return c.compare(op, x, y)
}

func holds(op Relation, order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	case Gt:
		return order > 0
	}
	return order >= 0
}

func compareInts(x, y starlark.Int) int {
	a, aok := x.Int64()
	b, bok := y.Int64()
	switch {
	case aok && bok && a < b:
		return -1
	case aok && bok && a > b:
		return 1
	case aok && bok:
		return 0
	}
	return x.BigInt().Cmp(y.BigInt())
}

func compareFloats(op Relation, x, y float64) bool {
	switch op {
	case Eq:
		return x == y
	case Ne:
		return x != y
	case Lt:
		return x < y
	case Le:
		return x <= y
	case Gt:
		return x > y
	}
	return x >= y
}

func compareStrings(t *starlark.Thread, op Relation, x, y string) (bool, error) {
	if n := min(len(x), len(y)); n > 4096 {
		if err := walked(t, n/2); err != nil {
			return false, err
		}
	}
	return holds(op, order(x, y)), nil
}

// less is x < y as a truth, for sorting.
func (c *comparer) less(x, y starlark.Value) (bool, error) {
	switch a := x.(type) {
	case starlark.Int:
		if b, ok := y.(starlark.Int); ok {
			return compareInts(a, b) < 0, c.count(1)
		}
	case starlark.String:
		if b, ok := y.(starlark.String); ok {
			if err := c.count(1); err != nil {
				return false, err
			}
			return compareStrings(c.t, Lt, string(a), string(b))
		}
	}
	v, err := c.compare(Lt, x, y)
	if err != nil {
		return false, err
	}
	return Truth(c.t, v)
}

func (c *comparer) compare(op Relation, x, y starlark.Value) (starlark.Value, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	_, xobj := x.(Object)
	_, yobj := y.(Object)
	if xobj || yobj {
		return c.compareObjects(op, x, y)
	}
	if op <= Ne {
		eq, err := c.equal(x, y)
		return starlark.Bool(eq == (op == Eq)), err
	}
	return c.ordered(op, x, y, x, y)
}

// ordered is a op b for values that are no Objects; x and y are what they came
// from, for the error.
func (c *comparer) ordered(op Relation, a, b, x, y starlark.Value) (starlark.Value, error) {
	switch a := a.(type) {
	case starlark.Int, starlark.Bool:
		i, _ := asInt(a)
		if j, ok := asInt(b); ok {
			return starlark.Bool(holds(op, compareInts(i, j))), nil
		}
		if f, ok := b.(starlark.Float); ok {
			order := compareIntFloat(i, float64(f))
			return starlark.Bool(order != 2 && holds(op, order)), nil
		}
	case starlark.Float:
		if f, ok := b.(starlark.Float); ok {
			return starlark.Bool(compareFloats(op, float64(a), float64(f))), nil
		}
		if i, ok := asInt(b); ok {
			order := compareIntFloat(i, float64(a))
			return starlark.Bool(order != 2 && holds(relations[op].mirrored, order)), nil
		}
	case starlark.String:
		if b, ok := b.(starlark.String); ok {
			ok, err := compareStrings(c.t, op, string(a), string(b))
			return starlark.Bool(ok), err
		}
	case starlark.Bytes:
		if b, ok := b.(starlark.Bytes); ok {
			ok, err := compareStrings(c.t, op, string(a), string(b))
			return starlark.Bool(ok), err
		}
	}
	if s, ok := asTuple(a); ok {
		if r, ok := asTuple(b); ok {
			return c.orderedSequences(op, s, r)
		}
	}
	if isList(a) && isList(b) {
		return c.orderedSequences(op, a.(starlark.Indexable), b.(starlark.Indexable))
	}
	if s, ok := asSet(a); ok {
		if r, ok := asSet(b); ok {
			ok, err := setCompare(c.t, op, s, r)
			return starlark.Bool(ok), err
		}
	}
	if s, ok := a.(*Slice); ok {
		if r, ok := b.(*Slice); ok {
			return c.orderedSequences(op, s.tuple(), r.tuple())
		}
	}
	return c.orderedForeign(op, a, b, x, y)
}

// orderedForeign asks values of types of other packages.
func (c *comparer) orderedForeign(op Relation, a, b, x, y starlark.Value) (starlark.Value, error) {
	if !isStarlark(a) && !isStarlark(b) && a.Type() == b.Type() {
		switch a.(type) {
		case starlark.Comparable, starlark.TotallyOrdered:
			ok, err := starlark.Compare(relations[op].token, a, b)
			if err == nil || isPython(err) {
				return starlark.Bool(ok), err
			}
		}
	}
	if o, ok := a.(foreignOrder); ok {
		if v, known, err := o.PyCompare(relations[op].token, b); known || err != nil {
			return starlark.Bool(v), err
		}
	}
	return nil, noOrder(op, x, y)
}

// A foreignOrder is a value that has an order with values of other types.
type foreignOrder interface {
	PyCompare(op syntax.Token, y starlark.Value) (v, known bool, err error)
}

func noOrder(op Relation, x, y starlark.Value) error {
	return pyerr.Type("'%s' not supported between instances of '%s' and '%s'", relations[op].symbol, TypeName(x), TypeName(y))
}

func (c *comparer) orderedSequences(op Relation, x, y starlark.Indexable) (starlark.Value, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	for i := 0; i < x.Len() && i < y.Len(); i++ {
		a, b := x.Index(i), y.Index(i)
		eq, err := c.same(a, b)
		if err != nil {
			return nil, err
		}
		if !eq {
			return c.compare(op, a, b)
		}
	}
	return starlark.Bool(holds(op, order(x.Len(), y.Len()))), nil
}

// compareObjects compares values of which one is an Object.
func (c *comparer) compareObjects(op Relation, x, y starlark.Value) (starlark.Value, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.leave()
	v, err := richObjects(c.t, op, x, y)
	if v != nil || err != nil {
		return v, err
	}
	a, b := native(x), native(y)
	_, aobj := a.(Object)
	_, bobj := b.(Object)
	switch {
	case op <= Ne:
		eq, err := c.equalNative(x, y)
		return starlark.Bool(eq == (op == Eq)), err
	case aobj || bobj:
		return nil, noOrder(op, x, y)
	}
	return c.ordered(op, a, b, x, y)
}

// richObjects asks the methods of Objects for x op y, and gives nil if none of
// them knows.
func richObjects(t *starlark.Thread, op Relation, x, y starlark.Value) (starlark.Value, error) {
	first := reflectedFirst(x, y)
	if first {
		if v, err := rich(t, relations[op].mirrored, y, x); v != nil || err != nil {
			return v, err
		}
	}
	if v, err := rich(t, op, x, y); v != nil || err != nil || first {
		return v, err
	}
	return rich(t, relations[op].mirrored, y, x)
}

// rich asks x for x op y. __ne__ is by default what __eq__ is not.
func rich(t *starlark.Thread, op Relation, x, y starlark.Value) (starlark.Value, error) {
	o, ok := x.(Object)
	if !ok {
		return nil, nil
	}
	v, ok, err := o.Special(t, relations[op].method, y)
	if err != nil {
		return nil, err
	}
	if ok {
		if v == NotImplemented {
			return nil, nil
		}
		return v, nil
	}
	if op != Ne {
		return nil, nil
	}
	v, err = rich(t, Eq, x, y)
	if v == nil || err != nil {
		return nil, err
	}
	truth, err := Truth(t, v)
	return starlark.Bool(!truth), err
}
