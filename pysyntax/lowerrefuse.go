package pysyntax

import (
	"fmt"
	"slices"
)

// maxLowered is how deep the tree may be of what is lowered: chains count for
// each of their links.
const maxLowered = 3000

// refuse reports what Python has and starhost has not.
func refuse(m *Module) ErrorList {
	r := &refuser{}
	depth := 0
	Inspect(m, func(n Node) bool {
		if n == nil {
			depth--
			return true
		}
		depth++
		if depth > maxLowered {
			if depth == maxLowered+1 && !r.deep {
				r.deep = true
				r.report(n, "too deeply nested")
			}
			depth--
			return false
		}
		r.node(n)
		return true
	})
	return r.errs
}

type refuser struct {
	errs ErrorList
	deep bool
}

func (r *refuser) report(n Node, msg string) {
	r.errs = append(r.errs, &Error{Span: Span{n.Pos(), n.End()}, Msg: msg})
}

// keyword reports the word that n starts with.
func (r *refuser) keyword(n Node, word, msg string) {
	to := n.Pos()
	to.Col += int32(len(word))
	r.errs = append(r.errs, &Error{Span: Span{n.Pos(), to}, Msg: msg})
}

const (
	noYield = "'yield' is not supported: collect the values in a list and return it"
	noAsync = "'async' is not supported: nothing runs at the same time here, so a plain statement does"
)

func (r *refuser) node(n Node) {
	switch n := n.(type) {
	case *Yield:
		r.keyword(n, "yield", noYield)
	case *YieldFrom:
		r.keyword(n, "yield", noYield)
	case *Await:
		r.keyword(n, "await", "'await' is not supported: call the function and use what it returns")
	case *FunctionDef:
		r.async(n, n.Async)
	case *For:
		r.async(n, n.Async)
	case *With:
		r.async(n, n.Async)
	case *Comprehension:
		r.async(n, n.Async)
	case *Try:
		if n.Star {
			r.keyword(n.Handlers[0], "except*", "'except*' is not supported: use 'except'")
		}
	case *ClassDef:
		r.class(n)
	case *ImportFrom:
		for _, a := range n.Names {
			if a.Name == "*" {
				r.report(a, fmt.Sprintf("import * is not supported: name what is imported from %s", n.Module.Name))
			}
		}
	case *Constant:
		if _, complex := n.Value.(complex128); complex {
			r.report(n, "complex numbers are not supported")
		}
	case *BadStmt:
		r.report(n, "invalid syntax")
	}
}

func (r *refuser) async(n Node, async bool) {
	if async {
		r.keyword(n, "async", noAsync)
	}
}

func (r *refuser) class(n *ClassDef) {
	i := slices.IndexFunc(n.Keywords, func(k *Keyword) bool { return k.Arg.Name == "metaclass" })
	if i < 0 {
		return
	}
	if meta, ok := n.Keywords[i].Value.(*Name); ok && meta.ID == "type" {
		return
	}
	r.report(n.Keywords[i], "metaclass= is not supported: use a base class or a class decorator")
}
