package service_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRouting follows alerts from rules to sinks: named destinations, the
// default ones, none at all, and an archive that takes all.
func TestRouting(t *testing.T) {
	dir := t.TempDir()
	out := func(name string) string { return filepath.Join(dir, name+".jsonl") }
	config := filepath.Join(folder(t, map[string]string{"starhost.yaml": fmt.Sprintf(`
serve:
  sinks:
  - {type: file, name: main, path: '%s'}
  - {type: file, name: soc, path: '%s', destinations: [on-call]}
  - {type: file, name: archive, path: '%s', all: true}
`, out("main"), out("soc"), out("archive"))}), "starhost.yaml")
	rules := folder(t, map[string]string{"r.star": `
def rule(event):
    return True
def dedup(event):
    return event["id"]
def destinations(event):
    return {"named": ["ON-CALL"], "unknown": ["nobody"], "withheld": []}.get(event["id"])
`})
	s := serve(t, "--config", config, "--rules", rules, "--data-dir", t.TempDir(), "--store", "memory")
	for _, id := range []string{"default", "named", "unknown", "withheld"} {
		require.Equal(t, 200, s.one(id).Code)
	}
	once := func(ids ...string) map[string]int {
		all := make(map[string]int)
		for _, id := range ids {
			all[id] = 1
		}
		return all
	}
	require.Equal(t, once("default", "unknown"), alertsIn(t, out("main")))
	require.Equal(t, once("named"), alertsIn(t, out("soc")))
	require.Equal(t, once("default", "named", "unknown", "withheld"), alertsIn(t, out("archive")))
	_, metrics := s.get("/metrics")
	require.Contains(t, metrics, `starhost_alerts_not_routed_total{reason="withheld"} 1`)
	require.Regexp(t, `starhost_rule_alerts_total\{.*rule="r".*\} 4\n`, metrics)
}
