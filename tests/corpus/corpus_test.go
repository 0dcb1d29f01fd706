// Package corpus measures starhost against a checkout of a repository of
// Panther's detections, outside of this one, and against what was recorded of
// it under CPython. Environment variables say what there is; without them
// there is nothing to do:
//
//	CORPUS       the checkout: all its unit tests run
//	TRUTH        what CPython gave for the tests, as JSON lines, gzip
//	LOGS         a directory of CloudTrail logs, LOGS_TRUTH what the rules gave
//	STREAM       a file of events, STREAM_TRUTH which rules match
//	BENCHMARKS   a file of sets of rules by name, "cloudtrail" and that of STREAM
package corpus

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/stretchr/testify/require"
)

// setting gives an environment variable, and skips the test if it is not set.
func setting(t testing.TB, name string) string {
	v := os.Getenv(name)
	if v == "" {
		t.Skipf("%s is not set", name)
	}
	return v
}

// pack is a checkout that is loaded.
type pack struct {
	set  *ruleset.Set
	docs map[string]*strictyaml.Document
}

var loadPack = sync.OnceValues(func() (*pack, error) {
	p := &pack{docs: make(map[string]*strictyaml.Document)}
	loader := ruleset.Loader{
		Paths:     []string{os.Getenv("CORPUS")},
		Modules:   append(helpers.Modules(), caching.Module(&memory.Store{})),
		Documents: p.docs,
	}
	start := cpu()
	set, diags, err := loader.Load()
	if err != nil {
		return nil, err
	}
	p.set = set
	fmt.Printf("loaded: %d rules, policies and scheduled rules in %s CPU\n",
		len(set.Rules())+len(set.Disabled()), (cpu() - start).Round(time.Millisecond))
	causes := make(differences)
	for _, d := range diags {
		what := "warning"
		if d.IsError() {
			what = "error"
		}
		causes.add(what+": "+d.Msg, d.At())
	}
	fmt.Print(causes.text("diagnostics"))
	return p, nil
})

func load(t testing.TB) *pack {
	setting(t, "CORPUS")
	p, err := loadPack()
	require.NoError(t, err)
	return p
}

// cpu gives the CPU time of the process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for the process itself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// differences collects places by cause.
type differences map[string][]string

func (d differences) add(cause, place string) { d[cause] = append(d[cause], place) }

// text lists the causes, the most frequent first.
func (d differences) text(what string) string {
	if len(d) == 0 {
		return ""
	}
	var b strings.Builder
	n := 0
	for _, places := range d {
		n += len(places)
	}
	fmt.Fprintf(&b, "%s: %d\n", what, n)
	for _, cause := range slices.SortedFunc(maps.Keys(d), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(d[b]), len(d[a])), cmp.Compare(a, b))
	}) {
		places := d[cause]
		fmt.Fprintf(&b, "%6d  %s\n", len(places), cause)
		for i, p := range places {
			if i == 3 {
				fmt.Fprintf(&b, "            and %d more\n", len(places)-i)
				break
			}
			fmt.Fprintf(&b, "            %s\n", p)
		}
	}
	return b.String()
}

// lines reads JSON lines, of a file that may be compressed.
func lines[T any](t testing.TB, path string) []T {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		r = z
	}
	var all []T
	s := bufio.NewScanner(r)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var v T
		require.NoError(t, json.Unmarshal(s.Bytes(), &v))
		all = append(all, v)
	}
	require.NoError(t, s.Err())
	require.NotEmpty(t, all, path)
	return all
}

// TestUnitTests runs the checkout's own tests: all must pass.
func TestUnitTests(t *testing.T) {
	results := runTests(t)
	failed := make(differences)
	passed := 0
	for _, r := range results {
		if r.Passed {
			passed++
			continue
		}
		failed.add(cause(r), r.Test.RuleID()+"/"+r.Test.Name)
	}
	t.Logf("unit tests: %d run, %d passed, %d failed", len(results), passed, len(results)-passed)
	if len(failed) > 0 {
		t.Error(failed.text("failed tests"))
	}
}

// cause tells in a line why a test failed.
func cause(r *ruletest.Result) string {
	if len(r.Problems) == 0 {
		return "?"
	}
	p := r.Problems[0]
	text := p.What + ": want " + p.Want + ", got " + p.Got
	text, _, _ = strings.Cut(text, "\n")
	if len(text) > 200 {
		text = text[:200]
	}
	return text
}

var (
	testsOnce   sync.Once
	testResults []*ruletest.Result
)

func runTests(t testing.TB) []*ruletest.Result {
	p := load(t)
	testsOnce.Do(func() {
		start := cpu()
		suite := ruletest.NewSuite(p.set, p.docs)
		for _, d := range suite.Diagnostics {
			t.Errorf("%s", d)
		}
		read := cpu()
		runner := &ruletest.Runner{Suite: suite, Explain: func(*ruletest.Result) bool { return false }}
		for r := range runner.Run(context.Background(), suite.Tests) {
			testResults = append(testResults, r)
		}
		t.Logf("tests read in %s CPU, run in %s CPU", (read - start).Round(time.Millisecond), (cpu() - read).Round(time.Millisecond))
	})
	require.NotEmpty(t, testResults, "no unit tests found")
	return testResults
}

// record is what CPython gave for one test.
type record struct {
	ID       string                     `json:"detection_id"`
	Test     string                     `json:"test_name"`
	Index    int                        `json:"test_index"`
	Got      bool                       `json:"got"`
	Alert    bool                       `json:"alert"`
	Aux      map[string]json.RawMessage `json:"aux"`
	Ignored  map[string]string          `json:"aux_errors_ignored"`
	SetOrder bool                       `json:"set_order"`
}

// TestTruth compares the results of tests with those of CPython.
func TestTruth(t *testing.T) {
	truth := lines[record](t, setting(t, "TRUTH"))
	results := make(map[string]*ruletest.Result)
	seen := make(map[string]int)
	for _, r := range runTests(t) {
		id := r.Test.RuleID()
		results[fmt.Sprintf("%s/%d", id, seen[id])] = r
		seen[id]++
	}
	found, ignored := make(differences), make(differences)
	equal := 0
	for _, want := range truth {
		place := want.ID + "/" + want.Test
		got := results[fmt.Sprintf("%s/%d", want.ID, want.Index)]
		switch {
		case got == nil:
			found.add("the test did not run", place)
		default:
			differs := false
			compare(&want, got, func(cause string) { found.add(cause, place); differs = true })
			compareIgnored(&want, got, func(cause string) { ignored.add(cause, place) })
			if !differs {
				equal++
			}
		}
	}
	t.Logf("truth: %d of %d records are equal", equal, len(truth))
	t.Log(ignored.text("other errors for events that do not alert, which count for nothing"))
	if len(found) > 0 {
		t.Error(found.text("differences"))
	}
}

// compare calls differ for each difference of a test's result.
func compare(want *record, got *ruletest.Result, differ func(string)) {
	if got.Got == nil {
		differ("no result: " + cause(got))
		return
	}
	if *got.Got != want.Got || got.Alert != want.Alert {
		differ(fmt.Sprintf("got %t, alert %t; want %t, %t", *got.Got, got.Alert, want.Got, want.Alert))
		return
	}
	if !want.Alert {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want.Aux)) {
		value := want.Aux[name]
		switch {
		case name == "alert_context_json":
			var text string
			_ = json.Unmarshal(value, &text) // it is a string
			if !want.SetOrder && text != string(got.Given["alert_context"]) {
				differ("alert_context_json: " + firstDifference(text, string(got.Given["alert_context"])))
			}
		case name == "severity" && string(value) == "null":
			if given := string(got.Given[name]); given != "" && !strings.EqualFold(given, `"DEFAULT"`) {
				differ("severity: got " + given + ", want DEFAULT")
			}
		default:
			is, ok := got.Given[name]
			if name == "dedup" || name == "severity" || !ok {
				is = got.Outputs[name]
			}
			if !same(value, is, want.SetOrder) {
				differ(name + ": " + firstDifference(string(value), string(is)))
			}
		}
	}
	for name, f := range got.Errors {
		differ(fmt.Sprintf("%s failed: %s: %s", name, f.Type, f.Message))
	}
}

// compareIgnored compares the errors of functions for an event that does not
// alert. Some differ because CPython's tests of one rule share its module.
func compareIgnored(want *record, got *ruletest.Result, differ func(string)) {
	if want.Alert || got.Got == nil {
		return
	}
	for name, text := range want.Ignored {
		f, ok := got.Errors[name]
		if is := f.Type + ": " + f.Message; !ok || is != text {
			differ(fmt.Sprintf("%s: got error %q, want %q", name, is, text))
		}
	}
	for name, f := range got.Errors {
		if _, ok := want.Ignored[name]; !ok {
			differ(fmt.Sprintf("%s failed: %s: %s", name, f.Type, f.Message))
		}
	}
}

// same compares two texts of JSON, with lists as sets if asked.
func same(a, b json.RawMessage, sets bool) bool {
	return canonical(a, sets) == canonical(b, sets)
}

func canonical(text json.RawMessage, sets bool) string {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "not JSON: " + string(text)
	}
	out, _ := json.Marshal(ordered(v, sets)) // it has come from JSON
	return string(out)
}

func ordered(v any, sets bool) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = ordered(v[k], sets)
		}
	case []any:
		for i := range v {
			v[i] = ordered(v[i], sets)
		}
		if sets {
			slices.SortFunc(v, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
	return v
}

// firstDifference shows where two texts part.
func firstDifference(want, got string) string {
	i := 0
	for i < min(len(want), len(got)) && want[i] == got[i] {
		i++
	}
	from := max(0, i-20)
	cut := func(s string) string { return s[min(from, len(s)):min(i+60, len(s))] }
	return fmt.Sprintf("got …%q, want …%q", cut(got), cut(want))
}
