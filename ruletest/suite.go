package ruletest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Suite is the tests of a set of rules.
type Suite struct {
	Set *ruleset.Set

	// Tests are all tests: those of the rules, in the order of rule ids and
	// within a rule as in its file, then those in Starlark, by file.
	Tests []*Test

	// Diagnostics are what is wrong with the tests' files. A test file with
	// an error has no tests; the others run.
	Diagnostics []*runtime.Diagnostic
}

// NewSuite reads the tests of the rules of a set, disabled ones included, from
// their metadata files (ruleset.Loader.Documents), and the set's test files.
func NewSuite(set *ruleset.Set, docs map[string]*strictyaml.Document) *Suite {
	s := &Suite{Set: set}
	rules := slices.Concat(set.Rules(), set.Disabled())
	slices.SortFunc(rules, func(a, b *runtime.Rule) int { return strings.Compare(a.ID, b.ID) })
	for _, r := range rules {
		if doc := docs[r.Metadata.File]; doc != nil {
			s.addRule(r, doc)
		}
	}
	for _, path := range set.Tests() {
		s.addFile(path)
	}
	runtime.SortDiagnostics(s.Diagnostics)
	return s
}

// addRule reads the tests in a rule's YAML file.
func (s *Suite) addRule(r *runtime.Rule, doc *strictyaml.Document) {
	doc.Diagnostics = nil // those of the metadata
	tests := readTests(r, doc.Root)
	s.report(doc.Diagnostics...)
	if !doc.Failed() {
		s.Tests = append(s.Tests, tests...)
	}
}

// TestNames gives the names of the tests in a rule's metadata file.
func TestNames(doc *strictyaml.Document) []string {
	var names []string
	for _, v := range doc.Root.Get("Tests").List() {
		if v.IsMapping() {
			names = append(names, v.Mapping().Get("Name").Text())
		}
	}
	return names
}

func (s *Suite) report(ds ...*runtime.Diagnostic) { s.Diagnostics = append(s.Diagnostics, ds...) }

// addFile loads a test file and takes its functions test_*, in the order of
// the file.
func (s *Suite) addFile(path string) {
	name := strings.TrimSuffix(filepath.Base(path), ".star")
	file, diags := s.Set.File(path, name)
	s.report(diags...)
	if file == nil {
		return
	}
	var tests []*Test
	for fn, v := range file.Globals {
		f, ok := v.(*starlark.Function)
		if !ok || !strings.HasPrefix(fn, "test_") || filepath.Clean(f.Position().Filename()) != filepath.Clean(path) {
			continue
		}
		tests = append(tests, &Test{Name: fn, Pos: f.Position(), starred: &starTest{suite: s, file: name, fn: f}})
	}
	slices.SortFunc(tests, func(a, b *Test) int { return int(a.Pos.Line) - int(b.Pos.Line) })
	if len(tests) == 0 {
		s.report(&runtime.Diagnostic{
			Pos: syntax.MakePosition(&path, 0, 0), Code: "test", Severity: runtime.Warning,
			Msg: "no functions test_*(t) in a test file",
		})
	}
	s.Tests = append(s.Tests, tests...)
}

// rule finds a rule of the set, enabled or not.
func (s *Suite) rule(id string) *runtime.Rule {
	for _, r := range slices.Concat(s.Set.Rules(), s.Set.Disabled()) {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Untested gives the ids of the rules that no test of results asked, and of
// those that all tests saw match, or none.
func (s *Suite) Untested(results []*Result) (none, oneSided []string) {
	type sides struct{ match, noMatch bool }
	asked := make(map[string]sides)
	for _, r := range results {
		if rule := r.Test.Rule; rule != nil {
			seen := asked[rule.ID] // though it may have failed
			asked[rule.ID] = seen
		}
		for _, a := range r.Asked {
			seen := asked[a.Rule]
			asked[a.Rule] = sides{seen.match || a.Matched, seen.noMatch || !a.Matched}
		}
	}
	for _, r := range slices.Concat(s.Set.Rules(), s.Set.Disabled()) {
		switch seen, ok := asked[r.ID]; {
		case !ok:
			none = append(none, r.ID)
		case !seen.match || !seen.noMatch:
			oneSided = append(oneSided, r.ID)
		}
	}
	slices.Sort(none)
	slices.Sort(oneSided)
	return none, oneSided
}
