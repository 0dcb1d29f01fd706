package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starhost/starhost/alert"
)

func alertOf(id string) *alert.Alert {
	return &alert.Alert{ID: id, RuleID: "Rule.One", Severity: "HIGH", Title: "title <of> " + id}
}

// idsIn reads the ids of lines. Text that is no line of JSON fails the test.
func idsIn(t testing.TB, text []byte) (ids []string) {
	t.Helper()
	require.True(t, len(text) == 0 || text[len(text)-1] == '\n', "the file ends in a newline")
	for line := range bytes.Lines(text) {
		var a alert.Alert
		require.NoError(t, json.Unmarshal(line, &a), "%q", line)
		ids = append(ids, a.ID)
	}
	return ids
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	if !strings.HasSuffix(path, ".gz") {
		return text
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	require.NoError(t, err)
	text, err = io.ReadAll(r)
	require.NoError(t, err)
	return text
}

func write(t testing.TB, out Output, ids ...string) {
	t.Helper()
	for _, id := range ids {
		require.NoError(t, out.Write(context.Background(), alertOf(id)))
	}
}

func numbers(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, fmt.Sprint(i))
	}
	return ids
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	f := &File{Path: path}
	require.NoError(t, f.Open())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode())
	write(t, f, "1", "2")
	require.NoError(t, f.Flush())
	require.Equal(t, []string{"1", "2"}, idsIn(t, readFile(t, path)))
	require.Contains(t, string(readFile(t, path)), "title <of> 1")
	write(t, f, "3")
	require.NoError(t, f.Write(t.Context(), map[string]int{"match": 1}))
	require.ErrorContains(t, f.Write(t.Context(), func() {}), "encode alert: json: unsupported type")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, context.Canceled, f.Write(ended, alertOf("4")))
	require.NoError(t, f.Close())
	require.Equal(t, []string{"1", "2", "3", ""}, idsIn(t, readFile(t, path)))
	require.ErrorIs(t, f.Write(t.Context(), alertOf("5")), ErrClosed)
	require.ErrorIs(t, f.Flush(), ErrClosed)
	require.NoError(t, f.Close())

	f = &File{Path: path} // the zero value appends
	write(t, f, "5")
	require.NoError(t, f.Close())
	require.Equal(t, []string{"1", "2", "3", "", "5"}, idsIn(t, readFile(t, path)))
}

// TestFileConcurrent has every caller look for its own lines after its Flush.
func TestFileConcurrent(t *testing.T) {
	folder := t.TempDir()
	f := &File{Path: filepath.Join(folder, "a.jsonl"), MaxBytes: 20_000, Gzip: true}
	var callers sync.WaitGroup
	for c := range 16 {
		callers.Go(func() {
			for i := range 20 {
				id := fmt.Sprintf("%d/%d", c, i)
				if f.Write(t.Context(), alertOf(id)) != nil || f.Flush() != nil {
					t.Error("write failed")
				}
				if i%10 == 9 {
					if err := f.Reopen(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	callers.Wait()
	require.NoError(t, f.Close())
	seen := make(map[string]bool)
	last := make(map[string]int)
	for _, name := range allFiles(t, f) {
		require.LessOrEqual(t, len(readFile(t, name)), 20_000)
		for _, id := range idsIn(t, readFile(t, name)) {
			require.False(t, seen[id], "%s twice", id)
			seen[id] = true
			caller, number, _ := strings.Cut(id, "/")
			var n int
			fmt.Sscan(number, &n)
			require.Equal(t, last[caller], n, "the order of caller %s", caller)
			last[caller]++
		}
	}
	require.Len(t, seen, 16*20)
}

// allFiles are the old files, oldest first, and the file itself.
func allFiles(t testing.TB, f *File) []string {
	t.Helper()
	old, err := f.oldFiles()
	require.NoError(t, err)
	return append(old, f.Path)
}

func TestFileRotatesBySize(t *testing.T) {
	for _, packed := range []bool{false, true} {
		t.Run(fmt.Sprint("gzip ", packed), func(t *testing.T) {
			folder := t.TempDir()
			stranger := filepath.Join(folder, "alerts-of-mine.jsonl")
			require.NoError(t, os.WriteFile(stranger, nil, 0o600))
			now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			f := &File{Path: filepath.Join(folder, "alerts.jsonl"), MaxBytes: 1000, Keep: 3, Gzip: packed, Now: func() time.Time { return now }}
			one, err := json.Marshal(alertOf("100"))
			require.NoError(t, err)
			each := 1000 / (len(one) + 1)
			write(t, f, numbers(100, 100+7*each)...)
			require.NoError(t, f.Close())

			names := allFiles(t, f)
			require.Len(t, names, 4)
			ending := ".jsonl"
			if packed {
				ending += ".gz"
			}
			require.Equal(t, filepath.Join(folder, "alerts-20260102T030405.003Z"+ending), names[0])
			var ids []string
			for _, name := range names {
				require.Len(t, idsIn(t, readFile(t, name)), each)
				ids = append(ids, idsIn(t, readFile(t, name))...)
			}
			require.Equal(t, numbers(100+3*each, 100+7*each), ids)
			require.FileExists(t, stranger)
			entries, err := os.ReadDir(folder)
			require.NoError(t, err)
			require.Len(t, entries, 5, "nothing else is left")
		})
	}
}

func TestFileOneLineLargerThanTheBound(t *testing.T) {
	f := &File{Path: filepath.Join(t.TempDir(), "a"), MaxBytes: 10}
	write(t, f, "1", "2", "3")
	require.NoError(t, f.Close())
	names := allFiles(t, f)
	require.Len(t, names, 3)
	for i, name := range names {
		require.Equal(t, []string{fmt.Sprint(i + 1)}, idsIn(t, readFile(t, name)))
	}
}

// TestFileRotatesByTime has a file for each day, across restarts.
func TestFileRotatesByTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(5 * 24 * time.Hour)
	for day := range 3 {
		for hour := range 2 {
			f := &File{Path: path, Every: 24 * time.Hour, Now: func() time.Time { return now }}
			write(t, f, fmt.Sprintf("%d.%d", day, hour))
			require.NoError(t, f.Flush())
			require.NoError(t, os.Chtimes(path, now, now)) // written by the clock of the test
			write(t, f, fmt.Sprintf("%d.%d+", day, hour))
			require.NoError(t, f.Close())
			require.NoError(t, os.Chtimes(path, now, now))
			now = now.Add(20 * time.Hour)
		}
		now = now.Add(-16 * time.Hour)
	}
	var got [][]string
	for _, name := range allFiles(t, &File{Path: path}) {
		got = append(got, idsIn(t, readFile(t, name)))
	}
	require.Equal(t, [][]string{
		{"0.0", "0.0+", "0.1", "0.1+"},
		{"1.0", "1.0+", "1.1", "1.1+"},
		{"2.0", "2.0+", "2.1", "2.1+"},
	}, got)
}

func TestFileTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	require.NoError(t, os.WriteFile(path, []byte("{\"id\":\"1\"}\n{\"id\":\"2"), 0o600))
	f := &File{Path: path}
	write(t, f, "3")
	require.NoError(t, f.Close())
	lines := strings.SplitAfter(string(readFile(t, path)), "\n")
	require.Equal(t, "{\"id\":\"1\"}\n", lines[0])
	require.Equal(t, "{\"id\":\"2\n", lines[1])
	require.Equal(t, []string{"3"}, idsIn(t, []byte(lines[2])))
}

// TestFileMoved does to the file what programs that rotate logs do.
func TestFileMoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	f := &File{Path: path}
	write(t, f, "1")
	require.NoError(t, f.Flush())
	require.NoError(t, os.Rename(path, path+".1"))
	write(t, f, "2")
	require.NoError(t, f.Flush())
	require.NoError(t, os.Rename(path, path+".2"))
	require.NoError(t, f.Reopen())
	require.Empty(t, readFile(t, path))
	write(t, f, "3")
	require.NoError(t, f.Flush())
	require.Equal(t, []string{"3"}, idsIn(t, readFile(t, path)))
	require.NoError(t, os.Truncate(path, 0))
	write(t, f, "4")
	require.NoError(t, f.Flush())
	require.Equal(t, []string{"4"}, idsIn(t, readFile(t, path)))
	require.NoError(t, os.Remove(path))
	write(t, f, "5")
	require.NoError(t, f.Close())
	require.Equal(t, []string{"5"}, idsIn(t, readFile(t, path)))
	require.Equal(t, []string{"1"}, idsIn(t, readFile(t, path+".1")))
	require.Equal(t, []string{"2"}, idsIn(t, readFile(t, path+".2")))
}

func TestFileRefuses(t *testing.T) {
	folder := t.TempDir()
	require.ErrorContains(t, (&File{Path: folder}).Open(), "write alerts to "+folder+": it is no regular file")
	require.ErrorContains(t, (&File{Path: "/dev/null"}).Open(), "no regular file")
	require.ErrorIs(t, (&File{Path: filepath.Join(folder, "no", "file")}).Open(), fs.ErrNotExist)
	synctest.Test(t, func(t *testing.T) { // where waiting takes no time
		f := &File{Path: filepath.Join(folder, "a")}
		require.NoError(t, f.Open())
		require.ErrorIs(t, (&File{Path: f.Path}).Open(), ErrInUse)
		require.NoError(t, f.Close())
		require.NoError(t, (&File{Path: f.Path}).Open())
	})
}

// A faulty file fails when told, after it wrote a part.
type faulty struct {
	handle
	faults *faults
}

type faults struct {
	room               int // bytes that can still be written; negative is no limit
	noSync, noTruncate bool
	syncs              int
}

func (f *faulty) Write(p []byte) (int, error) {
	if f.faults.room >= 0 && len(p) > f.faults.room {
		n, _ := f.handle.Write(p[:f.faults.room])
		return n, syscall.ENOSPC
	}
	return f.handle.Write(p)
}

func (f *faulty) Sync() error {
	f.faults.syncs++
	if f.faults.noSync {
		return syscall.EIO
	}
	return f.handle.Sync()
}

func (f *faulty) Truncate(size int64) error {
	if f.faults.noTruncate {
		return syscall.EROFS
	}
	return f.handle.Truncate(size)
}

func (x *faults) file(path string) *File {
	return &File{Path: path, open: func(name string, flag int, mode fs.FileMode) (handle, error) {
		h, err := openHandle(name, flag, mode)
		return &faulty{h, x}, err
	}}
}

// TestFileFails has two callers: when writing fails in the Flush of one, the
// other must not be told that its lines are safe.
func TestFileFails(t *testing.T) {
	for name, fault := range map[string]faults{
		"full":   {room: 150},
		"nosync": {room: -1, noSync: true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.jsonl")
			x := &faults{room: -1}
			f := x.file(path)
			write(t, f, "1")
			require.NoError(t, f.Flush())
			*x = fault
			write(t, f, "2")
			err := f.Flush()
			require.ErrorContains(t, err, "write alerts to "+path)
			require.True(t, errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EIO), "%v", err)
			require.Equal(t, []string{"1"}, idsIn(t, readFile(t, path)))
			require.Error(t, f.Flush(), "its line is not safe either")
			write(t, f, "2", "3") // the event of 2 came again
			require.Error(t, f.Flush())

			*x = faults{room: -1}
			require.NoError(t, f.Flush())
			require.Equal(t, []string{"1", "2", "3"}, idsIn(t, readFile(t, path)))
			require.NoError(t, f.Close())
		})
	}
	t.Run("not even cut off", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a.jsonl")
		x := &faults{room: 50, noTruncate: true}
		f := x.file(path)
		write(t, f, "1")
		err := f.Flush()
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorIs(t, err, syscall.EROFS)
		require.Len(t, readFile(t, path), 50)
		*x = faults{room: -1}
		require.NoError(t, f.Close())
		lines := strings.SplitAfter(string(readFile(t, path)), "\n")
		require.Len(t, lines[0], 51, "the torn line is ended")
		require.Equal(t, []string{"1"}, idsIn(t, []byte(lines[1])))
	})
	t.Run("bounded", func(t *testing.T) {
		x := &faults{room: 0}
		f := x.file(filepath.Join(t.TempDir(), "a"))
		var err error
		written := 0
		for ; err == nil; written++ {
			a := alertOf(fmt.Sprint(written))
			a.Title = strings.Repeat("x", 100_000)
			err = f.Write(t.Context(), a)
		}
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.InDelta(t, mostWaiting/100_000, written, 3)
	})
}

// TestFileSharesSyncs holds up a sync while others come.
func TestFileSharesSyncs(t *testing.T) {
	x := &faults{room: -1}
	f := x.file(filepath.Join(t.TempDir(), "a"))
	synctest.Test(t, func(t *testing.T) {
		entered, release := make(chan bool), make(chan bool)
		held := &heldSync{entered: entered, release: release}
		open := f.open
		f.open = func(name string, flag int, mode fs.FileMode) (handle, error) {
			h, err := open(name, flag, mode)
			held.handle = h
			return held, err
		}
		var callers sync.WaitGroup
		flush := func(i int) {
			callers.Go(func() {
				if f.Write(context.Background(), alertOf(fmt.Sprint(i))) != nil || f.Flush() != nil {
					t.Error("write failed")
				}
			})
		}
		flush(0)
		<-entered
		for i := range 50 {
			flush(i + 1)
		}
		synctest.Wait() // all of them wait for the one that is held
		release <- true
		<-entered
		release <- true
		callers.Wait()
		require.NoError(t, f.Close())
	})
	require.Equal(t, 2, x.syncs)
	require.Len(t, idsIn(t, readFile(t, f.Path)), 51)
}

type heldSync struct {
	handle
	entered, release chan bool
}

func (h *heldSync) Sync() error {
	h.entered <- true
	<-h.release
	return h.handle.Sync()
}

// TestFileCompressedTwice finds what a process left that was killed between
// making a compressed file and removing the other.
func TestFileCompressedTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	f := &File{Path: path, MaxBytes: 1, Gzip: true, Keep: 2, Now: func() time.Time { return time.Unix(0, 0) }}
	write(t, f, "1", "2")
	require.NoError(t, f.Close())
	old, err := f.oldFiles()
	require.NoError(t, err)
	require.Len(t, old, 1)
	plain := strings.TrimSuffix(old[0], ".gz")
	require.NoError(t, os.WriteFile(plain, readFile(t, old[0]), 0o600))
	f = &File{Path: path, MaxBytes: 1, Gzip: true, Keep: 2, Now: f.Now}
	write(t, f, "3")
	require.NoError(t, f.Close())
	names := allFiles(t, f)
	require.Equal(t, []string{old[0], path + "-19700101T000000.001Z.gz", path}, names)
	for i, name := range names {
		require.Equal(t, []string{fmt.Sprint(i + 1)}, idsIn(t, readFile(t, name)))
	}
}

func TestFileLogsTidying(t *testing.T) {
	var log bytes.Buffer
	folder := t.TempDir()
	f := &File{Path: filepath.Join(folder, "a.jsonl"), MaxBytes: 1, Gzip: true, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Now: func() time.Time { return time.Unix(0, 0) }}
	// A folder stands where the compressed file is to be made.
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "a-19700101T000000.000Z.jsonl.gz.tmp", "x"), 0o700))
	write(t, f, "1", "2")
	require.NoError(t, f.Close())
	require.Contains(t, log.String(), "old files of alerts are not looked after")
	require.Contains(t, log.String(), "is a directory")
	require.Equal(t, []string{"1"}, idsIn(t, readFile(t, allFiles(t, f)[0])))
}

func BenchmarkFile(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			f := &File{Path: filepath.Join(b.TempDir(), "a.jsonl")}
			benchmark(b, f, callers)
			require.NoError(b, f.Close())
		})
	}
}

// benchmark has each caller write an alert and flush, again and again.
func benchmark(b *testing.B, out Output, callers int) {
	event := json.RawMessage(fmt.Sprintf(`{"a":%q}`, strings.Repeat("x", 1000)))
	var wg sync.WaitGroup
	b.ResetTimer()
	for c := range callers {
		wg.Go(func() {
			for i := c; i < b.N; i += callers {
				a := alertOf(fmt.Sprint("alert-", i))
				a.Event = event
				if out.Write(context.Background(), a) != nil || out.Flush() != nil {
					b.Error("write failed")
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
}
