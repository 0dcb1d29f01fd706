package pytypes

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inRanges reports whether r is in sorted ranges.
func inRanges(ranges []runeRange, r rune) bool {
	_, found := slices.BinarySearchFunc(ranges, r, func(e runeRange, r rune) int {
		switch {
		case e.high < r:
			return -1
		case e.low > r:
			return 1
		}
		return 0
	})
	return found
}

// What Python asks of a character.
func isAlpha(r rune) bool { return unicode.IsLetter(r) }

func isDecimal(r rune) bool { return unicode.Is(unicode.Nd, r) }

func isDigit(r rune) bool { return isDecimal(r) || r >= 0x80 && inRanges(digitRanges, r) }

func isNumeric(r rune) bool {
	return unicode.Is(unicode.N, r) || r >= 0x80 && inRanges(numericRanges, r)
}

func isAlnum(r rune) bool { return isAlpha(r) || isNumeric(r) }

func isLower(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z'
	}
	return unicode.In(r, unicode.Ll, unicode.Other_Lowercase)
}

func isUpper(r rune) bool {
	if r < utf8.RuneSelf {
		return 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.Lu, unicode.Other_Uppercase)
}

func isTitle(r rune) bool { return unicode.Is(unicode.Lt, r) }

func isCased(r rune) bool { return isLower(r) || isUpper(r) || isTitle(r) }

func isSpace(r rune) bool {
	switch {
	case r == ' ' || '\t' <= r && r <= '\r' || 0x1c <= r && r <= 0x1f:
		return true
	case r < 0x80:
		return false
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return true
	}
	return unicode.Is(unicode.Zs, r)
}

func isPrintable(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r < 0x7f
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// isLineEnd reports whether a line of splitlines ends at r.
func isLineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

func startsIdentifier(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || isAlpha(r)
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start) && !inRanges(noStartRanges, r)
}

func continuesIdentifier(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || isAlpha(r) || '0' <= r && r <= '9'
	}
	if unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start) {
		return !inRanges(noContinueRanges, r)
	}
	return unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)
}

// isIdentifier is s.isidentifier().
func isIdentifier(s string) bool {
	for i := 0; i < len(s); {
		r, n := decodeChar(s[i:])
		if i == 0 && !startsIdentifier(r) || i > 0 && !continuesIdentifier(r) {
			return false
		}
		i += n
	}
	return s != ""
}

// mapChars maps each character of s.
func mapChars(s string, appendTo func(dst []byte, r rune) []byte) string {
	dst := make([]byte, 0, len(s)+8)
	for len(s) > 0 {
		r, n := decodeChar(s)
		dst = appendTo(dst, r)
		s = s[n:]
	}
	return string(dst)
}

func appendUpper(dst []byte, r rune) []byte {
	if r >= utf8.RuneSelf {
		if s, ok := upperMap[r]; ok {
			return append(dst, s...)
		}
	}
	return appendChar(dst, unicode.ToUpper(r))
}

func appendTitle(dst []byte, r rune) []byte {
	if r >= utf8.RuneSelf {
		if s, ok := titleMap[r]; ok {
			return append(dst, s...)
		}
	}
	return appendChar(dst, unicode.ToTitle(r))
}

func appendLower(dst []byte, r rune) []byte {
	if r == 'İ' {
		return append(dst, "i̇"...)
	}
	return appendChar(dst, unicode.ToLower(r))
}

func appendFold(dst []byte, r rune) []byte {
	if r >= utf8.RuneSelf {
		if s, ok := foldMap[r]; ok {
			return append(dst, s...)
		}
	}
	return appendLower(dst, r)
}

func upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return mapChars(s, appendUpper)
}

func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	if strings.Contains(s, "Σ") {
		return lowerSigma(s)
	}
	return mapChars(s, appendLower)
}

// lowerSigma is lower of a text with sigmas, which are others at the end of a
// word.
func lowerSigma(s string) string {
	all := runes(s)
	dst := make([]byte, 0, len(s))
	for i, r := range all {
		dst = appendLowerAt(dst, all, i, r)
	}
	return string(dst)
}

func appendLowerAt(dst []byte, all []rune, i int, r rune) []byte {
	if r == 'Σ' && isFinal(all, i) {
		return append(dst, "ς"...)
	}
	return appendLower(dst, r)
}

// isFinal reports whether a sigma is the last letter of its word.
func isFinal(all []rune, i int) bool {
	before := i - 1
	for before >= 0 && isCaseIgnorable(all[before]) {
		before--
	}
	if before < 0 || !isCased(all[before]) {
		return false
	}
	after := i + 1
	for after < len(all) && isCaseIgnorable(all[after]) {
		after++
	}
	return after == len(all) || !isCased(all[after])
}

// isCaseIgnorable reports whether a character does not count for the end of a
// word.
func isCaseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '^', '`', 0xa8, 0xad, 0xaf, 0xb4, 0xb7, 0xb8, 0x2018, 0x2019, 0x2024, 0x2027, 0x387, 0x55f, 0x5f4, 0xfe13, 0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

// title is s.title().
func title(s string) string {
	all := runes(s)
	dst := make([]byte, 0, len(s)+8)
	cased := false
	for i, r := range all {
		if cased {
			dst = appendLowerAt(dst, all, i, r)
		} else {
			dst = appendTitle(dst, r)
		}
		cased = isCased(r)
	}
	return string(dst)
}

// capitalize is s.capitalize().
func capitalize(s string) string {
	all := runes(s)
	dst := make([]byte, 0, len(s)+8)
	for i, r := range all {
		if i == 0 {
			dst = appendTitle(dst, r)
		} else {
			dst = appendLowerAt(dst, all, i, r)
		}
	}
	return string(dst)
}

// swapcase is s.swapcase().
func swapcase(s string) string {
	all := runes(s)
	dst := make([]byte, 0, len(s)+8)
	for i, r := range all {
		switch {
		case isUpper(r):
			dst = appendLowerAt(dst, all, i, r)
		case isLower(r):
			dst = appendUpper(dst, r)
		default:
			dst = appendChar(dst, r)
		}
	}
	return string(dst)
}
