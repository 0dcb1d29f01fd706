package pysyntax

// atom parses a name, a literal, or something in brackets.
func (p *parser) atom() Expr {
	t := p.tok()
	span := Span{t.pos, t.end}
	switch t.kind {
	case tName:
		return p.nameExpr(Load)
	case tNumber:
		p.next()
		return &Constant{Span: span, Value: numberValue(p.text(t))}
	case tString, tFStart:
		return p.strings()
	case tTrue, tFalse:
		p.next()
		return &Constant{Span: span, Value: t.kind == tTrue}
	case tNone:
		p.next()
		return &Constant{Span: span}
	case tEllipsis:
		p.next()
		return &Constant{Span: span, Value: Ellipsis{}}
	case tLparen:
		return p.paren()
	case tLbrack:
		return p.list()
	case tLbrace:
		return p.dictOrSet()
	}
	p.unexpected()
	return nil
}

// paren parses what starts with "(": an expression in parentheses, a tuple or
// a generator expression.
func (p *parser) paren() Expr {
	p.enter()
	defer p.leave()
	from := p.next().pos
	if p.accept(tRparen) {
		return &Tuple{Span: p.span(from)}
	}
	if p.kind == tYield {
		e := p.yield()
		p.expect(tRparen)
		return e
	}
	e := p.starNamedExpr()
	if p.atFor() {
		p.noStar(e)
		generators := p.generators()
		p.expect(tRparen)
		return &GeneratorExp{p.span(from), e, generators}
	}
	star, isStar := e.(*Starred)
	if p.kind == tRparen && isStar {
		p.failAt(star, "cannot use starred expression here")
	}
	if p.kind != tComma {
		p.closeAfter(tRparen, e)
		return e
	}
	elts := p.elements(e, tRparen)
	return &Tuple{Span: p.span(from), Elts: elts}
}

// elements parses the rest of "first, second, ..." up to the bracket.
func (p *parser) elements(first Expr, bracket kind) []Expr {
	elts := []Expr{first}
	for p.accept(tComma) {
		if p.kind == bracket {
			break
		}
		elts = append(elts, p.starNamedExpr())
	}
	if bracket != tRparen && p.atFor() {
		p.fail(first.Pos(), p.end, "did you forget parentheses around the comprehension target?")
	}
	p.closeAfter(bracket, elts[len(elts)-1])
	return elts
}

// closeAfter reads a closing bracket behind the expression e. If there is
// another expression instead, a comma may be missing.
func (p *parser) closeAfter(bracket kind, e Expr) {
	if p.kind != bracket {
		p.noComma(e)
		p.unexpected()
	}
	p.next()
}

// noComma fails if the current token starts an expression right behind e.
func (p *parser) noComma(e Expr) {
	if !p.kind.startsExpr() || p.kind == tNot {
		return
	}
	if name, ok := e.(*Name); ok && (p.kind == tString || p.kind == tFStart || isSoftKeyword(name.ID)) {
		return
	}
	p.depth++ // what fails in there is no better explanation
	next := p.or()
	p.depth--
	p.fail(e.Pos(), next.End(), "invalid syntax. Perhaps you forgot a comma?")
}

func isSoftKeyword(name string) bool {
	return name == "_" || name == "case" || name == "match" || name == "type"
}

// noStar fails if the element of a comprehension has a star.
func (p *parser) noStar(e Expr) {
	if star, ok := e.(*Starred); ok {
		p.failAt(star, "iterable unpacking cannot be used in comprehension")
	}
}

func (p *parser) list() Expr {
	p.enter()
	defer p.leave()
	from := p.next().pos
	if p.accept(tRbrack) {
		return &List{Span: p.span(from)}
	}
	e := p.starNamedExpr()
	if p.atFor() {
		p.noStar(e)
		generators := p.generators()
		p.expect(tRbrack)
		return &ListComp{p.span(from), e, generators}
	}
	elts := p.elements(e, tRbrack)
	return &List{Span: p.span(from), Elts: elts}
}

// dictOrSet parses what starts with "{".
func (p *parser) dictOrSet() Expr {
	p.enter()
	defer p.leave()
	from := p.next().pos
	if p.accept(tRbrace) {
		return &Dict{Span: p.span(from)}
	}
	if p.kind == tPow {
		return p.dict(from, nil)
	}
	e := p.starNamedExpr()
	switch p.kind {
	case tColon:
		if _, star := e.(*Starred); !star {
			return p.dict(from, e)
		}
	case tFor, tAsync:
		p.noStar(e)
		generators := p.generators()
		p.expect(tRbrace)
		return &SetComp{p.span(from), e, generators}
	}
	elts := p.elements(e, tRbrace)
	return &Set{p.span(from), elts}
}

// dict parses the rest of a dict whose first key has been read, or which
// starts with "**".
func (p *parser) dict(from Pos, key Expr) Expr {
	d := &Dict{}
	for {
		value := p.dictValue(&key)
		if p.atFor() && d.Keys == nil {
			if key == nil {
				p.fail(value.Pos(), value.End(), "dict unpacking cannot be used in dict comprehension")
			}
			generators := p.generators()
			p.expect(tRbrace)
			return &DictComp{p.span(from), key, value, generators}
		}
		d.Keys = append(d.Keys, key)
		d.Values = append(d.Values, value)
		if !p.accept(tComma) {
			p.closeAfter(tRbrace, value)
			break
		}
		if p.accept(tRbrace) {
			break
		}
		key = nil
		if p.kind != tPow {
			key = p.expression()
		}
	}
	d.Span = p.span(from)
	return d
}

// dictValue parses the ":" and the value behind a key; or "**value".
func (p *parser) dictValue(key *Expr) Expr {
	if *key == nil {
		p.expect(tPow)
		return p.operand()
	}
	if p.kind != tColon {
		p.expected("':' expected after dictionary key")
	}
	colon := p.next()
	switch p.kind {
	case tRbrace, tComma:
		p.fail(colon.pos, colon.end, "expression expected after dictionary key and ':'")
	case tStar:
		p.fail(p.pos(), p.tok().end, "cannot use a starred expression in a dictionary value")
	}
	return p.expression()
}

// atFor reports whether a "for" or "async for" is next.
func (p *parser) atFor() bool {
	return p.kind == tFor || p.kind == tAsync && p.peek(1) == tFor
}

// generators parses the "for" and "if" clauses of a comprehension.
func (p *parser) generators() []*Comprehension {
	var list []*Comprehension
	for p.atFor() {
		from := p.pos()
		c := &Comprehension{Async: p.accept(tAsync)}
		p.next()
		c.Target = p.forTarget()
		p.expect(tIn)
		c.Iter = p.or()
		for p.accept(tIf) {
			c.Ifs = append(c.Ifs, p.or())
		}
		c.Span = p.span(from)
		list = append(list, c)
	}
	if list == nil {
		p.unexpected()
	}
	return list
}
