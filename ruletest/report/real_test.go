package report

import (
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/require"
)

// suite reads the tests in testdata/rules.
func suite(t *testing.T) *ruletest.Suite {
	t.Helper()
	loader := ruleset.Loader{
		Paths:     []string{"testdata/rules"},
		Modules:   append(helpers.Modules(), caching.Module(&memory.Store{})),
		Worker:    runtime.Worker{Limits: limits},
		Documents: make(map[string]*strictyaml.Document),
	}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)
	s := ruletest.NewSuite(set, loader.Documents)
	require.Empty(t, s.Diagnostics)
	return s
}

var limits = &guard.Limits{Steps: 100_000}

// TestRealProblems runs tests that fail in all ways and checks that each of
// their problems is put into words, and each error has its source line: that
// is, that the words of ruletest are those that this package knows.
func TestRealProblems(t *testing.T) {
	s := suite(t)
	runner := ruletest.Runner{Suite: s, Limits: limits, Now: time.Unix(1767225600, 0)}
	kinds := make(map[string]bool)
	for r := range runner.Run(t.Context(), s.Tests) {
		text := write(t, "pretty", options(), r)
		require.NotContains(t, text, "does not say why")
		for i := range r.Problems {
			p := &r.Problems[i]
			kinds[p.What] = true
			require.NotContains(t, headline(r, p), line(p.What)+" is not as expected.")
			require.Contains(t, text, headline(r, p))
		}
		if r.Cause != nil {
			require.Regexp(t, `(?m)^ +at \S+\n +\d+ \| .*\n +\| +\^`, text)
		}
	}
	require.Greater(t, len(kinds), 15, "kinds of problems")
}
