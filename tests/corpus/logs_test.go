package corpus

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/engine"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/source"
	"github.com/stretchr/testify/require"
)

// matches is a sink that keeps what it gets, by source and record.
type matches map[string][]*engine.Match

func (m matches) Write(_ context.Context, v any) error {
	match := v.(*engine.Match)
	key := fmt.Sprintf("%s/%d", filepath.Base(match.Source), match.Index)
	m[key] = append(m[key], match)
	return nil
}

func (m matches) Flush() error { return nil }

// run sends the records of a path through rules.
func run(t testing.TB, set *ruleset.Set, path, logType string) matches {
	files := &source.Files{Paths: []string{path}, LogType: logType}
	require.NoError(t, files.Resolve())
	defer files.Close()
	found := make(matches)
	e := &engine.Engine{
		Rules: func() *ruleset.Set { return set }, Source: files, Sink: found, Matches: true,
	}
	start, began := cpu(), time.Now()
	require.NoError(t, e.Run(context.Background()))
	s := e.Stats()
	used := (cpu() - start).Seconds()
	t.Logf("%s: %d events, %d evaluations, %d matches, %d errors in %.3f CPU-seconds (%s): %.0f events/CPU-s, %.0f evaluations/CPU-s",
		filepath.Base(path), s.Records, s.Evaluations, s.Matches, s.RuleErrors, used, time.Since(began).Round(time.Millisecond),
		float64(s.Records)/used, float64(s.Evaluations)/used)
	return found
}

// only makes a set of some of the checkout's rules, those that are not enabled
// among them.
func only(t testing.TB, p *pack, wanted func(*runtime.Rule) bool) *ruleset.Set {
	var rules []*runtime.Rule
	for _, r := range slices.Concat(p.set.Rules(), p.set.Disabled()) {
		if wanted(r) {
			enabled := *r
			enabled.Enabled = true
			rules = append(rules, &enabled)
		}
	}
	require.NotEmpty(t, rules)
	return ruleset.NewSet(rules)
}

// TestLogs compares the matches of real logs with those of CPython.
func TestLogs(t *testing.T) {
	p := load(t)
	type truth struct {
		File    string                       `json:"file"`
		Index   int                          `json:"index"`
		Matches []map[string]json.RawMessage `json:"matches"`
		Errors  []map[string]json.RawMessage `json:"errors"`
	}
	records := lines[truth](t, setting(t, "LOGS_TRUTH"))
	wanted := benchmarkRules(t, "cloudtrail")
	set := only(t, p, func(r *runtime.Rule) bool { return slices.Contains(wanted, r.ID) })
	found := run(t, set, setting(t, "LOGS"), "AWS.CloudTrail")
	differ := make(differences)
	n := 0
	for _, want := range records {
		key := fmt.Sprintf("%s/%d", want.File, want.Index)
		got := make(map[string]*engine.Match)
		for _, m := range found[key] {
			got[m.RuleID] = m
		}
		for _, w := range want.Matches {
			n++
			var id string
			_ = json.Unmarshal(w["rule_id"], &id) // it is a string
			m := got[id]
			delete(got, id)
			if m == nil {
				differ.add("no match of "+id, key)
				continue
			}
			compareMatch(w, m, func(cause string) { differ.add(id+": "+cause, key) })
		}
		for id, m := range got {
			if m.Error != nil {
				differ.add(fmt.Sprintf("%s fails: %s: %s", id, m.Error.Type, m.Error.Message), key)
			} else {
				differ.add(id+" matches", key)
			}
		}
	}
	t.Logf("%d records with %d matches compared", len(records), n)
	if len(differ) > 0 {
		t.Error(differ.text("differences"))
	}
}

// compareMatch compares what a rule said of an event it matched.
func compareMatch(want map[string]json.RawMessage, got *engine.Match, differ func(string)) {
	fields := map[string]json.RawMessage{
		"title": got.Title, "dedup": got.Dedup, "severity": got.Severity, "alert_context": got.Context,
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		w, is := want[name], fields[name]
		if name == "severity" && (string(w) == "null" || w == nil) && strings.EqualFold(string(is), `"DEFAULT"`) {
			continue
		}
		switch {
		case w == nil && is == nil:
		case w == nil || is == nil:
			differ(fmt.Sprintf("%s: got %s, want %s", name, is, w))
		case !same(w, is, false):
			differ(name + ": " + firstDifference(canonical(w, false), canonical(is, false)))
		}
	}
	for name, f := range got.Errors {
		differ(fmt.Sprintf("%s fails: %s: %s", name, f.Type, f.Message))
	}
}

// TestStream compares which rules match the events of a stream, and which fail,
// with CPython.
func TestStream(t *testing.T) {
	p := load(t)
	type truth struct {
		Index   int      `json:"i"`
		Matches []string `json:"matches"`
		Errors  []any    `json:"errors"`
	}
	records := lines[truth](t, setting(t, "STREAM_TRUTH"))
	wanted := benchmarkRules(t, strings.TrimSuffix(filepath.Base(setting(t, "STREAM")), ".jsonl.gz"))
	set := only(t, p, func(r *runtime.Rule) bool { return slices.Contains(wanted, r.ID) })
	t.Logf("%d of %d rules load", len(set.Rules()), len(wanted))
	stream := setting(t, "STREAM")
	found := run(t, set, stream, "AWS.CloudTrail")
	differ := make(differences)
	for _, want := range records {
		key := fmt.Sprintf("%s/%d", filepath.Base(stream), want.Index)
		var got, failed []string
		for _, m := range found[key] {
			if m.Error != nil {
				failed = append(failed, m.RuleID+" "+m.Error.Type)
			} else {
				got = append(got, m.RuleID)
			}
		}
		slices.Sort(want.Matches)
		for _, id := range want.Matches {
			if !slices.Contains(got, id) {
				differ.add("no match of "+id, key)
			}
		}
		for _, id := range got {
			if !slices.Contains(want.Matches, id) {
				differ.add(id+" matches", key)
			}
		}
		if a, b := failures(want.Errors), strings.Join(failed, ", "); a != b {
			differ.add(fmt.Sprintf("errors: got %s, want %s", b, a), key)
		}
	}
	t.Logf("%d events compared", len(records))
	if len(differ) > 0 {
		t.Error(differ.text("differences"))
	}
}

// failures gives the rules that failed, with the class of the error, as text.
func failures(list []any) string {
	var texts []string
	for _, e := range list {
		switch e := e.(type) {
		case []any:
			texts = append(texts, fmt.Sprintf("%v %v", e[0], e[1]))
		case map[string]any:
			texts = append(texts, fmt.Sprintf("%v %v", cmp.Or(e["rule_id"], e["rule"]), e["type"]))
		default:
			texts = append(texts, fmt.Sprint(e))
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// benchmarkRules gives the ids of a set of rules.
func benchmarkRules(t testing.TB, name string) []string {
	text, err := os.ReadFile(setting(t, "BENCHMARKS"))
	require.NoError(t, err)
	var sets map[string][]string
	require.NoError(t, json.Unmarshal(text, &sets))
	require.Contains(t, sets, name)
	return sets[name]
}
