package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// runCache runs a command of cache and returns its exit code and what it wrote.
func runCache(ctx context.Context, in io.Reader, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	c := &command{in: in, out: &stdout, err: &stderr}
	code = c.run(ctx, append([]string{"cache"}, args...))
	return code, stdout.String(), stderr.String()
}

const (
	dumpOfOne   = "{\"starhost_dump\":2}\n{\"key\":\"k\",\"counter\":1}\n{\"starhost_dump_end\":1}\n"
	dumpOfOther = "\n { \"starhost_dump\": 2 }\n{\"key\":\"k\",\"counter\":2}\n{\"starhost_dump_end\":1}\n"
)

// TestCacheExitCodes: what each command ends with, which scripts go by. None of
// those that fail makes a file.
func TestCacheExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"one.jsonl": dumpOfOne, "other.jsonl": dumpOfOther, "cut.jsonl": dumpOfOne[:50], "notes": "notes"} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	state := []string{"--store", "bolt:state.db"}
	none := []string{"--store", "bolt:none.db"}
	long := strings.Repeat("k", 2049)
	for _, test := range []struct {
		store []string
		args  []string
		code  int
		errs  string
	}{
		{state, []string{"set", "k", "--counter", "1", "--ttl", "never"}, exitOK, ""},
		{state, []string{"set", "old", "--counter", "1", "--ttl", "-1h"}, exitOK, ""},
		{state, []string{"set", "k", "--ttl", "1h"}, exitOK, ""},
		{state, []string{"set", "nothing", "--ttl", "1h"}, exitFindings, "nothing is stored under nothing that could expire"},
		{state, []string{"set", "old", "--ttl", "1h"}, exitFindings, "the item under old has expired already"},
		{state, []string{"get", "k"}, exitOK, ""},
		{state, []string{"get", "k", "nothing"}, exitFindings, "nothing is stored under nothing"},
		{state, []string{"get", "k", long, "-f", "json"}, exitUsage, "the key has 2049 bytes"},
		{state, []string{"ls"}, exitOK, "2 items"},
		{state, []string{"ls", "nothing"}, exitOK, "0 items"},
		{state, []string{"rm", "nothing"}, exitFindings, "nothing is stored under nothing"},
		{state, []string{"rm", "-n", "nothing"}, exitFindings, "nothing is stored under nothing"},
		{state, []string{"rm", "k", long}, exitUsage, "the key has 2049 bytes"},
		{state, []string{"rm", "old"}, exitOK, "1 item removed"},
		{state, []string{"dump"}, exitOK, "1 item"},
		{state, []string{"load", "one.jsonl"}, exitOK, "1 item loaded"},
		{state, []string{"load", "cut.jsonl"}, exitUsage, "cut.jsonl: line "},
		{nil, []string{"diff", "one.jsonl", "bolt:state.db"}, exitOK, "0 differences"},
		{nil, []string{"diff", "other.jsonl", "bolt:state.db"}, exitFindings, "1 difference"},
		{nil, []string{"diff", "one.jsonl", "other.jsonl", "-f", "json"}, exitFindings, "1 difference"},
		{nil, []string{"diff", "one.jsonl", "cut.jsonl"}, exitUsage, "cut.jsonl: line "},
		{nil, []string{"diff", "one.jsonl", "./notes"}, exitUsage, "not a state file of starhost"},
		{nil, []string{"diff", "one.jsonl", "./nowhere"}, exitUsage, "no such file"},
		{state, []string{"diff", "one.jsonl", "other.jsonl"}, exitUsage, "leave --store out"},

		{none, []string{"set", "k"}, exitUsage, "what to store?"},
		{none, []string{"set", "", "--counter", "1"}, exitUsage, "the key is empty"},
		{none, []string{"set", "k", "--ttl", "1h"}, exitUsage, "there is no store yet: stat none.db: no such file"},
		{none, []string{"set", "k", "--counter", "x"}, exitUsage, "--counter is"},
		{none, []string{"rm", "k"}, exitUsage, "there is no store yet: stat none.db: no such file"},
		{none, []string{"rm", "-n", "k"}, exitUsage, "no such file"},
		{none, []string{"rm", "--prefix", "k"}, exitUsage, "no such file"},
		{none, []string{"get", "k"}, exitUsage, "no such file"},
		{none, []string{"ls"}, exitUsage, "no such file"},
		{none, []string{"load", "cut.jsonl"}, exitUsage, "cut.jsonl: line "},
	} {
		code, out, errs := runCache(t.Context(), nil, slices.Concat(test.args, test.store)...)
		require.Equal(t, test.code, code, "%q: %s", test.args, errs)
		require.Contains(t, errs, test.errs, "%q", test.args)
		if code == exitUsage {
			require.Empty(t, out, "%q", test.args)
		}
		require.NoFileExists(t, "none.db")
	}
	t.Setenv("STARHOST_STORE", "bolt:state.db")
	code, _, errs := runCache(t.Context(), nil, "diff", "one.jsonl", "bolt:state.db")
	require.Equal(t, exitOK, code, errs)
}

// TestCacheDiffHidden: a key that would command the terminal is escaped.
func TestCacheDiffHidden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	code, _, errs := runCache(t.Context(), nil, "set", "--store", "bolt:"+path, "a\u009b31m\u202e\x7f", "--counter", "1", "--ttl", "never")
	require.Equal(t, exitOK, code, errs)
	empty := strings.NewReader("{\"starhost_dump\":2}\n{\"starhost_dump_end\":0}\n")
	code, out, errs := runCache(t.Context(), empty, "diff", "-", "bolt:"+path)
	require.Equal(t, exitFindings, code, errs)
	require.Equal(t, `+ {"key":"a\u009b31m\u202e\u007f","counter":1}`+"\n", out)
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
