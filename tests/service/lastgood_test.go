package service_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestLastGood changes rules while events flow and one file stays broken: its
// rule is the last one that was good, with today's helper, and the others are
// as their files are today. No event sees two sets.
func TestLastGood(t *testing.T) {
	l := newLooking(t)
	stop, posts := make(chan struct{}), sync.WaitGroup{}
	for c := range 4 {
		posts.Go(func() { l.post(c, stop) })
	}
	release := sync.OnceFunc(func() { close(stop); posts.Wait() })
	defer release()

	l.change("broken", "def rule(event:\n")
	l.await("the broken file", func() bool { return len(l.state().Refused) == 1 })
	l.see("broken 1 1", "steady 1 1", "goes 1 1")
	l.change("generation", "GENERATION = '2'\n")
	l.see("broken 1 2", "steady 1 2", "goes 1 2")
	l.change("steady", l.rule("steady 2"))
	l.see("broken 1 2", "steady 2 2", "goes 1 2")
	l.change("comes", l.rule("comes 1"))
	l.see("broken 1 2", "steady 2 2", "goes 1 2", "comes 1 2")
	l.change("broken", "def rule(event):\n    return other(event)\n"+l.rule("broken 2"))
	require.NoError(t, os.Remove(filepath.Join(l.rules, "goes.star")))
	l.see("broken 1 2", "steady 2 2", "comes 1 2")

	l.change("generation", "GENERATION = \n")
	l.await("the broken helper", func() bool { return len(l.state().Refused) == 2 })
	l.see("broken 1 2", "steady 2 2", "comes 1 2")
	l.change("steady", l.rule("steady 3"))
	l.reload(http.StatusOK)
	l.see("broken 1 2", "steady 2 2", "comes 1 2") // what needs a broken helper waits for it
	l.change("generation", "GENERATION = '3'\n")
	l.see("broken 1 3", "steady 3 3", "comes 1 3")
	require.Len(t, l.state().Refused, 1)
	l.await("events of the clients", func() bool { return l.posted.Load() > 20 })
	release()
	l.check()
	l.change("broken", l.rule("broken 3"))
	l.see("broken 3 3", "steady 3 3", "comes 1 3")
	require.Empty(t, l.state().Refused)
	require.Zero(t, l.stop(), l.logged())
}

// looking is a run of TestLastGood.
type looking struct {
	*server
	rules, alerts string
	probes        int
	posted        atomic.Int64 // by clients

	mu    sync.Mutex
	acked []string
}

func newLooking(t *testing.T) *looking {
	l := &looking{rules: t.TempDir(), alerts: filepath.Join(t.TempDir(), "alerts.jsonl")}
	files := map[string]string{"generation.star": "GENERATION = '1'\n"}
	for _, name := range []string{"broken", "steady", "goes"} {
		files[name+".star"] = l.rule(name + " 1")
	}
	write(t, l.rules, files)
	l.server = serve(t, "--rules", l.rules, "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:"+l.alerts)
	return l
}

// rule says in its alerts which version of it and of the helper it is.
func (l *looking) rule(version string) string {
	return fmt.Sprintf(`
load("generation", "GENERATION")
def rule(event):
    return True
def dedup(event):
    return event["id"]
def alert_context(event):
    return {"generation": GENERATION, "name": %q}
`, version)
}

// change puts a file in the place of another, whole.
func (l *looking) change(name, text string) {
	path := filepath.Join(l.rules, name+".star")
	require.NoError(l.t, os.WriteFile(path+".tmp", []byte(text), 0o666))
	require.NoError(l.t, os.Rename(path+".tmp", path))
}

// post sends events until it is told to stop.
func (l *looking) post(client int, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
		id := fmt.Sprintf("%d-%d", client, i)
		a, err := l.server.post(fmt.Appendf(nil, `{"id": %q}`, id))
		if err != nil || a.Code != 200 {
			l.t.Errorf("client %d: answer %d %s (error %v)", client, a.Code, a.Text, err)
			return
		}
		l.posted.Add(1)
		l.note(id)
	}
}

// note keeps the id of an event that was acknowledged.
func (l *looking) note(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, id)
}

// see waits until the alerts of an event are these: rule, its version, and that
// of the helper.
func (l *looking) see(want ...string) {
	l.t.Helper()
	slices.Sort(want)
	var got []string
	defer func() {
		if l.t.Failed() {
			l.t.Logf("alerts are of %q, want %q", got, want)
		}
	}()
	l.await("alerts of "+strings.Join(want, ", "), func() bool {
		l.probes++
		id := fmt.Sprint("probe-", l.probes)
		require.Equal(l.t, 200, l.one(id).Code)
		l.note(id)
		got = nil
		for _, a := range l.of()[id] {
			got = append(got, a.Context.Name+" "+a.Context.Generation)
		}
		slices.Sort(got)
		return slices.Equal(got, want)
	})
}

// of gives the alerts of each event. The last line may be half written.
func (l *looking) of() map[string][]received {
	text, err := os.ReadFile(l.alerts)
	require.NoError(l.t, err)
	events := make(map[string][]received)
	for _, a := range parseAlerts(l.t, string(text[:bytes.LastIndexByte(text, '\n')+1])) {
		events[a.Dedup] = append(events[a.Dedup], a)
	}
	return events
}

// check looks at all events that came while the file was broken, and before:
// each saw the rule of that file, in the version that was good, and one set.
func (l *looking) check() {
	events, sets := l.of(), make(map[string]bool)
	for _, id := range l.acked {
		seen := make(map[string]string)
		for _, a := range events[id] {
			require.Equal(l.t, events[id][0].RuleSet, a.RuleSet, id)
			require.Equal(l.t, events[id][0].Context.Generation, a.Context.Generation, id)
			seen[a.RuleID] = a.Context.Name
		}
		require.Equal(l.t, "broken 1", seen["broken"], id)
		require.Contains(l.t, seen, "steady", id)
		require.Len(l.t, seen, len(events[id]), id)
		sets[events[id][0].RuleSet] = true
	}
	require.GreaterOrEqual(l.t, len(sets), 6)
	l.record("%d events, %d versions of the set", len(l.acked), len(sets))
}
