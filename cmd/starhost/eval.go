package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/probe"
)

// evalOptions are the flags of eval and explain: one rule and one event.
type evalOptions struct {
	rule   string
	event  string
	cache  string
	at     string
	format string
	limits guard.Limits
}

func (c *command) evalCommand() *cobra.Command {
	return c.oneEventCommand(&cobra.Command{
		Use:   "eval PATH",
		Short: "Ask one rule about one event: every function's output, every cache operation",
		Long: `eval asks a rule, or a policy, about an event, or a resource, and shows what each of its functions gives, and
each operation on the cache, which is a fresh one in memory. PATH is the rule's
file, or a directory with --rule.` + "\n" + exitCodesHelp,
		Example: `  starhost eval rules/bad_guys.star -e '{"eventType": "BadGuyDetected", "BadGuyName": "x"}'
  starhost eval rules --rule Okta.LoginCity -e @event.json --at 2026-01-01T00:00:00Z
  head -1 events.jsonl | starhost eval rules/bad_guys.star -e - -f json`,
	}, showEval)
}

func (c *command) explainCommand() *cobra.Command {
	return c.oneEventCommand(&cobra.Command{
		Use:   "explain PATH",
		Short: "Show why a rule does or does not match an event: each condition with its values",
		Long: `explain asks a rule about an event and shows each condition that it evaluated, in
order and with the values of its operands; the one that decided is marked. PATH
is the rule's file, or a directory with --rule.` + "\n" + exitCodesHelp,
		Example: `  starhost explain rules/aws_access_denied_counter.star -e @event.json
  starhost explain rules --rule Custom.BadGuys -e '{"eventType": "Heartbeat"}'
  starhost explain rules/bad_guys.star -e - -f json < event.json`,
	}, showExplain)
}

func (c *command) oneEventCommand(cmd *cobra.Command, show func(io.Writer, *ruletest.Result, palette)) *cobra.Command {
	o := &evalOptions{}
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return c.oneEvent(cmd.Context(), o, args[0], show) }
	flags := cmd.Flags()
	flags.StringVar(&o.rule, "rule", "", "id of the rule, where PATH holds several")
	flags.StringVarP(&o.event, "event", "e", "-", "the event: JSON, @FILE, or - for standard input")
	flags.StringVar(&o.cache, "cache", "", "file of items that are in the cache, in YAML or JSON, as Cache: in a test")
	flags.StringVar(&o.at, "at", "", "the time, such as 2026-01-01T00:00:00Z; default now")
	flags.StringVarP(&o.format, "format", "f", "pretty", "output format: pretty, json")
	limitFlags(flags, &o.limits)
	return cmd
}

func (c *command) oneEvent(ctx context.Context, o *evalOptions, path string, show func(io.Writer, *ruletest.Result, palette)) error {
	lessCollection()
	test, suite, err := c.oneTest(o, path)
	if err != nil {
		return err
	}
	runner := &ruletest.Runner{Suite: suite, Limits: &o.limits, Explain: func(*ruletest.Result) bool { return true }}
	result := runner.RunOne(ctx, test)
	switch o.format {
	case "json":
		return writeEvalJSON(c.out, result)
	case "pretty":
		show(c.out, result, colours(c.out))
		return nil
	}
	return fmt.Errorf("format is %q, want pretty or json", o.format)
}

// oneTest makes a test of the rule and the event that the flags name.
func (c *command) oneTest(o *evalOptions, path string) (*ruletest.Test, *ruletest.Suite, error) {
	var ids []string
	set, diags, err := loadSet(&ruleset.Loader{
		Paths:   []string{path},
		Modules: modules(&memory.Store{}),
		Worker:  runtime.Worker{Limits: &o.limits},
		Only: func(m *runtime.Metadata, _ *strictyaml.Document) bool {
			ids = append(ids, m.ID)
			return o.rule == "" || m.ID == o.rule
		},
	}, o.rule != "")
	if err != nil {
		return nil, nil, err
	}
	rule, err := pickRule(slices.Concat(set.Rules(), set.Disabled()), o.rule, ids)
	if err != nil {
		if c.showDiagnostics(diags) {
			err = &exitError{exitLoad, err}
		}
		return nil, nil, err
	}
	setup := ruletest.Setup{Clock: time.Now()}
	if o.at != "" {
		if setup.Clock, err = time.Parse(time.RFC3339Nano, o.at); err != nil {
			return nil, nil, fmt.Errorf("--at is %q, want a time such as 2026-01-01T00:00:00Z", o.at)
		}
	}
	if o.cache != "" {
		if setup.Cache, err = os.ReadFile(o.cache); err != nil {
			return nil, nil, err
		}
		setup.CachePath = o.cache
	}
	record, err := c.readEvent(o.event)
	if err != nil {
		return nil, nil, err
	}
	test, diags := ruletest.NewTest(rule, record, setup)
	if test == nil {
		c.showDiagnostics(diags)
		return nil, nil, &exitError{exitUsage, fmt.Errorf("the cache file does not load")}
	}
	return test, &ruletest.Suite{Set: set}, nil
}

// pickRule finds the rule by its id, or the only one. ids are those of all rules
// there are, whether or not they load.
func pickRule(rules []*runtime.Rule, id string, ids []string) (*runtime.Rule, error) {
	slices.Sort(ids)
	for _, r := range rules {
		if r.ID == id {
			return r, nil
		}
	}
	switch {
	case slices.Contains(ids, id):
		return nil, fmt.Errorf("rule %s does not load", id)
	case id != "":
		return nil, fmt.Errorf("no rule has the id %q (there are %s)", id, listed(ids))
	case len(rules) == 0:
		return nil, fmt.Errorf("no rule loads")
	case len(rules) > 1:
		return nil, fmt.Errorf("there are several rules: name one with --rule (%s)", listed(ids))
	}
	return rules[0], nil
}

// readEvent reads what --event names.
func (c *command) readEvent(spec string) ([]byte, error) {
	if spec == "-" {
		return io.ReadAll(c.in)
	}
	if path, ok := strings.CutPrefix(spec, "@"); ok {
		return os.ReadFile(path)
	}
	return []byte(spec), nil
}

// showEval shows all that came of an event.
func showEval(w io.Writer, r *ruletest.Result, p palette) {
	showVerdict(w, r, p)
	for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		fmt.Fprintf(w, "%-14s %s\n", name, r.Outputs[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Errors)) {
		if name != "rule" {
			f := r.Errors[name]
			fmt.Fprintf(w, "%-14s %sfails%s: %s: %s at %s\n", name, p.red, p.reset, f.Type, f.Message, f.At)
		}
	}
	for _, op := range r.Ops {
		fmt.Fprintf(w, "%-14s %s\n", "cache", op)
	}
	for _, line := range r.Prints {
		fmt.Fprintf(w, "%-14s %s: %s\n", "print", line.Pos, line.Text)
	}
}

func showVerdict(w io.Writer, r *ruletest.Result, p palette) {
	switch {
	case r.Cause != nil:
		d := r.Cause.Diagnostic
		if r.Test.Rule != nil && r.Test.Rule.Python() {
			d.Msg = r.Cause.Type + ": " + d.Msg // as Python shows it
		}
		fmt.Fprint(w, prettyDiagnostic(&d, p))
	case r.Got == nil: // the event itself is refused
		for _, problem := range r.Problems {
			fmt.Fprintf(w, "%serror%s: %s: %s\n", p.red, p.reset, problem.What, problem.Got)
		}
	case *r.Got:
		fmt.Fprintf(w, "%s%s matches%s\n", p.bold, r.Test.RuleID(), p.reset)
	default:
		fmt.Fprintf(w, "%s%s does not match%s\n", p.bold, r.Test.RuleID(), p.reset)
	}
}

// showExplain shows how a rule came to its result.
func showExplain(w io.Writer, r *ruletest.Result, p palette) {
	showVerdict(w, r, p)
	if r.Decision == nil {
		return
	}
	for _, s := range r.Decision.Steps {
		mark := "  "
		if d := r.Decision.Deciding; d != nil && d.Pos == s.Pos && d.Depth == s.Depth && d.Value == s.Value {
			mark = p.bold + "=>" + p.reset
		}
		fmt.Fprintf(w, "%s %s: %s%s is %s%s\n", mark, s.Pos, strings.Repeat("  ", s.Depth), s.Text, s.Value, operands(s))
	}
}

func operands(s probe.Step) string {
	var parts []string
	for _, o := range s.Operands {
		if o.Text != s.Text {
			parts = append(parts, o.Text+" = "+o.Value)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "  (" + strings.Join(parts, ", ") + ")"
}

// writeEvalJSON writes all of a result as one object.
func writeEvalJSON(w io.Writer, r *ruletest.Result) error {
	ops := []string{}
	for _, op := range r.Ops {
		ops = append(ops, op.String())
	}
	out := map[string]any{
		"rule_id": r.Test.RuleID(), "matched": r.Got, "outputs": r.Outputs, "errors": r.Errors,
		"cache_ops": ops, "decision": r.Decision, "duration_us": r.Duration.Microseconds(),
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
