package sink

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/alert"
)

// Tests start their own program as a child: these variables say which work it
// does, with which file, how its alerts' ids begin, and where to deliver.
const (
	childWork  = "STARHOST_TEST_SINK_WORK"
	childPath  = "STARHOST_TEST_SINK_PATH"
	childRound = "STARHOST_TEST_SINK_ROUND"
	childURL   = "STARHOST_TEST_SINK_URL"
)

// killsVariable says how often each kill test kills; 4 is the default.
const killsVariable = "STARHOST_SINK_KILLS"

var works = map[string]func(path string) error{"outbox": outboxWork, "file": fileWork, "full outbox": fullOutbox, "full file": fullFile}

func TestMain(m *testing.M) {
	work, ok := works[os.Getenv(childWork)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := work(os.Getenv(childPath)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(t *testing.T, work, path string, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), childWork+"="+work, childPath+"="+path), more...)
	cmd.Stderr = os.Stderr
	return cmd
}

const childCallers = 8

// load has callers write alerts without end, and say of each that it is safe.
func load(out Output) {
	var callers sync.WaitGroup
	for c := range childCallers {
		callers.Go(func() {
			for i := 0; ; i++ {
				a := alertOf(fmt.Sprintf("%s/%d/%d", os.Getenv(childRound), c, i))
				a.Title = strings.Repeat("x", rand.IntN(3000))
				if err := errors.Join(out.Write(context.Background(), a), out.Flush()); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Println(a.ID)
			}
		})
	}
	callers.Wait()
}

// killed starts a child that does work, kills it a moment after it has done
// some, and returns what it said.
func killed(t *testing.T, cmd *exec.Cmd) (said []string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said = append(said, lines.Text())
		if timer == nil && len(said) == 10 {
			timer = time.AfterFunc(time.Duration(rand.IntN(200))*time.Millisecond, func() { cmd.Process.Kill() })
		}
	}
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	require.True(t, ok && !exit.Exited(), "the child was to be killed")
	return said
}

func kills(t *testing.T) int {
	v := os.Getenv(killsVariable)
	if v == "" {
		return 4
	}
	n, err := strconv.Atoi(v)
	require.NoError(t, err, killsVariable)
	return n
}

func outboxWork(path string) error {
	o, err := OpenOutbox(path, killedOptions(os.Getenv(childURL)))
	if err != nil {
		return err
	}
	go load(o.Queue("one"))
	return o.Run(context.Background())
}

func killedOptions(url string) OutboxOptions {
	return OutboxOptions{Destinations: []Destination{{
		Name: "one", Receiver: &Webhook{URL: url, Array: true}, Batch: 3, FirstPause: time.Millisecond, MostPause: 10 * time.Millisecond,
	}}}
}

// TestOutboxKilled kills a process that writes and delivers, again and again,
// with a receiver that fails now and then. Everything that was said to be safe
// arrives, first of all in the order in which it was written.
func TestOutboxKilled(t *testing.T) {
	var mu sync.Mutex
	var got []string
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var alerts []alert.Alert
		if json.NewDecoder(r.Body).Decode(&alerts) != nil {
			return // the child was killed
		}
		mu.Lock()
		defer mu.Unlock()
		if requests++; requests%7 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		for _, a := range alerts {
			got = append(got, a.ID)
		}
	}))
	defer s.Close()
	path := filepath.Join(t.TempDir(), "outbox.db")
	var safe []string
	for round := range kills(t) {
		safe = append(safe, killed(t, child(t, "outbox", path, childRound+"="+fmt.Sprint(round), childURL+"="+s.URL))...)
	}
	o, err := OpenOutbox(path, killedOptions(s.URL))
	require.NoError(t, err)
	left := o.Stats()[0].Queued
	deliverAll(t, o)
	require.NoError(t, o.Close())

	mu.Lock()
	defer mu.Unlock()
	first := firstOnly(got)
	checkKilled(t, safe, first)
	t.Logf("%d safe, %d delivered, %d of them again, %d after the last kill", len(safe), len(first), len(got)-len(first), left)
}

// firstOnly leaves out what comes again.
func firstOnly(ids []string) (out []string) {
	seen := make(map[string]bool)
	for _, id := range ids {
		if !seen[id] {
			out = append(out, id)
		}
		seen[id] = true
	}
	return out
}

// checkKilled finds all that was said to be safe, and the alerts of each caller
// in order and without a gap.
func checkKilled(t *testing.T, safe, got []string) {
	t.Helper()
	require.Greater(t, len(safe), 20, "alerts that were said to be safe")
	next := make(map[string]int)
	for _, id := range got {
		at := strings.LastIndex(id, "/")
		n, err := strconv.Atoi(id[at+1:])
		require.NoError(t, err)
		require.Equal(t, next[id[:at]], n, "the next of %s", id[:at])
		next[id[:at]]++
	}
	slices.Sort(got)
	for _, id := range safe {
		_, found := slices.BinarySearch(got, id)
		require.True(t, found, "%s was said to be safe, and is lost", id)
	}
}

func killedFile(path string) *File {
	return &File{Path: path, MaxBytes: 100_000, Gzip: true}
}

func fileWork(path string) error {
	load(killedFile(path))
	return nil
}

// TestFileKilled kills a process that writes a file and rotates it.
func TestFileKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	var safe []string
	rounds := kills(t)
	for round := range rounds {
		safe = append(safe, killed(t, child(t, "file", path, childRound+"="+fmt.Sprint(round)))...)
	}
	require.NoError(t, killedFile(path).Open())
	var got []string
	torn := 0
	names := allFiles(t, killedFile(path))
	for _, name := range names {
		if strings.HasSuffix(name, ".gz") && slices.Contains(names, strings.TrimSuffix(name, ".gz")) {
			continue // killed between the two
		}
		for line := range strings.Lines(string(readFile(t, name))) {
			if !strings.HasSuffix(line, "}\n") {
				torn++
				continue
			}
			got = append(got, idsIn(t, []byte(line))...)
		}
	}
	require.LessOrEqual(t, torn, rounds)
	checkKilled(t, safe, got)
	t.Logf("%d safe, %d in %d files, %d torn", len(safe), len(got), len(names), torn)
}

// limitFiles bounds the size of files that this process writes.
func limitFiles(size uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit)
	limit.Cur = min(size, limit.Max)
	return errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
}

// fullOutbox writes until the file may not grow, has another caller see that
// too, and goes on when there is room again.
func fullOutbox(path string) error {
	o, err := OpenOutbox(path, OutboxOptions{Destinations: []Destination{{Name: "one"}}})
	if err != nil {
		return err
	}
	return untilFull(o.Queue("one"), o.Err, o.Close)
}

func fullFile(path string) error {
	f := &File{Path: path}
	return untilFull(f, func() error { return nil }, f.Close)
}

func untilFull(out Output, fault, done func() error) error {
	if err := limitFiles(2 << 20); err != nil {
		return err
	}
	written := 0
	var err error
	for ; err == nil && written < 10_000; written++ {
		a := alertOf(fmt.Sprint(written))
		a.Title = strings.Repeat("x", 10_000)
		if err := out.Write(context.Background(), a); err != nil {
			return err
		}
		err = out.Flush()
	}
	fmt.Printf("%d written, then %v, then %v, fault %v\n", written, err, out.Flush(), fault())
	if err := limitFiles(1 << 40); err != nil {
		return err
	}
	return errors.Join(out.Write(context.Background(), alertOf(fmt.Sprint(written))), out.Flush(), done())
}

// TestFull has no room for a file to grow: what was not safe is told twice, and
// is written once when there is room.
func TestFull(t *testing.T) {
	for _, what := range []string{"outbox", "file"} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), what)
			out, err := child(t, "full "+what, path).Output()
			require.NoError(t, err)
			require.Regexp(t, `^\d+ written, then .*file too large, then .*file too large, fault <nil>\n$`, string(out))
			var written int
			fmt.Sscan(string(out), &written)
			require.Greater(t, written, 50)
			var got []string
			if what == "file" {
				got = idsIn(t, readFile(t, path))
			} else {
				o := openOutbox(t, path)
				got = queued(t, o, "one", false)
			}
			require.Equal(t, numbers(0, written+1), got)
		})
	}
}

// TestOutboxOfAnotherProcess meets the lock of a child.
func TestOutboxOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	cmd := child(t, "outbox", path, childURL+"=http://127.0.0.1:1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "it has begun")
	// The child writes meanwhile, which is not to look as damage.
	_, err = OpenOutbox(path, OutboxOptions{})
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, cmd.Process.Kill())
	for lines.Scan() {
	}
	cmd.Wait()
	openOutbox(t, path)
}
