package pysyntax

import (
	"slices"
	"strings"
)

// A variable is a name of one scope, and what the plan finds out about it.
type variable struct {
	name  string
	scope *scope

	// boxed: it lives in a box, as Starlark's own variables cannot do what it
	// does. Variables of a class live in the box of the class whatever this
	// says.
	boxed bool

	// ident is its name in the Starlark tree if it is not boxed: its own name,
	// unless a loop stands for a generator expression.
	ident string

	bindings  int     // places that bind it
	home      *region // where it is bound
	scattered bool    // it is bound in several regions
	uses      []*region
	early     bool // the first thing that happens to it is that it is bound
	seen      bool // something has happened to it
	forward   bool // the top level of the module uses it before any place that binds it

	handler  bool // an except clause binds it
	outlives bool // it is used outside of such clauses
	captured bool // a function or lambda inside its scope uses it
	deleted  bool // there is a del

	readIn  int // the number of the last statement whose start reads it
	reads   int // uses of it
	lookups int // those as the container of "in"

	values []source // what it is bound to
	kind   valueKind

	imports []string // the modules that "import a.b" binds it to at top level
}

// isModule reports whether the variable is sure to be the module, or to have it
// below, whose dotted name is path.
func (v *variable) isModule(path string) bool {
	if v.boxed || len(v.imports) != v.bindings {
		return false
	}
	root, _, _ := strings.Cut(v.imports[0], ".")
	below := false
	for _, name := range v.imports {
		if other, _, _ := strings.Cut(name, "."); other != root {
			return false
		}
		below = below || strings.HasPrefix(name+".", path+".")
	}
	return below || path == v.name
}

// A region is a part of a function that becomes a function of its own: the
// body of a try or with statement. The rest of the function is a region, too.
type region struct {
	parent *region
	loop   bool // it may run several times in one call
}

// within reports whether r is outer or in it.
func (r *region) within(outer *region) bool {
	for ; r != nil; r = r.parent {
		if r == outer {
			return true
		}
	}
	return false
}

// scopeInfo is what the plan finds out about a scope.
type scopeInfo struct {
	id     int // its place among the scopes of the module
	vars   map[string]*variable
	order  []*variable // in the order in which they were met
	region *region     // the current one

	defs  map[string]bool       // of a class: names of its methods and classes
	bound map[string]likelihood // of a class: names bound so far
}

// A likelihood is whether something has happened.
type likelihood uint8

const (
	perhaps likelihood = iota + 1
	certain
)

// boxes returns the variables of the scope that need a box.
func (i *scopeInfo) boxes() (names []string) {
	for _, v := range i.order {
		if v.boxed {
			names = append(names, v.name)
		}
	}
	return names
}

// variable returns the variable of that name, which it makes if need be.
func (i *scopeInfo) variable(s *scope, name string) *variable {
	v := i.vars[name]
	if v == nil {
		v = &variable{name: name, scope: s, ident: name}
		i.vars[name] = v
		i.order = append(i.order, v)
	}
	return v
}

// A plan is all that has to be known of a module before it is lowered.
type plan struct {
	module *scope
	info   map[*scope]*scopeInfo
	infos  []*scopeInfo // in the order of the scopes
	scopes map[Node]*scope

	// leading are the expressions before which nothing of their statement
	// happens, so that statements can be put before it for them: assignments
	// for NamedExprs, loops for Calls of any and the like, temporaries for
	// chains of comparisons.
	leading map[Expr]bool

	// tests are the loops whose test has a leading expression.
	tests map[*While]bool

	// tails are the bodies of try and with statements that end with an
	// assignment which can be made behind them.
	tails map[Stmt]bool

	kinds map[Expr]valueKind // of expressions, once those of variables are known

	// outward are the names in the bodies of classes that do not mean a
	// variable of the class, as that is bound only later.
	outward map[*Name]bool

	// either are those that may mean one as well as the other.
	either map[*Name]bool
}

// find returns the variable that a name means in a scope; nil if it is none
// of the module.
func (p *plan) find(s *scope, name string) *variable {
	for o := s; o != nil; o = o.parent {
		sym := o.names[name]
		switch {
		case o.parent == nil || sym.has(global):
			return p.global(name)
		case sym.has(nonlocal) || o.kind == classScope && o != s:
		case sym.has(bound | declared):
			return p.info[o].variable(o, name)
		}
	}
	return nil
}

// global returns the variable of the module of that name, or nil.
func (p *plan) global(name string) *variable {
	if p.module.names[name].has(bound | declared) {
		return p.info[p.module].variable(p.module, name)
	}
	return nil
}

// settle decides which variables are boxed.
func (p *plan) settle(o *LowerOptions) {
	for _, info := range p.infos {
		for _, v := range info.order {
			p.settleVariable(v, info)
		}
	}
	module := p.info[p.module]
	for _, v := range module.order {
		v.boxed = v.boxed || v.forward // Starlark would not know it yet
		if slices.Contains(o.Patched, v.name) || !v.early && o.known(v.name) {
			v.boxed = true
		}
	}
}

func (p *plan) settleVariable(v *variable, info *scopeInfo) {
	root := info.region
	switch {
	case v.bindings == 0 || v.deleted || v.scattered:
		v.boxed = true
	case v.handler && (v.outlives || v.captured):
		v.boxed = true
	case v.handler: // no code outside of the handler sees it
	case v.home != root:
		v.boxed = v.boxed || v.scope == p.module || v.home.loop && !v.early ||
			slices.ContainsFunc(v.uses, func(r *region) bool { return !r.within(v.home) })
	}
}
