package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/ruleset"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
)

type inspectOptions struct {
	format     string
	verbose    bool
	allowEmpty bool
	limits     guard.Limits
}

func (c *command) inspectCommand() *cobra.Command {
	o := &inspectOptions{}
	cmd := &cobra.Command{
		Use:   "inspect [PATH…]",
		Short: "Show what is loaded from where: rules, helpers, data models, lookup tables, packs",
		Long: `inspect loads rules as check does, and shows what they are made of: how many rules,
policies and scheduled rules there are, the helpers and which of them stand in
for a built-in module, the data models and lookup tables with where their data
is, the packs, and what is not run. PATH is a directory or a file; the default
is the working directory.` + "\n" + exitCodesHelp,
		Example: `  starhost inspect rules
  starhost inspect -v panther-analysis
  starhost inspect -f json rules | jq '.rules[] | select(.stateful) | .id'`,
		RunE: func(_ *cobra.Command, args []string) error { return c.inspect(o, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.format, "format", "f", "pretty", "output format: pretty, json")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "show each rule and each pack, too")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "finding no rules is no error")
	limitFlags(flags, &o.limits)
	return cmd
}

func (c *command) inspect(o *inspectOptions, paths []string) error {
	lessCollection()
	if o.format != "pretty" && o.format != "json" {
		return fmt.Errorf("format is %q, want pretty or json", o.format)
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	set, diags, err := loadRules(paths, &memory.Store{}, &o.limits, nil, o.allowEmpty)
	if err != nil {
		return err
	}
	broken := slices.ContainsFunc(diags, (*runtime.Diagnostic).IsError)
	result := newInspection(set)
	if o.format == "json" {
		enc := json.NewEncoder(c.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(result)
	} else {
		err = result.show(c.out, o.verbose)
	}
	if err == nil && broken {
		err = &exitError{exitLoad, fmt.Errorf("not all rules load: see starhost check %s", strings.Join(quoteAll(paths), " "))}
	}
	return err
}

// inspection is what inspect shows. Its JSON form is a contract: fields are
// added, never renamed.
type inspection struct {
	Rules   []inspectedRule   `json:"rules"`
	Helpers []inspectedHelper `json:"helpers"`
	Models  []inspectedModel  `json:"data_models"`
	Tables  []inspectedTable  `json:"lookup_tables"`
	Packs   []inspectedPack   `json:"packs"`
	NotRun  map[string]int    `json:"not_run"` // files, by AnalysisType
}

type inspectedRule struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // rule, scheduled_rule, policy
	File     string   `json:"file"`
	Metadata string   `json:"metadata"` // the YAML file, or ""
	Language string   `json:"language"` // starlark, python
	Enabled  bool     `json:"enabled"`
	Severity string   `json:"severity"`
	LogTypes []string `json:"log_types"` // of a policy, resource types
	Stateful bool     `json:"stateful"`
	Loads    []string `json:"loads"`
}

type inspectedHelper struct {
	Name     string `json:"name"`
	File     string `json:"file"`
	Replaces bool   `json:"replaces"` // it stands in for a built-in module
}

type inspectedModel struct {
	ID       string   `json:"id"`
	LogTypes []string `json:"log_types"`
	Fields   int      `json:"fields"`
	File     string   `json:"file"` // of its functions, or ""
	Enabled  bool     `json:"enabled"`
}

type inspectedTable struct {
	Name    string `json:"name"`
	Rows    int    `json:"rows"`
	File    string `json:"file"`    // of its data, or ""
	Missing string `json:"missing"` // why there is no data, or ""
}

type inspectedPack struct {
	ID  string   `json:"id"`
	IDs []string `json:"ids"`
}

func newInspection(set *ruleset.Set) *inspection {
	c := set.Contents()
	r := &inspection{
		Rules: []inspectedRule{}, Helpers: []inspectedHelper{}, Models: []inspectedModel{},
		Tables: []inspectedTable{}, Packs: []inspectedPack{}, NotRun: c.NotRun,
	}
	for _, rule := range slices.Concat(set.Rules(), set.Disabled()) {
		language := "starlark"
		if rule.Python() {
			language = "python"
		}
		r.Rules = append(r.Rules, inspectedRule{
			ID: rule.ID, Kind: string(cmp.Or(rule.Kind, runtime.KindRule)), File: rule.Path, Metadata: rule.Metadata.File,
			Language: language, Enabled: rule.Enabled, Severity: string(rule.Severity),
			LogTypes: orEmpty(rule.LogTypes), Stateful: rule.Stateful, Loads: orEmpty(rule.Loads),
		})
	}
	slices.SortFunc(r.Rules, func(a, b inspectedRule) int { return cmp.Compare(a.ID, b.ID) })
	for _, h := range c.Helpers {
		r.Helpers = append(r.Helpers, inspectedHelper{h.Name, h.Path, h.Replaces})
	}
	for _, m := range c.Models {
		r.Models = append(r.Models, inspectedModel{m.ID, orEmpty(m.LogTypes), m.Fields, m.Path, m.Enabled})
	}
	for _, t := range c.Tables {
		r.Tables = append(r.Tables, inspectedTable{t.Name, t.Rows, t.Path, t.Missing})
	}
	for _, p := range c.Packs {
		r.Packs = append(r.Packs, inspectedPack{p.ID, orEmpty(p.IDs)})
	}
	return r
}

// orEmpty makes a list that JSON shows as one.
func orEmpty(list []string) []string { return append([]string{}, list...) }

// show writes it for people.
func (r *inspection) show(w io.Writer, verbose bool) error {
	var text bytes.Buffer
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, r.headline())
	if verbose {
		for _, rule := range r.Rules {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", rule.ID, rule.File, strings.Join(rule.LogTypes, ", "), rule.remarks())
		}
	}
	section(t, len(r.Helpers), "helper", "helpers")
	for _, h := range r.Helpers {
		remark := ""
		if h.Replaces {
			remark = "in place of the built-in module"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", h.Name, h.File, remark)
	}
	section(t, len(r.Models), "data model", "data models")
	for _, m := range r.Models {
		remark := ""
		if !m.Enabled {
			remark = "not enabled"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", m.ID, strings.Join(m.LogTypes, ", "), plural(m.Fields, "field", "fields"), m.File, remark)
	}
	section(t, len(r.Tables), "lookup table", "lookup tables")
	for _, table := range r.Tables {
		data := plural(table.Rows, "row", "rows") + " of " + table.File
		if table.Missing != "" {
			data = "no data here: " + table.Missing
		}
		fmt.Fprintf(t, "  %s\t%s\n", table.Name, data)
	}
	section(t, len(r.Packs), "pack", "packs")
	if verbose {
		for _, p := range r.Packs {
			fmt.Fprintf(t, "  %s\t%d ids\n", p.ID, len(p.IDs))
		}
	}
	if left := countKinds(r.NotRun); left != "" {
		fmt.Fprintf(t, "not run: %s\n", left)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// headline counts the rules.
func (r *inspection) headline() string {
	counts := make(map[string]int)
	off := 0
	for _, rule := range r.Rules {
		counts[rule.Kind]++
		if !rule.Enabled {
			off++
		}
	}
	text := countKinds(counts)
	if off > 0 {
		text += fmt.Sprintf(" (%d not enabled)", off)
	}
	return cmp.Or(text, "no rules")
}

// remarks are what is unusual about a rule.
func (rule *inspectedRule) remarks() string {
	var words []string
	if rule.Kind != string(runtime.KindRule) {
		words = append(words, kindNames[rule.Kind][0])
	}
	if !rule.Enabled {
		words = append(words, "not enabled")
	}
	if rule.Stateful {
		words = append(words, "stateful")
	}
	return strings.Join(words, ", ")
}

func section(w io.Writer, n int, one, many string) {
	if n > 0 {
		fmt.Fprintln(w, plural(n, one, many))
	}
}
