package runtime

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/starhost/starhost/pysyntax"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// isPython tells whether a file is Python, which only its name says.
func isPython(path string) bool { return strings.HasSuffix(path, ".py") }

// python is one Python file on its way into a Loader.
type python struct {
	*Loader
	file   *File
	name   string
	src    []byte
	module *pysyntax.Module // nil as long as nobody has asked for it
	diags  []*Diagnostic
}

// loadPython loads a Python file: parsed, lowered to Starlark's tree, compiled,
// and run once in the Loader's own worker. c is its code, if that is known.
func (l *Loader) loadPython(path, name string, src []byte, v *Variant, c *code) (*File, []*Diagnostic) {
	p := &python{Loader: l, name: name, src: src, file: &File{Path: path, Hash: sha256.Sum256(src)}}
	if c == nil {
		m := p.parse()
		if m == nil {
			return nil, p.diags
		}
		c = &code{imports: pysyntax.Imports(m), classes: hasClass(m)}
	}
	imports := p.resolveImports(c.imports)
	if plain := !p.file.overloads && !c.classes; c.python == nil || c.plain != plain {
		c = &code{imports: c.imports, classes: c.classes, plain: plain}
		if !p.build(c, v) {
			return nil, p.diags
		}
	}
	p.file.overloads = p.file.overloads || c.overloads
	p.diags = append(p.diags, c.diags...)
	program := *c.python
	program.Name, program.Path, program.Imports = name, path, imports
	program.Main = name == "__main__"
	if v != nil {
		program.Mocks = v.Mocks
	}
	p.file.program = &program
	if slices.ContainsFunc(p.diags, (*Diagnostic).IsError) {
		return nil, p.diags
	}
	if err := p.execute(); err != nil {
		return nil, append(p.diags, p.failure(err))
	}
	if v == nil {
		l.keep(c)
	}
	return p.file, p.diags
}

// parse gives the file's tree, or nil if it is not Python.
func (p *python) parse() *pysyntax.Module {
	if p.module == nil {
		var errs pysyntax.ErrorList
		if p.module, errs = pysyntax.Parse(p.file.Path, p.src); len(errs) > 0 {
			p.report(errs)
			return nil
		}
	}
	return p.module
}

// build lowers and compiles a file, whose imports are resolved, and reports
// whether that is done; if not, the diagnostics say why.
func (p *python) build(c *code, v *Variant) bool {
	low := p.lower(c, v)
	if low == nil {
		return false
	}
	names, bad := p.preparePython(v, low, p.src)
	if bad != nil {
		p.diags = append(append(p.diags, c.diags...), bad)
		return false
	}
	var err error
	if c.python, err = py.Compile(low, names); err != nil {
		p.diags = append(append(p.diags, c.diags...), p.resolveDiagnostics(err)...)
		return false
	}
	return true
}

// lower lowers a file, and notes what is odd about it with its code. nil says
// that it cannot be, and the diagnostics why.
func (p *python) lower(c *code, v *Variant) *pysyntax.Lowered {
	options := pysyntax.LowerOptions{
		Known:         py.Known,
		PlainEquality: c.plain,
		Unshared:      p.rule == p.file.Path,
	}
	if v != nil {
		options.Patched = v.Mocks.Keys()
	}
	low, errs := pysyntax.Lower(p.parse(), options)
	if p.report(errs); len(errs) > 0 {
		return nil
	}
	c.overloads = low.Overloads
	for _, u := range low.Undefined {
		d := p.diagnostic(u.Name.Span, "undefined", "undefined: "+u.Name.ID)
		d.Severity = Warning
		d.Hint = p.undefinedHint(u.Name.ID, u.Visible())
		c.diags = append(c.diags, d)
	}
	return low
}

// hasClass tells whether a file makes classes.
func hasClass(m *pysyntax.Module) bool {
	found := false
	pysyntax.Inspect(m, func(n pysyntax.Node) bool {
		if _, ok := n.(*pysyntax.ClassDef); ok {
			found = true
		}
		return !found
	})
	return found
}

// undefinedHint says what to do about a name that nothing binds.
func (p *python) undefinedHint(name string, visible []string) string {
	hint := "this place raises NameError when it is reached"
	if meant := didYouMean(name, visible); meant != "" {
		hint = meant + " " + hint
	}
	for _, m := range p.Modules {
		if m.Names[0] == name {
			return "import it first: import " + name
		}
	}
	for _, m := range p.Modules {
		if m.Members.Has(name) && m.Stateful {
			return fmt.Sprintf("import it first: from %s import %s", m.Names[0], name)
		}
	}
	for _, m := range p.Modules {
		if m.Members.Has(name) {
			return fmt.Sprintf("import it first: from %s import %s", m.Names[0], name)
		}
	}
	return hint
}

func (p *python) report(errs pysyntax.ErrorList) {
	for _, e := range errs {
		d := &Diagnostic{Pos: syntax.MakePosition(&p.file.Path, e.From.Line, int32(e.Column)), Code: "syntax", Msg: e.Msg}
		if e.To.Line == e.From.Line && e.To.Col > e.From.Col {
			d.EndCol = e.Column + int(e.To.Col-e.From.Col)
		}
		p.diags = append(p.diags, d)
	}
}

// diagnostic is one about a place of the file.
func (p *python) diagnostic(at pysyntax.Span, code, msg string) *Diagnostic {
	m := p.parse()
	d := &Diagnostic{
		Pos:  syntax.MakePosition(&p.file.Path, at.From.Line, int32(m.Column(at.From))),
		Code: code, Msg: msg,
	}
	if at.To.Line == at.From.Line {
		d.EndCol = m.Column(at.To)
	}
	return d
}

// resolveImports finds all that the file can import.
func (p *python) resolveImports(list []pysyntax.Imported) map[string]py.Import {
	imports := make(map[string]py.Import)
	for _, i := range list {
		found := p.resolveImport(i, i.Module, imports)
		if i.Name != "" && p.resolveImport(i, i.Module+"."+i.Name, imports) {
			found = true
		}
		if !found && !i.InTry {
			d := p.diagnostic(i.Span, "import", fmt.Sprintf("no module or helper file named %q", i.Module))
			d.Hint = didYouMean(i.Module, p.loadable())
			if !i.TopLevel {
				d.Severity = Warning
			}
			p.diags = append(p.diags, d)
		}
	}
	return imports
}

// resolveImport finds one module by its dotted name.
func (p *python) resolveImport(i pysyntax.Imported, name string, imports map[string]py.Import) bool {
	if _, done := imports[name]; done {
		return true
	}
	if path, ok := p.helper(name); ok {
		return p.importHelper(i, name, path, imports)
	}
	below := false
	for _, m := range p.Modules {
		if slices.Contains(m.Names, name) {
			p.file.Stateful = p.file.Stateful || m.Stateful
			p.file.noteLoad(name)
			imports[name] = py.Import{Members: m.Members}
			return true
		}
		below = below || slices.ContainsFunc(m.Names, func(n string) bool { return strings.HasPrefix(n, name+".") })
	}
	return below && i.Name != "" || p.importBelow(name, i, imports)
}

// importBelow tells whether a name is a package of modules, which "import a"
// alone makes available with nothing in it.
func (p *python) importBelow(name string, i pysyntax.Imported, imports map[string]py.Import) bool {
	for _, m := range p.Modules {
		for _, n := range m.Names {
			if i.Name == "" && strings.HasPrefix(n, name+".") {
				imports[n] = py.Import{Members: m.Members}
				p.file.Stateful = p.file.Stateful || m.Stateful
				return true
			}
		}
	}
	return false
}

// importHelper loads a file that the file imports.
func (p *python) importHelper(i pysyntax.Imported, name, path string, imports map[string]py.Import) bool {
	fail := func(msg, hint string) {
		d := p.diagnostic(i.Span, "import", msg)
		d.Hint = hint
		p.diags = append(p.diags, d)
	}
	if n := slices.Index(p.loading, path); n >= 0 {
		chain := append(slices.Clone(p.loading[n:]), path)
		fail("files import each other: "+strings.Join(chain, " imports "), "move what both need into a third file")
		return true
	}
	if p.helpers == nil {
		p.helpers = make(map[string]bool)
	}
	p.helpers[path] = true
	helper, diags := p.File(path, name)
	p.answer(path, helper)
	if helper == nil {
		fail(fmt.Sprintf("helper %q does not load", name), "see the error at "+firstError(diags).At())
		return true
	}
	p.file.Stateful = p.file.Stateful || helper.Stateful
	p.file.Hash = sha256.Sum256(append(p.file.Hash[:], helper.Hash[:]...))
	p.file.overloads = p.file.overloads || helper.overloads
	p.file.noteLoad(name)
	if helper.program != nil {
		imports[name] = py.Import{Program: helper.program}
	} else {
		imports[name] = py.Import{Members: helper.Globals}
	}
	return true
}

func firstError(diags []*Diagnostic) *Diagnostic {
	if i := slices.IndexFunc(diags, (*Diagnostic).IsError); i >= 0 {
		return diags[i]
	}
	return diags[0]
}

func (f *File) noteLoad(name string) {
	if !slices.Contains(f.Loads, name) {
		f.Loads = append(f.Loads, name)
	}
}

// preparePython applies a variant, if there is one, and the pass to the tree.
func (l *Loader) preparePython(v *Variant, low *pysyntax.Lowered, src []byte) (starlark.StringDict, *Diagnostic) {
	pass := l.Pass
	if v != nil {
		for _, name := range v.Mocks.Keys() {
			if !slices.Contains(low.Bound, name) {
				d := fileDiagnostic(low.File.Path, codeMock, mockMissing+name)
				d.Hint = didYouMean(name, low.Bound)
				return nil, d
			}
		}
		if v.Pass != nil {
			pass = v.Pass
		}
	}
	if pass == nil {
		return nil, nil
	}
	return pass(low.File, src), nil
}

// execute runs the file's top-level code.
func (p *python) execute() error {
	_, err := p.Worker.run(Call{Rule: p.name, Now: p.now()}, func(t *starlark.Thread) (starlark.Value, error) {
		m, err := p.Worker.world.Module(p.file.program)
		if err != nil {
			return nil, err
		}
		p.file.Globals = make(starlark.StringDict)
		for _, name := range m.Names() {
			p.file.Globals[name] = m.Get(name)
		}
		return starlark.None, nil
	})
	return err
}

// failure is an error of the file's own top-level code.
func (p *python) failure(err error) *Diagnostic {
	d := loadFailure(p.file.Path, err)
	if ce, ok := errors.AsType[*CallError](err); ok {
		d.Msg = ce.Type + ": " + d.Msg
	}
	return d
}

// module gives a worker's own instance of a Python file.
func (w *Worker) module(c Call, f *File) (*py.Module, error) {
	var m *py.Module
	_, err := w.run(c, func(*starlark.Thread) (starlark.Value, error) {
		var err error
		m, err = w.world.Module(f.program)
		return starlark.None, err
	})
	return m, err
}
