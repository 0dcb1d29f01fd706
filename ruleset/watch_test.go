package ruleset

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
)

// patient is how long tests wait for what must happen.
const patient = 30 * time.Second

// watchTest is a Watcher on a directory, which must tell of each change.
type watchTest struct {
	*testing.T
	told chan struct{}
}

// watchDir starts a Watcher of paths in the current directory, which only ticks
// if it says so itself.
func watchDir(t *testing.T, w Watcher) *watchTest {
	if w.Tick == 0 {
		w.Tick = time.Hour
	}
	wt := &watchTest{T: t, told: make(chan struct{}, 10_000)}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	w.Ready = func() { close(ready) }
	go func() { ended <- w.Run(ctx, func() { wt.told <- struct{}{} }) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	select {
	case <-ready:
	case <-time.After(patient):
		t.Fatal("the watch does not come up")
	}
	return wt
}

// expect waits for changes to be told until none comes any more.
func (t *watchTest) expect(what string) {
	t.Helper()
	select {
	case <-t.told:
	case <-time.After(patient):
		t.Fatalf("not told: %s", what)
	}
	t.settle()
}

// settle waits until nothing more is told. It may be too early: then the next
// change is told early, which no test minds.
func (t *watchTest) settle() {
	for {
		select {
		case <-t.told:
		case <-time.After(150 * time.Millisecond):
			return
		}
	}
}

// expectNot makes a change that must not be told by a Watcher that has seen
// none before.
func expectNot(t *testing.T, w Watcher, change func()) {
	t.Helper()
	wt := watchDir(t, w)
	change()
	select {
	case <-wt.told:
		t.Fatal("told")
	case <-time.After(300 * time.Millisecond):
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

// relink puts a link in the place of another at once.
func relink(t testing.TB, to, path string) {
	t.Helper()
	require.NoError(t, os.Symlink(to, path+".tmp"))
	require.NoError(t, os.Rename(path+".tmp", path))
}

// TestWatch makes changes of every kind, each of which must be told by events
// alone.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "1")
	write(t, "rules/b.yml", "1")
	write(t, "rules/table.csv", "1")
	w := watchDir(t, Watcher{Paths: []string{"rules"}})
	for _, step := range []struct {
		what   string
		change func()
	}{
		{"truncate and write", func() { write(t, "rules/a.star", "2") }},
		{"append", func() {
			f, err := os.OpenFile("rules/b.yml", os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString("x")
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}},
		{"write and rename", func() {
			write(t, "rules/.a.star.new", "3")
			require.NoError(t, os.Rename("rules/.a.star.new", "rules/a.star"))
		}},
		{"back up and write anew, as vim does", func() {
			write(t, "rules/4913", "")
			require.NoError(t, os.Remove("rules/4913"))
			require.NoError(t, os.Rename("rules/a.star", "rules/a.star~"))
			write(t, "rules/a.star", "4")
			require.NoError(t, os.Remove("rules/a.star~"))
		}},
		{"a link in the place of a file", func() {
			write(t, "elsewhere/a.star", "5")
			relink(t, "../elsewhere/a.star", "rules/a.star")
		}},
		{"the file behind a link", func() { write(t, "elsewhere/a.star", "6") }},
		{"data", func() { write(t, "rules/table.csv", "2") }},
		{"a file in new folders", func() { write(t, "rules/new/folder/b.yml", "1") }},
		{"a change in such a folder", func() { write(t, "rules/new/folder/b.yml", "2") }},
		{"a folder renamed", func() { require.NoError(t, os.Rename("rules/new/folder", "rules/new/name")) }},
		{"a change in it", func() { write(t, "rules/new/name/b.yml", "3") }},
		{"a folder moved in with files", func() {
			write(t, "made/sub/c.star", "1")
			require.NoError(t, os.Rename("made", "rules/made"))
		}},
		{"a change below it", func() { write(t, "rules/made/sub/c.star", "2") }},
		{"a folder moved away", func() { require.NoError(t, os.Rename("rules/made", "made")) }},
		{"a link to a folder", func() { require.NoError(t, os.Symlink("../made", "rules/link")) }},
		{"a change behind it", func() { write(t, "made/sub/c.star", "3") }},
		{"the link leads elsewhere", func() {
			write(t, "other/d.star", "1")
			relink(t, "../other", "rules/link")
		}},
		{"a change there", func() { write(t, "other/d.star", "2") }},
		{"a removal", func() { require.NoError(t, os.Remove("rules/b.yml")) }},
		{"a folder removed", func() { require.NoError(t, os.RemoveAll("rules/new")) }},
		{"the root swapped", func() {
			write(t, "next/a.star", "7")
			require.NoError(t, os.Rename("rules", "last"))
			require.NoError(t, os.Rename("next", "rules"))
		}},
		{"a change in the new root", func() { write(t, "rules/a.star", "8") }},
		{"the root removed", func() { require.NoError(t, os.RemoveAll("rules")) }},
		{"and made again", func() { write(t, "rules/a.star", "9") }},
		{"a change in that", func() { write(t, "rules/a.star", "10") }},
	} {
		step.change()
		w.expect(step.what)
	}
	expectNot(t, Watcher{Paths: []string{"rules"}}, func() {
		for _, name := range []string{".a.star.swp", "a.star~", "#a.star#", "notes.txt", "4913", ".git/x.star"} {
			write(t, filepath.Join("rules", name), "x")
		}
		require.NoError(t, os.Remove("rules/4913"))
		require.NoError(t, os.Chmod("rules/a.star", 0o600))
	})
}

// TestWatchConfigMap changes files as Kubernetes does.
func TestWatchConfigMap(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/..2026_11_21/a.star", "1")
	require.NoError(t, os.Symlink("..2026_11_21", "rules/..data"))
	require.NoError(t, os.Symlink("..data/a.star", "rules/a.star"))
	w := watchDir(t, Watcher{Paths: []string{"rules"}})
	for i := range 3 {
		next := fmt.Sprintf("..2026_11_22_%d", i)
		write(t, filepath.Join("rules", next, "a.star"), next)
		old, err := os.Readlink("rules/..data")
		require.NoError(t, err)
		require.NoError(t, os.Symlink(next, "rules/..data_tmp"))
		require.NoError(t, os.Rename("rules/..data_tmp", "rules/..data"))
		w.expect(next)
		require.NoError(t, os.RemoveAll(filepath.Join("rules", old)))
	}
}

// TestWatchRoots has roots behind links, one of which is a single file.
func TestWatchRoots(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "releases/7/rules/a.star", "7")
	write(t, "releases/8/rules/a.star", "8")
	require.NoError(t, os.Symlink("releases/7", "current"))
	require.NoError(t, os.Symlink("current/rules", "rules"))
	write(t, "single/a.star", "1")
	w := watchDir(t, Watcher{Paths: []string{"rules", "single/a.star"}})
	write(t, "releases/7/rules/a.star", "7a")
	w.expect("a change behind the links")
	relink(t, "releases/8", "current")
	w.expect("a link on the way leads elsewhere")
	write(t, "releases/8/rules/a.star", "8a")
	w.expect("a change there")
	write(t, "rules.d/a.star", "9")
	relink(t, "rules.d", "rules")
	w.expect("the root leads elsewhere")
	write(t, "single/_helper.star", "1")
	w.expect("a file beside a single one")
	write(t, "single/a.star.new", "2")
	require.NoError(t, os.Rename("single/a.star.new", "single/a.star"))
	w.expect("the single file")
}

// TestWatchAround changes what the rules of a folder need from elsewhere: told by
// events, and, with tick, without any.
func TestWatchAround(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "repo/rules/aws/a.yml", "AnalysisType: rule\nRuleID: A\nFilename: ../../other/a.py\nSeverity: Low\n")
	write(t, "repo/other/a.py", "1")
	write(t, "repo/rules/okta/b.py", "1")
	write(t, "repo/global_helpers/h.yml", "AnalysisType: global\nGlobalID: h\nFilename: h.py\n")
	write(t, "repo/global_helpers/h.py", "1")
	write(t, "repo/lookup_tables/t.yml", "AnalysisType: lookup_table\nLookupName: t\nFilename: data/t.csv\nLogTypeMap: {PrimaryKey: id}\n")
	write(t, "repo/lookup_tables/data/t.csv", "id\n1\n")
	steps := []struct{ path, text string }{
		{"repo/global_helpers/h.py", "2"},
		{"repo/lookup_tables/data/t.csv", "id\n2\n"},
		{"repo/other/a.py", "2"},
		{"repo/rules/aws/b.star", "1"},
		{"repo/data_models/m.yml", "AnalysisType: datamodel\nDataModelID: M\nLogTypes: [T]\nFilename: m.py\n"},
		{"repo/data_models/m.py", "1"},
		{"repo/global_helpers/more/j.star", "1"},
	}
	t.Run("events", func(t *testing.T) {
		w := watchDir(t, Watcher{Paths: []string{"repo/rules/aws"}})
		for _, step := range steps[:4] {
			write(t, step.path, step.text)
			w.expect(step.path)
		}
		expectNot(t, Watcher{Paths: []string{"repo/rules/aws"}}, func() { write(t, "repo/rules/okta/b.py", "2") })
	})
	t.Run("looks", func(t *testing.T) {
		none := func() (*fsnotify.Watcher, error) { return nil, os.NewSyscallError("inotify_init1", syscall.EMFILE) }
		watcher := Watcher{Paths: []string{"repo/rules/aws"}, Tick: 200 * time.Millisecond, Log: slog.New(slog.DiscardHandler), notify: none}
		w := watchDir(t, watcher)
		for _, step := range steps {
			write(t, step.path, step.text+" ")
			w.expect(step.path)
		}
		expectNot(t, watcher, func() { write(t, "repo/rules/okta/b.py", "3") })
	})
}

// TestWatchCheckout makes hundreds of changes, which are told once; and changes
// without end, which are told all the same. The time is the test's.
func TestWatchCheckout(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "0")
	notify, err := fsnotify.NewWatcher()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		notify.Events, notify.Errors = make(chan fsnotify.Event), make(chan error)
		began := time.Now()
		var told []time.Duration
		w := Watcher{
			Paths: []string{"rules"}, Tick: time.Hour,
			Quiet: time.Second, Patience: time.Minute + 50*time.Millisecond, // never when there is an event
			notify: func() (*fsnotify.Watcher, error) { return notify, nil },
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Run(ctx, func() { told = append(told, time.Since(began)) }) }()
		defer func() {
			cancel()
			require.NoError(t, <-ended)
		}()
		change := func(n int) {
			for i := range n {
				write(t, "rules/a.star", fmt.Sprint(i))
				notify.Events <- fsnotify.Event{Name: "rules/a.star", Op: fsnotify.Write}
				time.Sleep(100 * time.Millisecond)
			}
		}
		change(300)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []time.Duration{29900*time.Millisecond + w.Quiet}, told)
		began, told = time.Now(), nil
		change(1300)
		synctest.Wait()
		require.Equal(t, []time.Duration{w.Patience, 2*w.Patience + 50*time.Millisecond}, told)
	})
}

// TestWatchTick changes what events do not tell of, or where there are none.
func TestWatchTick(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "1")
	var log bytes.Buffer
	var asked atomic.Int64
	refuse := func() (*fsnotify.Watcher, error) {
		asked.Add(1)
		return nil, os.NewSyscallError("inotify_init1", syscall.EMFILE)
	}
	t.Run("none", func(t *testing.T) { // its end orders the reading of log
		w := Watcher{Paths: []string{"rules"}, Tick: 200 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil)), notify: refuse}
		wt := watchDir(t, w)
		for i := range 3 {
			write(t, "rules/a.star", fmt.Sprint(i+2)) // of the same size
			wt.expect("a change")
		}
		write(t, "rules/sub/b.star", "1")
		wt.expect("a new file")
		w.Log = slog.New(slog.DiscardHandler)
		expectNot(t, w, func() {})
	})
	require.Greater(t, asked.Load(), int64(1))
	require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	require.Contains(t, log.String(), "too many open files")

	t.Run("missed", func(t *testing.T) {
		write(t, "rules/far/c.star", "1")
		// A name that leads there otherwise than by a watched folder: a hard link.
		require.NoError(t, os.Link("rules/far/c.star", "c.star"))
		w := watchDir(t, Watcher{Paths: []string{"rules"}, Tick: 50 * time.Millisecond})
		write(t, "c.star", "2")
		w.expect("a change by another name")
	})
}

// quota is an operating system that watches few folders.
type quota struct {
	mu   sync.Mutex
	all  []*fsnotify.Watcher
	most int
	err  error // of one folder too many
}

func (q *quota) open() (*fsnotify.Watcher, error) {
	n, err := fsnotify.NewWatcher()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, n)
	return n, err
}

// used is how many folders are watched now; closed watchers watch none.
func (q *quota) used() int {
	n := 0
	for _, w := range q.all {
		n += len(w.WatchList())
	}
	return n
}

func (q *quota) add(n *fsnotify.Watcher, path string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Contains(n.WatchList(), path) && q.used() >= q.most {
		return q.err
	}
	return n.Add(path)
}

// set sets the limit.
func (q *quota) set(most int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.most = most
}

// await waits until so many folders are watched.
func (q *quota) await(t *testing.T, folders int) {
	t.Helper()
	require.Eventually(t, func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return q.used() == folders
	}, patient, time.Millisecond)
}

// TestWatchLimit lets the operating system watch so many folders: what fits is
// watched whole, also when the folders become others, and what does not is
// watched as soon as it does.
func TestWatchLimit(t *testing.T) {
	t.Chdir(t.TempDir())
	const folders = 20
	for i := range folders - 2 {
		write(t, fmt.Sprintf("rules/d%d/a.star", i), "1")
	}
	var log bytes.Buffer
	q := &quota{most: folders + 5, err: os.NewSyscallError("inotify_add_watch", syscall.ENOSPC)}
	watch := func(t *testing.T, tick time.Duration) *watchTest {
		return watchDir(t, Watcher{Paths: []string{"rules"}, Tick: tick, Log: slog.New(slog.NewTextHandler(&log, nil)), notify: q.open, add: q.add})
	}
	t.Run("fits", func(t *testing.T) { // its end orders the reading of log
		w := watch(t, time.Hour)
		q.await(t, folders) // rules, all below, and the folder of rules
		require.NoError(t, os.RemoveAll("rules/d0"))
		w.expect("a folder less")
		q.await(t, folders-1)
		write(t, "rules/d17/a.star", "2")
		w.expect("a change in another")
	})
	require.Empty(t, log.String())
	t.Run("does not", func(t *testing.T) {
		q.set(folders / 2)
		w := watch(t, time.Second)
		q.await(t, folders/2)
		for i := range 3 {
			write(t, "rules/d17/a.star", fmt.Sprint(i+3))
			write(t, "rules/d1/a.star", fmt.Sprint(i+3))
			w.expect("a change")
		}
		q.set(folders)
		q.await(t, folders-1)
		write(t, "rules/d1/a.star", "6")
		w.expect("a change")
	})
	require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	require.Contains(t, log.String(), "no space left on device")
	require.Contains(t, log.String(), "raise the limit (fs.inotify")
}

// TestWatchForbidden has a folder that may not be read: raising a limit would
// not help.
func TestWatchForbidden(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "1")
	var log bytes.Buffer
	t.Run("", func(t *testing.T) { // its end orders the reading of log
		w := watchDir(t, Watcher{
			Paths: []string{"rules"}, Tick: time.Second, Log: slog.New(slog.NewTextHandler(&log, nil)),
			add: func(*fsnotify.Watcher, string) error { return syscall.EACCES },
		})
		write(t, "rules/a.star", "2")
		w.expect("a change")
	})
	require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
	require.Contains(t, log.String(), "let this user read them")
	require.Contains(t, log.String(), "permission denied")
	require.NotContains(t, log.String(), "limit")
}

// TestWatchOverflow loses events: all is watched anew.
func TestWatchOverflow(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "1")
	q := &quota{most: 100}
	lost := make(chan error)
	open := func() (*fsnotify.Watcher, error) {
		n, err := q.open()
		if err == nil && len(q.all) == 1 {
			n.Events, n.Errors = nil, lost
		}
		return n, err
	}
	w := watchDir(t, Watcher{Paths: []string{"rules"}, notify: open, add: q.add})
	write(t, "rules/a.star", "2")
	lost <- fsnotify.ErrEventOverflow
	w.expect("a change whose event is lost")
	write(t, "rules/a.star", "3")
	w.expect("one that the new watch sees")
}

// TestWatchBetween changes a file when the old watch ends: its event is lost,
// and it is told all the same.
func TestWatchBetween(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "rules/a.star", "1")
	opened := 0
	open := func() (*fsnotify.Watcher, error) {
		if opened++; opened == 2 {
			write(t, "rules/a.star", "3")
		}
		return fsnotify.NewWatcher()
	}
	var got []string // what the file holds when a change is told
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	w := Watcher{Paths: []string{"rules"}, Tick: time.Hour, notify: open}
	w.Ready = func() { write(t, "rules/a.star", "2") }
	require.NoError(t, w.Run(ctx, func() {
		text, err := os.ReadFile("rules/a.star")
		require.NoError(t, err)
		got = append(got, string(text))
		switch string(text) {
		case "2":
			require.NoError(t, os.MkdirAll("rules/new", 0o777)) // so that another watch begins
		case "3":
			cancel()
		}
	}))
	require.Equal(t, "3", got[len(got)-1])
}

func TestWatchNothing(t *testing.T) {
	require.ErrorIs(t, Watch(context.Background(), []string{"nowhere"}, func() {}), os.ErrNotExist)
}
