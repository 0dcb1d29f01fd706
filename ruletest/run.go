package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// bench is what one test runs on: its own store, clock and records.
type bench struct {
	ctx      context.Context
	store    *memory.Store
	ops      *caching.Recorder
	windows  alert.Windows
	worker   *runtime.Worker
	now      time.Time
	prints   []Print
	extraOps bool // functions that only tests call have used the store
	counted  bool // a match has been counted in an alert window

	reset func() // called before each evaluation, if not nil
}

// A station is what one goroutine runs tests on, one after another: what a test
// leaves in its worker's modules is gone with the next evaluation.
type station struct {
	worker runtime.Worker
	store  *memory.Store // one that no test has written to, or nil
}

// newBench makes a bench for a test.
func (s *station) newBench(ctx context.Context, now time.Time) *bench {
	b := &bench{store: s.store, now: now, worker: &s.worker}
	if s.store = nil; b.store == nil {
		b.store = &memory.Store{}
	}
	b.ops = &caching.Recorder{Store: b.store}
	b.windows.Counter = caching.Windows{Store: b.store}
	b.ctx = caching.WithStore(ctx, b.ops)
	b.worker.Recorder = nil
	b.worker.Print = func(_ *runtime.Call, pos, text string) { b.prints = append(b.prints, Print{pos, text}) }
	return b
}

// takeBack keeps the store of a test that has not used it.
func (s *station) takeBack(b *bench, t *Test, r *Result) {
	if t.plain && len(t.cache) == 0 && len(r.Ops) == 0 && len(b.ops.Take()) == 0 && !b.counted && !b.extraOps {
		s.store = b.store
	}
}

// call gives the state of a call at the test's time.
func (b *bench) call() runtime.Call { return runtime.Call{Context: b.ctx, Now: b.now} }

// countMatch counts a match in its alert window; an alert that it opens is out.
func (b *bench) countMatch(rule *runtime.Rule, m *alert.Match) (alert.Outcome, error) {
	t, err := runtime.CountMatch(b.ctx, &b.windows, rule, m, b.now)
	if err == nil {
		err = b.windows.Written(b.ctx, t, b.now)
	}
	return t.Outcome, err
}

// run runs a test of the YAML kinds. rule is the test's, or a variant of it.
func (t *Test) run(b *bench, rule *runtime.Rule) *Result {
	r := &Result{Test: t}
	if err := fill(b.store, t.cache, b.now); err != nil {
		r.problem(t.Pos, 0, "Cache", "", err.Error())
		return r
	}
	for i := range t.steps {
		s := &stepRun{Result: r, bench: b, rule: rule, step: &t.steps[i], plain: t.plain}
		if !t.plain {
			s.number = i + 1
		}
		s.run()
	}
	if t.maxOps != nil && int64(len(r.Ops)) > *t.maxOps {
		r.problem(t.Pos, 0, "MaxCacheOps", fmt.Sprintf("at most %d cache operations", *t.maxOps), fmt.Sprint(len(r.Ops)))
	}
	r.Prints = b.prints
	r.Passed = len(r.Problems) == 0
	return r
}

func (r *Result) problem(pos syntax.Position, step int, what, want, got string) {
	r.Problems = append(r.Problems, Problem{Pos: pos, Step: step, What: what, Want: want, Got: got})
}

// stepRun is one step on its way.
type stepRun struct {
	*Result
	*bench
	*step
	rule   *runtime.Rule
	plain  bool
	number int // from 1; 0 in a plain test

	opsBefore int // cache operations before the evaluation at hand

	match   *alert.Match // what the rule says of the alert
	outcome alert.Outcome
}

func (s *stepRun) run() {
	if !s.clock.IsZero() {
		s.now = s.clock
	}
	s.now = s.now.Add(s.after)
	ev, err := event.Decode(s.event)
	if err != nil {
		s.problem(s.pos, "Log", "an event", err.Error())
		return
	}
	for n := range s.repeat {
		before := len(s.Problems)
		s.evaluate(ev)
		s.check()
		if len(s.Problems) > before && s.repeat > 1 {
			last := &s.Problems[len(s.Problems)-1]
			last.Hint = fmt.Sprintf("in repetition %d of %d", n+1, s.repeat)
			break
		}
	}
	s.checkCache()
}

func (s *stepRun) problem(pos syntax.Position, what, want, got string) {
	s.Result.problem(pos, s.number, what, want, got)
}

// evaluate asks the rule about the event. In a plain test the other functions
// run even if the rule did not match, as Panther's tools do.
func (s *stepRun) evaluate(ev *event.Event) {
	s.opsBefore = len(s.Ops)
	if s.reset != nil {
		s.reset()
	}
	result := s.worker.Eval(s.call(), s.rule, ev)
	s.match, s.outcome = result.Match, ""
	s.Cause, s.Got, s.Alert, s.Expected = result.Err, nil, false, s.expect.result
	s.Errors, s.Outputs, s.Given = make(map[string]alert.Failure), nil, nil
	if result.Err != nil {
		s.Errors[s.rule.Kind.Main()] = result.Err.Failure()
		s.collect()
		return
	}
	matched := result.Matched()
	said := s.rule.Kind.Alerts(matched) // of a policy, the opposite
	s.Got, s.Alert = &said, matched
	s.Asked = append(s.Asked, Asked{s.rule.ID, matched})
	if matched {
		s.count()
	}
	s.collect()
	ops := len(s.Ops)
	if !matched && s.plain {
		s.match = s.worker.Describe(s.call(), s.rule, ev)
		s.collect()
		s.extraOps = len(s.Ops) > ops
		s.Ops = s.Ops[:ops] // of what the engine would not have called
	}
}

// count counts a match in its alert window, as the engine does, if it can matter.
func (s *stepRun) count() {
	if !s.rule.CreateAlert || s.plain && s.expect.alert == "" {
		return
	}
	s.counted = true
	outcome, err := s.countMatch(s.rule, s.match)
	if err != nil {
		s.problem(s.pos, "alert window", "", err.Error())
	}
	s.outcome = outcome
}

// collect keeps what the step shows, and its cache operations.
func (s *stepRun) collect() {
	s.Ops = append(s.Ops, s.ops.Take()...)
	if s.match == nil {
		return
	}
	for name, f := range s.match.Failures {
		s.Errors[name] = f
	}
	s.Outputs, s.Given = outputs(s.match), s.match.Given
}

// outputs gives what the alert would hold, as JSON.
func outputs(m *alert.Match) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage)
	for name, v := range map[string]any{
		"title": m.Title, "dedup": m.Dedup, "severity": m.Severity,
		"description": m.Description, "runbook": m.Runbook, "reference": m.Reference,
	} {
		if v != "" {
			out[name], _ = json.Marshal(v) // strings always marshal
		}
	}
	if m.Context != nil {
		out["alert_context"] = m.Context
	}
	if m.Destinations != nil {
		out["destinations"], _ = json.Marshal(m.Destinations) // strings always marshal
	}
	return out
}
