package pysyntax

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/syntax"
)

// printTree prints a tree of Starlark as a Starlark file would say it, but for
// its hidden names.
func printTree(f *syntax.File) string {
	p := &printer{}
	p.stmts(f.Stmts)
	return p.out.String()
}

type printer struct {
	out    strings.Builder
	indent int
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.out, "%s%s\n", strings.Repeat("    ", p.indent), fmt.Sprintf(format, args...))
}

func (p *printer) stmts(list []syntax.Stmt) {
	for _, s := range list {
		p.stmt(s)
	}
}

func (p *printer) block(list []syntax.Stmt) {
	p.indent++
	p.stmts(list)
	p.indent--
}

func (p *printer) stmt(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		p.line("%s", expr(s.X))
	case *syntax.AssignStmt:
		p.line("%s %s %s", expr(s.LHS), s.Op, expr(s.RHS))
	case *syntax.BranchStmt:
		p.line("%s", s.Token)
	case *syntax.ReturnStmt:
		if s.Result == nil {
			p.line("return")
		} else {
			p.line("return %s", expr(s.Result))
		}
	case *syntax.IfStmt:
		p.ifStmt("if", s)
	case *syntax.WhileStmt:
		p.line("while %s:", expr(s.Cond))
		p.block(s.Body)
	case *syntax.ForStmt:
		p.line("for %s in %s:", expr(s.Vars), expr(s.X))
		p.block(s.Body)
	case *syntax.DefStmt:
		p.line("def %s(%s):", s.Name.Name, exprList(s.Params))
		p.block(s.Body)
	}
}

func (p *printer) ifStmt(word string, s *syntax.IfStmt) {
	p.line("%s %s:", word, expr(s.Cond))
	p.block(s.True)
	if len(s.False) == 1 {
		if elif, ok := s.False[0].(*syntax.IfStmt); ok {
			p.ifStmt("elif", elif)
			return
		}
	}
	if len(s.False) > 0 {
		p.line("else:")
		p.block(s.False)
	}
}

func exprList(list []syntax.Expr) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, expr(x))
	}
	return strings.Join(parts, ", ")
}

// expr prints an expression. Operands that are operations are in parentheses,
// and parentheses of the tree are left out.
func expr(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		return expr(x.X)
	case *syntax.Ident:
		return x.Name
	case *syntax.Literal:
		return literalText(x)
	case *syntax.ListExpr:
		return "[" + exprList(x.List) + "]"
	case *syntax.TupleExpr:
		if len(x.List) == 1 {
			return "(" + expr(x.List[0]) + ",)"
		}
		return "(" + exprList(x.List) + ")"
	case *syntax.DictExpr:
		return "{" + exprList(x.List) + "}"
	case *syntax.DictEntry:
		return expr(x.Key) + ": " + expr(x.Value)
	case *syntax.CondExpr:
		return operand(x.True) + " if " + operand(x.Cond) + " else " + operand(x.False)
	case *syntax.LambdaExpr:
		return strings.TrimSuffix("lambda "+exprList(x.Params), " ") + ": " + expr(x.Body)
	case *syntax.Comprehension:
		return comprehension(x)
	case *syntax.UnaryExpr:
		if x.X == nil {
			return x.Op.String()
		}
		if x.Op == syntax.NOT {
			return "not " + operand(x.X)
		}
		return x.Op.String() + operand(x.X)
	case *syntax.BinaryExpr:
		if x.Op == syntax.EQ {
			return expr(x.X) + "=" + expr(x.Y)
		}
		return operand(x.X) + " " + x.Op.String() + " " + operand(x.Y)
	case *syntax.DotExpr:
		return operand(x.X) + "." + x.Name.Name
	case *syntax.IndexExpr:
		return operand(x.X) + "[" + expr(x.Y) + "]"
	case *syntax.CallExpr:
		return operand(x.Fn) + "(" + exprList(x.Args) + ")"
	}
	return fmt.Sprintf("?%T", x)
}

func operand(x syntax.Expr) string {
	s := expr(x)
	for {
		paren, ok := x.(*syntax.ParenExpr)
		if !ok {
			break
		}
		x = paren.X
	}
	switch x.(type) {
	case *syntax.BinaryExpr, *syntax.UnaryExpr, *syntax.CondExpr, *syntax.LambdaExpr:
		return "(" + s + ")"
	}
	return s
}

func literalText(x *syntax.Literal) string {
	switch v := x.Value.(type) {
	case string:
		if x.Token == syntax.BYTES {
			return "b" + strconv.Quote(v)
		}
		return strconv.Quote(v)
	case *big.Int:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(x.Value)
}

func comprehension(x *syntax.Comprehension) string {
	var b strings.Builder
	open, end := "[", "]"
	if x.Curly {
		open, end = "{", "}"
	}
	b.WriteString(open + expr(x.Body))
	for _, c := range x.Clauses {
		switch c := c.(type) {
		case *syntax.ForClause:
			fmt.Fprintf(&b, " for %s in %s", expr(c.Vars), operand(c.X))
		case *syntax.IfClause:
			fmt.Fprintf(&b, " if %s", operand(c.Cond))
		}
	}
	return b.String() + end
}
