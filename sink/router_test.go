package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

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
