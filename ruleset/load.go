package ruleset

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

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
	r, err := l.read(newDisk(nil), nil, nil)
	if err != nil {
		return nil, nil, err
	}
	set := r.makeSet(r.rules, &r.background, &runtime.Background{Tables: r.background.Tables}, nil)
	r.end()
	return set, r.diagnostics(), nil
}

// read reads all paths of a disk, with the files of over in the place of the
// disk's own, and what has not changed taken from earlier readings.
func (l *Loader) read(d *disk, before []*memory, over *overlay) (*reading, error) {
	r := newReading(l, d)
	r.before, r.over = before, over
	for _, path := range l.Paths {
		if err := r.find(path); err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
	}
	r.readMetadata()
	if len(r.tests) == 0 {
		r.only = l.Only
	}
	r.loader = runtime.Loader{Modules: l.Modules, Helper: r.helper, Worker: l.Worker, Pass: l.Pass, ReadFile: r.readFile}
	r.loader.HelperNames = slices.Sorted(maps.Keys(r.helpers))
	for _, m := range before {
		r.loader.Before = append(r.loader.Before, m.compiled)
	}
	r.loadBackground()
	r.load()
	r.now.compiled = r.loader.Compiled()
	return r, nil
}

// end forgets what only the reading itself needed, so that its set does not
// hold on to earlier ones.
func (r *reading) end() {
	r.disk.seal()
	r.before, r.loader.Before = nil, nil
}

func (r *reading) diagnostics() []*runtime.Diagnostic {
	diags := append(slices.Clone(r.diags), r.loader.Diagnostics()...)
	runtime.SortDiagnostics(diags)
	return diags
}

// reading is one Load on its way.
type reading struct {
	disk   *disk
	over   *overlay  // nil for none
	before []*memory // earlier readings, of which the first that has a thing counts
	now    *memory   // what later readings may take from this one

	failures  map[string]runtime.Failure // what is wrong with files, but for the loader's
	contested map[string]bool            // ids of rules that two files claim
	taken     map[string]bool            // YAML files that claim what another has

	seen    map[string]bool // files that are in one of the next four
	scripts []string        // rule and helper files, in the order found
	yamls   []string
	tests   []string        // *_test.star files
	around  map[string]bool // YAML files that are read for what rules need only
	bare    []string        // Python files, which YAML files tell rules and helpers among

	metas   map[string]runtime.Metadata // by rule file
	refused []string                    // rule files whose metadata is in error
	ids     map[string]string           // kind and id -> where it was given first
	helpers map[string]string           // name -> file
	shared  map[string]bool             // files that are helpers and nothing else
	globals []Helper
	models  []*modelFile
	tables  []*tableFile
	packs   []Pack
	notRun  map[string]int
	docs    map[string]*strictyaml.Document
	only    func(*runtime.Metadata, *strictyaml.Document) bool

	modules    []runtime.Module
	background runtime.Background
	loader     runtime.Loader
	rules      []*runtime.Rule
	diags      []*runtime.Diagnostic
}

func newReading(l *Loader, d *disk) *reading {
	r := &reading{
		disk:      d,
		now:       newMemory(),
		failures:  make(map[string]runtime.Failure),
		contested: make(map[string]bool),
		taken:     make(map[string]bool),

		seen:    make(map[string]bool),
		around:  make(map[string]bool),
		metas:   make(map[string]runtime.Metadata),
		ids:     make(map[string]string),
		helpers: make(map[string]string),
		shared:  make(map[string]bool),
		notRun:  make(map[string]int),
		docs:    l.Documents,
		modules: l.Modules,
		background: runtime.Background{
			Models: make(map[string]*runtime.DataModel),
			Tables: make(map[string]*runtime.LookupTable),
		},
	}
	if r.docs == nil {
		r.docs = make(map[string]*strictyaml.Document)
	}
	return r
}

// load compiles the rules. Files that others load come to be known as
// helpers on the way, so those that might be are left to the end.
func (r *reading) load() {
	if r.only == nil {
		for _, g := range r.globals {
			r.loader.File(g.Path, g.Name)
		}
	}
	var maybe []string
	for _, path := range r.scripts {
		_, described := r.metas[path]
		switch base := filepath.Base(path); {
		case described:
			r.loadRule(path)
		case r.shared[path]:
		case strings.HasPrefix(base, "_"):
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
		r.addRule(rule)
	}
}

// addRule adds a rule, or the very same of an earlier reading.
func (r *reading) addRule(rule *runtime.Rule) {
	sum := r.sumOf(rule)
	for _, m := range r.before {
		old, ok := m.rules[rule.Path]
		if ok && old.sum == sum && old.rule.File == rule.File && old.rule.ID == rule.ID && old.rule.Metadata.File == rule.Metadata.File {
			rule = old.rule
			break
		}
	}
	r.rules = append(r.rules, rule)
	r.now.rules[rule.Path] = ruleMemory{rule, sum}
}

// loadBare loads files without metadata: rules, or helpers of others.
func (r *reading) loadBare(paths []string) {
	for _, path := range paths {
		r.loader.File(path, stem(path))
	}
	for _, path := range paths {
		id := stem(path)
		file, _ := r.loader.File(path, id)
		if file != nil && !file.Globals.Has("rule") && r.loader.Loaded(path) {
			continue // a helper
		}
		if first, taken := r.ids["\x00"+id]; taken {
			r.contested[id] = true
			r.fail(path, &runtime.Diagnostic{
				Pos: syntax.MakePosition(&path, 0, 0), Code: "metadata",
				Msg:  fmt.Sprintf("rule id %s, the file's name, is taken by %s", id, first),
				Hint: "give the rule a YAML file with a RuleID of its own",
			})
			continue
		}
		r.ids["\x00"+id] = path
		meta := runtime.DefaultMetadata(id)
		if r.only != nil && !r.only(&meta, nil) {
			continue
		}
		if rule, _ := r.loader.Rule(path, meta); rule != nil {
			r.addRule(rule)
		}
	}
}

// stem gives the name of a file without its folder and its ending.
func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}
