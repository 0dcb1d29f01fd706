package pyre

import (
	"slices"
	"unicode/utf8"
)

// This file is where positions are made and read. They are byte offsets, as
// those of Starlark's strings are. Files in Python, in which strings are
// indexed by character, will need positions counted in characters: outward
// and inward are the only two conversions.

// outward gives a position as rules see it.
func outward(text string, offset int) int { return offset }

// inward gives the offset of a position that a rule has given, within the
// text, and at the start of a character.
func inward(text string, position int) int {
	offset := min(max(position, 0), len(text))
	for back := range min(offset, utf8.UTFMax) {
		if offset == len(text) || utf8.RuneStart(text[offset-back]) {
			return offset - back
		}
	}
	return offset
}

// index returns the number of the character at an offset.
func (s *subject) index(offset int) int {
	i, _ := slices.BinarySearch(s.offsets, offset)
	return i
}
