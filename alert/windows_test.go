package alert_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/starhost/starhost/alert"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counter is a Counter of one window in memory that never ends.
type counter struct {
	mu     sync.Mutex
	window alert.Window
	key    string
	until  time.Time
	fail   map[string]error        // by name of the method
	hold   map[int64]chan struct{} // Count waits for it before it returns this count
}

func (c *counter) Count(_ context.Context, key string, now, until time.Time) (alert.Window, error) {
	c.mu.Lock()
	c.window.Count++
	got := alert.Window{Count: c.window.Count, Told: c.window.Told}
	c.key, c.until = key, until
	c.mu.Unlock()
	if hold := c.hold[got.Count]; hold != nil {
		<-hold
	}
	return got, c.fail["Count"]
}

func (c *counter) Look(_ context.Context, key string, now time.Time) (alert.Window, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.window, c.fail["Look"]
}

func (c *counter) Tell(_ context.Context, key string, now, until time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail["Tell"] == nil {
		c.window.Told = true
	}
	return c.fail["Tell"]
}

var (
	now  = time.Unix(1_800_000_000, 0)
	ends = now.Add(time.Hour)
)

func policy(threshold int64) alert.Policy {
	return alert.Policy{RuleID: "R", Threshold: threshold, Period: time.Hour}
}

func TestAdd(t *testing.T) {
	for _, c := range []struct {
		threshold int64
		before    int64
		told      bool
		want      alert.Outcome
	}{
		{0, 0, false, alert.Opened},
		{1, 0, false, alert.Opened},
		{1, 1, true, alert.Counted},
		{1, 1, false, alert.Opened}, // whoever opened it did not write it
		{3, 0, false, alert.Pending},
		{3, 1, false, alert.Pending},
		{3, 2, false, alert.Opened},
		{3, 2, true, alert.Opened}, // told too late, of the window before
		{3, 3, true, alert.Counted},
		{3, 9, false, alert.Opened},
	} {
		counts := &counter{window: alert.Window{Count: c.before, Told: c.told, Ends: ends}}
		w := alert.Windows{Counter: counts}
		got, err := w.Add(t.Context(), policy(c.threshold), "d", now)
		require.NoError(t, err)
		require.Equal(t, c.want, got.Outcome, "%+v", c)
		require.Equal(t, c.before+1, got.Count)
		require.Equal(t, got.Outcome == alert.Opened, got.ID != "")
		require.Equal(t, "starhost.alert/R/d", counts.key)
		require.Equal(t, now.Add(time.Hour), counts.until)
	}
}

// TestOpenOnce shows that while an alert is on its way no other match opens it,
// and that one does if it was not written.
func TestOpenOnce(t *testing.T) {
	counts := &counter{window: alert.Window{Ends: ends}}
	w := alert.Windows{Counter: counts}
	add := func() alert.Tally {
		got, err := w.Add(t.Context(), policy(1), "d", now)
		require.NoError(t, err)
		return got
	}
	first := add()
	require.Equal(t, alert.Opened, first.Outcome)
	require.Equal(t, alert.Counted, add().Outcome)
	w.Withdrawn(first)
	second := add()
	require.Equal(t, alert.Opened, second.Outcome)
	require.Equal(t, first.ID, second.ID)
	require.NoError(t, w.Written(t.Context(), second, now))
	require.Equal(t, alert.Counted, add().Outcome)
}

// TestOpenTogether shows that of many matches at the same time one opens the
// alert, also when the one that reached the threshold is the last to know.
func TestOpenTogether(t *testing.T) {
	for _, before := range []int64{0, 5} {
		synctest.Test(t, func(t *testing.T) {
			first := make(chan struct{})
			counts := &counter{window: alert.Window{Count: before, Ends: ends}, hold: map[int64]chan struct{}{before + 1: first}}
			w := alert.Windows{Counter: counts}
			var opened atomic.Int32
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					got, err := w.Add(t.Context(), policy(1), "d", now)
					if err == nil && got.Outcome == alert.Opened {
						opened.Add(1)
					}
				})
			}
			synctest.Wait()
			assert.Equal(t, before+20, counts.window.Count)
			close(first)
			wg.Wait()
			assert.EqualValues(t, 1, opened.Load(), "%d before", before)
		})
	}
}

// TestOut shows that a match that is Counted while the alert is on its way knows
// whether that came to be out.
func TestOut(t *testing.T) {
	for _, written := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			counts := &counter{window: alert.Window{Ends: ends}}
			w := alert.Windows{Counter: counts}
			first, err := w.Add(t.Context(), policy(1), "d", now)
			require.NoError(t, err)
			second, err := w.Add(t.Context(), policy(1), "d", now)
			require.NoError(t, err)
			out := make(chan bool, 1)
			go func() { out <- second.Out() }()
			synctest.Wait()
			assert.Empty(t, out, "the alert is neither out nor withdrawn")
			if written {
				assert.NoError(t, w.Written(t.Context(), first, now))
			} else {
				w.Withdrawn(first)
			}
			assert.Equal(t, written, <-out)
		})
	}
}

// TestBusyWindow shows that a caller does not wait for all who ask for a key
// on which others are always at work, but until one of them knows of the alert.
func TestBusyWindow(t *testing.T) {
	for name, test := range map[string]struct {
		before   int64
		told     bool // by another process, as one more call hears
		withdraw bool // whatever is opened
	}{
		"opened":         {},
		"opened in vain": {withdraw: true},
		"out already":    {before: 5, told: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// The first and the last are still asking when the others know.
				first, last := test.before+1, test.before+4
				counts := &counter{window: alert.Window{Count: test.before, Ends: ends}, hold: map[int64]chan struct{}{
					first: make(chan struct{}), last: make(chan struct{}),
				}}
				w := alert.Windows{Counter: counts}
				var calls sync.WaitGroup
				var known atomic.Int32
				add := func() {
					calls.Go(func() {
						got, err := w.Add(t.Context(), policy(1), "d", now)
						assert.NoError(t, err)
						known.Add(1)
						if test.withdraw {
							w.Withdrawn(got)
						}
					})
					synctest.Wait()
				}
				for range 4 {
					add()
				}
				assert.Zero(t, known.Load())
				if test.told {
					counts.window.Told = true
					add()
				} else {
					close(counts.hold[first])
					synctest.Wait()
				}
				assert.EqualValues(t, 3, known.Load(), "all but those who are still asking")
				if test.told {
					close(counts.hold[first])
				}
				close(counts.hold[last])
				calls.Wait()
			})
		})
	}
}

// TestAddOnce shows that a value counts once in a period, and again where it
// was not counted to the end the first time.
func TestAddOnce(t *testing.T) {
	keys := make(map[string]*counter)
	w := alert.Windows{Counter: byKey(keys)}
	add := func(value string) alert.Tally {
		got, err := w.AddOnce(t.Context(), policy(2), "d", value, now)
		require.NoError(t, err)
		return got
	}
	require.Equal(t, alert.Pending, add("a").Outcome)
	require.Equal(t, alert.Pending, add("a").Outcome)
	opened := add("b")
	require.Equal(t, alert.Opened, opened.Outcome)
	require.EqualValues(t, 2, opened.Count)
	w.Withdrawn(opened)
	again := add("b")
	require.Equal(t, alert.Opened, again.Outcome)
	require.EqualValues(t, 2, again.Count)
	require.NoError(t, w.Written(t.Context(), again, now))
	require.Equal(t, alert.Counted, add("b").Outcome)
	require.Equal(t, alert.Counted, add("c").Outcome)

	keys[alert.WindowKey("R", "d")].fail = map[string]error{"Count": errors.New("down")}
	_, err := w.AddOnce(t.Context(), policy(2), "d", "e", now)
	require.ErrorContains(t, err, "down")
	keys[alert.WindowKey("R", "d")].fail = nil
	require.Equal(t, alert.Counted, add("e").Outcome)
	require.EqualValues(t, 5, keys[alert.WindowKey("R", "d")].window.Count, "both attempts of e")
}

// byKey is a Counter with a window for each key.
type byKey map[string]*counter

func (b byKey) of(key string) *counter {
	if b[key] == nil {
		b[key] = &counter{window: alert.Window{Ends: ends}}
	}
	return b[key]
}

func (b byKey) Count(ctx context.Context, key string, now, until time.Time) (alert.Window, error) {
	return b.of(key).Count(ctx, key, now, until)
}

func (b byKey) Look(ctx context.Context, key string, now time.Time) (alert.Window, error) {
	return b.of(key).Look(ctx, key, now)
}

func (b byKey) Tell(ctx context.Context, key string, now, until time.Time) error {
	return b.of(key).Tell(ctx, key, now, until)
}

func TestAddError(t *testing.T) {
	down := errors.New("down")
	for _, method := range []string{"Count", "Look"} {
		counts := &counter{fail: map[string]error{method: down}}
		w := alert.Windows{Counter: counts}
		_, err := w.Add(t.Context(), policy(1), "d", now)
		require.ErrorIs(t, err, down)
		require.ErrorContains(t, err, "count event in alert window of R: down")
		counts.fail = nil
		got, err := w.Add(t.Context(), policy(1), "d", now)
		require.NoError(t, err)
		require.Equal(t, alert.Opened, got.Outcome, "the alert whose opening failed")
	}
	counts := &counter{fail: map[string]error{"Tell": down}}
	w := alert.Windows{Counter: counts}
	got, err := w.Add(t.Context(), policy(1), "d", now)
	require.NoError(t, err)
	require.ErrorContains(t, w.Written(t.Context(), got, now), "note that alert "+got.ID+" is out: down")
}

// TestWindowKey shows that keys of different windows differ, and are short
// enough and of characters for DynamoDB.
func TestWindowKey(t *testing.T) {
	long := strings.Repeat("é", 1000)
	seen := make(map[string]string)
	for _, w := range [][2]string{
		{"a", "b"}, {"a/b", ""}, {"a", "/b"}, {"a/", "b"}, {"a%2Fb", ""}, {"a b", "c"},
		{"a", long}, {"a", long + "x"}, {"a" + long, ""}, {"b", long},
		{"a", "aaaé"[:4]}, {"a", "aaa\ufffd"}, {"a", "aaa\xff"}, {"a\xff", "b"}, {"a", "aaaé"},
	} {
		key := alert.WindowKey(w[0], w[1])
		require.Empty(t, seen[key], "%q", w)
		seen[key] = w[0] + "|" + w[1]
		require.LessOrEqual(t, len(key), 2048)
		require.True(t, utf8.ValidString(key), "%q", key)
		require.True(t, strings.HasPrefix(key, alert.KeyPrefix))
	}
}

func TestParseSeverity(t *testing.T) {
	for text, want := range map[string]alert.Severity{"Info": "INFO", "critical": "CRITICAL", "HIGH": "HIGH"} {
		got, err := alert.ParseSeverity(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "urgent", "HIGH ", "DEFAULT"} {
		_, err := alert.ParseSeverity(text)
		require.ErrorContains(t, err, "want one of INFO, LOW, MEDIUM, HIGH, CRITICAL", text)
	}
}
