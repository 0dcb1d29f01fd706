package pysyntax

import "slices"

// A checker reports what the grammar allows and CPython's compiler does not.
type checker struct {
	report func(n Node, format string, args ...any)

	fn         function
	loop       bool // in a loop of the function
	exceptStar bool // in a handler of except*, and no loop or function in it
}

// A function is what the code being checked belongs to.
type function struct {
	kind      scopeKind
	async     bool
	generator bool   // has a yield
	comp      string // the kind of comprehension
	awaits    bool   // a comprehension with an await in it
	unknown   bool   // in a BadStmt: it can only be guessed what this is
}

// check checks a whole module.
func check(m *Module, report func(n Node, format string, args ...any)) {
	c := &checker{report: report}
	c.futures(m.Body)
	c.stmts(m.Body)
}

// within runs f as the body of a function.
func (c *checker) within(fn function, f func()) {
	saved := *c
	c.fn, c.loop, c.exceptStar = fn, false, false
	f()
	*c = saved
}

// looping runs f as the body of a loop.
func (c *checker) looping(f func()) {
	loop, exceptStar := c.loop, c.exceptStar
	c.loop, c.exceptStar = true, false
	f()
	c.loop, c.exceptStar = loop, exceptStar
}

func (c *checker) stmts(list []Stmt) {
	for _, s := range list {
		c.stmt(s)
	}
}

// misplaced reports a statement or expression that is allowed elsewhere.
func (c *checker) misplaced(n Node, format string, args ...any) {
	if !c.fn.unknown {
		c.report(n, format, args...)
	}
}

// visit checks any node.
func (c *checker) visit(n Node) {
	switch n := n.(type) {
	case Stmt:
		c.stmt(n)
	case Expr:
		c.expr(n)
	case Pattern:
		c.pattern(n)
	case *Keyword:
		c.debugName(n, n.Arg.Name)
		c.expr(n.Value)
	case *Arg:
		c.debugName(n, n.Name)
		if star, ok := n.Annotation.(*Starred); ok {
			c.expr(star.Value)
		} else {
			maybe(n.Annotation, c.visit)
		}
	case *Alias:
		if n.AsName.Name != "" {
			c.debugName(n, n.AsName.Name)
		} else {
			c.debugName(n, n.Name)
		}
	case *ExceptHandler:
		c.debugName(n, n.Name.Name)
		eachChild(n, c.visit)
	default:
		eachChild(n, c.visit)
	}
}

// debugName reports a binding of __debug__, which is a constant.
func (c *checker) debugName(n Node, name string) {
	if name == "__debug__" {
		c.report(n, "cannot assign to __debug__")
	}
}

func (c *checker) stmt(s Stmt) {
	switch s := s.(type) {
	case *FunctionDef:
		c.functionDef(s)
		return
	case *ClassDef:
		c.classDef(s)
		return
	case *Return:
		c.returnStmt(s)
	case *Break:
		if !c.loop {
			c.leaveLoop(s, "'break' outside loop")
		}
	case *Continue:
		if !c.loop {
			c.leaveLoop(s, "'continue' not properly in loop")
		}
	case *For:
		c.forStmt(s)
		return
	case *While:
		c.expr(s.Test)
		c.looping(func() { c.stmts(s.Body) })
		c.stmts(s.Orelse)
		return
	case *With:
		if s.Async {
			c.needAsync(s, "'async with'")
		}
	case *Try:
		c.tryStmt(s)
		return
	case *Match:
		c.match(s)
	case *BadStmt:
		c.within(function{unknown: true}, func() { c.stmts(s.Body) })
		return
	case *Assign:
		for _, target := range s.Targets {
			c.bareStar(target)
		}
	}
	eachChild(s, c.visit)
}

// leaveLoop reports a break or continue outside a loop.
func (c *checker) leaveLoop(s Stmt, msg string) {
	if c.exceptStar {
		c.inExceptStar(s)
	} else {
		c.misplaced(s, "%s", msg)
	}
}

func (c *checker) inExceptStar(s Stmt) {
	c.misplaced(s, "'break', 'continue' and 'return' cannot appear in an except* block")
}

func (c *checker) returnStmt(s *Return) {
	switch {
	case c.fn.kind != functionScope:
		c.misplaced(s, "'return' outside function")
	case c.exceptStar:
		c.inExceptStar(s)
	case c.fn.async && c.fn.generator && s.Value != nil:
		c.report(s, "'return' with value in async generator")
	}
}

func (c *checker) forStmt(s *For) {
	if s.Async {
		c.needAsync(s, "'async for'")
	}
	c.bareStar(s.Target)
	c.expr(s.Target)
	c.expr(s.Iter)
	c.looping(func() { c.stmts(s.Body) })
	c.stmts(s.Orelse)
}

// needAsync reports what is not directly in an async function.
func (c *checker) needAsync(n Node, what string) {
	if !c.fn.async {
		c.misplaced(n, "%s outside async function", what)
	}
}

// bareStar reports a starred target that is in no list or tuple.
func (c *checker) bareStar(target Expr) {
	if star, ok := target.(*Starred); ok {
		c.report(star, "starred assignment target must be in a list or tuple")
	}
}

func (c *checker) tryStmt(s *Try) {
	c.stmts(s.Body)
	for i, h := range s.Handlers {
		if h.Type == nil && i < len(s.Handlers)-1 {
			c.report(h, "default 'except:' must be last")
		}
		loop, star := c.loop, c.exceptStar
		if s.Star {
			c.loop, c.exceptStar = false, true
		}
		c.visit(h)
		c.loop, c.exceptStar = loop, star
	}
	c.stmts(s.Orelse)
	c.stmts(s.Finalbody)
}

func (c *checker) functionDef(s *FunctionDef) {
	each(s.Decorators, c.visit)
	each(s.TypeParams, c.visit)
	c.visit(s.Args)
	maybe(s.Returns, c.visit)
	c.debugName(s, s.Name.Name)
	c.within(function{kind: functionScope, async: s.Async, generator: yields(s.Body)}, func() { c.stmts(s.Body) })
}

// yields reports whether there is a yield in the body of a function.
func yields(body []Stmt) (found bool) {
	for _, s := range body {
		Inspect(s, func(n Node) bool {
			switch n.(type) {
			case *Yield, *YieldFrom:
				found = true
			case *FunctionDef, *ClassDef, *Lambda:
				return false
			}
			return !found
		})
	}
	return found
}

func (c *checker) classDef(s *ClassDef) {
	each(s.Decorators, c.visit)
	each(s.TypeParams, c.visit)
	c.elements(s.Bases)
	c.keywords(s.Keywords)
	c.debugName(s, s.Name.Name)
	c.within(function{kind: classScope}, func() { c.stmts(s.Body) })
}

// keywords checks the keyword arguments of a call or class.
func (c *checker) keywords(list []*Keyword) {
	var seen map[string]bool
	for _, k := range list {
		if k.Arg.Name != "" && len(list) > 1 {
			if seen[k.Arg.Name] {
				c.report(k, "keyword argument repeated: %s", k.Arg.Name)
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[k.Arg.Name] = true
		}
		c.visit(k)
	}
}

// elements checks expressions among which stars are allowed.
func (c *checker) elements(list []Expr) {
	for _, e := range list {
		if star, ok := e.(*Starred); ok {
			e = star.Value
		}
		c.expr(e)
	}
}

func (c *checker) expr(e Expr) {
	switch e := e.(type) {
	case *Name:
		c.name(e)
		return
	case *Attribute:
		if e.Ctx == Store {
			c.debugName(e, e.Attr.Name)
		}
	case *Starred:
		if e.Ctx == Load {
			c.report(e, "can't use starred expression here")
		}
	case *Call:
		c.expr(e.Func)
		c.elements(e.Args)
		c.keywords(e.Keywords)
		return
	case *List:
		c.sequence(e.Elts, e.Ctx)
		return
	case *Tuple:
		c.sequence(e.Elts, e.Ctx)
		return
	case *Set:
		c.elements(e.Elts)
		return
	case *Lambda:
		c.visit(e.Args)
		c.within(function{kind: lambdaScope}, func() { c.expr(e.Body) })
		return
	case *Yield, *YieldFrom:
		c.yield(e)
	case *Await:
		c.await(e)
	case *ListComp:
		c.comprehension(e, e.Generators, "list comprehension", e.Elt)
		return
	case *SetComp:
		c.comprehension(e, e.Generators, "set comprehension", e.Elt)
		return
	case *DictComp:
		c.comprehension(e, e.Generators, "dict comprehension", e.Key, e.Value)
		return
	case *GeneratorExp:
		c.comprehension(e, e.Generators, "generator expression", e.Elt)
		return
	}
	eachChild(e, c.visit)
}

func (c *checker) name(e *Name) {
	if e.ID != "__debug__" {
		return
	}
	switch e.Ctx {
	case Store:
		c.report(e, "cannot assign to __debug__")
	case Del:
		c.report(e, "cannot delete __debug__")
	}
}

// sequence checks the elements of a list or tuple. As a target it may have
// one star.
func (c *checker) sequence(elts []Expr, ctx Context) {
	stars := 0
	for _, e := range elts {
		if _, ok := e.(*Starred); ok && ctx == Store {
			stars++
			if stars == 2 {
				c.report(e, "multiple starred expressions in assignment")
			}
		}
	}
	c.elements(elts)
}

func (c *checker) yield(e Expr) {
	switch c.fn.kind {
	case comprehensionScope:
		c.report(e, "'yield' inside %s", c.fn.comp)
	case functionScope:
		if _, from := e.(*YieldFrom); from && c.fn.async {
			c.report(e, "'yield from' inside async function")
		}
	case lambdaScope:
	default:
		c.misplaced(e, "'yield' outside function")
	}
}

func (c *checker) await(e Expr) {
	switch c.fn.kind {
	case moduleScope, classScope:
		c.misplaced(e, "'await' outside function")
	case comprehensionScope:
		c.fn.awaits = true
	default:
		if !c.fn.async {
			c.misplaced(e, "'await' outside async function")
		}
	}
}

// comprehension checks a comprehension, but its first iterable as part of
// what is around it.
func (c *checker) comprehension(e Expr, generators []*Comprehension, what string, elts ...Expr) {
	c.expr(generators[0].Iter)
	fn := c.fn
	c.fn = function{kind: comprehensionScope, comp: what, async: fn.async || fn.kind == comprehensionScope, unknown: fn.unknown}
	c.fn.awaits = slices.ContainsFunc(generators, func(g *Comprehension) bool { return g.Async })
	for i, g := range generators {
		c.bareStar(g.Target)
		c.expr(g.Target)
		if i > 0 {
			c.expr(g.Iter)
		}
		for _, test := range g.Ifs {
			c.expr(test)
		}
	}
	for _, elt := range elts {
		c.expr(elt)
	}
	if c.fn.awaits && !fn.async && what != "generator expression" && fn.kind != comprehensionScope {
		c.misplaced(e, "asynchronous comprehension outside of an asynchronous function")
	}
	c.fn = fn
}

// futures checks the imports from __future__: they come first.
func (c *checker) futures(body []Stmt) {
	early := true
	for i, s := range body {
		from, ok := s.(*ImportFrom)
		if !ok || from.Module.Name != "__future__" || from.Level > 0 {
			early = early && i == 0 && isDocstring(s)
			continue
		}
		if !early {
			c.report(s, "from __future__ imports must occur at the beginning of the file")
		}
		for _, a := range from.Names {
			c.future(s, a.Name)
		}
	}
}

func isDocstring(s Stmt) bool {
	e, ok := s.(*ExprStmt)
	if !ok {
		return false
	}
	c, ok := e.Value.(*Constant)
	if !ok {
		return false
	}
	_, ok = c.Value.(string)
	return ok
}

func (c *checker) future(s Stmt, name string) {
	switch name {
	case "nested_scopes", "generators", "division", "absolute_import", "with_statement",
		"print_function", "unicode_literals", "barry_as_FLUFL", "generator_stop", "annotations":
	case "braces":
		c.report(s, "not a chance")
	default:
		c.report(s, "future feature %s is not defined", name)
	}
}
