// Package pyglob has the patterns of Python's fnmatch.
package pyglob

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A Glob is a pattern in parts.
type Glob []part

// A part matches any text (anyText), or one character: any, one of a class,
// or the given one.
type part struct {
	kind  partKind
	char  rune
	class class
}

type partKind int

const (
	anyText partKind = iota
	anyChar
	oneChar
	oneOf
)

// A class is a set of characters.
type class struct {
	text   string // as in a regular expression, without the brackets
	negate bool
	ranges [][2]rune
}

func (c *class) has(r rune) bool {
	in := slices.ContainsFunc(c.ranges, func(p [2]rune) bool { return p[0] <= r && r <= p[1] })
	return in != c.negate
}

// Parse reads a pattern, as which every text can be read.
func Parse(pat string) Glob {
	var g Glob
	text := []rune(pat)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '*':
			if len(g) == 0 || g[len(g)-1].kind != anyText {
				g = append(g, part{kind: anyText})
			}
		case '?':
			g = append(g, part{kind: anyChar})
		case '[':
			end := classEnd(text, i+1)
			if end < 0 {
				g = append(g, part{kind: oneChar, char: c})
				continue
			}
			g = append(g, parseClass(text[i+1:end]))
			i = end
		default:
			g = append(g, part{kind: oneChar, char: c})
		}
	}
	return g
}

// classEnd finds the bracket that ends a class, which may begin with one.
func classEnd(text []rune, i int) int {
	if i < len(text) && text[i] == '!' {
		i++
	}
	if i < len(text) && text[i] == ']' {
		i++
	}
	if i > len(text) {
		return -1
	}
	if n := slices.Index(text[i:], ']'); n >= 0 {
		return i + n
	}
	return -1
}

// parseClass reads the inside of a class. Ranges that are empty, such as
// z-a, count as nothing.
func parseClass(inside []rune) part {
	chunks := splitRanges(inside)
	negate := len(chunks[0]) > 0 && chunks[0][0] == '!'
	if negate {
		chunks[0] = chunks[0][1:]
	}
	class := class{negate: negate}
	var texts []string
	for i, chunk := range chunks {
		texts = append(texts, escapeChunk(string(chunk), len(chunks) > 1))
		for j, r := range chunk {
			if i > 0 && j == 0 {
				low := chunks[i-1][len(chunks[i-1])-1]
				class.ranges = append(class.ranges, [2]rune{low, r})
				continue
			}
			class.ranges = append(class.ranges, [2]rune{r, r})
		}
	}
	class.text = strings.Join(texts, "-")
	if negate && len(class.ranges) == 0 {
		return part{kind: anyChar}
	}
	return part{kind: oneOf, class: class}
}

// splitRanges divides the inside of a class at the dashes that make ranges,
// and drops empty ranges.
func splitRanges(inside []rune) [][]rune {
	var chunks [][]rune
	start, from := 0, 1
	if len(inside) > 0 && inside[0] == '!' {
		from = 2
	}
	for from < len(inside) {
		n := slices.Index(inside[from:], '-')
		if n < 0 {
			break
		}
		chunks = append(chunks, slices.Clone(inside[start:from+n]))
		start = from + n + 1
		from = start + 2
	}
	switch last := len(chunks) - 1; {
	case start < len(inside) || last < 0:
		chunks = append(chunks, slices.Clone(inside[start:]))
	default:
		chunks[last] = append(chunks[last], '-')
	}
	for k := len(chunks) - 1; k > 0; k-- {
		before := chunks[k-1]
		if before[len(before)-1] > chunks[k][0] {
			chunks[k-1] = append(before[:len(before)-1], chunks[k][1:]...)
			chunks = slices.Delete(chunks, k, k+1)
		}
	}
	return chunks
}

func escapeChunk(s string, ranges bool) string {
	pairs := []string{`\`, `\\`, "&", `\&`, "~", `\~`, "|", `\|`}
	if ranges || strings.Contains(s, "-") {
		pairs = append(pairs, "-", `\-`)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Match reports whether the whole text matches. After a mismatch it goes back
// to the last star only, as an earlier one can do no better.
func (g Glob) Match(thread *starlark.Thread, text string) (bool, error) {
	meter := guard.MeterOf(thread)
	i, at := 0, 0
	star, starAt, steps := -1, 0, 0
	for at < len(text) {
		if steps++; steps%1024 == 0 {
			if err := meter.Charge(128); err != nil {
				return false, err
			}
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case i < len(g) && g[i].kind == anyText:
			star, starAt = i, at
			i++
		case i < len(g) && g[i].matches(r):
			i++
			at += size
		case star >= 0:
			_, size := utf8.DecodeRuneInString(text[starAt:])
			starAt += size
			i, at = star+1, starAt
		default:
			return false, nil
		}
	}
	for i < len(g) && g[i].kind == anyText {
		i++
	}
	return i == len(g), nil
}

func (p *part) matches(r rune) bool {
	switch p.kind {
	case oneChar:
		return p.char == r
	case oneOf:
		return p.class.has(r)
	}
	return true
}

// Translate writes the pattern for module re as CPython does: between two
// stars, what is matched once is not tried again.
func (g Glob) Translate() string {
	var b strings.Builder
	b.WriteString("(?s:")
	for i := 0; i < len(g); {
		if g[i].kind != anyText {
			b.WriteString(g[i].translate())
			i++
			continue
		}
		end := i + 1
		var fixed strings.Builder
		for ; end < len(g) && g[end].kind != anyText; end++ {
			fixed.WriteString(g[end].translate())
		}
		if end == len(g) {
			b.WriteString(".*" + fixed.String())
		} else {
			b.WriteString("(?>.*?" + fixed.String() + ")")
		}
		i = end
	}
	return b.String() + `)\Z`
}

func (p *part) translate() string {
	switch p.kind {
	case anyChar:
		return "."
	case oneChar:
		return escapeRegexp(string(p.char))
	}
	text := p.class.text
	switch {
	case p.class.negate:
		text = "^" + text
	case text == "":
		return "(?!)"
	case text[0] == '^' || text[0] == '[':
		text = `\` + text
	}
	return "[" + text + "]"
}

// escapeRegexp is Python's re.escape.
func escapeRegexp(s string) string {
	if strings.Contains("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", s) {
		return `\` + s
	}
	return s
}
