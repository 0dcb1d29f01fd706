package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/starhost/starhost/internal/filelock"
)

// A File writes alerts as JSON lines to a regular file, which it rotates. Flush
// returns when the lines are on the disk. One process at a time writes a file.
//
// A last line that a crash has cut is ended by a newline when the file is
// opened, so nothing is glued to it. If a write fails, for a full disk say,
// what came of it is cut off again; the lines are kept, up to 4 MB of them, and
// the next Flush tries again. A file that was renamed or removed by somebody
// else is left, and begun anew under its name.
type File struct {
	// Path is the name of the file. Its folder must be there.
	Path string

	// Mode is the permission of new files; 0 means 0600, as alerts quote
	// the logs.
	Mode fs.FileMode

	// MaxBytes is the size that a file does not grow beyond, unless a single
	// line is larger; 0 is no limit.
	MaxBytes int64

	// Every begins a new file with the first line of each period: periods
	// are counted in UTC, so that 24 hours mean midnight. 0 is no limit.
	Every time.Duration

	// Keep is how many old files are kept; 0 keeps all. They are named after
	// the moment they were rotated, as alerts-20260102T150405.000Z.jsonl.
	Keep int

	// Gzip compresses old files, which then end in .gz. It is done in the
	// background, and Close waits for it.
	Gzip bool

	// Now is the clock; nil means time.Now.
	Now func() time.Time

	// Log gets what goes wrong with old files; nil discards it.
	Log *slog.Logger

	turns turns // guards file and last

	mu      sync.Mutex // guards what follows
	waiting []line
	bytes   int             // of waiting
	ids     map[string]bool // of waiting
	reopen  bool
	closed  bool

	file handle
	last time.Time // when the file was last written

	old   sync.WaitGroup // the goroutines that look after old files
	tidyT turns

	open func(name string, flag int, mode fs.FileMode) (handle, error) // nil means os.OpenFile
}

// A handle is what a File needs of an *os.File.
type handle interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
}

type line struct {
	id   string
	text []byte // with its newline
}

// mostWaiting is how many bytes wait for a Flush before a Write does it.
const mostWaiting = 4 << 20

// Open opens the file, so that what is wrong with it shows now and not at the
// first Flush. It need not be called.
func (f *File) Open() error { return f.Flush() }

// Write adds v as one line of JSON. It is safe after a Flush. An alert that
// still waits since a Flush failed is not added once more.
func (f *File) Write(ctx context.Context, v any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	id, text, err := encode(v)
	if err != nil {
		return err
	}
	for {
		full, err := f.add(line{id, append(text, '\n')})
		if err != nil || !full {
			return err
		}
		if err := f.Flush(); err != nil {
			return err
		}
	}
}

func (f *File) add(l line) (full bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return false, f.failed(ErrClosed)
	case l.id != "" && f.ids[l.id]:
		return false, nil
	case f.bytes >= mostWaiting:
		return true, nil
	}
	f.waiting = append(f.waiting, l)
	f.bytes += len(l.text)
	if l.id != "" {
		if f.ids == nil {
			f.ids = make(map[string]bool)
		}
		f.ids[l.id] = true
	}
	return false, nil
}

// Flush returns when every line that was written before is on the disk. After
// an error the lines wait for the next Flush.
func (f *File) Flush() error { return f.turns.take(f.commit) }

// Reopen closes the file and opens it by its name again, as a program that
// rotates files asks for by a signal.
func (f *File) Reopen() error {
	f.mu.Lock()
	f.reopen = true
	f.mu.Unlock()
	return f.Flush()
}

// Close flushes, waits for the work on old files and closes the file. Calls
// afterwards fail.
func (f *File) Close() error {
	err := f.Flush()
	if errors.Is(err, ErrClosed) {
		return nil
	}
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	if e := f.Flush(); !errors.Is(e, ErrClosed) { // the turn that closes it
		err = errors.Join(err, e)
	}
	f.old.Wait()
	return err
}

func (f *File) failed(err error) error { return fmt.Errorf("write alerts to %s: %w", f.Path, err) }

func (f *File) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

// take returns the lines that wait, without taking them off.
func (f *File) take() (lines []line, reopen, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	reopen, f.reopen = f.reopen, false
	return f.waiting, reopen, f.closed
}

// wrote takes the first n lines off.
func (f *File) wrote(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, l := range f.waiting[:n] {
		f.bytes -= len(l.text)
		delete(f.ids, l.id)
		f.waiting[i] = line{}
	}
	if f.waiting = f.waiting[n:]; len(f.waiting) == 0 {
		f.waiting = nil
	}
}

// commit writes all lines that wait.
func (f *File) commit() error {
	lines, reopen, closed := f.take()
	if closed {
		if err := f.leave(); err != nil {
			return f.failed(err)
		}
		return f.failed(ErrClosed)
	}
	if reopen {
		if err := f.leave(); err != nil {
			return f.failed(err)
		}
	}
	size, err := f.ready()
	if err != nil {
		return f.failed(err)
	}
	for len(lines) > 0 {
		n := f.fit(lines, size)
		if n == 0 {
			if err := f.rotate(); err != nil {
				return f.failed(err)
			}
			size = 0
			continue
		}
		wrote, err := f.append(lines[:n], size)
		if err != nil {
			return f.failed(err)
		}
		size += wrote
		f.wrote(n)
		lines = lines[n:]
	}
	return nil
}

// fit tells how many of the lines go into the file, which has the given size: 0
// if a new one is due.
func (f *File) fit(lines []line, size int64) int {
	if size > 0 && f.Every > 0 && !f.last.Truncate(f.Every).Equal(f.now().Truncate(f.Every)) {
		return 0
	}
	if f.MaxBytes <= 0 {
		return len(lines)
	}
	for i, l := range lines {
		if next := size + int64(len(l.text)); next <= f.MaxBytes || size == 0 {
			size = next
			continue
		}
		return i
	}
	return len(lines)
}

// append writes lines at the end of the file, which has the given size, and
// syncs it. On an error it is as long as before. The kernel may forget what it
// could not sync; so then, too, the lines are cut off and written once more.
func (f *File) append(lines []line, size int64) (int64, error) {
	var text []byte
	for _, l := range lines {
		text = append(text, l.text...)
	}
	f.last = f.now()
	_, err := f.file.Write(text)
	if err == nil {
		err = f.file.Sync()
	}
	if err == nil {
		return int64(len(text)), nil
	}
	if e := f.file.Truncate(size); e != nil {
		// The next one who opens it ends the torn line.
		err = errors.Join(err, e, f.leave())
	}
	return 0, err
}

// ready opens the file unless it is open under its name, and returns its size.
func (f *File) ready() (int64, error) {
	if f.file != nil {
		is, err := f.file.Stat()
		if err != nil {
			return 0, err
		}
		if named, err := os.Stat(f.Path); err == nil && os.SameFile(is, named) {
			return is.Size(), nil
		}
		if err := f.leave(); err != nil {
			return 0, err
		}
	}
	return f.enter()
}

// leave closes the file.
func (f *File) leave() error {
	if f.file == nil {
		return nil
	}
	file := f.file
	f.file = nil
	return file.Close()
}

func openHandle(name string, flag int, mode fs.FileMode) (handle, error) {
	file, err := os.OpenFile(name, flag, mode)
	if err != nil {
		return nil, err
	}
	if err := lockFile(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// lockPatience is how long a file is waited for that another process has, as
// one does that is just ending.
const lockPatience = time.Second

// lockFile locks a file for this process until it is closed.
func lockFile(f *os.File) error {
	err := filelock.Lock(f, lockPatience)
	if errors.Is(err, filelock.ErrHeld) {
		return ErrInUse
	}
	return err
}

// enter opens the file, makes it if need be, and ends its last line.
func (f *File) enter() (size int64, err error) {
	if info, err := os.Stat(f.Path); err == nil && !info.Mode().IsRegular() {
		return 0, fmt.Errorf("it is no regular file (%v): give the path of one, or none for standard output", info.Mode().Type())
	}
	mode, open := f.Mode, f.open
	if mode == 0 {
		mode = 0o600
	}
	if open == nil {
		open = openHandle
	}
	file, err := open(f.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, mode)
	if err != nil {
		return 0, err
	}
	size, f.last, err = endLine(file)
	if err == nil && size == 0 { // new, it may be
		err = syncFolder(filepath.Dir(f.Path))
	}
	if err != nil {
		return 0, errors.Join(err, file.Close())
	}
	f.file = file
	return size, nil
}

// endLine sees to it that a file ends in a newline. It returns its size and
// when it was last written.
func endLine(file handle) (int64, time.Time, error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return 0, time.Time{}, err
	}
	var last [1]byte
	if _, err := file.ReadAt(last[:], info.Size()-1); err != nil {
		return 0, time.Time{}, err
	}
	if last[0] == '\n' {
		return info.Size(), info.ModTime(), nil
	}
	_, err = file.Write([]byte("\n"))
	return info.Size() + 1, info.ModTime(), err
}

// syncFolder makes the names in a folder last.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrInvalid) {
		err = nil // not every system can
	}
	return errors.Join(err, d.Close())
}
