package service_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
	"github.com/stretchr/testify/require"
)

// always are rules with and without state that match every event.
var always = map[string]string{
	"stateful.star": `
load("panther_detection_helpers.caching", "increment_counter")
def rule(event):
    return increment_counter("n") > 0
def dedup(event):
    return event["id"]
`,
	"stateless.star": "def rule(event):\n    return True\ndef dedup(event):\n    return event['id']\n",
}

// TestWebhookDown shows that alerts wait for a receiver that is away, and that
// those of before a kill are among them.
func TestWebhookDown(t *testing.T) {
	r := newReceiver(t)
	var up atomic.Bool
	r.answer = func() int {
		if up.Load() {
			return http.StatusOK
		}
		return http.StatusServiceUnavailable
	}
	args := []string{"--rules", folder(t, always), "--data-dir", t.TempDir(), "--sink", "webhook:" + r.URL}
	s := serve(t, args...)
	for i := range 20 {
		a, err := s.post(fmt.Appendf(nil, `{"id": "%d"}`, i))
		require.NoError(t, err)
		require.Equal(t, 200, a.Code, a.Text)
	}
	s.await("the first answer", func() bool { return strings.Contains(s.state().Queues[0].LastError, "503 Service Unavailable") })
	s.kill()
	up.Store(true)
	s = serve(t, args...)
	s.await("the alerts", func() bool { _, different := r.count(); return different == 40 })
	require.Zero(t, s.stop(), s.logged())
}

// TestStoreDown stops the server of the table while events come: those that
// need it are not acknowledged, the service says that it is not ready, and it
// goes on by itself when the table is back.
func TestStoreDown(t *testing.T) {
	table := dynamotest.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	proxy := newProxy(t, strings.TrimPrefix(table.URL, "http://"))
	store := fmt.Sprintf("dynamodb:%s?region=us-east-1&endpoint=http://%s", "starhost-service", proxy.addr())
	out, err := command("cache", "init", "--store", store)
	require.NoError(t, err, out)
	r := newReceiver(t)
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", store, "--sink", "webhook:"+r.URL)
	post := func(id string) account {
		a, err := s.post(fmt.Appendf(nil, `{"id": %q}`, id))
		require.NoError(t, err)
		return a
	}
	require.Equal(t, 200, post("before").Code)
	proxy.cut()
	a := post("during")
	require.Equal(t, 503, a.Code, a.Text)
	require.NotEmpty(t, a.Retry)
	require.Len(t, a.Failed, 1)
	require.Contains(t, a.Failed[0].Error, "the store failed: UpdateItem on DynamoDB table starhost-service")
	s.await("readyz to say no", func() bool { code, _ := s.get("/readyz"); return code == 503 })
	code, _ := s.get("/healthz")
	require.Equal(t, 200, code)
	proxy.mend()
	s.awaitReady()
	s.await("an event to be taken", func() bool { return post("during").Code == 200 })
	s.await("its alerts", func() bool { return r.dedups("stateful")["during"] > 0 && r.dedups("stateless")["during"] > 0 })
	require.Zero(t, s.stop(), s.logged())
}

// TestRefused sends a line that is no event between others.
func TestRefused(t *testing.T) {
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--store", "memory")
	a, err := s.post([]byte("{\"id\": \"1\"}\nnot JSON\n{\"id\": \"2\"}\n"))
	require.NoError(t, err)
	require.Equal(t, 200, a.Code, a.Text)
	require.Equal(t, 2, a.Accepted)
	require.Len(t, a.Refused, 1)
	require.Equal(t, 2, a.Refused[0].Line)
	code, _ := s.get("/healthz")
	require.Equal(t, 200, code)
}

// awaitRequest waits until the one request for events has begun.
func (s *server) awaitRequest() {
	s.t.Helper()
	s.await("the request to begin", func() bool {
		for _, source := range s.state().Sources {
			if source.Kind == "http" {
				return source.InFlight == 1
			}
		}
		return false
	})
}

// TestStop shows that a request that has begun is answered when the service is
// told to end.
func TestStop(t *testing.T) {
	alerts := filepath.Join(t.TempDir(), "alerts.jsonl")
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--sink", "file:"+alerts)
	body, feed := io.Pipe()
	var wg sync.WaitGroup
	var a account
	var err error
	wg.Go(func() { a, err = s.postAs(body, nil) })
	_, werr := io.WriteString(feed, `{"id": "first"}`+"\n")
	require.NoError(t, werr)
	s.awaitRequest()
	ended := make(chan int)
	go func() { ended <- s.stop() }()
	s.await("it to stop accepting", func() bool {
		code, _ := s.get("/readyz")
		return code != http.StatusOK
	})
	_, werr = io.WriteString(feed, `{"id": "second"}`+"\n")
	require.NoError(t, werr)
	feed.Close()
	wg.Wait()
	require.NoError(t, err)
	require.Equal(t, 200, a.Code, a.Text)
	require.Equal(t, 2, a.Accepted)
	require.Zero(t, <-ended, s.logged())
}

// endless repeats a text.
func endless(text string) io.Reader { return &repeated{text: []byte(text)} }

type repeated struct {
	text []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		m := copy(p[n:], r.text[r.at:])
		n, r.at = n+m, (r.at+m)%len(r.text)
		if n == len(p) {
			break
		}
	}
	return len(p), nil
}
