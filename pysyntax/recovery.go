package pysyntax

// bailout is the panic that gives up on a statement.
type bailout struct{}

// protect has parse append statements to body. If parse gives up, a BadStmt
// is appended instead, and parsing can go on behind the line where it gave up
// and behind the block of that line. No token is parsed twice.
func (p *parser) protect(body []Stmt, parse func(*parser, []Stmt) []Stmt) (out []Stmt) {
	start, depth, kept := p.i, p.depth, len(p.kept)
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(bailout); !ok {
				panic(r)
			}
			p.depth = depth
			out = append(body, p.recover(start, kept))
		}
		p.kept = p.kept[:kept]
	}()
	return parse(p, body)
}

// recover makes a BadStmt of the statement that started at token start and
// failed at the current one. Its blocks are p.kept[kept:] and those to come.
func (p *parser) recover(start, kept int) *BadStmt {
	first := &p.toks[start]
	var names []Ident
	for i := start; i < p.i && p.toks[i].kind != tNewline; i++ {
		names = p.appendName(names, &p.toks[i])
	}
	names = p.skipLine(names)
	for {
		if p.kind == tIndent {
			p.block()
		} else if p.atClause() && (len(p.kept) > kept || first.kind.hasClauses()) {
			names = p.skipLine(names)
		} else {
			break
		}
	}
	bad := &BadStmt{Span: Span{first.pos, p.end}, Names: names}
	if bad.To.Compare(bad.From) < 0 {
		bad.To = bad.From
	}
	bad.Body = append(bad.Body, p.kept[kept:]...)
	return bad
}

// hasClauses reports whether k starts a statement, or a clause of one, that
// other clauses may follow.
func (k kind) hasClauses() bool {
	switch k {
	case tIf, tElif, tElse, tFor, tWhile, tTry, tExcept, tFinally, tAsync:
		return true
	}
	return false
}

// atClause reports whether the current token continues a compound statement.
func (p *parser) atClause() bool {
	switch p.kind {
	case tElif, tElse, tExcept, tFinally:
		return true
	}
	return false
}

// skipLine skips to behind the end of the line and appends the names on the
// way.
func (p *parser) skipLine(names []Ident) []Ident {
	for {
		switch p.kind {
		case tNewline:
			p.next()
			return names
		case tIndent, tDedent, tEOF:
			return names
		}
		names = p.appendName(names, p.next())
	}
}

func (p *parser) appendName(names []Ident, t *token) []Ident {
	if t.kind == tName {
		names = append(names, Ident{p.text(t), t.pos})
	}
	return names
}
