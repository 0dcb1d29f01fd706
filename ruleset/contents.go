package ruleset

import (
	"cmp"
	"maps"
	"slices"

	"github.com/starhost/starhost/runtime"
)

// Contents is what a set was made of, beside its rules.
type Contents struct {
	Helpers []Helper
	Models  []Model
	Tables  []Table
	Packs   []Pack

	// NotRun counts, by kind, the files that describe what is not run here:
	// correlation rules, queries, detections without code.
	NotRun map[string]int

	// Kinds counts the detections that have metadata, by kind, loaded or not.
	Kinds map[runtime.Kind]int
}

// A Helper is a file that rules load.
type Helper struct {
	Name     string
	Path     string
	Replaces bool // it stands in for the built-in module of that name
}

// A Model is a data model.
type Model struct {
	ID       string
	LogTypes []string
	Fields   int
	Path     string // of its functions, or ""
	Enabled  bool
}

// A Table is a lookup table.
type Table struct {
	Name    string
	Rows    int
	Path    string // of its data, or ""
	Missing string // why there is no data, or ""
}

// contents lists what was read, in order of names.
func (r *reading) contents() Contents {
	c := Contents{Helpers: slices.Clone(r.globals), Packs: r.packs, NotRun: r.notRun, Kinds: make(map[runtime.Kind]int)}
	for _, m := range r.metas {
		c.Kinds[m.Kind]++
	}
	known := make(map[string]bool)
	for _, h := range c.Helpers {
		known[h.Path] = true
	}
	for name, path := range r.helpers {
		if r.loader.Loaded(path) && !known[path] {
			known[path] = true
			c.Helpers = append(c.Helpers, Helper{Name: name, Path: path, Replaces: r.isModule(name)})
		}
	}
	for _, m := range r.models {
		c.Models = append(c.Models, Model{ID: m.ID, LogTypes: m.LogTypes, Fields: len(m.Mappings), Path: m.path, Enabled: m.enabled})
	}
	for _, t := range r.tables {
		c.Tables = append(c.Tables, Table{Name: t.Name, Rows: t.Len(), Path: t.path, Missing: t.Missing})
	}
	slices.SortFunc(c.Helpers, func(a, b Helper) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Models, func(a, b Model) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Tables, func(a, b Table) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Packs, func(a, b Pack) int { return cmp.Compare(a.ID, b.ID) })
	return c
}

// NotRunOver counts what does not run over logs, or, if resources, not over
// resources, by kind: the NotRun of Contents, scheduled rules, which see the
// results of queries, and policies, or else rules.
func (c *Contents) NotRunOver(resources bool) map[string]int {
	counts := maps.Clone(c.NotRun)
	other := runtime.KindPolicy
	if resources {
		other = runtime.KindRule
	}
	for _, kind := range []runtime.Kind{runtime.KindScheduled, other} {
		if n := c.Kinds[kind]; n > 0 {
			counts[string(kind)] = n
		}
	}
	return counts
}

// Contents tells what the set was made of. The caller must not change it.
func (s *Set) Contents() *Contents { return &s.contents }
