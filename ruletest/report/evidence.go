package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime/probe"
	"go.starlark.net/syntax"
)

// maxListed is how many entries of a list are shown at each of its ends.
const maxListed = 20

// some calls f for each index of a list of n entries, or, of a long list,
// unless everything is asked for, for those near its ends.
func (x *page) some(n int, one, many string, f func(int)) {
	left := n - 2*maxListed
	if x.options.Verbose || left <= 1 {
		left = 0
	}
	for i := range n {
		switch {
		case left > 0 && i == maxListed:
			x.note("… " + plural(left, one, many) + " in between …")
		case left > 0 && i > maxListed && i < maxListed+left:
		default:
			f(i)
		}
	}
}

// decision tells which expression decided the result, and, if everything is
// asked for, all conditions on the way.
func (x *page) decision(r *ruletest.Result) {
	d := r.Decision
	if d == nil {
		return
	}
	if d.Deciding != nil {
		x.heading(reason(r))
		x.place("", d.Deciding.Pos, d.Deciding.EndPos)
		x.step("", *d.Deciding)
	}
	if !x.options.Verbose || len(d.Steps) == 0 {
		return
	}
	x.heading("Every condition on the way, in order:")
	for i, s := range d.Steps {
		if d.Dropped > 0 && i == len(d.Steps)/2 { // it keeps as many of the first as of the last
			x.note("… " + plural(d.Dropped, "more is", "more are") + " not recorded …")
		}
		x.note(fmt.Sprintf("%sin %s, %s", strings.Repeat("  ", min(s.Depth, 8)), line(s.Func), place(s.Pos)))
		x.step(strings.Repeat("  ", min(s.Depth, 8)+1), s)
	}
}

// reason says what the deciding step decided.
func reason(r *ruletest.Result) string {
	s := r.Decision.Deciding
	last := ""
	if slices.ContainsFunc(r.Problems, func(p ruletest.Problem) bool { return p.Step > 0 }) {
		last = " in the last step"
	}
	if s.Depth == 0 && s.Func != "rule" || r.Got == nil && r.Cause == nil {
		return fmt.Sprintf("What decided in the function %s%s:", line(s.Func), last)
	}
	if r.Got == nil {
		return fmt.Sprintf("The last condition before the error%s:", last)
	}
	result := "False"
	if *r.Got {
		result = "True"
	}
	if s.Kind == probe.Return {
		return fmt.Sprintf("Why the rule said %s%s: this is what it returned.", result, last)
	}
	return fmt.Sprintf("Why the rule said %s%s: this condition decided it.", result, last)
}

// step writes an expression and its operands, each with its value.
func (x *page) step(indent string, s probe.Step) {
	if s.Kind == probe.Return && s.Text == s.Value { // return False
		x.note(indent + "return " + expression(s.Text))
		return
	}
	texts := []string{expression(s.Text)}
	if s.Kind == probe.Return {
		texts[0] = "return " + texts[0]
	}
	values := []string{s.Value}
	for _, o := range s.Operands {
		texts, values = append(texts, expression(o.Text)), append(values, o.Value)
	}
	width := 0
	for _, t := range texts {
		width = max(width, utf8.RuneCountInString(t))
	}
	for i, t := range texts {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(t))
		x.note(fmt.Sprintf("%s%s%s  %s  %s", indent, t, pad, verb(s.Kind, i), line(cut(values[i], maxValue))))
	}
}

func expression(text string) string { return line(cut(text, maxName)) }

func verb(k probe.Kind, operand int) string {
	if k == probe.Loop && operand == 0 {
		return "was gone through:"
	}
	return "was"
}

// operations lists what the rule did with the cache.
func (x *page) operations(r *ruletest.Result) {
	if len(r.Ops) == 0 {
		return
	}
	x.heading("What the rule did with the cache, in order:")
	x.some(len(r.Ops), "operation", "operations", func(i int) {
		x.note(line(cut(operation(r.Ops[i]), maxText)))
	})
}

// operation gives a cache operation as one line, with its times as dates.
func operation(o caching.Operation) string {
	o.Args, o.Result = dated(o.Args), dated(o.Result)
	if at, err := strconv.ParseInt(o.Args, 10, 64); err == nil && o.Name == "expire" {
		o.Args += date(at)
	}
	return o.String()
}

var expiry = regexp.MustCompile(`\b(expires at |expiresAt=)\d{1,12}\b`)

// dated adds the date to the times of expiry in a text.
func dated(text string) string {
	return expiry.ReplaceAllStringFunc(text, func(s string) string {
		at, err := strconv.ParseInt(s[strings.LastIndexAny(s, " =")+1:], 10, 64)
		if err != nil {
			return s
		}
		return s + date(at)
	})
}

func date(at int64) string { return time.Unix(at, 0).UTC().Format(" (2006-01-02 15:04:05Z)") }

func (x *page) prints(r *ruletest.Result) {
	if len(r.Prints) == 0 {
		return
	}
	x.heading("Printed while the test ran:")
	x.some(len(r.Prints), "line", "lines", func(i int) {
		p := r.Prints[i]
		x.listed(line(p.Pos)+": ", p.Text)
	})
}

// outputs shows what the alert holds.
func (x *page) outputs(r *ruletest.Result) {
	if len(r.Outputs) == 0 {
		return
	}
	if r.Got != nil && *r.Got {
		x.heading("What the alert says:")
	} else {
		x.heading("What the alert would say, had the rule matched:")
	}
	for _, name := range outputNames(r.Outputs) {
		x.note(fmt.Sprintf("%-14s %s", line(name), line(cut(string(r.Outputs[name]), maxText))))
	}
}

var outputOrder = []string{"title", "dedup", "severity", "description", "runbook", "reference", "destinations", "alert_context"}

// outputNames gives the names of outputs: those that every rule knows in the
// order of the documentation, then any others.
func outputNames(outputs map[string]json.RawMessage) []string {
	names := slices.Sorted(maps.Keys(outputs))
	rank := func(name string) int {
		if i := slices.Index(outputOrder, name); i >= 0 {
			return i
		}
		return len(outputOrder)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// otherErrors tells of functions that failed without being a problem of the
// test, such as those of an event that should not match.
func (x *page) otherErrors(r *ruletest.Result) {
	for _, name := range slices.Sorted(maps.Keys(r.Errors)) {
		if told(r, name) {
			continue
		}
		f := r.Errors[name]
		x.heading(fmt.Sprintf("The function %s failed too, with an error that the test does not look at:", line(name)))
		x.field("got", x.red, cut(f.Type+": "+f.Message, maxText))
		if pos, ok := parsePlace(f.At); ok {
			x.place("at ", pos, syntax.Position{})
		}
	}
}

// told reports whether a problem of the test is about the error of a function.
func told(r *ruletest.Result, name string) bool {
	return slices.ContainsFunc(r.Problems, func(p ruletest.Problem) bool {
		return p.What == name || name == "rule" && p.What == "ExpectedError"
	})
}
