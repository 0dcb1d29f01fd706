package ruleset

import (
	"context"
	"maps"
)

// watchedFiles are the files that rules are made of, as they were when a change
// was last told: for a Watcher that has no Live, and so no set to ask.
type watchedFiles struct {
	paths []string
	seen  *disk
	made  *memory // what their metadata was parsed to
}

// take takes the files as they are now.
func (w *watchedFiles) take() { w.seen, w.made = w.look() }

// stale tells whether the files are not as they were.
func (w *watchedFiles) stale(context.Context) bool {
	now, _ := w.look()
	return !w.seen.reads(now) || !now.reads(w.seen)
}

// outside lists the folders of the files.
func (w *watchedFiles) outside(context.Context) []string { return w.seen.outside() }

// look reads what rules are made of, as far as it has changed, but compiles
// nothing. What cannot be found does not matter: it is no file.
func (w *watchedFiles) look() (*disk, *memory) {
	d := newDisk(w.seen)
	r := newReading(&Loader{Paths: w.paths}, d)
	if w.made != nil {
		r.before = []*memory{w.made}
	}
	for _, path := range w.paths {
		_ = r.find(path)
	}
	r.readMetadata()
	read := maps.Clone(r.seen)
	maps.Copy(read, r.shared)
	for path := range r.metas {
		read[path] = true
	}
	for _, path := range r.helpers {
		read[path] = true
	}
	for path := range read {
		_, _ = d.read(path)
	}
	for _, t := range r.tables {
		if t.path != "" {
			_, _ = d.sum(t.path)
		}
	}
	d.before = nil
	return d, r.now
}

// reads tells whether another disk has read the same files, and found the same
// in them.
func (d *disk) reads(other *disk) bool {
	for path, f := range d.files {
		if f.looked == looked {
			continue
		}
		if o := other.files[path]; o == nil || !f.same(o) {
			return false
		}
	}
	return true
}
