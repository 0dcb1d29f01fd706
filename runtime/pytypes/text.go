package pytypes

import (
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// A character of a text is a byte that continues no other one, with those
// that continue it. In UTF-8 and WTF-8 that is a code point; in anything else
// it is at least the same everywhere.

// isASCII reports whether each byte of s is a character of its own.
func isASCII(s string) bool {
	for len(s) >= 8 {
		if (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&0x80 != 0 {
			return false
		}
		s = s[8:]
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// continues reports whether a byte belongs to the character before it.
func continues(b byte) bool { return b&0xc0 == 0x80 }

// charCount is len(s).
func charCount(s string) int {
	n := len(s)
	for i := range len(s) {
		if continues(s[i]) {
			n--
		}
	}
	if len(s) > 0 && continues(s[0]) {
		n++
	}
	return n
}

// charSize is the number of bytes of the character that s begins with.
func charSize(s string) int {
	n := 1
	for n < len(s) && continues(s[n]) {
		n++
	}
	return n
}

// decodeChar gives the code point that s, which is not empty, begins with, and
// its size.
func decodeChar(s string) (r rune, size int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || !continues(s[1])) {
		return rune(s[0]), 1
	}
	size = charSize(s)
	if r, n := utf8.DecodeRuneInString(s); n == size {
		return r, size
	}
	if size == 3 && s[0] == 0xed { // half a surrogate pair
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), size
	}
	return utf8.RuneError, size
}

// appendChar appends a code point, which may be half a surrogate pair.
func appendChar(dst []byte, r rune) []byte {
	if isSurrogate(r) {
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f|0x80, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(dst, r)
}

func isSurrogate(r rune) bool { return 0xd800 <= r && r < 0xe000 }

// offset is where character n of s begins, or len(s) if there are fewer.
func offset(s string, n int) int {
	for i := range len(s) {
		if i == 0 || !continues(s[i]) {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return len(s)
}

// offsetBack is where the last n characters of s begin, and how many there are
// too few.
func offsetBack(s string, n int) (at, missing int) {
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		for i--; i > 0 && continues(s[i]); i-- {
		}
	}
	return i, n
}

// runes gives the code points of s.
func runes(s string) []rune {
	all := make([]rune, 0, len(s))
	for len(s) > 0 {
		r, n := decodeChar(s)
		all = append(all, r)
		s = s[n:]
	}
	return all
}

// asciiChars are the strings of one ASCII character, as making a
// starlark.Value of a string allocates.
var asciiChars = func() (all [utf8.RuneSelf]starlark.Value) {
	const bytes = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f" +
		" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\x7f"
	for i := range all {
		all[i] = starlark.String(bytes[i : i+1])
	}
	return all
}()

// emptyString is "" without an allocation.
var emptyString starlark.Value = starlark.String("")

// char gives a string of one character.
func char(s string) starlark.Value {
	if len(s) == 1 && s[0] < utf8.RuneSelf {
		return asciiChars[s[0]]
	}
	return starlark.String(s)
}

// str gives a string as a value.
func str(s string) starlark.Value {
	switch {
	case s == "":
		return emptyString
	case len(s) == 1:
		return char(s)
	}
	return starlark.String(s)
}

// repeat is s * n.
func repeat(s string, n int) string {
	if n <= 0 {
		return ""
	}
	return strings.Repeat(s, n)
}
