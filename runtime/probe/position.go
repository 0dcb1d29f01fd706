package probe

import "go.starlark.net/syntax"

// span gives the place where e starts and the one behind its end. The Span of
// syntax leaves out the brackets at the end of some nodes.
func span(e syntax.Expr) (start, end syntax.Position) {
	return syntax.Start(e), endOf(e)
}

func endOf(e syntax.Expr) syntax.Position {
	switch e := e.(type) {
	case *syntax.IndexExpr:
		return behind(e.Rbrack)
	case *syntax.SliceExpr:
		return behind(e.Rbrack)
	case *syntax.TupleExpr:
		if e.Lparen.IsValid() {
			return behind(e.Rparen)
		}
		return endOf(e.List[len(e.List)-1])
	case *syntax.BinaryExpr:
		return endOf(e.Y)
	case *syntax.UnaryExpr:
		if e.X != nil {
			return endOf(e.X)
		}
	case *syntax.CondExpr:
		return endOf(e.False)
	case *syntax.LambdaExpr:
		return endOf(e.Body)
	}
	return syntax.End(e)
}

// behind is the place behind the bracket at p.
func behind(p syntax.Position) syntax.Position {
	p.Col++
	return p
}

// lastPlace gives the last place that the compiler notes while it compiles e,
// or the start of e if there is none. A probe after e has that place, since
// where an error comes from a slice, the compiler gives it the last one it
// has noted, not the slice's own.
func lastPlace(e syntax.Expr) syntax.Position {
	if p := noted(e); p.IsValid() {
		return p
	}
	return syntax.Start(e)
}

func noted(e syntax.Expr) syntax.Position {
	switch e := e.(type) {
	case *syntax.Literal:
		return syntax.Position{}
	case *syntax.Ident:
		return e.NamePos
	case *syntax.CallExpr:
		return e.Lparen
	case *syntax.DotExpr:
		return e.Dot
	case *syntax.IndexExpr:
		return e.Lbrack
	case *syntax.UnaryExpr:
		return e.OpPos
	case *syntax.BinaryExpr:
		if e.Op != syntax.AND && e.Op != syntax.OR {
			return e.OpPos
		}
	case *syntax.SliceExpr:
		if p := lastNoted(e); p.IsValid() {
			return p
		}
		return e.Lbrack
	case *syntax.DictExpr:
		if n := len(e.List); n > 0 {
			return noted(e.List[n-1])
		}
	case *syntax.DictEntry:
		return e.Colon
	case *syntax.Comprehension:
		if entry, ok := e.Body.(*syntax.DictEntry); ok {
			return entry.Colon
		}
	case *syntax.LambdaExpr:
		return e.Lambda // or a default's, if it has any
	}
	return lastNoted(e)
}

func lastNoted(e syntax.Expr) (last syntax.Position) {
	subExprs(e, func(x *syntax.Expr) {
		if p := noted(*x); p.IsValid() {
			last = p
		}
	})
	return last
}

// firstPlace gives the place that the compiler gives the first instruction of
// a function with the given body, which starts at pos: the interpreter shows
// it for a call with the wrong arguments.
func firstPlace(body []syntax.Stmt, pos syntax.Position) syntax.Position {
	for _, s := range body {
		if b, ok := s.(*syntax.BranchStmt); isText(s) || ok && b.Token == syntax.PASS {
			continue // no instruction
		}
		switch s := s.(type) {
		case *syntax.DefStmt:
			return s.Def
		case *syntax.AssignStmt:
			if s.Op != syntax.EQ {
				return firstOf(s.LHS, pos)
			}
		}
		return firstAmong(func(f func(*syntax.Expr)) { stmtExprs(s, f) }, pos)
	}
	return pos
}

// firstOf gives the place of the first instruction of e, pos if it has none of
// its own. It takes names for the file's own.
func firstOf(e syntax.Expr, pos syntax.Position) syntax.Position {
	switch e := e.(type) {
	case *syntax.Ident:
		if isConstant(e) {
			return pos
		}
		return e.NamePos
	case *syntax.SliceExpr:
		return firstOf(e.X, e.Lbrack)
	case *syntax.LambdaExpr:
		return e.Lambda
	case *syntax.Literal, *syntax.DictExpr, *syntax.Comprehension:
		return pos
	}
	return firstAmong(func(f func(*syntax.Expr)) { subExprs(e, f) }, pos)
}

// firstAmong is firstOf for the first of the expressions that each gives.
func firstAmong(each func(func(*syntax.Expr)), pos syntax.Position) syntax.Position {
	var first *syntax.Expr
	each(func(e *syntax.Expr) {
		if first == nil {
			first = e
		}
	})
	if first == nil {
		return pos
	}
	return firstOf(*first, pos)
}

// startOf gives the place where a statement starts. Other than its Span, it
// needs no statements in its body.
func startOf(s syntax.Stmt) syntax.Position {
	switch s := s.(type) {
	case *syntax.DefStmt:
		return s.Def
	case *syntax.IfStmt:
		return s.If
	case *syntax.ForStmt:
		return s.For
	case *syntax.WhileStmt:
		return s.While
	}
	return syntax.Start(s)
}

// topPlace gives the place where the code of a file starts.
func topPlace(f *syntax.File) syntax.Position {
	if len(f.Stmts) == 0 {
		return syntax.Position{}
	}
	return startOf(f.Stmts[0])
}
