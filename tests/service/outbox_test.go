package service_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOutboxFull fills the queue of a receiver that is away: events with alerts
// for it are no longer taken, others are, and it goes on when there is room.
func TestOutboxFull(t *testing.T) {
	r := newReceiver(t)
	var up atomic.Bool
	r.answer = func() int {
		if up.Load() {
			return http.StatusOK
		}
		return http.StatusBadGateway
	}
	rules := map[string]string{"stateless.star": "def rule(event):\n    return event['id'] != 'none'\ndef dedup(event):\n    return event['id']\n"}
	most := size(20, 20_000)
	config := filepath.Join(folder(t, map[string]string{"starhost.yaml": fmt.Sprintf(
		"serve:\n  sinks:\n  - {type: webhook, name: soc, url: '%s', batch: 100, max_queued: %d}\n", r.URL, most)}), "starhost.yaml")
	args := []string{"--config", config, "--rules", folder(t, rules), "--data-dir", t.TempDir()}
	s := serve(t, args...)
	var acked []string
	send := func(n int) account {
		var body strings.Builder
		var ids []string
		for i := range n {
			ids = append(ids, fmt.Sprintf("%d-%d", len(acked), i))
			fmt.Fprintf(&body, `{"id": "%s"}`+"\n", ids[i])
		}
		a, err := s.post([]byte(body.String()))
		require.NoError(t, err)
		if a.Code == 200 {
			acked = append(acked, ids...)
		}
		return a
	}
	batch := most / 20
	a := send(batch)
	for ; a.Code == 200; a = send(batch) {
		require.LessOrEqual(t, len(acked), most)
	}
	require.Equal(t, 503, a.Code, a.Text)
	require.Equal(t, "5", a.Retry)
	require.Contains(t, a.Failed[0].Error, "full")
	require.Len(t, acked, most)
	require.Contains(t, s.unready(), "queue soc: full")
	code, _ := s.get("/readyz")
	require.Equal(t, 503, code)
	require.Equal(t, 200, s.one("none").Code, "an event without an alert is taken")
	q := s.state().Queues[0]
	require.Equal(t, most, q.Alerts)
	require.Positive(t, q.Full)
	s.record("%d alerts wait, not ready: %s; answer %s", q.Alerts, s.unready(), a.Failed[0].Error)

	s.kill()
	up.Store(true)
	s = serve(t, args...)
	s.await("the queue to be empty", func() bool { return s.state().Queues[0].Alerts == 0 })
	for send(1).Code != 200 {
	}
	s.await("all alerts", func() bool {
		come := r.dedups("stateless")
		for _, id := range acked {
			if come[id] == 0 {
				return false
			}
		}
		return true
	})
	all, different := r.count()
	s.record("%d events acknowledged, %d alerts came, %d again", len(acked), all, all-different)
	require.Zero(t, s.stop(), s.logged())
}

// TestReceiverRefuses has a receiver refuse one alert for what it is: it is set
// aside, and those behind it are delivered.
func TestReceiverRefuses(t *testing.T) {
	r := newReceiver(t)
	var calls atomic.Int64
	r.answer = func() int {
		if calls.Add(1) == 1 {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}
	s := serve(t, "--rules", folder(t, map[string]string{"stateless.star": always["stateless.star"]}), "--data-dir", t.TempDir(), "--sink", "soc=webhook:"+r.URL)
	require.Equal(t, 200, s.one("first").Code)
	s.await("it to be set aside", func() bool { return s.state().Queues[0].SetAside == 1 })
	require.Equal(t, 200, s.one("second").Code)
	s.await("the second", func() bool { return r.dedups("stateless")["second"] == 1 })
	require.Zero(t, r.dedups("stateless")["first"])
	q := s.state().Queues[0]
	require.Equal(t, 1, q.Refused)
	require.Zero(t, q.Dropped)
	s.await("the file to say so", func() bool { return s.state().Queues[0].Alerts == 0 })
	require.Empty(t, s.unready())

	// The receiver is mended, and takes what it has refused.
	code, text := s.ask(http.MethodPost, "/-/retry?sink=nobody", nil)
	require.Equal(t, 404, code, text)
	code, text = s.ask(http.MethodPost, "/-/retry?sink=soc", nil)
	require.Equal(t, 200, code, text)
	require.JSONEq(t, `{"sink": "soc", "retried": 1}`, text)
	s.await("the first", func() bool { return r.dedups("stateless")["first"] == 1 })
	s.await("nothing to be set aside", func() bool { return s.state().Queues[0].SetAside == 0 })
	code, text = s.ask(http.MethodPost, "/-/retry?sink=soc", nil)
	require.Equal(t, 200, code, text)
	require.JSONEq(t, `{"sink": "soc", "retried": 0}`, text)
	_, metrics := s.get("/metrics")
	require.Contains(t, metrics, `starhost_sink_alerts_total{sink="soc"} 2`)
}
