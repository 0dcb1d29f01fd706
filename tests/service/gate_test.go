package service_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gated is a rule that matches events of one kind, and says which version of it
// does.
func gated(kind, generation string) string {
	return fmt.Sprintf(`
def rule(event):
    return event["kind"] == %q
def dedup(event):
    return event["id"]
def alert_context(event):
    return {"generation": %q}
`, kind, generation)
}

// The tests of a gated rule, which want an alert for one kind.
func gatedYAML(kind string) string {
	return fmt.Sprintf(`
AnalysisType: rule
Filename: gated.star
RuleID: gated
Severity: High
Tests:
  - Name: alerts
    ExpectedResult: true
    Log: {kind: %s, id: x}
`, kind)
}

func gatedStar(kind string) string {
	return fmt.Sprintf("def test_alerts(t):\n    t.true(t.run('gated', {'kind': %q, 'id': 'x'}).matched)\n", kind)
}

// TestReloadTests changes a rule so that its test fails: it runs on as it was
// until the test passes, be it the rule that is mended or the test.
func TestReloadTests(t *testing.T) {
	for _, c := range []struct {
		name, file, test string              // test is the name of the one that fails
		text             func(string) string // of the file with the test
	}{
		{"yaml", "gated.yml", "alerts", gatedYAML},
		{"starlark", "gated_test.star", "test_alerts", gatedStar},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{"stateless.star": always["stateless.star"], "gated.star": gated("bad", "first")}
			files[c.file] = c.text("bad")
			g := &gating{alerts: filepath.Join(t.TempDir(), "alerts.jsonl"), rules: folder(t, files)}
			g.server = serve(t, "--rules", g.rules, "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:"+g.alerts, "--reload-tests")
			g.says("bad", "first")

			g.change("gated.star", gated("worse", "fails"))
			g.refused(c.test)
			g.says("bad", "first")
			g.says("worse", "")
			g.change("gated.star", gated("bad", "mended"))
			g.accepted()
			g.says("bad", "mended")

			g.change("gated.star", gated("worse", "right"))
			g.refused(c.test)
			g.says("bad", "mended")
			g.change(c.file, c.text("worse"))
			g.accepted()
			g.says("worse", "right")
			g.says("bad", "")
			require.Zero(t, g.stop(), g.logged())
		})
	}
}

// TestReloadTestsNew adds rules one of which fails its test: it does not run,
// and the other does.
func TestReloadTestsNew(t *testing.T) {
	g := &gating{alerts: filepath.Join(t.TempDir(), "alerts.jsonl"), rules: folder(t, stateless)}
	g.server = serve(t, "--rules", g.rules, "--data-dir", t.TempDir(), "--store", "memory", "--sink", "file:"+g.alerts, "--reload-tests")
	added := folder(t, map[string]string{
		"gated.yml": gatedYAML("bad"), "gated.star": gated("worse", "fails"),
		"more.star": stateless["stateless.star"],
	})
	require.NoError(t, os.Rename(added, filepath.Join(g.rules, "added"))) // all at once
	g.refused("alerts")
	g.await("the other rule", func() bool { return len(g.state().Rules) == 2 })
	require.Empty(t, g.state().Refused[0].Kept)
	g.says("worse", "")
	g.change("added/gated.star", gated("bad", "mended"))
	g.accepted()
	g.says("bad", "mended")
}

// gating is a service whose rules must pass their tests.
type gating struct {
	*server
	rules, alerts string
	events        int
}

func (g *gating) change(file, text string) { write(g.t, g.rules, map[string]string{file: text}) }

// refused waits until the rule, and nothing else, is refused for its test.
func (g *gating) refused(test string) {
	g.t.Helper()
	why := fmt.Sprintf("its test %q fails", test)
	g.await("a refusal as "+why, func() bool {
		all := g.state().Refused
		return len(all) == 1 && len(all[0].Diagnostics) == 1 && strings.Contains(all[0].Diagnostics[0], why)
	})
	require.Contains(g.t, filepath.Base(g.state().Refused[0].File), "gated")
}

// accepted waits until nothing is refused.
func (g *gating) accepted() {
	g.t.Helper()
	g.await("the mended rule", func() bool { return len(g.state().Refused) == 0 })
}

// says sends an event of some kind and looks which version of the rule answers,
// "" for none. The other rules do.
func (g *gating) says(kind, generation string) {
	g.t.Helper()
	g.events++
	id := fmt.Sprint(kind, g.events)
	a, err := g.post(fmt.Appendf(nil, `{"kind": %q, "id": %q}`, kind, id))
	require.NoError(g.t, err)
	require.Equal(g.t, 200, a.Code, a.Text)
	got := make(map[string]string)
	for _, a := range readAlerts(g.t, g.alerts) {
		if a.Dedup == id {
			got[a.RuleID] = a.Context.Generation
		}
	}
	require.Contains(g.t, got, "stateless")
	if generation == "" {
		require.NotContains(g.t, got, "gated")
		return
	}
	require.Equal(g.t, generation, got["gated"], "alerts: %v", got)
}
