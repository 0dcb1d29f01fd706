package service_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counted are the rules of TestKill: each event is counted and makes an alert.
var counted = map[string]string{
	"counted.star": `
load("panther_detection_helpers.caching", "increment_counter")
def rule(event):
    increment_counter("events:" + event["from"])
    return True
def dedup(event):
    return event["id"]
`,
	"stateless.py": `
def rule(event):
    return event["id"].endswith("7")
def dedup(event):
    return event["id"]
`,
}

// TestKill kills the service again and again under load. What it acknowledged
// has arrived at the receiver and is counted in the store, and the file that it
// follows has no gap. STARHOST_KILLS=20 is the full size.
func TestKill(t *testing.T) {
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("STARHOST_KILLS")); err == nil {
		rounds = n
	}
	k := newKilling(t)
	for round := range rounds {
		s := serve(t, k.args...)
		k.load(s, round, time.Duration(300+rand.IntN(500))*time.Millisecond)
	}
	s := serve(t, k.args...)
	defer func() {
		if t.Failed() {
			t.Logf("without an alert: %v", k.missing())
		}
	}()
	s.await("all alerts", func() bool { return len(k.missing()) == 0 })
	require.Zero(t, s.stop(), s.logged())
	k.checkCounters()
	all, different := k.receiver.count()
	t.Logf("%d rounds: %d events acknowledged, %d lines followed; %d alerts, %d delivered twice or more often; %d counted of %d sent",
		rounds, len(k.acked), k.lines, different, all-different, k.total(), k.sent.Load()+int64(k.lines))
}

// killing is a run of TestKill.
type killing struct {
	t        *testing.T
	receiver *receiver
	data     string
	log      string // the file that is followed
	args     []string
	sent     atomic.Int64 // events posted, acknowledged or not

	mu    sync.Mutex
	acked []string // ids of events
	lines int      // written to log
}

func newKilling(t *testing.T) *killing {
	k := &killing{t: t, receiver: newReceiver(t), data: t.TempDir()}
	k.log = filepath.Join(t.TempDir(), "app.jsonl")
	k.args = []string{
		"--rules", folder(t, counted), "--data-dir", k.data,
		"--follow", k.log, "--sink", "webhook:" + k.receiver.URL,
	}
	return k
}

// load posts events and writes lines for some time, and then kills the service.
func (k *killing) load(s *server, round int, d time.Duration) {
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for c := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if !k.post(s, fmt.Sprintf("r%d-c%d-%d", round, c, i)) {
					return
				}
			}
		})
	}
	wg.Go(func() { k.write(round, stop) })
	s.await("the first events", k.begun(round))
	time.Sleep(d)
	s.kill()
	close(stop)
	wg.Wait()
}

// begun tells whether, in this round, events were acknowledged and lines
// written.
func (k *killing) begun(round int) func() bool {
	prefix := fmt.Sprintf("r%d-", round)
	k.mu.Lock()
	defer k.mu.Unlock()
	lines := k.lines
	return func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.lines > lines && len(k.acked) > 0 && strings.HasPrefix(k.acked[len(k.acked)-1], prefix)
	}
}

// post sends a few events and notes them if they are acknowledged.
func (k *killing) post(s *server, name string) bool {
	var body bytes.Buffer
	var ids []string
	for i := range 3 {
		id := fmt.Sprintf("%s-%d", name, i)
		ids = append(ids, id)
		fmt.Fprintf(&body, `{"from": "post", "id": %q}`+"\n", id)
	}
	k.sent.Add(3)
	a, err := s.post(body.Bytes())
	if err != nil {
		return false
	}
	if a.Code != 200 || a.Accepted != 3 {
		k.t.Errorf("answer %d: %s", a.Code, a.Text)
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acked = append(k.acked, ids...)
	return true
}

// write appends lines to the file, which it rotates once.
func (k *killing) write(round int, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		if i == 100 {
			os.Rename(k.log, k.log+"."+strconv.Itoa(round))
		}
		f, err := os.OpenFile(k.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			k.t.Error(err)
			return
		}
		k.mu.Lock()
		fmt.Fprintf(f, `{"from": "tail", "id": "line-%d"}`+"\n", k.lines)
		k.lines++
		k.mu.Unlock()
		f.Close()
		time.Sleep(3 * time.Millisecond)
	}
}

// missing lists the events that should have made an alert and have not.
func (k *killing) missing() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	counted, stateless := k.receiver.dedups("counted"), k.receiver.dedups("stateless")
	check := func(id string) {
		if counted[id] == 0 || strings.HasSuffix(id, "7") && stateless[id] == 0 {
			ids = append(ids, id)
		}
	}
	for _, id := range k.acked {
		check(id)
	}
	for i := range k.lines {
		check("line-" + strconv.Itoa(i))
	}
	return ids
}

// counter reads a counter from the store of the service, which has ended.
func (k *killing) counter(key string) int64 {
	out, err := exec.Command(binary, "cache", "get", "--config", "none", "--store", filepath.Join(k.data, "state.db"), "-f", "json", key).Output()
	require.NoError(k.t, err)
	var got struct {
		Items []struct{ Counter json.Number }
	}
	require.NoError(k.t, json.Unmarshal(out, &got), string(out))
	require.Len(k.t, got.Items, 1)
	n, err := got.Items[0].Counter.Int64()
	require.NoError(k.t, err, string(out))
	return n
}

func (k *killing) total() int64 { return k.counter("events:post") + k.counter("events:tail") }

// checkCounters compares the counters with what was acknowledged: events that
// came twice are counted twice, and those that were counted but not
// acknowledged before the end as well.
func (k *killing) checkCounters() {
	require.GreaterOrEqual(k.t, k.counter("events:post"), int64(len(k.acked)))
	require.LessOrEqual(k.t, k.counter("events:post"), k.sent.Load())
	require.GreaterOrEqual(k.t, k.counter("events:tail"), int64(k.lines))
}
