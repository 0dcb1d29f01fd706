package main

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOpenTails shows that files of one log type are followed together, and
// that each Tail knows what the others follow.
func TestOpenTails(t *testing.T) {
	dir := t.TempDir()
	s := &service{log: slog.New(slog.DiscardHandler), serveSettings: &serveSettings{DataDir: dir, Follow: []followSettings{
		{Paths: []string{dir + "/a.log", dir + "/b.log"}, LogType: "A"},
		{Paths: []string{dir + "/c.log"}, LogType: "C"},
		{Paths: []string{dir + "/d.log"}, LogType: "A"},
	}}}
	s.openTails()
	require.Len(t, s.tails, 2)
	require.Equal(t, []string{dir + "/a.log", dir + "/b.log", dir + "/d.log"}, s.tails[0].Paths)
	require.Equal(t, []string{dir + "/c.log"}, s.tails[0].Others)
	require.Equal(t, s.tails[1].Paths, s.tails[0].Others)
	require.Equal(t, s.tails[0].Paths, s.tails[1].Others)
}
