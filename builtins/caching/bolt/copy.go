package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/starhost/starhost/internal/filelock"
)

// copyPatience is how long OpenCopy tries.
const copyPatience = 10 * time.Second

// OpenCopy opens a copy, for reading, of a file that another process is
// writing: so people can look into the state of a program that runs. The other
// process takes no notice.
//
// Without the other's help a copy may be of two states at once. As a file
// tells that by itself, it is copied again and again until one is whole, which
// is soon, unless the file is large and written without a pause. Then the
// error is ErrInUse.
func OpenCopy(ctx context.Context, path string) (*Store, error) {
	from, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	folder, err := os.MkdirTemp("", "starhost-copy-*")
	if err != nil {
		return nil, err
	}
	s, err := openCopy(ctx, from, filepath.Join(folder, filepath.Base(path)))
	if err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	s.folder = folder
	return s, nil
}

func openCopy(ctx context.Context, from *os.File, to string) (*Store, error) {
	begin := time.Now()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := copyWhole(from, to)
		ours := !errors.Is(err, ErrForeign) && !errors.Is(err, ErrFormat) // as far as such a copy can tell
		switch late := time.Since(begin) > copyPatience; {
		case err == nil:
			return Open(to, Options{ReadOnly: true})
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
func copyWhole(from *os.File, to string) (err error) {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	pages, err := openPages(from, info.Size())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := io.Copy(f, io.NewSectionReader(from, 0, pages.Size()))
	if err != nil {
		return err
	}
	_, err = check(f, size)
	return err
}
