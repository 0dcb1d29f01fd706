package pytypes

import (
	"math"
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
)

// listMethods are the methods of list.
var listMethods = map[string]Method{
	"append":  listAppend,
	"clear":   listClear,
	"copy":    listCopy,
	"count":   sequenceCount("list.count"),
	"extend":  listExtendMethod,
	"index":   sequenceIndex("list.index"),
	"insert":  listInsertMethodOf,
	"pop":     listPopMethodOf,
	"remove":  listRemove,
	"reverse": listReverse,
	"sort":    listSort,
}

// tupleMethods are the methods of tuple.
var tupleMethods = map[string]Method{
	"count": sequenceCount("tuple.count"),
	"index": sequenceIndex("tuple.index"),
}

// list gives the list of a receiver.
func list(recv starlark.Value) *starlark.List {
	l, _ := native(recv).(*starlark.List)
	return l
}

func listAppend(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("list.append", args, kwargs)
	if err != nil {
		return nil, err
	}
	l := list(recv)
	if err := l.Append(v); err != nil {
		return nil, changed(err)
	}
	return starlark.None, room(t, "append", l.Len())
}

func listClear(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("list.clear", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, changed(list(recv).Clear())
}

func listCopy(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("list.copy", args, kwargs); err != nil {
		return nil, err
	}
	elems, err := listElements(t, "copy", list(recv))
	return starlark.NewList(elems), err
}

func listExtendMethod(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("list.extend", args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.None, listExtend(t, list(recv), v)
}

func listInsertMethodOf(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("list.insert", args, kwargs, 2, 2); err != nil {
		return nil, err
	}
	i, err := asIndex(t, args[0])
	if err != nil {
		return nil, err
	}
	l := list(recv)
	if i < 0 {
		i = max(0, i+l.Len())
	}
	if err := moved(t, l.Len()-i); err != nil { // they move
		return nil, err
	}
	if err := listInsert(l, min(i, l.Len()), args[1]); err != nil {
		return nil, err
	}
	return starlark.None, room(t, "insert", l.Len())
}

func listPopMethodOf(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("list.pop", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	i, err := optionalIndex(t, argument(args, 0), -1)
	if err != nil {
		return nil, err
	}
	l := list(recv)
	if l.Len() == 0 {
		return nil, indexError("pop from empty list")
	}
	if i < 0 {
		i += l.Len()
	}
	if i < 0 || i >= l.Len() {
		return nil, indexError("pop index out of range")
	}
	if err := moved(t, l.Len()-i); err != nil {
		return nil, err
	}
	return listPop(l, i)
}

func listRemove(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("list.remove", args, kwargs)
	if err != nil {
		return nil, err
	}
	l := list(recv)
	i, err := find(t, l, v, 0, math.MaxInt)
	if err != nil {
		return nil, err
	}
	if i < 0 {
		return nil, pyerr.Value("list.remove(x): x not in list")
	}
	if i < l.Len() {
		if _, err := listPop(l, i); err != nil {
			return nil, err
		}
	}
	return starlark.None, moved(t, l.Len()-i)
}

// find gives the index of the first element from a place on that equals v, or
// -1.
func find(t *starlark.Thread, seq starlark.Indexable, v starlark.Value, from, to int) (int, error) {
	c := comparer{t: t}
	for i := from; i < seq.Len() && i < to; i++ {
		if eq, err := c.same(seq.Index(i), v); err != nil {
			return 0, err
		} else if eq {
			return i, nil
		}
	}
	return -1, nil
}

func listReverse(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("list.reverse", args, kwargs); err != nil {
		return nil, err
	}
	l := list(recv)
	if err := walkedElements(t, l.Len()); err != nil {
		return nil, err
	}
	for i, j := 0, l.Len()-1; i < j; i, j = i+1, j-1 {
		a, b := l.Index(i), l.Index(j)
		if err := l.SetIndex(i, b); err != nil {
			return nil, changed(err)
		}
		if err := l.SetIndex(j, a); err != nil {
			return nil, changed(err)
		}
	}
	return starlark.None, nil
}

// asElements gives a receiver as a sequence of elements.
func asElements(recv starlark.Value) starlark.Indexable {
	switch v := native(recv).(type) {
	case *starlark.List:
		return v
	case *event.List:
		return v
	case *Range:
		return v
	}
	tuple, _ := asTuple(recv)
	return tuple
}

// sequenceCount is count of list or tuple.
func sequenceCount(fn string) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		v, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		c := comparer{t: t}
		n := 0
		for seq, i := asElements(recv), 0; i < seq.Len(); i++ {
			eq, err := c.same(seq.Index(i), v)
			if err != nil {
				return nil, err
			}
			if eq {
				n++
			}
		}
		return starlark.MakeInt(n), nil
	}
}

// sequenceIndex is index of list or tuple.
func sequenceIndex(fn string) Method {
	return func(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := between(fn, args, kwargs, 1, 3); err != nil {
			return nil, err
		}
		seq := asElements(recv)
		from, to, err := plainSpan(t, args, seq.Len())
		if err != nil {
			return nil, err
		}
		i, err := find(t, seq, args[0], from, to)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			if fn == "tuple.index" {
				return nil, pyerr.Value("tuple.index(x): x not in tuple")
			}
			text, err := Repr(t, args[0])
			if err != nil {
				return nil, err
			}
			return nil, pyerr.Value("%s is not in list", text)
		}
		return starlark.MakeInt(i), nil
	}
}

// plainSpan is span where None is no index.
func plainSpan(t *starlark.Thread, args starlark.Tuple, n int) (from, to int, err error) {
	for _, v := range args[1:] {
		if v == starlark.None {
			return 0, 0, pyerr.Type("slice indices must be integers or have an __index__ method")
		}
		if _, ok, err := index(t, v); err != nil {
			return 0, 0, err
		} else if !ok {
			return 0, 0, pyerr.Type("slice indices must be integers or have an __index__ method")
		}
	}
	return span(t, args, n)
}

var sortSignature = signature{"sort", []string{"key", "reverse"}, 0, 0}

func listSort(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	if err := sortSignature.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	l := list(recv)
	elems, err := listElements(t, "sort", l)
	if err != nil {
		return nil, err
	}
	n := l.Len()
	if err := sortElements(t, elems, in[0], in[1]); err != nil {
		return nil, err
	}
	if l.Len() != n {
		return nil, pyerr.Value("list modified during sort")
	}
	return starlark.None, listReplace(l, elems)
}

// sortElements sorts values by a key, which may be None or nil, stably.
func sortElements(t *starlark.Thread, elems []starlark.Value, key, reverse starlark.Value) error {
	backwards, err := optionalTruth(t, reverse)
	if err != nil {
		return err
	}
	s := sorting{comparer: comparer{t: t}, items: make([]sortItem, len(elems))}
	for i, v := range elems {
		s.items[i] = sortItem{v, v}
		if key != nil && key != starlark.None {
			if s.items[i].key, err = call(t, key, v); err != nil {
				return err
			}
		}
	}
	if err := walkedElements(t, len(elems)); err != nil {
		return err
	}
	if backwards {
		slices.Reverse(s.items) // so that what is equal keeps its order
	}
	if err := s.sort(); err != nil {
		return err
	}
	if backwards {
		slices.Reverse(s.items)
	}
	for i, item := range s.items {
		elems[i] = item.elem
	}
	return nil
}

// call calls a function with one argument.
func call(t *starlark.Thread, fn, arg starlark.Value) (starlark.Value, error) {
	if _, ok := fn.(starlark.Callable); !ok {
		return nil, pyerr.Type("'%s' object is not callable", TypeName(fn))
	}
	return starlark.Call(t, fn, starlark.Tuple{arg}, nil)
}
