package pysyntax

// A binder builds the scopes of a module. What it reports are the errors of
// CPython's symtable.
type binder struct {
	*scope
	scopes []*scope
	report func(n Node, format string, args ...any)

	// nonlocals are the nonlocal statements, to be checked at the end: the
	// scope that is meant may bind the name later.
	nonlocals []pending

	// broken is the number of BadStmts around the current statement: which
	// scope that is in can only be guessed.
	broken int

	// iterating is the number of comprehension iterables around the current
	// expression, in which no walrus may stand.
	iterating int
}

// A pending nonlocal statement has a name that no scope binds yet.
type pending struct {
	scope *scope
	stmt  Stmt
	name  string
}

// bind returns all scopes of the module, its own first.
func bind(m *Module, report func(n Node, format string, args ...any)) []*scope {
	b := &binder{report: report}
	b.enter(moduleScope, m)
	b.stmts(m.Body)
	for _, n := range b.nonlocals {
		owner := n.scope.owner(n.name)
		if owner == nil {
			report(n.stmt, "no binding for nonlocal '%s' found", n.name)
		} else if owner.kind == typeScope {
			report(n.stmt, "nonlocal binding not allowed for type parameter '%s'", n.name)
		}
	}
	for _, s := range b.scopes {
		s.settle()
	}
	return b.scopes
}

// enter enters a scope, which is that of n; nil if it is never lowered.
func (b *binder) enter(kind scopeKind, n Node) {
	b.scope = newScope(kind, b.scope)
	b.node = n
	b.scopes = append(b.scopes, b.scope)
}

func (b *binder) leave() { b.scope = b.scope.parent }

// flag adds to what the current scope does to a name.
func (b *binder) flag(name string, sym symbol) {
	if name != "" {
		b.names[name] |= sym
	}
}

func (b *binder) bindName(name string) { b.flag(name, bound) }

// settle gives what s binds by way of global and nonlocal to the scope that
// is meant.
func (s *scope) settle() {
	for name, sym := range s.names {
		if !sym.has(bound | declared) {
			continue
		}
		if sym.has(global) {
			s.module().names[name] |= sym & bound
		} else if sym.has(nonlocal) {
			if owner := s.owner(name); owner != nil {
				owner.names[name] |= sym & bound
			}
		}
	}
}

// owner returns the scope whose name a nonlocal statement in s means.
func (s *scope) owner(name string) *scope {
	for o := s.parent; o != nil && o.parent != nil; o = o.parent {
		sym := o.names[name]
		switch {
		case o.kind == classScope:
			if name == "__class__" {
				return o // Python binds it for the methods
			}
		case sym.has(global):
			return nil
		case sym.has(bound|declared|doubtful) && !sym.has(nonlocal):
			return o
		}
	}
	return nil
}

func (b *binder) stmts(list []Stmt) {
	for _, s := range list {
		b.stmt(s)
	}
}

// visit binds what is below n and no statement.
func (b *binder) visit(n Node) {
	switch n := n.(type) {
	case Stmt:
		b.stmt(n)
	case Expr:
		b.expr(n)
	case Pattern:
		b.pattern(n)
	case *ExceptHandler:
		maybe(n.Type, b.visit)
		b.bindName(n.Name.Name)
		b.stmts(n.Body)
	default:
		eachChild(n, b.visit)
	}
}

func (b *binder) stmt(s Stmt) {
	switch s := s.(type) {
	case *FunctionDef:
		b.functionDef(s)
	case *ClassDef:
		b.classDef(s)
	case *TypeAlias:
		b.expr(s.Name)
		b.typeParams(s.TypeParams, true)
		b.enter(typeScope, nil) // the value is computed when it is asked for
		b.what = "a type alias"
		b.expr(s.Value)
		b.leave()
		b.leave()
	case *AugAssign:
		b.augAssign(s)
	case *AnnAssign:
		b.annAssign(s)
	case *Import:
		for _, a := range s.Names {
			b.alias(a)
		}
	case *ImportFrom:
		for _, a := range s.Names {
			b.importName(a)
		}
	case *Global:
		for _, name := range s.Names {
			b.declare(s, name.Name, global, "global")
		}
	case *Nonlocal:
		for _, name := range s.Names {
			b.declare(s, name.Name, nonlocal, "nonlocal")
		}
	case *BadStmt:
		for _, name := range s.Names {
			b.flag(name.Name, doubtful)
		}
		b.badBody(s)
	case *ExprStmt:
		b.load(s.Value)
		b.expr(s.Value)
	default:
		eachChild(s, b.visit)
	}
}

// badBody binds what is in the blocks of a broken statement.
func (b *binder) badBody(s *BadStmt) {
	b.broken++
	if s.opens == moduleScope {
		b.stmts(s.Body)
	} else {
		b.enter(s.opens, nil)
		for _, name := range s.Names { // parameters maybe
			b.flag(name.Name, doubtful)
		}
		b.stmts(s.Body)
		b.leave()
	}
	b.broken--
}

// load notes a call that is a load statement if the file is Starlark.
func (b *binder) load(e Expr) {
	call, ok := e.(*Call)
	if !ok || b.kind != moduleScope {
		return
	}
	if fn, ok := call.Func.(*Name); ok && fn.ID == "load" {
		b.loads = append(b.loads, call)
	}
}

// alias binds the name of "import a.b" or "import a.b as name".
func (b *binder) alias(a *Alias) {
	if a.AsName.Name != "" {
		b.bindName(a.AsName.Name)
		return
	}
	for i := range a.Name {
		if a.Name[i] == '.' {
			b.bindName(a.Name[:i])
			return
		}
	}
	b.bindName(a.Name)
}

// importName binds a name of "from x import name".
func (b *binder) importName(a *Alias) {
	if a.Name != "*" {
		b.alias(a)
		return
	}
	if b.kind != moduleScope {
		b.report(a, "import * only allowed at module level")
	}
	b.module().star = true
}

// declare is a global or nonlocal statement for one name.
func (b *binder) declare(s Stmt, name string, flag symbol, word string) {
	sym := b.names[name]
	switch {
	case b.broken > 0:
		b.flag(name, doubtful)
	case sym.has(parameter):
		b.report(s, "name '%s' is parameter and %s", name, word)
	case sym.has(used):
		b.report(s, "name '%s' is used prior to %s declaration", name, word)
	case sym.has(annotated):
		b.report(s, "annotated name '%s' can't be %s", name, word)
	case sym.has(bound | declared):
		b.report(s, "name '%s' is assigned to before %s declaration", name, word)
	case flag == nonlocal && b.kind == moduleScope:
		b.report(s, "nonlocal declaration not allowed at module level")
	case sym.has(global|nonlocal) && !sym.has(flag):
		b.report(s, "name '%s' is nonlocal and global", name)
	default:
		b.flag(name, flag)
		if flag == nonlocal {
			b.nonlocals = append(b.nonlocals, pending{b.scope, s, name})
		}
	}
}

// augAssign reads its target as well as binding it.
func (b *binder) augAssign(s *AugAssign) {
	if name, ok := s.Target.(*Name); ok {
		b.flag(name.ID, declared)
		b.uses = append(b.uses, name)
	} else {
		b.expr(s.Target)
	}
	b.expr(s.Value)
}

func (b *binder) annAssign(s *AnnAssign) {
	name, ok := s.Target.(*Name)
	if ok && s.Simple {
		sym := b.names[name.ID]
		if sym.has(global|nonlocal) && b.kind != moduleScope {
			word := "global"
			if sym.has(nonlocal) {
				word = "nonlocal"
			}
			b.report(s, "annotated name '%s' can't be %s", name.ID, word)
		}
		b.flag(name.ID, declared|annotated)
	}
	if !ok || s.Value != nil {
		b.expr(s.Target)
	}
	b.expr(s.Annotation)
	maybe(s.Value, b.visit)
}

// typeParams enters a scope around what has type parameters. Without any, it
// does so only if always; it reports whether it did.
func (b *binder) typeParams(params []TypeParam, always bool) bool {
	if len(params) == 0 && !always {
		return false
	}
	b.enter(typeScope, nil)
	b.what = "the definition of a generic"
	for _, t := range params {
		switch t := t.(type) {
		case *TypeVar:
			b.typeParam(t, t.Name)
			if t.Bound != nil {
				b.enter(typeScope, nil) // it is computed when it is asked for
				b.what = "a TypeVar bound"
				b.expr(t.Bound)
				b.leave()
			}
		case *ParamSpec:
			b.typeParam(t, t.Name)
		case *TypeVarTuple:
			b.typeParam(t, t.Name)
		}
	}
	return true
}

func (b *binder) typeParam(n Node, name string) {
	if b.names[name].has(parameter) {
		b.report(n, "duplicate type parameter '%s'", name)
	}
	b.flag(name, bound|parameter)
}

func (b *binder) functionDef(s *FunctionDef) {
	b.bindName(s.Name.Name)
	for _, d := range s.Decorators {
		b.expr(d)
	}
	b.defaults(s.Args)
	generic := b.typeParams(s.TypeParams, false)
	each(allArgs(s.Args), b.visit) // their annotations
	maybe(s.Returns, b.visit)
	b.enter(functionScope, s)
	b.params(s.Args)
	b.stmts(s.Body)
	b.leave()
	if generic {
		b.leave()
	}
}

func (b *binder) classDef(s *ClassDef) {
	b.bindName(s.Name.Name)
	for _, d := range s.Decorators {
		b.expr(d)
	}
	generic := b.typeParams(s.TypeParams, false)
	each(s.Bases, b.visit)
	each(s.Keywords, b.visit)
	b.enter(classScope, s)
	b.stmts(s.Body)
	b.leave()
	if generic {
		b.leave()
	}
}

func (b *binder) defaults(a *Arguments) {
	for _, e := range a.Defaults {
		b.expr(e)
	}
	for _, e := range a.KwDefaults {
		maybe(e, b.visit)
	}
}

// params binds the parameters of a function in its scope.
func (b *binder) params(a *Arguments) {
	for _, arg := range allArgs(a) {
		if b.names[arg.Name].has(parameter) {
			b.report(arg, "duplicate argument '%s' in function definition", arg.Name)
		}
		b.flag(arg.Name, bound|parameter)
	}
}

// allArgs returns the parameters in the order of the text, but *args and
// **kwargs last.
func allArgs(a *Arguments) []*Arg {
	all := make([]*Arg, 0, len(a.PosOnly)+len(a.Args)+len(a.KwOnly)+2)
	all = append(append(append(all, a.PosOnly...), a.Args...), a.KwOnly...)
	if a.Vararg != nil {
		all = append(all, a.Vararg)
	}
	if a.Kwarg != nil {
		all = append(all, a.Kwarg)
	}
	return all
}
