package event

import (
	"fmt"
	"iter"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An Object is an object in an event. To a rule it is a dictionary that
// nobody can change, of type "dict", with its keys in the order of the text:
//
//	x["k"]  "k" in x  len(x)  for k in x  bool(x)  str(x)  x == y
//	x | {...}                                # a new dictionary
//	x.get(k, default=None)
//	x.deep_get(*keys, default=None)          # see DeepGet
//	x.deep_walk(*keys, default=None, return_val="all")    # see DeepWalk
//	x.to_dict()  x.copy()                    # a new dictionary, all the way down
//	x.keys()  x.values()  x.items()          # new lists
//
// and of an Event only:
//
//	event.event_time_epoch()
//	event.udm(*keys, default=None)           # what the data model of its log type says of a name,
//	                                         # or else p_udm, or else the event's own field
//	event.udm_path(name)                     # the path in the data model, the function's name, or None
//	event.lookup(table, key)                 # the row of a lookup table, or None
//
// A key is found in any case: the key itself counts before keys that are the
// same but for case, and the last of those before the others. Comparisons,
// iteration and copies know the keys as they stand in the text. What is in an
// Object is again an Object or a List, also in dict(x), which copies one level.
//
// All methods may be called from any number of goroutines.
type Object struct {
	doc  *document
	node uint32
	kids atomic.Pointer[children]

	// event.get is what rules ask for most: they are bound once.
	get, deepGet atomic.Pointer[starlark.Builtin]
}

var (
	_ starlark.IterableMapping = (*Object)(nil)
	_ starlark.Sequence        = (*Object)(nil)
	_ starlark.HasSetKey       = (*Object)(nil)
	_ starlark.HasBinary       = (*Object)(nil)
	_ starlark.HasAttrs        = (*Object)(nil)
	_ starlark.Comparable      = (*Object)(nil)
)

// children returns what is in the object. If several goroutines come first
// together, one result is kept.
func (o *Object) children() *children {
	if c := o.kids.Load(); c != nil {
		return c
	}
	o.kids.CompareAndSwap(nil, o.doc.members(o.node))
	return o.kids.Load()
}

// object makes types that embed an Object known as one.
func (o *Object) object() *Object { return o }

// JSON returns the object's own text as a new slice: valid JSON in valid
// UTF-8, as it came, with its white space, escapes and repeated keys. Bytes
// that were not UTF-8 are U+FFFD.
func (o *Object) JSON() []byte { return o.doc.json(o.node) }

// MarshalJSON returns JSON(), for encoding/json and Starlark's json module.
func (o *Object) MarshalJSON() ([]byte, error) { return o.JSON(), nil }

// Field returns the value of a key in any case, as x[key] does, and whether
// there is one.
func (o *Object) Field(key string) (starlark.Value, bool) {
	c := o.children()
	if i := c.find(key); i >= 0 {
		return c.value(i), true
	}
	return nil, false
}

// exactField returns the value of a key in the case of key.
func (o *Object) exactField(key string) (starlark.Value, bool) {
	c := o.children()
	if i := c.find(key); i >= 0 && c.key(i) == key {
		return c.value(i), true
	}
	return nil, false
}

// Get is x[k] and k in x. Keys that are not strings are not found, and an
// error if no dictionary could have them.
func (o *Object) Get(k starlark.Value) (starlark.Value, bool, error) {
	if key, ok := k.(starlark.String); ok {
		v, found := o.Field(string(key))
		return v, found, nil
	}
	if _, ok := k.(starlark.Tuple); ok {
		return nil, false, nil // no key, and its hash may take for ever
	}
	_, err := k.Hash()
	return nil, false, err
}

// Len returns the number of keys.
func (o *Object) Len() int { return len(o.children().slots) }

// Iterate yields the keys in the order of the text.
func (o *Object) Iterate() starlark.Iterator {
	c := o.children()
	return &iterator{n: len(c.slots), at: func(i int) starlark.Value { return starlark.String(c.key(i)) }}
}

// Entries yields the keys and their values in the order of the text.
func (o *Object) Entries() iter.Seq2[starlark.Value, starlark.Value] {
	return func(yield func(k, v starlark.Value) bool) {
		c := o.children()
		for i := range c.slots {
			if !yield(starlark.String(c.key(i)), c.value(i)) {
				return
			}
		}
	}
}

// Items returns a new slice of the pairs of keys and values.
func (o *Object) Items() []starlark.Tuple {
	items := make([]starlark.Tuple, 0, o.Len())
	for k, v := range o.Entries() {
		items = append(items, starlark.Tuple{k, v})
	}
	return items
}

// String returns the object as Starlark spells a dictionary.
func (o *Object) String() string { return spell(o) }

// Type returns "dict".
func (o *Object) Type() string { return "dict" }

// Freeze does nothing: an object never changes.
func (o *Object) Freeze() {}

// Truth is false if the object has no keys.
func (o *Object) Truth() starlark.Bool { return starlark.Bool(!o.doc.empty(o.node)) }

// Hash fails: an object cannot be a key of a dictionary.
func (o *Object) Hash() (uint32, error) { return 0, errUnhashable("dict") }

// CompareSameType compares with another object or a starlark.Dict; see Equal.
func (o *Object) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compare(op, o, y, depth)
}

// Binary implements x | y where one is an object and the other any mapping.
func (o *Object) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	other, ok := y.(starlark.IterableMapping)
	if op != syntax.PIPE || !ok {
		return nil, nil
	}
	if side == starlark.Left {
		return union(o, other)
	}
	return union(other, o)
}

func union(x, y starlark.IterableMapping) (starlark.Value, error) {
	z := new(starlark.Dict)
	for _, m := range []starlark.IterableMapping{x, y} {
		for k, v := range starlark.Entries(m) {
			if err := z.SetKey(k, v); err != nil {
				return nil, err
			}
		}
	}
	return z, nil
}

// SetKey fails.
func (o *Object) SetKey(k, _ starlark.Value) error {
	return errReadOnly("TypeError", fmt.Sprintf("set %v", k), "x.to_dict()")
}

// ToDict returns a new dictionary in which all objects and lists are new
// dictionaries and lists, too.
func (o *Object) ToDict() *starlark.Dict {
	d := starlark.NewDict(o.Len())
	for k, v := range o.Entries() {
		_ = d.SetKey(k, thaw(v)) // strings as keys, new dictionary: cannot fail
	}
	return d
}

// thaw returns v, or a copy if it is one of our containers.
func thaw(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *Event:
		return v.ToDict()
	case *Object:
		return v.ToDict()
	case *List:
		return v.ToList()
	}
	return v
}

// Thaw returns v, or, if it is an event, an object or a list of one, a new
// dictionary or list that can be changed, all the way down. A new list that
// holds such is thawed too.
func Thaw(v starlark.Value) starlark.Value {
	list, ok := v.(*starlark.List)
	if !ok {
		return thaw(v)
	}
	elems := make([]starlark.Value, list.Len())
	for i := range elems {
		elems[i] = thaw(list.Index(i))
	}
	return starlark.NewList(elems)
}

// weight counts what Thaw copies.
func weight(v starlark.Value) uint64 {
	switch v := v.(type) {
	case *Event:
		return uint64(len(v.doc.nodes))
	case *Object:
		return uint64(v.doc.nodes[v.node].next - v.node)
	case *List:
		return uint64(v.doc.nodes[v.node].next - v.node)
	case *starlark.List:
		n := uint64(v.Len())
		for e := range v.Elements() {
			if _, nested := e.(*starlark.List); !nested {
				n += weight(e)
			}
		}
		return n
	}
	return 1
}

// errReadOnly says that what was tried cannot be done, and what can.
// class is the error's class in Python.
func errReadOnly(class, tried, copied string) error {
	return &readOnlyError{class, fmt.Sprintf("cannot %s: an event is read-only; change a copy of it, such as %s returns", tried, copied)}
}

// A readOnlyError is the error of an attempt to change an event.
type readOnlyError struct{ class, msg string }

func (e *readOnlyError) Error() string { return e.msg }

// PyClass gives the class of the error in Python.
func (e *readOnlyError) PyClass() string { return e.class }

func errUnhashable(typ string) error {
	return fmt.Errorf("unhashable type: %s (of an event; use str(x) or a tuple of its values as the key)", typ)
}

// An iterator goes through the children of an object or a list.
type iterator struct {
	i, n int
	at   func(i int) starlark.Value
}

func (it *iterator) Next(p *starlark.Value) bool {
	if it.i == it.n {
		return false
	}
	*p = it.at(it.i)
	it.i++
	return true
}

func (it *iterator) Done() {}
