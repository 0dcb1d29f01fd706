//go:build unix

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func pipe(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	t.Cleanup(func() { // ends whoever waits for the other end
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		require.NoError(t, err)
		f.Close()
	})
	return path
}

// TestCachePipe reads dumps out of pipes, as a shell's <(zcat a.gz) gives them.
func TestCachePipe(t *testing.T) {
	one, other, state := pipe(t), pipe(t), "bolt:"+filepath.Join(t.TempDir(), "state.db")
	feed := func(path, text string) {
		go func() {
			f, err := os.OpenFile(path, os.O_WRONLY, 0) // waits for the reader
			if err == nil {
				io.WriteString(f, text)
				f.Close()
			}
		}()
	}
	feed(one, dumpOfOne)
	code, _, errs := runCache(t.Context(), nil, "load", "--store", state, one)
	require.Equal(t, exitOK, code, errs)
	feed(one, dumpOfOne)
	code, _, errs = runCache(t.Context(), nil, "diff", one, state)
	require.Equal(t, exitOK, code, errs)
	feed(one, dumpOfOne)
	feed(other, dumpOfOther)
	code, out, errs := runCache(t.Context(), nil, "diff", one, other)
	require.Equal(t, exitFindings, code, errs)
	require.Equal(t, "- {\"key\":\"k\",\"counter\":1}\n+ {\"key\":\"k\",\"counter\":2}\n", out)
	feed(one, "")
	code, _, errs = runCache(t.Context(), nil, "diff", one, state)
	require.Equal(t, exitUsage, code, errs)
	require.Contains(t, errs, "line 1: it is empty")

	for _, args := range [][]string{{"ls"}, {"dump"}, {"set", "k", "--counter", "1"}} {
		code, _, errs = runCache(t.Context(), nil, append(args, "--store", "bolt:"+one)...)
		require.Equal(t, exitUsage, code, errs)
		require.Contains(t, errs, "not a state file of starhost (a pipe or a device)")
	}
}

// TestCachePipeInterrupted interrupts what waits for the other end of a pipe.
func TestCachePipeInterrupted(t *testing.T) {
	state := "bolt:" + filepath.Join(t.TempDir(), "state.db")
	code, _, errs := runCache(t.Context(), nil, "set", "--store", state, "k", "--counter", "1")
	require.Equal(t, exitOK, code, errs)
	for _, args := range [][]string{
		{"load", pipe(t), "--store", state}, {"dump", "-o", pipe(t), "--store", state}, {"diff", pipe(t), state}, {"diff", state, pipe(t)},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		code, _, errs := runCache(ctx, nil, args...)
		cancel()
		require.Equal(t, exitInterrupted, code, "%q: %s", args, errs)
	}

	reader, out := io.Pipe()
	defer reader.Close() // which nobody has read
	for _, args := range [][]string{{"dump", "--store", state}, {"ls", "--store", state}, {"get", "k", "--store", state}, {"diff", "-", state}} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		c := &command{in: strings.NewReader("{\"starhost_dump\":2}\n{\"starhost_dump_end\":0}\n"), out: out, err: io.Discard}
		require.Equal(t, exitInterrupted, c.run(ctx, append([]string{"cache"}, args...)), "%q", args)
		cancel()
	}
}
