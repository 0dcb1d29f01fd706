package pysyntax

import "math/big"

// A Node is any part of the tree.
type Node interface {
	Pos() Pos
	End() Pos
}

// A Stmt is a statement.
type Stmt interface {
	Node
	stmt()
}

// An Expr is an expression.
type Expr interface {
	Node
	expr()
}

// A Pattern is what stands behind "case".
type Pattern interface {
	Node
	pattern()
}

// A TypeParam is a parameter in the brackets of a generic function, class or
// type: a [TypeVar], [ParamSpec] or [TypeVarTuple].
type TypeParam interface {
	Node
	typeParam()
}

// A Module is one parsed file.
type Module struct {
	Filename string
	Body     []Stmt
	text     text
	scopes   []*scope // its own first
}

// Pos returns the start of the file.
func (m *Module) Pos() Pos { return Pos{1, 0} }

// End returns the end of the file.
func (m *Module) End() Pos {
	n := int32(len(m.text.lines))
	return Pos{n, int32(len(m.text.line(n)))}
}

// Column returns the column of p counted in runes from 1, which is how
// go.starlark.net and most editors count.
func (m *Module) Column(p Pos) int { return m.text.column(p) }

// Text returns the source of n, such as "0x10" where its value is 16. Lines
// end in "\n", whatever they do in the file.
func (m *Module) Text(n Node) string {
	return m.text.src[m.text.offset(n.Pos()):m.text.offset(n.End())]
}

// Line returns the text of line n, counted from 1, without its line end; ""
// if there is no such line.
func (m *Module) Line(n int32) string { return m.text.line(n) }

// Statements.
type (
	// FunctionDef is a def statement. Its span starts at "def" (or "async"),
	// behind the decorators.
	FunctionDef struct {
		Span
		Async      bool
		Name       Ident
		TypeParams []TypeParam
		Args       *Arguments
		Body       []Stmt
		Decorators []Expr
		Returns    Expr // or nil
	}

	// ClassDef is a class statement. Its span starts at "class".
	ClassDef struct {
		Span
		Name       Ident
		TypeParams []TypeParam
		Bases      []Expr
		Keywords   []*Keyword
		Body       []Stmt
		Decorators []Expr
	}

	// Return is "return value".
	Return struct {
		Span
		Value Expr // or nil
	}

	// Delete is "del a, b".
	Delete struct {
		Span
		Targets []Expr
	}

	// Assign is "a = b = value".
	Assign struct {
		Span
		Targets []Expr
		Value   Expr
	}

	// TypeAlias is "type Name[Params] = value".
	TypeAlias struct {
		Span
		Name       *Name
		TypeParams []TypeParam
		Value      Expr
	}

	// AugAssign is "target += value", with any operator.
	AugAssign struct {
		Span
		Target Expr
		Op     Operator
		OpPos  Pos
		Value  Expr
	}

	// AnnAssign is "target: annotation = value".
	AnnAssign struct {
		Span
		Target     Expr
		Annotation Expr
		Value      Expr // or nil
		Simple     bool // the target is a name without parentheses
	}

	// For is "for target in iter", with an optional else.
	For struct {
		Span
		Async  bool
		Target Expr
		Iter   Expr
		Body   []Stmt
		Orelse []Stmt
	}

	// While is "while test", with an optional else.
	While struct {
		Span
		Test   Expr
		Body   []Stmt
		Orelse []Stmt
	}

	// If has an elif as the only statement, an If, of its Orelse.
	If struct {
		Span
		Test   Expr
		Body   []Stmt
		Orelse []Stmt
	}

	// With is "with context as vars, ...".
	With struct {
		Span
		Async bool
		Items []*WithItem
		Body  []Stmt
	}

	// Match is a match statement.
	Match struct {
		Span
		Subject Expr
		Cases   []*MatchCase
	}

	// Raise is "raise exc from cause".
	Raise struct {
		Span
		Exc   Expr // or nil
		Cause Expr // or nil
	}

	// Try is a try statement: handlers, a finally, or both.
	Try struct {
		Span
		Star      bool // the handlers are except*
		Body      []Stmt
		Handlers  []*ExceptHandler
		Orelse    []Stmt
		Finalbody []Stmt
	}

	// Assert is "assert test, msg".
	Assert struct {
		Span
		Test Expr
		Msg  Expr // or nil
	}

	// Import is "import a.b as c, d".
	Import struct {
		Span
		Names []*Alias
	}

	// ImportFrom is "from ...module import names". Level counts the dots.
	ImportFrom struct {
		Span
		Module Ident // Name is "" in "from . import x"
		Names  []*Alias
		Level  int
	}

	// Global is "global a, b".
	Global struct {
		Span
		Names []Ident
	}

	// Nonlocal is "nonlocal a, b".
	Nonlocal struct {
		Span
		Names []Ident
	}

	// ExprStmt is an expression as a statement (CPython's Expr).
	ExprStmt struct {
		Span
		Value Expr
	}

	// Pass is "pass".
	Pass struct{ Span }

	// Break is "break".
	Break struct{ Span }

	// Continue is "continue".
	Continue struct{ Span }

	// BadStmt stands where a statement did not parse; Parse has reported an
	// error for it. Names are the identifiers in its text, for it may have
	// bound any of them, and Body is what could be read of its blocks.
	BadStmt struct {
		Span
		Names []Ident
		Body  []Stmt
		opens scopeKind // what Body would be the scope of; moduleScope for none
	}
)

// Parts of statements. CPython gives no position to WithItem, MatchCase,
// Comprehension and Arguments; here they have one.
type (
	// Arguments are the parameters of a function or lambda, as in
	// "posonly, /, args, *vararg, kwonly, **kwarg".
	Arguments struct {
		Span
		PosOnly    []*Arg
		Args       []*Arg
		Vararg     *Arg // or nil
		KwOnly     []*Arg
		KwDefaults []Expr // one for each of KwOnly, nil where it has none
		Kwarg      *Arg   // or nil
		Defaults   []Expr // those of the last of PosOnly and Args together
	}

	// Arg is one parameter, "name: annotation".
	Arg struct {
		Span
		Name       string
		Annotation Expr // or nil
	}

	// Keyword is "arg=value" in a call, or "**value" if Arg.Name is "".
	Keyword struct {
		Span
		Arg   Ident
		Value Expr
	}

	// Alias is one "name as asname" of an import. Name has its dots, or is
	// "*"; AsName.Name is "" where there is none.
	Alias struct {
		Span
		Name   string
		AsName Ident
	}

	// WithItem is one "context as vars".
	WithItem struct {
		Span
		Context Expr
		Vars    Expr // or nil
	}

	// MatchCase is "case pattern if guard:" and its block.
	MatchCase struct {
		Span
		Pattern Pattern
		Guard   Expr // or nil
		Body    []Stmt
	}

	// ExceptHandler is "except Type as name"; Type may be nil, and Name empty.
	ExceptHandler struct {
		Span
		Type Expr
		Name Ident
		Body []Stmt
	}

	// Comprehension is one "for target in iter if test" of a comprehension.
	Comprehension struct {
		Span
		Async  bool
		Target Expr
		Iter   Expr
		Ifs    []Expr
	}

	// TypeVar is "T: bound".
	TypeVar struct {
		Span
		Name  string
		Bound Expr // or nil
	}

	// ParamSpec is "**P".
	ParamSpec struct {
		Span
		Name string
	}

	// TypeVarTuple is "*Ts".
	TypeVarTuple struct {
		Span
		Name string
	}
)

// Expressions.
type (
	// BoolOp is "a and b and c", all of one operator.
	BoolOp struct {
		Span
		Op     BoolOperator
		Values []Expr
	}

	// NamedExpr is "target := value".
	NamedExpr struct {
		Span
		Target *Name
		Value  Expr
	}

	// BinOp is "left op right".
	BinOp struct {
		Span
		Left  Expr
		Op    Operator
		OpPos Pos
		Right Expr
	}

	// UnaryOp is "op operand".
	UnaryOp struct {
		Span
		Op      UnaryOperator
		Operand Expr
	}

	// Lambda is "lambda args: body".
	Lambda struct {
		Span
		Args *Arguments
		Body Expr
	}

	// IfExp is "body if test else orelse".
	IfExp struct {
		Span
		Test   Expr
		Body   Expr
		Orelse Expr
	}

	// Dict has a nil key where a value is spread with "**".
	Dict struct {
		Span
		Keys   []Expr
		Values []Expr
	}

	// Set is "{a, *b}".
	Set struct {
		Span
		Elts []Expr
	}

	// ListComp is "[elt for ...]".
	ListComp struct {
		Span
		Elt        Expr
		Generators []*Comprehension
	}

	// SetComp is "{elt for ...}".
	SetComp struct {
		Span
		Elt        Expr
		Generators []*Comprehension
	}

	// DictComp is "{key: value for ...}".
	DictComp struct {
		Span
		Key        Expr
		Value      Expr
		Generators []*Comprehension
	}

	// GeneratorExp is "(elt for ...)". As the only argument of a call it
	// has the parentheses of the call.
	GeneratorExp struct {
		Span
		Elt        Expr
		Generators []*Comprehension
	}

	// Await is "await value".
	Await struct {
		Span
		Value Expr
	}

	// Yield is "yield value".
	Yield struct {
		Span
		Value Expr // or nil
	}

	// YieldFrom is "yield from value".
	YieldFrom struct {
		Span
		Value Expr
	}

	// Compare is "left op comparator op comparator ...".
	Compare struct {
		Span
		Left        Expr
		Ops         []CmpOperator
		OpPos       []Pos
		Comparators []Expr
	}

	// Call is "func(args, keywords)". Args has starred arguments too; those
	// that stand behind keywords are in it all the same.
	Call struct {
		Span
		Func     Expr
		Lparen   Pos
		Args     []Expr
		Keywords []*Keyword
	}

	// FormattedValue is one "{value!conversion:spec}" of an f-string.
	FormattedValue struct {
		Span
		Value      Expr
		Conversion byte       // 's', 'r', 'a' or 0
		Spec       *JoinedStr // or nil
	}

	// JoinedStr is an f-string, joined with its neighbours. Its Values are
	// string Constants, never empty, and FormattedValues.
	JoinedStr struct {
		Span
		Values []Expr
		Joined bool // several literals side by side
	}

	// Constant is a literal. Value is nil for None, or a bool, int64,
	// *big.Int (where int64 is too small), float64, complex128, string,
	// [Bytes] or [Ellipsis]. A lone surrogate in a string is kept as the
	// three bytes that UTF-8 would give it if it could.
	Constant struct {
		Span
		Value  any
		U      bool // a string with the prefix u
		Joined bool // several strings side by side
	}

	// Attribute is "value.attr".
	Attribute struct {
		Span
		Value Expr
		Attr  Ident
		Ctx   Context
	}

	// Subscript is "value[slice]".
	Subscript struct {
		Span
		Value  Expr
		Lbrack Pos
		Slice  Expr
		Ctx    Context
	}

	// Starred is "*value".
	Starred struct {
		Span
		Value Expr
		Ctx   Context
	}

	// Name is a variable.
	Name struct {
		Span
		ID  string
		Ctx Context
	}

	// List is "[a, *b]".
	List struct {
		Span
		Elts []Expr
		Ctx  Context
	}

	// Tuple is "a, *b", with parentheses or without.
	Tuple struct {
		Span
		Elts []Expr
		Ctx  Context
	}

	// Slice stands only in a Subscript; any part may be nil.
	Slice struct {
		Span
		Lower, Upper, Step Expr
	}
)

// Patterns.
type (
	// MatchValue is a literal or an attribute to be equal to.
	MatchValue struct {
		Span
		Value Expr
	}

	// MatchSingleton has the Value nil (for None), true or false.
	MatchSingleton struct {
		Span
		Value any
	}

	// MatchSequence is "[a, *b]", or the same with or without parentheses.
	MatchSequence struct {
		Span
		Patterns []Pattern
	}

	// MatchMapping has one pattern for each key. Rest is the name behind "**".
	MatchMapping struct {
		Span
		Keys     []Expr
		Patterns []Pattern
		Rest     Ident
	}

	// MatchClass is "Class(pattern, attr=pattern)".
	MatchClass struct {
		Span
		Class       Expr
		Patterns    []Pattern
		KwdAttrs    []Ident
		KwdPatterns []Pattern
	}

	// MatchStar is "*name" in a sequence; Name is "" for "*_".
	MatchStar struct {
		Span
		Name Ident
	}

	// MatchAs is "pattern as name", a capture (no Pattern) or "_" (neither).
	MatchAs struct {
		Span
		Pattern Pattern
		Name    Ident
	}

	// MatchOr is "a | b".
	MatchOr struct {
		Span
		Patterns []Pattern
	}
)

// Bytes is the value of a bytes literal.
type Bytes string

// Ellipsis is the value of "...".
type Ellipsis struct{}

// Int returns the value of an integer constant; ok is false for others. The
// caller may change the result.
func (c *Constant) Int() (i *big.Int, ok bool) {
	switch v := c.Value.(type) {
	case int64:
		return big.NewInt(v), true
	case *big.Int:
		return new(big.Int).Set(v), true
	}
	return nil, false
}

// A Context says what an expression is there for.
type Context uint8

const (
	Load  Context = iota // its value is used
	Store                // it is assigned to
	Del                  // it is deleted
)

// A BoolOperator is And or Or.
type BoolOperator uint8

const (
	And BoolOperator = iota
	Or
)

// An Operator is that of a BinOp or AugAssign.
type Operator uint8

const (
	Add Operator = iota
	Sub
	Mult
	MatMult
	Div
	Mod
	Pow
	LShift
	RShift
	BitOr
	BitXor
	BitAnd
	FloorDiv
)

// A UnaryOperator is that of a UnaryOp.
type UnaryOperator uint8

const (
	Invert UnaryOperator = iota
	Not
	UAdd
	USub
)

// A CmpOperator is one of a Compare.
type CmpOperator uint8

const (
	Eq CmpOperator = iota
	NotEq
	Lt
	LtE
	Gt
	GtE
	Is
	IsNot
	In
	NotIn
)

var (
	boolOperators  = [...]string{"and", "or"}
	operators      = [...]string{"+", "-", "*", "@", "/", "%", "**", "<<", ">>", "|", "^", "&", "//"}
	unaryOperators = [...]string{"~", "not", "+", "-"}
	cmpOperators   = [...]string{"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"}
)

// String returns the operator as it is written.
func (op BoolOperator) String() string { return boolOperators[op] }

// String returns the operator as it is written, without the "=" of an AugAssign.
func (op Operator) String() string { return operators[op] }

// String returns the operator as it is written.
func (op UnaryOperator) String() string { return unaryOperators[op] }

// String returns the operator as it is written.
func (op CmpOperator) String() string { return cmpOperators[op] }

func (*FunctionDef) stmt() {}
func (*ClassDef) stmt()    {}
func (*Return) stmt()      {}
func (*Delete) stmt()      {}
func (*Assign) stmt()      {}
func (*TypeAlias) stmt()   {}
func (*AugAssign) stmt()   {}
func (*AnnAssign) stmt()   {}
func (*For) stmt()         {}
func (*While) stmt()       {}
func (*If) stmt()          {}
func (*With) stmt()        {}
func (*Match) stmt()       {}
func (*Raise) stmt()       {}
func (*Try) stmt()         {}
func (*Assert) stmt()      {}
func (*Import) stmt()      {}
func (*ImportFrom) stmt()  {}
func (*Global) stmt()      {}
func (*Nonlocal) stmt()    {}
func (*ExprStmt) stmt()    {}
func (*Pass) stmt()        {}
func (*Break) stmt()       {}
func (*Continue) stmt()    {}
func (*BadStmt) stmt()     {}

func (*BoolOp) expr()         {}
func (*NamedExpr) expr()      {}
func (*BinOp) expr()          {}
func (*UnaryOp) expr()        {}
func (*Lambda) expr()         {}
func (*IfExp) expr()          {}
func (*Dict) expr()           {}
func (*Set) expr()            {}
func (*ListComp) expr()       {}
func (*SetComp) expr()        {}
func (*DictComp) expr()       {}
func (*GeneratorExp) expr()   {}
func (*Await) expr()          {}
func (*Yield) expr()          {}
func (*YieldFrom) expr()      {}
func (*Compare) expr()        {}
func (*Call) expr()           {}
func (*FormattedValue) expr() {}
func (*JoinedStr) expr()      {}
func (*Constant) expr()       {}
func (*Attribute) expr()      {}
func (*Subscript) expr()      {}
func (*Starred) expr()        {}
func (*Name) expr()           {}
func (*List) expr()           {}
func (*Tuple) expr()          {}
func (*Slice) expr()          {}

func (*MatchValue) pattern()     {}
func (*MatchSingleton) pattern() {}
func (*MatchSequence) pattern()  {}
func (*MatchMapping) pattern()   {}
func (*MatchClass) pattern()     {}
func (*MatchStar) pattern()      {}
func (*MatchAs) pattern()        {}
func (*MatchOr) pattern()        {}

func (*TypeVar) typeParam()      {}
func (*ParamSpec) typeParam()    {}
func (*TypeVarTuple) typeParam() {}
