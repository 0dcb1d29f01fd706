package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/starhost/starhost/internal/filelock"
)

// copyPatience is how long OpenCopy tries.
const copyPatience = 10 * time.Second

// OpenCopy opens a copy, for reading, of a file that another process is
// writing: so people can look into the state of a program that runs. The other
// process takes no notice. The copy is in the folder for temporary files, where
// the system allows without a name, so that nothing is left of it if this
// process is killed.
//
// Without the other's help a copy may be of two states at once. As a file
// tells that by itself, it is copied again and again until one is whole, which
// is soon, unless the file is large and written without a pause. Then the
// error is ErrInUse.
func OpenCopy(ctx context.Context, path string) (*Store, error) {
	if err := checkKind(path); err != nil {
		return nil, err
	}
	from, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	to, err := os.CreateTemp("", "starhost-copy-*")
	if err != nil {
		return nil, err
	}
	leftover := to.Name()
	if os.Remove(leftover) == nil { // not every system can while it is open
		leftover = ""
	}
	s, err := openCopy(ctx, from, to)
	if err != nil {
		to.Close()
		os.Remove(leftover)
		return nil, err
	}
	s.leftover = leftover
	return s, nil
}

// openCopy copies from to to and opens that. If it fails, to may be closed.
func openCopy(ctx context.Context, from, to *os.File) (*Store, error) {
	begin := time.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := copyWhole(from, to)
		ours := !errors.Is(err, ErrForeign) && !errors.Is(err, ErrFormat) // as far as such a copy can tell
		switch late := time.Since(begin) > copyPatience; {
		case err == nil:
			return openAs(to.Name(), Options{ReadOnly: true}, func(string, int) (*os.File, error) { return to, nil })
		case errors.As(err, new(*os.PathError)), late && !ours:
			return nil, explain(from.Name(), err)
		case late:
			return nil, &fileError{from.Name(), ErrInUse, fmt.Sprintf(
				"the file is in use by %s, which changes it faster than it can be copied: stop that one, or try again when it has less to do", filelock.Holder(from))}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// copyWhole copies a file. It fails if the copy is not whole.
func copyWhole(from, to *os.File) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	pages, err := openPages(from, info.Size())
	if err != nil {
		return err
	}
	if err := to.Truncate(0); err != nil { // of the attempt before
		return err
	}
	size, err := io.Copy(io.NewOffsetWriter(to, 0), io.NewSectionReader(from, 0, pages.Size()))
	if err != nil {
		return err
	}
	_, err = check(to, size)
	return err
}
