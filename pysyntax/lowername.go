package pysyntax

import (
	"strings"

	"go.starlark.net/syntax"
)

// boxName returns the name of the hidden variable that has the box of a
// scope.
func (l *lowerer) boxName(s *scope) string {
	switch s.kind {
	case moduleScope:
		return l.alias("py.globals")
	case classScope:
		return "ns:" + itoa(l.info[s].id)
	}
	return "box:" + itoa(l.info[s].id)
}

// variable makes what reads v, or is assigned to it.
func (l *lowerer) variable(v *variable, pos syntax.Position) syntax.Expr {
	switch {
	case v.scope.kind == classScope:
		return boxField(l.boxName(v.scope), l.mangled(v.name), pos)
	case v.boxed:
		return boxField(l.boxName(v.scope), v.name, pos)
	}
	return ident(v.ident, pos)
}

// name lowers the use of a name.
func (l *lowerer) name(e *Name) syntax.Expr {
	v := l.find(l.scope, e.ID)
	switch {
	case l.outward[e]:
		v = l.global(e.ID)
	case l.either[e]:
		return l.eitherName(e, v)
	}
	switch {
	case v != nil:
		return l.variable(v, l.at(e.From))
	case e.ID == "__class__" && l.classOf(l.scope) != nil:
		return ident(l.cellName(l.classOf(l.scope)), l.at(e.From))
	}
	return l.outside(e.ID, e)
}

// eitherName lowers the use of a name in a class body that may have bound it:
//
//	(lambda t: x if py.caught(t) else t)(py.try(lambda: ns.x))
func (l *lowerer) eitherName(e *Name, v *variable) syntax.Expr {
	pos := l.at(e.From)
	t := l.temp()
	var outer syntax.Expr
	if global := l.global(e.ID); global != nil {
		outer = l.variable(global, pos)
	} else {
		outer = l.outside(e.ID, e)
	}
	read := l.runtime("py.try", e, pos, &syntax.LambdaExpr{Lambda: pos, Body: l.variable(v, pos)})
	choose := &syntax.LambdaExpr{Lambda: pos, Params: []syntax.Expr{ident(t, pos)}, Body: &syntax.CondExpr{
		If: pos, Cond: l.caught(t, pos), True: outer, ElsePos: pos, False: ident(t, pos),
	}}
	return &syntax.CallExpr{
		Fn: &syntax.ParenExpr{Lparen: pos, X: choose, Rparen: pos}, Lparen: pos, Args: []syntax.Expr{read}, Rparen: l.last(e),
	}
}

// outside lowers the use of a name that the module does not bind.
func (l *lowerer) outside(name string, n Node) syntax.Expr {
	pos := l.at(n.Pos())
	switch {
	case name == "__doc__" && isDocstring(firstOf(l.m.Body)):
		return l.constant(l.m.Body[0].(*ExprStmt).Value.(*Constant))
	case l.o.known(name):
		return ident(l.alias(name), pos)
	case name == "__qualname__" && l.scope.kind == classScope:
		return str(l.class, pos)
	case name == "__module__" && l.o.known("__name__"):
		return ident(l.alias("__name__"), pos)
	}
	return l.runtime("py.undefined", n, pos, str(name, pos))
}

// firstOf returns the first statement of a module, or nil.
func firstOf(body []Stmt) Stmt {
	if len(body) == 0 {
		return nil
	}
	return body[0]
}

// isBuiltin reports whether a name means Python's built-in one where the
// lowerer is.
func (l *lowerer) isBuiltin(name string) bool {
	return l.find(l.scope, name) == nil && l.o.known(name)
}

// boundPlace makes what is assigned to in order to bind a name in the current
// scope.
func (l *lowerer) boundPlace(name string, pos syntax.Position) syntax.Expr {
	v := l.find(l.scope, name)
	if v == nil {
		return ident(name, pos)
	}
	return l.variable(v, pos)
}

// storeName emits the binding of a name by n.
func (l *lowerer) storeName(name string, x syntax.Expr, n Node) {
	pos := l.at(n.Pos())
	l.emit(assign(l.boundPlace(name, pos), x, pos))
}

// mangled returns the name that a private one, __x, has in a class.
func (l *lowerer) mangled(name string) string {
	if l.class == "" || !strings.HasPrefix(name, "__") || strings.HasSuffix(name, "__") || strings.Contains(name, ".") {
		return name
	}
	class := strings.TrimLeft(l.class, "_")
	if class == "" {
		return name
	}
	return "_" + class + name
}

// classOf returns the class that a method is of, if s is its scope or in it.
func (l *lowerer) classOf(s *scope) *scope {
	for inner := s; s != nil; s = s.parent {
		if s.kind == classScope && s != inner {
			return s
		}
	}
	return nil
}

// cellName returns the name of the hidden variable that has a class for its
// methods.
func (l *lowerer) cellName(class *scope) string { return "class:" + itoa(l.info[class].id) }
