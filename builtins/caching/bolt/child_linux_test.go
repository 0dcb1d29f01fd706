package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
)

// Tests start their own program as a child that works on a file: these
// variables say which work, and which file with its options.
const (
	childWork = "STARHOST_TEST_BOLT_WORK"
	childSpec = "STARHOST_TEST_BOLT_SPEC"
)

// killsVariable says how often TestKill kills; 3 is the default.
const killsVariable = "STARHOST_BOLT_KILLS"

var works = map[string]func(s *bolt.Store){"load": load, "fill": fillUp, "syncless": syncless, "synclessLater": synclessLater}

func TestMain(m *testing.M) {
	work, ok := works[os.Getenv(childWork)]
	if !ok {
		os.Exit(m.Run())
	}
	path, o, err := bolt.ParseSpec(os.Getenv(childSpec))
	if err == nil {
		var s *bolt.Store
		if s, err = bolt.Open(path, o); err == nil {
			work(s)
			err = s.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child returns this program as a command that does the work.
func child(t *testing.T, work, spec string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childWork+"="+work, childSpec+"="+spec)
	cmd.Stderr = os.Stderr
	return cmd
}

const workers = 16

// load writes without end. Each worker counts in a counter of its own, adds
// the value to a set of its own, and counts in one that all share; it tells of
// each on standard output as soon as it is acknowledged.
func load(s *bolt.Store) {
	ctx := context.Background()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for {
				n, err := s.Increment(ctx, fmt.Sprint("count", w), start, caching.Int(1), caching.TTL{})
				if err == nil {
					fmt.Printf("count%d %v\n", w, n)
					// Sets are of a hundred members.
					hundred := n.BigInt().Int64() / 100
					_, err = s.AddStrings(ctx, fmt.Sprintf("set%d/%d", w, hundred), start, caching.NewStringSet(n.String()), caching.TTL{})
				}
				if err == nil {
					fmt.Printf("set%d %v\n", w, n)
					n, err = s.Increment(ctx, "hot", start, caching.Int(1), caching.TTL{})
				}
				if err == nil {
					fmt.Printf("hot %v\n", n)
					err = s.Put(ctx, fmt.Sprint("large", rand.IntN(50)), start, caching.Item{Dictionary: strings.Repeat("x", rand.IntN(20_000))})
				}
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
			}
		})
	}
	wg.Wait()
}

// TestKill kills a process in the middle of its writes, again and again on one
// file, and finds everything there that was acknowledged.
func TestKill(t *testing.T) {
	rounds := 3
	if v := os.Getenv(killsVariable); v != "" {
		var err error
		rounds, err = strconv.Atoi(v)
		require.NoError(t, err, killsVariable)
	}
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			spec := filepath.Join(t.TempDir(), "state.db") + "?sync=" + string(mode)
			seen := make(map[string]map[int]bool)
			told := 0
			for range rounds {
				told += killOnce(t, spec, seen)
				checkKilled(t, spec, seen)
			}
			t.Logf("%d rounds, %d operations acknowledged, none lost", rounds, told)
		})
	}
}

// killOnce runs a load for a moment, kills it, and notes what it was told.
func killOnce(t *testing.T, spec string, seen map[string]map[int]bool) (told int) {
	cmd := child(t, "load", spec)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	var killed *time.Timer
	for lines.Scan() {
		if killed == nil { // it has begun
			killed = time.AfterFunc(time.Duration(50+rand.IntN(400))*time.Millisecond, func() { cmd.Process.Kill() })
		}
		var name string
		var n int
		if _, err := fmt.Sscanf(lines.Text(), "%s %d", &name, &n); err != nil {
			t.Fatalf("the child said %q", lines.Text())
		}
		if seen[name] == nil {
			seen[name] = make(map[int]bool)
		}
		if seen[name][n] {
			t.Errorf("%s was told %d twice", name, n)
		}
		seen[name][n] = true
		told++
	}
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	require.True(t, ok && !exit.Exited(), "the child was to be killed")
	return told
}

// checkKilled compares a file with what was acknowledged. What was under way
// may be in it as well.
func checkKilled(t *testing.T, spec string, seen map[string]map[int]bool) {
	t.Helper()
	path, o, err := bolt.ParseSpec(spec)
	require.NoError(t, err)
	s, err := bolt.Open(path, o)
	require.NoError(t, err)
	defer s.Close()
	for name, values := range seen {
		if w, ok := strings.CutPrefix(name, "set"); ok {
			for n := range values {
				it, err := s.Get(t.Context(), fmt.Sprintf("set%s/%d", w, n/100), start)
				require.NoError(t, err)
				if !it.Strings.Has(strconv.Itoa(n)) {
					t.Errorf("%s lost the member %d", name, n)
				}
			}
			continue
		}
		it, err := s.Get(t.Context(), name, start)
		require.NoError(t, err)
		most := 0
		for n := range values {
			most = max(most, n)
		}
		if n, _ := it.Count.Int64(); int(n) < most || int(n) > most+workers {
			t.Errorf("%s is %d, and %d was acknowledged", name, n, most)
		}
	}
}

// TestCopy copies a file that another process writes without a pause.
func TestCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	cmd := child(t, "load", path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var mu sync.Mutex
	last := make(map[string]int)
	told := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(told)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			name, number, _ := strings.Cut(lines.Text(), " ")
			n, _ := strconv.Atoi(number)
			mu.Lock()
			last[name] = max(last[name], n)
			mu.Unlock()
			select {
			case told <- true:
			default:
			}
		}
	})
	copies := 0
	for before := map[string]int(nil); before["hot"] < 1500; copies++ {
		_, goesOn := <-told
		require.True(t, goesOn, "the other process has ended")
		mu.Lock()
		before = maps.Clone(last)
		mu.Unlock()
		s, err := bolt.OpenCopy(t.Context(), path)
		require.NoError(t, err)
		for name, n := range before {
			it, err := s.Get(t.Context(), name, start)
			require.NoError(t, err)
			if got, _ := it.Count.Int64(); !strings.HasPrefix(name, "set") && int(got) < n {
				t.Errorf("the copy has %s %d, but %d was acknowledged before", name, got, n)
			}
		}
		require.NoError(t, s.Close())
	}
	cmd.Process.Kill()
	wg.Wait()
	cmd.Wait()
	t.Logf("%d copies", copies)
}
