package engine

import (
	"context"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
)

// A batch is some records on their way through Run.
type batch struct {
	set       *ruleset.Set
	items     []item
	decoded   chan struct{} // closed when all are decoded
	evaluated chan struct{} // closed when the rules without state have run
}

func newBatch() *batch {
	return &batch{
		items:     make([]item, 0, batchSize),
		decoded:   make(chan struct{}),
		evaluated: make(chan struct{}),
	}
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

	failed error         // why the record must come again
	opened []alert.Tally // the alerts that were written for it
	joined []alert.Tally // those that others were writing meanwhile
}

// A hit is a rule that matched an event, or failed.
type hit struct {
	rule   *runtime.Rule
	result runtime.Result

	tally    alert.Tally // of a match that is counted in a window
	tallyErr error
}

func (e *Engine) newWorker() *runtime.Worker {
	return &runtime.Worker{Limits: &e.Limits, Print: e.Print}
}

// decode makes events of records.
func (e *Engine) decode(items []item) {
	for i := range items {
		it := &items[i]
		if it.event, it.err = event.DecodeAs(it.raw.Data, it.raw.LogType); it.err == nil {
			it.when, it.timed = it.event.Time(e.Clock.fields()...)
		}
	}
}

// evaluate asks the rules without state.
func (e *Engine) evaluate(ctx context.Context, w *runtime.Worker, set *ruleset.Set, items []item) {
	for i := range items {
		if it := &items[i]; it.err == nil {
			it.event = set.Enrich(it.event)
			e.ask(ctx, w, it, set.Match(it.event.LogType()).Stateless)
		}
	}
}

// ask asks rules about an event and keeps those that match or fail.
func (e *Engine) ask(ctx context.Context, w *runtime.Worker, it *item, rules []*runtime.Rule) {
	c := runtime.Call{Context: ctx, Now: it.now}
	for _, rule := range rules {
		result := e.eval(c, w, it, rule)
		if result.Matched() || result.Err != nil {
			it.hits = append(it.hits, hit{rule: rule, result: result})
		}
	}
	e.stats.evaluations.Add(int64(len(rules)))
}

func (e *Engine) eval(c runtime.Call, w *runtime.Worker, it *item, rule *runtime.Rule) runtime.Result {
	if e.Evaluated == nil {
		return w.Eval(c, rule, it.event)
	}
	start := time.Now()
	result := w.Eval(c, rule, it.event)
	e.Evaluated(rule, time.Since(start), &result)
	return result
}
