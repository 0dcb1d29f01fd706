package caching_test

import (
	"errors"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/stretchr/testify/require"
)

func TestWindows(t *testing.T) {
	w := caching.Windows{Store: new(memory.Store)}
	first := time.Unix(start, 250e6)
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{
		{0, 1}, {time.Second, 2}, {59 * time.Second, 3}, // in the window of the first event
		{60 * time.Second, 1}, {61 * time.Second, 2}, // its end begins the next one
		{119 * time.Second, 3}, {300 * time.Second, 1},
	} {
		now := first.Add(step.after)
		got, err := w.Count(t.Context(), "k", now, now.Add(time.Minute))
		if err != nil || got.Count != step.want || got.Told {
			t.Errorf("after %v: %+v (error %v), want count %d", step.after, got, err, step.want)
		}
	}
}

// TestWindowsTold shows that a window remembers that its alert is out, and that
// its next one does not.
func TestWindowsTold(t *testing.T) {
	w := caching.Windows{Store: new(memory.Store)}
	at := func(seconds int64) (now, until time.Time) {
		now = time.Unix(start+seconds, 0)
		return now, now.Add(time.Minute)
	}
	count := func(seconds int64) alert.Window {
		now, until := at(seconds)
		got, err := w.Count(t.Context(), "k", now, until)
		require.NoError(t, err)
		look, err := w.Look(t.Context(), "k", now)
		require.NoError(t, err)
		require.False(t, look.Ends.IsZero())
		got.Ends = look.Ends
		require.Equal(t, got, look)
		return got
	}
	tell := func(seconds int64) {
		now, until := at(seconds)
		require.NoError(t, w.Tell(t.Context(), "k", now, until))
	}
	ends := func(seconds int64) time.Time { return time.Unix(start+seconds, 0) }
	require.Equal(t, alert.Window{Count: 1, Ends: ends(60)}, count(0))
	tell(1)
	require.Equal(t, alert.Window{Count: 2, Told: true, Ends: ends(60)}, count(2))
	tell(3)
	require.Equal(t, alert.Window{Count: 3, Told: true, Ends: ends(60)}, count(59))
	require.Equal(t, alert.Window{Count: 1, Ends: ends(120)}, count(60))
	tell(200) // too late: the next match of the window that this begins is its first
	require.Equal(t, alert.Window{Count: 1, Told: true, Ends: ends(260)}, count(201))

	none, err := w.Look(t.Context(), "other", time.Unix(start, 0))
	require.NoError(t, err)
	require.Zero(t, none)
}

func TestWindowsErrors(t *testing.T) {
	store := new(memory.Store)
	w := caching.Windows{Store: store}
	now := time.Unix(start, 0)
	if _, err := w.Count(t.Context(), "", now, now); !isInvalid(err) {
		t.Errorf("an empty key gave error %v", err)
	}
	half, _ := caching.ParseNumber("2.5")
	for key, count := range map[string]caching.Number{"text": caching.TextNumber("7"), "half": half} {
		if err := store.Put(t.Context(), key, start, caching.Item{Count: count}); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Count(t.Context(), key, now, now); !isInvalid(err) {
			t.Errorf("a count of %v gave %+v, error %v", count, got, err)
		}
	}
	_, err := caching.Windows{Store: failing{}}.Count(t.Context(), "k", now, now)
	if _, ok := errors.AsType[*caching.StoreError](err); !ok || !errors.Is(err, errBroken) {
		t.Errorf("a failing store gave error %v", err)
	}
}

func isInvalid(err error) bool {
	_, ok := errors.AsType[*caching.InvalidError](err)
	return ok
}
