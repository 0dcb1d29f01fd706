package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/starhost/starhost/ruletest"
)

// github is an annotation for each test that did not pass, as GitHub Actions
// takes them from a workflow's log, and the summary.
type github struct{ options *Options }

func (f github) result(b *bytes.Buffer, r *ruletest.Result) {
	if r.Passed || r.Skipped {
		return
	}
	var properties []string
	if pos := problemPlace(r); pos.IsValid() {
		properties = append(properties, "file="+escapeProperty(line(pos.Filename())), fmt.Sprintf("line=%d", max(1, pos.Line)))
	}
	properties = append(properties, "title="+escapeProperty(title(r)))
	fmt.Fprintf(b, "::error %s::%s\n", strings.Join(properties, ","), escapeData(f.message(r)))
}

func (github) end(b *bytes.Buffer, s ruletest.Summary) { b.WriteString(summary(s) + "\n") }

// message tells each problem of a test in a few lines.
func (f github) message(r *ruletest.Result) string {
	var parts []string
	for i := range r.Problems {
		p := &r.Problems[i]
		want, got := values(p)
		text := headline(r, p)
		if want != "" {
			text += "\nexpected: " + lines(cut(want, maxValue))
		}
		text += "\ngot: " + lines(cut(got, maxText))
		if h := hint(p); h != "" {
			text += "\nhint: " + h
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		parts = append(parts, noReason)
	}
	if command := f.options.command(r); command != "" {
		parts = append(parts, "To run this test alone: "+command)
	}
	return strings.Join(parts, "\n\n")
}

// escapeData and escapeProperty escape as GitHub's toolkit does
// (actions/toolkit, packages/core/src/command.ts).
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
