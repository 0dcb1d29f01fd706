package runtime

import (
	"bytes"
	"iter"
	"maps"
	"slices"

	"github.com/starhost/starhost/pysyntax"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// loaded is a file that a Loader was asked for.
type loaded struct {
	file  *File // nil if it does not load
	diags []*Diagnostic
	bad   []*Diagnostic // what keeps it from being a rule
	code  *code         // nil if it does not compile, or a pass has rewritten it

	// What the result depends on.
	src    []byte
	name   string // its __name__
	rule   bool   // it was first loaded as a rule
	asked  []asked
	blamed int // diagnostics that say no more than that a helper does not load
}

// asked is a question for a helper, and the answer.
type asked struct {
	name string
	path string // "" if there was none
	file *File  // nil if it did not load
}

// answer notes how the last question for a helper ended.
func (l *Loader) answer(path string, helper *File) {
	n := len(l.open)
	if n == 0 {
		return // a variant, which is not kept
	}
	now := l.open[n-1]
	last := &now.asked[len(now.asked)-1]
	last.path, last.file = path, helper
	if helper == nil {
		now.blamed++
	}
}

// fill loads a file: one of before, if that is the same, or compiled anew.
func (l *Loader) fill(now *loaded, path string) {
	src, unread := l.read(path)
	if unread != nil {
		now.diags = []*Diagnostic{unread}
		return
	}
	now.src = src
	for _, before := range l.Before {
		if old := before.files[path]; old != nil && l.same(old, now) {
			now.file, now.diags, now.asked, now.code = old.file, old.diags, old.asked, old.code
			return
		}
	}
	now.asked, now.blamed = nil, 0
	now.file, now.diags = l.compile(path, now.name, src, nil)
}

// code is what the text of a file compiles to, whatever its helpers are: with
// other versions of those it need only be run again.
type code struct {
	// Of a Starlark file.
	loads   []*syntax.LoadStmt
	program *starlark.Program // nil if it is not compiled yet

	// Of a Python file.
	imports   []pysyntax.Imported
	classes   bool // it makes some
	overloads bool // some of them have an equality of their own
	plain     bool // it is lowered for values that have none
	diags     []*Diagnostic
	python    *py.Program
}

// earlier gives the code of a file from before, or nil.
func (l *Loader) earlier(path, name string, src []byte) *code {
	for _, before := range l.Before {
		old := before.files[path]
		if old != nil && old.code != nil && old.name == name && old.rule == (l.rule == path) && bytes.Equal(old.src, src) {
			return old.code
		}
	}
	return nil
}

// keep notes the code of the file that is being loaded.
func (l *Loader) keep(c *code) {
	if n := len(l.open); n > 0 && l.Pass == nil {
		l.open[n-1].code = c
	}
}

// same tells whether compiling a file anew would give what it gave before: its
// text is the same, and each helper that it asks for is the very file that it
// was. The helpers are loaded in the order in which compiling would load them.
func (l *Loader) same(old, now *loaded) bool {
	if old.name != now.name || old.rule != now.rule || !bytes.Equal(old.src, now.src) {
		return false
	}
	for _, a := range old.asked {
		path, _ := l.find(a.name)
		if path != a.path || slices.Contains(l.loading, path) {
			return false
		}
		if path == "" {
			continue
		}
		if l.helpers == nil {
			l.helpers = make(map[string]bool)
		}
		l.helpers[path] = true
		if file, _ := l.File(path, a.name); file != a.file {
			return false
		}
	}
	return true
}

// Compiled are the files that a Loader has loaded, for a later one to take
// what has not changed. It is immutable.
type Compiled struct {
	files map[string]*loaded
}

// Compiled gives the files that have loaded so far.
func (l *Loader) Compiled() *Compiled {
	files := maps.Clone(l.files)
	maps.DeleteFunc(files, func(_ string, f *loaded) bool { return f.file == nil })
	return &Compiled{files}
}

// Texts gives the files' texts, by path.
func (c *Compiled) Texts() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for path, f := range c.files {
			if !yield(path, f.src) {
				return
			}
		}
	}
}

// Fresh gives the number of files that the Loader has loaded itself, rather
// than taken from Before: they, or what they load, were not there.
func (l *Loader) Fresh() int { return l.fresh }

// A Failure is a file that does not load, or that does not define what a rule
// must.
type Failure struct {
	Diagnostics []*Diagnostic

	// Because are the paths of the helpers that do not load, if nothing else is
	// wrong with the file.
	Because []string
}

// Failures gives the files that have failed so far, by path.
func (l *Loader) Failures() map[string]Failure {
	all := make(map[string]Failure)
	for path, f := range l.files {
		if f.file != nil && len(f.bad) == 0 {
			continue
		}
		failure := Failure{Diagnostics: slices.Concat(f.diags, f.bad)}
		errors := 0
		for _, d := range failure.Diagnostics {
			if d.IsError() {
				errors++
			}
		}
		if errors == f.blamed {
			for _, a := range f.asked {
				if a.path != "" && a.file == nil {
					failure.Because = append(failure.Because, a.path)
				}
			}
		}
		all[path] = failure
	}
	return all
}

// Trim lets the worker forget the Python files that it has run if they are
// more than twice as many as live, the number of rules that it serves now. It
// runs those that it still needs again when it needs them. A worker that
// outlives many sets of rules must be trimmed, or it grows with each. Trim must
// not be called during a call.
func (w *Worker) Trim(live int) {
	if len(w.rules) <= 2*live {
		return
	}
	w.rules, w.world, w.thread = nil, py.World{}, nil
}
