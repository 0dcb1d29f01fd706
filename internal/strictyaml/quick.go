package strictyaml

import (
	"strings"
	"unicode/utf8"
)

// quick reads the YAML that people write for rules, many times faster than the
// library: block and flow collections, scalars of all styles, comments. It
// gives up on anything else (anchors, tags, directives, tabs between tokens,
// several documents, and all that might be an error), which is then the
// library's to read or to refuse. What it accepts it reads as the library
// does; a fuzz test holds it to that.
func quick(src []byte) (root *node, ok bool) {
	if !plainText(src) {
		return nil, false
	}
	q := &quickReader{src: string(src), line: 1}
	defer func() {
		if p := recover(); p != nil {
			if _, gaveUp := p.(giveUp); !gaveUp {
				panic(p)
			}
			root, ok = nil, false
		}
	}()
	return q.document(), true
}

// plainText reports whether a text has only characters that mean nothing
// special to YAML outside of ASCII.
func plainText(src []byte) bool {
	for i := 0; i < len(src); {
		c := src[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		switch {
		case r == utf8.RuneError && n == 1, r <= 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0xfffe && r <= 0xffff:
			return false
		}
		i += n
	}
	return true
}

// giveUp is what quickReader panics with.
type giveUp struct{}

const (
	quickDepth = 100  // nesting above which quick gives up
	maxKey     = 1000 // bytes of a key above which it does
)

// quickReader is a text on its way. Its methods read at pos what they are
// named for.
type quickReader struct {
	src       string
	pos       int
	line      int32
	lineStart int
	depth     int

	counted, count int // the characters of the line before counted

	nodes []node  // to hand out
	links []*node // to hand out
	stack []*node // the children of the collections that are being read
}

func (q *quickReader) fail() { panic(giveUp{}) }

func (q *quickReader) require(ok bool) {
	if !ok {
		q.fail()
	}
}

// at gives the byte at pos+i, or 0 at the end.
func (q *quickReader) at(i int) byte {
	if q.pos+i < len(q.src) {
		return q.src[q.pos+i]
	}
	return 0
}

// column gives the characters of the line before pos: all are spaces where it
// counts as an indentation.
func (q *quickReader) column() int {
	if q.counted < q.lineStart || q.counted > q.pos {
		q.counted, q.count = q.lineStart, 0
	}
	q.count += utf8.RuneCountInString(q.src[q.counted:q.pos])
	q.counted = q.pos
	return q.count
}

// newNode makes a node that starts at pos.
func (q *quickReader) newNode(k kind) *node {
	if len(q.nodes) == 0 {
		q.nodes = make([]node, 128)
	}
	n := &q.nodes[0]
	q.nodes = q.nodes[1:]
	n.kind, n.line, n.col = k, q.line, int32(q.column()+1)
	return n
}

// finish gives a collection the children that were read since the stack had n.
func (q *quickReader) finish(c *node, n int) {
	count := len(q.stack) - n
	if count > len(q.links) {
		q.links = make([]*node, max(count, 256))
	}
	c.content = q.links[:count:count]
	q.links = q.links[count:]
	copy(c.content, q.stack[n:])
	q.stack = q.stack[:n]
	q.depth--
}

// begin notes that a collection begins.
func (q *quickReader) begin() int {
	q.depth++
	q.require(q.depth <= quickDepth)
	return len(q.stack)
}

func (q *quickReader) push(n *node) { q.stack = append(q.stack, n) }

// newline reads a line break.
func (q *quickReader) newline() {
	q.pos++
	q.line++
	q.lineStart = q.pos
}

// spaces reads spaces.
func (q *quickReader) spaces() {
	for q.at(0) == ' ' {
		q.pos++
	}
	q.require(q.at(0) != '\t')
}

// endOfLine reads what may be behind a token on its line: spaces, a comment.
// It stops at the line break, and tells whether the line is at its end.
func (q *quickReader) endOfLine() bool {
	start := q.pos
	q.spaces()
	if q.at(0) == '#' && (q.pos > start || q.pos == q.lineStart) {
		if i := strings.IndexByte(q.src[q.pos:], '\n'); i >= 0 {
			q.pos += i
		} else {
			q.pos = len(q.src)
		}
	}
	return q.pos == len(q.src) || q.at(0) == '\n'
}

// nextLine goes from the end of a line to the first token of the next line that
// has one, and gives that token's column, or -1 at the end of the text.
func (q *quickReader) nextLine() int {
	for {
		if q.pos == len(q.src) {
			return -1
		}
		q.require(q.at(0) == '\n')
		q.newline()
		if !q.endOfLine() {
			break
		}
	}
	q.require(!q.marker())
	return q.pos - q.lineStart
}

// marker reports whether a line is one between documents, or a directive.
func (q *quickReader) marker() bool {
	if q.pos != q.lineStart {
		return false
	}
	rest := q.src[q.pos:]
	return strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...") || strings.HasPrefix(rest, "%")
}

// document reads the whole text, which must be a mapping.
func (q *quickReader) document() *node {
	column := 0
	if strings.HasPrefix(q.src, "---\n") {
		q.pos = len("---")
		column = q.nextLine()
	} else if q.endOfLine() {
		column = q.nextLine()
	} else {
		q.require(!q.marker())
		column = q.pos
	}
	q.require(column == 0 && q.isKey())
	root := q.blockMapping(0)
	q.require(q.pos == len(q.src))
	return root
}

// isKey looks ahead whether a key of a block mapping is next.
func (q *quickReader) isKey() bool {
	i := q.pos
	switch c := q.at(0); c {
	case '"', '\'':
		for i++; ; i++ {
			if i >= len(q.src) || q.src[i] == '\n' {
				return false
			}
			if c == '"' && q.src[i] == '\\' {
				i++
			} else if q.src[i] == c {
				if c == '"' || i+1 >= len(q.src) || q.src[i+1] != c {
					break
				}
				i++
			}
		}
		for i++; i < len(q.src) && q.src[i] == ' '; {
			i++
		}
		return i < len(q.src) && q.src[i] == ':' && blank(q.src, i+1)
	}
	if !q.startsPlain() {
		return false
	}
	for ; i < len(q.src) && q.src[i] != '\n'; i++ {
		switch q.src[i] {
		case ':':
			if blank(q.src, i+1) {
				return true
			}
		case '#':
			if q.src[i-1] == ' ' || q.src[i-1] == '\t' {
				return false
			}
		}
	}
	return false
}

// blank reports whether a token ends before byte i.
func blank(s string, i int) bool {
	return i >= len(s) || s[i] == ' ' || s[i] == '\n' || s[i] == '\t'
}

// startsPlain reports whether a plain scalar can be next. It knows fewer than
// there are.
func (q *quickReader) startsPlain() bool {
	switch c := q.at(0); c {
	case 0, ' ', '\n', '\t', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	case '-':
		return !blank(q.src, q.pos+1) && !strings.ContainsRune(",[]{}", rune(q.at(1)))
	}
	return true
}

// blockMapping reads a block mapping whose keys are at a column. It ends at the
// first token of a line that is further left, or at the end of the text.
func (q *quickReader) blockMapping(column int) *node {
	n := q.newNode(mappingKind)
	mark := q.begin()
	for {
		q.require(q.isKey())
		q.key()
		next := q.blockValue(column, true)
		if next != column {
			q.require(next < column)
			break
		}
	}
	q.finish(n, mark)
	return n
}

// key reads a key and the colon behind it.
func (q *quickReader) key() {
	start, line := q.pos, q.line
	if c := q.at(0); c == '"' || c == '\'' {
		q.push(q.quoted(0))
		q.spaces()
	} else {
		n := q.newNode(scalarKind)
		n.plain = true
		for q.at(0) != ':' || !blank(q.src, q.pos+1) {
			q.pos++
		}
		n.value = strings.TrimRight(q.src[start:q.pos], " \t")
		q.push(n)
	}
	q.require(q.at(0) == ':' && q.line == line && q.pos-start <= maxKey)
	q.pos++
}

// blockValue reads the value of a key, or an entry of a list, in a collection
// at a column, and pushes it. It goes on to the next token of a line and gives
// that token's column, -1 at the end.
func (q *quickReader) blockValue(column int, inMapping bool) (next int) {
	line, col := q.line, int32(q.column()+1)
	if !q.endOfLine() {
		if !inMapping {
			switch {
			case q.isDash():
				return q.pushBlock(q.blockSequence(q.pos - q.lineStart))
			case q.isKey():
				return q.pushBlock(q.blockMapping(q.pos - q.lineStart))
			}
		}
		return q.scalarOrFlow(column)
	}
	next = q.nextLine()
	switch {
	case next > column && q.isDash(), next == column && inMapping && q.isDash():
		return q.pushBlock(q.blockSequence(next))
	case next > column && q.isKey():
		return q.pushBlock(q.blockMapping(next))
	case next > column:
		return q.scalarOrFlow(column)
	}
	n := q.newNode(scalarKind)
	n.plain, n.line, n.col = true, line, col
	q.push(n)
	return next
}

// isDash reports whether an entry of a block sequence is next.
func (q *quickReader) isDash() bool { return q.at(0) == '-' && blank(q.src, q.pos+1) }

// pushBlock pushes a block collection, which has gone on to the next token, and
// gives the column of that.
func (q *quickReader) pushBlock(n *node) int {
	q.push(n)
	if q.pos == len(q.src) {
		return -1
	}
	return q.pos - q.lineStart
}

// blockSequence reads a list whose dashes are at a column.
func (q *quickReader) blockSequence(column int) *node {
	n := q.newNode(sequenceKind)
	mark := q.begin()
	for q.isDash() {
		q.pos++
		next := q.blockValue(column, false)
		if next != column {
			q.require(next < column)
			break
		}
	}
	q.finish(n, mark)
	return n
}

// scalarOrFlow reads any other value in a block collection at a column, and
// goes on to the next token of a line.
func (q *quickReader) scalarOrFlow(column int) (next int) {
	switch q.at(0) {
	case '"', '\'':
		q.push(q.quoted(column + 1))
	case '{', '[':
		q.push(q.flow(column + 1))
	case '|', '>':
		return q.blockScalar(column)
	default:
		return q.plain(column)
	}
	q.require(q.endOfLine())
	return q.nextLine()
}

// plain reads a plain scalar, which goes on in the lines that are further right
// than column.
func (q *quickReader) plain(column int) (next int) {
	q.require(q.startsPlain())
	n := q.newNode(scalarKind)
	n.plain = true
	n.value = q.plainLine()
	q.push(n)
	end, line := q.pos, q.line
	q.require(q.endOfLine())
	if next = q.nextLine(); next <= column {
		return next
	}
	var b strings.Builder
	b.WriteString(n.value)
	for next > column {
		// A comment ends the scalar, so that what follows would be an error.
		q.require(!strings.Contains(q.src[end:q.pos], "#"))
		foldBreaks(&b, int(q.line-line))
		b.WriteString(q.plainLine())
		end, line = q.pos, q.line
		q.require(q.endOfLine())
		next = q.nextLine()
	}
	n.value = b.String()
	return next
}

// foldBreaks writes what n line breaks in a scalar become.
func foldBreaks(b *strings.Builder, n int) {
	if n == 1 {
		b.WriteByte(' ')
		return
	}
	writeBreaks(b, n-1)
}

// plainLine reads the part of a plain scalar on one line, without the space
// behind it.
func (q *quickReader) plainLine() string {
	start := q.pos
	for {
		switch c := q.at(0); c {
		case ':':
			q.require(!blank(q.src, q.pos+1))
		case '#':
			q.require(q.pos > start)
			if q.src[q.pos-1] == ' ' {
				return q.cut(start)
			}
		case 0, '\n':
			return q.cut(start)
		case '\t':
			q.fail()
		}
		q.pos++
	}
}

// cut gives the text from start to pos without the spaces at its end, and goes
// back to these.
func (q *quickReader) cut(start int) string {
	text := strings.TrimRight(q.src[start:q.pos], " ")
	q.pos = start + len(text)
	return text
}

// quoted reads a scalar in quotes, whose further lines must be at least at
// column least.
func (q *quickReader) quoted(least int) *node {
	n := q.newNode(scalarKind)
	quote := q.at(0)
	q.pos++
	start := q.pos
	for { // Most are pieces of the text.
		switch c := q.at(0); {
		case c == quote && (c == '"' || q.at(1) != c):
			n.value = q.src[start:q.pos]
			q.pos++
			return n
		case c == '\n' || c == quote || c == '\\' && quote == '"':
			n.value = q.rest(quote, start, least)
			return n
		case c == 0:
			q.fail()
		}
		q.pos++
	}
}

// rest reads a scalar in quotes that needs to be put together. Its text begins
// at start.
func (q *quickReader) rest(quote byte, start, least int) string {
	var b strings.Builder
	for {
		switch c := q.at(0); {
		case c == quote && c == '\'' && q.at(1) == c:
			b.WriteString(q.src[start : q.pos+1])
			q.pos += 2
			start = q.pos
		case c == quote:
			b.WriteString(q.src[start:q.pos])
			q.pos++
			return b.String()
		case c == '\\' && quote == '"':
			b.WriteString(q.src[start:q.pos])
			q.escape(&b)
			start = q.pos
		case c == '\n':
			b.WriteString(strings.TrimRight(q.src[start:q.pos], " \t"))
			q.fold(&b, least)
			start = q.pos
		case c == 0:
			q.fail()
		default:
			q.pos++
		}
	}
}

// fold reads line breaks in a scalar in quotes.
func (q *quickReader) fold(b *strings.Builder, least int) {
	breaks := 0
	for q.at(0) == '\n' {
		q.newline()
		breaks++
		q.spaces()
	}
	q.require(q.pos < len(q.src) && q.pos-q.lineStart >= least && !q.marker())
	foldBreaks(b, breaks)
}

// escape reads a backslash and what it stands for.
func (q *quickReader) escape(b *strings.Builder) {
	c := q.at(1)
	q.pos += 2
	if i := strings.IndexByte(`nrt"\/0abvfe`, c); i >= 0 {
		b.WriteByte("\n\r\t\"\\/\x00\a\b\v\f\x1b"[i])
		return
	}
	digits := 0
	switch c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		q.fail()
	}
	var r rune
	for range digits {
		d := strings.IndexByte("0123456789abcdef", q.at(0)|0x20)
		q.require(d >= 0 && r < 1<<24)
		r = r<<4 | rune(d)
		q.pos++
	}
	q.require(utf8.ValidRune(r))
	b.WriteRune(r)
}

// flow reads a flow collection, whose further lines must be at least at column
// least.
func (q *quickReader) flow(least int) *node {
	if q.at(0) == '[' {
		return q.flowSequence(least)
	}
	n := q.newNode(mappingKind)
	mark := q.begin()
	q.pos++
	for {
		q.between(least)
		if q.at(0) == '}' {
			break
		}
		line, start := q.line, q.pos
		quoted := q.at(0) == '"' || q.at(0) == '\''
		q.push(q.flowScalar(least))
		q.spaces()
		q.require(q.at(0) == ':' && q.line == line && q.pos-start <= maxKey && (quoted || blank(q.src, q.pos+1)))
		q.pos++
		q.between(least)
		q.push(q.flowNode(least))
		if !q.comma('}', least) {
			break
		}
	}
	q.pos++
	q.finish(n, mark)
	return n
}

func (q *quickReader) flowSequence(least int) *node {
	n := q.newNode(sequenceKind)
	mark := q.begin()
	q.pos++
	for {
		q.between(least)
		if q.at(0) == ']' {
			break
		}
		q.push(q.flowNode(least))
		if !q.comma(']', least) {
			break
		}
	}
	q.pos++
	q.finish(n, mark)
	return n
}

// comma reads a comma, and tells whether there was one; otherwise the bracket
// that ends the collection must be next.
func (q *quickReader) comma(end byte, least int) bool {
	q.between(least)
	if q.at(0) == ',' {
		q.pos++
		return true
	}
	q.require(q.at(0) == end)
	return false
}

// between reads spaces, line breaks and comments between the tokens of a flow
// collection.
func (q *quickReader) between(least int) {
	for q.endOfLine() {
		q.require(q.pos < len(q.src))
		q.newline()
		least = max(least, 1)
	}
	if column := q.pos - q.lineStart; column < least { // only spaces are before it
		q.require(column > 0 && (q.at(0) == '}' || q.at(0) == ']'))
	}
}

func (q *quickReader) flowNode(least int) *node {
	if c := q.at(0); c == '{' || c == '[' {
		return q.flow(least)
	}
	return q.flowScalar(least)
}

func (q *quickReader) flowScalar(least int) *node {
	if c := q.at(0); c == '"' || c == '\'' {
		return q.quoted(least)
	}
	q.require(q.startsPlain())
	n := q.newNode(scalarKind)
	n.plain = true
	start := q.pos
	for {
		switch q.at(0) {
		case 0, '\t', '?', '[', '{':
			q.fail()
		case ':':
			if blank(q.src, q.pos+1) {
				n.value = q.cut(start)
				return n
			}
			q.require(!strings.ContainsRune(",[]{}", rune(q.at(1))))
		case ',', ']', '}':
			n.value = q.cut(start)
			return n
		case '\n':
			return q.flowPlainEnd(n, start)
		case '#':
			if q.src[q.pos-1] == ' ' {
				return q.flowPlainEnd(n, start)
			}
		}
		q.pos++
	}
}

// flowPlainEnd ends a plain scalar at the end of its line. It must not go on.
func (q *quickReader) flowPlainEnd(n *node, start int) *node {
	n.value = q.cut(start)
	for i := q.pos; ; i++ {
		q.require(i < len(q.src))
		switch q.src[i] {
		case ' ', '\n':
		case ',', ']', '}':
			return n
		default:
			q.fail()
		}
	}
}

// blockScalar reads a literal or folded scalar in a block collection at a
// column, and goes on to the next token of a line.
func (q *quickReader) blockScalar(column int) (next int) {
	n := q.newNode(scalarKind)
	folded := q.at(0) == '>'
	q.pos++
	chomp := byte(0)
	if c := q.at(0); c == '-' || c == '+' {
		chomp = c
		q.pos++
	}
	q.require(q.endOfLine() && q.pos < len(q.src)) // no indentation indicator
	n.value = q.blockText(column, folded, chomp)
	q.push(n)
	if q.pos == len(q.src) {
		return -1
	}
	q.pos-- // back to the line break, for nextLine
	q.line--
	q.lineStart = strings.LastIndexByte(q.src[:q.pos], '\n') + 1
	return q.nextLine()
}

// blockText reads the lines of a block scalar, up to the start of the first
// line that is not its own.
func (q *quickReader) blockText(column int, folded bool, chomp byte) string {
	var b strings.Builder
	indent := -1
	breaks := 0       // line breaks that are not written yet
	wasBlank := false // the line before starts with a space or tab
	first := true
	q.newline()
	for q.pos < len(q.src) {
		end := strings.IndexByte(q.src[q.pos:], '\n')
		q.require(end >= 0) // a last line without its break is special
		line := q.src[q.pos : q.pos+end]
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if spaces == len(line) && (indent < 0 || spaces <= indent) {
			q.require(indent >= 0 || spaces <= column+1)
			breaks++
			q.pos += end
			q.newline()
			continue
		}
		if indent < 0 && spaces > column {
			indent = spaces
			q.require(line[spaces] != '\t')
		}
		if indent < 0 || spaces < indent {
			break
		}
		text := line[indent:]
		isBlank := text[0] == ' ' || text[0] == '\t'
		switch {
		case first:
			writeBreaks(&b, breaks)
		case folded && !isBlank && !wasBlank:
			foldBreaks(&b, breaks)
		default:
			writeBreaks(&b, breaks)
		}
		b.WriteString(text)
		first, wasBlank, breaks = false, isBlank, 1
		q.pos += end
		q.newline()
	}
	switch {
	case chomp == '+':
		writeBreaks(&b, breaks)
	case chomp == 0 && !first:
		b.WriteByte('\n')
	}
	return b.String()
}

func writeBreaks(b *strings.Builder, n int) {
	for range n {
		b.WriteByte('\n')
	}
}
