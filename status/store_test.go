package status

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/stretchr/testify/require"
)

// A slowStore answers when it is let, and counts how often it is asked.
type slowStore struct {
	memory.Store
	gets atomic.Int64
	let  chan struct{} // nil: at once
	err  error
	key  string
}

func (s *slowStore) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	s.gets.Add(1)
	s.key = key
	if s.let != nil {
		select {
		case <-s.let:
		case <-ctx.Done():
			return caching.Item{}, ctx.Err()
		}
	}
	return caching.Item{}, s.err
}

func TestStoreCounts(t *testing.T) {
	s := &Store{Name: "m", Now: newClock().read}
	store := s.Watch(new(memory.Store))
	_, err := store.Increment(t.Context(), "k", 1, caching.Int(1), caching.TTL{})
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), "s", 1, caching.Item{Strings: caching.NewStringSet(string(make([]byte, caching.MaxItem-100)))}))
	_, err = store.AddStrings(t.Context(), "s", 1, caching.NewStringSet(string(make([]byte, 200))), caching.TTL{})
	require.IsType(t, new(caching.InvalidError), err)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = store.Get(ended, "k", 1)
	require.ErrorIs(t, err, context.Canceled)

	got := s.status()
	for i := range got.Operations {
		op := &got.Operations[i]
		op.P50, op.P99, op.Max = 0, 0, 0
	}
	require.Equal(t, []Operation{
		{Name: "get", Failed: 1}, {Name: "increment", OK: 1}, {Name: "add", Invalid: 1}, {Name: "put", OK: 1},
	}, got.Operations)
	require.Equal(t, &StoreError{Operation: "get", Message: "context canceled", Time: start}, got.LastError)
}

// TestCheckHolds checks that a store is not asked more than once a second.
func TestCheckHolds(t *testing.T) {
	clock := newClock()
	inner := new(slowStore)
	s := &Store{Now: clock.read}
	s.Watch(inner)
	for _, step := range []struct {
		wait time.Duration
		err  error // of the store, from now on
		want error
		gets int64
	}{
		{0, nil, nil, 1},
		{999 * time.Millisecond, errors.New("down"), nil, 1},
		{time.Millisecond, errors.New("down"), errors.New("down"), 2},
		{time.Millisecond, nil, errors.New("down"), 2},
		{time.Second, nil, nil, 3},
		{-time.Hour, nil, nil, 4}, // a clock that was set back
	} {
		clock.move(step.wait)
		inner.err = step.err
		require.Equal(t, step.want, s.Check(t.Context()))
		require.Equal(t, step.gets, inner.gets.Load())
	}
	require.Equal(t, probeKey, inner.key)
	require.Empty(t, s.status().Operations, "checks are not what rules ask")
}

// TestCheckOnce checks that a slow store is asked by one caller at a time, and
// that the others get the answer.
func TestCheckOnce(t *testing.T) {
	inner := &slowStore{let: make(chan struct{}), err: errors.New("down")}
	s := &Store{Timeout: time.Minute, Fresh: time.Hour}
	s.Watch(inner)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := s.Check(t.Context()); err == nil || err.Error() != "down" {
				t.Errorf("got %v, want the error of the store", err)
			}
		})
	}
	require.Eventually(t, func() bool { return inner.gets.Load() == 1 }, time.Minute, time.Millisecond)
	ended, end := context.WithCancel(t.Context())
	end()
	require.ErrorContains(t, s.Check(ended), "the store has not answered yet: context canceled")
	close(inner.let)
	wg.Wait()
	require.EqualValues(t, 1, inner.gets.Load())
}

// TestCheckLate has a store that does not answer in time.
func TestCheckLate(t *testing.T) {
	clock := newClock()
	inner := new(slowStore)
	s := &Store{Timeout: 10 * time.Millisecond, Now: clock.read}
	s.Watch(inner)
	require.NoError(t, s.Check(t.Context()))
	clock.move(time.Second)
	inner.let = make(chan struct{})
	ended, end := context.WithCancel(t.Context())
	end() // the prober is gone: that says nothing of the store
	require.ErrorIs(t, s.Check(ended), context.DeadlineExceeded)

	// While it is asked, the last answer counts, but not for long.
	stuck := &Store{Timeout: 10 * time.Millisecond, Now: clock.read, inner: inner,
		asking: make(chan struct{}), asked: clock.read(), known: clock.read().Add(-2 * time.Second)}
	require.NoError(t, stuck.Check(t.Context()))
	clock.move(time.Minute)
	require.EqualError(t, stuck.Check(t.Context()), "the store has not answered for 10ms")
}

func TestCheckBolt(t *testing.T) {
	store, err := bolt.Open(filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	require.NoError(t, err)
	s := new(Store)
	_, lists := s.Watch(store).(caching.Lister)
	require.True(t, lists)
	require.NoError(t, s.Check(t.Context()))
	require.NoError(t, store.Close())
	require.EqualError(t, new(Store).Check(t.Context()), "no store is open")
}
