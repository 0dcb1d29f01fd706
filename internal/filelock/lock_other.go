//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package filelock

import "os"

const alone, shared = 0, 0

func try(*os.File, int) error { return nil }
