package pysyntax

import "fmt"

// compoundStmt parses a compound statement. It returns nil, having read
// nothing, if there is none.
func (p *parser) compoundStmt() Stmt {
	switch p.kind {
	case tIf:
		return p.ifStmt()
	case tFor:
		return p.forStmt(p.pos(), false)
	case tWhile:
		return p.whileStmt()
	case tTry:
		return p.tryStmt()
	case tWith:
		return p.withStmt(p.pos(), false)
	case tDef:
		return p.functionDef(p.pos(), false, nil)
	case tClass:
		return p.classDef(nil)
	case tAt:
		return p.decorated()
	case tAsync:
		return p.asyncStmt(nil)
	case tName:
		if p.atMatch() {
			return p.matchStmt()
		}
	}
	return nil
}

// asyncStmt parses what starts with async. With decorators it is a function.
func (p *parser) asyncStmt(decorators []Expr) Stmt {
	from := p.next().pos
	switch {
	case p.kind == tDef:
		return p.functionDef(from, true, decorators)
	case p.kind == tFor && decorators == nil:
		return p.forStmt(from, true)
	case p.kind == tWith && decorators == nil:
		return p.withStmt(from, true)
	}
	p.unexpected()
	return nil
}

func (p *parser) decorated() Stmt {
	var decorators []Expr
	for p.kind == tAt {
		p.chained(len(decorators))
		p.next()
		decorators = append(decorators, p.namedExpr())
		p.expect(tNewline)
	}
	switch p.kind {
	case tDef:
		return p.functionDef(p.pos(), false, decorators)
	case tAsync:
		return p.asyncStmt(decorators)
	case tClass:
		return p.classDef(decorators)
	}
	p.unexpected()
	return nil
}

// A header is the first line of a compound statement or of a clause of one,
// for the errors about its block.
type header struct {
	what  string // as in "expected an indented block after ..."
	line  int32
	colon bool // nothing but a colon can stand behind it
}

// after names a statement in the words of CPython.
func after(keyword string, at Pos) header {
	colon := keyword == "try" || keyword == "else" || keyword == "finally"
	return header{fmt.Sprintf("'%s' statement", keyword), at.Line, colon}
}

// body parses the colon and the block behind a header. If either is missing
// but what follows looks right, parsing goes on.
func (p *parser) body(h header) []Stmt {
	if p.kind != tColon {
		p.noColon(h.colon)
	}
	p.accept(tColon)
	if p.kind != tNewline {
		body := p.protect(nil, (*parser).simpleStmts)
		p.kept = append(p.kept, body...)
		return body
	}
	p.next()
	if p.kind == tIndent {
		return p.block()
	}
	from, to := p.place()
	p.report(from, to, "expected an indented block after %s on line %d", h.what, h.line)
	return nil
}

// noColon reports a missing colon. It gives up unless the line ends there.
// If not only, something else might have stood there.
func (p *parser) noColon(only bool) {
	if p.kind != tNewline && only {
		p.expected("expected ':'")
	}
	if p.kind != tNewline {
		p.unexpected()
	}
	if !p.lexerFailed() {
		from, to := p.place()
		p.report(from, to, "expected ':'")
	}
}

// block parses an indented block, from its INDENT to its DEDENT. It is kept
// in case the statement that it belongs to fails.
func (p *parser) block() []Stmt {
	p.next()
	var body []Stmt
	for p.kind != tDedent && p.kind != tEOF {
		body = p.protect(body, (*parser).statement)
	}
	p.accept(tDedent)
	p.kept = append(p.kept, body...)
	return body
}

func (p *parser) ifStmt() Stmt {
	first := &If{}
	s, from, word := first, p.next().pos, "if"
	chain := []*If{first}
	for n := 0; ; n++ {
		p.chained(n)
		s.From = from
		s.Test = p.namedExpr()
		s.Body = p.body(after(word, from))
		if p.kind != tElif {
			break
		}
		from, word = p.next().pos, "elif"
		next := &If{}
		s.Orelse = []Stmt{next}
		s = next
		chain = append(chain, next)
	}
	s.Orelse = p.orelse()
	for _, s := range chain {
		s.To = p.end
	}
	return first
}

// orelse parses an else clause, if there is one.
func (p *parser) orelse() []Stmt {
	if p.kind != tElse {
		return nil
	}
	return p.body(after("else", p.next().pos))
}

func (p *parser) whileStmt() Stmt {
	from := p.next().pos
	s := &While{Test: p.namedExpr()}
	s.Body = p.body(after("while", from))
	s.Orelse = p.orelse()
	s.Span = p.span(from)
	return s
}

func (p *parser) forStmt(from Pos, async bool) Stmt {
	at := p.next().pos
	s := &For{Async: async, Target: p.forTarget()}
	p.expect(tIn)
	s.Iter = p.starExprs()
	s.Body = p.body(after("for", at))
	s.Orelse = p.orelse()
	s.Span = p.span(from)
	return s
}

func (p *parser) withStmt(from Pos, async bool) Stmt {
	at := p.next().pos
	s := &With{Async: async}
	if p.kind == tLparen && p.parenthesizedItems() {
		p.next()
		for p.kind != tRparen {
			s.Items = append(s.Items, p.withItem())
			if !p.accept(tComma) {
				break
			}
		}
		p.expect(tRparen)
	} else {
		s.Items = append(s.Items, p.withItem())
		for p.accept(tComma) {
			s.Items = append(s.Items, p.withItem())
		}
	}
	if len(s.Items) > maxBlocks {
		item := s.Items[maxBlocks]
		p.fail(item.Pos(), item.End(), "too many statically nested blocks")
	}
	s.Body = p.body(after("with", at))
	s.Span = p.span(from)
	return s
}

func (p *parser) withItem() *WithItem {
	from := p.pos()
	item := &WithItem{Context: p.expression()}
	if p.accept(tAs) {
		item.Vars = p.starTarget()
		switch p.kind {
		case tComma, tRparen, tColon, tNewline:
		default:
			p.unexpected()
		}
	}
	item.Span = p.span(from)
	return item
}

// parenthesizedItems reports whether the parenthesis at the current token is
// around all items of a with statement. If it could as well be that of an
// expression, it is not only where a list of items does not parse.
func (p *parser) parenthesizedItems() bool {
	depth, plain, any := 0, true, false
	for i := p.i; ; i++ {
		k := p.toks[i].kind
		switch k {
		case tLparen, tLbrack, tLbrace:
			depth++
		case tRparen, tRbrack, tRbrace:
			depth--
			if depth == 0 {
				next := p.toks[i+1].kind
				return plain && any && (next == tColon || next == tNewline)
			}
		case tNewline, tEOF:
			return false
		case tAs:
			if depth == 1 {
				return true
			}
		case tWalrus, tFor, tAsync, tYield:
			plain = plain && depth > 1
		case tStar:
			before := p.toks[i-1].kind
			plain = plain && (depth > 1 || before != tLparen && before != tComma)
		}
		any = any || i > p.i
	}
}

func (p *parser) tryStmt() Stmt {
	from := p.next().pos
	s := &Try{Body: p.body(after("try", from))}
	for p.kind == tExcept {
		s.Handlers = append(s.Handlers, p.handler(s))
	}
	if s.Handlers != nil {
		s.Orelse = p.orelse()
	}
	if p.kind == tFinally {
		s.Finalbody = p.body(after("finally", p.next().pos))
	} else if s.Handlers == nil {
		p.noHandler()
	}
	s.Span = p.span(from)
	return s
}

// noHandler reports a try statement that ends too soon.
func (p *parser) noHandler() {
	if !p.lexerFailed() {
		from, to := p.place()
		p.report(from, to, "expected 'except' or 'finally' block")
	}
}

// handler parses an except clause of s.
func (p *parser) handler(s *Try) *ExceptHandler {
	from := p.next().pos
	h := &ExceptHandler{}
	what := "except"
	star := p.accept(tStar)
	if star {
		what = "except*"
		if p.kind == tColon || p.kind == tNewline {
			p.expected("expected one or more exception types")
		}
	}
	if s.Handlers != nil && s.Star != star {
		p.fail(from, p.end, "cannot have both 'except' and 'except*' on the same 'try'")
	}
	s.Star = star
	if p.kind != tColon && p.kind != tNewline {
		p.handlerType(h)
	}
	h.Body = p.body(after(what, from))
	h.Span = p.span(from)
	return h
}

// handlerType parses "Type as name".
func (p *parser) handlerType(h *ExceptHandler) {
	h.Type = p.expression()
	if p.kind == tComma {
		p.failAt(h.Type, "multiple exception types must be parenthesized")
	}
	h.Name = p.asName()
}

func (p *parser) functionDef(from Pos, async bool, decorators []Expr) Stmt {
	at := p.next().pos
	s := &FunctionDef{Async: async, Decorators: decorators, Name: p.ident()}
	s.TypeParams = p.typeParams()
	if p.kind != tLparen {
		p.expected("expected '('")
	}
	p.next()
	s.Args = p.parameters(tRparen, true)
	p.expect(tRparen)
	if p.accept(tArrow) {
		s.Returns = p.expression()
	}
	s.Body = p.body(header{"function definition", at.Line, true})
	s.Span = p.span(from)
	return s
}

func (p *parser) classDef(decorators []Expr) Stmt {
	from := p.next().pos
	s := &ClassDef{Decorators: decorators, Name: p.ident()}
	s.TypeParams = p.typeParams()
	if p.accept(tLparen) {
		s.Bases, s.Keywords = p.arguments(false)
		p.expect(tRparen)
	}
	s.Body = p.body(header{"class definition", from.Line, false})
	s.Span = p.span(from)
	return s
}

// typeParams parses "[T: bound, *Ts, **P]", if it is there.
func (p *parser) typeParams() []TypeParam {
	if !p.accept(tLbrack) {
		return nil
	}
	var params []TypeParam
	for p.kind != tRbrack || params == nil {
		params = append(params, p.typeParam())
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRbrack)
	return params
}

func (p *parser) typeParam() TypeParam {
	from := p.pos()
	switch {
	case p.accept(tStar):
		t := &TypeVarTuple{Name: p.ident().Name}
		t.Span = p.span(from)
		p.noBound("TypeVarTuple")
		return t
	case p.accept(tPow):
		t := &ParamSpec{Name: p.ident().Name}
		t.Span = p.span(from)
		p.noBound("ParamSpec")
		return t
	}
	t := &TypeVar{Name: p.ident().Name}
	if p.accept(tColon) {
		t.Bound = p.expression()
	}
	t.Span = p.span(from)
	return t
}

// noBound fails at a bound behind a type parameter that can have none.
func (p *parser) noBound(what string) {
	if p.kind != tColon {
		return
	}
	at := p.next().pos
	bound := p.expression()
	kind := "bound"
	if _, ok := bound.(*Tuple); ok {
		kind = "constraints"
	}
	p.fail(at, bound.End(), "cannot use %s with %s", kind, what)
}
