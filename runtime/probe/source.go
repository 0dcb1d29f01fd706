package probe

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// maxText is the length in characters at which the text of an expression is
// cut.
const maxText = 1000

// A text is the text of a file, in which positions can be found.
type text struct {
	src   string
	lines []int // the offset of each line
}

func newText(src []byte) text {
	t := text{src: string(src), lines: []int{0}}
	for i := range len(t.src) {
		if t.src[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// between gives the text between two positions on one line, cut if it is very
// long, or "" if there is none.
func (t text) between(start, end syntax.Position) string {
	from, ok := t.offset(start)
	if !ok {
		return ""
	}
	to, ok := t.offset(end)
	if !ok || to < from {
		return ""
	}
	s := t.src[from:to]
	if strings.ContainsAny(s, "\r\n") {
		s = oneLine(s[:min(len(s), 8*maxText)]) // more than that is comments
	}
	return cut(s, maxText)
}

// offset finds a position.
func (t text) offset(p syntax.Position) (int, bool) {
	if p.Line < 1 || int(p.Line) > len(t.lines) || p.Col < 1 {
		return 0, false
	}
	at := t.lines[p.Line-1]
	for col := int32(1); col < p.Col; col++ {
		if at >= len(t.src) || t.src[at] == '\n' {
			return 0, false
		}
		_, n := utf8.DecodeRuneInString(t.src[at:])
		at += n
	}
	return at, true
}

// oneLine joins the lines of an expression, and leaves out its comments.
func oneLine(s string) string {
	var out []byte
	for len(s) > 0 {
		n := 1
		switch s[0] {
		case '"', '\'':
			n = quotedLen(s)
			out = append(out, quotedOnOneLine(s[:n])...)
		case '#':
			if n = strings.IndexByte(s, '\n'); n < 0 {
				n = len(s)
			}
		case '\\', '\r', '\n', ' ', '\t':
			n = len(s) - len(strings.TrimLeft(s, "\\\r\n \t"))
			out = joined(out, s[n:])
		default:
			out = append(out, s[0])
		}
		s = s[n:]
	}
	return string(out)
}

// joined ends the text before a gap: with a space, unless there is a bracket
// before or after it that needs none, and without the comma that may end a
// list.
func joined(before []byte, after string) []byte {
	if len(before) == 0 || after == "" {
		return before
	}
	last := before[len(before)-1]
	switch {
	case strings.IndexByte("]}", after[0]) >= 0:
		return bytes.TrimSuffix(before, []byte(","))
	case strings.IndexByte(")#", after[0]) >= 0, strings.IndexByte("([{ ", last) >= 0:
		return before
	}
	return append(before, ' ')
}

// quotedOnOneLine gives a string literal that may have several lines.
func quotedOnOneLine(s string) string {
	if strings.Contains(s, "\n") {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

// quotedLen gives the length of the string literal that s starts with.
func quotedLen(s string) int {
	quote := s[:1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s, triple) {
		quote = triple
	}
	for i := len(quote); i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.HasPrefix(s[i:], quote):
			return i + len(quote)
		}
	}
	return len(s)
}

// cut shortens s to n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}
