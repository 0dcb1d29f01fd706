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
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// helpers are the calls that Bench measures, by what their items hold before.
var helpers = []struct {
	name   string
	filled string // the helper that has made some of the items
	oneKey bool   // all callers use the same
}{
	{"increment_counter", "increment_counter", false},
	{"increment_counter", "increment_counter", true},
	{"evaluate_threshold", "increment_counter", false},
	{"get_counter", "increment_counter", false},
	{"reset_counter", "increment_counter", false},
	{"add_to_string_set", "add_to_string_set", false},
	{"remove_from_string_set", "add_to_string_set", false},
	{"get_string_set", "add_to_string_set", false},
	{"put_string_set", "add_to_string_set", false},
	{"reset_string_set", "add_to_string_set", false},
	{"put_dictionary", "put_dictionary", false},
	{"get_dictionary", "put_dictionary", false},
	{"set_key_expiration", "put_dictionary", false},
}

// Bench measures the helpers that rules call over a store, each at 1, 8 and 64
// goroutines and over keys of which a few are hot, as users and addresses are
// (Zipf). Some of the keys are in the store before. It reports calls per second,
// the median and the 99th percentile of how long a call takes, and for a store
// with a method Requests() int64 the requests per call.
func Bench(b *testing.B, open func(b *testing.B) caching.Store) {
	for _, h := range helpers {
		name := h.name
		if h.oneKey {
			name += "-one-key"
		}
		for _, goroutines := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/%d", name, goroutines), func(b *testing.B) {
				store := open(b)
				keys := zipfKeys(b.Name())
				if h.oneKey {
					keys = keys[:1]
				}
				fill(b, store, keys, h.filled)
				sent := requests(store)
				b.ReportAllocs()
				b.ResetTimer()
				took := spread(b, goroutines, keys, caller(store, h.name))
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

// A call is a caller's i-th use of a helper.
type call func(w *runtime.Worker, key string, i int) error

// caller returns calls of a helper, as rules make them.
func caller(store caching.Store, helper string) call {
	module := caching.Module(store)
	members := make([]starlark.Value, 50)
	for i := range members {
		members[i] = starlark.String(fmt.Sprintf("10.0.0.%d", i))
	}
	dictionary := new(starlark.Dict)
	if err := dictionary.SetKey(starlark.String("last"), members[0]); err != nil {
		panic(err) // it is not frozen
	}
	state := runtime.Call{Context: context.Background(), Rule: "bench", Now: time.Unix(start, 0)}
	return func(w *runtime.Worker, key string, i int) error {
		args := starlark.Tuple{starlark.String(key)}
		switch helper {
		case "add_to_string_set", "remove_from_string_set":
			args = append(args, members[i%len(members)])
		case "put_string_set":
			args = append(args, starlark.Tuple(members[:4]))
		case "put_dictionary":
			args = append(args, dictionary)
		case "set_key_expiration":
			args = append(args, starlark.MakeInt(3600+i%100))
		}
		_, err := w.Call(state, module.Members[helper], args, nil)
		return err
	}
}

// fill puts some of the keys into the store: as many as it takes in the time
// that a benchmark may take to begin.
func fill(b *testing.B, store caching.Store, keys []string, helper string) {
	const most = 200 * time.Millisecond
	begun := time.Now()
	do := caller(store, helper)
	spreadOver(b, (len(keys)+1)/2, 16, keys, func(w *runtime.Worker, key string, i int) error {
		if time.Since(begun) > most {
			return nil
		}
		return do(w, key, i)
	})
}

// spread runs do b.N times in goroutines, and returns how long each took, in
// order.
func spread(b *testing.B, goroutines int, keys []string, do call) []time.Duration {
	took := make([]time.Duration, b.N)
	spreadOver(b, b.N, goroutines, keys, func(w *runtime.Worker, key string, i int) error {
		begun := time.Now()
		err := do(w, key, i)
		took[i] = time.Since(begun)
		return err
	})
	slices.Sort(took)
	return took
}

// spreadOver runs do n times in goroutines.
func spreadOver(b *testing.B, n, goroutines int, keys []string, do call) {
	var next atomic.Int64
	var wg sync.WaitGroup
	batch := min(64, n/goroutines/8+1)
	for g := range goroutines {
		wg.Go(func() {
			var w runtime.Worker
			for {
				end := int(next.Add(int64(batch)))
				for i := end - batch; i < min(end, n); i++ {
					if err := do(&w, keys[(i+g*997)%len(keys)], i); err != nil {
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

// zipfKeys returns a sequence of keys out of 100,000, all with a prefix.
func zipfKeys(prefix string) []string {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, 100_000)
	keys := make([]string, 1<<17)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s:user-%d", prefix, zipf.Uint64())
	}
	return keys
}
