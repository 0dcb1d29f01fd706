package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/starhost/starhost/event"
)

// A Position says where the reading of a file starts that has no checkpoint.
type Position uint8

const (
	Beginning Position = iota
	End
)

// What Tail does unless its fields say otherwise.
const (
	DefaultPoll     = 250 * time.Millisecond
	DefaultSave     = time.Second
	DefaultLinger   = 5 * time.Second
	DefaultRetryMin = 100 * time.Millisecond
	DefaultRetryMax = 30 * time.Second
	DefaultParallel = 8
)

// Tail follows files that grow, through rotation and restarts, as tail -F
// does. Paths, Handle and mostly Checkpoints must be set. No field may be
// changed while it runs, and it runs once.
//
// The files hold JSON lines: one object a line. A record is taken when its
// line has an end. Blank lines are skipped, and so are NUL bytes at the start
// of a line; what is no object, and a line that is too long, is given to Bad,
// and the reading goes on at the next line. Compressed files are not followed.
//
// # Delivery
//
// Each record is handed on at least once, and those of one file in their
// order. A checkpoint tells how far each file is done. It is written at most
// every Save, so that after a crash up to that much comes again, with what was
// under way; nothing is left out.
//
// # Rotation
//
// A file is known by its device and inode, and by a hash of its first bytes,
// because inodes are used again. The folder is looked at every Poll; there is
// no other notification, so it works on network file systems as well.
//
//   - Renamed, and a new file in its place: the old one is read to its end
//     before the new one, and kept open until it has not grown for Linger.
//     What it then has after its last line break counts as a line. A link that
//     leads to another file is the same.
//   - Copied and truncated: what had not been read is read from the copy, if
//     one lies beside the log; then the log is read from its beginning. What is
//     written between copying and truncating is lost by the one who does so.
//   - Truncated without a copy: what had not been read is gone. The log is
//     read from its beginning.
//   - Several times between two looks, or while Tail did not run: files beside
//     the log that are newer than the last one that was read are read whole, in
//     their order. They are known by their names: a date is added to the log's
//     name, before its ending or after it, or a dot and a number after it. Those
//     that are followed by themselves are not meant.
//
// What was compressed or removed before it was read is lost; that is logged.
// So let rotation compress only the second file (delaycompress).
type Tail struct {
	// Paths are files, directories, which are followed with all that is below
	// them, and patterns as of filepath.Glob. A directory yields the files
	// with the endings .json, .jsonl, .ndjson and .log that are not hidden.
	// What is not there yet is waited for.
	Paths []string

	// Others are Paths that are followed elsewhere. Their files are not taken
	// for rotated ones of these Paths, whatever they are called.
	Others []string

	// LogType goes into every record as it is.
	LogType string

	// Handle deals with a batch of records of one file, at most a thousand, as
	// HTTP.Handle does: nil or an *event.RefusedError for each record means
	// that it is done. The others are handed on again, after a pause from
	// RetryMin to RetryMax, until they are; what comes after them in the file
	// waits. Files call Handle at the same time. Its context does not end.
	//
	// Index and Line of a record count from where the reading of its file
	// began. Source is the path under which the file was first found.
	Handle func(ctx context.Context, records []event.Raw) []error

	// Bad, if not nil, is given what is no record, before the records after it
	// are handed on, and again if they come again after a restart. Index is
	// that of the next record. Files call it at the same time.
	Bad func(raw event.Raw, err error)

	// Checkpoints is the file that keeps how far the reading is; a file beside
	// it with .new at its end is used to write it. If it is "", every start
	// begins anew.
	Checkpoints string

	// StartAt is where to start, when Run begins, in files without a
	// checkpoint, unless their path was followed before. Files that appear
	// later are read from their beginning.
	StartAt Position

	MaxRecord int           // the longest line in bytes; 0: DefaultMaxRecord
	Parallel  int           // how many files are read at once; 0: DefaultParallel
	Poll      time.Duration // how often files are looked at; 0: DefaultPoll
	Save      time.Duration // how often checkpoints are written; 0: DefaultSave
	Linger    time.Duration // 0: DefaultLinger

	RetryMin, RetryMax time.Duration // 0: DefaultRetryMin, DefaultRetryMax

	// Log gets what happens to files; nil means that nobody wants it.
	Log *slog.Logger

	slots  chan *lines // as many files are read at once
	first  bool        // the first look is under way
	old    []string    // the Paths of the last run
	listed []listed
	next   time.Time // when to list the files again

	mu       sync.Mutex
	told     map[string]string // what was logged of a path
	chains   map[string]*chain
	followed map[inode]*follower
	known    []entry // files that are not followed any more
	skipped  map[inode]bool
	dirty    bool
	opened   bool // files that the checkpoints do not have yet
	bad      int64
	refused  int64
	accepted int64
	saveErr  error
}

// relist is how many looks pass before directories and patterns are looked
// through again.
const relist = 4

// listed is a file to follow, and which of the Paths has led to it.
type listed struct{ name, by string }

// Run follows the files until ctx ends, finishes the batches that are under
// way, and writes the checkpoints. It then returns nil. Errors are of wrong
// use, or of the checkpoint file: if it cannot be read, nothing is followed; if
// it cannot be written, Run goes on, and returns that at its end, as a
// *SaveError.
func (t *Tail) Run(ctx context.Context) error {
	if err := t.begin(); err != nil {
		return err
	}
	defer t.closeAll()
	var work sync.WaitGroup
	saved := time.Now()
	poll := time.NewTicker(orDefault(t.Poll, DefaultPoll))
	defer poll.Stop()
	for ctx.Err() == nil {
		t.look()
		t.first = false
		if t.takeOpened() {
			t.save() // before anything is read of them: where they are rotated to is known by this
		}
		t.start(ctx, &work)
		if time.Since(saved) >= orDefault(t.Save, DefaultSave) {
			t.save()
			saved = time.Now()
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		}
	}
	work.Wait()
	t.save()
	if t.saveErr != nil {
		return &SaveError{t.saveErr}
	}
	return nil
}

// A SaveError says why the checkpoints could not be written at the end: what
// was read since the last ones comes again.
type SaveError struct{ Err error }

func (e *SaveError) Error() string {
	return fmt.Sprintf("%v; what was read since they were last written comes again", e.Err)
}
func (e *SaveError) Unwrap() error { return e.Err }

// begin checks what is asked for, and takes up what the checkpoints tell.
func (t *Tail) begin() error {
	if !hasInodes {
		return errors.New("not possible on this system, which has no inodes")
	}
	if len(t.Paths) == 0 {
		return errors.New("no path is given")
	}
	for _, p := range t.Paths {
		if err := CheckPath(p); err != nil {
			return err
		}
	}
	if t.Log == nil {
		t.Log = slog.New(slog.DiscardHandler)
	}
	var c checkpoints
	if t.Checkpoints != "" {
		var err error
		if c, err = loadCheckpoints(t.Checkpoints); err != nil {
			return err
		}
		if _, err := os.Stat(filepath.Dir(t.Checkpoints)); err != nil {
			return fmt.Errorf("folder of checkpoints: %w; make it, or name another", err)
		}
	}
	n := orDefault(t.Parallel, DefaultParallel)
	t.slots = make(chan *lines, n)
	for range n {
		t.slots <- &lines{max: orDefault(t.MaxRecord, DefaultMaxRecord)}
	}
	t.mu.Lock()
	t.chains, t.followed = map[string]*chain{}, map[inode]*follower{}
	t.skipped, t.told = map[inode]bool{}, map[string]string{}
	t.mu.Unlock()
	t.first, t.old = true, c.Paths
	t.restore(c.Files)
	return nil
}

// CheckPath tells what is wrong with one of the Paths of a Tail, whatever files
// there are.
func CheckPath(path string) error {
	_, err := filepath.Match(path, "")
	switch {
	case err != nil:
		return fmt.Errorf("%q is no pattern of files: %w", path, err)
	case strings.Contains(path, "**"):
		return fmt.Errorf("%q: ** is not understood; name the directory, it is followed with all that is below it", path)
	case filepath.Base(path) == "-":
		return fmt.Errorf("%q: standard input is not followed; starhost run reads it", path)
	}
	return nil
}

// look finds out which files are there, and which of those that are followed
// are not where they were.
func (t *Tail) look() {
	if now := time.Now(); !now.Before(t.next) {
		t.listed = expand(t.Paths, t.tell)
		t.next = now.Add(relist * orDefault(t.Poll, DefaultPoll))
	}
	there := map[inode]bool{}
	for _, l := range t.listed {
		info, err := os.Stat(l.name)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				t.tell(l.name, err)
			}
			continue
		}
		if !info.Mode().IsRegular() {
			t.tell(l.name, errors.New("not a regular file"))
			continue
		}
		id, _ := inodeOf(info)
		there[id] = true
		if !t.seen(id, info) {
			t.found(l, info)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, f := range t.followed {
		if f.away = !there[id]; !f.away {
			f.quiet = time.Time{}
		} else if f.quiet.IsZero() {
			f.quiet = time.Now()
		}
	}
	for id := range t.skipped {
		if !there[id] {
			delete(t.skipped, id)
		}
	}
	for i, e := range t.known {
		if there[inode{e.Device, e.Inode}] {
			t.known[i].Seen = time.Now()
		}
	}
}

// seen notes how a file is now, and reports whether it need not be looked at.
func (t *Tail) seen(id inode, info fs.FileInfo) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.followed[id]; f != nil {
		f.changed = f.changed || f.looked == nil || !same(f.looked, info)
		f.size = info.Size()
		return true
	}
	return t.skipped[id]
}

// same reports whether nothing was written to a file between two looks.
func same(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// tell logs what hinders the reading of a file, once.
func (t *Tail) tell(name string, err error) {
	t.mu.Lock()
	text := err.Error()
	again := t.told[name] == text
	t.told[name] = text
	t.mu.Unlock()
	if !again {
		t.Log.Warn("cannot follow file", "path", name, "error", err)
	}
}

// expand returns what Paths stand for now, and tells what hinders that.
func expand(paths []string, tell func(name string, err error)) []listed {
	var all []listed
	had := map[string]bool{}
	for _, by := range paths {
		add := func(name string) {
			if !had[name] {
				had[name] = true
				all = append(all, listed{name, by})
			}
		}
		below := func(dir string) {
			eachLog(dir, func(path string, _ fs.FileInfo, err error) error {
				if err == nil && !isCompressed(path) {
					add(filepath.Clean(path))
				} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
					tell(path, err)
				}
				return nil
			})
		}
		info, err := os.Stat(by)
		switch {
		case err == nil && info.IsDir():
			below(by)
		case err == nil || !strings.ContainsAny(by, "*?["):
			add(by)
		default:
			names, _ := filepath.Glob(by)
			for _, name := range names {
				if isHidden(filepath.Base(name)) && !isHidden(filepath.Base(by)) {
					continue
				}
				if info, err := os.Stat(name); err == nil && info.IsDir() {
					below(name)
				} else if !isCompressed(name) {
					add(name)
				}
			}
		}
	}
	return all
}

// isCompressed tells by its name that a file is no log any more.
func isCompressed(name string) bool {
	return slices.Contains([]string{".gz", ".zst", ".bz2", ".xz", ".zip"}, strings.ToLower(filepath.Ext(name)))
}

// covers reports whether a file that was followed is still asked for, also if
// it is not there now.
func (t *Tail) covers(name string) bool {
	for _, p := range t.Paths {
		if p == name || strings.HasPrefix(name, filepath.Clean(p)+string(filepath.Separator)) {
			return true
		}
		for n := name; ; n = filepath.Dir(n) {
			if ok, _ := filepath.Match(p, n); ok {
				return true
			}
			if n == filepath.Dir(n) {
				break
			}
		}
		if filepath.Clean(p) == "." && !filepath.IsAbs(name) {
			return true
		}
	}
	return false
}

// start has those chains read on that have something to read.
func (t *Tail) start(ctx context.Context, work *sync.WaitGroup) {
	wanted := map[string]bool{}
	for _, l := range t.listed {
		wanted[l.name] = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for path, c := range t.chains {
		switch {
		case c.busy:
		case len(c.files) == 0 && !wanted[path]:
			delete(t.chains, path)
		case slices.ContainsFunc(c.files, func(f *follower) bool { return f.away || f.changed }):
			c.busy = true
			work.Go(func() {
				t.advance(ctx, c)
				t.mu.Lock()
				c.busy = false
				t.mu.Unlock()
			})
		}
	}
}

func (t *Tail) takeOpened() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	opened := t.opened
	t.opened = false
	return opened
}

// forget is after how long nothing is known any more of a file that is gone.
const forget = 7 * 24 * time.Hour

// save writes the checkpoints, if they have changed.
func (t *Tail) save() {
	t.mu.Lock()
	if t.Checkpoints == "" || !t.dirty {
		t.mu.Unlock()
		return
	}
	now := time.Now()
	c := checkpoints{Paths: t.Paths}
	t.known = slices.DeleteFunc(t.known, func(e entry) bool { return now.Sub(e.Seen) > forget })
	c.Files = append(c.Files, t.known...)
	paths := make([]string, 0, len(t.chains))
	for path := range t.chains {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		for _, f := range t.chains[path].files {
			c.Files = append(c.Files, f.entry(now))
		}
	}
	t.dirty = false
	t.mu.Unlock()

	err := c.save(t.Checkpoints)
	t.mu.Lock()
	fresh := err != nil && t.saveErr == nil
	t.dirty = t.dirty || err != nil
	t.saveErr = err
	t.mu.Unlock()
	if fresh {
		t.Log.Error("checkpoints cannot be written; after a crash more records come again", "error", err)
	}
}

func (t *Tail) closeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.followed {
		f.file.Close()
	}
	clear(t.followed)
	clear(t.chains)
}

// TailStats says how far the reading is.
type TailStats struct {
	Files []FollowedFile // by path, of one path the older first

	// Accepted counts the records that are done, Bad what was given to Bad, and
	// Refused the records that Handle took for no events, since Run began.
	Accepted, Bad, Refused int64

	// SaveError is why the checkpoints could not be written the last time.
	SaveError error
}

// FollowedFile is one file that is open.
type FollowedFile struct {
	Path    string // as it was found
	Offset  int64  // what is done of it, in bytes
	Size    int64  // when it was last looked at
	Records int    // done
	Moved   bool   // it is no longer at its path, but rotated away or removed
	Error   error  // why its next records are not done: they are tried again
}

// Lag is how much of the file is not done, in bytes.
func (f FollowedFile) Lag() int64 { return max(0, f.Size-f.Offset) }

// Stats may be called at any time.
func (t *Tail) Stats() TailStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := TailStats{Accepted: t.accepted, Bad: t.bad, Refused: t.refused, SaveError: t.saveErr}
	for _, c := range t.chains {
		for _, f := range c.files {
			s.Files = append(s.Files, FollowedFile{
				Path: f.path, Offset: f.mark.offset, Size: f.size, Records: f.mark.records, Moved: f.away, Error: f.err,
			})
		}
	}
	slices.SortStableFunc(s.Files, func(a, b FollowedFile) int { return strings.Compare(a.Path, b.Path) })
	return s
}
