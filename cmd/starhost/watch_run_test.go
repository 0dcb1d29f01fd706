package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// output is a stream that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// TestRunWatch changes a rule while run --watch waits: the input runs again,
// with empty state, and a rule that does not load is no end.
func TestRunWatch(t *testing.T) {
	dir := t.TempDir()
	rule, events := filepath.Join(dir, "rules", "r.star"), filepath.Join(dir, "events.jsonl")
	require.NoError(t, os.Mkdir(filepath.Dir(rule), 0o777))
	save := func(condition string) {
		text := `
load("panther_detection_helpers.caching", "increment_counter")
def rule(event):
    return increment_counter("n") == ` + condition + `
def title(event):
    return "number ` + condition + `"
`
		require.NoError(t, os.WriteFile(rule+".new", []byte(text), 0o666))
		require.NoError(t, os.Rename(rule+".new", rule)) // no run sees half of it
	}
	save("2")
	require.NoError(t, os.WriteFile(events, []byte("{}\n{}\n{}\n"), 0o666))

	var out, errs output
	c := &command{in: strings.NewReader(""), out: &out, err: &errs}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	code := make(chan int)
	go func() {
		code <- c.run(ctx, []string{"run", "--config", "none", "--watch", "--rules", filepath.Dir(rule), events})
	}()
	await := func(stream *output, text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(stream.String(), text) }, time.Minute, 5*time.Millisecond, text)
	}
	await(&out, `"title":"number 2"`)
	save("3")
	await(&out, `"title":"number 3"`)
	save("(")
	await(&errs, "not all rules loaded")
	save("1")
	await(&out, `"title":"number 1"`)
	stop()
	require.Equal(t, exitOK, <-code)
	titles := regexp.MustCompile(`"title":"number (.)"`).FindAllStringSubmatch(out.String(), -1)
	require.Len(t, titles, strings.Count(out.String(), "\n"), out.String())
	var numbers []string
	for _, title := range titles {
		numbers = append(numbers, title[1])
	}
	require.Equal(t, []string{"2", "3", "1"}, slices.Compact(numbers)) // a change may be told twice
}

// TestRunWatchUse shows what --watch cannot do.
func TestRunWatchUse(t *testing.T) {
	for want, args := range map[string][]string{
		"name files, not standard input": {"run", "--watch", "-"},
		"leave out --store bolt:x.db":    {"run", "--watch", "--store", "bolt:x.db", "events.jsonl"},
	} {
		var errs output
		c := &command{in: strings.NewReader(""), out: &errs, err: &errs}
		require.Equal(t, exitUsage, c.run(t.Context(), append(args, "--config", "none")))
		require.Contains(t, errs.String(), want)
	}
}
