package pytypes

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// isSequence reports whether v can be repeated.
func isSequence(v starlark.Value) bool {
	switch v.(type) {
	case starlark.String, starlark.Bytes, *starlark.List, starlark.Tuple, *pyclass.NamedTuple:
		return true
	}
	return false
}

// asTuple gives the elements of a tuple or a named one.
func asTuple(v starlark.Value) (starlark.Tuple, bool) {
	switch v := v.(type) {
	case starlark.Tuple:
		return v, true
	case *pyclass.NamedTuple:
		return v.Elems, true
	case Object:
		if n := v.Native(); n != nil {
			return asTuple(n)
		}
	}
	return nil, false
}

// sequenceAdd is x + y for sequences, or nil.
func sequenceAdd(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.String:
		if b, ok := y.(starlark.String); ok {
			return concat(t, a, b)
		}
	case starlark.Bytes:
		if b, ok := y.(starlark.Bytes); ok {
			if err := guard.CheckBytes(t, "+", len(a)+len(b)); err != nil {
				return nil, err
			}
			return a + b, nil
		}
	case *starlark.List:
		if b, ok := y.(*starlark.List); ok {
			elems, err := joinElements(t, a, b)
			return starlark.NewList(elems), err
		}
	}
	if a, ok := asTuple(x); ok {
		if b, ok := asTuple(y); ok {
			elems, err := joinElements(t, a, b)
			return starlark.Tuple(elems), err
		}
	}
	return nil, nil
}

func joinElements(t *starlark.Thread, x, y starlark.Indexable) ([]starlark.Value, error) {
	n := total(x.Len(), y.Len())
	if err := guard.CheckElements(t, "+", n); err != nil {
		return nil, err
	}
	elems := make([]starlark.Value, 0, n)
	return appendAll(appendAll(elems, x), y), nil
}

func appendAll(elems []starlark.Value, x starlark.Indexable) []starlark.Value {
	if x, ok := x.(starlark.Tuple); ok {
		return append(elems, x...)
	}
	for i := range x.Len() {
		elems = append(elems, x.Index(i))
	}
	return elems
}

// sequenceMul is x * y if one of them is a sequence and the other an integer,
// or nil.
func sequenceMul(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	if !isSequence(x) {
		x, y = y, x
	}
	if !isSequence(x) {
		return nil, nil
	}
	n, ok, err := repetitions(t, y)
	if err != nil || !ok {
		return nil, err
	}
	switch x := x.(type) {
	case starlark.String:
		if err := guard.CheckBytes(t, "*", product(len(x), n)); err != nil {
			return nil, err
		}
		return starlark.String(repeat(string(x), n)), nil
	case starlark.Bytes:
		if err := guard.CheckBytes(t, "*", product(len(x), n)); err != nil {
			return nil, err
		}
		return starlark.Bytes(repeat(string(x), n)), nil
	case *starlark.List:
		elems, err := repeatElements(t, x, n)
		return starlark.NewList(elems), err
	}
	tuple, _ := asTuple(x)
	elems, err := repeatElements(t, tuple, n)
	return starlark.Tuple(elems), err
}

// repetitions gives how often a sequence is repeated; ok is false if v is no
// integer.
func repetitions(t *starlark.Thread, v starlark.Value) (n int, ok bool, err error) {
	i, ok, err := index(t, v)
	if err != nil || !ok {
		return 0, false, err
	}
	if !isInt64(i) {
		return 0, false, pyerr.Overflow("cannot fit '%s' into an index-sized integer", TypeName(v))
	}
	return max(0, clamp(i)), true, nil
}

func repeatElements(t *starlark.Thread, x starlark.Indexable, n int) ([]starlark.Value, error) {
	size := product(x.Len(), n)
	if err := guard.CheckElements(t, "*", size); err != nil {
		return nil, err
	}
	if size == 0 {
		return nil, nil
	}
	elems := appendAll(make([]starlark.Value, 0, size), x)
	for len(elems) < size {
		elems = append(elems, elems[:min(len(elems), size-len(elems))]...)
	}
	return elems, nil
}

// The methods of Starlark's list that it has no Go functions for.
var (
	listPopMethod    = listMethod("pop")
	listInsertMethod = listMethod("insert")
)

func listMethod(name string) *starlark.Builtin {
	m, err := new(starlark.List).Attr(name)
	if err != nil {
		panic(err)
	}
	return m.(*starlark.Builtin)
}

// listPop removes element i, which must exist.
func listPop(l *starlark.List, i int) (starlark.Value, error) {
	v, err := listPopMethod.BindReceiver(l).CallInternal(nil, starlark.Tuple{starlark.MakeInt(i)}, nil)
	return v, changed(err)
}

// listInsert inserts before element i.
func listInsert(l *starlark.List, i int, v starlark.Value) error {
	_, err := listInsertMethod.BindReceiver(l).CallInternal(nil, starlark.Tuple{starlark.MakeInt(i), v}, nil)
	return changed(err)
}

// listReplace gives a list new elements.
func listReplace(l *starlark.List, elems []starlark.Value) error {
	if len(elems) >= l.Len() {
		for i := range l.Len() {
			if err := l.SetIndex(i, elems[i]); err != nil {
				return changed(err)
			}
		}
		elems = elems[l.Len():]
	} else if err := l.Clear(); err != nil {
		return changed(err)
	}
	for _, v := range elems {
		if err := l.Append(v); err != nil {
			return changed(err)
		}
	}
	return nil
}

// listElements copies the elements of a list.
func listElements(t *starlark.Thread, op string, l *starlark.List) ([]starlark.Value, error) {
	if err := guard.CheckElements(t, op, l.Len()); err != nil {
		return nil, err
	}
	return appendAll(make([]starlark.Value, 0, l.Len()), l), nil
}

// listExtend is l += x.
func listExtend(t *starlark.Thread, l *starlark.List, x starlark.Value) error {
	switch x := x.(type) {
	case *starlark.List:
		n := x.Len() // x may be l
		if err := grownElements(t, "+=", l.Len(), n); err != nil {
			return err
		}
		for i := range n {
			if err := l.Append(x.Index(i)); err != nil {
				return changed(err)
			}
		}
		return nil
	case starlark.Tuple:
		if err := grownElements(t, "+=", l.Len(), len(x)); err != nil {
			return err
		}
		for _, v := range x {
			if err := l.Append(v); err != nil {
				return changed(err)
			}
		}
		return nil
	}
	return each(t, x, func(v starlark.Value) error {
		if err := l.Append(v); err != nil {
			return changed(err)
		}
		return room(t, "+=", l.Len())
	})
}

// listRepeat is l *= n.
func listRepeat(t *starlark.Thread, l *starlark.List, n int) error {
	elems, err := repeatElements(t, l, n)
	if err != nil {
		return err
	}
	return listReplace(l, elems)
}

// collect gives the elements of an iterable as a new slice.
func collect(t *starlark.Thread, op string, x starlark.Value) ([]starlark.Value, error) {
	switch x := x.(type) {
	case *starlark.List:
		return listElements(t, op, x)
	case starlark.Tuple:
		if err := guard.CheckElements(t, op, len(x)); err != nil {
			return nil, err
		}
		return slices.Clone(x), nil
	}
	var elems []starlark.Value
	if n := lengthHint(x); n > 0 {
		if err := guard.CheckElements(t, op, n); err != nil {
			return nil, err
		}
		elems = make([]starlark.Value, 0, n)
	}
	err := each(t, x, func(v starlark.Value) error {
		elems = append(elems, v)
		return room(t, op, len(elems))
	})
	return elems, err
}

// lengthHint is how many elements an iterable has, or 0 if that is not certain.
func lengthHint(x starlark.Value) int {
	switch x := x.(type) {
	case *starlark.Dict:
		return x.Len()
	case *starlark.Set:
		return x.Len()
	case *FrozenSet:
		return x.Len()
	case *Range:
		return x.Len()
	case *event.Object:
		return x.Len()
	case *event.Event:
		return x.Len()
	case *event.List:
		return x.Len()
	}
	return 0
}
