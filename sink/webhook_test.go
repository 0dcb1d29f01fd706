package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func entries(ids ...string) (out []Entry) {
	for i, id := range ids {
		text, _ := json.Marshal(alertOf(id))
		out = append(out, Entry{Seq: uint64(i + 1), ID: id, Alert: text})
	}
	return out
}

var (
	testSecret = []byte("a secret of the test")
	testTime   = time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC)
)

func testNow() time.Time { return testTime }

// A request that a receiver got, with its body.
type request struct {
	*http.Request
	body []byte
}

// receiver serves with answer and gives what it got.
func receiver(t testing.TB, answer http.HandlerFunc) (*httptest.Server, <-chan request) {
	got := make(chan request, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- request{r, body}
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s, got
}

func TestWebhook(t *testing.T) {
	s, got := receiver(t, nil)
	w := &Webhook{
		URL: s.URL + "/hook?key=1", Secret: testSecret, Version: "1.2.3", Now: testNow,
		Header: http.Header{"Authorization": {"Bearer token"}, "x-team": {"a", "b"}},
	}
	require.NoError(t, w.Check())
	defer w.Close()
	require.NoError(t, w.Deliver(t.Context(), nil))
	require.NoError(t, w.Deliver(t.Context(), entries("one")))
	r := <-got
	require.Equal(t, "POST /hook?key=1", r.Method+" "+r.URL.String())
	require.JSONEq(t, string(entries("one")[0].Alert), string(r.body))
	r.Header.Del("Accept-Encoding")
	require.Equal(t, http.Header{
		"Authorization":        {"Bearer token"},
		"X-Team":               {"a", "b"},
		"Content-Length":       {fmt.Sprint(len(r.body))},
		"Content-Type":         {"application/json"},
		"User-Agent":           {"starhost/1.2.3"},
		"Idempotency-Key":      {"one"},
		"X-Starhost-Timestamp": {"1767323045"},
		"X-Starhost-Signature": {r.Header.Get("X-Starhost-Signature")},
	}, r.Header)
	require.NoError(t, VerifyWebhook(testSecret, r.Header, r.body, testTime, 0))
	require.ErrorContains(t, w.Deliver(t.Context(), entries("one", "two")), "not set up for more than one")
}

func TestWebhookArray(t *testing.T) {
	s, got := receiver(t, nil)
	w := &Webhook{URL: s.URL, Array: true}
	keys := make(map[string]bool)
	for _, ids := range [][]string{{"1"}, {"1", "2"}, {"1", "2", "3"}, {"12", "3"}, {"1", "23"}} {
		require.NoError(t, w.Deliver(t.Context(), entries(ids...)))
		r := <-got
		var alerts []struct{ ID string }
		require.NoError(t, json.Unmarshal(r.body, &alerts))
		require.Len(t, alerts, len(ids))
		require.Equal(t, ids[0], alerts[0].ID)
		keys[r.Header.Get("Idempotency-Key")] = true
		require.Empty(t, r.Header.Get("X-Starhost-Signature"), "there is no secret")
		require.Equal(t, "starhost/unknown", r.Header.Get("User-Agent"))
	}
	require.Len(t, keys, 5)
	require.True(t, keys["1"])
}

// TestVerifyWebhook has a signature made by hand:
//
//	printf '1767323045.{"a":1}' | openssl dgst -sha256 -hmac 'key'
func TestVerifyWebhook(t *testing.T) {
	const byHand = "v1=7a74ddb6c5eee22d6198e210cf7a4aae6004fa7dc07f66752779c1d480cc319f"
	header := func(stamp, signature string) http.Header {
		h := make(http.Header)
		h.Set("X-Starhost-Timestamp", stamp)
		h.Set("X-Starhost-Signature", signature)
		return h
	}
	signed := header("1767323045", byHand)
	body := `{"a":1}`
	require.NoError(t, VerifyWebhook([]byte("key"), signed, []byte(body), testTime.Truncate(time.Second).Add(5*time.Minute), 0))
	for name, c := range map[string]struct {
		key, body, want string
		header          http.Header
		now             time.Time
	}{
		"body":      {"key", `{"a":2}`, "not that of this body", signed, testTime},
		"key":       {"kez", body, "not that of this body", signed, testTime},
		"no key":    {"", body, "the secret is empty", signed, testTime},
		"time":      {"key", body, "not that of this body", header("1767323046", byHand), testTime},
		"late":      {"key", body, "the time is 5m1", signed, testTime.Add(5*time.Minute + time.Second)},
		"early":     {"key", body, "the time is 5m", signed, testTime.Add(-6 * time.Minute)},
		"none":      {"key", body, "there is none of the kind v1", http.Header{}, testTime},
		"v2":        {"key", body, "there is none of the kind v1", header("1767323045", "v2=00"), testTime},
		"no hex":    {"key", body, "not that of this body", header("1767323045", "v1=xyz"), testTime},
		"short":     {"key", body, "not that of this body", header("1767323045", byHand[:20]), testTime},
		"no number": {"key", body, `the time "x" is no number`, header("x", signatureScheme+hexOf(sign([]byte("key"), "x", []byte(body)))), testTime},
	} {
		t.Run(name, func(t *testing.T) {
			err := VerifyWebhook([]byte(c.key), c.header, []byte(c.body), c.now, 0)
			require.ErrorIs(t, err, ErrSignature)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func hexOf(b []byte) string { return fmt.Sprintf("%x", b) }

func TestWebhookAnswers(t *testing.T) {
	for _, c := range []struct {
		status     int
		header     string // Retry-After, or Location
		body       string
		refused    bool
		giveUp     int
		retryAfter time.Duration
		want       string // nothing is success
	}{
		{status: 200, body: strings.Repeat("x", 100_000)},
		{status: 202},
		{status: 204},
		{status: 300, want: "redirects are not followed"},
		{status: 302, header: "https://other.test/path?secret=1", want: "302 Found: redirects are not followed, as a redirected POST loses its body: give the address it redirects to (on https://other.test)"},
		{status: 307, header: "/elsewhere", want: "redirects are not followed"},
		{status: 400, body: "{\"error\":\n\t\"no \xff title\"}", refused: true, want: "400 Bad Request: {\"error\": \"no \uFFFD title\"}"},
		{status: 401, want: "401 Unauthorized"},
		{status: 403, want: "403"},
		{status: 404, want: "404"},
		{status: 405, want: "405"},
		{status: 408, want: "408"},
		{status: 409, header: "3", retryAfter: 3 * time.Second, giveUp: 5, want: "409"},
		{status: 410, want: "410"},
		{status: 413, refused: true, want: "413"},
		{status: 415, refused: true, want: "415"},
		{status: 422, refused: true, want: "422"},
		{status: 451, refused: true, want: "451"},
		{status: 425, want: "425"},
		{status: 429, header: "17", retryAfter: 17 * time.Second, want: "429 Too Many Requests"},
		{status: 429, header: testTime.Add(time.Hour + time.Second).Format(http.TimeFormat), retryAfter: time.Hour + time.Second - 600, want: "429"},
		{status: 429, header: testTime.Add(-time.Hour).Format(http.TimeFormat), want: "429"},
		{status: 429, header: "2147483648", retryAfter: (1<<31 - 1) * time.Second, want: "429"},
		{status: 429, header: strings.Repeat("9", 100), retryAfter: (1<<31 - 1) * time.Second, want: "429"},
		{status: 429, header: "-1", want: "429"},
		{status: 429, header: "soon", want: "429"},
		{status: 500, body: strings.Repeat("é", 10_000), want: strings.Repeat("é", shownAnswer/2) + "…"},
		{status: 503, header: "1", retryAfter: time.Second, want: "503"},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.header), func(t *testing.T) {
			s, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", c.header)
				w.Header().Set("Location", c.header)
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			w := &Webhook{URL: s.URL + "/secret", Now: testNow, answerTime: time.Hour}
			defer w.Close()
			err := w.Deliver(t.Context(), entries("1"))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			var e *DeliveryError
			require.ErrorAs(t, err, &e)
			require.ErrorContains(t, err, "post to "+s.URL+": ")
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "secret")
			require.Less(t, len(err.Error()), 1000)
			require.Equal(t, DeliveryError{Status: c.status, Refused: c.refused, GiveUp: c.giveUp, RetryAfter: c.retryAfter, Err: e.Err}, *e)
			require.Equal(t, c.refused, errors.Is(err, ErrRefused))
		})
	}
}

// TestWebhookFaults has receivers that do not even answer.
func TestWebhookFaults(t *testing.T) {
	release := make(chan bool)
	hang := func(http.ResponseWriter, *http.Request) { <-release }
	reset := func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(c, "HTTP/1.1 200 O")
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
	}
	headers := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 1<<20))
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"hang":    {hang, "Client.Timeout exceeded"},
		"reset":   {reset, ""},
		"headers": {headers, "server response headers exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := receiver(t, c.answer)
			w := &Webhook{URL: s.URL + "/secret", Timeout: 100 * time.Millisecond}
			defer w.Close()
			if name != "hang" {
				w.Timeout = time.Minute
			}
			err := w.Deliver(t.Context(), entries("1"))
			var e *DeliveryError
			require.ErrorAs(t, err, &e)
			require.Zero(t, e.Status)
			require.NotErrorIs(t, err, ErrRefused)
			require.ErrorContains(t, err, "post to "+s.URL)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "secret")
			if name == "hang" {
				close(release)
			}
		})
	}
	// The status came, and the rest never does.
	for status, want := range map[int]string{200: "", 503: "503 Service Unavailable"} {
		t.Run(fmt.Sprint("endless ", status), func(t *testing.T) {
			s, _ := receiver(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(status)
				io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			})
			w := &Webhook{URL: s.URL, Timeout: time.Hour, answerTime: time.Millisecond}
			defer w.Close()
			err := w.Deliver(t.Context(), entries("1"))
			if want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, want)
		})
	}
	t.Run("nobody", func(t *testing.T) {
		s, _ := receiver(t, nil)
		s.Close()
		w := &Webhook{URL: s.URL}
		require.ErrorContains(t, w.Deliver(t.Context(), entries("1")), "connection refused")
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, _ := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		w := &Webhook{URL: s.URL}
		require.ErrorIs(t, w.Deliver(ctx, entries("1")), context.Canceled)
	})
}

// TestWebhookKeepsConnections counts them, with answers of all sizes that are
// read.
func TestWebhookKeepsConnections(t *testing.T) {
	var connections atomic.Int32
	n := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		io.WriteString(w, strings.Repeat("x", n*300))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	w := &Webhook{URL: s.URL, answerTime: time.Hour}
	defer w.Close()
	for range 10 {
		require.NoError(t, w.Deliver(t.Context(), entries("1")))
	}
	require.EqualValues(t, 1, connections.Load())
}

func TestWebhookCheck(t *testing.T) {
	for want, w := range map[string]*Webhook{
		"":                                {URL: "https://host:1/x"},
		"its URL cannot be read":          {URL: "https://host:secret/"},
		`scheme "" and host ""`:           {},
		`scheme "ftp" and host "a"`:       {URL: "ftp://a"},
		`header "A" has a line break`:     {URL: "http://a", Header: http.Header{"A": {"b\nC: d"}}},
		"the header Idempotency-Key is":   {URL: "http://a", Header: http.Header{"idempotency-key": {"b"}}},
		"the header X-Starhost-Signature": {URL: "http://a", Header: http.Header{"x-starhost-signature": {"b"}}},
	} {
		if want == "" {
			require.NoError(t, w.Check())
		} else {
			require.ErrorContains(t, w.Check(), want)
		}
	}
}

// TestOutboxToWebhook has a receiver that does one thing after another, and
// keeps what it accepted.
func TestOutboxToWebhook(t *testing.T) {
	var mu sync.Mutex
	var accepted []string
	var codes []int
	script := []int{500, 0, 429, 404, 302, 200, 422, 503, 401}
	s, _ := receiver(t, nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := VerifyWebhook(testSecret, r.Header, body, time.Now(), 0); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		status := 200
		if len(codes) < len(script) {
			status = script[len(codes)]
		}
		codes = append(codes, status)
		switch status {
		case 0:
			panic(http.ErrAbortHandler)
		case 200:
			accepted = append(accepted, r.Header.Get("Idempotency-Key"))
		}
		w.WriteHeader(status)
	})
	hook := &Webhook{URL: s.URL, Secret: testSecret}
	defer hook.Close()
	o := openOutbox(t, filepath.Join(t.TempDir(), "o"), Destination{Name: "one", Receiver: hook, FirstPause: time.Millisecond, MostPause: 5 * time.Millisecond})
	enqueue(t, o.Queue("one"), "1", "2", "3", "4")
	deliverAll(t, o)
	require.Equal(t, []string{"1", "3", "4"}, accepted)
	require.Equal(t, []string{"2"}, queued(t, o, "one", true))
	require.True(t, slices.Equal(codes[:len(script)], script))
	stats := o.Stats()[0]
	// net/http itself repeats a request with an Idempotency-Key when a
	// connection that was used before is cut.
	require.Contains(t, []uint64{6, 7}, stats.Retries)
	require.EqualValues(t, 3, stats.Delivered)
}
