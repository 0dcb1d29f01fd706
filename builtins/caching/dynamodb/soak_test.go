package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
)

// soakVariable is the environment variable with the time that TestSoak takes,
// such as 5m. By default it takes two seconds.
const soakVariable = "STARHOST_SOAK"

// TestSoak has many callers of several stores use one table while requests fail
// in every way and items expire, and checks what they are told against models.
//
//   - Keys of "one" belong to one caller each: every result is that of a model
//     of caching.Item.
//   - Keys of "many" belong to all: no increment and no member is lost, and
//     counts come once each.
//   - Keys of "brief" expire all the time: counts begin anew each time, and come
//     once each.
func TestSoak(t *testing.T) {
	length := 2 * time.Second
	if text := os.Getenv(soakVariable); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", soakVariable, err)
		}
	}
	tb := newTable(t)
	s := &soak{until: time.Now().Add(length)}
	for range 3 {
		s.stores = append(s.stores, tb.open(t, tb.faulty(anyFault)))
	}
	var wg sync.WaitGroup
	errs := make(chan error, 200)
	run := func(what func(caller int, r *rand.Rand) error, callers int) {
		for caller := range callers {
			wg.Go(func() {
				if err := what(caller, rand.New(rand.NewPCG(uint64(caller), 9))); err != nil {
					errs <- err
				}
			})
		}
	}
	run(s.one, 12)
	run(s.many, 24)
	run(s.brief, 4)
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	s.checkMany(t, tb)
	for _, store := range s.stores {
		t.Logf("%+v", store.Stats())
	}
	t.Logf("%d calls", s.calls.Load())
}

type soak struct {
	stores []*dynamodb.Store
	until  time.Time
	calls  atomic.Int64

	counts  [manyKeys]counts
	members [manyKeys]sync.Map
}

const manyKeys = 6

// counts are the values that callers were told, which must differ.
type counts struct {
	mu   sync.Mutex
	seen map[int64]bool
	sum  int64
}

func (c *counts) add(value caching.Number) error {
	n, ok := value.Int64()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = make(map[int64]bool)
	}
	if !ok || c.seen[n] {
		return fmt.Errorf("count %v came twice", value)
	}
	c.seen[n] = true
	c.sum++
	return nil
}

func (s *soak) over() bool {
	s.calls.Add(1)
	return time.Now().After(s.until)
}

// one uses a key alone, through one store, and knows what must be there. Time
// passes so that it expires now and then; no write lets it expire at once, as
// that may be seen when it is repeated.
func (s *soak) one(caller int, r *rand.Rand) error {
	store, key, now := s.stores[caller%len(s.stores)], fmt.Sprint("one/", caller), int64(start)
	var item caching.Item
	for !s.over() {
		now += int64(r.IntN(6))
		got, want, next, err := oneStep(store, key, now, item, r)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if got != want {
			return fmt.Errorf("%s at %d: got %s, want %s", key, now, got, want)
		}
		item = next
		it, err := store.Get(testContext, key, now)
		if err != nil || it.String() != item.At(now).String() {
			return fmt.Errorf("%s at %d: there is %v, want %v (error %v)", key, now, it, item.At(now), err)
		}
	}
	return nil
}

// oneStep makes a random call and returns what it gave, what it should have
// given, and what the item is then.
func oneStep(store *dynamodb.Store, key string, now int64, item caching.Item, r *rand.Rand) (got, want string, next caching.Item, err error) {
	ttl := caching.TTL{Mode: caching.TTLMode(r.IntN(3)), At: now + 1 + int64(r.IntN(15))}
	members := caching.NewStringSet(fmt.Sprint("m", r.IntN(20)), fmt.Sprint("m", r.IntN(20)))
	switch r.IntN(8) {
	case 0, 1, 2:
		n := caching.Int(int64(r.IntN(9) - 2))
		next, err = item.Increment(key, now, n, ttl)
		count, failed := store.Increment(testContext, key, now, n, ttl)
		return count.String(), next.Count.String(), next, errors.Join(err, failed)
	case 3, 4:
		next, err = item.AddStrings(key, now, members, ttl)
		set, failed := store.AddStrings(testContext, key, now, members, ttl)
		return set.String(), next.Strings.String(), next, errors.Join(err, failed)
	case 5:
		next, left, err := item.RemoveStrings(key, now, members, ttl)
		set, failed := store.RemoveStrings(testContext, key, now, members, ttl)
		return set.String(), left.String(), next, errors.Join(err, failed)
	case 6:
		attr := []caching.Attr{caching.Count, caching.Strings}[r.IntN(2)]
		return "", "", item.Clear(attr), store.Clear(testContext, key, now, attr)
	}
	next = caching.Item{Dictionary: `{"a": 1}`, ExpiresAt: caching.Int(ttl.At)}
	if r.IntN(2) == 0 {
		next, err = item.Expire(key, now, ttl.At)
		return "", "", next, errors.Join(err, store.Expire(testContext, key, now, ttl.At))
	}
	return "", "", next, store.Put(testContext, key, now, next)
}

// many uses keys that all callers use, over all stores.
func (s *soak) many(caller int, r *rand.Rand) error {
	for i := 0; !s.over(); i++ {
		k, store := r.IntN(manyKeys), s.stores[r.IntN(len(s.stores))]
		key := fmt.Sprint("many/", k)
		switch r.IntN(4) {
		case 0, 1:
			n, err := store.Increment(testContext, key, start, caching.Int(1), lasting)
			if err := errors.Join(err, s.counts[k].add(n)); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		case 2:
			member := fmt.Sprint(caller, "/", i%50)
			set, err := store.AddStrings(testContext, "set/"+key, start, caching.NewStringSet(member), lasting)
			if err != nil || !set.Has(member) {
				return fmt.Errorf("%s: %q is not in the set of %d (error %v)", key, member, set.Len(), err)
			}
			s.members[k].Store(member, true)
		case 3:
			if err := s.leave(store, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave reads, and gives up soon: others must not notice.
func (s *soak) leave(store *dynamodb.Store, key string) error {
	ctx, cancel := context.WithTimeout(testContext, time.Millisecond)
	defer cancel()
	_, err := store.Get(ctx, key, start)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// checkMany checks that all that was told is there in the end.
func (s *soak) checkMany(t *testing.T, tb *table) {
	store := tb.open(t, nil)
	for k := range manyKeys {
		key := fmt.Sprint("many/", k)
		it, err := store.Get(testContext, key, start)
		if n, _ := it.Count.Int64(); err != nil || n != s.counts[k].sum {
			t.Errorf("%s: the count is %v, want %d (error %v)", key, it.Count, s.counts[k].sum, err)
		}
		set, err := store.Get(testContext, "set/"+key, start)
		size := 0
		s.members[k].Range(func(member, _ any) bool {
			size++
			if !set.Strings.Has(member.(string)) {
				t.Errorf("%s: %q is missing (error %v)", key, member, err)
			}
			return true
		})
		if set.Strings.Len() != size {
			t.Errorf("%s: %d members, want %d", key, set.Strings.Len(), size)
		}
	}
}

// brief has a few callers use a key at the same time, over all stores, and
// leaps past its expiry between their rounds: each round must be told 1 to as
// many as it has increments, once each. Within a round time stands still, as an
// item that expires between an update and its repetition counts in both.
func (s *soak) brief(caller int, _ *rand.Rand) error {
	key := fmt.Sprint("brief/", caller)
	for now := int64(start); !s.over(); now += 100 {
		var got counts
		var wg sync.WaitGroup
		var errs [9]error
		for i := range errs {
			wg.Go(func() {
				n, err := s.stores[i%len(s.stores)].Increment(testContext, key, now, caching.Int(1), caching.TTL{Mode: caching.SetTTL, At: now + 50})
				errs[i] = errors.Join(err, got.add(n))
			})
		}
		wg.Wait()
		err := errors.Join(errs[:]...)
		for n := int64(1); n <= int64(len(errs)) && err == nil; n++ {
			if !got.seen[n] {
				err = fmt.Errorf("nobody was told %d", n)
			}
		}
		if err != nil {
			return fmt.Errorf("%s at %d: %w", key, now, err)
		}
	}
	return nil
}
