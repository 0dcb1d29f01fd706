package dynamodb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// testContext is the context of calls that no test ends.
var testContext = context.Background()

const (
	callers = 64
	calls   = 40
)

// lossy loses 6 of 100 answers: half by a broken connection, half by an
// internal error.
func lossy(dynamotest.Request) dynamotest.Fault {
	switch n := rand.IntN(100); {
	case n < 3:
		return dynamotest.Reset
	case n < 6:
		return dynamotest.Fail500
	}
	return dynamotest.None
}

// slow returns a network with a delay, which shares its connections with that
// of the table.
func (tb *table) slow(delay time.Duration) *dynamotest.Network {
	return &dynamotest.Network{Next: tb.network, Delay: delay}
}

func (tb *table) faulty(choose func(dynamotest.Request) dynamotest.Fault) *dynamotest.Network {
	return &dynamotest.Network{Next: tb.network, Choose: choose}
}

// values collects what callers were told.
type values struct {
	mu  sync.Mutex
	all []int64
}

func (v *values) add(n caching.Number) error {
	i, ok := n.Int64()
	if !ok {
		return fmt.Errorf("the count is %v", n)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = append(v.all, i)
	return nil
}

// check checks that the values are 1 to want, each once.
func (v *values) check(t *testing.T, want int) {
	t.Helper()
	slices.Sort(v.all)
	for i, n := range v.all {
		if n != int64(i+1) {
			t.Errorf("value %d stands where %d should: some came twice or not at all", n, i+1)
			return
		}
	}
	if len(v.all) != want {
		t.Errorf("%d values, want %d", len(v.all), want)
	}
}

// checkGenerations checks that the values are those of counts that began anew
// again and again, each 1 to m without a gap or a repeat.
func (v *values) checkGenerations(t *testing.T) (generations int) {
	t.Helper()
	times := make(map[int64]int)
	for _, n := range v.all {
		times[n]++
	}
	for n := int64(2); n <= slices.Max(v.all); n++ {
		if times[n] > times[n-1] {
			t.Errorf("value %d came %d times, but %d only %d times", n, times[n], n-1, times[n-1])
		}
	}
	return times[1]
}

var lasting = caching.TTL{Mode: caching.SetTTL, At: start + 3600}

// TestLostAnswers checks that every increment counts exactly once while 6 % of
// the answers are lost, in this process and over four.
func TestLostAnswers(t *testing.T) {
	tb := newTable(t)
	t.Run("one process", func(t *testing.T) {
		var got values
		store := tb.open(t, tb.faulty(lossy))
		together(t, callers, calls, func(int, int) error {
			n, err := store.Increment(testContext, "one", start, caching.Int(1), lasting)
			return errors.Join(err, got.add(n))
		})
		got.check(t, callers*calls)
		tb.checkCount(t, "one", callers*calls)
		t.Logf("%+v", store.Stats())
	})
	t.Run("four processes", func(t *testing.T) {
		got := tb.children(t, 4, "four")
		got.check(t, callers*calls)
		tb.checkCount(t, "four", callers*calls)
	})
	t.Run("alone", func(t *testing.T) { // nothing to coalesce: each increment is an update
		var got values
		var recovered int64
		stores := make([]*dynamodb.Store, 16)
		for i := range stores {
			stores[i] = tb.open(t, tb.faulty(lossy))
		}
		together(t, len(stores), calls, func(caller, _ int) error {
			n, err := stores[caller].Increment(testContext, "alone", start, caching.Int(1), caching.TTL{})
			return errors.Join(err, got.add(n))
		})
		got.check(t, len(stores)*calls)
		tb.checkCount(t, "alone", len(stores)*calls)
		for _, s := range stores {
			recovered += s.Stats().Recovered
		}
		if recovered == 0 {
			t.Error("no answer was lost, so that this showed nothing")
		}
	})
}

func (tb *table) checkCount(t *testing.T, key string, want int) {
	t.Helper()
	it, err := tb.open(t, nil).Get(testContext, key, start)
	if n, ok := it.Count.Int64(); err != nil || !ok || n != int64(want) {
		t.Errorf("%s: the count in the table is %v, want %d (error %v)", key, it.Count, want, err)
	}
}

// The environment by which a test starts itself as another process.
const (
	childSpec = "STARHOST_TEST_CHILD_SPEC"
	childKey  = "STARHOST_TEST_CHILD_KEY"
	childOf   = "STARHOST_TEST_CHILD_OF"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(childSpec); spec != "" {
		if err := child(spec, os.Getenv(childKey), os.Getenv(childOf)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv(dynamotest.EndpointVariable) == "" {
		_ = os.Unsetenv("AWS_CA_BUNDLE") // not needed here, and read anew for every store
	}
	os.Exit(m.Run())
}

// children runs processes that together make as many increments as one, and
// returns what they were told.
func (tb *table) children(t *testing.T, processes int, key string) *values {
	t.Helper()
	got := new(values)
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childSpec+"="+tb.spec(), childKey+"="+key, childOf+"="+strconv.Itoa(processes))
			if tb.server.Credentials != nil {
				cmd.Env = append(cmd.Env, "AWS_ACCESS_KEY_ID=starhost", "AWS_SECRET_ACCESS_KEY=starhost")
			}
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Errorf("another process: %v", err)
			}
			for line := range strings.Lines(string(out)) {
				if n, err := caching.ParseNumber(strings.TrimSpace(line)); err != nil {
					t.Errorf("another process said %q", line)
				} else if err := got.add(n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return got
}

// child makes its share of increments and prints the counts.
func child(spec, key, of string) error {
	processes, err := strconv.Atoi(of)
	if err != nil {
		return err
	}
	config := dynamodb.Config{Transport: &dynamotest.Network{Choose: lossy}, Budget: 30 * time.Second, Attempt: 10 * time.Second}
	store, err := config.Open(testContext, spec)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var failed error
	out := bufio.NewWriter(os.Stdout)
	var wg sync.WaitGroup
	for range callers / processes {
		wg.Go(func() {
			for range calls {
				n, err := store.Increment(testContext, key, start, caching.Int(1), lasting)
				mu.Lock()
				failed = errors.Join(failed, err)
				fmt.Fprintln(out, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(failed, out.Flush(), store.Close())
}

// TestThrottling checks the same while the table refuses every other request.
func TestThrottling(t *testing.T) {
	tb := newTable(t)
	var got values
	store := tb.open(t, tb.faulty(func(r dynamotest.Request) dynamotest.Fault {
		if r.Number%2 == 0 {
			return dynamotest.Throttle
		}
		return dynamotest.None
	}))
	together(t, callers, calls, func(int, int) error {
		n, err := store.Increment(testContext, "hot", start, caching.Int(1), lasting)
		return errors.Join(err, got.add(n))
	})
	got.check(t, callers*calls)
	stats := store.Stats()
	t.Logf("%+v", stats)
	if stats.Throttled == 0 {
		t.Error("nothing was throttled, so that this showed nothing")
	}
}

// TestExpiringKeys checks that counts which expire again and again while many
// increment them begin anew each time, without a gap or a repeat, over four
// stores. Here no answer is lost: an item that expires between an update and
// its repetition is the one case that remains.
func TestExpiringKeys(t *testing.T) {
	tb := newTable(t)
	stores := make([]*dynamodb.Store, 4)
	for i := range stores {
		stores[i] = tb.open(t, nil)
	}
	var got values
	var ticks atomic.Int64
	const leapEach, lifetime = 37, 600
	together(t, callers, calls, func(caller, _ int) error {
		now := start + ticks.Add(1)/leapEach*1000
		n, err := stores[caller%len(stores)].Increment(testContext, "hot", now, caching.Int(1), caching.TTL{Mode: caching.SetTTL, At: now + lifetime})
		return errors.Join(err, got.add(n))
	})
	if generations, least := got.checkGenerations(t), callers*calls/leapEach/2; generations < least {
		t.Errorf("the count began anew %d times, want at least %d", generations, least)
	}
}
