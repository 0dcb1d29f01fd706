package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/ruletest"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestPretty writes each case alone.
func TestPretty(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			golden(t, filepath.Join("pretty", c.name), write(t, "pretty", options(), c.result))
		})
	}
}

// TestFormats writes all cases as one report in each format.
func TestFormats(t *testing.T) {
	var all []*ruletest.Result
	for _, c := range cases(t) {
		if c.name != "long_values" {
			all = append(all, c.result)
		}
	}
	for _, format := range Formats()[1:] {
		t.Run(format, func(t *testing.T) { golden(t, format, write(t, format, options(), all...)) })
	}
}

func TestPrettyVerbose(t *testing.T) {
	o := options()
	o.Verbose = true
	golden(t, "verbose", write(t, "pretty", o, find(t, "passed"), find(t, "skipped"), find(t, "wrong_result"), find(t, "long_lists")))
}

func TestPrettyColour(t *testing.T) {
	o := options()
	o.Colour = true
	got := write(t, "pretty", o, find(t, "skipped"), find(t, "wrong_title"), find(t, "wrong_context"))
	golden(t, "colour", strings.ReplaceAll(got, "\x1b", "ESC"))
	plain := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(got, "")
	require.Equal(t, write(t, "pretty", options(), find(t, "skipped"), find(t, "wrong_title"), find(t, "wrong_context")), plain)
}

// TestZeroOptions writes every case without anything that Options could add.
func TestZeroOptions(t *testing.T) {
	for _, c := range cases(t) {
		for _, format := range Formats() {
			require.NotContains(t, write(t, format, Options{}, c.result), "To run this test alone")
		}
	}
}

func TestEmpty(t *testing.T) {
	require.Equal(t, "0 rules, 0 tests: 0 passed, 0 failed in less than 1ms\n", write(t, "pretty", Options{}))
	require.Equal(t, "", write(t, "compact", Options{}))
	require.Equal(t, "TAP version 14\n1..0\n# 0 rules, 0 tests: 0 passed, 0 failed in less than 1ms\n", write(t, "tap", Options{}))
	require.Contains(t, write(t, "json", Options{}), `"tests": [],`)
	validJUnit(t, write(t, "junit", Options{}))
}

func TestUnknownFormat(t *testing.T) {
	_, err := New("xml", &bytes.Buffer{}, Options{})
	require.EqualError(t, err, `format is "xml", want pretty, compact, json, junit, github or tap`)
}

// TestStreaming checks which formats write a result when it comes.
func TestStreaming(t *testing.T) {
	streams := map[string]bool{"pretty": true, "compact": true, "github": true, "tap": true}
	for _, format := range Formats() {
		var b bytes.Buffer
		w, err := New(format, &b, Options{})
		require.NoError(t, err)
		require.NoError(t, w.Result(find(t, "wrong_title")))
		require.Equal(t, streams[format], b.Len() > 0, format)
	}
}

func TestWriteError(t *testing.T) {
	for _, format := range Formats() {
		w, err := New(format, broken{}, Options{})
		require.NoError(t, err)
		err = errors.Join(w.Result(find(t, "wrong_title")), w.End(ruletest.Summary{}))
		require.ErrorIs(t, err, errBroken, format)
	}
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// TestLongValues checks that what a rule makes does not flood a report.
func TestLongValues(t *testing.T) {
	for _, format := range []string{"pretty", "compact", "junit", "github", "tap"} {
		got := write(t, format, options(), find(t, "long_values"))
		require.Less(t, len(got), 20_000, format)
	}
	require.Greater(t, len(write(t, "json", options(), find(t, "long_values"))), 2_000_000, "JSON is whole")
}

func TestSummary(t *testing.T) {
	for want, s := range map[string]ruletest.Summary{
		"12 rules, 40 tests: 38 passed, 1 failed, 1 skipped in 120ms":  {Rules: 12, Tests: 40, Passed: 38, Failed: 1, Skipped: 1, Duration: 120400 * time.Microsecond},
		"1 rule, 1 test: 1 passed, 0 failed in 1.235s":                 {Rules: 1, Tests: 1, Passed: 1, Duration: 1234567 * time.Microsecond},
		"1,200 rules, 12,345 tests: 12,345 passed, 0 failed in 1m2.3s": {Rules: 1200, Tests: 12345, Passed: 12345, Duration: 62345 * time.Millisecond},
	} {
		require.Equal(t, want, summary(s))
	}
}

// options are those of the command, but for colours.
func options() Options {
	return Options{
		Source: os.ReadFile,
		Command: func(r *ruletest.Result) string {
			return "starhost test --run '^" + r.Test.RuleID() + "/" + r.Test.Name + "$' testdata/rules"
		},
	}
}

// write writes a whole report.
func write(t *testing.T, format string, o Options, results ...*ruletest.Result) string {
	t.Helper()
	var b strings.Builder
	w, err := New(format, &b, o)
	require.NoError(t, err)
	var s ruletest.Summary
	rules := make(map[string]bool)
	for _, r := range results {
		require.NoError(t, w.Result(r))
		s.Add(r)
		s.Duration += r.Duration
		rules[r.Test.RuleID()] = true
	}
	s.Rules = len(rules)
	require.NoError(t, w.End(s))
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
