package probe

import (
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
	var b strings.Builder
	for len(s) > 0 {
		switch c := s[0]; c {
		case '"', '\'':
			n := quotedLen(s)
			b.WriteString(quotedOnOneLine(s[:n]))
			s = s[n:]
			continue
		case '#':
			n := strings.IndexByte(s, '\n')
			if n < 0 {
				n = len(s)
			}
			s = s[n:]
			continue
		case '\\', '\r', '\n', ' ', '\t':
			s = strings.TrimLeft(s, "\\\r\n \t")
			writeSpace(&b, s)
			continue
		default:
			b.WriteByte(c)
		}
		s = s[1:]
	}
	return b.String()
}

// writeSpace writes a space, unless what follows or went before is a bracket
// that needs none.
func writeSpace(b *strings.Builder, rest string) {
	before := b.String()
	if before == "" || rest == "" || strings.ContainsRune(")]}#", rune(rest[0])) || strings.ContainsRune("([{ ", rune(before[len(before)-1])) {
		return
	}
	b.WriteByte(' ')
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
