package pysyntax

// maybe walks over an expression if it is there.
func (p *planner) maybe(e Expr) {
	if e != nil {
		p.expr(e)
	}
}

func (p *planner) exprs(list []Expr) {
	for _, e := range list {
		p.expr(e)
	}
}

// later walks over an expression that is evaluated after something has
// happened, if at all.
func (p *planner) later(e Expr) {
	p.lead = nil
	p.branch(func() { p.expr(e) })
}

// expr walks over an expression in the order in which it is evaluated. p.lead
// stays if nothing happens in that but that variables are read.
func (p *planner) expr(e Expr) {
	lead := p.lead
	var before *reading
	if lead != nil {
		before = lead.reads
	}
	switch e := e.(type) {
	case *Constant:
		return
	case *Name:
		p.use(e.ID, e)
		switch v := p.find(p.scope, e.ID); {
		case lead == nil:
		case v != nil:
			p.read(v)
		case !p.known(e.ID): // NameError
			p.lead = nil
		}
		return
	case *NamedExpr:
		p.walrus(e)
		return
	case *Tuple:
		p.exprs(e.Elts)
		return
	case *List:
		p.exprs(e.Elts)
		return
	case *Lambda:
		p.defaults(e.Args)
		p.within(e, func() {
			p.params(e.Args)
			p.expr(e.Body)
		})
		return
	case *BoolOp:
		p.expr(e.Values[0])
		for _, v := range e.Values[1:] {
			p.later(v)
		}
	case *IfExp:
		p.expr(e.Test)
		p.later(e.Body)
		p.later(e.Orelse)
	case *Compare:
		p.lookups(e)
		p.expr(e.Left)
		p.expr(e.Comparators[0])
		for _, c := range e.Comparators[1:] {
			p.later(c)
		}
		if lead != nil && len(e.Ops) > 1 {
			p.mark(e, before, nil)
		}
	case *Call:
		p.call(e)
		if lead != nil && p.quantified(e) != "" {
			p.mark(e, before, nil)
		}
	case *ListComp:
		p.comprehension(e, e.Generators, e.Elt)
	case *SetComp:
		p.comprehension(e, e.Generators, e.Elt)
	case *GeneratorExp:
		p.comprehension(e, e.Generators, e.Elt)
	case *DictComp:
		p.comprehension(e, e.Generators, e.Key, e.Value)
	default:
		eachChild(e, func(n Node) {
			if x, ok := n.(Expr); ok {
				p.expr(x)
			}
		})
	}
	p.lead = nil
}

// lookups counts the names in which a comparison looks for something.
func (p *planner) lookups(e *Compare) {
	for i, op := range e.Ops {
		name, ok := e.Comparators[i].(*Name)
		if !ok || op != In && op != NotIn {
			continue
		}
		if v := p.find(p.scope, name.ID); v != nil {
			v.lookups++
		}
	}
}

// call walks over a call. Its receiver comes before its arguments.
func (p *planner) call(e *Call) {
	if name, ok := e.Func.(*Name); ok && name.ID == "super" && len(e.Args)+len(e.Keywords) == 0 {
		p.useSuper()
	}
	p.expr(e.Func)
	if _, method := e.Func.(*Attribute); method {
		p.lead = nil
	}
	for _, a := range e.Args {
		p.expr(a)
	}
	for _, k := range e.Keywords {
		p.expr(k.Value)
	}
}

// useSuper is the use of its first parameter that super() is in a method.
func (p *planner) useSuper() {
	if first := firstParameter(p.scope); first != "" {
		p.use(first, nil)
	}
}

// firstParameter returns the name of the first parameter of the function that
// s is the scope of, or is in by way of comprehensions; "" if there is none.
func firstParameter(s *scope) string {
	for s.kind == comprehensionScope {
		s = s.parent
	}
	var a *Arguments
	switch n := s.node.(type) {
	case *FunctionDef:
		a = n.Args
	case *Lambda:
		a = n.Args
	default:
		return ""
	}
	switch {
	case len(a.PosOnly) > 0:
		return a.PosOnly[0].Name
	case len(a.Args) > 0:
		return a.Args[0].Name
	case a.Vararg != nil:
		return a.Vararg.Name
	}
	return ""
}

// walrus walks over name := value. It becomes a statement where it leads one,
// and the name has not been read in that.
func (p *planner) walrus(e *NamedExpr) {
	lead := p.lead
	var before *reading
	if lead != nil {
		before = lead.reads
		if v := p.find(p.scope, e.Target.ID); v != nil && v.readIn == lead.stmt {
			lead = nil
		}
	}
	p.expr(e.Value)
	v := p.bind(e.Target.ID, source{expr: e.Value, scope: p.scope})
	p.lead = lead
	if lead == nil {
		v.boxed = true
		return
	}
	lead.reads = before
	p.mark(e, before, v)
	p.read(v)
}

// comprehension walks over a comprehension. Its first iterable is evaluated
// outside of it.
func (p *planner) comprehension(e Expr, generators []*Comprehension, elts ...Expr) {
	p.expr(generators[0].Iter)
	p.within(e, func() {
		for i, g := range generators {
			if i > 0 {
				p.expr(g.Iter)
			}
			p.bindEach(g.Target, g.Iter)
			p.lead = nil
			p.exprs(g.Ifs)
		}
		p.exprs(elts)
	})
}

// quantified returns the name of the built-in function that a call applies to
// a generator expression which can be a loop: any, all or next; else "".
func (p *plan) quantified(e *Call) string {
	name, ok := e.Func.(*Name)
	if !ok || len(e.Keywords) > 0 || len(e.Args) == 0 {
		return ""
	}
	if _, ok := e.Args[0].(*GeneratorExp); !ok {
		return ""
	}
	switch {
	case (name.ID == "any" || name.ID == "all") && len(e.Args) == 1:
		return name.ID
	case name.ID == "next" && len(e.Args) == 2:
		if _, ok := e.Args[1].(*Constant); ok {
			return name.ID
		}
	}
	return ""
}
