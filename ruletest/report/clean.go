package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// line gives a text as one line in which every character is one that shows:
// all others, bytes that are not UTF-8 among them, stand there escaped. So no
// text can move the cursor, hide or reverse what is beside it, or end a line.
func line(s string) string { return clean(s, "") }

// lines does the same, but keeps tabs and the ends of lines.
func lines(s string) string { return clean(s, "\t\n") }

func clean(s, keep string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case strconv.IsPrint(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

// unprintable holds for U+FFFD too, which is what a byte that is not UTF-8
// looks like.
func unprintable(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }

// cut shortens a text to n characters and says so.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	head, ok := firstRunes(s, n)
	if !ok {
		return s
	}
	return fmt.Sprintf("%s… (cut: %s characters)", head, group(utf8.RuneCountInString(s)))
}

// firstRunes gives the first n characters of s and whether there are more.
func firstRunes(s string, n int) (string, bool) {
	for i := range s {
		if n--; n < 0 {
			return s[:i], true
		}
	}
	return s, false
}

// group writes a number with commas: 12,345.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// quote gives a name in quotes, on one line.
func quote(s string) string { return strconv.Quote(cut(s, maxName)) }

// place gives a position as file:line:col, as far as it is known.
func place(p syntax.Position) string {
	switch {
	case !p.IsValid() && p.Line == 0:
		return ""
	case p.Line == 0:
		return line(p.Filename())
	}
	return line(p.String())
}

// The lengths, in characters, at which names and values are cut.
const (
	maxName  = 200
	maxValue = 300
	maxText  = 2000 // of a message, and of what a rule printed
)
