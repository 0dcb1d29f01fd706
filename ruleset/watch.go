package ruleset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Watch calls changed after each change of rule files below the paths, as a
// Watcher does that has nothing but Paths.
func Watch(ctx context.Context, paths []string, changed func()) error {
	w := Watcher{Paths: paths}
	return w.Run(ctx, changed)
}

// A Watcher tells of changes of rule files, by what the operating system says
// and, for what that misses (network file systems, for example), by looking
// now and then. New folders are watched too, folders and files behind links,
// and links that are changed to lead elsewhere, on the way to the paths as well
// as below them. A path may go and come back. Files that no rule is made of,
// such as editors' backups, do not count.
type Watcher struct {
	// Paths are directories, watched with all below them, and files, watched
	// with those beside them; and both with what their rules need from elsewhere,
	// such as the helpers of the repository that they are in.
	Paths []string

	// Quiet is how long nothing must have happened for a change to be over, and
	// Patience for how long it is waited for: editors write a file several times,
	// and a checkout hundreds of files. Zero means 40 and 400 milliseconds.
	Quiet, Patience time.Duration

	// Tick is the time between two looks at all files; zero means 10 seconds. It
	// is a tenth of that while the operating system cannot watch everything.
	Tick time.Duration

	// Ready, if not nil, is called once when the watch is up: later changes are
	// told.
	Ready func()

	// Log is told, once, that not everything can be watched; nil means
	// slog.Default.
	Log *slog.Logger

	// What a Live knows itself: other folders to watch, and whether its files
	// are as they were. It also waits for paths that are not there.
	also  func(context.Context) []string
	stale func(context.Context) bool

	notify func() (*fsnotify.Watcher, error)     // nil means fsnotify.NewWatcher
	add    func(*fsnotify.Watcher, string) error // nil means its Add
}

func (w *Watcher) tick() time.Duration { return orElse(w.Tick, 10*time.Second) }

func (w *Watcher) log() *slog.Logger {
	if w.Log != nil {
		return w.Log
	}
	return slog.Default()
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}

// Run calls changed after each change, once for all that happens together, until
// ctx is done. Changes that come while changed runs are told when it is back.
// The error says that a path is not there at the start.
func (w *Watcher) Run(ctx context.Context, changed func()) error {
	r := &watching{Watcher: w, ctx: ctx, changed: changed, also: w.also, stale: w.stale}
	if r.stale == nil {
		for _, path := range w.Paths {
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("watch rules: %w", err)
			}
		}
		files := &watchedFiles{paths: w.Paths}
		files.take()
		r.also, r.stale = files.outside, files.stale
		r.changed = func() { files.take(); changed() }
	}
	defer r.close()
	r.sync()
	if w.Ready != nil {
		w.Ready()
		r.sync() // Live has found out what to watch
	}
	r.run()
	return nil
}

// watching is a Watcher while it runs.
type watching struct {
	*Watcher
	ctx     context.Context
	changed func()
	also    func(context.Context) []string
	stale   func(context.Context) bool

	notify  *fsnotify.Watcher // nil if there is none
	folders map[string]*watched
	byPath  map[string]*watched
	limited bool // the operating system does not watch all folders
	dirty   bool // what is watched may not be what folders says
	check   bool // events may be lost, so the files must be looked at

	first time.Time // of the changes not told yet
	sure  bool      // one of them is a change for certain
}

// watched is a folder that is watched, in full or for some names in it.
type watched struct {
	path  string
	all   bool
	names map[string]bool
}

func (r *watching) close() {
	if r.notify != nil {
		_ = r.notify.Close()
	}
}

func (r *watching) run() {
	tell := time.NewTimer(time.Hour)
	defer tell.Stop()
	tick := time.NewTicker(r.tick())
	defer tick.Stop()
	for fast := false; ; {
		if r.check {
			r.check = false
			r.wait(tell)
		}
		if r.limited != fast {
			if fast = r.limited; fast {
				tick.Reset(r.tick() / 10)
			} else {
				tick.Reset(r.tick())
			}
		}
		var events chan fsnotify.Event
		var errs chan error
		if r.notify != nil {
			events, errs = r.notify.Events, r.notify.Errors
		}
		select {
		case <-r.ctx.Done():
			return
		case err := <-errs:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				r.limit(err)
			}
			r.dirty = true // what has become of the folders is not known
			r.wait(tell)
		case e := <-events:
			if r.matters(e) {
				r.wait(tell)
			}
		case <-tick.C:
			if r.first.IsZero() {
				r.tell()
			}
		case <-tell.C:
			r.tell()
		}
	}
}

// wait waits for a change to be over.
func (r *watching) wait(tell *time.Timer) {
	if r.first.IsZero() {
		r.first = time.Now()
	}
	patience := orElse(r.Patience, 400*time.Millisecond)
	tell.Reset(min(orElse(r.Quiet, 40*time.Millisecond), max(0, patience-time.Since(r.first))))
}

// tell watches what is there now, and tells of what has changed.
func (r *watching) tell() {
	r.sync()
	sure := r.sure
	r.first, r.sure, r.check = time.Time{}, false, false
	if sure || r.stale(r.ctx) {
		r.changed()
		r.sync()
	}
}

// matters tells whether an event may be about a file that rules are made of.
// Where it certainly is, sure is set.
func (r *watching) matters(e fsnotify.Event) bool {
	path := filepath.Clean(e.Name)
	name := filepath.Base(path)
	in := r.byPath[filepath.Dir(path)]
	link := func() bool {
		info, err := os.Lstat(path)
		return err == nil && info.Mode()&fs.ModeSymlink != 0
	}
	if r.byPath[path] != nil && (e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)) {
		r.dirty = true // it may be watched under its old name, or another have its place
		return true
	}
	switch {
	case in == nil:
		return false
	case in.names[name]:
		return true
	case !in.all:
		return false
	case strings.HasPrefix(name, "."):
		return e.Has(fsnotify.Create) && link() // Kubernetes changes files by such a one
	case strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#"):
		return false
	case isData(name) || isYAML(name) || isScript(name):
		r.sure = r.sure || e.Op != fsnotify.Chmod
		return true
	}
	if !e.Has(fsnotify.Create) {
		return false
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return false
	}
	r.addTree(path)
	return true
}

// isData tells whether a file may hold the data of a lookup table.
func isData(name string) bool {
	switch filepath.Ext(name) {
	case ".csv", ".json", ".jsonl", ".ndjson":
		return true
	}
	return false
}

// addTree watches a new folder at once, so that a change that goes on in it is
// waited for. What fails here sync does again.
func (r *watching) addTree(root string) {
	w := walk{disk: newDisk(nil), file: func(string) {}}
	w.folder = func(path string) {
		place := w.disk.place(path)
		if r.notify != nil && r.folders[place] == nil && r.add(path) == nil {
			f := &watched{path: path, all: true}
			r.byPath[filepath.Clean(path)], r.folders[place] = f, f
		}
	}
	_ = w.tree(root)
}

// place names a folder whatever its path.
func (d *disk) place(path string) string {
	if _, err := d.stat(path); err == nil {
		if s := d.files[path].stamp; s.exact {
			return fmt.Sprintf("%d %d", s.dev, s.ino)
		}
	}
	return path
}

// sync makes sure that what is to be watched is, as far as that can be. Folders
// that are moved or replaced meanwhile are looked at again.
func (r *watching) sync() {
	for range 5 {
		want := r.wanted()
		if r.notify == nil || r.dirty || !sameFolders(r.folders, want) {
			if r.rebuild(want); r.notify == nil {
				return
			}
			continue
		}
		if r.limited {
			r.limit(r.addAll()) // what was in the way may be gone
			r.check = !r.limited || r.check
		}
		return
	}
}

func sameFolders(a, b map[string]*watched) bool {
	if len(a) != len(b) {
		return false
	}
	for place, f := range a {
		g := b[place]
		if g == nil || f.path != g.path || f.all != g.all || len(f.names) != len(g.names) {
			return false
		}
		for name := range f.names {
			if !g.names[name] {
				return false
			}
		}
	}
	return true
}

// rebuild watches other folders than before. The new watch is up before the old
// one ends, unless there is no room for both.
func (r *watching) rebuild(want map[string]*watched) {
	old := r.notify
	r.dirty, r.notify, r.folders, r.byPath = false, nil, want, make(map[string]*watched)
	for _, f := range want {
		r.byPath[filepath.Clean(f.path)] = f
	}
	err := r.addAll()
	if old != nil {
		_ = old.Close()
		r.check = true // it may have had events
		if err != nil {
			err = r.addAll()
		}
	}
	r.limit(err)
}

// addAll watches all folders. The error says for which that is not possible.
func (r *watching) addAll() error {
	if r.notify == nil {
		open := r.Watcher.notify
		if open == nil {
			open = fsnotify.NewWatcher
		}
		notify, err := open()
		if err != nil {
			return err
		}
		r.notify = notify
	}
	var failed error
	for _, f := range r.folders {
		err := r.add(f.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && (failed == nil || isForbidden(failed)) {
			failed = fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return failed
}

// add watches a folder, whether it is watched already or not.
func (r *watching) add(path string) error {
	if r.Watcher.add != nil {
		return r.Watcher.add(r.notify, path)
	}
	return r.notify.Add(path)
}

func isForbidden(err error) bool { return errors.Is(err, fs.ErrPermission) }

// limit goes over to looking more often while err says that not all is watched.
func (r *watching) limit(err error) {
	if err == nil {
		r.limited = false
		return
	}
	if r.limited {
		return
	}
	r.limited = true
	advice := "raise the limit (fs.inotify.max_user_watches, fs.inotify.max_user_instances, open files)"
	if isForbidden(err) {
		advice = "let this user read them"
	}
	r.log().Warn("not all rule folders can be watched, so changes are looked for instead: "+advice,
		slog.Any("error", err), slog.Duration("every", r.tick()/10))
}

// wanted gives the folders that must be watched, by place.
func (r *watching) wanted() map[string]*watched {
	d, want := newDisk(nil), make(map[string]*watched)
	folder := func(path string) *watched {
		place := d.place(path)
		if want[place] == nil {
			want[place] = &watched{path: path}
		}
		return want[place]
	}
	all := func(path string) {
		f := folder(path)
		if !f.all {
			f.path, f.all = path, true
		}
	}
	link := func(path string) {
		links(path, func(dir, name string) {
			f := folder(dir)
			if f.names == nil {
				f.names = make(map[string]bool)
			}
			f.names[name] = true
		})
	}
	for _, root := range r.Paths {
		if info, err := d.stat(root); err == nil && !info.IsDir() {
			all(filepath.Dir(root))
		} else if err == nil {
			w := walk{disk: d, folder: all, link: link, file: func(string) {}}
			_ = w.tree(root) // what cannot be read is not watched
		}
		link(root)
	}
	for _, path := range r.also(r.ctx) {
		if info, err := d.stat(path); err == nil && info.IsDir() {
			all(path)
		}
	}
	return want
}

// maxLinks is how many links lead to a file at most.
const maxLinks = 40

// links calls add for each name in a folder that decides where a path leads:
// every link on the way, the last name, and the first that is not there.
func links(path string, add func(dir, name string)) {
	path, err := filepath.Abs(path)
	if err != nil {
		return
	}
	root := filepath.VolumeName(path) + string(filepath.Separator)
	for range maxLinks {
		at, rest := root, strings.TrimPrefix(path, root)
		again := false
		for rest != "" && !again {
			name, more, _ := strings.Cut(rest, string(filepath.Separator))
			next := filepath.Join(at, name)
			info, err := os.Lstat(next)
			switch {
			case err != nil:
				add(at, name)
				return
			case info.Mode()&fs.ModeSymlink != 0:
				add(at, name)
				to, err := os.Readlink(next)
				if err != nil {
					return
				}
				if !filepath.IsAbs(to) {
					to = filepath.Join(at, to)
				}
				path, again = filepath.Join(to, more), true
			case more == "":
				add(at, name)
				return
			default:
				at, rest = next, more
			}
		}
		if !again {
			return
		}
	}
}
