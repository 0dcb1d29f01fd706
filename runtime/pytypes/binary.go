package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Binary is x op y.
func Binary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.Int:
		if b, ok := y.(starlark.Int); ok && op != MatMul {
			return intBinary(t, op, a, b)
		}
	case starlark.String:
		if b, ok := y.(starlark.String); ok && op == Add {
			return concat(t, a, b)
		}
	case starlark.Float:
		if b, ok := y.(starlark.Float); ok && op <= Pow {
			return floatBinary(op, float64(a), float64(b))
		}
	}
	v, err := binary(t, op, x, y)
	if v == nil && err == nil {
		err = unsupported(op, operators[op].symbol, x, y)
	}
	return v, err
}

func concat(t *starlark.Thread, x, y starlark.String) (starlark.Value, error) {
	switch {
	case len(x) == 0:
		return y, nil
	case len(y) == 0:
		return x, nil
	}
	if err := guard.CheckBytes(t, "+", len(x)+len(y)); err != nil {
		return nil, err
	}
	return x + y, nil
}

// binary is x op y, or nil if neither knows the other.
func binary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	_, xobj := x.(Object)
	_, yobj := y.(Object)
	if xobj || yobj {
		return objectBinary(t, op, x, y)
	}
	return nativeBinary(t, op, x, y)
}

// objectBinary is x op y if x or y is an Object: its methods count before what
// it extends.
func objectBinary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	o := &operators[op]
	first := reflectedFirst(x, y)
	if op == Mod && !first {
		if v, err := formatWith(t, x, y); v != nil || err != nil {
			return v, err
		}
	}
	if first {
		if v, ok, err := special(t, y, o.reflected, x); ok || err != nil {
			return v, err
		}
	}
	if v, ok, err := special(t, x, o.method, y); ok || err != nil {
		return v, err
	}
	if !first && !sameClass(x, y) {
		if v, ok, err := special(t, y, o.reflected, x); ok || err != nil {
			return v, err
		}
	}
	if op == Mod {
		if v, err := formatWith(t, native(x), y); v != nil || err != nil {
			return v, err
		}
	}
	return nativeBinary(t, op, native(x), native(y))
}

// formatWith is x % y for a text x, which takes any y.
func formatWith(t *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	switch format := x.(type) {
	case starlark.String:
		return percent(t, string(format), y)
	case starlark.Bytes:
		return percentBytes(t, string(format), y)
	}
	return nil, nil
}

// reflectedFirst reports whether the class of y extends that of x, so that the
// methods of y are asked first.
func reflectedFirst(x, y starlark.Value) bool {
	o, ok := y.(Object)
	if !ok {
		return false
	}
	if a, ok := x.(Object); ok {
		heir, ok := o.(Heir)
		return ok && heir.Extends(a)
	}
	base := o.Native()
	return base != nil && TypeName(base) == TypeName(x)
}

// sameClass reports whether x and y are Objects of the same class: then the
// reflected method is not asked, as the method itself already was.
func sameClass(x, y starlark.Value) bool {
	a, ok := x.(Object)
	if !ok {
		return false
	}
	b, ok := y.(interface{ SameClass(Object) bool })
	return ok && b.SameClass(a)
}

// nativeBinary is x op y without asking the methods of Objects.
func nativeBinary(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.Int:
		switch b := y.(type) {
		case starlark.Int:
			return intBinary(t, op, a, b)
		case starlark.Bool:
			return intBinary(t, op, a, boolInt(b))
		case starlark.Float:
			return mixed(op, a, float64(b), false)
		}
	case starlark.Bool:
		switch b := y.(type) {
		case starlark.Bool:
			return boolBinary(t, op, a, b)
		case starlark.Int:
			return intBinary(t, op, boolInt(a), b)
		case starlark.Float:
			return mixed(op, boolInt(a), float64(b), false)
		}
	case starlark.Float:
		switch b := y.(type) {
		case starlark.Float:
			return floatBinary(op, float64(a), float64(b))
		case starlark.Int:
			return mixed(op, b, float64(a), true)
		case starlark.Bool:
			return mixed(op, boolInt(b), float64(a), true)
		}
	case starlark.String:
		if op == Mod {
			return percent(t, string(a), y)
		}
	case starlark.Bytes:
		if op == Mod {
			return percentBytes(t, string(a), y)
		}
	}
	if v, err := setBinary(t, op, x, y); v != nil || err != nil {
		return v, err
	}
	if v, err := foreignBinary(op, x, y); v != nil || err != nil {
		return v, err
	}
	switch op {
	case Add:
		return sequenceAdd(t, x, y)
	case Mul:
		return sequenceMul(t, x, y)
	case Or:
		return dictUnion(t, x, y)
	}
	return nil, nil
}

func boolBinary(t *starlark.Thread, op Op, x, y starlark.Bool) (starlark.Value, error) {
	switch op {
	case And:
		return x && y, nil
	case Or:
		return x || y, nil
	case Xor:
		return starlark.Bool(x != y), nil
	}
	return intBinary(t, op, boolInt(x), boolInt(y))
}

// foreignBinary asks values of types of other packages.
func foreignBinary(op Op, x, y starlark.Value) (starlark.Value, error) {
	token := operators[op].token
	if token == syntax.ILLEGAL {
		return nil, nil
	}
	if a, ok := x.(starlark.HasBinary); ok && !isStarlark(x) {
		if v, err := a.Binary(token, plain(y), starlark.Left); v != nil || err != nil {
			return v, err
		}
	}
	if b, ok := y.(starlark.HasBinary); ok && !isStarlark(y) {
		return b.Binary(token, plain(x), starlark.Right)
	}
	return nil, nil
}

// plain is v as values of other packages know it: a bool is an int.
func plain(v starlark.Value) starlark.Value {
	if b, ok := v.(starlark.Bool); ok {
		return boolInt(b)
	}
	return v
}

// isStarlark reports whether v is of a type of package starlark.
func isStarlark(v starlark.Value) bool {
	switch v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes,
		*starlark.List, starlark.Tuple, *starlark.Dict, *starlark.Set:
		return true
	}
	return false
}

// unsupported says that x op y is not possible.
func unsupported(op Op, symbol string, x, y starlark.Value) error {
	a, b := native(x), native(y)
	switch op {
	case Add:
		if err := concatError(a, x, y); err != nil {
			return err
		}
	case Mul:
		if isSequence(a) {
			return pyerr.Type("can't multiply sequence by non-int of type '%s'", TypeName(y))
		}
		if isSequence(b) {
			return pyerr.Type("can't multiply sequence by non-int of type '%s'", TypeName(x))
		}
	}
	return wrongOperands(symbol, x, y)
}

func wrongOperands(symbol string, x, y starlark.Value) error {
	return pyerr.Type("unsupported operand type(s) for %s: '%s' and '%s'", symbol, TypeName(x), TypeName(y))
}

// concatError is the error of a sequence that is asked to be concatenated with
// something else.
func concatError(base, x, y starlark.Value) error {
	switch base.(type) {
	case starlark.String, *starlark.List, starlark.Tuple:
		name := TypeName(base)
		return pyerr.Type(`can only concatenate %s (not "%s") to %s`, name, TypeName(y), name)
	case starlark.Bytes:
		return pyerr.Type("can't concat %s to bytes", TypeName(y))
	}
	return nil
}

// InPlace is the value that x op= y assigns to x.
func InPlace(t *starlark.Thread, op Op, x, y starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.Int, starlark.String, starlark.Float, starlark.Bool, starlark.Tuple:
	case Object:
		if v, ok, err := special(t, x, operators[op].inplace, y); ok || err != nil {
			return v, err
		}
		if done, err := inPlace(t, op, a.Native(), y); done || err != nil {
			return x, err
		}
	default:
		if done, err := inPlace(t, op, x, y); done || err != nil {
			return x, err
		}
	}
	switch a := x.(type) {
	case starlark.Int:
		if b, ok := y.(starlark.Int); ok && op != MatMul {
			return intBinary(t, op, a, b)
		}
	case starlark.String:
		if b, ok := y.(starlark.String); ok && op == Add {
			return concat(t, a, b)
		}
	}
	v, err := binary(t, op, x, y)
	if v == nil && err == nil {
		symbol := operators[op].symbol + "="
		if op == Pow {
			symbol = "**="
		}
		if op == Mul && isUnrepeatable(native(x)) {
			return nil, wrongOperands(symbol, x, y)
		}
		err = unsupported(op, symbol, x, y)
	}
	return v, err
}

// isUnrepeatable reports whether x is a container that knows no *, of which
// CPython does not ask y for *=.
func isUnrepeatable(x starlark.Value) bool {
	switch x.(type) {
	case *starlark.Set, *FrozenSet, *starlark.Dict, *KeysView, *ValuesView, *ItemsView, *Range:
		return true
	}
	return false
}

// inPlace changes x to x op y, if x is of a type that does.
func inPlace(t *starlark.Thread, op Op, x, y starlark.Value) (done bool, err error) {
	switch x := x.(type) {
	case *starlark.List:
		switch op {
		case Add:
			return true, listExtend(t, x, y)
		case Mul:
			n, ok, err := repetitions(t, y)
			if err != nil || !ok {
				return false, err
			}
			return true, listRepeat(t, x, n)
		}
	case *starlark.Dict:
		if op == Or {
			return true, dictUpdate(t, x, y)
		}
	case *starlark.Set:
		return setInPlace(t, op, x, y)
	}
	return false, nil
}

// Unary is op x.
func Unary(t *starlark.Thread, op UnaryOp, x starlark.Value) (starlark.Value, error) {
	switch a := x.(type) {
	case starlark.Int:
		return intUnary(t, op, a)
	case starlark.Bool:
		return intUnary(t, op, boolInt(a))
	case starlark.Float:
		switch op {
		case Neg:
			return -a, nil
		case Pos:
			return a, nil
		}
	case Object:
		if v, ok, err := a.Special(t, unaryOperators[op].method); ok || err != nil {
			return v, err
		}
		if n := a.Native(); n != nil {
			if v, err := Unary(t, op, n); err == nil || !isA(err, "TypeError") {
				return v, err
			}
		}
	case starlark.HasUnary:
		if v, err := a.Unary(unaryOperators[op].token); v != nil || err != nil {
			return v, err
		}
	}
	return nil, pyerr.Type("bad operand type for unary %s: '%s'", unaryOperators[op].symbol, TypeName(x))
}

func intUnary(t *starlark.Thread, op UnaryOp, x starlark.Int) (starlark.Value, error) {
	switch op {
	case Neg:
		return zero.Sub(x), nil
	case Invert:
		return x.Not(), nil
	}
	return x, nil
}
