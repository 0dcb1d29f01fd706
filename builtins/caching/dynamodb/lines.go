package dynamodb

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/starhost/starhost/builtins/caching"
)

// lines have at most one update of each key under way. What is to be added
// under the key meanwhile waits in its line, and then goes together. There are
// lines for counts and lines for sets.
type lines struct {
	store *Store
	rule  rule

	mu    sync.Mutex
	lines map[string]*line // of the keys with an update under way
}

// A rule says how additions are put together and applied.
type rule struct {
	// join returns both together, or false if they cannot be. It is not
	// concerned with times.
	join func(sum, a amount) (amount, bool)

	// apply adds all of a batch and answers its callers. It returns the error
	// that they got.
	apply func(ctx context.Context, key string, b *batch) error
}

// An amount is what is added: to a count, or to a set.
type amount struct {
	n       caching.Number
	members caching.StringSet
}

type line struct{ waiting []*addition }

// An addition waits for its result, which is the new count or set.
type addition struct {
	amount
	ctx  context.Context
	now  int64
	ttl  caching.TTL
	done chan answer // has room for the answer
}

type answer struct {
	result amount
	err    error
}

// add adds an amount under key and returns the result.
func (c *lines) add(ctx context.Context, key string, now int64, what amount, ttl caching.TTL) (amount, error) {
	if err := check(key, caching.Item{Count: what.n, Strings: what.members}); err != nil {
		return amount{}, err
	}
	if err := ctx.Err(); err != nil {
		return amount{}, err
	}
	if err := c.store.enter(); err != nil {
		return amount{}, err
	}
	defer c.store.running.Done()
	a := &addition{amount: what, ctx: ctx, now: now, ttl: ttl, done: make(chan answer, 1)}
	c.join(key, a)
	begun := time.Now()
	select {
	case r := <-a.done:
		return r.result, r.err
	case <-ctx.Done():
		return amount{}, &Error{Request: "UpdateItem", Table: c.store.table, Unsure: true, Ended: ctx.Err(), Err: &waitError{time.Since(begun)}}
	}
}

// A waitError says that a caller gave up before there was an answer.
type waitError struct{ after time.Duration }

func (e *waitError) Error() string {
	return "no answer after " + e.after.Round(time.Millisecond).String()
}

// join puts an addition in the line of its key, and sees to it that the line
// is served.
func (c *lines) join(key string, a *addition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.lines[key]; l != nil {
		l.waiting = append(l.waiting, a)
		return
	}
	if c.lines == nil {
		c.lines = make(map[string]*line)
	}
	c.lines[key] = &line{waiting: []*addition{a}}
	c.store.running.Go(func() { c.serve(key) })
}

// serve applies what waits in the line of a key until nothing does.
func (c *lines) serve(key string) {
	for {
		batch := c.take(key)
		if batch == nil {
			return
		}
		c.send(key, batch)
	}
}

// send applies a batch. If it breaks a limit of the item, each addition is
// tried alone, in the time that is left: the item may take some of them.
func (c *lines) send(key string, b *batch) {
	ctx, end := c.store.limit(context.Background(), c.store.budget) // no single caller can end it
	defer end()
	err := c.rule.apply(ctx, key, b)
	if _, ok := errors.AsType[*caching.InvalidError](err); ok && len(b.additions) > 1 {
		c.split(ctx, key, b.additions)
		return
	}
	c.fail(key, b, nil, err)
}

// split applies additions one by one.
func (c *lines) split(ctx context.Context, key string, additions []*addition) {
	for i, a := range additions {
		if a.ctx.Err() != nil {
			continue // its caller has gone
		}
		b := newBatch(a)
		if c.fail(key, b, additions[i+1:], c.rule.apply(ctx, key, b)) {
			return
		}
	}
}

// fail gives all callers of a batch an error, if there is one. If the table
// failed, it reports so, and what comes after the batch fails as well: the rest
// that was to be sent, and what waits in the line; but not what comes once
// callers know.
func (c *lines) fail(key string, b *batch, rest []*addition, err error) bool {
	if err == nil {
		return false
	}
	e, down := errors.AsType[*Error](err)
	if down {
		unsent := *e
		unsent.Unsure = false
		answerAll(rest, &unsent)
		c.refuse(key, &unsent)
	}
	answerAll(b.additions, err)
	return down
}

func answerAll(additions []*addition, err error) {
	for _, a := range additions {
		a.done <- answer{err: err}
	}
}

// take removes from the line what can go together, and the line if it is
// empty: then it returns nil.
func (c *lines) take(key string) *batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[key]
	var b *batch
	for len(l.waiting) > 0 {
		a := l.waiting[0]
		if a.ctx.Err() == nil { // else its caller has gone
			if b == nil {
				b = newBatch(a)
			} else if !c.rule.extend(b, a) {
				break
			}
		}
		l.waiting[0] = nil
		l.waiting = l.waiting[1:]
	}
	if b == nil {
		delete(c.lines, key)
	} else if len(b.additions) > 1 {
		c.store.stats.coalesced.Add(int64(len(b.additions)))
	}
	return b
}

// refuse fails all that wait in the line of a key, after the table has failed
// the update before them for as long as they wait.
func (c *lines) refuse(key string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lines[key]
	answerAll(l.waiting, err)
	l.waiting = nil
}

// A batch is a series of additions under one key that have the same effect and
// the same results when they are applied at once.
type batch struct {
	additions []*addition
	now       int64 // of the first
	sum       amount
	ttl       caching.TTL // of all together

	// liveAt is the latest time at which the item is certainly live after
	// what is in the batch so far: nobody may join for whom it could have
	// expired, as that one begins a new item.
	liveAt int64
}

func newBatch(a *addition) *batch {
	b := &batch{additions: []*addition{a}, now: a.now, sum: a.amount, ttl: a.ttl, liveAt: a.now}
	switch a.ttl.Mode {
	case caching.SetTTL:
		b.liveAt = a.ttl.At - 1
	case caching.SetNewTTL:
		b.liveAt = min(a.now, a.ttl.At-1)
	}
	return b
}

// extend puts an addition at the end of a batch, and reports whether it could.
func (r rule) extend(b *batch, a *addition) bool {
	if a.now > b.liveAt {
		return false
	}
	sum, ok := r.join(b.sum, a.amount)
	if !ok {
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
