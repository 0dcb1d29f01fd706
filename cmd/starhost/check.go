package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

type checkOptions struct {
	format     string
	reports    []string
	failLevel  string
	allowEmpty bool
	limits     guard.Limits
}

func (c *command) checkCommand() *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Load all rules, run none: every error of every file, with its place and what to do",
		Long: `check loads rules, policies, helpers, data models, lookup tables and tests, and
reports all that keeps them from running: every diagnostic of every file, in one
run. PATH is a directory or a file; the default is the working directory. Of a
file or folder in a checkout with global_helpers, the helpers, data models and
lookup tables of the checkout are found.` + "\n" + exitCodesHelp,
		Example: `  starhost check rules
  starhost check rules/okta.star
  starhost check panther-analysis/rules/okta_rules
  starhost check -f json rules | jq '.diagnostics[].message'
  starhost check --report github=annotations.txt rules`,
		RunE: func(_ *cobra.Command, args []string) error { return c.check(o, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.format, "format", "f", "pretty", "output format: pretty, compact, json, github")
	flags.StringArrayVar(&o.reports, "report", nil, "also write a report, FORMAT=FILE (repeatable)")
	flags.StringVar(&o.failLevel, "fail-level", "error", "least severity that is a finding: error, warning")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "finding no rules is no error")
	limitFlags(flags, &o.limits)
	return cmd
}

func (c *command) check(o *checkOptions, paths []string) error {
	lessCollection()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	if !slices.Contains([]string{"error", "warning"}, o.failLevel) {
		return fmt.Errorf("--fail-level is %q, want error or warning", o.failLevel)
	}
	docs := make(map[string]*strictyaml.Document)
	set, diags, err := loadRules(paths, &memory.Store{}, &o.limits, docs, o.allowEmpty)
	if err != nil {
		return err
	}
	diags = append(diags, ruletest.NewSuite(set, docs).Diagnostics...)
	runtime.SortDiagnostics(diags)
	result := newCheckResult(diags, len(set.Rules())+len(set.Disabled()))
	result.Summary.NotRun = set.Contents().NotRun
	if err := c.report(o.format, o.reports, result); err != nil {
		return err
	}
	return result.exit(o.failLevel)
}

// checkResult is the outcome of check. Its JSON form is a contract: fields
// are added, never renamed.
type checkResult struct {
	Diagnostics []checkDiagnostic `json:"diagnostics"`
	Summary     checkSummary      `json:"summary"`

	diags []*runtime.Diagnostic
}

type checkDiagnostic struct {
	File     string `json:"file"`
	Line     int32  `json:"line"`
	Col      int32  `json:"col"`
	EndCol   int    `json:"end_col"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

type checkSummary struct {
	Rules    int `json:"rules"` // that load, policies and scheduled rules among them
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`

	NotRun map[string]int `json:"not_run,omitempty"` // files, by AnalysisType
}

func newCheckResult(diags []*runtime.Diagnostic, rules int) *checkResult {
	r := &checkResult{Diagnostics: []checkDiagnostic{}, Summary: checkSummary{Rules: rules}, diags: diags}
	for _, d := range diags {
		severity := runtime.Warning
		if d.IsError() {
			severity = runtime.Error
			r.Summary.Errors++
		} else {
			r.Summary.Warnings++
		}
		r.Diagnostics = append(r.Diagnostics, checkDiagnostic{
			File: d.Pos.Filename(), Line: d.Pos.Line, Col: d.Pos.Col, EndCol: d.EndCol,
			Severity: string(severity), Code: d.Code, Message: d.Msg, Hint: d.Hint,
		})
	}
	return r
}

func (r *checkResult) exit(failLevel string) error {
	switch {
	case r.Summary.Errors > 0:
		return &exitError{code: exitLoad}
	case r.Summary.Warnings > 0 && failLevel == "warning":
		return &exitError{code: exitFindings}
	}
	return nil
}

func (r *checkResult) summary() string {
	text := fmt.Sprintf("%s, %s, %s",
		plural(r.Summary.Rules, "rule loads", "rules load"),
		plural(r.Summary.Errors, "error", "errors"),
		plural(r.Summary.Warnings, "warning", "warnings"))
	if left := countKinds(r.Summary.NotRun); left != "" {
		text += "; not run: " + left
	}
	return text
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

var errFormat = errors.New("want pretty, compact, json or github")
