package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
)

// otherDatabase makes a database of bbolt that is not ours.
func otherDatabase(t testing.TB, path string) {
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("meta"))
		if err != nil {
			return err
		}
		return b.Put([]byte("k"), []byte("v"))
	}))
	require.NoError(t, db.Close())
}

func put(t testing.TB, s caching.Store, key string, it caching.Item) {
	t.Helper()
	require.NoError(t, s.Put(t.Context(), key, start, it))
}

// values are items of every kind.
func values(t testing.TB) map[string]caching.Item {
	number := func(text string) caching.Number {
		n, err := caching.ParseNumber(text)
		require.NoError(t, err)
		return n
	}
	return map[string]caching.Item{
		"int":     {Count: caching.Int(-5)},
		"big":     {Count: number("99999999999999999999999999999999999999"), ExpiresAt: caching.Int(start + 5)},
		"decimal": {Count: number("-2.5"), ExpiresAt: number("1800000000.25")},
		"text":    {Count: caching.TextNumber("soon"), ExpiresAt: caching.TextNumber("")},
		"set":     {Strings: caching.NewStringSet("b", "a", "", "é", strings.Repeat("x", 300_000))},
		"dict":    {Dictionary: `{"a": NaN}`},
		"all":     {Count: caching.Int(1), Strings: caching.NewStringSet("a"), Dictionary: "{}", ExpiresAt: caching.Int(start + 9)},
		"key\x00\xff" + strings.Repeat("k", 2000): {ExpiresAt: caching.Int(1 << 62)},
	}
}

// TestReopen checks that a file keeps items of every kind.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for _, mode := range modes {
		s, err := bolt.Open(path, bolt.Options{Sync: mode})
		require.NoError(t, err)
		for key, it := range values(t) {
			put(t, s, string(mode)+key, it)
		}
		require.NoError(t, s.Close())
		require.NoError(t, s.Close(), "a second time")
		_, err = s.Get(t.Context(), "int", start)
		require.ErrorIs(t, err, bolt.ErrClosed)
		require.ErrorIs(t, s.Delete(t.Context(), "int"), bolt.ErrClosed)

		s = open(t, path, bolt.Options{ReadOnly: true})
		for key, want := range values(t) {
			got, err := s.Get(t.Context(), string(mode)+key, -1)
			require.NoError(t, err)
			require.Equal(t, want.String(), got.String(), key)
		}
		_, err = s.Increment(t.Context(), "int", start, caching.Int(1), caching.TTL{})
		require.ErrorIs(t, err, bolt.ErrReadOnly)
		require.NoError(t, s.Close())
	}
	s := open(t, path, bolt.Options{})
	require.Equal(t, 3*len(values(t)), s.Len())
}

// TestReadOnlyNeedsFile: reading makes no file.
func TestReadOnlyNeedsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	_, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestNewFile: making a file leaves nothing else behind, and only its owner
// may read it.
func TestNewFile(t *testing.T) {
	folder := t.TempDir()
	open(t, filepath.Join(folder, "state.db"), bolt.Options{})
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	info, err := entries[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

// TestInUse: a second one is refused and told who has the file.
func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path, bolt.Options{})
	for _, readOnly := range []bool{false, true} {
		_, err := bolt.Open(path, bolt.Options{ReadOnly: readOnly})
		require.ErrorIs(t, err, bolt.ErrInUse)
		require.ErrorContains(t, err, "stop that one, or use another file")
		if _, e := os.Stat("/proc/locks"); e == nil {
			require.ErrorContains(t, err, fmt.Sprintf("process %d (", os.Getpid()))
		}
	}
	require.NoError(t, s.Close())
	open(t, path, bolt.Options{})
}

// TestReaders: several read a file that nobody writes.
func TestReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	require.NoError(t, open(t, path, bolt.Options{}).Close())
	open(t, path, bolt.Options{ReadOnly: true})
	open(t, path, bolt.Options{ReadOnly: true})
	_, err := bolt.Open(path, bolt.Options{})
	require.ErrorIs(t, err, bolt.ErrInUse)
}

// TestCopyLeavesNothing: a copy has no name where the system allows it, so that
// nothing is left of it even if its process is killed, and none after Close or
// a failure.
func TestCopyLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path, bolt.Options{})
	put(t, s, "k", caching.Item{Count: caching.Int(1)})
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder) // Windows
	names := func() (names []string) {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	c, err := bolt.OpenCopy(t.Context(), path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		require.Empty(t, names())
	}
	it, err := c.Get(t.Context(), "k", start)
	require.NoError(t, err)
	require.Equal(t, caching.Int(1), it.Count)
	require.NoError(t, c.Close())
	require.Empty(t, names())

	foreign := filepath.Join(t.TempDir(), "foreign")
	require.NoError(t, os.WriteFile(foreign, []byte("no database"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = bolt.OpenCopy(ctx, foreign)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, names())
}

// TestLinks: a link is followed to its file, also when that is made.
func TestLinks(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "a", "b"), 0o700))
	for link, to := range map[string]string{
		"link.db": "middle.db", "middle.db": "folder/../real.db", "folder": filepath.Join("a", "b"), "loop.db": "loop.db",
	} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Skip(err)
		}
	}
	for range 2 {
		s := open(t, filepath.Join(folder, "link.db"), bolt.Options{})
		put(t, s, "k", caching.Item{Count: caching.Int(1)})
		require.Equal(t, 1, s.Len())
		require.NoError(t, s.Close())
	}
	info, err := os.Lstat(filepath.Join(folder, "a", "real.db"))
	require.NoError(t, err)
	require.True(t, info.Mode().IsRegular())
	info, err = os.Lstat(filepath.Join(folder, "link.db"))
	require.NoError(t, err)
	require.Equal(t, os.ModeSymlink, info.Mode().Type())
	_, err = bolt.Open(filepath.Join(folder, "loop.db"), bolt.Options{})
	require.ErrorContains(t, err, "too many")
}

// TestNewerFormat: a file of a later version is refused.
func TestNewerFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	require.NoError(t, open(t, path, bolt.Options{}).Close())
	db, err := bbolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("starhost")).Put([]byte("total"), bolt.RecordOfFormat(2))
	}))
	require.NoError(t, db.Close())
	_, err = bolt.Open(path, bolt.Options{})
	require.ErrorIs(t, err, bolt.ErrFormat)
	require.ErrorContains(t, err, "the file has format 2, a format that this version does not know: use the version of starhost that wrote it")
}

// TestCompacted: a file that bbolt's own tools have rewritten is still ours.
func TestCompacted(t *testing.T) {
	folder := t.TempDir()
	states := history(t, filepath.Join(folder, "a.db"), 200)
	from, err := bbolt.Open(filepath.Join(folder, "a.db"), 0o600, &bbolt.Options{ReadOnly: true})
	require.NoError(t, err)
	to, err := bbolt.Open(filepath.Join(folder, "b.db"), 0o600, &bbolt.Options{PageSize: 16384})
	require.NoError(t, err)
	require.NoError(t, bbolt.Compact(to, from, 1<<20))
	require.NoError(t, to.Close())
	require.NoError(t, from.Close())
	require.Contains(t, states, content(t, open(t, filepath.Join(folder, "b.db"), bolt.Options{})))
}

// TestBackup copies the file while others write: the copy holds a state that
// was, in which no counter is ahead of one that was written before it.
func TestBackup(t *testing.T) {
	folder := t.TempDir()
	s := open(t, filepath.Join(folder, "state.db"), bolt.Options{Sync: bolt.SyncOff})
	for i := range 500 {
		put(t, s, fmt.Sprint("filler", i), caching.Item{Dictionary: strings.Repeat("x", 1000)})
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := int64(0); ctx.Err() == nil; i++ {
			s.Increment(ctx, "a", start, caching.Int(1), caching.TTL{})
			s.Increment(ctx, "b", start, caching.Int(1), caching.TTL{})
		}
	})
	for i := range 5 {
		var copied bytes.Buffer
		n, err := s.Backup(t.Context(), &copied)
		require.NoError(t, err)
		require.Equal(t, int64(copied.Len()), n)
		path := filepath.Join(folder, fmt.Sprint("backup", i))
		require.NoError(t, os.WriteFile(path, copied.Bytes(), 0o600))
		b := open(t, path, bolt.Options{})
		require.GreaterOrEqual(t, b.Len(), 500)
		itA, err := b.Get(t.Context(), "a", start)
		require.NoError(t, err)
		itB, err := b.Get(t.Context(), "b", start)
		require.NoError(t, err)
		countA, _ := itA.Count.Int64()
		countB, _ := itB.Count.Int64()
		require.True(t, countA == countB || countA == countB+1, "a is %d and b is %d", countA, countB)
	}
	stop()
	wg.Wait()
	_, err := s.Backup(ctx, new(bytes.Buffer))
	require.ErrorIs(t, err, context.Canceled)
}

// TestSweep checks that expired items do not pile up while others come, and
// that the total of the file stays right.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path, bolt.Options{Sync: bolt.SyncOff})
	const perSecond, lifetime = 20, 20
	most := 0
	for second := range int64(150) {
		now := start + second
		for i := range perSecond {
			_, err := s.Increment(t.Context(), fmt.Sprintf("%d/%d", i*7919%100, second*perSecond+int64(i)), now, caching.Int(1), expires(now+lifetime))
			require.NoError(t, err)
		}
		most = max(most, s.Len())
	}
	live := perSecond * lifetime
	require.GreaterOrEqual(t, most, live)
	require.LessOrEqual(t, most, 2*live)
	n := s.Len()
	require.NoError(t, s.Close())
	s = open(t, path, bolt.Options{})
	require.Equal(t, n, s.Len())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(4<<20), "free pages are used again")
}

// TestSweepBatches does the same for the largest batches.
func TestSweepBatches(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{Sync: bolt.SyncOff})
	const callers = 1000
	for round := range int64(6) {
		now := start + 10*round
		release := bolt.Hold(t.Context(), s)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				if _, err := s.Increment(t.Context(), fmt.Sprint(i, "/", round), now, caching.Int(1), expires(now+1)); err != nil {
					t.Error(err)
				}
			})
		}
		require.Eventually(t, func() bool { return bolt.Queued(s) == callers }, time.Minute, time.Millisecond)
		require.NoError(t, release())
		wg.Wait()
	}
	require.LessOrEqual(t, s.Len(), 2*callers+1)
}

// TestSweepTogether: of callers that share a transaction the earliest counts, as
// what has expired for the others is there for that one.
func TestSweepTogether(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	put(t, s, "item", caching.Item{Count: caching.Int(7), ExpiresAt: caching.Int(start + 50)})
	release := bolt.Hold(t.Context(), s)
	var wg sync.WaitGroup
	for i, now := range []int64{start, start + 100} {
		wg.Go(func() {
			if _, err := s.Increment(t.Context(), fmt.Sprint("caller", i), now, caching.Int(1), caching.TTL{}); err != nil {
				t.Error(err)
			}
		})
		require.Eventually(t, func() bool { return bolt.Queued(s) == i+1 }, time.Minute, time.Millisecond)
	}
	require.NoError(t, release())
	wg.Wait()
	it, err := s.Get(t.Context(), "item", start)
	require.NoError(t, err)
	require.Equal(t, caching.Int(7), it.Count)
}

// TestNoSweep: a write at a later time leaves the items that have expired by
// then, unless it is of their own key.
func TestNoSweep(t *testing.T) {
	for _, noSweep := range []bool{true, false} {
		s := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{NoSweep: noSweep})
		for i := range 3 {
			put(t, s, fmt.Sprint("old", i), caching.Item{Count: caching.Int(1), ExpiresAt: caching.Int(start + 60)})
		}
		const later = start + 100
		require.NoError(t, s.Put(t.Context(), "new", later, caching.Item{Count: caching.Int(1)}))
		_, err := s.Increment(t.Context(), "new", later, caching.Int(1), caching.TTL{})
		require.NoError(t, err)
		if !noSweep {
			require.Equal(t, 1, s.Len())
			continue
		}
		n, err := s.Increment(t.Context(), "old0", later, caching.Int(1), caching.TTL{})
		require.NoError(t, err)
		require.Equal(t, caching.Int(1), n, "counted anew")
		it, err := s.Get(t.Context(), "old1", start)
		require.NoError(t, err)
		require.Equal(t, "intCount=1 expiresAt=1800000060", it.String())
		require.Equal(t, 4, s.Len())
	}
}

// TestCloseWaits: Close waits for the calls that are under way, which all
// succeed, or fail with ErrClosed and have no effect.
func TestCloseWaits(t *testing.T) {
	for range 10 {
		path := filepath.Join(t.TempDir(), "state.db")
		s, err := bolt.Open(path, bolt.Options{Sync: bolt.SyncInterval})
		require.NoError(t, err)
		var acknowledged atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for {
					_, err := s.Increment(context.Background(), "k", start, caching.Int(1), caching.TTL{})
					if err != nil {
						if !errors.Is(err, bolt.ErrClosed) {
							t.Error(err)
						}
						return
					}
					acknowledged.Add(1)
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		require.NoError(t, s.Close())
		wg.Wait()
		it, err := open(t, path, bolt.Options{}).Get(t.Context(), "k", start)
		require.NoError(t, err)
		n, _ := it.Count.Int64()
		require.Equal(t, acknowledged.Load(), n)
	}
}

// TestGivenUp: callers that give up while they wait get their context's error,
// and the others their answers.
func TestGivenUp(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	var wg sync.WaitGroup
	var answered atomic.Int64
	for i := range 32 {
		wg.Go(func() {
			for range 30 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*100*time.Microsecond)
				_, err := s.Increment(ctx, "k", start, caching.Int(1), caching.TTL{})
				cancel()
				switch {
				case err == nil:
					answered.Add(1)
				case !errors.Is(err, context.DeadlineExceeded):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	it, err := s.Get(t.Context(), "k", start)
	require.NoError(t, err)
	n, _ := it.Count.Int64()
	require.GreaterOrEqual(t, n, answered.Load())
	require.LessOrEqual(t, n, int64(32*30))
}

// TestBatch: all callers that wait share a transaction, and so a sync, and one
// that is wrong does not disturb the others.
func TestBatch(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	put(t, s, "text", caching.Item{Count: caching.TextNumber("x")})
	before := bolt.Transactions(s)
	release := bolt.Hold(t.Context(), s)
	var wg sync.WaitGroup
	const callers = 64
	for i := range callers {
		wg.Go(func() {
			key := fmt.Sprint("k", i%4)
			if i == 13 {
				key = "text"
			}
			_, err := s.Increment(t.Context(), key, start, caching.Int(1), caching.TTL{})
			if (err != nil) != (i == 13) {
				t.Errorf("caller %d: error %v", i, err)
			}
		})
	}
	require.Eventually(t, func() bool { return bolt.Queued(s) == callers }, time.Minute, time.Millisecond)
	require.NoError(t, release())
	wg.Wait()
	require.Equal(t, before+2, bolt.Transactions(s), "one that was held, and one for all others")
}

// TestDamageWhileOpen: a file that is cut while it is open fails its calls and
// not the process, whoever comes first, and nobody waits for ever: neither
// callers nor Close.
func TestDamageWhileOpen(t *testing.T) {
	get := func(s *bolt.Store, i int) error {
		_, err := s.Get(t.Context(), fmt.Sprint(i), start)
		return err
	}
	increment := func(s *bolt.Store, i int) error {
		_, err := s.Increment(t.Context(), fmt.Sprint("new", i), start, caching.Int(1), caching.TTL{})
		return err
	}
	list := func(s *bolt.Store, _ int) error {
		return s.List(t.Context(), "", func(string, caching.Item) error { return nil })
	}
	backup := func(s *bolt.Store, _ int) error {
		_, err := s.Backup(t.Context(), new(bytes.Buffer))
		return err
	}
	whole := filepath.Join(t.TempDir(), "whole.db")
	filled := open(t, whole, bolt.Options{Sync: bolt.SyncOff})
	for i := range 500 {
		put(t, filled, fmt.Sprint(i), caching.Item{Dictionary: strings.Repeat("x", 500)})
	}
	require.NoError(t, filled.Close())
	content, err := os.ReadFile(whole)
	require.NoError(t, err)
	for _, size := range []int64{0, 1, 4096, 8192, 40_000} {
		for name, calls := range map[string][]func(s *bolt.Store, i int) error{
			"reads":  {get},
			"writes": {increment},
			"both":   {get, increment, list},
			"backup": {backup},
			"none":   nil,
		} {
			t.Run(fmt.Sprint(size, name), func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "state.db")
				require.NoError(t, os.WriteFile(path, content, 0o600))
				s, err := bolt.Open(path, bolt.Options{Sync: bolt.SyncOff})
				require.NoError(t, err)
				require.NoError(t, os.Truncate(path, size))
				soon(t, "calls", func() {
					var wg sync.WaitGroup
					for w := range 8 {
						for _, call := range calls {
							wg.Go(func() {
								for i := w; i < 500; i += 8 {
									call(s, i)
								}
							})
						}
					}
					wg.Wait()
				})
				if calls != nil && name != "backup" {
					const want = "start again, which checks it: the file was damaged while it was open"
					require.ErrorContains(t, s.Err(), want)
					require.ErrorContains(t, get(s, 1), want)
					require.ErrorContains(t, increment(s, 1), want)
				}
				soon(t, "Close", func() { require.NoError(t, s.Close()) })
				_, err = bolt.Open(path, bolt.Options{})
				require.True(t, errors.Is(err, bolt.ErrDamaged) || errors.Is(err, bolt.ErrForeign), "%v", err)
			})
		}
	}
}

// TestOverwrittenWhileOpen: a file that is put in the place of one that is open,
// as cp does it, is not written to.
func TestOverwrittenWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	put(t, s, "old", caching.Item{Count: caching.Int(1)})
	backup, err := os.ReadFile(path)
	require.NoError(t, err)
	put(t, s, "new", caching.Item{Count: caching.Int(1)})
	require.NoError(t, os.WriteFile(path, backup, 0o600))
	require.ErrorContains(t, s.Put(t.Context(), "k", start, caching.Item{Count: caching.Int(1)}), "the file was overwritten while it was open")
	require.Error(t, s.Err())
	require.NoError(t, s.Close())
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, backup, now)
	s = open(t, path, bolt.Options{})
	put(t, s, "k", caching.Item{Count: caching.Int(1)})
	require.Equal(t, 2, s.Len())

	// Another file of as many transactions.
	other := filepath.Join(t.TempDir(), "other.db")
	o := open(t, other, bolt.Options{})
	for n := 0; bolt.Transactions(o) < bolt.Transactions(s); n++ {
		put(t, o, fmt.Sprint("other", n), caching.Item{Count: caching.Int(1)})
	}
	require.Equal(t, bolt.Transactions(s), bolt.Transactions(o))
	require.NoError(t, o.Close())
	content, err := os.ReadFile(other)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	require.ErrorContains(t, s.Put(t.Context(), "k", start, caching.Item{Count: caching.Int(2)}), "the file was overwritten while it was open")
	require.NoError(t, s.Close())
	now, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, content, now)
}

// soon fails the test if do does not return.
func soon(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		stacks := make([]byte, 1<<20)
		t.Fatalf("%s: nothing for a minute\n%s", what, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestParseSpec(t *testing.T) {
	for spec, want := range map[string]string{
		"a/b.db":                             `a/b.db { 0s false false}`,
		"a.db?sync=off":                      `a.db {off 0s false false}`,
		"a.db?sync=interval&every=250ms":     `a.db {interval 250ms false false}`,
		"":                                   `a bolt store needs the path of its file`,
		"?sync=off":                          `a bolt store needs the path of its file`,
		"a.db?sync=sometimes":                `sync is "sometimes", want always, interval or off`,
		"a.db?sink=off":                      `there is no option "sink" (there are sync and every)`,
		"a.db?every=1s":                      `every is for sync=interval only`,
		"a.db?sync=interval&every=-1s":       `every is "-1s", want a duration such as 500ms`,
		"a.db?sync=interval&every=sometimes": `every is "sometimes", want a duration such as 500ms`,
	} {
		path, o, err := bolt.ParseSpec(spec)
		got := fmt.Sprintf("%s %v", path, o)
		if err != nil {
			got = err.Error()
		}
		require.Contains(t, got, want, spec)
	}
}
