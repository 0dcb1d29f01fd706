package status

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/runtime"
)

// Rules counts what rules do. Rules are told apart by their ids: the figures
// of one survive its reload. Live must be called before the first evaluation,
// and after each reload. The zero value is ready; all methods may be called by
// many goroutines.
type Rules struct {
	// UnhealthyAfter is for how long a rule must have failed for every event
	// to be unhealthy; 0 means five minutes.
	UnhealthyAfter time.Duration

	// Now is the clock; nil means the wall clock.
	Now func() time.Time

	live atomic.Pointer[liveRules]

	mu     sync.Mutex
	others map[string]*figures // of rules that are not live, by id
	gone   sums                // of rules that were removed
}

// liveRules are the rules of one rule set. They do not change.
type liveRules struct {
	byRule map[*runtime.Rule]*figures
	byID   map[string]*figures
	rules  []liveRule // by id
}

type liveRule struct {
	rule  *runtime.Rule
	since time.Time
	*figures
}

// Live tells which rules are live now: all enabled rules of the set, whether
// or not they changed. Figures of rules that are not among them are dropped,
// but for their share in the totals, and so memory is bounded by the rules. A
// rule that is the same *runtime.Rule as before stays live since when it was.
func (t *Rules) Live(rules []*runtime.Rule) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.live.Load()
	if old == nil {
		old = new(liveRules)
	}
	next := &liveRules{
		byRule: make(map[*runtime.Rule]*figures, len(rules)),
		byID:   make(map[string]*figures, len(rules)),
		rules:  make([]liveRule, 0, len(rules)),
	}
	since := old.since()
	now := clock(t.Now)
	for _, rule := range rules {
		f := next.byID[rule.ID]
		if f == nil {
			f = t.adopt(old, rule.ID)
			began, ok := since[rule]
			if !ok {
				began = now
			}
			next.byID[rule.ID] = f
			next.rules = append(next.rules, liveRule{rule, began, f})
		}
		next.byRule[rule] = f
	}
	slices.SortFunc(next.rules, func(a, b liveRule) int { return strings.Compare(a.rule.ID, b.rule.ID) })
	t.live.Store(next)
	t.drop(old, next)
}

func (l *liveRules) since() map[*runtime.Rule]time.Time {
	since := make(map[*runtime.Rule]time.Time, len(l.rules))
	for _, r := range l.rules {
		since[r.rule] = r.since
	}
	return since
}

// adopt returns the figures that a rule goes on with. t.mu is held.
func (t *Rules) adopt(old *liveRules, id string) *figures {
	if f := old.byID[id]; f != nil {
		return f
	}
	if f := t.others[id]; f != nil {
		delete(t.others, id)
		return f
	}
	return new(figures)
}

// drop forgets rules that are no longer live. t.mu is held.
func (t *Rules) drop(old, next *liveRules) {
	for id, f := range old.byID {
		if next.byID[id] == nil {
			t.gone.add(f)
		}
	}
	for _, f := range t.others {
		t.gone.add(f)
	}
	t.others = nil
}

// Evaluated counts an evaluation of a rule: how long it took and what came of
// it. An event that the rule's filter held back is none. It takes no lock and does not allocate, but for rules that are not live
// (those of a set that is coming or going), and for calls that were stopped.
// An evaluation that ends while its rule is being removed may not be counted.
func (t *Rules) Evaluated(rule *runtime.Rule, took time.Duration, result *runtime.Result) {
	if result.Filtered {
		return
	}
	f := t.figures(rule)
	f.times.add(took)
	if result.Err != nil {
		f.fail(result.Err, rule.Kind.Main(), clock(t.Now))
		return
	}
	if f.failingSince.Load() != 0 {
		f.failingSince.Store(0)
		f.inARow.Store(0)
	}
	if result.Match != nil {
		f.matched(result.Match, clock(t.Now))
	}
}

// Opened counts an alert that a match of a rule opened.
func (t *Rules) Opened(rule *runtime.Rule) { t.figures(rule).alerts.Add(1) }

// figures returns where a rule is counted.
func (t *Rules) figures(rule *runtime.Rule) *figures {
	if live := t.live.Load(); live != nil {
		if f := live.byRule[rule]; f != nil {
			return f
		}
	}
	return t.other(rule.ID)
}

// other returns the figures of a rule of another set than the live one, which
// may have a version of it all the same.
func (t *Rules) other(id string) *figures {
	t.mu.Lock()
	defer t.mu.Unlock()
	if live := t.live.Load(); live != nil {
		if f := live.byID[id]; f != nil {
			return f
		}
	}
	f := t.others[id]
	if f == nil {
		f = new(figures)
		if t.others == nil {
			t.others = make(map[string]*figures)
		}
		t.others[id] = f
	}
	return f
}

// sums returns the figures of all rules together, also of those that are gone,
// so that they never go back.
func (t *Rules) sums() *sums {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.gone
	for _, f := range t.others {
		all.add(f)
	}
	if live := t.live.Load(); live != nil {
		for _, f := range live.byID {
			all.add(f)
		}
	}
	return &all
}

// liveNow returns the live rules by their ids.
func (t *Rules) liveNow() []liveRule {
	if live := t.live.Load(); live != nil {
		return live.rules
	}
	return nil
}

// find returns a live rule.
func (t *Rules) find(id string) []liveRule {
	rules := t.liveNow()
	i, ok := slices.BinarySearchFunc(rules, id, func(r liveRule, id string) int { return strings.Compare(r.rule.ID, id) })
	if !ok {
		return nil
	}
	return rules[i : i+1]
}

func (t *Rules) unhealthyAfter() time.Duration {
	if t.UnhealthyAfter > 0 {
		return t.UnhealthyAfter
	}
	return 5 * time.Minute
}

// clock reads a clock, the wall clock if it is nil.
func clock(now func() time.Time) time.Time {
	if now == nil {
		return time.Now()
	}
	return now()
}
