package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A reload is the answer to POST /-/reload.
type reload struct {
	Outcome, Error                string
	RuleSet                       string `json:"rule_set"`
	Added, Changed, Removed, Kept []string
	Refused                       []struct {
		File        string
		RuleIDs     []string `json:"rule_ids"` // that are not live as the file says
		Kept        []string
		Diagnostics []string
	}
}

// reload asks for one. The lists of the answer must be lists, also empty ones.
func (s *server) reload(code int) (r reload) {
	s.t.Helper()
	got, text := s.ask(http.MethodPost, "/-/reload", nil)
	require.Equal(s.t, code, got, text)
	var fields map[string]any
	require.NoError(s.t, json.Unmarshal([]byte(text), &fields), text)
	for _, list := range []string{"added", "changed", "removed", "kept", "refused"} {
		require.IsType(s.t, []any{}, fields[list], "%s in %s", list, text)
	}
	for _, refused := range fields["refused"].([]any) {
		for _, list := range []string{"rule_ids", "kept", "diagnostics"} {
			require.IsType(s.t, []any{}, refused.(map[string]any)[list], "%s of refused in %s", list, text)
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(text), &r), text)
	return r
}

// TestReloadAnswer asks for reloads of good files, broken ones, and none.
func TestReloadAnswer(t *testing.T) {
	rules := folder(t, map[string]string{"a.star": stateless["stateless.star"], "b.star": stateless["stateless.star"]})
	s := serve(t, "--rules", rules, "--data-dir", t.TempDir(), "--store", "memory")
	r := s.reload(http.StatusOK)
	require.Equal(t, "unchanged", r.Outcome)
	require.Empty(t, r.Refused)
	version := r.RuleSet

	// Whoever watches the folder may be first; then there is nothing new to say.
	tries := 0
	s.await("a partial reload", func() bool {
		tries++
		write(t, rules, map[string]string{"a.star": strings.Repeat("\n", tries) + "def rule(event:\n", "new.star": "def rule(event:\n"})
		r = s.reload(http.StatusOK)
		return r.Outcome == "partial"
	})
	for range 3 {
		require.Equal(t, []string{"a"}, r.Kept)
		require.Equal(t, version, r.RuleSet)
		require.Len(t, r.Refused, 2)
		require.Equal(t, "a.star", filepath.Base(r.Refused[0].File))
		require.Equal(t, []string{"a"}, r.Refused[0].Kept)
		require.Equal(t, []string{"a"}, r.Refused[0].RuleIDs)
		require.Len(t, r.Refused[0].Diagnostics, 1)
		require.Contains(t, r.Refused[0].Diagnostics[0], fmt.Sprintf("a.star:%d:9", tries+1))
		require.Equal(t, "new.star", filepath.Base(r.Refused[1].File))
		require.Equal(t, []string{"new"}, r.Refused[1].RuleIDs)
		require.Empty(t, r.Refused[1].Kept)
		require.Len(t, r.Refused[1].Diagnostics, 1)
		require.Contains(t, r.Refused[1].Diagnostics[0], "new.star:1:9")
		r = s.reload(http.StatusOK)
		require.Contains(t, []string{"unchanged", "partial"}, r.Outcome)
		require.Empty(t, r.Changed)
	}

	require.NoError(t, os.Rename(rules, rules+".away"))
	r = s.reload(http.StatusInternalServerError)
	require.Equal(t, "failed", r.Outcome)
	require.Contains(t, r.Error, rules)
	require.Equal(t, version, r.RuleSet)
	require.Len(t, s.state().Rules, 2)
	require.NoError(t, os.Rename(rules+".away", rules))
	require.NoError(t, os.Remove(filepath.Join(rules, "new.star")))
	write(t, rules, map[string]string{"a.star": stateless["stateless.star"]})
	r = s.reload(http.StatusOK)
	require.Empty(t, r.Refused)
	require.Equal(t, version, r.RuleSet)
}
