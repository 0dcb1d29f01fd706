package pysyntax

import "strings"

// An fstring is one that the lexer is in: in its literal text, or in the
// expression of one of its fields.
type fstring struct {
	quote  byte
	size   int // of the quotes: 1 or 3
	raw    bool
	tok    int // index of its tFStart
	parens int // how many were open before it
	fields []field
}

// A field is a replacement field of an f-string. A second one in the slice is
// in the format specification of the first.
type field struct {
	parens int  // how many are open in it, its own brace included
	spec   bool // the lexer is behind its colon
}

func (f *fstring) startSpec() { f.fields[len(f.fields)-1].spec = true }

// inSpec reports whether the literal text is that of a format specification.
func (f *fstring) inSpec() bool { return len(f.fields) > 0 }

// inLiteral reports whether the lexer is in the literal text of an f-string.
func (l *lexer) inLiteral() bool {
	if len(l.fstrings) == 0 {
		return false
	}
	fields := l.fstrings[len(l.fstrings)-1].fields
	return len(fields) == 0 || fields[len(fields)-1].spec
}

// openField returns the innermost field whose expression the lexer is in,
// brackets or not; nil if there is none.
func (l *lexer) openField() *field {
	if len(l.fstrings) == 0 {
		return nil
	}
	fields := l.fstrings[len(l.fstrings)-1].fields
	if n := len(fields); n > 0 && !fields[n-1].spec {
		return &fields[n-1]
	}
	return nil
}

// inField reports whether the lexer is in the expression of a field, and not
// in brackets there: ":", "!" and "}" have their meaning for the field.
func (l *lexer) inField() bool {
	field := l.openField()
	return field != nil && field.parens == len(l.parens)
}

// startFString emits the opening of an f-string, src[from:l.off].
func (l *lexer) startFString(from int, quote byte, size int) {
	if len(l.fstrings) == maxFStrings {
		l.bad(from, "too many nested f-strings")
		l.giveUp()
		return
	}
	l.fstrings = append(l.fstrings, fstring{
		quote:  quote,
		size:   size,
		raw:    strings.ContainsAny(l.src[from:l.off], "rR"),
		tok:    len(l.toks),
		parens: len(l.parens),
	})
	l.emit(tFStart, from)
}

// endFString leaves the innermost f-string, and with it what is open in it.
func (l *lexer) endFString() {
	n := len(l.fstrings) - 1
	l.parens = l.parens[:l.fstrings[n].parens]
	l.fstrings = l.fstrings[:n]
}

// A literal is text of an f-string being read: where it started.
type literal struct {
	from int
	pos  Pos
}

// emitMiddle emits the text from m to l.off-back, unless it is empty.
func (l *lexer) emitMiddle(m literal, back int) {
	if to := l.off - back; to > m.from {
		l.toks = append(l.toks, token{tFMiddle, int32(m.from), int32(to), m.pos, l.here(to)})
	}
}

// fstringText reads literal text, up to and including what ends it: a brace,
// or the closing quotes.
func (l *lexer) fstringText() {
	f := &l.fstrings[len(l.fstrings)-1]
	m := literal{l.off, l.here(l.off)}
	for l.off < len(l.src) {
		switch c := l.src[l.off]; c {
		case f.quote:
			if l.closing(f.quote, f.size) {
				l.emitMiddle(m, 0)
				from := l.off
				l.off += f.size
				l.emit(tFEnd, from)
				l.endFString()
				return
			}
			l.off++
		case '\n':
			if f.size == 1 {
				l.fstringLineEnd(m)
				return
			}
			l.off++
			l.newline()
		case '\\':
			l.fstringEscape(f.raw)
		case '{', '}':
			l.brace(m, c)
			return
		default:
			l.off++
		}
	}
}

// fstringLineEnd is at a line end in text that must not have one. It may end a
// format specification, if the field's brace follows.
func (l *lexer) fstringLineEnd(m literal) {
	f := &l.fstrings[len(l.fstrings)-1]
	if rest := strings.TrimLeft(l.src[l.off:], " \t\f\n"); f.inSpec() && strings.HasPrefix(rest, "}") {
		l.emitMiddle(m, 0)
		f.fields[len(f.fields)-1].spec = false
		return
	}
	l.openFString()
	l.emit(tError, l.off)
	l.endFString()
}

// closing reports whether the next bytes are size times quote.
func (l *lexer) closing(quote byte, size int) bool {
	return size == 1 || l.at(1) == quote && l.at(2) == quote
}

// fstringEscape skips a backslash and what it hides: a quote, a line end, or
// the braces of \N{NAME}. It does not hide other braces.
func (l *lexer) fstringEscape(raw bool) {
	l.off++
	switch c := l.at(0); {
	case c == '{' || c == '}' || l.off >= len(l.src):
	case c == '\n':
		l.off++
		l.newline()
	case c == 'N' && l.at(1) == '{' && !raw:
		if n := strings.IndexAny(l.src[l.off:], "}\n\"'"); n >= 0 && l.src[l.off+n] == '}' {
			l.off += n
		}
		l.off++
	default:
		l.off++
	}
}

// brace reads a brace, which ends the literal text m: doubled, it stands for
// itself; else a field starts or, in a format specification, ends.
func (l *lexer) brace(m literal, c byte) {
	f := &l.fstrings[len(l.fstrings)-1]
	from := l.off
	doubled := l.at(1) == c && !f.inSpec()
	l.off++
	switch {
	case doubled:
		l.off++
		l.emitMiddle(m, 1)
		l.toks[len(l.toks)-1].end = l.here(l.off) // the text has one brace, the place both
	case c == '{':
		l.emitMiddle(m, 1)
		if len(f.fields) > maxFields {
			l.bad(from, "f-string: expressions nested too deeply")
			l.giveUp()
			return
		}
		l.bracket(tLbrace, from)
		if len(l.fstrings) > 0 { // else there were too many
			f.fields = append(f.fields, field{parens: len(l.parens)})
		}
	case f.inSpec():
		l.emitMiddle(m, 1)
		l.emit(tRbrace, from)
		l.endField()
	default:
		l.emitMiddle(m, 1)
		l.bad(from, "f-string: single '}' is not allowed")
	}
}

// endField leaves a field whose closing brace has been read.
func (l *lexer) endField() {
	f := &l.fstrings[len(l.fstrings)-1]
	n := len(f.fields) - 1
	l.parens = l.parens[:f.fields[n].parens-1]
	f.fields = f.fields[:n]
}

// openFString reports that the innermost f-string does not end.
func (l *lexer) openFString() {
	f := &l.fstrings[len(l.fstrings)-1]
	start := l.toks[f.tok]
	switch {
	case !l.inLiteral():
		open := l.toks[l.parens[len(l.parens)-1].tok]
		l.report(open.pos, open.end, "'%c' was never closed", l.src[open.from])
	case f.size == 3:
		l.report(start.pos, start.end, "unterminated triple-quoted f-string literal (detected at line %d)", l.lastLine())
	default:
		l.report(start.pos, start.end, "unterminated f-string literal (detected at line %d)", l.lineno)
	}
}
