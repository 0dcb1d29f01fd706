package pytypes

import "go.starlark.net/syntax"

// An Op is a binary operator.
type Op uint8

// The binary operators.
const (
	Add Op = iota
	Sub
	Mul
	TrueDiv
	FloorDiv
	Mod
	Pow
	MatMul
	LShift
	RShift
	And
	Or
	Xor
)

// A UnaryOp is a unary operator.
type UnaryOp uint8

// The unary operators.
const (
	Neg UnaryOp = iota
	Pos
	Invert
)

// A Relation is a comparison operator.
type Relation uint8

// The comparison operators.
const (
	Eq Relation = iota
	Ne
	Lt
	Le
	Gt
	Ge
)

// operators are the names of each Op.
var operators = [...]struct {
	symbol    string // in messages
	method    string
	reflected string
	inplace   string
	token     syntax.Token // for starlark.HasBinary; ILLEGAL: it has none
}{
	Add:      {"+", "__add__", "__radd__", "__iadd__", syntax.PLUS},
	Sub:      {"-", "__sub__", "__rsub__", "__isub__", syntax.MINUS},
	Mul:      {"*", "__mul__", "__rmul__", "__imul__", syntax.STAR},
	TrueDiv:  {"/", "__truediv__", "__rtruediv__", "__itruediv__", syntax.SLASH},
	FloorDiv: {"//", "__floordiv__", "__rfloordiv__", "__ifloordiv__", syntax.SLASHSLASH},
	Mod:      {"%", "__mod__", "__rmod__", "__imod__", syntax.PERCENT},
	Pow:      {"** or pow()", "__pow__", "__rpow__", "__ipow__", syntax.ILLEGAL},
	MatMul:   {"@", "__matmul__", "__rmatmul__", "__imatmul__", syntax.ILLEGAL},
	LShift:   {"<<", "__lshift__", "__rlshift__", "__ilshift__", syntax.LTLT},
	RShift:   {">>", "__rshift__", "__rrshift__", "__irshift__", syntax.GTGT},
	And:      {"&", "__and__", "__rand__", "__iand__", syntax.AMP},
	Or:       {"|", "__or__", "__ror__", "__ior__", syntax.PIPE},
	Xor:      {"^", "__xor__", "__rxor__", "__ixor__", syntax.CIRCUMFLEX},
}

var unaryOperators = [...]struct {
	symbol, method string
	token          syntax.Token
}{
	Neg:    {"-", "__neg__", syntax.MINUS},
	Pos:    {"+", "__pos__", syntax.PLUS},
	Invert: {"~", "__invert__", syntax.TILDE},
}

var relations = [...]struct {
	symbol, method string
	mirrored       Relation
	token          syntax.Token
}{
	Eq: {"==", "__eq__", Eq, syntax.EQL},
	Ne: {"!=", "__ne__", Ne, syntax.NEQ},
	Lt: {"<", "__lt__", Gt, syntax.LT},
	Le: {"<=", "__le__", Ge, syntax.LE},
	Gt: {">", "__gt__", Lt, syntax.GT},
	Ge: {">=", "__ge__", Le, syntax.GE},
}
