package pysyntax

import (
	"math/big"
	"slices"

	"go.starlark.net/syntax"
)

// expr lowers an expression.
func (l *lowerer) expr(e Expr) syntax.Expr {
	switch e := e.(type) {
	case *Constant:
		return l.constant(e)
	case *Name:
		return l.name(e)
	case *NamedExpr:
		return l.walrus(e)
	case *BoolOp:
		return l.boolOp(e)
	case *BinOp:
		return l.binOp(e)
	case *UnaryOp:
		return l.unaryOp(e)
	case *Lambda:
		return l.lambda(e)
	case *IfExp:
		cond := l.expr(e.Test)
		return &syntax.CondExpr{
			If: l.at(e.Test.Pos()), Cond: cond, True: l.expr(e.Body),
			ElsePos: l.at(e.Orelse.Pos()), False: l.expr(e.Orelse),
		}
	case *Dict:
		return l.dict(e)
	case *Set:
		return l.set(e)
	case *List:
		return l.list(e)
	case *Tuple:
		return l.tuple(e)
	case *ListComp:
		return l.listComp(e, e.Generators, e.Elt)
	case *SetComp:
		return l.runtime("py.set_of", e, l.at(e.From), l.listComp(e, e.Generators, e.Elt))
	case *DictComp:
		return l.dictComp(e)
	case *GeneratorExp:
		return l.generator(e)
	case *Compare:
		return l.compare(e)
	case *Call:
		return l.call(e)
	case *JoinedStr:
		return l.joinedStr(e)
	case *Attribute:
		return l.attribute(e)
	case *Subscript:
		return l.subscript(e)
	case *Slice:
		return l.sliceObject(e)
	}
	return none(l.at(e.Pos())) // refused before
}

// exprs lowers expressions without stars.
func (l *lowerer) exprs(list []Expr) []syntax.Expr {
	out := make([]syntax.Expr, len(list))
	for i, e := range list {
		out[i] = l.expr(e)
	}
	return out
}

func (l *lowerer) constant(e *Constant) syntax.Expr {
	pos := l.at(e.From)
	lit := &syntax.Literal{TokenPos: pos, Raw: l.m.Text(e), Value: e.Value}
	switch v := e.Value.(type) {
	case nil:
		return none(pos)
	case bool:
		return boolean(v, pos)
	case int64, *big.Int:
		lit.Token = syntax.INT
	case float64:
		lit.Token = syntax.FLOAT
	case string:
		lit.Token = syntax.STRING
	case Bytes:
		lit.Token, lit.Value = syntax.BYTES, string(v)
	default: // Ellipsis
		return l.outside("Ellipsis", e)
	}
	return lit
}

func boolean(v bool, pos syntax.Position) *syntax.Ident {
	if v {
		return ident("True", pos)
	}
	return ident("False", pos)
}

// boolOp lowers a and b and c to a and (b and c), for which the interpreter
// has the better code.
func (l *lowerer) boolOp(e *BoolOp) syntax.Expr {
	op := syntax.AND
	if e.Op == Or {
		op = syntax.OR
	}
	operands := l.exprs(e.Values)
	return joined(operands, op, func(i int) syntax.Position { return l.at(e.Values[i].End()) })
}

// maxJoined is how many operands of and, or are nested in each other. The time
// that the compiler takes grows with the square of that.
const maxJoined = 64

// joined makes a and (b and c) of all operands, of which there is one at least.
// Many are split in halves, which gives the same value. after is the place
// behind operand i.
func joined(operands []syntax.Expr, op syntax.Token, after func(i int) syntax.Position) syntax.Expr {
	last := len(operands) - 1
	if last >= maxJoined {
		half := len(operands) / 2
		x := joined(operands[:half], op, after)
		return binary(x, op, after(half-1), joined(operands[half:], op, func(i int) syntax.Position { return after(half + i) }))
	}
	x := operands[last]
	for i := last - 1; i >= 0; i-- {
		x = binary(operands[i], op, after(i), x)
	}
	return x
}

// operatorFunctions are the functions of the binary operators, without "py." and
// the "i" of those that work in place.
var operatorFunctions = [...]string{
	Add: "add", Sub: "sub", Mult: "mul", MatMult: "matmul", Div: "truediv", Mod: "mod", Pow: "pow",
	LShift: "lshift", RShift: "rshift", BitOr: "or", BitXor: "xor", BitAnd: "and", FloorDiv: "floordiv",
}

func (l *lowerer) binOp(e *BinOp) syntax.Expr {
	pos := l.at(e.OpPos)
	x := l.expr(e.Left)
	y := l.expr(e.Right)
	if token, ok := l.nativeOperator(e.Op, e.Left, e.Right); ok {
		return binary(x, token, pos, y)
	}
	return l.runtime("py."+operatorFunctions[e.Op], e, pos, x, y)
}

// nativeTokens are the interpreter's own operators.
var nativeTokens = [...]syntax.Token{
	Add: syntax.PLUS, Sub: syntax.MINUS, Mult: syntax.STAR, Mod: syntax.PERCENT, FloorDiv: syntax.SLASHSLASH,
	BitOr: syntax.PIPE, BitXor: syntax.CIRCUMFLEX, BitAnd: syntax.AMP,
}

// nativeOperator returns the interpreter's own operator for two integers,
// where it cannot fail and can make no large values.
func (l *lowerer) nativeOperator(op Operator, x, y Expr) (token syntax.Token, ok bool) {
	if l.kindOf(x, l.scope) != intKind || l.kindOf(y, l.scope) != intKind {
		return 0, false
	}
	switch op {
	case Add, Sub, BitOr, BitXor, BitAnd:
		ok = true
	case Mult:
		ok = isSmallInt(x) || isSmallInt(y)
	case Mod, FloorDiv:
		ok = isSmallInt(y)
	}
	return nativeTokens[op], ok
}

// isSmallInt reports whether e is an integer literal of one word, and not 0.
func isSmallInt(e Expr) bool {
	c, ok := e.(*Constant)
	if !ok {
		return false
	}
	i, ok := c.Value.(int64)
	return ok && i != 0
}

func (l *lowerer) unaryOp(e *UnaryOp) syntax.Expr {
	pos := l.at(e.From)
	if e.Op == Not {
		return not(l.expr(e.Operand), pos)
	}
	if lit := l.negative(e); lit != nil {
		return lit
	}
	x := l.expr(e.Operand)
	switch e.Op {
	case USub:
		return l.runtime("py.neg", e, pos, x)
	case UAdd:
		return l.runtime("py.pos", e, pos, x)
	}
	return l.runtime("py.invert", e, pos, x)
}

// negative lowers a literal with a sign before it to a literal. It returns nil
// for other expressions.
func (l *lowerer) negative(e *UnaryOp) syntax.Expr {
	c, ok := e.Operand.(*Constant)
	if !ok || e.Op != USub {
		return nil
	}
	lit := &syntax.Literal{Token: syntax.INT, TokenPos: l.at(e.From), Raw: l.m.Text(e)}
	switch v := c.Value.(type) {
	case int64:
		lit.Value = -v
	case *big.Int:
		lit.Value = bigLiteral(new(big.Int).Neg(v))
	case float64:
		if v == 0 {
			return nil // the compiler takes -0.0 for 0.0
		}
		lit.Token, lit.Value = syntax.FLOAT, -v
	default:
		return nil
	}
	return lit
}

// bigLiteral returns an integer as literals have it.
func bigLiteral(i *big.Int) any {
	if i.IsInt64() {
		return i.Int64()
	}
	return i
}

// walrus lowers name := value: to an assignment before the statement where
// nothing else of that happens before it.
func (l *lowerer) walrus(e *NamedExpr) syntax.Expr {
	x := l.expr(e.Value)
	pos := l.at(e.From)
	if l.leading[e] {
		l.emit(assign(l.boundPlace(e.Target.ID, pos), x, pos))
		return l.cover(e, l.boundPlace(e.Target.ID, pos))
	}
	v := l.find(l.scope, e.Target.ID)
	name := v.name
	if v.scope.kind == classScope {
		name = l.mangled(name)
	}
	return l.runtime("py.assign", e, pos, ident(l.boxName(v.scope), pos), str(name, pos), x)
}

// attribute lowers x.name. The attributes of modules are Starlark's.
func (l *lowerer) attribute(e *Attribute) syntax.Expr {
	dot := l.dot(e)
	x := l.expr(e.Value)
	if l.isModule(e.Value) {
		return &syntax.DotExpr{X: x, Dot: dot, NamePos: l.at(e.Attr.Pos), Name: ident(e.Attr.Name, l.at(e.Attr.Pos))}
	}
	return l.runtime("py.attr", e, dot, x, str(l.mangled(e.Attr.Name), l.at(e.Attr.Pos)))
}

// isModule reports whether an expression is sure to be a module: a name that
// only imports at top level bind, or a module below it that they name.
func (l *lowerer) isModule(e Expr) bool {
	path := ""
	for {
		switch x := e.(type) {
		case *Attribute:
			path = "." + x.Attr.Name + path
			e = x.Value
			continue
		case *Name:
			v := l.find(l.scope, x.ID)
			return v != nil && len(v.imports) > 0 && v.isModule(x.ID+path)
		}
		return false
	}
}

func (l *lowerer) subscript(e *Subscript) syntax.Expr {
	pos := l.at(e.Lbrack)
	x := l.expr(e.Value)
	if s, ok := e.Slice.(*Slice); ok {
		return l.runtime("py.getslice", e, pos, append([]syntax.Expr{x}, l.bounds(s)...)...)
	}
	return l.runtime("py.item", e, pos, x, l.expr(e.Slice))
}

// bounds lowers the three parts of a slice.
func (l *lowerer) bounds(s *Slice) []syntax.Expr {
	var list []syntax.Expr
	for _, e := range []Expr{s.Lower, s.Upper, s.Step} {
		if e == nil {
			list = append(list, none(l.at(s.From)))
		} else {
			list = append(list, l.expr(e))
		}
	}
	return list
}

func (l *lowerer) sliceObject(s *Slice) syntax.Expr {
	return l.runtime("py.slice", s, l.at(s.From), l.bounds(s)...)
}

func (l *lowerer) list(e *List) syntax.Expr {
	if hasStar(e.Elts) {
		return l.concat(e, e.Elts)
	}
	return &syntax.ListExpr{Lbrack: l.at(e.From), List: l.exprs(e.Elts), Rbrack: l.last(e)}
}

func (l *lowerer) tuple(e *Tuple) syntax.Expr {
	if hasStar(e.Elts) {
		return l.runtime("py.tuple_of", e, l.at(e.From), l.concat(e, e.Elts))
	}
	return tuple(l.at(e.From), l.last(e), l.exprs(e.Elts)...)
}

func (l *lowerer) set(e *Set) syntax.Expr {
	if hasStar(e.Elts) {
		return l.runtime("py.set_of", e, l.at(e.From), l.concat(e, e.Elts))
	}
	return l.runtime("py.set", e, l.at(e.From), l.exprs(e.Elts)...)
}

func hasStar(list []Expr) bool {
	for _, e := range list {
		if isStarred(e) {
			return true
		}
	}
	return false
}

// concat makes the list of the elements of a display that has stars, which
// stands for n.
func (l *lowerer) concat(n Node, elts []Expr) syntax.Expr {
	var parts []syntax.Expr
	var run []syntax.Expr
	flush := func(pos syntax.Position) {
		if len(run) > 0 {
			parts = append(parts, &syntax.ListExpr{Lbrack: syntax.Start(run[0]), List: run, Rbrack: pos})
			run = nil
		}
	}
	for i, e := range elts {
		if s, ok := e.(*Starred); ok {
			flush(l.at(e.Pos()))
			x := l.expr(s.Value)
			if slices.ContainsFunc(elts[i+1:], l.isNotSimple) { // it is gone through before these are evaluated
				x = l.runtime("py.concat", s, l.at(s.From), x)
			}
			parts = append(parts, x)
		} else {
			run = append(run, l.expr(e))
		}
	}
	flush(l.last(n))
	return l.runtime("py.concat", n, l.at(n.Pos()), parts...)
}

// dict lowers a dict display. Starlark's own takes no key twice.
func (l *lowerer) dict(e *Dict) syntax.Expr {
	pos := l.at(e.From)
	if plainKeys(e.Keys) {
		d := &syntax.DictExpr{Lbrace: pos, Rbrace: l.last(e)}
		for i, key := range e.Keys {
			k := l.expr(key)
			d.List = append(d.List, &syntax.DictEntry{Key: k, Colon: l.at(key.End()), Value: l.expr(e.Values[i])})
		}
		return d
	}
	var parts, pairs []syntax.Expr
	for i, key := range e.Keys {
		if key != nil {
			k := l.expr(key)
			pairs = append(pairs, k, l.expr(e.Values[i]))
			continue
		}
		if len(pairs) > 0 {
			parts = append(parts, l.runtime("py.dict", e, pos, pairs...))
			pairs = nil
		}
		x := l.expr(e.Values[i])
		if slices.ContainsFunc(e.Values[i+1:], l.isNotSimple) {
			x = l.runtime("py.merge", e.Values[i], l.at(e.Values[i].Pos()), x)
		}
		parts = append(parts, x)
	}
	switch {
	case len(parts) == 0:
		return l.runtime("py.dict", e, pos, pairs...)
	case len(pairs) > 0:
		parts = append(parts, l.runtime("py.dict", e, pos, pairs...))
	}
	return l.runtime("py.merge", e, pos, parts...)
}

// plainKeys reports whether all keys are string constants, and no two are the
// same.
func plainKeys(keys []Expr) bool {
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		c, ok := key.(*Constant)
		if !ok {
			return false
		}
		s, ok := c.Value.(string)
		if !ok || seen[s] {
			return false
		}
		seen[s] = true
	}
	return true
}

// joinedStr lowers an f-string.
func (l *lowerer) joinedStr(e *JoinedStr) syntax.Expr {
	pos := l.at(e.From)
	var args []syntax.Expr
	value := false // whether the last argument is a value
	for _, part := range e.Values {
		switch part := part.(type) {
		case *Constant:
			args = append(args, l.constant(part))
			value = false
		case *FormattedValue:
			if value || len(args) == 0 {
				args = append(args, str("", l.at(part.From)))
			}
			args = append(args, l.formatted(part))
			value = true
		}
	}
	switch {
	case len(args) == 0:
		return &syntax.Literal{Token: syntax.STRING, TokenPos: pos, Raw: l.m.Text(e), Value: ""}
	case len(args) == 1 && !value:
		return args[0]
	}
	return l.runtime("py.str", e, pos, args...)
}

func (l *lowerer) formatted(e *FormattedValue) syntax.Expr {
	x := l.expr(e.Value)
	if e.Conversion == 0 && e.Spec == nil {
		return x
	}
	pos := l.at(e.From)
	conversion := ""
	if e.Conversion != 0 {
		conversion = string(rune(e.Conversion))
	}
	var spec syntax.Expr = str("", pos)
	if e.Spec != nil {
		spec = l.joinedStr(e.Spec)
	}
	return l.runtime("py.format", e, pos, x, str(conversion, pos), spec)
}
