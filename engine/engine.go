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
	// Write takes an *alert.Alert, also one that is not to be delivered
	// (Alert.Withheld), or a *Match where the engine is asked for matches. Run
	// calls it on one goroutine, in input order; Handle on those of its callers,
	// at the same time. An error means that the record is not acknowledged; it
	// ends the stream of Run.
	Write(ctx context.Context, v any) error

	// Flush returns when all that its caller has written is where it cannot be
	// lost by the end of this process. It is called before records are
	// acknowledged.
	Flush() error
}

// An Engine runs rules over events: over those of a Source (Run), or over those
// that its callers have (Handle). Rules and Sink must be set, Source for Run,
// and Windows unless Matches is; all fields must be left alone from then on.
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

	// Waiting is how many calls of Handle evaluate rules with state at the same
	// time, which mostly wait for the store; 0 means 32.
	Waiting int

	// Rejected, if not nil, gets each record that is not a JSON object. Run
	// calls it on one goroutine, in input order, and acknowledges the record.
	Rejected func(event.Raw, error)

	// Evaluated, if not nil, is told of each evaluation and how long it took,
	// by many goroutines at once. The result is the engine's.
	Evaluated func(rule *runtime.Rule, took time.Duration, result *runtime.Result)

	// Opened, if not nil, is told of each rule whose match opened an alert, by
	// many goroutines at once.
	Opened func(rule *runtime.Rule)

	// Log gets errors of rules; nil means that nobody wants them.
	Log *slog.Logger

	// Allow, if not nil, is asked whether an error of a rule is to be logged,
	// and how many of the same were not since the last one that was. Many
	// goroutines ask at once.
	Allow func(rule string, f alert.Failure) (suppressed int, ok bool)

	// Print gets what rules print, from many goroutines.
	Print func(call *runtime.Call, pos, text string)

	stats counters
	pools pools // of Handle
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

func (e *Engine) newRun(ctx context.Context, stop context.CancelFunc) *run {
	n := e.workers()
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

func (e *Engine) workers() int {
	if e.Workers > 0 {
		return e.Workers
	}
	return goruntime.GOMAXPROCS(0)
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
			r.decode(b.items)
			close(b.decoded)
		case b, ok := <-rules:
			if !ok {
				rules = nil
				continue
			}
			r.evaluate(r.ctx, w, b.set, b.items)
			close(b.evaluated)
		}
	}
}
