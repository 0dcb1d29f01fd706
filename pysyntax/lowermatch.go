package pysyntax

import "go.starlark.net/syntax"

// match lowers a match statement. Each case but the first is tried if none
// before it has matched. A case whose pattern is a mere condition is an if;
// other patterns become ifs within ifs, which keep what they capture in
// temporaries until the whole pattern has matched.
func (l *lowerer) match(s *Match) {
	pos := l.at(s.From)
	subject := l.hold(l.expr(s.Subject), pos)
	l.cases(s, s.Cases, &matcher{l: l, subject: subject}, "")
}

// A matcher is in the middle of lowering a pattern.
type matcher struct {
	l        *lowerer
	subject  string // the temporary that has the subject of the statement
	captures []capture
}

// A valueAt makes an expression of a value at a place. Names are best read where
// they are used: the tables of a function grow with each leap of its places.
type valueAt func(syntax.Position) syntax.Expr

// A capture is a name that a pattern binds to a value.
type capture struct {
	name  Ident
	value valueAt
}

// maxElse is how many cases become one chain of elifs.
const maxElse = 100

// cases lowers the cases of a match statement. done is the flag that is set
// where one of them has matched, or "".
func (l *lowerer) cases(s *Match, list []*MatchCase, m *matcher, done string) {
	for len(list) > 0 {
		pos := l.at(list[0].From)
		n := 0
		for n < len(list) && n < maxElse && l.isCondition(list[n].Pattern) {
			n++
		}
		rest := list[n:]
		more := len(rest) > 0
		if more && n == 0 {
			rest = list[1:]
			more = len(rest) > 0
		}
		if more && done == "" {
			done = l.hold(number(0, pos), pos)
		}
		emit := func() {
			if n > 0 {
				l.conditions(list[:n], m, done, more)
			} else {
				l.nested(list[0], m, done, more)
			}
		}
		if len(list) < len(s.Cases) {
			l.emit(&syntax.IfStmt{If: pos, Cond: not(ident(done, pos), pos), True: l.collect(pos, emit)})
		} else {
			emit()
		}
		list = rest
	}
}

// matched emits the body of a case, and the mark that there was a match.
func (l *lowerer) matched(c *MatchCase, done string, more bool) {
	if more {
		pos := l.at(c.From)
		l.emit(assignment(done, number(1, pos), pos))
	}
	l.stmts(c.Body)
}

// isCondition reports whether a pattern captures nothing and is no more than
// an expression.
func (l *lowerer) isCondition(p Pattern) bool {
	switch p := p.(type) {
	case *MatchValue, *MatchSingleton:
		return true
	case *MatchAs:
		return p.Pattern == nil && p.Name.Name == ""
	case *MatchClass:
		return len(p.Patterns)+len(p.KwdPatterns) == 0
	case *MatchOr:
		for _, q := range p.Patterns {
			if !l.isCondition(q) {
				return false
			}
		}
		return true
	}
	return false
}

// conditions lowers cases to a chain of if and elif.
func (l *lowerer) conditions(list []*MatchCase, m *matcher, done string, more bool) {
	c := list[0]
	pos := l.at(c.From)
	cond := m.condition(c.Pattern, m.whole)
	if c.Guard != nil {
		guard := l.expr(c.Guard)
		if cond == nil {
			cond = guard
		} else {
			cond = binary(cond, syntax.AND, l.at(c.Guard.Pos()), guard)
		}
	}
	if cond == nil {
		l.matched(c, done, more)
		return
	}
	stmt := &syntax.IfStmt{If: pos, Cond: cond, ElsePos: pos}
	stmt.True = l.collect(pos, func() { l.matched(c, done, more) })
	if len(list) > 1 {
		stmt.False = l.collect(pos, func() { l.conditions(list[1:], m, done, more) })
	}
	l.emit(stmt)
}

// whole gives the subject of the statement.
func (m *matcher) whole(pos syntax.Position) syntax.Expr { return ident(m.subject, pos) }

// condition makes the expression that tells whether a value suits a pattern
// that is a condition; nil if every value does.
func (m *matcher) condition(p Pattern, value valueAt) syntax.Expr {
	l := m.l
	pos := l.at(p.Pos())
	switch p := p.(type) {
	case *MatchValue:
		if token, ok := l.nativeRelation(Eq, nil, p.Value); ok {
			return binary(value(pos), token, pos, l.expr(p.Value))
		}
		return l.runtime("py.eq", p, pos, value(pos), l.expr(p.Value))
	case *MatchSingleton:
		var constant syntax.Expr = none(pos)
		if b, ok := p.Value.(bool); ok {
			constant = boolean(b, pos)
		}
		return binary(value(pos), syntax.EQL, pos, constant)
	case *MatchClass:
		return binary(m.classValues(p, value), syntax.NEQ, pos, none(pos))
	case *MatchOr:
		var any syntax.Expr
		for i := len(p.Patterns) - 1; i >= 0; i-- {
			one := m.condition(p.Patterns[i], value)
			switch {
			case one == nil:
				any = nil
			case any == nil:
				any = one
			default:
				any = binary(one, syntax.OR, l.at(p.Patterns[i].End()), any)
			}
		}
		return any
	}
	return nil
}

// classValues makes the tuple of what a class pattern looks at.
func (m *matcher) classValues(p *MatchClass, value valueAt) syntax.Expr {
	l := m.l
	pos := l.at(p.From)
	attrs := tuple(pos, pos)
	for _, name := range p.KwdAttrs {
		attrs.List = append(attrs.List, str(l.mangled(name.Name), l.at(name.Pos)))
	}
	return l.runtime("py.match_class", p, pos, value(pos), l.expr(p.Class), number(len(p.Patterns), pos), attrs)
}

// nested lowers a case to ifs within ifs.
func (l *lowerer) nested(c *MatchCase, m *matcher, done string, more bool) {
	m.captures = nil
	m.pattern(c.Pattern, m.whole, func() {
		for _, captured := range m.captures {
			pos := l.at(captured.name.Pos)
			l.emit(assign(l.boundPlace(captured.name.Name, pos), captured.value(pos), pos))
		}
		if c.Guard == nil {
			l.matched(c, done, more)
			return
		}
		pos := l.at(c.Guard.Pos())
		guard := l.expr(c.Guard)
		l.emit(&syntax.IfStmt{If: pos, Cond: guard, True: l.collect(pos, func() { l.matched(c, done, more) })})
	})
}

// when emits an if.
func (m *matcher) when(cond syntax.Expr, pos syntax.Position, then func()) {
	m.l.emit(&syntax.IfStmt{If: pos, Cond: cond, True: m.l.collect(pos, then)})
}

// pattern emits the test of a value; then emits what is done where it suits.
func (m *matcher) pattern(p Pattern, value valueAt, then func()) {
	l := m.l
	pos := l.at(p.Pos())
	if l.isCondition(p) {
		if cond := m.condition(p, value); cond != nil {
			m.when(cond, pos, then)
		} else {
			then()
		}
		return
	}
	switch p := p.(type) {
	case *MatchAs:
		bind := func() {
			m.captures = append(m.captures, capture{p.Name, value})
			then()
		}
		if p.Pattern == nil {
			bind()
		} else {
			m.pattern(p.Pattern, value, bind)
		}
	case *MatchStar:
		if p.Name.Name != "" {
			m.captures = append(m.captures, capture{p.Name, value})
		}
		then()
	case *MatchSequence:
		m.sequence(p, value, then)
	case *MatchMapping:
		m.mapping(p, value, then)
	case *MatchClass:
		values := l.hold(m.classValues(p, value), pos)
		m.when(m.isThere(values, pos), pos, func() {
			m.elements(append(append([]Pattern{}, p.Patterns...), p.KwdPatterns...), values, then)
		})
	case *MatchOr:
		m.alternatives(p, value, then)
	}
}

func (m *matcher) isThere(values string, pos syntax.Position) syntax.Expr {
	return binary(ident(values, pos), syntax.NEQ, pos, none(pos))
}

// elements emits the tests of the elements of a tuple.
func (m *matcher) elements(list []Pattern, values string, then func()) {
	m.elementsFrom(list, 0, values, then)
}

func (m *matcher) elementsFrom(list []Pattern, i int, values string, then func()) {
	if i == len(list) {
		then()
		return
	}
	element := func(pos syntax.Position) syntax.Expr {
		return &syntax.IndexExpr{X: ident(values, pos), Lbrack: pos, Y: number(i, pos), Rbrack: pos}
	}
	m.pattern(list[i], element, func() { m.elementsFrom(list, i+1, values, then) })
}

// sequence emits the test of a sequence pattern.
func (m *matcher) sequence(p *MatchSequence, value valueAt, then func()) {
	l := m.l
	pos := l.at(p.From)
	star := -1
	for i, q := range p.Patterns {
		if _, ok := q.(*MatchStar); ok {
			star = i
		}
	}
	n := len(p.Patterns)
	args := []syntax.Expr{number(n, pos), boolean(false, pos)}
	counts := []syntax.Expr{number(n, pos)}
	if star >= 0 {
		args = []syntax.Expr{number(n-1, pos), boolean(true, pos)}
		counts = []syntax.Expr{number(star, pos), number(n-1-star, pos)}
	}
	test := l.runtime("py.match_seq", p, pos, append([]syntax.Expr{value(pos)}, args...)...)
	m.when(test, pos, func() {
		if n == 0 {
			then()
			return
		}
		values := l.hold(l.runtime("py.unpack", p, pos, append([]syntax.Expr{value(pos)}, counts...)...), pos)
		m.elements(p.Patterns, values, then)
	})
}

// mapping emits the test of a mapping pattern.
func (m *matcher) mapping(p *MatchMapping, value valueAt, then func()) {
	l := m.l
	pos := l.at(p.From)
	keys := func() syntax.Expr { return tuple(pos, pos, l.exprs(p.Keys)...) }
	values := l.hold(l.runtime("py.match_map", p, pos, value(pos), keys()), pos)
	m.when(m.isThere(values, pos), pos, func() {
		m.elements(p.Patterns, values, func() {
			if p.Rest.Name != "" {
				at := l.at(p.Rest.Pos)
				rest := l.hold(l.runtime("py.match_rest", p, at, value(at), keys()), at)
				m.captures = append(m.captures, capture{p.Rest, func(pos syntax.Position) syntax.Expr { return ident(rest, pos) }})
			}
			then()
		})
	})
}

// alternatives emits the test of an or pattern with captures: each alternative
// puts them into the same temporaries.
func (m *matcher) alternatives(p *MatchOr, value valueAt, then func()) {
	l := m.l
	pos := l.at(p.From)
	found := l.hold(number(0, pos), pos)
	temps := map[string]string{}
	var names []Ident
	before := m.captures
	for i, q := range p.Patterns {
		try := func() {
			m.captures = nil
			m.pattern(q, value, func() {
				for _, c := range m.captures {
					t, ok := temps[c.name.Name]
					if !ok {
						t = l.temp()
						temps[c.name.Name] = t
						names = append(names, c.name)
					}
					at := l.at(c.name.Pos)
					l.emit(assignment(t, c.value(at), at))
				}
				l.emit(assignment(found, number(1, pos), pos))
			})
		}
		if i == 0 {
			try()
		} else {
			m.when(not(ident(found, pos), pos), pos, try)
		}
	}
	m.captures = before
	for _, name := range names {
		m.captures = append(m.captures, capture{name, func(pos syntax.Position) syntax.Expr { return ident(temps[name.Name], pos) }})
	}
	m.when(ident(found, pos), pos, then)
}
