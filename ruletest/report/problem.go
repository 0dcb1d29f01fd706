package report

import (
	"strconv"
	"strings"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/syntax"
)

// problem tells what was expected, what came, and what to do.
func (x *page) problem(r *ruletest.Result, p *ruletest.Problem) {
	x.heading(headline(r, p))
	f, failed := r.Errors[p.What]
	switch {
	case r.Test.Rule == nil:
		x.assertion(p)
	case isCause(r, p):
		x.note(where(r, p))
		x.field("expected", x.green, cut(p.Want, maxValue))
		x.callError(r.Cause)
	case p.Want == wantLoaded:
		x.place("at ", p.Pos, syntax.Position{})
		x.compare(p)
	case failed && isFunctionError(r, p) && p.Got == failureText(f):
		x.note(where(r, p))
		x.functionError(f)
	case p.What == "rule":
		x.note(where(r, p))
		x.earlierError(p)
	default:
		x.note(where(r, p))
		x.compare(p)
	}
	if h := hint(p); h != "" {
		x.field("hint", x.reset, h)
	}
}

// isCause tells whether what came instead is the error that ended the function
// rule; of the errors of earlier steps only the text is known.
func isCause(r *ruletest.Result, p *ruletest.Problem) bool {
	e := r.Cause
	return e != nil && (p.What == "rule" && p.Got == e.Type+": "+e.Diagnostic.Error() ||
		p.What == "ExpectedError" && p.Got == e.Type+": "+e.Msg)
}

// assertion tells of a check in a test in Starlark that does not hold. The
// text of any other error repeats its place.
func (x *page) assertion(p *ruletest.Problem) {
	x.place("", p.Pos, syntax.Position{})
	first, stack, ok := strings.Cut(p.Got, "\n\t")
	if p.Want != "" || !ok {
		x.compare(p)
		return
	}
	x.field("got", x.red, cut(p.What+": "+strings.TrimPrefix(first, p.Pos.String()+": "), maxText))
	x.stack(strings.Split(stack, "\n\t"))
}

// callError tells of the error that ended the function rule.
func (x *page) callError(e *runtime.CallError) {
	x.field("got", x.red, cut(e.Type+": "+e.Msg, maxText))
	end := e.Pos
	end.Col = int32(e.EndCol)
	if e.EndCol == 0 {
		end = syntax.Position{}
	}
	x.place("at ", e.Pos, end)
	_, stack, _ := strings.Cut(strings.TrimPrefix(e.Diagnostic.Error(), e.At()+": "+e.Msg), "\n\t")
	x.stack(strings.Split(stack, "\n\t"))
}

// earlierError tells of an error of which only the text is known.
func (x *page) earlierError(p *ruletest.Problem) {
	first, stack, _ := strings.Cut(p.Got, "\n\t")
	x.field("expected", x.green, cut(p.Want, maxValue))
	x.field("got", x.red, cut(first, maxText))
	x.stack(strings.Split(stack, "\n\t"))
}

// stack lists the calls that led to an error, if they are more than one:
// otherwise its place says all.
func (x *page) stack(calls []string) {
	if len(calls) < 2 {
		return
	}
	x.note("calls, innermost first:")
	for _, c := range calls {
		x.note("    " + line(cut(c, maxName)))
	}
}

// functionError tells of the error of a function beside rule.
func (x *page) functionError(f alert.Failure) {
	x.field("expected", x.green, noError)
	x.field("got", x.red, cut(f.Type+": "+f.Message, maxText))
	if pos, ok := parsePlace(f.At); ok {
		x.place("at ", pos, syntax.Position{})
	}
}

// failureText is how ruletest tells of a failure.
func failureText(f alert.Failure) string {
	text := f.Type + ": " + f.Message
	if f.At != "" {
		text = f.At + ": " + text
	}
	return text
}

// parsePlace reads file:line:col.
func parsePlace(at string) (syntax.Position, bool) {
	rest, col, ok1 := cutLast(at)
	file, l, ok2 := cutLast(rest)
	if !ok1 || !ok2 {
		return syntax.Position{}, false
	}
	return syntax.MakePosition(&file, l, col), true
}

// cutLast cuts the number behind the last colon.
func cutLast(s string) (string, int32, bool) {
	i := strings.LastIndexByte(s, ':')
	n, err := strconv.ParseInt(s[i+1:], 10, 32)
	if i < 0 || err != nil {
		return "", 0, false
	}
	return s[:i], int32(n), true
}
