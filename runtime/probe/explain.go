package probe

import (
	"slices"
	"strconv"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Source is a file that was made to explain itself. It is immutable: the
// program compiled from its tree may run on several threads at once.
type Source struct {
	text  text
	sites []*site
}

// Explain wraps the conditions of f, which must not be resolved yet. src is
// the text that f was parsed from, whose positions the nodes of f have. A file
// that is nested more than 2,000 levels deep stays as it is.
//
// The interpreter counts about as many steps for explained code as for plain
// code: what a limit of steps stops is the same.
func Explain(f *syntax.File, src []byte) *Source {
	s := &Source{text: newText(src)}
	if !tooDeep(f) {
		x := &explainer{source: s, fn: &function{"<toplevel>", topPlace(f)}}
		x.stmts(f.Stmts)
	}
	return s
}

// Builtins gives the names to predeclare for the file.
func (s *Source) Builtins() starlark.StringDict {
	d := starlark.StringDict{nameTrue: starlark.True, nameFalse: starlark.False, nameNone: starlark.None}
	for _, site := range s.sites {
		d[site.name] = site
	}
	return d
}

// The hidden names of the constants, whose plain names a file may bind.
const (
	nameTrue  = prefixExplain + "True)"
	nameFalse = prefixExplain + "False)"
	nameNone  = prefixExplain + "None)"
)

// An explainer rewrites one file.
type explainer struct {
	source *Source
	fn     *function // the innermost function around
}

// site makes a site for e, as yet without a place in the tree.
func (x *explainer) site(r role, e syntax.Expr) *site {
	s := &site{
		name:   prefixExplain + strconv.Itoa(len(x.source.sites)) + ")",
		source: x.source,
		role:   r,
		fn:     x.fn,
	}
	if e != nil {
		s.start, s.end = span(e)
	}
	x.source.sites = append(x.source.sites, s)
	return s
}

func (x *explainer) stmts(list []syntax.Stmt) {
	for _, s := range list {
		x.stmt(s)
	}
}

func (x *explainer) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.IfStmt:
		x.test(&s.Cond)
		x.stmts(s.True)
		x.stmts(s.False)
	case *syntax.WhileStmt:
		x.test(&s.Cond)
		x.stmts(s.Body)
	case *syntax.ForStmt:
		x.loop(&s.X)
		targetExprs(s.Vars, x.value)
		x.stmts(s.Body)
	case *syntax.ReturnStmt:
		if s.Result == nil {
			s.Result = x.nothing(s.Span())
			return
		}
		x.result(&s.Result)
	case *syntax.DefStmt:
		defaultExprs(s.Params, x.value)
		x.def(s)
	default:
		stmtExprs(s, x.value)
	}
}

// def explains the body of a function.
func (x *explainer) def(s *syntax.DefStmt) {
	outer := x.fn
	x.fn = &function{s.Name.Name, s.Def}
	first := firstPlace(s.Body, s.Def)
	x.stmts(s.Body)

	doc := 0
	if len(s.Body) > 0 && isText(s.Body[0]) {
		doc = 1
	}
	entry := &syntax.ExprStmt{X: x.site(roleEntry, nil).call(first, first)}
	s.Body = slices.Insert(slices.Clone(s.Body), doc, syntax.Stmt(entry))
	if _, ok := s.Body[len(s.Body)-1].(*syntax.ReturnStmt); !ok {
		s.Body = append(s.Body, &syntax.ReturnStmt{Return: s.Def, Result: x.nothing(s.Def, s.Def)})
	}
	x.fn = outer
}

// nothing is the result of a function that returns without one: by a return
// statement from start to end, or, with the place of its def, at its end.
func (x *explainer) nothing(start, end syntax.Position) syntax.Expr {
	s := x.site(roleResult, nil)
	s.start, s.end, s.constant = start, end, true
	return s.call(start, end, &syntax.Ident{NamePos: start, Name: nameNone})
}

// result wraps what a function returns.
func (x *explainer) result(e *syntax.Expr) {
	e = inner(e)
	s := x.site(roleResult, *e)
	s.constant = isConstant(*e)
	if !s.constant {
		x.parts(*e, s, false)
	}
	s.wrap(e)
}

// loop wraps what a for statement goes through.
func (x *explainer) loop(e *syntax.Expr) {
	e = inner(e)
	if isConstant(*e) {
		return
	}
	s := x.site(roleLoop, *e)
	x.value(e)
	s.wrap(e)
}

// test wraps the condition of a statement.
func (x *explainer) test(e *syntax.Expr) {
	if s := x.condition(e, nil, true); s != nil {
		s.test = true
	}
}

// value explains what is inside an expression of which nothing is known but
// that it has a value.
func (x *explainer) value(e *syntax.Expr) {
	e = inner(e)
	switch v := (*e).(type) {
	case *syntax.BinaryExpr:
		if isComparison(v.Op) {
			x.condition(e, nil, false)
			return
		}
		if _, ok := junction(v); ok {
			x.operands(v, v.Op, nil, false)
			return
		}
	case *syntax.UnaryExpr:
		if v.Op == syntax.NOT {
			x.condition(e, nil, false)
			return
		}
	case *syntax.CondExpr:
		x.condition(&v.Cond, nil, true)
		x.value(&v.True)
		x.value(&v.False)
		return
	case *syntax.Comprehension:
		comprehensionExprs(v, x.value, func(e *syntax.Expr) { x.condition(e, nil, true) })
		return
	case *syntax.LambdaExpr:
		x.lambda(v)
		return
	}
	subExprs(*e, x.value)
}

func (x *explainer) lambda(e *syntax.LambdaExpr) {
	defaultExprs(e.Params, x.value)
	outer := x.fn
	x.fn = &function{"lambda", e.Lambda}
	x.result(&e.Body)
	x.fn = outer
}

// condition wraps a condition, which is a part of the condition whole, if
// that is not nil. boolean says that nothing matters but whether it is true.
// It returns nil for a constant, which needs no probe.
func (x *explainer) condition(e *syntax.Expr, whole *site, boolean bool) *site {
	e = inner(e)
	if isConstant(*e) {
		return nil
	}
	s := x.site(roleCondition, *e)
	s.whole = whole
	x.parts(*e, s, boolean)
	if boolean && s.joint != alone {
		s.wrapOutcome(e)
	} else {
		s.wrap(e)
	}
	return s
}

// parts explains what the condition e, whose site is s, is made of.
func (x *explainer) parts(e syntax.Expr, s *site, boolean bool) {
	if op, elements := quantified(e); len(elements) > 0 {
		s.joint = quantifiers[op]
		for i := range elements {
			x.condition(&elements[i], s, false)
		}
		return
	}
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		x.binaryParts(e, s, boolean)
	case *syntax.UnaryExpr:
		if e.Op == syntax.NOT {
			x.negated(e, s)
			return
		}
		subExprs(e, x.value)
	case *syntax.CondExpr:
		s.joint = choice
		x.condition(&e.Cond, s, true)
		x.condition(&e.True, s, boolean)
		x.condition(&e.False, s, boolean)
	case *syntax.CallExpr:
		x.callParts(e, s)
	default:
		x.value(&e)
	}
}

var quantifiers = map[string]joint{"all": every, "any": some}

func (x *explainer) binaryParts(e *syntax.BinaryExpr, s *site, boolean bool) {
	switch {
	case e.Op == syntax.AND:
		s.joint = every
		x.operands(e, e.Op, s, boolean)
	case e.Op == syntax.OR:
		s.joint = some
		x.operands(e, e.Op, s, boolean)
	case isComparison(e.Op):
		x.operand(&e.X, s)
		x.operand(&e.Y, s)
	default:
		subExprs(e, x.value)
	}
}

// operands wraps the operands of and, or: of a and b and c all three.
func (x *explainer) operands(e *syntax.BinaryExpr, op syntax.Token, whole *site, boolean bool) {
	for _, operand := range []*syntax.Expr{&e.X, &e.Y} {
		if b, ok := junction(*inner(operand)); ok && b.Op == op {
			x.operands(b, op, whole, boolean)
			continue
		}
		x.condition(operand, whole, boolean)
	}
}

// negated explains the operand of not, where s is the site of the negation.
// The negation of a simple condition is one condition.
func (x *explainer) negated(e *syntax.UnaryExpr, s *site) {
	operand := inner(&e.X)
	switch v := (*operand).(type) {
	case *syntax.BinaryExpr:
		if isComparison(v.Op) {
			x.binaryParts(v, s, true)
			return
		}
	case *syntax.CallExpr:
		if _, elements := quantified(v); len(elements) == 0 {
			start, end := span(v)
			x.callParts(v, s)
			x.note(operand, start, end, s).show = unlessBool
			return
		}
	case *syntax.Ident, *syntax.DotExpr, *syntax.IndexExpr:
		x.operand(operand, s)
		return
	}
	s.joint = opposite
	x.condition(operand, s, true)
}

// callParts explains a call that is a condition: what it is called on, and
// its arguments, are operands.
func (x *explainer) callParts(e *syntax.CallExpr, s *site) {
	operand := func(e *syntax.Expr) {
		if o := x.operand(e, s); o != nil {
			o.show = ifPlain
		}
	}
	if dot, ok := e.Fn.(*syntax.DotExpr); ok {
		operand(&dot.X)
	} else {
		x.value(&e.Fn)
	}
	argExprs(e, operand)
}

// operand explains an operand of the condition whose site is s, and wraps it
// unless it is constant.
func (x *explainer) operand(e *syntax.Expr, s *site) *site {
	e = inner(e)
	if isConstant(*e) {
		return nil
	}
	start, end := span(*e)
	x.value(e)
	return x.note(e, start, end, s)
}

// note wraps an operand that is explained already, and stood from start to
// end.
func (x *explainer) note(e *syntax.Expr, start, end syntax.Position, s *site) *site {
	o := x.site(roleOperand, nil)
	o.start, o.end, o.whole = start, end, s
	s.operands++
	o.wrap(e)
	return o
}
