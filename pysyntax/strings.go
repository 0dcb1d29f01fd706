package pysyntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// isPrefix reports whether a word of one or two letters before a quote
// belongs to the string.
func isPrefix(word string) bool {
	switch strings.ToLower(word) {
	case "r", "u", "b", "f", "br", "rb", "fr", "rf":
		return true
	}
	return false
}

// quoted reads a string whose prefix is src[from:l.off].
func (l *lexer) quoted(from int) {
	quote, size := l.at(0), 1
	if l.at(1) == quote && l.at(2) == quote {
		size = 3
	}
	prefix := l.src[from:l.off]
	start := l.off
	l.off += size
	if strings.ContainsAny(prefix, "fF") {
		l.startFString(from, quote, size)
		return
	}
	pos := l.here(from)
	if !l.quotedText(quote, size) {
		l.openString(from, start, pos, quote, size)
		return
	}
	l.toks = append(l.toks, token{tString, int32(from), int32(l.off), pos, l.here(l.off)})
}

// quotedText reads up to and including the closing quotes. It returns false
// if there are none.
func (l *lexer) quotedText(quote byte, size int) bool {
	for l.off < len(l.src) {
		c := l.src[l.off]
		if c == '\n' && size == 1 {
			return false
		}
		l.off++
		switch {
		case c == quote && (size == 1 || l.at(0) == quote && l.at(1) == quote):
			l.off += size - 1
			return true
		case c == '\n':
			l.newline()
		case c == '\\' && l.off < len(l.src):
			l.off++
			if l.src[l.off-1] == '\n' {
				l.newline()
			}
		}
	}
	return false
}

// openString reports a string without an end.
func (l *lexer) openString(from, start int, pos Pos, quote byte, size int) {
	end := Pos{pos.Line, pos.Col + int32(start+size-from)}
	if n := len(l.fstrings); n > 0 && l.fstrings[n-1].quote == quote && l.fstrings[n-1].size == size {
		// No string starts here: the f-string ends, but its field does not.
		l.report(pos, end, "f-string: expecting '}'")
		l.toks = append(l.toks, token{tError, int32(from), int32(l.off), pos, l.here(l.off)})
		l.endFString()
		return
	}
	if size == 3 {
		l.report(pos, end, "unterminated triple-quoted string literal (detected at line %d)", l.lastLine())
	} else {
		l.report(pos, end, "unterminated string literal (detected at line %d)", l.lineno)
	}
	l.toks = append(l.toks, token{tError, int32(from), int32(l.off), pos, l.here(l.off)})
}

// lastLine returns the number of the last line that is not empty.
func (l *lexer) lastLine() int {
	n := len(l.lines)
	if strings.HasSuffix(l.src, "\n") {
		n--
	}
	return n
}

// giveUp skips the rest of the file.
func (l *lexer) giveUp() {
	l.off = len(l.src)
	l.lineno = int32(len(l.lines))
	l.lineStart = l.lines[len(l.lines)-1]
	l.parens, l.fstrings = l.parens[:0], l.fstrings[:0]
}

// A stringError is what is wrong in the text of a string.
type stringError string

func (e stringError) Error() string { return string(e) }

// unescape returns the value of the text between the quotes. On an error it
// returns as much as it can, so that parsing can go on.
func unescape(s string, raw, isBytes bool) (string, error) {
	var err error
	if isBytes {
		for i := range len(s) {
			if s[i] >= utf8.RuneSelf {
				err = stringError("bytes can only contain ASCII literal characters")
				break
			}
		}
	}
	i := strings.IndexByte(s, '\\')
	if raw || i < 0 {
		return s, err
	}
	u := unescaper{s: s, bytes: isBytes, err: err}
	u.out.Grow(len(s))
	for ; i >= 0; i = strings.IndexByte(u.s[u.i:], '\\') {
		u.out.WriteString(u.s[u.i : u.i+i])
		u.i += i + 1
		u.escape()
	}
	u.out.WriteString(u.s[u.i:])
	return u.out.String(), u.err
}

// An unescaper is in the middle of unescape.
type unescaper struct {
	s     string
	i     int // of the next byte
	bytes bool
	out   strings.Builder
	err   error
}

// escape reads the rest of an escape sequence, behind the backslash.
func (u *unescaper) escape() {
	if u.i == len(u.s) { // an f-string's "\" before "{"
		u.out.WriteByte('\\')
		return
	}
	c := u.s[u.i]
	u.i++
	switch {
	case c == '\n':
	case c == '\\' || c == '\'' || c == '"':
		u.out.WriteByte(c)
	case c == 'x':
		u.hex(c, 2)
	case c == 'u' && !u.bytes:
		u.hex(c, 4)
	case c == 'U' && !u.bytes:
		u.hex(c, 8)
	case c == 'N' && !u.bytes:
		u.named()
	case '0' <= c && c <= '7':
		u.octal(rune(c - '0'))
	default:
		if n := strings.IndexByte("abfnrtv", c); n >= 0 {
			u.out.WriteByte("\a\b\f\n\r\t\v"[n])
			return
		}
		u.out.WriteByte('\\') // an unknown escape stands for itself
		u.out.WriteByte(c)
	}
}

// put appends the character that an escape stands for.
func (u *unescaper) put(r rune) {
	switch {
	case u.bytes:
		u.out.WriteByte(byte(r))
	case 0xD800 <= r && r < 0xE000: // a surrogate, which utf8 refuses
		u.out.Write([]byte{0xED, 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
	default:
		u.out.WriteRune(r)
	}
}

func (u *unescaper) octal(r rune) {
	for n := 0; n < 2 && u.i < len(u.s) && '0' <= u.s[u.i] && u.s[u.i] <= '7'; n++ {
		r = r<<3 | rune(u.s[u.i]-'0')
		u.i++
	}
	u.put(r)
}

// hex reads exactly n hexadecimal digits.
func (u *unescaper) hex(c byte, n int) {
	start := u.i - 2
	var r rune
	for k := range n {
		if u.i == len(u.s) || !isHex(u.s[u.i]) {
			u.truncated(c, n, start, start+1+k)
			return
		}
		d := rune(u.s[u.i])
		u.i++
		if d > '9' {
			d = d&7 + 9
		}
		r = r<<4 | d&15
	}
	if r > utf8.MaxRune || r < 0 {
		u.fail(fmt.Sprintf("(unicode error) 'unicodeescape' codec can't decode bytes in position %d-%d: "+
			"illegal Unicode character", start, u.i-1))
		return
	}
	u.put(r)
}

// truncated reports an escape with too few digits.
func (u *unescaper) truncated(c byte, n, start, end int) {
	if u.bytes {
		u.fail(fmt.Sprintf(`(value error) invalid \x escape at position %d`, start))
		return
	}
	u.fail(fmt.Sprintf("(unicode error) 'unicodeescape' codec can't decode bytes in position %d-%d: "+
		`truncated \%c%s escape`, start, end, c, strings.Repeat("X", n)))
}

// named reads \N{NAME}.
func (u *unescaper) named() {
	start := u.i - 2
	name, _, ok := strings.Cut(u.s[u.i:], "}")
	if !ok || name == "" || name[0] != '{' || name == "{" {
		u.fail(fmt.Sprintf("(unicode error) 'unicodeescape' codec can't decode bytes in position %d-%d: "+
			`malformed \N character escape`, start, start+1))
		return
	}
	u.i += len(name) + 1
	r, ok := characterNamed(name[1:])
	if !ok {
		u.fail(fmt.Sprintf("(unicode error) 'unicodeescape' codec can't decode bytes in position %d-%d: "+
			"unknown Unicode character name", start, u.i-1))
		return
	}
	u.put(r)
}

// fail keeps the first error and puts a replacement character.
func (u *unescaper) fail(msg string) {
	if u.err == nil {
		u.err = stringError(msg)
	}
	if !u.bytes {
		u.out.WriteRune(utf8.RuneError)
	}
}
