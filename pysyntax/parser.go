package pysyntax

import (
	"fmt"

	"golang.org/x/text/unicode/norm"
)

// The limits on the depth of the tree keep a hostile file from overflowing
// the stack of whoever walks it. Parentheses have their own, in the lexer.
const (
	maxDepth = 1000 // expressions in expressions
	maxChain = 1000 // operators, calls, attributes, decorators or elifs in one chain

	maxBlocks = 20 // managers of one with statement: each is a block, and CPython nests no more
)

// Parse parses the text of a module. filename is only for the errors; src is
// not kept. The tree is never nil, whatever the errors are: it holds what
// could be parsed, and a [BadStmt] in place of what could not.
func Parse(filename string, src []byte) (*Module, ErrorList) {
	m := &Module{Filename: filename}
	t, err := decode(src)
	m.text = t
	if err != nil {
		m.scopes = bind(m, nil)
		return m, ErrorList{err}.finish(filename, &t)
	}
	toks, errs := lex(t)
	p := &parser{src: t.src, toks: toks, errs: errs}
	p.kind = toks[0].kind
	m.Body = p.file()
	m.scopes = bind(m, p.reportAt)
	check(m, p.reportAt)
	return m, p.errs.finish(filename, &m.text)
}

// A parser is in the middle of parsing: at the token toks[i].
type parser struct {
	src   string
	toks  []token
	i     int
	kind  kind // of toks[i]
	end   Pos  // of the last token read that has text
	depth int
	kept  []Stmt // of the blocks of the statements that are being parsed
	errs  ErrorList
}

// next reads the current token and returns it.
func (p *parser) next() *token {
	t := &p.toks[p.i]
	switch t.kind {
	case tNewline, tIndent, tDedent:
	case tEOF:
		return t
	default:
		p.end = t.end
	}
	p.i++
	p.kind = p.toks[p.i].kind
	return t
}

// tok returns the current token.
func (p *parser) tok() *token { return &p.toks[p.i] }

// peek returns the kind of the token n behind the current one.
func (p *parser) peek(n int) kind { return p.toks[min(p.i+n, len(p.toks)-1)].kind }

// pos returns where the current token starts.
func (p *parser) pos() Pos { return p.toks[p.i].pos }

// text returns the text of a token: of a name, what Python takes it for.
func (p *parser) text(t *token) string {
	s := p.src[t.from:t.to]
	if t.kind == tName && !isASCII(s) {
		return norm.NFKC.String(s)
	}
	return s
}

// span returns the span of a node from a place to the last token read.
func (p *parser) span(from Pos) Span { return Span{from, p.end} }

// accept reads the current token if it is a k.
func (p *parser) accept(k kind) bool {
	if p.kind != k {
		return false
	}
	p.next()
	return true
}

// expect reads a k, or gives up.
func (p *parser) expect(k kind) *token {
	if p.kind != k {
		p.unexpected()
	}
	return p.next()
}

// ident reads a name.
func (p *parser) ident() Ident {
	t := p.expect(tName)
	return Ident{p.text(t), t.pos}
}

// isWord reports whether the current token is the soft keyword word.
func (p *parser) isWord(word string) bool {
	return p.kind == tName && p.text(p.tok()) == word
}

// report notes an error and goes on.
func (p *parser) report(from, to Pos, format string, args ...any) {
	if len(p.errs) >= 2*maxErrors {
		return
	}
	p.errs = append(p.errs, &Error{Span: Span{from, to}, Msg: fmt.Sprintf(format, args...)})
}

// reportAt reports an error about a node.
func (p *parser) reportAt(n Node, format string, args ...any) {
	p.report(n.Pos(), n.End(), format, args...)
}

// fail notes an error and gives up on the statement. If the lexer has reported
// an error in the rest of the logical line, that is likely the cause, and
// nothing is added.
func (p *parser) fail(from, to Pos, format string, args ...any) {
	if !p.lexerFailed() {
		p.report(from, to, format, args...)
	}
	panic(bailout{})
}

// failAt fails at a node.
func (p *parser) failAt(n Node, format string, args ...any) {
	p.fail(n.Pos(), n.End(), format, args...)
}

// unexpected fails at the current token, for no better reason than that
// nothing allows it here.
func (p *parser) unexpected() {
	p.expected("invalid syntax")
}

// expected is unexpected with a message that says more.
func (p *parser) expected(msg string) {
	if t := p.tok(); t.kind == tIndent {
		p.report(t.pos, t.end, "unexpected indent")
		panic(bailout{})
	}
	from, to := p.place()
	p.fail(from, to, "%s", msg)
}

// place returns where an error about the current token is: at the end of the
// file, that is behind the last token with text.
func (p *parser) place() (from, to Pos) {
	t := p.tok()
	if t.kind == tEOF && p.end.IsValid() {
		return p.end, p.end
	}
	return t.pos, t.end
}

// lexerFailed reports whether the lexer could not read all of the rest of the
// logical line.
func (p *parser) lexerFailed() bool {
	for i := p.i; ; i++ {
		switch p.toks[i].kind {
		case tError:
			return true
		case tNewline, tEOF:
			return false
		}
	}
}

// enter counts a level of the tree; the caller must defer or call leave.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.pos(), p.tok().end, "too deeply nested")
	}
}

func (p *parser) leave() { p.depth-- }

// chained fails if a chain has n links already.
func (p *parser) chained(n int) {
	if n >= maxChain {
		p.fail(p.pos(), p.tok().end, "too deeply nested")
	}
}
