package py

import (
	"errors"
	"slices"
	"strings"

	"github.com/starhost/starhost/pysyntax"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Compile makes a program of a lowered file. patched are the names that the
// file was lowered to let the host replace. more are names that the file finds
// beside those of Python, such as what an instrumented tree calls.
func Compile(low *pysyntax.Lowered, more starlark.StringDict) (*Program, error) {
	p := &Program{lowered: lowering{Bound: low.Bound, Boxed: low.Boxed}, more: more}
	for _, f := range low.Functions {
		if p.qualnames == nil {
			p.qualnames = make(map[place]string)
		}
		p.qualnames[placeOf(f.Pos)] = f.Qualname
	}
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

// A place is a position in a known file.
type place struct{ line, col int32 }

func placeOf(p syntax.Position) place { return place{p.Line, p.Col} }

// qualname gives the __qualname__ of the function of a file that is defined at
// a position, or its name.
func (w *World) qualname(name string, at syntax.Position) string {
	for p := range w.modules {
		if p.Path == at.Filename() {
			if q, ok := p.qualnames[placeOf(at)]; ok {
				return q
			}
		}
	}
	if name == "lambda" {
		return "<lambda>"
	}
	return name
}

// Classify gives the class and the text that CPython would give an error of a
// call in this world.
func (w *World) Classify(err error) (class, msg string) {
	class, msg = Classify(err)
	ee, ok := errors.AsType[*starlark.EvalError](err)
	if !ok || !badCall.MatchString(ee.Msg) || len(ee.CallStack) == 0 {
		return class, msg
	}
	top := ee.CallStack[len(ee.CallStack)-1]
	if rest, ok := strings.CutPrefix(msg, top.Name+"()"); ok {
		msg = w.qualname(top.Name, top.Pos) + "()" + rest
	}
	return class, msg
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
