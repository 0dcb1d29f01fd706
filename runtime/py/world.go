package py

import (
	"errors"
	"maps"
	"strings"

	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A World is where the modules of one worker live: each Python file that the
// worker runs has one instance there. A World belongs to one goroutine; the
// zero value is ready to use.
//
// What functions change in their modules, be it a global variable, a list or
// an object that a global variable has, lasts until Rollback: a detection
// keeps no state between events but through the caching helpers.
type World struct {
	thread  *starlark.Thread // of the call that is being made
	modules map[*Program]*Module
	loading int // modules whose top-level code is running

	pending error // what ended a native loop, or went wrong where no error can be returned

	journal journal

	env       starlark.StringDict // what lowered files find predeclared
	nested    int                 // tuples of classes that isinstance is within
	handled   []*Instance         // exceptions whose handlers are running, innermost last
	libraries map[string]starlark.Value
	excs      map[string]*Class // exception classes of libraries, by name
	fields    map[*starlark.Function]*Box
}

// Begin tells the world the thread of the call that is about to be made.
func (w *World) Begin(t *starlark.Thread) {
	if w.thread != t {
		w.thread = t
		t.SetLocal(worldLocal, w)
		pytypes.SetAttr(t, func(t *starlark.Thread, x starlark.Value, name string) (starlark.Value, error) {
			return w.attr(t, starlark.Tuple{x, starlark.String(name)}, nil)
		})
	}
	w.pending = nil
	w.handled = w.handled[:0]
}

// worldLocal is the thread local that has the world of a worker.
const worldLocal = "starhost.py"

// WorldOf gives the world of the worker that a thread belongs to, for functions
// in Go that need one.
func WorldOf(t *starlark.Thread) *World {
	w, _ := t.Local(worldLocal).(*World)
	return w
}

// End ends a call: it prints the line that print has begun, and gives the
// error that the call has left, if there is one.
func (w *World) End() error {
	if len(w.modules) > 0 {
		pytypes.EndLine(w.thread)
	}
	return w.left()
}

// left gives the error that could not be returned where it came up.
func (w *World) left() error {
	err := w.pending
	w.pending = nil
	return err
}

// fail keeps an error that cannot be returned where it happens.
func (w *World) fail(err error) {
	if w.pending == nil {
		w.pending = err
	}
}

// Rollback puts back what has changed in the modules since they were loaded.
func (w *World) Rollback() { w.journal.rollback() }

// Module returns this world's instance of a program. The first call runs the
// program's top-level code, on the thread given to Begin.
func (w *World) Module(p *Program) (*Module, error) {
	if m, ok := w.modules[p]; ok {
		if m.failure != nil {
			return nil, m.failure
		}
		return m, nil
	}
	if w.modules == nil {
		w.modules = make(map[*Program]*Module)
	}
	m := &Module{program: p, world: w, globals: newBox(p.lowered.Boxed...)}
	m.globals.module = w
	w.modules[p] = m
	w.loading++
	err := m.init()
	w.loading--
	if err != nil {
		m.failure = err
		return nil, err
	}
	w.journal.fresh = append(w.journal.fresh, m)
	return m, nil
}

// A Program is a Python file that has been lowered and compiled. It is
// immutable and shared by all worlds.
type Program struct {
	// Name is the module's __name__, Path its file.
	Name, Path string

	// Main says that the module is what is run, whose classes print with
	// __main__ as their module.
	Main bool

	// Mocks stand in for names of the module once it has run. One that cannot
	// be called is what a MagicMock in its place returns.
	Mocks starlark.StringDict

	// Imports finds what the file can import, by dotted name: another
	// Program, or the module as a value (whose attributes are its members).
	Imports map[string]Import

	lowered  lowering
	compiled *starlark.Program
	needs    []string // the predeclared names that it uses
	more     starlark.StringDict

	qualnames map[place]string // of functions, by where they are defined
}

// An Import is what a file gets at under the name of a module: one of the
// fields is set.
type Import struct {
	Program *Program
	Members starlark.StringDict
	Value   starlark.Value
}

// lowering is what a Program keeps of the result of pysyntax.Lower.
type lowering struct {
	Bound, Boxed []string
}

// A Module is the instance of a Program in a World. As a value it is the
// Python module object.
type Module struct {
	program *Program
	world   *World
	globals *Box                // the variables that can change
	names   starlark.StringDict // the others
	failure error
}

var _ starlark.HasSetField = (*Module)(nil)

func (m *Module) String() string {
	return "<module '" + m.program.Name + "' from '" + m.program.Path + "'>"
}
func (m *Module) Type() string          { return "module" }
func (m *Module) Freeze()               {}
func (m *Module) Truth() starlark.Bool  { return true }
func (m *Module) Hash() (uint32, error) { return starlark.String(m.program.Name).Hash() }

// Name is the module's __name__.
func (m *Module) Name() string { return m.program.Name }

// init runs the program's top-level code.
func (m *Module) init() error {
	env := make(starlark.StringDict, len(m.program.needs)+2)
	all := m.world.predeclared()
	for _, name := range m.program.needs {
		switch name {
		case "__name__":
			env[name] = starlark.String(m.program.Name)
		case "__file__":
			env[name] = starlark.String(m.program.Path)
		case "py.globals":
			env[name] = m.globals
		case "py.import", "py.import_root", "py.from":
			env[name] = m.importer(name)
		case "py.class":
			env[name] = m.classMaker()
		default:
			env[name] = all[name]
			if v, ok := m.program.more[name]; ok {
				env[name] = v
			}
		}
	}
	names, err := m.program.compiled.Init(m.world.thread, env)
	if err == nil && m.world.pending != nil {
		err = m.world.left()
	}
	m.names = maps.Clone(names)
	for name := range m.names {
		if strings.Contains(name, ":") {
			delete(m.names, name) // an alias of the lowering
		}
	}
	if err == nil {
		err = m.mock()
	}
	return err
}

// Get returns the value of one of the module's names, or nil.
func (m *Module) Get(name string) starlark.Value {
	if v := m.globals.Get(name); v != nil {
		return v
	}
	if v, ok := m.names[name]; ok {
		return v
	}
	return nil
}

// Names lists the names that have a value.
func (m *Module) Names() []string {
	names := m.names.Keys()
	m.globals.each(func(name string, _ starlark.Value) { names = append(names, name) })
	return names
}

// mock puts the program's mocks in the place of its names, which were
// lowered to be replaced.
func (m *Module) mock() error {
	for _, name := range m.program.Mocks.Keys() {
		v := m.program.Mocks[name]
		if m.globals.find(name) < 0 {
			return errors.New("mock of a name that is not lowered to be mocked: " + name)
		}
		if fn, ok := v.(starlark.Callable); !ok || !callable(fn) {
			v = NewMock(v)
		}
		m.globals.Set(name, v)
	}
	return nil
}

// Attr returns one of the module's names.
func (m *Module) Attr(name string) (starlark.Value, error) {
	switch v := m.Get(name); {
	case v != nil:
		return v, nil
	case name == "__name__":
		return starlark.String(m.program.Name), nil
	case name == "__file__":
		return starlark.String(m.program.Path), nil
	}
	return nil, nil
}

// AttrNames lists the names that have a value.
func (m *Module) AttrNames() []string { return m.Names() }

// SetField assigns a variable of the module from outside of it, which only
// reaches what the module itself may assign.
func (m *Module) SetField(name string, v starlark.Value) error {
	if m.globals.find(name) >= 0 {
		return m.globals.SetField(name, v)
	}
	return moduleReadOnly(m, name)
}
