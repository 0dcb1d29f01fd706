package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Item is x[key].
func Item(t *starlark.Thread, x, key starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case *starlark.Dict:
		v, found, err := dictGet(x, key)
		if err == nil && !found {
			err = keyError(t, key)
		}
		return v, err
	case *starlark.List:
		if i, ok := key.(starlark.Int); ok {
			return element(i, x, "list")
		}
	case starlark.Tuple:
		if i, ok := key.(starlark.Int); ok {
			return element(i, x, "tuple")
		}
	case starlark.String:
		if i, ok := key.(starlark.Int); ok {
			return charAt(t, string(x), i)
		}
	case *event.Object:
		return eventItem(t, x, key)
	case *event.Event:
		return eventItem(t, &x.Object, key)
	case Object:
		return objectItem(t, x, key)
	}
	if s, ok := key.(*Slice); ok {
		return GetSlice(t, x, s.Start, s.Stop, s.Step)
	}
	return otherItem(t, x, key)
}

// element is seq[i].
func element(i starlark.Int, seq starlark.Indexable, name string) (starlark.Value, error) {
	n := seq.Len()
	at, ok := i.Int64()
	if !ok {
		return nil, indexError("cannot fit 'int' into an index-sized integer")
	}
	if at < 0 {
		at += int64(n)
	}
	if at < 0 || at >= int64(n) {
		return nil, indexError("%s index out of range", name)
	}
	return seq.Index(int(at)), nil
}

// charAt is s[i].
func charAt(t *starlark.Thread, s string, i starlark.Int) (starlark.Value, error) {
	at, ok := i.Int64()
	if !ok {
		return nil, indexError("cannot fit 'int' into an index-sized integer")
	}
	n := len(s)
	if at >= int64(n) || at < -int64(n) {
		return nil, indexError("string index out of range")
	}
	if err := walked(t, int(max(at, -at))); err != nil {
		return nil, err
	}
	if at >= 0 {
		if isASCII(s[:at+1]) && (int(at)+1 == n || !continues(s[at+1])) {
			return char(s[at : at+1]), nil
		}
		from := offset(s, int(at))
		if from == n {
			return nil, indexError("string index out of range")
		}
		return char(s[from : from+charSize(s[from:])]), nil
	}
	from, missing := offsetBack(s, int(-at))
	if missing > 0 {
		return nil, indexError("string index out of range")
	}
	return char(s[from : from+charSize(s[from:])]), nil
}

func eventItem(t *starlark.Thread, o *event.Object, key starlark.Value) (starlark.Value, error) {
	v, found, err := o.Get(key)
	if err != nil {
		return nil, lookupError(key, err)
	}
	if !found {
		return nil, keyError(t, key)
	}
	return v, nil
}

func objectItem(t *starlark.Thread, o Object, key starlark.Value) (starlark.Value, error) {
	if v, ok, err := o.Special(t, "__getitem__", key); ok || err != nil {
		return v, err
	}
	n := o.Native()
	if n == nil {
		return nil, notSubscriptable(o)
	}
	d, ok := n.(*starlark.Dict)
	if !ok {
		return Item(t, n, key)
	}
	v, found, err := dictGet(d, key)
	if err != nil || found {
		return v, err
	}
	if v, ok, err := o.Special(t, "__missing__", key); ok || err != nil {
		return v, err
	}
	return nil, keyError(t, key)
}

func notSubscriptable(x starlark.Value) error {
	return pyerr.Type("'%s' object is not subscriptable", TypeName(x))
}

// otherItem is x[key] for keys and values of other types.
func otherItem(t *starlark.Thread, x, key starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case *starlark.List:
		return indexed(t, x, key, "list", "list indices must be integers or slices, not %s")
	case starlark.Tuple:
		return indexed(t, x, key, "tuple", "tuple indices must be integers or slices, not %s")
	case *pyclass.NamedTuple:
		return indexed(t, x.Elems, key, "tuple", "tuple indices must be integers or slices, not %s")
	case *event.List:
		return indexed(t, x, key, "tuple", "tuple indices must be integers or slices, not %s")
	case starlark.String:
		i, ok, err := index(t, key)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, pyerr.Type("string indices must be integers, not '%s'", TypeName(key))
		}
		return charAt(t, string(x), i)
	case starlark.Bytes:
		v, err := indexed(t, byteSequence(x), key, "", "byte indices must be integers or slices, not %s")
		return v, err
	case *Range:
		if i, ok := asInt(key); ok && !isInt64(i) {
			return nil, indexError("range object index out of range")
		}
		return indexed(t, x, key, "range object", "range indices must be integers or slices, not %s")
	case starlark.Mapping:
		v, found, err := x.Get(key)
		if err != nil {
			return nil, lookupError(key, err)
		}
		if !found {
			return nil, keyError(t, key)
		}
		return v, nil
	case starlark.Indexable:
		name := TypeName(x)
		return indexed(t, x, key, name, name+" indices must be integers or slices, not %s")
	}
	return nil, notSubscriptable(x)
}

// indexed is seq[key] for a key of any type.
func indexed(t *starlark.Thread, seq starlark.Indexable, key starlark.Value, name, wrong string) (starlark.Value, error) {
	i, ok, err := index(t, key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, pyerr.Type(wrong, TypeName(key))
	}
	v, err := element(i, seq, name)
	if err != nil && name == "" && isInt64(i) {
		return nil, indexError("index out of range")
	}
	return v, err
}

// A byteSequence has the bytes of a bytes object as integers.
type byteSequence string

func (b byteSequence) String() string             { return string(b) }
func (b byteSequence) Type() string               { return "bytes" }
func (b byteSequence) Freeze()                    {}
func (b byteSequence) Truth() starlark.Bool       { return len(b) > 0 }
func (b byteSequence) Hash() (uint32, error)      { return starlark.String(b).Hash() }
func (b byteSequence) Len() int                   { return len(b) }
func (b byteSequence) Index(i int) starlark.Value { return starlark.MakeInt(int(b[i])) }

// SetItem is x[key] = v.
func SetItem(t *starlark.Thread, x, key, v starlark.Value) error {
	switch x := x.(type) {
	case *starlark.Dict:
		if err := dictSet(x, key, v); err != nil {
			return err
		}
		return room(t, "[]=", x.Len())
	case *starlark.List:
		return setElement(t, x, key, v)
	case Object:
		if _, ok, err := x.Special(t, "__setitem__", key, v); ok || err != nil {
			return err
		}
		switch n := x.Native().(type) {
		case *starlark.Dict, *starlark.List:
			return SetItem(t, n, key, v)
		}
	case *event.Event, *event.Object, *event.List:
	case starlark.HasSetKey:
		return changed(x.SetKey(key, v))
	case starlark.HasSetIndex:
		i, err := position(t, key, x, TypeName(x)+" assignment")
		if err != nil {
			return err
		}
		return changed(x.SetIndex(i, v))
	}
	return noItems(t, x, key, "does not support item assignment", "does not support item assignment")
}

// position gives the place of an element that key names. The length counts that
// seq has once the key, which may change it, is evaluated.
func position(t *starlark.Thread, key starlark.Value, seq starlark.Indexable, what string) (int, error) {
	i, ok, err := index(t, key)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, pyerr.Type("list indices must be integers or slices, not %s", TypeName(key))
	}
	at, ok := i.Int64()
	if !ok {
		return 0, indexError("cannot fit '%s' into an index-sized integer", TypeName(key))
	}
	n := seq.Len()
	if at < 0 {
		at += int64(n)
	}
	if at < 0 || at >= int64(n) {
		return 0, indexError("%s index out of range", what)
	}
	return int(at), nil
}

func setElement(t *starlark.Thread, l *starlark.List, key, v starlark.Value) error {
	if s, ok := key.(*Slice); ok {
		return setSlice(t, l, s, v)
	}
	i, err := position(t, key, l, "list assignment")
	if err != nil {
		return err
	}
	return changed(l.SetIndex(i, v))
}

// setSlice is l[i:j:k] = v. The bounds are those in the list that is left when
// all is evaluated.
func setSlice(t *starlark.Thread, l *starlark.List, s *Slice, v starlark.Value) error {
	at, err := unpackSlice(t, s.Start, s.Stop, s.Step)
	if err != nil {
		return err
	}
	if !assignable(v) {
		if at.step == 1 {
			return pyerr.Type("can only assign an iterable")
		}
		return pyerr.Type("must assign iterable to extended slice")
	}
	with, err := collect(t, "[:]=", v)
	if err != nil {
		return err
	}
	b := at.within(l.Len())
	if b.step != 1 {
		if len(with) != b.n {
			return pyerr.Value("attempt to assign sequence of size %d to extended slice of size %d", len(with), b.n)
		}
		for i, e := range with {
			if err := l.SetIndex(b.start+i*b.step, e); err != nil {
				return changed(err)
			}
		}
		return walkedElements(t, b.n)
	}
	elems, err := listElements(t, "[:]=", l)
	if err != nil {
		return err
	}
	if err := guard.CheckElements(t, "[:]=", len(elems)-b.n+len(with)); err != nil {
		return err
	}
	replaced := make([]starlark.Value, 0, len(elems)-b.n+len(with))
	replaced = append(replaced, elems[:b.start]...)
	replaced = append(replaced, with...)
	replaced = append(replaced, elems[max(b.start, b.stop):]...)
	return listReplace(l, replaced)
}

// assignable reports whether v can be assigned to a slice.
func assignable(v starlark.Value) bool {
	if o, ok := v.(Object); ok {
		return knows(o, "__iter__", true) || canIterate(o)
	}
	return canIterate(v)
}

// DelItem is del x[key].
func DelItem(t *starlark.Thread, x, key starlark.Value) error {
	switch x := x.(type) {
	case *starlark.Dict:
		_, found, err := dictDelete(x, key)
		if err == nil && !found {
			err = keyError(t, key)
		}
		return err
	case *starlark.List:
		return deleteElement(t, x, key)
	case Object:
		if _, ok, err := x.Special(t, "__delitem__", key); ok || err != nil {
			return err
		}
		switch n := x.Native().(type) {
		case *starlark.Dict, *starlark.List:
			return DelItem(t, n, key)
		}
	}
	return noItems(t, x, key, "doesn't support item deletion", "does not support item deletion")
}

// noItems says that items of x cannot be changed. CPython asks containers as
// sequences if the key is an integer.
func noItems(t *starlark.Thread, x, key starlark.Value, sequence, mapping string) error {
	switch native(x).(type) {
	case starlark.String, starlark.Tuple, starlark.Bytes, *Range, *starlark.Set, *FrozenSet, *KeysView, *ValuesView, *ItemsView, Object:
		i, ok, err := index(t, key)
		if err != nil {
			return err
		}
		if ok && !isInt64(i) {
			return indexError("cannot fit '%s' into an index-sized integer", TypeName(key))
		}
		if ok {
			mapping = sequence
		}
	}
	return pyerr.Type("'%s' object %s", TypeName(x), mapping)
}

func deleteElement(t *starlark.Thread, l *starlark.List, key starlark.Value) error {
	if s, ok := key.(*Slice); ok {
		return deleteSlice(t, l, s)
	}
	i, err := position(t, key, l, "list assignment")
	if err != nil {
		return err
	}
	if err := moved(t, l.Len()-i); err != nil {
		return err
	}
	_, err = listPop(l, i)
	return err
}

// deleteSlice is del l[i:j:k].
func deleteSlice(t *starlark.Thread, l *starlark.List, s *Slice) error {
	at, err := unpackSlice(t, s.Start, s.Stop, s.Step)
	if err != nil {
		return err
	}
	b := at.within(l.Len())
	if b.n == 0 {
		return nil
	}
	elems, err := listElements(t, "del", l)
	if err != nil {
		return err
	}
	first, step := b.start, b.step
	if step < 0 {
		first, step = b.start+(b.n-1)*b.step, -step
	}
	kept := make([]starlark.Value, 0, len(elems)-b.n)
	for i, e := range elems {
		if i < first || (i-first)%step != 0 || (i-first)/step >= b.n {
			kept = append(kept, e)
		}
	}
	return listReplace(l, kept)
}

// GetSlice is x[lo:hi:step], where None is what is left out.
func GetSlice(t *starlark.Thread, x, lo, hi, step starlark.Value) (starlark.Value, error) {
	switch s := x.(type) {
	case starlark.String:
		return stringSlice(t, string(s), lo, hi, step)
	case Object:
		if v, ok, err := s.Special(t, "__getitem__", NewSlice(lo, hi, step)); ok || err != nil {
			return v, err
		}
		if n := s.Native(); n != nil {
			return GetSlice(t, n, lo, hi, step)
		}
		return nil, notSubscriptable(x)
	case starlark.Mapping:
		return Item(t, x, NewSlice(lo, hi, step))
	case *pyclass.NamedTuple:
		return GetSlice(t, s.Elems, lo, hi, step)
	case starlark.Sliceable:
		return slice(t, s, lo, hi, step)
	}
	return nil, notSubscriptable(x)
}

func slice(t *starlark.Thread, x starlark.Sliceable, lo, hi, step starlark.Value) (starlark.Value, error) {
	at, err := unpackSlice(t, lo, hi, step)
	if err != nil {
		return nil, err
	}
	b := at.within(x.Len())
	switch x := x.(type) {
	case starlark.Bytes:
		if b.step == 1 {
			return x[b.start : b.start+b.n], nil
		}
		if err := guard.CheckBytes(t, "[:]", b.n); err != nil {
			return nil, err
		}
		out := make([]byte, b.n)
		for i := range out {
			out[i] = x[b.start+i*b.step]
		}
		return starlark.Bytes(out), nil
	case *Range:
		return x.slice(b.start, b.stop, b.step)
	case starlark.Tuple:
		if b.step == 1 {
			return x[b.start : b.start+b.n : b.start+b.n], nil
		}
		elems, err := stepped(t, x, b)
		return starlark.Tuple(elems), err
	case starlark.Indexable:
		elems, err := stepped(t, x, b)
		return starlark.NewList(elems), err
	}
	return nil, notSubscriptable(x)
}

// stepped gives the elements within bounds.
func stepped(t *starlark.Thread, x starlark.Indexable, b bounds) ([]starlark.Value, error) {
	if err := guard.CheckElements(t, "[:]", b.n); err != nil {
		return nil, err
	}
	elems := make([]starlark.Value, b.n)
	for i := range elems {
		elems[i] = x.Index(b.start + i*b.step)
	}
	return elems, nil
}

// stringSlice is s[lo:hi:step] by characters.
func stringSlice(t *starlark.Thread, s string, lo, hi, step starlark.Value) (starlark.Value, error) {
	if err := walked(t, len(s)); err != nil {
		return nil, err
	}
	ascii := isASCII(s)
	n := len(s)
	if !ascii {
		n = charCount(s)
	}
	b, err := sliceBounds(t, lo, hi, step, n)
	if err != nil {
		return nil, err
	}
	switch {
	case b.n <= 0:
		return emptyString, nil
	case b.n == n && b.step == 1:
		return starlark.String(s), nil
	case b.step == 1 && ascii:
		return str(s[b.start : b.start+b.n]), nil
	case b.step == 1:
		from := offset(s, b.start)
		return str(s[from : from+offset(s[from:], b.n)]), nil
	}
	if err := guard.CheckBytes(t, "[:]", min(len(s), b.n*4)); err != nil {
		return nil, err
	}
	if ascii {
		out := make([]byte, b.n)
		for i := range out {
			out[i] = s[b.start+i*b.step]
		}
		return starlark.String(out), nil
	}
	return steppedChars(s, b), nil
}

func steppedChars(s string, b bounds) starlark.Value {
	at := make([]int32, 0, len(s)) // where each character begins
	for i := range len(s) {
		if i == 0 || !continues(s[i]) {
			at = append(at, int32(i))
		}
	}
	at = append(at, int32(len(s)))
	out := make([]byte, 0, b.n*2)
	for i := range b.n {
		j := b.start + i*b.step
		out = append(out, s[at[j]:at[j+1]]...)
	}
	return starlark.String(out)
}
