package caching_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// slow is a store that takes its time.
type slow struct {
	memory.Store
	takes time.Duration
	calls int
}

func (s *slow) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	s.calls++
	time.Sleep(s.takes)
	return s.Store.Increment(ctx, key, now, n, ttl)
}

// TestSlowStore shows that a rule is not to blame for the time that its store
// takes: neither is it stopped for that, nor can it wait without an end.
func TestSlowStore(t *testing.T) {
	for name, test := range map[string]struct {
		takes time.Duration
		calls int // that the rule makes
		want  string
		class string
		made  int // calls that the store gets
	}{
		"some slow calls":      {900 * time.Millisecond, 5, "", "", 5},
		"many slow calls":      {900 * time.Millisecond, 100, "the function has waited 1m0s for the store, at most 1m0s", "StoreError", 67},
		"very many fast calls": {time.Microsecond, 1_000_000, "limit exceeded: steps", "LimitError", 1776},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &slow{takes: test.takes}
				globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, new(starlark.Thread), "r.star", `
def rule(calls):
    for _ in range(calls):
        increment_counter("k")
        for _ in range(300): # the time is looked at now and then
            pass
`, caching.Module(store).Members)
				require.NoError(t, err)
				var w runtime.Worker
				call := runtime.Call{Context: t.Context(), Now: time.Unix(start, 0)}
				_, err = w.Call(call, globals["rule"], starlark.Tuple{starlark.MakeInt(test.calls)}, nil)
				if test.want == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, test.want)
					require.Equal(t, test.class, err.(*runtime.CallError).Type)
				}
				require.InDelta(t, test.made, store.calls, float64(test.made)/10)
			})
		})
	}
}
