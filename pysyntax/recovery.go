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
	line := p.lineStart(start)
	bad := &BadStmt{opens: p.opener(line)}
	for _, i := range []int{start, line} {
		for ; i < p.i && p.toks[i].kind != tNewline; i++ {
			bad.addName(p, &p.toks[i])
		}
		if line == start {
			break
		}
	}
	p.skipLine(bad)
	for {
		if p.kind == tIndent {
			p.block()
		} else if p.atClause() && (len(p.kept) > kept || first.kind.hasClauses()) {
			p.skipLine(bad)
		} else {
			break
		}
	}
	bad.From, bad.To = first.pos, p.end
	if bad.To.Compare(bad.From) < 0 {
		bad.To = bad.From
	}
	bad.Body = append(bad.Body, p.kept[kept:]...)
	return bad
}

// lineStart returns the first token of the logical line that the current
// token is in, but none before start.
func (p *parser) lineStart(start int) int {
	i := p.i
	for ; i > start; i-- {
		switch p.toks[i-1].kind {
		case tNewline, tIndent, tDedent:
			return i
		}
	}
	return i
}

// opener tells from the logical line at token i whose header it is: that of a
// function or a class, else of what has no scope of its own.
func (p *parser) opener(i int) scopeKind {
	for ; ; i++ {
		switch p.toks[i].kind {
		case tDef:
			return functionScope
		case tClass:
			return classScope
		case tNewline, tIndent, tDedent, tEOF:
			return moduleScope
		}
	}
}

// addName adds the name that t is, if it is one.
func (s *BadStmt) addName(p *parser, t *token) {
	if t.kind == tName {
		s.Names = append(s.Names, Ident{p.text(t), t.pos})
	}
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

// skipLine skips to behind the end of the line. The names on the way are those
// of the broken statement bad.
func (p *parser) skipLine(bad *BadStmt) {
	for {
		switch p.kind {
		case tNewline:
			p.next()
			return
		case tIndent, tDedent, tEOF:
			return
		}
		bad.addName(p, p.next())
	}
}
