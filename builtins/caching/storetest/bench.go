package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
)

// Bench measures the operations of a store, each at 1, 8 and 64 goroutines and
// over keys of which a few are hot, as users and addresses are (Zipf). Some of
// the keys are in the store before. It reports calls per second, the median and
// the 99th percentile of how long a call takes, and for a store with a method
// Requests() int64 the requests per call.
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
		{"increment-one-key", func(store caching.Store, _ string, i int) error { return increment(store, "hot", i) }},
		{"add", func(store caching.Store, key string, i int) error {
			_, err := store.AddStrings(ctx, key, start, members[i%len(members)], ttl)
			return err
		}},
		{"remove", func(store caching.Store, key string, i int) error {
			_, err := store.RemoveStrings(ctx, key, start, members[i%len(members)], ttl)
			return err
		}},
		{"put", func(store caching.Store, key string, i int) error {
			return store.Put(ctx, key, start, caching.Item{Dictionary: `{"last": "10.0.0.1"}`, ExpiresAt: caching.Int(ttl.At)})
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
				fill(b, store, keys, increment)
				sent := requests(store)
				b.ReportAllocs()
				b.ResetTimer()
				took := spread(b, goroutines, keys, func(key string, i int) error { return op.do(store, key, i) })
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
				b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
				if sent = requests(store) - sent; sent > 0 {
					b.ReportMetric(float64(sent)/float64(b.N), "requests/call")
				}
			})
		}
	}
}

// fill puts some of the keys into the store: as many as it takes in the time
// that a benchmark may take to begin.
func fill(b *testing.B, store caching.Store, keys []string, increment func(caching.Store, string, int) error) {
	const most = 200 * time.Millisecond
	begun := time.Now()
	spreadOver(b, len(keys)/2, 16, keys, func(key string, i int) error {
		if time.Since(begun) > most {
			return nil
		}
		return increment(store, key, i)
	})
}

// spread runs do b.N times in goroutines, and returns how long each took, in
// order.
func spread(b *testing.B, goroutines int, keys []string, do func(key string, i int) error) []time.Duration {
	took := make([]time.Duration, b.N)
	spreadOver(b, b.N, goroutines, keys, func(key string, i int) error {
		begun := time.Now()
		err := do(key, i)
		took[i] = time.Since(begun)
		return err
	})
	slices.Sort(took)
	return took
}

// spreadOver runs do n times in goroutines.
func spreadOver(b *testing.B, n, goroutines int, keys []string, do func(key string, i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	batch := min(64, n/goroutines/8+1)
	for g := range goroutines {
		wg.Go(func() {
			for {
				end := int(next.Add(int64(batch)))
				for i := end - batch; i < min(end, n); i++ {
					if err := do(keys[(i+g*997)%len(keys)], i); err != nil {
						b.Error(err)
						return
					}
				}
				if end >= n {
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
