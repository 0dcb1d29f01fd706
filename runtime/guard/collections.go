package guard

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

var listMethods = map[string]method{
	"extend": listExtend,
	"index":  listIndex,
	"remove": listRemove,
}

var dictMethods = map[string]method{
	"get":        keyed("get"),
	"items":      listing("items", 4),
	"keys":       listing("keys", 1),
	"pop":        keyed("pop"),
	"setdefault": keyed("setdefault"),
	"update":     dictUpdate,
	"values":     listing("values", 4),
}

var setMethods = map[string]method{
	"add":                  keyed("add"),
	"difference":           setMethodOf("difference"),
	"discard":              keyed("discard"),
	"intersection":         setMethodOf("intersection"),
	"issubset":             setMethodOf("issubset"),
	"issuperset":           setMethodOf("issuperset"),
	"remove":               keyed("remove"),
	"symmetric_difference": setMethodOf("symmetric_difference"),
	"union":                setMethodOf("union"),
	"update":               setMethodOf("update"),
}

// keyed is a method whose first argument is a key.
func keyed(name string) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) > 0 && !isScalar(args[0]) {
			if err := MeterOf(thread).key(args[0]); err != nil {
				return nil, err
			}
		}
		return original(thread, name, recv, args, kwargs)
	}
}

// listing is a method that makes a list of so many values for each entry.
func listing(name string, values int) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if n := starlark.Len(recv); n > 4 {
			if err := MeterOf(thread).elements(name, n, values*elementBytes); err != nil {
				return nil, err
			}
		}
		return original(thread, name, recv, args, kwargs)
	}
}

func listExtend(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return original(thread, "extend", recv, args, kwargs)
	}
	return extend(thread, "extend", recv.(*starlark.List), args[0])
}

// extend appends the elements of y to x.
func extend(thread *starlark.Thread, op string, x *starlark.List, y starlark.Value) (starlark.Value, error) {
	it, ok := y.(starlark.Iterable)
	if !ok || 0 <= starlark.Len(y) && starlark.Len(y) <= free/elementBytes {
		return original(thread, "extend", x, starlark.Tuple{y}, nil)
	}
	m := MeterOf(thread)
	if n := starlark.Len(y); n > 0 {
		if err := m.elements(op, x.Len()+n, 0); err != nil {
			return nil, err
		}
	}
	if l, ok := y.(*starlark.List); ok { // has a faster way, and may be x itself
		if err := m.Charge(l.Len()); err != nil {
			return nil, err
		}
		return original(thread, "extend", x, starlark.Tuple{y}, nil)
	}
	v, source := meter(thread, it, 1, m.counter(op, x.Len()+1, nil))
	r, err := original(thread, "extend", x, starlark.Tuple{v}, nil)
	return r, or(exhausted(source), err)
}

// mutable fails if l must not be changed, with the interpreter's error for
// what was tried.
func mutable(l *starlark.List, verb string) error {
	_, err := original(nil, "extend", l, starlark.Tuple{starlark.Tuple{}}, nil)
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot %s %s", verb, strings.TrimPrefix(err.Error(), "extend: cannot extend "))
}

func listIndex(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v, lo, hi starlark.Value
	if err := starlark.UnpackPositionalArgs("index", args, kwargs, 1, &v, &lo, &hi); err != nil {
		return nil, err
	}
	l := recv.(*starlark.List)
	start, end, err := indices(lo, hi, l.Len())
	if err != nil {
		return nil, within("index", err)
	}
	i, err := position(thread, "index", l, v, start, end)
	if err != nil {
		return nil, within("index", err)
	}
	if i < 0 {
		return nil, fmt.Errorf("index: value not in list")
	}
	return starlark.MakeInt(i), nil
}

func listRemove(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs("remove", args, kwargs, 1, &v); err != nil {
		return nil, err
	}
	l := recv.(*starlark.List)
	if err := mutable(l, "remove from"); err != nil {
		return nil, within("remove", err)
	}
	i, err := position(thread, "remove", l, v, 0, l.Len())
	if err != nil {
		return nil, within("remove", err)
	}
	if i < 0 {
		return nil, fmt.Errorf("remove: element not found")
	}
	if _, err := original(thread, "pop", l, starlark.Tuple{starlark.MakeInt(i)}, nil); err != nil {
		return nil, err
	}
	return starlark.None, nil
}

// position is the place in l[start:end] of the first element that equals v, or
// -1.
func position(thread *starlark.Thread, op string, l *starlark.List, v starlark.Value, start, end int) (int, error) {
	c := comparer{op: op, meter: MeterOf(thread)}
	for i := start; i < end; i++ {
		if eq, err := c.equal(l.Index(i), v); err != nil {
			return 0, err
		} else if eq {
			return i, nil
		}
	}
	return -1, nil
}

// within adds the name of a function to an error, as the interpreter does. The
// errors of limits have it already.
func within(name string, err error) error {
	if _, ok := err.(*LimitError); ok {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func dictUpdate(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return original(thread, "update", recv, args, kwargs)
	}
	arg, source, err := pairs(thread, "update", args[0])
	if err != nil {
		return nil, err
	}
	v, err := original(thread, "update", recv, starlark.Tuple{arg}, kwargs)
	return v, or(exhausted(source), err)
}

// pairs checks and charges the keys of what a dictionary is made of: of all
// entries of a mapping, or, once the metered iterable is iterated over, of a
// sequence of pairs.
func pairs(thread *starlark.Thread, op string, x starlark.Value) (starlark.Value, *metered, error) {
	m := MeterOf(thread)
	if n := starlark.Len(x); n > 0 {
		if err := m.elements(op, n, 0); err != nil {
			return nil, nil, err
		}
	}
	switch x := x.(type) {
	case starlark.IterableMapping:
		return x, nil, Iterate(thread, x.(starlark.Iterable), m.entry)
	case starlark.Iterable:
		v, source := meter(thread, x, entryBytes/stepBytes, m.pair)
		return v, source, nil
	}
	return x, nil, nil
}

// entry checks and charges a new entry of a dictionary or set.
func (m *Meter) entry(key starlark.Value) error {
	if err := m.Charge(entryBytes / stepBytes); err != nil {
		return err
	}
	return m.key(key)
}

// pair checks the key in a pair.
func (m *Meter) pair(v starlark.Value) error {
	if v, ok := v.(starlark.Indexable); ok {
		if v.Len() == 2 {
			return m.key(v.Index(0))
		}
		return nil
	}
	if v, ok := v.(starlark.Sequence); ok && v.Len() == 2 {
		for k := range starlark.Elements(v) {
			return m.key(k)
		}
	}
	return nil
}

func setMethodOf(name string) method {
	return func(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return setMethod(thread, name, recv.(*starlark.Set), args, kwargs)
	}
}

// grows has the methods that may add the elements of an iterable to a set.
var grows = map[string]bool{"symmetric_difference": true, "union": true, "update": true}

// setMethod is a method of sets that takes iterables.
func setMethod(thread *starlark.Thread, name string, s *starlark.Set, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) == 0 && name != "union" && name != "update" {
		return nil, fmt.Errorf("%s: got 0 arguments, want 1", name) // the interpreter panics
	}
	m := MeterOf(thread)
	if name != "update" && name != "issubset" && name != "issuperset" {
		if err := Iterate(thread, s, m.entry); err != nil { // it is copied
			return nil, err
		}
	}
	n := 1
	if grows[name] {
		n += s.Len()
	}
	check := m.counter(name, n, m.key)
	var sources []*metered
	operands := make(starlark.Tuple, len(args))
	for i, arg := range args {
		operands[i] = arg
		if it, ok := arg.(starlark.Iterable); ok {
			v, source := meter(thread, it, entryBytes/stepBytes, check)
			operands[i] = v
			sources = append(sources, source)
		}
	}
	v, err := original(thread, name, s, operands, kwargs)
	return v, or(exhausted(sources...), err)
}
