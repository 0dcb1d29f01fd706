package probe

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// maxDepth is how deep a tree may be nested that a pass rewrites. Deeper ones
// are left as they are: to find the ends of an expression takes as long as it
// is deep.
const maxDepth = 2000

// tooDeep reports whether f is nested too deep to be walked.
func tooDeep(f *syntax.File) bool {
	depth, most := 0, 0
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		most = max(most, depth)
		if depth > maxDepth {
			return false
		}
		depth++
		return true
	})
	return most > maxDepth
}

// stmtExprs calls f for the place of each expression that the statement s
// evaluates itself, in order of evaluation. The bodies of statements are not
// among them, nor are the defaults of parameters.
func stmtExprs(s syntax.Stmt, f func(*syntax.Expr)) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		f(&s.X)
	case *syntax.AssignStmt:
		if s.Op == syntax.EQ {
			f(&s.RHS)
			targetExprs(s.LHS, f)
			return
		}
		targetExprs(s.LHS, f)
		f(&s.RHS)
	case *syntax.IfStmt:
		f(&s.Cond)
	case *syntax.WhileStmt:
		f(&s.Cond)
	case *syntax.ForStmt:
		f(&s.X)
		targetExprs(s.Vars, f)
	case *syntax.ReturnStmt:
		if s.Result != nil {
			f(&s.Result)
		}
	case *syntax.DefStmt:
		defaultExprs(s.Params, f)
	}
}

// subExprs calls f for the place of each expression that e evaluates, in
// order of evaluation. Names of arguments and targets of assignments are not
// among them.
func subExprs(e syntax.Expr, f func(*syntax.Expr)) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		f(&e.X)
	case *syntax.ListExpr:
		listExprs(e.List, f)
	case *syntax.TupleExpr:
		listExprs(e.List, f)
	case *syntax.DictExpr:
		for _, entry := range e.List {
			subExprs(entry, f)
		}
	case *syntax.DictEntry:
		f(&e.Key)
		f(&e.Value)
	case *syntax.CondExpr:
		f(&e.Cond)
		f(&e.True)
		f(&e.False)
	case *syntax.LambdaExpr:
		defaultExprs(e.Params, f)
		f(&e.Body)
	case *syntax.Comprehension:
		comprehensionExprs(e, f, f)
	case *syntax.UnaryExpr:
		if e.X != nil {
			f(&e.X)
		}
	case *syntax.BinaryExpr:
		f(&e.X)
		f(&e.Y)
	case *syntax.DotExpr:
		f(&e.X)
	case *syntax.IndexExpr:
		f(&e.X)
		f(&e.Y)
	case *syntax.SliceExpr:
		f(&e.X)
		for _, index := range []*syntax.Expr{&e.Lo, &e.Hi, &e.Step} {
			if *index != nil {
				f(index)
			}
		}
	case *syntax.CallExpr:
		f(&e.Fn)
		argExprs(e, f)
	}
}

func listExprs(list []syntax.Expr, f func(*syntax.Expr)) {
	for i := range list {
		f(&list[i])
	}
}

// comprehensionExprs calls test for the place of each condition of a
// comprehension, and f for those of all other expressions.
func comprehensionExprs(e *syntax.Comprehension, f, test func(*syntax.Expr)) {
	for _, c := range e.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			f(&c.X)
			targetExprs(c.Vars, f)
		case *syntax.IfClause:
			test(&c.Cond)
		}
	}
	if entry, ok := e.Body.(*syntax.DictEntry); ok {
		subExprs(entry, f)
		return
	}
	f(&e.Body)
}

// argExprs calls f for the place of each value that a call passes.
func argExprs(call *syntax.CallExpr, f func(*syntax.Expr)) {
	for i, arg := range call.Args {
		switch arg := arg.(type) {
		case *syntax.BinaryExpr:
			if arg.Op == syntax.EQ {
				f(&arg.Y)
				continue
			}
		case *syntax.UnaryExpr:
			if arg.Op == syntax.STAR || arg.Op == syntax.STARSTAR {
				f(&arg.X)
				continue
			}
		}
		f(&call.Args[i])
	}
}

// defaultExprs calls f for the place of each default of parameters.
func defaultExprs(params []syntax.Expr, f func(*syntax.Expr)) {
	for _, p := range params {
		if b, ok := p.(*syntax.BinaryExpr); ok {
			f(&b.Y)
		}
	}
}

// targetExprs calls f for the place of each expression that is evaluated in
// order to assign to target.
func targetExprs(target syntax.Expr, f func(*syntax.Expr)) {
	switch t := target.(type) {
	case *syntax.ParenExpr:
		targetExprs(t.X, f)
	case *syntax.TupleExpr:
		for _, x := range t.List {
			targetExprs(x, f)
		}
	case *syntax.ListExpr:
		for _, x := range t.List {
			targetExprs(x, f)
		}
	case *syntax.IndexExpr:
		f(&t.X)
		f(&t.Y)
	case *syntax.DotExpr:
		f(&t.X)
	}
}

// inner gives the place of the expression inside any parentheses around *e.
func inner(e *syntax.Expr) *syntax.Expr {
	for {
		p, ok := (*e).(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = &p.X
	}
}

// isConstant reports whether e gives the same value every time: whether it is
// made of literals.
func isConstant(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Literal:
		return true
	case *syntax.Ident:
		return e.Name == "True" || e.Name == "False" || e.Name == "None"
	case *syntax.ParenExpr, *syntax.ListExpr, *syntax.TupleExpr, *syntax.DictExpr, *syntax.UnaryExpr, *syntax.BinaryExpr:
		constant := true
		subExprs(e, func(x *syntax.Expr) { constant = constant && isConstant(*x) })
		return constant
	}
	return false
}

// isComparison reports whether op gives True or False for any two operands.
func isComparison(op syntax.Token) bool {
	switch op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.IN, syntax.NOT_IN:
		return true
	}
	return false
}

// junction gives e if it joins conditions: by and, or.
func junction(e syntax.Expr) (*syntax.BinaryExpr, bool) {
	b, ok := e.(*syntax.BinaryExpr)
	return b, ok && (b.Op == syntax.AND || b.Op == syntax.OR)
}

// negation gives e if it is not x.
func negation(e syntax.Expr) (*syntax.UnaryExpr, bool) {
	u, ok := e.(*syntax.UnaryExpr)
	return u, ok && u.Op == syntax.NOT
}

// quantified gives the elements of [a, b, …] in all([a, b, …]) and the like.
func quantified(e syntax.Expr) (op string, elements []syntax.Expr) {
	call, ok := e.(*syntax.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", nil
	}
	fn, ok := call.Fn.(*syntax.Ident)
	if !ok || fn.Name != "all" && fn.Name != "any" {
		return "", nil
	}
	switch list := (*inner(&call.Args[0])).(type) {
	case *syntax.ListExpr:
		return fn.Name, list.List
	case *syntax.TupleExpr:
		return fn.Name, list.List
	}
	return "", nil
}

// isBoolean reports whether e is meant as True or False, by its look.
func isBoolean(e syntax.Expr) bool {
	switch e := (*inner(&e)).(type) {
	case *syntax.UnaryExpr:
		return e.Op == syntax.NOT
	case *syntax.BinaryExpr:
		return isComparison(e.Op) || (e.Op == syntax.AND || e.Op == syntax.OR) && (isBoolean(e.X) || isBoolean(e.Y))
	case *syntax.CallExpr:
		switch fn := e.Fn.(type) {
		case *syntax.Ident:
			return slices.Contains(booleanFunctions, fn.Name)
		case *syntax.DotExpr:
			return slices.Contains(booleanMethods, fn.Name.Name)
		}
	}
	return false
}

var (
	booleanFunctions = []string{"all", "any", "bool", "hasattr", "isinstance"}
	booleanMethods   = []string{
		"endswith", "isalnum", "isalpha", "isdigit", "isdisjoint", "islower",
		"isspace", "issubset", "issuperset", "istitle", "isupper", "startswith",
	}
)

// isText reports whether s is a text that stands by itself, such as a
// docstring: no code is made of it.
func isText(s syntax.Stmt) bool {
	x, ok := s.(*syntax.ExprStmt)
	if !ok {
		return false
	}
	_, ok = x.X.(*syntax.Literal)
	return ok
}

// Hidden reports whether name is that of a hidden built-in of this package,
// whose frames a stack should not show.
func Hidden(name string) bool {
	return strings.HasPrefix(name, prefixExplain) || strings.HasPrefix(name, prefixCover)
}

// The names of what the passes put in start with these, and none is an
// identifier, so that no program can say or bind them.
const (
	prefixExplain = "(explain "
	prefixCover   = "(cover "
)
