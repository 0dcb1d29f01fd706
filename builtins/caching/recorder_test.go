package caching_test

import (
	"errors"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
)

func TestRecorder(t *testing.T) {
	rec := &caching.Recorder{Store: new(memory.Store)}
	ctx := caching.WithStore(t.Context(), rec)
	for _, expr := range []string{`add_to_string_set("k", "a", None)`, `get_string_set("k")`} {
		if _, err := eval(ctx, nil, start, expr); err != nil {
			t.Fatal(err)
		}
	}
	ops := rec.Take()
	if len(ops) != 2 || ops[0].Name != "add" || ops[0].Key != "k" || ops[0].Args != `["a"]` || ops[0].Result != `["a"]` {
		t.Errorf("recorded %+v", ops)
	}
	if s := ops[1].String(); s != `get "k" = stringSet=["a"]` {
		t.Errorf("recorded %s", s)
	}
	if again := rec.Take(); again != nil {
		t.Errorf("taken twice: %v", again)
	}
	rec.Store = failing{}
	if _, err := eval(ctx, nil, start, `reset_counter("k")`); !errors.Is(err, errBroken) {
		t.Errorf("error is %v", err)
	}
	if s := rec.Take()[0].String(); s != `clear "k" intCount failed: connection refused` {
		t.Errorf("recorded %s", s)
	}
}
