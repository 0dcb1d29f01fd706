package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A mapIterator is map(f, *iterables).
type mapIterator struct {
	iterator
	fn  starlark.Value
	its []Iterator
}

func newMap(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := noKeywords("map", kwargs); err != nil {
		return nil, err
	}
	if len(args) < 2 {
		return nil, pyerr.Type("map() must have at least two arguments.")
	}
	its, err := iterateAll(t, args[1:])
	return &mapIterator{iterator{"map"}, args[0], its}, err
}

func iterateAll(t *starlark.Thread, args starlark.Tuple) ([]Iterator, error) {
	its := make([]Iterator, len(args))
	for i, arg := range args {
		var err error
		if its[i], err = Iterate(t, arg); err != nil {
			return nil, err
		}
	}
	return its, nil
}

// Next calls the function.
func (it *mapIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	tower, err := Ascend(t)
	if err != nil {
		return nil, false, err
	}
	defer tower.Descend()
	args := make(starlark.Tuple, len(it.its))
	for i, source := range it.its {
		v, ok, err := source.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		args[i] = v
	}
	if err := guard.MeterOf(t).Charge(1); err != nil {
		return nil, false, err
	}
	if _, ok := it.fn.(starlark.Callable); !ok {
		return nil, false, pyerr.Type("'%s' object is not callable", TypeName(it.fn))
	}
	v, err := starlark.Call(t, it.fn, args, nil)
	return ended(v, err)
}

// ended is what a function returned; a StopIteration that it raised is the end.
func ended(v starlark.Value, err error) (starlark.Value, bool, error) {
	switch {
	case err == nil:
		return v, true, nil
	case isA(err, "StopIteration"):
		return nil, false, nil
	}
	return nil, false, err
}

// A filterIterator is filter(f, iterable).
type filterIterator struct {
	iterator
	fn starlark.Value
	it Iterator
}

func newFilter(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("filter", args, kwargs, 2, 2); err != nil {
		return nil, err
	}
	it, err := Iterate(t, args[1])
	return &filterIterator{iterator{"filter"}, args[0], it}, err
}

// Next looks for the next element that the function accepts.
func (it *filterIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	tower, err := Ascend(t)
	if err != nil {
		return nil, false, err
	}
	defer tower.Descend()
	m := guard.MeterOf(t)
	for {
		v, ok, err := it.it.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		if err := m.Charge(1); err != nil {
			return nil, false, err
		}
		kept := v
		if it.fn != starlark.None {
			if kept, err = call(t, it.fn, v); err != nil {
				return ended(nil, err)
			}
		}
		if truth, err := Truth(t, kept); err != nil {
			return nil, false, err
		} else if truth {
			return v, true, nil
		}
	}
}

// A zipIterator is zip(*iterables, strict=False).
type zipIterator struct {
	iterator
	its    []Iterator
	strict bool
}

func newZip(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	strict := false
	for _, kv := range kwargs {
		if kv[0] != starlark.String("strict") {
			return nil, pyerr.Type("'%s' is an invalid keyword argument for zip()", text(kv[0]))
		}
		var err error
		if strict, err = Truth(t, kv[1]); err != nil {
			return nil, err
		}
	}
	its := make([]Iterator, len(args))
	for i, arg := range args {
		var err error
		if its[i], err = Iterate(t, arg); err != nil {
			if isA(err, "TypeError") && !assignable(arg) {
				err = notIterable(arg)
			}
			return nil, err
		}
	}
	return &zipIterator{iterator{"zip"}, its, strict}, nil
}

// Next yields the next elements of all.
func (it *zipIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	tower, err := Ascend(t)
	if err != nil {
		return nil, false, err
	}
	defer tower.Descend()
	if len(it.its) == 0 {
		return nil, false, nil
	}
	row := make(starlark.Tuple, len(it.its))
	for i, source := range it.its {
		v, ok, err := source.Next(t)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			return nil, false, it.unequal(t, i)
		}
		row[i] = v
	}
	return row, true, guard.MeterOf(t).Charge(1)
}

// unequal is the error of zip(strict=True) if source i ended first.
func (it *zipIterator) unequal(t *starlark.Thread, i int) error {
	if !it.strict {
		return nil
	}
	if i > 0 {
		return pyerr.Value("zip() argument %d is shorter than %s", i+1, arguments(i))
	}
	for k := 1; k < len(it.its); k++ {
		_, ok, err := it.its[k].Next(t)
		if err != nil {
			return err
		}
		if ok {
			return pyerr.Value("zip() argument %d is longer than %s", k+1, arguments(k))
		}
	}
	return nil
}

// arguments names the first n arguments.
func arguments(n int) string {
	if n == 1 {
		return "argument 1"
	}
	return "arguments 1-" + starlark.MakeInt(n).String()
}

// An enumerateIterator is enumerate(iterable, start=0).
type enumerateIterator struct {
	iterator
	it   Iterator
	next starlark.Int
}

func newEnumerate(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	s := signature{"enumerate", []string{"iterable", "start"}, 0, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	if in[0] == nil {
		return nil, pyerr.Type("enumerate() missing required argument 'iterable'")
	}
	e := &enumerateIterator{iterator: iterator{"enumerate"}, next: zero}
	if in[1] != nil {
		i, ok, err := index(t, in[1])
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, notInteger(in[1])
		}
		e.next = i
	}
	var err error
	e.it, err = Iterate(t, in[0])
	return e, err
}

// Next yields the next number and element.
func (it *enumerateIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	tower, err := Ascend(t)
	if err != nil {
		return nil, false, err
	}
	defer tower.Descend()
	v, ok, err := it.it.Next(t)
	if err != nil || !ok {
		return nil, false, err
	}
	i := it.next
	it.next = i.Add(one)
	return starlark.Tuple{i, v}, true, nil
}

// A reversedIterator goes backwards through a sequence.
type reversedIterator struct {
	iterator
	seq starlark.Indexable
	i   int // of the next one
}

func newReversed(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("reversed", args, kwargs, 1, 1); err != nil {
		return nil, err
	}
	x := args[0]
	if o, ok := x.(Object); ok {
		v, ok, err := o.Special(t, "__reversed__")
		if ok || err != nil {
			return v, err
		}
		if v, err := reversedObject(t, o); v != nil || err != nil {
			return v, err
		}
		x = native(o)
	}
	switch v := x.(type) {
	case *starlark.List:
		return &reversedIterator{iterator{"list_reverseiterator"}, v, v.Len() - 1}, nil
	case *Range:
		return &reversedIterator{iterator{"range_iterator"}, v, v.Len() - 1}, nil
	case starlark.Tuple:
		return &reversedIterator{iterator{"reversed"}, v, v.Len() - 1}, nil
	case *event.List:
		return &reversedIterator{iterator{"reversed"}, v, v.Len() - 1}, nil
	case *pyclass.NamedTuple:
		return &reversedIterator{iterator{"reversed"}, v, v.Len() - 1}, nil
	case starlark.Bytes:
		return &reversedIterator{iterator{"reversed"}, byteSequence(v), len(v) - 1}, nil
	case starlark.String:
		return reversedString(t, string(v))
	case *starlark.Dict, *KeysView, *ValuesView, *ItemsView:
		elems, err := collect(t, "reversed", v)
		return &reversedIterator{iterator{"dict_reversekeyiterator"}, starlark.Tuple(elems), len(elems) - 1}, err
	case *starlark.Set, *FrozenSet, Iterator:
	case interface {
		starlark.Indexable
		starlark.Iterable
	}:
		return &reversedIterator{iterator{"reversed"}, v, v.Len() - 1}, nil
	}
	return nil, pyerr.Type("'%s' object is not reversible", TypeName(args[0]))
}

func reversedString(t *starlark.Thread, s string) (starlark.Value, error) {
	if err := guard.CheckElements(t, "reversed", charCount(s)); err != nil {
		return nil, err
	}
	var chars starlark.Tuple
	for s != "" {
		n := charSize(s)
		chars = append(chars, char(s[:n]))
		s = s[n:]
	}
	return &reversedIterator{iterator{"reversed"}, chars, len(chars) - 1}, nil
}

// reversedObject goes backwards through an object with __len__ and
// __getitem__.
func reversedObject(t *starlark.Thread, o Object) (starlark.Value, error) {
	if o.Native() != nil {
		return nil, nil
	}
	if !knows(o, "__getitem__", true) {
		return nil, nil
	}
	n, err := Len(t, o)
	if err != nil {
		if err.Error() == noLen(o).Error() {
			err = nil
		}
		return nil, err
	}
	return &reversedItems{iterator{"reversed"}, o, n - 1}, nil
}

// Next yields the element before.
func (it *reversedIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	if it.i < 0 || it.i >= it.seq.Len() {
		it.i = -1
		return nil, false, nil
	}
	it.i--
	return it.seq.Index(it.i + 1), true, nil
}

// reversedItems is reversed of an Object.
type reversedItems struct {
	iterator
	object Object
	i      int
}

// Next yields the element before.
func (it *reversedItems) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	if it.i < 0 {
		return nil, false, nil
	}
	v, ok, err := it.object.Special(t, "__getitem__", starlark.MakeInt(it.i))
	it.i--
	if err != nil && isA(err, "IndexError") {
		it.i = -1
		return nil, false, nil
	}
	return v, ok, err
}

// A callIterator is iter(f, sentinel).
type callIterator struct {
	iterator
	fn, sentinel starlark.Value // fn is nil at the end
}

// Next calls the function.
func (it *callIterator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	if it.fn == nil {
		return nil, false, nil
	}
	v, err := starlark.Call(t, it.fn, nil, nil)
	v, ok, err := ended(v, err)
	if err != nil || !ok {
		it.fn = nil
		return nil, false, err
	}
	eq, err := same(t, it.sentinel, v)
	if err != nil || eq {
		it.fn = nil
		return nil, false, err
	}
	return v, true, guard.MeterOf(t).Charge(1)
}
