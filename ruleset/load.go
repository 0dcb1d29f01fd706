package ruleset

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// A Loader reads rule directories. Each Load reads them anew.
type Loader struct {
	// Paths are the directories to read, with all below them, and single rule
	// or YAML files.
	Paths []string

	// Modules are the built-in modules that rules may load.
	Modules []runtime.Module

	// Worker runs the files' top-level code.
	Worker runtime.Worker

	// Pass, if not nil, rewrites the tree of every file.
	Pass runtime.Pass

	// Documents, if not nil, is given the metadata files of rules that were
	// read, by path: they hold the rules' tests.
	Documents map[string]*strictyaml.Document

	// Only, if not nil, says which rules are wanted; the others are left out
	// without being compiled. doc is a rule's metadata file, or nil. Where
	// there are *_test.star files, which can ask any rule, all are wanted.
	Only func(meta *runtime.Metadata, doc *strictyaml.Document) bool
}

// Load reads all paths. It returns the set of the rules that loaded and every
// diagnostic, sorted by place; an error only if a path itself cannot be read.
func (l *Loader) Load() (*Set, []*runtime.Diagnostic, error) {
	r := &reading{ids: make(map[string]string), helpers: make(map[string]string), docs: l.Documents}
	if r.docs == nil {
		r.docs = make(map[string]*strictyaml.Document)
	}
	for _, path := range l.Paths {
		if err := r.find(path); err != nil {
			return nil, nil, fmt.Errorf("read rules: %w", err)
		}
	}
	r.readMetadata()
	if len(r.tests) == 0 {
		r.only = l.Only
	}
	r.loader = runtime.Loader{Modules: l.Modules, Helper: r.helper, Worker: l.Worker, Pass: l.Pass}
	for name := range r.helpers {
		r.loader.HelperNames = append(r.loader.HelperNames, name)
	}
	slices.Sort(r.loader.HelperNames)
	r.load()
	diags := append(r.diags, r.loader.Diagnostics()...)
	runtime.SortDiagnostics(diags)
	set := NewSet(r.rules)
	set.tests, set.loader = r.tests, &r.loader
	return set, diags, nil
}

// reading is one Load on its way.
type reading struct {
	scripts []string // .star files that are no tests, in the order found
	yamls   []string
	tests   []string // *_test.star files

	metas   map[string]runtime.Metadata // by rule file
	refused []string                    // rule files whose metadata is in error
	ids     map[string]string           // rule id -> where it was given first
	helpers map[string]string           // name -> file
	shared  map[string]bool             // files that are helpers and nothing else
	docs    map[string]*strictyaml.Document
	only    func(*runtime.Metadata, *strictyaml.Document) bool

	loader runtime.Loader
	rules  []*runtime.Rule
	diags  []*runtime.Diagnostic
}

// find lists the files at a path.
func (r *reading) find(root string) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return r.findFile(root)
	}
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(e.Name(), ".") && path != root; hidden {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !e.IsDir() {
			r.add(path)
		}
		return nil
	})
}

// findFile takes a single rule, with the metadata and the helpers beside it.
func (r *reading) findFile(path string) error {
	if !r.add(path) {
		return fmt.Errorf("%s: not a rule (.star) or its metadata (.yml, .yaml)", path)
	}
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for _, e := range entries {
		name := e.Name()
		switch beside := filepath.Join(dir, name); {
		case beside == path || e.IsDir():
		case strings.TrimSuffix(name, filepath.Ext(name)) == stem, name == stem+"_test.star":
			r.add(beside)
		case filepath.Ext(name) == ".star" && !isTest(name):
			r.addHelper(beside)
		}
	}
	return nil
}

// add notes a file that is ours and tells whether it is.
func (r *reading) add(path string) bool {
	switch name := filepath.Base(path); filepath.Ext(name) {
	case ".yml", ".yaml":
		if !slices.Contains(r.yamls, path) {
			r.yamls = append(r.yamls, path)
		}
	case ".star":
		if isTest(name) {
			if !slices.Contains(r.tests, path) {
				r.tests = append(r.tests, path)
			}
			return true
		}
		if !slices.Contains(r.scripts, path) {
			r.scripts = append(r.scripts, path)
		}
		r.addHelper(path)
	default:
		return false
	}
	return true
}

// addHelper makes a file known under the names by which others may load it:
// its stem, and its stem without a leading "_". The first of a name wins.
func (r *reading) addHelper(path string) {
	stem := strings.TrimSuffix(filepath.Base(path), ".star")
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

func isTest(name string) bool { return strings.HasSuffix(name, "_test.star") }

// readMetadata reads all YAML files.
func (r *reading) readMetadata() {
	r.metas = make(map[string]runtime.Metadata)
	r.shared = make(map[string]bool)
	for i, p := range parseAll(r.yamls) {
		if p.bad != nil {
			r.report(p.bad)
		}
		if p.doc != nil {
			r.docs[r.yamls[i]] = p.doc
			r.describe(p.doc)
			r.report(p.doc.Diagnostics...)
			p.doc.Diagnostics = nil // they are reported
		}
	}
}

// parsed is a YAML file, or what is wrong with it.
type parsed struct {
	doc *strictyaml.Document
	bad *runtime.Diagnostic
}

// parseAll reads files, which takes longer than all else, on all cores.
func parseAll(paths []string) []parsed {
	all := make([]parsed, len(paths))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range goruntime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(paths); i = int(next.Add(1)) - 1 {
				all[i] = parse(paths[i])
			}
		})
	}
	wg.Wait()
	return all
}

func parse(path string) parsed {
	src, err := os.ReadFile(path)
	if err != nil {
		return parsed{bad: &runtime.Diagnostic{Pos: syntax.MakePosition(&path, 0, 0), Code: "read", Msg: err.Error()}}
	}
	doc, bad := strictyaml.Parse(path, src, "metadata")
	return parsed{doc, bad}
}

func (r *reading) report(ds ...*runtime.Diagnostic) { r.diags = append(r.diags, ds...) }

// describe takes what a YAML file says.
func (r *reading) describe(doc *strictyaml.Document) {
	switch t := analysisType(doc.Root); t {
	case "":
	case "rule":
		r.describeRule(doc)
	case "global":
		r.describeHelper(doc)
	default:
		doc.Root.Get("AnalysisType").Warnf("only rules and globals are run", "AnalysisType %s is not run", t)
	}
}

func (r *reading) describeRule(doc *strictyaml.Document) {
	meta := metadata(doc.Root, doc.Path)
	file, ok := r.filename(doc)
	if !ok {
		return
	}
	if _, taken := r.metas[file]; taken {
		doc.Root.Get("Filename").Errorf("%s has its metadata in %s already", file, r.metas[file].File)
		return
	}
	r.metas[file] = meta
	if doc.Failed() || !r.claim(doc.Root.Get("RuleID"), meta.ID) {
		r.refused = append(r.refused, file)
	}
}

// claim takes a rule id, which no other rule may have.
func (r *reading) claim(v strictyaml.Value, id string) bool {
	if first, taken := r.ids[id]; taken {
		v.Errorf("RuleID %s is taken by %s", id, first)
		return false
	}
	r.ids[id] = v.Pos().String()
	return true
}

func (r *reading) describeHelper(doc *strictyaml.Document) {
	doc.Root.CheckKeys(false, helperKeys...)
	file, ok := r.filename(doc)
	if !ok {
		return
	}
	r.shared[file] = true
	id := doc.Root.Get("GlobalID").Text()
	if id == "" {
		doc.Root.Errorf("GlobalID is missing: it is the name by which rules load the file")
		return
	}
	r.helpers[id] = file
}

// filename finds the file that a YAML file describes.
func (r *reading) filename(doc *strictyaml.Document) (path string, ok bool) {
	v := doc.Root.Get("Filename")
	name := v.Text()
	if name == "" {
		doc.Root.Errorf("Filename is missing: it names the file of the rule, beside this one")
		return "", false
	}
	path = filepath.Join(filepath.Dir(doc.Path), name)
	if filepath.Ext(name) != ".star" {
		v.Errorf("Filename is %q, want a .star file", name)
		return "", false
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		v.Errorf("no file %s", path)
		return "", false
	}
	if !slices.Contains(r.scripts, path) {
		r.scripts = append(r.scripts, path)
	}
	return path, true
}

// load compiles the rules. Files that others load come to be known as
// helpers on the way, so those that might be are left to the end.
func (r *reading) load() {
	var maybe []string
	for _, path := range r.scripts {
		_, described := r.metas[path]
		switch base := filepath.Base(path); {
		case described:
			r.loadRule(path)
		case r.shared[path] || strings.HasPrefix(base, "_"):
			r.loader.File(path, strings.TrimSuffix(base, ".star"))
		default:
			maybe = append(maybe, path)
		}
	}
	r.loadBare(maybe)
}

func (r *reading) loadRule(path string) {
	meta := r.metas[path]
	if r.only != nil && !r.only(&meta, r.docs[meta.File]) {
		return
	}
	rule, _ := r.loader.Rule(path, meta)
	if rule != nil && !slices.Contains(r.refused, path) {
		r.rules = append(r.rules, rule)
	}
}

// loadBare loads files without metadata: rules, or helpers of others.
func (r *reading) loadBare(paths []string) {
	for _, path := range paths {
		r.loader.File(path, strings.TrimSuffix(filepath.Base(path), ".star"))
	}
	for _, path := range paths {
		id := strings.TrimSuffix(filepath.Base(path), ".star")
		file, _ := r.loader.File(path, id)
		if file != nil && !file.Globals.Has("rule") && r.loader.Loaded(path) {
			continue // a helper
		}
		if first, taken := r.ids[id]; taken {
			r.report(&runtime.Diagnostic{
				Pos: syntax.MakePosition(&path, 0, 0), Code: "metadata",
				Msg:  fmt.Sprintf("rule id %s, the file's name, is taken by %s", id, first),
				Hint: "give the rule a YAML file with a RuleID of its own",
			})
			continue
		}
		r.ids[id] = path
		meta := runtime.DefaultMetadata(id)
		if r.only != nil && !r.only(&meta, nil) {
			continue
		}
		if rule, _ := r.loader.Rule(path, meta); rule != nil {
			r.rules = append(r.rules, rule)
		}
	}
}
