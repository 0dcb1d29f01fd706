package guard_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// The tests in this file hold guarded programs to plain ones: the same value,
// the same changes of the operands, the same error at the same place.

// operands are expressions of all types, for all pairs of them.
var operands = []string{
	`None`, `True`, `0`, `1`, `-3`, `70`, `1 << 70`, `1.5`, `float("nan")`, `1e300`,
	`""`, `"abc"`, `"a%sb%d"`, `"%(a)s"`, `"x y  z"`, `b"xy"`, `"b"`,
	`[]`, `[1, 2]`, `["b", "a"]`, `[[1], {}]`, `()`, `(1,)`, `(1, "a")`, `((1, 2), (3,))`,
	`{}`, `{"a": 1, "b": [2]}`, `{(1,): 2}`, `set()`, `set([1, 2])`, `set([(1,), "a"])`,
	`range(3)`, `"abc".elems()`, `len`, `stream()`, `record()`,
}

// fresh makes new values of the operands.
func fresh(t testing.TB, exprs ...string) func(i int) starlark.Value {
	var src strings.Builder
	src.WriteString("makers = [\n")
	for _, x := range exprs {
		fmt.Fprintf(&src, "lambda: %s,\n", x)
	}
	src.WriteString("]\n")
	makers := plain.function(t, src.String(), "makers").(*starlark.List)
	thread := new(starlark.Thread)
	return func(i int) starlark.Value {
		v, err := starlark.Call(thread, makers.Index(i), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A comparison compares one function, compiled in both dialects.
type comparison struct {
	t              *testing.T
	src            string
	plain, guarded starlark.Value
	threads        [2]*starlark.Thread
	meter          guard.Meter
	calls, bad     int
	anyColumn      bool // of places only the lines are compared
}

func compare(t *testing.T, src string) *comparison {
	return &comparison{
		t: t, src: src,
		plain: plain.function(t, src, "f"), guarded: guarded.function(t, src, "f"),
		threads: [2]*starlark.Thread{new(starlark.Thread), new(starlark.Thread)},
	}
}

func (c *comparison) call(args func() starlark.Tuple) {
	if c.calls++; c.bad > 3 || raceEnabled && c.calls%8 != 0 {
		return
	}
	c.meter.Begin(c.threads[1], nil, nil)
	defer c.meter.End()
	got := outcome(c.threads[1], c.guarded, args())
	want, ok := c.plainOutcome(args())
	if c.anyColumn {
		got, want = column.ReplaceAllString(got, ""), column.ReplaceAllString(want, "")
	}
	if ok && got != want {
		c.bad++
		c.t.Errorf("%s\nof %v gives\n%s\nwant\n%s", c.src, args(), got, want)
	}
}

var column = regexp.MustCompile(`(?m):\d+: in \w+$`)

// plainOutcome is that of the interpreter itself, unless it panics.
func (c *comparison) plainOutcome(args starlark.Tuple) (s string, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ok = false
		}
	}()
	return outcome(c.threads[0], c.plain, args), true
}

// pairs calls the function with all pairs of operands.
func (c *comparison) pairs(xs, ys func(int) starlark.Value, n, m int) {
	for i := range n {
		for j := range m {
			c.call(func() starlark.Tuple { return starlark.Tuple{xs(i), ys(j)} })
		}
	}
}

func TestOperators(t *testing.T) {
	value := fresh(t, operands...)
	for _, op := range strings.Fields("+ - * / // % & | ^ << >> == != < <= > >= in") {
		t.Run(op, func(t *testing.T) {
			compare(t, "def f(x, y):\n  return x  "+op+" y\n").pairs(value, value, len(operands), len(operands))
		})
	}
	compare(t, "def f(x, y):\n  return x not in y\n").pairs(value, value, len(operands), len(operands))
	compare(t, "def f(x, y):\n  if x not in y and not x in y or y in x:\n    return 1\n").pairs(value, value, len(operands), len(operands))
}

func TestAugmentedAssignments(t *testing.T) {
	value := fresh(t, operands...)
	targets := []string{
		"def f(x, y):\n  old = x\n  x OP y\n  return x, old\n",
		"def f(x, y):\n  n = []\n  d = {\"k\": x}\n  def k():\n    n.append(1)\n    return \"k\"\n  (d[k()]) OP y\n  return d, n\n",
		"def f(x, y):\n  r = record()\n  r.x = x\n  r.x OP y\n  return r.x\n",
	}
	for _, op := range strings.Fields("+= -= *= /= //= %= &= |= ^= <<= >>=") {
		t.Run(op, func(t *testing.T) {
			for _, target := range targets {
				compare(t, strings.ReplaceAll(target, "OP", op)).pairs(value, value, len(operands), len(operands))
			}
		})
	}
}

// TestLiterals has operators with a literal on one side, most of which are not
// rewritten.
func TestLiterals(t *testing.T) {
	value := fresh(t, operands...)
	literals := append([]string{"(1, 2)", "[1, \"a\"]", "-1", "(not 0)", "len(\"abc\")", "\"%s\" % 1", "\"a\".join([])"}, operands[:17]...)
	for _, op := range strings.Fields("+ - * % & | ^ << == != < in") {
		for _, lit := range literals {
			for _, form := range []string{"x OP LIT", "LIT OP x", "(x) OP (LIT)"} {
				expr := strings.NewReplacer("OP", op, "LIT", lit).Replace(form)
				c := compare(t, "def f(x):\n  return "+expr+"\n")
				for i := range operands {
					c.call(func() starlark.Tuple { return starlark.Tuple{value(i)} })
				}
			}
		}
	}
	for _, op := range strings.Fields("+= -= *= %= |=") {
		for _, lit := range literals {
			c := compare(t, "def f(x):\n  y = x\n  x "+op+" "+lit+"\n  return x, y\n")
			for i := range operands {
				c.call(func() starlark.Tuple { return starlark.Tuple{value(i)} })
			}
		}
	}
}

// methodsOf are all methods, by the receiver.
var methodsOf = map[string]string{
	`"a b%{}c"`:           "capitalize codepoint_ords codepoints count elem_ords elems endswith find format index isalnum isalpha isdigit islower isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit rstrip split splitlines startswith strip title upper nosuch joyn",
	`b"ab"`:               "elems join",
	`[1, 2, "a", [1]]`:    "append clear extend index insert pop remove",
	`{"a": 1, (1,): 2}`:   "clear get items keys pop popitem setdefault update values gett",
	`set([1, "a", (1,)])`: "add clear difference discard intersection issubset issuperset pop remove symmetric_difference union update",
	`record()`:            "get join count items lower n nosuch",
	`None`:                "get lower items",
	`7`:                   "join",
}

// arguments are the operands of methods and functions.
var arguments = []string{
	`None`, `0`, `1`, `-1`, `1 << 40`, `1.5`, `""`, `"a"`, `"a b"`, `("a", "x")`, `[1, 2]`, `["a", "b"]`, `[[1], "a"]`, `{"a": 2}`,
	`{(1,): [2]}`, `set([1, (1,)])`, `(1,)`, `[("k", 1), ["l", 2]]`, `[((1,), 1)]`, `stream()`, `"ab".elems()`, `range(2)`, `len`,
}

func TestMethods(t *testing.T) {
	argument := fresh(t, arguments...)
	for recv, names := range methodsOf {
		receiver := fresh(t, recv)
		for _, name := range strings.Fields(names) {
			t.Run(recv+"."+name, func(t *testing.T) {
				for _, call := range []string{"f(x): return x.M()", "f(x): return x . M ( )", "f(x): return x.M"} {
					c := compare(t, "def "+strings.ReplaceAll(call, "M", name)+"\n")
					c.call(func() starlark.Tuple { return starlark.Tuple{receiver(0)} })
				}
				calls := []string{
					"f(x, a, b): return x.M(a)", "f(x, a, b): return x.M( a, b )", "f(x, a, b): return x.M([a][0], *[b])",
					"f(x, a, b): return x.M(*[a, b])", "f(x, a, b): return x.M(a=a, **{\"b\": b})", "f(x, a, b): return x.M(a, b=b)",
					"f(x, a, b):\n  m = x.M\n  return m(a, b)", "f(x, a, b): return getattr(x, \"M\", None)(a)",
					"f(x, a, b): return x.M(a, 0, b)",
				}
				for _, call := range calls {
					c := compare(t, "def "+strings.ReplaceAll(call, "M", name)+"\n")
					for i := range arguments {
						for j := range arguments {
							if strings.Contains(call, "b") && (i+j)%7 == 0 || j == 0 {
								c.call(func() starlark.Tuple { return starlark.Tuple{receiver(0), argument(i), argument(j)} })
							}
						}
					}
				}
			})
		}
	}
}

// TestAttributeErrors has the one difference in the place of an error: that of
// a type of the host's own, for a method that has a name of a method of
// Starlark's, is at the parenthesis and not at the dot, so that its cause is
// kept.
func TestAttributeErrors(t *testing.T) {
	record := fresh(t, "record()")
	for d, want := range map[dialect]string{
		plain:   "strip is broken\n\ttest.star:1:19: in f",
		guarded: "strip is broken\n\ttest.star:1:25: in f",
	} {
		fn := d.function(t, "def f(x): return x.strip()\n", "f")
		require.Equal(t, want, outcome(new(starlark.Thread), fn, starlark.Tuple{record(0)}))
	}
}

func TestFunctions(t *testing.T) {
	argument := fresh(t, append(arguments, operands...)...)
	n := len(arguments) + len(operands)
	names := strings.Fields("abs any all bool bytes chr dict dir enumerate fail float getattr hasattr hash int len list max min ord range repr reversed set sorted str tuple type zip")
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c := compare(t, "def f(): return "+name+"()\n")
			c.call(func() starlark.Tuple { return starlark.Tuple{} })
			for _, args := range []string{"x", "x, y", "x, y, 1", "x, key=y", "x, reverse=True", "x, base=y", "x, a=y", "*x", "**x", "x, key=lambda v: str(v)", "sep=x", "x=x"} {
				if name == "set" && args == "**x" {
					continue
				}
				c := compare(t, "def f(x, y): return "+name+"("+args+")\n")
				for i := range n {
					for j := range n {
						if strings.Contains(args, "y") && (i+j)%13 == 0 || j == 0 {
							c.call(func() starlark.Tuple { return starlark.Tuple{argument(i), argument(j)} })
						}
					}
				}
			}
		})
	}
}

func TestPrint(t *testing.T) {
	for _, d := range []dialect{plain, guarded} {
		var out strings.Builder
		thread := &starlark.Thread{Print: func(th *starlark.Thread, s string) { fmt.Fprintln(&out, th.CallFrame(1).Pos, s) }}
		_, err := d.run(thread, "print(1, \"a\", b\"b\", [b\"c\"], sep=\"-\")\nprint()\n")
		require.NoError(t, err)
		require.Equal(t, "test.star:1:6 1-a-b-[b\"c\"]\ntest.star:2:6 \n", out.String())
	}
}

func TestSlices(t *testing.T) {
	value := fresh(t, operands...)
	bounds := []string{"", "0", "1", "-1", "5", "-5", "None", "True", "\"a\"", "1 << 40", "1 << 80"}
	for _, lo := range bounds {
		for _, hi := range bounds {
			for _, step := range []string{"", "1", "2", "-1", "-2", "0", "None", "1.5", "1 << 40"} {
				// The interpreter gives the column of the last operand.
				c := compare(t, fmt.Sprintf("def f(x): return x[%s:%s:%s]\n", lo, hi, step))
				c.anyColumn = true
				for i := range operands {
					c.call(func() starlark.Tuple { return starlark.Tuple{value(i)} })
				}
			}
		}
	}
}

func TestKeys(t *testing.T) {
	value := fresh(t, operands...)
	for _, body := range []string{
		"return x[y]", "x[y] = 1\n  return x", "return {y: x}", "return {y: x, x: y}", "return {k: x for k in [y]}",
		"x[y] += 1\n  return x", "x[y], x[y] = 1, 2\n  return x", "for x[y] in [1, 2]:\n    pass\n  return x",
		"return x[y + 1]", "return x[-1], y", "return [x[i] for i, x[y] in [(1, 2)]]",
	} {
		compare(t, "def f(x, y):\n  "+body+"\n").pairs(value, value, len(operands), len(operands))
	}
}

func TestCalls(t *testing.T) {
	value := fresh(t, operands...)
	for _, body := range []string{
		"return g(*x)", "return g(**x)", "return g(1, *x, **y)", "return g(*(x, y))", "return g(**{\"a\": x})", "return g(k=x, **y)",
		"return (lambda *a: a)(*x)", "return x()", "return x(*y)", "a, b = x\n  return a, b, y", "return [v for v in x]",
		"for v in x:\n    x += [v]", "for v in x:\n    x |= y", "for v in x:\n    x.remove(v)", "for v in x:\n    x.extend(y)",
		"return [x.lower for i in range(2)] + [y]",
	} {
		compare(t, "def g(*args, **kwargs):\n  return args, kwargs\ndef f(x, y):\n  "+body+"\n").pairs(value, value, len(operands), len(operands))
	}
}

// TestResolveErrors has mistakes that the resolver reports at the start of an
// expression, which may have been rewritten.
func TestResolveErrors(t *testing.T) {
	for _, src := range []string{
		"x = f(a = 1, b % c)", "x = f(*a, b.lower())", "x = f(**a, b[1:])", "x = f(**a, *b)", "x = f(a = 1, b == c)",
		"x = f(a = 1, b.get)", "def f(a = b + c, d): pass", "x + 1 = y", "(x, y) += z", "x.lower() = y", "a = 1\na = b", "[x, y] -= z",
		"x = y if z", "break", "return x + y", "len += x",
	} {
		_, _, want := plain.compile(src)
		require.Error(t, want, src)
		_, _, got := guarded.compile(src)
		require.EqualError(t, got, want.Error(), src)
	}
}

// TestFormats has all conversions of all values.
func TestFormats(t *testing.T) {
	value := fresh(t, append(operands, `(1, "a")`, `("x", 2.5)`, `({"a": 1},)`, `("é",)`, `(65,)`, `(1 << 80, 0)`, `(-1,)`, `("",)`, `{"a b": "c"}`)...)
	var formats []string
	for _, c := range "sdrioxXeEfFgGcq%" {
		formats = append(formats, "%"+string(c), "a%"+string(c)+"b%%%r", "%(a)"+string(c), "%(a b)"+string(c)+"%%")
	}
	formats = append(formats, "", "%", "%(a", "%(b)s", "%%", "a%sb%sc", "é%sé")
	for _, format := range formats {
		c := compare(t, fmt.Sprintf("def f(x): return %q %% x\n", format))
		for i := range len(operands) + 9 {
			c.call(func() starlark.Tuple { return starlark.Tuple{value(i)} })
		}
	}
	for _, format := range []string{
		"", "{}", "{}{}", "{0}{1}{0}", "{}{0}", "{0}{}", "{a}{b}", "{2}", "{c}", "{", "}", "{{", "}}", "{{}}", "a}}b", "a}b", "{!r}", "{0!s}",
		"{a!r:}", "{!x}", "{:>5}", "{a.b}", "{a[0]}", "{{{}}}", "{a{b}}", "{99999999999999999999}", "{a!}", "{ 0}", "é{}é",
	} {
		c := compare(t, fmt.Sprintf("def f(x, y): return %q.format(x, y, a = y, b = x)\n", format))
		c.pairs(value, value, len(operands), 5)
		c = compare(t, fmt.Sprintf("def f(x, y): return %q.format(a = x, **{\"a\": y, \"b\": 1})\n", format))
		c.pairs(value, value, 3, 3)
	}
}

// TestLong has the methods of strings and lists that are long enough to be
// checked.
func TestLong(t *testing.T) {
	receivers := []string{
		`"a, b\n" * 200`, `"xX" * 300 + "yY"`, `" " * 500`, `"é世" * 300`, `"é"[:1] + "é" * 300`, `"\n" * 300`, `"".join([chr(i) for i in range(32, 1000)])`,
	}
	receiver := fresh(t, receivers...)
	args := []string{"", `","`, `"é"`, `None, 3`, `", ", 2`, `"a", "bb"`, `"", "-"`, `"a", "", 5`, `True`, `"".join([chr(i) for i in range(1000)])`, `"xX" * 200`, `("q" * 300, "xX" * 150)`, `"X", 100`, `"X", -1`, `"\n"`}
	for _, name := range strings.Fields(methodsOf[`"a b%{}c"`]) {
		for _, args := range args {
			c := compare(t, "def f(x): return x."+name+"("+args+")\n")
			for i := range receivers {
				c.call(func() starlark.Tuple { return starlark.Tuple{receiver(i)} })
			}
		}
	}
	for _, body := range []string{
		"str(x)", "repr([x])", "hash(x)", "bytes(x)", "str(bytes(x))", "x + x", "x * 3", "x[::-1]", "x[1:]", "x[::2]", "bytes(x)[::-3]", "[x] < [x + \"a\"]",
		"[x, x] == [x, x + \"\"]", "(x,) in [(x + \"\",)]", "list(x.elems())", "tuple(x.codepoints())", "sorted(x.elems())[:10]", "max(x.codepoints())",
		"set(x.elems())", "dict(zip(x.elems(), x.codepoints()))", "enumerate(x.codepoints())", "reversed(x.elem_ords())", "bytes(x.elem_ords())", "bytes(x.codepoint_ords())",
		"any(x.elem_ords())", "all(x.elem_ords())", "min(x.elem_ords(), x.elem_ords(), key = lambda e: len(list(e)))", "sum(x.elem_ords())", "{c: 1 for c in x.elems()} | {x: 1}",
		"set(x.elems()) & set([\"a\", x])", "set(x.elems()) <= set(x.elems())", "{x: 1} == {x: 1}", "x.split(\"a\").index(x)", "list(x.elems()).remove(\"X\")",
		"[].extend(x.elems())", "float(x)", "int(x)", "\"%s\" % x", "\"{}\".format(x)", "x in x + x", "x.join(list(x.elems())[:5])",
	} {
		c := compare(t, "def f(x): return "+body+"\n")
		for i := range receivers {
			c.call(func() starlark.Tuple { return starlark.Tuple{receiver(i)} })
		}
	}
}

// TestOtherLists is about a type that claims to be a list but is not
// Starlark's, on whose comparison with a list the interpreter panics.
func TestOtherLists(t *testing.T) {
	globals, err := guarded.run(new(starlark.Thread), `
x = [
    [1, 2] == claimed(1, 2), [1] == claimed(2), claimed(1) == [1], [1] != claimed(1), [0] < claimed(1), [2] >= claimed(1),
    [1] in [claimed(1)], claimed(1) in [[1]], [[1]] == [claimed(1)], [[[1]]].index([claimed(1)]), sorted([[2], claimed(1)]),
    {1: [1]} == {1: claimed(1)}, (1, [2]) == (1, claimed(2)), [1] == 1, [1] == (1,), {} == claimed(),
]
`)
	require.NoError(t, err)
	require.Equal(t, "[True, False, True, False, True, True, True, True, True, 0, [(1,), [2]], True, True, False, False, False]", globals["x"].String())
	_, err = guarded.run(new(starlark.Thread), "x = {} < mapped()\n")
	require.ErrorContains(t, err, "dict < dict not implemented")
	globals, err = guarded.run(new(starlark.Thread), "x = [{} == mapped(), {} != mapped()]\n")
	require.NoError(t, err)
	require.Equal(t, "[False, True]", globals["x"].String())
}
