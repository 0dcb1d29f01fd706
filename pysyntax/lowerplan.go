package pysyntax

import "slices"

// A planner walks over a module in the order in which it runs, and makes the
// plan of its lowering.
type planner struct {
	*plan
	known    func(name string) bool
	scope    *scope
	branches int // conditions around the current place in its region
	loops    int // loops around it in its function
	handlers []*variable
	lead     *lead // nil where something of the statement has happened already
	*count
}

// A count is of the whole module, wherever the planner is in it.
type count struct {
	statements int
	marks      []mark
}

func makePlan(m *Module, o *LowerOptions) *plan {
	p := &planner{known: o.known, count: new(count), plan: &plan{
		module:  m.scopes[0],
		info:    make(map[*scope]*scopeInfo, len(m.scopes)),
		scopes:  make(map[Node]*scope, len(m.scopes)),
		leading: map[Expr]bool{},
		tests:   map[*While]bool{},
		tails:   map[Stmt]bool{},
		outward: map[*Name]bool{},
		either:  map[*Name]bool{},
	}}
	for i, s := range m.scopes {
		p.info[s] = &scopeInfo{id: i, vars: map[string]*variable{}, region: new(region)}
		p.infos = append(p.infos, p.info[s])
		if s.node != nil {
			p.scopes[s.node] = s
		}
	}
	p.scope = p.module
	p.stmts(m.Body)
	p.settle(o)
	p.settleMarks()
	p.inferKinds()
	return p.plan
}

// within runs f in the scope of n.
func (p *planner) within(n Node, f func()) {
	outer := *p
	p.scope, p.branches, p.loops, p.lead = p.scopes[n], 0, 0, nil
	f()
	*p = outer
}

// inRegion runs f in a region of the current scope.
func (p *planner) inRegion(f func()) {
	info, branches := p.info[p.scope], p.branches
	outer := info.region
	info.region = &region{parent: outer, loop: p.loops > 0}
	p.branches = 0
	f()
	info.region, p.branches = outer, branches
}

// branch runs f for what may not happen at all.
func (p *planner) branch(f func()) {
	p.branches++
	f()
	p.branches--
}

// block walks over statements that may not happen at all.
func (p *planner) block(list []Stmt) { p.branch(func() { p.stmts(list) }) }

// use is a use of a name where the planner is.
func (p *planner) use(name string, n *Name) {
	v := p.find(p.scope, name)
	if p.scope.kind == classScope && v != nil && v.scope == p.scope {
		v = p.useInClass(v, n)
	}
	if v == nil {
		return
	}
	p.meet(v)
	v.reads++
	for s := p.scope; s != v.scope; s = s.parent {
		if sym := s.names[name]; s.kind != classScope && sym.has(bound|declared) && !sym.has(global|nonlocal) {
			v.boxed = true // Starlark would take the name for that of s
		}
		switch s.kind {
		case functionScope, lambdaScope:
			v.captured = true
		case classScope:
			v.captured = true
			if p.info[s].defs[name] {
				v.boxed = true // the def would hide it
			}
		case comprehensionScope:
			if _, lazy := s.node.(*GeneratorExp); lazy {
				v.captured = true
			}
		}
	}
	if r := p.info[v.scope].region; !slices.Contains(v.uses, r) {
		v.uses = append(v.uses, r)
	}
	v.forward = v.forward || v.bindings == 0 && p.scope == p.module
	v.seen = true
}

// useInClass is a use of a variable of the class in its body. As long as that
// has not bound it, the module's is meant, or Python's own.
func (p *planner) useInClass(v *variable, n *Name) *variable {
	outer := p.global(v.name)
	likely := p.info[p.scope].bound[v.name]
	if likely == 0 && p.loops > 0 {
		likely = perhaps
	}
	switch likely {
	case certain:
		return v
	case perhaps:
		if n != nil && (outer != nil || p.known(v.name)) {
			p.either[n] = true
		}
	default:
		if n != nil {
			p.outward[n] = true
		}
	}
	return outer
}

// meet notes that something happens to v.
func (p *planner) meet(v *variable) {
	if !slices.Contains(p.handlers, v) {
		v.outlives = true
	}
}

// bind binds a name where the planner is, to a value of a source.
func (p *planner) bind(name string, value source) *variable {
	v := p.find(p.scope, name)
	if v == nil {
		return new(variable) // it stands in a statement that did not parse
	}
	p.meet(v)
	if !v.seen {
		v.early = p.branches == 0 && p.scope == v.scope
	}
	v.seen = true
	v.bindings++
	v.values = append(v.values, value)
	switch r := p.info[v.scope].region; {
	case p.scope != v.scope:
		v.boxed = true
	case v.home == nil:
		v.home = r
	case v.home != r:
		v.scattered = true
	}
	if p.scope.kind == classScope {
		info := p.info[p.scope]
		if info.bound == nil {
			info.bound = map[string]likelihood{}
		}
		if p.branches == 0 && info.region.parent == nil {
			info.bound[name] = certain
		} else {
			info.bound[name] = max(perhaps, info.bound[name])
		}
	}
	return v
}

// start starts a statement.
func (p *planner) start() {
	p.count.statements++
	p.lead = &lead{stmt: p.count.statements}
}

func (p *planner) stmts(list []Stmt) {
	for _, s := range list {
		p.start()
		p.stmt(s)
	}
	p.lead = nil
}

func (p *planner) stmt(s Stmt) {
	switch s := s.(type) {
	case *ExprStmt:
		p.expr(s.Value)
	case *Assign:
		p.expr(s.Value)
		for _, t := range s.Targets {
			p.assign(t, s.Value)
		}
	case *AugAssign:
		p.augAssign(s)
	case *AnnAssign:
		p.annAssign(s)
	case *Return:
		p.maybe(s.Value)
	case *Raise:
		p.maybe(s.Exc)
		p.maybe(s.Cause)
	case *Assert:
		p.expr(s.Test)
		p.lead = nil
		p.branch(func() { p.maybe(s.Msg) })
	case *Delete:
		for _, t := range s.Targets {
			p.del(t)
		}
	case *If:
		p.expr(s.Test)
		p.block(s.Body)
		p.block(s.Orelse)
	case *While:
		p.while(s)
	case *For:
		p.expr(s.Iter)
		p.loops++
		p.branch(func() {
			p.bindEach(s.Target, s.Iter)
			p.stmts(s.Body)
		})
		p.loops--
		p.block(s.Orelse)
	case *Try:
		p.try(s)
	case *With:
		p.with(s, s.Items)
	case *FunctionDef:
		p.functionDef(s)
	case *ClassDef:
		p.classDef(s)
	case *TypeAlias:
		p.bind(s.Name.ID, source{})
	case *Match:
		p.expr(s.Subject)
		for _, c := range s.Cases {
			p.branch(func() {
				p.pattern(c.Pattern)
				p.lead = nil
				p.maybe(c.Guard)
				p.stmts(c.Body)
			})
		}
	case *Import:
		for _, a := range s.Names {
			p.bindModule(a)
		}
	case *ImportFrom:
		for _, a := range s.Names {
			if a.Name != "*" && s.Module.Name != "__future__" {
				p.bind(boundName(a), source{})
			}
		}
	case *BadStmt:
		p.block(s.Body)
	}
}

// bindModule binds the name of "import a.b" or "import a.b as c".
func (p *planner) bindModule(a *Alias) {
	v := p.bind(boundName(a), source{})
	switch {
	case p.scope != p.module:
	case a.AsName.Name != "":
		v.imports = append(v.imports, a.AsName.Name)
	default:
		v.imports = append(v.imports, a.Name)
	}
}

// boundName returns the name that an import binds.
func boundName(a *Alias) string {
	if a.AsName.Name != "" {
		return a.AsName.Name
	}
	for i := range a.Name {
		if a.Name[i] == '.' {
			return a.Name[:i]
		}
	}
	return a.Name
}

func (p *planner) while(s *While) {
	before := len(p.leading)
	p.loops++
	p.expr(s.Test)
	if len(p.leading) > before {
		p.tests[s] = true
	}
	p.block(s.Body)
	p.loops--
	p.block(s.Orelse)
}

// augAssign binds the target of x += 1, which it uses first.
func (p *planner) augAssign(s *AugAssign) {
	name, ok := s.Target.(*Name)
	if ok {
		p.use(name.ID, name)
		if v := p.find(p.scope, name.ID); v != nil {
			p.read(v)
		}
	} else {
		p.lead = nil
		p.target(s.Target)
	}
	p.expr(s.Value)
	if ok {
		p.bind(name.ID, source{aug: s, scope: p.scope})
	}
}

func (p *planner) annAssign(s *AnnAssign) {
	if s.Value != nil {
		p.expr(s.Value)
		p.assign(s.Target, s.Value)
	} else if _, ok := s.Target.(*Name); !ok {
		p.target(s.Target)
	}
	if s.Simple && p.scope.kind == classScope {
		p.expr(s.Annotation)
	}
}

// assign binds what is in a target, which is assigned the value of an
// expression.
func (p *planner) assign(t, value Expr) {
	switch t := t.(type) {
	case *Name:
		p.bind(t.ID, source{expr: value, scope: p.scope})
	case *Tuple, *List:
		targets := elementsOf(t)
		values := elementsOf(value)
		if len(targets) != len(values) || slices.ContainsFunc(append(targets, values...), isStarred) {
			p.target(t)
			return
		}
		for i := range targets {
			p.assign(targets[i], values[i])
		}
	default:
		p.target(t)
	}
}

// elementsOf returns a copy of the elements of a tuple or list display.
func elementsOf(e Expr) []Expr {
	switch e := e.(type) {
	case *Tuple:
		return slices.Clone(e.Elts)
	case *List:
		return slices.Clone(e.Elts)
	}
	return nil
}

func isStarred(e Expr) bool {
	_, ok := e.(*Starred)
	return ok
}

// bindEach binds the target of a for over an iterable.
func (p *planner) bindEach(t, iter Expr) {
	if name, ok := t.(*Name); ok {
		p.bind(name.ID, source{each: iter, scope: p.scope})
		return
	}
	p.target(t)
}

// target binds the names in a target to values that nothing is known of, and
// walks over what is evaluated for it.
func (p *planner) target(t Expr) {
	p.lead = nil
	switch t := t.(type) {
	case *Name:
		p.bind(t.ID, source{})
	case *Starred:
		p.target(t.Value)
	case *Tuple:
		for _, e := range t.Elts {
			p.target(e)
		}
	case *List:
		for _, e := range t.Elts {
			p.target(e)
		}
	case *Attribute:
		p.expr(t.Value)
	case *Subscript:
		p.expr(t.Value)
		p.expr(t.Slice)
	}
}

func (p *planner) del(t Expr) {
	p.lead = nil
	switch t := t.(type) {
	case *Name:
		p.use(t.ID, t)
		if v := p.find(p.scope, t.ID); v != nil {
			v.deleted = true
		}
		if p.scope.kind == classScope {
			delete(p.info[p.scope].bound, t.ID)
		}
	case *Tuple:
		for _, e := range t.Elts {
			p.del(e)
		}
	case *List:
		for _, e := range t.Elts {
			p.del(e)
		}
	default:
		p.target(t)
	}
}

// try walks over a try statement. A finally makes a region of all before it, a
// handler of the body.
func (p *planner) try(s *Try) {
	switch {
	case len(s.Finalbody) > 0 && len(s.Handlers) > 0:
		p.inRegion(func() { p.handled(s) })
	case len(s.Finalbody) > 0:
		p.inRegion(func() { p.stmts(s.Body) })
	default:
		p.handled(s)
	}
	p.stmts(s.Finalbody)
}

// handled walks over a try statement but its finally.
func (p *planner) handled(s *Try) {
	tail, ok := tailOf(s.Body)
	if ok && len(s.Handlers) > 0 {
		p.tails[s] = true
		p.inRegion(func() {
			p.stmts(s.Body[:len(s.Body)-1])
			p.tailValue(tail)
		})
	} else {
		p.inRegion(func() { p.stmts(s.Body) })
	}
	p.branch(func() {
		if p.tails[s] {
			p.tailTarget(tail)
		}
	})
	for _, h := range s.Handlers {
		p.branch(func() { p.handle(h) })
	}
	p.block(s.Orelse)
}

func (p *planner) handle(h *ExceptHandler) {
	p.lead = nil
	p.maybe(h.Type)
	if h.Name.Name == "" {
		p.stmts(h.Body)
		return
	}
	v := p.find(p.scope, h.Name.Name)
	p.handlers = append(p.handlers, v)
	p.bind(h.Name.Name, source{}).handler = true
	p.stmts(h.Body)
	p.handlers = p.handlers[:len(p.handlers)-1]
}

// with walks over a with statement from the first of some of its items on.
func (p *planner) with(s *With, items []*WithItem) {
	item := items[0]
	p.expr(item.Context)
	p.lead = nil
	_, simple := item.Vars.(*Name)
	if simple {
		p.target(item.Vars)
	}
	last := len(items) == 1
	tail, ok := tailOf(s.Body)
	p.inRegion(func() {
		if item.Vars != nil && !simple {
			p.target(item.Vars)
		}
		switch {
		case !last:
			p.with(s, items[1:])
		case ok:
			p.tails[s] = true
			p.stmts(s.Body[:len(s.Body)-1])
			p.tailValue(tail)
		default:
			p.stmts(s.Body)
		}
	})
	if last && ok {
		p.branch(func() { p.tailTarget(tail) })
	}
}

func (p *planner) functionDef(s *FunctionDef) {
	for _, d := range s.Decorators {
		p.expr(d)
	}
	p.lead = nil
	p.defaults(s.Args)
	p.bind(s.Name.Name, source{})
	p.typeParams(s, s.TypeParams)
	p.within(s, func() {
		p.params(s.Args)
		p.stmts(s.Body)
	})
}

// typeParams makes variables of the type parameters of s.
func (p *planner) typeParams(s Node, params []TypeParam) {
	if len(params) == 0 {
		return
	}
	scope := p.scopes[s].parent
	for _, t := range params {
		v := p.info[scope].variable(scope, typeParamName(t))
		v.bindings, v.home = 1, p.info[scope].region
		v.values = []source{{}}
		v.ident = v.name + ":" + itoa(p.info[scope].id)
	}
}

func typeParamName(t TypeParam) string {
	switch t := t.(type) {
	case *TypeVar:
		return t.Name
	case *ParamSpec:
		return t.Name
	case *TypeVarTuple:
		return t.Name
	}
	return ""
}

func (p *planner) defaults(a *Arguments) {
	for _, e := range a.Defaults {
		p.expr(e)
	}
	for _, e := range a.KwDefaults {
		p.maybe(e)
	}
}

func (p *planner) params(a *Arguments) {
	for _, arg := range allArgs(a) {
		p.bind(arg.Name, source{}).ident = paramName(a, arg)
	}
}

func (p *planner) classDef(s *ClassDef) {
	for _, d := range s.Decorators {
		p.expr(d)
	}
	p.lead = nil
	p.typeParams(s, s.TypeParams)
	outer := p.scope
	p.scope = p.scopes[s].parent
	p.exprs(s.Bases)
	for _, k := range s.Keywords {
		p.expr(k.Value)
	}
	p.scope = outer
	p.within(s, func() {
		p.info[p.scope].defs = definitions(s.Body)
		p.stmts(s.Body)
	})
	p.bind(s.Name.Name, source{})
}

// definitions returns the names that def and class statements bind in a class
// body.
func definitions(body []Stmt) map[string]bool {
	names := map[string]bool{}
	for _, s := range body {
		Inspect(s, func(n Node) bool {
			switch n := n.(type) {
			case *FunctionDef:
				names[n.Name.Name] = true
				return false
			case *ClassDef:
				names[n.Name.Name] = true
				return false
			case Expr:
				return false
			}
			return true
		})
	}
	return names
}

func (p *planner) pattern(n Pattern) {
	Inspect(n, func(n Node) bool {
		switch n := n.(type) {
		case Expr:
			p.lead = nil
			p.expr(n)
			return false
		case *MatchStar:
			p.capture(n.Name)
		case *MatchAs:
			p.capture(n.Name)
		case *MatchMapping:
			p.capture(n.Rest)
		}
		return true
	})
}

func (p *planner) capture(name Ident) {
	if name.Name != "" {
		p.bind(name.Name, source{})
	}
}
