package pysyntax

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// dump returns the tree as testdata/dump_ast.py prints CPython's.
func dump(m *Module, plainFStrings bool) string {
	d := &dumper{plain: plainFStrings, positions: true}
	d.line("module", "Module", m, false)
	d.down(func() { dumpList(d, "body", m.Body) })
	return d.out.String()
}

type dumper struct {
	out       strings.Builder
	depth     int
	plain     bool // no positions in f-strings
	positions bool
}

// line starts a node: its label, type and position, and then scalars.
func (d *dumper) line(label, typ string, n Node, placed bool, scalars ...string) {
	d.out.WriteString(strings.Repeat("  ", d.depth))
	d.out.WriteString(label)
	d.out.WriteString(": ")
	d.out.WriteString(typ)
	if placed && d.positions {
		from, to := n.Pos(), n.End()
		fmt.Fprintf(&d.out, " %d:%d-%d:%d", from.Line, from.Col, to.Line, to.Col)
	}
	for _, s := range scalars {
		if s != "" {
			d.out.WriteByte(' ')
			d.out.WriteString(s)
		}
	}
	d.out.WriteByte('\n')
}

func (d *dumper) down(f func()) {
	d.depth++
	f()
	d.depth--
}

func dumpList[T Node](d *dumper, label string, list []T) {
	for _, n := range list {
		if any(n) == nil {
			d.none(label)
		} else {
			d.node(label, n)
		}
	}
}

func (d *dumper) none(label string) {
	fmt.Fprintf(&d.out, "%s%s: None\n", strings.Repeat("  ", d.depth), label)
}

// maybe dumps an expression unless it is nil.
func (d *dumper) maybe(label string, e Expr) {
	if e != nil {
		d.node(label, e)
	}
}

func named(field, name string) string {
	if name == "" {
		return ""
	}
	return field + "=" + quote(name)
}

func namedAll(field string, names []Ident) (all []string) {
	for _, name := range names {
		all = append(all, named(field, name.Name))
	}
	return all
}

// quote quotes as Python's json.dumps does, to ASCII.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 && i+3 <= len(s) { // a surrogate
			r, n = 0xD000|rune(s[i+1]&0x3F)<<6|rune(s[i+2]&0x3F), 3
		}
		i += n
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteString(map[rune]string{'\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}[r])
		case ' ' <= r && r < 0x7F:
			b.WriteRune(r)
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func constant(value any) string {
	switch v := value.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case Ellipsis:
		return "Ellipsis"
	case string:
		return quote(v)
	case Bytes:
		return "b" + hex.EncodeToString([]byte(v))
	case int64:
		return "0x" + strconv.FormatInt(v, 16)
	case *big.Int:
		return "0x" + v.Text(16)
	case float64:
		return fmt.Sprintf("f%016x", math.Float64bits(v))
	case complex128:
		return fmt.Sprintf("j%016x", math.Float64bits(imag(v)))
	}
	panic(fmt.Sprintf("constant of type %T", value))
}

var (
	contextNames  = [...]string{"Load", "Store", "Del"}
	boolNames     = [...]string{"And", "Or"}
	operatorNames = [...]string{"Add", "Sub", "Mult", "MatMult", "Div", "Mod", "Pow", "LShift", "RShift", "BitOr", "BitXor", "BitAnd", "FloorDiv"}
	unaryNames    = [...]string{"Invert", "Not", "UAdd", "USub"}
	cmpNames      = [...]string{"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"}
)

// typeName returns CPython's name for the type of n.
func typeName(n Node) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", n), "*pysyntax.")
	switch n := n.(type) {
	case *ExprStmt:
		return "Expr"
	case *FunctionDef:
		if n.Async {
			return "AsyncFunctionDef"
		}
	case *For:
		if n.Async {
			return "AsyncFor"
		}
	case *With:
		if n.Async {
			return "AsyncWith"
		}
	case *Try:
		if n.Star {
			return "TryStar"
		}
	case *Arguments, *Arg, *Keyword, *Alias, *Comprehension:
		return strings.ToLower(name)
	case *WithItem:
		return "withitem"
	case *MatchCase:
		return "match_case"
	}
	return name
}

// node dumps n and what is below it.
func (d *dumper) node(label string, n Node) {
	placed := true
	switch n.(type) {
	case *Arguments, *Comprehension, *WithItem, *MatchCase:
		placed = false
	}
	d.line(label, typeName(n), n, placed, scalars(n)...)
	positions := d.positions
	if _, ok := n.(*JoinedStr); ok && d.plain {
		d.positions = false
	}
	d.down(func() {
		switch n := n.(type) {
		case Stmt:
			d.stmt(n)
		case Expr:
			d.expr(n)
		case Pattern:
			d.pattern(n)
		default:
			d.part(n)
		}
	})
	d.positions = positions
}

// scalars returns the fields of n that are no nodes.
func scalars(n Node) []string {
	ctx := func(c Context) []string { return []string{"ctx=" + contextNames[c]} }
	flag := func(name string, b bool) []string {
		return []string{name + map[bool]string{true: "=0x1", false: "=0x0"}[b]}
	}
	switch n := n.(type) {
	case *FunctionDef:
		return []string{named("name", n.Name.Name)}
	case *ClassDef:
		return []string{named("name", n.Name.Name)}
	case *AugAssign:
		return []string{"op=" + operatorNames[n.Op]}
	case *AnnAssign:
		if n.Simple {
			return []string{"simple=0x1"}
		}
		return []string{"simple=0x0"}
	case *ImportFrom:
		return []string{named("module", n.Module.Name), fmt.Sprintf("level=%#x", n.Level)}
	case *Global:
		return namedAll("names", n.Names)
	case *Nonlocal:
		return namedAll("names", n.Names)
	case *BoolOp:
		return []string{"op=" + boolNames[n.Op]}
	case *BinOp:
		return []string{"op=" + operatorNames[n.Op]}
	case *UnaryOp:
		return []string{"op=" + unaryNames[n.Op]}
	case *Compare:
		var ops []string
		for _, op := range n.Ops {
			ops = append(ops, "ops="+cmpNames[op])
		}
		return ops
	case *FormattedValue:
		if n.Conversion == 0 {
			return []string{"conversion=-0x1"}
		}
		return []string{fmt.Sprintf("conversion=%#x", n.Conversion)}
	case *Constant:
		kind := ""
		if n.U {
			kind = "kind=u"
		}
		return []string{kind, "value=" + constant(n.Value)}
	case *Attribute:
		return append([]string{named("attr", n.Attr.Name)}, ctx(n.Ctx)...)
	case *Subscript:
		return ctx(n.Ctx)
	case *Starred:
		return ctx(n.Ctx)
	case *Name:
		return append([]string{named("id", n.ID)}, ctx(n.Ctx)...)
	case *List:
		return ctx(n.Ctx)
	case *Tuple:
		return ctx(n.Ctx)
	case *MatchSingleton:
		return []string{"value=" + constant(n.Value)}
	case *MatchMapping:
		return []string{named("rest", n.Rest.Name)}
	case *MatchClass:
		return namedAll("kwd_attrs", n.KwdAttrs)
	case *MatchStar:
		return []string{named("name", n.Name.Name)}
	case *MatchAs:
		return []string{named("name", n.Name.Name)}
	case *Arg:
		return []string{named("arg", n.Name)}
	case *Keyword:
		return []string{named("arg", n.Arg.Name)}
	case *Alias:
		return []string{named("name", n.Name), named("asname", n.AsName.Name)}
	case *ExceptHandler:
		return []string{named("name", n.Name.Name)}
	case *Comprehension:
		return flag("is_async", n.Async)
	case *TypeVar:
		return []string{named("name", n.Name)}
	case *ParamSpec:
		return []string{named("name", n.Name)}
	case *TypeVarTuple:
		return []string{named("name", n.Name)}
	}
	return nil
}

func (d *dumper) stmt(n Stmt) {
	switch n := n.(type) {
	case *FunctionDef:
		d.node("args", n.Args)
		dumpList(d, "body", n.Body)
		dumpList(d, "decorator_list", n.Decorators)
		d.maybe("returns", n.Returns)
		dumpList(d, "type_params", n.TypeParams)
	case *ClassDef:
		dumpList(d, "bases", n.Bases)
		dumpList(d, "keywords", n.Keywords)
		dumpList(d, "body", n.Body)
		dumpList(d, "decorator_list", n.Decorators)
		dumpList(d, "type_params", n.TypeParams)
	case *Return:
		d.maybe("value", n.Value)
	case *Delete:
		dumpList(d, "targets", n.Targets)
	case *Assign:
		dumpList(d, "targets", n.Targets)
		d.node("value", n.Value)
	case *TypeAlias:
		d.node("name", n.Name)
		dumpList(d, "type_params", n.TypeParams)
		d.node("value", n.Value)
	case *AugAssign:
		d.node("target", n.Target)
		d.node("value", n.Value)
	case *AnnAssign:
		d.node("target", n.Target)
		d.node("annotation", n.Annotation)
		d.maybe("value", n.Value)
	case *For:
		d.node("target", n.Target)
		d.node("iter", n.Iter)
		dumpList(d, "body", n.Body)
		dumpList(d, "orelse", n.Orelse)
	case *While:
		d.node("test", n.Test)
		dumpList(d, "body", n.Body)
		dumpList(d, "orelse", n.Orelse)
	case *If:
		d.node("test", n.Test)
		dumpList(d, "body", n.Body)
		dumpList(d, "orelse", n.Orelse)
	case *With:
		dumpList(d, "items", n.Items)
		dumpList(d, "body", n.Body)
	case *Match:
		d.node("subject", n.Subject)
		dumpList(d, "cases", n.Cases)
	case *Raise:
		d.maybe("exc", n.Exc)
		d.maybe("cause", n.Cause)
	case *Try:
		dumpList(d, "body", n.Body)
		dumpList(d, "handlers", n.Handlers)
		dumpList(d, "orelse", n.Orelse)
		dumpList(d, "finalbody", n.Finalbody)
	case *Assert:
		d.node("test", n.Test)
		d.maybe("msg", n.Msg)
	case *Import:
		dumpList(d, "names", n.Names)
	case *ImportFrom:
		dumpList(d, "names", n.Names)
	case *ExprStmt:
		d.node("value", n.Value)
	case *BadStmt:
		dumpList(d, "body", n.Body)
	}
}

func (d *dumper) expr(n Expr) {
	switch n := n.(type) {
	case *BoolOp:
		dumpList(d, "values", n.Values)
	case *NamedExpr:
		d.node("target", n.Target)
		d.node("value", n.Value)
	case *BinOp:
		d.node("left", n.Left)
		d.node("right", n.Right)
	case *UnaryOp:
		d.node("operand", n.Operand)
	case *Lambda:
		d.node("args", n.Args)
		d.node("body", n.Body)
	case *IfExp:
		d.node("test", n.Test)
		d.node("body", n.Body)
		d.node("orelse", n.Orelse)
	case *Dict:
		dumpList(d, "keys", n.Keys)
		dumpList(d, "values", n.Values)
	case *Set:
		dumpList(d, "elts", n.Elts)
	case *ListComp:
		d.node("elt", n.Elt)
		dumpList(d, "generators", n.Generators)
	case *SetComp:
		d.node("elt", n.Elt)
		dumpList(d, "generators", n.Generators)
	case *DictComp:
		d.node("key", n.Key)
		d.node("value", n.Value)
		dumpList(d, "generators", n.Generators)
	case *GeneratorExp:
		d.node("elt", n.Elt)
		dumpList(d, "generators", n.Generators)
	case *Await:
		d.node("value", n.Value)
	case *Yield:
		d.maybe("value", n.Value)
	case *YieldFrom:
		d.node("value", n.Value)
	case *Compare:
		d.node("left", n.Left)
		dumpList(d, "comparators", n.Comparators)
	case *Call:
		d.node("func", n.Func)
		dumpList(d, "args", n.Args)
		dumpList(d, "keywords", n.Keywords)
	case *FormattedValue:
		d.node("value", n.Value)
		if n.Spec != nil {
			d.node("format_spec", n.Spec)
		}
	case *JoinedStr:
		dumpList(d, "values", n.Values)
	case *Attribute:
		d.node("value", n.Value)
	case *Subscript:
		d.node("value", n.Value)
		d.node("slice", n.Slice)
	case *Starred:
		d.node("value", n.Value)
	case *List:
		dumpList(d, "elts", n.Elts)
	case *Tuple:
		dumpList(d, "elts", n.Elts)
	case *Slice:
		d.maybe("lower", n.Lower)
		d.maybe("upper", n.Upper)
		d.maybe("step", n.Step)
	}
}

func (d *dumper) pattern(n Pattern) {
	switch n := n.(type) {
	case *MatchValue:
		d.node("value", n.Value)
	case *MatchSequence:
		dumpList(d, "patterns", n.Patterns)
	case *MatchMapping:
		dumpList(d, "keys", n.Keys)
		dumpList(d, "patterns", n.Patterns)
	case *MatchClass:
		d.node("cls", n.Class)
		dumpList(d, "patterns", n.Patterns)
		dumpList(d, "kwd_patterns", n.KwdPatterns)
	case *MatchAs:
		if n.Pattern != nil {
			d.node("pattern", n.Pattern)
		}
	case *MatchOr:
		dumpList(d, "patterns", n.Patterns)
	}
}

func (d *dumper) part(n Node) {
	switch n := n.(type) {
	case *Arguments:
		dumpList(d, "posonlyargs", n.PosOnly)
		dumpList(d, "args", n.Args)
		if n.Vararg != nil {
			d.node("vararg", n.Vararg)
		}
		dumpList(d, "kwonlyargs", n.KwOnly)
		dumpList(d, "kw_defaults", n.KwDefaults)
		if n.Kwarg != nil {
			d.node("kwarg", n.Kwarg)
		}
		dumpList(d, "defaults", n.Defaults)
	case *Arg:
		d.maybe("annotation", n.Annotation)
	case *Keyword:
		d.node("value", n.Value)
	case *WithItem:
		d.node("context_expr", n.Context)
		d.maybe("optional_vars", n.Vars)
	case *MatchCase:
		d.node("pattern", n.Pattern)
		d.maybe("guard", n.Guard)
		dumpList(d, "body", n.Body)
	case *ExceptHandler:
		d.maybe("type", n.Type)
		dumpList(d, "body", n.Body)
	case *Comprehension:
		d.node("target", n.Target)
		d.node("iter", n.Iter)
		dumpList(d, "ifs", n.Ifs)
	case *TypeVar:
		d.maybe("bound", n.Bound)
	}
}
