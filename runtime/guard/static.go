package guard

import (
	"slices"

	"go.starlark.net/syntax"
)

// maxSlice is how long a slice may be that is not checked.
const maxSlice = 64

// isScalar reports whether x is sure to give a string, number, bool or None,
// or nothing.
func (r *rewriter) isScalar(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Literal:
		return true
	case *syntax.ParenExpr:
		return r.isScalar(x.X)
	case *syntax.Ident:
		return slices.Contains(constants, x.Name) && !r.bound[x.Name]
	case *syntax.UnaryExpr:
		return true // of numbers only, but for not
	case *syntax.BinaryExpr:
		return r.isScalarOperation(x)
	case *syntax.CondExpr:
		return r.isScalar(x.True) && r.isScalar(x.False)
	case *syntax.CallExpr:
		return r.isScalarCall(x)
	}
	return false
}

var constants = []string{"None", "True", "False"}

// scalarFunctions are the built-in functions that give scalars only.
var scalarFunctions = []string{
	"all", "any", "bool", "bytes", "chr", "float", "hasattr", "hash", "int",
	"len", "ord", "repr", "str", "type",
}

func (r *rewriter) isScalarOperation(x *syntax.BinaryExpr) bool {
	switch x.Op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.IN, syntax.NOT_IN:
		return true
	case syntax.PERCENT, syntax.SLASH, syntax.SLASHSLASH, syntax.LTLT, syntax.GTGT:
		return true // of strings and numbers only
	case syntax.PLUS, syntax.MINUS:
		return r.isNumber(x.Y) || r.isNumber(x.X)
	case syntax.AND, syntax.OR:
		return r.isScalar(x.Y) && r.isScalar(x.X)
	}
	return false
}

func (r *rewriter) isScalarCall(x *syntax.CallExpr) bool {
	switch fn := x.Fn.(type) {
	case *syntax.Ident:
		return slices.Contains(scalarFunctions, fn.Name) && !r.bound[fn.Name]
	case *syntax.DotExpr:
		return isString(fn.X) && (fn.Name.Name == "join" || fn.Name.Name == "format")
	}
	return false
}

// isNumber reports whether x is sure to give an integer that is not wider
// than the limit, or a float, or nothing.
func (r *rewriter) isNumber(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Literal:
		return x.Token == syntax.FLOAT || isSmallInt(x)
	case *syntax.ParenExpr:
		return r.isNumber(x.X)
	case *syntax.UnaryExpr:
		return (x.Op == syntax.MINUS || x.Op == syntax.PLUS) && r.isNumber(x.X)
	case *syntax.BinaryExpr:
		return (x.Op == syntax.PLUS || x.Op == syntax.MINUS) && r.isNumber(x.Y) && r.isNumber(x.X)
	case *syntax.CallExpr:
		fn, ok := x.Fn.(*syntax.Ident)
		return ok && slices.Contains(numberFunctions, fn.Name) && !r.bound[fn.Name]
	}
	return false
}

var numberFunctions = []string{"float", "hash", "int", "len", "ord"}

func isSmallInt(x syntax.Expr) bool {
	lit, ok := unparen(x).(*syntax.Literal)
	if !ok || lit.Token != syntax.INT {
		return false
	}
	_, ok = lit.Value.(int64)
	return ok
}

func isString(x syntax.Expr) bool {
	lit, ok := unparen(x).(*syntax.Literal)
	return ok && lit.Token == syntax.STRING
}

// isSmallContainer reports whether any search in x is quick: whether it is a
// literal string, or a list or tuple of scalars.
func (r *rewriter) isSmallContainer(x syntax.Expr) bool {
	switch x := unparen(x).(type) {
	case *syntax.Literal:
		return true
	case *syntax.ListExpr:
		return r.allScalar(x.List)
	case *syntax.TupleExpr:
		return r.allScalar(x.List)
	}
	return false
}

func (r *rewriter) allScalar(list []syntax.Expr) bool {
	return !slices.ContainsFunc(list, func(x syntax.Expr) bool { return !r.isScalar(x) })
}

// isShortSlice reports whether a slice has at most maxSlice elements: x[:5],
// x[-5:].
func isShortSlice(x *syntax.SliceExpr) bool {
	if step, ok := literalInt(x.Step); x.Step != nil && (!ok || step != 1) {
		return false
	}
	lo, loOK := literalInt(x.Lo)
	hi, hiOK := literalInt(x.Hi)
	if hiOK && 0 <= hi && hi <= maxSlice && (x.Lo == nil || loOK && lo >= 0) {
		return true
	}
	return loOK && -maxSlice <= lo && lo < 0
}

// literalInt gives the value of an integer literal, which may have a sign.
func literalInt(x syntax.Expr) (int64, bool) {
	switch x := x.(type) {
	case *syntax.Literal:
		v, ok := x.Value.(int64)
		return v, ok && x.Token == syntax.INT
	case *syntax.UnaryExpr:
		v, ok := literalInt(x.X)
		return -v, ok && x.Op == syntax.MINUS
	}
	return 0, false
}

// isSafeMethod reports whether a call of a checked method with such arguments
// takes no longer than its own instructions.
func (r *rewriter) isSafeMethod(name string, args []syntax.Expr) bool {
	switch name {
	case "startswith", "endswith":
		return len(args) == 1 && (isString(args[0]) || r.isSmallContainer(args[0]))
	case "get":
		return len(args) > 0 && isPositional(args[0]) && r.isScalar(args[0]) && !slices.ContainsFunc(args, isStarred)
	case "pop":
		return len(args) == 0
	}
	return false
}

func isPositional(arg syntax.Expr) bool {
	if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
		return false
	}
	return !isStarred(arg)
}

func isStarred(arg syntax.Expr) bool {
	u, ok := arg.(*syntax.UnaryExpr)
	return ok && (u.Op == syntax.STAR || u.Op == syntax.STARSTAR)
}

// isPure reports whether the evaluation of an argument has no effect, so that
// it does not matter when it happens.
func isPure(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Literal, *syntax.Ident:
		return true
	case *syntax.ParenExpr:
		return isPure(x.X)
	case *syntax.BinaryExpr:
		return x.Op == syntax.EQ && isPure(x.Y) // name=value
	case *syntax.ListExpr:
		return !slices.ContainsFunc(x.List, isImpure)
	case *syntax.TupleExpr:
		return !slices.ContainsFunc(x.List, isImpure)
	}
	return false
}

func isImpure(x syntax.Expr) bool { return !isPure(x) }

func unparen(x syntax.Expr) syntax.Expr {
	for {
		p, ok := x.(*syntax.ParenExpr)
		if !ok {
			return x
		}
		x = p.X
	}
}
