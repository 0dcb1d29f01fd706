package runtime

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// MaxFileSize is the size in bytes above which a rule file is refused.
const MaxFileSize = 1 << 20

// dialect is the Starlark that rule files are written in. All that rule
// authors expect of Python and that Starlark can switch on is on: sets, while
// loops, recursion, control flow and reassignment at top level. What that
// opens (loops without end) is bounded by the limits of each call.
var dialect = syntax.FileOptions{
	Set:             true,
	While:           true,
	TopLevelControl: true,
	GlobalReassign:  true,
	Recursion:       true,
}

// A Loader compiles rule files and the helper files that they load, each file
// once. It serves one reading of a rule directory and one goroutine; the
// files that it returns are immutable and shared freely.
type Loader struct {
	// Modules are the built-in modules that files may load.
	Modules []Module

	// Helper finds the file of a helper by the name under which rules load
	// it. nil means that there are none. A helper wins over a module of the
	// same name.
	Helper func(name string) (path string, ok bool)

	// HelperNames are the names that Helper knows, for "did you mean".
	HelperNames []string

	// ReadFile reads a file; nil means os.ReadFile.
	ReadFile func(path string) ([]byte, error)

	// Worker runs the files' top-level code.
	Worker Worker

	// Pass, if not nil, rewrites the tree of every file.
	Pass Pass

	// Now is what clocks show to top-level code; zero means the wall clock.
	Now time.Time

	// Before are what earlier loaders compiled, with the same Modules, Worker
	// and Pass: a file that is as it was there, with all that it loads, is
	// taken from the first that has it.
	Before []*Compiled

	files   map[string]*loaded
	open    []*loaded       // of the files being loaded, outermost first
	fresh   int             // files that were loaded here
	loading []string        // paths of the files being loaded, outermost first
	helpers map[string]bool // paths of the files that other files load
	rule    string          // path of the file that is being loaded as a rule
}

// A File is a compiled rule or helper file after its top-level code has run.
type File struct {
	Path string

	// Globals are the names that the file defines. They are frozen.
	Globals starlark.StringDict

	// Loads are the names of what the file loads, in order, each once.
	Loads []string

	// Stateful says that the file can reach a stateful module, itself or
	// through what it loads.
	Stateful bool

	// Hash tells versions of the file apart: it is of the file's text, and of
	// the helpers that it loads.
	Hash [sha256.Size]byte

	program *py.Program // of a Python file: each worker has its own instance

	// overloads says that the file, or one that it imports, has classes with
	// an equality of their own.
	overloads bool
}

// Python says that the file is Python. Its Globals are then those of one
// instance, which serves to look at, not to call.
func (f *File) Python() bool { return f.program != nil }

// File loads the file at path, under the given __name__. The same path always
// gives the same result, whatever the name. A file with any error diagnostic
// comes back as nil; warnings come with a file.
func (l *Loader) File(path, name string) (*File, []*Diagnostic) {
	if done, ok := l.files[path]; ok {
		return done.file, done.diags
	}
	now := &loaded{name: name, rule: l.rule == path}
	l.loading = append(l.loading, path)
	l.open = append(l.open, now)
	l.fill(now, path)
	l.open = l.open[:len(l.open)-1]
	l.loading = l.loading[:len(l.loading)-1]
	if l.files == nil {
		l.files = make(map[string]*loaded)
	}
	SortDiagnostics(now.diags)
	l.files[path] = now
	return now.file, now.diags
}

// Loaded reports whether another file loads the one at path.
func (l *Loader) Loaded(path string) bool { return l.helpers[path] }

// Diagnostics gives all that was found in all files so far, in order.
func (l *Loader) Diagnostics() []*Diagnostic {
	var all []*Diagnostic
	for _, f := range l.files {
		all = append(append(all, f.diags...), f.bad...)
	}
	SortDiagnostics(all)
	return all
}

// compile makes a file of its text, in the way v says if it is not nil.
func (l *Loader) compile(path, name string, src []byte, v *Variant) (*File, []*Diagnostic) {
	l.fresh++
	var c *code
	if v == nil {
		c = l.earlier(path, name, src)
	}
	if isPython(path) {
		return l.loadPython(path, name, src, v, c)
	}
	var tree *syntax.File
	var diags []*Diagnostic
	if c == nil {
		if tree, diags = l.parse(path, src); tree == nil {
			return nil, diags
		}
		c = &code{loads: loadsOf(tree)}
	}
	file := &File{Path: path, Hash: sha256.Sum256(src)}
	env, more := l.resolveLoads(c.loads, file)
	diags = append(diags, more...)

	predeclared := l.predeclared(name)
	if c.program == nil {
		names, bad := l.prepare(v, tree, src, env)
		if bad != nil {
			return nil, append(diags, bad)
		}
		maps.Copy(predeclared, names)
		if c.program, more = l.program(tree, predeclared.Has); c.program == nil {
			return nil, append(diags, more...)
		}
	}
	if slices.ContainsFunc(diags, (*Diagnostic).IsError) {
		return nil, diags
	}
	var err error
	if file.Globals, err = l.execute(c.program, predeclared, env, name); err != nil {
		return nil, append(diags, loadFailure(path, err))
	}
	if v == nil {
		l.keep(c)
	}
	return file, diags
}

func loadsOf(tree *syntax.File) []*syntax.LoadStmt {
	var loads []*syntax.LoadStmt
	for _, stmt := range tree.Stmts {
		if load, ok := stmt.(*syntax.LoadStmt); ok {
			loads = append(loads, load)
		}
	}
	return loads
}

// program guards and compiles a tree. has tells the names that it may use.
func (l *Loader) program(tree *syntax.File, has func(name string) bool) (*starlark.Program, []*Diagnostic) {
	if err := guard.Rewrite(tree); err != nil {
		return nil, []*Diagnostic{syntaxDiagnostic(tree.Path, err)}
	}
	prog, err := starlark.FileProgram(tree, has)
	if err != nil {
		return nil, l.resolveDiagnostics(err)
	}
	return prog, nil
}

// read gives the text of a file, or what keeps it from being read.
func (l *Loader) read(path string) ([]byte, *Diagnostic) {
	read := l.ReadFile
	if read == nil {
		read = os.ReadFile
	}
	src, err := read(path)
	if err == nil && len(src) > MaxFileSize {
		err = fmt.Errorf("file is too large: %d bytes, at most %d are allowed", len(src), MaxFileSize)
	}
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err // the place names the file already
	}
	if err != nil {
		return nil, fileDiagnostic(path, "read", err.Error())
	}
	return src, nil
}

// parse gives the tree of a file, or the reasons why there is none.
func (l *Loader) parse(path string, src []byte) (*syntax.File, []*Diagnostic) {
	options := dialect
	tree, err := options.Parse(path, src, 0)
	if err == nil {
		return tree, nil
	}
	if habits := l.pythonHabits(path, src); len(habits) > 0 {
		return nil, habits
	}
	return nil, []*Diagnostic{syntaxDiagnostic(path, err)}
}

func syntaxDiagnostic(path string, err error) *Diagnostic {
	d := &Diagnostic{Code: "syntax", Msg: err.Error(), Pos: filePosition(path)}
	if se, ok := errors.AsType[syntax.Error](err); ok {
		d.Pos, d.Msg = se.Pos, se.Msg
	}
	return d
}

// predeclared are the names that every file finds without loading anything.
func (l *Loader) predeclared(name string) starlark.StringDict {
	env := guard.Builtins()
	env["__name__"] = starlark.String(name)
	return env
}

// known reports whether a name needs no definition.
func (l *Loader) known(name string) bool {
	return l.predeclared("").Has(name) || starlark.Universe.Has(name) || name == "load"
}

// environment maps the name in a load statement to what it offers.
type environment map[string]starlark.StringDict

// resolveLoads finds all that a file loads, before the file runs, so that
// every load that cannot succeed is reported with its place.
func (l *Loader) resolveLoads(loads []*syntax.LoadStmt, file *File) (environment, []*Diagnostic) {
	env := make(environment)
	var diags []*Diagnostic
	for _, load := range loads {
		name := load.ModuleName()
		if !slices.Contains(file.Loads, name) {
			file.Loads = append(file.Loads, name)
			env[name] = make(starlark.StringDict)
		}
		diags = append(diags, l.resolveLoad(load, name, file, env[name])...)
	}
	return env, diags
}

func (l *Loader) resolveLoad(load *syntax.LoadStmt, name string, file *File, names starlark.StringDict) []*Diagnostic {
	find, candidates, d := l.target(load, name, file)
	if d != nil {
		return []*Diagnostic{d}
	}
	var diags []*Diagnostic
	for _, id := range load.From {
		v, ok := find(id.Name)
		if !ok {
			diags = append(diags, &Diagnostic{
				Pos: id.NamePos, EndCol: int(id.NamePos.Col) + len(id.Name) + 2, Code: "load",
				Msg:  fmt.Sprintf("%s has no name %s", name, id.Name),
				Hint: didYouMean(id.Name, candidates),
			})
			continue
		}
		names[id.Name] = v
	}
	return diags
}

// target finds what a load statement loads from: a helper file or a module.
func (l *Loader) target(load *syntax.LoadStmt, name string, file *File) (find func(string) (starlark.Value, bool), candidates []string, d *Diagnostic) {
	if path, ok := l.helper(name); ok {
		helper, d := l.loadHelper(load, name, path)
		if d != nil {
			return nil, nil, d
		}
		if helper.Python() {
			d := loadDiagnostic(load, fmt.Sprintf("helper %q is a Python file, which a Starlark file cannot load", name), "a Python file can import Starlark helpers, not the other way round: write the helper in Starlark, or the rule in Python")
			return nil, nil, d
		}
		file.Stateful = file.Stateful || helper.Stateful
		file.Hash = sha256.Sum256(append(file.Hash[:], helper.Hash[:]...))
		return func(n string) (starlark.Value, bool) { v, ok := helper.Globals[n]; return v, ok },
			slices.Collect(maps.Keys(helper.Globals)), nil
	}
	for i, m := range l.Modules {
		if slices.Contains(m.Names, name) {
			file.Stateful = file.Stateful || m.Stateful
			return func(n string) (starlark.Value, bool) { return l.Modules[i].lookup(name, n) },
				m.Members.Keys(), nil
		}
	}
	return nil, nil, loadDiagnostic(load, fmt.Sprintf("no module or helper file named %q", name), didYouMean(name, l.loadable()))
}

// helper finds the file of a helper, and notes that the file that is being
// loaded depends on the answer.
func (l *Loader) helper(name string) (string, bool) {
	path, ok := l.find(name)
	if n := len(l.open); n > 0 {
		l.open[n-1].asked = append(l.open[n-1].asked, asked{name: name, path: path})
	}
	return path, ok
}

// find finds the file of a helper: "" for none.
func (l *Loader) find(name string) (string, bool) {
	if l.Helper == nil {
		return "", false
	}
	path, ok := l.Helper(name)
	if !ok {
		return "", false
	}
	return path, true
}

func (l *Loader) loadHelper(load *syntax.LoadStmt, name, path string) (*File, *Diagnostic) {
	if i := slices.Index(l.loading, path); i >= 0 {
		chain := append(slices.Clone(l.loading[i:]), path)
		return nil, loadDiagnostic(load, "files load each other: "+strings.Join(chain, " loads "),
			"move what both need into a third file")
	}
	if l.helpers == nil {
		l.helpers = make(map[string]bool)
	}
	l.helpers[path] = true
	helper, diags := l.File(path, name)
	l.answer(path, helper)
	if helper == nil {
		return nil, loadDiagnostic(load, fmt.Sprintf("helper %q does not load", name), "see the error at "+firstError(diags).At())
	}
	return helper, nil
}

// loadable lists every name that load accepts.
func (l *Loader) loadable() []string {
	names := slices.Clone(l.HelperNames)
	for _, m := range l.Modules {
		names = append(names, m.Names...)
	}
	return names
}

// execute runs the top-level code of a file and freezes what it defines.
func (l *Loader) execute(prog *starlark.Program, predeclared starlark.StringDict, env environment, name string) (starlark.StringDict, error) {
	var globals starlark.StringDict
	_, err := l.Worker.run(Call{Rule: name, Now: l.now()}, func(t *starlark.Thread) (starlark.Value, error) {
		t.Load = func(_ *starlark.Thread, name string) (starlark.StringDict, error) { return env[name], nil }
		var err error
		if globals, err = prog.Init(t, predeclared); err != nil {
			return nil, err
		}
		return starlark.None, guard.Freeze(globals)
	})
	return globals, err
}

// now is what clocks show to top-level code.
func (l *Loader) now() time.Time {
	if l.Now.IsZero() {
		return time.Now()
	}
	return l.Now
}

func loadDiagnostic(load *syntax.LoadStmt, msg, hint string) *Diagnostic {
	pos := load.Module.TokenPos
	return &Diagnostic{Pos: pos, EndCol: int(pos.Col) + len([]rune(load.Module.Raw)), Code: "load", Msg: msg, Hint: hint}
}

// loadFailure is an error of a file's own top-level code.
func loadFailure(path string, err error) *Diagnostic {
	ce, ok := errors.AsType[*CallError](err)
	if !ok {
		return fileDiagnostic(path, "load", err.Error())
	}
	d := ce.Diagnostic
	d.Code = "load"
	if d.Pos.Line == 0 {
		d.Pos = filePosition(path)
	}
	return &d
}

// resolveDiagnostics converts the resolver's errors: undefined names and the
// like, all of a file at once.
func (l *Loader) resolveDiagnostics(err error) []*Diagnostic {
	list, ok := errors.AsType[resolve.ErrorList](err)
	if !ok {
		return []*Diagnostic{{Code: "compile", Msg: err.Error()}}
	}
	var diags []*Diagnostic
	for _, e := range list {
		d := &Diagnostic{Pos: e.Pos, Code: "resolve", Msg: e.Msg}
		if name, ok := strings.CutPrefix(e.Msg, "undefined: "); ok {
			name, _, _ = strings.Cut(name, " ")
			d.Code, d.EndCol = "undefined", int(e.Pos.Col)+len(name)
			d.Hint = l.undefinedHint(name)
		}
		diags = append(diags, d)
	}
	return diags
}

func fileDiagnostic(path, code, msg string) *Diagnostic {
	return &Diagnostic{Pos: filePosition(path), Code: code, Msg: msg}
}

func filePosition(path string) syntax.Position { return syntax.MakePosition(&path, 0, 0) }
