package engine_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

// benchEvents reads the events to measure on: the file that the variable
// STARHOST_BENCH_EVENTS names (JSON lines, .gz or not), else a small sample.
func benchEvents(b *testing.B) (events [][]byte, bytes int) {
	path := os.Getenv("STARHOST_BENCH_EVENTS")
	if path == "" {
		path = "../event/testdata/cloudtrail.jsonl"
	}
	f, err := os.Open(path)
	require.NoError(b, err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		r, err = gzip.NewReader(f)
		require.NoError(b, err)
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		events = append(events, []byte(lines.Text()))
		bytes += len(lines.Bytes())
	}
	require.NoError(b, lines.Err())
	require.NotEmpty(b, events)
	return events, bytes
}

// benchRules loads n of the small rules in testdata/bench, the same ten again
// and again under new names, all for one log type.
func benchRules(b *testing.B, n int, logType string) *ruleset.Set {
	files, err := filepath.Glob("testdata/bench/*.star")
	require.NoError(b, err)
	require.Len(b, files, 10)
	dir := b.TempDir()
	for i := range n {
		text, err := os.ReadFile(files[i%len(files)])
		require.NoError(b, err)
		name := fmt.Sprintf("r%03d", i)
		require.NoError(b, os.WriteFile(filepath.Join(dir, name+".star"), text, 0o666))
		meta := fmt.Sprintf("AnalysisType: rule\nRuleID: %s\nFilename: %s.star\nSeverity: Low\nLogTypes: [%s]\n", name, name, logType)
		require.NoError(b, os.WriteFile(filepath.Join(dir, name+".yml"), []byte(meta), 0o666))
	}
	loader := ruleset.Loader{Paths: []string{dir}}
	set, diags, err := loader.Load()
	require.NoError(b, err)
	require.Empty(b, diags)
	return set
}

// BenchmarkEvaluate is decoding and rules on one core, without the stream:
// one operation is one event.
func BenchmarkEvaluate(b *testing.B) {
	events, bytes := benchEvents(b)
	for _, c := range []struct {
		name    string
		n       int
		logType string
	}{
		{"decode", 1, "Other"},
		{"rules=1", 1, "AWS.CloudTrail"},
		{"rules=10", 10, "AWS.CloudTrail"},
		{"rules=100", 100, "AWS.CloudTrail"},
	} {
		b.Run(c.name, func(b *testing.B) {
			set := benchRules(b, c.n, c.logType)
			var w runtime.Worker
			call := runtime.Call{Context: context.Background()}
			b.SetBytes(int64(bytes / len(events)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ev, err := event.Decode(events[i%len(events)])
				if err != nil {
					b.Fatal(err)
				}
				for _, rule := range set.Match(ev.LogType()).Stateless {
					w.Eval(call, rule, ev)
				}
			}
		})
	}
}

// endless gives n events, the same again and again.
type endless struct {
	events [][]byte
	left   int
}

func (s *endless) Next(context.Context) (event.Raw, error) {
	if s.left == 0 {
		return event.Raw{}, io.EOF
	}
	s.left--
	return event.Raw{Data: s.events[s.left%len(s.events)]}, nil
}

type nowhere struct{}

func (nowhere) Write(context.Context, any) error { return nil }
func (nowhere) Flush() error                     { return nil }

// BenchmarkRun is the whole stream on one core and on all: one operation is
// one event. "none apply" has rules for another log type.
func BenchmarkRun(b *testing.B) {
	events, bytes := benchEvents(b)
	for _, c := range []struct {
		name    string
		n       int
		logType string
	}{
		{"none-apply", 100, "Other"},
		{"rules=10", 10, "AWS.CloudTrail"},
		{"rules=100", 100, "AWS.CloudTrail"},
	} {
		for _, workers := range []int{1, 0} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				set := benchRules(b, c.n, c.logType)
				store := &memory.Store{}
				e := &engine.Engine{
					Rules:   func() *ruleset.Set { return set },
					Source:  &endless{events, b.N},
					Sink:    nowhere{},
					Windows: &alert.Windows{Counter: caching.Windows{Store: store}},
					Workers: workers,
				}
				b.SetBytes(int64(bytes / len(events)))
				b.ReportAllocs()
				b.ResetTimer()
				if err := e.Run(context.Background()); err != nil && !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkHandle measures calls with a hundred events each of which opens an
// alert, over stores that take their time.
func BenchmarkHandle(b *testing.B) {
	for _, kind := range []string{"memory", "bolt"} {
		b.Run(kind, func(b *testing.B) {
			var store caching.Store = &memory.Store{}
			if kind == "bolt" {
				file, err := bolt.Open(filepath.Join(b.TempDir(), "state.db"), bolt.Options{})
				require.NoError(b, err)
				defer file.Close()
				store = file
			}
			e := handler(b, store, nowhere{}, map[string]string{"all.star": `
def rule(event):
    return True
def dedup(event):
    return str(event["n"])
`})
			events, n := make([]event.Raw, 100), 0
			for b.Loop() {
				for i := range events {
					n++
					events[i] = event.Raw{Data: fmt.Appendf(nil, `{"n": %d}`, n), Source: "test", Index: i, LogType: "T"}
				}
				for _, err := range e.Handle(b.Context(), events) {
					require.NoError(b, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/event")
		})
	}
}
