package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestServeCheckpoints shows that checkpoints that cannot be written at the end
// are no wrong use.
func TestServeCheckpoints(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	write("rules/a.star", "def rule(event):\n    return False\n")
	write("rules/a.yml", "AnalysisType: rule\nRuleID: A\nFilename: a.star\nEnabled: true\nLogTypes: [A]\nSeverity: Low\n")
	write("a.log", "{}\n")
	write("data/checkpoints.json.new/in the way", "")
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var log bytes.Buffer
	c := &command{in: strings.NewReader(""), out: new(bytes.Buffer), err: writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "checkpoints cannot be written") {
			end()
		}
		return log.Write(p)
	})}
	code := c.run(ctx, []string{"serve", "--rules", "rules", "--data-dir", "data", "--store", "memory", "--listen", "127.0.0.1:0", "--follow", "a.log"})
	require.Equal(t, exitFindings, code, log.String())
	require.Contains(t, log.String(), "starhost: follow files: write checkpoints data/checkpoints.json: open data/checkpoints.json.new: is a directory; what was read since they were last written comes again\n")
}

type writerFunc func(p []byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }
