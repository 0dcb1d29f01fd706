package guard

import (
	"fmt"
	"reflect"
	"slices"

	"go.starlark.net/starlark"
)

const (
	maxContainers  = 2_000_000  // lists, dicts and sets in the globals of one file
	maxFreeze      = 10_000_000 // values in the tuples and closures of one of them
	maxFreezeDepth = 10_000     // how deep these are nested
)

// Freeze makes globals immutable. It does what StringDict.Freeze does, which
// recurses without end into a function that refers to itself through its
// closure, and takes exponential time for a tuple that holds another twice,
// which holds another twice, and so on. Freeze leaves functions and tuples
// alone, as only what they refer to can change; but if one of that kind is in
// a list, dict or set, it fails with the name of the global.
func Freeze(globals starlark.StringDict) error {
	f := freezer{seen: make(map[any]bool), weighed: make(map[any]bool), weights: make(map[any]weight)}
	for _, name := range globals.Keys() {
		if err := f.freeze(globals[name]); err != nil {
			return fmt.Errorf("global %s: %w", name, err)
		}
	}
	return nil
}

// A freezer finds the containers and composites in values and calls the interpreter's Freeze
// for each, innermost first, when it knows that it is cheap.
type freezer struct {
	seen       map[any]bool // values that were visited
	containers int

	weighed map[any]bool // tuples and functions whose weight is known or being found
	weights map[any]weight
}

// A weight is what the interpreter's Freeze takes for a tuple or function:
// what it refers to, up to the next container.
type weight struct{ values, depth int }

func (f *freezer) freeze(v starlark.Value) error {
	var containers []starlark.Value
	postorder(f.seen, v, parts, func(v starlark.Value) {
		if isContainer(v) || isComposite(v) {
			containers = append(containers, v)
		}
	})
	if f.containers += len(containers); f.containers > maxContainers {
		return fmt.Errorf("more than %s lists, dicts and sets", group(maxContainers))
	}
	for _, c := range containers {
		if err := f.freezable(c); err != nil {
			return err
		}
	}
	for _, c := range containers {
		c.Freeze()
	}
	return nil
}

// freezable fails if the interpreter's Freeze of a container would not end.
func (f *freezer) freezable(c starlark.Value) error {
	w := weight{}
	for _, p := range parts(c) {
		if isLink(p) {
			postorder(f.weighed, p, links, f.weigh)
		}
		w.add(f.weight(p))
	}
	if w.values > maxFreeze || w.depth > maxFreezeDepth {
		return fmt.Errorf("a %s holds a function that refers to itself through its closure, or too many nested tuples", c.Type())
	}
	return nil
}

// weigh finds the weight of a tuple or function whose parts have one, except
// those that contain it.
func (f *freezer) weigh(v starlark.Value) {
	w := weight{values: 1}
	for _, p := range parts(v) {
		w.add(f.weight(p))
	}
	w.depth++
	f.weights[identity(v)] = w
}

func (f *freezer) weight(v starlark.Value) weight {
	if !isLink(v) {
		return weight{values: 1}
	}
	if w, ok := f.weights[identity(v)]; ok {
		return w
	}
	return weight{values: maxFreeze + 1} // it is inside itself
}

func (w *weight) add(part weight) {
	w.values = min(w.values+part.values, maxFreeze+1)
	w.depth = max(w.depth, part.depth)
}

// postorder calls leave for each list, dict, set, tuple and function that can
// be reached from v and was not seen before, after it did so for what these
// refer to. Values of types that are not Starlark's are just frozen.
func postorder(seen map[any]bool, v starlark.Value, parts func(starlark.Value) []starlark.Value, leave func(starlark.Value)) {
	type visit struct {
		value starlark.Value
		left  []starlark.Value // parts to visit
	}
	var stack []visit
	enter := func(v starlark.Value) {
		switch {
		case v == nil || isScalar(v):
		case !isContainer(v) && !isLink(v):
			v.Freeze()
		case !seen[identity(v)]:
			seen[identity(v)] = true
			stack = append(stack, visit{v, parts(v)})
		}
	}
	for enter(v); len(stack) > 0; {
		top := &stack[len(stack)-1]
		if len(top.left) > 0 {
			next := top.left[0]
			top.left = top.left[1:]
			enter(next)
			continue
		}
		leave(top.value)
		stack = stack[:len(stack)-1]
	}
}

// isContainer reports whether v is of a mutable type of Starlark.
func isContainer(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set:
		return true
	}
	return false
}

// isLink reports whether v is of a type of Starlark that cannot change but may
// refer to what can, or a composite.
func isLink(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Tuple, *starlark.Function, *starlark.Builtin:
		return true
	}
	return isComposite(v)
}

// isComposite reports whether v is a composite that has an identity.
func isComposite(v starlark.Value) bool {
	_, ok := asComposite(v)
	return ok && reflect.TypeOf(v).Comparable()
}

// identity is what all references to a container or link have in common.
func identity(v starlark.Value) any {
	t, ok := v.(starlark.Tuple)
	if !ok {
		return v
	}
	if len(t) == 0 {
		return tupleID{}
	}
	return tupleID{&t[0], len(t)}
}

type tupleID struct {
	first *starlark.Value
	len   int
}

// links gives the parts of a link that are links.
func links(v starlark.Value) []starlark.Value {
	return slices.DeleteFunc(slices.Clone(parts(v)), func(p starlark.Value) bool { return !isLink(p) })
}

// parts gives the values to which v refers, as far as Freeze follows them.
// Some may be nil.
func parts(v starlark.Value) []starlark.Value {
	switch v := v.(type) {
	case starlark.Tuple:
		return v
	case *starlark.List:
		return slices.Collect(v.Elements())
	case *starlark.Set:
		return slices.Collect(v.Elements())
	case *starlark.Dict:
		all := make([]starlark.Value, 0, 2*v.Len())
		for k, e := range v.Entries() {
			all = append(all, k, e)
		}
		return all
	case *starlark.Function:
		return closure(v)
	case *starlark.Builtin:
		return []starlark.Value{v.Receiver()}
	case composite:
		all := make([]starlark.Value, v.Len())
		for i := range all {
			all[i] = v.Index(i)
		}
		return all
	}
	return nil
}

// closure gives the defaults and the free variables of a function.
func closure(fn *starlark.Function) []starlark.Value {
	var all []starlark.Value
	for i := range fn.NumParams() {
		all = append(all, fn.ParamDefault(i))
	}
	for i := range fn.NumFreeVars() {
		_, v := fn.FreeVar(i)
		all = append(all, v)
	}
	return all
}
