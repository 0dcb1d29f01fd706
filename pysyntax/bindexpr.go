package pysyntax

func (b *binder) expr(e Expr) {
	switch e := e.(type) {
	case *Name:
		switch e.Ctx {
		case Load:
			b.flag(e.ID, used)
			b.uses = append(b.uses, e)
		case Store:
			b.bindName(e.ID)
		case Del:
			b.flag(e.ID, declared)
			b.uses = append(b.uses, e)
		}
	case *NamedExpr:
		b.notInTypes(e, "named expression")
		b.walrus(e)
	case *Yield, *YieldFrom:
		b.notInTypes(e, "yield expression")
		eachChild(e, b.visit)
	case *Await:
		b.notInTypes(e, "await expression")
		eachChild(e, b.visit)
	case *Lambda:
		b.defaults(e.Args)
		b.enter(lambdaScope, e)
		b.params(e.Args)
		b.expr(e.Body)
		b.leave()
	case *ListComp:
		b.comprehension(e, e.Generators, e.Elt, nil)
	case *SetComp:
		b.comprehension(e, e.Generators, e.Elt, nil)
	case *GeneratorExp:
		b.comprehension(e, e.Generators, e.Elt, nil)
	case *DictComp:
		b.comprehension(e, e.Generators, e.Key, e.Value)
	default:
		eachChild(e, b.visit)
	}
}

// notInTypes reports an expression that has no place among type parameters.
func (b *binder) notInTypes(e Expr, what string) {
	if b.kind == typeScope {
		b.report(e, "%s cannot be used within %s", what, b.what)
	}
}

// comprehension enters the scope of a comprehension. Its first iterable is
// computed outside of it.
func (b *binder) comprehension(e Expr, generators []*Comprehension, elt, value Expr) {
	b.iterable(generators[0].Iter)
	b.enter(comprehensionScope, e)
	for i, g := range generators {
		b.iteration(g.Target)
		if i > 0 {
			b.iterable(g.Iter)
		}
		for _, test := range g.Ifs {
			b.expr(test)
		}
	}
	b.expr(elt)
	maybe(value, b.visit)
	b.leave()
}

func (b *binder) iterable(e Expr) {
	b.iterating++
	b.expr(e)
	b.iterating--
}

// iteration binds the target of a "for" in a comprehension.
func (b *binder) iteration(target Expr) {
	Inspect(target, func(n Node) bool {
		name, ok := n.(*Name)
		if !ok || name.Ctx != Store {
			return true
		}
		if b.names[name.ID].has(global | nonlocal) {
			b.report(name, "comprehension inner loop cannot rebind assignment expression target '%s'", name.ID)
		}
		b.flag(name.ID, iterated)
		return true
	})
	b.expr(target)
}

// walrus binds the target of ":=": in a comprehension, in the scope around it.
func (b *binder) walrus(e *NamedExpr) {
	switch {
	case b.iterating > 0:
		b.report(e, "assignment expression cannot be used in a comprehension iterable expression")
	case b.kind == comprehensionScope:
		b.walrusOut(e)
	}
	b.expr(e.Value)
	b.expr(e.Target)
}

func (b *binder) walrusOut(e *NamedExpr) {
	name := e.Target.ID
	for s := b.scope; s != nil; s = s.parent {
		switch s.kind {
		case comprehensionScope:
			if s.names[name].has(iterated) {
				b.report(e.Target, "assignment expression cannot rebind comprehension iteration variable '%s'", name)
				return
			}
			continue
		case classScope:
			b.report(e.Target, "assignment expression within a comprehension cannot be used in a class body")
			return
		case typeScope:
			b.report(e.Target, "assignment expression within a comprehension cannot be used in %s", s.what)
			return
		case moduleScope:
			b.flag(name, global)
		default:
			if s.names[name].has(global) {
				b.flag(name, global)
			} else {
				b.flag(name, nonlocal)
			}
		}
		s.names[name] |= bound
		return
	}
}

func (b *binder) pattern(p Pattern) {
	switch p := p.(type) {
	case *MatchStar:
		b.bindName(p.Name.Name)
	case *MatchAs:
		b.bindName(p.Name.Name)
	case *MatchMapping:
		b.bindName(p.Rest.Name)
	}
	eachChild(p, b.visit)
}
