package pysyntax

// A kind is what sort of token a token is.
type kind uint8

const (
	tEOF kind = iota
	tNewline
	tIndent
	tDedent
	tError // something no token can be made of; the lexer has reported it

	tName
	tNumber
	tString
	tFStart  // the prefix and opening quotes of an f-string
	tFMiddle // its literal text, between fields
	tFEnd    // its closing quotes

	tLparen
	tRparen
	tLbrack
	tRbrack
	tLbrace
	tRbrace
	tColon
	tSpec // the colon of a field of an f-string
	tComma
	tSemi
	tDot
	tEllipsis
	tArrow
	tWalrus
	tExclaim
	tTilde

	tAssign
	tPlusEq
	tMinusEq
	tStarEq
	tAtEq
	tSlashEq
	tPercentEq
	tPowEq
	tShlEq
	tShrEq
	tPipeEq
	tCaretEq
	tAmpEq
	tDblSlashEq

	tPlus
	tMinus
	tStar
	tAt
	tSlash
	tPercent
	tPow
	tShl
	tShr
	tPipe
	tCaret
	tAmp
	tDblSlash

	tEq
	tNotEq
	tLt
	tLtE
	tGt
	tGtE

	tFalse
	tNone
	tTrue
	tAnd
	tAs
	tAssert
	tAsync
	tAwait
	tBreak
	tClass
	tContinue
	tDef
	tDel
	tElif
	tElse
	tExcept
	tFinally
	tFor
	tFrom
	tGlobal
	tIf
	tImport
	tIn
	tIs
	tLambda
	tNonlocal
	tNot
	tOr
	tPass
	tRaise
	tReturn
	tTry
	tWhile
	tWith
	tYield
)

// A token is one token: its kind, its bytes src[from:to] and its place. Those
// that have no text (NEWLINE at the end of the file, INDENT, ...) are empty.
type token struct {
	kind     kind
	from, to int32
	pos, end Pos
}

// keyword returns the kind of a name: that of a keyword, or tName.
func keyword(name string) kind {
	switch name {
	case "False":
		return tFalse
	case "None":
		return tNone
	case "True":
		return tTrue
	case "and":
		return tAnd
	case "as":
		return tAs
	case "assert":
		return tAssert
	case "async":
		return tAsync
	case "await":
		return tAwait
	case "break":
		return tBreak
	case "class":
		return tClass
	case "continue":
		return tContinue
	case "def":
		return tDef
	case "del":
		return tDel
	case "elif":
		return tElif
	case "else":
		return tElse
	case "except":
		return tExcept
	case "finally":
		return tFinally
	case "for":
		return tFor
	case "from":
		return tFrom
	case "global":
		return tGlobal
	case "if":
		return tIf
	case "import":
		return tImport
	case "in":
		return tIn
	case "is":
		return tIs
	case "lambda":
		return tLambda
	case "nonlocal":
		return tNonlocal
	case "not":
		return tNot
	case "or":
		return tOr
	case "pass":
		return tPass
	case "raise":
		return tRaise
	case "return":
		return tReturn
	case "try":
		return tTry
	case "while":
		return tWhile
	case "with":
		return tWith
	case "yield":
		return tYield
	}
	return tName
}

// onlyStarts reports whether k is a keyword that can only start a statement
// (or a clause of one), so that it cannot stand in parentheses.
func (k kind) onlyStarts() bool {
	switch k {
	case tAssert, tBreak, tClass, tContinue, tDef, tDel, tElif, tExcept, tFinally, tGlobal,
		tImport, tNonlocal, tPass, tRaise, tReturn, tTry, tWhile, tWith:
		return true
	}
	return false
}

// goesOn reports whether k is a keyword that may follow a number without a
// space, as in "1if x else 2".
func (k kind) goesOn() bool {
	switch k {
	case tAnd, tElse, tFor, tIf, tIn, tIs, tNot, tOr:
		return true
	}
	return false
}

// startsExpr reports whether an expression can start with k.
func (k kind) startsExpr() bool {
	switch k {
	case tName, tNumber, tString, tFStart, tLparen, tLbrack, tLbrace, tEllipsis, tTilde,
		tPlus, tMinus, tFalse, tNone, tTrue, tAwait, tLambda, tNot:
		return true
	}
	return false
}

// augmented returns the operator of an augmented assignment.
func (k kind) augmented() (Operator, bool) {
	if tPlusEq <= k && k <= tDblSlashEq {
		return Operator(k - tPlusEq), true
	}
	return 0, false
}

// binary returns the operator that k stands for between two operands, and how
// strongly it binds; 0 if it stands for none. The tokens are in the order of
// the operators.
func (k kind) binary() (Operator, int) {
	if k < tPlus || k > tDblSlash || k == tPow {
		return 0, 0
	}
	op := Operator(k - tPlus)
	switch op {
	case BitOr:
		return op, 1
	case BitXor:
		return op, 2
	case BitAnd:
		return op, 3
	case LShift, RShift:
		return op, 4
	case Add, Sub:
		return op, 5
	}
	return op, 6
}
