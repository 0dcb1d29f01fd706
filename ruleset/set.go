package ruleset

import (
	"crypto/sha256"
	"slices"
	"strings"
	"sync"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
)

// A Set is the rules that run. It is immutable: goroutines share it freely.
type Set struct {
	rules    []*runtime.Rule
	disabled []*runtime.Rule
	others   Route            // for log types that no rule names
	routes   map[string]Route // by log type
	tests    []string         // *_test.star files
	contents Contents

	background *runtime.Background // of all rules
	scheduled  *runtime.Background // of scheduled rules
	version    string
	sums       map[string]sum // of the rules' metadata, by id
	around     sum            // of the data models and lookup tables
	policies   bool           // events are resources, for policies

	mu     sync.Mutex // guards loader, which Variant uses
	loader *runtime.Loader
}

// A Route is the rules that see the events of a log type, in the order of
// their ids. The caller must not change it.
type Route struct {
	Stateless []*runtime.Rule // can run in any order, at the same time
	Stateful  []*runtime.Rule // must see the events in input order
}

// NewSet makes a set of rules with different ids. Those that are not enabled
// are kept apart and never match.
func NewSet(rules []*runtime.Rule) *Set { return newSet(rules, nil, nil) }

// newSet makes a set of rules that have a background. Scheduled rules have one
// without data models: what a query gives is no event of a log type. Rules that
// were in a set with another background are copied, not changed.
func newSet(rules []*runtime.Rule, b, scheduled *runtime.Background) *Set {
	s := &Set{background: b, scheduled: scheduled}
	for _, r := range slices.SortedFunc(slices.Values(rules), byID) {
		if b != nil {
			r = withBackground(r, b, scheduled)
		}
		if !r.Enabled {
			s.disabled = append(s.disabled, r)
			continue
		}
		s.rules = append(s.rules, r)
	}
	s.makeRoutes()
	return s
}

// withBackground gives a rule its background.
func withBackground(r *runtime.Rule, b, scheduled *runtime.Background) *runtime.Rule {
	if r.Kind == runtime.KindScheduled {
		b = scheduled
	}
	switch r.Background {
	case b:
		return r
	case nil:
		r.Background = b // nobody else has it yet
		return r
	}
	other := *r
	other.Background = b
	return &other
}

func (s *Set) makeRoutes() {
	s.routes = make(map[string]Route)
	for _, r := range s.rules {
		for _, t := range r.LogTypes {
			s.routes[t] = Route{}
		}
	}
	s.others = s.route("")
	for t := range s.routes {
		s.routes[t] = s.route(t)
	}
}

// ForResources gives a set with the same rules that matches policies to the
// types of resources, in the place of rules to log types: some types are both.
func (s *Set) ForResources() *Set {
	other := &Set{
		rules: s.rules, disabled: s.disabled, tests: s.tests, contents: s.contents,
		background: s.background, scheduled: s.scheduled, loader: s.loader, policies: true,
		version: s.version, sums: s.sums, around: s.around,
	}
	other.makeRoutes()
	return other
}

func byID(a, b *runtime.Rule) int { return strings.Compare(a.ID, b.ID) }

func (s *Set) route(logType string) Route {
	var route Route
	for _, r := range s.rules {
		switch {
		case (r.Kind == runtime.KindPolicy) != s.policies:
		case r.Kind == runtime.KindScheduled:
			// It sees what a query gives.
		case len(r.LogTypes) > 0 && !slices.Contains(r.LogTypes, logType):
		case r.Stateful:
			route.Stateful = append(route.Stateful, r)
		default:
			route.Stateless = append(route.Stateless, r)
		}
	}
	return route
}

// Match gives the rules that see events of a log type. Policies, which see
// resources, and scheduled rules, which see the results of queries, are not
// among them; but see ForResources.
func (s *Set) Match(logType string) Route {
	if route, ok := s.routes[logType]; ok {
		return route
	}
	return s.others
}

// Enrich gives an event with what the set's lookup tables have for it. It is
// safe for concurrent use.
func (s *Set) Enrich(e *event.Event) *event.Event { return s.background.Enrich(e) }

// Version tells sets apart that were loaded from files: 12 hexadecimal digits of
// a hash of all that the rules are made of, their metadata, helpers, data models
// and lookup tables. It does not depend on where the files are. A set that was
// not loaded has none.
func (s *Set) Version() string { return s.version }

// RuleVersion tells versions of a rule of the set apart: it is a hash of its
// file and the helpers that it loads, of its metadata file, and of all data
// models and lookup tables, of which it may use any.
func (s *Set) RuleVersion(r *runtime.Rule) [sha256.Size]byte {
	meta := s.sums[r.ID]
	return sha256.Sum256(slices.Concat(r.Hash[:], meta[:], s.around[:]))
}

// all gives the rules, enabled or not.
func (s *Set) all() []*runtime.Rule { return slices.Concat(s.rules, s.disabled) }

// Rules gives the enabled rules in the order of their ids. The caller must
// not change the result.
func (s *Set) Rules() []*runtime.Rule { return s.rules }

// Disabled gives the rules whose metadata says Enabled: false.
func (s *Set) Disabled() []*runtime.Rule { return s.disabled }

// Tests gives the *_test.star files of the directories, in order.
func (s *Set) Tests() []string { return s.tests }

// Variant compiles a rule of the set anew, as runtime.Loader.Variant does. It
// is safe for concurrent use.
func (s *Set) Variant(r *runtime.Rule, v *runtime.Variant) (*runtime.Rule, []*runtime.Diagnostic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	variant, diags := s.loader.Variant(r, v)
	if variant != nil {
		variant.Background = r.Background
	}
	return variant, diags
}

// File loads another file, such as one of tests, among the set's helpers. It
// is safe for concurrent use.
func (s *Set) File(path, name string) (*runtime.File, []*runtime.Diagnostic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loader.File(path, name)
}
