package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
	"github.com/stretchr/testify/require"
)

// newReceiverThat is a receiver that takes alerts only while up says so.
func newReceiverThat(t testing.TB, up *atomic.Bool) *receiver {
	r := newReceiver(t)
	r.answer = func() int {
		if up.Load() {
			return http.StatusOK
		}
		return http.StatusInternalServerError
	}
	return r
}

// configured writes a configuration of serve and returns the flags for it.
func configured(t testing.TB, data, sinks string) []string {
	dir := folder(t, map[string]string{"starhost.yaml": "serve:\n  sinks:\n" + sinks})
	return []string{"--config", filepath.Join(dir, "starhost.yaml"), "--rules", folder(t, stateless), "--data-dir", data}
}

// A queueState is what these tests look at of a queue.
type queueState struct {
	Name     string
	Retired  bool
	NoRoom   bool `json:"no_room"`
	Alerts   int
	SetAside int `json:"set_aside"`
}

func (s *server) queues() map[string]queueState {
	_, text := s.get("/status")
	var st struct{ Queues []queueState }
	require.NoError(s.t, json.Unmarshal([]byte(text), &st), text)
	all := make(map[string]queueState)
	for _, q := range st.Queues {
		all[q.Name] = q
	}
	return all
}

// TestFullQueueBeside fills the queue of one of several sinks: the others do not
// get the events that come again and again, and each alert once in the end.
func TestFullQueueBeside(t *testing.T) {
	var up atomic.Bool
	well, away := newReceiver(t), newReceiverThat(t, &up)
	archive := filepath.Join(t.TempDir(), "archive.jsonl")
	s := serve(t, configured(t, t.TempDir(), fmt.Sprintf(`
  - {type: file, name: archive, path: %q, all: true}
  - {type: webhook, name: well, url: %q}
  - {type: webhook, name: away, url: %q, max_queued: 3}
`, archive, well.URL, away.URL))...)
	var body strings.Builder
	for i := range 20 {
		fmt.Fprintf(&body, "{\"id\": \"%d\"}\n", i)
	}
	send := func() account {
		a, err := s.post([]byte(body.String()))
		require.NoError(t, err)
		return a
	}
	for range 10 {
		a := send()
		require.Equal(t, 503, a.Code, a.Text)
		require.Contains(t, a.Failed[0].Error, "sink away: outbox of away is full")
	}
	s.await("the alerts that all have room for", func() bool { all, _ := well.count(); return all == 3 })
	require.Len(t, readAlerts(t, archive), 3)
	require.True(t, s.queues()["away"].NoRoom)

	up.Store(true)
	s.await("the events to be taken", func() bool { return send().Code == 200 })
	for _, r := range []*receiver{well, away} {
		s.await("all alerts", func() bool { _, different := r.count(); return different == 20 })
		all, _ := r.count()
		require.Equal(t, 20, all)
	}
	require.Len(t, readAlerts(t, archive), 20)
	require.Zero(t, s.stop(), s.logged())
}

// TestQueueFullOfBytes has an alert that finds no room in a queue that has some:
// the service says so, until there is room for it.
func TestQueueFullOfBytes(t *testing.T) {
	var up atomic.Bool
	r := newReceiverThat(t, &up)
	args := configured(t, t.TempDir(), fmt.Sprintf("  - {type: webhook, name: soc, url: %q, max_queued_size: 10KB}\n", r.URL))
	s := serve(t, args...)
	send := func(id string) account {
		a, err := s.post(fmt.Appendf(nil, `{"id": %q, "text": %q}`, id, strings.Repeat("x", 6000)))
		require.NoError(t, err)
		return a
	}
	require.Equal(t, 200, send("first").Code)
	require.Empty(t, s.unready())
	a := send("second")
	require.Equal(t, 503, a.Code, a.Text)
	require.Contains(t, s.unready(), "queue soc: full: 1/")
	require.Contains(t, s.unready(), "sink soc: outbox of soc is full")
	require.Equal(t, 503, send("second").Code)
	require.NotContains(t, s.logged(), "takes alerts again")
	up.Store(true)
	s.awaitReady() // before any further event comes
	require.Equal(t, 200, send("second").Code)
	s.await("both", func() bool { _, different := r.count(); return different == 2 })
	require.Zero(t, s.stop(), s.logged())
}

// TestRenamedWebhook has alerts wait for a webhook that is renamed, and then
// taken out of the configuration: they are told of, and delivered when it is
// there again.
func TestRenamedWebhook(t *testing.T) {
	var up atomic.Bool
	r := newReceiverThat(t, &up)
	refusing := newReceiver(t)
	refusing.answer = func() int { return http.StatusBadRequest }
	data := t.TempDir()
	webhook := func(name, url string) string {
		return fmt.Sprintf("  - {type: webhook, name: %s, url: %q}\n", name, url)
	}
	s := serve(t, configured(t, data, webhook("old", r.URL)+webhook("strict", refusing.URL))...)
	require.Equal(t, 200, s.one("1").Code)
	s.await("one to be set aside", func() bool { return s.queues()["strict"].SetAside == 1 })
	require.Zero(t, s.stop(), s.logged())

	for _, sinks := range []string{webhook("new", r.URL), "  - {type: stdout}\n"} {
		s = serve(t, configured(t, data, sinks)...)
		require.Contains(t, s.logged(), "alerts wait for a destination that is no longer configured")
		queues := s.queues()
		require.Equal(t, queueState{Name: "old", Retired: true, Alerts: 1}, queues["old"])
		require.Equal(t, queueState{Name: "strict", Retired: true, SetAside: 1}, queues["strict"])
		code, text := s.get("/readyz")
		require.Equal(t, 200, code)
		require.NotContains(t, text, "queue old")
		require.Zero(t, s.stop(), s.logged())
	}
	s = serve(t, configured(t, data, "  - {type: stdout}\n")...)
	code, text := s.ask(http.MethodPost, "/-/retry?sink=strict", nil)
	require.Equal(t, 200, code, text)
	require.Equal(t, queueState{Name: "strict", Retired: true, Alerts: 1}, s.queues()["strict"])
	require.Zero(t, s.stop(), s.logged())

	up.Store(true)
	s = serve(t, configured(t, data, webhook("old", r.URL)+webhook("strict", r.URL))...)
	s.await("the alerts", func() bool { all, _ := r.count(); return all == 2 })
	require.Equal(t, map[string]int{"1": 2}, r.dedups("stateless"))
	require.Zero(t, s.stop(), s.logged())
}

// TestDeadLetterHangup has a file of dead letters that was renamed be opened anew
// by SIGHUP.
func TestDeadLetterHangup(t *testing.T) {
	dead := filepath.Join(t.TempDir(), "dead.jsonl")
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--dead-letter", dead)
	refuse := func(text string) {
		a, err := s.post([]byte(text + "\n{\"id\": \"1\"}\n"))
		require.NoError(t, err)
		require.Len(t, a.Refused, 1, a.Text)
	}
	lettersIn := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	refuse("old")
	require.NoError(t, os.Rename(dead, dead+".1"))
	refuse("moved")
	reloads := s.state().RuleSet.reloads()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	s.await("the reload", func() bool { return s.state().RuleSet.reloads() > reloads })
	refuse("new")
	require.Contains(t, lettersIn(dead+".1"), `"data":"moved"`)
	require.NotContains(t, lettersIn(dead+".1"), `"data":"new"`)
	require.Equal(t, 1, strings.Count(lettersIn(dead), "\n"))
	require.Contains(t, lettersIn(dead), `"data":"new"`)

	// Where it cannot be opened, all goes on as before.
	require.NoError(t, os.Rename(dead, dead+".2"))
	require.NoError(t, os.Mkdir(dead, 0o700))
	code, text := s.ask(http.MethodPost, "/-/reload", nil)
	require.Equal(t, 500, code, text)
	require.Contains(t, text, "open --dead-letter")
	refuse("newer")
	require.Contains(t, lettersIn(dead+".2"), `"data":"newer"`)
	require.Zero(t, s.stop(), s.logged())
}

// TestTableMetrics looks for what the store counts of its requests.
func TestTableMetrics(t *testing.T) {
	table := dynamotest.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	store := fmt.Sprintf("dynamodb:starhost-metrics?region=us-east-1&endpoint=%s", table.URL)
	out, err := command("cache", "init", "--store", store)
	require.NoError(t, err, out)
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", store)
	require.Equal(t, 200, s.one("1").Code)
	_, text := s.get("/metrics")
	require.Positive(t, metric(t, text, "starhost_dynamodb_requests_total"))
	for _, name := range []string{"retries", "throttled", "ambiguous", "recovered", "coalesced"} {
		require.GreaterOrEqual(t, metric(t, text, "starhost_dynamodb_"+name+"_total"), 0)
	}
}
