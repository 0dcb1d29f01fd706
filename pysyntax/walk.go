package pysyntax

// Inspect walks the tree below n in the order of the text, as near as the
// tree has it. It calls f for every node; if f returns true, then for the
// node's children and at last f(nil). Nodes of all kinds are visited:
// Arguments, Keyword and Comprehension too.
func Inspect(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	eachChild(n, func(child Node) { Inspect(child, f) })
	f(nil)
}

// eachChild calls f for each child of n that is there.
func eachChild(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Module:
		each(n.Body, f)
	case Stmt:
		stmtChildren(n, f)
	case Expr:
		exprChildren(n, f)
	case Pattern:
		patternChildren(n, f)
	default:
		partChildren(n, f)
	}
}

func each[T Node](list []T, f func(Node)) {
	for _, n := range list {
		f(n)
	}
}

// maybe calls f unless e is nil.
func maybe(e Expr, f func(Node)) {
	if e != nil {
		f(e)
	}
}

func stmtChildren(n Stmt, f func(Node)) {
	switch n := n.(type) {
	case *FunctionDef:
		each(n.Decorators, f)
		each(n.TypeParams, f)
		f(n.Args)
		maybe(n.Returns, f)
		each(n.Body, f)
	case *ClassDef:
		each(n.Decorators, f)
		each(n.TypeParams, f)
		each(n.Bases, f)
		each(n.Keywords, f)
		each(n.Body, f)
	case *Return:
		maybe(n.Value, f)
	case *Delete:
		each(n.Targets, f)
	case *Assign:
		each(n.Targets, f)
		f(n.Value)
	case *TypeAlias:
		f(n.Name)
		each(n.TypeParams, f)
		f(n.Value)
	case *AugAssign:
		f(n.Target)
		f(n.Value)
	case *AnnAssign:
		f(n.Target)
		f(n.Annotation)
		maybe(n.Value, f)
	case *For:
		f(n.Target)
		f(n.Iter)
		each(n.Body, f)
		each(n.Orelse, f)
	case *While:
		f(n.Test)
		each(n.Body, f)
		each(n.Orelse, f)
	case *If:
		f(n.Test)
		each(n.Body, f)
		each(n.Orelse, f)
	case *With:
		each(n.Items, f)
		each(n.Body, f)
	case *Match:
		f(n.Subject)
		each(n.Cases, f)
	case *Raise:
		maybe(n.Exc, f)
		maybe(n.Cause, f)
	case *Try:
		each(n.Body, f)
		each(n.Handlers, f)
		each(n.Orelse, f)
		each(n.Finalbody, f)
	case *Assert:
		f(n.Test)
		maybe(n.Msg, f)
	case *Import:
		each(n.Names, f)
	case *ImportFrom:
		each(n.Names, f)
	case *ExprStmt:
		f(n.Value)
	case *BadStmt:
		each(n.Body, f)
	}
}

func exprChildren(n Expr, f func(Node)) {
	switch n := n.(type) {
	case *BoolOp:
		each(n.Values, f)
	case *NamedExpr:
		f(n.Target)
		f(n.Value)
	case *BinOp:
		f(n.Left)
		f(n.Right)
	case *UnaryOp:
		f(n.Operand)
	case *Lambda:
		f(n.Args)
		f(n.Body)
	case *IfExp:
		f(n.Body)
		f(n.Test)
		f(n.Orelse)
	case *Dict:
		for i, value := range n.Values {
			maybe(n.Keys[i], f)
			f(value)
		}
	case *Set:
		each(n.Elts, f)
	case *ListComp:
		f(n.Elt)
		each(n.Generators, f)
	case *SetComp:
		f(n.Elt)
		each(n.Generators, f)
	case *DictComp:
		f(n.Key)
		f(n.Value)
		each(n.Generators, f)
	case *GeneratorExp:
		f(n.Elt)
		each(n.Generators, f)
	case *Await:
		f(n.Value)
	case *Yield:
		maybe(n.Value, f)
	case *YieldFrom:
		f(n.Value)
	case *Compare:
		f(n.Left)
		each(n.Comparators, f)
	case *Call:
		f(n.Func)
		each(n.Args, f)
		each(n.Keywords, f)
	case *FormattedValue:
		f(n.Value)
		if n.Spec != nil {
			f(n.Spec)
		}
	case *JoinedStr:
		each(n.Values, f)
	case *Attribute:
		f(n.Value)
	case *Subscript:
		f(n.Value)
		f(n.Slice)
	case *Starred:
		f(n.Value)
	case *List:
		each(n.Elts, f)
	case *Tuple:
		each(n.Elts, f)
	case *Slice:
		maybe(n.Lower, f)
		maybe(n.Upper, f)
		maybe(n.Step, f)
	}
}

func patternChildren(n Pattern, f func(Node)) {
	switch n := n.(type) {
	case *MatchValue:
		f(n.Value)
	case *MatchSequence:
		each(n.Patterns, f)
	case *MatchMapping:
		for i, pattern := range n.Patterns {
			f(n.Keys[i])
			f(pattern)
		}
	case *MatchClass:
		f(n.Class)
		each(n.Patterns, f)
		each(n.KwdPatterns, f)
	case *MatchAs:
		if n.Pattern != nil {
			f(n.Pattern)
		}
	case *MatchOr:
		each(n.Patterns, f)
	}
}

func partChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Arguments:
		argumentsChildren(n, f)
	case *Arg:
		maybe(n.Annotation, f)
	case *Keyword:
		f(n.Value)
	case *WithItem:
		f(n.Context)
		maybe(n.Vars, f)
	case *MatchCase:
		f(n.Pattern)
		maybe(n.Guard, f)
		each(n.Body, f)
	case *ExceptHandler:
		maybe(n.Type, f)
		each(n.Body, f)
	case *Comprehension:
		f(n.Target)
		f(n.Iter)
		each(n.Ifs, f)
	case *TypeVar:
		maybe(n.Bound, f)
	}
}

func argumentsChildren(n *Arguments, f func(Node)) {
	each(n.PosOnly, f)
	each(n.Args, f)
	each(n.Defaults, f)
	if n.Vararg != nil {
		f(n.Vararg)
	}
	for i, arg := range n.KwOnly {
		f(arg)
		maybe(n.KwDefaults[i], f)
	}
	if n.Kwarg != nil {
		f(n.Kwarg)
	}
}
