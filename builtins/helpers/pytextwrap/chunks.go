package pytextwrap

import (
	"strings"
	"unicode"
)

// whitespace are the characters at which lines break: ASCII's only.
const whitespace = "\t\n\v\f\r "

func isSpace(r rune) bool { return r < 0x80 && strings.ContainsRune(whitespace, r) }

// isWord is \w of Python's re.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

func isLetter(r rune) bool { return isWord(r) && !unicode.Is(unicode.Nd, r) }

// isPunctuated is what may stand before a dash in a text.
func isPunctuated(r rune) bool { return isWord(r) || strings.ContainsRune(`!"'&.,?`, r) }

// A splitter divides a text into chunks that a line must not break: words,
// parts of hyphenated words, dashes and runs of white space.
type splitter struct {
	text []rune
}

// chunks divides at white space only, or at hyphens too.
func (s *splitter) chunks(hyphens bool) [][]rune {
	var list [][]rune
	for from := 0; from < len(s.text); {
		to := s.end(from, hyphens)
		list = append(list, s.text[from:to])
		from = to
	}
	return list
}

// end returns where the chunk ends that begins at a place.
func (s *splitter) end(from int, hyphens bool) int {
	if space := isSpace(s.text[from]); space || !hyphens {
		to := from
		for to < len(s.text) && isSpace(s.text[to]) == space {
			to++
		}
		return to
	}
	if n := s.dash(from); n > 0 {
		return from + n
	}
	for to := from + 1; ; to++ {
		switch {
		case to == len(s.text) || isSpace(s.text[to]) || s.dash(to) > 0 && !s.hyphen(to):
			return to
		case s.hyphen(to):
			return to + 1
		}
	}
}

// at is a character, or 0 outside of the text.
func (s *splitter) at(i int) rune {
	if 0 <= i && i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// dash returns the length of a dash of two hyphens or more between words, or 0.
func (s *splitter) dash(i int) int {
	if s.at(i) != '-' || !isPunctuated(s.at(i-1)) {
		return 0
	}
	n := 1
	for s.at(i+n) == '-' {
		n++
	}
	if n < 2 || !isWord(s.at(i+n)) {
		return 0
	}
	return n
}

// hyphen tells whether there is a hyphen after which a line may break: between
// two letters on each side, or after one letter, a hyphen and a character.
func (s *splitter) hyphen(i int) bool {
	if s.at(i) != '-' {
		return false
	}
	before := isLetter(s.at(i-2)) && isLetter(s.at(i-1)) ||
		isLetter(s.at(i-3)) && s.at(i-2) == '-' && isPunctuated(s.at(i-1))
	next := i + 2
	if s.at(next) == '-' {
		next++
	}
	return before && isLetter(s.at(i+1)) && isLetter(s.at(next))
}

// fixSentences makes two spaces of one after the end of a sentence.
func fixSentences(chunks [][]rune) {
	for i := 0; i+1 < len(chunks); i++ {
		if string(chunks[i+1]) == " " && endsSentence(chunks[i]) {
			chunks[i+1] = []rune("  ")
			i++
		}
	}
}

// endsSentence finds a small letter, a mark, and maybe a quote at the end.
func endsSentence(chunk []rune) bool {
	end := len(chunk)
	if end > 0 && (chunk[end-1] == '"' || chunk[end-1] == '\'') {
		end--
	}
	return end >= 2 && strings.ContainsRune(".!?", chunk[end-1]) && 'a' <= chunk[end-2] && chunk[end-2] <= 'z'
}
