package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/stretchr/testify/require"
)

// TestCacheInUse looks into a file that is open for writing, as an engine has
// it, and may not change it.
func TestCacheInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Put(t.Context(), "k", 0, caching.Item{Count: caching.Int(7)}))

	var out, errs bytes.Buffer
	c := &command{in: &out, out: &out, err: &errs}
	require.Equal(t, exitOK, c.run(t.Context(), []string{"cache", "dump", "--store", "bolt:" + path}))
	require.Equal(t, "{\"starhost_dump\":2}\n{\"key\":\"k\",\"counter\":7}\n{\"starhost_dump_end\":1}\n", out.String())
	require.Contains(t, errs.String(), "state.db is in use by another process: this is its state as of now")

	errs.Reset()
	require.Equal(t, exitUsage, c.run(t.Context(), []string{"cache", "rm", "--store", "bolt:" + path, "k"}))
	require.Contains(t, errs.String(), "one process at a time can write it; stop that one, or use another file")
}

// TestCacheInterrupted is interrupted while it waits for standard input, and
// before a store opens.
func TestCacheInterrupted(t *testing.T) {
	in, feed := io.Pipe()
	defer feed.Close() // ends the read that is left behind
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		io.WriteString(feed, "{\"starhost_dump\":2}\n") // returns when it was read
		cancel()
	}()
	var errs bytes.Buffer
	c := &command{in: in, out: &errs, err: &errs}
	path := filepath.Join(t.TempDir(), "state.db")
	require.Equal(t, exitInterrupted, c.run(ctx, []string{"cache", "load", "--store", path}))
	require.Contains(t, errs.String(), "interrupted: -: line ")
	require.NoFileExists(t, path)

	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	for _, args := range [][]string{{"cache", "init"}, {"cache", "ls"}} {
		errs.Reset()
		require.Equal(t, exitInterrupted, c.run(ctx, append(args, "--store", "dynamodb:t?region=us-east-1&endpoint=http://127.0.0.1:1")), errs.String())
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[int64]string{0: "0s", 59: "59s", 60: "1m", 3599: "59m 59s", 3600: "1h", 3601: "1h", 86399: "23h 59m", 90 * 86400: "90d", 90*86400 + 3700: "90d 1h"} {
		require.Equal(t, want, duration(seconds))
	}
}

func TestTTLSeconds(t *testing.T) {
	for text, want := range map[string]int64{
		"0s": 0, "1.9s": 1, "90m": 5400, "-1h": -3600, "1h30m": 5400, "90d": 90 * 86400, "0.5d": 43200, "0.0003d": 25, "-0.0003d": -25, "1.5d": 129600, "1000000d": 86400_000_000,
	} {
		got, err := ttlSeconds(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "d", "1h2d", "30m1d", "1d12h", "1d1d", "1e3d", "1", "soon", "3000000000d"} {
		_, err := ttlSeconds(text)
		require.Error(t, err, text)
	}
}

func TestTimeLeft(t *testing.T) {
	number := func(text string) caching.Number {
		n, err := caching.ParseNumber(text)
		require.NoError(t, err)
		return n
	}
	for want, at := range map[string]caching.Number{
		"never":                            {},
		`never ("soon" is no time)`:        caching.TextNumber("soon"),
		"in 10s":                           number("1010"),
		"in 9s":                            number("1008.5"),
		"expired 0s ago":                   number("1000"),
		"expired 5s ago":                   number("994.5"),
		"in 106751991167300d 15h":          number("99999999999999999999999999999999999999"),
		"expired long ago":                 number("-99999999999999999999999999999999999999"),
		"expired 106751991167300d 15h ago": number("-9223372036854774807"),
	} {
		require.Equal(t, want, timeLeft(at, 1000))
	}
}

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"my.rule:é x": "my.rule:é x", "": `""`, " x": `" x"`, "x\x1b[31m": `"x\x1b[31m"`, "\xff": `"\xff"`, "a\tb": `"a\tb"`, `"q"`: `"\"q\""`,
	} {
		require.Equal(t, want, printable(s))
	}
}
