// Package golden compares modules with CPython. A generator in Python
// (golden.py) records what CPython makes of expressions; Run evaluates the
// same expressions in Starlark and compares what they print.
package golden

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// Now is the clock of the expressions.
var Now = time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)

// Run evaluates the expressions of a file, in which each module is known by
// the first of its names. A difference that is known, and told in the
// documentation, is one for which skip returns true; skip may be nil.
func Run(t *testing.T, file string, skip func(expr string) bool, modules ...runtime.Module) {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	env := environment(modules)
	count := 0
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); count++ {
		var expr string
		var want any
		if err := json.Unmarshal(lines.Bytes(), &[]any{&expr, &want}); err != nil {
			t.Fatal(err)
		}
		if skip != nil && skip(expr) {
			continue
		}
		if got := outcome(Eval(expr, env)); !same(got, want) {
			t.Errorf("%s\n  got  %v\n  want %v", expr, got, want)
		}
	}
	if err := lines.Err(); err != nil || count < 10 {
		t.Fatalf("%s: %d expressions, %v", file, count, err)
	}
}

func environment(modules []runtime.Module) starlark.StringDict {
	env := starlark.StringDict{}
	for _, m := range modules {
		env[m.Names[0]] = &starlarkstruct.Module{Name: m.Names[0], Members: m.Members}
	}
	return env
}

// Eval evaluates an expression as a call into a rule file would.
func Eval(expr string, env starlark.StringDict) (starlark.Value, error) {
	var worker runtime.Worker
	body := starlark.NewBuiltin("eval", func(thread *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return starlark.EvalOptions(&syntax.FileOptions{Set: true}, thread, "expr", expr, env)
	})
	return worker.Call(runtime.Call{Now: Now}, body, nil, nil)
}

// An exception is the class and text of an error.
type exception struct{ class, msg string }

// outcome is what golden.py records: a repr, or an exception.
func outcome(v starlark.Value, err error) any {
	if err == nil {
		return repr(v)
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		if py, ok := inner.(interface{ PyClass() string }); ok {
			if _, outer := inner.(*runtime.CallError); !outer {
				class := py.PyClass()
				return exception{class[strings.LastIndexByte(class, '.')+1:], inner.Error()}
			}
		}
	}
	msg := err.Error()
	if strings.Contains(msg, "unknown binary op") || strings.Contains(msg, "not implemented") || strings.Contains(msg, "unhashable") {
		return exception{"TypeError", msg}
	}
	if strings.Contains(msg, "has no ") && strings.Contains(msg, "field or method") {
		return exception{"AttributeError", msg}
	}
	return exception{"?", msg}
}

// same compares outcomes. The texts of errors that are the interpreter's are
// not compared.
func same(got, want any) bool {
	e, failed := got.(exception)
	pair, fails := want.([]any)
	if !failed || !fails {
		return got == want
	}
	return e.class == pair[0] && (e.msg == pair[1] || interpreters(e.msg))
}

// interpreters tells whether a text is the interpreter's, or one for arguments
// in general, for which CPython's functions in C have words of their own.
func interpreters(msg string) bool {
	for _, part := range []string{": got ", "required positional argument", "positional argument", "unexpected keyword argument", "multiple values for argument",
		" object cannot be interpreted as an integer", "() argument '", " object is not iterable", "unknown binary op", "not implemented", "unhashable", "field or method"} {
		if strings.Contains(msg, part) {
			return true
		}
	}
	return false
}

// repr prints v as Python's repr does, with the elements of containers.
func repr(v starlark.Value) string {
	switch v := v.(type) {
	case *starlark.List:
		return "[" + join(v) + "]"
	case starlark.Tuple:
		if len(v) == 1 {
			return "(" + repr(v[0]) + ",)"
		}
		return "(" + join(v) + ")"
	case *starlark.Dict:
		var parts []string
		for k, e := range v.Entries() {
			parts = append(parts, repr(k)+": "+repr(e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return pyrepr.Of(v)
}

func join(list starlark.Iterable) string {
	var parts []string
	for e := range starlark.Elements(list) {
		parts = append(parts, repr(e))
	}
	return strings.Join(parts, ", ")
}
