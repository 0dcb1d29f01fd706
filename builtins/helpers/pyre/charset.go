package pyre

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// A charset is a class of characters before case folding.
type charset struct {
	ranges     []rune // pairs of the first and last
	categories string // letters of \d, \D, …
	negate     bool
}

func (c *charset) add(item classItem) {
	if item.category != 0 {
		c.categories += string(item.category)
		return
	}
	c.ranges = append(c.ranges, item.r, item.r)
}

// A repertoire says which characters \w, \d and \s know: those of Unicode,
// those of it that are ASCII (right for an ASCII text, and faster), or those
// of re.A.
type repertoire int

const (
	unicodeChars repertoire = iota
	asciiText
	asciiFlag
)

// members writes the class of a category as the inside of brackets, in the
// syntax that both engines share.
func (rep repertoire) members(category byte) string {
	switch category {
	case 'w':
		if rep == unicodeChars {
			return `\p{L}\p{N}_`
		}
		return "0-9A-Z_a-z"
	case 'd':
		if rep == unicodeChars {
			return `\p{Nd}`
		}
		return "0-9"
	case 's', 'S', 'W', 'D':
		if category == 'D' && rep == unicodeChars {
			return `\P{Nd}`
		}
		return writeRanges(rep.table(category))
	}
	return ""
}

var unicodeSpaces = []rune{'\t', '\r', 0x1c, ' ', 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000}

// table returns the ranges of a category.
func (rep repertoire) table(category byte) []rune {
	if 'A' <= category && category <= 'Z' {
		return complement(rep.table(category + 'a' - 'A'))
	}
	switch {
	case category == 's' && rep == asciiFlag:
		return []rune{'\t', '\r', ' ', ' '}
	case category == 's' && rep == asciiText:
		return []rune{'\t', '\r', 0x1c, ' '}
	case category == 's':
		return unicodeSpaces
	case category == 'd' && rep == unicodeChars:
		return tableRanges(unicode.Nd)
	case category == 'd':
		return []rune{'0', '9'}
	case rep == unicodeChars:
		return wordRanges()
	}
	return []rune{'0', '9', 'A', 'Z', '_', '_', 'a', 'z'}
}

var wordRanges = sync.OnceValue(func() []rune {
	return normalize(append(append(tableRanges(unicode.L), tableRanges(unicode.N)...), '_', '_'))
})

func tableRanges(table *unicode.RangeTable) []rune {
	var ranges []rune
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			ranges = append(ranges, lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			ranges = append(ranges, r, r)
		}
	}
	for _, r := range table.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range table.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return ranges
}

// normalize sorts ranges and merges those that touch.
func normalize(ranges []rune) []rune {
	pairs := make([][2]rune, 0, len(ranges)/2)
	for i := 0; i < len(ranges); i += 2 {
		pairs = append(pairs, [2]rune{ranges[i], ranges[i+1]})
	}
	slices.SortFunc(pairs, func(a, b [2]rune) int { return int(a[0]) - int(b[0]) })
	var merged []rune
	for _, p := range pairs {
		if n := len(merged); n > 0 && p[0] <= merged[n-1]+1 {
			merged[n-1] = max(merged[n-1], p[1])
			continue
		}
		merged = append(merged, p[0], p[1])
	}
	return merged
}

// complement needs normalized ranges.
func complement(ranges []rune) []rune {
	var gaps []rune
	next := rune(0)
	for i := 0; i < len(ranges); i += 2 {
		if next < ranges[i] {
			gaps = append(gaps, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	if next <= unicode.MaxRune {
		gaps = append(gaps, next, unicode.MaxRune)
	}
	return gaps
}

// fold returns the ranges with all characters that differ from one in them by
// case only.
func fold(ranges []rune, ascii bool) []rune {
	folded := slices.Clone(ranges)
	add := func(r rune) { folded = append(folded, r, r) }
	for i := 0; i < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		if ascii {
			for r := max(lo, 'A'); r <= min(hi, 'z'); r++ {
				if isAlpha(byte(r)) {
					add(r ^ 0x20)
				}
			}
			continue
		}
		all := casedRunes()
		first, _ := slices.BinarySearch(all, lo)
		for _, r := range all[first:] {
			if r > hi {
				break
			}
			for _, same := range sameCase(r) {
				add(same)
			}
		}
	}
	return normalize(folded)
}

// casedRunes are all characters that have another case, in order.
var casedRunes = sync.OnceValue(func() []rune {
	var cased []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r < 0x20000 && len(sameCase(r)) > 0 { // there are none above
			cased = append(cased, r)
		}
	}
	return cased
})

// extraCases are equal in CPython, as their upper cases are, and not to
// package unicode.
var extraCases = []string{"iI\u0130\u0131", "\u0390\u1fd3", "\u03b0\u1fe3", "\ufb05\ufb06"}

// sameCase returns the other characters that re.I takes for r.
func sameCase(r rune) []rune {
	for _, equal := range extraCases {
		if strings.ContainsRune(equal, r) {
			return []rune(strings.ReplaceAll(equal, string(r), ""))
		}
	}
	var same []rune
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		same = append(same, f)
	}
	return same
}
