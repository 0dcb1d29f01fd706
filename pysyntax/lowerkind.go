package pysyntax

import "math/big"

// A valueKind is what is known of the type of a value: that it is exactly this
// type of Starlark's.
type valueKind uint8

const (
	noKind valueKind = iota // there is no value yet: it agrees with every kind
	anyKind
	intKind
	floatKind
	strKind
	boolKind
	noneKind
	listKind
	tupleKind
	dictKind
	setKind
	rangeKind
)

// A source is what a variable is bound to. The zero source is anything.
type source struct {
	expr  Expr       // the value of an expression
	each  Expr       // an element of one
	aug   *AugAssign // the result of an operation
	scope *scope     // where the expression stands
}

// join returns what is known of a value that is an a or a b.
func join(a, b valueKind) valueKind {
	switch {
	case a == noKind:
		return b
	case b == noKind || a == b:
		return a
	}
	return anyKind
}

// kindOf returns what is known of the value of an expression in a scope.
func (p *plan) kindOf(e Expr, s *scope) valueKind {
	switch e.(type) {
	case *BinOp, *BoolOp, *Compare, *IfExp, *UnaryOp, *NamedExpr:
	default:
		return p.computeKind(e, s)
	}
	k, ok := p.kinds[e]
	if !ok {
		k = p.computeKind(e, s)
		if p.kinds != nil {
			p.kinds[e] = k
		}
	}
	return k
}

func (p *plan) computeKind(e Expr, s *scope) valueKind {
	switch e := e.(type) {
	case *Constant:
		return constantKind(e.Value)
	case *JoinedStr:
		return strKind
	case *List, *ListComp:
		return listKind
	case *Tuple:
		return tupleKind
	case *Dict, *DictComp:
		return dictKind
	case *Set, *SetComp:
		return setKind
	case *Name:
		return p.nameKind(e, s)
	case *NamedExpr:
		return p.kindOf(e.Value, s)
	case *IfExp:
		return join(p.kindOf(e.Body, s), p.kindOf(e.Orelse, s))
	case *BoolOp:
		k := noKind
		for _, v := range e.Values {
			k = join(k, p.kindOf(v, s))
		}
		return k
	case *UnaryOp:
		if e.Op == Not {
			return boolKind
		}
		if k := p.kindOf(e.Operand, s); k == intKind || k == floatKind && e.Op != Invert {
			return k
		}
	case *BinOp:
		return resultKind(e.Op, p.kindOf(e.Left, s), p.kindOf(e.Right, s))
	case *Compare:
		return p.comparisonKind(e, s)
	case *Call:
		return p.callKind(e, s)
	}
	return anyKind
}

func constantKind(value any) valueKind {
	switch value.(type) {
	case nil:
		return noneKind
	case bool:
		return boolKind
	case int64, *big.Int:
		return intKind
	case float64:
		return floatKind
	case string:
		return strKind
	}
	return anyKind
}

// resultKind returns what is known of the result of a binary operator.
func resultKind(op Operator, x, y valueKind) valueKind {
	switch {
	case x == noKind || y == noKind:
		return noKind
	case x == strKind && (op == Add && y == strKind || op == Mod || op == Mult && y == intKind):
		return strKind
	case x == intKind && y == intKind && op != Div && op != Pow && op != MatMult:
		return intKind
	}
	return anyKind
}

// comparisonKind: what __eq__ and its like return can be anything, unless both
// operands are known.
func (p *plan) comparisonKind(e *Compare, s *scope) valueKind {
	left := e.Left
	for i, op := range e.Ops {
		right := e.Comparators[i]
		switch op {
		case Is, IsNot, In, NotIn:
		default:
			if !isScalar(p.kindOf(left, s)) || !isScalar(p.kindOf(right, s)) {
				return anyKind
			}
		}
		left = right
	}
	return boolKind
}

func isScalar(k valueKind) bool {
	return intKind <= k && k <= noneKind
}

func (p *plan) nameKind(e *Name, s *scope) valueKind {
	if s.kind == classScope {
		return anyKind
	}
	v := p.find(s, e.ID)
	if v == nil {
		return anyKind
	}
	return v.kind
}

// maxRounds bounds the inference of kinds. Real files take three.
const maxRounds = 20

// inferKinds finds out the kinds of all variables: the least that agree with
// what the variables are bound to.
func (p *plan) inferKinds() {
	for range maxRounds {
		changed := false
		for _, info := range p.infos {
			for _, v := range info.order {
				k := p.inferKind(v)
				changed = changed || k != v.kind
				v.kind = k
			}
		}
		if !changed {
			p.kinds = map[Expr]valueKind{}
			return
		}
	}
	for _, info := range p.infos {
		for _, v := range info.order {
			v.kind = anyKind
		}
	}
	p.kinds = map[Expr]valueKind{}
}

func (p *plan) inferKind(v *variable) valueKind {
	if v.boxed || v.scope.kind == classScope || v.bindings == 0 {
		return anyKind
	}
	k := v.kind
	for _, src := range v.values {
		k = join(k, p.sourceKind(src))
	}
	return k
}

func (p *plan) sourceKind(src source) valueKind {
	switch {
	case src.expr != nil:
		return p.kindOf(src.expr, src.scope)
	case src.each != nil:
		if p.kindOf(src.each, src.scope) == rangeKind {
			return intKind
		}
	case src.aug != nil:
		x := p.kindOf(src.aug.Target, src.scope)
		return resultKind(src.aug.Op, x, p.kindOf(src.aug.Value, src.scope))
	}
	return anyKind
}

// resultKinds are those of what the built-in types and functions return.
var resultKinds = map[string]valueKind{
	"len": intKind, "ord": intKind, "hash": intKind, "int": intKind,
	"float": floatKind,
	"str":   strKind, "repr": strKind, "ascii": strKind, "chr": strKind, "hex": strKind, "oct": strKind, "bin": strKind,
	"bool": boolKind, "any": boolKind, "all": boolKind, "isinstance": boolKind, "issubclass": boolKind,
	"callable": boolKind, "hasattr": boolKind,
	"list": listKind, "sorted": listKind, "tuple": tupleKind, "dict": dictKind, "set": setKind, "range": rangeKind,
}

func (p *plan) callKind(e *Call, s *scope) valueKind {
	name, ok := e.Func.(*Name)
	if !ok || p.find(s, name.ID) != nil {
		return anyKind
	}
	if k, ok := resultKinds[name.ID]; ok {
		return k
	}
	return anyKind
}
