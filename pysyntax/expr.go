package pysyntax

// yieldOrStarExprs parses the right side of an assignment.
func (p *parser) yieldOrStarExprs() Expr {
	if p.kind == tYield {
		return p.yield()
	}
	return p.starExprs()
}

// yield parses a yield expression, without the parentheses it needs in most
// places.
func (p *parser) yield() Expr {
	from := p.next().pos
	if p.accept(tFrom) {
		value := p.expression()
		return &YieldFrom{p.span(from), value}
	}
	var value Expr
	if p.kind.startsExpr() || p.kind == tStar {
		value = p.starExprs()
	}
	return &Yield{p.span(from), value}
}

// starExprs parses "a, *b, c", which is a tuple, or just "a".
func (p *parser) starExprs() Expr {
	from := p.pos()
	e := p.starExpr()
	if p.kind != tComma {
		return e
	}
	elts := []Expr{e}
	for p.accept(tComma) {
		if !p.kind.startsExpr() && p.kind != tStar {
			break
		}
		elts = append(elts, p.starExpr())
	}
	return &Tuple{Span: p.span(from), Elts: elts}
}

// starExpr parses "*a" or "a".
func (p *parser) starExpr() Expr {
	if p.kind == tStar {
		return p.starred()
	}
	return p.expression()
}

// starNamedExpr parses an element of a list, tuple or set in brackets.
func (p *parser) starNamedExpr() Expr {
	if p.kind == tStar {
		return p.starred()
	}
	return p.namedExpr()
}

// starred parses "*operand".
func (p *parser) starred() Expr {
	from := p.next().pos
	value := p.operand()
	return &Starred{Span: p.span(from), Value: value}
}

// namedExpr parses "name := value" or a plain expression.
func (p *parser) namedExpr() Expr {
	from := p.pos()
	if p.kind == tName && p.peek(1) == tWalrus {
		target := p.nameExpr(Store)
		p.next()
		value := p.expression()
		return &NamedExpr{p.span(from), target, value}
	}
	e := p.expression()
	switch p.kind {
	case tWalrus:
		p.walrusTarget(e)
	case tAssign:
		p.equals(e)
	}
	return e
}

// walrusTarget fails at an expression before ":=".
func (p *parser) walrusTarget(e Expr) {
	if _, ok := e.(*Name); !ok && p.peek(1).startsExpr() {
		p.failAt(e, "cannot use assignment expressions with %s", describe(e))
	}
	p.unexpected()
}

// equals fails at "=" behind e where only an expression is allowed.
func (p *parser) equals(e Expr) {
	if !p.peek(1).startsExpr() {
		p.unexpected()
	}
	at := p.next().pos
	value := p.operand()
	switch e.(type) {
	case *Name:
		at = e.Pos()
	case *Compare, *BoolOp, *IfExp, *UnaryOp, *Lambda, *NamedExpr:
	default:
		if mayCompare(e) {
			p.failAt(e, "cannot assign to %s here. Maybe you meant '==' instead of '='?", describe(e))
		}
		p.failTarget(e, Store)
	}
	p.fail(at, value.End(), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
}

// expression parses an expression without star, walrus and comma.
func (p *parser) expression() Expr {
	if p.kind == tLambda {
		return p.lambda()
	}
	p.enter()
	from := p.pos()
	e := p.or()
	if p.kind == tIf {
		e = p.ifExp(from, e)
	}
	p.leave()
	return e
}

// ifExp parses the rest of "body if test else orelse", behind the body.
func (p *parser) ifExp(from Pos, body Expr) Expr {
	p.next()
	test := p.or()
	if p.kind != tElse {
		if p.kind == tColon {
			p.unexpected()
		}
		p.fail(from, p.end, "expected 'else' after 'if' expression")
	}
	p.next()
	orelse := p.expression()
	return &IfExp{p.span(from), test, body, orelse}
}

func (p *parser) lambda() Expr {
	p.enter()
	from := p.next().pos
	args := p.parameters(tColon, false)
	if p.kind == tSpec {
		p.fail(from, p.tok().end, "f-string: lambda expressions are not allowed without parentheses")
	}
	p.expect(tColon)
	body := p.expression()
	p.leave()
	return &Lambda{p.span(from), args, body}
}

func (p *parser) or() Expr {
	from := p.pos()
	e := p.and()
	if p.kind != tOr {
		return e
	}
	values := []Expr{e}
	for p.accept(tOr) {
		values = append(values, p.and())
	}
	return &BoolOp{p.span(from), Or, values}
}

func (p *parser) and() Expr {
	from := p.pos()
	e := p.not()
	if p.kind != tAnd {
		return e
	}
	values := []Expr{e}
	for p.accept(tAnd) {
		values = append(values, p.not())
	}
	return &BoolOp{p.span(from), And, values}
}

func (p *parser) not() Expr {
	if p.kind != tNot {
		return p.comparison()
	}
	p.enter()
	from := p.next().pos
	operand := p.not()
	p.leave()
	return &UnaryOp{p.span(from), Not, operand}
}

func (p *parser) comparison() Expr {
	from := p.pos()
	left := p.operand()
	op, ok := p.cmpOp()
	if !ok {
		return left
	}
	c := &Compare{Left: left}
	for ; ok; op, ok = p.cmpOp() {
		p.chained(len(c.Ops))
		c.OpPos = append(c.OpPos, p.next().pos)
		if op == IsNot || op == NotIn {
			p.next()
		}
		c.Ops = append(c.Ops, op)
		c.Comparators = append(c.Comparators, p.operand())
	}
	c.Span = p.span(from)
	return c
}

// cmpOp returns the comparison operator that the current token, or this one
// and the next, stands for.
func (p *parser) cmpOp() (CmpOperator, bool) {
	switch p.kind {
	case tEq, tNotEq, tLt, tLtE, tGt, tGtE:
		if p.kind == tNotEq && p.text(p.tok()) == "<>" {
			p.unexpected()
		}
		return Eq + CmpOperator(p.kind-tEq), true
	case tIn:
		return In, true
	case tIs:
		if p.peek(1) == tNot {
			return IsNot, true
		}
		return Is, true
	case tNot:
		return NotIn, p.peek(1) == tIn
	}
	return 0, false
}

// operand parses what stands between comparison operators.
func (p *parser) operand() Expr { return p.binary(1) }

// binary parses operators that bind at least as strongly as min.
func (p *parser) binary(min int) Expr {
	from := p.pos()
	e := p.unary()
	for n := 0; ; n++ {
		op, strength := p.kind.binary()
		if strength < min || strength == 0 {
			return e
		}
		p.chained(n)
		pos := p.next().pos
		right := p.binary(strength + 1)
		e = &BinOp{p.span(from), e, op, pos, right}
	}
}

func (p *parser) unary() Expr {
	var op UnaryOperator
	switch p.kind {
	case tPlus:
		op = UAdd
	case tMinus:
		op = USub
	case tTilde:
		op = Invert
	default:
		return p.power()
	}
	p.enter()
	from := p.next().pos
	operand := p.unary()
	p.leave()
	return &UnaryOp{p.span(from), op, operand}
}

func (p *parser) power() Expr {
	from := p.pos()
	var e Expr
	if p.kind == tAwait {
		p.next()
		value := p.primary()
		e = &Await{p.span(from), value}
	} else {
		e = p.primary()
	}
	if p.kind != tPow {
		return e
	}
	p.enter()
	pos := p.next().pos
	right := p.unary()
	p.leave()
	return &BinOp{p.span(from), e, Pow, pos, right}
}

// primary parses an atom and the calls, attributes and subscripts behind it.
func (p *parser) primary() Expr {
	from := p.pos()
	e := p.atom()
	for n := 0; ; n++ {
		switch p.kind {
		case tDot:
			p.next()
			attr := p.ident()
			e = &Attribute{Span: p.span(from), Value: e, Attr: attr}
		case tLparen:
			e = p.call(from, e)
		case tLbrack:
			lbrack := p.next().pos
			slice := p.slices()
			p.closeAfter(tRbrack, slice)
			e = &Subscript{Span: p.span(from), Value: e, Lbrack: lbrack, Slice: slice}
		default:
			return e
		}
		p.chained(n)
	}
}

// slices parses what stands in the brackets of a subscript.
func (p *parser) slices() Expr {
	from := p.pos()
	e := p.slice()
	if _, star := e.(*Starred); p.kind != tComma && !star {
		return e
	}
	elts := []Expr{e}
	for p.accept(tComma) {
		if p.kind == tRbrack {
			break
		}
		elts = append(elts, p.slice())
	}
	return &Tuple{Span: p.span(from), Elts: elts}
}

func (p *parser) slice() Expr {
	from := p.pos()
	if p.kind == tStar {
		p.next()
		value := p.operand()
		return &Starred{Span: p.span(from), Value: value}
	}
	s := &Slice{}
	if p.kind != tColon {
		e := p.namedExpr()
		if _, walrus := e.(*NamedExpr); p.kind != tColon || walrus && !p.closed(e) {
			return e
		}
		s.Lower = e
	}
	p.next()
	s.Upper = p.sliceEnd()
	if p.accept(tColon) {
		s.Step = p.sliceEnd()
	}
	s.Span = p.span(from)
	return s
}

// sliceEnd parses a bound of a slice, if it is there.
func (p *parser) sliceEnd() Expr {
	if p.kind == tColon || p.kind == tComma || p.kind == tRbrack {
		return nil
	}
	return p.expression()
}

// closed reports whether e, which has just been parsed, was in parentheses.
func (p *parser) closed(e Expr) bool { return e.End() != p.end }

// nameExpr parses a name as an expression.
func (p *parser) nameExpr(ctx Context) *Name {
	t := p.expect(tName)
	return &Name{Span{t.pos, t.end}, p.text(t), ctx}
}
