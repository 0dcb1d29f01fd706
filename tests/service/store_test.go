package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestStoreStopped stops the server of the table for some time while clients
// post events, and again what is not acknowledged, and a file grows. After it
// all are there.
func TestStoreStopped(t *testing.T) {
	table := newTable(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	store := fmt.Sprintf("dynamodb:starhost-outage?region=us-east-1&endpoint=http://%s", table.addr())
	out, err := command("cache", "init", "--store", store)
	require.NoError(t, err, out)
	r := newReceiver(t)
	log := filepath.Join(t.TempDir(), "app.jsonl")
	s := serve(t, "--rules", folder(t, counted), "--data-dir", t.TempDir(), "--store", store,
		"--sink", "webhook:"+r.URL, "--follow", log)

	o := &outage{s: s, codes: make(map[int]int), stop: make(chan struct{})}
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() { o.post(c) })
	}
	wg.Go(func() { o.write(log) })
	s.await("events", func() bool { return o.acked.Load() > 10 && o.lines.Load() > 10 })
	before := s.memory()

	table.stop()
	begun := time.Now()
	s.await("readyz to say no", func() bool { code, _ := s.get("/readyz"); return code == 503 })
	noticed := time.Since(begun)
	s.await("the store to be shown as down", func() bool { return !s.state().Store.Up })
	reason := s.unready()
	code, _ := s.get("/healthz")
	require.Equal(t, 200, code)
	s.await("an event that is not taken", func() bool { return o.answers(503) > 0 })
	time.Sleep(size(0, 30*time.Second))
	down := s.memory()
	table.start()
	mended := time.Now()
	s.awaitReady()
	ready := time.Since(mended)
	acked := o.acked.Load()
	s.await("an event to be taken", func() bool { return o.acked.Load() > acked })
	taken := time.Since(mended)
	time.Sleep(size(50*time.Millisecond, time.Second))
	close(o.stop)
	wg.Wait()

	s.await("the alerts", func() bool {
		come := r.dedups("counted")
		for i := range o.lines.Load() {
			if come[fmt.Sprint("line-", i)] == 0 {
				return false
			}
		}
		for _, id := range o.ids {
			if come[id] == 0 {
				return false
			}
		}
		return true
	})
	all, different := r.count()
	s.record("before %v, during %v; not ready after %v (%s); ready %v after the start of the table, an event taken after %v; the slowest answer %v; answers %v, %d events acknowledged, %d lines, %d alerts of which %d came again",
		before, down, noticed, reason, ready, taken, o.slowest, o.codes, len(o.ids), o.lines.Load(), all, all-different)
	require.Positive(t, o.codes[503])
	require.Zero(t, s.stop(), s.logged())
	require.GreaterOrEqual(t, counterOf(t, store, "events:post"), len(o.ids))
	require.GreaterOrEqual(t, counterOf(t, store, "events:tail"), int(o.lines.Load()))
}

// An outage is what clients see of one.
type outage struct {
	s            *server
	stop         chan struct{}
	acked, lines atomic.Int64

	mu      sync.Mutex
	ids     []string // acknowledged
	codes   map[int]int
	slowest time.Duration
}

// post sends events, each until it is acknowledged.
func (o *outage) post(client int) {
	for i := 0; ; i++ {
		id := fmt.Sprintf("c%d-%d", client, i)
		for {
			begun := time.Now()
			a, err := o.s.post(fmt.Appendf(nil, `{"from": "post", "id": %q}`, id))
			if err != nil || a.Code != 200 && (a.Code != 503 || a.Retry == "") {
				o.s.t.Errorf("event %s: answer %d %s (error %v)", id, a.Code, a.Text, err)
				return
			}
			o.note(id, a.Code, time.Since(begun))
			select {
			case <-o.stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
			if a.Code == 200 {
				break
			}
		}
	}
}

func (o *outage) note(id string, code int, took time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.codes[code]++
	o.slowest = max(o.slowest, took)
	if code == 200 {
		o.ids = append(o.ids, id)
		o.acked.Add(1)
	}
}

func (o *outage) answers(code int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.codes[code]
}

// write appends lines to a file.
func (o *outage) write(path string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		o.s.t.Error(err)
		return
	}
	defer f.Close()
	for {
		fmt.Fprintf(f, `{"from": "tail", "id": "line-%d"}`+"\n", o.lines.Load())
		o.lines.Add(1)
		select {
		case <-o.stop:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// counterOf reads a counter of a store that nobody else uses.
func counterOf(t testing.TB, store, key string) int {
	t.Helper()
	out, err := exec.Command(binary, "cache", "get", "--config", "none", "--store", store, "-f", "json", key).Output()
	require.NoError(t, err)
	var got struct{ Items []struct{ Counter int } }
	require.NoError(t, json.Unmarshal(out, &got), string(out))
	require.Len(t, got.Items, 1)
	return got.Items[0].Counter
}

// TestWithoutStore shows that events which need no state are taken while the
// store is away.
func TestWithoutStore(t *testing.T) {
	table := newTable(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	store := fmt.Sprintf("dynamodb:starhost-without?region=us-east-1&endpoint=http://%s", table.addr())
	out, err := command("cache", "init", "--store", store)
	require.NoError(t, err, out)
	s := serve(t, "--rules", folder(t, map[string]string{"seven.star": "def rule(event):\n    return event['id'] == '7'\n"}),
		"--data-dir", t.TempDir(), "--store", store)
	table.stop()
	require.Equal(t, 200, s.one("1").Code)
	a := s.one("7") // its window is in the store
	require.Equal(t, http.StatusServiceUnavailable, a.Code, a.Text)
	require.Contains(t, a.Text, "starhost-without")
	table.start()
	s.await("the event to be taken", func() bool { return s.one("7").Code == 200 })
}
