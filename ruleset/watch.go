package ruleset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	quiet    = 40 * time.Millisecond  // a change is over when nothing has happened for so long
	patience = 400 * time.Millisecond // and told after so long all the same
)

// Watch calls changed after each change of rule files below the paths, once
// for all that happens within a few hundredths of a second: editors write a
// file several times, and a checkout hundreds of files. It blocks until ctx is
// done, and returns an error if it cannot watch. New folders are watched too;
// files that no rule is made of, such as editors' backups, do not count.
func Watch(ctx context.Context, paths []string, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch rules: %w", err)
	}
	defer w.Close()
	for _, path := range paths {
		if err := watchTree(w, path); err != nil {
			return fmt.Errorf("watch rules: %w", err)
		}
	}
	var first time.Time // of the changes not told yet
	tell := time.NewTimer(time.Hour)
	defer tell.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch rules: %w", err)
			}
			tell.Reset(quiet) // something has changed
		case e := <-w.Events:
			if e.Has(fsnotify.Create) && !strings.HasPrefix(filepath.Base(e.Name), ".") {
				watchTree(w, e.Name) // it may be gone again
			}
			if !matters(e) {
				continue
			}
			if first.IsZero() {
				first = time.Now()
			}
			tell.Reset(min(quiet, max(0, patience-time.Since(first))))
		case <-tell.C:
			first = time.Time{}
			changed()
		}
	}
}

// watchTree watches a folder and all below it, or the folder of a file.
func watchTree(w *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !e.IsDir() && path == root:
			return w.Add(filepath.Dir(path))
		case !e.IsDir():
			return nil
		case strings.HasPrefix(e.Name(), ".") && path != root:
			return fs.SkipDir
		}
		return w.Add(path)
	})
}

// matters tells whether an event is about a file that rules are made of, or a
// folder, which may hold some.
func matters(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	if e.Op == fsnotify.Chmod || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") {
		return false
	}
	switch filepath.Ext(name) {
	case ".star", ".py", ".yml", ".yaml", ".csv", ".json", ".jsonl", "":
		return true
	}
	return false
}
