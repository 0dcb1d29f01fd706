package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

// records is a Source of records in memory.
type records struct {
	data  []string
	next  int
	acks  []atomic.Int32 // one a record: times acknowledged
	nacks atomic.Int32
}

func newRecords(data ...string) *records {
	return &records{data: data, acks: make([]atomic.Int32, len(data))}
}

func (r *records) Next(ctx context.Context) (event.Raw, error) {
	if ctx.Err() != nil {
		return event.Raw{}, ctx.Err()
	}
	if r.next == len(r.data) {
		return event.Raw{}, io.EOF
	}
	i := r.next
	r.next++
	return event.Raw{Data: []byte(r.data[i]), Source: "test", Index: i, LogType: "T", Ack: func(err error) {
		if err != nil {
			r.nacks.Add(1)
			return
		}
		r.acks[i].Add(1)
	}}, nil
}

// lines is a Sink in memory.
type lines struct {
	text    strings.Builder
	flushed int // length of text at the last Flush
	fail    error
	after   int // writes that succeed before fail
	onWrite func()
}

func (l *lines) Write(_ context.Context, v any) error {
	if l.onWrite != nil {
		l.onWrite()
	}
	if l.fail != nil {
		if l.after--; l.after < 0 {
			return l.fail
		}
	}
	text, err := json.Marshal(v)
	l.text.Write(append(text, '\n'))
	return err
}

func (l *lines) Flush() error {
	l.flushed = l.text.Len()
	return nil
}

// rules loads rules from files given by name.
func rules(t testing.TB, store caching.Store, files map[string]string) func() *ruleset.Set {
	t.Chdir(t.TempDir())
	for name, text := range files {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	loader := ruleset.Loader{Paths: []string{"."}, Modules: []runtime.Module{caching.Module(store)}}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)
	return func() *ruleset.Set { return set }
}

// mixed are rules with and without state, and one that fails now and then.
var mixed = map[string]string{
	"a_counter.star": `
load("panther_detection_helpers.caching", "increment_counter", "get_counter")
def rule(event):
    return increment_counter("k:" + event["user"]) % 3 == 0
def title(event):
    return "count %d" % get_counter("k:" + event["user"])
`,
	"b_free.star": `
def rule(event):
    return event["n"] % 5 == 0
def title(event):
    return "n is %d" % event["n"]
`,
	"c_fails.star": `
def rule(event):
    return 10 // (event["n"] % 7) == 10
def dedup(event):
    return str(event["n"])
`,
	"d_set.star": `
load("panther_oss_helpers", "add_to_string_set")
def rule(event):
    return len(add_to_string_set("seen", str(event["n"] % 50))) == 50
`,
}

func numbered(n int) []string {
	var data []string
	for i := range n {
		at := time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC)
		data = append(data, fmt.Sprintf(`{"n": %d, "user": "u%d", "p_event_time": %q}`, i, i%4, at.Format(time.RFC3339)))
	}
	return data
}

func newEngine(t testing.TB, src engine.Source, sink engine.Sink, files map[string]string) *engine.Engine {
	store := &memory.Store{}
	return &engine.Engine{
		Rules:   rules(t, store, files),
		Source:  src,
		Sink:    sink,
		Windows: &alert.Windows{Counter: caching.Windows{Store: store}},
	}
}

// TestSameOutput shows that the output does not depend on the number of
// goroutines, in either form.
func TestSameOutput(t *testing.T) {
	for _, matches := range []bool{false, true} {
		var want string
		for _, workers := range []int{1, 2, 3, 16} {
			src, sink := newRecords(numbered(1000)...), &lines{}
			e := newEngine(t, src, sink, mixed)
			e.Workers, e.Matches = workers, matches
			require.NoError(t, e.Run(context.Background()))
			if want == "" {
				want = sink.text.String()
				require.Greater(t, strings.Count(want, "\n"), 10)
			}
			require.Equal(t, want, sink.text.String(), "matches %t, %d workers", matches, workers)
			stats := e.Stats()
			require.EqualValues(t, 1000, stats.Records)
			require.EqualValues(t, 4000, stats.Evaluations)
			require.EqualValues(t, 143, stats.RuleErrors)
			for i := range src.acks {
				require.EqualValues(t, 1, src.acks[i].Load(), "acks of record %d", i)
			}
		}
	}
}

// TestAcknowledge shows that records are acknowledged after what they led to
// has been flushed, and not at all if it could not be written.
func TestAcknowledge(t *testing.T) {
	files := map[string]string{"all.star": "def rule(event):\n    return True\ndef dedup(event):\n    return str(event['n'])\n"}
	src, sink := newRecords(numbered(500)...), &lines{fail: errors.New("disk full"), after: 100}
	e := newEngine(t, src, sink, files)
	err := e.Run(context.Background())
	require.ErrorIs(t, err, sink.fail)
	require.ErrorContains(t, err, "write alerts: disk full")

	acked := 0
	for i := range src.acks {
		acked += int(src.acks[i].Load())
	}
	require.LessOrEqual(t, acked, 100)
	require.Equal(t, src.next, acked+int(src.nacks.Load()), "every record taken is answered")
}

// TestStop shows that the end of the context ends the taking of records, and
// that those taken are finished.
func TestStop(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	src, sink := newRecords(numbered(100_000)...), &lines{}
	sink.onWrite = cancel
	e := newEngine(t, src, sink, mixed)
	require.ErrorIs(t, e.Run(ctx), context.Canceled)
	require.Less(t, src.next, 100_000)
	require.EqualValues(t, src.next, e.Stats().Records)
	require.Zero(t, src.nacks.Load())
}

// TestRejected shows what becomes of records that are not JSON objects.
func TestRejected(t *testing.T) {
	src, sink := newRecords(`{"n": 5}`, `{"n": `, `[]`, `{"n": 10}`), &lines{}
	e := newEngine(t, src, sink, map[string]string{"b.star": mixed["b_free.star"]})
	var rejected []string
	e.Rejected = func(raw event.Raw, err error) { rejected = append(rejected, fmt.Sprintf("%d: %v", raw.Index, err)) }
	require.NoError(t, e.Run(context.Background()))
	require.Len(t, rejected, 2)
	require.Regexp(t, "^1: ", rejected[0])
	require.Regexp(t, "^2: ", rejected[1])
	require.Equal(t, 2, strings.Count(sink.text.String(), "\n"))
	require.EqualValues(t, 1, src.acks[1].Load())
}

// brokenStore fails every increment.
type brokenStore struct{ memory.Store }

var errDown = errors.New("store is down")

func (*brokenStore) Increment(context.Context, string, int64, caching.Number, caching.TTL) (caching.Number, error) {
	return caching.Number{}, errDown
}

// TestStoreDown shows that an event whose rules or alerts met a failing store
// is not acknowledged, and that this is loud.
func TestStoreDown(t *testing.T) {
	store := &brokenStore{}
	src, sink := newRecords(`{"n": 5, "user": "u"}`, `{"n": 1, "user": "u"}`), &lines{}
	e := newEngine(t, src, sink, nil)
	e.Rules = rules(t, store, map[string]string{"a.star": mixed["a_counter.star"]})
	e.Matches = true
	require.NoError(t, e.Run(context.Background()))
	require.EqualValues(t, 2, src.nacks.Load())
	require.EqualValues(t, 2, e.Stats().StoreErrors)
	require.Contains(t, sink.text.String(), "store is down")

	src, sink = newRecords(`{"n": 5, "user": "u"}`, `{"n": 1, "user": "u"}`), &lines{}
	e = newEngine(t, src, sink, map[string]string{"b.star": mixed["b_free.star"]})
	e.Windows = &alert.Windows{Counter: caching.Windows{Store: store}}
	require.NoError(t, e.Run(context.Background()))
	require.EqualValues(t, 1, src.nacks.Load(), "the event that matched")
	require.EqualValues(t, 1, src.acks[1].Load(), "the one that did not")
	require.EqualValues(t, 1, e.Stats().StoreErrors)
}

// TestWindows shows thresholds, deduplication, destinations and CreateAlert.
func TestWindows(t *testing.T) {
	files := map[string]string{
		"three.star": "def rule(event):\n    return True\ndef dedup(event):\n    return event['user']\n",
		"three.yml":  "AnalysisType: rule\nFilename: three.star\nRuleID: Three\nSeverity: Low\nThreshold: 3\nDedupPeriodMinutes: 10\n",
		"quiet.star": "def rule(event):\n    return True\n",
		"quiet.yml":  "AnalysisType: rule\nFilename: quiet.star\nRuleID: Quiet\nSeverity: Low\nCreateAlert: false\n",
		"never.star": "def rule(event):\n    return True\ndef destinations(event):\n    return []\n",
		"never.yml":  "AnalysisType: rule\nFilename: never.star\nRuleID: Never\nSeverity: Low\n",
	}
	at := func(minute int, user string) string {
		return fmt.Sprintf(`{"user": %q, "p_event_time": "2026-01-01T00:%02d:00Z"}`, user, minute)
	}
	src := newRecords(at(0, "a"), at(1, "b"), at(2, "a"), at(9, "a"), at(9, "a"), at(10, "a"), at(11, "a"), at(12, "a"), at(13, "a"))
	sink := &lines{}
	e := newEngine(t, src, sink, files)
	require.NoError(t, e.Run(context.Background()))

	var opened []string
	for line := range strings.Lines(sink.text.String()) {
		var a alert.Alert
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		opened = append(opened, fmt.Sprintf("%s %s %s %d %s", a.RuleID, a.Dedup, a.EventTime.Format("15:04"), a.EventCount, a.LogType))
	}
	// a's window runs from 0 to 10, exclusive; the next one from 10.
	require.Equal(t, []string{"Never Never 00:00 1 T", "Three a 00:09 3 T", "Three a 00:12 3 T"}, opened)
	s := e.Stats()
	require.EqualValues(t, 27, s.Matches)
	require.EqualValues(t, 3, s.Alerts)
	require.EqualValues(t, 1, s.Withheld)
	require.EqualValues(t, 2+8, s.Counted, "two of Three's, and Never's later ones")
	require.EqualValues(t, 5, s.Pending)
}

// TestOrderOfRules shows that what comes of an event is in the order of the
// rules' ids, whether they have state or not.
func TestOrderOfRules(t *testing.T) {
	const free, stateful = "def rule(event):\n    return True\n", "load('panther_oss_helpers', 'increment_counter')\ndef rule(event):\n    return increment_counter('k') > 0\n"
	files := map[string]string{"a.star": free, "b.star": stateful, "c.star": free, "d.star": stateful, "e.py": free}
	want := []string{"a", "b", "c", "d", "e"}
	ids := func(alerts []*alert.Alert) (got []string) {
		for _, a := range alerts {
			got = append(got, a.RuleID)
		}
		return got
	}

	handled := &outbox{}
	require.NoError(t, handler(t, &memory.Store{}, handled, files).Handle(t.Context(), raws(`{}`))[0])
	require.Equal(t, want, ids(handled.alerts))

	ran := &outbox{}
	e := newEngine(t, newRecords(`{}`), &lines{}, files)
	e.Sink = ran
	require.NoError(t, e.Run(t.Context()))
	require.Equal(t, want, ids(ran.alerts))
}

// TestRulesOncePerEvent shows that an event never meets two sets of rules.
func TestRulesOncePerEvent(t *testing.T) {
	generation := func(i int) map[string]string {
		body := fmt.Sprintf("def rule(event):\n    return True\ndef title(event):\n    return 'generation %d'\ndef dedup(event):\n    return str(event['n'])\n", i)
		return map[string]string{"a.star": body, "b.star": "load('panther_oss_helpers', 'get_counter')\n" + body}
	}
	store := &memory.Store{}
	sets := []func() *ruleset.Set{rules(t, store, generation(0)), rules(t, store, generation(1))}
	var asked atomic.Int64
	src, sink := newRecords(numbered(2000)...), &lines{}
	e := newEngine(t, src, sink, nil)
	e.Rules = func() *ruleset.Set { return sets[asked.Add(1)%2]() }
	require.NoError(t, e.Run(context.Background()))
	titles := make(map[string]string)
	for line := range strings.Lines(sink.text.String()) {
		var a alert.Alert
		require.NoError(t, json.Unmarshal([]byte(line), &a))
		if first, ok := titles[a.Dedup]; ok {
			require.Equal(t, first, a.Title, "event %s", a.Dedup)
		}
		titles[a.Dedup] = a.Title
	}
	require.Len(t, titles, 2000)
	require.Greater(t, asked.Load(), int64(1))
}
