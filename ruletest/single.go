package ruletest

import (
	"time"

	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// A Setup is what a test of one event starts from.
type Setup struct {
	Clock time.Time

	// Cache is the text of a mapping of items, as Cache in a test, in YAML or
	// JSON; CachePath names it in diagnostics. nil is an empty cache.
	Cache     []byte
	CachePath string
}

// NewTest makes a test of a rule and one event that expects nothing: its
// result tells what came. With an error in the cache it returns no test.
func NewTest(rule *runtime.Rule, event []byte, s Setup) (*Test, []*runtime.Diagnostic) {
	pos := syntax.MakePosition(&rule.Path, 0, 0)
	t := &Test{Rule: rule, Name: "eval", Pos: pos, plain: true, clock: s.Clock}
	t.steps = []step{{pos: pos, repeat: 1, event: event}}
	if s.Cache == nil {
		return t, nil
	}
	doc, bad := strictyaml.Parse(s.CachePath, s.Cache, "cache")
	if bad != nil {
		return nil, []*runtime.Diagnostic{bad}
	}
	if doc == nil {
		return t, nil
	}
	t.cache = readCache(doc.Root.Value)
	if doc.Failed() {
		return nil, doc.Diagnostics
	}
	return t, doc.Diagnostics
}
