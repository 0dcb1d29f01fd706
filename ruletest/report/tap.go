package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/starhost/starhost/ruletest"
)

// tap is the Test Anything Protocol, version 14 (https://testanything.org):
// a line for each test, and of those that failed a block of YAML.
type tap struct {
	options *Options
	count   int
}

func (f *tap) result(b *bytes.Buffer, r *ruletest.Result) {
	f.start(b)
	f.count++
	status := "ok"
	if !r.Passed && !r.Skipped {
		status = "not ok"
	}
	fmt.Fprintf(b, "%s %d - %s", status, f.count, escapeTAP(title(r)))
	if r.Skipped {
		b.WriteString(" # SKIP " + escapeTAP(line(cut(r.Test.Skip, maxText))))
	}
	b.WriteByte('\n')
	if status != "ok" {
		f.diagnostics(b, r)
	}
}

func (f *tap) start(b *bytes.Buffer) {
	if f.count == 0 {
		b.WriteString("TAP version 14\n")
	}
}

func (f *tap) end(b *bytes.Buffer, s ruletest.Summary) {
	f.start(b)
	fmt.Fprintf(b, "1..%d\n# %s\n", f.count, summary(s))
}

// diagnostics writes the block of YAML. Go's quoted strings, of characters
// that show, are YAML's too.
func (f *tap) diagnostics(b *bytes.Buffer, r *ruletest.Result) {
	text := func(s string) string { return strconv.Quote(lines(cut(s, maxText))) }
	b.WriteString("  ---\n")
	if len(r.Problems) > 0 {
		fmt.Fprintf(b, "  message: %s\n", text(headline(r, &r.Problems[0])))
	}
	b.WriteString("  severity: fail\n")
	fmt.Fprintf(b, "  at:\n    file: %s\n    line: %d\n", text(r.Test.Pos.Filename()), r.Test.Pos.Line)
	if len(r.Problems) > 0 {
		b.WriteString("  problems:\n")
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		fmt.Fprintf(b, "    - what: %s\n      step: %d\n      line: %d\n", text(p.What), p.Step, p.Pos.Line)
		fmt.Fprintf(b, "      expected: %s\n      got: %s\n      hint: %s\n", text(p.Want), text(p.Got), text(p.Hint))
	}
	fmt.Fprintf(b, "  command: %s\n  duration_ms: %d\n  ...\n", text(f.options.command(r)), r.Duration.Milliseconds())
}

// escapeTAP escapes what a description must not hold as it is.
func escapeTAP(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(s)
}
