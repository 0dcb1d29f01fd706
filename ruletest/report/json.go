package report

import (
	"bytes"
	"encoding/json"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime/probe"
	"go.starlark.net/syntax"
)

// jsonForm is one object with all results. It is a contract: fields are added,
// never renamed, and values are whole.
type jsonForm struct {
	options *Options
	tests   []jsonTest
}

type jsonReport struct {
	Tests   []jsonTest  `json:"tests"`
	Summary jsonSummary `json:"summary"`
}

type jsonTest struct {
	RuleID     string                     `json:"rule_id"`
	Test       string                     `json:"test"`
	File       string                     `json:"file"`
	Line       int32                      `json:"line"`
	Expected   *bool                      `json:"expected"` // null: nothing was expected
	Got        *bool                      `json:"got"`      // null: the rule failed, or did not run
	Alert      bool                       `json:"alert"`    // a rule that says true, a policy that says false
	Passed     bool                       `json:"passed"`
	Skipped    bool                       `json:"skipped"`
	SkipReason string                     `json:"skip_reason"`
	Problems   []jsonProblem              `json:"problems"`
	Outputs    map[string]json.RawMessage `json:"outputs"`
	Given      map[string]json.RawMessage `json:"given"` // of these, what the rule's functions gave themselves
	Errors     map[string]alert.Failure   `json:"errors"`
	Stack      []jsonFrame                `json:"stack"` // of the error of rule, outermost call first
	CacheOps   []jsonOperation            `json:"cache_ops"`
	Prints     []jsonPrint                `json:"prints"`
	Decision   *jsonDecision              `json:"decision"`
	Command    string                     `json:"command"`
	DurationUS int64                      `json:"duration_us"`
}

type jsonProblem struct {
	File    string `json:"file"`
	Line    int32  `json:"line"`
	Col     int32  `json:"col"`
	Step    int    `json:"step"` // from 1; 0 for a test without steps
	What    string `json:"what"`
	Message string `json:"message"`
	Want    string `json:"want"`
	Got     string `json:"got"`
	Hint    string `json:"hint"`

	// Replacement is the YAML text that would make the expectation hold, or "".
	Replacement string `json:"replacement"`
}

type jsonFrame struct {
	At   string `json:"at"`
	Func string `json:"func"`
}

type jsonOperation struct {
	Op     string `json:"op"`
	Key    string `json:"key"`
	Args   string `json:"args"`
	Result string `json:"result"`
	Error  string `json:"error"`
}

type jsonPrint struct {
	At   string `json:"at"`
	Text string `json:"text"`
}

type jsonDecision struct {
	Deciding *probe.Step  `json:"deciding"`
	Steps    []probe.Step `json:"steps"`
	Dropped  int          `json:"dropped"`
}

type jsonSummary struct {
	Rules      int   `json:"rules"`
	Tests      int   `json:"tests"`
	Passed     int   `json:"passed"`
	Failed     int   `json:"failed"`
	Skipped    int   `json:"skipped"`
	DurationMS int64 `json:"duration_ms"`
}

func (f *jsonForm) result(_ *bytes.Buffer, r *ruletest.Result) {
	t := jsonTest{
		RuleID: r.Test.RuleID(), Test: r.Test.Name,
		File: fileName(r.Test.Pos), Line: r.Test.Pos.Line,
		Expected: r.Expected, Got: r.Got, Alert: r.Alert, Passed: r.Passed,
		Skipped: r.Skipped, SkipReason: r.Test.Skip,
		Problems: jsonProblems(r), Outputs: jsonOutputs(r.Outputs), Given: jsonOutputs(r.Given), Errors: r.Errors,
		Stack: []jsonFrame{}, CacheOps: jsonOperations(r), Prints: []jsonPrint{},
		DurationUS: r.Duration.Microseconds(),
	}
	if t.Errors == nil {
		t.Errors = map[string]alert.Failure{}
	}
	if r.Cause != nil {
		for _, c := range r.Cause.Stack {
			t.Stack = append(t.Stack, jsonFrame{c.Pos.String(), c.Func})
		}
	}
	for _, p := range r.Prints {
		t.Prints = append(t.Prints, jsonPrint{p.Pos, p.Text})
	}
	if d := r.Decision; d != nil {
		t.Decision = &jsonDecision{d.Deciding, append([]probe.Step{}, d.Steps...), d.Dropped}
	}
	if !r.Passed && !r.Skipped {
		t.Command = f.options.command(r)
	}
	f.tests = append(f.tests, t)
}

func jsonProblems(r *ruletest.Result) []jsonProblem {
	list := []jsonProblem{}
	for i := range r.Problems {
		p := &r.Problems[i]
		list = append(list, jsonProblem{
			File: fileName(p.Pos), Line: p.Pos.Line, Col: p.Pos.Col,
			Step: p.Step, What: p.What, Message: headline(r, p),
			Want: p.Want, Got: p.Got, Hint: p.Hint, Replacement: p.Replacement,
		})
	}
	return list
}

func fileName(p syntax.Position) string {
	if !p.IsValid() {
		return ""
	}
	return p.Filename()
}

// jsonOutputs keeps what is not JSON as a text, as one such value would spoil
// the whole report.
func jsonOutputs(outputs map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage)
	for name, v := range outputs {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
		if !json.Valid(v) {
			v, _ = json.Marshal(string(v)) // strings always marshal
		}
		out[name] = v
	}
	return out
}

func jsonOperations(r *ruletest.Result) []jsonOperation {
	list := []jsonOperation{}
	for _, o := range r.Ops {
		op := jsonOperation{Op: o.Name, Key: o.Key, Args: o.Args, Result: o.Result}
		if o.Err != nil {
			op.Error = o.Err.Error()
		}
		list = append(list, op)
	}
	return list
}

func (f *jsonForm) end(b *bytes.Buffer, s ruletest.Summary) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(jsonReport{ // all of it marshals, and a Buffer takes it all
		Tests: append([]jsonTest{}, f.tests...),
		Summary: jsonSummary{
			Rules: s.Rules, Tests: s.Tests, Passed: s.Passed, Failed: s.Failed,
			Skipped: s.Skipped, DurationMS: s.Duration.Milliseconds(),
		},
	})
}
