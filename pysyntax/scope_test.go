package pysyntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUndefined looks for the names with "undefined" in them: those and no
// others must be found, and as local where they have "local" in them.
func TestUndefined(t *testing.T) {
	tests := []struct{ name, src string }{
		{"module", "import a.b, c as d\nfrom e import f, g as h\na, d, f, h\nb_undefined, c_undefined\n"},
		{"order does not matter", "def f(): return x\nx = 1\n"},
		{"function", "def f(a, /, b, *c, d=1, **e):\n x = a, b, c, d, e\n return x\nx_undefined\n"},
		{"defaults are outside", "def f(a, b=a_undefined): pass\n"},
		{"annotations", "def f(a: A_undefined) -> B_undefined: pass\n"},
		{"class scope is hidden", "class A:\n x = 1\n y = x\n def f(self): return x_undefined, A, __class__\n"},
		{"class and comprehension", "class A:\n x = 1\n y = [x_undefined for _ in x]\n z = [i for i in x]\n"},
		{"class names", "class A:\n n = __qualname__, __module__\n__qualname___undefined\n"},
		{"comprehension", "[i for i in (1,)]\n[i for i in (1,) for j in i if j]\n{k: v for k, v in ()}\ni_undefined\n"},
		{"first iterable is outside", "[i for i in i_undefined]\n"},
		{"walrus", "[y := i for i in ()]\ny\nif (z := 1): z\ndef f():\n [w := i for i in ()]\n return w\nw_undefined\n"},
		{"lambda", "f = lambda x, *y, z=1: (x, y, z)\nx_undefined\n"},
		{"global", "def f():\n global x\n x = 1\ndef g(): return x\n"},
		{"global that nothing assigns", "def f():\n global x_undefined\n return x_undefined\n"},
		{"nonlocal", "def f():\n x = 1\n def g():\n  nonlocal x\n  x += 1\n  return x\n return g\n"},
		{"except", "try: pass\nexcept E_undefined as e: e\ne\n"},
		{"with and for", "with open_undefined() as (a, [*b]), c_undefined as a.x: a, b\nfor i, a[0] in (): i\nelse: i\n"},
		{"match", "match v_undefined:\n case {'a': a, **b}: a, b\n case [c, *d] | C_undefined(c, x=d): c, d\n case _: pass\n"},
		{"del", "x = 1\ndel x\ndel y_undefined\n"},
		{"star import", "from m import *\nanything\ndef f(): return anything\n"},
		{"annotation only", "x_undefined: int_undefined\nprint_undefined(x_undefined)\n"},
		{"generic", "class A[T]:\n def f[U](self, a: T) -> U: return T, U\ntype X[V] = list_undefined[V]\nX, T_undefined\n"},
		{"bad statement", "x = = y\nx, y, z_undefined\ndef f(a b):\n a, b, c_undefined\n"},
		{"bad definition", "@d\ndef f(x y):\n z = 1\n return x, y, z, w_undefined\nf()\nz_undefined\n"},
		{"bad class", "class A(x y):\n z = 1\n def f(self): return z_undefined\nA\n"},
		{"attributes and keywords", "x = 1\nx.y(z=x).w\n"},
		{"f-string", "x = 1\nf'{x} {y_undefined!r:{w_undefined}}'\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, _ := Parse("x.py", []byte(test.src))
			var want, got []string
			Inspect(m, func(n Node) bool {
				if name, ok := n.(*Name); ok && strings.Contains(name.ID, "undefined") && name.Ctx != Store {
					want = append(want, fmt.Sprint(name.ID, name.From))
				}
				return true
			})
			for _, u := range (Resolver{}).Undefined(m) {
				got = append(got, fmt.Sprint(u.Name.ID, u.Name.From))
			}
			require.ElementsMatch(t, want, got)
		})
	}
}

// TestUndefinedLocal has a name that is local to a function by accident.
func TestUndefinedLocal(t *testing.T) {
	m, errs := Parse("x.py", []byte("count = 0\ndef rule():\n\tcount += 1\n\tdel other\n\treturn count\n"))
	require.Empty(t, errs)
	var got []string
	for _, u := range (Resolver{}).Undefined(m) {
		require.True(t, u.Local)
		got = append(got, fmt.Sprint(u.Name.ID, u.Name.From.Line))
	}
	require.Equal(t, []string{"count3", "other4", "count5"}, got)
}

func TestLoadBinds(t *testing.T) {
	m, errs := Parse("x.star", []byte("load('m', 'a', b = 'c')\nprint(a, b, c)\n"))
	require.Empty(t, errs)
	r := Resolver{Known: func(name string) bool { return name == "print" }, LoadBinds: true}
	list := r.Undefined(m)
	require.Len(t, list, 1)
	require.Equal(t, "c", list[0].Name.ID)
	require.Equal(t, []string{"a", "b"}, list[0].Visible())
	require.Equal(t, []string{"a", "b"}, r.Globals(m))

	r.LoadBinds = false
	require.Len(t, r.Undefined(m), 4)
	require.Empty(t, r.Globals(m))
}

func TestGlobals(t *testing.T) {
	m, errs := Parse("x.py", []byte("import a.b\nx, (y, *z) = 1\ndef f():\n global g\n g = 1\n local = 2\nclass C: attr = 1\nfor i in (): pass\nu += 1\n"))
	require.Empty(t, errs)
	require.Equal(t, []string{"C", "a", "f", "g", "i", "x", "y", "z"}, Resolver{}.Globals(m))
}

func TestVisible(t *testing.T) {
	m, _ := Parse("x.py", []byte("import sys\nclass C:\n attr = 1\n def f(self, event):\n  return evnt\n"))
	list := Resolver{}.Undefined(m)
	require.Len(t, list, 1)
	require.Equal(t, []string{"C", "event", "self", "sys"}, list[0].Visible())
}
