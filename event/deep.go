package event

import (
	"fmt"

	"go.starlark.net/starlark"
)

// DeepGet follows keys from v down, through events, dictionaries and other
// mappings, and returns the value it comes to. It returns def if that value
// is None, if a key is missing, or if the path comes to something that is no
// mapping, such as a list. Without keys the value is v. It fails only for
// keys that cannot be hashed.
//
// Rules know it as event.deep_get(*keys, default=None).
func DeepGet(v starlark.Value, keys starlark.Tuple, def starlark.Value) (starlark.Value, error) {
	for _, key := range keys {
		m, ok := v.(starlark.Mapping)
		if !ok {
			return def, nil
		}
		next, found, err := m.Get(key)
		if err != nil {
			return nil, err
		}
		if !found {
			return def, nil
		}
		v = next
	}
	if v == starlark.None {
		return def, nil
	}
	return v, nil
}

// DeepWalk follows keys from v down as DeepGet does, and also through lists
// and tuples, where it goes on in each element. If it came through none, it
// returns the value at the end of the path. At a list it collects what the
// elements come to, taking the elements of values that are lists, and equal
// values once, in their order. What the list comes to is then, by which:
//
//	"all" or ""  the value if it is the only one, else a new list of them
//	"first"      the first of them
//	"last"       the last of them
//
// It returns def where there is no value, only None, or only empty lists in
// lists. As in Panther, if def is not None it also counts as a value for each
// element of a list in which the path ends early: def [] does not, as its
// elements are taken.
//
// It fails for another which, for keys that cannot be hashed, and if the way
// leads over more than a million values or a thousand levels: that is more
// than an event has, but not more than a list that contains itself.
//
// Rules know it as event.deep_walk(*keys, default=None, return_val="all").
func DeepWalk(v starlark.Value, keys starlark.Tuple, def starlark.Value, which string) (starlark.Value, error) {
	w := walk{def: def, which: which}
	return w.start(v, keys)
}

// maxVisits bounds how many values a walk looks at, and maxWalkDepth how deep
// it goes: an event and the lists around it that a rule may have made.
const (
	maxVisits    = 1_000_000
	maxWalkDepth = 2 * MaxDepth
)

// A walk is one call of DeepWalk.
type walk struct {
	def    starlark.Value
	which  string
	visits int
	depth  int
}

func (w *walk) start(v starlark.Value, keys starlark.Tuple) (starlark.Value, error) {
	switch w.which {
	case "all", "first", "last", "":
		return w.follow(v, keys)
	}
	return nil, fmt.Errorf(`return_val: got %q, want "all", "first" or "last"`, w.which)
}

func (w *walk) follow(v starlark.Value, keys starlark.Tuple) (starlark.Value, error) {
	if err := w.enter(); err != nil {
		return nil, err
	}
	defer w.leave()
	if len(keys) == 0 {
		empty, err := w.hollow(v)
		if empty || err != nil {
			return w.def, err
		}
		return v, nil
	}
	if m, ok := v.(starlark.Mapping); ok {
		next, found, err := m.Get(keys[0])
		if err != nil {
			return nil, err
		}
		if !found || next == starlark.None {
			return w.def, nil
		}
		return w.follow(next, keys[1:])
	}
	if seq, ok := asSequence(v); ok {
		return w.each(seq, keys)
	}
	return w.def, nil
}

// each follows keys in every element and picks from what it finds.
func (w *walk) each(seq starlark.Sequence, keys starlark.Tuple) (starlark.Value, error) {
	var found unique
	for elem := range starlark.Elements(seq) {
		v, err := w.follow(elem, keys)
		if err != nil {
			return nil, err
		}
		if err := w.collect(&found, v); err != nil {
			return nil, err
		}
	}
	values := found.values
	switch {
	case len(values) == 0:
		return w.def, nil
	case w.which == "first" || len(values) == 1:
		return values[0], nil
	case w.which == "last":
		return values[len(values)-1], nil
	}
	return starlark.NewList(values), nil
}

// collect adds v, or the elements of v, to what was found.
func (w *walk) collect(found *unique, v starlark.Value) error {
	if v == starlark.None {
		return nil
	}
	seq, ok := asSequence(v)
	if !ok {
		return found.add(w, v)
	}
	for elem := range starlark.Elements(seq) {
		if err := found.add(w, elem); err != nil {
			return err
		}
	}
	return nil
}

// hollow says whether v is a list of nothing but hollow lists.
func (w *walk) hollow(v starlark.Value) (bool, error) {
	seq, ok := asSequence(v)
	if !ok {
		return false, nil
	}
	if err := w.enter(); err != nil {
		return false, err
	}
	defer w.leave()
	for elem := range starlark.Elements(seq) {
		if empty, err := w.hollow(elem); !empty || err != nil {
			return false, err
		}
	}
	return true, nil
}

// enter counts a value that the walk looks at, and what is in it as deeper.
func (w *walk) enter() error {
	w.visits++
	w.depth++
	if w.visits > maxVisits {
		return fmt.Errorf("the path leads to more than %d values", maxVisits)
	}
	if w.depth > maxWalkDepth {
		return fmt.Errorf("the value nests deeper than %d levels", maxWalkDepth)
	}
	return nil
}

func (w *walk) leave() { w.depth-- }

// asSequence returns v if it is a list or a tuple.
func asSequence(v starlark.Value) (starlark.Sequence, bool) {
	if isList(v) || isTuple(v) {
		return v.(starlark.Sequence), true
	}
	return nil, false
}
