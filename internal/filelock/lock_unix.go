//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package filelock

import (
	"errors"
	"os"
	"syscall"
)

const (
	alone  = syscall.LOCK_EX
	shared = syscall.LOCK_SH
)

func try(f *os.File, how int) error {
	return meaning(syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB))
}

// meaning is what an error of flock means to callers.
func meaning(err error) error {
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return ErrHeld
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK):
		return nil // a file system without locks
	}
	return os.NewSyscallError("flock", err)
}

// Unlock unlocks a file before it is closed, for one that is mapped: that would
// keep it locked.
func Unlock(f *os.File) error { return meaning(syscall.Flock(int(f.Fd()), syscall.LOCK_UN)) }
