//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// trusted tells whether a file is the user's, or root's.
func trusted(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == 0 || int(s.Uid) == os.Geteuid())
}
