package storetest

import (
	"context"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// A rule calls the built-ins over one store, as a rule file would. It belongs
// to one goroutine.
type rule struct {
	members starlark.StringDict
	worker  runtime.Worker
	ctx     context.Context
}

func newRule(store caching.Store) *rule {
	return &rule{members: caching.Module(store).Members, ctx: context.Background()}
}

// call calls a built-in at a time. An error is a *runtime.CallError.
func (r *rule) call(now time.Time, name string, args starlark.Tuple, kwargs ...starlark.Tuple) (starlark.Value, error) {
	state := runtime.Call{Context: r.ctx, Rule: "storetest", Now: now}
	return r.worker.Call(state, r.members[name], args, kwargs)
}

// increment calls increment_counter(key, 1, epoch).
func (r *rule) increment(now int64, key string, epoch starlark.Value) (int, error) {
	v, err := r.call(time.Unix(now, 0), "increment_counter", starlark.Tuple{starlark.String(key), starlark.MakeInt(1), epoch})
	if err != nil {
		return 0, err
	}
	return starlark.AsInt32(v)
}

// add calls add_to_string_set(key, member).
func (r *rule) add(now int64, key, member string) (*starlark.Set, error) {
	v, err := r.call(time.Unix(now, 0), "add_to_string_set", starlark.Tuple{starlark.String(key), starlark.String(member)})
	if err != nil {
		return nil, err
	}
	return v.(*starlark.Set), nil
}
