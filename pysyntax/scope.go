package pysyntax

import (
	"maps"
	"slices"
)

// A scope is a part of a module that has names of its own.
type scope struct {
	kind   scopeKind
	node   Node   // whose scope it is; nil for a typeScope
	what   string // of a typeScope: what it is for
	parent *scope // nil for the module
	names  map[string]symbol
	uses   []*Name // of names to be looked up from here, in the order of the text
	star   bool    // "from x import *" may bind any name
	loads  []*Call // of "load", which binds names in Starlark
}

type scopeKind uint8

const (
	moduleScope scopeKind = iota
	functionScope
	lambdaScope
	classScope
	comprehensionScope
	typeScope // around type parameters
)

// A symbol is what a scope does to a name.
type symbol uint16

const (
	used      symbol = 1 << iota // its value is read
	bound                        // it is given a value
	declared                     // it is local although nothing here need bind it: "x: int", "del x", "x += 1"
	parameter                    // it is a parameter (and bound)
	annotated                    // it has an annotation
	iterated                     // it is bound by the "for" of a comprehension
	global                       // a global statement names it
	nonlocal                     // a nonlocal statement names it
	doubtful                     // a BadStmt has it and may bind it
)

// has reports whether s has one of the flags.
func (s symbol) has(flags symbol) bool { return s&flags != 0 }

func newScope(kind scopeKind, parent *scope) *scope {
	return &scope{kind: kind, parent: parent, names: map[string]symbol{}}
}

// module returns the outermost scope.
func (s *scope) module() *scope {
	for s.parent != nil {
		s = s.parent
	}
	return s
}

// visible calls f for s and the scopes around it whose names can be used in
// s, until f returns false. The scope of a class is hidden from the functions
// in it.
func (s *scope) visible(f func(*scope) bool) {
	direct := true
	for o := s; o != nil; o = o.parent {
		if (direct || o.kind != classScope) && !f(o) {
			return
		}
		direct = direct && o.kind == typeScope
	}
}

// A finding is what a look-up gives.
type finding uint8

const (
	found   finding = iota
	missing         // no scope binds the name
	unbound         // it is local to a function that never gives it a value
)

// lookup finds what a name means in s.
func (s *scope) lookup(name string) (f finding) {
	s.visible(func(o *scope) bool {
		sym := o.names[name]
		switch {
		case sym.has(global) || o.parent == nil:
			f = s.module().global(name)
		case sym.has(nonlocal):
			return true
		case sym.has(bound|doubtful) || o.implicit(name):
			f = found
		case sym.has(declared) && o.kind != classScope:
			f = unbound
		default:
			return true
		}
		return false
	})
	return f
}

// global looks a name up in the module scope s.
func (s *scope) global(name string) finding {
	if s.names[name].has(bound|doubtful) || s.star {
		return found
	}
	return missing
}

// implicit reports whether Python itself binds the name in s.
func (s *scope) implicit(name string) bool {
	switch name {
	case "__class__":
		return s.parent.kind == classScope
	case "__module__", "__qualname__":
		return s.kind == classScope
	}
	return false
}

// A Resolver finds the names that a module uses but does not bind.
type Resolver struct {
	// Known reports whether a name exists although the module does not bind
	// it: Python's built-in names, __name__ and the like, and whatever the
	// host provides. A nil Known knows none.
	Known func(name string) bool

	// LoadBinds takes the module for a Starlark file: calls of load at its top
	// level bind the names of their arguments, as in
	// load("module", "a", b = "c").
	LoadBinds bool
}

// An Unbound is one use of a name that nothing binds.
type Unbound struct {
	Name *Name

	// Local says that the name is local to its function, because it has an
	// augmented assignment, an annotation or a del there, yet is never given
	// a value; a name of the module is not meant, even if it is the same.
	Local bool

	scope *scope
}

// maxVisible is how many names Visible returns at most.
const maxVisible = 5000

// Visible returns the names that the module binds and that can be used where
// u is, sorted: one of them may have been meant. It returns nothing where there
// are too many to look through.
func (u Unbound) Visible() []string {
	names := map[string]bool{}
	u.scope.visible(func(s *scope) bool {
		s.addBound(names)
		s.addLoaded(names)
		return len(names) <= maxVisible
	})
	if len(names) > maxVisible {
		return nil
	}
	return slices.Sorted(maps.Keys(names))
}

// addBound adds the names that s binds.
func (s *scope) addBound(names map[string]bool) {
	for name, sym := range s.names {
		if sym.has(bound) && (s.parent == nil || !sym.has(global|nonlocal)) {
			names[name] = true
		}
	}
}

// addLoaded adds the names that load statements bind.
func (s *scope) addLoaded(names map[string]bool) {
	for _, call := range s.loads {
		for _, name := range loadedNames(call) {
			names[name] = true
		}
	}
}

// Undefined returns the uses of names that nothing binds, in the order of the
// text. The analysis does not follow the flow of control: a name that is bound
// anywhere in a scope is bound in it. Where a statement did not parse (see
// [BadStmt]), or a star import stands, names get the benefit of the doubt.
func (r Resolver) Undefined(m *Module) []Unbound {
	loaded := map[string]bool{}
	if r.LoadBinds {
		loaded["load"] = true
		m.scopes[0].addLoaded(loaded)
	}
	var list []Unbound
	for _, s := range m.scopes {
		for _, use := range s.uses {
			switch s.lookup(use.ID) {
			case unbound:
				list = append(list, Unbound{use, true, s})
			case missing:
				if !loaded[use.ID] && (r.Known == nil || !r.Known(use.ID)) {
					list = append(list, Unbound{use, false, s})
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Unbound) int { return a.Name.From.Compare(b.Name.From) })
	return list
}

// Globals returns the names that a module binds at its top level, sorted,
// those that functions assign to by way of a global statement included.
func (r Resolver) Globals(m *Module) []string {
	names := map[string]bool{}
	m.scopes[0].addBound(names)
	if r.LoadBinds {
		m.scopes[0].addLoaded(names)
	}
	return slices.Sorted(maps.Keys(names))
}

// loadedNames returns the names that a load statement of Starlark binds.
func loadedNames(call *Call) (names []string) {
	for _, arg := range call.Args[min(1, len(call.Args)):] {
		if c, ok := arg.(*Constant); ok {
			if name, ok := c.Value.(string); ok {
				names = append(names, name)
			}
		}
	}
	for _, k := range call.Keywords {
		if k.Arg.Name != "" {
			names = append(names, k.Arg.Name)
		}
	}
	return names
}
