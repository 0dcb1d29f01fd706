package service_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// newPipe makes a pipe whose ends are closed with the test.
func newPipe(t testing.TB) (read, write *os.File) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { errors.Join(read.Close(), write.Close()) })
	return read, write
}

// TestStopBlocked ends a service whose alerts go to a pipe that nobody reads:
// it waits no longer than it may, and says so.
func TestStopBlocked(t *testing.T) {
	var events strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&events, `{"id": "%d"}`+"\n", i)
	}
	log := filepath.Join(folder(t, map[string]string{"app.jsonl": events.String()}), "app.jsonl")
	for name, args := range map[string][]string{"posted": nil, "followed": {"--follow", log}} {
		t.Run(name, func(t *testing.T) {
			read, write := newPipe(t)
			var wg sync.WaitGroup
			t.Cleanup(wg.Wait) // which comes after the end of the service
			s := launchTo(t, write, nil, append([]string{
				"--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--shutdown-timeout", "1s",
			}, args...)...)
			require.NoError(t, write.Close())
			if args == nil {
				wg.Go(func() { s.post([]byte(events.String())) }) // has no answer
			}
			_, err := read.Read(make([]byte, 1)) // more than the pipe holds follows
			require.NoError(t, err)
			require.Equal(t, 1, s.stop(), s.logged())
			require.Contains(t, s.logged(), "the end took longer than 1s")
		})
	}
}

// TestLogReaderGone shows that the service does without its log: it does what
// it is there for, and ends as it is told.
func TestLogReaderGone(t *testing.T) {
	alerts := filepath.Join(t.TempDir(), "alerts.jsonl")
	rules := folder(t, map[string]string{"talks.star": "def rule(event):\n    print(event['id'])\n    return True\ndef dedup(event):\n    return event['id']\n"})
	s := serve(t, "--rules", rules, "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:"+alerts)
	require.NoError(t, s.read.Close())
	for i := range 10 {
		a := s.one(fmt.Sprint("talks-", i))
		require.Equal(t, 200, a.Code, a.Text)
		require.Equal(t, 1, alertsIn(t, alerts)[fmt.Sprint("talks-", i)])
	}
	write(t, rules, map[string]string{"talks.star": "def rule(event:\n"})
	s.await("the broken rule", func() bool { return len(s.state().Refused) == 1 })
	write(t, rules, stateless)
	s.await("another rule", func() bool { return len(s.state().Rules) == 2 })
	a, err := s.post([]byte("not JSON\n{\"id\": \"last\"}\n"))
	require.NoError(t, err)
	require.Equal(t, 200, a.Code, a.Text)
	require.Equal(t, 2, alertsIn(t, alerts)["last"])
	require.Empty(t, s.unready())
	require.Zero(t, s.stop())
}

// TestAlertReaderGone shows that events are refused while nobody reads their
// alerts, and that the service says why it is not ready.
func TestAlertReaderGone(t *testing.T) {
	read, write := newPipe(t)
	s := launchTo(t, write, nil, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory")
	require.NoError(t, write.Close())
	s.awaitReady()
	require.Equal(t, 200, s.one("read").Code)
	line := make([]byte, 1<<10)
	n, err := read.Read(line)
	require.NoError(t, err)
	require.Contains(t, string(line[:n]), `"dedup":"read"`)
	require.NoError(t, read.Close())

	for range 3 {
		a := s.one("not-read")
		require.Equal(t, http.StatusServiceUnavailable, a.Code, a.Text)
		require.NotEmpty(t, a.Retry)
		require.Len(t, a.Failed, 1)
		require.Contains(t, a.Failed[0].Error, "broken pipe")
	}
	code, text := s.get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code, text)
	require.Contains(t, s.unready(), "broken pipe")
	code, _ = s.get("/healthz")
	require.Equal(t, http.StatusOK, code)
	s.stop()
	require.True(t, s.cmd.ProcessState.Exited(), "it ended by itself: %v\n%s", s.err, s.logged())
}
