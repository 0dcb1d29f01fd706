package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	goruntime "runtime"
	"sync"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

// A Source gives the records of the stream.
type Source interface {
	// Next gives the next record, or io.EOF after the last one. It is called
	// by one goroutine, once for each record. It returns early, with ctx's
	// error, when ctx is done. Any other error ends the stream: what a single
	// record has wrong with it is the source's to report and to skip.
	Next(ctx context.Context) (event.Raw, error)
}

// A Sink takes what the stream leads to.
type Sink interface {
	// Write takes an *alert.Alert, or a *Match where the engine is asked for
	// matches. It is called by one goroutine, in input order. An error ends
	// the stream: the record is not acknowledged.
	Write(ctx context.Context, v any) error

	// Flush returns when all that was written is where it cannot be lost by
	// the end of this process. It is called before records are acknowledged.
	Flush() error
}

// An Engine runs rules over a stream. Rules, Source and Sink must be set, and
// Windows unless Matches is; all fields must be left alone while it runs.
type Engine struct {
	// Rules gives the rules. It is asked once for each batch of events, so
	// that an event never sees a mixed set.
	Rules func() *ruleset.Set

	Source Source
	Sink   Sink

	// Windows tell which matches become alerts.
	Windows *alert.Windows

	// Matches asks for a Match for each (event, rule) that matched or failed,
	// instead of alerts.
	Matches bool

	// Clock is the time that rules, their state and the alert windows see.
	Clock Clock

	// Limits bound each call of a rule's function; the zero value means the
	// defaults.
	Limits guard.Limits

	// Workers is the number of goroutines that evaluate; 0 means one a core.
	Workers int

	// Rejected, if not nil, gets each record that is not a JSON object. It is
	// called by one goroutine, in input order. Such a record is acknowledged.
	Rejected func(event.Raw, error)

	// Log gets errors of rules; nil means that nobody wants them.
	Log *slog.Logger

	// Print gets what rules print, from many goroutines.
	Print func(call *runtime.Call, pos, text string)

	stats counters
}

// Run takes records until the source ends or ctx is done, finishes what is in
// flight, and returns. The error is the source's or the sink's; a failing
// rule is not an error of the stream. An Engine runs once.
func (e *Engine) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := e.newRun(ctx, stop)
	var wg sync.WaitGroup
	wg.Go(func() { r.read(ctx) })
	wg.Go(r.batch)
	wg.Go(r.tell)
	for range r.workers {
		wg.Go(r.work)
	}
	r.finish()
	wg.Wait()
	if err := errors.Join(r.readErr, r.writeErr); err != nil {
		return err
	}
	return ctx.Err()
}

// batchSize is the most records in a batch: enough that handing it on costs
// little for each of them.
const batchSize = 64

// run is one Run of an engine: the stages and what joins them.
type run struct {
	*Engine
	ctx     context.Context // of what is in flight: not ended by Run's
	workers int

	records  chan event.Raw // read    -> batch
	decoding chan *batch    // batch   -> workers
	decoded  chan *batch    // batch   -> tell, in input order
	rules    chan *batch    // tell    -> workers
	done     chan *batch    // tell    -> finish, in input order

	stop context.CancelFunc // ends reading

	readErr  error // set by read
	writeErr error // set by finish
}

// A batch is some records on their way.
type batch struct {
	set       *ruleset.Set
	items     []item
	decoded   chan struct{} // closed when all are decoded
	evaluated chan struct{} // closed when the rules without state have run
}

// An item is one record on its way.
type item struct {
	raw   event.Raw
	event *event.Event
	err   error // the record is not a JSON object
	when  time.Time
	timed bool // when is the event's own time
	now   time.Time
	hits  []hit // in the order of rule ids
}

// A hit is a rule that matched an event, or failed.
type hit struct {
	rule   *runtime.Rule
	result runtime.Result
}

func (e *Engine) newRun(ctx context.Context, stop context.CancelFunc) *run {
	n := e.Workers
	if n <= 0 {
		n = goruntime.GOMAXPROCS(0)
	}
	return &run{
		Engine:   e,
		ctx:      context.WithoutCancel(ctx),
		workers:  n,
		stop:     stop,
		records:  make(chan event.Raw, batchSize),
		decoding: make(chan *batch, n),
		decoded:  make(chan *batch, 2*n),
		rules:    make(chan *batch, n),
		done:     make(chan *batch, 2*n),
	}
}

// read takes records from the source until it ends.
func (r *run) read(ctx context.Context) {
	defer close(r.records)
	for ctx.Err() == nil {
		raw, err := r.Source.Next(ctx)
		if err != nil {
			if !errors.Is(err, io.EOF) && ctx.Err() == nil {
				r.readErr = fmt.Errorf("read records: %w", err)
			}
			return
		}
		r.records <- raw
	}
}

// batch collects records: as many as there are while the workers are busy,
// and never waiting for more while they are not.
func (r *run) batch() {
	defer close(r.decoding)
	defer close(r.decoded)
	b := newBatch()
	for {
		out := r.decoding
		in := r.records
		if len(b.items) == 0 {
			out = nil
		}
		if len(b.items) == batchSize {
			in = nil
		}
		select {
		case raw, ok := <-in:
			if !ok {
				if len(b.items) > 0 {
					r.hand(b)
				}
				return
			}
			b.items = append(b.items, item{raw: raw})
		case out <- b:
			r.decoded <- b
			b = newBatch()
		}
	}
}

func (r *run) hand(b *batch) {
	r.decoding <- b
	r.decoded <- b
}

func newBatch() *batch {
	return &batch{
		items:     make([]item, 0, batchSize),
		decoded:   make(chan struct{}),
		evaluated: make(chan struct{}),
	}
}

// tell gives the events their time, in input order.
func (r *run) tell() {
	defer close(r.rules)
	defer close(r.done)
	clock := clockRun{Clock: r.Clock}
	for b := range r.decoded {
		<-b.decoded
		b.set = r.Rules()
		for i := range b.items {
			it := &b.items[i]
			it.now = clock.tell(it.when, it.timed)
		}
		r.rules <- b
		r.done <- b
	}
}

// work decodes and evaluates batches on a goroutine of its own.
func (r *run) work() {
	w := r.newWorker()
	decoding, rules := r.decoding, r.rules
	for decoding != nil || rules != nil {
		select {
		case b, ok := <-decoding:
			if !ok {
				decoding = nil
				continue
			}
			r.decode(b)
		case b, ok := <-rules:
			if !ok {
				rules = nil
				continue
			}
			r.evaluate(w, b)
		}
	}
}

func (r *run) newWorker() *runtime.Worker {
	return &runtime.Worker{Limits: &r.Limits, Print: r.Print}
}

func (r *run) decode(b *batch) {
	defer close(b.decoded)
	for i := range b.items {
		it := &b.items[i]
		if it.event, it.err = event.DecodeAs(it.raw.Data, it.raw.LogType); it.err == nil {
			it.when, it.timed = it.event.Time(r.Clock.fields()...)
		}
	}
}

func (r *run) evaluate(w *runtime.Worker, b *batch) {
	defer close(b.evaluated)
	for i := range b.items {
		if it := &b.items[i]; it.err == nil {
			it.event = b.set.Enrich(it.event)
			r.ask(w, it, b.set.Match(it.event.LogType()).Stateless)
		}
	}
}

// ask asks rules about an event and keeps those that match or fail.
func (r *run) ask(w *runtime.Worker, it *item, rules []*runtime.Rule) {
	c := runtime.Call{Context: r.ctx, Now: it.now}
	for _, rule := range rules {
		result := w.Eval(c, rule, it.event)
		if result.Matched() || result.Err != nil {
			it.hits = append(it.hits, hit{rule, result})
		}
	}
	r.stats.evaluations.Add(int64(len(rules)))
}
