package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// MethodOf gives the method of that name of the built-in type of x, or nil. It
// may be called with x or with what an Object extends as the receiver.
func MethodOf(x starlark.Value, name string) Method {
	switch v := x.(type) {
	case starlark.String:
		return strMethods[name]
	case *starlark.Dict:
		return dictMethods[name]
	case *starlark.List:
		return listMethods[name]
	case *starlark.Set:
		return setMethods[name]
	case starlark.Int, starlark.Bool:
		return intMethods[name]
	case starlark.Float:
		return floatMethods[name]
	case starlark.Tuple, *pyclass.NamedTuple:
		return tupleMethods[name]
	case starlark.Bytes:
		return bytesMethods[name]
	case *FrozenSet:
		return frozensetMethods[name]
	case *Range:
		return rangeMethods[name]
	case *KeysView, *ItemsView:
		return setViewMethods[name]
	case *Slice:
		return sliceMethods[name]
	case Object:
		if n := v.Native(); n != nil {
			return MethodOf(n, name)
		}
	}
	return nil
}

// Types gives the built-in types, int before bool, which extends it. The slice is the caller's, what it refers to
// is not to be changed.
func Types() []*Type { return append([]*Type(nil), types...) }

var types = []*Type{
	{Name: "int", New: newInt, Methods: intMethods, ClassMethods: intClassMethods, Of: is[starlark.Int]},
	{Name: "NoneType", New: newNone, Of: is[starlark.NoneType]},
	{Name: "bool", New: newBool, Methods: intMethods, ClassMethods: intClassMethods, Of: is[starlark.Bool]},
	{Name: "bytes", New: newBytes, Methods: bytesMethods, ClassMethods: bytesClassMethods, Of: is[starlark.Bytes]},
	{Name: "dict", New: newDict, Methods: dictMethods, ClassMethods: dictClassMethods, Of: is[*starlark.Dict]},
	{Name: "dict_items", Methods: setViewMethods, Of: is[*ItemsView]},
	{Name: "dict_keys", Methods: setViewMethods, Of: is[*KeysView]},
	{Name: "dict_values", Of: is[*ValuesView]},
	{Name: "ellipsis", New: newSingleton("ellipsis", Ellipsis), Of: isValue(Ellipsis)},
	{Name: "enumerate", New: newEnumerate, Of: is[*enumerateIterator]},
	{Name: "filter", New: newFilter, Of: is[*filterIterator]},
	{Name: "float", New: newFloat, Methods: floatMethods, ClassMethods: floatClassMethods, Of: is[starlark.Float]},
	{Name: "frozenset", New: newFrozenSet, Methods: frozensetMethods, Of: is[*FrozenSet]},
	{Name: "list", New: newList, Methods: listMethods, Of: is[*starlark.List]},
	{Name: "map", New: newMap, Of: is[*mapIterator]},
	{Name: "NotImplementedType", New: newSingleton("NotImplementedType", NotImplemented), Of: isValue(NotImplemented)},
	{Name: "range", New: newRange, Methods: rangeMethods, Of: is[*Range]},
	{Name: "reversed", New: newReversed, Of: is[*reversedIterator]},
	{Name: "set", New: newSet, Methods: setMethods, Of: is[*starlark.Set]},
	{Name: "slice", New: newSlice, Methods: sliceMethods, Of: is[*Slice]},
	{Name: "str", New: newStr, Methods: strMethods, ClassMethods: strClassMethods, Of: is[starlark.String]},
	{Name: "tuple", New: newTuple, Methods: tupleMethods, Of: is[starlark.Tuple]},
	{Name: "zip", New: newZip, Of: is[*zipIterator]},
}

var (
	bytesClassMethods = map[string]Function{"fromhex": bytesFromhex, "maketrans": bytesMaketrans}
	dictClassMethods  = map[string]Function{"fromkeys": dictFromkeys}
	floatClassMethods = map[string]Function{"fromhex": floatFromhex}
	intClassMethods   = map[string]Function{"from_bytes": intFromBytes}
	strClassMethods   = map[string]Function{"maketrans": strMaketrans}
)

func is[T starlark.Value](v starlark.Value) bool {
	_, ok := v.(T)
	return ok
}

func isValue(x starlark.Value) func(starlark.Value) bool {
	return func(v starlark.Value) bool { return v == x }
}

func newNone(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, pyerr.Type("NoneType takes no arguments")
	}
	return starlark.None, nil
}

func newSingleton(name string, v starlark.Value) Function {
	return func(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args)+len(kwargs) > 0 {
			return nil, pyerr.Type("%s takes no arguments", name)
		}
		return v, nil
	}
}

// newList is list(iterable).
func newList(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("list", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return starlark.NewList(nil), nil
	}
	elems, err := collect(t, "list", args[0])
	return starlark.NewList(elems), err
}

// newTuple is tuple(iterable).
func newTuple(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("tuple", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return starlark.Tuple{}, nil
	}
	if tuple, ok := args[0].(starlark.Tuple); ok {
		return tuple, nil
	}
	elems, err := collect(t, "tuple", args[0])
	return starlark.Tuple(elems), err
}

// newStr is str(object="", encoding, errors).
func newStr(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		s, err := Str(t, args[0])
		return str(s), err
	}
	var in [3]starlark.Value
	s := signature{"str", []string{"object", "encoding", "errors"}, 0, 3}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	if in[1] == nil && in[2] == nil {
		if in[0] == nil {
			return emptyString, nil
		}
		s, err := Str(t, in[0])
		return str(s), err
	}
	encoding, errors := "utf-8", "strict"
	for i, p := range []*string{&encoding, &errors} {
		if in[i+1] == nil {
			continue
		}
		text, ok := native(in[i+1]).(starlark.String)
		if !ok {
			return nil, pyerr.Type("str() argument '%s' must be str, not %s", s.names[i+1], argType(in[i+1]))
		}
		*p = string(text)
	}
	if in[0] == nil {
		return emptyString, nil
	}
	switch b := native(in[0]).(type) {
	case starlark.Bytes:
		s, err := decode(t, string(b), encoding, errors)
		return str(s), err
	case starlark.String:
		return nil, pyerr.Type("decoding str is not supported")
	}
	return nil, pyerr.Type("decoding to str: need a bytes-like object, %s found", TypeName(in[0]))
}

// newRange is range(stop) or range(start, stop, step).
func newRange(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("range", args, kwargs, 1, 3); err != nil {
		return nil, err
	}
	n := [3]int{0, 0, 1}
	for i, v := range args {
		x, ok, err := index(t, v)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, notInteger(v)
		}
		small, ok := x.Int64()
		if !ok {
			return nil, pyerr.Overflow("Python int too large to convert to C ssize_t")
		}
		n[i] = int(small)
	}
	if len(args) == 1 {
		n[0], n[1] = 0, n[0]
	}
	if n[2] == 0 {
		return nil, pyerr.Value("range() arg 3 must not be zero")
	}
	return NewRange(n[0], n[1], n[2])
}

// newSlice is slice(stop) or slice(start, stop, step).
func newSlice(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("slice", args, kwargs, 1, 3); err != nil {
		return nil, err
	}
	s := NewSlice(starlark.None, args[0], starlark.None)
	if len(args) > 1 {
		s.Start, s.Stop = args[0], args[1]
	}
	if len(args) > 2 {
		s.Step = args[2]
	}
	return s, nil
}

// rangeMethods are the methods of range.
var rangeMethods = map[string]Method{
	"count": rangeCount,
	"index": rangeIndex,
}

func rangeCount(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("range.count", args, kwargs)
	if err != nil {
		return nil, err
	}
	found, err := Contains(t, recv, v)
	if err != nil || !found {
		return zero, err
	}
	return one, nil
}

func rangeIndex(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("range.index", args, kwargs)
	if err != nil {
		return nil, err
	}
	r := recv.(*Range)
	switch i, ok := asInt(v); {
	case ok:
		if n, ok := i.Int64(); ok {
			if at := r.position(int(n)); at >= 0 {
				return starlark.MakeInt(at), nil
			}
		}
		text, err := Repr(t, v)
		if err != nil {
			return nil, err
		}
		return nil, pyerr.Value("%s is not in range", text)
	}
	if f, ok := v.(starlark.Float); ok {
		if found, _ := r.Has(f); found {
			return starlark.MakeInt(r.position(int(f))), nil
		}
	}
	return nil, pyerr.Value("sequence.index(x): x not in sequence")
}

// sliceMethods are the methods of slice.
var sliceMethods = map[string]Method{
	"indices": sliceIndices,
}

func sliceIndices(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("slice.indices", args, kwargs)
	if err != nil {
		return nil, err
	}
	n, err := asIndex(t, v)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, pyerr.Value("length should not be negative")
	}
	s := recv.(*Slice)
	b, err := sliceBounds(t, s.Start, s.Stop, s.Step, n)
	if err != nil {
		return nil, err
	}
	return starlark.Tuple{starlark.MakeInt(b.start), starlark.MakeInt(b.stop), starlark.MakeInt(b.step)}, nil
}
