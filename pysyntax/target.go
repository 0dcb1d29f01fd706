package pysyntax

// target turns an expression into one that is assigned to or deleted. If it
// cannot be, the statement fails at the part that is to blame.
func (p *parser) target(e Expr, ctx Context) {
	if bad := setContext(e, ctx); bad != nil {
		p.failTarget(bad, ctx)
	}
}

// failTarget fails at an expression that cannot have the context.
func (p *parser) failTarget(bad Expr, ctx Context) {
	if ctx == Del {
		p.failAt(bad, "cannot delete %s", describe(bad))
	}
	p.failAt(bad, "cannot assign to %s", describe(bad))
}

// assignTarget is target for what stands left of "=", in a statement that
// started at token start. If hint, a comparison may have been meant.
func (p *parser) assignTarget(start int, e Expr, hint bool) {
	bad := setContext(e, Store)
	switch {
	case bad == nil:
		return
	case isYield(bad) && p.toks[start].kind != tLparen:
		p.failAt(bad, "assignment to yield expression not possible")
	case hint && bad == e && mayCompare(e):
		p.failAt(bad, "cannot assign to %s here. Maybe you meant '==' instead of '='?", describe(bad))
	}
	p.failTarget(bad, Store)
}

// mayCompare reports whether "e == x" makes sense where "e = x" does not.
func mayCompare(e Expr) bool {
	switch e := e.(type) {
	case *GeneratorExp, *Starred:
		return false
	case *Constant:
		switch e.Value.(type) {
		case nil, bool:
			return false
		}
	case *BoolOp, *Compare, *IfExp, *Lambda, *NamedExpr:
		return false
	case *UnaryOp:
		return e.Op != Not
	}
	return true
}

// setContext gives a target and its parts the context. It returns the first
// part that cannot have it, or nil.
func setContext(e Expr, ctx Context) Expr {
	switch e := e.(type) {
	case *Name:
		e.Ctx = ctx
	case *Attribute:
		e.Ctx = ctx
	case *Subscript:
		e.Ctx = ctx
	case *Starred:
		if _, twice := e.Value.(*Starred); twice || ctx == Del {
			return e
		}
		e.Ctx = ctx
		return setContext(e.Value, ctx)
	case *List:
		e.Ctx = ctx
		return setContexts(e.Elts, ctx)
	case *Tuple:
		e.Ctx = ctx
		return setContexts(e.Elts, ctx)
	default:
		return e
	}
	return nil
}

func setContexts(elts []Expr, ctx Context) Expr {
	for _, e := range elts {
		if bad := setContext(e, ctx); bad != nil {
			return bad
		}
	}
	return nil
}

// starTarget parses one target, maybe with a star.
func (p *parser) starTarget() Expr {
	e := p.starOperand()
	p.target(e, Store)
	return e
}

// starOperand parses "*operand" or "operand", where the operand has no
// comparison in it, so that "in" ends it.
func (p *parser) starOperand() Expr {
	if p.kind == tStar {
		return p.starred()
	}
	return p.operand()
}

// forTarget parses what stands between "for" and "in".
func (p *parser) forTarget() Expr {
	from := p.pos()
	first := p.starOperand()
	e := first
	if p.kind == tComma {
		elts := []Expr{first}
		for p.accept(tComma) {
			if p.kind == tIn {
				break
			}
			elts = append(elts, p.starOperand())
		}
		e = &Tuple{Span: p.span(from), Elts: elts}
	}
	p.target(e, Store)
	return e
}

// describe names a kind of expression in the words of CPython.
func describe(e Expr) string {
	switch e := e.(type) {
	case *Attribute:
		return "attribute"
	case *Subscript:
		return "subscript"
	case *Starred:
		return "starred"
	case *Name:
		return "name"
	case *List:
		return "list"
	case *Tuple:
		return "tuple"
	case *Lambda:
		return "lambda"
	case *Call:
		return "function call"
	case *BoolOp, *BinOp, *UnaryOp:
		return "expression"
	case *GeneratorExp:
		return "generator expression"
	case *Yield, *YieldFrom:
		return "yield expression"
	case *Await:
		return "await expression"
	case *ListComp:
		return "list comprehension"
	case *SetComp:
		return "set comprehension"
	case *DictComp:
		return "dict comprehension"
	case *Dict:
		return "dict literal"
	case *Set:
		return "set display"
	case *JoinedStr, *FormattedValue:
		return "f-string expression"
	case *Compare:
		return "comparison"
	case *IfExp:
		return "conditional expression"
	case *NamedExpr:
		return "named expression"
	case *Constant:
		return describeConstant(e.Value)
	}
	return "expression"
}

func describeConstant(value any) string {
	switch value {
	case nil:
		return "None"
	case true:
		return "True"
	case false:
		return "False"
	case Ellipsis{}:
		return "ellipsis"
	}
	return "literal"
}
