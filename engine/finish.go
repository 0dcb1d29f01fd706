package engine

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
)

// A Match is one line of the output that Engine.Matches asks for: a rule that
// matched an event, or failed. Its JSON form is a contract: fields are added,
// never renamed.
type Match struct {
	Source string `json:"source"`
	Index  int    `json:"index"`
	RuleID string `json:"rule_id"`

	// Of these, only what the rule defines, as the rule gave it.
	Title    json.RawMessage `json:"title,omitempty"`
	Dedup    json.RawMessage `json:"dedup,omitempty"`
	Severity json.RawMessage `json:"severity,omitempty"`
	Context  json.RawMessage `json:"alert_context,omitempty"`

	Error  *alert.Failure           `json:"error,omitempty"`  // rule itself failed
	Errors map[string]alert.Failure `json:"errors,omitempty"` // functions that failed
}

// finish does what is left to do for each event, in input order, on the
// goroutine of Run. After a sink's error it drains the stages without writing.
func (r *run) finish() {
	w := r.newWorker()
	for b := range r.done {
		<-b.evaluated
		r.finishBatch(w, b)
	}
}

func (r *run) finishBatch(w *runtime.Worker, b *batch) {
	for i := range b.items {
		if r.writeErr != nil {
			b.items[i].failed = r.writeErr
			continue
		}
		r.finishItem(r.ctx, w, b.set, &b.items[i])
		if err, ok := errors.AsType[*sinkError](b.items[i].failed); ok {
			r.giveUp(err)
		}
	}
	if err := r.flush(r.ctx, b.items, inOrder); err != nil {
		r.giveUp(err)
	}
	for i := range b.items {
		it := &b.items[i]
		if it.failed == nil {
			it.failed = r.writeErr
		}
		if it.failed == nil {
			r.stats.records.Add(1)
		}
		if it.raw.Ack != nil {
			it.raw.Ack(it.failed)
		}
	}
}

// giveUp ends the stream for a sink that does not take what it must.
func (r *run) giveUp(err error) {
	if r.writeErr == nil {
		r.writeErr = err
	}
	r.stop()
}

// A sinkError is an error of the sink.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return "write alerts: " + e.err.Error() }
func (e *sinkError) Unwrap() error { return e.err }

// finishItem asks the rules with state about an event, and writes what comes of
// all that matched, one after the other: with the same times the result is
// always the same. What must come again is noted in the item.
func (e *Engine) finishItem(ctx context.Context, w *runtime.Worker, set *ruleset.Set, it *item) {
	e.askStateful(ctx, w, set, it)
	for i := range it.hits {
		h := &it.hits[i]
		if e.counts(h) {
			h.tally, h.tallyErr = runtime.CountMatch(ctx, e.Windows, h.rule, h.result.Match, it.now)
		}
		e.take(ctx, set, it, h)
	}
}

// askStateful asks the rules with state about an event. A record that is none
// is told to Rejected.
func (e *Engine) askStateful(ctx context.Context, w *runtime.Worker, set *ruleset.Set, it *item) {
	if it.err != nil {
		e.stats.rejected.Add(1)
		if e.Rejected != nil {
			e.Rejected(it.raw, it.err)
		}
		return
	}
	if rules := set.Match(it.event.LogType()).Stateful; len(rules) > 0 {
		e.ask(ctx, w, it, rules)
		slices.SortFunc(it.hits, func(a, b hit) int { return strings.Compare(a.rule.ID, b.rule.ID) })
	}
}

// counts reports whether a hit is counted in a window.
func (e *Engine) counts(h *hit) bool {
	return !e.Matches && h.result.Matched() && h.rule.CreateAlert
}

// flush makes sure of what was written for the items, and notes in the alerts'
// windows that they are out. Without that note an alert is opened again by the
// next match: so an error of the store in doing so is logged, and the record
// not asked for again.
//
// do is how the windows are told.
func (e *Engine) flush(ctx context.Context, items []item, do func([]func())) error {
	var flushed error
	if err := e.Sink.Flush(); err != nil {
		flushed = &sinkError{err}
	}
	var opened []func()
	for i := range items {
		it := &items[i]
		for _, t := range it.opened {
			opened = append(opened, func() { e.settle(ctx, it, t, flushed) })
		}
	}
	do(opened)
	for i := range items {
		it := &items[i]
		if flushed != nil && len(it.opened) > 0 && it.failed == nil {
			it.failed = flushed
		}
	}
	for i := range items { // all that was opened here is settled
		for _, t := range items[i].joined {
			if !t.Out() && items[i].failed == nil {
				items[i].failed = errNotOut
			}
		}
	}
	return flushed
}

var errNotOut = errors.New("the alert that the event is part of could not be written: it comes again")

func (e *Engine) settle(ctx context.Context, it *item, t alert.Tally, flushed error) {
	if flushed != nil {
		e.Windows.Withdrawn(t)
		return
	}
	if err := e.Windows.Written(ctx, t, it.now); err != nil {
		e.stats.storeErrors.Add(1)
		if e.Log != nil {
			e.Log.Error("alert window failed, the alert may be repeated", "source", it.raw.Source, "index", it.raw.Index, "error", err)
		}
	}
}

// take deals with one rule that matched or failed, and whose match is counted.
// If the store or the sink failed, the item comes again.
func (e *Engine) take(ctx context.Context, set *ruleset.Set, it *item, h *hit) {
	e.count(it, h)
	var err error
	switch {
	case e.Matches:
		err = e.write(ctx, matchLine(it, h))
	case e.counts(h):
		err = e.alert(ctx, set, it, h)
	}
	if h.result.Err != nil && h.result.Err.Type == storeError {
		e.stats.storeErrors.Add(1)
		err = h.result.Err
	}
	if it.failed == nil {
		it.failed = err
	}
}

// storeError is the class of the errors of a store that failed.
const storeError = "StoreError"

func (e *Engine) count(it *item, h *hit) {
	if err := h.result.Err; err != nil {
		e.stats.ruleErrors.Add(1)
		e.logFailure(h.rule.Kind.Main()+" failed", it, h, err.Failure(), slog.Any("diagnostic", err))
		return
	}
	e.stats.matches.Add(1)
	for name, f := range h.result.Match.Failures {
		e.stats.fieldErrors.Add(1)
		e.logFailure(name+" failed, its default stands in", it, h, f)
	}
}

// failureText tells what failed: in Python files as Python does, whose messages
// need the class in front.
func failureText(rule *runtime.Rule, f alert.Failure) string {
	if rule.Python() {
		return f.Type + ": " + f.Message
	}
	return f.Message
}

func (e *Engine) logFailure(msg string, it *item, h *hit, f alert.Failure, more ...any) {
	if e.Log == nil {
		return
	}
	args := []any{"rule", h.rule.ID, "source", it.raw.Source, "index", it.raw.Index, "error", failureText(h.rule, f), "at", f.At}
	if e.Allow != nil {
		suppressed, ok := e.Allow(h.rule.ID, f)
		if !ok {
			return
		}
		if suppressed > 0 {
			args = append(args, "not_logged", suppressed)
		}
	}
	e.Log.Error(msg, append(args, more...)...)
}

func (e *Engine) write(ctx context.Context, v any) error {
	if err := e.Sink.Write(ctx, v); err != nil {
		return &sinkError{err}
	}
	return nil
}

// alert writes the alert that a match opens in its window.
func (e *Engine) alert(ctx context.Context, set *ruleset.Set, it *item, h *hit) error {
	t := h.tally
	if err := h.tallyErr; err != nil {
		e.stats.storeErrors.Add(1)
		e.logFailure("alert window failed", it, h, alert.Failure{Type: storeError, Message: err.Error()})
		return err
	}
	switch t.Outcome {
	case alert.Pending:
		e.stats.pending.Add(1)
	case alert.Counted:
		e.stats.counted.Add(1)
		it.joined = append(it.joined, t)
	default:
		a := newAlert(set, it, h, t)
		if err := e.write(ctx, a); err != nil {
			e.Windows.Withdrawn(t)
			return err
		}
		e.stats.alerts.Add(1)
		if a.Withheld() {
			e.stats.withheld.Add(1)
		}
		if e.Opened != nil {
			e.Opened(h.rule)
		}
		it.opened = append(it.opened, t)
	}
	return nil
}

func newAlert(set *ruleset.Set, it *item, h *hit, t alert.Tally) *alert.Alert {
	m := h.result.Match
	when := it.now
	if it.timed {
		when = it.when
	}
	return &alert.Alert{
		RuleID:       h.rule.ID,
		Severity:     m.Severity,
		Title:        m.Title,
		Dedup:        m.Dedup,
		LogType:      it.event.LogType(),
		EventTime:    when.UTC(),
		EventCount:   t.Count,
		Context:      m.Context,
		Description:  m.Description,
		Runbook:      m.Runbook,
		Reference:    m.Reference,
		Destinations: m.Destinations,
		Tags:         append([]string{}, h.rule.Tags...), // [] rather than null
		Event:        it.event.JSON(),
		ID:           t.ID,
		RuleSet:      set.Version(),
		Errors:       m.Failures,
	}
}

func matchLine(it *item, h *hit) *Match {
	line := &Match{Source: it.raw.Source, Index: it.raw.Index, RuleID: h.rule.ID}
	if err := h.result.Err; err != nil {
		f := err.Failure()
		line.Error = &f
		return line
	}
	m := h.result.Match
	line.Title, line.Dedup = m.Given["title"], m.Given["dedup"]
	line.Severity, line.Context = m.Given["severity"], m.Given["alert_context"]
	line.Errors = m.Failures
	return line
}
