package bolt

import (
	"errors"
	"fmt"
)

// Why a file is not opened, or a store no longer works. Errors wrap these and
// have the path and what to do.
var (
	// ErrInUse says that another process has the file open.
	ErrInUse = errors.New("in use")

	// ErrForeign says that the file is none of this package.
	ErrForeign = errors.New("not a state file of starhost")

	// ErrFormat says that the file is of a format that this version does not know.
	ErrFormat = errors.New("a format that this version does not know")

	// ErrDamaged says that the file does not hold a state that was ever written.
	ErrDamaged = errors.New("damaged")

	// ErrReadOnly says that the store was opened for reading.
	ErrReadOnly = errors.New("opened read-only")

	// ErrClosed says that the store is closed.
	ErrClosed = errors.New("closed")
)

// A fileError is one of the above, with the file and what to do about it.
type fileError struct {
	path string
	kind error
	text string // what is wrong, and what to do
}

func (e *fileError) Error() string { return fmt.Sprintf("bolt store %s: %s", e.path, e.text) }
func (e *fileError) Unwrap() error { return e.kind }

func foreign(path, what string) error {
	return &fileError{path, ErrForeign, fmt.Sprintf("not a state file of starhost (%s): it is left as it is; give another path", what)}
}

func damaged(path string, err error) error {
	return &fileError{path, ErrDamaged, fmt.Sprintf("the file is damaged (%v) and is left as it is: put a backup in its place, or move it away to begin without state", err)}
}

func inUse(path, holder string) error {
	return &fileError{path, ErrInUse, fmt.Sprintf("the file is in use by %s: one process at a time can write it; stop that one, or use another file", holder)}
}
