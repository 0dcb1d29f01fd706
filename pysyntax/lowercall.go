package pysyntax

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// call lowers a call.
func (l *lowerer) call(e *Call) syntax.Expr {
	if x := l.special(e); x != nil {
		return x
	}
	lparen := l.at(e.Lparen)
	method, ok := e.Func.(*Attribute)
	if !ok || l.isModule(method.Value) {
		fn := l.expr(e.Func)
		return &syntax.CallExpr{Fn: fn, Lparen: lparen, Args: l.arguments(e, nil), Rparen: l.last(e)}
	}
	pos := l.at(method.Attr.Pos)
	args := []syntax.Expr{l.expr(method.Value), str(l.mangled(method.Attr.Name), pos)}
	call := l.runtime("py.call", e, lparen)
	call.Args = l.arguments(e, args)
	return call
}

// special lowers the calls that are more than calls: super(), and those of
// built-in functions with a generator expression. It returns nil for others.
func (l *lowerer) special(e *Call) syntax.Expr {
	switch fn := e.Func.(type) {
	case *Name:
		switch {
		case fn.ID == "super" && len(e.Args)+len(e.Keywords) == 0 && l.isBuiltin("super"):
			return l.super(e)
		case l.quantified(e) != "" && l.isBuiltin(fn.ID):
			return l.quantify(e, fn.ID)
		case len(e.Args) == 1 && slices.Contains(consumers, fn.ID) && l.isBuiltin(fn.ID):
			return l.consume(e)
		}
	case *Attribute:
		if fn.Attr.Name == "join" && len(e.Args) == 1 && len(e.Keywords) == 0 {
			return l.consume(e)
		}
	}
	return nil
}

// consumers are the built-in functions that use up an iterable at once, so
// that a list serves them as well as a generator.
var consumers = []string{
	"dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple",
}

// consume lowers a call of a consumer whose only positional argument is a
// generator expression. It returns nil for other arguments.
func (l *lowerer) consume(e *Call) syntax.Expr {
	g, ok := e.Args[0].(*GeneratorExp)
	if !ok || len(g.Generators) == 0 {
		return nil
	}
	var call *syntax.CallExpr
	switch fn := e.Func.(type) {
	case *Attribute:
		pos := l.at(fn.Attr.Pos)
		call = l.runtime("py.call", e, l.at(e.Lparen), l.expr(fn.Value), str(fn.Attr.Name, pos))
	default:
		call = &syntax.CallExpr{Fn: l.expr(e.Func), Lparen: l.at(e.Lparen), Rparen: l.last(e)}
	}
	list := l.listComp(g, g.Generators, g.Elt)
	call.Args = l.arguments(&Call{Span: e.Span, Func: e.Func, Lparen: e.Lparen, Keywords: e.Keywords}, append(call.Args, list))
	return call
}

// super lowers super() without arguments.
func (l *lowerer) super(e *Call) syntax.Expr {
	pos := l.at(e.Lparen)
	class := l.classOf(l.scope)
	first := firstParameter(l.scope)
	if class == nil || first == "" {
		return &syntax.CallExpr{Fn: l.expr(e.Func), Lparen: pos, Rparen: l.last(e)}
	}
	v := l.find(l.scope, first)
	return l.runtime("py.super", e, pos, ident(l.cellName(class), pos), l.variable(v, pos))
}

// arguments lowers the arguments of a call, behind those that are done
// already. Starlark takes positional ones first, then named ones, then at most
// one *args and one **kwargs, and evaluates them in that order; Python
// evaluates all positional ones before the others.
func (l *lowerer) arguments(e *Call, done []syntax.Expr) []syntax.Expr {
	firstStar := slices.IndexFunc(e.Args, isStarred)
	spread := slices.ContainsFunc(e.Keywords, func(k *Keyword) bool { return k.Arg.Name == "" })
	if firstStar < 0 {
		firstStar = len(e.Args)
	}
	many := len(done)+len(e.Args) > maxArgs
	if many {
		firstStar = 0
	}
	args := append(done, l.exprs(e.Args[:firstStar])...)
	var star syntax.Expr
	if rest := e.Args[firstStar:]; len(rest) > 0 {
		star = starred(syntax.STAR, l.at(rest[0].Pos()), l.spread(rest))
	}
	if !spread && len(e.Keywords) <= maxArgs && (star == nil || l.simpleKeywords(e.Keywords)) {
		for _, k := range e.Keywords {
			args = append(args, keywordExpr(k.Arg.Name, l.at(k.From), l.expr(k.Value)))
		}
		if star != nil {
			args = append(args, star)
		}
		return args
	}
	if star != nil {
		args = append(args, star)
	}
	return append(args, l.keywords(e, &args, star == nil)...)
}

// simpleKeywords reports whether it makes no difference when the values of
// keyword arguments are evaluated.
func (l *lowerer) simpleKeywords(list []*Keyword) bool {
	return !slices.ContainsFunc(list, func(k *Keyword) bool { return !l.isSimple(k.Value) })
}

// spread lowers positional arguments from the first starred one on to what
// Starlark's *args takes.
func (l *lowerer) spread(args []Expr) syntax.Expr {
	first := args[0]
	if s, ok := first.(*Starred); ok && len(args) == 1 {
		return l.runtime("py.star", s, l.at(s.From), l.expr(s.Value))
	}
	last := args[len(args)-1]
	return l.concat(&Starred{Span: Span{first.Pos(), last.End()}}, args)
}

// keywords lowers keyword arguments among which there is a **mapping, or which
// must be evaluated behind a *args.
func (l *lowerer) keywords(e *Call, args *[]syntax.Expr, native bool) []syntax.Expr {
	var parts []syntax.Expr
	var entries []syntax.Expr
	list := e.Keywords
	if native && len(list) <= maxArgs {
		for len(list) > 1 && list[0].Arg.Name != "" {
			*args = append(*args, keywordExpr(list[0].Arg.Name, l.at(list[0].From), l.expr(list[0].Value)))
			list = list[1:]
		}
	}
	flush := func() {
		if len(entries) > 0 {
			parts = append(parts, &syntax.DictExpr{Lbrace: syntax.Start(entries[0]), List: entries, Rbrace: syntax.End(entries[len(entries)-1])})
			entries = nil
		}
	}
	for i, k := range list {
		pos := l.at(k.From)
		if k.Arg.Name != "" {
			entries = append(entries, &syntax.DictEntry{Key: str(k.Arg.Name, pos), Colon: pos, Value: l.expr(k.Value)})
			continue
		}
		flush()
		x := l.expr(k.Value)
		if !l.simpleKeywords(list[i+1:]) {
			x = l.runtime("py.merge", k, pos, l.runtime("py.kwargs", k, pos, x)) // it is gone through before these are evaluated
		}
		parts = append(parts, x)
	}
	flush()
	pos := l.at(list[0].From)
	if len(parts) > 1 {
		merged := l.runtime("py.kwmerge", list[0], pos, append([]syntax.Expr{str(functionText(e.Func), pos)}, parts...)...)
		return []syntax.Expr{starred(syntax.STARSTAR, pos, merged)}
	}
	x := parts[0]
	if list[len(list)-1].Arg.Name == "" {
		x = l.runtime("py.kwargs", list[0], pos, x)
	}
	return []syntax.Expr{starred(syntax.STARSTAR, pos, x)}
}

// functionText names what is called, for an error.
func functionText(e Expr) string {
	var parts []string
	for {
		switch x := e.(type) {
		case *Name:
			return strings.Join(append([]string{x.ID}, parts...), ".")
		case *Attribute:
			parts = append([]string{x.Attr.Name}, parts...)
			e = x.Value
			continue
		}
		if len(parts) > 0 {
			return parts[len(parts)-1]
		}
		return "function"
	}
}
