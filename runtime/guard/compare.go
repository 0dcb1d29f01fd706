package guard

import (
	"fmt"
	"time"
	"unsafe"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// What an operator may do that is not charged in steps: compare or look at so
// many elements, which takes some milliseconds, and in any case, as the keys
// of dictionaries may have been chosen to have the same hash, take so long.
const (
	maxWalk     = 100_000
	maxWalkTime = 500 * time.Millisecond
)

// A comparer compares values as starlark.Compare does, but stops when it has
// compared too much: a list of a thousand times the same list, and so on, is
// small and yet takes for ever to compare.
//
// Where two values claim the same type but only one is Starlark's own, such as
// a list and a list of an event, it asks the other one.
type comparer struct {
	op    string // for the error
	meter *Meter // pays for the elements compared; nil: up to maxWalk are free
	n     int    // elements compared so far, or since the last charge

	look  int           // with no meter: the n at which to look at the clock
	began time.Duration // and when it was looked at first
}

// equal is starlark.Equal.
func (c *comparer) equal(x, y starlark.Value) (bool, error) {
	return c.compare(syntax.EQL, x, y, starlark.CompareLimit)
}

// compare is starlark.CompareDepth.
func (c *comparer) compare(op syntax.Token, x, y starlark.Value, depth int) (bool, error) {
	if err := c.count(cost(x, y)); err != nil {
		return false, err
	}
	if depth < 1 {
		return false, fmt.Errorf("comparison exceeded maximum recursion depth")
	}
	switch x := x.(type) {
	case *starlark.List:
		if y, ok := y.(*starlark.List); ok {
			return c.sequences(op, x, y, depth)
		}
		return other(op, x, y, depth)
	case starlark.Tuple:
		if y, ok := y.(starlark.Tuple); ok {
			return c.sequences(op, x, y, depth)
		}
		return other(op, x, y, depth)
	case *starlark.Dict:
		if y, ok := y.(*starlark.Dict); ok {
			return c.dicts(op, x, y, depth)
		}
		return other(op, x, y, depth)
	case *starlark.Set:
		if y, ok := y.(*starlark.Set); ok {
			return c.sets(op, x, y)
		}
		return other(op, x, y, depth)
	case starlark.String, starlark.Int, starlark.Float, starlark.Bool, starlark.NoneType, starlark.Bytes:
	default:
		if x, ok := asComposite(x); ok {
			if err := c.composite(x); err != nil {
				return false, err
			}
		}
	}
	return starlark.CompareDepth(op, x, y, depth)
}

// composite counts all that is in x, which compares itself.
func (c *comparer) composite(x composite) error {
	w := walker{left: size{maxWalk, Default.Bytes, Default.Depth}}
	if !w.walk(x) {
		return c.tooMuch()
	}
	return c.count(maxWalk - w.left.elements)
}

// other compares a container of Starlark with a value of another Go type.
func other(op syntax.Token, x, y starlark.Value, depth int) (bool, error) {
	if x.Type() != y.Type() {
		return starlark.CompareDepth(op, x, y, depth)
	}
	if y, ok := y.(starlark.Comparable); ok {
		return y.CompareSameType(mirrored[op], x, depth)
	}
	switch op {
	case syntax.EQL:
		return false, nil
	case syntax.NEQ:
		return true, nil
	}
	return false, notImplemented(op, x, y)
}

// mirrored gives the operator for swapped operands.
var mirrored = map[syntax.Token]syntax.Token{
	syntax.EQL: syntax.EQL, syntax.NEQ: syntax.NEQ,
	syntax.LT: syntax.GT, syntax.GT: syntax.LT,
	syntax.LE: syntax.GE, syntax.GE: syntax.LE,
}

func notImplemented(op syntax.Token, x, y starlark.Value) error {
	return fmt.Errorf("%s %s %s not implemented", x.Type(), op, y.Type())
}

func (c *comparer) sequences(op syntax.Token, x, y starlark.Indexable, depth int) (bool, error) {
	xlen, ylen := x.Len(), y.Len()
	if xlen != ylen && (op == syntax.EQL || op == syntax.NEQ) {
		return op == syntax.NEQ, nil
	}
	for i := range min(xlen, ylen) {
		eq, err := c.compare(syntax.EQL, x.Index(i), y.Index(i), depth-1)
		switch {
		case err != nil:
			return false, err
		case eq:
		case op == syntax.EQL:
			return false, nil
		case op == syntax.NEQ:
			return true, nil
		default:
			return c.compare(op, x.Index(i), y.Index(i), depth-1)
		}
	}
	return starlark.Compare(op, starlark.MakeInt(xlen), starlark.MakeInt(ylen))
}

func (c *comparer) dicts(op syntax.Token, x, y *starlark.Dict, depth int) (bool, error) {
	if op != syntax.EQL && op != syntax.NEQ {
		return false, notImplemented(op, x, y)
	}
	if x.Len() != y.Len() {
		return op == syntax.NEQ, nil
	}
	on := *c // so that c itself stays on the stack
	eq, err := on.equalDicts(x, y, depth)
	*c = on
	return eq == (op == syntax.EQL) && err == nil, err
}

func (c *comparer) equalDicts(x, y *starlark.Dict, depth int) (bool, error) {
	for k, v := range x.Entries() {
		if err := c.key(k); err != nil {
			return false, err
		}
		w, found, _ := y.Get(k)
		if !found {
			return false, nil
		}
		if eq, err := c.compare(syntax.EQL, v, w, depth-1); !eq || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (c *comparer) sets(op syntax.Token, x, y *starlark.Set) (bool, error) {
	xlen, ylen := x.Len(), y.Len()
	switch op {
	case syntax.EQL, syntax.NEQ:
		eq := xlen == ylen
		if eq {
			var err error
			if eq, err = c.subset(x, y); err != nil {
				return false, err
			}
		}
		return eq == (op == syntax.EQL), nil
	case syntax.LE, syntax.LT:
		if xlen > ylen || op == syntax.LT && xlen == ylen {
			return false, nil
		}
		return c.subset(x, y)
	case syntax.GE, syntax.GT:
		if xlen < ylen || op == syntax.GT && xlen == ylen {
			return false, nil
		}
		return c.subset(y, x)
	}
	return false, notImplemented(op, x, y)
}

// subset reports whether y has all elements of x.
func (c *comparer) subset(x, y *starlark.Set) (bool, error) {
	iter := x.Iterate()
	defer iter.Done()
	var k starlark.Value
	for iter.Next(&k) {
		if err := c.key(k); err != nil {
			return false, err
		}
		if found, err := y.Has(k); !found || err != nil {
			return false, err
		}
	}
	return true, nil
}

// key counts what it takes to look up a key.
func (c *comparer) key(k starlark.Value) error {
	n, err := keyElements(k)
	if err != nil {
		return err
	}
	return c.count(n)
}

func (c *comparer) count(n int) error {
	c.n += n
	if c.meter == nil {
		return c.uncharged()
	}
	if c.n < 100 {
		return nil
	}
	n, c.n = c.n, 0
	return c.meter.Charge(n / 4)
}

// uncharged checks the bounds of what is not charged.
func (c *comparer) uncharged() error {
	if c.n > maxWalk {
		return c.tooMuch()
	}
	if c.n < c.look {
		return nil
	}
	c.look = c.n + 500
	switch t := now(); {
	case c.n < 500:
	case c.began == 0:
		c.began = t
	case t-c.began > maxWalkTime:
		return &LimitError{Limit: "time", Op: c.op, Max: uint64(maxWalkTime)}
	}
	return nil
}

func (c *comparer) tooMuch() error {
	return &LimitError{Limit: "list size", Op: c.op, Max: maxWalk, walk: true}
}

// cost is what it takes to compare two values if they are not containers: 1,
// and more for long strings and wide integers.
func cost(x, y starlark.Value) int {
	switch x := x.(type) {
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			return stringCost(string(x), string(y))
		}
	case starlark.Int:
		if _, ok := x.Int64(); !ok {
			return 16
		}
	}
	return 1
}

// stringCost is what it takes to compare strings: more than 1 if they are long
// and not the same, but begin alike.
func stringCost(x, y string) int {
	n := min(len(x), len(y))
	if n <= 64 || x[:64] != y[:64] || unsafe.StringData(x) == unsafe.StringData(y) {
		return 1
	}
	return n / 64
}

// isScalar reports whether v is of a type of Starlark that contains nothing.
func isScalar(v starlark.Value) bool {
	switch v.(type) {
	case starlark.String, starlark.Int, starlark.Bool, starlark.NoneType, starlark.Float, starlark.Bytes:
		return true
	}
	return false
}
