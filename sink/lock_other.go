//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package sink

import "os"

// lockFile does nothing: for an Outbox, bbolt has a lock of its own.
func lockFile(*os.File) error { return nil }
