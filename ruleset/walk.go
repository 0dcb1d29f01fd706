package ruleset

import (
	"io/fs"
	"path/filepath"
	"strings"
)

// A walk goes through a folder and all below it, hidden names left out, and
// through links. Each folder is visited once, under its own path if that is
// below the root, so that links in a circle do no harm.
type walk struct {
	disk   *disk
	file   func(path string)
	folder func(path string) // may be nil
	link   func(path string) // may be nil; for each link, before what it leads to
	skip   string            // a folder to leave out

	seen  map[place]bool
	links []string // to folders, to visit when the tree is done
}

// A place tells folders apart, whatever their paths.
type place struct{ dev, ino uint64 }

// tree walks a folder.
func (w *walk) tree(root string) error {
	if err := w.walk(root); err != nil {
		return err
	}
	for len(w.links) > 0 {
		path := w.links[0]
		w.links = w.links[1:]
		if err := w.walk(path); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) walk(dir string) error {
	if _, err := w.disk.stat(dir); err != nil {
		return err
	}
	if w.visited(dir) {
		return nil
	}
	if w.folder != nil {
		w.folder(dir)
	}
	entries, err := w.disk.list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.name)
		switch {
		case strings.HasPrefix(e.name, ".") || path == w.skip:
		case e.mode.IsDir():
			if err := w.walk(path); err != nil {
				return err
			}
		case e.mode&fs.ModeSymlink != 0:
			w.follow(path)
		default:
			w.file(path)
		}
	}
	return nil
}

// follow takes a link: to a folder, to visit later, or to a file. One to
// nowhere is a file that cannot be read.
func (w *walk) follow(path string) {
	if w.link != nil {
		w.link(path)
	}
	if info, err := w.disk.stat(path); err == nil && info.IsDir() {
		w.links = append(w.links, path)
		return
	}
	w.file(path)
}

// visited notes a folder and tells whether it was visited before.
func (w *walk) visited(dir string) bool {
	s := w.disk.files[dir].stamp
	if !s.exact {
		return len(dir) > maxPath // circles end somewhere
	}
	at := place{s.dev, s.ino}
	if w.seen[at] {
		return true
	}
	if w.seen == nil {
		w.seen = make(map[place]bool)
	}
	w.seen[at] = true
	return false
}

// maxPath is the length of a path above which it must lead in a circle.
const maxPath = 2000
