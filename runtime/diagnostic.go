package runtime

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// Severity grades a Diagnostic.
type Severity string

// The severities of diagnostics: an Error keeps its file from running, a
// Warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// A Diagnostic is a message to the author of a rule about a place in a file:
// the same type for Starlark, Python and YAML, for what is found at load and
// for what goes wrong in a call.
type Diagnostic struct {
	Pos      syntax.Position // file, line and column, both from 1, columns in runes
	EndCol   int             // column after the last one meant, or 0 if unknown
	Severity Severity        // "" means Error
	Code     string          // stable name of the kind: "syntax", "undefined", "metadata", …
	Msg      string
	Hint     string  // what to do about it, or ""
	Stack    []Frame // the calls that led there, outermost first; nil at load
}

// A Frame is one active call of a Diagnostic's stack.
type Frame struct {
	Pos  syntax.Position
	Func string
}

// Error gives the diagnostic without its hint: "file:line:col: message", then
// one indented line for each call of the stack, innermost first. Of a long
// stack the middle is left out.
func (d *Diagnostic) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", place(d.Pos), d.Msg)
	for i, f := range slices.Backward(d.Stack) {
		inner, left := len(d.Stack)-1-i, len(d.Stack)-2*shownFrames
		switch {
		case inner == shownFrames && left > 0:
			fmt.Fprintf(&b, "\n\t… %d more calls", left)
			continue
		case inner > shownFrames && inner < shownFrames+left:
			continue
		}
		fmt.Fprintf(&b, "\n\t%s: in %s", place(f.Pos), f.Func)
	}
	return b.String()
}

// shownFrames is how many calls at each end of a long stack Error shows.
const shownFrames = 8

// At gives the place of the diagnostic as "file:line:col".
func (d *Diagnostic) At() string { return place(d.Pos) }

// Excerpt gives the line of src that the diagnostic is about with a caret
// below it, each line ended by a newline, or "" if src has no such line.
func (d *Diagnostic) Excerpt(src []byte) string {
	line, ok := nthLine(src, int(d.Pos.Line))
	if !ok || d.Pos.Col < 1 {
		return ""
	}
	runes := []rune(line)
	col := min(int(d.Pos.Col), len(runes)+1)
	var pad strings.Builder
	for _, r := range runes[:col-1] {
		if r == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	width := max(1, min(d.EndCol, len(runes)+1)-col)
	return fmt.Sprintf("    %s\n    %s%s\n", line, &pad, strings.Repeat("^", width))
}

// SortDiagnostics orders diagnostics by file, line and column.
func SortDiagnostics(ds []*Diagnostic) {
	slices.SortStableFunc(ds, func(a, b *Diagnostic) int {
		return cmp.Or(
			strings.Compare(a.Pos.Filename(), b.Pos.Filename()),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
}

// IsError reports whether the diagnostic keeps its file from running.
func (d *Diagnostic) IsError() bool { return d.Severity != Warning }

func place(p syntax.Position) string {
	if p.Line == 0 {
		return p.Filename()
	}
	return p.String()
}

func nthLine(src []byte, n int) (string, bool) {
	i := 0
	for line := range strings.Lines(string(src)) {
		if i++; i == n {
			return strings.TrimRight(line, "\r\n"), true
		}
	}
	return "", false
}
