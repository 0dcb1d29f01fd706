package runtime

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Variant is a way to compile a rule file other than the plain one, for
// tests and for explanations.
type Variant struct {
	// Mocks replace names of the file, for that file alone: names that it
	// loads, defines at top level, or finds predeclared. A callable value
	// stands in as it is. Any other value is what calls return, where the
	// name is a function's, and stands in itself where it is a constant's.
	Mocks starlark.StringDict

	// Pass stands in for the Loader's, if it is not nil.
	Pass Pass
}

// A Pass rewrites the tree of a file before it is guarded and compiled. src is
// the file's text. It returns the names to predeclare for what it put in.
type Pass func(tree *syntax.File, src []byte) starlark.StringDict

// Variant compiles the file of a rule anew, in the way v says; the helpers
// that it loads are those that the Loader has compiled already. A mock of a
// name that the file does not have is an error.
func (l *Loader) Variant(r *Rule, v *Variant) (*Rule, []*Diagnostic) {
	l.loading = []string{r.Path}
	defer func() { l.loading = nil }()
	src, unread := l.read(r.Path)
	if unread != nil {
		return nil, []*Diagnostic{unread}
	}
	file, diags := l.compile(r.Path, r.ID, src, v)
	if file == nil {
		return nil, diags
	}
	variant, bad := newRule(file, r.Metadata)
	if variant != nil {
		variant.Background = r.Background
	}
	return variant, append(diags, bad...)
}

// mockName is the name under which a mock is predeclared: one that no file can
// write.
func mockName(name string) string { return "(mock " + name + ")" }

const (
	codeMock    = "mock"
	mockMissing = "mock of a name that the file does not have: "
)

// Mocked gives the name of a mock that a Variant was refused for, because the
// file does not have it.
func (d *Diagnostic) Mocked() (name string, ok bool) {
	if d.Code != codeMock {
		return "", false
	}
	return strings.CutPrefix(d.Msg, mockMissing)
}

// mock replaces the uses of mocked names in tree by uses of their mocks, and
// returns the names that the file does not have. scope is a tree of the same
// text, which mock resolves to tell the names of the file from others that are
// spelled the same.
func mock(tree, scope *syntax.File, mocks starlark.StringDict, known func(string) bool) (missing []string) {
	resolve.File(scope, known, starlark.Universe.Has) // its errors are reported for tree
	top := topLevelNames(scope)
	uses := make(map[syntax.Position]bool)
	syntax.Walk(scope, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok && mocks[id.Name] != nil && namesTopLevel(id, top) {
			uses[bare(id.NamePos)] = true
		}
		return true
	})
	for name := range mocks {
		if _, ok := top[name]; !ok && !known(name) && !starlark.Universe.Has(name) {
			missing = append(missing, name)
		}
	}
	rename(tree, uses)
	slices.Sort(missing)
	return missing
}

// bare is a position without its file, to compare those of two trees.
func bare(p syntax.Position) syntax.Position { return syntax.MakePosition(nil, p.Line, p.Col) }

// topLevelNames finds the places where a file binds its top-level names.
func topLevelNames(tree *syntax.File) map[string][]syntax.Position {
	names := make(map[string][]syntax.Position)
	add := func(id *syntax.Ident) { names[id.Name] = append(names[id.Name], id.NamePos) }
	var stmts func([]syntax.Stmt)
	stmts = func(list []syntax.Stmt) {
		for _, s := range list {
			switch s := s.(type) {
			case *syntax.LoadStmt:
				for _, id := range s.To {
					add(id)
				}
			case *syntax.DefStmt:
				add(s.Name)
			case *syntax.AssignStmt:
				targets(s.LHS, add)
			case *syntax.IfStmt:
				stmts(s.True)
				stmts(s.False)
			case *syntax.ForStmt:
				targets(s.Vars, add)
				stmts(s.Body)
			case *syntax.WhileStmt:
				stmts(s.Body)
			}
		}
	}
	stmts(tree.Stmts)
	return names
}

// targets calls f for each name that an assignment to e binds.
func targets(e syntax.Expr, f func(*syntax.Ident)) {
	switch e := e.(type) {
	case *syntax.Ident:
		f(e)
	case *syntax.ParenExpr:
		targets(e.X, f)
	case *syntax.TupleExpr:
		for _, x := range e.List {
			targets(x, f)
		}
	case *syntax.ListExpr:
		for _, x := range e.List {
			targets(x, f)
		}
	}
}

// namesTopLevel tells whether a resolved name is the file's own, or
// predeclared, and not a local one of the same spelling.
func namesTopLevel(id *syntax.Ident, top map[string][]syntax.Position) bool {
	b, ok := id.Binding.(*resolve.Binding)
	if !ok {
		return false
	}
	switch b.Scope {
	case resolve.Global, resolve.Predeclared, resolve.Universal:
		return true
	}
	return b.First != nil && slices.Contains(top[id.Name], b.First.NamePos)
}

// rename makes the names at the given places those of mocks, but for places
// that bind a name.
func rename(tree *syntax.File, uses map[syntax.Position]bool) {
	binds := make(map[*syntax.Ident]bool)
	bind := func(id *syntax.Ident) { binds[id] = true }
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.DefStmt:
			bind(n.Name)
		case *syntax.AssignStmt:
			targets(n.LHS, bind)
		case *syntax.ForStmt:
			targets(n.Vars, bind)
		case *syntax.ForClause:
			targets(n.Vars, bind)
		case *syntax.LoadStmt:
			for i := range n.To {
				bind(n.To[i])
				bind(n.From[i])
			}
		case *syntax.Ident:
			if uses[bare(n.NamePos)] && !binds[n] {
				n.Name = mockName(n.Name)
			}
		}
		return true
	})
}

// mockValue gives what stands in for a name whose own value is original.
func mockValue(name string, original, mock starlark.Value) starlark.Value {
	_, callable := mock.(starlark.Callable)
	if _, function := original.(starlark.Callable); callable || !function {
		return mock
	}
	return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return mock, nil
	})
}

// prepare applies a variant, if there is one, and the pass to the tree of a
// file. It returns the names to predeclare for them.
func (l *Loader) prepare(v *Variant, tree *syntax.File, src []byte, env environment) (starlark.StringDict, *Diagnostic) {
	names := make(starlark.StringDict)
	pass := l.Pass
	if v != nil {
		if bad := l.putMocks(names, v.Mocks, tree, src, env); bad != nil {
			return nil, bad
		}
		if v.Pass != nil {
			pass = v.Pass
		}
	}
	if pass != nil {
		maps.Copy(names, pass(tree, src))
	}
	return names, nil
}

// putMocks puts mocks into a tree, and their values into names.
func (l *Loader) putMocks(names, mocks starlark.StringDict, tree *syntax.File, src []byte, env environment) *Diagnostic {
	if len(mocks) == 0 {
		return nil
	}
	options := dialect
	scope, err := options.Parse(tree.Path, src, 0)
	if err != nil {
		return fileDiagnostic(tree.Path, "syntax", err.Error()) // cannot be: tree itself has parsed
	}
	if missing := mock(tree, scope, mocks, l.known); len(missing) > 0 {
		d := fileDiagnostic(tree.Path, codeMock, mockMissing+missing[0])
		d.Hint = didYouMean(missing[0], slices.Collect(maps.Keys(topLevelNames(tree))))
		return d
	}
	for name, mock := range mocks {
		names[mockName(name)] = mockValue(name, l.original(tree, env, name), mock)
	}
	return nil
}

// original finds the value that a name of a file has, as far as that can be
// known before the file runs: a function of the file is a Callable.
func (l *Loader) original(tree *syntax.File, env environment, name string) starlark.Value {
	for _, stmt := range tree.Stmts {
		switch s := stmt.(type) {
		case *syntax.DefStmt:
			if s.Name.Name == name {
				return starlark.NewBuiltin(name, nil)
			}
		case *syntax.LoadStmt:
			for i, id := range s.To {
				if id.Name == name {
					return env[s.ModuleName()][s.From[i].Name]
				}
			}
		}
	}
	if v, ok := l.predeclared("")[name]; ok {
		return v
	}
	return starlark.Universe[name]
}
