package main

import (
	"context"
	"fmt"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
)

// gate runs the unit tests of rules that are about to go live, and refuses
// those of which one fails. A test in a file *_test.star is one of the rules
// that it asks. Rules without tests pass.
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
	runner := ruletest.Runner{Suite: suite, Limits: &s.Limits, Workers: s.Workers}
	refused := make(map[*runtime.Rule]error)
	for result := range runner.Run(ctx, tests) {
		if result.Passed || result.Skipped {
			continue
		}
		for _, id := range tested(result) {
			if r := changed[id]; r != nil && refused[r] == nil {
				refused[r] = fmt.Errorf("its test %q fails%s (starhost test shows more)", result.Test.Name, firstProblem(result))
			}
		}
	}
	return refused
}

// tested gives the ids of the rules that a test is of.
func tested(r *ruletest.Result) []string {
	if r.Test.Rule != nil {
		return []string{r.Test.Rule.ID}
	}
	var ids []string
	for _, asked := range r.Asked {
		ids = append(ids, asked.Rule)
	}
	return ids
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
