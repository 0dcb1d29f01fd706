package ruletest

import (
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Test is one unit test of a rule, as its file has it.
type Test struct {
	Rule *runtime.Rule
	Name string
	Pos  syntax.Position // of the test in its file
	Skip string          // why it is not run, or ""

	plain   bool // one event, by Panther's rules
	clock   time.Time
	cache   map[string]cacheSetup
	mocks   starlark.StringDict
	mockPos map[string]syntax.Position
	steps   []step
	maxOps  *int64
	starred *starTest // a test in Starlark; nothing of the above but Name is set
}

// RuleID gives the id of the rule under test; for a test in Starlark, the name
// of its file.
func (t *Test) RuleID() string {
	if t.starred != nil {
		return t.starred.file
	}
	return t.Rule.ID
}

// A step is one event of a test.
type step struct {
	pos    syntax.Position
	after  time.Duration
	clock  time.Time
	repeat int64
	event  []byte // JSON
	expect expectations
	maxOps *int64
}

// expectations are what a step expects; nil and empty means nothing.
type expectations struct {
	result       *bool
	resultPos    syntax.Position
	fields       []fieldExpectation
	context      []pathExpectation
	alert        string
	alertPos     syntax.Position
	err          *matcher
	errPos       syntax.Position
	cache        []cacheExpectation
	cacheExact   bool
	destinations *matcher
	destPos      syntax.Position
}

// A fieldExpectation is one of a field of the alert.
type fieldExpectation struct {
	key   string // ExpectedTitle, …
	field string // title, …
	pos   syntax.Position
	want  matcher
}

// A pathExpectation is one of a part of the alert context; path is nil for the
// whole.
type pathExpectation struct {
	pos  syntax.Position
	text string
	path []string
	want matcher
}

// A cacheExpectation is what is expected of one item.
type cacheExpectation struct {
	pos    syntax.Position
	key    string
	absent bool
	fields []fieldExpectation // counter, string_set, dictionary, expires_in
}

// cacheSetup is an item that is there before the first step. Its lifetime
// counts from the test's clock.
type cacheSetup struct {
	item      caching.Item
	expiresIn time.Duration
	expires   bool
}
