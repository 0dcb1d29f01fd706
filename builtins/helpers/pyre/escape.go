package pyre

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// letterEscapes are the characters that a backslash and a letter stand for.
var letterEscapes = map[string]rune{
	`\a`: '\a', `\b`: '\b', `\f`: '\f', `\n`: '\n', `\r`: '\r', `\t`: '\t', `\v`: '\v', `\\`: '\\',
}

var assertionEscapes = map[string]op{
	`\A`: opBegin, `\Z`: opEnd, `\b`: opBoundary, `\B`: opNotBoundary,
}

// isCategory says that an escape stands for a kind of characters.
func isCategory(esc string) bool { return len(esc) == 2 && strings.IndexByte("dDsSwW", esc[1]) >= 0 }

// escape makes a node of an escape outside of classes.
func (p *parser) escape(esc string, flags int) *node {
	if kind, ok := assertionEscapes[esc]; ok {
		return &node{op: kind, flags: flags}
	}
	if isCategory(esc) {
		return &node{op: opSet, flags: flags, set: charset{categories: esc[1:]}}
	}
	if r, ok := letterEscapes[esc]; ok {
		return literal(r, flags)
	}
	if c := esc[1]; c == '0' {
		esc += p.while(2, isOctal)
		return literal(octal(esc), flags)
	} else if isDigit(c) {
		return p.numberEscape(esc, flags)
	}
	return literal(p.charEscape(esc), flags)
}

// numberEscape reads \1 to \99, references to a group, and \100 to \377, a
// character.
func (p *parser) numberEscape(esc string, flags int) *node {
	if len(p.next) == 1 && isDigit(p.next[0]) {
		esc += p.get()
		if isOctal(esc[1]) && isOctal(esc[2]) && len(p.next) == 1 && isOctal(p.next[0]) {
			esc += p.get()
			return literal(p.checkOctal(esc), flags)
		}
	}
	n, _ := strconv.Atoi(esc[1:])
	if n >= len(p.closed) {
		p.fail(len(esc)-1, "invalid group reference %d", n)
	}
	return p.reference(n, len(esc), flags)
}

func octal(esc string) rune {
	n, _ := strconv.ParseInt(esc[1:], 8, 32)
	return rune(n)
}

func (p *parser) checkOctal(esc string) rune {
	r := octal(esc)
	if r > 0o377 {
		p.fail(len(esc), "octal escape value %s outside of range 0-0o377", esc)
	}
	return r
}

// charEscape reads the escapes of a character that are the same in classes
// and outside of them.
func (p *parser) charEscape(esc string) rune {
	switch esc[1] {
	case 'x':
		return p.hexEscape(esc, 2)
	case 'u':
		return p.hexEscape(esc, 4)
	case 'U':
		return p.hexEscape(esc, 8)
	case 'N':
		if p.accept("{") {
			p.fail(0, `characters by name, such as \N{EM DASH}, are not supported`)
		}
		p.fail(0, "missing {")
	}
	if isDigit(esc[1]) || isAlpha(esc[1]) {
		p.fail(runes(esc), "bad escape %s", esc)
	}
	r, _ := utf8.DecodeRuneInString(esc[1:])
	return r
}

func (p *parser) hexEscape(esc string, digits int) rune {
	esc += p.while(digits, isHex)
	if len(esc) != digits+2 {
		p.fail(len(esc), "incomplete escape %s", esc)
	}
	n, err := strconv.ParseInt(esc[2:], 16, 64)
	if err != nil || n > unicode.MaxRune {
		p.fail(len(esc), "bad escape %s", esc)
	}
	return rune(n)
}

// A classItem is a member of a class: a character or a category.
type classItem struct {
	r        rune
	category byte // 0 for a character
}

func (p *parser) classEscape(esc string) classItem {
	if r, ok := letterEscapes[esc]; ok {
		return classItem{r: r}
	}
	if isCategory(esc) {
		return classItem{category: esc[1]}
	}
	if isOctal(esc[1]) {
		return classItem{r: p.checkOctal(esc + p.while(2, isOctal))}
	}
	return classItem{r: p.charEscape(esc)}
}

// class reads a [character class] after its bracket.
func (p *parser) class(flags int) *node {
	here := p.tell() - 1
	n := &node{op: opSet, flags: flags}
	n.set.negate = p.accept("^")
	for empty := true; ; empty = false {
		this := p.classToken(here)
		if this == "]" && !empty {
			return n
		}
		item := p.classItem(this)
		if !p.accept("-") {
			n.set.add(item)
			continue
		}
		that := p.classToken(here)
		if that == "]" {
			n.set.add(item)
			n.set.add(classItem{r: '-'})
			return n
		}
		high := p.classItem(that)
		if item.category != 0 || high.category != 0 || high.r < item.r {
			p.fail(runes(this)+1+runes(that), "bad character range %s-%s", this, that)
		}
		n.set.ranges = append(n.set.ranges, item.r, high.r)
	}
}

func (p *parser) classToken(here int) string {
	this := p.get()
	if this == "" {
		p.fail(p.tell()-here, "unterminated character set")
	}
	return this
}

func (p *parser) classItem(token string) classItem {
	if token[0] == '\\' {
		return p.classEscape(token)
	}
	r, _ := utf8.DecodeRuneInString(token)
	return classItem{r: r}
}
