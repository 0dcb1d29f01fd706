package pytextwrap_test

import (
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/helpers/internal/golden"
	"github.com/starhost/starhost/builtins/helpers/pytextwrap"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"go.starlark.net/starlark"
)

func TestAsCPython(t *testing.T) {
	golden.Run(t, "testdata/textwrap.txt", nil, pytextwrap.Module())
}

// TestLimits wraps texts that grow, and large ones in the narrowest lines.
func TestLimits(t *testing.T) {
	members := pytextwrap.Module().Members
	text := func(s string, n int) starlark.Value { return starlark.String(strings.Repeat(s, n)) }
	named := func(name string, v starlark.Value) []starlark.Tuple {
		return []starlark.Tuple{{starlark.String(name), v}}
	}
	for _, c := range []struct {
		function string
		args     starlark.Tuple
		kwargs   []starlark.Tuple
		limit    string
	}{
		{"wrap", starlark.Tuple{text("\t", 1000)}, named("tabsize", starlark.MakeInt(1<<30)), "string size"},
		{"wrap", starlark.Tuple{text("a ", 2000), starlark.MakeInt(1)}, named("initial_indent", text("x", 1)), "list size"},
		{"fill", starlark.Tuple{text("a ", 5000), starlark.MakeInt(2000)}, named("subsequent_indent", text("x", 1999)), "string size"},
		{"indent", starlark.Tuple{text("a\n", 1000), text("x", 1000)}, nil, "string size"},
	} {
		worker := runtime.Worker{Limits: &guard.Limits{Bytes: 100_000, Elements: 1000, Time: time.Hour}}
		_, err := worker.Call(runtime.Call{}, members[c.function], c.args, c.kwargs)
		var limit *guard.LimitError
		if assert.ErrorAs(t, err, &limit, c.function) {
			assert.Equal(t, c.limit, limit.Limit, c.function)
		}
	}
}
