package ruletest

import (
	"context"
	"iter"
	"math/rand/v2"
	goruntime "runtime"
	"slices"
	"sync"
	"time"

	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/probe"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Runner runs the tests of a suite. The zero value but for Suite is ready to
// use.
type Runner struct {
	Suite *Suite

	// Limits bound each call of a rule's function; nil means the defaults.
	Limits *guard.Limits

	// Workers is the number of tests that run at the same time; 0 means one a
	// core.
	Workers int

	// Shuffle, if not nil, is the seed of the order in which tests run.
	// Results come in the order of the tests all the same.
	Shuffle *uint64

	// Explain says for which results to find out how the rule decided: those
	// that did not pass (nil), or all that it is true for.
	Explain func(*Result) bool

	// Now is the clock of tests that set none; zero means the time of Run.
	Now time.Time
}

// Run runs tests and yields their results in the order of tests. Ending the
// loop ends the run.
func (r *Runner) Run(ctx context.Context, tests []*Test) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		results := make([]chan *Result, len(tests))
		for i := range results {
			results[i] = make(chan *Result, 1)
		}
		todo := make(chan []int)
		wg.Go(func() { r.feed(ctx, tests, todo) })
		for range r.workers() {
			wg.Go(func() {
				var s station
				for group := range todo {
					for _, i := range group {
						results[i] <- r.runOne(ctx, &s, tests[i])
					}
				}
			})
		}
		for _, c := range results {
			select {
			case result := <-c:
				if !yield(result) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

func (r *Runner) workers() int {
	if r.Workers > 0 {
		return r.Workers
	}
	return goruntime.GOMAXPROCS(0)
}

// maxGroup is the most tests of a rule that one goroutine takes at once.
const maxGroup = 8

// feed hands out the tests' numbers in the order in which they run: those of a
// rule together, as the goroutine that runs them has to load the rule.
func (r *Runner) feed(ctx context.Context, tests []*Test, todo chan<- []int) {
	defer close(todo)
	order := make([]int, len(tests))
	for i := range order {
		order[i] = i
	}
	if r.Shuffle != nil {
		rand.New(rand.NewPCG(*r.Shuffle, 0)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	for len(order) > 0 {
		n := 1
		for n < min(len(order), maxGroup) && tests[order[n]].Rule != nil && tests[order[n]].Rule == tests[order[0]].Rule {
			n++
		}
		select {
		case todo <- order[:n]:
		case <-ctx.Done():
			return
		}
		order = order[n:]
	}
}

// RunOne runs a test, and, where an explanation is due, runs it once more to
// find out how the rule decided.
func (r *Runner) RunOne(ctx context.Context, t *Test) *Result {
	return r.runOne(ctx, new(station), t)
}

// runOne is RunOne on a station that may have run other tests.
func (r *Runner) runOne(ctx context.Context, s *station, t *Test) *Result {
	if t.Skip != "" {
		return &Result{Test: t, Skipped: true}
	}
	start := time.Now()
	result := r.runPlain(ctx, s, t, nil)
	result.Duration = time.Since(start)
	if t.starred == nil && r.wantsReason(result) {
		r.explain(ctx, t, result)
	}
	return result
}

func (r *Runner) wantsReason(result *Result) bool {
	if r.Explain != nil {
		return r.Explain(result)
	}
	return !result.Passed
}

// runPlain runs a test with the rule as it is, or as pass makes it.
func (r *Runner) runPlain(ctx context.Context, s *station, t *Test, reasons *reasoning) *Result {
	now := t.clock
	if now.IsZero() {
		now = r.now()
	}
	s.worker.Limits = r.Limits
	b := s.newBench(ctx, now)
	if t.starred != nil {
		return t.starred.run(b, t)
	}
	rule, bad := r.variant(t, reasons)
	if bad != nil {
		result := &Result{Test: t}
		result.problem(bad.Pos, 0, "rule", "a rule that loads", bad.Msg)
		if name, ok := bad.Mocked(); ok {
			result.Problems[0] = Problem{Pos: t.mockPos[name], What: "Mocks", Want: "a name of " + t.Rule.Path, Got: name}
		}
		result.Problems[0].Hint = bad.Hint
		return result
	}
	if reasons != nil {
		b.worker.Recorder = &reasons.recorder
		b.reset = reasons.recorder.Reset
	}
	result := t.run(b, rule)
	s.takeBack(b, t, result)
	return result
}

func (r *Runner) now() time.Time {
	if r.Now.IsZero() {
		return time.Now()
	}
	return r.Now
}

// variant gives the rule to run: the test's own, with its mocks in place, and
// instrumented for reasons.
func (r *Runner) variant(t *Test, reasons *reasoning) (*runtime.Rule, *runtime.Diagnostic) {
	if len(t.mocks) == 0 && reasons == nil {
		return t.Rule, nil
	}
	v := &runtime.Variant{Mocks: t.mocks}
	if reasons != nil {
		v.Pass = reasons.pass
	}
	rule, diags := r.Suite.Set.Variant(t.Rule, v)
	if i := slices.IndexFunc(diags, (*runtime.Diagnostic).IsError); i >= 0 {
		return nil, diags[i]
	}
	return rule, nil
}

// A Decision is how a rule came to its result: each condition that it
// evaluated, with values, in order.
type Decision struct {
	Steps    []probe.Step
	Dropped  int         // steps left out of the middle
	Deciding *probe.Step // nil if there is none
}

// reasoning is a run of a rule that explains itself.
type reasoning struct {
	recorder probe.Recorder
}

func (*reasoning) pass(tree *syntax.File, src []byte) starlark.StringDict {
	return probe.Explain(tree, src).Builtins()
}

// explain runs a test again, with the rule instrumented.
func (r *Runner) explain(ctx context.Context, t *Test, result *Result) {
	var reasons reasoning
	r.runPlain(ctx, new(station), t, &reasons)
	d := newDecision(&reasons.recorder)
	if len(d.Steps) > 0 {
		result.Decision = d
	}
}

func newDecision(rec *probe.Recorder) *Decision {
	d := &Decision{Steps: rec.Steps()}
	d.Dropped, _ = rec.Dropped()
	if s, ok := probe.Deciding(d.Steps); ok {
		d.Deciding = &s
	}
	return d
}
