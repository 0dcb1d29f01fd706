package ruleset_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/starhost/starhost/ruleset"
	"github.com/stretchr/testify/require"
)

// TestWatch makes changes of every kind and waits for each to be told once.
func TestWatch(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	write("a.star", "1")
	ctx, cancel := context.WithCancel(context.Background())
	told, ended := make(chan struct{}, 100), make(chan error, 1)
	go func() { ended <- ruleset.Watch(ctx, []string{dir}, func() { told <- struct{}{} }) }()

	expect := func(what string) {
		t.Helper()
		select {
		case <-told:
		case <-time.After(10 * time.Second):
			t.Fatalf("not told: %s", what)
		}
	}
	// The first change is made again until the watch is up.
	for up := false; !up; {
		write("a.star", "2")
		select {
		case <-told:
			up = true
		case <-time.After(100 * time.Millisecond):
		}
	}
	write("new/folder/b.yml", "x: 1")
	expect("a file in a new folder")
	write("new/folder/b.yml", "x: 2")
	expect("a change in that folder")
	require.NoError(t, os.Rename(filepath.Join(dir, "a.star"), filepath.Join(dir, "c.star")))
	expect("a rename")
	require.NoError(t, os.Remove(filepath.Join(dir, "c.star")))
	expect("a removal")

	// A change may be told twice; let the last one settle.
	for settled := false; !settled; {
		select {
		case <-told:
		case <-time.After(time.Second):
			settled = true
		}
	}
	// What is no rule is not told.
	for _, name := range []string{".a.star.swp", "a.star~", "#a.star#", "notes.txt", ".git/x.star"} {
		write(name, "x")
	}
	select {
	case <-told:
		t.Error("told of what is no rule")
	case <-time.After(200 * time.Millisecond):
	}
	cancel()
	require.NoError(t, <-ended)
}

func TestWatchNothing(t *testing.T) {
	require.ErrorIs(t, ruleset.Watch(context.Background(), []string{"nowhere"}, func() {}), os.ErrNotExist)
}
