package helpers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// TestLimits checks that functions which multiply keep to the limits of the
// call.
func TestLimits(t *testing.T) {
	worker := runtime.Worker{Limits: &guard.Limits{Bytes: 1000, Elements: 100, Time: time.Hour}}
	text := func(n int) starlark.Value { return starlark.String(strings.Repeat("a", n)) }
	list := func(n int, v starlark.Value) starlark.Value {
		l := make([]starlark.Value, n)
		for i := range l {
			l[i] = v
		}
		return starlark.NewList(l)
	}
	for _, c := range []struct {
		function string
		args     starlark.Tuple
		limit    string
	}{
		{"json.dumps", starlark.Tuple{list(50, list(50, starlark.None))}, "string size"},
		{"json.encode", starlark.Tuple{list(50, list(50, starlark.None))}, "string size"},
		{"json.encode_indent", starlark.Tuple{list(90, starlark.None), starlark.String(""), text(20)}, "string size"},
		{"json.indent", starlark.Tuple{starlark.String(strings.Repeat("[", 90) + strings.Repeat("]", 90))}, "string size"},
		{"json.loads", starlark.Tuple{starlark.String("[" + strings.Repeat("1,", 100) + "1]")}, "list size"},
		{"json.loads", starlark.Tuple{starlark.String(strings.Repeat(" ", 1001))}, "string size"},
		{"json.decode", starlark.Tuple{starlark.String("[" + strings.Repeat("1,", 100) + "1]")}, "list size"},
		{"re.findall", starlark.Tuple{text(0), text(101)}, "list size"},
		{"re.finditer", starlark.Tuple{text(0), text(101)}, "list size"},
		{"re.split", starlark.Tuple{text(1), text(101)}, "list size"},
		{"re.sub", starlark.Tuple{text(0), text(50), text(50)}, "string size"},
		{"re.sub", starlark.Tuple{text(1), starlark.String(strings.Repeat(`\g<0>`, 50)), text(50)}, "string size"},
		{"re.escape", starlark.Tuple{text(501)}, "string size"},
		{"fnmatch.translate", starlark.Tuple{text(501)}, "string size"},
		{"panther_base_helpers.defang_ioc", starlark.Tuple{text(501)}, "string size"},
	} {
		_, err := worker.Call(runtime.Call{}, member(t, c.function), c.args, nil)
		var limit *guard.LimitError
		if assert.ErrorAs(t, err, &limit, c.function) {
			assert.Equal(t, c.limit, limit.Limit, c.function)
		}
	}
}

// member finds a function of a module.
func member(t *testing.T, name string) starlark.Value {
	module, function, _ := strings.Cut(name, ".")
	for _, m := range helpers.Modules() {
		if m.Names[0] == module {
			require.Contains(t, m.Members, function)
			return m.Members[function]
		}
	}
	t.Fatalf("no module %s", module)
	return nil
}
