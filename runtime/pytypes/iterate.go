package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Iterate is iter(x) as Go code goes through it: an Object with __next__ is
// wrapped.
func Iterate(t *starlark.Thread, x starlark.Value) (Iterator, error) {
	switch x := x.(type) {
	case Iterator:
		return x, nil
	case *starlark.List:
		return &listIterator{list: x}, nil
	case starlark.Tuple:
		return &sequenceIterator{iterator{"tuple_iterator"}, x, 0}, nil
	case starlark.String:
		return newStringIterator(string(x)), nil
	case *starlark.Dict:
		return newDictIterator(x, dictKeys), nil
	case *KeysView:
		return newDictIterator(x.dict, dictKeys), nil
	case *ValuesView:
		return newDictIterator(x.dict, dictValues), nil
	case *ItemsView:
		return newDictIterator(x.dict, dictItems), nil
	case *starlark.Set:
		return newSetIterator(x), nil
	case *FrozenSet:
		return newSetIterator(x.set), nil
	case *Range:
		return &rangeIterator{iterator{"range_iterator"}, rangeLoop{next: x.Start, step: x.Step, left: x.n}}, nil
	case starlark.Bytes:
		return &bytesIterator{iterator{"bytes_iterator"}, string(x)}, nil
	case Object:
		return iterateObject(t, x)
	case *pyclass.NamedTuple:
		return Iterate(t, x.Elems)
	case *event.List:
		return &sequenceIterator{iterator{"list_iterator"}, x, 0}, nil
	case starlark.Iterable:
		return &nativeIterator{iterator: iterator{"iterator"}, it: x.Iterate()}, nil
	}
	return nil, notIterable(x)
}

// canIterate reports whether iter(x) has something to call.
func canIterate(x starlark.Value) bool {
	switch x := x.(type) {
	case starlark.String, starlark.Bytes, starlark.Iterable, Iterator:
		return true
	case Object:
		return x.Native() != nil && canIterate(x.Native())
	}
	return false
}

// Iter is iter(x): as Iterate, but with the very object that __iter__ returns.
func Iter(t *starlark.Thread, x starlark.Value) (starlark.Value, error) {
	o, ok := x.(Object)
	if !ok {
		return Iterate(t, x)
	}
	v, ok, err := o.Special(t, "__iter__")
	if err != nil {
		return nil, err
	}
	if !ok {
		return iterateWithout(t, o)
	}
	_, err = asIterator(t, v)
	return v, err
}

func iterateObject(t *starlark.Thread, o Object) (Iterator, error) {
	v, ok, err := o.Special(t, "__iter__")
	if err != nil {
		return nil, err
	}
	if ok {
		return asIterator(t, v)
	}
	return iterateWithout(t, o)
}

// asIterator gives the iterator that __iter__ returned.
func asIterator(t *starlark.Thread, v starlark.Value) (Iterator, error) {
	switch v := v.(type) {
	case Iterator:
		return v, nil
	case Object:
		if knows(v, "__next__", true) {
			return &objectIterator{iterator{v.ClassName()}, v}, nil
		}
		if n, ok := v.Native().(Iterator); ok {
			return n, nil
		}
	}
	return nil, pyerr.Type("iter() returned non-iterator of type '%s'", TypeName(v))
}

// iterateWithout goes through an Object that has no __iter__.
func iterateWithout(t *starlark.Thread, o Object) (Iterator, error) {
	if n := o.Native(); n != nil {
		if canIterate(n) {
			return Iterate(t, n)
		}
		return nil, notIterable(o)
	}
	if k, ok := o.(Knower); ok {
		if !k.HasSpecial("__getitem__") {
			return nil, notIterable(o)
		}
		return &itemIterator{iterator{"iterator"}, o, 0, nil, false}, nil
	}
	first, ok, err := o.Special(t, "__getitem__", zero)
	if err != nil && !isA(err, "IndexError") {
		return nil, err
	}
	if !ok && err == nil {
		return nil, notIterable(o)
	}
	return &itemIterator{iterator{"iterator"}, o, 1, first, err != nil}, nil
}

// each calls f for each element of x, and charges the call for it.
func each(t *starlark.Thread, x starlark.Value, f func(starlark.Value) error) error {
	it, err := Iterate(t, x)
	if err != nil {
		return err
	}
	m := guard.MeterOf(t)
	for {
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return err
		}
		if err := m.Charge(1); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

// An iterator is what all types of iterators have.
type iterator struct{ name string }

func (it *iterator) String() string        { return "<" + it.name + " object>" }
func (it *iterator) Type() string          { return it.name }
func (it *iterator) Freeze()               {}
func (it *iterator) Truth() starlark.Bool  { return true }
func (it *iterator) Hash() (uint32, error) { return starlark.String(it.name).Hash() }

// A listIterator sees the changes of its list.
type listIterator struct {
	list *starlark.List
	i    int
}

func (it *listIterator) String() string        { return "<list_iterator object>" }
func (it *listIterator) Type() string          { return "list_iterator" }
func (it *listIterator) Freeze()               {}
func (it *listIterator) Truth() starlark.Bool  { return true }
func (it *listIterator) Hash() (uint32, error) { return 1, nil }

func (it *listIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.list == nil {
		return nil, false, nil
	}
	if it.i >= it.list.Len() {
		it.list = nil // it stays at its end even if the list grows
		return nil, false, nil
	}
	it.i++
	return it.list.Index(it.i - 1), true, nil
}

// A sequenceIterator is that of a sequence which does not change.
type sequenceIterator struct {
	iterator
	seq starlark.Indexable
	i   int
}

func (it *sequenceIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.i >= it.seq.Len() {
		return nil, false, nil
	}
	it.i++
	return it.seq.Index(it.i - 1), true, nil
}

// A stringIterator yields the characters of a text.
type stringIterator struct {
	iterator
	left string
}

func newStringIterator(s string) *stringIterator {
	name := "str_iterator"
	if isASCII(s) {
		name = "str_ascii_iterator"
	}
	return &stringIterator{iterator{name}, s}
}

func (it *stringIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.left == "" {
		return nil, false, nil
	}
	n := charSize(it.left)
	c := it.left[:n]
	it.left = it.left[n:]
	return char(c), true, nil
}

type bytesIterator struct {
	iterator
	left string
}

func (it *bytesIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.left == "" {
		return nil, false, nil
	}
	b := it.left[0]
	it.left = it.left[1:]
	return starlark.MakeInt(int(b)), true, nil
}

type rangeIterator struct {
	iterator
	loop rangeLoop
}

func (it *rangeIterator) Next(*starlark.Thread) (v starlark.Value, ok bool, err error) {
	ok = it.loop.Next(&v)
	return v, ok, nil
}

// What a dictIterator yields.
type dictPart uint8

const (
	dictKeys dictPart = iota
	dictValues
	dictItems
)

var dictIteratorNames = [...]string{"dict_keyiterator", "dict_valueiterator", "dict_itemiterator"}

// A dictIterator goes through a dictionary without keeping it from being
// changed, as Starlark's iterator does, and fails once it has changed in size.
type dictIterator struct {
	iterator
	dict *starlark.Dict
	keys starlark.Iterator
	n    int // the size of the dictionary
	left int // how many keys are expected still
	part dictPart
	key  starlark.Value   // the last one; here, so that it is not allocated each time
	room []starlark.Value // for the next pairs
}

func newDictIterator(d *starlark.Dict, part dictPart) *dictIterator {
	it := &dictIterator{iterator: iterator{dictIteratorNames[part]}, dict: d, keys: d.Iterate(), n: d.Len(), left: d.Len(), part: part}
	it.keys.Done() // so that the dictionary can be changed
	return it
}

func (it *dictIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.dict == nil {
		return nil, false, nil
	}
	if it.dict.Len() != it.n {
		it.n = -1 // and it stays so
		return nil, false, pyerr.New("RuntimeError", "dictionary changed size during iteration")
	}
	if !it.keys.Next(&it.key) {
		it.dict = nil
		return nil, false, nil
	}
	k := it.key
	if it.left--; k == nil || it.left < 0 { // the entry was deleted, or is new
		return nil, false, pyerr.New("RuntimeError", "dictionary keys changed during iteration")
	}
	if it.part == dictKeys {
		return k, true, nil
	}
	v, found, err := it.dict.Get(k)
	if err != nil || !found {
		return nil, false, pyerr.New("RuntimeError", "dictionary keys changed during iteration")
	}
	if it.part == dictValues {
		return v, true, nil
	}
	return it.pair(k, v), true, nil
}

// pair makes a tuple, from memory for several.
func (it *dictIterator) pair(k, v starlark.Value) starlark.Tuple {
	if len(it.room) == 0 {
		it.room = make([]starlark.Value, 2*min(it.left+1, 16))
	}
	p := it.room[:2:2]
	it.room = it.room[2:]
	p[0], p[1] = k, v
	return p
}

// A setIterator is the same for a set.
type setIterator struct {
	iterator
	set   *starlark.Set
	elems starlark.Iterator
	n     int
	elem  starlark.Value // the last one
}

func newSetIterator(s *starlark.Set) *setIterator {
	it := &setIterator{iterator: iterator{"set_iterator"}, set: s, elems: s.Iterate(), n: s.Len()}
	it.elems.Done()
	return it
}

func (it *setIterator) Next(*starlark.Thread) (v starlark.Value, ok bool, err error) {
	if it.set == nil {
		return nil, false, nil
	}
	if it.set.Len() != it.n {
		it.n = -1
		return nil, false, pyerr.New("RuntimeError", "Set changed size during iteration")
	}
	if !it.elems.Next(&it.elem) || it.elem == nil {
		it.set = nil
		return nil, false, nil
	}
	return it.elem, true, nil
}

// A nativeIterator is that of a value of another package.
type nativeIterator struct {
	iterator
	it   starlark.Iterator // nil at the end
	elem starlark.Value    // the last one
}

func (it *nativeIterator) Next(*starlark.Thread) (v starlark.Value, ok bool, err error) {
	if it.it == nil {
		return nil, false, nil
	}
	if it.it.Next(&it.elem) {
		return it.elem, true, nil
	}
	if failed, ok := it.it.(interface{ Err() error }); ok {
		err = failed.Err()
	}
	it.it.Done()
	it.it = nil
	return nil, false, err
}

// An objectIterator is an object with __next__.
type objectIterator struct {
	iterator
	object Object
}

func (it *objectIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	v, ok, err := it.object.Special(t, "__next__")
	switch {
	case err != nil && isA(err, "StopIteration"):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case !ok:
		return nil, false, pyerr.Type("'%s' object is not an iterator", it.object.ClassName())
	}
	return v, true, nil
}

// An itemIterator asks an object with __getitem__ for 0, 1, …
type itemIterator struct {
	iterator
	object Object
	i      int
	first  starlark.Value // was asked for already, or nil
	ended  bool
}

func (it *itemIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	if it.ended {
		return nil, false, nil
	}
	if v := it.first; v != nil {
		it.first = nil
		return v, true, nil
	}
	v, ok, err := it.object.Special(t, "__getitem__", starlark.MakeInt(it.i))
	it.i++
	if err != nil && (isA(err, "IndexError") || isA(err, "StopIteration")) {
		it.ended = true
		return nil, false, nil
	}
	return v, ok, err
}
