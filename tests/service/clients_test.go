package service_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

var stateless = map[string]string{"stateless.star": always["stateless.star"]}

// TestIdleConnections opens many connections that have asked once and then keep
// still: others are served.
func TestIdleConnections(t *testing.T) {
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory")
	require.Equal(t, 200, s.one("before").Code)
	before := s.memory()
	connections := size(500, 10_000)
	if most := openFiles(); most < connections+200 {
		t.Skipf("a process may have %d files open here; this takes %d", most, connections+200)
	}
	conns := make([]net.Conn, 0, connections)
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range connections {
		c := s.dial("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		conns = append(conns, c)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
	}
	during := s.memory()
	begun := time.Now()
	for i := range 100 {
		a := s.one(fmt.Sprint(i))
		require.Equal(t, 200, a.Code, a.Text)
	}
	require.Empty(t, s.unready())
	s.record("before %v; with %d idle connections %v; an event takes %v", before, connections, during, time.Since(begun)/100)
	if full { // the service ends them
		begun := time.Now()
		for _, c := range conns {
			_, err := io.Copy(io.Discard, c)
			require.NoError(t, err)
		}
		s.record("all of them ended by the service after %v", time.Since(begun))
	}
}

// TestSlowClients takes all places for requests with bodies that do not come:
// others are told to come again. The places are free when the clients go, or
// are sent away.
func TestSlowClients(t *testing.T) {
	places := size(4, 60) // more would meet max_in_flight first
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--max-requests", fmt.Sprint(places))
	before := s.memory()
	var conns []net.Conn
	begun := time.Now()
	for range places {
		conns = append(conns, s.dial("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{\"id\": \"slow\"}\n"))
	}
	s.await("them to have the places", func() bool {
		for _, source := range s.state().Sources {
			if source.InFlight == places {
				return true
			}
		}
		return false
	})
	a := s.one("more")
	require.Equal(t, 429, a.Code, a.Text)
	require.Equal(t, "1", a.Retry)
	code, _ := s.get("/readyz")
	require.Equal(t, 200, code, "a busy service is ready")
	if full { // they are sent away
		head := s.dial("POST /v1/events HTTP/1.1\r\nHost:")
		for i, c := range conns {
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			require.NoError(t, err)
			require.Equal(t, http.StatusRequestTimeout, resp.StatusCode)
			if i == 0 {
				t.Logf("seen: 408 after %v", time.Since(begun))
			}
		}
		_, err := io.Copy(io.Discard, head)
		require.NoError(t, err)
		t.Logf("seen: a request whose header does not come is cut off after %v", time.Since(begun))
		require.Equal(t, places, s.requests("slow"))
	}
	for _, c := range conns {
		c.Close()
	}
	s.await("an event to be taken", func() bool { return s.one("more").Code == 200 })
	s.record("%d slow clients, before %v", places, before)
}

// TestClientGone has clients go away in the middle of the body, and before the
// answer: the service goes on, and what has been handed on is finished.
func TestClientGone(t *testing.T) {
	alerts := filepath.Join(t.TempDir(), "alerts.jsonl")
	s := serve(t, "--rules", folder(t, always), "--data-dir", t.TempDir(), "--sink", "file:"+alerts)
	const clients = 20
	for i := range clients {
		body := fmt.Sprintf(`{"id": "gone-%d"}`+"\n", i)
		c := s.dial(fmt.Sprintf("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body)+i%2, body))
		c.Close()
	}
	s.await("them to be gone", func() bool {
		return s.requests("gone")+s.requests("broken")+s.requests("ok")+s.requests("failed") == clients
	})
	st := s.state()
	require.Equal(t, 200, s.one("after").Code)
	require.Empty(t, s.unready())
	s.record("requests %v, %d events accepted", st.Sources[0].Requests, st.Totals.Accepted)
	require.Zero(t, s.stop(), s.logged())
	found := alertsIn(t, alerts)
	require.Equal(t, 2, found["after"])
	require.GreaterOrEqual(t, len(found), 1)
}

// TestLargeBody sends more than is allowed, told and not told before, and then
// as much to a service that allows it.
func TestLargeBody(t *testing.T) {
	length := int64(size(64<<20, 1<<30))
	s := serve(t, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--max-body", "1MB")
	before := s.memory()
	line := `{"id": "none", "text": "` + strings.Repeat("x", 2000) + `"}` + "\n"
	for _, told := range []bool{true, false} {
		c := s.dial("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n" + header(told, length))
		go func() {
			body := io.LimitReader(endless(line), length)
			if told {
				io.Copy(c, body)
				return
			}
			for chunk := make([]byte, 1<<20); ; {
				n, err := body.Read(chunk)
				if n == 0 || err != nil {
					return
				}
				if _, err := fmt.Fprintf(c, "%x\r\n%s\r\n", n, chunk[:n]); err != nil {
					return
				}
			}
		}()
		begun := time.Now()
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
		s.record("%d bytes, told before: %v; 413 after %v; before %v", length, told, time.Since(begun), before)
		c.Close()
	}
	s.await("both to be counted", func() bool { return s.requests("too_large") == 2 })
	require.Empty(t, s.unready())

	s = serve(t, "--rules", folder(t, map[string]string{"seven.star": "def rule(event):\n    return event['id'] == '7'\n"}),
		"--data-dir", t.TempDir(), "--store", "memory", "--max-body", "2GB", "--max-text", "2GB")
	before = s.memory()
	begun := time.Now()
	whole := length / int64(len(line)) * int64(len(line))
	a, err := s.postAs(io.LimitReader(endless(line), whole), nil)
	require.NoError(t, err)
	require.Equal(t, 200, a.Code, a.Text)
	require.EqualValues(t, whole/int64(len(line)), a.Accepted)
	s.record("%d bytes of %d events taken in %v where that is allowed; before %v", whole, a.Accepted, time.Since(begun), before)
	require.Less(t, s.memory().most, 600)
}

func header(told bool, length int64) string {
	if told {
		return fmt.Sprintf("Content-Length: %d\r\n\r\n", length)
	}
	return "Transfer-Encoding: chunked\r\n\r\n"
}

// TestBombs sends small bodies that become large ones when they are unpacked.
func TestBombs(t *testing.T) {
	s := serve(t, append([]string{"--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory"},
		size([]string{"--max-text", "20MB"}, nil)...)...)
	part := size(4<<20, 100<<20)
	parts := size(50, 100) // 10 GB at full size
	for _, text := range []string{" ", "\x00", "1\n", `{"a":`, `[`, `"`} {
		for name, pack := range map[string]func(string, int) []byte{"gzip": packGzip, "zstd": packZstd} {
			t.Run(fmt.Sprintf("%s of %q", name, text), func(t *testing.T) {
				bomb := bytes.Repeat(pack(text, part), parts)
				before := s.memory()
				begun := time.Now()
				a, err := s.postAs(bytes.NewReader(bomb), http.Header{"Content-Encoding": {name}})
				require.NoError(t, err)
				require.Contains(t, []int{400, 413}, a.Code, a.Text)
				if text == " " {
					require.Equal(t, 413, a.Code, a.Text)
				}
				require.Less(t, s.memory().most, 600)
				s.record("%d bytes that become %d (%d to 1): %d after %v; before %v", len(bomb), part*parts, part*parts/len(bomb), a.Code, time.Since(begun), before)
			})
		}
	}
	require.Equal(t, 200, s.one("after").Code)
	require.Empty(t, s.unready())
}

func packGzip(text string, n int) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.CopyN(w, endless(strings.Repeat(text, 4096)), int64(n))
	w.Close()
	return packed.Bytes()
}

func packZstd(text string, n int) []byte {
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed, zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err)
	}
	io.CopyN(w, endless(strings.Repeat(text, 4096)), int64(n))
	w.Close()
	return packed.Bytes()
}
