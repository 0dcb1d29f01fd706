//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package sink

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lockPatience is how long a file is waited for that another process has, as
// one does that is just ending.
const lockPatience = time.Second

// lockFile locks a file for this process until it is closed.
func lockFile(f *os.File) error {
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK):
			return nil // a file system without locks
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return err
		case time.Since(begin) > lockPatience:
			return ErrInUse
		}
	}
}
