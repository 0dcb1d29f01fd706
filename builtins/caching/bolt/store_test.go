package bolt_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/storetest"
	"github.com/stretchr/testify/require"
)

const start = 1_800_000_000

var modes = []bolt.Sync{bolt.SyncAlways, bolt.SyncInterval, bolt.SyncOff}

func expires(at int64) caching.TTL { return caching.TTL{Mode: caching.SetTTL, At: at} }

// open opens a file, and closes it when the test ends.
func open(t testing.TB, path string, o bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestStore(t *testing.T) {
	for _, mode := range []bolt.Sync{bolt.SyncAlways, bolt.SyncOff} {
		t.Run(string(mode), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) caching.Store {
				return open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{Sync: mode})
			})
		})
	}
}

func BenchmarkStore(b *testing.B) {
	for _, mode := range modes {
		b.Run(string(mode), func(b *testing.B) {
			n := 0
			folder := b.TempDir()
			storetest.Bench(b, func(b *testing.B) caching.Store {
				n++
				return open(b, filepath.Join(folder, fmt.Sprint(n)), bolt.Options{Sync: mode})
			})
		})
	}
}

// BenchmarkOpen opens, and so checks, a file of 100,000 items.
func BenchmarkOpen(b *testing.B) {
	const items = 100_000
	path := filepath.Join(b.TempDir(), "state.db")
	s := open(b, path, bolt.Options{Sync: bolt.SyncOff})
	var wg sync.WaitGroup
	for w := range 64 {
		wg.Go(func() {
			for i := w; i < items; i += 64 {
				_, err := s.AddStrings(context.Background(), fmt.Sprint("my.rule:user-", i), start, caching.NewStringSet("10.0.0.1", fmt.Sprint(i)), expires(start+60))
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(b, s.Close())
	for b.Loop() {
		s, err := bolt.Open(path, bolt.Options{Sync: bolt.SyncOff})
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/items, "ns/item")
}
