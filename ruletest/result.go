package ruletest

import (
	"encoding/json"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// A Result is the outcome of a test.
type Result struct {
	Test    *Test
	Passed  bool
	Skipped bool

	// Expected and Got are what the rule was expected to say of the event, and
	// said: of the last step that ran. nil where nothing was expected, or the
	// rule failed.
	Expected, Got *bool

	// Alert is whether that is a match: of a rule that says True, of a policy
	// that says False.
	Alert bool

	// Problems are why the test did not pass, in order. Empty if it passed.
	Problems []Problem

	// Outputs are what the rule's functions gave for that event, as JSON.
	Outputs map[string]json.RawMessage

	// Given are those of them that the functions gave themselves, as they gave
	// them; see alert.Match.
	Given map[string]json.RawMessage

	// Errors are the functions that failed for it, by name; rule, or policy,
	// among them.
	Errors map[string]alert.Failure

	// Cause is the error of the function rule or policy, or nil.
	Cause *runtime.CallError

	// Asked are the rules that were asked, with what came out.
	Asked []Asked

	Ops      []caching.Operation // cache operations of all steps
	Prints   []Print             // what was printed in all steps
	Decision *Decision           // why the last step came out as it did; nil unless asked for
	Duration time.Duration
}

// Asked is a rule that was asked about an event.
type Asked struct {
	Rule    string
	Matched bool
}

// A Problem is something that was not as expected.
type Problem struct {
	Pos  syntax.Position // of the expectation
	Step int             // from 1; 0 for a test without steps
	What string          // ExpectedTitle, cache "k": counter, …
	Want string
	Got  string
	Hint string

	// Replacement is the YAML text that would make the expectation hold, or
	// "" where it is no text to replace.
	Replacement string
}

// A Print is one line that a rule printed.
type Print struct {
	Pos  string
	Text string
}

// Summary counts results.
type Summary struct {
	Rules, Tests, Passed, Failed, Skipped int
	Duration                              time.Duration
}

// Add counts one more result.
func (s *Summary) Add(r *Result) {
	s.Tests++
	switch {
	case r.Skipped:
		s.Skipped++
	case r.Passed:
		s.Passed++
	default:
		s.Failed++
	}
}
