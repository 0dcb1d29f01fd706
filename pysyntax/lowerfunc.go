package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// functionDef lowers a def statement with its decorators.
func (l *lowerer) functionDef(s *FunctionDef) {
	name := s.Name.Name
	decorators := l.decorators(s.Decorators, name)
	l.typeParams(s, s.TypeParams)
	def := l.def(s, name)
	l.emit(def)
	target := l.boundPlace(name, l.at(s.Name.Pos))
	_, plain := target.(*syntax.Ident)
	if len(decorators) == 0 && plain {
		return
	}
	l.emit(assign(target, l.decorate(ident(name, l.at(s.Name.Pos)), s.Decorators, decorators), l.at(s.From)))
}

// decorators evaluates the decorators of a definition of name, and returns what
// gives each.
func (l *lowerer) decorators(list []Expr, name string) (all []func() syntax.Expr) {
	for _, d := range list {
		if same, ok := d.(*Name); ok && same.ID == name {
			all = append(all, l.held(d)) // the def is about to take its place
		} else {
			all = append(all, l.operand(d))
		}
	}
	return all
}

// decorate calls the decorators, innermost last.
func (l *lowerer) decorate(x syntax.Expr, source []Expr, decorators []func() syntax.Expr) syntax.Expr {
	for i := len(decorators) - 1; i >= 0; i-- {
		pos := l.at(source[i].Pos())
		x = &syntax.CallExpr{Fn: decorators[i](), Lparen: pos, Args: []syntax.Expr{x}, Rparen: l.last(source[i])}
	}
	return x
}

// typeParams emits the bindings of type parameters, to their names: they are
// not there but for annotations.
func (l *lowerer) typeParams(n Node, params []TypeParam) {
	for _, t := range params {
		pos, name := l.at(t.Pos()), typeParamName(t)
		v := l.info[l.scopes[n].parent].vars[name]
		l.emit(assignment(v.ident, str(name, pos), pos))
	}
}

// def makes the function of a def statement.
func (l *lowerer) def(s *FunctionDef, name string) *syntax.DefStmt {
	pos := l.at(s.From)
	def := &syntax.DefStmt{
		Def: pos, Name: ident(name, l.at(s.Name.Pos)), Lparen: l.at(s.Args.From), Rparen: l.at(s.Args.To),
	}
	def.Params = l.params(s.Args, s)
	l.within(s, func() {
		def.Body = l.inFrame(new(frame), pos, func() {
			body := s.Body
			if isDocstring(body[0]) {
				l.stmts(body[:1])
				body = body[1:]
			}
			l.enterFunction(s.Args, pos)
			l.stmts(body)
		})
	})
	return def
}

// enterFunction emits what makes a function's variables what they are in
// Python.
func (l *lowerer) enterFunction(a *Arguments, pos syntax.Position) {
	boxes := l.info[l.scope].boxes()
	if len(boxes) > 0 {
		l.emit(assignment(l.boxName(l.scope), l.box(boxes, pos), pos))
	}
	for _, arg := range allArgs(a) {
		if v := l.find(l.scope, arg.Name); v.boxed {
			at := l.at(arg.From)
			l.emit(assign(l.variable(v, at), ident(v.ident, at), at))
		}
	}
}

// box makes the call that makes a box.
func (l *lowerer) box(names []string, pos syntax.Position) syntax.Expr {
	var list []syntax.Expr
	for _, name := range names {
		list = append(list, str(name, pos))
	}
	return l.runtimeAt("py.box", pos, pos, pos, list...)
}

// paramName returns the name of a parameter in the Starlark tree. One that is
// positional only has a name that no call can say.
func paramName(a *Arguments, arg *Arg) string {
	if slices.Contains(a.PosOnly, arg) {
		return arg.Name + ":"
	}
	return arg.Name
}

// params lowers parameters. Their defaults are evaluated in the current scope.
func (l *lowerer) params(a *Arguments, n Node) []syntax.Expr {
	var list []syntax.Expr
	add := func(arg *Arg, value Expr) {
		pos := l.at(arg.From)
		name := paramName(a, arg)
		if value != nil {
			list = append(list, keywordExpr(name, pos, l.expr(value)))
		} else {
			list = append(list, ident(name, pos))
		}
	}
	positional := append(append([]*Arg{}, a.PosOnly...), a.Args...)
	for i, arg := range positional {
		if j := i - (len(positional) - len(a.Defaults)); j >= 0 {
			add(arg, a.Defaults[j])
		} else {
			add(arg, nil)
		}
	}
	if a.Vararg != nil {
		pos := l.at(a.Vararg.From)
		list = append(list, starred(syntax.STAR, pos, ident(a.Vararg.Name, pos)))
	} else if len(a.KwOnly) > 0 {
		list = append(list, &syntax.UnaryExpr{Op: syntax.STAR, OpPos: l.at(a.KwOnly[0].From)})
	}
	for i, arg := range a.KwOnly {
		add(arg, a.KwDefaults[i])
	}
	if a.Kwarg != nil {
		pos := l.at(a.Kwarg.From)
		list = append(list, starred(syntax.STARSTAR, pos, ident(a.Kwarg.Name, pos)))
	}
	return list
}

// lambda lowers a lambda. One that assigns has its box from a lambda around
// its body.
func (l *lowerer) lambda(e *Lambda) syntax.Expr {
	pos := l.at(e.From)
	x := &syntax.LambdaExpr{Lambda: pos, Params: l.params(e.Args, e)}
	l.within(e, func() {
		l.misplaced(func() { x.Body = l.lambdaBody(e, pos) })
	})
	return x
}

func (l *lowerer) lambdaBody(e *Lambda, pos syntax.Position) syntax.Expr {
	boxes := l.info[l.scope].boxes()
	var setup []syntax.Expr
	for _, arg := range allArgs(e.Args) {
		if v := l.find(l.scope, arg.Name); v.boxed {
			setup = append(setup, l.runtimeAt("py.assign", pos, pos, pos,
				ident(l.boxName(l.scope), pos), str(v.name, pos), ident(v.ident, pos)))
		}
	}
	body := l.expr(e.Body)
	if len(setup) > 0 { // (py.assign(…), body)[1]
		n := len(setup)
		all := tuple(pos, l.last(e), append(setup, body)...)
		body = &syntax.IndexExpr{X: all, Lbrack: pos, Y: number(n, pos), Rbrack: l.last(e)}
	}
	if len(boxes) == 0 {
		return body
	}
	return &syntax.CallExpr{
		Fn: &syntax.ParenExpr{Lparen: pos, Rparen: pos, X: &syntax.LambdaExpr{
			Lambda: pos, Params: []syntax.Expr{ident(l.boxName(l.scope), pos)}, Body: body,
		}},
		Lparen: pos, Args: []syntax.Expr{l.box(boxes, pos)}, Rparen: l.last(e),
	}
}
