package engine

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/starhost/starhost/alert"
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
// goroutine of Run. After a write error it drains the stages without writing.
func (r *run) finish() {
	w := r.newWorker()
	for b := range r.done {
		<-b.evaluated
		r.finishBatch(w, b)
	}
}

func (r *run) finishBatch(w *runtime.Worker, b *batch) {
	failed := make([]error, len(b.items)) // why an event must come again
	for i := range b.items {
		if r.writeErr != nil {
			break
		}
		failed[i] = r.finishItem(w, b, &b.items[i])
	}
	if err := r.Sink.Flush(); err != nil && r.writeErr == nil {
		r.giveUp(err)
	}
	for i := range b.items {
		err := failed[i]
		if err == nil {
			err = r.writeErr
		}
		if err == nil {
			r.stats.records.Add(1)
		}
		if ack := b.items[i].raw.Ack; ack != nil {
			ack(err)
		}
	}
}

// giveUp ends the stream for a sink that does not take what it must.
func (r *run) giveUp(err error) {
	r.writeErr = fmt.Errorf("write alerts: %w", err)
	r.stop()
}

// finishItem returns why an event must not be acknowledged, or nil.
func (r *run) finishItem(w *runtime.Worker, b *batch, it *item) error {
	if it.err != nil {
		r.stats.rejected.Add(1)
		if r.Rejected != nil {
			r.Rejected(it.raw, it.err)
		}
		return nil
	}
	if rules := b.set.Match(it.event.LogType()).Stateful; len(rules) > 0 {
		r.ask(w, it, rules)
		slices.SortFunc(it.hits, func(a, b hit) int { return strings.Compare(a.rule.ID, b.rule.ID) })
	}
	var failed error
	for _, h := range it.hits {
		if err := r.take(it, h); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// take deals with one rule that matched or failed. It returns an error if the
// store failed, so that the event must come again.
func (r *run) take(it *item, h hit) error {
	r.count(it, h)
	var err error
	switch {
	case r.Matches:
		r.write(matchLine(it, h))
	case h.result.Matched() && h.rule.CreateAlert:
		err = r.alert(it, h)
	}
	if h.result.Err != nil && h.result.Err.Type == storeError {
		r.stats.storeErrors.Add(1)
		err = h.result.Err
	}
	return err
}

// storeError is the class of the errors of a store that failed.
const storeError = "StoreError"

func (r *run) count(it *item, h hit) {
	if err := h.result.Err; err != nil {
		r.stats.ruleErrors.Add(1)
		r.logFailure(h.rule.Kind.Main()+" failed", it, h, "error", failureText(h.rule, err.Failure()), slog.String("at", err.At()), slog.Any("diagnostic", err))
		return
	}
	r.stats.matches.Add(1)
	for name, f := range h.result.Match.Failures {
		r.stats.fieldErrors.Add(1)
		r.logFailure(name+" failed, its default stands in", it, h, "error", failureText(h.rule, f), slog.String("at", f.At))
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

func (r *run) logFailure(msg string, it *item, h hit, args ...any) {
	if r.Log == nil {
		return
	}
	r.Log.Error(msg, append([]any{"rule", h.rule.ID, "source", it.raw.Source, "index", it.raw.Index}, args...)...)
}

func (r *run) write(v any) {
	if r.writeErr != nil {
		return
	}
	if err := r.Sink.Write(r.ctx, v); err != nil {
		r.giveUp(err)
	}
}

// alert counts a match in its window and writes the alert that it opens.
func (r *run) alert(it *item, h hit) error {
	m := h.result.Match
	outcome, n, err := runtime.CountMatch(r.ctx, r.Windows, h.rule, m, it.now)
	if err != nil {
		r.stats.storeErrors.Add(1)
		r.logFailure("alert window failed", it, h, "error", err)
		return err
	}
	switch outcome {
	case alert.Pending:
		r.stats.pending.Add(1)
	case alert.Counted:
		r.stats.counted.Add(1)
	case alert.Opened:
		if m.Destinations != nil && len(m.Destinations) == 0 {
			r.stats.undelivered.Add(1)
			break
		}
		r.stats.alerts.Add(1)
		r.write(newAlert(it, h, n))
	}
	return nil
}

func newAlert(it *item, h hit, count int64) *alert.Alert {
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
		EventCount:   count,
		Context:      m.Context,
		Description:  m.Description,
		Runbook:      m.Runbook,
		Reference:    m.Reference,
		Destinations: m.Destinations,
		Tags:         append([]string{}, h.rule.Tags...), // [] rather than null
		Event:        it.event.JSON(),
		Errors:       m.Failures,
	}
}

func matchLine(it *item, h hit) *Match {
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
