package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/alert"
)

// A note is an output that notes the ids of what it gets.
type note struct {
	failWrite, failFlush error
	inFlush              func()

	mu      sync.Mutex
	ids     []string
	flushed int
}

func (n *note) Write(_ context.Context, v any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.failWrite != nil {
		return n.failWrite
	}
	if a, ok := v.(*alert.Alert); ok {
		n.ids = append(n.ids, a.ID)
	} else {
		n.ids = append(n.ids, fmt.Sprint(v))
	}
	return nil
}

func (n *note) Flush() error {
	if n.inFlush != nil {
		n.inFlush()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flushed++
	return n.failFlush
}

func TestRouter(t *testing.T) {
	var log bytes.Buffer
	r := &Router{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Routes: []Route{
			{Name: "pager", Output: &note{}, Default: true, MinSeverity: "HIGH", Destinations: []string{"On-Call"}},
			{Name: "Chat", Output: &note{}, Default: true, Severities: []alert.Severity{"LOW", "MEDIUM", "HIGH"}},
			{Name: "tickets", Output: &note{}, Destinations: []string{"jira"}},
			{Name: "audit", Output: &note{}, MinSeverity: "CRITICAL"},
			{Name: "archive", Output: &note{}, All: true},
		},
	}
	require.NoError(t, r.Check())
	for i, c := range []struct {
		severity     alert.Severity
		destinations []string
		want         string // besides the archive
	}{
		{"INFO", nil, ""},
		{"LOW", nil, "Chat"},
		{"HIGH", nil, "pager Chat"},
		{"CRITICAL", nil, "pager"},
		{"INFO", []string{"tickets"}, "tickets"},
		{"INFO", []string{"JIRA", "Tickets", "jira"}, "tickets"},
		{"CRITICAL", []string{"on-call", "chat"}, "pager"},
		{"HIGH", []string{"ON-CALL", "CHAT", "jira"}, "pager Chat tickets"},
		{"HIGH", []string{"audit"}, ""},
		{"HIGH", []string{}, ""},
		{"HIGH", []string{"archive"}, ""},
		{"HIGH", []string{"gone"}, "pager Chat"},
		{"INFO", []string{"gone"}, ""},
		{"LOW", []string{"gone", "tickets"}, "tickets"},
		{"LOW", []string{"audit", "Gone", "lost"}, "Chat"},
	} {
		id := fmt.Sprint(i)
		require.NoError(t, r.Write(t.Context(), &alert.Alert{ID: id, RuleID: "R", Severity: c.severity, Destinations: c.destinations}))
		var got []string
		for _, route := range r.Routes {
			ids := route.Output.(*note).ids
			if n := strings.Count(" "+strings.Join(ids, " ")+" ", " "+id+" "); n > 0 {
				require.Equal(t, 1, n)
				got = append(got, route.Name)
			}
		}
		require.Equal(t, strings.TrimSpace(c.want+" archive"), strings.Join(got, " "), "%s %q", c.severity, c.destinations)
	}
	s := r.Stats()
	require.Equal(t, RouterStats{
		Unknown: 4, UnknownNames: []string{"gone", "lost"}, Unrouted: 3, Withheld: 1,
		Routes: []RouteStats{{Name: "pager", Alerts: 5}, {Name: "Chat", Alerts: 5}, {Name: "tickets", Alerts: 4}, {Name: "audit"}, {Name: "archive", Alerts: 15}},
	}, s)
	require.Equal(t, 2, strings.Count(log.String(), "destination is not known"))
	require.Contains(t, log.String(), "destinations=[gone]")
	require.Contains(t, log.String(), "alert goes to no sink: none that it is for takes its severity\" rule=R alert=0 severity=INFO")

	// What is no alert goes to all that are a default, whatever they take.
	require.NoError(t, r.Write(t.Context(), "match"))
	for i, want := range []bool{true, true, false, false, true} {
		ids := r.Routes[i].Output.(*note).ids
		require.Equal(t, want, len(ids) > 0 && ids[len(ids)-1] == "match", i)
	}
}

func TestRouterErrors(t *testing.T) {
	one, two, three := &note{failWrite: errors.New("one is full")}, &note{}, &note{failFlush: errors.New("no disk")}
	r := &Router{Routes: []Route{{Name: "one", Output: one, Default: true}, {Name: "two", Output: two, Default: true}, {Name: "three", Output: three, Default: true}}}
	err := r.Write(t.Context(), alertOf("1"))
	require.ErrorIs(t, err, one.failWrite)
	require.EqualError(t, err, "sink one: one is full")
	require.Equal(t, []string{"1"}, two.ids)
	require.Equal(t, []string{"1"}, three.ids)
	err = r.Flush()
	require.ErrorIs(t, err, three.failFlush)
	require.EqualError(t, err, "sink three: no disk")
	one.failFlush = errors.New("nothing")
	require.EqualError(t, r.Flush(), "sink one: nothing\nsink three: no disk")
	require.Equal(t, []int{2, 2, 2}, []int{one.flushed, two.flushed, three.flushed})
	require.Equal(t, []RouteStats{{"one", 0, 2, "nothing"}, {"two", 1, 0, ""}, {"three", 1, 2, "no disk"}}, r.Stats().Routes)
}

// TestRouterFlushesInParallel has flushes that each wait for the other.
func TestRouterFlushesInParallel(t *testing.T) {
	meet := make(chan bool)
	r := &Router{Routes: []Route{
		{Name: "one", Output: &note{inFlush: func() { meet <- true }}},
		{Name: "two", Output: &note{inFlush: func() { <-meet }}},
	}}
	require.NoError(t, r.Flush())
}

// TestRouterTells has an output that fails for a while.
func TestRouterTells(t *testing.T) {
	var log bytes.Buffer
	out := &note{}
	r := &Router{Routes: []Route{{Name: "one", Output: out, Default: true}}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	for i := range 10 {
		out.failFlush = nil
		if i%4 != 0 {
			out.failFlush = errors.New("disk full")
		}
		r.Write(t.Context(), alertOf("1"))
		r.Flush()
	}
	text := log.String()
	require.Equal(t, 1, strings.Count(text, "takes no alerts"), text)
	require.Equal(t, 1, strings.Count(text, "takes alerts again"), text)
	require.Contains(t, text, `sink=one error="disk full"`)
}

// TestRouterFull has one queue that is full: as long as it is, the others get
// nothing of what is for it, however often it comes.
func TestRouterFull(t *testing.T) {
	down := true
	r := &taker{fail: func([]string) error {
		if down {
			return errors.New("nobody is there")
		}
		return nil
	}}
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"),
		Destination{Name: "a"}, Destination{Name: "b", Receiver: r, MaxAlerts: 3, FirstPause: time.Millisecond, MostPause: time.Millisecond})
	archive, last := &note{}, &note{}
	var log bytes.Buffer
	router := &Router{Log: slog.New(slog.NewTextHandler(&log, nil)), Routes: []Route{
		{Name: "archive", Output: archive, All: true}, {Name: "a", Output: o.Queue("a"), Default: true},
		{Name: "b", Output: o.Queue("b"), Default: true}, {Name: "last", Output: last, Default: true},
	}}
	enqueue(t, router, "1", "2", "3")
	for range 10 {
		err := router.Write(t.Context(), alertOf("4"))
		require.ErrorIs(t, err, ErrFull)
		require.ErrorContains(t, err, "sink b: outbox of b is full: 3 alerts")
		require.NoError(t, router.Flush())
	}
	onlyOthers := alertOf("5")
	onlyOthers.Destinations = []string{"a"}
	require.NoError(t, router.Write(t.Context(), onlyOthers), "what is not for b is taken")
	require.NoError(t, router.Flush())
	require.Equal(t, []string{"1", "2", "3", "5"}, archive.ids)
	require.Equal(t, []string{"1", "2", "3"}, last.ids)
	require.Equal(t, []string{"1", "2", "3", "5"}, queued(t, o, "a", false))
	s := router.Stats().Routes
	require.Equal(t, []uint64{4, 4, 3, 3}, []uint64{s[0].Alerts, s[1].Alerts, s[2].Alerts, s[3].Alerts})
	require.Equal(t, []uint64{0, 0, 10, 0}, []uint64{s[0].Errors, s[1].Errors, s[2].Errors, s[3].Errors})
	require.Contains(t, s[2].LastError, "outbox of b is full", "a flush does not make room")
	require.Equal(t, 1, strings.Count(log.String(), "takes no alerts"), log.String())
	require.NotContains(t, log.String(), "takes alerts again")

	r.mu.Lock()
	down = false
	r.mu.Unlock()
	deliverAll(t, o)
	require.NoError(t, router.Flush())
	require.Empty(t, router.Stats().Routes[2].LastError)
	require.Equal(t, 1, strings.Count(log.String(), "takes alerts again"), log.String())
	enqueue(t, router, "4")
	require.Equal(t, []string{"1", "2", "3", "5", "4"}, archive.ids)
}

// TestRouterKeepsRoom has many callers for a queue with little room: the outputs
// beside it get what it gets.
func TestRouterKeepsRoom(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "b", MaxAlerts: 20})
	first := &note{}
	router := &Router{Routes: []Route{{Name: "first", Output: first, Default: true}, {Name: "b", Output: o.Queue("b"), Default: true}}}
	var callers sync.WaitGroup
	for c := range 16 {
		callers.Go(func() {
			for i := range 10 {
				if err := router.Write(t.Context(), alertOf(fmt.Sprint(c, "/", i))); err != nil && !errors.Is(err, ErrFull) {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	require.NoError(t, router.Flush())
	require.ElementsMatch(t, queued(t, o, "b", false), first.ids)
	require.Len(t, first.ids, 20)
}

// TestRouterLeavesRoom has an output that takes nothing beside a queue: the room
// that was kept for its alerts is given back.
func TestRouterLeavesRoom(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "a", MaxAlerts: 2}, Destination{Name: "b", MaxAlerts: 1})
	disk := &note{}
	router := &Router{Routes: []Route{{Name: "a", Output: o.Queue("a"), Default: true}, {Name: "b", Output: o.Queue("b"), Default: true}, {Name: "disk", Output: disk, Default: true}}}
	disk.failFlush = errors.New("disk full")
	require.NoError(t, router.Write(t.Context(), alertOf("1")))
	require.ErrorIs(t, router.Flush(), disk.failFlush)
	for range 5 { // it comes again
		require.EqualError(t, router.Write(t.Context(), alertOf("1")), "sink b: "+o.Queue("b").Write(t.Context(), alertOf("2")).Error()+"\nsink disk: disk full")
		require.Error(t, router.Flush())
	}
	require.Equal(t, []string{"1"}, queued(t, o, "a", false))
	require.Equal(t, []string{"1"}, disk.ids)
	require.Equal(t, 1, o.Stats()[0].Queued)
	disk.failFlush = nil
	require.NoError(t, router.Flush())
	require.ErrorIs(t, router.Write(t.Context(), alertOf("1")), ErrFull)
	require.Equal(t, []string{"1"}, disk.ids)
	enqueue(t, o.Queue("a"), "2")
	require.ErrorIs(t, o.Queue("a").Write(t.Context(), alertOf("3")), ErrFull)
	require.NoError(t, o.Close())
	err := router.Write(t.Context(), alertOf("4"))
	require.ErrorIs(t, err, ErrClosed)
	require.Equal(t, 2, o.Stats()[0].Queued)
}

func TestRouterUnknownNamesAreBounded(t *testing.T) {
	var log bytes.Buffer
	r := &Router{Routes: []Route{{Name: "one", Output: &note{}, Default: true}}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	var callers sync.WaitGroup
	for c := range 4 {
		callers.Go(func() {
			for i := range 500 {
				a := alertOf("1")
				a.Destinations = []string{fmt.Sprint(c, "/", i, strings.Repeat("x", 1000))}
				if err := r.Write(context.Background(), a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	s := r.Stats()
	require.EqualValues(t, 2000, s.Unknown)
	require.EqualValues(t, 2000, s.Routes[0].Alerts)
	require.Len(t, s.UnknownNames, mostUnknown)
	require.Less(t, log.Len(), 50_000)
}

func TestRouterCheck(t *testing.T) {
	out := &note{}
	for want, routes := range map[string][]Route{
		"no sink is a default":                           {{Name: "a", Output: out, All: true}},
		"a sink has no name":                             {{Output: out, Default: true}},
		`sink "A": there are two of this name`:           {{Name: "a", Output: out, Default: true}, {Name: "A", Output: out}},
		`sink "a": it has no output`:                     {{Name: "a", Default: true}},
		`sink "a": it takes all alerts and so cannot`:    {{Name: "a", Output: out, Default: true, All: true, MinSeverity: "LOW"}},
		`sink "a": severity is "low", want one of [INFO`: {{Name: "a", Output: out, Default: true, MinSeverity: "low"}},
		`sink "a": severity is "X"`:                      {{Name: "a", Output: out, Default: true, Severities: []alert.Severity{"LOW", "X"}}},
	} {
		require.ErrorContains(t, (&Router{Routes: routes}).Check(), want)
	}
}
