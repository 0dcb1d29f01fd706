package helpers_test

import (
	"testing"

	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestLoggingWrites(t *testing.T) {
	for _, c := range []struct {
		function string
		args     starlark.Tuple
		want     string
	}{
		{"logging.info", starlark.Tuple{starlark.String("plain 100%")}, "INFO:root:plain 100%"},
		{"logging.warning", starlark.Tuple{starlark.String("%s and %r"), starlark.String("a"), starlark.String("b")}, "WARNING:root:a and 'b'"},
		{"logging.log", starlark.Tuple{starlark.MakeInt(35), starlark.MakeInt(7)}, "Level 35:root:7"},
		{"logging.error", starlark.Tuple{starlark.String("%d"), starlark.String("x")}, "ERROR:root:%d ('x',)"},
		{"logging.debug", starlark.Tuple{starlark.String("x")}, ""},
	} {
		var got string
		worker := runtime.Worker{Print: func(_ *runtime.Call, _, text string) { got = text }}
		fn := member(t, c.function)
		body := starlark.NewBuiltin("rule", func(thread *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.Call(thread, fn, c.args, nil)
		})
		_, err := worker.Call(runtime.Call{}, body, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.function)
	}
}
