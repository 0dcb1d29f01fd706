package storetest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"go.starlark.net/starlark"
)

const (
	callers = 64 // goroutines
	calls   = 40 // of each, for cheap ones
)

// concurrently runs do in all callers at once, calls times each, and returns
// the numbers that it returns. do is told its caller and call.
func concurrently(t *testing.T, calls int, do func(caller, call int) (int, error)) []int {
	t.Helper()
	results := make([][]int, callers)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			<-begin
			for call := range calls {
				n, err := do(caller, call)
				if err != nil {
					t.Errorf("caller %d, call %d: %v", caller, call, err)
					return
				}
				results[caller] = append(results[caller], n)
			}
		})
	}
	close(begin)
	wg.Wait()
	return slices.Concat(results...)
}

// rules returns a rule for each caller.
func rules(store caching.Store) []*rule {
	rs := make([]*rule, callers)
	for i := range rs {
		rs[i] = newRule(store)
	}
	return rs
}

// checkCounts checks that values are 1, 2, 3, … n, each once.
func checkCounts(t *testing.T, what string, n int, values []int) {
	t.Helper()
	slices.Sort(values)
	for i, v := range values {
		if v != i+1 {
			t.Errorf("%s: value %d stands where %d should: some came twice or not at all", what, v, i+1)
			return
		}
	}
	if len(values) != n {
		t.Errorf("%s: %d values, want %d", what, len(values), n)
	}
}

// checkGenerations checks that values are those of counters that began anew
// again and again: each 1, 2, … m without a gap or a repeat, so that no number
// came more often than the one before it. It returns how many there were.
func checkGenerations(t *testing.T, values []int) (generations int) {
	t.Helper()
	times := make([]int, slices.Max(values)+1)
	for _, v := range values {
		if v < 1 {
			t.Errorf("a counter has the value %d", v)
			return 0
		}
		times[v]++
	}
	for v := 2; v < len(times); v++ {
		if times[v] > times[v-1] {
			t.Errorf("value %d came %d times, but %d only %d times", v, times[v], v-1, times[v-1])
		}
	}
	return times[1]
}

// testCounter: increments of one key at the same time each get a value of
// their own, whether or not they set its expiry.
func testCounter(t *testing.T, open func(t *testing.T) caching.Store) {
	for name, epoch := range map[string]starlark.Value{"with expiry": starlark.MakeInt(3600), "without": starlark.None} {
		store := open(t)
		rs := rules(store)
		values := concurrently(t, calls, func(caller, call int) (int, error) {
			return rs[caller].increment(start, "hot", epoch)
		})
		checkCounts(t, name, callers*calls, values)
		it, err := store.Get(t.Context(), "hot", start)
		if n, _ := it.Count.Int64(); err != nil || n != callers*calls {
			t.Errorf("%s: the count is %v in the end (error %v)", name, it.Count, err)
		}
	}
}

// testExpiringCounter: the same while the clock leaps past the expiry again
// and again, between the calls and in the middle of them.
func testExpiringCounter(t *testing.T, open func(t *testing.T) caching.Store) {
	rs := rules(open(t))
	var ticks atomic.Int64
	const leapEach, lifetime = 37, 600
	values := concurrently(t, calls, func(caller, call int) (int, error) {
		now := start + ticks.Add(1)/leapEach*1000
		return rs[caller].increment(now, "hot", starlark.MakeInt(lifetime))
	})
	generations := checkGenerations(t, values)
	if least := callers * calls / leapEach / 2; generations < least {
		t.Errorf("the counter began anew %d times, want at least %d", generations, least)
	}
}

// testWindows: windows of one key, counted by many while time passes, each run
// from their first event and count each event once.
func testWindows(t *testing.T, open func(t *testing.T) caching.Store) {
	w := caching.Windows{Store: open(t)}
	var ticks atomic.Int64
	values := concurrently(t, calls, func(caller, call int) (int, error) {
		now := time.Unix(start+ticks.Add(1), 0)
		window, err := w.Count(t.Context(), "window", now, now.Add(50*time.Second))
		return int(window.Count), err
	})
	generations := checkGenerations(t, values)
	// A caller that lags begins no window, but may end one early for others.
	if most := callers * calls / 50; generations < most/4 || generations > 4*most {
		t.Errorf("%d windows of 50 s in %d s", generations, callers*calls)
	}
}

// testSets: every add returns a set that holds all its caller added, and as
// each adds another member, no two sets have the same size.
func testSets(t *testing.T, open func(t *testing.T) caching.Store) {
	const adds = 10 // of each caller, as each answer holds the whole set
	rs := rules(open(t))
	sizes := concurrently(t, adds, func(caller, call int) (int, error) {
		set, err := rs[caller].add(start, "hot", fmt.Sprintf("%d/%d", caller, call))
		if err != nil {
			return 0, err
		}
		for earlier := range call + 1 {
			if has, _ := set.Has(starlark.String(fmt.Sprintf("%d/%d", caller, earlier))); !has {
				return 0, fmt.Errorf("call %d lacks the member of call %d", call, earlier)
			}
		}
		return set.Len(), nil
	})
	checkCounts(t, "sizes of the set", callers*adds, sizes)
}

// testMixed: a counter and a set under one key are changed by some and read by
// others, who never see it go back.
func testMixed(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	rs := rules(store)
	lastCount, lastSize := make([]int64, callers), make([]int, callers)
	values := concurrently(t, calls, func(caller, call int) (int, error) {
		n, err := rs[caller].increment(start, "both", starlark.MakeInt(3600))
		if err != nil {
			return 0, err
		}
		if _, err := rs[caller].add(start, "both", fmt.Sprint(caller)); err != nil {
			return 0, err
		}
		it, err := store.Get(t.Context(), "both", start)
		if err != nil {
			return 0, err
		}
		count, _ := it.Count.Int64()
		if count < lastCount[caller] || count < int64(n) || it.Strings.Len() < lastSize[caller] || !it.Strings.Has(fmt.Sprint(caller)) {
			return 0, fmt.Errorf("after %d increments and %d members there is %v", n, lastSize[caller], it)
		}
		lastCount[caller], lastSize[caller] = count, it.Strings.Len()
		return n, nil
	})
	checkCounts(t, "count", callers*calls, values)
}
