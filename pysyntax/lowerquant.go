package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// A search is a loop that stands for any, all or next of a generator
// expression: it ends with the first element that decides.
type search struct {
	l     *lowerer
	e     *GeneratorExp
	fn    string // "any", "all", "next"
	other Expr   // of next: what it gives if there is no element

	// decided emits what is done with the value that the search has found. It
	// leaves the innermost loop.
	decided func(value func() syntax.Expr, pos syntax.Position)

	// stop emits what leaves an outer loop if the search is over, or is nil if
	// decided has left them all.
	stop func(pos syntax.Position)
}

// quantify lowers any(…), all(…) or next(…, constant) of a generator
// expression to a search: before the statement where nothing else happens
// before it, else in a function. It returns nil where there can be neither.
func (l *lowerer) quantify(e *Call, fn string) syntax.Expr {
	g := e.Args[0].(*GeneratorExp)
	s := &search{l: l, e: g, fn: fn}
	if len(e.Args) > 1 {
		s.other = e.Args[1]
	}
	for _, gen := range g.Generators {
		if _, ok := gen.Target.(*Attribute); ok {
			return nil
		}
		if _, ok := gen.Target.(*Subscript); ok {
			return nil
		}
	}
	captured := slices.ContainsFunc(l.info[l.scopes[g]].order, func(v *variable) bool { return v.captured })
	switch {
	case l.leading[e] && !captured:
		return l.searchBefore(s, e)
	case l.place:
		return l.searchFunction(s, e)
	}
	return nil
}

// searchBefore puts a search before the statement.
func (l *lowerer) searchBefore(s *search, e *Call) syntax.Expr {
	pos := l.at(e.From)
	for _, v := range l.info[l.scopes[s.e]].order {
		v.ident = v.name + ":" + itoa(l.info[v.scope].id)
	}
	first, checked := l.iterable(s.e.Generators[0].Iter, s.e.Generators[0].Target, pos)
	result := l.hold(s.otherwise(pos), pos)
	leave := func(pos syntax.Position) { l.emit(&syntax.BranchStmt{Token: syntax.BREAK, TokenPos: pos}) }
	s.decided = func(value func() syntax.Expr, pos syntax.Position) {
		l.emit(assignment(result, value(), pos))
		leave(pos)
	}
	if len(s.e.Generators) > 1 {
		over := l.hold(number(0, pos), pos)
		s.decided = func(value func() syntax.Expr, pos syntax.Position) {
			l.emit(assignment(result, value(), pos))
			l.emit(assignment(over, number(1, pos), pos))
			leave(pos)
		}
		s.stop = func(pos syntax.Position) {
			l.emit(&syntax.IfStmt{If: pos, Cond: ident(over, pos), True: l.collect(pos, func() { leave(pos) })})
		}
	}
	l.within(s.e, func() { s.loop(0, first, checked) })
	return l.cover(e, ident(result, pos))
}

// searchFunction puts a search into a function.
func (l *lowerer) searchFunction(s *search, e *Call) syntax.Expr {
	pos := l.at(s.e.From)
	g := s.e.Generators[0]
	first, checked := l.iterable(g.Iter, g.Target, pos)
	param := l.temp()
	helper := l.helper("<genexpr>")
	def := &syntax.DefStmt{
		Def: pos, Name: ident(helper, pos), Lparen: pos, Params: []syntax.Expr{ident(param, pos)}, Rparen: pos,
	}
	s.decided = func(value func() syntax.Expr, pos syntax.Position) {
		l.emit(&syntax.ReturnStmt{Return: pos, Result: value()})
	}
	l.within(s.e, func() {
		def.Body = l.inFrame(&frame{temps: l.fn.temps}, pos, func() {
			s.loop(0, ident(param, pos), checked)
			l.emit(&syntax.ReturnStmt{Return: pos, Result: s.otherwise(pos)})
		})
	})
	l.emit(def)
	return &syntax.CallExpr{
		Fn: ident(helper, l.at(e.From)), Lparen: l.at(e.Lparen), Args: []syntax.Expr{first}, Rparen: l.last(e),
	}
}

// otherwise is what the search gives if no element decides.
func (s *search) otherwise(pos syntax.Position) syntax.Expr {
	if s.fn == "next" {
		return s.l.expr(s.other)
	}
	return boolean(s.fn == "all", pos)
}

// loop emits the loop of the generators from number i on, over x.
func (s *search) loop(i int, x syntax.Expr, checked bool) {
	l, g := s.l, s.e.Generators[i]
	pos := l.at(g.From)
	stmt := &syntax.ForStmt{For: pos, X: x}
	stmt.Body = l.collect(pos, func() {
		var after func(syntax.Position)
		stmt.Vars, after = l.loopVars(g.Target)
		after(pos)
		s.tests(g.Ifs, func() { s.inner(i, pos) })
	})
	l.emit(stmt)
	if checked {
		l.ended(g.Iter, pos)
	}
}

// inner emits what is done with an element of generator number i.
func (s *search) inner(i int, pos syntax.Position) {
	l := s.l
	if i+1 < len(s.e.Generators) {
		g := s.e.Generators[i+1]
		x, checked := l.iterable(g.Iter, g.Target, l.at(g.From))
		s.loop(i+1, x, checked)
		if s.stop != nil {
			s.stop(pos)
		}
		return
	}
	pos = l.at(s.e.Elt.Pos())
	switch s.fn {
	case "next":
		s.decided(func() syntax.Expr { return l.expr(s.e.Elt) }, pos)
	case "any":
		s.decideIf(l.expr(s.e.Elt), true, pos)
	default:
		if not, ok := s.e.Elt.(*UnaryOp); ok && not.Op == Not {
			s.decideIf(l.expr(not.Operand), false, pos)
		} else {
			s.decideIf(&syntax.UnaryExpr{Op: syntax.NOT, OpPos: pos, X: l.expr(s.e.Elt)}, false, pos)
		}
	}
}

func (s *search) decideIf(test syntax.Expr, value bool, pos syntax.Position) {
	s.l.emit(&syntax.IfStmt{If: pos, Cond: test, True: s.l.collect(pos, func() {
		s.decided(func() syntax.Expr { return boolean(value, pos) }, pos)
	})})
}

// tests emits what is done where all of some tests hold.
func (s *search) tests(ifs []Expr, then func()) {
	if len(ifs) == 0 {
		then()
		return
	}
	pos := s.l.at(ifs[0].Pos())
	cond := s.l.expr(ifs[0])
	s.l.emit(&syntax.IfStmt{If: pos, Cond: cond, True: s.l.collect(pos, func() { s.tests(ifs[1:], then) })})
}
