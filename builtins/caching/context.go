package caching

import "context"

type storeKey struct{}

// WithStore returns a context in which the built-ins use store in the place of
// their module's own. A call's context (runtime.Call.Context) carries it, so
// that rules which are loaded once run against a fresh store in each test, or
// against one that records what a single call does.
func WithStore(ctx context.Context, store Store) context.Context {
	return context.WithValue(ctx, storeKey{}, store)
}
