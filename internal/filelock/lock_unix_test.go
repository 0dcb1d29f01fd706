//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package filelock

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// open opens a file once more: its locks are then those of somebody else.
func open(t *testing.T, path string) *os.File {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	a, b, c := open(t, path), open(t, path), open(t, path)
	synctest.Test(t, func(t *testing.T) { // where waiting takes no time
		require.NoError(t, Lock(a, 0))
		require.NoError(t, Lock(a, 0), "its own")
		begin := time.Now()
		require.ErrorIs(t, Lock(b, 0), ErrHeld)
		require.ErrorIs(t, LockShared(b, 0), ErrHeld)
		require.Zero(t, time.Since(begin), "without patience")
		require.ErrorIs(t, Lock(b, time.Second), ErrHeld)
		require.Equal(t, time.Second, time.Since(begin))

		time.AfterFunc(290*time.Millisecond, func() { a.Close() })
		begin = time.Now()
		require.NoError(t, LockShared(b, time.Second), "one that ends is waited for")
		require.Equal(t, 300*time.Millisecond, time.Since(begin))
		require.NoError(t, LockShared(c, 0))
		require.ErrorIs(t, Lock(c, 0), ErrHeld, "somebody else reads")
		require.NoError(t, b.Close())
		require.NoError(t, Lock(c, 0))
	})
}

func TestLockFails(t *testing.T) {
	f := open(t, filepath.Join(t.TempDir(), "f"))
	require.NoError(t, f.Close())
	require.ErrorIs(t, Lock(f, time.Hour), syscall.EBADF)
}

func TestMeaning(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EWOULDBLOCK: "locked by another process",
		syscall.ENOLCK:      "<nil>",
		syscall.ENOSYS:      "<nil>",
		syscall.EOPNOTSUPP:  "<nil>",
		syscall.EIO:         "flock: input/output error",
	} {
		require.Equal(t, want, fmt.Sprint(meaning(errno)))
	}
}

func TestHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	a, b := open(t, path), open(t, path)
	require.Contains(t, Holder(b), "another process", "nobody")
	require.NoError(t, Lock(a, 0))
	want := "another process"
	if _, err := os.Stat("/proc/locks"); err == nil && runtime.GOOS == "linux" {
		want = fmt.Sprintf("process %d (", os.Getpid())
	}
	require.Contains(t, Holder(b), want)
}
