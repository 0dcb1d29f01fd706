package report

import (
	"bytes"
	"fmt"

	"github.com/starhost/starhost/ruletest"
)

// pretty is for people. Of a test that failed it tells: which test, what was
// expected and what came, why the rule decided as it did, what it did with the
// cache, what it printed, and how to run the test again.
type pretty struct {
	options *Options
	palette palette
	short   bool // what was written last is a single line
}

func (f *pretty) result(b *bytes.Buffer, r *ruletest.Result) {
	x := &page{b, f.palette, f.options}
	switch {
	case r.Skipped:
		x.title("SKIP", x.yellow, r, ": "+line(cut(r.Test.Skip, maxText)))
		f.short = true
	case !r.Passed:
		f.gap(b)
		x.title("FAIL", x.red, r, "")
		x.failure(r)
		b.WriteByte('\n')
	case f.options.Verbose:
		f.passed(x, r)
	}
}

// gap keeps a paragraph from the single lines before it.
func (f *pretty) gap(b *bytes.Buffer) {
	if f.short {
		b.WriteByte('\n')
	}
	f.short = false
}

func (f *pretty) passed(x *page, r *ruletest.Result) {
	var b bytes.Buffer
	(&page{&b, f.palette, f.options}).evidence(r)
	if b.Len() > 0 {
		f.gap(x.Buffer)
	}
	x.title("PASS", x.green, r, " ("+took(r.Duration)+")")
	x.Write(b.Bytes())
	if f.short = b.Len() == 0; !f.short {
		x.WriteByte('\n')
	}
}

func (f *pretty) end(b *bytes.Buffer, s ruletest.Summary) {
	colour := f.palette.green
	if s.Failed > 0 {
		colour = f.palette.red
	}
	f.gap(b)
	b.WriteString(f.palette.in(colour, summary(s)) + "\n")
}

// title names a test and what became of it.
func (x *page) title(word, colour string, r *ruletest.Result, more string) {
	what := "rule "
	if r.Test.Rule == nil {
		what = "test file "
	}
	fmt.Fprintf(x, "%s  %s%s, test %s%s\n", x.in(x.bold+colour, word), what,
		line(cut(r.Test.RuleID(), maxName)), quote(r.Test.Name), more)
}

// failure tells all that helps to understand why a test failed.
func (x *page) failure(r *ruletest.Result) {
	if at := place(r.Test.Pos); at != "" {
		x.note("at " + at)
	}
	for i := range r.Problems {
		x.problem(r, &r.Problems[i])
	}
	if len(r.Problems) == 0 {
		x.heading(noReason)
	}
	x.evidence(r)
	x.again(r)
}

// evidence tells how a test came out as it did.
func (x *page) evidence(r *ruletest.Result) {
	x.decision(r)
	x.operations(r)
	x.prints(r)
	if x.options.Verbose {
		x.outputs(r)
	}
	x.otherErrors(r)
}

// again tells how to run just this test.
func (x *page) again(r *ruletest.Result) {
	if command := x.options.command(r); command != "" {
		x.heading("To run this test alone:")
		x.note(command)
	}
}

// command gives the command that runs just a test again, or "".
func (o *Options) command(r *ruletest.Result) string {
	if o.Command == nil {
		return ""
	}
	return line(o.Command(r))
}
