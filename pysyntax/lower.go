package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// LowerOptions say what is known of the world that a module runs in.
type LowerOptions struct {
	// Known reports whether a name exists although the module does not bind
	// it: Python's built-in names, __name__ and whatever else the host gives
	// to every file under its own name. A nil Known knows none.
	Known func(name string) bool

	// Patched are names of the top level that the host replaces after the
	// file has run: they become fields of py.globals.
	Patched []string

	// PlainEquality says that no class that the file can meet has its own
	// idea of equality, so that x == "text" can be Starlark's.
	PlainEquality bool

	// Unshared says that no other file imports this one, so that a list or set
	// of constants that its functions only look things up in does not change.
	Unshared bool
}

// Lowered is a module in Starlark's syntax tree, and what the host needs to
// know of it.
type Lowered struct {
	// File is to be compiled with Set, While, TopLevelControl, GlobalReassign
	// and Recursion on. Besides the names that are Known it uses those of
	// [Names]. Names of globals that have a colon are hidden ones.
	File *syntax.File

	// Imports are all imports of the file, in the order of the text.
	Imports []Imported

	// Bound are the names that the module binds, in the order of the text.
	Bound []string

	// Boxed are those of Bound that are fields of py.globals; the others are
	// globals of File.
	Boxed []string

	// Mutated are those of Bound whose values the module's functions may
	// change in place, sorted.
	Mutated []string

	// Undefined are the uses of names that nothing binds, in the order of the
	// text, the first hundred. Each raises NameError when it is reached.
	Undefined []Unbound

	// Functions are the functions of the file, but for lambdas.
	Functions []Function

	// Overloads says that a class of the file may have its own idea of
	// equality or order: LowerOptions.PlainEquality does not hold for those
	// who import it.
	Overloads bool
}

// A Function is what a function of the file has that one of Starlark has not.
type Function struct {
	Pos      syntax.Position // as starlark.Function.Position gives it
	Qualname string          // Python's __qualname__

	// PositionalOnly is the number of its first parameters that are positional
	// only. Their names end with a colon in the tree, so that no call can say
	// them.
	PositionalOnly int
}

// An Imported is one name of an import statement.
type Imported struct {
	Span
	Module   string // "a.b", with the dots of a relative import before it
	Name     string // of "from a.b import name", or ""
	InTry    bool   // its failure may be handled: a handler is around it
	TopLevel bool   // it is in no function
}

func (o *LowerOptions) known(name string) bool { return o.Known != nil && o.Known(name) }

// Lower gives a parsed module as a tree of Starlark. It reports what Python
// has and starhost has not; the result is nil then. The module, which must
// have no syntax errors, is not changed and may be lowered again.
func Lower(m *Module, o LowerOptions) (*Lowered, ErrorList) {
	l := &lowerer{
		plan:       makePlan(m, &o),
		m:          m,
		o:          &o,
		columns:    columns{&m.text, map[int32]*column{}},
		aliases:    map[string]string{},
		containers: map[string]string{},
		fn:         new(frame),
		place:      true,
	}
	l.scope = l.module
	l.top = l.at(m.Pos())
	l.errs = refuse(m)
	if len(l.errs) == 0 {
		l.stmts(m.Body)
	}
	if len(l.errs) > 0 {
		return nil, l.errs.finish(m.Filename, &m.text)
	}
	return l.result(), nil
}

// A lowerer is in the middle of lowering.
type lowerer struct {
	*plan
	m       *Module
	o       *LowerOptions
	columns columns
	top     syntax.Position
	errs    ErrorList

	aliases    map[string]string // hidden globals of predeclared names
	containers map[string]string // hidden globals of displays of constants, by their text
	prologue   []syntax.Stmt     // what gives the aliases their values
	displays   []syntax.Stmt     // and the containers theirs

	scope *scope
	class string // the innermost class around, for private names
	fn    *frame
	out   []syntax.Stmt // statements of the current block so far

	// place says that statements can be put into out for the current
	// expression, if it does not matter when and how often they run.
	place bool
}

// A frame is a function of the Starlark tree.
type frame struct {
	region   bool // it is a part of a function of the source
	raw      bool // what the region returns is what the function returns
	temps    int  // temporaries in use
	loop     *loop
	handled  *handled    // or nil
	handlers []*variable // names of the handlers around that have to be unbound

	helpers []string       // names of the functions made for the statements being lowered
	uses    map[string]int // how often each of them is there
}

// A loop is one in the current frame.
type loop struct {
	flag     string // what is set by break, for an else; or ""
	handlers int    // how many handlers there were around it
}

// within runs f for the body of the function, class or comprehension n.
func (l *lowerer) within(n Node, f func()) {
	outer := l.scope
	l.scope = l.scopes[n]
	f()
	l.scope = outer
}

// inFrame runs f in a new frame and returns the statements that it emits.
func (l *lowerer) inFrame(fn *frame, pos syntax.Position, f func()) []syntax.Stmt {
	outer, place := l.fn, l.place
	l.fn, l.place = fn, true
	body := l.collect(pos, f)
	l.fn, l.place = outer, place
	return body
}

// misplaced runs f for expressions before which no statement can be put: they
// stand in a lambda or comprehension, whose variables they may use.
func (l *lowerer) misplaced(f func()) {
	place := l.place
	l.place = false
	f()
	l.place = place
}

// result puts the parts together.
func (l *lowerer) result() *Lowered {
	module := l.info[l.module]
	constants := l.displays
	for _, name := range module.boxes() {
		if l.o.known(name) {
			constants = append(constants, assign(boxField(l.alias("py.globals"), name, l.top), ident(l.alias(name), l.top), l.top))
		}
	}
	stmts := slices.Concat(l.prologue, constants, l.out)
	low := &Lowered{
		File: &syntax.File{
			Path:  l.m.Filename,
			Stmts: stmts,
			Options: &syntax.FileOptions{
				Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true,
			},
		},
		Imports:   Imports(l.m),
		Boxed:     module.boxes(),
		Mutated:   l.mutated(),
		Undefined: Resolver{Known: l.o.Known}.Undefined(l.m),
		Functions: l.functions(),
		Overloads: l.overloads(),
	}
	low.Undefined = low.Undefined[:min(len(low.Undefined), maxErrors)]
	for _, v := range module.order {
		if v.bindings > 0 {
			low.Bound = append(low.Bound, v.name)
		}
	}
	return low
}
