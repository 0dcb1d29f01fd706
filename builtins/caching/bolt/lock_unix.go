//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package bolt

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// Open waits for another process that has the file open, as one does that is
// just ending; those that only read can do without.
const (
	lockPatience     = time.Second
	lockPatienceRead = 50 * time.Millisecond
)

// lock locks the file until it is closed: for this process alone, or together
// with others that only read. bbolt locks it again, to no effect.
func lock(f *os.File, alone bool) error {
	how, patience := syscall.LOCK_NB|syscall.LOCK_SH, lockPatienceRead
	if alone {
		how, patience = syscall.LOCK_NB|syscall.LOCK_EX, lockPatience
	}
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Since(begin) > patience {
			return inUse(f.Name(), holder(f))
		}
	}
}
