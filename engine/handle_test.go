package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
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

// outbox is a Sink in memory for many goroutines.
type outbox struct {
	mu     sync.Mutex
	alerts []*alert.Alert
	write  error
	flush  error
}

func (o *outbox) Write(_ context.Context, v any) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.write == nil {
		o.alerts = append(o.alerts, v.(*alert.Alert))
	}
	return o.write
}

func (o *outbox) Flush() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.flush
}

func (o *outbox) fail(write, flush error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.write, o.flush = write, flush
}

func raws(data ...string) []event.Raw {
	var all []event.Raw
	for i, text := range data {
		all = append(all, event.Raw{Data: []byte(text), Source: "test", Index: i, LogType: "T"})
	}
	return all
}

func handler(t testing.TB, store caching.Store, sink engine.Sink, files map[string]string) *engine.Engine {
	return &engine.Engine{
		Rules:   rules(t, store, files),
		Sink:    sink,
		Windows: &alert.Windows{Counter: caching.Windows{Store: store}},
	}
}

// counting are a rule that counts and one without state, for the same events.
var counting = map[string]string{
	"counter.star": `
load("panther_detection_helpers.caching", "increment_counter")
def rule(event):
    return increment_counter("k:" + event["user"]) > 0
def dedup(event):
    return str(event["n"])
`,
	"free.py": `
def rule(event):
    return event["n"] % 2 == 0
def dedup(event):
    return str(event["n"])
`,
}

// TestHandle shows that many callers at once get what one would: each event is
// counted once, and each alert is there once.
func TestHandle(t *testing.T) {
	store, sink := &memory.Store{}, &outbox{}
	e := handler(t, store, sink, counting)
	const callers, calls, size = 16, 8, 100
	var evaluated atomic.Int64
	e.Evaluated = func(rule *runtime.Rule, took time.Duration, r *runtime.Result) {
		if rule != nil && took > 0 && r.Err == nil {
			evaluated.Add(1)
		}
	}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for call := range calls {
				var batch []event.Raw
				for i := range size {
					n := (c*calls+call)*size + i
					batch = append(batch, raws(fmt.Sprintf(`{"n": %d, "user": "u%d"}`, n, n%4))...)
				}
				for i, err := range e.Handle(t.Context(), batch) {
					if err != nil {
						t.Errorf("record %d: %v", i, err)
					}
				}
			}
		})
	}
	wg.Wait()
	const events = callers * calls * size
	for i := range 4 {
		item, err := store.Get(t.Context(), fmt.Sprintf("k:u%d", i), time.Now().Unix())
		require.NoError(t, err)
		require.Equal(t, caching.Int(events/4), item.Count)
	}
	ids := make(map[string]bool)
	for _, a := range sink.alerts {
		ids[a.ID] = true
		require.Equal(t, e.Rules().Version(), a.RuleSet)
	}
	require.Len(t, sink.alerts, events+events/2)
	require.Len(t, ids, events+events/2)
	require.EqualValues(t, events, e.Stats().Records)
	require.EqualValues(t, 2*events, evaluated.Load())
}

// TestHandleOrder shows that of the events of a window the first one opens it,
// and that alerts are written in the order of events and rules, although
// windows are counted at the same time.
func TestHandleOrder(t *testing.T) {
	sink := &outbox{}
	all := "def rule(event):\n    return True\ndef dedup(event):\n    return event[\"key\"]\n"
	e := handler(t, &memory.Store{}, sink, map[string]string{"a.star": all, "b.star": all})
	var texts, want []string
	for n := range 2000 {
		texts = append(texts, fmt.Sprintf(`{"n": %d, "key": "k%d"}`, n, n*7%400))
		if n < 400 {
			want = append(want, fmt.Sprint("a ", n), fmt.Sprint("b ", n))
		}
	}
	for _, err := range e.Handle(t.Context(), raws(texts...)) {
		require.NoError(t, err)
	}
	var got []string
	for _, a := range sink.alerts {
		require.Equal(t, int64(1), a.EventCount)
		var event struct{ N int }
		require.NoError(t, json.Unmarshal(a.Event, &event))
		got = append(got, fmt.Sprint(a.RuleID, " ", event.N))
	}
	require.Equal(t, want, got)
}

// TestHandleErrors shows what each record is told, and that one that comes again
// opens the alert that its first coming could not.
func TestHandleErrors(t *testing.T) {
	down := errors.New("down")
	for _, c := range []struct {
		name         string
		write, flush error
	}{{"write", down, nil}, {"flush", nil, down}} {
		t.Run(c.name, func(t *testing.T) {
			store, sink := &memory.Store{}, &outbox{}
			e := handler(t, store, sink, map[string]string{"r.star": "def rule(event):\n    return event['n'] == 1\n"})
			sink.fail(c.write, c.flush)
			records := raws(`{"n": 0}`, `not JSON`, `{"n": 1}`)
			check := func(last error) {
				errs := e.Handle(t.Context(), records)
				require.NoError(t, errs[0])
				refused, ok := errors.AsType[*event.RefusedError](errs[1])
				require.True(t, ok)
				require.ErrorContains(t, refused, "a record is one JSON object")
				require.ErrorIs(t, errs[2], last)
			}
			check(down)
			sent := len(sink.alerts)
			sink.fail(nil, nil)
			check(nil)
			require.Len(t, sink.alerts, sent+1)
			require.Equal(t, sink.alerts[0].ID, sink.alerts[sent].ID)
			require.Regexp(t, "^[0-9a-f]{32}$", sink.alerts[0].ID)
			check(nil)
			require.Len(t, sink.alerts, sent+1, "the alert is out")
		})
	}
}

// TestRunAgain shows that an alert which the sink did not take is opened by the
// run to which its event comes again.
func TestRunAgain(t *testing.T) {
	store := &memory.Store{}
	set := rules(t, store, map[string]string{"r.star": "def rule(event):\n    return True\n"})
	down := errors.New("down")
	run := func(sink engine.Sink) error {
		e := &engine.Engine{Rules: set, Source: newRecords(`{"p_event_time": "2026-01-01T00:00:00Z"}`), Sink: sink,
			Windows: &alert.Windows{Counter: caching.Windows{Store: store}}}
		return e.Run(t.Context())
	}
	require.ErrorIs(t, run(&outbox{flush: down}), down)
	again, last := &outbox{}, &outbox{}
	require.NoError(t, run(again))
	require.Len(t, again.alerts, 1)
	require.NoError(t, run(last))
	require.Empty(t, last.alerts)
}

// broken is a Store that fails as long as it is told to.
type broken struct {
	caching.Store
	err atomic.Pointer[error]
}

func (b *broken) Increment(ctx context.Context, key string, now int64, n caching.Number, ttl caching.TTL) (caching.Number, error) {
	if err := b.err.Load(); err != nil {
		return caching.Number{}, *err
	}
	return b.Store.Increment(ctx, key, now, n, ttl)
}

// TestHandleStoreDown shows that events whose state cannot be kept come again,
// and that the others do not.
func TestHandleStoreDown(t *testing.T) {
	store, sink := &broken{Store: &memory.Store{}}, &outbox{}
	e := handler(t, store, sink, counting)
	down := errors.New("down")
	store.err.Store(&down)
	for _, err := range e.Handle(t.Context(), raws(`{"n": 1, "user": "u"}`, `{"n": 2, "user": "u"}`)) {
		require.ErrorContains(t, err, "down")
	}
	require.Empty(t, sink.alerts)
	require.Positive(t, e.Stats().StoreErrors)
	store.err.Store(nil)
	for _, err := range e.Handle(t.Context(), raws(`{"n": 1, "user": "u"}`, `{"n": 2, "user": "u"}`)) {
		require.NoError(t, err)
	}
	require.Len(t, sink.alerts, 3)
}

// TestHandleEnd shows that a call waits for its turn no longer than its
// context lasts, and is told why.
func TestHandleEnd(t *testing.T) {
	e := handler(t, &memory.Store{}, &outbox{}, counting)
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the client is gone")
	cancel(gone)
	begun, hold := make(chan struct{}), make(chan struct{})
	e.Workers = 1
	var first sync.Once
	e.Evaluated = func(*runtime.Rule, time.Duration, *runtime.Result) {
		first.Do(func() {
			close(begun)
			<-hold
		})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.Handle(t.Context(), raws(`{"n": 1, "user": "u"}`))
	}()
	<-begun
	require.ErrorIs(t, e.Handle(ctx, raws(`{"n": 1, "user": "u"}`))[0], gone)
	close(hold)
	<-done
}

// TestHandleSets shows that all rules see an event in the same set while sets
// are swapped, and that workers do not hold on to all that were.
func TestHandleSets(t *testing.T) {
	store, sink := &memory.Store{}, &outbox{}
	e := handler(t, store, sink, nil)
	var set atomic.Pointer[ruleset.Set]
	e.Rules = set.Load
	for generation := range 20 {
		files := make(map[string]string)
		for i := range 10 {
			files[fmt.Sprintf("r%d.py", i)] = fmt.Sprintf("def rule(event):\n    return True\ndef dedup(event):\n    return str(event['n'])\ndef alert_context(event):\n    return {'generation': %d}\n", generation)
		}
		set.Store(rules(t, store, files)())
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for _, err := range e.Handle(t.Context(), raws(fmt.Sprintf(`{"n": %d}`, generation*4+c))) {
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	require.Len(t, sink.alerts, 20*4*10)
	generations := make(map[string]map[string]bool) // by rule set
	for _, a := range sink.alerts {
		var context struct{ Generation json.Number }
		require.NoError(t, json.Unmarshal(a.Context, &context))
		if generations[a.RuleSet] == nil {
			generations[a.RuleSet] = make(map[string]bool)
		}
		generations[a.RuleSet][context.Generation.String()] = true
	}
	require.Len(t, generations, 20)
	for version, seen := range generations {
		require.Len(t, seen, 1, version)
	}
}

// held is a Sink whose Flush waits for what it is to return.
type held struct {
	outbox
	flushes chan chan error // those that have begun
}

func (h *held) Flush() error {
	result := make(chan error)
	h.flushes <- result
	return <-result
}

// TestHandleTogether shows that an event that is counted into an alert which
// another call is writing is done when that alert is safe, and not before.
func TestHandleTogether(t *testing.T) {
	full := errors.New("disk full")
	for name, test := range map[string]struct {
		opener, joiner error // of their flushes
		joinerFirst    bool  // its flush is over first
		want           string
	}{
		"safe":                          {},
		"safe, joiner first":            {joinerFirst: true},
		"lost":                          {opener: full, want: "the alert that the event is part of could not be written"},
		"lost, joiner first":            {opener: full, joinerFirst: true, want: "the alert that the event is part of could not be written"},
		"nothing of its own to write":   {joiner: full},
		"nothing of its own, and first": {joiner: full, joinerFirst: true},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &held{flushes: make(chan chan error)}
			e := handler(t, &memory.Store{}, sink, map[string]string{"r.star": "def rule(event):\n    return True\n"})
			handle := func() chan error {
				done := make(chan error, 1)
				go func() { done <- e.Handle(t.Context(), raws(`{}`))[0] }()
				return done
			}
			opened := handle()
			opener := <-sink.flushes
			joined := handle()
			joiner := <-sink.flushes
			if test.joinerFirst {
				joiner <- test.joiner
				opener <- test.opener
			} else {
				opener <- test.opener
				joiner <- test.joiner
			}
			require.Len(t, sink.alerts, 1)
			require.ErrorIs(t, <-opened, test.opener)
			if err := <-joined; test.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.want)
			}
		})
	}
}
