package guard_test

import (
	"strings"
	"testing"

	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// costs are expressions over a, b = 1, 2; s, u = "abc…", "xyz"; l, t, d a
// list, a tuple and a dictionary of a few elements; e a foreign object.
var costs = []struct{ name, expr string }{
	{"Nothing", "a"},
	{"Add", "a + b"},
	{"AddOne", "a + 1"},
	{"Subtract", "a - b"},
	{"Concat", "s + u"},
	{"Equal", "s == u"},
	{"EqualLists", "l == l"},
	{"EqualLiteral", "s == \"x\""},
	{"Less", "a < b"},
	{"InList", "s in l"},
	{"InTuple", "s in t"},
	{"InDict", "s in d"},
	{"LiteralIn", "\"x\" in d"},
	{"InLiteral", "s in (\"x\", \"y\")"},
	{"Index", "l[a]"},
	{"Key", "d[s]"},
	{"LiteralKey", "d[\"abc\"]"},
	{"TupleKey", "d.get((a, s))"},
	{"Get", "d.get(s)"},
	{"GetLiteral", "d.get(\"abc\")"},
	{"ForeignGet", "e.get(s)"},
	{"ForeignItems", "e.items(s)"},
	{"Items", "d.items()"},
	{"Lower", "s.lower()"},
	{"Startswith", "s.startswith(u)"},
	{"Split", "s.split(u)"},
	{"Join", "u.join(l)"},
	{"JoinCall", "u.join([x for x in l])"},
	{"Replace", "s.replace(u, s)"},
	{"Format", "\"{} by {}\".format(s, a)"},
	{"Percent", "\"%s by %d\" % (s, a)"},
	{"Slice", "s[a:]"},
	{"ShortSlice", "s[:2]"},
	{"Str", "str(a)"},
	{"Len", "len(s)"},
	{"List", "list(l)"},
	{"Sorted", "sorted(l)"},
	{"Any", "any(l)"},
}

func BenchmarkCost(b *testing.B) {
	for _, c := range costs {
		for _, d := range []dialect{plain, guarded} {
			name := "plain"
			if d.guarded {
				name = "guarded"
			}
			b.Run(c.name+"/"+name, func(b *testing.B) { benchmark(b, d, c.expr) })
		}
	}
}

// benchmark evaluates an expression a hundred times per iteration, and
// reports the time of one evaluation.
func benchmark(b *testing.B, d dialect, expr string) {
	const n = 100
	src := "def f(a, b, s, u, l, t, d, e):\n" + strings.Repeat("  "+expr+"\n", n)
	fn := d.function(b, src, "f")
	args := starlark.Tuple{starlark.MakeInt(1), starlark.MakeInt(2)}
	makeArg := fresh(b, `"abc,xyz,abc"`, `"xyz"`, `["x", "y", "abc,xyz,abc"]`, `("x", "y", "abc,xyz,abc")`, `{"abc": 1, "abc,xyz,abc": 2}`, `record()`)
	for i := range 6 {
		args = append(args, makeArg(i))
	}
	thread := new(starlark.Thread)
	var m guard.Meter
	b.ReportAllocs()
	for b.Loop() {
		m.Begin(thread, nil, nil)
		if _, err := starlark.Call(thread, fn, args, nil); err != nil {
			b.Fatal(err)
		}
		m.End()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/expr")
}

// BenchmarkCall is the cost of a call of an empty function with and without
// a meter.
func BenchmarkCall(b *testing.B) {
	fn := plain.function(b, "def f():\n  pass\n", "f")
	thread := new(starlark.Thread)
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := starlark.Call(thread, fn, nil, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("metered", func(b *testing.B) {
		var m guard.Meter
		b.ReportAllocs()
		for b.Loop() {
			m.Begin(thread, nil, b.Context())
			if _, err := starlark.Call(thread, fn, nil, nil); err != nil {
				b.Fatal(err)
			}
			m.End()
		}
	})
}

// BenchmarkRule is a rule as there are many, of which each event asks some.
func BenchmarkRule(b *testing.B) {
	const src = `
EVENTS = ["CreateUser", "DeleteUser", "AttachUserPolicy"]

def rule(event):
    if event.get("eventSource") != "iam.amazonaws.com" or event.get("eventName") not in EVENTS:
        return False
    user = event.get("userIdentity", {})
    if user.get("type") == "AWSService" or user.get("arn", "").endswith("/deploy"):
        return False
    for policy in event.get("policies", []):
        if policy["name"].lower().startswith("admin"):
            return True
    return False
`
	event := fresh(b, `{
		"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/a"},
		"policies": [{"name": "ReadOnly"}, {"name": "AdministratorAccess"}],
	}`)(0)
	for _, d := range []dialect{plain, guarded} {
		name := "plain"
		if d.guarded {
			name = "guarded"
		}
		b.Run(name, func(b *testing.B) {
			fn := d.function(b, src, "rule")
			thread := new(starlark.Thread)
			var m guard.Meter
			b.ReportAllocs()
			for b.Loop() {
				if d.guarded {
					m.Begin(thread, nil, b.Context())
				}
				if v, err := starlark.Call(thread, fn, starlark.Tuple{event}, nil); err != nil || v != starlark.True {
					b.Fatal(v, err)
				}
				m.End()
			}
		})
	}
}
