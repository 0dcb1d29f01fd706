package py

import (
	"slices"

	"go.starlark.net/starlark"
)

// A journal notes what the modules of a world had before it changed, so that
// it can be put back: what one event leaves in a module is not there for the
// next, whichever worker evaluates it.
type journal struct {
	// shared are the containers, objects, classes and variables that modules
	// can reach after loading. Only what is in here is noted.
	shared map[any]bool

	// fresh are the modules that shared does not cover yet. Nothing of them
	// has changed since they were loaded.
	fresh []*Module

	// noted are those that have changed since the last rollback.
	noted map[any]func()
}

// touch must be called before x changes.
func (w *World) touch(x any) {
	j := &w.journal
	if w.loading > 0 {
		return
	}
	for _, m := range j.fresh {
		j.share(m)
	}
	j.fresh = j.fresh[:0]
	if !j.shared[x] || j.noted[x] != nil {
		return
	}
	if j.noted == nil {
		j.noted = make(map[any]func())
	}
	j.noted[x] = restorer(x)
}

// touchBox is touch for a variable.
func (w *World) touchBox(b *Box, _ string) { w.touch(b) }

func (j *journal) rollback() {
	for _, restore := range j.noted {
		restore()
	}
	clear(j.noted)
}

// restorer gives what puts x back into the state that it has now.
func restorer(x any) func() {
	switch x := x.(type) {
	case *Box:
		return x.restorer()
	case *Instance:
		return x.attrs.restorer()
	case *Class:
		return x.attrs.restorer()
	case *starlark.List:
		elems := slices.Collect(x.Elements())
		return func() {
			x.Clear()
			for _, e := range elems {
				x.Append(e)
			}
		}
	case *starlark.Dict:
		items := x.Items()
		return func() {
			x.Clear()
			for _, kv := range items {
				x.SetKey(kv[0], kv[1])
			}
		}
	case *starlark.Set:
		elems := slices.Collect(x.Elements())
		return func() {
			x.Clear()
			for _, e := range elems {
				x.Insert(e)
			}
		}
	case *starlark.Function:
		return func() {}
	}
	return func() {}
}

func (b *Box) restorer() func() {
	names, values := slices.Clone(b.names), slices.Clone(b.values)
	return func() {
		b.names, b.values = names, values
		if b.index == nil && len(names) <= manyNames {
			return
		}
		b.index = make(map[string]int, len(names))
		for i, n := range names {
			b.index[n] = i
		}
	}
}

// none reports whether no module has anything that could be noted.
func (j *journal) none() bool { return len(j.shared) == 0 && len(j.fresh) == 0 }

// share notes all that a module can reach.
func (j *journal) share(m *Module) {
	if j.shared == nil {
		j.shared = make(map[any]bool)
	}
	j.reach(m.globals)
	for _, v := range m.names {
		j.reach(v)
	}
}

// reach notes x and all that it reaches.
func (j *journal) reach(x any) {
	todo := []any{x}
	for len(todo) > 0 {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if t, ok := x.(starlark.Tuple); ok {
			for _, e := range t {
				todo = append(todo, e)
			}
			continue
		}
		if mutable(x) && !j.shared[x] {
			j.shared[x] = true
			todo = append(todo, reachable(x)...)
		}
	}
}

// mutable tells whether x is of a type that the journal keeps.
func mutable(x any) bool {
	switch x := x.(type) {
	case *Box, *Instance, *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		return true
	case *Class:
		return x.world != nil
	}
	return false
}

// reachable lists what x refers to.
func reachable(x any) (all []any) {
	add := func(v starlark.Value) { all = append(all, v) }
	switch x := x.(type) {
	case *Box:
		for _, v := range x.values {
			add(v)
		}
	case *Instance:
		all = append(all, x.native, x.class)
		for _, v := range x.attrs.values {
			add(v)
		}
	case *Class:
		for _, v := range x.attrs.values {
			add(v)
		}
	case *starlark.List:
		for e := range x.Elements() {
			add(e)
		}
	case *starlark.Dict:
		for _, v := range x.Entries() {
			add(v)
		}
	case *starlark.Function:
		for i := range x.NumParams() {
			add(x.ParamDefault(i))
		}
		for i := range x.NumFreeVars() {
			_, v := x.FreeVar(i)
			add(v)
		}
	}
	return all
}

// mutators are the methods of built-in types that change them.
var mutators = map[string]bool{
	"append": true, "extend": true, "insert": true, "remove": true, "pop": true, "clear": true,
	"sort": true, "reverse": true, "update": true, "setdefault": true, "popitem": true,
	"add": true, "discard": true, "intersection_update": true, "difference_update": true,
	"symmetric_difference_update": true, "__setitem__": true, "__delitem__": true, "__ior__": true,
	"__iadd__": true,
}
