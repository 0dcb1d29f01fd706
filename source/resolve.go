package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// endings are the file names that are taken from a directory. A file given by
// its own name, or by a pattern, is taken whatever it is called.
var endings = []string{".json", ".jsonl", ".ndjson", ".log", ".gz", ".zst"}

// file is one input.
type file struct {
	name string
	size int64 // -1: not known
}

// resolve returns the inputs that the paths stand for, in their order, and an
// error that tells of every path that stands for none.
func resolve(paths []string) ([]file, error) {
	var files []file
	var errs []error
	for _, path := range paths {
		found, err := resolvePath(path)
		files = append(files, found...)
		errs = append(errs, err)
	}
	return files, errors.Join(errs...)
}

func resolvePath(path string) ([]file, error) {
	if path == "-" {
		return []file{{name: path, size: -1}}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		files, err := walk(path)
		if err == nil && len(files) == 0 {
			err = fmt.Errorf("no input found in %s (looked for *%s)", path, strings.Join(endings, ", *"))
		}
		return files, err
	case err == nil:
		return []file{fileOf(path, info)}, nil
	case strings.ContainsAny(path, "*?[") && errors.Is(err, fs.ErrNotExist):
		return glob(path)
	default:
		return nil, fmt.Errorf("find input: %w", err)
	}
}

// glob returns the files that a pattern matches and those in the directories
// that it matches.
func glob(pattern string) ([]file, error) {
	if strings.Contains(pattern, "**") {
		return nil, fmt.Errorf("pattern %s: ** is not understood; name the directory, it is read with all that is below it", pattern)
	}
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern %s: %w", pattern, err)
	}
	var files []file
	var errs []error
	for _, name := range names {
		if isHidden(filepath.Base(name)) && !isHidden(filepath.Base(pattern)) {
			continue
		}
		switch info, err := os.Stat(name); {
		case err != nil:
			errs = append(errs, fmt.Errorf("find input: %w", err))
		case info.IsDir():
			found, err := walk(name)
			files = append(files, found...)
			errs = append(errs, err)
		default:
			files = append(files, fileOf(name, info))
		}
	}
	err = errors.Join(errs...)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no input matches %s", pattern)
	}
	return files, err
}

// walk returns the files below dir that look like logs, in lexical order.
func walk(dir string) ([]file, error) {
	var files []file
	err := eachLog(dir, func(path string, info fs.FileInfo, err error) error {
		if err != nil {
			return fmt.Errorf("find input: %w", err)
		}
		files = append(files, fileOf(path, info))
		return nil
	})
	return files, err
}

// eachLog calls do with the regular files below dir that look like logs, in
// lexical order, and with what hinders it; it goes on while do returns nil. It
// leaves out what is hidden, and links to directories.
func eachLog(dir string, do func(path string, info fs.FileInfo, err error) error) error {
	// With the separator at its end the path of a link leads to its directory.
	root := dir + string(filepath.Separator)
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return do(path, nil, err)
		case path == root:
			return nil
		case isHidden(entry.Name()) && entry.IsDir():
			return filepath.SkipDir
		case isHidden(entry.Name()) || !slices.Contains(endings, strings.ToLower(filepath.Ext(path))):
			return nil
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().IsRegular() {
			return do(path, info, err)
		}
		return nil
	})
}

func isHidden(base string) bool { return strings.HasPrefix(base, ".") && base != "." && base != ".." }

func fileOf(name string, info fs.FileInfo) file {
	if !info.Mode().IsRegular() {
		return file{name: name, size: -1}
	}
	return file{name: name, size: info.Size()}
}
