package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
)

// gate runs the unit tests of rules that are about to go live, and refuses
// those of which one fails, or cannot be read. A test in a file *_test.star is
// one of the rules that it asks; one that cannot be read, or fails before it
// asks, of those that its file names. Rules without tests pass.
func (s *service) gate(ctx context.Context, c *ruleset.Candidate) map[*runtime.Rule]error {
	suite := ruletest.NewSuite(c.Set, c.Documents)
	changed := make(map[string]*runtime.Rule)
	for _, r := range c.Changed {
		changed[r.ID] = r
	}
	var tests []*ruletest.Test
	for _, t := range suite.Tests {
		if inStarlark := t.Rule == nil; inStarlark || changed[t.Rule.ID] != nil {
			tests = append(tests, t)
		}
	}
	refused := unreadable(suite, c.Changed)
	runner := ruletest.Runner{Suite: suite, Limits: &s.Limits, Workers: s.Workers}
	for result := range runner.Run(ctx, tests) {
		if result.Passed || result.Skipped {
			continue
		}
		for _, id := range tested(result, c.Changed) {
			if r := changed[id]; r != nil && refused[r] == nil {
				refused[r] = fmt.Errorf("its test %q fails%s (starhost test shows more)", result.Test.Name, firstProblem(result))
			}
		}
	}
	return refused
}

// unreadable refuses the rules with tests that cannot be read: such a file has
// no tests at all.
func unreadable(suite *ruletest.Suite, changed []*runtime.Rule) map[*runtime.Rule]error {
	refused := make(map[*runtime.Rule]error)
	for _, d := range suite.Diagnostics {
		if !d.IsError() {
			continue
		}
		path := d.Pos.Filename()
		inStarlark := slices.Contains(suite.Set.Tests(), path)
		for _, r := range changed {
			if refused[r] == nil && (r.Metadata.File == path || inStarlark && namesRule(path, r)) {
				refused[r] = fmt.Errorf("its tests cannot be read: %w", d)
			}
		}
	}
	return refused
}

// tested gives the ids of the rules that a test is of.
func tested(result *ruletest.Result, changed []*runtime.Rule) []string {
	if result.Test.Rule != nil {
		return []string{result.Test.Rule.ID}
	}
	var ids []string
	for _, asked := range result.Asked {
		ids = append(ids, asked.Rule)
	}
	if len(ids) > 0 {
		return ids
	}
	for _, r := range changed {
		if namesRule(result.Test.Pos.Filename(), r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// namesRule tells whether a test file names a rule: it has the name of the rule's
// file or the rule's id in its own name, or the id in its text.
func namesRule(test string, r *runtime.Rule) bool {
	of := strings.TrimSuffix(filepath.Base(test), "_test.star")
	if base := filepath.Base(r.Path); of == r.ID || of == strings.TrimSuffix(base, filepath.Ext(base)) {
		return true
	}
	text, _ := os.ReadFile(test) // where it cannot be read, its name has to do
	return bytes.Contains(text, []byte(`"`+r.ID+`"`)) || bytes.Contains(text, []byte(`'`+r.ID+`'`))
}

// firstProblem says what was wrong, where a test says it in a few words.
func firstProblem(r *ruletest.Result) string {
	switch {
	case r.Cause != nil:
		return ": " + r.Cause.Error()
	case len(r.Problems) > 0:
		p := r.Problems[0]
		return fmt.Sprintf(": %s is %s, want %s", p.What, p.Got, p.Want)
	}
	return ""
}
