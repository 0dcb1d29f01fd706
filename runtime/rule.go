package runtime

import (
	"fmt"
	"slices"
	"time"

	"github.com/starhost/starhost/alert"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Kind is the kind of a detection, as its metadata names it.
type Kind string

// The kinds of detections.
const (
	KindRule      Kind = "rule"           // rule(event): True alerts
	KindScheduled Kind = "scheduled_rule" // rule(event), for the results of a query: True alerts
	KindPolicy    Kind = "policy"         // policy(resource): False alerts
)

// Main gives the name of the function that decides: rule, or policy.
func (k Kind) Main() string {
	if k == KindPolicy {
		return "policy"
	}
	return "rule"
}

// Alerts tells whether a detection of the kind alerts when its function says
// result.
func (k Kind) Alerts(result bool) bool { return result != (k == KindPolicy) }

// Metadata is what the YAML file beside a rule says of it, in Panther's
// terms. The zero value, with an ID, is that of a rule without a YAML file,
// once DefaultMetadata has filled it in.
type Metadata struct {
	ID          string
	Kind        Kind // "" is KindRule
	DisplayName string
	Enabled     bool

	// LogTypes are the log types of the events it sees, none being all events;
	// of a policy the types of the resources.
	LogTypes []string

	Severity    alert.Severity
	Threshold   int64         // matches that open an alert
	DedupPeriod time.Duration // length of the window in which matches are one alert
	CreateAlert bool          // false: matches never open alerts

	Description  string
	Runbook      string
	Reference    string
	Tags         []string
	Reports      map[string][]string
	Destinations []string // OutputIds; nil means the default destinations

	SummaryAttributes []string

	// Filter is what events must pass before the rule sees them, or nil.
	Filter *Filter

	File string // the YAML file, or ""
}

// DefaultMetadata gives the metadata of a rule that says nothing of itself.
func DefaultMetadata(id string) Metadata {
	return Metadata{
		ID:          id,
		Kind:        KindRule,
		Enabled:     true,
		Severity:    "INFO",
		Threshold:   1,
		DedupPeriod: time.Hour,
		CreateAlert: true,
	}
}

// Name gives the rule's display name, or its id if it has none.
func (m *Metadata) Name() string {
	if m.DisplayName != "" {
		return m.DisplayName
	}
	return m.ID
}

// Policy gives what package alert needs to know of the rule.
func (m *Metadata) Policy() alert.Policy {
	return alert.Policy{RuleID: m.ID, Threshold: m.Threshold, Period: m.DedupPeriod}
}

// The functions that a rule file may define beside rule.
const (
	fnTitle = iota
	fnDedup
	fnSeverity
	fnContext
	fnDescription
	fnRunbook
	fnReference
	fnDestinations
	fnUnique
	numAuxiliary
)

// auxiliaryNames are the names of those functions.
var auxiliaryNames = [numAuxiliary]string{
	"title", "dedup", "severity", "alert_context",
	"description", "runbook", "reference", "destinations", "unique",
}

// A Rule is a detection that is ready to run. It is immutable and shared by
// all goroutines.
type Rule struct {
	Metadata
	*File

	// Background is what the rule's events can ask, or nil.
	Background *Background

	functions
}

// functions are what a rule file defines for the host to call.
type functions struct {
	main      string                          // name of the one that decides: rule or policy
	rule      starlark.Callable               // that one
	auxiliary [numAuxiliary]starlark.Callable // nil where not defined
}

// of gives the same functions of another instance of the file.
func (fs *functions) of(get func(name string) starlark.Value) *functions {
	other := &functions{main: fs.main}
	other.rule, _ = get(fs.main).(starlark.Callable)
	for i, name := range auxiliaryNames {
		if fs.auxiliary[i] != nil {
			other.auxiliary[i], _ = get(name).(starlark.Callable)
		}
	}
	return other
}

// position is where a function of a file is defined, as far as that is known.
func position(fn starlark.Callable) syntax.Position {
	if at, ok := fn.(interface{ Position() syntax.Position }); ok {
		return at.Position()
	}
	return syntax.Position{}
}

// Rule loads the detection at path. It reports every function that has not
// the form it must have; with any error the rule is nil.
func (l *Loader) Rule(path string, meta Metadata) (*Rule, []*Diagnostic) {
	l.rule = path
	file, diags := l.File(path, meta.ID)
	l.rule = ""
	if file == nil {
		return nil, diags
	}
	r, bad := newRule(file, meta)
	if len(bad) > 0 {
		l.files[path].bad = bad
		return nil, slices.Concat(diags, bad)
	}
	return r, diags
}

// newRule makes a rule of a file that has run.
func newRule(file *File, meta Metadata) (*Rule, []*Diagnostic) {
	r := &Rule{Metadata: meta, File: file}
	var bad []*Diagnostic
	if r.functions, bad = newFunctions(file, meta.Kind); len(bad) > 0 {
		return nil, bad
	}
	return r, nil
}

// newFunctions finds the functions that a rule file defines, and reports all
// that are not what they must be.
func newFunctions(file *File, kind Kind) (fs functions, bad []*Diagnostic) {
	fs.main = kind.Main()
	if fs.rule, bad = function(file, fs.main, bad); fs.rule == nil && len(bad) == 0 {
		bad = append(bad, noFunction(file, kind))
	}
	for i, name := range auxiliaryNames {
		fs.auxiliary[i], bad = function(file, name, bad)
	}
	return fs, bad
}

// noFunction says that a detection lacks the function that decides.
func noFunction(file *File, kind Kind) *Diagnostic {
	if kind == KindPolicy {
		d := fileDiagnostic(file.Path, "rule", "no function policy(resource): every policy must define it")
		if file.Globals.Has("rule") {
			d.Hint = "the file defines rule(event): is its AnalysisType rule?"
		}
		return d
	}
	d := fileDiagnostic(file.Path, "rule", "no function rule(event): every detection must define it")
	d.Hint = "a file of helpers only has a name that starts with _, or a YAML file of AnalysisType global"
	if file.Globals.Has("policy") {
		d.Hint = "the file defines policy(resource): is its AnalysisType policy?"
	}
	return d
}

// function finds the function of a rule by name and checks that it can be
// called with one argument, the event.
func function(file *File, name string, bad []*Diagnostic) (starlark.Callable, []*Diagnostic) {
	v, ok := file.Globals[name]
	if !ok {
		return nil, bad
	}
	fn, ok := v.(*starlark.Function)
	if callable, is := v.(starlark.Callable); is && !ok && file.Python() {
		return callable, bad // a decorator may have made it
	}
	if !ok {
		d := fileDiagnostic(file.Path, "rule", fmt.Sprintf("%s is %s, want a function of one argument, the event", name, describe(v)))
		return nil, append(bad, d)
	}
	required := 0
	for i := range fn.NumParams() - fn.NumKwonlyParams() {
		if name, _ := fn.Param(i); fn.ParamDefault(i) == nil && !variadic(fn, i) && name != "" {
			required++
		}
	}
	takesOne := fn.HasVarargs() || fn.NumParams() > 0
	if required > 1 || !takesOne || fn.NumKwonlyParams() > 0 && required == 0 && !takesOne {
		d := &Diagnostic{Pos: fn.Position(), Code: "rule",
			Msg: fmt.Sprintf("%s takes %d arguments, want one, the event", name, required)}
		return nil, append(bad, d)
	}
	return fn, bad
}

// variadic tells whether parameter i is *args or **kwargs.
func variadic(fn *starlark.Function, i int) bool {
	n := fn.NumParams()
	if fn.HasKwargs() {
		if i == n-1 {
			return true
		}
		n--
	}
	return fn.HasVarargs() && i == n-1
}
