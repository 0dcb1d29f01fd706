package status

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
)

// start is when the clocks of the tests begin.
var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// A fakeClock is moved by hand.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *fakeClock { return &fakeClock{now: start} }

func (c *fakeClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ruleFiles are one rule for each thing that can come of an event.
var ruleFiles = map[string]string{
	"error":   "def rule(event):\n    return event['missing']\n",
	"limit":   "def rule(event):\n    return 'x' * 100000000 == ''\n",
	"matches": "def rule(event):\n    return True\n",
	"passes":  "def rule(event):\n    return False\n",
	"store":   "load('panther_detection_helpers.caching', 'get_counter')\ndef rule(event):\n    return get_counter('k') > 0\n",
	"timeout": "def rule(event):\n    while True:\n        pass\n",
	"title":   "def rule(event):\n    return True\n\ndef title(event):\n    return 1 // 0\n\ndef unique(event):\n    return 7\n",
}

// downStore is a store that fails.
type downStore struct{ memory.Store }

func (*downStore) Get(context.Context, string, int64) (caching.Item, error) {
	return caching.Item{}, errors.New("connection refused")
}

// evaluated loads the rules and asks each about an event.
func evaluated(t testing.TB) (map[string]*runtime.Rule, map[string]*runtime.Result) {
	dir := t.TempDir()
	for id, text := range ruleFiles {
		require.NoError(t, os.WriteFile(filepath.Join(dir, id+".star"), []byte(text), 0o666))
	}
	loader := ruleset.Loader{Paths: []string{dir}, Modules: []runtime.Module{caching.Module(new(downStore))}}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)
	e, err := event.Decode([]byte(`{}`))
	require.NoError(t, err)
	patient := new(runtime.Worker)
	hasty := &runtime.Worker{Limits: &guard.Limits{Steps: 1 << 40, Time: time.Millisecond}}
	rules, results := make(map[string]*runtime.Rule), make(map[string]*runtime.Result)
	for _, rule := range set.Rules() {
		w := patient
		if rule.ID == "timeout" {
			w = hasty
		}
		result := w.Eval(runtime.Call{Context: t.Context(), Now: start}, rule, e)
		rules[rule.ID], results[rule.ID] = rule, &result
	}
	return rules, results
}

// ruleNamed makes a rule that is never called.
func ruleNamed(id string) *runtime.Rule {
	return &runtime.Rule{Metadata: runtime.DefaultMetadata(id), File: &runtime.File{Path: "rules/" + id + ".star", Hash: [32]byte{1, 2, 3}}}
}

var (
	passed  = new(runtime.Result)
	matched = &runtime.Result{Match: new(alert.Match)}
	erred   = &runtime.Result{Err: &runtime.CallError{Type: "KeyError", Diagnostic: runtime.Diagnostic{Msg: `key "n" not in dict`}}}
)

// shown returns what a status says of a live rule.
func shown(t testing.TB, rules *Rules, id string) Rule {
	found := rules.find(id)
	require.Len(t, found, 1, "rules %q", id)
	rule, _ := found[0].status(rules.unhealthyAfter())
	return rule
}

func TestKinds(t *testing.T) {
	rules, results := evaluated(t)
	clock := newClock()
	counts := &Rules{Now: clock.read}
	counts.Live([]*runtime.Rule{rules["error"], rules["limit"], rules["matches"], rules["passes"], rules["store"], rules["timeout"], rules["title"]})
	for id, rule := range rules {
		counts.Evaluated(rule, 10*time.Microsecond, results[id])
	}
	for id, want := range map[string]struct {
		kind     string
		n        int64
		errors   int64
		matches  int64
		health   Health
		function string
		last     string
		line     string
	}{
		"error":   {"error", 1, 1, 0, Failing, "rule", `KeyError: key "missing" not in event`, "error.star:2:17"},
		"limit":   {"limit", 1, 1, 0, Failing, "rule", "LimitError: limit exceeded: string size", "limit.star:2:16"},
		"matches": {"", 0, 0, 1, OK, "", "", ""},
		"passes":  {"", 0, 0, 0, OK, "", "", ""},
		"store":   {"store", 1, 1, 0, Failing, "rule", "StoreError: get_counter of key \"k\": the store failed: connection refused", "store.star:3:23"},
		"timeout": {"timeout", 1, 1, 0, Failing, "rule", "LimitError: limit exceeded: time", "timeout.star:"},
		"title":   {"auxiliary", 2, 0, 1, OK, "title", "ZeroDivisionError: ", "title.star:5:14"},
	} {
		t.Run(id, func(t *testing.T) {
			rule := shown(t, counts, id)
			require.EqualValues(t, 1, rule.Evaluations)
			require.Equal(t, want.errors, rule.Errors)
			require.Equal(t, want.matches, rule.Matches)
			require.Equal(t, want.health, rule.Health)
			for kind, n := range rule.ByKind {
				if kind == want.kind {
					require.Equal(t, want.n, n, kind)
				} else {
					require.Zero(t, n, kind)
				}
			}
			if want.kind == "" {
				require.Nil(t, rule.LastError)
				return
			}
			require.NotNil(t, rule.LastError)
			require.Equal(t, want.function, rule.LastError.Function)
			require.Contains(t, rule.LastError.Type+": "+rule.LastError.Message, want.last)
			require.Contains(t, rule.LastError.At, want.line)
			require.Equal(t, start, rule.LastError.Time)
		})
	}
	require.Equal(t, map[string]int64{"error": 1, "limit": 1, "timeout": 1, "store": 1, "auxiliary": 2}, byKind(&counts.sums().errors))
}

// TestHealth follows a rule through good and bad minutes.
func TestHealth(t *testing.T) {
	clock := newClock()
	rules := &Rules{Now: clock.read}
	rule := ruleNamed("r")
	rules.Live([]*runtime.Rule{rule})
	for i, step := range []struct {
		wait   time.Duration
		result *runtime.Result
		health Health
		inARow int64
	}{
		{0, erred, Failing, 1},
		{0, &runtime.Result{Filtered: true}, Failing, 1}, // it was not asked
		{10 * time.Minute, passed, OK, 0},                // a single error, however long ago
		{0, erred, Failing, 1},
		{4*time.Minute + 59*time.Second, erred, Failing, 2},
		{time.Second, erred, Unhealthy, 3},
		{time.Hour, erred, Unhealthy, 4},
		{0, matched, OK, 0},
		{0, erred, Failing, 1},
	} {
		clock.move(step.wait)
		rules.Evaluated(rule, time.Microsecond, step.result)
		got := shown(t, rules, "r")
		require.Equal(t, step.health, got.Health, "step %d", i)
		require.Equal(t, step.inARow, got.ErrorsInARow, "step %d", i)
		require.Equal(t, step.health == OK, got.FailingSince.IsZero(), "step %d", i)
	}
	clock.move(time.Hour) // without events
	require.Equal(t, Failing, shown(t, rules, "r").Health)

	rules = &Rules{Now: clock.read, UnhealthyAfter: time.Second}
	rules.Live([]*runtime.Rule{rule})
	rules.Evaluated(rule, 0, erred)
	clock.move(time.Second)
	rules.Evaluated(rule, 0, erred)
	require.Equal(t, Unhealthy, shown(t, rules, "r").Health, "after a second")
}

// TestReload checks what becomes of figures as rules come and go.
func TestReload(t *testing.T) {
	clock := newClock()
	rules := &Rules{Now: clock.read}
	a1, b1 := ruleNamed("a"), ruleNamed("b")
	rules.Live([]*runtime.Rule{b1, a1})
	rules.Evaluated(a1, time.Millisecond, matched)
	rules.Opened(a1)
	rules.Evaluated(b1, time.Second, erred)

	// a changes, b goes, c comes. Some events are still on their way through
	// the old set, or are ahead of the news.
	clock.move(time.Minute)
	a2, c1 := ruleNamed("a"), ruleNamed("c")
	rules.Evaluated(a2, time.Millisecond, matched)
	rules.Evaluated(c1, time.Millisecond, matched)
	rules.Live([]*runtime.Rule{a2, c1})
	rules.Evaluated(a1, time.Millisecond, matched)
	rules.Evaluated(b1, time.Second, erred)

	a := shown(t, rules, "a")
	require.EqualValues(t, 3, a.Evaluations, "carried on")
	require.EqualValues(t, 1, a.Alerts)
	require.Equal(t, start.Add(time.Minute), a.LiveSince)
	require.EqualValues(t, 1, shown(t, rules, "c").Matches, "was ahead")
	require.Empty(t, rules.find("b"), "removed")
	require.Len(t, rules.liveNow(), 2)
	total := rules.sums()
	require.EqualValues(t, 6, total.times.count, "nothing is lost in the totals")
	require.EqualValues(t, 2, total.errors[kindError])
	require.Equal(t, 2*time.Second+4*time.Millisecond, total.times.sum)

	// Nothing changes.
	clock.move(time.Minute)
	rules.Live([]*runtime.Rule{c1, a2})
	require.Equal(t, start.Add(time.Minute), shown(t, rules, "a").LiveSince)
	require.EqualValues(t, 6, rules.sums().times.count)
	require.Empty(t, rules.others, "bounded by the live rules")

	// A rule that comes back begins anew.
	rules.Live([]*runtime.Rule{a2, b1, c1})
	require.Zero(t, shown(t, rules, "b").Evaluations)
	require.EqualValues(t, 6, rules.sums().times.count)
}

func TestSameID(t *testing.T) {
	rules := new(Rules)
	one, two := ruleNamed("r"), ruleNamed("r")
	rules.Live([]*runtime.Rule{one, two})
	rules.Evaluated(one, 0, passed)
	rules.Evaluated(two, 0, passed)
	require.Len(t, rules.liveNow(), 1, "labels of metrics differ")
	require.EqualValues(t, 2, shown(t, rules, "r").Evaluations)
}

func TestLongError(t *testing.T) {
	rules := new(Rules)
	rule := ruleNamed("r")
	rules.Live([]*runtime.Rule{rule})
	rules.Evaluated(rule, 0, &runtime.Result{Err: &runtime.CallError{
		Type: strings.Repeat("T", 1<<20), Diagnostic: runtime.Diagnostic{Msg: strings.Repeat("é", 1<<20)},
	}})
	last := shown(t, rules, "r").LastError
	require.Equal(t, strings.Repeat("é", longestText/2)+"…", last.Message)
	require.Equal(t, strings.Repeat("T", longestClass)+"…", last.Type)
}

// TestConcurrent evaluates while rules are reloaded and read.
func TestConcurrent(t *testing.T) {
	rules := new(Rules)
	sets := make([][]*runtime.Rule, 3)
	for i := range sets {
		for id := range 4 {
			sets[i] = append(sets[i], ruleNamed(fmt.Sprint("r", i, id)), ruleNamed(fmt.Sprint("shared", id)))
		}
	}
	rules.Live(sets[0])
	done := make(chan struct{})
	var workers, others sync.WaitGroup
	const goroutines, rounds = 4, 500
	for g := range goroutines {
		workers.Go(func() {
			for i := range rounds {
				for _, rule := range sets[(g+i)%len(sets)] {
					rules.Evaluated(rule, time.Duration(i), []*runtime.Result{passed, matched, erred}[i%3])
				}
			}
		})
	}
	others.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				rules.Live(sets[i%len(sets)])
			}
		}
	})
	others.Go(func() {
		last := uint64(0)
		for {
			select {
			case <-done:
				return
			default:
			}
			total := rules.sums()
			if total.times.count < last {
				t.Errorf("the total went back from %d to %d", last, total.times.count)
			}
			last = total.times.count
			for _, rule := range rules.liveNow() {
				rule.status(time.Minute)
			}
		}
	})
	workers.Wait()
	close(done)
	others.Wait()
	rules.Live(sets[0])
	require.Len(t, rules.liveNow(), 8)
	shared := int64(0)
	for id := range 4 {
		shared += shown(t, rules, fmt.Sprint("shared", id)).Evaluations
	}
	require.EqualValues(t, goroutines*rounds*4, shared, "rules that were there all the time")
	require.LessOrEqual(t, rules.sums().times.count, uint64(goroutines*rounds*8))
}

func TestEvaluatedAllocates(t *testing.T) {
	rules := new(Rules)
	real, results := evaluated(t)
	var set []*runtime.Rule
	for _, rule := range real {
		set = append(set, rule)
	}
	rules.Live(set)
	for id, rule := range real {
		allocs := testing.AllocsPerRun(100, func() {
			rules.Evaluated(rule, time.Microsecond, results[id])
			rules.Opened(rule)
		})
		if id == "timeout" { // the tree of its error
			require.LessOrEqual(t, allocs, 1.0, id)
			continue
		}
		require.Zero(t, allocs, id)
	}
	coming := ruleNamed("passes") // another version of a live rule, and one that is not live
	gone := ruleNamed("gone")
	rules.Evaluated(gone, 0, passed)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		rules.Evaluated(coming, time.Microsecond, passed)
		rules.Evaluated(gone, time.Microsecond, erred)
	}))
}

// BenchmarkEvaluated counts evaluations of a thousand rules.
func BenchmarkEvaluated(b *testing.B) {
	for name, result := range map[string]*runtime.Result{"pass": passed, "match": matched, "error": erred} {
		rules := new(Rules)
		var set []*runtime.Rule
		for i := range 1000 {
			set = append(set, ruleNamed(fmt.Sprint("rule.", i)))
		}
		rules.Live(set)
		b.Run(name+"/one", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				rules.Evaluated(set[i%len(set)], time.Duration(i%20_000), result)
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					rules.Evaluated(set[i%len(set)], time.Duration(i%20_000), result)
				}
			})
		})
		b.Run(name+"/parallel one rule", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					rules.Evaluated(set[0], time.Duration(i%20_000), result)
				}
			})
		})
	}
}
