package report

import (
	"bytes"
	"fmt"

	"github.com/starhost/starhost/ruletest"
)

// compact is one line for each test that did not pass.
type compact struct{}

func (compact) result(b *bytes.Buffer, r *ruletest.Result) {
	if r.Passed || r.Skipped || len(r.Problems) == 0 {
		return
	}
	p := r.Problems[0]
	fmt.Fprintf(b, "%s:%d: %s/%s: %s: got %s, want %s\n", p.Pos.Filename(), p.Pos.Line, r.Test.RuleID(), r.Test.Name, p.What, p.Got, p.Want)
}

func (compact) end(*bytes.Buffer, ruletest.Summary) {}
