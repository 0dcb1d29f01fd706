package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/starhost/starhost/ruletest"
	"go.starlark.net/syntax"
)

// compact is one line for each test that did not pass.
type compact struct{}

func (compact) result(b *bytes.Buffer, r *ruletest.Result) {
	if r.Passed || r.Skipped {
		return
	}
	pos := problemPlace(r)
	fmt.Fprintf(b, "%s:%d: %s: %s\n", line(pos.Filename()), pos.Line, title(r), oneLine(r))
}

func (compact) end(*bytes.Buffer, ruletest.Summary) {}

// problemPlace gives the place of the first problem of a test, or its own.
func problemPlace(r *ruletest.Result) syntax.Position {
	if len(r.Problems) > 0 && r.Problems[0].Pos.Line > 0 {
		return r.Problems[0].Pos
	}
	return r.Test.Pos
}

// oneLine gives the first problem of a test, and how many more there are.
func oneLine(r *ruletest.Result) string {
	if len(r.Problems) == 0 {
		return noReason
	}
	p := &r.Problems[0]
	text := short(p)
	if p.Step > 0 {
		text = fmt.Sprintf("step %d: %s", p.Step, text)
	}
	if n := len(r.Problems) - 1; n > 0 {
		text += fmt.Sprintf(" (and %s)", plural(n, "problem more", "problems more"))
	}
	return text
}

// short gives a problem as what: got X, want Y.
func short(p *ruletest.Problem) string {
	want, got := values(p)
	got, _, _ = strings.Cut(got, "\n\t") // the stack
	what, got := line(cut(p.What, maxName)), line(cut(got, maxName))
	if want == "" {
		return what + ": " + got
	}
	return fmt.Sprintf("%s: got %s, want %s", what, got, line(cut(want, maxName)))
}
