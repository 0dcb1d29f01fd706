package event

import (
	"strings"
	"unicode/utf8"
)

// Two keys are the same but for case if strings.ToLower makes them equal.
// Nearly all keys are ASCII, so that case has a fast way here.

const lowBits = 0x2020202020202020 // set, they make ASCII letters lower case

// sameFold says whether two keys are the same but for case.
func sameFold(a, b string) bool {
	if !isASCII(a) || !isASCII(b) {
		lower := strings.ToLower(a) // not EqualFold, which knows more pairs
		return lower == strings.ToLower(b)
	}
	return len(a) == len(b) && strings.EqualFold(a, b)
}

// foldHash returns a number that is the same for keys that differ in case
// only. Many keys may share it: callers compare the keys, too.
func foldHash(key string) uint32 {
	h, ascii := hashWords(key)
	if !ascii {
		h, _ = hashWords(strings.ToLower(key))
	}
	return uint32(h >> 32)
}

func hashWords(s string) (h uint64, ascii bool) {
	const prime = 0x9e3779b97f4a7c15
	h = uint64(len(s))
	var all uint64
	for len(s) >= 8 {
		w := word(s)
		all |= w
		h = (h ^ (w | lowBits)) * prime
		h ^= h >> 29
		s = s[8:]
	}
	var w uint64
	for i := range len(s) {
		w = w<<8 | uint64(s[i])
	}
	all |= w
	return (h ^ (w | lowBits)) * prime, all&0x8080808080808080 == 0
}

// word returns the first eight bytes of s, which has that many.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
