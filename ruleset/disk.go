package ruleset

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A disk is what one reading has seen of the file system: every folder listed,
// every file looked for or read. It answers the same question always with the
// same answer, and knows how to look again. So a set is made of one state of
// the files, never of half of a change.
type disk struct {
	// before is an earlier one, from which the texts of files come that have
	// not changed; nil means that everything is read.
	before *disk

	folders map[string]*folder
	files   map[string]*file

	torn  bool // two looks at the same path have differed
	noted int  // looks so far
	was   int  // looks when again was done

	// sealed says that what is asked now is answered but not noted any more,
	// so that goroutines can share the disk.
	sealed bool
}

// A folder is a folder as it was listed.
type folder struct {
	entries []entry
	err     error
	used    bool // somebody has asked, not only again
}

// An entry is a name in a folder.
type entry struct {
	name string
	mode fs.FileMode // its type only; a link is a link
}

// A file is a path as it was looked at. What kind of look it was says what
// counts as a change: whether it is there, its text, or the digest of its text.
type file struct {
	info  fs.FileInfo // of what a link leads to; nil if there is nothing
	stamp stamp
	err   error // of looking at it

	text    []byte // if read
	digest  [sha256.Size]byte
	unread  error // why it was not read
	looked  look
	readAt  time.Time
	changes bool // it may have changed since without another stamp
	used    bool // somebody has asked, not only again
}

// look is how closely a file was looked at.
type look int

const (
	looked look = iota
	wasRead
	digested
)

// A stamp is what tells that a file has changed without reading it.
type stamp struct {
	dev, ino uint64
	size     int64
	modified time.Time
	changed  time.Time // of the inode: no tool can set it back
	exact    bool      // all of this is known
}

// racy is the time after a change in which another change may leave the same
// stamp: the steps in which some file systems tell the time.
const racy = 2 * time.Second

func newDisk(before *disk) *disk {
	return &disk{before: before, folders: make(map[string]*folder), files: make(map[string]*file)}
}

// seal ends the noting, and forgets what nobody has asked for.
func (d *disk) seal() {
	d.before, d.sealed = nil, true
	maps.DeleteFunc(d.folders, func(_ string, f *folder) bool { return !f.used })
	maps.DeleteFunc(d.files, func(_ string, f *file) bool { return !f.used })
}

// list lists a folder in the order of names.
func (d *disk) list(path string) ([]entry, error) {
	f := d.listed(path)
	if !d.sealed {
		f.used = true
	}
	return f.entries, f.err
}

func (d *disk) listed(path string) *folder {
	f := d.folders[path]
	if f == nil {
		f = new(folder)
		names, err := os.ReadDir(path)
		f.err = err
		for _, e := range names {
			f.entries = append(f.entries, entry{e.Name(), e.Type()})
		}
		if !d.sealed {
			d.folders[path] = f
			d.noted++
		}
	}
	return f
}

// stat looks at a path, and through links.
func (d *disk) stat(path string) (fs.FileInfo, error) {
	f := d.look(path, looked)
	return f.info, f.err
}

// read gives the text of a file.
func (d *disk) read(path string) ([]byte, error) {
	f := d.look(path, wasRead)
	return f.text, f.unread
}

// sum gives the digest of a file that is too large to keep.
func (d *disk) sum(path string) ([sha256.Size]byte, error) {
	f := d.look(path, digested)
	return f.digest, f.unread
}

// look looks at a path as closely as is asked for.
func (d *disk) look(path string, how look) *file {
	f := d.at(path, how)
	if !d.sealed {
		f.used = true
	}
	return f
}

func (d *disk) at(path string, how look) *file {
	f := d.files[path]
	if f != nil && (f.looked == how || how == looked) {
		return f
	}
	f = &file{looked: how, readAt: time.Now()}
	if f.info, f.err = os.Stat(path); f.err == nil {
		f.stamp = stampOf(f.info)
	}
	f.unread = f.err
	if how != looked && f.err == nil {
		d.fill(path, f)
	}
	if !d.sealed {
		if first := d.files[path]; first != nil && (first.info == nil) != (f.info == nil) {
			d.torn = true
		}
		d.files[path] = f
		d.noted++
	}
	return f
}

// fill reads a file, or takes it from before.
func (d *disk) fill(path string, f *file) {
	if d.before != nil {
		old := d.before.files[path]
		if old != nil && old.looked == f.looked && old.unread == nil && !old.changes && old.stamp.exact && old.stamp == f.stamp {
			f.text, f.digest = old.text, old.digest
			return
		}
	}
	f.changes = !f.stamp.exact || f.readAt.Sub(f.stamp.changed) < racy
	f.unread = f.take(path)
	if d.before != nil {
		if old := d.before.files[path]; old != nil && old.unread == nil && f.unread == nil && bytes.Equal(old.text, f.text) {
			f.text = old.text // keep one copy
		}
	}
}

// take reads the file. Anything but a regular file could keep us waiting.
func (f *file) take(path string) error {
	if !f.info.Mode().IsRegular() {
		return &fs.PathError{Op: "read", Path: path, Err: errors.New("it is not a regular file")}
	}
	if f.looked == wasRead {
		var err error
		f.text, err = os.ReadFile(path)
		return err
	}
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return err
	}
	h.Sum(f.digest[:0])
	return nil
}

// outside lists the folders of what was read.
func (d *disk) outside() []string {
	folders := slices.Collect(maps.Keys(d.folders))
	for path, f := range d.files {
		if f.looked != looked {
			folders = append(folders, filepath.Dir(path))
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

// again looks at everything again.
func (d *disk) again() *disk {
	now := newDisk(d)
	for path := range d.folders {
		now.listed(path)
	}
	for path, f := range d.files {
		now.at(path, f.looked)
	}
	now.before, now.was = nil, now.noted
	return now
}

// same tells whether another disk, which has looked at the same things, has
// seen the same.
func (d *disk) same(other *disk) bool {
	if d.torn {
		return false
	}
	for path, f := range d.folders {
		o := other.folders[path]
		if o == nil || !sameError(f.err, o.err) || !slices.Equal(f.entries, o.entries) {
			return false
		}
	}
	for path, f := range d.files {
		if o := other.files[path]; o == nil || !f.same(o) {
			return false
		}
	}
	return true
}

func (f *file) same(o *file) bool {
	switch {
	case f.looked != o.looked || !sameError(f.err, o.err) || !sameError(f.unread, o.unread):
		return false
	case f.looked == wasRead:
		return bytes.Equal(f.text, o.text)
	case f.looked == digested:
		return f.digest == o.digest
	case f.info == nil || o.info == nil:
		return f.info == o.info
	}
	return f.info.Mode().Type() == o.info.Mode().Type() && f.stamp.dev == o.stamp.dev && f.stamp.ino == o.stamp.ino
}

func sameError(a, b error) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Error() == b.Error()
}
