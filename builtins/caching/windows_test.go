package caching_test

import (
	"errors"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
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
		n, err := w.Count(t.Context(), "k", now, now.Add(time.Minute))
		if err != nil || n != step.want {
			t.Errorf("after %v: count %d (error %v), want %d", step.after, n, err, step.want)
		}
	}
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
		if n, err := w.Count(t.Context(), key, now, now); !isInvalid(err) {
			t.Errorf("a count of %v gave %d, error %v", count, n, err)
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
