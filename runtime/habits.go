package runtime

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/starhost/starhost/pysyntax"
	"go.starlark.net/syntax"
)

// pythonHabits reads a file that Starlark's parser refuses as Python, which
// Starlark nearly is a subset of, and reports all at once: what is Python and
// not Starlark, with the way to say it, what is neither, and the names that
// nothing binds.
func (l *Loader) pythonHabits(path string, src []byte) []*Diagnostic {
	module, errs := pysyntax.Parse(path, src)
	h := &habits{loader: l, path: path, module: module}
	for _, e := range errs {
		h.diags = append(h.diags, h.diagnostic(e.From, e.To, "syntax", e.Msg, ""))
	}
	if module != nil {
		pysyntax.Inspect(module, h.visit)
		h.undefined()
	}
	return h.diags
}

// habits is the search for Python in one file.
type habits struct {
	loader *Loader
	path   string
	module *pysyntax.Module
	diags  []*Diagnostic
}

func (h *habits) diagnostic(from, to pysyntax.Pos, code, msg, hint string) *Diagnostic {
	d := &Diagnostic{
		Pos:  syntax.MakePosition(&h.path, from.Line, int32(h.module.Column(from))),
		Code: code, Msg: msg, Hint: hint,
	}
	if to.Line == from.Line {
		d.EndCol = h.module.Column(to)
	}
	return d
}

// found reports a construct that Starlark does not have. The caret stands
// below its first word, or below width bytes of it.
func (h *habits) found(at pysyntax.Pos, width int, what, hint string) {
	to := at
	to.Col += int32(width)
	h.diags = append(h.diags, h.diagnostic(at, to, "python", what+" is Python, not Starlark", hint))
}

// visit looks at one node of the tree.
func (h *habits) visit(n pysyntax.Node) bool {
	switch n := n.(type) {
	case pysyntax.Stmt:
		h.stmt(n)
	case pysyntax.Expr:
		h.expr(n)
	case *pysyntax.Arg:
		if n.Annotation != nil {
			h.found(n.Annotation.Pos(), 1, "a type annotation", "drop it: def rule(event)")
		}
	case *pysyntax.Arguments:
		if len(n.PosOnly) > 0 {
			h.found(n.From, 1, "a positional-only parameter", `drop the "/"`)
		}
	}
	return true
}

func (h *habits) stmt(s pysyntax.Stmt) {
	at := s.Pos()
	switch s := s.(type) {
	case *pysyntax.Import:
		h.found(at, len("import"), "`import`", importHint(s))
	case *pysyntax.ImportFrom:
		h.found(at, len("from"), "`from … import`", importFromHint(s))
	case *pysyntax.Try:
		h.found(at, len("try"), "`try … except`", "test beforehand instead: `in`, .get(key, default), type(x); what still fails in rule is reported, never taken for False")
	case *pysyntax.Raise:
		h.found(at, len("raise"), "`raise`", `call fail("message")`)
	case *pysyntax.ClassDef:
		h.found(at, len("class"), "`class`", "use functions and dicts")
	case *pysyntax.Global:
		h.found(at, len("global"), "`global`", frozenHint)
	case *pysyntax.Nonlocal:
		h.found(at, len("nonlocal"), "`nonlocal`", "return the value, or keep it in a list or dict of the outer function")
	case *pysyntax.With:
		h.found(at, len("with"), "`with`", "rules have no files or locks to hold: call the functions directly")
	case *pysyntax.Assert:
		h.found(at, len("assert"), "`assert`", `if not condition: fail("message")`)
	case *pysyntax.Delete:
		h.found(at, len("del"), "`del`", "d.pop(key) removes a key of a dict, l.pop(index) an element of a list")
	case *pysyntax.Match:
		h.found(at, len("match"), "`match`", "use if … elif … else")
	case *pysyntax.TypeAlias:
		h.found(at, len("type"), "a type alias", "drop it")
	case *pysyntax.AnnAssign:
		h.found(s.Annotation.Pos(), 1, "a type annotation", "drop it: name = value")
	case *pysyntax.Assign:
		if len(s.Targets) > 1 {
			h.found(s.Targets[1].Pos(), 1, "`a = b = value`", "use one assignment for each name")
		}
	case *pysyntax.AugAssign:
		if s.Op == pysyntax.Pow {
			h.found(s.OpPos, len("**="), "`**=`", `load("math", "pow")`)
		}
	case *pysyntax.For:
		h.loopElse(s.Orelse)
	case *pysyntax.While:
		h.loopElse(s.Orelse)
	case *pysyntax.FunctionDef:
		h.function(s)
	}
}

func (h *habits) loopElse(orelse []pysyntax.Stmt) {
	if len(orelse) > 0 {
		h.found(orelse[0].Pos(), 1, "`else` of a loop", "set a variable before break, and test it after the loop")
	}
}

func (h *habits) function(f *pysyntax.FunctionDef) {
	for _, d := range f.Decorators {
		h.found(d.Pos(), 1, "a decorator", fmt.Sprintf("call it after the definition: %s = decorator(%s)", f.Name.Name, f.Name.Name))
	}
	if f.Returns != nil {
		h.found(f.Returns.Pos(), 1, "a type annotation", "drop it: def rule(event):")
	}
	if f.Async {
		h.found(f.Pos(), len("async"), "`async`", "drop it: rules run one call at a time")
	}
}

func (h *habits) expr(e pysyntax.Expr) {
	at := e.Pos()
	switch e := e.(type) {
	case *pysyntax.JoinedStr:
		h.found(at, 2, "an f-string", `use "{} from {}".format(user, ip)`)
	case *pysyntax.Constant:
		if e.Joined {
			h.found(at, 1, "implicit concatenation of strings", `join them with +: "a" + "b"`)
		}
	case *pysyntax.Compare:
		h.compare(e)
	case *pysyntax.NamedExpr:
		h.found(at, len(e.Target.ID), "`:=`", "assign on a line of its own, before the test")
	case *pysyntax.BinOp:
		if e.Op == pysyntax.Pow {
			h.found(e.OpPos, len("**"), "`**`", `load("math", "pow") and use pow(x, y)`)
		}
	case *pysyntax.Set:
		h.found(at, 1, "a set display", "use set([…])")
	case *pysyntax.SetComp:
		h.found(at, 1, "a set comprehension", "use set([… for …])")
	case *pysyntax.GeneratorExp:
		h.found(at, 1, "a generator expression", "use a list: any([… for …])")
	case *pysyntax.Yield, *pysyntax.YieldFrom:
		h.found(at, len("yield"), "`yield`", "collect the values in a list and return it")
	case *pysyntax.Await:
		h.found(at, len("await"), "`await`", "drop it: rules run one call at a time")
	case *pysyntax.Dict:
		for i, k := range e.Keys {
			if k == nil {
				h.found(e.Values[i].Pos(), 1, "`**` in a dict display", "use a | b")
			}
		}
	case *pysyntax.List:
		h.starred(e.Elts)
	case *pysyntax.Tuple:
		h.starred(e.Elts)
	}
}

func (h *habits) starred(elts []pysyntax.Expr) {
	for _, e := range elts {
		if s, ok := e.(*pysyntax.Starred); ok {
			h.found(s.From, 1, "`*` in a list", "use a + b")
		}
	}
}

func (h *habits) compare(e *pysyntax.Compare) {
	for i, op := range e.Ops {
		switch op {
		case pysyntax.Is:
			h.found(e.OpPos[i], len("is"), "`is`", "use ==")
		case pysyntax.IsNot:
			h.found(e.OpPos[i], len("is not"), "`is not`", "use !=")
		}
	}
	if len(e.Ops) > 1 {
		h.found(e.OpPos[1], 1, "a chained comparison", "use a < b and b < c")
	}
}

// undefined reports the names that nothing binds, but for exceptions: those
// stand in what is reported already.
func (h *habits) undefined() {
	known := func(name string) bool { return h.loader.known(name) || exceptionName.MatchString(name) }
	resolver := pysyntax.Resolver{Known: known, LoadBinds: true}
	for _, u := range resolver.Undefined(h.module) {
		msg, hint := "undefined: "+u.Name.ID, h.loader.undefinedHint(u.Name.ID)
		if meant := didYouMean(u.Name.ID, u.Visible()); meant != "" {
			msg += " (" + meant + ")"
		}
		h.diags = append(h.diags, h.diagnostic(u.Name.Pos(), u.Name.End(), "undefined", msg, hint))
	}
}

// exceptionName matches the names of Python's exceptions.
var exceptionName = regexp.MustCompile(`^([A-Z]\w*(Error|Exception|Warning)|Exception|StopIteration|KeyboardInterrupt)$`)

// importHint gives the load statements for an import.
func importHint(s *pysyntax.Import) string {
	var loads []string
	for _, a := range s.Names {
		last := lastPart(a.Name)
		loads = append(loads, fmt.Sprintf("load(%q, %s)", a.Name, loadArg(last, a.AsName.Name)))
	}
	return strings.Join(loads, "; ")
}

func importFromHint(s *pysyntax.ImportFrom) string {
	plain, renamed := []string{fmt.Sprintf("%q", s.Module.Name)}, []string(nil)
	for _, a := range s.Names {
		switch as := a.AsName.Name; {
		case a.Name == "*":
			return fmt.Sprintf("load(%q, \"name\", …): name what you need", s.Module.Name)
		case as != "" && as != a.Name:
			renamed = append(renamed, loadArg(a.Name, as))
		default:
			plain = append(plain, loadArg(a.Name, as))
		}
	}
	return "load(" + strings.Join(append(plain, renamed...), ", ") + ")"
}

func loadArg(name, as string) string {
	if as != "" && as != name {
		return fmt.Sprintf("%s = %q", as, name)
	}
	return fmt.Sprintf("%q", name)
}
