package pysyntax

import "go.starlark.net/syntax"

// try lowers a try statement. What is before a finally becomes a function, and
// so does the body of what has handlers.
func (l *lowerer) try(s *Try) {
	if len(s.Finalbody) == 0 {
		l.handled(s)
		return
	}
	pos := l.at(s.From)
	body := s.Body
	if len(s.Handlers) > 0 {
		whole := *s
		whole.Finalbody = nil
		body = []Stmt{&whole}
	}
	r := l.region("<try>", pos, exits(body), ends(body), func() {
		if len(s.Handlers) > 0 {
			l.handled(s)
		} else {
			l.stmts(body)
		}
	})
	outer := l.fn.handled
	l.fn.handled = &handled{result: r.result, outer: outer, unsure: true}
	l.stmts(s.Finalbody)
	l.fn.handled = outer
	if ends(s.Finalbody) {
		return
	}
	l.emit(&syntax.IfStmt{If: pos, Cond: l.caught(r.result, pos), True: l.reraise(r.result, pos)})
	l.leave(r, pos)
}

// reraise returns the statement that raises a caught exception again.
func (l *lowerer) reraise(result string, pos syntax.Position) []syntax.Stmt {
	return l.collect(pos, func() { l.emitExpr(l.runtimeAt("py.reraise", pos, pos, pos, ident(result, pos))) })
}

// A handled exception is what a bare raise raises: it is in a temporary.
type handled struct {
	result string
	unsure bool // there may be none: this is a finally
	outer  *handled
}

func (l *lowerer) caught(result string, pos syntax.Position) syntax.Expr {
	return l.runtimeAt("py.caught", pos, pos, pos, ident(result, pos))
}

// A protected region has run: its result is in a temporary.
type protected struct {
	result string
	exits  exit
	raw    bool // a result that is not caught is what to return
}

// region emits a function of what body emits, and its call by py.try. all says
// how the body may be left; ends that its end is never reached.
func (l *lowerer) region(name string, pos syntax.Position, all exit, ends bool, body func()) protected {
	r := protected{exits: all, raw: ends && all == exitReturn}
	fn := &frame{region: true, raw: r.raw, temps: l.fn.temps, handled: l.fn.handled}
	helper := l.helper(name)
	def := &syntax.DefStmt{Def: pos, Name: ident(helper, pos), Lparen: pos, Rparen: pos}
	def.Body = l.inFrame(fn, pos, body)
	l.emit(def)
	r.result = l.hold(l.runtimeAt("py.try", pos, pos, pos, ident(helper, pos)), pos)
	return r
}

// helper returns a name for a function that stands for a part of the current
// one.
func (l *lowerer) helper(name string) string {
	if l.fn.uses == nil {
		l.fn.uses = map[string]int{}
	}
	l.fn.helpers = append(l.fn.helpers, name)
	l.fn.uses[name]++
	if n := l.fn.uses[name]; n > 1 {
		return name[:len(name)-1] + " " + itoa(n) + ">"
	}
	return name
}

// leave emits the return, break or continue that a region, which has raised
// nothing, ended with.
func (l *lowerer) leave(r protected, pos syntax.Position) {
	if r.exits == 0 {
		return
	}
	result := func() syntax.Expr { return ident(r.result, pos) }
	if r.raw {
		l.emitReturn(result(), pos)
		return
	}
	when := func(test syntax.Expr, f func()) {
		l.emit(&syntax.IfStmt{If: pos, Cond: test, True: l.collect(pos, f)})
	}
	code := func(n int) syntax.Expr { return binary(result(), syntax.EQL, pos, number(n, pos)) }
	if r.exits&exitBreak != 0 {
		when(code(codeBreak), func() { l.breakLoop(pos) })
	}
	if r.exits&exitContinue != 0 {
		when(code(codeContinue), func() { l.continueLoop(pos) })
	}
	if r.exits&exitReturn != 0 {
		when(result(), func() {
			if l.fn.region && !l.fn.raw {
				l.emit(&syntax.ReturnStmt{Return: pos, Result: result()})
				return
			}
			l.emitReturn(&syntax.IndexExpr{X: result(), Lbrack: pos, Y: number(0, pos), Rbrack: pos}, pos)
		})
	}
}

// handled lowers a try statement without its finally.
func (l *lowerer) handled(s *Try) {
	pos := l.at(s.From)
	tail, hoisted := tailOf(s.Body)
	hoisted = hoisted && l.tails[s]
	r := l.region("<try>", pos, exits(s.Body), ends(s.Body), func() {
		if hoisted {
			l.stmts(s.Body[:len(s.Body)-1])
			l.returnTail(tail)
		} else {
			l.stmts(s.Body)
		}
	})
	stmt := &syntax.IfStmt{If: pos, Cond: l.caught(r.result, pos), ElsePos: pos}
	stmt.True = l.collect(pos, func() { l.handlers(s, s.Handlers, r.result) })
	stmt.False = l.collect(pos, func() {
		if hoisted {
			l.storeTail(tail, r.result)
		}
		l.leave(r, pos)
		if !r.raw {
			l.stmts(s.Orelse)
		}
	})
	if p, ok := stmt.False[0].(*syntax.BranchStmt); ok && len(stmt.False) == 1 && p.Token == syntax.PASS {
		stmt.False = nil
	}
	l.emit(stmt)
}

// returnTail emits the return of what the tail of a region assigns.
func (l *lowerer) returnTail(t *tail) {
	temps := l.fn.temps
	var x syntax.Expr
	pos := syntax.Position{}
	switch {
	case t.imports != nil:
		pos = l.at(t.imports.Pos())
		x = l.imported(t.imports, t.alias)
	default:
		pos = l.at(t.value.Pos())
		x = l.expr(t.value)
	}
	if t.tuple != nil && !sameLength(t.targets, t.value) {
		x = l.unpacked(t.tuple, x, l.equals(t.tuple))
	}
	l.emit(&syntax.ReturnStmt{Return: pos, Result: x})
	l.fn.temps = temps
}

// sameLength reports whether value is a display of as many elements as there
// are targets.
func sameLength(targets []Expr, value Expr) bool {
	values := elementsOf(value)
	return len(values) == len(targets) && !hasStar(values)
}

// storeTail emits the assignment of what a region returned to the targets of
// its tail.
func (l *lowerer) storeTail(t *tail, result string) {
	switch {
	case t.imports != nil:
		pos := l.at(t.alias.From)
		l.storeName(boundName(t.alias), ident(result, pos), t.alias)
	case t.tuple == nil:
		target := t.targets[0]
		l.store(target, ident(result, l.at(target.Pos())), l.equals(target))
	default:
		lhs, _ := l.places(t.tuple)
		l.emit(assign(lhs, ident(result, l.at(t.tuple.Pos())), l.equals(t.tuple)))
	}
}

// handlers emits the handlers of a try statement: the first that the exception
// in result suits.
func (l *lowerer) handlers(s *Try, list []*ExceptHandler, result string) {
	if len(list) == 0 {
		l.out = append(l.out, l.reraise(result, l.at(s.From))...)
		return
	}
	h := list[0]
	if h.Type == nil {
		l.handler(h, result)
		return
	}
	pos := l.at(h.From)
	test := l.runtime("py.except", h.Type, pos, ident(result, pos), l.expr(h.Type))
	stmt := &syntax.IfStmt{If: pos, Cond: test, ElsePos: pos}
	stmt.True = l.collect(pos, func() { l.handler(h, result) })
	stmt.False = l.collect(pos, func() { l.handlers(s, list[1:], result) })
	l.emit(stmt)
}

// handler emits a handler of the exception in result.
func (l *lowerer) handler(h *ExceptHandler, result string) {
	pos := l.at(h.From)
	outer := l.fn.handled
	l.fn.handled = &handled{result: result, outer: outer}
	name := h.Name.Name
	if name != "" {
		l.emit(assign(l.boundPlace(name, l.at(h.Name.Pos)), l.runtimeAt("py.exception", pos, pos, pos, ident(result, pos)), pos))
	}
	v := l.find(l.scope, name)
	unbind := name != "" && v != nil && (v.boxed || v.scope.kind == classScope)
	if unbind {
		l.fn.handlers = append(l.fn.handlers, v)
	}
	l.stmts(h.Body)
	l.fn.handled = outer
	if unbind {
		l.fn.handlers = l.fn.handlers[:len(l.fn.handlers)-1]
		if !ends(h.Body) {
			l.unbind(v, pos)
		}
	}
}

// unbind emits the end of the name of a handler, which may have deleted it.
func (l *lowerer) unbind(v *variable, pos syntax.Position) {
	name := v.name
	if v.scope.kind == classScope {
		name = l.mangled(name)
	}
	l.emit(assign(l.variable(v, pos), none(pos), pos))
	l.emitExpr(l.runtimeAt("py.unbind", pos, pos, pos, ident(l.boxName(v.scope), pos), str(name, pos)))
}

// leaveHandlers emits the ends of the names of the handlers around, but for
// the first n of them.
func (l *lowerer) leaveHandlers(n int, pos syntax.Position) {
	for _, v := range l.fn.handlers[n:] {
		l.unbind(v, pos)
	}
}

// raise lowers a raise statement.
func (l *lowerer) raise(s *Raise) {
	pos := l.at(s.From)
	if s.Exc == nil {
		l.raiseHandled(s, l.fn.handled, pos)
		return
	}
	args := []syntax.Expr{l.expr(s.Exc)}
	if s.Cause != nil {
		args = append(args, l.expr(s.Cause))
	}
	l.emitExpr(l.runtime("py.raise", s, pos, args...))
}

// raiseHandled lowers a bare raise.
func (l *lowerer) raiseHandled(s *Raise, h *handled, pos syntax.Position) {
	switch {
	case h == nil:
		l.emitExpr(l.runtime("py.reraise", s, pos))
	case h.unsure:
		l.emit(&syntax.IfStmt{
			If: pos, Cond: l.caught(h.result, pos), True: l.reraise(h.result, pos), ElsePos: pos,
			False: l.collect(pos, func() { l.raiseHandled(s, h.outer, pos) }),
		})
	default:
		l.emitExpr(l.runtime("py.reraise", s, pos, ident(h.result, pos)))
	}
}

// with lowers a with statement from the first of some of its items on.
func (l *lowerer) with(s *With, items []*WithItem) {
	item := items[0]
	pos := l.at(item.From)
	manager := l.hold(l.expr(item.Context), pos)
	entered := l.runtime("py.enter", item.Context, pos, ident(manager, pos))
	_, simple := item.Vars.(*Name)
	value := ""
	switch {
	case item.Vars == nil:
		l.emitExpr(entered)
	case simple:
		l.store(item.Vars, entered, pos)
	default:
		value = l.hold(entered, pos)
	}
	last := len(items) == 1
	tail, hoisted := tailOf(s.Body)
	hoisted = hoisted && last && l.tails[s]
	r := l.region("<with>", pos, exits(s.Body), last && ends(s.Body), func() {
		if value != "" {
			l.store(item.Vars, ident(value, l.at(item.Vars.Pos())), pos)
		}
		switch {
		case !last:
			l.with(s, items[1:])
		case hoisted:
			l.stmts(s.Body[:len(s.Body)-1])
			l.returnTail(tail)
		default:
			l.stmts(s.Body)
		}
	})
	exit := func(what syntax.Expr) syntax.Expr {
		return l.runtime("py.exit", item.Context, pos, ident(manager, pos), what)
	}
	stmt := &syntax.IfStmt{If: pos, Cond: l.caught(r.result, pos), ElsePos: pos}
	stmt.True = l.collect(pos, func() {
		l.emit(&syntax.IfStmt{If: pos, Cond: not(exit(ident(r.result, pos)), pos), True: l.reraise(r.result, pos)})
	})
	stmt.False = l.collect(pos, func() {
		l.emitExpr(exit(none(pos)))
		if hoisted {
			l.storeTail(tail, r.result)
		}
		l.leave(r, pos)
	})
	l.emit(stmt)
}
