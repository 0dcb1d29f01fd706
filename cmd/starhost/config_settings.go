package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/ruletest/report"
	"github.com/starhost/starhost/runtime/guard"
)

// The settings of starhost.yaml are the flags of the commands. This file makes
// the one table of them, a tree as the file is one; reading, config show,
// schema and init all go by it. A new flag is in it by itself, as a text, a
// boolean or whatever the type of its value says; traits say more of some.

// A kind says what a value of a setting must be.
type kind int

const (
	textKind kind = iota
	boolKind
	numberKind
	decimalKind
	sizeKind
	lengthKind
	fileKind   // a path, relative to the folder of the file that gives it
	storeKind  // what --store names
	reportKind // FORMAT=FILE
)

// A setting is one value that can be configured: a flag, one of the limits of
// --limit, or a field of a structured setting's elements.
type setting struct {
	key     string // in the mapping that it is in
	doc     string // a phrase
	kind    kind
	list    bool // a list of such values; a single one will do
	mapping bool // a mapping of names to such values
	choices []string
	fold    bool // the case of choices does not matter

	structure structured // of a list of mappings, or nil

	flag  *pflag.Flag
	limit string // the name of the limit, of --limit

	fallback string   // the default of a field, "" for the zero value
	to       any      // where the value of a field goes
	only     []string // the types of element that have the field; nil for all
	required bool     // an element (of these types) must have it
}

// A structured value is a list of mappings. Its flag takes a short form.
type structured interface {
	pflag.Value

	// fields gives the settings of an element that has the default values.
	fields() []*setting

	// shown gives the fields of each element that there is.
	shown() [][]*setting

	// read reads the list of the file, reports what is wrong with it, and
	// gives what replace takes.
	read(list []strictyaml.Value, f *configFile) any
	replace(decoded any)
}

// A trait is what the type of a flag's value does not say of the setting.
type trait struct {
	key     string // with dots; "" is the flag's name with _ for -
	shared  bool   // it is a key at the top, too, for all commands that have it
	never   bool   // it is of one call, and no setting
	kind    kind
	choices []string
	doc     string // instead of the flag's usage
}

// traits has the traits of flags, by name, or by command and name.
var traits = map[string]trait{
	"rules":       {shared: true, kind: fileKind},
	"data-dir":    {shared: true, kind: fileKind},
	"store":       {shared: true, kind: storeKind, doc: "where rules keep their state: " + storeHelp},
	"log-type":    {shared: true},
	"workers":     {shared: true},
	"log-format":  {shared: true, choices: []string{"text", "json"}},
	"time-field":  {shared: true},
	"clock":       {shared: true, choices: []string{"event", "wall"}},
	"allow-empty": {shared: true},
	"limit":       {key: "limits", shared: true},

	"dead-letter":  {kind: fileKind},
	"report":       {kind: reportKind},
	"cover-report": {kind: reportKind},
	"fail-level":   {choices: []string{"error", "warning"}},

	"check format":   {choices: []string{"pretty", "compact", "json", "github"}},
	"test format":    {choices: report.Formats()},
	"eval format":    {choices: prettyOrJSON},
	"explain format": {choices: prettyOrJSON},
	"inspect format": {choices: prettyOrJSON},
	"cache format":   {choices: prettyOrJSON},

	"tls-cert-file":      {key: "tls.cert_file", kind: fileKind},
	"tls-key-file":       {key: "tls.key_file", kind: fileKind},
	"tls-client-ca-file": {key: "tls.client_ca_file", kind: fileKind},
	"token-file":         {kind: fileKind},
	"max-body":           {key: "limits.max_body"},
	"max-text":           {key: "limits.max_text"},
	"max-record":         {key: "limits.max_record"},
	"max-requests":       {key: "limits.max_requests"},
	"max-in-flight":      {key: "limits.max_in_flight"},
	"sink":               {key: "sinks", doc: "where alerts go; standard output if not given"},
	"follow":             {doc: "files that are followed as they grow"},

	"help": {never: true}, "config": {never: true},
	"test run": {never: true}, "update": {never: true}, "watch": {never: true},
	"rule": {never: true}, "event": {never: true}, "cache": {never: true}, "at": {never: true},
	"prefix": {never: true}, "counter": {never: true}, "string": {never: true}, "dictionary": {never: true},
	"ttl": {never: true}, "dry-run": {never: true}, "output": {never: true},
}

var prettyOrJSON = []string{"pretty", "json"}

// limitSettings are the limits of --limit.
var limitSettings = []setting{
	{limit: "steps", kind: numberKind, doc: "steps of the interpreter in a call of a rule's function"},
	{limit: "time", kind: lengthKind, doc: "how long a call may take"},
	{limit: "depth", kind: numberKind, doc: "calls within calls"},
	{limit: "bytes", kind: sizeKind, doc: "the longest string"},
	{limit: "elements", kind: numberKind, doc: "the longest list"},
	{limit: "bits", kind: numberKind, doc: "the widest integer"},
	{limit: "heap", kind: sizeKind, doc: "the heap of the process above which calls are stopped"},
}

// traitOf finds the trait of a command's flag.
func traitOf(command, flag string) trait {
	if t, ok := traits[command+" "+flag]; ok {
		return t
	}
	return traits[flag]
}

// kindOf tells the kind of a setting by the type of a flag's value.
func kindOf(f *pflag.Flag) (k kind, list bool) {
	_, list = f.Value.(pflag.SliceValue)
	switch f.Value.Type() {
	case "bool":
		return boolKind, list
	case "int":
		return numberKind, list
	case "float64":
		return decimalKind, list
	case "size":
		return sizeKind, list
	case "duration":
		return lengthKind, list
	}
	return textKind, list
}

// A group is a mapping of the file: all of it, a command's section, or a
// mapping in one of them.
type group struct {
	key      string
	doc      string
	settings []*setting
	groups   []*group
}

// subgroup finds the group of a key, or makes it.
func (g *group) subgroup(key, doc string) *group {
	for _, sub := range g.groups {
		if sub.key == key {
			return sub
		}
	}
	sub := &group{key: key, doc: doc}
	g.groups = append(g.groups, sub)
	return sub
}

// groupDocs say what the mappings hold.
var groupDocs = map[string]string{
	".limits":      "limits of each call of a rule's function",
	"serve.limits": "limits of requests; those of calls can be here, too",
	"serve.tls":    "certificates; without them the service speaks plain HTTP",
}

// add adds a setting, unless its key is there.
func (g *group) add(s *setting) {
	key := s.key
	if parent, child, ok := strings.Cut(key, "."); ok {
		g, key = g.subgroup(parent, cmp.Or(groupDocs[g.key+"."+parent], groupDocs["."+parent])), child
	}
	if !slices.ContainsFunc(g.settings, func(other *setting) bool { return other.key == key }) {
		own := *s
		own.key = key
		g.settings = append(g.settings, &own)
	}
}

// settingsTree gives all settings of all commands: the shared ones, and a
// section for each command.
func settingsTree(root *cobra.Command) *group {
	top := &group{}
	var sections []*group
	for _, cmd := range root.Commands() {
		if !hasSettings(cmd) {
			continue
		}
		section := &group{key: cmd.Name(), doc: cmd.Short}
		for _, s := range allSettings(cmd) {
			section.add(s)
			if traitOf(cmd.Name(), s.flag.Name).shared {
				top.add(s)
			}
		}
		if len(section.settings)+len(section.groups) > 0 {
			sections = append(sections, section)
		}
	}
	top.groups = append(top.groups, sections...)
	slices.SortStableFunc(top.settings, func(a, b *setting) int {
		return cmp.Compare(slices.Index(sharedOrder, a.key), slices.Index(sharedOrder, b.key))
	})
	return top
}

// sharedOrder is the order in which people are shown the settings of the top.
var sharedOrder = []string{"rules", "data_dir", "store", "log_type", "time_field", "clock", "workers", "log_format", "allow_empty"}

// hasSettings tells whether a command is configured by the file.
func hasSettings(cmd *cobra.Command) bool {
	switch sectionOf(cmd) {
	case "", "config", "completion", "help", "version":
		return false
	}
	return !strings.HasPrefix(cmd.Name(), "__")
}

// sectionOf names the section of a command: the command below the root that it
// is, or is part of.
func sectionOf(cmd *cobra.Command) string {
	for cmd.HasParent() {
		if !cmd.Parent().HasParent() {
			return cmd.Name()
		}
		cmd = cmd.Parent()
	}
	return ""
}

// allSettings lists the settings of a command and of those below it.
func allSettings(cmd *cobra.Command) []*setting {
	all := settingsOf(sectionOf(cmd), cmd.PersistentFlags())
	all = append(all, settingsOf(sectionOf(cmd), cmd.Flags())...)
	for _, sub := range cmd.Commands() {
		all = append(all, allSettings(sub)...)
	}
	return all
}

// settingsOf lists the settings that are flags, in their order.
func settingsOf(section string, flags *pflag.FlagSet) []*setting {
	var all []*setting
	flags.VisitAll(func(f *pflag.Flag) {
		t := traitOf(section, f.Name)
		if !t.never && !f.Hidden {
			all = append(all, settingsOfFlag(f, t)...)
		}
	})
	return all
}

func settingsOfFlag(f *pflag.Flag, t trait) []*setting {
	if t.key == "" {
		t.key = strings.ReplaceAll(f.Name, "-", "_")
	}
	if _, ok := f.Value.(*limitFlag); ok {
		var all []*setting
		for _, s := range limitSettings {
			s.key, s.flag = t.key+"."+s.limit, f
			all = append(all, &s)
		}
		return all
	}
	if t.doc == "" {
		t.doc = strings.NewReplacer(" (repeatable)", "", "(repeatable, ", "(").Replace(strings.Join(strings.Fields(f.Usage), " "))
	}
	s := &setting{key: t.key, doc: t.doc, choices: t.choices, flag: f}
	s.kind, s.list = kindOf(f)
	if t.kind != textKind {
		s.kind = t.kind
	}
	s.structure, _ = f.Value.(structured)
	return []*setting{s}
}

// texts gives the value that a setting has, each element of a list as a text;
// nil if it has none. Those of a mapping are given as NAME: TEXT.
func (s *setting) texts() []string {
	switch {
	case s.limit != "":
		return []string{s.limitText()}
	case s.flag != nil:
		if list, ok := s.flag.Value.(pflag.SliceValue); ok {
			return list.GetSlice()
		}
		return oneText(s.flag.Value.String())
	}
	switch to := s.to.(type) {
	case *string:
		return oneText(*to)
	case *[]string:
		return *to
	case *[]namedFile:
		var texts []string
		for _, f := range *to {
			texts = append(texts, f.Name+": "+f.Path)
		}
		return texts
	}
	return oneText(fmt.Sprint(s.deref()))
}

// deref gives the value of a field that is neither a text nor a list.
func (s *setting) deref() any {
	switch to := s.to.(type) {
	case *bool:
		return *to
	case *int:
		return *to
	case *size:
		return *to
	case *length:
		return *to
	}
	panic(fmt.Sprintf("setting %s is a %T", s.key, s.to))
}

func oneText(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// limitText gives a limit that is given, or the default.
func (s *setting) limitText() string {
	for _, text := range slices.Backward(s.flag.Value.(*limitFlag).given) {
		if name, value, _ := strings.Cut(text, "="); name == s.limit {
			return s.prettyLimit(value)
		}
	}
	d := guard.Default
	switch s.limit {
	case "steps":
		return strconv.FormatUint(d.Steps, 10)
	case "time":
		return length(d.Time).String()
	case "depth":
		return strconv.Itoa(d.Depth)
	case "bytes":
		return size(d.Bytes).String()
	case "elements":
		return strconv.Itoa(d.Elements)
	case "bits":
		return strconv.Itoa(d.Bits)
	}
	return size(d.Heap).String()
}

func (s *setting) prettyLimit(value string) string {
	if s.kind == sizeKind {
		if n, err := parseSize(value); err == nil {
			return n.String()
		}
	}
	return value
}

// limitGiven tells whether --limit, or its variable, gives the limit.
func (s *setting) limitGiven() bool {
	return slices.ContainsFunc(s.flag.Value.(*limitFlag).given, func(text string) bool {
		return strings.HasPrefix(text, s.limit+"=")
	})
}
