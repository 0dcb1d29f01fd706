// Package service_test runs the command serve as a process of its own, under
// load, and does to it what happens to services: it is killed, its rules
// change, its store and its receivers go away.
package service_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binary is the command under test.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "starhost-service")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "starhost")
	build := exec.Command("go", "build", "-o", binary, "../../cmd/starhost")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build starhost: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// patience is how long anything may take on a busy machine.
const patience = time.Minute

// A server is a running starhost serve.
type server struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string
	read io.Closer     // the end of the log's pipe that is read
	done chan struct{} // closed when the process has ended
	err  error         // of the process, once done

	mu  sync.Mutex
	log []string
}

// serve starts starhost serve with some flags and waits until it is ready.
func serve(t testing.TB, args ...string) *server {
	s := launch(t, nil, args...)
	s.awaitReady()
	return s
}

// launch starts starhost serve and waits until it listens. Through wrap, if it
// is not nil, it is started by another command.
func launch(t testing.TB, wrap []string, args ...string) *server {
	t.Helper()
	return launchTo(t, io.Discard, wrap, args...)
}

// launchTo is launch with another standard output. A file is given to the
// process as it is, and stays open here.
func launchTo(t testing.TB, stdout io.Writer, wrap []string, args ...string) *server {
	t.Helper()
	args = append(append(wrap, binary, "serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--config", "none"), args...)
	s := &server{t: t, cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	s.cmd.Stdout = stdout
	stderr, err := s.cmd.StderrPipe()
	require.NoError(t, err)
	s.read = stderr
	require.NoError(t, s.cmd.Start())
	t.Cleanup(func() { s.kill() })
	listening := make(chan string, 1)
	go s.follow(stderr, listening)
	select {
	case s.url = <-listening:
	case <-s.done:
		t.Fatalf("serve ended: %v\n%s", s.err, s.logged())
	case <-time.After(patience):
		t.Fatalf("serve does not listen\n%s", s.logged())
	}
	return s
}

// follow keeps the log, and waits for the end of the process.
func (s *server) follow(stderr io.Reader, listening chan<- string) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Msg == "listening" {
			listening <- entry.URL
		}
		s.mu.Lock()
		s.log = append(s.log, lines.Text())
		s.mu.Unlock()
	}
	s.err = s.cmd.Wait()
	close(s.done)
}

// logged is the end of the log.
func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log[max(0, len(s.log)-50):], "\n")
}

func (s *server) awaitReady() {
	s.t.Helper()
	s.await("it to be ready", func() bool {
		code, _ := s.get("/readyz")
		return code == http.StatusOK
	})
}

// await waits until ok.
func (s *server) await(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		select {
		case <-s.done:
			s.t.Fatalf("waiting for %s: serve ended: %v\n%s", what, s.err, s.logged())
		default:
		}
		if time.Now().After(end) {
			_, status := s.get("/status")
			s.t.Fatalf("waited in vain for %s\n%s\n%s", what, status, s.logged())
		}
	}
}

// kill ends the process as kill -9 does.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// stop ends the process as a service manager does, and returns its exit code.
func (s *server) stop() int {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatalf("serve does not end\n%s", s.logged())
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *server) get(path string) (code int, body string) {
	resp, err := http.Get(s.url + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// An account is the answer to events.
type account struct {
	Code     int
	Retry    string
	Accepted int
	Refused  []struct{ Index, Line int }
	Failed   []struct {
		Index int
		Error string
	}
	Text string
}

// client keeps connections open for many posts at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// post sends events. The error is that of a request without an answer.
func (s *server) post(body []byte) (account, error) {
	return s.postAs(bytes.NewReader(body), nil)
}

func (s *server) postAs(body io.Reader, header http.Header) (account, error) {
	req, err := http.NewRequest(http.MethodPost, s.url+"/v1/events", body)
	if err != nil {
		return account{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := client.Do(req)
	if err != nil {
		return account{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	a := account{Code: resp.StatusCode, Retry: resp.Header.Get("Retry-After"), Text: string(text)}
	if err == nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// folder makes a folder with files, by name.
func folder(t testing.TB, files map[string]string) string {
	dir := t.TempDir()
	write(t, dir, files)
	return dir
}

func write(t testing.TB, dir string, files map[string]string) {
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
}

// A receiver is where a webhook posts alerts to.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	alerts []received
	answer func() int // nil: 200
}

// A received alert has what the tests look at.
type received struct {
	ID      string `json:"id"`
	RuleID  string `json:"rule_id"`
	Dedup   string
	RuleSet string `json:"rule_set"`
	Context struct {
		Generation string
		Name       string
	} `json:"alert_context"`
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer != nil {
		if code := r.answer(); code != http.StatusOK {
			w.WriteHeader(code)
			return
		}
	}
	var list []received
	if err == nil && bytes.HasPrefix(body, []byte("[")) {
		err = json.Unmarshal(body, &list)
	} else if err == nil {
		list = make([]received, 1)
		err = json.Unmarshal(body, &list[0])
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.alerts = append(r.alerts, list...)
}

// count is how many alerts have come, and how many different ones.
func (r *receiver) count() (all, different int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make(map[string]bool)
	for _, a := range r.alerts {
		ids[a.ID] = true
	}
	return len(r.alerts), len(ids)
}

// dedups tells which deduplication strings have come, by rule.
func (r *receiver) dedups(rule string) map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[string]int)
	for _, a := range r.alerts {
		if a.RuleID == rule {
			all[a.Dedup]++
		}
	}
	return all
}
