package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/syntax"
)

// A page is text for people: headings, labelled values and source lines. Every
// line of foreign text on it stands behind something of ours, so that none
// starts a line and passes for a command of the system that reads the log
// (GitHub's start with "::").
type page struct {
	*bytes.Buffer
	palette
	options *Options
}

// The columns at which headings and what is below them start.
const (
	indent     = "  "
	deepIndent = "      "
)

// heading starts a paragraph.
func (x *page) heading(text string) {
	fmt.Fprintf(x, "\n%s%s\n", indent, x.in(x.bold, text))
}

// note writes a line.
func (x *page) note(text string) {
	if text == "" {
		return
	}
	if strings.HasPrefix(strings.TrimSpace(text), "::") { // say, of a file's name
		text = "| " + text
	}
	x.WriteString(deepIndent + text + "\n")
}

// labelWidth is the width of a label and the space behind it.
const labelWidth = 10

// field writes a value beside its label, in a colour. Further lines of it
// stand below the first one.
func (x *page) field(label, colour, value string) {
	for i, l := range strings.Split(lines(value), "\n") {
		if i > 0 {
			label, l = "", "| "+l
		}
		fmt.Fprintf(x, "%s%-*s%s\n", deepIndent, labelWidth, label, x.in(colour, l))
	}
}

// listed writes lines of foreign text, each entry behind its label.
func (x *page) listed(label, text string) {
	for i, l := range strings.Split(lines(cut(text, maxText)), "\n") {
		if i > 0 {
			label = "  | "
		}
		x.WriteString(deepIndent + label + l + "\n")
	}
}

// place writes a position and its source line, with what is between the
// position and end underlined. end may be invalid.
func (x *page) place(label string, pos, end syntax.Position) {
	if at := place(pos); at != "" {
		x.note(label + at)
		x.excerpt(pos, end)
	}
}

// excerpt writes a source line with its number and, below it, carets.
func (x *page) excerpt(pos, end syntax.Position) {
	text, ok := x.sourceLine(pos)
	if !ok {
		return
	}
	shown, from, to := window([]rune(text), pos, end)
	number := strconv.Itoa(int(pos.Line))
	fmt.Fprintf(x, "%s%s | %s\n", deepIndent, number, shown)
	if from < 0 {
		return
	}
	pad := strings.Map(blank, string([]rune(shown)[:from]))
	gap := strings.Repeat(" ", len(number))
	fmt.Fprintf(x, "%s%s | %s%s\n", deepIndent, gap, pad, x.in(x.red, strings.Repeat("^", max(1, to-from))))
}

func blank(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}

// sourceLine finds the line of a position.
func (x *page) sourceLine(pos syntax.Position) (string, bool) {
	if x.options.Source == nil || pos.Line < 1 {
		return "", false
	}
	src, err := x.options.Source(pos.Filename())
	if err != nil {
		return "", false
	}
	n := int(pos.Line)
	for l := range bytes.Lines(src) {
		if n--; n == 0 {
			return strings.TrimRight(string(l), "\r\n"), true
		}
	}
	return "", false
}

// maxLine is how many characters of a source line are shown.
const maxLine = 160

// window gives the part of a source line around a position, with every
// character that does not show replaced by one that does, and between which
// characters of it the carets belong; from is -1 if that is not known.
func window(text []rune, pos, end syntax.Position) (shown string, from, to int) {
	for i, r := range text {
		if r != '\t' && unprintable(r) {
			text[i] = '\uFFFD'
		}
	}
	from, to = int(pos.Col)-1, int(end.Col)-1
	switch {
	case pos.Col < 1 || from > len(text):
		from = -1
	case !end.IsValid() || to < from && end.Line <= pos.Line:
		to = from + 1
	case end.Line > pos.Line || to > len(text):
		to = len(text)
	}
	return clip(text, from, to)
}

// clip cuts a line to maxLine characters around the carets.
func clip(text []rune, from, to int) (string, int, int) {
	if len(text) <= maxLine {
		return string(text), from, to
	}
	start := max(0, min(from-maxLine/2, len(text)-maxLine))
	end := start + maxLine
	to = min(to, end)
	shown := string(text[start:end])
	if end < len(text) {
		shown += "…"
	}
	if start > 0 { // so from is not -1
		shown, from, to = "…"+shown, from-start+1, to-start+1
	}
	return shown, from, to
}
