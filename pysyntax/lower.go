package pysyntax

import "go.starlark.net/syntax"

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
	// text. Each raises NameError when it is reached.
	Undefined []Unbound

	// Overloads says that a class of the file may have its own idea of
	// equality or order: LowerOptions.PlainEquality does not hold for those
	// who import it.
	Overloads bool
}

// An Imported is one name of an import statement.
type Imported struct {
	Span
	Module   string // "a.b", with the dots of a relative import before it
	Name     string // of "from a.b import name", or ""
	InTry    bool   // its failure may be handled: a handler is around it
	TopLevel bool   // it is in no function
}

// Lower gives a parsed module as a tree of Starlark. It reports what Python
// has and starhost has not; the result is nil then. The module, which must
// have no syntax errors, is not changed and may be lowered again.
func Lower(m *Module, o LowerOptions) (*Lowered, ErrorList) {
	return nil, ErrorList{{Filename: m.Filename, Span: Span{m.Pos(), m.Pos()}, Column: 1, Msg: "Python files are not supported yet"}}
}
