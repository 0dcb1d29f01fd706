package dynamodb

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/starhost/starhost/builtins/caching"
)

// counters have at most one update of each key under way. The increments of
// the key that come meanwhile wait in its line, and then go together.
type counters struct {
	store *Store

	mu    sync.Mutex
	lines map[string]*line // of the keys with an update under way
}

type line struct {
	waiting []*addition
}

// An addition is an increment that waits for its result.
type addition struct {
	ctx  context.Context
	now  int64
	n    caching.Number
	ttl  caching.TTL
	done chan answer // has room for the answer
}

type answer struct {
	count caching.Number
	err   error
}

// Increment implements caching.Store.
func (s *Store) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	if err := check(key, caching.Item{Count: n}); err != nil {
		return caching.Number{}, err
	}
	if err := ctx.Err(); err != nil {
		return caching.Number{}, err
	}
	a := &addition{ctx: ctx, now: now, n: n, ttl: ttl, done: make(chan answer, 1)}
	if err := s.counters.join(key, a); err != nil {
		return caching.Number{}, err
	}
	begun := time.Now()
	select {
	case r := <-a.done:
		return r.count, r.err
	case <-ctx.Done():
		return caching.Number{}, &Error{Request: "UpdateItem", Table: s.table, Unsure: true, Ended: ctx.Err(), Err: &waitError{time.Since(begun)}}
	}
}

// A waitError says that a caller gave up before there was an answer.
type waitError struct{ after time.Duration }

func (e *waitError) Error() string {
	return "no answer after " + e.after.Round(time.Millisecond).String()
}

// join puts an addition in the line of its key, and sees to it that the line
// is served.
func (c *counters) join(key string, a *addition) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.lines[key]; l != nil {
		l.waiting = append(l.waiting, a)
		return nil
	}
	if c.lines == nil {
		c.lines = make(map[string]*line)
	}
	if !c.store.spawn(func() { c.serve(key) }) {
		return ErrClosed
	}
	c.lines[key] = &line{waiting: []*addition{a}}
	return nil
}

// serve sends what waits in the line of a key until nothing does.
func (c *counters) serve(key string) {
	for {
		batch := c.take(key)
		if batch == nil {
			return
		}
		err := c.store.incrementAll(key, batch)
		if _, ok := errors.AsType[*Error](err); ok {
			c.refuse(key, err)
		}
	}
}

// take removes from the line what can go together, and the line if it is
// empty: then it returns nil.
func (c *counters) take(key string) *batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[key]
	var b *batch
	for len(l.waiting) > 0 {
		a := l.waiting[0]
		if a.ctx.Err() == nil { // else its caller has gone
			if b == nil {
				b = newBatch(a)
			} else if !b.add(a) {
				return b
			}
		}
		l.waiting[0] = nil
		l.waiting = l.waiting[1:]
	}
	if b == nil {
		delete(c.lines, key)
	}
	return b
}

// refuse fails all that wait in the line of a key, after the table has failed
// the update before them for as long as they wait.
func (c *counters) refuse(key string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[key]
	for _, a := range l.waiting {
		a.done <- answer{err: err}
	}
	l.waiting = nil
}

// A batch is a series of increments of one key that have the same effect and
// the same results when they are applied at once.
type batch struct {
	additions []*addition
	now       int64 // of the first
	sum       caching.Number
	ttl       caching.TTL // of all together

	// liveAt is the latest time at which the item is certainly live after
	// what is in the batch so far: nobody may join for whom it could have
	// expired, as that one begins a new count.
	liveAt int64
	single bool // nobody may join
}

func newBatch(a *addition) *batch {
	b := &batch{additions: []*addition{a}, now: a.now, sum: a.n, ttl: a.ttl, liveAt: a.now}
	switch a.ttl.Mode {
	case caching.SetTTL:
		b.liveAt = a.ttl.At - 1
	case caching.SetNewTTL:
		b.liveAt = min(a.now, a.ttl.At-1)
	}
	b.single = !small(a.n)
	return b
}

// small reports whether sums of such numbers have few digits.
func small(n caching.Number) bool {
	const most = 1 << 40
	i, ok := n.Int64()
	return ok && -most < i && i < most
}

// add adds an addition at the end, and reports whether it could.
func (b *batch) add(a *addition) bool {
	if b.single || a.now > b.liveAt || !small(a.n) {
		return false
	}
	sum, err := b.sum.Add(a.n)
	if err != nil {
		return false
	}
	b.additions, b.sum = append(b.additions, a), sum
	switch {
	case a.ttl.Mode == caching.SetTTL:
		b.ttl, b.liveAt = a.ttl, a.ttl.At-1
	case a.ttl.Mode == caching.SetNewTTL && b.ttl.Mode == caching.KeepTTL:
		b.ttl, b.liveAt = a.ttl, min(b.liveAt, a.ttl.At-1)
	}
	return true
}

// incrementAll applies a batch and answers its callers. It returns the error
// that all of them got.
func (s *Store) incrementAll(key string, b *batch) error {
	ctx, cancel := s.limit(context.Background()) // no single caller can end it
	defer cancel()
	total, err := s.increment(ctx, key, b.now, b.sum, b.ttl)
	if len(b.additions) == 1 {
		b.additions[0].done <- answer{total, err}
		return err
	}
	if _, ok := errors.AsType[*caching.InvalidError](err); ok {
		return s.incrementEach(key, b)
	}
	if err != nil {
		for _, a := range b.additions {
			a.done <- answer{err: err}
		}
		return err
	}
	s.stats.coalesced.Add(int64(len(b.additions)))
	b.answer(total)
	return nil
}

// incrementEach applies additions one by one, after the item has refused their
// sum: it may take some of them.
func (s *Store) incrementEach(key string, b *batch) (err error) {
	for _, a := range b.additions {
		if err = s.incrementAll(key, newBatch(a)); err != nil {
			continue
		}
	}
	return err
}

// answer tells each caller the count after its own increment.
func (b *batch) answer(total caching.Number) {
	sum, _ := b.sum.Int64() // a batch of several is small
	for _, a := range b.additions {
		n, _ := a.n.Int64()
		sum -= n
		// What is still to come, taken off the total.
		count, err := total.Add(caching.Int(-sum))
		a.done <- answer{count, err}
	}
}
