package status_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/sink"
	"github.com/starhost/starhost/source"
	"github.com/starhost/starhost/status"
	"github.com/stretchr/testify/require"
)

// TestEngine looks on while an engine runs, and compares with its own counts.
func TestEngine(t *testing.T) {
	counted, log := new(status.Rules), new(status.ErrorLog)
	watched := &status.Store{Name: "memory"}
	store := watched.Watch(new(memory.Store))

	dir := t.TempDir()
	for name, text := range map[string]string{
		"counts.star": "load('panther_detection_helpers.caching', 'increment_counter')\ndef rule(event):\n    return increment_counter('k') % 100 == 0\n",
		"fails.star":  "def rule(event):\n    return event['missing']\n",
		"title.star":  "def rule(event):\n    return event['n'] % 10 == 0\ndef title(event):\n    return event['missing']\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	loader := ruleset.Loader{Paths: []string{dir}, Modules: []runtime.Module{caching.Module(store)}}
	set, diags, err := loader.Load()
	require.NoError(t, err)
	require.Empty(t, diags)
	counted.Live(set.Rules())

	const events = 1000
	var input strings.Builder
	for i := range events {
		input.WriteString(`{"n": ` + string(rune('0'+i%10)) + "}\n")
	}
	var logged bytes.Buffer
	e := &engine.Engine{
		Rules:     func() *ruleset.Set { return set },
		Source:    &source.Files{Stdin: strings.NewReader(input.String())},
		Sink:      &sink.Lines{W: io.Discard},
		Windows:   &alert.Windows{Counter: caching.Windows{Store: store}},
		Log:       slog.New(slog.NewTextHandler(&logged, nil)),
		Evaluated: counted.Evaluated, Opened: counted.Opened, Allow: log.Allow,
	}
	require.NoError(t, e.Run(t.Context()))

	r := &status.Reporter{Rules: counted, Reloads: new(status.Reloads), Store: watched, ErrorLog: log}
	s := r.Status(t.Context(), status.Query{})
	stats := e.Stats()
	require.Equal(t, stats.Evaluations, s.Totals.Evaluations)
	require.EqualValues(t, 3*events, s.Totals.Evaluations)
	require.Equal(t, stats.Matches, s.Totals.Matches)
	require.Equal(t, stats.Alerts, s.Totals.Alerts)
	require.Equal(t, stats.RuleErrors, s.Totals.Errors["error"])
	require.Equal(t, stats.FieldErrors, s.Totals.Errors["auxiliary"])
	require.Len(t, s.Rules, 3)
	require.EqualValues(t, 10, s.Rules[0].Matches)
	require.EqualValues(t, events, s.Rules[1].ErrorsInARow)
	require.Contains(t, s.Rules[1].LastError.At, "fails.star:2:17")
	require.Positive(t, s.Rules[1].P99)
	for _, op := range s.Store.Operations {
		if op.Name == "increment" {
			require.GreaterOrEqual(t, op.OK, int64(events))
		}
	}
	require.True(t, s.Store.Up)
	lines := strings.Count(logged.String(), "\n")
	require.EqualValues(t, events+100, int64(lines)+s.Totals.ErrorsUnlogged, "each error is logged or counted")
	require.GreaterOrEqual(t, lines, 2)
}
