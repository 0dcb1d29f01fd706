package pysyntax

import (
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// columns counts the columns of a text in runes, also of many places in one
// long line.
type columns struct {
	*text
	lines map[int32]*column
}

// A column is the place in a line that was asked for last.
type column struct {
	ascii        bool
	bytes, runes int32
}

// of returns the column of p in runes, from 1.
func (c *columns) of(p Pos) int32 {
	last := c.lines[p.Line]
	if last == nil {
		last = &column{ascii: isASCII(c.line(p.Line))}
		c.lines[p.Line] = last
	}
	if last.ascii {
		return p.Col + 1
	}
	line := c.line(p.Line)
	col := min(p.Col, int32(len(line)))
	if col >= last.bytes {
		last.runes += int32(utf8.RuneCountInString(line[last.bytes:col]))
	} else {
		last.runes -= int32(utf8.RuneCountInString(line[col:last.bytes]))
	}
	last.bytes = col
	return last.runes + 1
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// at converts a place.
func (l *lowerer) at(p Pos) syntax.Position {
	return syntax.MakePosition(&l.m.Filename, p.Line, l.columns.of(p))
}

// last returns the place of the last character of a node, where its closing
// bracket is if it has one.
func (l *lowerer) last(n Node) syntax.Position {
	p := l.at(n.End())
	p.Col = max(p.Col-1, 1)
	return p
}

// dot returns the place of the dot before the name of an attribute.
func (l *lowerer) dot(e *Attribute) syntax.Position {
	from, to := l.m.text.offset(e.Value.End()), l.m.text.offset(e.Attr.Pos)
	between := strings.TrimRight(l.m.text.src[from:max(from, to)], " \t\n\\")
	if !strings.HasSuffix(between, ".") {
		return l.at(e.Attr.Pos) // a comment is in between
	}
	p := e.Attr.Pos
	if strings.HasSuffix(l.m.text.src[from:to], ".") {
		p.Col--
		return l.at(p)
	}
	return l.at(l.m.text.pos(from + len(between) - 1))
}

// pos returns the place of an offset.
func (t *text) pos(off int) Pos {
	low, high := 0, len(t.lines)
	for high-low > 1 {
		if mid := (low + high) / 2; t.lines[mid] <= off {
			low = mid
		} else {
			high = mid
		}
	}
	return Pos{int32(low + 1), int32(off - t.lines[low])}
}

// equals returns the place of the "=" behind the target of an assignment.
func (l *lowerer) equals(target Expr) syntax.Position {
	from := l.m.text.offset(target.End())
	rest := l.m.text.src[from:]
	if i := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune(" \t)", r) }); i > 0 && rest[i] == '=' {
		from += i
	}
	return l.at(l.m.text.pos(from))
}

// ident makes a name. There is one for each use, as the resolver writes into
// them.
func ident(name string, pos syntax.Position) *syntax.Ident {
	return &syntax.Ident{Name: name, NamePos: pos}
}

// str makes a string literal that is not in the source.
func str(s string, pos syntax.Position) *syntax.Literal {
	return &syntax.Literal{Token: syntax.STRING, TokenPos: pos, Raw: `""`, Value: s}
}

// number makes an integer literal that is not in the source.
func number(n int, pos syntax.Position) *syntax.Literal {
	return &syntax.Literal{Token: syntax.INT, TokenPos: pos, Raw: "0", Value: int64(n)}
}

func none(pos syntax.Position) *syntax.Ident { return ident("None", pos) }

// boxField makes x.name, of a box.
func boxField(box, name string, pos syntax.Position) *syntax.DotExpr {
	return &syntax.DotExpr{X: ident(box, pos), Dot: pos, NamePos: pos, Name: ident(name, pos)}
}

func not(x syntax.Expr, pos syntax.Position) *syntax.UnaryExpr {
	return &syntax.UnaryExpr{OpPos: pos, Op: syntax.NOT, X: x}
}

func binary(x syntax.Expr, op syntax.Token, pos syntax.Position, y syntax.Expr) *syntax.BinaryExpr {
	return &syntax.BinaryExpr{X: x, Op: op, OpPos: pos, Y: y}
}

// keywordExpr makes the argument or parameter name=x.
func keywordExpr(name string, pos syntax.Position, x syntax.Expr) *syntax.BinaryExpr {
	return binary(ident(name, pos), syntax.EQ, pos, x)
}

// starred makes the argument *x, **x.
func starred(op syntax.Token, pos syntax.Position, x syntax.Expr) *syntax.UnaryExpr {
	return &syntax.UnaryExpr{Op: op, OpPos: pos, X: x}
}

func tuple(pos, end syntax.Position, list ...syntax.Expr) *syntax.TupleExpr {
	return &syntax.TupleExpr{Lparen: pos, List: list, Rparen: end}
}

// cover makes x, which stands for n, span the source of n.
func (l *lowerer) cover(n Node, x syntax.Expr) syntax.Expr {
	return &syntax.ParenExpr{Lparen: l.at(n.Pos()), X: x, Rparen: l.last(n)}
}

// runtime makes a call of a function of package runtime/py that stands for n.
// If it fails, it does at pos.
func (l *lowerer) runtime(name string, n Node, pos syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	return l.runtimeAt(name, l.at(n.Pos()), pos, l.last(n), args...)
}

// maxArgs is how many arguments the interpreter can pass to a function one by
// one.
const maxArgs = 255

// runtimeAt makes a call of a function of package runtime/py from start to
// end.
func (l *lowerer) runtimeAt(name string, start, pos, end syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	if len(args) > maxArgs {
		args = []syntax.Expr{starred(syntax.STAR, pos, tuple(start, end, args...))}
	}
	return &syntax.CallExpr{Fn: ident(l.alias(name), start), Lparen: pos, Args: args, Rparen: end}
}

// alias returns the hidden global that has the value of a predeclared name:
// the interpreter reads those faster.
func (l *lowerer) alias(name string) string {
	hidden, ok := l.aliases[name]
	if !ok {
		if rest, runtime := strings.CutPrefix(name, "py."); runtime {
			hidden = "py:" + rest
		} else {
			hidden = ":" + name
		}
		l.aliases[name] = hidden
		l.prologue = append(l.prologue, assignment(hidden, ident(name, l.top), l.top))
	}
	return hidden
}

// assignment makes name = x.
func assignment(name string, x syntax.Expr, pos syntax.Position) *syntax.AssignStmt {
	return assign(ident(name, pos), x, pos)
}

func assign(target, x syntax.Expr, pos syntax.Position) *syntax.AssignStmt {
	return &syntax.AssignStmt{Op: syntax.EQ, OpPos: pos, LHS: target, RHS: x}
}

// emit puts a statement behind those lowered so far.
func (l *lowerer) emit(s syntax.Stmt) { l.out = append(l.out, s) }

func (l *lowerer) emitExpr(x syntax.Expr) { l.emit(&syntax.ExprStmt{X: x}) }

// temp returns the name of a variable that is free until the current statement
// is over.
func (l *lowerer) temp() string {
	l.fn.temps++
	return "t:" + itoa(l.fn.temps)
}

// hold evaluates x in a statement of its own, and returns the name of the
// variable that has its value.
func (l *lowerer) hold(x syntax.Expr, pos syntax.Position) string {
	name := l.temp()
	l.emit(assignment(name, x, pos))
	return name
}

// collect returns the statements that f emits, which are at least one. They
// are at pos.
func (l *lowerer) collect(pos syntax.Position, f func()) []syntax.Stmt {
	outer := l.out
	l.out = nil
	f()
	list := l.out
	l.out = outer
	if len(list) == 0 {
		list = append(list, pass(pos))
	}
	return list
}

func pass(pos syntax.Position) syntax.Stmt {
	return &syntax.BranchStmt{Token: syntax.PASS, TokenPos: pos}
}
