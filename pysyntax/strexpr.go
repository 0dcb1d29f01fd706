package pysyntax

import "strings"

// strings parses string literals side by side, which are one.
func (p *parser) strings() Expr {
	j := joiner{from: p.pos()}
	first := p.tok()
	for ; p.kind == tString || p.kind == tFStart; j.literals++ {
		if p.kind == tFStart {
			j.formatted = true
			p.fstring(&j)
		} else {
			p.plainString(&j)
		}
	}
	span, joined := p.span(j.from), j.literals > 1
	switch {
	case j.bytes && (j.text || j.formatted):
		p.fail(span.From, span.To, "cannot mix bytes and nonbytes literals")
	case j.bytes:
		return &Constant{Span: span, Value: Bytes(j.literal.String()), Joined: joined}
	case !j.formatted:
		return &Constant{Span: span, Value: j.literal.String(), U: p.src[first.from] == 'u', Joined: joined}
	}
	j.flush()
	return &JoinedStr{span, j.values, joined}
}

// A joiner puts together the parts of strings side by side.
type joiner struct {
	from      Pos
	literals  int  // how many there are
	text      bool // there is a plain string
	bytes     bool // there is a bytes literal
	formatted bool // there is an f-string

	values  []Expr // so far, if there is an f-string
	literal strings.Builder
	span    Span // of literal
	u       bool // literal starts in a string with the prefix u
}

// add appends literal text.
func (j *joiner) add(s string, span Span, u bool) {
	if s == "" {
		return
	}
	if j.literal.Len() == 0 {
		j.span.From, j.u = span.From, u
	}
	j.span.To = span.To
	j.literal.WriteString(s)
}

// flush makes a Constant of the literal text.
func (j *joiner) flush() {
	if j.literal.Len() > 0 {
		j.values = append(j.values, &Constant{Span: j.span, Value: j.literal.String(), U: j.u})
		j.literal.Reset()
	}
}

// plainString parses a string or bytes literal.
func (p *parser) plainString(j *joiner) {
	t := p.next()
	s := p.text(t)
	var raw, isBytes, u bool
	for s[0] != '"' && s[0] != '\'' {
		switch s[0] | 0x20 {
		case 'r':
			raw = true
		case 'b':
			isBytes = true
		case 'u':
			u = s[0] == 'u'
		}
		s = s[1:]
	}
	if len(s) >= 6 && s[1] == s[0] && s[2] == s[0] {
		s = s[3 : len(s)-3]
	} else {
		s = s[1 : len(s)-1]
	}
	j.bytes = j.bytes || isBytes
	j.text = j.text || !isBytes
	j.add(p.unescape(s, t, raw, isBytes), Span{t.pos, t.end}, u)
}

// unescape reports what is wrong with the escapes in a token, and goes on.
func (p *parser) unescape(s string, t *token, raw, isBytes bool) string {
	s, err := unescape(s, raw, isBytes)
	if err != nil {
		p.report(t.pos, t.end, "%s", err)
	}
	return s
}

// fstring parses an f-string.
func (p *parser) fstring(j *joiner) {
	start := p.next()
	raw := strings.ContainsAny(p.text(start), "rR")
	p.fstringParts(j, raw)
	if p.kind != tFEnd {
		p.unexpected()
	}
	p.next()
}

// fstringParts parses literal text and fields.
func (p *parser) fstringParts(j *joiner, raw bool) {
	for {
		switch p.kind {
		case tFMiddle:
			t := p.next()
			j.add(p.unescape(p.text(t), t, raw, false), Span{t.pos, t.end}, false)
		case tLbrace:
			p.field(j, raw)
		default:
			return
		}
	}
}

// field parses "{value=!conversion:spec}".
func (p *parser) field(j *joiner, raw bool) {
	open := p.next()
	p.enter()
	defer p.leave()
	v := &FormattedValue{Value: p.fieldValue()}
	debug := p.kind == tAssign
	if debug {
		p.next()
	}
	exprEnd := p.tok()
	if p.kind == tExclaim {
		v.Conversion = p.conversion()
	}
	if p.kind == tSpec {
		v.Spec = p.formatSpec(raw)
	}
	if p.kind != tRbrace {
		p.fieldEnd(v, debug)
	}
	p.next()
	v.Span = p.span(open.pos)
	if debug {
		s := p.src[open.to:exprEnd.from]
		j.add(s, Span{open.end, exprEnd.pos}, false)
		if v.Conversion == 0 && v.Spec == nil {
			v.Conversion = 'r'
		}
	}
	j.flush()
	j.values = append(j.values, v)
}

// fieldValue parses the expression of a field.
func (p *parser) fieldValue() Expr {
	switch p.kind {
	case tAssign, tExclaim, tSpec, tRbrace:
		t := p.tok()
		p.fail(t.pos, t.end, "f-string: valid expression required before '%s'", p.text(t))
	}
	if !p.kind.startsExpr() && p.kind != tStar && p.kind != tYield {
		p.expected("f-string: expecting a valid expression after '{'")
	}
	e := p.yieldOrStarExprs()
	switch p.kind {
	case tAssign, tExclaim, tSpec, tRbrace:
	default:
		p.noComma(e)
		p.expected("f-string: expecting '=', or '!', or ':', or '}'")
	}
	return e
}

// conversion parses "!r".
func (p *parser) conversion() byte {
	mark := p.next()
	t := p.tok()
	switch {
	case p.kind == tSpec || p.kind == tRbrace:
		p.fail(t.pos, t.end, "f-string: missing conversion character")
	case p.kind != tName:
		p.expected("f-string: invalid conversion character")
	case t.from != mark.to:
		p.fail(t.pos, t.end, "f-string: conversion type must come right after the exclamation mark")
	}
	p.next()
	name := p.text(t)
	if name != "s" && name != "r" && name != "a" {
		p.fail(t.pos, t.end, "f-string: invalid conversion character '%s': expected 's', 'r', or 'a'", name)
	}
	return name[0]
}

// formatSpec parses ":spec".
func (p *parser) formatSpec(raw bool) *JoinedStr {
	colon := p.next()
	j := joiner{from: colon.pos}
	p.fstringParts(&j, raw)
	j.flush()
	return &JoinedStr{Span: p.span(colon.pos), Values: j.values}
}

// fieldEnd fails at the end of a field that has no brace.
func (p *parser) fieldEnd(v *FormattedValue, debug bool) {
	switch {
	case v.Spec != nil:
		p.expected("f-string: expecting '}', or format specs")
	case v.Conversion != 0:
		p.expected("f-string: expecting ':' or '}'")
	case debug:
		p.expected("f-string: expecting '!', or ':', or '}'")
	}
	p.expected("f-string: expecting '}'")
}
