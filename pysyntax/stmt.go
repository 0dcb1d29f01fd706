package pysyntax

// file parses all statements.
func (p *parser) file() []Stmt {
	var body []Stmt
	for p.kind != tEOF {
		body = p.protect(body, (*parser).statement)
	}
	return body
}

// statement parses a compound statement or a line of simple ones.
func (p *parser) statement(body []Stmt) []Stmt {
	if s := p.compoundStmt(); s != nil {
		return append(body, s)
	}
	return p.simpleStmts(body)
}

// simpleStmts parses simple statements up to and including the end of the line.
func (p *parser) simpleStmts(body []Stmt) []Stmt {
	for {
		body = append(body, p.simpleStmt())
		if !p.accept(tSemi) {
			break
		}
		if p.kind == tNewline {
			break
		}
	}
	if p.kind != tNewline {
		p.unexpected()
	}
	p.next()
	return body
}

func (p *parser) simpleStmt() Stmt {
	from := p.pos()
	switch p.kind {
	case tPass:
		p.next()
		return &Pass{p.span(from)}
	case tBreak:
		p.next()
		return &Break{p.span(from)}
	case tContinue:
		p.next()
		return &Continue{p.span(from)}
	case tReturn:
		return p.returnStmt()
	case tRaise:
		return p.raiseStmt()
	case tImport:
		return p.importStmt()
	case tFrom:
		return p.importFrom()
	case tGlobal:
		p.next()
		names := p.idents()
		return &Global{p.span(from), names}
	case tNonlocal:
		p.next()
		names := p.idents()
		return &Nonlocal{p.span(from), names}
	case tDel:
		return p.deleteStmt()
	case tAssert:
		return p.assertStmt()
	case tName:
		if p.isWord("type") && p.peek(1) == tName {
			return p.typeAlias()
		}
	}
	return p.exprStmt()
}

// atEnd reports whether the current token ends a simple statement.
func (p *parser) atEnd() bool { return p.kind == tNewline || p.kind == tSemi }

func (p *parser) returnStmt() Stmt {
	from := p.next().pos
	var value Expr
	if !p.atEnd() {
		value = p.starExprs()
	}
	return &Return{p.span(from), value}
}

func (p *parser) raiseStmt() Stmt {
	from := p.next().pos
	var exc, cause Expr
	if !p.atEnd() {
		exc = p.expression()
		if p.accept(tFrom) {
			cause = p.expression()
		}
	}
	return &Raise{p.span(from), exc, cause}
}

func (p *parser) assertStmt() Stmt {
	from := p.next().pos
	test := p.expression()
	var msg Expr
	if p.accept(tComma) {
		msg = p.expression()
	}
	return &Assert{p.span(from), test, msg}
}

// idents parses names with commas between them.
func (p *parser) idents() []Ident {
	names := []Ident{p.ident()}
	for p.accept(tComma) {
		names = append(names, p.ident())
	}
	return names
}

func (p *parser) deleteStmt() Stmt {
	from := p.next().pos
	var targets []Expr
	for !p.atEnd() || targets == nil {
		e := p.starExpr()
		p.target(e, Del)
		targets = append(targets, e)
		if !p.accept(tComma) {
			break
		}
	}
	span := p.span(from)
	if !p.atEnd() {
		p.unexpected()
	}
	return &Delete{span, targets}
}

// exprStmt parses an expression, or an assignment of any kind.
func (p *parser) exprStmt() Stmt {
	start := p.i
	from := p.pos()
	e := p.yieldOrStarExprs()
	switch p.kind {
	case tAssign:
		return p.assign(start, e)
	case tColon:
		return p.annAssign(start, e)
	case tWalrus:
		p.walrusTarget(e)
	}
	if op, ok := p.kind.augmented(); ok {
		return p.augAssign(from, e, op)
	}
	p.legacyCall(e)
	return &ExprStmt{p.span(from), e}
}

// assign parses the rest of "a = b = value", behind the first target.
// The statement started at token start.
func (p *parser) assign(start int, first Expr) Stmt {
	s := &Assign{Value: first}
	for p.accept(tAssign) {
		s.Targets = append(s.Targets, s.Value)
		if !p.kind.startsExpr() && p.kind != tStar && p.kind != tYield {
			p.assignTarget(start, s.Value, false)
		}
		s.Value = p.yieldOrStarExprs()
	}
	for _, target := range s.Targets {
		p.assignTarget(start, target, len(s.Targets) == 1 && !isYield(s.Value))
	}
	s.Span = p.span(p.toks[start].pos)
	return s
}

func (p *parser) augAssign(from Pos, target Expr, op Operator) Stmt {
	switch target.(type) {
	case *Name, *Attribute, *Subscript:
		p.target(target, Store)
	default:
		p.failAt(target, "'%s' is an illegal expression for augmented assignment", describe(target))
	}
	pos := p.next().pos
	value := p.yieldOrStarExprs()
	return &AugAssign{p.span(from), target, op, pos, value}
}

// annAssign parses the rest of "target: annotation = value". The target
// started at token start.
func (p *parser) annAssign(start int, target Expr) Stmt {
	first := &p.toks[start]
	simple := false
	switch target.(type) {
	case *Name:
		simple = first.kind == tName
	case *Attribute, *Subscript:
	case *List, *Tuple:
		p.failAt(target, "only single target (not %s) can be annotated", describe(target))
	default:
		if isYield(target) || first.kind == tStar {
			p.unexpected()
		}
		p.annotated(target)
	}
	p.target(target, Store)
	p.next()
	s := &AnnAssign{Target: target, Simple: simple, Annotation: p.expression()}
	if p.accept(tAssign) {
		s.Value = p.yieldOrStarExprs()
	}
	s.Span = p.span(first.pos)
	return s
}

// annotated fails at a colon behind something that cannot be annotated. Most
// likely it was meant to be a compound statement.
func (p *parser) annotated(target Expr) {
	if !p.peek(1).startsExpr() {
		p.unexpected()
	}
	p.failAt(target, "illegal target for annotation")
}

func isYield(e Expr) bool {
	switch e.(type) {
	case *Yield, *YieldFrom:
		return true
	}
	return false
}

// legacyCall reports a print or exec statement of Python 2: the name e and
// behind it something that could be its argument.
func (p *parser) legacyCall(e Expr) {
	name, ok := e.(*Name)
	if !ok || name.ID != "print" && name.ID != "exec" || !p.kind.startsExpr() {
		return
	}
	arg := p.starExprs()
	p.fail(e.Pos(), arg.End(), "Missing parentheses in call to '%s'. Did you mean %s(...)?", name.ID, name.ID)
}

func (p *parser) typeAlias() Stmt {
	from := p.next().pos
	s := &TypeAlias{Name: p.nameExpr(Store)}
	s.TypeParams = p.typeParams()
	p.expect(tAssign)
	s.Value = p.expression()
	s.Span = p.span(from)
	return s
}

func (p *parser) importStmt() Stmt {
	from := p.next().pos
	var names []*Alias
	for {
		start := p.pos()
		a := &Alias{Name: p.dottedName().Name, AsName: p.asName()}
		a.Span = p.span(start)
		names = append(names, a)
		if !p.accept(tComma) {
			break
		}
	}
	if p.kind == tFrom && p.peek(1) == tName {
		p.next()
		p.dottedName()
		p.fail(from, p.end, "Did you mean to use 'from ... import ...' instead?")
	}
	return &Import{p.span(from), names}
}

// dottedName parses "a.b.c".
func (p *parser) dottedName() Ident {
	name := p.ident()
	if p.kind != tDot {
		return name
	}
	parts := []byte(name.Name)
	for p.accept(tDot) {
		parts = append(parts, '.')
		parts = append(parts, p.ident().Name...)
	}
	return Ident{string(parts), name.Pos}
}

// asName parses "as name", if it is there.
func (p *parser) asName() Ident {
	if p.accept(tAs) {
		return p.ident()
	}
	return Ident{}
}

func (p *parser) importFrom() Stmt {
	from := p.next().pos
	s := &ImportFrom{}
	for {
		if p.accept(tDot) {
			s.Level++
		} else if p.accept(tEllipsis) {
			s.Level += 3
		} else {
			break
		}
	}
	if s.Level == 0 || p.kind != tImport {
		s.Module = p.dottedName()
	}
	p.expect(tImport)
	s.Names = p.importNames()
	s.Span = p.span(from)
	return s
}

// importNames parses what stands behind "from x import".
func (p *parser) importNames() []*Alias {
	from := p.pos()
	if p.accept(tStar) {
		return []*Alias{{Span: p.span(from), Name: "*"}}
	}
	paren := p.accept(tLparen)
	var names []*Alias
	for {
		start := p.pos()
		a := &Alias{Name: p.ident().Name, AsName: p.asName()}
		a.Span = p.span(start)
		names = append(names, a)
		if !p.accept(tComma) || paren && p.kind == tRparen {
			break
		}
		if p.kind == tNewline {
			p.fail(p.pos(), Pos{}, "trailing comma not allowed without surrounding parentheses")
		}
	}
	if paren {
		p.expect(tRparen)
	}
	return names
}
