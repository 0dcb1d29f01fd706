package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// assign lowers targets = value.
func (l *lowerer) assign(s *Assign) {
	if len(s.Targets) == 1 {
		l.assignOne(s.Targets[0], s.Value)
		return
	}
	pos := l.at(s.Value.Pos())
	value := func() syntax.Expr { return l.expr(s.Value) }
	if _, constant := s.Value.(*Constant); !constant {
		t := l.hold(l.expr(s.Value), pos)
		value = func() syntax.Expr { return l.cover(s.Value, ident(t, pos)) }
	}
	for _, t := range s.Targets {
		l.store(t, value(), l.equals(t))
	}
}

// assignOne lowers target = value.
func (l *lowerer) assignOne(target, value Expr) {
	pos := l.equals(target)
	targets, values := elementsOf(target), elementsOf(value)
	switch {
	case len(targets) > 0 && len(targets) == len(values) && !hasStar(targets) && !hasStar(values):
		l.assignElements(target, value, targets, values, pos)
	case l.isSimple(value) || l.simpleTarget(target):
		l.store(target, l.expr(value), pos)
	default:
		l.store(target, l.held(value)(), pos)
	}
}

// assignElements lowers a, b = x, y.
func (l *lowerer) assignElements(target, value Expr, targets, values []Expr, pos syntax.Position) {
	if !slices.ContainsFunc(targets, isNoName) {
		lhs := tuple(l.at(target.Pos()), l.last(target))
		rhs := tuple(l.at(value.Pos()), l.last(value), l.exprs(values)...)
		for _, t := range targets {
			lhs.List = append(lhs.List, l.boundPlace(t.(*Name).ID, l.at(t.Pos())))
		}
		l.emit(assign(lhs, rhs, pos))
		return
	}
	var held []func() syntax.Expr
	for _, v := range values {
		if _, constant := v.(*Constant); constant {
			held = append(held, l.operand(v))
		} else {
			held = append(held, l.held(v))
		}
	}
	for i, t := range targets {
		l.store(t, held[i](), pos)
	}
}

func isNoName(e Expr) bool {
	_, ok := e.(*Name)
	return !ok
}

// simpleTarget reports whether it makes no difference if a target is evaluated
// before or behind the value that it is assigned.
func (l *lowerer) simpleTarget(t Expr) bool {
	switch t := t.(type) {
	case *Attribute:
		return l.isSimple(t.Value)
	case *Subscript:
		return l.isSimple(t.Value) && l.isSimple(t.Slice)
	}
	return true
}

// store emits the assignment of x to a target.
func (l *lowerer) store(target Expr, x syntax.Expr, pos syntax.Position) {
	switch t := target.(type) {
	case *Name:
		l.emit(assign(l.boundPlace(t.ID, l.at(t.From)), x, pos))
	case *Attribute:
		dot := l.dot(t)
		o := l.expr(t.Value)
		l.emitExpr(l.runtime("py.setattr", t, dot, o, str(l.mangled(t.Attr.Name), dot), x))
	case *Subscript:
		o := l.expr(t.Value)
		l.emitExpr(l.runtime("py.setitem", t, l.at(t.Lbrack), o, l.expr(t.Slice), x))
	case *Starred:
		l.store(t.Value, x, pos)
	default:
		l.unpack(target, x, pos)
	}
}

// unpack emits the assignment of the elements of x to those of a tuple or
// list.
func (l *lowerer) unpack(target Expr, x syntax.Expr, pos syntax.Position) {
	lhs, after := l.places(target)
	unpacked := l.unpacked(target, x, pos)
	if lhs == nil {
		l.emitExpr(unpacked)
		return
	}
	l.emit(assign(lhs, unpacked, pos))
	after(pos)
}

// unpacked makes the tuple of what a tuple or list of targets is assigned.
func (l *lowerer) unpacked(target Expr, x syntax.Expr, pos syntax.Position) syntax.Expr {
	elts := elementsOf(target)
	args := []syntax.Expr{x}
	if star := slices.IndexFunc(elts, isStarred); star >= 0 {
		args = append(args, number(star, pos), number(len(elts)-star-1, pos))
	} else {
		args = append(args, number(len(elts), pos))
	}
	start, end := syntax.Start(x), syntax.End(x)
	return l.runtimeAt("py.unpack", start, pos, end, args...)
}

// places makes the tuple that takes the elements for a tuple or list of
// targets, nil if there are none. Where the targets are not all names, some
// go to temporaries, which after assigns to them.
func (l *lowerer) places(target Expr) (lhs syntax.Expr, after func(pos syntax.Position)) {
	elts := elementsOf(target)
	if len(elts) == 0 {
		return nil, func(syntax.Position) {}
	}
	list := tuple(l.at(target.Pos()), l.last(target))
	var held []string
	names := slices.IndexFunc(elts, func(e Expr) bool { return isNoName(unstarred(e)) })
	if names < 0 {
		names = len(elts)
	}
	for _, e := range elts[:names] {
		e = unstarred(e)
		list.List = append(list.List, l.boundPlace(e.(*Name).ID, l.at(e.Pos())))
	}
	for _, e := range elts[names:] {
		t := l.temp()
		held = append(held, t)
		list.List = append(list.List, ident(t, l.at(e.Pos())))
	}
	return list, func(pos syntax.Position) {
		for i, t := range held {
			e := unstarred(elts[names+i])
			l.store(e, ident(t, l.at(e.Pos())), pos)
		}
	}
}

func unstarred(e Expr) Expr {
	if s, ok := e.(*Starred); ok {
		return s.Value
	}
	return e
}

// augAssign lowers target op= value. The target is evaluated once.
func (l *lowerer) augAssign(s *AugAssign) {
	pos := l.at(s.OpPos)
	operate := func(x syntax.Expr) syntax.Expr {
		y := l.expr(s.Value)
		if token, ok := l.nativeOperator(s.Op, s.Target, s.Value); ok {
			return binary(x, token, pos, y)
		}
		return l.runtimeAt("py.i"+operatorFunctions[s.Op], l.at(s.Target.Pos()), pos, l.last(s), x, y)
	}
	switch t := s.Target.(type) {
	case *Name:
		x := operate(l.name(t))
		l.emit(assign(l.boundPlace(t.ID, l.at(t.From)), x, pos))
	case *Attribute:
		dot := l.dot(t)
		name := l.mangled(t.Attr.Name)
		o := l.operand(t.Value)
		x := operate(l.runtime("py.attr", t, dot, o(), str(name, dot)))
		l.emitExpr(l.runtime("py.setattr", t, dot, o(), str(name, dot), x))
	case *Subscript:
		lbrack := l.at(t.Lbrack)
		o := l.operand(t.Value)
		key := l.operand(t.Slice)
		x := operate(l.runtime("py.item", t, lbrack, o(), key()))
		l.emitExpr(l.runtime("py.setitem", t, lbrack, o(), key(), x))
	}
}

// annAssign lowers target: annotation = value. Annotations count in classes
// only.
func (l *lowerer) annAssign(s *AnnAssign) {
	before := len(l.out)
	if s.Value != nil {
		l.assignOne(s.Target, s.Value)
	}
	if name, ok := s.Target.(*Name); ok && s.Simple && l.scope.kind == classScope {
		pos := l.at(s.From)
		l.emitExpr(l.runtime("py.annotate", s, pos,
			ident(l.boxName(l.scope), pos), str(l.mangled(name.ID), pos), l.expr(s.Annotation)))
	}
	if len(l.out) == before {
		l.emit(pass(l.at(s.From)))
	}
}

// del lowers the deletion of a target.
func (l *lowerer) del(target Expr) {
	pos := l.at(target.Pos())
	switch t := target.(type) {
	case *Name:
		v := l.find(l.scope, t.ID)
		if v == nil {
			l.emitExpr(l.outside(t.ID, t))
			return
		}
		name := v.name
		if v.scope.kind == classScope {
			name = l.mangled(name)
		}
		l.emitExpr(l.runtime("py.unbind", t, pos, ident(l.boxName(v.scope), pos), str(name, pos)))
	case *Attribute:
		dot := l.dot(t)
		l.emitExpr(l.runtime("py.delattr", t, dot, l.expr(t.Value), str(l.mangled(t.Attr.Name), dot)))
	case *Subscript:
		o := l.expr(t.Value)
		l.emitExpr(l.runtime("py.delitem", t, l.at(t.Lbrack), o, l.expr(t.Slice)))
	default:
		elts := elementsOf(target)
		if len(elts) == 0 {
			l.emit(pass(pos))
		}
		for _, e := range elts {
			l.del(e)
		}
	}
}
