package service_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// ask sends a request with some headers; Host is one of them.
func (s *server) ask(method, path string, header map[string]string) (code int, body string) {
	req, err := http.NewRequest(method, s.url+path, nil)
	require.NoError(s.t, err)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.Host = header["Host"]
	resp, err := client.Do(req)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return resp.StatusCode, string(text)
}

// TestToken asks for everything with and without the token, which changes.
func TestToken(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	write := func(text string) { require.NoError(t, os.WriteFile(token, []byte(text+"\n"), 0o600)) }
	write("a-secret-of-many-characters")
	s := launch(t, nil, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", "memory", "--token-file", token)
	bearer := func(text string) map[string]string { return map[string]string{"Authorization": "Bearer " + text} }
	paths := map[string]string{"/status": "GET", "/metrics": "GET", "/-/reload": "POST", "/v1/events": "POST"}
	for path, method := range paths {
		for _, header := range []map[string]string{nil, bearer("a-secret"), bearer(""), {"Authorization": "Basic a-secret-of-many-characters"}} {
			code, body := s.ask(method, path, header)
			require.Equal(t, http.StatusUnauthorized, code, "%s %v", path, header)
			require.Contains(t, body, "Authorization: Bearer TOKEN")
		}
		code, body := s.ask(method, path, bearer("a-secret-of-many-characters"))
		require.Equal(t, http.StatusOK, code, "%s: %s", path, body)
	}
	code, body := s.ask("GET", "/readyz", nil)
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "OK\n", body, "the reasons are for those with a token")
	_, body = s.ask("GET", "/readyz", bearer("a-secret-of-many-characters"))
	require.Contains(t, body, "2 live")
	code, _ = s.ask("GET", "/debug/pprof/", bearer("a-secret-of-many-characters"))
	require.Equal(t, http.StatusNotFound, code, "pprof needs its flag")

	write("another-secret-of-many-characters")
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	s.await("the new token", func() bool {
		code, _ := s.ask("GET", "/status", bearer("another-secret-of-many-characters"))
		return code == http.StatusOK
	})
	code, _ = s.ask("GET", "/status", bearer("a-secret-of-many-characters"))
	require.Equal(t, http.StatusUnauthorized, code)
	write("")
	code, body = s.ask("POST", "/-/reload", bearer("another-secret-of-many-characters"))
	require.Equal(t, http.StatusInternalServerError, code)
	require.Contains(t, body, "read the token")
	code, _ = s.ask("GET", "/status", bearer("another-secret-of-many-characters"))
	require.Equal(t, http.StatusOK, code, "the old token stays")
	require.NotContains(t, s.logged(), "a-secret")
}

// TestWebPages shows that a page in a browser cannot use a service that only
// this machine reaches.
func TestWebPages(t *testing.T) {
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", "memory")
	for _, c := range []struct {
		method, path string
		header       map[string]string
		want         int
	}{
		{"POST", "/-/reload", nil, 200},
		{"POST", "/-/reload", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"POST", "/v1/events", map[string]string{"Origin": "https://evil.example"}, 403},
		{"GET", "/status", map[string]string{"Host": "evil.example"}, 403},
		{"GET", "/status", map[string]string{"Host": "localhost:1"}, 200},
		{"GET", "/status", map[string]string{"Host": "[::1]:80"}, 200},
	} {
		code, body := s.ask(c.method, c.path, c.header)
		require.Equal(t, c.want, code, "%v: %s", c, body)
	}
}

// TestSecondService shows that a folder belongs to one service at a time.
func TestSecondService(t *testing.T) {
	data, rules := t.TempDir(), folder(t, always)
	serve(t, "--rules", rules, "--data-dir", data, "--store", "memory")
	out, err := command("serve", "--config", "none", "--listen", "127.0.0.1:0", "--rules", rules, "--data-dir", data, "--store", "memory")
	require.Error(t, err)
	require.Contains(t, out, "is in use by another service")
}

// TestPrints shows that a rule cannot fill the log.
func TestPrints(t *testing.T) {
	s := serve(t, "--rules", folder(t, map[string]string{
		"talks.star": "def rule(event):\n    for i in range(1000):\n        print('x' * 10000)\n    return False\n",
	}), "--data-dir", t.TempDir(), "--store", "memory")
	a, err := s.post([]byte(strings.Repeat("{}\n", 10)))
	require.NoError(t, err)
	require.Equal(t, 10, a.Accepted, a.Text)
	require.Zero(t, s.stop()) // its log is read to the end
	s.mu.Lock()
	defer s.mu.Unlock()
	prints := 0
	for _, line := range s.log {
		if strings.Contains(line, `"msg":"print"`) {
			prints++
			require.Less(t, len(line), 5000)
		}
	}
	require.Equal(t, 1, prints)
}

// TestStopInTime ends a service whose rules take longer than the end may: it
// ends all the same, says so, and reads the lines again at its next start.
func TestStopInTime(t *testing.T) {
	log, alerts := filepath.Join(t.TempDir(), "app.jsonl"), filepath.Join(t.TempDir(), "alerts.jsonl")
	var lines strings.Builder
	for i := range 100 {
		fmt.Fprintf(&lines, "{\"id\": \"%d\"}\n", i)
	}
	require.NoError(t, os.WriteFile(log, []byte(lines.String()), 0o666))
	rules := folder(t, map[string]string{"slow.star": "def rule(event):\n    print('begun')\n    while True:\n        pass\n"})
	args := []string{"--rules", rules, "--data-dir", t.TempDir(), "--follow", log, "--sink", "file:" + alerts, "--shutdown-timeout", "1s", "--limit", "steps=1000000000,time=1s"}
	s := serve(t, args...)
	s.await("the first line", func() bool { return strings.Contains(s.logged(), "begun") })
	require.Equal(t, 1, s.stop(), s.logged())
	require.Contains(t, s.logged(), "the end took longer than 1s")
	write(t, rules, map[string]string{"slow.star": "def rule(event):\n    return True\ndef dedup(event):\n    return event['id']\n"})
	s = serve(t, args...)
	s.await("all lines", func() bool {
		text, _ := os.ReadFile(alerts)
		return strings.Count(string(text), "\n") == 100
	})
	require.Zero(t, s.stop(), s.logged())
}

// TestHangupAtTheEnd shows that a reload that is asked for too late ends nothing.
func TestHangupAtTheEnd(t *testing.T) {
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", "memory")
	body, feed := io.Pipe()
	answer := make(chan account, 1)
	go func() {
		a, _ := s.postAs(body, nil)
		answer <- a
	}()
	_, err := io.WriteString(feed, `{"id": "1"}`+"\n")
	require.NoError(t, err)
	s.awaitRequest()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	s.await("the end to begin", func() bool { return strings.Contains(s.logged(), `"msg":"ending"`) })
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	feed.Close()
	require.Equal(t, 200, (<-answer).Code)
	<-s.done
	require.Zero(t, s.cmd.ProcessState.ExitCode(), s.logged())
}
