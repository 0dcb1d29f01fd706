package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/starhost/starhost/internal/filelock"
)

// lockFolder keeps other services out of a folder, by a lock on a file in it.
// The lock ends with the process, if not by unlock.
func lockFolder(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock --data-dir: %w", err)
	}
	if err := filelock.Lock(f, 0); err != nil {
		holder := filelock.Holder(f)
		f.Close()
		if errors.Is(err, filelock.ErrHeld) {
			return nil, fmt.Errorf("--data-dir %s is in use by another service, %s: end that one, or give this one a folder of its own", filepath.Dir(path), holder)
		}
		return nil, fmt.Errorf("lock --data-dir: %w", err)
	}
	return f.Close, nil
}
