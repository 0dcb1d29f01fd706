package ruleset

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
)

// find lists the files at a path, and what rules may need from the folders
// around it.
func (r *reading) find(root string) error {
	info, err := r.disk.stat(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		err = r.findFile(root)
	} else {
		err = r.findTree(root, r.add)
	}
	if err != nil {
		return err
	}
	return r.findAround(root)
}

// findTree calls add for the files below a folder, but for those that are
// hidden.
func (r *reading) findTree(root string, add func(path string) bool) error {
	w := walk{disk: r.disk, file: func(path string) { add(path) }}
	if r.isCheckout(root) {
		w.skip = filepath.Join(root, "templates")
	}
	return w.tree(root)
}

// aroundFolders are the folders of a repository in Panther's layout that hold
// what rules in other folders need.
var aroundFolders = []string{"global_helpers", "data_models", "lookup_tables"}

// isCheckout reports whether a folder is a repository in Panther's layout, whose
// templates are not meant to run.
func (r *reading) isCheckout(dir string) bool {
	info, err := r.disk.stat(filepath.Join(dir, aroundFolders[0]))
	return err == nil && info.IsDir()
}

// maxAbove is how many folders above a path the repository may be.
const maxAbove = 6

// findAround finds the helpers, data models and lookup tables of the repository
// that a path is in.
func (r *reading) findAround(root string) error {
	dir, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	for range maxAbove {
		if r.isCheckout(dir) {
			break
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
		dir = filepath.Dir(dir)
		if root == "." || strings.HasSuffix(root, "..") {
			root = filepath.Join(root, "..")
		} else {
			root = filepath.Dir(root)
		}
	}
	if !r.isCheckout(dir) {
		return nil
	}
	for _, folder := range aroundFolders {
		folder = filepath.Join(root, folder)
		if info, err := r.disk.stat(folder); err != nil || !info.IsDir() {
			continue
		}
		if err := r.findTree(folder, r.addAround); err != nil {
			return err
		}
	}
	return nil
}

// addAround notes a file that rules may need, unless the paths have it already.
func (r *reading) addAround(path string) bool {
	switch ext := filepath.Ext(path); {
	case r.seen[path]:
	case ext == ".yml" || ext == ".yaml":
		r.seen[path] = true
		r.yamls = append(r.yamls, path)
		r.around[path] = true
	case ext == ".star" && !isTest(path):
		r.addHelper(path)
	}
	return true
}

// findFile takes a single rule, with the metadata and the helpers beside it.
func (r *reading) findFile(path string) error {
	if !r.add(path) {
		return fmt.Errorf("%s: not a rule (.star, .py) or its metadata (.yml, .yaml)", path)
	}
	dir := filepath.Dir(path)
	entries, err := r.disk.list(dir)
	if err != nil {
		return err
	}
	name, own := filepath.Base(path), stem(path)
	for _, e := range entries {
		switch beside := filepath.Join(dir, e.name); {
		case e.mode.IsDir() || beside == path:
		case isYAML(e.name) && (stem(beside) == own || !isYAML(name) && r.names(beside, name)):
			r.add(beside)
		case isScript(e.name) && stem(beside) == own, e.name == own+"_test.star":
			r.add(beside)
		case isScript(e.name) && !isTest(e.name):
			r.addHelper(beside)
		}
	}
	return nil
}

// names reports whether a YAML file may name a file: it holds the name.
func (r *reading) names(path, name string) bool {
	text, err := r.readFile(path)
	return err == nil && bytes.Contains(text, []byte(name))
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yml" || ext == ".yaml"
}

func isScript(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".star" || ext == ".py"
}

// add notes a file that is ours and tells whether it is.
func (r *reading) add(path string) bool {
	name := filepath.Base(path)
	if !isYAML(name) && !isScript(name) {
		return false
	}
	if r.seen[path] {
		delete(r.around, path) // it is more than that
		return true
	}
	r.seen[path] = true
	switch {
	case isYAML(name):
		r.yamls = append(r.yamls, path)
	case filepath.Ext(name) == ".py":
		if !isTest(name) {
			r.bare = append(r.bare, path)
		}
	case isTest(name):
		r.tests = append(r.tests, path)
	default:
		r.scripts = append(r.scripts, path)
		r.addHelper(path)
	}
	return true
}

// addHelper makes a file known under the names by which others may load it:
// its stem, and its stem without a leading "_". The first of a name wins.
func (r *reading) addHelper(path string) {
	stem := stem(path)
	for _, name := range []string{stem, strings.TrimPrefix(stem, "_")} {
		if _, ok := r.helpers[name]; !ok {
			r.helpers[name] = path
		}
	}
}

// helper is the runtime.Loader's way to find helper files.
func (r *reading) helper(name string) (string, bool) {
	path, ok := r.helpers[strings.TrimSuffix(name, ".star")]
	return path, ok
}

// isTest reports whether a file holds tests: those of Python files are for
// Python's own tools.
func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.star") || strings.HasSuffix(name, "_test.py") || strings.HasPrefix(filepath.Base(name), "test_") && filepath.Ext(name) == ".py"
}

// sortBare tells the Python files that no YAML file has named apart: one that
// defines a function rule is a rule, and the others are helpers, if anybody
// imports them.
func (r *reading) sortBare() {
	for _, path := range r.bare {
		_, described := r.metas[path]
		if described || r.shared[path] {
			continue
		}
		if text, err := r.readFile(path); err == nil && definesRule(text) {
			r.scripts = append(r.scripts, path)
		} else {
			r.addHelper(path)
		}
	}
}

// definesRule reports whether a Python file has a function rule at top level.
func definesRule(text []byte) bool {
	return bytes.HasPrefix(text, []byte("def rule(")) || bytes.Contains(text, []byte("\ndef rule("))
}
