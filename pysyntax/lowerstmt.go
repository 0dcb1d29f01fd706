package pysyntax

import "go.starlark.net/syntax"

// stmts lowers statements and emits them.
func (l *lowerer) stmts(list []Stmt) {
	for _, s := range list {
		temps, helpers := l.fn.temps, len(l.fn.helpers)
		l.stmt(s)
		l.fn.temps = temps
		for _, name := range l.fn.helpers[helpers:] {
			l.fn.uses[name]--
		}
		l.fn.helpers = l.fn.helpers[:helpers]
	}
}

// block lowers the statements of a block, which is n's.
func (l *lowerer) block(n Node, list []Stmt) []syntax.Stmt {
	pos := l.at(n.Pos())
	if len(list) > 0 {
		pos = l.at(list[0].Pos())
	}
	return l.collect(pos, func() { l.stmts(list) })
}

func (l *lowerer) stmt(s Stmt) {
	pos := l.at(s.Pos())
	switch s := s.(type) {
	case *ExprStmt:
		l.exprStmt(s)
	case *Assign:
		l.assign(s)
	case *AugAssign:
		l.augAssign(s)
	case *AnnAssign:
		l.annAssign(s)
	case *Return:
		l.returnStmt(s)
	case *Delete:
		for _, t := range s.Targets {
			l.del(t)
		}
	case *If:
		l.ifStmt(s)
	case *While:
		l.while(s)
	case *For:
		l.forStmt(s)
	case *Break:
		l.breakLoop(pos)
	case *Continue:
		l.continueLoop(pos)
	case *Try:
		l.try(s)
	case *With:
		l.with(s, s.Items)
	case *Raise:
		l.raise(s)
	case *Assert:
		l.assert(s)
	case *FunctionDef:
		l.functionDef(s)
	case *ClassDef:
		l.classDef(s)
	case *TypeAlias: // nothing but annotations can make use of it
		l.storeName(s.Name.ID, str(s.Name.ID, pos), s)
	case *Match:
		l.match(s)
	case *Import:
		l.importStmt(s)
	case *ImportFrom:
		l.importFrom(s)
	case *Pass, *Global, *Nonlocal:
		l.emit(pass(pos))
	}
}

// exprStmt lowers an expression as a statement. Constants do nothing: a
// docstring stays one.
func (l *lowerer) exprStmt(s *ExprStmt) {
	if c, ok := s.Value.(*Constant); ok {
		if _, text := c.Value.(string); !text {
			l.emit(pass(l.at(s.From)))
			return
		}
	}
	l.emitExpr(l.expr(s.Value))
}

func (l *lowerer) ifStmt(s *If) {
	stmt := &syntax.IfStmt{If: l.at(s.From), Cond: l.expr(s.Test)}
	stmt.True = l.block(s, s.Body)
	if len(s.Orelse) > 0 {
		stmt.ElsePos = l.at(s.Orelse[0].Pos())
		stmt.False = l.block(s, s.Orelse)
	}
	l.emit(stmt)
}

// returnStmt lowers a return. A region returns a tuple of the value to the
// function around it.
func (l *lowerer) returnStmt(s *Return) {
	pos := l.at(s.From)
	var result syntax.Expr
	if c, ok := s.Value.(*Constant); s.Value != nil && (!ok || c.Value != nil) {
		result = l.expr(s.Value)
	}
	l.emitReturn(result, pos)
}

// emitReturn emits the return of a value, nil for None, from the function that
// the source has.
func (l *lowerer) emitReturn(x syntax.Expr, pos syntax.Position) {
	if l.fn.region && !l.fn.raw {
		if x == nil {
			x = none(pos)
		}
		x = tuple(pos, pos, x)
	}
	l.emit(&syntax.ReturnStmt{Return: pos, Result: x})
}

// What regions return instead of a tuple with a value: nothing if they come to
// their end.
const (
	codeBreak    = 1
	codeContinue = 2
)

func (l *lowerer) breakLoop(pos syntax.Position) {
	if l.fn.loop == nil {
		l.leaveHandlers(0, pos)
		l.emit(&syntax.ReturnStmt{Return: pos, Result: number(codeBreak, pos)})
		return
	}
	l.leaveHandlers(l.fn.loop.handlers, pos)
	if l.fn.loop.flag != "" {
		l.emit(assignment(l.fn.loop.flag, number(1, pos), pos))
	}
	l.emit(&syntax.BranchStmt{Token: syntax.BREAK, TokenPos: pos})
}

func (l *lowerer) continueLoop(pos syntax.Position) {
	if l.fn.loop == nil {
		l.leaveHandlers(0, pos)
		l.emit(&syntax.ReturnStmt{Return: pos, Result: number(codeContinue, pos)})
		return
	}
	l.leaveHandlers(l.fn.loop.handlers, pos)
	l.emit(&syntax.BranchStmt{Token: syntax.CONTINUE, TokenPos: pos})
}

func (l *lowerer) assert(s *Assert) {
	pos := l.at(s.From)
	test := l.expr(s.Test)
	stmt := &syntax.IfStmt{If: pos, Cond: not(test, pos)}
	stmt.True = l.collect(pos, func() {
		var args []syntax.Expr
		if s.Msg != nil {
			args = append(args, l.expr(s.Msg))
		}
		l.emitExpr(l.runtime("py.assertion", s, pos, args...))
	})
	l.emit(stmt)
}

func (l *lowerer) importStmt(s *Import) {
	for _, a := range s.Names {
		l.storeName(boundName(a), l.imported(s, a), a)
	}
}

func (l *lowerer) importFrom(s *ImportFrom) {
	if s.Module.Name == "__future__" && s.Level == 0 {
		l.emit(pass(l.at(s.From)))
		return
	}
	for _, a := range s.Names {
		l.storeName(boundName(a), l.imported(s, a), a)
	}
}

// imported makes the call that gives what the name a of an import means.
func (l *lowerer) imported(s Stmt, a *Alias) syntax.Expr {
	pos := l.at(a.From)
	switch s := s.(type) {
	case *ImportFrom:
		return l.runtime("py.from", a, pos, str(moduleName(s), pos), str(a.Name, pos))
	default:
		name := "py.import"
		if a.AsName.Name == "" && boundName(a) != a.Name {
			name = "py.import_root"
		}
		return l.runtime(name, a, pos, str(a.Name, pos))
	}
}
