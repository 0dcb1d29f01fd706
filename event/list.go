package event

import (
	"iter"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A List is a list in an event. To a rule it is a list that nobody can change,
// of type "list":
//
//	x[i]  v in x  len(x)  for v in x  bool(x)  str(x)  x == y  x < y
//	x[i:j:k]  x + y                          # new lists, to be changed at will
//	x.index(v, start=0, end=len(x))
//	x.count(v)
//	x.copy()                                 # a new list, all the way down
//
// What is in it is again an Object or a List, also in list(x) and x[:], which
// copy one level. All methods may be called from any number of goroutines.
type List struct {
	doc  *document
	node uint32
	kids atomic.Pointer[children]
}

var (
	_ starlark.Sliceable   = (*List)(nil)
	_ starlark.Sequence    = (*List)(nil)
	_ starlark.Container   = (*List)(nil)
	_ starlark.HasSetIndex = (*List)(nil)
	_ starlark.HasBinary   = (*List)(nil)
	_ starlark.HasAttrs    = (*List)(nil)
	_ starlark.Comparable  = (*List)(nil)
)

func (l *List) children() *children {
	if c := l.kids.Load(); c != nil {
		return c
	}
	l.kids.CompareAndSwap(nil, l.doc.elements(l.node))
	return l.kids.Load()
}

// JSON returns the list's own text; see Object.JSON.
func (l *List) JSON() []byte { return l.doc.json(l.node) }

// MarshalJSON returns JSON(), for encoding/json and Starlark's json module.
func (l *List) MarshalJSON() ([]byte, error) { return l.JSON(), nil }

// Len returns the number of elements.
func (l *List) Len() int { return len(l.children().slots) }

// Index returns element i, which must be in [0, Len()).
func (l *List) Index(i int) starlark.Value { return l.children().value(i) }

// Iterate yields the elements.
func (l *List) Iterate() starlark.Iterator {
	c := l.children()
	return &iterator{n: len(c.slots), at: c.value}
}

// Elements yields the elements.
func (l *List) Elements() iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		c := l.children()
		for i := range c.slots {
			if !yield(c.value(i)) {
				return
			}
		}
	}
}

// Slice returns a new list that the rule may change.
func (l *List) Slice(start, end, step int) starlark.Value {
	c := l.children()
	var elems []starlark.Value
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		elems = append(elems, c.value(i))
	}
	return starlark.NewList(elems)
}

// Has says whether an element equals v.
func (l *List) Has(v starlark.Value) (bool, error) {
	i, err := l.position(v, 0, l.Len())
	return i >= 0, err
}

// position returns the place of the first element in [start, end) that equals
// v, -1 if there is none.
func (l *List) position(v starlark.Value, start, end int) (int, error) {
	c := l.children()
	for i := start; i < end; i++ {
		if eq, err := Equal(c.value(i), v); eq || err != nil {
			return i, err
		}
	}
	return -1, nil
}

// String returns the list as Starlark spells it.
func (l *List) String() string { return spell(l) }

// Type returns "list".
func (l *List) Type() string { return "list" }

// Freeze does nothing: a list never changes.
func (l *List) Freeze() {}

// Truth is false if the list is empty.
func (l *List) Truth() starlark.Bool { return starlark.Bool(!l.doc.empty(l.node)) }

// Hash fails: a list cannot be a key of a dictionary.
func (l *List) Hash() (uint32, error) { return 0, errUnhashable("list") }

// CompareSameType compares with another list or a starlark.List; see Equal.
// Lists are ordered by the first elements that differ, as in Python.
func (l *List) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	other, ok := y.(starlark.Indexable)
	if op == syntax.EQL || op == syntax.NEQ || !ok {
		return compare(op, l, y, depth)
	}
	for i := range min(l.Len(), other.Len()) {
		a, b := l.Index(i), other.Index(i)
		if eq, err := equal(a, b, depth); err != nil {
			return false, err
		} else if !eq {
			return starlark.CompareDepth(op, a, b, depth)
		}
	}
	return starlark.Compare(op, starlark.MakeInt(l.Len()), starlark.MakeInt(other.Len()))
}

// Binary implements x + y where one is a List and the other a list of any kind.
func (l *List) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if op != syntax.PLUS || !isList(y) {
		return nil, nil
	}
	var a, b starlark.Iterable = l, y.(starlark.Iterable)
	if side == starlark.Right {
		a, b = b, a
	}
	elems := make([]starlark.Value, 0, starlark.Len(a)+starlark.Len(b))
	for _, list := range []starlark.Iterable{a, b} {
		for v := range starlark.Elements(list) {
			elems = append(elems, v)
		}
	}
	return starlark.NewList(elems), nil
}

func isList(v starlark.Value) bool {
	switch v.(type) {
	case *List, *starlark.List:
		return true
	}
	return false
}

// SetIndex fails.
func (l *List) SetIndex(int, starlark.Value) error {
	return errReadOnly("TypeError", "set an element", "list(x)")
}

// ToList returns a new list in which all objects and lists are new
// dictionaries and lists, too.
func (l *List) ToList() *starlark.List {
	elems := make([]starlark.Value, 0, l.Len())
	for v := range l.Elements() {
		elems = append(elems, thaw(v))
	}
	return starlark.NewList(elems)
}
