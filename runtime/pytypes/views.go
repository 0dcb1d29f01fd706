package pytypes

import (
	"iter"

	"go.starlark.net/starlark"
)

// The views of a dictionary follow its changes.
type (
	// A KeysView is what d.keys() returns.
	KeysView struct{ dict *starlark.Dict }
	// A ValuesView is what d.values() returns.
	ValuesView struct{ dict *starlark.Dict }
	// An ItemsView is what d.items() returns.
	ItemsView struct{ dict *starlark.Dict }
)

var (
	_ starlark.Sequence = (*KeysView)(nil)
	_ starlark.Sequence = (*ValuesView)(nil)
	_ starlark.Sequence = (*ItemsView)(nil)
)

// Attr returns the dictionary as mapping.
func (v *KeysView) Attr(name string) (starlark.Value, error) { return mappingOf(v.dict, name), nil }

// AttrNames lists what Attr knows.
func (v *KeysView) AttrNames() []string { return []string{"mapping"} }

func (v *KeysView) String() string        { return print(v) }
func (v *KeysView) Type() string          { return "dict_keys" }
func (v *KeysView) Freeze()               {}
func (v *KeysView) Truth() starlark.Bool  { return v.dict.Len() > 0 }
func (v *KeysView) Hash() (uint32, error) { return 0, unhashable(v) }
func (v *KeysView) Len() int              { return v.dict.Len() }

// Iterate yields the keys, as Starlark iterates over dictionaries.
func (v *KeysView) Iterate() starlark.Iterator { return v.dict.Iterate() }

// Elements yields the keys.
func (v *KeysView) Elements() iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		for k := range v.dict.Entries() {
			if !yield(k) {
				return
			}
		}
	}
}

func (v *KeysView) has(_ *starlark.Thread, k starlark.Value) (bool, error) {
	_, found, err := dictGet(v.dict, k)
	return found, err
}

// Attr returns the dictionary as mapping.
func (v *ValuesView) Attr(name string) (starlark.Value, error) { return mappingOf(v.dict, name), nil }

// AttrNames lists what Attr knows.
func (v *ValuesView) AttrNames() []string { return []string{"mapping"} }

func (v *ValuesView) String() string        { return print(v) }
func (v *ValuesView) Type() string          { return "dict_values" }
func (v *ValuesView) Freeze()               {}
func (v *ValuesView) Truth() starlark.Bool  { return v.dict.Len() > 0 }
func (v *ValuesView) Hash() (uint32, error) { return 0, unhashable(v) }
func (v *ValuesView) Len() int              { return v.dict.Len() }

// Iterate yields the values.
func (v *ValuesView) Iterate() starlark.Iterator {
	return &viewIterator{v.dict, v.dict.Iterate(), false}
}

// Elements yields the values.
func (v *ValuesView) Elements() iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		for _, e := range v.dict.Entries() {
			if !yield(e) {
				return
			}
		}
	}
}

// Attr returns the dictionary as mapping.
func (v *ItemsView) Attr(name string) (starlark.Value, error) { return mappingOf(v.dict, name), nil }

// AttrNames lists what Attr knows.
func (v *ItemsView) AttrNames() []string { return []string{"mapping"} }

func (v *ItemsView) String() string        { return print(v) }
func (v *ItemsView) Type() string          { return "dict_items" }
func (v *ItemsView) Freeze()               {}
func (v *ItemsView) Truth() starlark.Bool  { return v.dict.Len() > 0 }
func (v *ItemsView) Hash() (uint32, error) { return 0, unhashable(v) }
func (v *ItemsView) Len() int              { return v.dict.Len() }

// Iterate yields the pairs.
func (v *ItemsView) Iterate() starlark.Iterator { return &viewIterator{v.dict, v.dict.Iterate(), true} }

// Elements yields the pairs.
func (v *ItemsView) Elements() iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		for k, e := range v.dict.Entries() {
			if !yield(starlark.Tuple{k, e}) {
				return
			}
		}
	}
}

func (v *ItemsView) has(t *starlark.Thread, item starlark.Value) (bool, error) {
	pair, ok := item.(starlark.Tuple)
	if !ok || len(pair) != 2 {
		return false, nil
	}
	value, found, err := dictGet(v.dict, pair[0])
	if err != nil || !found {
		return false, err
	}
	return same(t, value, pair[1])
}

// A viewIterator is the native iterator of values or pairs.
type viewIterator struct {
	dict *starlark.Dict
	starlark.Iterator
	pairs bool
}

func (it *viewIterator) Next(p *starlark.Value) bool {
	var k starlark.Value
	if !it.Iterator.Next(&k) {
		return false
	}
	v, _, _ := it.dict.Get(k)
	if it.pairs {
		*p = starlark.Tuple{k, v}
	} else {
		*p = v
	}
	return true
}
