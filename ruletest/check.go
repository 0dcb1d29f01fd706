package ruletest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/starhost/starhost/alert"
	"go.starlark.net/syntax"
)

// check compares what a step came to with what it expects.
func (s *stepRun) check() {
	if !s.checkError() {
		return
	}
	if want := s.expect.result; want != nil && *want != *s.Got {
		s.problem(s.expect.resultPos, "ExpectedResult", fmt.Sprint(*want), fmt.Sprint(*s.Got))
		s.replacement(fmt.Sprint(*s.Got))
	}
	s.checkFailures()
	s.checkFields()
	s.checkContext()
	s.checkAlert()
	if s.step.maxOps != nil && s.opsOfStep() > *s.step.maxOps {
		s.problem(s.pos, "MaxCacheOps", fmt.Sprintf("at most %d cache operations", *s.step.maxOps), fmt.Sprint(s.opsOfStep()))
	}
}

// opsOfStep counts the cache operations of the evaluation just made.
func (s *stepRun) opsOfStep() int64 { return int64(len(s.Ops) - s.opsBefore) }

// checkError tells whether there is a result to look at.
func (s *stepRun) checkError() bool {
	want := s.expect.err
	switch {
	case s.Cause == nil && want == nil:
		return true
	case s.Cause == nil:
		s.problem(s.expect.errPos, "ExpectedError", "an error that "+want.String(), "no error")
		return false
	case want == nil:
		pos := s.pos
		if s.expect.result != nil {
			pos = s.expect.resultPos
		}
		s.problem(pos, s.rule.Kind.Main(), resultText(s.expect.result), s.Cause.Type+": "+s.Cause.Diagnostic.Error())
		s.Problems[len(s.Problems)-1].Hint = s.Cause.Hint
	case !want.match(s.Cause.Type + ": " + s.Cause.Msg):
		s.problem(s.expect.errPos, "ExpectedError", "an error that "+want.String(), s.Cause.Type+": "+s.Cause.Msg)
	}
	return false
}

func resultText(result *bool) string {
	if result == nil {
		return "no error"
	}
	return fmt.Sprint(*result)
}

// checkFailures reports functions that failed where an alert is expected and
// comes.
func (s *stepRun) checkFailures() {
	if s.expect.result == nil || !s.rule.Kind.Alerts(*s.expect.result) || !s.Alert {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.match.Failures)) {
		f := s.match.Failures[name]
		got := f.Type + ": " + f.Message
		if f.At != "" {
			got = f.At + ": " + got
		}
		s.problem(s.expect.resultPos, name, "no error", got)
	}
}

func (s *stepRun) checkFields() {
	for _, f := range s.expect.fields {
		s.compare(f.pos, f.key, &f.want, decodeJSON(s.Outputs[f.field]))
	}
	if want := s.expect.destinations; want != nil {
		s.compare(s.expect.destPos, "ExpectedDestinations", want, decodeJSON(s.Outputs["destinations"]))
	}
}

// compare reports a value that is not as expected.
func (s *stepRun) compare(pos syntax.Position, what string, want *matcher, got any) {
	if !want.match(got) {
		s.problem(pos, what, want.String(), encodeJSON(got))
		if want.op == "" && got != nil {
			s.replacement(encodeJSON(got))
		}
		if _, ok := got.(json.Number); ok && strings.HasSuffix(what, ": expires_in") {
			s.replacement(encodeJSON(got) + "s")
		}
	}
}

// replacement notes what would have made the expectation of the last problem
// hold.
func (s *stepRun) replacement(text string) { s.Problems[len(s.Problems)-1].Replacement = text }

func (s *stepRun) checkContext() {
	context := decodeJSON(s.Outputs["alert_context"])
	for _, p := range s.expect.context {
		what := "ExpectedAlertContext"
		got, found := context, true
		if p.path != nil {
			what += " " + p.text
			got, found = atPath(context, p.path)
		}
		if !found {
			s.problem(p.pos, what, p.want.String(), "nothing at "+p.text+" in "+encodeJSON(context))
			continue
		}
		s.compare(p.pos, what, &p.want, got)
	}
}

// atPath finds the value at a path of keys and list indexes.
func atPath(v any, path []string) (any, bool) {
	for i, key := range path {
		switch x := v.(type) {
		case map[string]any:
			if whole, ok := x[strings.Join(path[i:], ".")]; ok { // keys may have dots
				return whole, true
			}
			next, ok := x[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			n := -1
			if _, err := fmt.Sscanf(key, "%d", &n); err != nil || n < 0 || n >= len(x) {
				return nil, false
			}
			v = x[n]
		default:
			return nil, false
		}
	}
	return v, true
}

func (s *stepRun) checkAlert() {
	if s.expect.alert == "" {
		return
	}
	got := "none"
	if s.outcome == alert.Opened || s.outcome == alert.Counted {
		got = string(s.outcome)
	}
	if got == s.expect.alert {
		return
	}
	outcome := got
	if s.outcome == alert.Pending {
		got += fmt.Sprintf(" (the rule's threshold of %d is not reached)", s.rule.Threshold)
	}
	s.problem(s.expect.alertPos, "ExpectedAlert", s.expect.alert, got)
	s.replacement(outcome)
}

// checkCache compares the items of the store after a step.
func (s *stepRun) checkCache() {
	items := snapshot(s.store, s.now)
	for _, c := range s.expect.cache {
		item, there := items[c.key]
		what := fmt.Sprintf("cache %q", c.key)
		switch {
		case c.absent && there:
			s.problem(c.pos, what, "absent", describeItem(item, s.now))
		case !c.absent && !there:
			s.problem(c.pos, what, "an item", "absent")
		case !c.absent:
			for _, f := range c.fields {
				s.compare(f.pos, what+": "+f.field, &f.want, itemValue(item, f.field, s.now))
			}
		}
		delete(items, c.key)
	}
	if !s.expect.cacheExact {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		s.problem(s.pos, fmt.Sprintf("cache %q", key), "absent, as ExpectedCacheExact says", describeItem(items[key], s.now))
	}
}
