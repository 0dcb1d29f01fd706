package pysyntax

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// moduleName returns the module that an import names, with the dots of a
// relative one.
func moduleName(s *ImportFrom) string { return strings.Repeat(".", s.Level) + s.Module.Name }

// Imports lists all imports of a module, in the order of the text.
func Imports(m *Module) []Imported {
	var list []Imported
	tries, functions := 0, 0
	var visit func(n Node) bool
	add := func(a *Alias, module, name string) {
		list = append(list, Imported{a.Span, module, name, tries > 0, functions == 0})
	}
	visit = func(n Node) bool {
		switch n := n.(type) {
		case *Import:
			for _, a := range n.Names {
				add(a, a.Name, "")
			}
		case *ImportFrom:
			for _, a := range n.Names {
				if n.Module.Name != "__future__" {
					add(a, moduleName(n), a.Name)
				}
			}
		case *Try:
			if len(n.Handlers) > 0 {
				tries++
			}
			each(n.Body, func(n Node) { Inspect(n, visit) })
			if len(n.Handlers) > 0 {
				tries--
			}
			each(n.Handlers, func(n Node) { Inspect(n, visit) })
			each(n.Orelse, func(n Node) { Inspect(n, visit) })
			each(n.Finalbody, func(n Node) { Inspect(n, visit) })
			return false
		case *FunctionDef:
			functions++
			each(n.Body, func(n Node) { Inspect(n, visit) })
			functions--
			return false
		case Expr:
			return false
		}
		return true
	}
	Inspect(m, visit)
	return list
}

// functions lists the functions of the module.
func (l *lowerer) functions() (list []Function) {
	var visit func(prefix string) func(n Node) bool
	inside := func(prefix string, body []Stmt) {
		each(body, func(n Node) { Inspect(n, visit(prefix)) })
	}
	visit = func(prefix string) func(n Node) bool {
		return func(n Node) bool {
			switch n := n.(type) {
			case *FunctionDef:
				name := prefix + n.Name.Name
				list = append(list, Function{l.at(n.From), name, len(n.Args.PosOnly)})
				inside(name+".<locals>.", n.Body)
				return false
			case *ClassDef:
				inside(prefix+n.Name.Name+".", n.Body)
				return false
			case Expr:
				return false
			}
			return true
		}
	}
	inside("", l.m.Body)
	return list
}

// mutators are the methods of the types of Python that change their object.
var mutators = []string{
	"add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert",
	"intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse", "rotate",
	"setdefault", "sort", "subtract", "symmetric_difference_update", "update", "__setitem__", "__delitem__",
}

// mutated returns the names of the module whose values its functions may
// change in place, sorted.
func (l *lowerer) mutated() []string {
	var names []string
	add := func(s *scope, e Expr) {
		v := l.rootOf(s, e)
		if v != nil && !slices.Contains(names, v.name) {
			names = append(names, v.name)
		}
	}
	var walk func(s *scope, n Node)
	walk = func(s *scope, n Node) {
		Inspect(n, func(n Node) bool {
			if n == nil {
				return true
			}
			if inner := l.scopes[n]; inner != nil && inner != s && inner.kind != comprehensionScope {
				walk(inner, n)
				return false
			}
			if s == l.module {
				return true
			}
			switch n := n.(type) {
			case *Attribute:
				if n.Ctx != Load {
					add(s, n.Value)
				}
			case *Subscript:
				if n.Ctx != Load {
					add(s, n.Value)
				}
			case *AugAssign:
				add(s, n.Target)
			case *Call:
				if method, ok := n.Func.(*Attribute); ok {
					if v := l.rootOf(s, method.Value); v != nil && (slices.Contains(mutators, method.Attr.Name) || l.isMade(v)) {
						add(s, method.Value)
					}
				}
			}
			return true
		})
	}
	walk(l.module, l.m)
	slices.Sort(names)
	return names
}

// rootOf returns the variable of the module that an expression like X, X[i] or
// X.a.b starts with, or nil.
func (l *lowerer) rootOf(s *scope, e Expr) *variable {
	for {
		switch x := e.(type) {
		case *Attribute:
			e = x.Value
		case *Subscript:
			e = x.Value
		case *Name:
			if v := l.find(s, x.ID); v != nil && v.scope == l.module {
				return v
			}
			return nil
		default:
			return nil
		}
	}
}

// isMade reports whether a variable is bound to what a call returned.
func (l *lowerer) isMade(v *variable) bool {
	return slices.ContainsFunc(v.values, func(src source) bool {
		_, ok := src.expr.(*Call)
		return ok
	})
}

// relations are the methods by which a class has its own equality or order.
var relations = []string{"__eq__", "__ne__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__"}

// overloads reports whether a class of the module may have its own equality or
// order: by a method, from a decorator, or from a base of which nothing is
// known.
func (l *lowerer) overloads() (found bool) {
	plain := map[string]bool{"object": true}
	Inspect(l.m, func(n Node) bool {
		if c, ok := n.(*ClassDef); ok {
			if l.overloaded(c, plain) {
				found = true
			} else {
				plain[c.Name.Name] = true
			}
		}
		return !found
	})
	return found
}

func (l *lowerer) overloaded(c *ClassDef, plain map[string]bool) bool {
	if len(c.Decorators) > 0 || len(c.Keywords) > 0 {
		return true
	}
	for _, b := range c.Bases {
		name, ok := b.(*Name)
		if !ok || !plain[name.ID] && !(isExceptionName(name.ID) && l.global(name.ID) == nil) {
			return true
		}
	}
	info := l.info[l.scopes[c]]
	for _, name := range relations {
		if v := info.vars[name]; v != nil && v.bindings > 0 {
			return true
		}
	}
	return false
}

// isExceptionName reports whether a name is that of a built-in exception, by
// its look.
func isExceptionName(name string) bool {
	return strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Exception") ||
		strings.HasSuffix(name, "Warning") || name == "StopIteration" || name == "KeyboardInterrupt" || name == "SystemExit"
}
