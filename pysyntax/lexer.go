package pysyntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits are CPython's.
const (
	maxParens   = 200 // parentheses, brackets and braces open at once
	maxIndents  = 100 // blocks in blocks
	maxFStrings = 150 // f-strings in fields of f-strings
	maxFields   = 2   // fields in the format specifications of fields
)

// maxTokens bounds a file, as each token may become many nodes of the tree and
// as many instructions: the most expensive ones take 2 kB. A file of code has a
// token for about five bytes.
const maxTokens = 300_000

// A lexer turns a source into tokens. What it cannot read it reports at once
// and marks with a tError token.
type lexer struct {
	text
	off       int // of the next byte
	lineno    int32
	lineStart int
	atStart   bool // at the start of a logical line: its indentation counts

	toks     []token
	parens   []paren
	indents  []indent
	fstrings []fstring
	errs     ErrorList
}

// A paren is one that is still open.
type paren struct {
	char   byte
	tok    int  // index of its token
	blamed bool // it has been reported already
}

// matches reports whether the closing bracket c matches.
func (p paren) matches(c byte) bool {
	if p.char == '(' {
		return c == ')'
	}
	return c == p.char+2 // as in ASCII
}

// An indent is the width of the white space before a block: with tabs to
// every eighth column, and with tabs as one column. Both must agree on which
// of two lines is deeper, or the author's editor decides what the file means.
type indent struct {
	col, alt int
}

// lex returns the tokens of t. The last is tEOF, and before it every INDENT
// has its DEDENT and every statement its NEWLINE.
func lex(t text) ([]token, ErrorList) {
	l := &lexer{text: t, lineno: 1, atStart: true, indents: []indent{{}}}
	l.toks = make([]token, 0, len(t.src)/4+8)
	for l.off < len(l.src) {
		if len(l.toks) > maxTokens {
			l.tooMany()
			break
		}
		switch {
		case l.inLiteral():
			l.fstringText()
		case l.atStart:
			l.startLine()
		default:
			l.token()
		}
	}
	l.finish()
	return l.toks, l.errs
}

// tooMany gives up on the rest of the file.
func (l *lexer) tooMany() {
	at := l.here(l.off)
	l.errs = append(l.errs, &Error{Span: Span{at, at}, Msg: fmt.Sprintf("the file is too long: more than %d names, numbers, strings and operators", maxTokens)})
	l.parens, l.fstrings = l.parens[:0], l.fstrings[:0]
	l.empty(tError)
	l.off = len(l.src)
}

// finish emits what the end of the file implies.
func (l *lexer) finish() {
	l.closeAll()
	if n := len(l.toks); n > 0 && l.toks[n-1].kind != tNewline && l.toks[n-1].kind != tDedent {
		l.empty(tNewline)
	}
	for ; len(l.indents) > 1; l.indents = l.indents[:len(l.indents)-1] {
		l.empty(tDedent)
	}
	l.empty(tEOF)
}

// closeAll gives up on what is still open in the statement before l.off.
func (l *lexer) closeAll() {
	if len(l.fstrings) > 0 {
		l.openFString()
	} else if n := len(l.parens); n > 0 {
		if p := l.parens[n-1]; !p.blamed {
			open := l.toks[p.tok]
			l.report(open.pos, open.end, "'%c' was never closed", p.char)
		}
	} else {
		return
	}
	l.parens, l.fstrings = l.parens[:0], l.fstrings[:0]
	l.empty(tError)
}

// here returns the place of offset off, which is in the current line.
func (l *lexer) here(off int) Pos { return Pos{l.lineno, int32(off - l.lineStart)} }

// emit appends the token src[from:l.off], which is within one line.
func (l *lexer) emit(k kind, from int) {
	l.toks = append(l.toks, token{k, int32(from), int32(l.off), l.here(from), l.here(l.off)})
}

// empty appends a token without text.
func (l *lexer) empty(k kind) { l.emit(k, l.off) }

// report notes an error, but only the first of a line: the others are likely
// to follow from it.
func (l *lexer) report(from, to Pos, format string, args ...any) {
	if n := len(l.errs); n > 0 && l.errs[n-1].From.Line == from.Line || n >= maxErrors {
		return
	}
	l.errs = append(l.errs, &Error{Span: Span{from, to}, Msg: fmt.Sprintf(format, args...)})
}

// bad reports an error about src[from:l.off], within one line, and emits a
// tError for it.
func (l *lexer) bad(from int, format string, args ...any) {
	l.report(l.here(from), l.here(l.off), format, args...)
	l.emit(tError, from)
}

// newline counts a line end at l.off-1.
func (l *lexer) newline() {
	l.lineno++
	l.lineStart = l.off
}

// at returns the byte n behind the next one, 0 behind the end.
func (l *lexer) at(n int) byte {
	if l.off+n < len(l.src) {
		return l.src[l.off+n]
	}
	return 0
}

// startLine reads the white space at the start of a line; unless the line is
// blank or a comment, it settles the indentation.
func (l *lexer) startLine() {
	var in indent
	var first *indent // of the line that backslashes continue
	for {
		switch l.at(0) {
		case ' ':
			in.col++
			in.alt++
		case '\t':
			in.col = (in.col/8 + 1) * 8
			in.alt++
		case '\f':
			in = indent{}
		case '\\':
			if l.at(1) != '\n' {
				l.settle(in)
				return
			}
			if first == nil {
				first = &indent{in.col, in.alt}
			}
			if l.off+2 >= len(l.src) {
				l.continuation()
				return
			}
			l.off += 2
			l.newline()
			continue
		case '#':
			l.comment()
			return
		case '\n':
			l.off++
			l.newline()
			return
		default:
			if first != nil {
				in = *first
			}
			if l.off < len(l.src) {
				l.settle(in)
			}
			return
		}
		l.off++
	}
}

// settle emits INDENT and DEDENT for a line that starts at the column in.
func (l *lexer) settle(in indent) {
	l.atStart = false
	top := l.indents[len(l.indents)-1]
	switch {
	case in.col == top.col:
		if in.alt != top.alt {
			l.tabs()
		}
	case in.col > top.col:
		if in.alt <= top.alt {
			l.tabs()
		}
		if len(l.indents) == maxIndents {
			l.report(l.here(l.off), Pos{}, "too many levels of indentation")
			l.giveUp()
			return
		}
		l.indents = append(l.indents, in)
		l.empty(tIndent)
	default:
		l.dedent(in)
	}
}

// dedent closes the blocks that are deeper than in.
func (l *lexer) dedent(in indent) {
	n := len(l.indents) - 1
	for ; l.indents[n].col > in.col; n-- {
		if l.indents[n-1].col < in.col {
			// Between two blocks. Take it as the inner one, now at this
			// column, so that only this line is wrong.
			l.report(l.here(l.off), Pos{}, "unindent does not match any outer indentation level")
			l.indents[n] = in
			break
		}
		l.empty(tDedent)
	}
	l.indents = l.indents[:n+1]
	if l.indents[n].alt != in.alt {
		l.tabs()
	}
}

func (l *lexer) tabs() {
	l.report(l.here(l.off), Pos{}, "inconsistent use of tabs and spaces in indentation")
}

// comment skips the rest of the line, but not the line end.
func (l *lexer) comment() {
	if n := strings.IndexByte(l.src[l.off:], '\n'); n >= 0 {
		l.off += n
	} else {
		l.off = len(l.src)
	}
}

// token reads the next token, or what is to be skipped before it.
func (l *lexer) token() {
	switch c := l.src[l.off]; {
	case c == ' ' || c == '\t' || c == '\f':
		l.off++
	case c == '\n' || c == '#':
		l.lineEnd()
	case c == '\\':
		l.continuation()
	case isIdentStart(c):
		l.name()
	case isDigit(c) || c == '.' && isDigit(l.at(1)):
		l.number()
	case c == '"' || c == '\'':
		l.quoted(l.off)
	default:
		l.operator()
	}
}

// lineEnd reads the end of a line, with the comment before it, and emits a
// NEWLINE unless the line is joined with the next.
func (l *lexer) lineEnd() {
	from := l.off
	l.comment()
	if l.off == len(l.src) {
		return
	}
	l.off++
	if len(l.parens) == 0 {
		l.emit(tNewline, from)
		l.atStart = true
	}
	l.newline()
}

// continuation reads a backslash outside strings.
func (l *lexer) continuation() {
	from := l.off
	l.off++
	switch {
	case l.off >= len(l.src) || l.at(0) == '\n' && l.off+1 >= len(l.src):
		l.bad(from, "unexpected EOF while parsing")
		l.giveUp()
	case l.at(0) == '\n':
		l.off++
		l.newline()
	default:
		l.report(l.here(l.off), Pos{}, "unexpected character after line continuation character")
		l.comment() // the rest of the line is no use
		l.emit(tError, from)
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isIdentStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

// name reads an identifier, a keyword or a string with a prefix.
func (l *lexer) name() {
	from := l.off
	for l.off < len(l.src) {
		c := l.src[l.off]
		if !isIdentStart(c) && !isDigit(c) {
			break
		}
		if c >= utf8.RuneSelf && !l.nonASCII(from) {
			return
		}
		l.off++
	}
	word := l.src[from:l.off]
	if c := l.at(0); len(word) <= 2 && (c == '"' || c == '\'') && isPrefix(word) {
		l.quoted(from)
		return
	}
	k := keyword(word)
	if len(l.parens) > 0 && k.onlyStarts() && l.firstInLine(from) {
		l.escape(from)
		return
	}
	l.emit(k, from)
}

// nonASCII checks a character of an identifier and leaves l.off at its last
// byte. If there can be no such character it reports that and skips it.
func (l *lexer) nonASCII(from int) bool {
	r, n := utf8.DecodeRuneInString(l.src[l.off:])
	if isXIDStart(r) || l.off > from && isXIDContinue(r) {
		l.off += n - 1
		return true
	}
	if l.off > from {
		l.emit(keyword(l.src[from:l.off]), from)
	}
	l.invalid(r, n)
	return false
}

// invalid skips a character, n bytes long, that no token can have.
func (l *lexer) invalid(r rune, n int) {
	from := l.off
	l.off += n
	switch {
	case r == 0:
		l.bad(from, "source code cannot contain null bytes")
	case unicode.IsPrint(r):
		l.bad(from, "invalid character '%c' (U+%04X)", r, r)
	default:
		l.bad(from, "invalid non-printable character U+%04X", r)
	}
}

func isXIDStart(r rune) bool {
	return unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) || unicode.Is(unicode.Other_ID_Start, r)
}

func isXIDContinue(r rune) bool {
	return isXIDStart(r) || unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// firstInLine reports whether only white space precedes offset from in its line.
func (l *lexer) firstInLine(from int) bool {
	return strings.Trim(l.src[l.lineStart:from], " \t\f") == ""
}

// escape is called at a keyword that only starts statements, first in a line
// but in parentheses: those were never closed. The line is read again as the
// start of a statement, so that the rest of the file is not lost.
func (l *lexer) escape(from int) {
	l.off = from
	l.closeAll()
	l.empty(tNewline)
	l.off = l.lineStart
	l.atStart = true
}

// operators3 and operators2 are those of three and two characters.
var operators3 = map[string]kind{
	"**=": tPowEq, "//=": tDblSlashEq, "<<=": tShlEq, ">>=": tShrEq, "...": tEllipsis,
}

var operators2 = map[[2]byte]kind{
	{'*', '*'}: tPow, {'/', '/'}: tDblSlash, {'<', '<'}: tShl, {'>', '>'}: tShr,
	{'=', '='}: tEq, {'!', '='}: tNotEq, {'<', '>'}: tNotEq, {'<', '='}: tLtE, {'>', '='}: tGtE,
	{'-', '>'}: tArrow, {':', '='}: tWalrus,
	{'+', '='}: tPlusEq, {'-', '='}: tMinusEq, {'*', '='}: tStarEq, {'@', '='}: tAtEq,
	{'/', '='}: tSlashEq, {'%', '='}: tPercentEq, {'|', '='}: tPipeEq, {'^', '='}: tCaretEq, {'&', '='}: tAmpEq,
}

var operators1 = [128]kind{
	'(': tLparen, ')': tRparen, '[': tLbrack, ']': tRbrack, '{': tLbrace, '}': tRbrace,
	':': tColon, ',': tComma, ';': tSemi, '.': tDot, '=': tAssign, '~': tTilde, '!': tExclaim,
	'+': tPlus, '-': tMinus, '*': tStar, '@': tAt, '/': tSlash, '%': tPercent,
	'|': tPipe, '^': tCaret, '&': tAmp, '<': tLt, '>': tGt,
}

// operator reads an operator or a delimiter, or a character that is neither.
func (l *lexer) operator() {
	from := l.off
	c := l.src[from]
	k := operators1[c] // c is ASCII: others start a name
	switch {
	case k == tEOF:
		l.invalid(rune(c), 1)
		return
	case k == tColon && l.inField():
		l.off++
		l.emit(tSpec, from)
		l.fstrings[len(l.fstrings)-1].startSpec()
		return
	case tLparen <= k && k <= tRbrace:
		l.off++
		l.bracket(k, from)
		return
	}
	size := 1
	if k3, ok := operators3[l.src[from:min(from+3, len(l.src))]]; ok {
		k, size = k3, 3
	} else if k2, ok := operators2[[2]byte{c, l.at(1)}]; ok {
		k, size = k2, 2
	}
	l.off += size
	if k == tExclaim && !l.inField() {
		l.bad(from, "invalid syntax")
		return
	}
	l.emit(k, from)
}

// bracket notes that a bracket, whose token is the next, opens or closes.
func (l *lexer) bracket(k kind, from int) {
	c := l.src[from]
	switch k {
	case tLparen, tLbrack, tLbrace:
		if len(l.parens) == maxParens {
			l.bad(from, "too many nested parentheses")
			l.giveUp()
			return
		}
		l.parens = append(l.parens, paren{char: c, tok: len(l.toks)})
	case tRbrace:
		if l.inField() {
			l.emit(k, from)
			l.endField()
			return
		}
		fallthrough
	default:
		if !l.closes(c, from) {
			return
		}
		l.parens = l.parens[:len(l.parens)-1]
	}
	l.emit(k, from)
}

// closes checks that the bracket c, at offset from, matches what is open. If
// something else is open it reports that and has it closed all the same.
func (l *lexer) closes(c byte, from int) bool {
	n := len(l.parens)
	if l.inField() {
		l.bad(from, "f-string: unmatched '%c'", c)
		return false
	}
	if n == 0 {
		l.bad(from, "unmatched '%c'", c)
		return false
	}
	open := l.parens[n-1]
	if open.matches(c) {
		return true
	}
	where := ""
	if line := l.toks[open.tok].pos.Line; line != l.lineno {
		where = fmt.Sprintf(" on line %d", line)
	}
	l.parens[n-1].blamed = true
	l.closeOuter(c)
	l.bad(from, "closing parenthesis '%c' does not match opening parenthesis '%c'%s", c, open.char, where)
	return false
}

// closeOuter leaves what the bracket c was likely meant to close, although it
// does not match the innermost: one that matches and is in this line, else
// whatever is innermost in this line, else one that matches, else nothing.
func (l *lexer) closeOuter(c byte) {
	bottom := 0
	if field := l.openField(); field != nil {
		bottom = field.parens
		if c == '}' {
			l.parens = l.parens[:bottom]
			l.endField()
			return
		}
	}
	inLine := func(i int) bool { return l.toks[l.parens[i].tok].pos.Line == l.lineno }
	last := len(l.parens) - 1
	match := last
	for match >= bottom && !l.parens[match].matches(c) {
		match--
	}
	switch {
	case inLine(last) && (match < bottom || !inLine(match)):
		l.parens = l.parens[:last]
	case match >= bottom:
		l.parens = l.parens[:match]
	}
}
