package service_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
	"github.com/stretchr/testify/require"
)

// full says that the tests of faults run at full size: some minutes, 10,000
// connections and 3 GB of memory of the machine.
var full = os.Getenv("STARHOST_FAULTS") == "full"

// size chooses how large a test is.
func size[T any](ordinary, fullSize T) T {
	if full {
		return fullSize
	}
	return ordinary
}

// record notes what was seen, for doc/reliability.md.
func (s *server) record(format string, args ...any) {
	s.t.Helper()
	s.t.Logf("seen: "+format+"; memory %s", append(args, s.memory())...)
}

// resident is the memory that the process has, in MB.
type resident struct{ now, most int }

func (m resident) String() string { return fmt.Sprintf("%d MB now, %d MB at most", m.now, m.most) }

var inStatus = regexp.MustCompile(`(?m)^(VmRSS|VmHWM):\s+(\d+) kB$`)

// memory reads the resident set of the process, where the system tells it.
func (s *server) memory() (m resident) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return m
	}
	for _, found := range inStatus.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.Atoi(found[2])
		require.NoError(s.t, err)
		if found[1] == "VmRSS" {
			m.now = n >> 10
		} else {
			m.most = n >> 10
		}
	}
	return m
}

// A state is what the tests look at of /status.
type state struct {
	Ready  bool
	Checks []struct {
		Name, Reason string
		OK           bool
	}
	RuleSet ruleSet `json:"rule_set"`
	Totals  struct {
		Accepted int `json:"events_accepted"`
		Failed   int `json:"events_failed"`
		Alerts   int
		Errors   map[string]int
	}
	Rules []struct {
		ID          string
		Evaluations int
		Errors      int
		LastError   struct{ Type, Message, At string } `json:"last_error"`
	}
	Refused []struct {
		File        string
		Kept        []string
		Diagnostics []string
	}
	Store struct {
		Up     bool
		Reason string
	}
	Queues []struct {
		Name                       string
		Alerts, Delivered, Refused int
		Full, Dropped              int
		SetAside                   int    `json:"set_aside"`
		LastError                  string `json:"last_error"`
	}
	Sources []struct {
		Kind      string
		Requests  map[string]int
		InFlight  int    `json:"in_flight"`
		LastError string `json:"last_error"`
		Files     []struct {
			Path      string
			Lag       int    `json:"lag_bytes"`
			LastError string `json:"last_error"`
		}
	}
}

type ruleSet struct{ Reloads map[string]int }

// reloads is how many there were, of any outcome.
func (r ruleSet) reloads() (n int) {
	for _, of := range r.Reloads {
		n += of
	}
	return n
}

func (s *server) state() (st state) {
	s.t.Helper()
	_, text := s.get("/status")
	require.NoError(s.t, json.Unmarshal([]byte(text), &st), text)
	return st
}

// unready returns why the service is not ready, "" if it is.
func (s *server) unready() string {
	var reasons []string
	for _, c := range s.state().Checks {
		if !c.OK {
			reasons = append(reasons, c.Name+": "+c.Reason)
		}
	}
	return strings.Join(reasons, "; ")
}

// requests are how many requests have ended so.
func (s *server) requests(result string) int {
	for _, source := range s.state().Sources {
		if source.Kind == "http" {
			return source.Requests[result]
		}
	}
	return 0
}

// lines is how many lines the log has.
func (s *server) lines() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.log)
}

// one sends an event.
func (s *server) one(id string) account {
	s.t.Helper()
	a, err := s.post(fmt.Appendf(nil, `{"id": %q}`, id))
	require.NoError(s.t, err)
	return a
}

// dial opens a connection and sends the beginning of something.
func (s *server) dial(text string) net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	require.NoError(s.t, err)
	_, err = io.WriteString(c, text)
	require.NoError(s.t, err)
	return c
}

// alertsIn are the deduplication strings of the alerts in a file, and how often
// they are there.
func alertsIn(t testing.TB, path string) map[string]int {
	t.Helper()
	found := make(map[string]int)
	for _, a := range readAlerts(t, path) {
		found[a.Dedup]++
	}
	return found
}

// readAlerts reads a file of alerts. Each line must be whole.
func readAlerts(t testing.TB, path string) []received {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return parseAlerts(t, string(text))
}

func parseAlerts(t testing.TB, text string) []received {
	t.Helper()
	var alerts []received
	for line := range strings.Lines(text) {
		var a received
		require.NoError(t, json.Unmarshal([]byte(line), &a), line)
		alerts = append(alerts, a)
	}
	return alerts
}

// A table is a server of DynamoDB tables that can be stopped and started again.
type table struct {
	t          testing.TB
	program    string
	file, port string
	cmd        *exec.Cmd
}

// newTable starts a server that keeps its tables in a file.
func newTable(t testing.TB) *table {
	dynamotest.Start(t) // installs the program
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	programs, err := filepath.Glob(filepath.Join(cache, "starhost-test", "dynoxide-*", "dynoxide"))
	require.NoError(t, err)
	if len(programs) == 0 {
		t.Skipf("the server that %s names cannot be stopped", dynamotest.EndpointVariable)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	table := &table{t: t, program: programs[len(programs)-1], file: filepath.Join(t.TempDir(), "tables.db"), port: port}
	table.start()
	t.Cleanup(table.stop)
	return table
}

func (b *table) addr() string { return "127.0.0.1:" + b.port }

func (b *table) start() {
	b.t.Helper()
	b.cmd = exec.Command(b.program, "serve", "--host", "127.0.0.1", "--port", b.port, "--db-path", b.file)
	require.NoError(b.t, b.cmd.Start())
	require.Eventually(b.t, func() bool {
		c, err := net.Dial("tcp", b.addr())
		if err == nil {
			c.Close()
		}
		return err == nil
	}, patience, 5*time.Millisecond)
}

func (b *table) stop() {
	if b.cmd == nil {
		return
	}
	b.cmd.Process.Kill()
	b.cmd.Wait()
	b.cmd = nil
}
