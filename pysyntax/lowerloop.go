package pysyntax

import (
	"slices"

	"go.starlark.net/syntax"
)

// forStmt lowers a for statement.
func (l *lowerer) forStmt(s *For) {
	pos := l.at(s.From)
	x, checked := l.iterable(s.Iter, s.Target, pos)
	stmt := &syntax.ForStmt{For: pos, X: x}
	flag := l.breakFlag(s.Body, s.Orelse, pos)
	stmt.Body = l.inLoop(flag, pos, func() {
		var after func(syntax.Position)
		stmt.Vars, after = l.loopVars(s.Target)
		after(l.at(s.Target.Pos()))
		l.stmts(s.Body)
	})
	l.emit(stmt)
	if checked {
		l.ended(s.Iter, pos)
	}
	l.loopElse(s, s.Orelse, flag)
}

// ended emits the check whether the loop over an iterable ended early.
func (l *lowerer) ended(iter Expr, pos syntax.Position) {
	l.emitExpr(l.runtimeAt("py.ended", pos, pos, l.last(iter)))
}

// inLoop returns the statements that f emits in a loop.
func (l *lowerer) inLoop(flag string, pos syntax.Position, f func()) []syntax.Stmt {
	outer := l.fn.loop
	l.fn.loop = &loop{flag: flag, handlers: len(l.fn.handlers)}
	body := l.collect(pos, f)
	l.fn.loop = outer
	return body
}

// breakFlag emits the flag of a loop that has an else and a break, and returns
// its name; "" for other loops.
func (l *lowerer) breakFlag(body, orelse []Stmt, pos syntax.Position) string {
	if len(orelse) == 0 || exits(body)&exitBreak == 0 {
		return ""
	}
	return l.hold(number(0, pos), pos)
}

// loopElse emits the else of a loop.
func (l *lowerer) loopElse(n Node, orelse []Stmt, flag string) {
	switch {
	case len(orelse) == 0:
	case flag == "":
		l.stmts(orelse)
	default:
		pos := l.at(orelse[0].Pos())
		l.emit(&syntax.IfStmt{If: pos, Cond: not(ident(flag, pos), pos), True: l.block(n, orelse)})
	}
}

// while lowers a while statement.
func (l *lowerer) while(s *While) {
	pos := l.at(s.From)
	flag := l.breakFlag(s.Body, s.Orelse, pos)
	stmt := &syntax.WhileStmt{While: pos}
	if l.tests[s] { // statements belong to the test
		stmt.Cond = number(1, pos)
		stmt.Body = l.inLoop(flag, pos, func() {
			stop := &syntax.BranchStmt{Token: syntax.BREAK, TokenPos: pos}
			l.emit(&syntax.IfStmt{If: pos, Cond: not(l.expr(s.Test), l.at(s.Test.Pos())), True: []syntax.Stmt{stop}})
			l.stmts(s.Body)
		})
	} else {
		stmt.Cond = l.test(s.Test)
		stmt.Body = l.inLoop(flag, pos, func() { l.stmts(s.Body) })
	}
	l.emit(stmt)
	l.loopElse(s, s.Orelse, flag)
}

// test lowers the test of a loop. True is a number, which is faster.
func (l *lowerer) test(e Expr) syntax.Expr {
	if c, ok := e.(*Constant); ok && c.Value == true {
		return number(1, l.at(e.Pos()))
	}
	return l.expr(e)
}

// loopVars makes what a loop assigns its elements to. What is left to do for
// each is emitted by after.
func (l *lowerer) loopVars(target Expr) (vars syntax.Expr, after func(syntax.Position)) {
	if name, ok := target.(*Name); ok {
		return l.boundPlace(name.ID, l.at(name.From)), func(syntax.Position) {}
	}
	if unpacksNatively(target) {
		return l.places(target)
	}
	t := l.temp()
	return ident(t, l.at(target.Pos())), func(pos syntax.Position) {
		l.store(target, ident(t, l.at(target.Pos())), pos)
	}
}

// unpacksNatively reports whether a target takes the tuples that py.iter gives
// apart.
func unpacksNatively(target Expr) bool {
	elts := elementsOf(target)
	return len(elts) > 0 && !hasStar(elts)
}

// iterable lowers what a loop runs over. checked reports that the loop may end
// early, so that py.ended or py.checked must follow.
func (l *lowerer) iterable(iter, target Expr, pos syntax.Position) (x syntax.Expr, checked bool) {
	if unpacksNatively(target) {
		n := len(elementsOf(target))
		if l.yieldsTuples(iter, n) {
			return l.expr(iter), false
		}
		return l.runtime("py.iter", iter, pos, l.expr(iter), number(n, pos)), true
	}
	if l.iteratesNatively(iter) {
		return l.expr(iter), false
	}
	return l.runtime("py.iter", iter, pos, l.expr(iter)), true
}

// iteratesNatively reports whether the interpreter iterates over a value as
// Python does, and nothing can change the value meanwhile.
func (l *lowerer) iteratesNatively(e Expr) bool {
	switch e := e.(type) {
	case *List, *Tuple, *ListComp:
		return true
	case *Call:
		name, ok := e.Func.(*Name)
		return ok && slices.Contains([]string{"list", "sorted", "tuple", "range"}, name.ID) && l.isBuiltin(name.ID)
	}
	k := l.kindOf(e, l.scope)
	return k == tupleKind || k == rangeKind
}

// yieldsTuples reports whether e is a display of tuples of n elements.
func (l *lowerer) yieldsTuples(e Expr, n int) bool {
	elts := elementsOf(e)
	return len(elts) > 0 && !slices.ContainsFunc(elts, func(e Expr) bool {
		t, ok := e.(*Tuple)
		return !ok || len(t.Elts) != n || hasStar(t.Elts)
	})
}
