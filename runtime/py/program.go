package py

import (
	"slices"

	"github.com/starhost/starhost/pysyntax"
	"go.starlark.net/starlark"
)

// Compile makes a program of a lowered file. patched are the names that the
// file was lowered to let the host replace. more are names that the file finds
// beside those of Python, such as what an instrumented tree calls.
func Compile(low *pysyntax.Lowered, more starlark.StringDict) (*Program, error) {
	p := &Program{lowered: lowering{Bound: low.Bound, Boxed: low.Boxed}, more: more}
	known := func(name string) bool {
		if !available(name) && !more.Has(name) {
			return false
		}
		if !slices.Contains(p.needs, name) {
			p.needs = append(p.needs, name)
		}
		return true
	}
	var err error
	p.compiled, err = starlark.FileProgram(low.File, known)
	return p, err
}

// available tells whether a lowered file finds a name predeclared.
func available(name string) bool { return availableNames[name] }

var availableNames = newAvailableNames()

func newAvailableNames() map[string]bool {
	all := newKnownNames()
	for name := range new(World).predeclared() {
		all[name] = true
	}
	for _, name := range []string{"py.globals", "py.import", "py.import_root", "py.from", "py.class"} {
		all[name] = true
	}
	return all
}

// Names lists the names of this package that lowered files may use.
func Names() []string { return sortedKeys(availableNames) }

// Defines tells whether the file binds a name at top level.
func (p *Program) Defines(name string) bool { return slices.Contains(p.lowered.Bound, name) }

// Bound lists the names that the file binds at top level, in order.
func (p *Program) Bound() []string { return slices.Clone(p.lowered.Bound) }
