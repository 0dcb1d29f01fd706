package strictyaml

import (
	"iter"
	"slices"
)

// A Mapping is a value that is a mapping.
type Mapping struct{ Value }

// All gives the keys and values in order. A key is a scalar; others have been
// reported and are passed over.
func (m Mapping) All() iter.Seq2[Value, Value] {
	return func(yield func(k, v Value) bool) {
		if m.node == nil {
			return
		}
		for i := 0; i+1 < len(m.node.content); i += 2 {
			key := Value{m.doc, m.node.content[i], "key"}
			if !key.IsScalar() {
				key.Errorf("a key is %s, want a string", key.Describe())
				continue
			}
			if !yield(key, Value{m.doc, m.node.content[i+1], key.node.value}) {
				return
			}
		}
	}
}

// Get gives the value of a key, which may be absent.
func (m Mapping) Get(key string) Value {
	for k, v := range m.All() {
		if k.node.value == key {
			return v
		}
	}
	return Value{doc: m.doc, name: key}
}

// Key gives the key itself, for messages, or an absent value.
func (m Mapping) Key(key string) Value {
	for k := range m.All() {
		if k.node.value == key {
			return k
		}
	}
	return Value{doc: m.doc, name: key}
}

// CheckKeys reports keys that are given twice, and those that are none of the
// known ones: as warnings, or, if strict, as errors.
func (m Mapping) CheckKeys(strict bool, known ...string) {
	var seen []string
	for k := range m.All() {
		name := k.node.value
		if slices.Contains(seen, name) {
			k.Errorf("%s is given twice", name)
		}
		seen = append(seen, name)
		switch {
		case slices.Contains(known, name):
		case strict:
			k.ErrorHint(meant(name, known), "unknown key %s", name)
		default:
			k.Warnf(meant(name, known), "unknown key %s", name)
		}
	}
}
