package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A writer writes a tree as an expression of one of the engines.
type writer struct {
	strings.Builder
	backtrack bool       // for regexp2, else for package regexp
	ascii     bool       // for texts that are ASCII
	dollar    dollarMode // for package regexp
}

// A dollarMode says how $ at the end of a text, or before its last newline,
// is written for package regexp, which has no such assertion.
type dollarMode int

const (
	dollarAtEnd  dollarMode = iota // the text does not end with a newline
	dollarAtLine                   // it does, and has no other
	dollarModes
)

// impossible matches nothing, in package regexp.
const impossible = `[^\x00-\x{10FFFF}]`

func (w *writer) node(n *node) {
	switch n.op {
	case opCat:
		for _, sub := range n.subs {
			w.operand(sub, sub.op == opAlt)
		}
	case opAlt:
		for i, sub := range n.subs {
			if i > 0 {
				w.WriteByte('|')
			}
			w.node(sub)
		}
	case opLit:
		w.class(charset{ranges: []rune{n.r, n.r}}, n.flags)
	case opSet:
		w.class(n.set, n.flags)
	case opAny:
		w.any(n.flags)
	case opGroup:
		w.WriteByte('(')
		w.node(n.subs[0])
		w.WriteByte(')')
	case opRepeat:
		w.repeat(n)
	case opAtomic:
		w.enclosed("(?>", n.subs[0])
	case opLook:
		w.enclosed(lookPrefix(n), n.subs[0])
	case opRef:
		w.reference(n)
	case opCond:
		fmt.Fprintf(w, "(?(%d)", n.n)
		w.operand(n.subs[0], true)
		w.WriteByte('|')
		w.operand(n.subs[1], true)
		w.WriteByte(')')
	default:
		w.assertion(n)
	}
}

// operand writes a node, in a group without a number if it needs one.
func (w *writer) operand(n *node, group bool) {
	if group {
		w.enclosed("(?:", n)
		return
	}
	w.node(n)
}

func (w *writer) enclosed(prefix string, n *node) {
	w.WriteString(prefix)
	w.node(n)
	w.WriteByte(')')
}

func lookPrefix(n *node) string {
	switch {
	case n.behind && n.negative:
		return "(?<!"
	case n.behind:
		return "(?<="
	case n.negative:
		return "(?!"
	}
	return "(?="
}

func (w *writer) any(flags int) {
	switch {
	case flags&flagS == 0:
		w.WriteString(`[^\n]`)
	case w.backtrack:
		w.WriteString(`[\s\S]`)
	default:
		w.WriteString(`(?s:.)`)
	}
}

func (w *writer) repeat(n *node) {
	if n.mode == possessive {
		w.WriteString("(?>")
	}
	sub := n.subs[0]
	w.operand(sub, sub.op != opSet && sub.op != opLit && sub.op != opAny && sub.op != opGroup)
	switch {
	case n.min == 0 && n.max == infinite:
		w.WriteByte('*')
	case n.min == 1 && n.max == infinite:
		w.WriteByte('+')
	case n.min == 0 && n.max == 1:
		w.WriteByte('?')
	case n.max == infinite:
		fmt.Fprintf(w, "{%d,}", n.min)
	default:
		fmt.Fprintf(w, "{%d,%d}", n.min, n.max)
	}
	switch n.mode {
	case lazy:
		w.WriteByte('?')
	case possessive:
		w.WriteByte(')')
	}
}

func (w *writer) reference(n *node) {
	format := `(?:\k<%d>)`
	if n.flags&flagI != 0 {
		format = `(?i:\k<%d>)`
	}
	fmt.Fprintf(w, format, n.n)
}

func (w *writer) assertion(n *node) {
	switch n.op {
	case opBegin:
		w.WriteString(`\A`)
	case opEnd:
		w.WriteString(`\z`)
	case opLineBegin:
		w.WriteString(`(?m:^)`)
	case opLineEnd:
		w.WriteString(`(?m:$)`)
	case opDollar:
		w.dollarSign()
	case opBoundary, opNotBoundary:
		w.boundary(n)
	}
}

func (w *writer) dollarSign() {
	switch {
	case w.backtrack:
		w.WriteString(`(?=\n?\z)`)
	case w.dollar == dollarAtLine:
		w.WriteString(`(?m:$)`)
	default:
		w.WriteString(`\z`)
	}
}

// boundary writes \b and \B. As in CPython, \B does not match in the empty
// text.
func (w *writer) boundary(n *node) {
	word := "[" + w.repertoire(n.flags).members('w') + "]"
	switch {
	case !w.backtrack && n.op == opBoundary:
		w.WriteString(`\b`)
	case !w.backtrack:
		w.WriteString(`\B`)
	case n.op == opBoundary:
		fmt.Fprintf(w, `(?:(?<=%[1]s)(?!%[1]s)|(?<!%[1]s)(?=%[1]s))`, word)
	default:
		fmt.Fprintf(w, `(?:(?<=%[1]s)(?=%[1]s)|(?<!%[1]s)(?!%[1]s)(?:(?=[\s\S])|(?<=[\s\S])))`, word)
	}
}

func (w *writer) repertoire(flags int) repertoire {
	switch {
	case flags&flagA != 0:
		return asciiFlag
	case w.ascii:
		return asciiText
	}
	return unicodeChars
}

// class writes a set of characters.
func (w *writer) class(c charset, flags int) {
	ranges := c.ranges
	if flags&flagI != 0 {
		ranges = fold(ranges, flags&flagA != 0 || w.ascii && allASCII(ranges))
	}
	ranges = withoutSurrogates(ranges)
	switch {
	case len(ranges) == 2 && ranges[0] == ranges[1] && c.categories == "" && !c.negate:
		writeRune(&w.Builder, ranges[0])
		return
	case len(ranges) == 0 && c.categories == "" && c.negate:
		w.any(flagS)
		return
	case len(ranges) == 0 && c.categories == "":
		w.impossible()
		return
	}
	if c.negate {
		w.WriteString("[^")
	} else {
		w.WriteByte('[')
	}
	w.WriteString(writeRanges(ranges))
	for _, category := range []byte(c.categories) {
		w.WriteString(w.repertoire(flags).members(category))
	}
	w.WriteByte(']')
}

func (w *writer) impossible() {
	if w.backtrack {
		w.WriteString(`(?!)`)
		return
	}
	w.WriteString(impossible)
}

func allASCII(ranges []rune) bool {
	for _, r := range ranges {
		if r >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// withoutSurrogates drops what no UTF-8 text has.
func withoutSurrogates(ranges []rune) []rune {
	const first, last = 0xd800, 0xdfff
	var kept []rune
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if first <= lo && lo <= last {
			lo = last + 1
		}
		if first <= hi && hi <= last {
			hi = first - 1
		}
		if lo <= hi {
			kept = append(kept, lo, hi)
		}
	}
	return kept
}

func writeRanges(ranges []rune) string {
	var b strings.Builder
	ranges = withoutSurrogates(ranges)
	for i := 0; i < len(ranges); i += 2 {
		writeRune(&b, ranges[i])
		if ranges[i+1] != ranges[i] {
			b.WriteByte('-')
			writeRune(&b, ranges[i+1])
		}
	}
	return b.String()
}

// writeRune writes a character that stands for itself, in a class or not.
func writeRune(b *strings.Builder, r rune) {
	switch {
	case r < ' ' || r == 0x7f:
		b.WriteString(`\x` + strconv.FormatInt(int64(r)+0x100, 16)[1:])
	case r < utf8.RuneSelf && r != ' ' && r != '_' && !isAlpha(byte(r)) && !isDigit(byte(r)):
		b.WriteByte('\\')
		b.WriteRune(r)
	default:
		b.WriteRune(r)
	}
}
