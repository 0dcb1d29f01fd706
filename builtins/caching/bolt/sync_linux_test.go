package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
)

// What package syscall does not have.
const (
	prSetNoNewPrivs = 38
	seccompFilter   = 1 // SECCOMP_SET_MODE_FILTER
	seccompSync     = 1 // SECCOMP_FILTER_FLAG_TSYNC: for all threads
	seccompErrno    = 0x50000
	seccompAllow    = 0x7fff0000
)

// sysSeccomp is the number of the system call on each architecture.
var sysSeccomp = map[string]uintptr{"amd64": 317, "arm64": 277}

// refuseSyncs makes every fdatasync of this process fail from now on, by a
// filter of system calls: so it shows who syncs, and who waits for it.
func refuseSyncs() error {
	const (
		load  = syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS
		equal = syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K
		give  = syscall.BPF_RET | syscall.BPF_K
	)
	number, ok := sysSeccomp[runtime.GOARCH]
	if !ok {
		return errors.ErrUnsupported
	}
	filter := []syscall.SockFilter{
		{Code: load, K: 0}, // the number of the call
		{Code: equal, Jf: 1, K: syscall.SYS_FDATASYNC},
		{Code: give, K: seccompErrno | uint32(syscall.EIO)},
		{Code: give, K: seccompAllow},
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetNoNewPrivs, 1, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(number, seccompFilter, seccompSync, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return errno
	}
	return nil
}

// syncless writes and closes while no sync works, and tells what came of it.
func syncless(s *bolt.Store) {
	if err := refuseSyncs(); err != nil {
		fmt.Println("no filter:", err)
		return
	}
	fmt.Println("put:", s.Put(context.Background(), "k", start, caching.Item{Count: caching.Int(1)}))
	fmt.Println("close:", s.Close())
}

// synclessLater is syncless that waits for the store to see it by itself.
func synclessLater(s *bolt.Store) {
	if err := refuseSyncs(); err != nil {
		fmt.Println("no filter:", err)
		return
	}
	fmt.Println("put:", s.Put(context.Background(), "k", start, caching.Item{Count: caching.Int(1)}))
	for deadline := time.Now().Add(20 * time.Second); s.Err() == nil && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("later:", s.Err())
}

// TestSync checks by syncs that fail when each mode syncs: always before a
// write is acknowledged, interval in time and at Close, off at Close.
func TestSync(t *testing.T) {
	for _, test := range []struct {
		name, work, query string
		want              []string // what each line has
	}{
		{"always", "syncless", "", []string{"put: write bolt store", "close: <nil>"}},
		{"interval", "synclessLater", "?sync=interval&every=20ms", []string{"put: <nil>", "later: bolt store"}},
		{"interval, at Close", "syncless", "?sync=interval&every=1h", []string{"put: <nil>", "close: close bolt store"}},
		{"off", "syncless", "?sync=off", []string{"put: <nil>", "close: close bolt store"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := filepath.Join(t.TempDir(), "state.db") + test.query
			out, err := child(t, test.work, spec).Output()
			require.NoError(t, err)
			if strings.HasPrefix(string(out), "no filter") {
				t.Skipf("the system allows no filter: %s", out)
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			require.Len(t, lines, len(test.want), "%s", out)
			for i, want := range test.want {
				require.Contains(t, lines[i], want)
				if !strings.HasSuffix(want, "<nil>") {
					require.Contains(t, lines[i], "input/output error")
				}
			}
		})
	}
}
