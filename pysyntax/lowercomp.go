package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// listComp lowers a list comprehension, or what is like one.
func (l *lowerer) listComp(e Expr, generators []*Comprehension, elt Expr) syntax.Expr {
	return l.comprehension(e, generators, false, func() syntax.Expr { return l.expr(elt) })
}

func (l *lowerer) dictComp(e *DictComp) syntax.Expr {
	return l.comprehension(e, e.Generators, true, func() syntax.Expr {
		key := l.expr(e.Key)
		return &syntax.DictEntry{Key: key, Colon: l.at(e.Key.End()), Value: l.expr(e.Value)}
	})
}

// comprehension lowers a comprehension to Starlark's. If functions made in it
// use its variables, it is in a lambda, so that each run of it has its own.
func (l *lowerer) comprehension(e Expr, generators []*Comprehension, curly bool, body func() syntax.Expr) syntax.Expr {
	pos := l.at(e.Pos())
	c := &syntax.Comprehension{Curly: curly, Lbrack: pos, Rbrack: l.last(e)}
	first, checked := l.iterable(generators[0].Iter, generators[0].Target, l.at(generators[0].From))
	outer := first
	captured := slices.ContainsFunc(l.info[l.scopes[e]].order, func(v *variable) bool { return v.captured })
	param := ""
	if captured {
		param = l.temp()
		first = ident(param, pos)
	}
	l.within(e, func() {
		l.misplaced(func() {
			for i, g := range generators {
				at := l.at(g.From)
				if i > 0 {
					var check bool
					first, check = l.iterable(g.Iter, g.Target, at)
					checked = checked || check
				}
				c.Clauses = append(c.Clauses, l.forClauses(g.Target, first, at)...)
				for _, test := range g.Ifs {
					c.Clauses = append(c.Clauses, &syntax.IfClause{If: l.at(test.Pos()), Cond: l.expr(test)})
				}
			}
			c.Body = body()
		})
	})
	x := syntax.Expr(c)
	if captured {
		x = &syntax.CallExpr{
			Fn: &syntax.ParenExpr{Lparen: pos, Rparen: pos, X: &syntax.LambdaExpr{
				Lambda: pos, Params: []syntax.Expr{ident(param, pos)}, Body: c,
			}},
			Lparen: pos, Args: []syntax.Expr{outer}, Rparen: l.last(e),
		}
	}
	if checked {
		return l.runtime("py.checked", e, pos, x)
	}
	return x
}

// forClauses makes the clauses that bind the target of a comprehension to each
// element of x. Each tuple within the target takes one more.
func (l *lowerer) forClauses(target Expr, x syntax.Expr, pos syntax.Position) []syntax.Node {
	clause := &syntax.ForClause{For: pos, In: pos, X: x}
	clauses := []syntax.Node{clause}
	switch t := target.(type) {
	case *Name:
		clause.Vars = l.boundPlace(t.ID, l.at(t.From))
		return clauses
	case *Tuple, *List:
	default:
		l.noTarget(target)
		clause.Vars = ident("_", pos)
		return clauses
	}
	elts := elementsOf(target)
	if unpacksNatively(target) { // py.iter has counted the elements
		vars, inner := l.clauseVars(elts)
		clause.Vars = vars
		return append(clauses, inner...)
	}
	t := l.temp()
	clause.Vars = ident(t, pos)
	return append(clauses, l.unpackClauses(target, t)...)
}

// unpackClauses makes the clauses that take the value of a temporary apart.
func (l *lowerer) unpackClauses(target Expr, t string) []syntax.Node {
	pos := l.at(target.Pos())
	unpacked := tuple(pos, pos, l.unpacked(target, ident(t, pos), pos))
	elts := elementsOf(target)
	if len(elts) == 0 {
		return []syntax.Node{&syntax.ForClause{For: pos, Vars: ident(l.temp(), pos), In: pos, X: unpacked}}
	}
	vars, inner := l.clauseVars(elts)
	return append([]syntax.Node{&syntax.ForClause{For: pos, Vars: vars, In: pos, X: unpacked}}, inner...)
}

// clauseVars makes the tuple of what the elements of a target are bound to,
// and the clauses that take the tuples among them apart.
func (l *lowerer) clauseVars(elts []Expr) (*syntax.TupleExpr, []syntax.Node) {
	pos := l.at(elts[0].Pos())
	vars := tuple(pos, pos)
	var inner []syntax.Node
	for _, e := range elts {
		e = unstarred(e)
		at := l.at(e.Pos())
		switch e := e.(type) {
		case *Name:
			vars.List = append(vars.List, l.boundPlace(e.ID, at))
			continue
		case *Attribute, *Subscript:
			l.noTarget(e)
		}
		t := l.temp()
		vars.List = append(vars.List, ident(t, at))
		inner = append(inner, l.unpackClauses(e, t)...)
	}
	return vars, inner
}

// noTarget reports what cannot be a target in a comprehension.
func (l *lowerer) noTarget(target Expr) {
	l.errs = append(l.errs, &Error{
		Span: Span{target.Pos(), target.End()},
		Msg:  "a comprehension that assigns to an attribute or item is not supported: write a loop",
	})
}

// generator lowers a generator expression to a lazy iterator.
func (l *lowerer) generator(e *GeneratorExp) syntax.Expr {
	first := l.expr(e.Generators[0].Iter)
	var x syntax.Expr
	l.within(e, func() { x = l.lazy(e, 0, first) })
	return x
}

// lazy makes the iterator of the generators from number i on, over x.
func (l *lowerer) lazy(e *GeneratorExp, i int, x syntax.Expr) syntax.Expr {
	name, last := "py.gen", i == len(e.Generators)-1
	if !last {
		name = "py.flat"
	}
	f := l.element(e, i, func() syntax.Expr {
		if last {
			return l.expr(e.Elt)
		}
		return l.lazy(e, i+1, l.expr(e.Generators[i+1].Iter))
	}, func(pos syntax.Position) syntax.Expr {
		if last {
			return ident(l.alias("py.skip"), pos)
		}
		return tuple(pos, pos)
	})
	return l.runtime(name, e, l.at(e.From), x, f)
}

// element makes the function that gives what generator number i makes of an
// element: body, or skip where a test fails.
func (l *lowerer) element(e *GeneratorExp, i int, body func() syntax.Expr, skip func(syntax.Position) syntax.Expr) syntax.Expr {
	g := e.Generators[i]
	pos := l.at(g.From)
	if !l.place {
		return l.elementLambda(g, pos, body, skip)
	}
	param, after := l.elementParam(g.Target)
	helper := l.helper("<genexpr>")
	def := &syntax.DefStmt{Def: pos, Name: ident(helper, pos), Lparen: pos, Params: []syntax.Expr{param}, Rparen: pos}
	def.Body = l.inFrame(&frame{temps: l.fn.temps}, pos, func() {
		after(pos)
		for _, test := range g.Ifs {
			at := l.at(test.Pos())
			stop := &syntax.ReturnStmt{Return: at, Result: skip(at)}
			l.emit(&syntax.IfStmt{If: at, Cond: not(l.expr(test), at), True: []syntax.Stmt{stop}})
		}
		l.emit(&syntax.ReturnStmt{Return: l.at(e.Elt.Pos()), Result: body()})
	})
	l.emit(def)
	return ident(helper, pos)
}

// elementParam makes the parameter of a function of an element. after emits
// what takes it apart.
func (l *lowerer) elementParam(target Expr) (param *syntax.Ident, after func(syntax.Position)) {
	pos := l.at(target.Pos())
	if name, ok := target.(*Name); ok {
		return ident(l.find(l.scope, name.ID).ident, pos), func(syntax.Position) {}
	}
	t := l.temp()
	return ident(t, pos), func(syntax.Position) { l.store(target, ident(t, pos), pos) }
}

// elementLambda does what element does where no statement can be put.
func (l *lowerer) elementLambda(g *Comprehension, pos syntax.Position, body func() syntax.Expr, skip func(syntax.Position) syntax.Expr) syntax.Expr {
	param := l.temp()
	if name, ok := g.Target.(*Name); ok {
		param = l.find(l.scope, name.ID).ident
	}
	inner := func() syntax.Expr {
		x := body()
		for _, test := range slices.Backward(g.Ifs) {
			at := l.at(test.Pos())
			x = &syntax.CondExpr{If: at, Cond: l.expr(test), True: x, ElsePos: at, False: skip(at)}
		}
		return x
	}
	f := &syntax.LambdaExpr{Lambda: pos, Params: []syntax.Expr{ident(param, pos)}}
	if _, ok := g.Target.(*Name); ok {
		f.Body = inner()
	} else {
		f.Body = l.bindElements(g.Target, ident(param, pos), pos, inner)
	}
	return f
}

// bindElements makes (lambda a, b: body)(*py.unpack(x, 2)) for the target a, b.
func (l *lowerer) bindElements(target Expr, x syntax.Expr, pos syntax.Position, body func() syntax.Expr) syntax.Expr {
	switch target.(type) {
	case *Attribute, *Subscript:
		l.noTarget(target)
	}
	elts := elementsOf(target)
	unpacked := l.unpacked(target, x, pos)
	f := &syntax.LambdaExpr{Lambda: pos}
	type nested struct {
		target Expr
		param  string
	}
	var rest []nested
	for _, e := range elts {
		e = unstarred(e)
		if name, ok := e.(*Name); ok {
			f.Params = append(f.Params, ident(l.find(l.scope, name.ID).ident, l.at(e.Pos())))
			continue
		}
		t := l.temp()
		f.Params = append(f.Params, ident(t, l.at(e.Pos())))
		rest = append(rest, nested{e, t})
	}
	for _, n := range slices.Backward(rest) {
		inner := body
		body = func() syntax.Expr { return l.bindElements(n.target, ident(n.param, pos), pos, inner) }
	}
	f.Body = body()
	return &syntax.CallExpr{
		Fn:     &syntax.ParenExpr{Lparen: pos, X: f, Rparen: pos},
		Lparen: pos, Args: []syntax.Expr{starred(syntax.STAR, pos, unpacked)}, Rparen: pos,
	}
}
