//go:build unix

package source

import (
	"io/fs"
	"syscall"
)

const hasInodes = true

// An inode is what a file is, whatever it is called.
type inode struct{ device, number uint64 }

// inodeOf returns what a file is, and how many names it has.
func inodeOf(info fs.FileInfo) (id inode, links uint64) {
	s := info.Sys().(*syscall.Stat_t)
	return inode{uint64(s.Dev), uint64(s.Ino)}, uint64(s.Nlink)
}
