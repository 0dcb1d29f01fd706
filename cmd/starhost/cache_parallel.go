package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
)

// inParallel does n things, 64 at a time, so that a store that groups its
// writes has something to group. The first error is the end, and says how many
// were done. On a terminal there is a bar from the second second on.
func (c *command) inParallel(ctx context.Context, what string, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	stop := func() {}
	if isTerminal(c.err) {
		stop = drawCount(c.err, what, n, &done)
	}
	var wg sync.WaitGroup
	for range min(64, n) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := do(ctx, int(i)); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	stop()
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("%s: %d of %d are done: %w", what, done.Load(), n, err)
	}
	return nil
}

// drawCount draws how far something is until stop is called.
func drawCount(w io.Writer, what string, n int, done *atomic.Int64) (stop func()) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var bar *progressbar.ProgressBar
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-end:
				if bar != nil {
					bar.Clear()
				}
				return
			case <-tick.C:
			}
			if bar == nil {
				bar = progressbar.NewOptions(n,
					progressbar.OptionSetWriter(w),
					progressbar.OptionSetDescription(what),
					progressbar.OptionShowCount(),
					progressbar.OptionSetPredictTime(true),
					progressbar.OptionClearOnFinish())
			}
			bar.Set64(done.Load())
		}
	})
	return func() {
		close(end)
		wg.Wait()
	}
}
