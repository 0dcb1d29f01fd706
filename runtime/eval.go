package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// maxText is the length in characters at which titles and deduplication
// strings are cut.
const maxText = 1000

// A Result is what became of one rule and one event: no match (neither Match nor
// Err), a match, or a rule that failed. A policy matches a resource that it says
// False of.
type Result struct {
	Match *alert.Match
	Err   *CallError // of the function rule

	// Filtered says that the rule's filter held the event back: the rule was
	// not asked.
	Filtered bool
}

// Matched reports whether the rule matched.
func (r Result) Matched() bool { return r.Match != nil }

// Eval asks a rule about an event, in the state c (whose Rule it sets), and
// if the rule matches asks its other functions about the alert. One that
// fails is replaced by its default and noted in the match. If the function
// rule itself (policy, of a policy) fails, or returns anything but True or
// False, that is the result's error, never a silent False.
func (w *Worker) Eval(c Call, r *Rule, event starlark.Value) Result {
	c.Rule = r.ID
	if r.Filter != nil && !passes(r.Filter, event) {
		return Result{Filtered: true}
	}
	w.world.Rollback() // what the last event left in Python modules
	fs, err := w.functions(c, r)
	if err != nil {
		return Result{Err: asCallError(err)}
	}
	w.background.of = r.Background
	v, err := w.Call(c, fs.rule, starlark.Tuple{argument(r, event)}, nil)
	if err != nil {
		return Result{Err: asCallError(err)}
	}
	said, ok := v.(starlark.Bool)
	if !ok {
		err := newCallError(r.resultError(fs.main, v, "bool", "True or False"))
		err.Pos = position(fs.rule)
		err.Hint = "a rule says True for a suspicious event and False for any other; bool(…) makes one of any value"
		return Result{Err: err}
	}
	if !r.Kind.Alerts(bool(said)) {
		return Result{}
	}
	return Result{Match: w.Describe(c, r, event)}
}

// Describe asks the other functions of a rule about an event, whether or not
// the rule matches it: what tests show of events that do not match.
func (w *Worker) Describe(c Call, r *Rule, event starlark.Value) *alert.Match {
	c.Rule = r.ID
	if w.Recorder != nil && w.thread != nil {
		probe.Detach(w.thread) // it is for the function rule
		defer func(rec *probe.Recorder) { w.Recorder = rec }(w.Recorder)
		w.Recorder = nil
	}
	fs, err := w.functions(c, r)
	if err != nil {
		fs = new(functions) // its error is that of the function rule
	}
	return (&matching{w: w, c: c, rule: r, functions: fs, args: starlark.Tuple{argument(r, event)}}).match()
}

func asCallError(err error) *CallError {
	ce, _ := errors.AsType[*CallError](err)
	return ce
}

// matching is one event on its way through the functions of a rule that
// matched it.
type matching struct {
	w    *Worker
	c    Call
	rule *Rule
	*functions
	args starlark.Tuple
	out  alert.Match
}

func (m *matching) match() *alert.Match {
	r, out := m.rule, &m.out
	out.Title = cut(m.text(fnTitle, r.Name()))
	out.Dedup = cut(m.text(fnDedup, m.defaultDedup()))
	out.Severity = m.severity()
	out.Description = m.text(fnDescription, r.Description)
	out.Runbook = m.text(fnRunbook, r.Runbook)
	out.Reference = m.text(fnReference, r.Reference)
	out.Destinations = m.destinations()
	out.Context = m.context()
	m.unique()
	return out
}

// defaultDedup gives the deduplication string of a rule that gives none. In
// Python, as in Panther, the title that counts is one that the rule gives, and
// an empty string stands for the rule, not for the title.
func (m *matching) defaultDedup() string {
	title := m.out.Title
	if m.rule.Python() {
		if m.auxiliary[fnTitle] == nil || m.out.Failures["title"].Type != "" || string(m.out.Given["title"]) == `""` {
			title = ""
		}
	}
	if title == "" {
		return "defaultDedupString:" + m.rule.ID
	}
	return title
}

// unique asks for the value of which a threshold counts each once.
func (m *matching) unique() {
	switch v := m.call(fnUnique).(type) {
	case nil, starlark.NoneType:
	case starlark.String:
		m.give(fnUnique, starlark.String(cut(string(v))))
	default:
		m.reject(fnUnique, v, "str", "a string")
	}
}

// call calls an auxiliary function, or returns nil if the rule has none, or
// if it failed.
func (m *matching) call(fn int) starlark.Value {
	if m.auxiliary[fn] == nil {
		return nil
	}
	v, err := m.w.Call(m.c, m.auxiliary[fn], m.args, nil)
	if err != nil {
		m.fail(fn, asCallError(err))
		return nil
	}
	return v
}

func (m *matching) fail(fn int, err *CallError) {
	if m.out.Failures == nil {
		m.out.Failures = make(map[string]alert.Failure)
	}
	m.out.Failures[auxiliaryNames[fn]] = err.Failure()
}

// reject notes that a function returned what it must not: want says what it
// should be, and class what Python calls that.
func (m *matching) reject(fn int, v starlark.Value, class, want string) {
	err := newCallError(m.rule.resultError(auxiliaryNames[fn], v, class, want))
	err.Pos = position(m.auxiliary[fn])
	m.fail(fn, err)
}

// give notes what a function returned, for outputs that show that.
func (m *matching) give(fn int, v starlark.Value) {
	text, err := pyjson.Dumps(v)
	if err != nil || !json.Valid([]byte(text)) {
		return
	}
	if m.out.Given == nil {
		m.out.Given = make(map[string]json.RawMessage)
	}
	m.out.Given[auxiliaryNames[fn]] = json.RawMessage(text)
}

// text asks a function for a string. "" means the default, and in Starlark
// None does.
func (m *matching) text(fn int, fallback string) string {
	v := m.call(fn)
	if v == nil || v == starlark.None && !m.rule.Python() {
		return fallback
	}
	s, ok := v.(starlark.String)
	if !ok {
		m.reject(fn, v, "str", "a string")
		return fallback
	}
	if fn == fnTitle || fn == fnDedup {
		m.give(fn, starlark.String(cut(string(s))))
	}
	if s == "" && fn == fnDedup && m.rule.Python() {
		return "defaultDedupString:" + m.rule.ID
	}
	if s == "" {
		return fallback
	}
	return strings.ToValidUTF8(string(s), "�")
}

func (m *matching) severity() alert.Severity {
	v := m.call(fnSeverity)
	if v == nil || v == starlark.None && !m.rule.Python() {
		return m.rule.Severity
	}
	s, ok := starlark.AsString(v)
	if !ok {
		m.reject(fnSeverity, v, "str", "a string")
		return m.rule.Severity
	}
	if strings.EqualFold(s, "DEFAULT") {
		m.give(fnSeverity, v)
		return m.rule.Severity
	}
	sev, err := alert.ParseSeverity(s)
	if err != nil {
		m.reject(fnSeverity, v, "one of INFO, LOW, MEDIUM, HIGH, CRITICAL, DEFAULT", "one of INFO, LOW, MEDIUM, HIGH, CRITICAL, DEFAULT")
		return m.rule.Severity
	}
	m.give(fnSeverity, v)
	return sev
}

func (m *matching) destinations() []string {
	v := m.call(fnDestinations)
	if v == nil || v == starlark.None {
		return m.rule.Destinations
	}
	seq, ok := v.(starlark.Sequence)
	if !ok {
		m.reject(fnDestinations, v, "list", "a list of strings")
		return m.rule.Destinations
	}
	names := make([]string, 0, min(seq.Len(), 100))
	for e := range starlark.Elements(seq) {
		name, ok := starlark.AsString(e)
		if !ok || len(names) == 100 {
			m.reject(fnDestinations, v, "list", "a list of at most 100 strings")
			return m.rule.Destinations
		}
		names = append(names, name)
	}
	return names
}

// context asks for the alert context. What is not JSON is replaced by its
// error, in the place where somebody will look for the context.
func (m *matching) context() json.RawMessage {
	v := m.call(fnContext)
	if v == nil {
		if f, failed := m.out.Failures[auxiliaryNames[fnContext]]; failed {
			return contextError(f.Message)
		}
		return nil
	}
	if v == starlark.None && !m.rule.Python() {
		return nil
	}
	v = py.Held(v)
	if _, ok := v.(starlark.IterableMapping); !ok {
		m.reject(fnContext, v, "dict", "a dict")
		return contextError(m.out.Failures[auxiliaryNames[fnContext]].Message)
	}
	text, err := m.w.dumps(m.c, v)
	if err != nil {
		err.Pos = position(m.auxiliary[fnContext])
		m.fail(fnContext, err)
		return contextError(err.Msg)
	}
	if m.out.Given == nil {
		m.out.Given = make(map[string]json.RawMessage)
	}
	m.out.Given[auxiliaryNames[fnContext]] = json.RawMessage(text)
	return json.RawMessage(text)
}

// dumps writes what a rule returned as JSON, under the limits of a call of its
// own: a small value can have a text without end.
func (w *Worker) dumps(c Call, v starlark.Value) (string, *CallError) {
	text, err := w.run(c, func(t *starlark.Thread) (starlark.Value, error) {
		meter := guard.MeterOf(t)
		enc := pyjson.Encoder{
			MaxBytes: meter.Limits().Bytes,
			Spend:    func(bytes int) error { return meter.Charge(bytes / 32) },
		}
		text, err := enc.Encode(v)
		if errors.Is(err, pyjson.ErrSize) {
			err = &guard.LimitError{Limit: "string size", Op: "alert_context", Max: uint64(enc.MaxBytes)}
		}
		if err == nil && !json.Valid([]byte(text)) {
			err = &valueError{"NaN and Infinity are not JSON"}
		}
		if err != nil {
			return nil, fmt.Errorf("alert_context is not JSON: %w", err)
		}
		return starlark.String(text), nil
	})
	if err != nil {
		return "", asCallError(err)
	}
	return string(text.(starlark.String)), nil
}

// resultError says that a function returned what it must not. For Python
// files it says so in Panther's words.
func (r *Rule) resultError(fn string, v starlark.Value, class, want string) error {
	if !r.Python() {
		return resultError(fn, v, want)
	}
	got := v.Type()
	if got == "string" {
		got = "str"
	}
	return &returnTypeError{fmt.Sprintf("detection [%s] function [%s] returned [%s], expected [%s]", r.ID, fn, got, class)}
}

// A returnTypeError is Panther's error for a function of a detection that
// returns what it must not.
type returnTypeError struct{ msg string }

func (e *returnTypeError) Error() string   { return e.msg }
func (e *returnTypeError) PyClass() string { return "FunctionReturnTypeError" }

func contextError(msg string) json.RawMessage {
	text, _ := json.Marshal(map[string]string{"_error": msg}) // strings always marshal
	return text
}

type valueError struct{ msg string }

func (e *valueError) Error() string   { return e.msg }
func (e *valueError) PyClass() string { return "ValueError" }

// Failure gives the error as outputs show it.
func (e *CallError) Failure() alert.Failure {
	f := alert.Failure{Type: e.Type, Message: e.Msg}
	if e.Pos.Line > 0 {
		f.At = e.At()
	}
	return f
}

// cut shortens a text to maxText characters.
func cut(s string) string {
	if len(s) <= maxText || utf8.RuneCountInString(s) <= maxText {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > maxText {
			return s[:i]
		}
	}
	return s
}
