//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package filelock

import "os"

// Holder tells in words which process has locked a file, as far as the system
// says.
func Holder(f *os.File) string { return "another process (see lsof " + f.Name() + ")" }
