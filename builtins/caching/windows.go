package caching

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/starhost/starhost/alert"
)

// Windows count events in windows of time, each under a key of the Store. The
// engine's alerts use it: several engines over one store so agree on the
// windows.
//
// A window is a count with a time of expiry. That its alert is out is written
// into the same number, by adding told to it, so that every operation on a
// window is one atomic increment: in the table, a window of 3 events whose
// alert is out has the count 1099511627779.
type Windows struct {
	Store Store
}

var _ alert.Counter = Windows{}

// told is more than any window counts.
const told = 1 << 40

// Count adds one to the count of the window under key and returns it as it is
// then. If there is no such window, or if the one there is ended at or before
// now, a new one begins with the count 1 and ends at until; a window that is
// there keeps its end. Times are cut to whole seconds. An error is an
// *InvalidError or a *StoreError.
func (w Windows) Count(ctx context.Context, key string, now, until time.Time) (alert.Window, error) {
	return w.add(ctx, key, 1, now, until)
}

// Tell notes that the alert of the window under key is out.
func (w Windows) Tell(ctx context.Context, key string, now, until time.Time) error {
	_, err := w.add(ctx, key, told, now, until)
	return err
}

func (w Windows) add(ctx context.Context, key string, n int64, now, until time.Time) (alert.Window, error) {
	if err := CheckKey(key); err != nil {
		return alert.Window{}, err
	}
	count, err := w.Store.Increment(ctx, key, now.Unix(), Int(n), TTL{Mode: SetNewTTL, At: until.Unix()})
	if err != nil {
		return alert.Window{}, storeFailed("count", key, err)
	}
	return windowOf(key, Item{Count: count})
}

// Look returns the window under key, the zero Window if there is none at now.
func (w Windows) Look(ctx context.Context, key string, now time.Time) (alert.Window, error) {
	if err := CheckKey(key); err != nil {
		return alert.Window{}, err
	}
	item, err := w.Store.Get(ctx, key, now.Unix())
	if err != nil {
		return alert.Window{}, storeFailed("look", key, err)
	}
	return windowOf(key, item)
}

// windowOf reads the window that an item holds.
func windowOf(key string, item Item) (alert.Window, error) {
	var window alert.Window
	if ends, ok := item.ExpiresAt.Int64(); ok {
		window.Ends = time.Unix(ends, 0)
	}
	if item.Count.IsNone() {
		return window, nil
	}
	n, ok := item.Count.Int64()
	if !ok || n < 0 || n == math.MaxInt64 {
		return alert.Window{}, &InvalidError{key, fmt.Sprintf("the count of the window is %v, which is no count of events: remove the item", item.Count)}
	}
	window.Count, window.Told = n%told, n >= told
	return window, nil
}
