package source

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A sibling is a file beside a log that may be an older one of the same log.
type sibling struct {
	name     string
	id       inode
	modified time.Time
	size     int64
	number   int // what rotation has added, -1 if that is no small number
}

// What rotation adds to a name: a number, after the whole of it only, as
// app-2.log beside app.log is mostly the log of something else; or a date,
// maybe with a time and more numbers, the year in front or behind, or the
// seconds or milliseconds since 1970.
var (
	addedNumber = regexp.MustCompile(`^\.[0-9]+$`)
	addedDate   = regexp.MustCompile(`^[-._](` +
		`(19|20)[0-9]{2}[-._]?(0[1-9]|1[0-2])([-._]?(0[1-9]|[12][0-9]|3[01])[-._0-9TZ:+]*)?` +
		`|(0[1-9]|[12][0-9]|3[01])[-._](0[1-9]|[12][0-9]|3[01])[-._](19|20)[0-9]{2}([-._T][-._0-9TZ:+]*)?` +
		`|1[0-9]{9}([0-9]{3})?` +
		`)$`)
)

// siblings returns the rotated files of a log, the oldest first: app.log.1,
// app.log-20261122, app-2026-11-22T10-11-12.log beside app.log. Compressed
// ones are left out.
//
// While files are being renamed a folder may show one of them under no name or
// two; so it is read until it is the same twice.
func siblings(log string) []sibling {
	return settled(func() []sibling { return list(log) })
}

func settled(list func() []sibling) []sibling {
	all := list()
	for range 10 {
		again := list()
		if slices.EqualFunc(all, again, func(a, b sibling) bool { return a.id == b.id && a.name == b.name }) {
			return again
		}
		all = again
	}
	return all
}

func list(log string) []sibling {
	entries, err := os.ReadDir(filepath.Dir(log))
	if err != nil {
		return nil
	}
	base := filepath.Base(log)
	var all []sibling
	numbered := true
	for _, e := range entries {
		name := e.Name()
		rest, ok := rotation(base, name)
		if !ok {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		s := siblingOf(filepath.Join(filepath.Dir(log), name), info)
		if n, err := strconv.Atoi(rest[1:]); err == nil && n < 100_000 {
			s.number = n
		}
		numbered = numbered && s.number >= 0
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b sibling) int {
		if numbered {
			return cmp.Compare(b.number, a.number)
		}
		return cmp.Or(a.modified.Compare(b.modified), cmp.Compare(a.name, b.name))
	})
	return all
}

// rotation returns what rotation has added to a name, and whether it has.
func rotation(base, name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, base); ok && (addedNumber.MatchString(rest) || addedDate.MatchString(rest)) {
		return rest, true
	}
	ext := filepath.Ext(base)
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(base, ext))
	rest, ended := strings.CutSuffix(rest, ext)
	if !ok || !ended || !addedDate.MatchString(rest) {
		return "", false
	}
	return rest, true
}

func siblingOf(name string, info fs.FileInfo) sibling {
	id, _ := inodeOf(info)
	return sibling{name: name, id: id, modified: info.ModTime(), size: info.Size(), number: -1}
}

// after returns the siblings that are newer than the one that is id, or, if
// that is not among them, those that were last written at a time or later.
func after(all []sibling, id inode, since time.Time) []sibling {
	if i := slices.IndexFunc(all, func(s sibling) bool { return s.id == id }); i >= 0 {
		return all[i+1:]
	}
	return slices.DeleteFunc(all, func(s sibling) bool { return s.modified.Before(since) })
}

// inFolder returns the files beside a file, whatever they are called.
func inFolder(name string) []sibling {
	return settled(func() []sibling { return listFolder(name) })
}

func listFolder(name string) []sibling {
	dir := filepath.Dir(name)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []sibling
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			all = append(all, siblingOf(filepath.Join(dir, e.Name()), info))
		}
	}
	return all
}
