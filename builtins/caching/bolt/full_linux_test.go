package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
)

// TestFullDisk fills a small file system: writes fail with the system's error,
// what was acknowledged is there, and once there is room all goes on.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("none", folder, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("cannot mount a small file system (%v): TestFileLimit has no need to", err)
	}
	defer syscall.Unmount(folder, syscall.MNT_DETACH)
	filler := filepath.Join(folder, "filler")
	require.NoError(t, os.WriteFile(filler, make([]byte, 2_200_000), 0o600))
	path := filepath.Join(folder, "state.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	written := 0
	for ; ; written++ {
		if err = s.Put(t.Context(), fmt.Sprint(written), start, page(written)); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "write bolt store "+path)
	require.Greater(t, written, 50)
	require.NoError(t, s.Err(), "the store goes on")
	require.ErrorIs(t, s.Writable(t.Context()), syscall.ENOSPC)
	for range 20 { // small writes may still find room
		s.Increment(t.Context(), "small", start, caching.Int(1), caching.TTL{})
	}
	checkPages(t, s, written)
	require.ErrorIs(t, s.Writable(t.Context()), syscall.ENOSPC, "whatever has found room")

	require.NoError(t, os.Remove(filler))
	require.NoError(t, s.Writable(t.Context()))
	left, err := s.Get(t.Context(), "starhost:room", math.MinInt64)
	require.NoError(t, err)
	require.True(t, left.IsZero(), "it removes what it has written")
	require.NoError(t, s.Put(t.Context(), fmt.Sprint(written), start, page(written)))
	require.NoError(t, s.Close())
	s = open(t, path, bolt.Options{})
	checkPages(t, s, written+1)
	require.NoError(t, s.Close())
}

// TestFileLimit does the same by a limit of the process on the size of files.
func TestFileLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	cmd := child(t, "fill", path)
	cmd.Stderr = nil
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var written int
	_, err = fmt.Sscanf(string(out), "%d written", &written)
	require.NoError(t, err, "%s", out)
	require.Greater(t, written, 50)
	require.Contains(t, string(out), "file too large")
	checkPages(t, open(t, path, bolt.Options{}), written)
}

// TestPipe: a pipe is refused, and not waited for.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	for _, readOnly := range []bool{false, true} {
		_, err := bolt.Open(path, bolt.Options{ReadOnly: readOnly})
		require.ErrorIs(t, err, bolt.ErrForeign)
		require.ErrorContains(t, err, "a pipe or a device")
	}
	_, err := bolt.OpenCopy(t.Context(), path)
	require.ErrorIs(t, err, bolt.ErrForeign)
}

// fillUp writes until that fails, and tells how much it wrote and why it ended.
func fillUp(s *bolt.Store) {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 2 << 20, Max: 2 << 20}
	err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	written := 0
	for ; err == nil; written++ {
		err = s.Put(context.Background(), fmt.Sprint(written), start, page(written))
	}
	fmt.Printf("%d written, then %v, then %v\n", written-1, err, errors.Join(s.Put(context.Background(), "more", start, page(0)), s.Err()))
}

func page(i int) caching.Item {
	return caching.Item{Count: caching.Int(int64(i)), Dictionary: strings.Repeat("x", 5000)}
}

func checkPages(t *testing.T, s *bolt.Store, n int) {
	t.Helper()
	for i := range n {
		it, err := s.Get(t.Context(), fmt.Sprint(i), start)
		require.NoError(t, err)
		require.Equal(t, page(i), it, "page %d", i)
	}
}
