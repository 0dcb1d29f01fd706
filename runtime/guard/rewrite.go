package guard

import (
	"slices"

	"go.starlark.net/syntax"
)

// maxDepth is how deep the syntax tree of a file may be nested. The resolver
// and the compiler recurse into it.
const maxDepth = 10_000

// Rewrite replaces the operators, method selections and arguments in f that
// could run without end or allocate without bound by calls of the hidden
// functions that Builtins gives. What f means stays the same, and so do the
// places of errors. It must be called once, before f is resolved. If f is
// nested too deep, it fails with a syntax.Error, and empties f.
//
// Most of what rules do stays the interpreter's own: comparisons with
// literals, d["key"], x.get("key"), x + 1.
func Rewrite(f *syntax.File) error {
	r := &rewriter{bound: make(map[string]bool)}
	if err := r.survey(f); err != nil {
		f.Stmts = nil
		return err
	}
	r.stmts(f.Stmts)
	return nil
}

// A rewriter rewrites one file.
type rewriter struct {
	bound map[string]bool // names that the file binds anywhere
}

// survey finds the names that the file binds, and checks its depth.
func (r *rewriter) survey(f *syntax.File) error {
	var err error
	depth := 0
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil {
			depth--
			return true
		}
		if depth >= maxDepth {
			if err == nil {
				pos, _ := n.Span()
				err = syntax.Error{Pos: pos, Msg: "nested too deeply"}
			}
			return false
		}
		r.bindings(n)
		depth++
		return true
	})
	return err
}

func (r *rewriter) bindings(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.AssignStmt:
		r.bind(n.LHS)
	case *syntax.ForStmt:
		r.bind(n.Vars)
	case *syntax.ForClause:
		r.bind(n.Vars)
	case *syntax.DefStmt:
		r.bind(n.Name)
		r.bind(n.Params...)
	case *syntax.LambdaExpr:
		r.bind(n.Params...)
	case *syntax.LoadStmt:
		for _, id := range n.To {
			r.bind(id)
		}
	}
}

// bind notes the names in targets and parameters.
func (r *rewriter) bind(targets ...syntax.Expr) {
	for _, x := range targets {
		switch x := x.(type) {
		case *syntax.Ident:
			r.bound[x.Name] = true
		case *syntax.ParenExpr:
			r.bind(x.X)
		case *syntax.TupleExpr:
			r.bind(x.List...)
		case *syntax.ListExpr:
			r.bind(x.List...)
		case *syntax.UnaryExpr: // *args
			r.bind(x.X)
		case *syntax.BinaryExpr: // name=default
			r.bind(x.X)
		}
	}
}

func (r *rewriter) stmts(stmts []syntax.Stmt) {
	for _, s := range stmts {
		r.stmt(s)
	}
}

func (r *rewriter) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		s.X = r.expr(s.X)
	case *syntax.IfStmt:
		s.Cond = r.expr(s.Cond)
		r.stmts(s.True)
		r.stmts(s.False)
	case *syntax.AssignStmt:
		r.assign(s)
	case *syntax.DefStmt:
		r.params(s.Params)
		r.stmts(s.Body)
	case *syntax.ForStmt:
		r.target(s.Vars)
		s.X = r.expr(s.X)
		r.stmts(s.Body)
	case *syntax.WhileStmt:
		s.Cond = r.expr(s.Cond)
		r.stmts(s.Body)
	case *syntax.ReturnStmt:
		if s.Result != nil {
			s.Result = r.expr(s.Result)
		}
	}
}

// assign rewrites x = y and x op= y. The second becomes x ^= operand(op, y):
// see the type operand.
func (r *rewriter) assign(s *syntax.AssignStmt) {
	r.target(s.LHS)
	safe := s.Op == syntax.EQ || r.isSafeAugment(s.Op, s.RHS)
	s.RHS = r.expr(s.RHS)
	if !safe {
		s.RHS = call(operatorName(s.Op), s.OpPos, s.RHS)
		s.Op = syntax.CIRCUMFLEX_EQ
	}
}

// isSafeAugment reports whether the operator stays the interpreter's own.
func (r *rewriter) isSafeAugment(op syntax.Token, y syntax.Expr) bool {
	if !slices.Contains(augmented, op) {
		return true
	}
	switch op {
	case syntax.PLUS_EQ:
		if _, ok := unparen(y).(*syntax.ListExpr); ok {
			return true
		}
		return r.isNumber(y)
	case syntax.MINUS_EQ, syntax.AMP_EQ, syntax.PIPE_EQ, syntax.CIRCUMFLEX_EQ:
		return r.isNumber(y)
	}
	return false
}

// target rewrites what is inside the target of an assignment.
func (r *rewriter) target(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		r.target(x.X)
	case *syntax.TupleExpr:
		for _, e := range x.List {
			r.target(e)
		}
	case *syntax.ListExpr:
		for _, e := range x.List {
			r.target(e)
		}
	case *syntax.IndexExpr:
		x.X = r.expr(x.X)
		x.Y = r.key(x.Y, x.Lbrack)
	case *syntax.DotExpr:
		x.X = r.expr(x.X)
	}
}

// params rewrites the defaults of parameters.
func (r *rewriter) params(params []syntax.Expr) {
	for _, p := range params {
		if b, ok := p.(*syntax.BinaryExpr); ok {
			b.Y = r.expr(b.Y)
		}
	}
}

func (r *rewriter) exprs(list []syntax.Expr) {
	for i, x := range list {
		list[i] = r.expr(x)
	}
}

// expr rewrites x and gives what takes its place, which may be x itself.
func (r *rewriter) expr(x syntax.Expr) syntax.Expr {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		x.X = r.expr(x.X)
	case *syntax.ListExpr:
		r.exprs(x.List)
	case *syntax.TupleExpr:
		r.exprs(x.List)
	case *syntax.DictExpr:
		r.exprs(x.List)
	case *syntax.DictEntry:
		x.Key = r.key(x.Key, x.Colon)
		x.Value = r.expr(x.Value)
	case *syntax.CondExpr:
		x.Cond = r.expr(x.Cond)
		x.True = r.expr(x.True)
		x.False = r.expr(x.False)
	case *syntax.LambdaExpr:
		r.params(x.Params)
		x.Body = r.expr(x.Body)
	case *syntax.Comprehension:
		r.comprehension(x)
	case *syntax.UnaryExpr:
		if x.X != nil {
			x.X = r.expr(x.X)
		}
	case *syntax.BinaryExpr:
		return r.binary(x)
	case *syntax.IndexExpr:
		x.X = r.expr(x.X)
		x.Y = r.key(x.Y, x.Lbrack)
	case *syntax.SliceExpr:
		return r.slice(x)
	case *syntax.DotExpr:
		return r.dot(x)
	case *syntax.CallExpr:
		return r.call(x)
	}
	return x
}

func (r *rewriter) comprehension(x *syntax.Comprehension) {
	for _, c := range x.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			r.target(c.Vars)
			c.X = r.expr(c.X)
		case *syntax.IfClause:
			c.Cond = r.expr(c.Cond)
		}
	}
	x.Body = r.expr(x.Body)
}

// key rewrites an expression that is hashed, and has its value checked. pos is
// that of the operator that hashes it.
func (r *rewriter) key(k syntax.Expr, pos syntax.Position) syntax.Expr {
	if r.isScalar(k) {
		return r.expr(k)
	}
	return probed(nameKey, pos, r.expr(k))
}

func (r *rewriter) binary(x *syntax.BinaryExpr) syntax.Expr {
	switch x.Op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		safe := r.isScalar(x.X) || r.isScalar(x.Y)
		x.X, x.Y = r.expr(x.X), r.expr(x.Y)
		if !safe {
			x.X = probed(nameCompare, x.OpPos, x.X)
		}
		return x
	case syntax.IN, syntax.NOT_IN:
		safe := r.isScalar(x.X) || r.isSmallContainer(x.Y)
		x.X, x.Y = r.expr(x.X), r.expr(x.Y)
		if !safe {
			x.Y = probed(nameContents, x.OpPos, x.Y)
		}
		return x
	}
	safe := r.isSafeOperator(x)
	x.X, x.Y = r.expr(x.X), r.expr(x.Y)
	if safe {
		return x
	}
	return call(operatorName(x.Op), x.OpPos, x.X, x.Y)
}

// isSafeOperator reports whether the operator stays the interpreter's own.
func (r *rewriter) isSafeOperator(x *syntax.BinaryExpr) bool {
	if !slices.Contains(operators, x.Op) {
		return true // such as and, or, /
	}
	switch x.Op {
	case syntax.PLUS, syntax.MINUS, syntax.AMP, syntax.PIPE, syntax.CIRCUMFLEX:
		return r.isNumber(x.Y) || r.isNumber(x.X)
	case syntax.PERCENT:
		return r.isNumber(x.X)
	case syntax.STAR:
		return isSmallInt(x.X) && isSmallInt(x.Y)
	case syntax.LTLT:
		return isSmallInt(x.X)
	}
	return false
}

// slice rewrites x[lo:hi:step], unless that is at most maxSlice long.
func (r *rewriter) slice(x *syntax.SliceExpr) syntax.Expr {
	short := isShortSlice(x)
	x.X = r.expr(x.X)
	args := []syntax.Expr{x.X}
	given := 1 // arguments up to the last one that is given
	for _, index := range []*syntax.Expr{&x.Lo, &x.Hi, &x.Step} {
		if *index == nil {
			args = append(args, &syntax.Ident{NamePos: x.Lbrack, Name: nameNone})
			continue
		}
		*index = r.expr(*index)
		args = append(args, *index)
		given = len(args)
	}
	if short {
		return x
	}
	return call(nameSlice, x.Lbrack, args[:given]...)
}

// dot rewrites the selection of a method that is not called at once.
func (r *rewriter) dot(x *syntax.DotExpr) syntax.Expr {
	x.X = r.expr(x.X)
	if checked[x.Name.Name] == nil {
		return x
	}
	return call(selectionName(x.Name.Name), x.Dot, x.X)
}

func (r *rewriter) call(x *syntax.CallExpr) syntax.Expr {
	dot, ok := x.Fn.(*syntax.DotExpr)
	if !ok || checked[dot.Name.Name] == nil || r.isSafeMethod(dot.Name.Name, x.Args) {
		if ok {
			dot.X = r.expr(dot.X)
		} else {
			x.Fn = r.expr(x.Fn)
		}
		r.args(x.Args)
		return x
	}
	if keyMethods[dot.Name.Name] && len(x.Args) > 0 && isPositional(x.Args[0]) {
		return r.keyCall(x, dot)
	}
	return r.methodCall(x, dot)
}

// keyCall rewrites x.get(k) to x.get(key - k).
func (r *rewriter) keyCall(x *syntax.CallExpr, dot *syntax.DotExpr) syntax.Expr {
	dot.X = r.expr(dot.X)
	safe := r.isScalar(x.Args[0])
	r.args(x.Args)
	if !safe {
		x.Args[0] = probed(nameKey, x.Lparen, x.Args[0])
	}
	return x
}

// methodCall rewrites x.name(args), to name(x, args) if it makes no difference
// whether the method is selected before or after the arguments are evaluated,
// or to name(x)(args).
func (r *rewriter) methodCall(x *syntax.CallExpr, dot *syntax.DotExpr) syntax.Expr {
	name := dot.Name.Name
	pure := len(x.Args) < 255 && isAdjacent(dot, x.Lparen)
	for _, arg := range x.Args {
		pure = pure && isPure(arg)
	}
	recv := r.expr(dot.X)
	r.args(x.Args)
	if !pure {
		x.Fn = call(selectionName(name), dot.Dot, recv)
		return x
	}
	return call(methodName(name), x.Lparen, append([]syntax.Expr{recv}, x.Args...)...)
}

// isAdjacent reports whether nothing is between the dot, the name and the
// parenthesis of a method call, so that the place of one tells the others.
func isAdjacent(dot *syntax.DotExpr, lparen syntax.Position) bool {
	return dot.Dot.Line == lparen.Line && int(lparen.Col-dot.Dot.Col) == len(dot.Name.Name)+1
}

// args rewrites the arguments of a call.
func (r *rewriter) args(args []syntax.Expr) {
	for i, arg := range args {
		switch arg := arg.(type) {
		case *syntax.BinaryExpr:
			if arg.Op == syntax.EQ { // name=value
				arg.Y = r.expr(arg.Y)
				continue
			}
		case *syntax.UnaryExpr:
			if arg.Op == syntax.STAR || arg.Op == syntax.STARSTAR {
				r.starred(arg)
				continue
			}
		}
		args[i] = r.expr(arg)
	}
}

func (r *rewriter) starred(arg *syntax.UnaryExpr) {
	name := nameArgs
	if arg.Op == syntax.STARSTAR {
		name = nameKwargs
	}
	switch unparen(arg.X).(type) {
	case *syntax.ListExpr, *syntax.TupleExpr, *syntax.DictExpr:
		arg.X = r.expr(arg.X)
	default:
		arg.X = call(name, arg.OpPos, r.expr(arg.X))
	}
}

// call makes a call of a hidden function, whose errors have the place pos. It
// starts where its first argument does, which takes its place.
func call(name string, pos syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	return &syntax.CallExpr{
		Fn:     &syntax.Ident{NamePos: start(args[0]), Name: name},
		Lparen: pos,
		Args:   args,
		Rparen: pos,
	}
}

// probed makes an operation of a probe, whose errors have the place pos. It is
// in parentheses, as the operand of any operator would be written.
func probed(name string, pos syntax.Position, x syntax.Expr) syntax.Expr {
	return &syntax.ParenExpr{
		Lparen: start(x),
		X: &syntax.BinaryExpr{
			X:     &syntax.Ident{NamePos: start(x), Name: name},
			OpPos: pos,
			Op:    syntax.MINUS,
			Y:     x,
		},
		Rparen: pos,
	}
}

// start is the place where x starts, also where the tree was not made by the
// parser and lacks places.
func start(x syntax.Expr) syntax.Position {
	for {
		switch e := x.(type) {
		case *syntax.BinaryExpr:
			x = e.X
		case *syntax.CallExpr:
			x = e.Fn
		case *syntax.DotExpr:
			x = e.X
		case *syntax.IndexExpr:
			x = e.X
		case *syntax.SliceExpr:
			x = e.X
		case *syntax.CondExpr:
			x = e.True
		case *syntax.TupleExpr:
			if e.Lparen.IsValid() || len(e.List) == 0 {
				return e.Lparen
			}
			x = e.List[0]
		default:
			pos, _ := e.Span()
			return pos
		}
	}
}
