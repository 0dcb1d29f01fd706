package main

import (
	"context"
	"fmt"

	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
)

// gate runs the unit tests of rules that are about to go live, and refuses
// those of which one fails.
func (s *service) gate(ctx context.Context, c *ruleset.Candidate) map[*runtime.Rule]error {
	suite := ruletest.NewSuite(c.Set, c.Documents)
	changed := make(map[string]*runtime.Rule)
	for _, r := range c.Changed {
		changed[r.ID] = r
	}
	var tests []*ruletest.Test
	for _, t := range suite.Tests {
		if changed[t.RuleID()] != nil {
			tests = append(tests, t)
		}
	}
	runner := ruletest.Runner{Suite: suite, Limits: &s.Limits, Workers: s.Workers}
	refused := make(map[*runtime.Rule]error)
	for result := range runner.Run(ctx, tests) {
		r := changed[result.Test.RuleID()]
		if result.Passed || result.Skipped || refused[r] != nil {
			continue
		}
		refused[r] = fmt.Errorf("its test %q fails%s (starhost test shows more)", result.Test.Name, firstProblem(result))
	}
	return refused
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
