package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/ruleset"
	"github.com/stretchr/testify/require"
)

const (
	gateRule = "def rule(event):\n    return event['n'] == 1\n"
	gateYAML = "AnalysisType: rule\nFilename: a.star\nRuleID: Rule.A\nSeverity: Low\nTests:\n- Name: one\n  Log: {n: 1}\n"
)

// TestGate changes the rule Rule.A, in a.star, beside tests of it in all states.
// Rules that do not change run on whatever their tests are.
func TestGate(t *testing.T) {
	for _, c := range []struct {
		name, file, text string // of the tests
		want             string // why it is refused, or ""
	}{
		{"a test that passes", "a.yml", gateYAML + "  ExpectedResult: true\n", ""},
		{"a test that fails", "a.yml", gateYAML + "  ExpectedResult: false\n", `its test "one" fails`},
		{"a test that is skipped", "a.yml", gateYAML + "  ExpectedResult: false\n  skip: later\n", ""},
		{"a test that cannot be read", "a.yml", gateYAML + "  ExpectedResult: maybe\n",
			`its tests cannot be read: ` + filepath.Join("rules", "a.yml") + `:8:19: ExpectedResult`},
		{"a test in Starlark", "z_test.star", "def test_a(t):\n    t.true(t.run('Rule.A', {'n': 1}).matched)\n", ""},
		{"one that fails", "z_test.star", "def test_a(t):\n    t.false(t.run('Rule.A', {'n': 1}).matched)\n", `its test "test_a" fails`},
		{"one of another rule", "z_test.star", "def test_a(t):\n    t.false(t.run('b', {'n': 1}).matched)\n", ""},
		{"one that fails before it asks", "z_test.star", "def test_a(t):\n    t.run('Rule.A', None)\n", `its test "test_a" fails`},
		{"a file named as the rule's that does not load", "a_test.star", "def test_a(t:\n",
			"its tests cannot be read: " + filepath.Join("rules", "a_test.star") + ":1:11: "},
		{"one named as the rule", "Rule.A_test.star", "def test_a(t:\n", "its tests cannot be read"},
		{"one that has the rule in it", "z_test.star", "def test_a(t:\n    t.run(\"Rule.A\", {})\n", "its tests cannot be read"},
		{"one that has not", "z_test.star", "def test_a(t:\n    t.run('Rule.AB', {})\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			put := func(name, text string) {
				require.NoError(t, os.WriteFile(filepath.Join("rules", name), []byte(text), 0o666))
			}
			require.NoError(t, os.Mkdir("rules", 0o777))
			put("a.yml", gateYAML+"  ExpectedResult: true\n")
			put("a.star", gateRule)
			put("b.star", gateRule)
			s := &service{serveSettings: &serveSettings{}}
			live := &ruleset.Live{Rules: ruleset.Loader{Paths: []string{"rules"}, Modules: modules(&memory.Store{})}, Gate: s.gate}
			_, err := live.Reload(context.Background())
			require.NoError(t, err)
			require.Empty(t, live.Refused())
			before := live.Set().Version()

			put(c.file, c.text)
			put("a.star", gateRule+"#")
			_, err = live.Reload(context.Background())
			require.NoError(t, err)
			require.Len(t, live.Set().Rules(), 2)
			if c.want == "" {
				require.Empty(t, live.Refused())
				require.NotEqual(t, before, live.Set().Version())
				return
			}
			require.Len(t, live.Refused(), 1)
			refused := live.Refused()[0]
			require.Equal(t, []string{"Rule.A"}, refused.Kept)
			require.Contains(t, refused.Diagnostics[0].Error(), c.want)
			require.Equal(t, before, live.Set().Version())
		})
	}
}
