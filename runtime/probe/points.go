package probe

import (
	"strconv"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Points are the counters of one covered file. The programs compiled from its
// tree may run on any number of goroutines at once.
type Points struct {
	path       string
	builtins   starlark.StringDict
	statements []statement
	branches   []*branch
	functions  []named
	returns    []named // the statements "return True"
}

// A statement is a statement with its lines.
type statement struct {
	lines []int
	count *counter
}

// A named is a place whose statement is counted.
type named struct {
	name  string
	pos   syntax.Position
	count *counter
}

// Builtins gives the names to predeclare for the file.
func (p *Points) Builtins() starlark.StringDict { return p.builtins }

// predeclare makes a name for v.
func (p *Points) predeclare(v starlark.Value) string {
	if p.builtins == nil {
		p.builtins = make(starlark.StringDict)
	}
	name := prefixCover + strconv.Itoa(len(p.builtins)) + ")"
	p.builtins[name] = v
	return name
}

// statement makes the counter of a statement.
func (p *Points) statement(lines []int) *counter {
	c := new(counter)
	c.name = p.predeclare(c)
	p.statements = append(p.statements, statement{lines, c})
	return c
}

// branch makes the counters of the condition e, or of what a loop goes
// through.
func (p *Points) branch(e syntax.Expr, loop bool) *branch {
	b := &branch{loop: loop}
	b.start, b.end = span(e)
	b.name = p.predeclare(b)
	p.branches = append(p.branches, b)
	return b
}

// Reset sets all counts to 0. It must not be called while programs run.
func (p *Points) Reset() {
	for _, s := range p.statements {
		s.count.n.Store(0)
	}
	for _, b := range p.branches {
		b.yes.Store(0)
		b.no.Store(0)
	}
}

// A counter counts how often its truth is asked for. That takes the
// interpreter a fraction of the time of a call.
type counter struct {
	starlark.NoneType // for the other methods of a Value, that nobody calls

	name string
	n    atomic.Uint64
}

// Truth counts.
func (c *counter) Truth() starlark.Bool {
	c.n.Add(1)
	return true
}

// stmt makes the statement "not c", which starts at start, and whose first
// instruction has the place first.
func (c *counter) stmt(start, first syntax.Position) syntax.Stmt {
	return &syntax.ExprStmt{X: &syntax.UnaryExpr{
		OpPos: start, Op: syntax.NOT, X: &syntax.Ident{NamePos: first, Name: c.name},
	}}
}

// A branch counts the outcomes of a condition or loop, which is its operand:
// b // x has the value of x. The package guard leaves this operator to the
// interpreter, and believes that it gives scalars only. That does no harm
// where branches stand: their values are only tested, returned or gone
// through.
type branch struct {
	starlark.NoneType

	name       string
	start, end syntax.Position
	loop       bool
	yes, no    atomic.Uint64
}

var _ starlark.HasBinary = (*branch)(nil)

// Binary counts x, and returns it, unless it is an iterable of unknown length.
func (b *branch) Binary(_ syntax.Token, x starlark.Value, _ starlark.Side) (starlark.Value, error) {
	if !b.loop {
		b.count(bool(x.Truth()))
		return x, nil
	}
	if n := starlark.Len(x); n >= 0 {
		b.count(n > 0)
		return x, nil
	}
	if it, ok := x.(starlark.Iterable); ok {
		return &iterable{it, b}, nil
	}
	return x, nil // which is an error
}

func (b *branch) count(yes bool) {
	if yes {
		b.yes.Add(1)
	} else {
		b.no.Add(1)
	}
}

// wrap replaces the expression *e by one that counts it. pos is that of the
// function around.
func (b *branch) wrap(e *syntax.Expr, pos syntax.Position) {
	*e = &syntax.BinaryExpr{
		X:     &syntax.Ident{NamePos: firstOf(*e, pos), Name: b.name},
		OpPos: lastPlace(*e),
		Op:    syntax.SLASHSLASH,
		Y:     *e,
	}
}

// An iterable counts whether it has elements when a loop asks for the first.
type iterable struct {
	starlark.Iterable
	branch *branch
}

// Iterate returns an iterator that counts.
func (x *iterable) Iterate() starlark.Iterator {
	return &iterator{Iterator: x.Iterable.Iterate(), branch: x.branch}
}

type iterator struct {
	starlark.Iterator
	branch *branch // nil after the first element
}

// Next gives the next element.
func (it *iterator) Next(p *starlark.Value) bool {
	ok := it.Iterator.Next(p)
	if it.branch != nil {
		it.branch.count(ok)
		it.branch = nil
	}
	return ok
}
