package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
)

// Handle runs the rules over some records, on the goroutine of its caller, and
// returns when their alerts are in the sink and their state is in the store. It
// gives one error for each record: nil if it is done with, a
// *event.RefusedError if it is no event, and otherwise why it was not, or not
// wholly, dealt with and must come again.
//
// Rules with state see the records in their order. Those of other calls at the
// same time come before, after or between them. The time of an event is the one
// at which it is evaluated (Clock.Now, or the wall clock). The Ack of records is
// not called.
//
// Many goroutines may call it at once; it then waits for its turn, until ctx
// ends. What has begun is finished.
func (e *Engine) Handle(ctx context.Context, records []event.Raw) []error {
	errs := make([]error, len(records))
	items := make([]item, len(records))
	for i, raw := range records {
		items[i].raw = raw
	}
	set := e.Rules()
	err := e.handleStateless(ctx, set, items)
	if err == nil {
		err = e.handleStateful(ctx, set, items)
	}
	for i := range items {
		it := &items[i]
		switch {
		case it.err != nil:
			errs[i] = &event.RefusedError{Err: it.err}
		case err != nil:
			errs[i] = err
		default:
			errs[i] = it.failed
		}
		if err == nil && it.failed == nil {
			e.stats.records.Add(1)
		}
	}
	return errs
}

// handleStateless decodes the records and asks the rules without state about
// them, on as many workers as are free.
func (e *Engine) handleStateless(ctx context.Context, set *ruleset.Set, items []item) error {
	pool := e.pools.ready(e).stateless
	var wg sync.WaitGroup
	defer wg.Wait()
	for len(items) > 0 {
		part := items[:min(len(items), batchSize)]
		items = items[len(part):]
		w, err := pool.get(ctx, set)
		if err != nil {
			return err
		}
		do := func() {
			defer pool.put(w)
			e.decode(part)
			for i := range part {
				part[i].now = e.Clock.now()
			}
			e.evaluate(context.WithoutCancel(ctx), w.Worker, set, part)
		}
		if len(items) == 0 {
			do()
		} else {
			wg.Go(do)
		}
	}
	return nil
}

// handleStateful asks the rules with state, and sees to what comes of all.
func (e *Engine) handleStateful(ctx context.Context, set *ruleset.Set, items []item) error {
	w, err := e.pools.stateful.get(ctx, set)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	e.finishItems(ctx, w, set, items)
	e.flush(ctx, items, e.pools.together) // an error is noted in the items
	return nil
}

// finishItems sees to the items, and gives the worker back. It counts all their
// matches at once, as a store may take milliseconds for each; only those of one
// window are counted one after the other, so that the first event opens it.
func (e *Engine) finishItems(ctx context.Context, w *worker, set *ruleset.Set, items []item) {
	defer e.pools.stateful.put(w)
	for i := range items {
		e.askStateful(ctx, w.Worker, set, &items[i])
	}
	e.pools.together(e.counting(ctx, items))
	for i := range items {
		for h := range items[i].hits {
			e.take(ctx, set, &items[i], &items[i].hits[h])
		}
	}
}

// counting gives what there is to count for the items: a function for each
// window.
func (e *Engine) counting(ctx context.Context, items []item) []func() {
	type match struct {
		hit *hit
		now time.Time
	}
	var windows []func()
	matches := make(map[string][]match)
	for i := range items {
		for j := range items[i].hits {
			h := &items[i].hits[j]
			if !e.counts(h) {
				continue
			}
			key := alert.WindowKey(h.rule.ID, h.result.Match.Dedup)
			matches[key] = append(matches[key], match{h, items[i].now})
			if len(matches[key]) > 1 {
				continue
			}
			windows = append(windows, func() {
				for _, m := range matches[key] {
					m.hit.tally, m.hit.tallyErr = runtime.CountMatch(ctx, e.Windows, m.hit.rule, m.hit.result.Match, m.now)
				}
			})
		}
	}
	return windows
}

// storeWidth is how many goroutines of all calls of Handle wait for the store
// because of windows: enough for those that answer many at once, and fewer than
// the connections that a client keeps.
const storeWidth = 128

// together does all at once, as far as there is room.
func (p *pools) together(all []func()) {
	if len(all) == 0 {
		return
	}
	var next atomic.Int64
	work := func() {
		for i := next.Add(1); i <= int64(len(all)); i = next.Add(1) {
			all[i-1]()
		}
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for n := 1; n < len(all) && p.mayWait(); n++ {
		wg.Go(func() {
			defer func() { <-p.store }()
			work()
		})
	}
	work() // so that there is always one
}

// mayWait takes one of the places of storeWidth, if there is one.
func (p *pools) mayWait() bool {
	select {
	case p.store <- struct{}{}:
		return true
	default:
		return false
	}
}

// inOrder does all, one after the other.
func inOrder(all []func()) {
	for _, do := range all {
		do()
	}
}

// waiting is the default of Engine.Waiting.
const waiting = 32

// pools are the workers of Handle.
type pools struct {
	once      sync.Once
	stateless *pool
	stateful  *pool
	store     chan struct{} // one for each goroutine of together
}

func (p *pools) ready(e *Engine) *pools {
	p.once.Do(func() {
		n := e.Waiting
		if n <= 0 {
			n = waiting
		}
		p.stateless, p.stateful = newPool(e, e.workers()), newPool(e, n)
		p.store = make(chan struct{}, storeWidth)
	})
	return p
}

// A pool has a bounded number of workers, which keep their instances of Python
// files from one event to the next.
type pool struct {
	idle chan *worker
}

type worker struct {
	*runtime.Worker
	set *ruleset.Set // that it ran last
}

func newPool(e *Engine, n int) *pool {
	p := &pool{idle: make(chan *worker, n)}
	for range n {
		p.idle <- &worker{Worker: e.newWorker()}
	}
	return p
}

// get waits for a worker. The caller gives it back.
func (p *pool) get(ctx context.Context, set *ruleset.Set) (*worker, error) {
	select {
	case w := <-p.idle:
		w.renew(set)
		return w, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *pool) put(w *worker) { p.idle <- w }

// renew makes a worker ready for a set.
func (w *worker) renew(set *ruleset.Set) {
	if w.set != set {
		w.set = set
		w.Trim(len(set.Rules()))
	}
}
