package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
)

// Bench measures the operations of a store, each at 1, 8 and 64 goroutines and
// over keys of which a few are hot, as users and addresses are (Zipf). Half of
// the keys are in the store before.
func Bench(b *testing.B, open func(b *testing.B) caching.Store) {
	ctx := context.Background()
	ttl := caching.TTL{Mode: caching.SetTTL, At: start + 3600}
	members := make([]caching.StringSet, 50)
	for i := range members {
		members[i] = caching.NewStringSet(fmt.Sprintf("10.0.0.%d", i))
	}
	increment := func(store caching.Store, key string, i int) error {
		_, err := store.Increment(ctx, key, start, caching.Int(1), ttl)
		return err
	}
	for _, op := range []struct {
		name string
		do   func(store caching.Store, key string, i int) error
	}{
		{"increment", increment},
		{"add", func(store caching.Store, key string, i int) error {
			_, err := store.AddStrings(ctx, key, start, members[i%len(members)], ttl)
			return err
		}},
		{"get", func(store caching.Store, key string, i int) error {
			_, err := store.Get(ctx, key, start)
			return err
		}},
	} {
		for _, goroutines := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", op.name, goroutines), func(b *testing.B) {
				store := open(b)
				keys := zipfKeys()
				for i, key := range keys[:len(keys)/2] {
					if err := increment(store, key, i); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportAllocs()
				b.ResetTimer()
				spread(b, goroutines, keys, func(key string, i int) error { return op.do(store, key, i) })
			})
		}
	}
}

// spread runs do b.N times in goroutines.
func spread(b *testing.B, goroutines int, keys []string, do func(key string, i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			const batch = 64
			for {
				end := int(next.Add(batch))
				for i := end - batch; i < min(end, b.N); i++ {
					if err := do(keys[(i+g*997)%len(keys)], i); err != nil {
						b.Error(err)
						return
					}
				}
				if end >= b.N {
					return
				}
			}
		})
	}
	wg.Wait()
}

// zipfKeys returns a sequence of keys out of 100,000.
func zipfKeys() []string {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, 100_000)
	keys := make([]string, 1<<17)
	for i := range keys {
		keys[i] = fmt.Sprintf("my.rule:user-%d", zipf.Uint64())
	}
	return keys
}
