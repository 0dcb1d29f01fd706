package service_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPprof asks for the profiles of the process, which are for those with the
// token.
func TestPprof(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("a-secret-of-many-characters\n"), 0o600))
	s := launch(t, nil, "--rules", folder(t, stateless), "--data-dir", t.TempDir(), "--store", "memory", "--token-file", token, "--pprof")
	for path, holds := range map[string]string{
		"/debug/pprof/":                  "goroutine",
		"/debug/pprof/heap?debug=1":      "heap profile: ",
		"/debug/pprof/goroutine?debug=1": "goroutine profile: total ",
		"/debug/pprof/cmdline":           "--pprof",
		"/debug/pprof/symbol":            "num_symbols",
		"/debug/pprof/trace?seconds=0.1": "trace",
		"/debug/pprof/profile?seconds=1": "",
	} {
		code, body := s.ask("GET", path, nil)
		require.Equal(t, http.StatusUnauthorized, code, "%s: %s", path, body)
		code, body = s.ask("GET", path, map[string]string{"Authorization": "Bearer a-secret-of-many-characters"})
		require.Equal(t, http.StatusOK, code, "%s: %s", path, body)
		require.NotEmpty(t, body, path)
		require.Contains(t, body, holds, path)
	}
	require.Zero(t, s.stop(), s.logged())
}
