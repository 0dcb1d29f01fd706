package pysyntax

// call parses the arguments of a call of fn.
func (p *parser) call(from Pos, fn Expr) Expr {
	p.enter()
	lparen := p.next().pos
	args, keywords := p.arguments(true)
	p.expect(tRparen)
	p.leave()
	return &Call{p.span(from), fn, lparen, args, keywords}
}

// arguments parses the arguments of a call or class, up to the closing
// parenthesis. A generator expression without its own parentheses is one of a
// call only.
func (p *parser) arguments(call bool) (args []Expr, keywords []*Keyword) {
	lparen := p.toks[p.i-1].pos
	for p.kind != tRparen {
		switch {
		case p.kind == tStar:
			args = append(args, p.starArg(keywords))
		case p.kind == tPow:
			keywords = append(keywords, p.spreadArg())
		case p.kind == tName && p.peek(1) == tAssign:
			keywords = append(keywords, p.keywordArg())
		default:
			arg := p.positional(lparen, len(args)+len(keywords) > 0, call)
			if len(keywords) > 0 {
				p.misplaced(arg, keywords)
			}
			args = append(args, arg)
		}
		if !p.accept(tComma) {
			break
		}
	}
	if p.kind != tRparen {
		p.unexpected()
	}
	return args, keywords
}

// starArg parses "*value".
func (p *parser) starArg(keywords []*Keyword) Expr {
	from := p.next().pos
	for _, k := range keywords {
		if k.Arg.Name == "" {
			p.fail(from, p.end, "iterable argument unpacking follows keyword argument unpacking")
		}
	}
	value := p.expression()
	p.noDefault(from, "iterable argument unpacking")
	return &Starred{Span: p.span(from), Value: value}
}

// spreadArg parses "**value".
func (p *parser) spreadArg() *Keyword {
	from := p.next().pos
	value := p.expression()
	p.noDefault(from, "keyword argument unpacking")
	return &Keyword{Span: p.span(from), Value: value}
}

// noDefault fails at "=" behind an argument that started at from.
func (p *parser) noDefault(from Pos, what string) {
	if p.kind == tAssign && p.peek(1).startsExpr() {
		p.next()
		p.expression()
		p.fail(from, p.end, "cannot assign to %s", what)
	}
}

// keywordArg parses "name=value".
func (p *parser) keywordArg() *Keyword {
	k := &Keyword{Arg: p.ident()}
	p.next()
	if p.kind == tComma || p.kind == tRparen {
		p.fail(k.Arg.Pos, p.end, "expected argument value expression")
	}
	k.Value = p.expression()
	if p.atFor() {
		p.fail(k.Arg.Pos, p.end, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
	}
	p.afterArg(k.Value)
	k.Span = p.span(k.Arg.Pos)
	return k
}

// positional parses a plain argument: an expression, or a generator
// expression, which needs no parentheses of its own if it is the only one.
func (p *parser) positional(lparen Pos, more, call bool) Expr {
	from := p.pos()
	e := p.argument(from)
	if !call || !p.atFor() {
		p.afterArg(e)
		return e
	}
	generators := p.generators()
	g := &GeneratorExp{Span{from, p.end}, e, generators}
	if more || p.kind == tComma {
		p.failAt(g, "Generator expression must be parenthesized")
	}
	if p.kind != tRparen {
		p.unexpected()
	}
	// The parentheses of the call are those of the expression.
	g.Span = Span{lparen, p.tok().end}
	return g
}

// argument parses "name := value" or an expression; it fails at "=".
func (p *parser) argument(from Pos) Expr {
	first := p.tok()
	if p.kind == tName && p.peek(1) == tWalrus {
		return p.namedExpr()
	}
	e := p.expression()
	switch p.kind {
	case tWalrus:
		p.walrusTarget(e)
	case tAssign:
		p.next()
		switch first.kind {
		case tTrue, tFalse, tNone:
			p.fail(from, p.end, "cannot assign to %s", p.text(first))
		}
		p.fail(from, p.end, `expression cannot contain assignment, perhaps you meant "=="?`)
	}
	return e
}

// afterArg fails unless the argument e ends where it may.
func (p *parser) afterArg(e Expr) {
	if p.kind != tComma && p.kind != tRparen {
		p.noComma(e)
		p.unexpected()
	}
}

// misplaced fails at a plain argument behind keyword arguments.
func (p *parser) misplaced(arg Expr, keywords []*Keyword) {
	what := "keyword argument"
	for _, k := range keywords {
		if k.Arg.Name == "" {
			what = "keyword argument unpacking"
		}
	}
	p.fail(arg.Pos(), p.end, "positional argument follows %s", what)
}

// A paramList is being parsed: parameters up to the token close.
type paramList struct {
	*Arguments
	close     kind
	annotated bool // parameters may have annotations
	slash     bool // "/" has been read
	star      bool // "*" has been read
	bareStar  *token
}

// parameters parses the parameters of a function or lambda up to the token
// close, which is not read.
func (p *parser) parameters(close kind, annotated bool) *Arguments {
	from := p.pos()
	l := &paramList{Arguments: &Arguments{}, close: close, annotated: annotated}
	for p.kind != close && p.kind != tSpec {
		p.parameter(l)
		if !p.accept(tComma) {
			break
		}
	}
	if p.kind != close && p.kind != tSpec {
		p.unexpected()
	}
	if l.bareStar != nil && len(l.KwOnly) == 0 {
		p.fail(l.bareStar.pos, l.bareStar.end, "named arguments must follow bare *")
	}
	if l.Span = p.span(from); l.To.Compare(l.From) < 0 {
		l.To = l.From
	}
	return l.Arguments
}

// parameter parses one parameter, "/" or "*".
func (p *parser) parameter(l *paramList) {
	t := p.tok()
	if l.Kwarg != nil {
		p.fail(t.pos, t.end, "arguments cannot follow var-keyword argument")
	}
	switch t.kind {
	case tSlash:
		p.slash(l)
	case tStar:
		p.vararg(l)
	case tPow:
		p.next()
		l.Kwarg = p.arg(l.annotated)
		if p.kind == tAssign {
			p.fail(p.pos(), p.tok().end, "var-keyword argument cannot have default value")
		}
	default:
		p.named(l)
	}
}

// slash parses "/", before which all parameters are positional only.
func (p *parser) slash(l *paramList) {
	t := p.next()
	switch {
	case l.slash:
		p.fail(t.pos, t.end, "/ may appear only once")
	case l.star:
		p.fail(t.pos, t.end, "/ must be ahead of *")
	case len(l.Args) == 0:
		p.fail(t.pos, t.end, "at least one argument must precede /")
	case p.kind == tStar:
		p.fail(p.pos(), p.tok().end, "expected comma between / and *")
	}
	l.slash = true
	l.PosOnly, l.Args = l.Args, nil
}

// vararg parses "*name", or a "*" alone, behind which parameters are keyword
// only.
func (p *parser) vararg(l *paramList) {
	t := p.next()
	if l.star {
		p.fail(t.pos, t.end, "* argument may appear only once")
	}
	l.star = true
	if p.kind == tComma || p.kind == l.close {
		l.bareStar = t
		return
	}
	l.Vararg = p.starArgParam(l.annotated)
	if p.kind == tAssign {
		p.fail(p.pos(), p.tok().end, "var-positional argument cannot have default value")
	}
}

// starArgParam parses the name behind "*", whose annotation may have a star.
func (p *parser) starArgParam(annotated bool) *Arg {
	if !annotated || p.peek(1) != tColon || p.peek(2) != tStar {
		return p.arg(annotated)
	}
	name := p.ident()
	p.next()
	a := &Arg{Name: name.Name, Annotation: p.starExpr()}
	a.Span = p.span(name.Pos)
	return a
}

// named parses "name: annotation = default".
func (p *parser) named(l *paramList) {
	if p.kind == tLparen {
		p.parenthesizedParam(l)
	}
	a := p.arg(l.annotated)
	var value Expr
	if p.accept(tAssign) {
		if p.kind == tComma || p.kind == l.close {
			t := p.toks[p.i-1]
			p.fail(t.pos, t.end, "expected default value expression")
		}
		value = p.expression()
	}
	if l.star {
		l.KwOnly = append(l.KwOnly, a)
		l.KwDefaults = append(l.KwDefaults, value)
		return
	}
	l.Args = append(l.Args, a)
	if value != nil {
		l.Defaults = append(l.Defaults, value)
	} else if len(l.Defaults) > 0 {
		p.failAt(a, "parameter without a default follows parameter with a default")
	}
}

// parenthesizedParam fails at "(a, b)" among parameters, as Python 2 had it.
func (p *parser) parenthesizedParam(l *paramList) {
	t := p.next()
	for p.kind == tName || p.kind == tComma {
		p.next()
	}
	if p.kind != tRparen {
		p.unexpected()
	}
	p.next()
	what := "Lambda expression parameters"
	if l.annotated {
		what = "Function parameters"
	}
	p.fail(t.pos, p.end, "%s cannot be parenthesized", what)
}

// arg parses "name: annotation".
func (p *parser) arg(annotated bool) *Arg {
	name := p.ident()
	a := &Arg{Name: name.Name}
	if annotated && p.accept(tColon) {
		a.Annotation = p.expression()
	}
	a.Span = p.span(name.Pos)
	return a
}
