package memory_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
)

const start = 1_800_000_000

func expires(at int64) caching.TTL { return caching.TTL{Mode: caching.SetTTL, At: at} }

// TestFull checks that a full store refuses what is new, keeps what is live,
// and makes room of what has expired.
func TestFull(t *testing.T) {
	s := &memory.Store{MaxBytes: 100_000}
	add := func(key string, now int64) error {
		_, err := s.Increment(t.Context(), key, now, caching.Int(1), expires(start+60))
		return err
	}
	n := 0
	for ; n < 1000; n++ {
		if err := add(fmt.Sprint(n), start); err != nil {
			if !errors.Is(err, memory.ErrFull) {
				t.Fatalf("a full store gave error %v", err)
			}
			break
		}
	}
	if n < 200 || n > 390 { // an item takes 256 bytes and its text
		t.Fatalf("100,000 bytes had room for %d counters", n)
	}
	if err := add("0", start); err != nil {
		t.Errorf("a counter that is there already: %v", err)
	}
	if _, err := s.AddStrings(t.Context(), "0", start, caching.NewStringSet(string(make([]byte, 1000))), caching.TTL{}); !errors.Is(err, memory.ErrFull) {
		t.Errorf("a set that finds no room gave error %v", err)
	}
	for i := range n {
		it, err := s.Get(t.Context(), fmt.Sprint(i), start)
		if count, _ := it.Count.Int64(); err != nil || count < 1 {
			t.Fatalf("counter %d was lost: %v (error %v)", i, it, err)
		}
	}
	if err := add("new", start+59); !errors.Is(err, memory.ErrFull) {
		t.Errorf("before anything expired there was room (error %v)", err)
	}
	for i := range n { // all that were there have made room
		if _, err := s.Increment(t.Context(), fmt.Sprint(n+i), start+60, caching.Int(1), expires(start+90)); err != nil {
			t.Fatalf("after everything expired there was room for %d counters: %v", i, err)
		}
	}
}

// TestFullTogether: callers that find the store full at the same time all get
// the room that a sweep makes, not just the one that sweeps.
func TestFullTogether(t *testing.T) {
	s := &memory.Store{MaxBytes: 30_000_000}
	old := caching.Item{Dictionary: string(make([]byte, 1000)), ExpiresAt: caching.Int(start + 60)}
	for i := 0; !errors.Is(s.Put(t.Context(), fmt.Sprint(i), start, old), memory.ErrFull); i++ {
	}
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			if err := s.Put(t.Context(), fmt.Sprint("new", g), start+60, caching.Item{Dictionary: string(make([]byte, 400_000))}); err != nil {
				t.Errorf("all items had expired: %v", err)
			}
		})
	}
	wg.Wait()
}

// TestDeleteMakesRoom checks that what goes gives back what it took.
func TestDeleteMakesRoom(t *testing.T) {
	s := &memory.Store{MaxBytes: 2000}
	set := caching.NewStringSet(string(make([]byte, 1000)))
	for round := range 10 {
		for name, free := range map[string]func() error{
			"delete": func() error { return s.Delete(t.Context(), "k") },
			"clear":  func() error { return s.Clear(t.Context(), "k", start, caching.Strings) },
			"remove": func() error {
				_, err := s.RemoveStrings(t.Context(), "k", start, set, caching.TTL{})
				return err
			},
			"put": func() error { return s.Put(t.Context(), "k", start, caching.Item{}) },
		} {
			if _, err := s.AddStrings(t.Context(), "k", start, set, caching.TTL{}); err != nil {
				t.Fatalf("round %d, before %s: %v", round, name, err)
			}
			if err := free(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSweep checks that expired items do not pile up while others come.
func TestSweep(t *testing.T) {
	s := new(memory.Store)
	const perSecond, lifetime = 100, 50
	most := 0
	for second := range int64(500) {
		now := start + second
		for i := range perSecond {
			if _, err := s.Increment(t.Context(), fmt.Sprintf("%d/%d", second, i), now, caching.Int(1), expires(now+lifetime)); err != nil {
				t.Fatal(err)
			}
		}
		most = max(most, s.Len())
	}
	if live := perSecond * lifetime; most < live || most > 3*live {
		t.Errorf("up to %d items while %d are live", most, live)
	}
}

// TestChurn compares the store with a map while thousands of items come and go.
func TestChurn(t *testing.T) {
	s := new(memory.Store)
	model := make(map[string]int64)
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 60_000 {
		key := fmt.Sprint(r.IntN(20_000))
		if r.IntN(60_000) < i { // at first they come, in the end they go
			delete(model, key)
			if err := s.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			continue
		}
		model[key]++
		if _, err := s.Increment(t.Context(), key, start, caching.Int(1), caching.TTL{}); err != nil {
			t.Fatal(err)
		}
	}
	got := make(map[string]int64)
	err := s.List(t.Context(), "", func(key string, it caching.Item) error {
		got[key], _ = it.Count.Int64()
		return nil
	})
	if err != nil || !maps.Equal(got, model) || s.Len() != len(model) {
		t.Errorf("%d items are listed and %d counted, want %d (error %v)", len(got), s.Len(), len(model), err)
	}
	for _, key := range slices.Sorted(maps.Keys(model)) {
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if s.Len() != 0 {
		t.Errorf("%d items are left", s.Len())
	}
}

// TestListMeanwhile lists while others write.
func TestListMeanwhile(t *testing.T) {
	s := &memory.Store{MaxBytes: 1 << 20}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				key := fmt.Sprintf("%d/%d", g, i%500)
				now := start + int64(i/100)
				s.AddStrings(ctx, key, now, caching.NewStringSet(key), expires(now+3))
			}
		})
	}
	for range 30 {
		last := ""
		err := s.List(ctx, "", func(key string, it caching.Item) error {
			if key <= last || !it.Strings.Has(key) {
				t.Errorf("%s after %s is %v", key, last, it)
			}
			last = key
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	stop()
	wg.Wait()
}

// TestAllocations keeps the common operations free of allocations.
func TestAllocations(t *testing.T) {
	s, ctx, ttl := new(memory.Store), t.Context(), expires(start+60)
	set := caching.NewStringSet("a")
	for name, do := range map[string]func() error{
		"get":       func() error { _, err := s.Get(ctx, "k", start); return err },
		"increment": func() error { _, err := s.Increment(ctx, "k", start, caching.Int(1), ttl); return err },
		"add":       func() error { _, err := s.AddStrings(ctx, "k", start, set, ttl); return err },
		"expire":    func() error { return s.Expire(ctx, "k", start, start+60) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { do() }); n != 0 {
			t.Errorf("%s of what is there takes %v allocations", name, n)
		}
	}
}
