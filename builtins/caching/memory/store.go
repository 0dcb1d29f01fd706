package memory

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/starhost/starhost/builtins/caching"
)

// A Store is a caching.Store in memory. The zero value is an empty store
// without bound. A Store must not be copied, and its fields not changed, after
// its first use.
type Store struct {
	// MaxBytes bounds the memory that items take, roughly: their text and a
	// fixed amount for each. 0 means no bound. When a write finds no room, the
	// items that have expired are dropped; if that is not enough, the write
	// fails with ErrFull. State of live items is never dropped: a detection
	// that silently forgets is worse than one that fails.
	MaxBytes int64

	shards [shardCount]shard
	used   atomic.Int64 // bytes of all shards

	sweeping sync.Mutex // held by a sweep of all shards
	swept    int64      // the time, plus one, of the last one
}

var (
	_ caching.Store   = (*Store)(nil)
	_ caching.Lister  = (*Store)(nil)
	_ caching.Deleter = (*Store)(nil)
)

// ErrFull is why a write fails for which MaxBytes leaves no room.
var ErrFull = fmt.Errorf("the memory store is full and nothing in it has expired: raise its bound, or let rules keep less")

// seed makes the choice of shards unpredictable, so that no input can aim all
// its keys at one of them.
var seed = maphash.MakeSeed()

func (s *Store) shard(key string) *shard {
	return &s.shards[maphash.String(seed, key)%shardCount]
}

// Get implements caching.Store.
func (s *Store) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	if err := ctx.Err(); err != nil {
		return caching.Item{}, err
	}
	return s.shard(key).get(key).At(now), nil
}

// Increment implements caching.Store.
func (s *Store) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	it, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Increment(key, now, n, ttl)
	})
	return it.Count, err
}

// AddStrings implements caching.Store.
func (s *Store) AddStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	it, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.AddStrings(key, now, members, ttl)
	})
	return it.Strings, err
}

// RemoveStrings implements caching.Store.
func (s *Store) RemoveStrings(ctx context.Context, key string, now int64, members caching.StringSet, ttl caching.TTL) (caching.StringSet, error) {
	var left caching.StringSet
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		it, remaining, err := it.RemoveStrings(key, now, members, ttl)
		left = remaining
		return it, err
	})
	return left, err
}

// Clear implements caching.Store.
func (s *Store) Clear(ctx context.Context, key string, now int64, attr caching.Attr) error {
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Clear(attr), nil
	})
	return err
}

// Put implements caching.Store.
func (s *Store) Put(ctx context.Context, key string, now int64, item caching.Item) error {
	// A union with nothing copies the members, which may be parts of a large
	// event.
	item.Strings = caching.StringSet{}.Union(item.Strings)
	_, err := s.update(ctx, key, now, func(caching.Item) (caching.Item, error) {
		return item, nil
	})
	return err
}

// Expire implements caching.Store.
func (s *Store) Expire(ctx context.Context, key string, now, at int64) error {
	_, err := s.update(ctx, key, now, func(it caching.Item) (caching.Item, error) {
		return it.Expire(key, now, at)
	})
	return err
}

// update replaces the item under key by what change makes of it, which is
// called again if the first attempt finds no room. It returns the new item.
func (s *Store) update(ctx context.Context, key string, now int64, change func(caching.Item) (caching.Item, error)) (caching.Item, error) {
	if err := ctx.Err(); err != nil {
		return caching.Item{}, err
	}
	sh := s.shard(key)
	it, err := sh.update(s, key, now, change)
	if err == ErrFull {
		s.sweep(now)
		it, err = sh.update(s, key, now, change)
	}
	return it, err
}

// sweep drops everything that has expired at now, or waits for another caller
// who does. As that takes long, it is done once for each second of the callers'
// time.
func (s *Store) sweep(now int64) {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	if s.swept == now+1 {
		return
	}
	s.swept = now + 1
	for i := range s.shards {
		s.shards[i].sweepAll(s, now)
	}
}

// room takes n more bytes of the store's bound, or gives them back if n is
// negative. It reports whether there was room.
func (s *Store) room(n int64) bool {
	if n == 0 {
		return true
	}
	used := s.used.Add(n)
	if n > 0 && s.MaxBytes > 0 && used > s.MaxBytes {
		s.used.Add(-n)
		return false
	}
	return true
}
