package status

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the answers into the testdata files")

// busy makes a reporter of an engine that has done this and that.
func busy() *Reporter {
	clock := newClock()
	rules := &Rules{Now: clock.read}
	bad, good, idle := ruleNamed("aws.bad"), ruleNamed("aws.good"), ruleNamed("aws.idle")
	gone := ruleNamed("aws.gone")
	rules.Live([]*runtime.Rule{bad, good, idle, gone})
	for i := range 1000 {
		rules.Evaluated(good, time.Duration(i)*time.Microsecond, passed)
	}
	rules.Evaluated(good, 30*time.Millisecond, matched)
	rules.Opened(good)
	rules.Evaluated(good, 30*time.Microsecond, &runtime.Result{Match: &alert.Match{
		Failures: map[string]alert.Failure{"title": {Type: "TypeError", Message: "title returned None\nwant a string", At: "rules/aws.good.star:9:5"}},
	}})
	rules.Evaluated(gone, time.Second, passed)
	rules.Evaluated(bad, 20*time.Microsecond, erred)
	clock.move(6 * time.Minute)
	rules.Evaluated(bad, 40*time.Microsecond, erred)

	log := &ErrorLog{Now: clock.read}
	for range 3 {
		log.Allow("aws.bad", alert.Failure{Type: "KeyError"})
	}

	reloads := new(Reloads)
	reloads.Done(Reload{Outcome: "ok", Version: "0a1b2c3d4e5f", At: start, Took: 1234567 * time.Nanosecond})
	rules.Live([]*runtime.Rule{bad, good, idle})
	reloads.Done(Reload{Outcome: "partial", Version: "5f4e3d2c1b0a", At: start.Add(5 * time.Minute), Took: 42 * time.Millisecond, Refused: 2})

	store := &Store{Name: "memory", Now: clock.read}
	store.Watch(new(memory.Store))
	for i := range 100 {
		store.observe(caching.OpGet, time.Duration(i)*10*time.Microsecond, nil)
	}
	store.observe(caching.OpIncrement, time.Millisecond, &caching.InvalidError{Key: "k", Msg: "too large"})
	store.observe(caching.OpIncrement, time.Second, errors.New("connection refused"))

	clock.move(26 * time.Hour)
	return &Reporter{
		Version: "1.2.3", Started: start, Now: clock.read,
		Rules: rules, Reloads: reloads, ErrorLog: log, Store: store,
		Refused: func() []Refusal {
			return []Refusal{
				{File: "rules/z.py", RuleIDs: []string{"z.two", "z.one"}, Kept: []string{"z.one"}, Since: start, Diagnostics: []string{"rules/z.py:1:2: invalid syntax\n\tsecond line", "rules/z.py:4:1: undefined: evnt"}},
				{File: "rules/c.star", Since: start, Diagnostics: []string{"rules/c.star:2:23: got return, want ':'"}},
			}
		},
		Queues: func() []Queue {
			return []Queue{
				{Name: "soc", Alerts: 3, Bytes: 4000, MaxAlerts: 100, MaxBytes: 1 << 20, Oldest: start, Delivered: 7, Retries: 2, Refused: 1, SetAside: 1, LastError: "503 Service Unavailable", LastErrorAt: start.Add(time.Hour)},
				{Name: "archive", MaxAlerts: 100, MaxBytes: 1 << 20, Delivered: 8},
				{Name: "old", Retired: true, Alerts: 270, Bytes: 270_114_874, Oldest: start},
			}
		},
		Sinks: func() ([]Sink, Routing) {
			return []Sink{{Name: "soc", Alerts: 11}, {Name: "file", Alerts: 9, Errors: 2, LastError: "write alerts to a.jsonl: no space left on device"}},
				Routing{Unknown: 3, UnknownNames: []string{"sco"}, Unrouted: 1, Withheld: 4}
		},
		Sources: func() []Source {
			return []Source{
				{Kind: "tail", Received: 50, Accepted: 50, LastError: "no space left on device", Files: []File{{Path: "/var/log/b.log", Offset: 7, Size: 9, Lag: 2, Records: 1, Moved: true}, {Path: "/var/log/b.log", Offset: 100, Size: 150, Lag: 50, Records: 20}, {Path: "/var/log/a\xff.log", LastError: "permission denied"}}},
				{Kind: "http", Received: 1010, Accepted: 1000, Refused: 2, Failed: 3, RefusedBy: map[string]int64{"not_json": 2}, Requests: map[string]int64{"ok": 10, "busy": 1}, InFlight: 1, InFlightBytes: 4096},
			}
		},
	}
}

// onTable is busy with its state in a table.
func onTable() *Reporter {
	r := busy()
	r.Store.Name = "dynamodb:kv"
	r.Store.Table = func() Table {
		return Table{Requests: 11, Retries: 12, Throttled: 13, Ambiguous: 14, Recovered: 15, Coalesced: 16}
	}
	return r
}

// mux serves a reporter.
func mux(r *Reporter) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("/healthz", r.ServeHealth)
	m.HandleFunc("/readyz", r.ServeReady)
	m.HandleFunc("/status", r.ServeStatus)
	m.Handle("/metrics", r.Metrics())
	return m
}

// get asks for a path, as something.
func get(t testing.TB, h http.Handler, method, target, accept string) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

// golden compares a text with a file.
func golden(t *testing.T, name, got string) {
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s (-update writes it)", file)
}

func TestHandlers(t *testing.T) {
	notReady := func() *Reporter {
		r := busy()
		r.Store.inner = new(downStore)
		r.Queues = func() []Queue {
			return []Queue{
				{Name: "count", NoRoom: true, Alerts: 10, MaxAlerts: 10, Oldest: start},
				{Name: "bytes", NoRoom: true, Alerts: 3, Bytes: 9, MaxBytes: 10, LastError: "no route to host"},
				{Name: "old", Retired: true, Alerts: 1 << 40, Bytes: 1 << 50},
				{Name: "unbounded", Alerts: 1 << 40, Bytes: 1 << 50},
			}
		}
		r.Checks = func() []Check { return []Check{{"disk", false, "1 MB left"}} }
		r.Stop()
		return r
	}
	empty := func() *Reporter {
		return &Reporter{Started: start, Now: newClock().read, Rules: new(Rules), Reloads: new(Reloads)}
	}
	for _, test := range []struct {
		reporter                     func() *Reporter
		target, accept, kind, golden string
		code                         int
	}{
		{empty, "/healthz", "", "text/plain; charset=utf-8", "healthz.txt", 200},
		{busy, "/readyz", "", "text/plain; charset=utf-8", "ready.txt", 200},
		{busy, "/readyz", "application/json", "application/json", "ready.json", 200},
		{notReady, "/readyz", "*/*", "text/plain; charset=utf-8", "notready.txt", 503},
		{notReady, "/readyz?format=json", "", "application/json", "notready.json", 503},
		{empty, "/readyz", "", "text/plain; charset=utf-8", "unloaded.txt", 503},
		{busy, "/status", "*/*", "application/json", "status.json", 200},
		{busy, "/status", "text/plain", "text/plain; charset=utf-8", "status.txt", 200},
		{busy, "/status?format=text", "application/json", "text/plain; charset=utf-8", "status.txt", 200},
		{busy, "/status?rule=aws.bad&format=text", "", "text/plain; charset=utf-8", "rule.txt", 200},
		{busy, "/status?limit=1&format=text", "", "text/plain; charset=utf-8", "limit.txt", 200},
		{empty, "/status", "", "application/json", "empty.json", 200},
		{empty, "/status", "text/html, text/plain;q=0.9", "text/plain; charset=utf-8", "empty.txt", 200},
		{busy, "/status?rule=aws.gone", "", "text/plain; charset=utf-8", "unknown.txt", 404},
		{busy, "/status?limit=0", "", "text/plain; charset=utf-8", "badlimit.txt", 400},
		{busy, "/status?format=xml", "", "text/plain; charset=utf-8", "badformat.txt", 400},
		{busy, "/readyz?format=xml", "", "text/plain; charset=utf-8", "badformat.txt", 400},
	} {
		t.Run(test.target+" "+test.accept, func(t *testing.T) {
			w := get(t, mux(test.reporter()), "GET", test.target, test.accept)
			require.Equal(t, test.code, w.Code)
			require.Equal(t, test.kind, w.Header().Get("Content-Type"))
			golden(t, test.golden, w.Body.String())
		})
	}
}

func TestMethods(t *testing.T) {
	h := mux(busy())
	for _, path := range []string{"/healthz", "/readyz", "/status"} {
		require.Equal(t, 200, get(t, h, "HEAD", path, "").Code, path)
		w := get(t, h, "POST", path, "")
		require.Equal(t, 405, w.Code, path)
		require.Equal(t, "GET, HEAD", w.Header().Get("Allow"), path)
	}
}

// TestAllowEmpty asks an engine that may have no rules.
func TestAllowEmpty(t *testing.T) {
	r := &Reporter{Rules: new(Rules), Reloads: new(Reloads)}
	r.Reloads.Done(Reload{Outcome: "ok", Version: "e3b0c44298fc", At: start})
	w := get(t, mux(r), "GET", "/readyz", "")
	require.Equal(t, 503, w.Code)
	require.Contains(t, w.Body.String(), "FAIL  rules: no rule is live")
	r.AllowEmpty = true
	require.Equal(t, 200, get(t, mux(r), "GET", "/readyz", "").Code)
}

// TestBounds has more of everything than is shown.
func TestBounds(t *testing.T) {
	r := busy()
	many := make([]Refusal, 3000)
	for i := range many {
		many[i] = Refusal{File: "f", Diagnostics: []string{strings.Repeat("x", 5000)}}
	}
	many[0].Diagnostics = make([]string, 500)
	r.Refused = func() []Refusal { return many }
	r.Sources = func() []Source { return []Source{{Kind: "tail", Files: make([]File, 3000)}} }
	s := r.Status(t.Context(), Query{})
	require.Equal(t, 3000, s.RefusedTotal)
	require.Len(t, s.Refused, 1000)
	require.Len(t, s.Sources[0].Files, 1000)
	require.Len(t, s.Refused[0].Diagnostics, 21)
	require.Equal(t, "… 480 more", s.Refused[0].Diagnostics[20])
	require.Len(t, s.Refused[1].Diagnostics[0], longestText+len("…"))
	require.Len(t, many[1].Diagnostics[0], 5000, "what belongs to others is left alone")

	var rules []*runtime.Rule
	for i := range 150 {
		rules = append(rules, ruleNamed(strings.Repeat("r", i+1)))
	}
	r.Rules = &Rules{Now: r.Now, UnhealthyAfter: 1}
	r.Rules.Live(rules)
	for _, rule := range rules {
		r.Rules.Evaluated(rule, 0, erred)
	}
	r.Rules.Now = func() time.Time { return r.Now().Add(time.Second) }
	for _, rule := range rules {
		r.Rules.Evaluated(rule, 0, erred)
	}
	set := r.Status(t.Context(), Query{}).RuleSet
	require.Equal(t, 150, set.UnhealthyTotal)
	require.Len(t, set.Unhealthy, mostUnhealthy)
}

// metricsText asks for the metrics.
func metricsText(t testing.TB, r *Reporter) string {
	w := get(t, mux(r), "GET", "/metrics", "")
	require.Equal(t, 200, w.Code, w.Body.String())
	return w.Body.String()
}

// TestMetrics compares the metrics of ours with a file.
func TestMetrics(t *testing.T) {
	var ours strings.Builder
	for line := range strings.Lines(metricsText(t, busy())) {
		if strings.Contains(line, "starhost_") && !strings.Contains(line, "goversion=") {
			ours.WriteString(line)
		}
	}
	golden(t, "metrics.txt", ours.String())
}

// TestTable looks for the counts of a table, which other stores do not have.
func TestTable(t *testing.T) {
	text := metricsText(t, onTable())
	for name, want := range map[string]int{"requests": 11, "retries": 12, "throttled": 13, "ambiguous": 14, "recovered": 15, "coalesced": 16} {
		require.Contains(t, text, fmt.Sprintf("\nstarhost_dynamodb_%s_total %d\n", name, want))
	}
	require.Contains(t, get(t, mux(onTable()), "GET", "/status?format=text", "").Body.String(),
		"requests to the table: 11 sent, 12 of them retries, 13 throttled, 14 ambiguous; increments: 15 recovered, 16 coalesced\n")
	var status struct {
		Store struct{ DynamoDB map[string]int }
	}
	require.NoError(t, json.Unmarshal(get(t, mux(onTable()), "GET", "/status", "").Body.Bytes(), &status))
	require.Equal(t, map[string]int{"requests": 11, "retries": 12, "throttled": 13, "ambiguous": 14, "recovered": 15, "coalesced": 16}, status.Store.DynamoDB)
	require.NotContains(t, metricsText(t, busy()), "dynamodb")
}

// TestMetricsLint holds the metrics to what `promtool check metrics` checks.
func TestMetricsLint(t *testing.T) {
	for name, r := range map[string]*Reporter{
		"busy":  busy(),
		"table": onTable(),
		"empty": {Rules: new(Rules), Reloads: new(Reloads)},
	} {
		text := metricsText(t, r)
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		require.NoError(t, err, name)
		require.Empty(t, problems, name)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(text))
		require.NoError(t, err, name)
		for _, want := range []string{"starhost_build_info", "starhost_evaluation_duration_seconds", "starhost_reloads_total", "go_goroutines", "process_start_time_seconds"} {
			require.Contains(t, families, want, name)
		}
	}
	if file := os.Getenv("STARHOST_METRICS"); file != "" { // for promtool
		require.NoError(t, os.WriteFile(file, []byte(metricsText(t, onTable())), 0o666))
	}
}

// TestMetricsAdd checks that the histogram of all evaluations and the rules'
// own counters tell the same.
func TestMetricsAdd(t *testing.T) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(metricsText(t, busy())))
	require.NoError(t, err)
	ofRules := 0.0
	for _, m := range families["starhost_rule_evaluations_total"].Metric {
		ofRules += m.GetCounter().GetValue()
	}
	all := families["starhost_evaluation_duration_seconds"].Metric[0].GetHistogram()
	require.EqualValues(t, ofRules+1, all.GetSampleCount(), "and one of the rule that is gone")
	last := uint64(0)
	for _, bucket := range all.GetBucket() {
		require.GreaterOrEqual(t, bucket.GetCumulativeCount(), last)
		last = bucket.GetCumulativeCount()
	}
	require.Equal(t, last, all.GetSampleCount())
}

// TestMetricsTwice has a name twice, which costs that metric only.
func TestMetricsTwice(t *testing.T) {
	r := busy()
	r.Queues = func() []Queue { return []Queue{{Name: "soc", Alerts: 1}, {Name: "soc", Alerts: 1}} }
	text := metricsText(t, r)
	require.Contains(t, text, `starhost_outbox_alerts{destination="soc"} 1`)
	require.Contains(t, text, `starhost_rule_matches_total{rule="aws.good"} 2`)
}

// TestServed asks through a real server, with compression.
func TestServed(t *testing.T) {
	server := httptest.NewServer(mux(busy()))
	defer server.Close()
	resp, err := server.Client().Get(server.URL + "/metrics")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), `starhost_rule_matches_total{rule="aws.good"} 2`)
}

// BenchmarkMetrics collects those of a thousand rules.
func BenchmarkMetrics(b *testing.B) {
	r := busy()
	var rules []*runtime.Rule
	for i := range 1000 {
		rules = append(rules, ruleNamed("rule."+strings.Repeat("x", i%50)+time.Duration(i).String()))
	}
	r.Rules.Live(rules)
	h := mux(r)
	for b.Loop() {
		require.Equal(b, 200, get(b, h, "GET", "/metrics", "").Code)
	}
}
