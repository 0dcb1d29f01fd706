package sink

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rotatedAt is the part of an old file's name that tells when it was rotated.
// Names are in the order of time.
const rotatedAt = "20060102T150405.000Z"

// rotate gives the file the name of an old one and begins a new one. All that
// is in it is synced.
func (f *File) rotate() error {
	if err := f.leave(); err != nil {
		return err
	}
	name, err := f.oldName()
	if err != nil {
		return err
	}
	if err := os.Rename(f.Path, name); err != nil {
		return err
	}
	if _, err := f.enter(); err != nil { // which syncs the folder
		return err
	}
	if f.Gzip || f.Keep > 0 {
		f.old.Go(func() {
			if err := f.tidyT.take(f.tidy); err != nil && f.Log != nil {
				f.Log.Error("old files of alerts are not looked after", "file", f.Path, "error", err)
			}
		})
	}
	return nil
}

// oldName gives the name of the next old file: that of now, and later than the
// last one's even if the clock was set back.
func (f *File) oldName() (string, error) {
	at := f.now().UTC()
	old, err := f.oldFiles()
	if err != nil {
		return "", err
	}
	begin, end := f.affixes()
	if len(old) > 0 {
		if last, ok := f.rotated(old[len(old)-1]); ok && !at.Truncate(time.Millisecond).After(last) {
			at = last.Add(time.Millisecond)
		}
	}
	return begin + at.Format(rotatedAt) + end, nil
}

// rotated tells when a file was rotated, if it is an old one by its name.
func (f *File) rotated(name string) (time.Time, bool) {
	begin, end := f.affixes()
	at, ok := strings.CutPrefix(name, filepath.Clean(begin))
	if !ok {
		return time.Time{}, false
	}
	at, ok = strings.CutSuffix(strings.TrimSuffix(at, ".gz"), end)
	t, err := time.Parse(rotatedAt, at)
	return t, ok && err == nil
}

// affixes are what an old file's name has before and after the time.
func (f *File) affixes() (begin, end string) {
	end = filepath.Ext(f.Path)
	return strings.TrimSuffix(f.Path, end) + "-", end
}

// tidy compresses old files and removes those that are too many.
func (f *File) tidy() error {
	old, err := f.oldFiles()
	if err != nil {
		return err
	}
	for i, name := range slices.Backward(old) {
		if slices.Contains(old, name+".gz") { // killed when it was compressed
			err = errors.Join(err, os.Remove(name))
			old = slices.Delete(old, i, i+1)
		}
	}
	if f.Keep > 0 && len(old) > f.Keep {
		for _, name := range old[:len(old)-f.Keep] {
			err = errors.Join(err, os.Remove(name))
		}
		old = old[len(old)-f.Keep:]
	}
	for _, name := range old {
		if f.Gzip && !strings.HasSuffix(name, ".gz") {
			err = errors.Join(err, compress(name))
		}
	}
	return err
}

// oldFiles finds the old files, oldest first.
func (f *File) oldFiles() ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(f.Path))
	if err != nil {
		return nil, err
	}
	var old []string
	for _, e := range entries {
		name := filepath.Join(filepath.Dir(f.Path), e.Name())
		if _, ok := f.rotated(name); ok {
			old = append(old, name)
		}
	}
	slices.Sort(old)
	return old, nil
}

// compress replaces a file by a compressed one. Killed in between, it begins
// again with the next rotation.
func compress(name string) error {
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	const unfinished = ".gz.tmp"
	to, err := os.OpenFile(name+unfinished, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	packer := gzip.NewWriter(to)
	packer.Name, packer.ModTime = filepath.Base(name), info.ModTime()
	_, err = io.Copy(packer, from)
	err = errors.Join(err, packer.Close())
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err == nil {
		err = os.Rename(name+unfinished, name+".gz")
	}
	if err != nil {
		os.Remove(name + unfinished)
		return fmt.Errorf("compress %s: %w", name, err)
	}
	return os.Remove(name)
}
