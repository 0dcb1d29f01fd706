package dynamodb

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Delays between attempts, each with jitter: doubled from first up to most.
const (
	firstDelay         = 5 * time.Millisecond
	firstThrottleDelay = 20 * time.Millisecond
	mostDelay          = 200 * time.Millisecond
)

// Stats tell what a Store has done since it was opened.
type Stats struct {
	Requests  int64 // sent, each attempt counted
	Retries   int64 // attempts after the first
	Throttled int64 // attempts that the table refused, or answered in part, for want of capacity or room
	Ambiguous int64 // attempts of writes that failed, but may have been applied
	Recovered int64 // increments whose answer was lost and found on the item
	Coalesced int64 // increments that went together with another one
}

type stats struct {
	retries, throttled, ambiguous, recovered, coalesced atomic.Int64
}

// Stats returns what the store has done so far.
func (s *Store) Stats() Stats {
	return Stats{
		Requests:  s.wire.sent.Load(),
		Retries:   s.stats.retries.Load(),
		Throttled: s.stats.throttled.Load(),
		Ambiguous: s.stats.ambiguous.Load(),
		Recovered: s.stats.recovered.Load(),
		Coalesced: s.stats.coalesced.Load(),
	}
}

// begin begins a call that Close waits for, until its end is told. It returns a
// context that ends when the given time is used up. That has ended already, and
// its cause says why, if the store is closed or there are no credentials.
func (s *Store) begin(ctx context.Context, budget time.Duration) (_ context.Context, end func()) {
	if err := s.enter(); err != nil {
		return over(ctx, err)
	}
	ctx, cancel := s.limit(ctx, budget)
	return ctx, func() {
		cancel()
		s.running.Done()
	}
}

// limit returns a context that ends when the given time is used up. It has
// ended already if there are no credentials, and its cause says so.
func (s *Store) limit(ctx context.Context, budget time.Duration) (_ context.Context, end func()) {
	if err := s.login(ctx); err != nil {
		return over(ctx, err)
	}
	return context.WithTimeoutCause(ctx, budget, &timeLimitError{"no success", budget})
}

// over returns a context that has ended, and why.
func over(ctx context.Context, why error) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(why)
	return ctx, func() {}
}

// A call is one request with all its attempts.
type call struct {
	store *Store
	pass  pass
	fail  Error // as far as it is known
}

// do sends a request until it succeeds, or fails in a way that no repetition
// can change, or ctx ends. It may be applied more than once, so it must come
// to the same then, or fail a condition of its own. A failed condition is
// returned as the table gave it, all other failures as an *Error.
func (s *Store) do(ctx context.Context, request string, send func(context.Context) error) error {
	c := call{store: s, fail: Error{Request: request, Table: s.table}}
	if limited(ctx) {
		return c.end(context.Cause(ctx))
	}
	var err error
	if c.pass, err = s.breaker.begin(); err != nil {
		return c.end(err)
	}
	err = c.run(ctx, send)
	if err == nil || isCondition(err) {
		s.breaker.succeed(c.pass)
	} else {
		c.blame(ctx)
	}
	return err
}

func isCondition(err error) bool {
	_, ok := failedCondition(err)
	return ok
}

// blame tells the breaker of a failure, if it is the table's. A caller that
// gives up is none, but an attempt that failed before it did is.
func (c *call) blame(ctx context.Context) {
	_, own := errors.AsType[*timeLimitError](context.Cause(ctx))
	cause := c.fail.Err
	if cause == nil {
		cause = c.fail.Ended
	}
	switch {
	case c.fail.Err == nil && limited(ctx) && !own:
		c.store.breaker.leave(c.pass)
	case judge(cause) == throttled, isValidation(cause), denied(cause):
		c.store.breaker.succeed(c.pass) // it answers
	default:
		c.store.breaker.fail(c.pass, cause)
	}
}

func (c *call) end(why error) error {
	c.fail.Ended = why
	return &c.fail
}

func (c *call) run(ctx context.Context, send func(context.Context) error) error {
	heard := time.Now() // of the table, or begun
	for {
		c.fail.Attempts++
		err := c.attempt(ctx, send)
		if err == nil || isCondition(err) {
			return err
		}
		if limited(ctx) && errors.Is(err, ctx.Err()) && !unsigned(err) { // without an answer
			c.fail.Unsure = c.fail.Unsure || c.writes() && judge(err) == ambiguous
			return c.end(context.Cause(ctx))
		}
		c.fail.Err = bare(err)
		verdict := judge(err)
		if verdict == refused {
			return c.end(nil)
		}
		c.count(verdict)
		if limited(ctx) {
			return c.end(context.Cause(ctx))
		}
		if verdict == throttled { // a larger budget is for such a table, which answers
			heard = time.Now()
		} else if time.Since(heard) >= defaultBudget {
			return c.end(&timeLimitError{"no success", defaultBudget})
		}
		if err := c.pause(ctx, verdict); err != nil {
			return c.end(err)
		}
	}
}

// attempt sends the request once.
func (c *call) attempt(ctx context.Context, send func(context.Context) error) error {
	late := &timeLimitError{"no answer", c.store.attempt}
	once, cancel := context.WithTimeoutCause(ctx, c.store.attempt, late)
	defer cancel()
	var connecting atomic.Bool
	err := send(httptrace.WithClientTrace(once, &httptrace.ClientTrace{
		GetConn: func(string) { connecting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connecting.Store(false) },
	}))
	if err == nil || unsigned(err) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) && context.Cause(once) == error(late) {
		if err = late; connecting.Load() {
			err = &timeLimitError{"no connection", c.store.attempt}
		}
	}
	if connecting.Load() {
		return &connectError{err}
	}
	return err
}

// writes reports whether the request changes something.
func (c *call) writes() bool {
	switch c.fail.Request {
	case "GetItem", "BatchGetItem", "Scan", "DescribeTable", "DescribeTimeToLive":
		return false
	}
	return true
}

func (c *call) count(v verdict) {
	switch v {
	case throttled:
		c.store.stats.throttled.Add(1)
	case ambiguous:
		if c.writes() {
			c.store.stats.ambiguous.Add(1)
			c.fail.Unsure = true
		}
	}
}

// pause waits before the next attempt, and returns why there is to be none.
func (c *call) pause(ctx context.Context, v verdict) error {
	if err := c.store.breaker.stop(c.pass); err != nil {
		return err
	}
	first := firstDelay
	if v == throttled {
		first = firstThrottleDelay
	}
	if err := pause(ctx, first, c.fail.Attempts); err != nil {
		return err
	}
	c.store.stats.retries.Add(1)
	return nil
}

// pause waits after some attempts, the longer the more there were. It returns
// why ctx has ended, if it has.
func pause(ctx context.Context, first time.Duration, attempts int) error {
	delay := min(first<<min(attempts-1, 10), mostDelay)
	timer := time.NewTimer(delay/2 + rand.N(delay/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
