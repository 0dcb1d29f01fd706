package status

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/stretchr/testify/require"
)

func TestErrorLog(t *testing.T) {
	clock := newClock()
	log := &ErrorLog{Now: clock.read}
	key := alert.Failure{Type: "KeyError", Message: "key 1", At: "r.star:2:3"}
	for i, step := range []struct {
		wait       time.Duration
		rule       string
		failure    alert.Failure
		suppressed int
		ok         bool
	}{
		{0, "r", key, 0, true},
		{0, "r", key, 0, false},
		{0, "r", alert.Failure{Type: "KeyError", Message: "another key", At: "r.star:2:3"}, 0, false},
		{0, "r", alert.Failure{Type: "KeyError", At: "r.star:2:4"}, 0, true},
		{0, "r", alert.Failure{Type: "TypeError", At: "r.star:2:3"}, 0, true},
		{0, "s", key, 0, true},
		{59 * time.Second, "r", key, 0, false},
		{time.Second, "r", key, 3, true}, // a minute after the first
		{59 * time.Second, "r", key, 0, false},
		{time.Second, "r", key, 1, true},
		{time.Hour, "r", key, 0, true},
		{-time.Hour, "r", key, 0, true}, // a clock that was set back
		{0, "r", key, 0, false},
	} {
		clock.move(step.wait)
		suppressed, ok := log.Allow(step.rule, step.failure)
		require.Equal(t, step.ok, ok, "step %d", i)
		require.Equal(t, step.suppressed, suppressed, "step %d", i)
	}
	require.EqualValues(t, 5, log.Suppressed())
}

// TestErrorLogBound makes a great many different errors.
func TestErrorLogBound(t *testing.T) {
	clock := newClock()
	log := &ErrorLog{Now: clock.read, Most: 1000}
	allowed := 0
	const n = 100_000
	for i := range n {
		if i%10_000 == 0 {
			clock.move(10 * time.Second)
		}
		if _, ok := log.Allow("r", alert.Failure{Type: "Error", At: fmt.Sprint("r.star:", i)}); ok {
			allowed++
		}
		if n := len(log.recent) + len(log.before); n > 2000 {
			t.Fatalf("%d errors are kept", n)
		}
	}
	// In each minute a thousand, and one for all others.
	require.Equal(t, 2*1001, allowed)
	require.EqualValues(t, n-allowed, log.Suppressed())
	clock.move(time.Minute)
	_, ok := log.Allow("r", alert.Failure{Type: "Error", At: "r.star:0"})
	require.True(t, ok, "told apart again")
}

func TestErrorLogConcurrent(t *testing.T) {
	log := &ErrorLog{Most: 10}
	var wg sync.WaitGroup
	var mu sync.Mutex
	allowed := make(map[int]int)
	for range 8 {
		wg.Go(func() {
			for i := range 5_000 {
				if _, ok := log.Allow("r", alert.Failure{At: fmt.Sprint(i % 5)}); ok {
					mu.Lock()
					allowed[i%5]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, map[int]int{0: 1, 1: 1, 2: 1, 3: 1, 4: 1}, allowed)
	require.EqualValues(t, 8*5_000-5, log.Suppressed())
}
