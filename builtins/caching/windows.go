package caching

import (
	"context"
	"fmt"
	"time"
)

// Windows count events in windows of time, each under a key of the Store. The
// engine's alerts use it: several engines over one store so agree on the
// windows.
type Windows struct {
	Store Store
}

// Count adds one to the count of the window under key and returns the new
// count. If there is no such window, or if the one there is ended at or before
// now, a new one begins with the count 1 and ends at until; a window that is
// there keeps its end. Times are cut to whole seconds. An error is an
// *InvalidError or a *StoreError.
func (w Windows) Count(ctx context.Context, key string, now, until time.Time) (int64, error) {
	if err := CheckKey(key); err != nil {
		return 0, err
	}
	op := operation{name: "count", key: key, ctx: ctx, now: now.Unix(), store: w.Store}
	count, err := op.increment(Int(1), TTL{Mode: SetNewTTL, At: until.Unix()})
	if err != nil {
		return 0, err
	}
	n, ok := count.Int64()
	if !ok {
		return 0, &InvalidError{key, fmt.Sprintf("the count of the window is %v, which is no count of events: remove the item", count)}
	}
	return n, nil
}
