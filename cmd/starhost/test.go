package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/ruletest/report"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

type testOptions struct {
	format     string
	reports    []string
	run        string
	filters    []string
	failFast   bool
	count      int
	minimum    int
	shuffle    string
	verbose    bool
	update     bool
	watch      bool
	workers    int
	allowEmpty bool
	cover      coverOptions
	limits     guard.Limits
}

func (c *command) testCommand() *cobra.Command {
	o := &testOptions{}
	cmd := &cobra.Command{
		Use:   "test [PATH…]",
		Short: "Run the unit tests of rules, with a cache and a clock of their own",
		Long: `test runs the unit tests of rules and policies: Tests in their YAML files, with one
event each or with Steps, and functions test_*(t) in *_test.star files. Each test has a
fresh cache in memory and a clock that only it moves. PATH is a directory or a
file; the default is the working directory.

What a test can say: doc/testing.md.` + "\n" + exitCodesHelp,
		Example: `  starhost test rules
  starhost test --run 'AccessDenied.*/tenth' rules
  starhost test panther-analysis/rules/okta_rules
  starhost test --filter Severity=High --filter LogTypes!=Okta.SystemLog rules
  starhost test --cover --report junit=report.xml rules`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.test(cmd.Context(), o, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.format, "format", "f", "pretty", "output format: "+strings.Join(report.Formats(), ", "))
	flags.StringArrayVar(&o.reports, "report", nil, "also write a report, FORMAT=FILE (repeatable)")
	flags.StringVar(&o.run, "run", "", "run the tests whose rule/test matches a regular expression")
	flags.StringArrayVar(&o.filters, "filter", nil,
		"run the tests of rules whose metadata has KEY=VALUE, or not: KEY!=VALUE (repeatable);\nkeys: AnalysisType, RuleID, Severity, LogTypes, Tags, Enabled")
	flags.BoolVar(&o.failFast, "fail-fast", false, "stop at the first test that fails")
	flags.IntVar(&o.count, "count", 1, "run each test this many times")
	flags.IntVar(&o.minimum, "minimum-tests", 0, "fail unless each rule has this many tests, and sees a match and none")
	flags.StringVar(&o.shuffle, "shuffle", "off", "run the tests in another order: on, or a seed")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "show all of passing tests, too")
	flags.BoolVar(&o.update, "update", false, "write what came into the expectations that failed")
	flags.BoolVar(&o.watch, "watch", false, "run on, and run the tests of what changes whenever a file is saved")
	flags.IntVar(&o.workers, "workers", 0, "tests that run at the same time; 0 is one a core")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "finding no tests is no error")
	o.cover.flags(flags)
	limitFlags(flags, &o.limits)
	return cmd
}

func (c *command) test(ctx context.Context, o *testOptions, paths []string) error {
	if !o.watch {
		lessCollection()
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	seed, err := o.seed()
	if err != nil {
		return err
	}
	selected, err := o.selected()
	if err != nil {
		return err
	}
	t := &testRun{command: c, options: o, paths: paths}
	if err := t.load(selected); err != nil {
		return err
	}
	tests := t.pick(selected)
	if len(tests) == 0 && !o.allowEmpty && !t.broken {
		return &exitError{exitUsage, fmt.Errorf("no tests found in %s (looked for Tests: in *.yml, *_test.star%s)", strings.Join(paths, ", "), o.selectionText())}
	}
	if o.watch {
		return c.watchTests(ctx, o, paths, selected, seed)
	}
	if seed != nil {
		fmt.Fprintf(c.err, "shuffled: repeat the order with --shuffle %d\n", *seed)
	}
	return t.run(ctx, tests, seed)
}

// seed reads --shuffle.
func (o *testOptions) seed() (*uint64, error) {
	switch o.shuffle {
	case "off":
		return nil, nil
	case "on":
		seed := rand.Uint64N(1_000_000)
		return &seed, nil
	}
	seed, err := strconv.ParseUint(o.shuffle, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("--shuffle is %q, want on, off or a seed", o.shuffle)
	}
	return &seed, nil
}

// selectionText says in words that only some tests were looked for.
func (o *testOptions) selectionText() string {
	var s string
	if o.run != "" {
		s += " that match --run " + o.run
	}
	if len(o.filters) > 0 {
		s += " of rules with --filter " + strings.Join(o.filters, ", ")
	}
	return s
}

// A selection is the tests that --run and --filter select.
type selection struct {
	name    *regexp.Regexp // of rule/test; nil selects all
	filters filters
}

func (o *testOptions) selected() (*selection, error) {
	filters, err := parseFilters(o.filters)
	if err != nil {
		return nil, err
	}
	s := &selection{filters: filters}
	if o.run != "" {
		if s.name, err = regexp.Compile(o.run); err != nil {
			return nil, fmt.Errorf("--run is not a regular expression: %w", err)
		}
	}
	return s, nil
}

// test tells whether a test is selected.
func (s *selection) test(t *ruletest.Test) bool {
	if s.name != nil && !s.name.MatchString(t.RuleID()+"/"+t.Name) {
		return false
	}
	return len(s.filters) == 0 || t.Rule != nil && s.filters.match(&t.Rule.Metadata)
}

// rule tells whether a rule is needed: all are, unless something is selected,
// and then those with a test that is.
func (s *selection) rule(meta *runtime.Metadata, doc *strictyaml.Document) bool {
	if !s.filters.match(meta) {
		return false
	}
	if s.name == nil {
		return true
	}
	return doc != nil && slices.ContainsFunc(ruletest.TestNames(doc), func(name string) bool {
		return s.name.MatchString(meta.ID + "/" + name)
	})
}

// testRun is one run of the command.
type testRun struct {
	*command
	options *testOptions
	paths   []string

	suite   *ruletest.Suite
	cover   *coverage // nil unless asked for
	broken  bool      // a rule or a test file does not load
	writers []*report.Writer
	files   []*os.File
	results []*ruletest.Result
}

// load loads the rules and their tests, and shows what is wrong with them.
func (t *testRun) load(selected *selection) error {
	loader := ruleset.Loader{
		Paths:   t.paths,
		Modules: modules(&memory.Store{}),
		Worker:  runtime.Worker{Limits: &t.options.limits},

		Documents: make(map[string]*strictyaml.Document),
		Only:      selected.rule,
	}
	if t.options.cover.wanted() {
		t.cover = &coverage{}
		loader.Pass = t.cover.pass
		t.options.limits.Steps = coverSteps * cmp.Or(t.options.limits.Steps, guard.Default.Steps)
	}
	set, diags, err := loader.Load()
	if err != nil {
		return err
	}
	t.suite = ruletest.NewSuite(set, loader.Documents)
	t.broken = t.showDiagnostics(append(diags, t.suite.Diagnostics...))
	return nil
}

// coverSteps is how many times more steps covered code may count than plain
// code.
const coverSteps = 4

func (t *testRun) pick(selected *selection) []*ruletest.Test {
	var tests []*ruletest.Test
	for range t.options.count {
		for _, test := range t.suite.Tests {
			if selected.test(test) {
				tests = append(tests, test)
			}
		}
	}
	return tests
}

// run runs tests and reports them.
func (t *testRun) run(ctx context.Context, tests []*ruletest.Test, seed *uint64) error {
	if err := t.openReports(); err != nil {
		return err
	}
	runner := &ruletest.Runner{Suite: t.suite, Limits: &t.options.limits, Workers: t.options.workers, Shuffle: seed}
	if t.options.verbose {
		runner.Explain = func(*ruletest.Result) bool { return true }
	}
	summary, err := t.report(runner.Run(ctx, tests))
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return &exitError{exitInterrupted, errors.New("interrupted: not all tests ran")}
	}
	if t.options.update {
		if err := t.updateExpectations(); err != nil {
			return err
		}
	}
	return t.verdict(summary)
}

// report writes results as they come.
func (t *testRun) report(results func(func(*ruletest.Result) bool)) (ruletest.Summary, error) {
	start := time.Now()
	var summary ruletest.Summary
	rules := make(map[string]bool)
	for r := range results {
		summary.Add(r)
		rules[r.Test.RuleID()] = true
		t.results = append(t.results, r)
		for _, w := range t.writers {
			if err := w.Result(r); err != nil {
				return summary, err
			}
		}
		if t.options.failFast && !r.Passed && !r.Skipped {
			break
		}
	}
	summary.Rules, summary.Duration = len(rules), time.Since(start)
	for _, w := range t.writers {
		if err := w.End(summary); err != nil {
			return summary, err
		}
	}
	var errs []error
	for _, f := range t.files {
		errs = append(errs, f.Close())
	}
	return summary, errors.Join(errs...)
}

// openReports opens the writer of standard output and those of --report.
func (t *testRun) openReports() error {
	if err := t.addReport(t.options.format, t.out, colours(t.out) != plain); err != nil {
		return err
	}
	for _, spec := range t.options.reports {
		format, path, ok := strings.Cut(spec, "=")
		if !ok {
			return fmt.Errorf("--report is %q, want FORMAT=FILE", spec)
		}
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		t.files = append(t.files, f)
		if err := t.addReport(format, f, false); err != nil {
			return err
		}
	}
	return nil
}

func (t *testRun) addReport(format string, out io.Writer, colour bool) error {
	w, err := report.New(format, out, report.Options{
		Colour: colour, Verbose: t.options.verbose, Command: t.again, Source: os.ReadFile,
	})
	t.writers = append(t.writers, w)
	return err
}

// again gives the command that runs one test again.
func (t *testRun) again(r *ruletest.Result) string {
	name := "^" + regexp.QuoteMeta(r.Test.RuleID()+"/"+r.Test.Name) + "$"
	return fmt.Sprintf("starhost test --run %s %s", shellQuote(name), strings.Join(quoteAll(t.paths), " "))
}

func quoteAll(words []string) []string {
	var quoted []string
	for _, w := range words {
		quoted = append(quoted, shellQuote(w))
	}
	return quoted
}

var plainWord = regexp.MustCompile(`^[\w./,:@%+=-]+$`)

// shellQuote quotes a word for a POSIX shell, if it needs to be.
func shellQuote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// verdict turns the outcome into an exit code, and shows which rules lack
// tests.
func (t *testRun) verdict(s ruletest.Summary) error {
	findings := s.Failed > 0
	if t.cover != nil {
		missed, err := t.reportCoverage()
		if err != nil {
			return err
		}
		findings = findings || missed
	}
	findings = t.showUntested() || findings
	if left := countKinds(t.suite.Set.Contents().NotRun); left != "" && t.options.run == "" && len(t.options.filters) == 0 {
		fmt.Fprintf(t.err, "not run: %s\n", left)
	}
	switch {
	case t.broken:
		return &exitError{exitLoad, errors.New("not all rules and tests loaded (see above)")}
	case findings:
		return &exitError{code: exitFindings}
	}
	return nil
}

// showUntested lists the rules without tests, and with --minimum-tests those
// with too few. It tells whether there are any of the latter.
func (t *testRun) showUntested() bool {
	o := t.options
	if o.run != "" || len(o.filters) > 0 || o.failFast || o.watch {
		return false // not all tests ran
	}
	none, oneSided := t.suite.Untested(t.results)
	if len(none) > 0 {
		fmt.Fprintf(t.err, "no tests: %s\n", listed(none))
	}
	if o.minimum == 0 {
		return false
	}
	few := t.tooFew()
	if len(few) > 0 {
		fmt.Fprintf(t.err, "fewer than %d tests: %s\n", o.minimum, listed(few))
	}
	if len(oneSided) > 0 {
		fmt.Fprintf(t.err, "no test with a match, or none without: %s\n", listed(oneSided))
	}
	return len(few)+len(oneSided)+len(none) > 0
}

// listed joins names, of a long list the first.
func listed(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// tooFew lists the rules that fewer tests ask than --minimum-tests says.
func (t *testRun) tooFew() []string {
	tests := make(map[string]map[*ruletest.Test]bool)
	for _, r := range t.results {
		for _, a := range r.Asked {
			if tests[a.Rule] == nil {
				tests[a.Rule] = make(map[*ruletest.Test]bool)
			}
			tests[a.Rule][r.Test] = true
		}
	}
	var few []string
	for _, r := range slices.Concat(t.suite.Set.Rules(), t.suite.Set.Disabled()) {
		if n := len(tests[r.ID]); n > 0 && n < t.options.minimum {
			few = append(few, r.ID)
		}
	}
	slices.Sort(few)
	return few
}
