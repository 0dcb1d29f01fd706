package pysyntax

// atMatch reports whether the name at the current token starts a match
// statement: "match", and a colon at the end of the line or a case behind it.
func (p *parser) atMatch() bool {
	if !p.isWord("match") {
		return false
	}
	switch p.peek(1) {
	case tDot, tAssign, tComma, tColon, tNewline, tSemi, tRparen, tEq:
		return false
	}
	i := p.i
	for p.toks[i].kind != tNewline && p.toks[i].kind != tEOF {
		i++
	}
	if p.toks[i].kind == tNewline && p.toks[i+1].kind == tIndent {
		t := &p.toks[i+2]
		return t.kind == tName && p.text(t) == "case" || p.toks[i-1].kind == tColon
	}
	return p.toks[i-1].kind == tColon
}

func (p *parser) matchStmt() Stmt {
	from := p.next().pos
	s := &Match{Subject: p.subject()}
	if p.kind != tColon {
		p.noColon(false)
	}
	p.accept(tColon)
	if p.kind != tNewline {
		p.unexpected()
	}
	p.next()
	if p.kind != tIndent {
		at, to := p.place()
		p.report(at, to, "expected an indented block after 'match' statement on line %d", from.Line)
	} else {
		p.next()
		for p.kind != tDedent && p.kind != tEOF {
			s.Cases = append(s.Cases, p.protectCase())
		}
		p.accept(tDedent)
	}
	s.Span = p.span(from)
	return s
}

// subject parses what stands behind "match".
func (p *parser) subject() Expr {
	from := p.pos()
	e := p.starNamedExpr()
	if p.kind != tComma {
		if star, ok := e.(*Starred); ok {
			p.failAt(star, "invalid syntax")
		}
		return e
	}
	elts := []Expr{e}
	for p.accept(tComma) {
		if !p.kind.startsExpr() && p.kind != tStar {
			break
		}
		elts = append(elts, p.starNamedExpr())
	}
	return &Tuple{Span: p.span(from), Elts: elts}
}

// protectCase parses a case block. One that fails becomes "case None" with a
// BadStmt as its body.
func (p *parser) protectCase() *MatchCase {
	var c *MatchCase
	bad := p.protect(nil, func(p *parser, body []Stmt) []Stmt {
		c = p.matchCase()
		return nil
	})
	if bad != nil {
		span := Span{bad[0].Pos(), bad[0].End()}
		c = &MatchCase{Span: span, Pattern: &MatchSingleton{Span: span}, Body: bad}
	}
	return c
}

func (p *parser) matchCase() *MatchCase {
	if !p.isWord("case") {
		p.unexpected()
	}
	from := p.next().pos
	c := &MatchCase{Pattern: p.patterns()}
	if p.accept(tIf) {
		c.Guard = p.namedExpr()
	}
	c.Body = p.body(after("case", from))
	c.Span = p.span(from)
	return c
}

// patterns parses a pattern, or several that are a sequence without brackets.
func (p *parser) patterns() Pattern {
	from := p.pos()
	first := p.starPattern()
	_, star := first.(*MatchStar)
	if p.kind != tComma {
		if star {
			p.unexpected()
		}
		return first
	}
	list := []Pattern{first}
	for p.accept(tComma) {
		if p.kind == tColon || p.kind == tIf {
			break
		}
		list = append(list, p.starPattern())
	}
	return &MatchSequence{p.span(from), list}
}

// starPattern parses "*name" or a pattern.
func (p *parser) starPattern() Pattern {
	if p.kind != tStar {
		return p.pattern()
	}
	from := p.next().pos
	name := p.capture()
	return &MatchStar{p.span(from), name}
}

// capture parses a name to bind; for "_" there is none.
func (p *parser) capture() Ident {
	name := p.ident()
	switch p.kind {
	case tDot, tLparen, tAssign:
		p.unexpected()
	}
	if name.Name == "_" {
		return Ident{}
	}
	return name
}

// pattern parses "a | b as name".
func (p *parser) pattern() Pattern {
	p.enter()
	defer p.leave()
	from := p.pos()
	pattern := p.orPattern()
	if p.kind != tAs {
		return pattern
	}
	p.next()
	t := p.tok()
	if t.kind != tName || p.peek(1) == tDot || p.peek(1) == tLparen {
		p.asTarget()
	}
	name := p.ident()
	if name.Name == "_" {
		p.fail(t.pos, t.end, "cannot use '_' as a target")
	}
	switch p.kind {
	case tDot, tLparen, tAssign:
		p.unexpected()
	}
	return &MatchAs{p.span(from), pattern, name}
}

// asTarget fails at something behind "as" that is no name.
func (p *parser) asTarget() {
	if !p.kind.startsExpr() {
		p.unexpected()
	}
	e := p.expression()
	p.failAt(e, "invalid pattern target")
}

func (p *parser) orPattern() Pattern {
	from := p.pos()
	first := p.closedPattern()
	if p.kind != tPipe {
		return first
	}
	list := []Pattern{first}
	for p.kind == tPipe {
		p.chained(len(list))
		p.next()
		list = append(list, p.closedPattern())
	}
	return &MatchOr{p.span(from), list}
}

func (p *parser) closedPattern() Pattern {
	from := p.pos()
	switch p.kind {
	case tNumber, tMinus, tString, tFStart:
		value := p.literalPattern("patterns")
		return &MatchValue{p.span(from), value}
	case tNone:
		p.next()
		return &MatchSingleton{Span: p.span(from)}
	case tTrue, tFalse:
		value := p.next().kind == tTrue
		return &MatchSingleton{p.span(from), value}
	case tName:
		return p.namePattern()
	case tLparen:
		return p.groupPattern()
	case tLbrack:
		p.next()
		list := p.patternList(nil, tRbrack)
		return &MatchSequence{p.span(from), list}
	case tLbrace:
		return p.mappingPattern()
	}
	p.unexpected()
	return nil
}

// literalPattern parses a string, a number, or the sum of a real and an
// imaginary one. what is for the error about an f-string.
func (p *parser) literalPattern(what string) Expr {
	if p.kind == tString || p.kind == tFStart {
		e := p.strings()
		if _, ok := e.(*JoinedStr); ok {
			p.failAt(e, "%s may only match literals and attribute lookups", what)
		}
		return e
	}
	from := p.pos()
	left := p.signedNumber()
	if p.kind != tPlus && p.kind != tMinus {
		return left
	}
	if isImaginary(left) {
		p.failAt(left, "real number required in complex literal")
	}
	op, pos := Add, p.pos()
	if p.next().kind == tMinus {
		op = Sub
	}
	if p.kind != tNumber {
		p.unexpected()
	}
	right := p.atom()
	if !isImaginary(right) {
		p.failAt(right, "imaginary number required in complex literal")
	}
	return &BinOp{p.span(from), left, op, pos, right}
}

func isImaginary(e Expr) bool {
	if minus, ok := e.(*UnaryOp); ok {
		e = minus.Operand
	}
	c, ok := e.(*Constant)
	if !ok {
		return false
	}
	_, ok = c.Value.(complex128)
	return ok
}

func (p *parser) signedNumber() Expr {
	from := p.pos()
	minus := p.accept(tMinus)
	if p.kind != tNumber {
		p.unexpected()
	}
	e := p.atom()
	if minus {
		e = &UnaryOp{p.span(from), USub, e}
	}
	return e
}

// namePattern parses what starts with a name: a capture, the value of an
// attribute, or a class.
func (p *parser) namePattern() Pattern {
	from := p.pos()
	if p.isWord("_") {
		p.next()
		return &MatchAs{Span: p.span(from)}
	}
	if p.peek(1) != tDot && p.peek(1) != tLparen {
		name := p.capture()
		return &MatchAs{p.span(from), nil, name}
	}
	name := p.dottedExpr()
	if p.kind == tLparen {
		return p.classPattern(from, name)
	}
	if p.kind == tAssign {
		p.unexpected()
	}
	return &MatchValue{p.span(from), name}
}

// dottedExpr parses "a.b.c".
func (p *parser) dottedExpr() Expr {
	from := p.pos()
	var e Expr = p.nameExpr(Load)
	for n := 0; p.accept(tDot); n++ {
		p.chained(n)
		attr := p.ident()
		e = &Attribute{Span: p.span(from), Value: e, Attr: attr}
	}
	return e
}

// groupPattern parses a pattern in parentheses or a sequence in parentheses.
func (p *parser) groupPattern() Pattern {
	from := p.next().pos
	if p.accept(tRparen) {
		return &MatchSequence{Span: p.span(from)}
	}
	first := p.starPattern()
	if _, star := first.(*MatchStar); p.kind == tRparen && !star {
		p.next()
		return first
	}
	if p.kind != tComma {
		p.unexpected()
	}
	p.next()
	list := p.patternList([]Pattern{first}, tRparen)
	return &MatchSequence{p.span(from), list}
}

// patternList parses the rest of a list of patterns, and the bracket.
func (p *parser) patternList(list []Pattern, bracket kind) []Pattern {
	for p.kind != bracket {
		list = append(list, p.starPattern())
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(bracket)
	return list
}

func (p *parser) mappingPattern() Pattern {
	from := p.next().pos
	m := &MatchMapping{}
	for p.kind != tRbrace {
		if p.accept(tPow) {
			if p.isWord("_") {
				p.unexpected()
			}
			m.Rest = p.capture()
			p.accept(tComma)
			break
		}
		m.Keys = append(m.Keys, p.mappingKey())
		p.expect(tColon)
		m.Patterns = append(m.Patterns, p.pattern())
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRbrace)
	m.Span = p.span(from)
	return m
}

// mappingKey parses a literal or an attribute.
func (p *parser) mappingKey() Expr {
	switch p.kind {
	case tNumber, tMinus, tString, tFStart:
		return p.literalPattern("mapping pattern keys")
	case tNone, tTrue, tFalse:
		return p.atom()
	case tName:
		if p.peek(1) == tDot {
			return p.dottedExpr()
		}
	}
	p.unexpected()
	return nil
}

// classPattern parses the rest of "Class(pattern, name=pattern)".
func (p *parser) classPattern(from Pos, class Expr) Pattern {
	p.next()
	c := &MatchClass{Class: class}
	for p.kind != tRparen {
		if p.kind == tName && p.peek(1) == tAssign {
			c.KwdAttrs = append(c.KwdAttrs, p.ident())
			p.next()
			c.KwdPatterns = append(c.KwdPatterns, p.pattern())
		} else {
			arg := p.pattern()
			if c.KwdAttrs != nil {
				p.failAt(arg, "positional patterns follow keyword patterns")
			}
			c.Patterns = append(c.Patterns, arg)
		}
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRparen)
	c.Span = p.span(from)
	return c
}
