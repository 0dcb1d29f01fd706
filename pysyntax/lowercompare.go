package pysyntax

import (
	"math/big"

	"go.starlark.net/syntax"
)

// compare lowers a comparison. In a chain, each operand is evaluated once.
func (l *lowerer) compare(e *Compare) syntax.Expr {
	if len(e.Ops) == 1 {
		x := l.expr(e.Left)
		return l.relation(e, 0, x)
	}
	left, middle := e.Left, e.Comparators[0]
	switch {
	case l.isSimple(middle):
		x := l.expr(left)
		return l.links(e, 0, x)
	case l.leading[e]:
		x := l.operand(left)
		y := l.operand(middle)
		return l.heldLinks(e, 0, x, y)
	}
	return l.boundLinks(e, 0, l.expr(left))
}

// isSimple reports whether it makes no difference when, and how often, an
// expression is evaluated: a constant, or a variable that no call can change.
func (l *lowerer) isSimple(e Expr) bool {
	switch e := e.(type) {
	case *Constant:
		return true
	case *Name:
		v := l.find(l.scope, e.ID)
		return v != nil && !v.boxed || v == nil && l.o.known(e.ID)
	}
	return false
}

func (l *lowerer) isNotSimple(e Expr) bool {
	if s, ok := e.(*Starred); ok {
		e = s.Value
	}
	return !l.isSimple(e)
}

// operand evaluates an expression before the statement and returns what gives
// its value, as often as that is needed.
func (l *lowerer) operand(e Expr) func() syntax.Expr {
	if l.isSimple(e) {
		return func() syntax.Expr { return l.expr(e) }
	}
	return l.held(e)
}

// held does what operand does for any expression.
func (l *lowerer) held(e Expr) func() syntax.Expr {
	pos := l.at(e.Pos())
	t := l.hold(l.expr(e), pos)
	return func() syntax.Expr { return l.cover(e, ident(t, pos)) }
}

// links lowers the relations of a chain from number i on. x is the left operand
// of that one; the right one is simple.
func (l *lowerer) links(e *Compare, i int, x syntax.Expr) syntax.Expr {
	right := e.Comparators[i]
	first := l.relationOf(e, i, x, l.expr(right))
	return binary(first, syntax.AND, l.at(right.End()), l.rest(e, i+1, func() syntax.Expr { return l.expr(right) }))
}

// heldLinks does what links does where both operands are to be had often.
func (l *lowerer) heldLinks(e *Compare, i int, x, y func() syntax.Expr) syntax.Expr {
	first := l.relationOf(e, i, x(), y())
	return binary(first, syntax.AND, l.at(e.Comparators[i].End()), l.rest(e, i+1, y))
}

// boundLinks does what links does where the right operand must be bound by a
// function: (lambda x, y: x < y and …)(x, y).
func (l *lowerer) boundLinks(e *Compare, i int, x syntax.Expr) syntax.Expr {
	middle := e.Comparators[i]
	pos := l.at(middle.Pos())
	a, b := l.temp(), l.temp()
	y := l.expr(middle)
	body := l.heldLinks(e, i,
		func() syntax.Expr { return ident(a, pos) },
		func() syntax.Expr { return ident(b, pos) })
	return &syntax.CallExpr{
		Fn: &syntax.ParenExpr{Lparen: l.at(e.From), Rparen: pos, X: &syntax.LambdaExpr{
			Lambda: l.at(e.From), Params: []syntax.Expr{ident(a, pos), ident(b, pos)}, Body: body,
		}},
		Lparen: pos, Args: []syntax.Expr{x, y}, Rparen: l.last(e),
	}
}

// rest lowers the relations of a chain from number i on. left gives the left
// operand of that one, as often as it is needed.
func (l *lowerer) rest(e *Compare, i int, left func() syntax.Expr) syntax.Expr {
	switch {
	case i == len(e.Ops)-1:
		return l.relation(e, i, left())
	case l.isSimple(e.Comparators[i]):
		return l.links(e, i, left())
	}
	return l.boundLinks(e, i, left())
}

// relation lowers one relation, whose left operand is done already.
func (l *lowerer) relation(e *Compare, i int, x syntax.Expr) syntax.Expr {
	right := e.Comparators[i]
	switch e.Ops[i] {
	case In, NotIn:
		if members, ok := l.members(right); ok {
			op := syntax.IN
			if e.Ops[i] == NotIn {
				op = syntax.NOT_IN
			}
			return binary(x, op, l.at(e.OpPos[i]), members)
		}
	}
	return l.relationOf(e, i, x, l.expr(right))
}

// relationOf lowers one relation, whose operands are done already.
func (l *lowerer) relationOf(e *Compare, i int, x, y syntax.Expr) syntax.Expr {
	left, right := e.Left, e.Comparators[i]
	if i > 0 {
		left = e.Comparators[i-1]
	}
	pos := l.at(e.OpPos[i])
	start, end := syntax.Start(x), l.last(right)
	if op, ok := l.nativeRelation(e.Ops[i], left, right); ok {
		return binary(x, op, pos, y)
	}
	switch e.Ops[i] {
	case NotIn:
		return not(l.runtimeAt("py.in", start, pos, end, x, y), start)
	case IsNot:
		return not(l.runtimeAt("py.is", start, pos, end, x, y), start)
	}
	return l.runtimeAt("py."+relationFunctions[e.Ops[i]], start, pos, end, x, y)
}

var relationFunctions = [...]string{
	Eq: "eq", NotEq: "ne", Lt: "lt", LtE: "le", Gt: "gt", GtE: "ge", Is: "is", IsNot: "is", In: "in", NotIn: "in",
}

var relationTokens = [...]syntax.Token{
	Eq: syntax.EQL, NotEq: syntax.NEQ, Lt: syntax.LT, LtE: syntax.LE, Gt: syntax.GT, GtE: syntax.GE,
	Is: syntax.EQL, IsNot: syntax.NEQ,
}

// nativeRelation returns the interpreter's own operator where that is sure to
// do the same.
func (l *lowerer) nativeRelation(op CmpOperator, left, right Expr) (token syntax.Token, ok bool) {
	if op == In || op == NotIn {
		return 0, false
	}
	x, y := anyKind, l.kindOf(right, l.scope)
	if left != nil {
		x = l.kindOf(left, l.scope)
	}
	switch op {
	case Is, IsNot:
		ok = isSingleton(x) || isSingleton(y)
	case Eq, NotEq:
		ok = sameOrder(x, y) || l.o.PlainEquality && (isText(x) || isText(y))
	default:
		ok = sameOrder(x, y)
	}
	return relationTokens[op], ok
}

// isSingleton reports whether identity with a value is equality, as the
// interpreter sees it.
func isSingleton(k valueKind) bool { return k == noneKind || k == boolKind }

// sameOrder reports whether the interpreter compares the values as Python
// does.
func sameOrder(x, y valueKind) bool { return x == y && (x == intKind || x == strKind) }

// isText reports whether a value is equal only to one of its own kind.
func isText(k valueKind) bool { return k == strKind || k == noneKind }

// members lowers a display of constants that something is looked for in to a
// hidden global: x in {"a", "b"}.
func (l *lowerer) members(e Expr) (syntax.Expr, bool) {
	display, hashed := l.display(e)
	if display == nil {
		return nil, false
	}
	elts := elementsOf(display)
	if set, ok := display.(*Set); ok {
		elts = set.Elts
	}
	for _, elt := range elts {
		if !isConstant(elt) {
			return nil, false
		}
	}
	key := l.m.Text(display)
	name, ok := l.containers[key]
	if !ok {
		name = "in:" + itoa(len(l.containers)+1)
		l.containers[key] = name
		args := []syntax.Expr{tuple(l.at(display.Pos()), l.last(display), l.exprs(elts)...)}
		if hashed { // what is looked for must be hashable
			args = append(args, boolean(true, l.at(e.Pos())))
		}
		made := l.runtime("py.members", e, l.at(e.Pos()), args...)
		l.displays = append(l.displays, assignment(name, made, l.at(e.Pos())))
	}
	return l.cover(e, ident(name, l.at(e.Pos()))), true
}

// display returns the display of what something is looked for in: of e itself,
// or of a variable of the module that has nothing else and does not change.
// hashed says that only what is hashable can be looked for.
func (l *lowerer) display(e Expr) (display Expr, hashed bool) {
	name, ok := e.(*Name)
	if !ok {
		return displayOf(e)
	}
	v := l.find(l.scope, name.ID)
	if v == nil || v.scope != l.module || v.boxed || v.bindings != 1 || v.values[0].expr == nil || l.scope == l.module {
		return nil, false
	}
	value := v.values[0].expr
	if call, ok := value.(*Call); ok && len(call.Args) == 1 && len(call.Keywords) == 0 {
		fn, ok := call.Func.(*Name)
		if !ok || fn.ID != "frozenset" || l.global("frozenset") != nil || !l.o.known("frozenset") {
			return nil, false
		}
		display, _ = displayOf(call.Args[0])
		return display, true
	}
	if _, tuple := value.(*Tuple); tuple || l.o.Unshared && v.reads == v.lookups {
		return displayOf(value)
	}
	return nil, false
}

func displayOf(e Expr) (display Expr, hashed bool) {
	switch e.(type) {
	case *Set:
		return e, true
	case *List, *Tuple:
		return e, false
	}
	return nil, false
}

// isConstant reports whether an expression is a constant, or a tuple of such.
func isConstant(e Expr) bool {
	switch e := e.(type) {
	case *Constant:
		_, ellipsis := e.Value.(Ellipsis)
		return !ellipsis
	case *UnaryOp:
		c, ok := e.Operand.(*Constant)
		if !ok || e.Op != USub {
			return false
		}
		switch v := c.Value.(type) {
		case int64, *big.Int:
			return true
		case float64:
			return v != 0
		}
		return false
	case *Tuple:
		for _, elt := range e.Elts {
			if !isConstant(elt) {
				return false
			}
		}
		return true
	}
	return false
}
