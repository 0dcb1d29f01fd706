package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// classDef lowers a class statement. Its body becomes a function that fills
// the box it is given.
func (l *lowerer) classDef(s *ClassDef) {
	pos := l.at(s.From)
	decorators := l.decorators(s.Decorators, s.Name.Name)
	l.typeParams(s, s.TypeParams)
	scope := l.scopes[s]
	here := l.scope
	l.scope = scope.parent // where type parameters are
	bases := l.bases(s)
	keywords := l.classKeywords(s)
	name := s.Name.Name
	helper := name
	if l.fn.loop != nil || mentions(s.Body, name) {
		helper = l.helper("<class>")
	}
	def := &syntax.DefStmt{
		Def: pos, Name: ident(helper, l.at(s.Name.Pos)), Lparen: pos,
		Params: []syntax.Expr{ident(l.boxName(scope), pos)}, Rparen: pos,
	}
	doc := syntax.Expr(none(pos))
	outer := l.class
	l.class = name
	l.within(s, func() {
		def.Body = l.inFrame(new(frame), pos, func() {
			body := s.Body
			if isDocstring(body[0]) {
				doc = l.expr(body[0].(*ExprStmt).Value)
				body = body[1:]
			}
			l.stmts(body)
		})
	})
	l.class = outer
	make := func() {
		l.emit(def)
		class := l.runtimeAt("py.class", pos, pos, l.at(s.Name.Pos), str(name, pos), bases(), keywords(), ident(helper, pos), doc)
		cell := l.cellName(scope)
		l.emit(assignment(cell, class, pos))
	}
	l.scope = here
	x := syntax.Expr(ident(l.cellName(scope), pos))
	if l.fn.loop != nil { // it may happen again in one call: its methods must not see the next class
		maker := l.helper("<class>")
		body := l.inFrame(&frame{temps: l.fn.temps}, pos, func() {
			make()
			l.emit(&syntax.ReturnStmt{Return: pos, Result: x})
		})
		l.emit(&syntax.DefStmt{Def: pos, Name: ident(maker, pos), Lparen: pos, Rparen: pos, Body: body})
		x = &syntax.CallExpr{Fn: ident(maker, pos), Lparen: pos, Rparen: pos}
	} else {
		make()
	}
	l.emit(assign(l.boundPlace(name, l.at(s.Name.Pos)), l.decorate(x, s.Decorators, decorators), pos))
}

// bases evaluates the bases of a class, and returns what gives their tuple.
func (l *lowerer) bases(s *ClassDef) func() syntax.Expr {
	pos := l.at(s.From)
	if hasStar(s.Bases) {
		t := l.hold(l.runtimeAt("py.tuple_of", pos, pos, pos, l.concat(s, s.Bases)), pos)
		return func() syntax.Expr { return ident(t, pos) }
	}
	var list []func() syntax.Expr
	for _, b := range s.Bases {
		if name, ok := b.(*Name); ok && name.ID == s.Name.Name {
			list = append(list, l.held(b))
		} else {
			list = append(list, l.operand(b))
		}
	}
	return func() syntax.Expr {
		x := tuple(pos, pos)
		for _, b := range list {
			x.List = append(x.List, b())
		}
		return x
	}
}

// classKeywords does the same for the dict of the keyword arguments.
func (l *lowerer) classKeywords(s *ClassDef) func() syntax.Expr {
	pos := l.at(s.From)
	list := slices.DeleteFunc(slices.Clone(s.Keywords), func(k *Keyword) bool { return k.Arg.Name == "metaclass" })
	if len(list) == 0 {
		return func() syntax.Expr { return &syntax.DictExpr{Lbrace: pos, Rbrace: pos} }
	}
	d := &Dict{Span: s.Span}
	for _, k := range list {
		if k.Arg.Name == "" {
			d.Keys = append(d.Keys, nil)
		} else {
			d.Keys = append(d.Keys, &Constant{Span: k.Span, Value: k.Arg.Name})
		}
		d.Values = append(d.Values, k.Value)
	}
	t := l.hold(l.dict(d), pos)
	return func() syntax.Expr { return ident(t, pos) }
}

// mentions reports whether the body of a class uses a name itself, outside of
// its functions' bodies.
func mentions(body []Stmt, name string) (found bool) {
	var visit func(n Node) bool
	visit = func(n Node) bool {
		switch n := n.(type) {
		case *Name:
			found = found || n.ID == name
		case *FunctionDef:
			each(n.Decorators, func(n Node) { Inspect(n, visit) })
			each(n.Args.Defaults, func(n Node) { Inspect(n, visit) })
			for _, e := range n.Args.KwDefaults {
				maybe(e, func(n Node) { Inspect(n, visit) })
			}
			found = found || n.Name.Name == name
			return false
		case *ClassDef:
			found = found || n.Name.Name == name
		}
		return true
	}
	for _, s := range body {
		Inspect(s, visit)
	}
	return found
}
