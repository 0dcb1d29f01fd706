package caching_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/caching/storetest"
	"github.com/stretchr/testify/require"
)

// TestObservedStore holds an observed store to what every store does.
func TestObservedStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) caching.Store {
		return caching.Observe(new(memory.Store), func(caching.Op, time.Duration, error) {})
	})
}

func TestObserve(t *testing.T) {
	var told []string
	store := caching.Observe(new(memory.Store), func(op caching.Op, took time.Duration, err error) {
		require.GreaterOrEqual(t, took, time.Duration(0))
		told = append(told, fmt.Sprint(op, " ", err))
	})
	ctx, set := t.Context(), caching.NewStringSet("m")
	_, err := store.Get(ctx, "k", 1)
	require.NoError(t, err)
	_, err = store.Increment(ctx, "k", 1, caching.Int(1), caching.TTL{})
	require.NoError(t, err)
	_, err = store.AddStrings(ctx, "k", 1, set, caching.TTL{})
	require.NoError(t, err)
	_, err = store.RemoveStrings(ctx, "k", 1, set, caching.TTL{})
	require.NoError(t, err)
	require.NoError(t, store.Clear(ctx, "k", 1, caching.Count))
	require.NoError(t, store.Put(ctx, "k", 1, caching.Item{Count: caching.Int(1)}))
	require.NoError(t, store.Expire(ctx, "k", 1, 2))
	stop := errors.New("stop")
	err = store.(caching.Lister).List(ctx, "", func(string, caching.Item) error { return stop })
	require.Equal(t, stop, err)
	require.NoError(t, store.(caching.Deleter).Delete(ctx, "k"))
	ended, end := context.WithCancel(ctx)
	end()
	_, err = store.Get(ended, "k", 1)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{
		"get <nil>", "increment <nil>", "add <nil>", "remove <nil>", "clear <nil>",
		"put <nil>", "expire <nil>", "list <nil>", "delete <nil>", "get context canceled",
	}, told)
}

// TestObservedAbilities checks that an observed store can do what the store in
// it can do, and pretends nothing.
func TestObservedAbilities(t *testing.T) {
	type (
		plain struct{ caching.Store }
		lists struct {
			caching.Store
			caching.Lister
		}
		deletes struct {
			caching.Store
			caching.Deleter
		}
	)
	m := new(memory.Store)
	for _, test := range []struct {
		store          caching.Store
		lists, deletes bool
		len            bool
	}{
		{plain{m}, false, false, false},
		{lists{m, m}, true, false, false},
		{deletes{m, m}, false, true, false},
		{m, true, true, true},
	} {
		store := test.store
		for range 2 { // the second time what is observed is observed itself
			store = caching.Observe(store, func(caching.Op, time.Duration, error) {})
			_, ok := store.(caching.Lister)
			require.Equal(t, test.lists, ok, "%T lists", test.store)
			_, ok = store.(caching.Deleter)
			require.Equal(t, test.deletes, ok, "%T deletes", test.store)
			_, ok = caching.Find[interface{ Len() int }](store)
			require.Equal(t, test.len, ok, "%T has a length", test.store)
			_, ok = caching.Find[interface{ Health() error }](store)
			require.False(t, ok, "%T tells its health", test.store)
		}
	}
	found, ok := caching.Find[*memory.Store](caching.Observe(m, nil))
	require.True(t, ok)
	require.Same(t, m, found)
	_, ok = caching.Find[caching.Lister](nil)
	require.False(t, ok)
}

func BenchmarkObserve(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) caching.Store {
		return caching.Observe(new(memory.Store), func(caching.Op, time.Duration, error) {})
	})
}
