package service_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestManyErrors lets many rules fail, each in another way for each event: log,
// status, metrics and memory stay small.
func TestManyErrors(t *testing.T) {
	rules, events := size(50, 1000), size(40, 100)
	files := map[string]string{"works.star": "def rule(event):\n    return event['id'] == '7'\n"}
	for i := range rules {
		files[fmt.Sprintf("fails%04d.star", i)] = "def rule(event):\n    return {}[event['id']]\n"
	}
	s := serve(t, "--rules", folder(t, files), "--data-dir", t.TempDir(), "--store", "memory")
	before := s.memory()
	begun := time.Now()
	for i := range events {
		a := s.one(fmt.Sprint(i))
		require.Equal(t, 200, a.Code, a.Text)
	}
	took := time.Since(begun)
	st := s.state()
	require.Equal(t, rules*events, st.Totals.Errors["error"])
	require.Equal(t, 1, st.Totals.Alerts, "the rule that works does")
	require.Empty(t, s.unready())
	for _, r := range st.Rules {
		if r.ID != "works" {
			require.Equal(t, events, r.Errors)
			require.Contains(t, r.LastError.At, r.ID+".star:2")
		}
	}
	_, metrics := s.get("/metrics")
	_, status := s.get("/status")
	lines := s.lines()
	s.record("%d different errors of %d rules in %v: %d lines of log, %d KB of metrics, %d KB of status; before %v",
		rules*events, rules, took, lines, len(metrics)>>10, len(status)>>10, before)
	require.Less(t, lines, 3*rules+100)
}

// TestDifferentErrors lets one rule fail in as many ways as there are events.
func TestDifferentErrors(t *testing.T) {
	events := size(5000, 100_000)
	s := serve(t, "--rules", folder(t, map[string]string{"fails.star": "def rule(event):\n    return {}[event['id']]\n"}), "--data-dir", t.TempDir(), "--store", "memory")
	before := s.memory()
	for i := 0; i < events; i += 1000 {
		var body bytes.Buffer
		for j := range 1000 {
			fmt.Fprintf(&body, `{"id": "%d"}`+"\n", i+j)
		}
		a, err := s.post(body.Bytes())
		require.NoError(t, err)
		require.Equal(t, 200, a.Code, a.Text)
	}
	require.Equal(t, events, s.state().Totals.Errors["error"])
	_, metrics := s.get("/metrics")
	require.Regexp(t, fmt.Sprintf(`starhost_rule_errors_total\{.*rule="fails".*\} (%d|%g)\n`, events, float64(events)), metrics)
	s.record("%d different errors of one rule: %d lines of log; before %v", events, s.lines(), before)
	require.Less(t, s.lines(), 100)
}

// TestEndlessRule shows that a rule which never ends is ended by its limits, for
// each event, and that the others do not mind.
func TestEndlessRule(t *testing.T) {
	s := serve(t, "--rules", folder(t, map[string]string{
		"endless.py":     "def rule(event):\n    while True:\n        pass\n",
		"stateless.star": always["stateless.star"],
	}), "--data-dir", t.TempDir(), "--store", "memory")
	begun := time.Now()
	const events = 10
	for i := range events {
		require.Equal(t, 200, s.one(fmt.Sprint(i)).Code)
	}
	took := time.Since(begun) / events
	st := s.state()
	require.Equal(t, events, st.Totals.Errors["limit"]+st.Totals.Errors["timeout"])
	require.Equal(t, events, st.Totals.Alerts)
	require.Equal(t, "endless", st.Rules[0].ID)
	require.Empty(t, s.unready())
	s.record("%v an event; %s", took, st.Rules[0].LastError.Message)
}

// TestBrokenRule breaks the file of a rule: it runs on as it was, and the rest
// of the change goes live.
func TestBrokenRule(t *testing.T) {
	alerts := filepath.Join(t.TempDir(), "alerts.jsonl")
	dir := folder(t, map[string]string{"a.star": stateless["stateless.star"]})
	s := serve(t, "--rules", dir, "--data-dir", t.TempDir(), "--sink", "file:"+alerts)
	write(t, dir, map[string]string{"a.star": "def rule(event:\n", "b.star": stateless["stateless.star"]})
	s.await("both to be looked at", func() bool { st := s.state(); return len(st.Refused) == 1 && len(st.Rules) == 2 })
	refused := s.state().Refused[0]
	require.Equal(t, []string{"a"}, refused.Kept)
	require.Contains(t, refused.Diagnostics[0], "a.star:1:9")
	require.Empty(t, s.unready(), "the service is ready")
	require.Equal(t, 200, s.one("x").Code)
	require.Equal(t, 2, alertsIn(t, alerts)["x"])
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.star"), []byte(stateless["stateless.star"]), 0o666))
	s.await("it to be good again", func() bool { return len(s.state().Refused) == 0 })
}

// TestStopBound tells the service to end while a client is still sending: it is
// cut off when the bound is reached, and has no answer.
func TestStopBound(t *testing.T) {
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--shutdown-timeout", "200ms")
	c := s.dial("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{\"id\": \"slow\"}\n")
	defer c.Close()
	s.await("the request", func() bool {
		for _, source := range s.state().Sources {
			if source.InFlight == 1 {
				return true
			}
		}
		return false
	})
	begun := time.Now()
	require.Equal(t, 1, s.stop(), s.logged())
	t.Logf("seen: ended after %v", time.Since(begun))
	require.Contains(t, s.logged(), "1 request was cut off")
}

// TestHangup has a file of alerts that was renamed be opened anew by SIGHUP,
// and the rules be read again.
func TestHangup(t *testing.T) {
	alerts := filepath.Join(t.TempDir(), "alerts.jsonl")
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:"+alerts)
	require.Equal(t, 200, s.one("old").Code)
	require.NoError(t, os.Rename(alerts, alerts+".1"))
	reloads := s.state().RuleSet.reloads()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	s.await("the new file", func() bool { _, err := os.Stat(alerts); return err == nil })
	s.await("the reload", func() bool { return s.state().RuleSet.reloads() > reloads })
	require.Equal(t, 200, s.one("new").Code)
	require.Equal(t, map[string]int{"old": 1}, alertsIn(t, alerts+".1"))
	require.Equal(t, map[string]int{"new": 1}, alertsIn(t, alerts))
}
