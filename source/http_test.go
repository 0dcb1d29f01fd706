package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/starhost/starhost/event"
)

// taker is a Handle that keeps what it gets.
type taker struct {
	mu      sync.Mutex
	got     []event.Raw
	batches []int
	fail    func(event.Raw) error
}

func (k *taker) handle(_ context.Context, records []event.Raw) []error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.batches = append(k.batches, len(records))
	errs := make([]error, len(records))
	for i, raw := range records {
		k.got = append(k.got, raw)
		if k.fail != nil {
			errs[i] = k.fail(raw)
		}
	}
	return errs
}

func (k *taker) records() []event.Raw {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]event.Raw(nil), k.got...)
}

// reply is what a server answered.
type reply struct {
	status int
	header http.Header
	closed bool // the connection is not used again
	Account
}

func decodeReply(t *testing.T, r *http.Response) reply {
	t.Helper()
	defer r.Body.Close()
	got := reply{status: r.StatusCode, header: r.Header, closed: r.Close}
	require.NoError(t, json.NewDecoder(r.Body).Decode(&got.Account))
	return got
}

// post sends a body; header has names and values in turn.
func post(t *testing.T, url string, body io.Reader, header ...string) reply {
	t.Helper()
	return send(t, http.DefaultClient, url, body, header...)
}

// send is post by a client.
func send(t *testing.T, client *http.Client, url string, body io.Reader, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got, err := client.Do(r)
	require.NoError(t, err)
	return decodeReply(t, got)
}

// A protocol is a version of HTTP, in a bubble of synctest.
type protocol struct{ major int }

// inProtocols runs a test by each protocol.
func inProtocols(t *testing.T, name string, test func(*testing.T, protocol)) {
	for _, p := range []protocol{{1}, {2}} {
		t.Run(fmt.Sprintf("%s/HTTP %d", name, p.major), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, p) })
		})
	}
}

// serve makes a client of an HTTP.
func (p protocol) serve(t *testing.T, h http.Handler) *http.Client {
	t.Helper()
	protocols, dial := p.listen(t, h)
	transport := &http.Transport{Protocols: protocols, DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// listen serves an HTTP, and gives what connections to it are made with.
func (p protocol) listen(t *testing.T, h http.Handler) (*http.Protocols, func(ctx context.Context, _, _ string) (net.Conn, error)) {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(p.major == 1)
	protocols.SetUnencryptedHTTP2(p.major == 2)
	server := &http.Server{Protocols: protocols, HTTP2: HTTP2Config(), ReadTimeout: 30 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, p.major, r.ProtoMajor)
		h.ServeHTTP(w, r)
	})}
	pipes := pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	var serving sync.WaitGroup
	serving.Go(func() { assert.ErrorIs(t, server.Serve(pipes), http.ErrServerClosed) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		assert.NoError(t, server.Shutdown(ctx))
		serving.Wait()
	})
	return protocols, pipes.dial
}

// pipes are a listener whose connections are made of no files, as bubbles of
// synctest need it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func serve(t *testing.T, h *HTTP) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// TestHTTPForms posts the texts of TestSplit in every form and gets what Files
// gets of them when arrays may be mixed.
func TestHTTPForms(t *testing.T) {
	inputs, err := filepath.Glob("testdata/split/*.in")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, path := range inputs {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		var want []string
		f := &Files{Stdin: bytes.NewReader(data), LogType: "T"}
		require.NoError(t, f.Resolve())
		f.split.mixed = true
		bad := 0
		f.Bad = func(raw event.Raw, err error) {
			bad++
			want = append(want, fmt.Sprintf("bad %d %s %s: %v", raw.Line, raw.LogType, raw.Data, err))
		}
		records := 0
		for {
			raw, err := f.Next(t.Context())
			if err != nil {
				break
			}
			records++
			want = append(want, fmt.Sprintf("%d %s %s", raw.Line, raw.LogType, raw.Data))
		}

		for name, form := range map[string]struct {
			data     []byte
			encoding string
		}{
			"plain":           {data, ""},
			"identity":        {data, "identity"},
			"gzip by content": {gzipped(string(data)), ""},
			"gzip":            {gzipped(string(data)), "gzip"},
			"zstd by content": {zstded(string(data)), ""},
			"zstd":            {zstded(string(data)), "ZSTD"},
		} {
			var got []string
			h := &HTTP{Bad: func(raw event.Raw, err error) {
				assert.Equal(t, "127.0.0.1", raw.Source)
				got = append(got, fmt.Sprintf("bad %d %s %s: %v", raw.Line, raw.LogType, raw.Data, err))
			}}
			h.Handle = func(_ context.Context, records []event.Raw) []error {
				for _, raw := range records {
					got = append(got, fmt.Sprintf("%d %s %s", raw.Line, raw.LogType, raw.Data))
				}
				return make([]error, len(records))
			}
			url := serve(t, h)
			header := []string{"X-Starhost-Log-Type", "T"}
			if form.encoding != "" {
				header = append(header, "Content-Encoding", form.encoding)
			}
			r := post(t, url, bytes.NewReader(form.data), header...)
			// What is bad is told at once, records by the batch.
			assert.ElementsMatch(t, want, got, "%s as %s", path, name)
			assert.Equal(t, records, r.Accepted, "%s as %s", path, name)
			assert.Equal(t, bad, r.RefusedTotal, "%s as %s", path, name)
			wantStatus := http.StatusOK
			if records == 0 && bad > 0 {
				wantStatus = http.StatusBadRequest
			}
			assert.Equal(t, wantStatus, r.status, "%s as %s", path, name)
		}
	}
}

func TestHTTPAnswers(t *testing.T) {
	cut := gzipped(strings.Repeat("{\"a\":1}\n", 3))
	tests := []struct {
		name   string
		body   string
		header []string
		status int
		want   string // the account as JSON
		result string
	}{
		{"empty", "", nil, 200, `{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0}`, "ok"},
		{"empty, said to be gzip", "", []string{"Content-Encoding", "gzip"}, 200, `{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0}`, "ok"},
		{"one", `{"a":1}`, nil, 200, `{"accepted":1,"refused":[],"refused_total":0,"failed":[],"failed_total":0}`, "ok"},
		{"a number among records", `[{"a":1},7,{"refuse":1},{"a":2}]`, nil, 200,
			`{"accepted":2,"refused":[{"index":1,"line":1,"error":"a number in an array of records, want an object"},{"index":2,"line":1,"error":"no event"}],"refused_total":2,"failed":[],"failed_total":0}`, "ok"},
		{"null before records", `[null,{"a":1},{"a":2}]`, nil, 200,
			`{"accepted":2,"refused":[{"index":0,"line":1,"error":"null in an array of records, want an object"}],"refused_total":1,"failed":[],"failed_total":0}`, "ok"},
		{"arrays between lines", "{\"a\":1}\n[\"x\",{\"a\":2}][[],\n{\"refuse\":1}]\n{\"a\":3}", nil, 200,
			`{"accepted":3,"refused":[{"index":1,"line":2,"error":"a string in an array of records, want an object"},{"index":3,"line":2,"error":"an array in an array of records, want an object"},{"index":4,"line":3,"error":"no event"}],"refused_total":3,"failed":[],"failed_total":0}`, "ok"},
		{"an empty array", " [ ]\n", nil, 200, `{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0}`, "ok"},
		{"an array of no records", "[1,\nnull]", nil, 400,
			`{"accepted":0,"refused":[{"index":0,"line":1,"error":"a number in an array of records, want an object"},{"index":1,"line":2,"error":"null in an array of records, want an object"}],"refused_total":2,"failed":[],"failed_total":0,"error":"there is no record in the body"}`, "refused"},
		{"text in brackets", "[INFO] x\n{\"a\":1}\n[2024-01-01 10:00] y\n{\"a\":2}", nil, 200,
			`{"accepted":2,"refused":[{"index":0,"line":1,"error":"not JSON: text in brackets, or an array with an error in its first element"},{"index":2,"line":3,"error":"not JSON: text in brackets, or an array with an error in its first element"}],"refused_total":2,"failed":[],"failed_total":0}`, "ok"},
		{"no records", "oops\nno", nil, 400,
			`{"accepted":0,"refused":[{"index":0,"line":1,"error":"not JSON: unexpected 'o', want an object"},{"index":1,"line":2,"error":"not JSON: unexpected 'n', want an object"}],"refused_total":2,"failed":[],"failed_total":0,"error":"there is no record in the body"}`, "refused"},
		{"failed", "{\"a\":1}\n{\"fail\":1}\n{\"a\":2}", nil, 503,
			`{"accepted":2,"refused":[],"refused_total":0,"failed":[{"index":1,"line":2,"error":"store down"}],"failed_total":1,"error":"1 records could not be dealt with; send all of it again later"}`, "failed"},
		{"gzip cut off", string(stored("{\"a\":1}\n{\"a\":2}\n{\"a\":", "x")), nil, 400,
			`{"accepted":2,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"the body breaks off: read gzip: unexpected EOF"}`, "broken"},
		{"zstd cut off", string(zstded(`{"a":1}`)[:8]), nil, 400,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"the body breaks off: read zstd: unexpected EOF"}`, "broken"},
		{"plain said to be gzip", `{"a":1}`, []string{"Content-Encoding", "gzip"}, 415,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"Content-Encoding is gzip, but the body's is identity"}`, "encoding"},
		{"gzip said to be zstd", string(cut), []string{"Content-Encoding", "zstd"}, 415,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"Content-Encoding is zstd, but the body's is gzip"}`, "encoding"},
		{"gzip said to be plain", string(cut), []string{"Content-Encoding", "identity"}, 415,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"Content-Encoding is identity, but the body's is gzip"}`, "encoding"},
		{"unknown encoding", `{"a":1}`, []string{"Content-Encoding", "br"}, 415,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"Content-Encoding \"br\"; want gzip, zstd or none"}`, "encoding"},
		{"two encodings", `{"a":1}`, []string{"Content-Encoding", "gzip, zstd"}, 415,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"Content-Encoding \"gzip, zstd\"; want gzip, zstd or none"}`, "encoding"},
		{"zstd with a large window", "\x28\xb5\x2f\xfd\x00\x90", nil, 400,
			`{"accepted":0,"refused":[],"refused_total":0,"failed":[],"failed_total":0,"error":"the body breaks off: read zstd: window size exceeded"}`, "broken"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := &taker{fail: func(raw event.Raw) error {
				switch {
				case bytes.Contains(raw.Data, []byte("refuse")):
					return fmt.Errorf("engine: %w", &event.RefusedError{Err: errors.New("no event")})
				case bytes.Contains(raw.Data, []byte("fail")):
					return errors.New("store down")
				}
				return nil
			}}
			h := &HTTP{Handle: k.handle}
			r := post(t, serve(t, h), strings.NewReader(test.body), test.header...)
			text, err := json.Marshal(r.complete())
			require.NoError(t, err)
			want := strings.Replace(test.want, `"no event"`, `"engine: no event"`, 1)
			assert.Equal(t, want, string(text))
			assert.Equal(t, test.status, r.status)
			assert.Equal(t, test.status == 503, r.header.Get("Retry-After") != "")
			s := finished(t, h, 1)
			assert.Equal(t, map[string]int64{test.result: 1}, s.Requests)
			assert.Equal(t, int64(r.Accepted), s.Accepted)
			assert.Equal(t, int64(r.FailedTotal), s.Failed)
			assert.Equal(t, int64(r.RefusedTotal), s.Refused["not_json"]+s.Refused["no_event"])
			assert.Zero(t, s.InFlight)
			assert.Zero(t, s.Reserved)
		})
	}
}

// finished waits for n requests to be counted, which is after their answers.
func finished(t *testing.T, h *HTTP, n int64) HTTPStats {
	t.Helper()
	var s HTTPStats
	require.Eventually(t, func() bool {
		s = h.Stats()
		sum := int64(0)
		for _, n := range s.Requests {
			sum += n
		}
		return sum >= n && s.InFlight == 0
	}, time.Minute, time.Millisecond)
	return s
}

func TestHTTPQuery(t *testing.T) {
	k := &taker{}
	h := &HTTP{Handle: k.handle}
	url := serve(t, h)
	r := post(t, url+"?log_type=A.B&source=billing", strings.NewReader(`{"a":1}`), "X-Starhost-Log-Type", "C.D")
	require.Equal(t, 200, r.status)
	assert.Equal(t, []event.Raw{{Data: []byte(`{"a":1}`), Source: "billing", Line: 1, LogType: "A.B"}}, k.got)

	r = post(t, url+"?source=a%0ab", strings.NewReader(`{"a":1}`))
	assert.Equal(t, 400, r.status)
	assert.Equal(t, "source is longer than 256 bytes or has control characters", r.Error)
	r = post(t, url+"?log_type="+strings.Repeat("x", 257), strings.NewReader(`{"a":1}`))
	assert.Equal(t, 400, r.status)
	assert.Equal(t, "log_type is longer than 256 bytes or has control characters", r.Error)

	for query, want := range map[string]string{
		"log_type=%zz":         `invalid URL escape "%zz"`,
		"log_type=A;B":         "invalid semicolon separator in query",
		"log_type=A&source=%2": `invalid URL escape "%2"`,
	} {
		r = post(t, url+"?"+query, strings.NewReader(`{"a":1}`))
		assert.Equal(t, 400, r.status, query)
		assert.Equal(t, "the query is not in order: "+want+"; write % as %25, ; as %3B and & as %26 in values", r.Error)
	}

	got, err := http.Get(url)
	require.NoError(t, err)
	answer := decodeReply(t, got)
	assert.Equal(t, 405, answer.status)
	assert.Equal(t, "POST", answer.header.Get("Allow"))
	assert.Len(t, k.got, 1)
}

// TestHTTPBatches sends more than one batch, of which the first is to be dealt
// with before the last is sent.
func TestHTTPBatches(t *testing.T) {
	k := &taker{}
	first := make(chan struct{})
	var once sync.Once
	h := &HTTP{Handle: func(ctx context.Context, records []event.Raw) []error {
		defer once.Do(func() { close(first) })
		return k.handle(ctx, records)
	}}
	url := serve(t, h)
	in, out := io.Pipe()
	go func() {
		for i := range 2500 {
			if i == 2000 {
				<-first
			}
			fmt.Fprintf(out, "{\"n\":%d}\n", i)
		}
		out.Close()
	}()
	r := post(t, url, in)
	require.Equal(t, 200, r.status)
	assert.Equal(t, 2500, r.Accepted)
	assert.Equal(t, []int{1000, 1000, 500}, k.batches)
	for i, raw := range k.got {
		require.Equal(t, event.Raw{Data: fmt.Appendf(nil, `{"n":%d}`, i), Source: "127.0.0.1", Index: i, Line: i + 1}, raw)
	}

	// Batches are bounded in bytes as well.
	k.batches = nil
	record := `{"a":"` + strings.Repeat("x", 1<<20) + `"}`
	r = post(t, url, strings.NewReader(strings.Repeat(record+"\n", 10)))
	require.Equal(t, 200, r.status)
	assert.Equal(t, []int{4, 4, 2}, k.batches)
}

func TestHTTPFailures(t *testing.T) {
	t.Run("lists are bounded", func(t *testing.T) {
		k := &taker{fail: func(raw event.Raw) error {
			if raw.Index%2 == 0 {
				return errors.New("store down")
			}
			return &event.RefusedError{Err: errors.New("no event")}
		}}
		r := post(t, serve(t, &HTTP{Handle: k.handle}), strings.NewReader(strings.Repeat("{}\n", 5000)))
		assert.Equal(t, 503, r.status)
		assert.Equal(t, 2500, r.FailedTotal)
		assert.Equal(t, 2500, r.RefusedTotal)
		require.Len(t, r.Failed, 100)
		require.Len(t, r.Refused, 100)
		assert.Equal(t, Trouble{Index: 198, Line: 199, Error: "store down"}, r.Failed[99])
	})
	t.Run("a batch of failures ends the reading", func(t *testing.T) {
		k := &taker{fail: func(raw event.Raw) error {
			if raw.Index >= 1000 {
				return errors.New("store down")
			}
			return nil
		}}
		r := post(t, serve(t, &HTTP{Handle: k.handle}), strings.NewReader(strings.Repeat(`{"a":"`+strings.Repeat("x", 1000)+"\"}\n", 5000)))
		assert.Equal(t, 503, r.status)
		assert.Equal(t, 1000, r.Accepted)
		assert.Equal(t, 1000, r.FailedTotal)
		assert.Equal(t, "a batch could not be dealt with, the rest was not read; send all of it again later", r.Error)
	})
	t.Run("a Handle that miscounts", func(t *testing.T) {
		h := &HTTP{Handle: func(context.Context, []event.Raw) []error { return nil }}
		r := post(t, serve(t, h), strings.NewReader("{}\n{}"))
		assert.Equal(t, 503, r.status)
		assert.Equal(t, 2, r.FailedTotal)
		assert.Equal(t, "got 0 results for 2 records", r.Failed[0].Error)
	})
	t.Run("a Handle that panics gives back its place", func(t *testing.T) {
		h := &HTTP{Handle: func(context.Context, []event.Raw) []error { panic(http.ErrAbortHandler) }}
		_, err := http.Post(serve(t, h), "", strings.NewReader("{}"))
		assert.ErrorContains(t, err, "EOF")
		assert.Zero(t, h.Stats().InFlight)
		assert.Zero(t, h.Stats().Reserved)
	})
}

func TestHTTPLimits(t *testing.T) {
	line := "{\"a\":12}\n" // 9 bytes
	tests := []struct {
		name   string
		h      *HTTP
		body   io.Reader
		status int
		want   Account
	}{
		{"body, said before", &HTTP{MaxBody: 100}, strings.NewReader(strings.Repeat(line, 12)), 413,
			Account{Error: "the body is longer than 100 bytes; split it"}},
		{"body, not said", &HTTP{MaxBody: 100}, io.MultiReader(strings.NewReader(strings.Repeat(line, 12))), 413,
			Account{Accepted: 11, Error: "the body is longer than 100 bytes; split it"}},
		{"body just fits", &HTTP{MaxBody: 99}, io.MultiReader(strings.NewReader(strings.Repeat(line, 11))), 200,
			Account{Accepted: 11}},
		{"text", &HTTP{MaxText: 100}, bytes.NewReader(gzipped(strings.Repeat(line, 12))), 413,
			Account{Accepted: 11, Error: "the decompressed body is longer than 100 bytes; split it"}},
		{"text just fits", &HTTP{MaxText: 99}, bytes.NewReader(gzipped(strings.Repeat(line, 11))), 200,
			Account{Accepted: 11}},
		{"records", &HTTP{MaxRecords: 5}, strings.NewReader(strings.Repeat(line, 6)), 413,
			Account{Accepted: 5, Error: "more than 5 records; split the body"}},
		{"records just fit", &HTTP{MaxRecords: 5}, strings.NewReader(strings.Repeat(line, 5)), 200,
			Account{Accepted: 5}},
		{"a record", &HTTP{MaxRecord: 20}, strings.NewReader(line + `{"a":"` + strings.Repeat("x", 100) + "\"}\n" + line), 200,
			Account{Accepted: 2, RefusedTotal: 1, Refused: []Trouble{{Index: 1, Line: 2, Error: "record too large: longer than 20 bytes, of which the first 20 are kept"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := &taker{}
			test.h.Handle = k.handle
			r := post(t, serve(t, test.h), test.body)
			assert.Equal(t, test.status, r.status)
			assert.Equal(t, test.want.complete(), r.complete())
			assert.Len(t, k.got, r.Accepted)
		})
	}
	t.Run("what is no record counts", func(t *testing.T) {
		h := &HTTP{MaxRecords: 5, Handle: (&taker{}).handle}
		r := post(t, serve(t, h), strings.NewReader(strings.Repeat("oops\n", 1<<20)))
		assert.Equal(t, 413, r.status)
		assert.Less(t, r.RefusedTotal, 100_000, "only what was read with the fifth")
	})
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestHTTPBomb(t *testing.T) {
	// 10 MB that would be 10 GB.
	bomb := bytes.Repeat(gzipped(strings.Repeat(" ", 10<<20)), 1000)
	require.Greater(t, len(bomb), 10_000_000)
	h := &HTTP{Handle: (&taker{}).handle, MaxText: 16 << 20}
	url := serve(t, h)
	var r reply
	n := allocated(func() { r = post(t, url, bytes.NewReader(bomb)) })
	assert.Equal(t, 413, r.status)
	assert.Equal(t, "the decompressed body is longer than 16777216 bytes; split it", r.Error)
	assert.Less(t, n, uint64(8<<20), "bytes allocated")
	assert.Equal(t, int64(16), finished(t, h, 1).Text>>20)
}

func TestHTTPHuge(t *testing.T) {
	const size, maxBody = 1 << 30, 16 << 20
	line := []byte(`{"a":"` + strings.Repeat("x", 55) + "\"}\n")
	var asked atomic.Int64
	body := func() io.Reader {
		asked.Store(0)
		return readerFunc(func(p []byte) (int, error) {
			if asked.Add(int64(len(p))) > size {
				return 0, io.EOF
			}
			return copy(p, bytes.Repeat(line, len(p)/len(line))), nil
		})
	}
	h := &HTTP{Handle: func(_ context.Context, records []event.Raw) []error { return make([]error, len(records)) }, MaxBody: maxBody}
	url := serve(t, h)
	t.Run("streamed", func(t *testing.T) {
		var r reply
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r = post(t, url, body())
		runtime.ReadMemStats(&after)
		assert.Equal(t, 413, r.status)
		assert.Greater(t, r.Accepted, maxBody/len(line)-100)
		assert.Less(t, after.HeapSys, before.HeapSys+(64<<20), "memory from the system")
		assert.Less(t, asked.Load(), int64(size/2), "the rest is not read")
	})
	inProtocols(t, "announced", func(t *testing.T, p protocol) {
		r, err := http.NewRequest(http.MethodPost, "http://x", io.NopCloser(body()))
		require.NoError(t, err)
		r.ContentLength = size
		got, err := p.serve(t, h).Do(r)
		require.NoError(t, err)
		a := decodeReply(t, got)
		assert.Equal(t, 413, a.status)
		assert.Equal(t, 0, a.Accepted)
		assert.Equal(t, p.major == 1, got.Close, "the connection is not used again")
		assert.Less(t, asked.Load(), int64(32<<20), "the rest is not sent")
	})
}

// dial opens a connection of bytes.
func dial(t *testing.T, url string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return c, bufio.NewReader(c)
}

func readReply(t *testing.T, in *bufio.Reader) reply {
	t.Helper()
	r, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	return decodeReply(t, r)
}

// TestHTTPBusy fills all places and looks at what others are told, and that
// their connections go on.
func TestHTTPBusy(t *testing.T) {
	for name, h := range map[string]*HTTP{
		"requests": {MaxRequests: 2},
		"bytes":    {MaxBytes: 3 * batchBytes * 5 / 6}, // for two
	} {
		t.Run(name, func(t *testing.T) {
			inside, leave := make(chan struct{}), make(chan struct{})
			h.Handle = func(_ context.Context, records []event.Raw) []error {
				inside <- struct{}{}
				<-leave
				return make([]error, len(records))
			}
			url := serve(t, h)
			var holders sync.WaitGroup
			for range 2 {
				holders.Go(func() { assert.Equal(t, 200, post(t, url, strings.NewReader("{}")).status) })
				<-inside
			}
			assert.Equal(t, 2, h.Stats().InFlight)
			assert.Equal(t, int64(2*batchBytes), h.Stats().Reserved)

			c, in := dial(t, url)
			for _, size := range []int{3, 3 << 20} {
				fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", size)
				// The answer is there before the body is.
				r := readReply(t, in)
				assert.Equal(t, 429, r.status)
				assert.Equal(t, "1", r.header.Get("Retry-After"))
				_, err := c.Write(bytes.Repeat([]byte("{}\n"), size/3))
				require.NoError(t, err)
			}
			fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
			assert.Equal(t, 429, readReply(t, in).status)
			fmt.Fprintf(c, "3\r\n{}\n\r\n0\r\n\r\n")

			close(leave)
			holders.Wait()
			go func() { <-inside }()
			fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
			assert.Equal(t, 200, readReply(t, in).status, "on the same connection")
			s := finished(t, h, 6)
			assert.Equal(t, map[string]int64{"busy": 3, "ok": 3}, s.Requests)
			assert.Zero(t, s.Reserved)
		})
	}
	inProtocols(t, "what is not read is not sent", func(t *testing.T, p protocol) {
		leave := make(chan struct{})
		client := p.serve(t, &HTTP{MaxRequests: 1, Handle: func(_ context.Context, records []event.Raw) []error {
			<-leave
			return make([]error, len(records))
		}})
		var holder sync.WaitGroup
		holder.Go(func() { assert.Equal(t, 200, send(t, client, "http://x", strings.NewReader("{}")).status) })
		synctest.Wait()
		text := strings.Repeat("{}\n\n", 8<<20)
		for range 3 {
			body := strings.NewReader(text)
			r := send(t, client, "http://x", body)
			assert.Equal(t, 429, r.status)
			assert.Equal(t, "1", r.header.Get("Retry-After"))
			synctest.Wait()
			assert.Greater(t, body.Len(), len(text)/2, "bytes that are not sent")
		}
		close(leave)
		holder.Wait()
		assert.Equal(t, 200, send(t, client, "http://x", strings.NewReader("{}")).status)
	})
	t.Run("who asks need not send", func(t *testing.T) {
		inside, leave := make(chan struct{}), make(chan struct{})
		h := &HTTP{MaxRequests: 1, Handle: func(_ context.Context, records []event.Raw) []error {
			close(inside)
			<-leave
			return make([]error, len(records))
		}}
		url := serve(t, h)
		var holder sync.WaitGroup
		holder.Go(func() { post(t, url, strings.NewReader("{}")) })
		<-inside
		c, in := dial(t, url)
		fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
		assert.Equal(t, 429, readReply(t, in).status)
		_, err := in.ReadByte()
		assert.Equal(t, io.EOF, err)
		close(leave)
		holder.Wait()
	})
	t.Run("large records", func(t *testing.T) {
		// There is room for one that is being read, not for a large record.
		k := &taker{}
		h := &HTTP{MaxBytes: batchBytes, Handle: k.handle}
		r := post(t, serve(t, h), strings.NewReader("{}\n{\"a\":\""+strings.Repeat("x", 5<<20)+"\"}\n"))
		assert.Equal(t, 503, r.status)
		assert.Equal(t, "there is no memory for a record of this size now; send all of it again later", r.Error)
		assert.Equal(t, 1, r.Accepted)
		assert.Equal(t, "5", r.header.Get("Retry-After"))
		s := finished(t, h, 1)
		assert.Equal(t, map[string]int64{"busy": 1}, s.Requests)
		assert.Zero(t, s.Reserved)
	})
}

func TestHTTPSlow(t *testing.T) {
	for name, pieces := range map[string][]string{
		"nothing":            nil,
		"stops":              {"{\"a\":1}\n{\"a\":2}\n{\"a"},
		"a byte at a time":   strings.Split(strings.Repeat("{}\n", 1000), ""),
		"within gzip's mark": {"\x1f"},
	} {
		inProtocols(t, name, func(t *testing.T, p protocol) {
			k := &taker{}
			h := &HTTP{Handle: k.handle, Patience: 50 * time.Millisecond, MinRate: 1 << 20}
			client := p.serve(t, h)
			body, out := io.Pipe()
			var sender sync.WaitGroup
			sender.Go(func() {
				for _, piece := range pieces {
					if _, err := io.WriteString(out, piece); err != nil {
						return
					}
					time.Sleep(time.Millisecond)
				}
			})
			r := send(t, client, "http://x", body)
			assert.Equal(t, 408, r.status)
			assert.Equal(t, "the body comes too slowly: less than 1048576 bytes a second for 50ms; send all of it again", r.Error)
			assert.Equal(t, p.major == 1, r.closed, "the connection")
			body.Close()
			sender.Wait()
			synctest.Wait()
			s := h.Stats()
			assert.Equal(t, map[string]int64{"slow": 1}, s.Requests)
			assert.Equal(t, int64(len(k.records())), s.Accepted)
		})
	}
}

// TestHTTPSlowHandling shows that the time of Handle is not taken for the
// sender's, whichever batch takes long: one before which more is to come than
// HTTP/2 sends ahead, the last one, or one of several of which the last read was.
func TestHTTPSlowHandling(t *testing.T) {
	line := `{"a":"` + strings.Repeat("x", 1000) + "\"}\n"
	for name, test := range map[string]struct {
		slow int
		line string
	}{
		"in the middle":     {1000, line},
		"last":              {4000, line},
		"when all was read": {2000, "{}\n"}, // with batches to come
	} {
		inProtocols(t, name, func(t *testing.T, p protocol) {
			k := &taker{}
			client := p.serve(t, &HTTP{Handle: func(ctx context.Context, records []event.Raw) []error {
				if records[0].Index == test.slow {
					time.Sleep(10 * DefaultPatience)
				}
				return k.handle(ctx, records)
			}})
			for range 2 { // on the same connection
				r := send(t, client, "http://x", strings.NewReader(strings.Repeat(test.line, 4500)))
				assert.Equal(t, 200, r.status, r.Error)
				assert.Equal(t, 4500, r.Accepted)
			}
		})
	}
}

// TestHTTPRoom shows that a request gives back all the room that it has taken,
// for large records too.
func TestHTTPRoom(t *testing.T) {
	k := &taker{}
	h := &HTTP{Handle: k.handle, MaxBytes: 8 * batchBytes}
	url := serve(t, h)
	large := `{"a":"` + strings.Repeat("x", batchBytes) + `"}`
	assert.Equal(t, 200, post(t, url, strings.NewReader(large)).status)
	assert.Zero(t, finished(t, h, 1).Reserved)
}

// TestHTTPBeside shows that a request that takes long does not keep others on
// the same connection from being read: all that a client may have sent of
// some is not all that it may send.
func TestHTTPBeside(t *testing.T) {
	line := `{"a":"` + strings.Repeat("x", 1000) + "\"}\n"
	synctest.Test(t, func(t *testing.T) {
		leave := make(chan struct{})
		var inside atomic.Int32
		client := protocol{2}.serve(t, &HTTP{Handle: func(_ context.Context, records []event.Raw) []error {
			if records[0].Source == "held" {
				inside.Add(1)
				<-leave
			}
			return make([]error, len(records))
		}})
		require.Equal(t, 200, send(t, client, "http://x", strings.NewReader("{}")).status)
		var held sync.WaitGroup
		const requests = 15 // of 16 of that connection
		for range requests {
			held.Go(func() {
				body := strings.NewReader(strings.Repeat(line, 1600)) // more than a batch
				assert.Equal(t, 200, send(t, client, "http://x?source=held", body).status)
			})
		}
		synctest.Wait()
		assert.Equal(t, int32(requests), inside.Load())
		r := send(t, client, "http://x", strings.NewReader("{}"))
		assert.Equal(t, 200, r.status, r.Error)
		close(leave)
		held.Wait()
	})
}

// TestHTTPUnread shows that a client that reads no answers is not kept.
func TestHTTPUnread(t *testing.T) {
	requests := map[int]func(io.Writer){
		1: func(w io.Writer) { io.WriteString(w, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}") },
		2: func(w io.Writer) {
			io.WriteString(w, http2.ClientPreface)
			framer := http2.NewFramer(w, nil)
			framer.WriteSettings()
			var header bytes.Buffer
			encoder := hpack.NewEncoder(&header)
			for _, f := range []hpack.HeaderField{{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: "x"}, {Name: ":path", Value: "/"}} {
				encoder.WriteField(f)
			}
			framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: header.Bytes(), EndHeaders: true})
			framer.WriteData(1, true, []byte("{}"))
		},
	}
	inProtocols(t, "an answer", func(t *testing.T, p protocol) {
		h := &HTTP{Handle: (&taker{}).handle}
		_, dial := p.listen(t, h)
		c, err := dial(t.Context(), "", "")
		require.NoError(t, err)
		defer c.Close()
		requests[p.major](c)
		time.Sleep(DefaultPatience + time.Second)
		synctest.Wait()
		assert.Equal(t, map[string]int64{"ok": 1}, h.Stats().Requests)
		_, err = c.Write([]byte("more"))
		assert.ErrorIs(t, err, io.ErrClosedPipe, "the connection is closed")
	})
}

// TestHTTPGone breaks off requests at several places.
func TestHTTPGone(t *testing.T) {
	t.Run("within the body", func(t *testing.T) {
		k := &taker{}
		h := &HTTP{Handle: k.handle}
		c, _ := dial(t, serve(t, h))
		fmt.Fprintf(c, "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n%s", strings.Repeat("{}\n", 1001))
		c.Close()
		s := finished(t, h, 1)
		assert.Equal(t, int64(1), s.Requests["broken"]+s.Requests["gone"], "%v", s.Requests)
		assert.Equal(t, int64(len(k.records())), s.Accepted)
	})
	inProtocols(t, "while it is dealt with", func(t *testing.T, p protocol) {
		leave := make(chan struct{})
		var after error
		h := &HTTP{Handle: func(ctx context.Context, records []event.Raw) []error {
			<-leave
			after = ctx.Err()
			return make([]error, len(records))
		}}
		client := p.serve(t, h)
		ctx, giveUp := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x", strings.NewReader("{}"))
		require.NoError(t, err)
		time.AfterFunc(time.Second, giveUp)
		_, err = client.Do(r)
		assert.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		close(leave)
		synctest.Wait()
		s := h.Stats()
		assert.Equal(t, map[string]int64{"gone": 1}, s.Requests)
		assert.Equal(t, int64(1), s.Accepted)
		assert.NoError(t, after)
	})
	inProtocols(t, "while it is sent", func(t *testing.T, p protocol) {
		k := &taker{}
		h := &HTTP{Handle: k.handle}
		client := p.serve(t, h)
		ctx, giveUp := context.WithCancel(t.Context())
		body, out := io.Pipe()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x", body)
		require.NoError(t, err)
		var sender sync.WaitGroup
		sender.Go(func() {
			io.WriteString(out, strings.Repeat("{}\n", 1001))
			synctest.Wait()
			giveUp()
			synctest.Wait()
			out.Close() // the client waits for it
		})
		_, err = client.Do(r)
		assert.ErrorIs(t, err, context.Canceled)
		sender.Wait()
		synctest.Wait()
		s := h.Stats()
		assert.Equal(t, int64(1), s.Requests["broken"]+s.Requests["gone"], "%v", s.Requests)
		assert.Equal(t, int64(len(k.records())), s.Accepted)
	})
}

// TestHTTPParallel has many clients post at once what is checked to arrive
// whole and in order.
func TestHTTPParallel(t *testing.T) {
	k := &taker{}
	h := &HTTP{Handle: k.handle}
	url := serve(t, h)
	const clients, requests, each = 8, 20, 30
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for q := range requests {
				var text strings.Builder
				for i := range each {
					fmt.Fprintf(&text, `{"n":%d,"pad":"%s"}`+"\n", q*each+i, strings.Repeat("x", i*50))
				}
				body := []byte(text.String())
				if q%3 == 1 {
					body = gzipped(text.String())
				} else if q%3 == 2 {
					body = zstded(text.String())
				}
				r := post(t, fmt.Sprintf("%s?source=%d", url, c), bytes.NewReader(body))
				assert.Equal(t, each, r.Accepted)
			}
		})
	}
	wg.Wait()
	next := map[string]int{}
	for _, raw := range k.got {
		var record struct{ N int }
		require.NoError(t, json.Unmarshal(raw.Data, &record))
		require.Equal(t, next[raw.Source], record.N)
		next[raw.Source]++
	}
	assert.Len(t, next, clients)
	assert.Len(t, k.got, clients*requests*each)
}
