//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package bolt

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lockPatience is how long Open waits for another process that has the file
// open, as one does that is just ending.
const lockPatience = time.Second

// lock locks the file until it is closed: for this process alone, or together
// with others that only read. bbolt locks it again, to no effect.
func lock(f *os.File, alone bool) error {
	how := syscall.LOCK_NB | syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_NB | syscall.LOCK_EX
	}
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Since(begin) > lockPatience {
			return inUse(f.Name(), holder(f))
		}
	}
}
