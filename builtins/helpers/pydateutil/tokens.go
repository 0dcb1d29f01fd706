package pydateutil

import (
	"strings"
	"unicode"
)

// A lexer divides a text into runs of letters, numbers, and single characters.
// Dots belong to a run at first: only at its end is it known whether the run
// was a number ("30.5"), or a date or a list of words ("20.Sep.2009").
type lexer struct {
	text   []rune
	at     int
	tokens []string
}

// A runKind says what a run has had so far.
type runKind int

const (
	word       runKind = iota // letters
	number                    // digits
	dottedWord                // both may follow, after dots
	dottedNumber
)

// tokenize divides a text. White space becomes single spaces, digits of all
// scripts become ASCII, and zero bytes are passed over.
func tokenize(s string) []string {
	l := lexer{}
	for _, r := range s {
		if r != 0 {
			l.text = append(l.text, asciiDigit(r))
		}
	}
	for l.at < len(l.text) {
		switch r := l.text[l.at]; {
		case unicode.IsLetter(r):
			l.run(word)
		case isDigit(r):
			l.run(number)
		default:
			l.at++
			if isSpace(r) {
				r = ' '
			}
			l.tokens = append(l.tokens, string(r))
		}
	}
	return l.tokens
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// asciiDigit returns the digit that r is in its script. Digits come in blocks
// of ten.
func asciiDigit(r rune) rune {
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for zero := r; ; zero-- {
		if r-zero == 9 || !unicode.Is(unicode.Nd, zero-1) {
			return '0' + r - zero
		}
	}
}

// run reads a run that begins as a word or a number.
func (l *lexer) run(kind runKind) {
	start := l.at
	letters := false // a second character was read as part of a word
	for l.at++; l.at < len(l.text); l.at++ {
		next, ok := kind.with(l.text[l.at], l.text[l.at-1], l.at-start)
		letters = letters || kind == word || kind == dottedWord
		if !ok {
			break
		}
		kind = next
	}
	token := string(l.text[start:l.at])
	if (kind == dottedWord || kind == dottedNumber) &&
		(letters || strings.Count(token, ".") > 1 || strings.ContainsAny(token[len(token)-1:], ".,")) {
		l.tokens = append(l.tokens, splitDots(token)...)
		return
	}
	if kind == dottedNumber && !strings.Contains(token, ".") {
		token = strings.ReplaceAll(token, ",", ".")
	}
	l.tokens = append(l.tokens, token)
}

// with says what a run of some length becomes with one more character, if that
// belongs to it.
func (k runKind) with(r, last rune, length int) (runKind, bool) {
	switch k {
	case word:
		if r == '.' {
			return dottedWord, true
		}
		return word, unicode.IsLetter(r)
	case number:
		if r == '.' || r == ',' && length >= 2 {
			return dottedNumber, true
		}
		return number, isDigit(r)
	case dottedWord:
		if isDigit(r) && last == '.' {
			return dottedNumber, true
		}
		return dottedWord, r == '.' || unicode.IsLetter(r)
	}
	if unicode.IsLetter(r) && last == '.' {
		return dottedWord, true
	}
	return dottedNumber, r == '.' || isDigit(r)
}

// splitDots divides a run at its dots and commas, which are tokens.
func splitDots(s string) []string {
	var parts []string
	for s != "" {
		i := strings.IndexAny(s, ".,")
		switch {
		case i < 0:
			return append(parts, s)
		case i > 0:
			parts = append(parts, s[:i])
		}
		parts = append(parts, s[i:i+1])
		s = s[i+1:]
	}
	return parts
}
