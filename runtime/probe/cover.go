package probe

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// Cover puts counters into f, which must not be resolved yet: before each
// statement, around each condition and at each for loop. A file that is nested
// more than 2,000 levels deep stays as it is. Statements that follow a return,
// break or continue do not count.
//
// What counts as a condition, which has two outcomes: what if, elif, while and
// conditional expressions test, and the conditions of comprehensions; and what
// is returned, if it looks like something true or false (a comparison, not,
// x.startswith(…), any(…)). Instead of conditions that are joined by and, or,
// not, each of those counts; of all([a, b]) both do. Constants do not count.
//
// The interpreter counts up to four times as many steps for covered code as
// for plain code.
func Cover(f *syntax.File) *Points {
	c := &coverer{points: &Points{path: f.Path}, pos: topPlace(f)}
	if !tooDeep(f) {
		f.Stmts = c.stmts(f.Stmts)
	}
	return c.points
}

// A coverer rewrites one file.
type coverer struct {
	points *Points
	scope  []string        // the names of the functions around
	pos    syntax.Position // of the innermost of them, or lambda
}

// stmts gives list with a counter before each statement that can be reached.
func (c *coverer) stmts(list []syntax.Stmt) []syntax.Stmt {
	if len(list) == 0 {
		return list // no else
	}
	covered := make([]syntax.Stmt, 0, 2*len(list))
	for i, s := range list {
		if !isText(s) {
			covered = append(covered, c.counter(s))
		}
		c.stmt(s)
		covered = append(covered, s)
		if isJump(s) {
			return append(covered, list[i+1:]...)
		}
	}
	return covered
}

// isJump reports whether no statement that follows s in its block can run.
func isJump(s syntax.Stmt) bool {
	switch s := s.(type) {
	case *syntax.ReturnStmt:
		return true
	case *syntax.BranchStmt:
		return s.Token != syntax.PASS
	}
	return false
}

// counter makes the statement that counts s.
func (c *coverer) counter(s syntax.Stmt) syntax.Stmt {
	n := c.points.statement(linesOf(s))
	if ret, ok := s.(*syntax.ReturnStmt); ok && isTrue(ret.Result) {
		c.points.returns = append(c.points.returns, named{pos: ret.Return, count: n})
	}
	return n.stmt(startOf(s), firstPlace([]syntax.Stmt{s}, c.pos))
}

func isTrue(e syntax.Expr) bool {
	if e == nil {
		return false
	}
	id, ok := (*inner(&e)).(*syntax.Ident)
	return ok && id.Name == "True"
}

func (c *coverer) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.IfStmt:
		c.test(&s.Cond)
		s.True = c.stmts(s.True)
		s.False = c.stmts(s.False)
	case *syntax.WhileStmt:
		c.test(&s.Cond)
		s.Body = c.stmts(s.Body)
	case *syntax.ForStmt:
		c.loop(&s.X)
		targetExprs(s.Vars, c.value)
		s.Body = c.stmts(s.Body)
	case *syntax.ReturnStmt:
		c.result(s)
	case *syntax.DefStmt:
		defaultExprs(s.Params, c.value)
		c.def(s)
	default:
		stmtExprs(s, c.value)
	}
}

// def covers the body of a function. Its first statement counts its calls.
func (c *coverer) def(s *syntax.DefStmt) {
	outer := c.pos
	c.pos = s.Def
	c.scope = append(c.scope, s.Name.Name)
	calls := len(c.points.statements)
	s.Body = c.stmts(s.Body)
	if len(c.points.statements) == calls { // it is nothing but a text
		s.Body = append(s.Body, c.points.statement(nil).stmt(s.Def, s.Def))
	}
	c.points.functions = append(c.points.functions, named{
		name: strings.Join(c.scope, "."), pos: s.Def, count: c.points.statements[calls].count,
	})
	c.scope = c.scope[:len(c.scope)-1]
	c.pos = outer
}

// value covers what is inside an expression.
func (c *coverer) value(e *syntax.Expr) {
	switch e := (*e).(type) {
	case *syntax.CondExpr:
		c.test(&e.Cond)
		c.value(&e.True)
		c.value(&e.False)
	case *syntax.Comprehension:
		comprehensionExprs(e, c.value, c.test)
	case *syntax.LambdaExpr:
		defaultExprs(e.Params, c.value)
		outer := c.pos
		c.pos = e.Lambda
		c.value(&e.Body)
		c.pos = outer
	default:
		subExprs(e, c.value)
	}
}

// result covers what a function returns.
func (c *coverer) result(s *syntax.ReturnStmt) {
	switch {
	case s.Result == nil:
	case isBoolean(s.Result):
		c.test(&s.Result)
	default:
		c.value(&s.Result)
	}
}

// test covers a condition.
func (c *coverer) test(e *syntax.Expr) {
	e = inner(e)
	if b, ok := junction(*e); ok {
		c.test(&b.X)
		c.test(&b.Y)
		return
	}
	if u, ok := negation(*e); ok {
		c.test(&u.X)
		return
	}
	if isConstant(*e) {
		return
	}
	b := c.points.branch(*e, false)
	if _, elements := quantified(*e); len(elements) > 0 {
		listExprs(elements, c.test)
	} else {
		c.value(e)
	}
	b.wrap(e, c.pos)
}

// loop covers what a for statement goes through.
func (c *coverer) loop(e *syntax.Expr) {
	e = inner(e)
	if isConstant(*e) {
		return
	}
	b := c.points.branch(*e, true)
	c.value(e)
	b.wrap(e, c.pos)
}

// linesOf gives the lines that hold code of the statement s, without those of
// the statements inside of it.
func linesOf(s syntax.Stmt) []int {
	l := make(lineSet)
	l.add(startOf(s))
	switch s := s.(type) {
	case *syntax.DefStmt:
		l.add(s.Rparen)
	case *syntax.LoadStmt:
		for _, name := range s.From {
			l.add(name.NamePos)
		}
		l.add(s.Rparen)
	}
	stmtExprs(s, func(e *syntax.Expr) { l.expr(*e) })
	return slices.Collect(maps.Keys(l))
}

// A lineSet is a set of lines.
type lineSet map[int]bool

func (l lineSet) add(p syntax.Position) {
	if p.Line > 0 {
		l[int(p.Line)] = true
	}
}

// expr adds the lines of e: where any part of it starts or ends, and all lines
// of a string.
func (l lineSet) expr(e syntax.Expr) {
	syntax.Walk(e, func(n syntax.Node) bool {
		if n == nil {
			return true
		}
		start, end := n.Span()
		l.add(start)
		l.add(end)
		if _, ok := n.(*syntax.Literal); ok {
			for ; start.Line < end.Line; start.Line++ {
				l.add(start)
			}
		}
		return true
	})
}
