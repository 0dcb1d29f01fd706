// Package filelock locks files for a process, so that no two of them write the
// same one. A lock is on a file that is open, and ends when that is closed or
// the process ends. Only processes that ask for locks take notice of them.
//
// Where the system or the file system has no such locks, Lock and LockShared
// do nothing and return nil.
package filelock

import (
	"errors"
	"os"
	"time"
)

// ErrHeld says that another has the file locked.
var ErrHeld = errors.New("locked by another process")

// Lock locks a file for one alone. It waits for others as long as patience
// says, as for a process that is just ending, and then fails with ErrHeld; with
// no patience it tries once.
func Lock(f *os.File, patience time.Duration) error {
	return wait(patience, func() error { return try(f, alone) })
}

// LockShared does the same for one that only reads, together with others that
// do.
func LockShared(f *os.File, patience time.Duration) error {
	return wait(patience, func() error { return try(f, shared) })
}

const pause = 20 * time.Millisecond

func wait(patience time.Duration, try func() error) error {
	for begin := time.Now(); ; time.Sleep(pause) {
		if err := try(); !errors.Is(err, ErrHeld) || time.Since(begin) >= patience {
			return err
		}
	}
}
