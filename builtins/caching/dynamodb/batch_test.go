package dynamodb

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// TestBatches checks, over random series of additions, that those which a rule
// lets go together leave the item that they leave one by one.
func TestBatches(t *testing.T) {
	const start = 1_800_000_000
	random := rand.New(rand.NewPCG(1, 2))
	joined := 0
	for range 20_000 {
		var item caching.Item
		if random.IntN(3) > 0 {
			item.Count = caching.Int(int64(random.IntN(100)))
		}
		if random.IntN(3) > 0 {
			item.ExpiresAt = caching.Int(start + int64(random.IntN(10)))
		}
		counts := rule{join: joinCounts}
		var b *batch
		together, single := item, item
		for range 2 + random.IntN(4) {
			a := &addition{amount: amount{n: caching.Int(int64(random.IntN(20) - 5))}, now: start + int64(random.IntN(8))}
			if mode := caching.TTLMode(random.IntN(3)); mode != caching.KeepTTL {
				a.ttl = caching.TTL{Mode: mode, At: start + int64(random.IntN(12))}
			}
			if b == nil {
				b = newBatch(a)
			} else if !counts.extend(b, a) {
				break
			}
			single = apply(t, single, a.now, a.n, a.ttl)
		}
		together = apply(t, together, b.now, b.sum.n, b.ttl)
		joined += len(b.additions) - 1
		if together.String() != single.String() {
			t.Fatalf("%v: together %v, one by one %v (%d additions)", item, together, single, len(b.additions))
		}
	}
	if joined < 10_000 {
		t.Errorf("only %d additions joined others", joined)
	}
}

func apply(t *testing.T, it caching.Item, now int64, n caching.Number, ttl caching.TTL) caching.Item {
	t.Helper()
	it, err := it.Increment("k", now, n, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

// TestForgotten checks which attributes of other writers are taken for old.
func TestForgotten(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w := newWriter()
	w.now = func() time.Time { return now }
	item := attributes{"intCount": integer(5), "op_text": text("x"), w.op(): integer(1)}
	for i := range 3 {
		item[fmt.Sprint("op_old", i)] = integer(now.Add(-2 * time.Hour).UnixMicro())
	}
	item["op_young"] = integer(now.Add(-time.Minute).UnixMicro())
	if got := w.forgotten(item); got != nil {
		t.Errorf("three old ones: %v, want none yet", got)
	}
	item["op_old3"] = integer(now.Add(-61 * time.Minute).UnixMicro())
	var got []string
	for id := range w.forgotten(item) {
		got = append(got, id)
	}
	slices.Sort(got)
	if fmt.Sprint(got) != "[old0 old1 old2 old3]" {
		t.Errorf("four old ones: %v", got)
	}
}

// TestNumbers checks that a writer's numbers rise even if the clock does not.
func TestNumbers(t *testing.T) {
	w := newWriter()
	w.now = func() time.Time { return time.Unix(1_800_000_000, 0) }
	last, whole := int64(0), 0
	for range 320 {
		n := w.next()
		if n <= last {
			t.Fatalf("%d after %d", n, last)
		}
		if last = n; w.returned(n) == types.ReturnValueAllNew {
			whole++
		}
	}
	if whole != 10 {
		t.Errorf("the whole item was asked for %d times in 320, want 10", whole)
	}
}

// TestBreaker checks that pauses grow, and that one call goes through after
// each.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b breaker
		begin := func() pass {
			t.Helper()
			p, err := b.begin()
			if err != nil {
				t.Fatalf("a call was not let through: %v", err)
			}
			return p
		}
		untried := func() {
			t.Helper()
			if _, err := b.begin(); err == nil {
				t.Error("a call was let through")
			}
		}
		broken := errors.New("broken")
		for range tripAfter {
			b.fail(begin(), broken)
		}
		for _, pause := range []time.Duration{1, 2, 4, 8, 16, 32, 40, 40} { // quarters of a second
			pause *= firstPause
			time.Sleep(pause - 1)
			untried()
			time.Sleep(time.Nanosecond)
			probe := begin()
			untried()
			b.fail(probe, broken)
		}
		time.Sleep(maxPause)
		b.leave(begin()) // of the call nothing is known
		b.succeed(begin())
		for range 2 {
			if p := begin(); b.stop(p) != nil {
				t.Error("open after a success")
			}
		}
		for range tripAfter {
			b.fail(begin(), broken)
		}
		time.Sleep(firstPause)
		begin()
	})
}

// TestBreakerCallsUnderWay checks that calls which were under way when the
// breaker opened or closed have no effect on it.
func TestBreakerCallsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b breaker
		broken := errors.New("broken")
		var calls []pass
		for range 100 {
			p, err := b.begin()
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, p)
		}
		for i, p := range calls[:50] {
			b.fail(p, broken)
			if stop := b.stop(p); (stop != nil) != (i >= tripAfter-1) {
				t.Errorf("after %d failures the others are told %v", i+1, stop)
			}
		}
		time.Sleep(firstPause)
		probe, err := b.begin()
		if err != nil || b.stop(probe) != nil {
			t.Errorf("after the first pause: %v", err)
		}
		b.fail(calls[50], broken)
		b.leave(calls[51])
		b.succeed(calls[52])
		if _, err := b.begin(); err == nil {
			t.Error("a call went through beside the one that was let through")
		}
		b.succeed(probe)
		for _, p := range calls[53:] {
			b.fail(p, broken)
		}
		if _, err := b.begin(); err != nil {
			t.Errorf("closed, and then opened by calls from before: %v", err)
		}
	})
}
