package pytypes_test

import (
	"bufio"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/starhost/starhost/pysyntax"
	"github.com/starhost/starhost/runtime/pytypes"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestAsCPython compares with what testdata/record.py recorded.
func TestAsCPython(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	differences := readDifferences(t)
	for _, file := range files {
		if filepath.Base(file) == "differences.txt" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			runGolden(t, file, differences)
		})
	}
}

// readDifferences reads what is known to differ: a statement and, after a tab,
// why. Such a case must differ.
func readDifferences(t *testing.T) map[string]bool {
	in, err := os.ReadFile("testdata/differences.txt")
	require.NoError(t, err)
	all := make(map[string]bool)
	for line := range strings.Lines(string(in)) {
		code, why, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok && why != "", "no reason: %s", line)
		all[code] = true
	}
	return all
}

func runGolden(t *testing.T, file string, differences map[string]bool) {
	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	var values []string
	n := 0
	scanner := bufio.NewScanner(in)
	for scanner.Buffer(nil, 1<<20); scanner.Scan(); {
		fields := strings.Split(scanner.Text(), "\t")
		if fields[0] == "@" {
			values = fields[1:]
			continue
		}
		for i, want := range fields[1:] {
			code, value := fields[0], ""
			if strings.Contains(code, "◊") {
				value = values[i]
				code = strings.ReplaceAll(code, "◊", value)
			}
			n++
			got := outcome(code)
			if want == "-" {
				got, want = standardError(got, fields[0], value)
			}
			switch {
			case differences[code]:
				if got == want {
					t.Errorf("%s is listed as a difference, and is none", code)
				}
			case got != want:
				t.Errorf("%s\n got %s\nwant %s", code, got, want)
			}
		}
	}
	require.NoError(t, scanner.Err())
	require.Greater(t, n, 200)
}

// standardError gives what the error of "(x) op (◊)" must be if the operator
// does not support its operands.
func standardError(got, template, value string) (string, string) {
	x, rest, _ := strings.Cut(strings.TrimPrefix(template, "("), ") ")
	if after, ok := strings.CutPrefix(template, "x = "); ok {
		x, rest, _ = strings.Cut(after, "; x ")
	}
	op, _, _ := strings.Cut(rest, " ")
	a, b := typeName(x), typeName(value)
	switch op {
	case "<", "<=", ">", ">=":
		return got, fmt.Sprintf("!TypeError: '%s' not supported between instances of '%s' and '%s'", op, a, b)
	case "**":
		op = "** or pow()"
	}
	return got, fmt.Sprintf("!TypeError: unsupported operand type(s) for %s: '%s' and '%s'", op, a, b)
}

func typeName(code string) string {
	m, errs := pysyntax.Parse("x.py", []byte(code))
	if errs != nil {
		return errs.Error()
	}
	v, err := (&evaluator{thread: new(starlark.Thread)}).expr(m.Body[0].(*pysyntax.ExprStmt).Value)
	if err != nil {
		return err.Error()
	}
	return pytypes.TypeName(v)
}

// outcome is what record.py records of a program.
func outcome(code string) string {
	m, errs := pysyntax.Parse("x.py", []byte(code))
	if errs != nil {
		return "!SyntaxError: " + errs.Error()
	}
	e := &evaluator{thread: new(starlark.Thread)}
	var results []string
	for _, stmt := range m.Body {
		v, err := e.stmt(stmt)
		if err != nil {
			results = append(results, failure(err))
			return escaped(results)
		}
		if v != nil {
			results = append(results, e.repr(v))
		}
	}
	if e.x != nil {
		results = append(results, e.repr(e.x))
	}
	return escaped(results)
}

func escaped(results []string) string {
	return strings.NewReplacer("\t", `\t`, "\n", `\n`).Replace(strings.Join(results, " ; "))
}

func failure(err error) string {
	if named, ok := err.(interface{ PyClass() string }); ok {
		return "!" + named.PyClass() + ": " + err.Error()
	}
	return "!" + fmt.Sprintf("%T: %v", err, err)
}

// An evaluator runs the few constructs that goldens are made of.
type evaluator struct {
	thread *starlark.Thread
	x      starlark.Value // the variable x
}

func (e *evaluator) repr(v starlark.Value) string {
	if s, ok := sortedSet(e.thread, v); ok {
		return s
	}
	s, err := pytypes.Repr(e.thread, v)
	if err != nil {
		return failure(err)
	}
	return s
}

// sortedSet is the repr of a set with its elements in the order of theirs.
func sortedSet(thread *starlark.Thread, v starlark.Value) (string, bool) {
	name := pytypes.TypeName(v)
	it, ok := v.(interface {
		Elements() iter.Seq[starlark.Value]
	})
	if name != "set" && name != "frozenset" || !ok || starlark.Len(v) == 0 {
		return "", false
	}
	var elems []string
	for e := range it.Elements() {
		s, err := pytypes.Repr(thread, e)
		if err != nil {
			return failure(err), true
		}
		elems = append(elems, s)
	}
	slices.Sort(elems)
	return name + "{" + strings.Join(elems, ", ") + "}", true
}

// stmt runs a statement and gives the value of an expression.
func (e *evaluator) stmt(s pysyntax.Stmt) (starlark.Value, error) {
	switch s := s.(type) {
	case *pysyntax.ExprStmt:
		return e.expr(s.Value)
	case *pysyntax.Assign:
		v, err := e.expr(s.Value)
		if err != nil {
			return nil, err
		}
		return nil, e.assign(s.Targets[0], v)
	case *pysyntax.AugAssign:
		x, err := e.expr(s.Target)
		if err != nil {
			return nil, err
		}
		y, err := e.expr(s.Value)
		if err != nil {
			return nil, err
		}
		v, err := pytypes.InPlace(e.thread, binaryOps[s.Op], x, y)
		if err != nil {
			return nil, err
		}
		return nil, e.assign(s.Target, v)
	case *pysyntax.Delete:
		target := s.Targets[0].(*pysyntax.Subscript)
		x, key, err := e.subscript(target)
		if err != nil {
			return nil, err
		}
		return nil, pytypes.DelItem(e.thread, x, key)
	}
	return nil, fmt.Errorf("statement %T", s)
}

func (e *evaluator) assign(target pysyntax.Expr, v starlark.Value) error {
	if s, ok := target.(*pysyntax.Subscript); ok {
		x, key, err := e.subscript(s)
		if err != nil {
			return err
		}
		return pytypes.SetItem(e.thread, x, key, v)
	}
	e.x = v
	return nil
}

func (e *evaluator) subscript(s *pysyntax.Subscript) (x, key starlark.Value, err error) {
	if x, err = e.expr(s.Value); err != nil {
		return nil, nil, err
	}
	key, err = e.expr(s.Slice)
	return x, key, err
}

var binaryOps = map[pysyntax.Operator]pytypes.Op{
	pysyntax.Add: pytypes.Add, pysyntax.Sub: pytypes.Sub, pysyntax.Mult: pytypes.Mul, pysyntax.MatMult: pytypes.MatMul,
	pysyntax.Div: pytypes.TrueDiv, pysyntax.Mod: pytypes.Mod, pysyntax.Pow: pytypes.Pow, pysyntax.LShift: pytypes.LShift,
	pysyntax.RShift: pytypes.RShift, pysyntax.BitOr: pytypes.Or, pysyntax.BitXor: pytypes.Xor, pysyntax.BitAnd: pytypes.And,
	pysyntax.FloorDiv: pytypes.FloorDiv,
}

var compareOps = map[pysyntax.CmpOperator]pytypes.Relation{
	pysyntax.Eq: pytypes.Eq, pysyntax.NotEq: pytypes.Ne, pysyntax.Lt: pytypes.Lt,
	pysyntax.LtE: pytypes.Le, pysyntax.Gt: pytypes.Gt, pysyntax.GtE: pytypes.Ge,
}

func (e *evaluator) expr(x pysyntax.Expr) (starlark.Value, error) {
	switch x := x.(type) {
	case *pysyntax.Constant:
		return constant(x), nil
	case *pysyntax.Name:
		return e.name(x.ID)
	case *pysyntax.BinOp:
		return e.binary(x)
	case *pysyntax.UnaryOp:
		return e.unary(x)
	case *pysyntax.BoolOp:
		return e.boolOp(x)
	case *pysyntax.IfExp:
		test, err := e.truth(x.Test)
		if err != nil || test {
			return e.orError(x.Body, err)
		}
		return e.expr(x.Orelse)
	case *pysyntax.Compare:
		return e.compare(x)
	case *pysyntax.Call:
		return e.call(x)
	case *pysyntax.Subscript:
		return e.item(x)
	case *pysyntax.Slice:
		parts := [3]starlark.Value{starlark.None, starlark.None, starlark.None}
		for i, p := range []pysyntax.Expr{x.Lower, x.Upper, x.Step} {
			if p != nil {
				var err error
				if parts[i], err = e.expr(p); err != nil {
					return nil, err
				}
			}
		}
		return pytypes.NewSlice(parts[0], parts[1], parts[2]), nil
	case *pysyntax.Attribute:
		return e.attribute(x)
	case *pysyntax.Dict:
		return e.dict(x)
	case *pysyntax.List:
		elems, err := e.exprs(x.Elts)
		return starlark.NewList(elems), err
	case *pysyntax.Tuple:
		elems, err := e.exprs(x.Elts)
		return starlark.Tuple(elems), err
	case *pysyntax.Set:
		elems, err := e.exprs(x.Elts)
		if err != nil {
			return nil, err
		}
		return e.newOf("set", starlark.NewList(elems))
	}
	return nil, fmt.Errorf("expression %T", x)
}

func (e *evaluator) orError(x pysyntax.Expr, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return e.expr(x)
}

func constant(c *pysyntax.Constant) starlark.Value {
	switch v := c.Value.(type) {
	case nil:
		return starlark.None
	case bool:
		return starlark.Bool(v)
	case float64:
		return starlark.Float(v)
	case string:
		return starlark.String(v)
	case pysyntax.Bytes:
		return starlark.Bytes(v)
	case pysyntax.Ellipsis:
		return pytypes.Ellipsis
	}
	i, _ := c.Int()
	return starlark.MakeBigInt(i)
}

var (
	functions = pytypes.Functions()
	types     = func() map[string]*typeValue {
		all := make(map[string]*typeValue)
		for _, t := range pytypes.Types() {
			all[t.Name] = &typeValue{t}
		}
		return all
	}()
)

// A typeValue is a type as a value: called, it makes an instance.
type typeValue struct{ *pytypes.Type }

func (t *typeValue) String() string        { return "<class '" + t.Type.Name + "'>" }
func (t *typeValue) Name() string          { return t.Type.Name }
func (t *typeValue) PyType() string        { return "type" }
func (t *typeValue) Freeze()               {}
func (t *typeValue) Truth() starlark.Bool  { return true }
func (t *typeValue) Hash() (uint32, error) { return 1, nil }
func (t *typeValue) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return t.New(thread, args, kwargs)
}

// typed makes a typeValue a starlark.Value, whose Type is a method.
type typed struct{ *typeValue }

func (t typed) Type() string { return "type" }

func (e *evaluator) name(name string) (starlark.Value, error) {
	switch name {
	case "x":
		return e.x, nil
	case "NotImplemented":
		return pytypes.NotImplemented, nil
	}
	if f, ok := functions[name]; ok {
		return f, nil
	}
	if t, ok := types[name]; ok {
		return typed{t}, nil
	}
	return nil, fmt.Errorf("name %s", name)
}

func (e *evaluator) newOf(name string, args ...starlark.Value) (starlark.Value, error) {
	return types[name].New(e.thread, args, nil)
}

func (e *evaluator) exprs(list []pysyntax.Expr) ([]starlark.Value, error) {
	var values []starlark.Value
	for _, x := range list {
		if s, ok := x.(*pysyntax.Starred); ok {
			v, err := e.expr(s.Value)
			if err != nil {
				return nil, err
			}
			l, err := e.newOf("tuple", v)
			if err != nil {
				return nil, err
			}
			values = append(values, l.(starlark.Tuple)...)
			continue
		}
		v, err := e.expr(x)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func (e *evaluator) binary(x *pysyntax.BinOp) (starlark.Value, error) {
	both, err := e.exprs([]pysyntax.Expr{x.Left, x.Right})
	if err != nil {
		return nil, err
	}
	return pytypes.Binary(e.thread, binaryOps[x.Op], both[0], both[1])
}

func (e *evaluator) unary(x *pysyntax.UnaryOp) (starlark.Value, error) {
	if x.Op == pysyntax.Not {
		truth, err := e.truth(x.Operand)
		return starlark.Bool(!truth), err
	}
	v, err := e.expr(x.Operand)
	if err != nil {
		return nil, err
	}
	op := map[pysyntax.UnaryOperator]pytypes.UnaryOp{pysyntax.Invert: pytypes.Invert, pysyntax.UAdd: pytypes.Pos, pysyntax.USub: pytypes.Neg}[x.Op]
	return pytypes.Unary(e.thread, op, v)
}

func (e *evaluator) truth(x pysyntax.Expr) (bool, error) {
	v, err := e.expr(x)
	if err != nil {
		return false, err
	}
	return pytypes.Truth(e.thread, v)
}

func (e *evaluator) boolOp(x *pysyntax.BoolOp) (v starlark.Value, err error) {
	for _, part := range x.Values {
		if v, err = e.expr(part); err != nil {
			return nil, err
		}
		truth, err := pytypes.Truth(e.thread, v)
		if err != nil || truth == (x.Op == pysyntax.Or) {
			return v, err
		}
	}
	return v, nil
}

func (e *evaluator) compare(x *pysyntax.Compare) (starlark.Value, error) {
	left, err := e.expr(x.Left)
	if err != nil {
		return nil, err
	}
	var v starlark.Value
	for i, op := range x.Ops {
		right, err := e.expr(x.Comparators[i])
		if err != nil {
			return nil, err
		}
		switch op {
		case pysyntax.In, pysyntax.NotIn:
			in, err := pytypes.Contains(e.thread, right, left)
			if err != nil {
				return nil, err
			}
			v = starlark.Bool(in == (op == pysyntax.In))
		case pysyntax.Is, pysyntax.IsNot:
			v = starlark.Bool(pytypes.Is(left, right) == (op == pysyntax.Is))
		default:
			if v, err = pytypes.Compare(e.thread, compareOps[op], left, right); err != nil {
				return nil, err
			}
			if v2, err2 := pytypes.Equal(e.thread, left, right); op == pysyntax.Eq && (err2 != nil || starlark.Bool(v2) != v) {
				return nil, fmt.Errorf("Compare says %v, Equal %v, %v", v, v2, err2)
			}
		}
		if !v.Truth() {
			break
		}
		left = right
	}
	return v, nil
}

func (e *evaluator) item(x *pysyntax.Subscript) (starlark.Value, error) {
	v, key, err := e.subscript(x)
	if err != nil {
		return nil, err
	}
	if s, ok := key.(*pytypes.Slice); ok {
		return pytypes.GetSlice(e.thread, v, s.Start, s.Stop, s.Step)
	}
	return pytypes.Item(e.thread, v, key)
}

func (e *evaluator) dict(x *pysyntax.Dict) (starlark.Value, error) {
	d := new(starlark.Dict)
	for i := range x.Keys {
		both, err := e.exprs([]pysyntax.Expr{x.Keys[i], x.Values[i]})
		if err != nil {
			return nil, err
		}
		if err := pytypes.SetItem(e.thread, d, both[0], both[1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (e *evaluator) attribute(x *pysyntax.Attribute) (starlark.Value, error) {
	if name, ok := x.Value.(*pysyntax.Name); ok {
		if t := types[name.ID]; t != nil {
			if f := t.ClassMethods[x.Attr.Name]; f != nil {
				return starlark.NewBuiltin(x.Attr.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
					return f(t, args, kwargs)
				}), nil
			}
			m := t.Methods[x.Attr.Name]
			return starlark.NewBuiltin(x.Attr.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				return m(t, args[0], args[1:], kwargs)
			}), nil
		}
	}
	v, err := e.expr(x.Value)
	if err != nil {
		return nil, err
	}
	if m := pytypes.MethodOf(v, x.Attr.Name); m != nil {
		return starlark.NewBuiltin(x.Attr.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return m(t, v, args, kwargs)
		}), nil
	}
	if h, ok := v.(starlark.HasAttrs); ok {
		if a, err := h.Attr(x.Attr.Name); a != nil || err != nil {
			return a, err
		}
	}
	return nil, fmt.Errorf("attribute %s of %s", x.Attr.Name, v.Type())
}

func (e *evaluator) call(x *pysyntax.Call) (starlark.Value, error) {
	fn, err := e.expr(x.Func)
	if err != nil {
		return nil, err
	}
	args, err := e.exprs(x.Args)
	if err != nil {
		return nil, err
	}
	var kwargs []starlark.Tuple
	for _, k := range x.Keywords {
		v, err := e.expr(k.Value)
		if err != nil {
			return nil, err
		}
		if k.Arg.Name == "" {
			kwargs = append(kwargs, v.(*starlark.Dict).Items()...)
			continue
		}
		kwargs = append(kwargs, starlark.Tuple{starlark.String(k.Arg.Name), v})
	}
	v, err := fn.(starlark.Callable).CallInternal(e.thread, args, kwargs)
	if err == nil && v == nil {
		err = fmt.Errorf("no value")
	}
	return v, err
}
