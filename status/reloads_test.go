package status

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReloads follows the rule set through some reloads.
func TestReloads(t *testing.T) {
	r := new(Reloads)
	var none RuleSet
	r.addTo(&none)
	require.Nil(t, none.LastReload)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for i, step := range []struct {
		Reload
		since, success int // minutes
	}{
		{Reload{Outcome: "ok", Version: "a"}, 0, 0},
		{Reload{Outcome: "unchanged", Version: "a"}, 0, 1},
		{Reload{Outcome: "partial", Version: "b", Refused: 1}, 2, 1},
		{Reload{Outcome: "unchanged", Version: "b", Refused: 1}, 2, 1}, // still refused
		{Reload{Outcome: "failed", Version: "b"}, 2, 1},
		{Reload{Outcome: "ok", Version: "c"}, 5, 5},
	} {
		step.At = at(i)
		r.Done(step.Reload)
		var got RuleSet
		r.addTo(&got)
		require.Equal(t, step.Version, got.Version, "step %d", i)
		require.Equal(t, at(step.since), got.Since, "step %d", i)
		require.Equal(t, at(step.success), got.LastSuccess, "step %d", i)
		require.Equal(t, step.Outcome, got.LastReload.Outcome, "step %d", i)
		require.Equal(t, step.success == i, got.LastReload.ok(), "step %d", i)
	}
	var got RuleSet
	r.addTo(&got)
	require.Equal(t, map[string]int64{"ok": 2, "unchanged": 2, "partial": 1, "failed": 1}, got.Reloads)
}
