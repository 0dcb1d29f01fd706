//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package filelock

import "os"

const alone, shared = 0, 0

func try(*os.File, int) error { return nil }

// Unlock unlocks a file before it is closed, for one that is mapped: that would
// keep it locked.
func Unlock(*os.File) error { return nil }
