package pysyntax

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/runenames"
)

// aliases has the names of characters that are not the first of theirs, as
// Unicode's NameAliases.txt lists them: "000A;LINE FEED". Those of variation
// selectors are computed.
//
//go:embed aliases.txt
var aliases string

// characterNames returns the characters by their names, but for those whose
// names are computed. It is made when the first \N{NAME} is met.
var characterNames = sync.OnceValue(func() map[string]rune {
	names := make(map[string]rune, 40_000)
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if name := runenames.Name(r); name != "" && name[0] != '<' {
			names[name] = r
		}
	}
	for line := range strings.Lines(aliases) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ";")
		if r, err := strconv.ParseInt(code, 16, 32); err == nil {
			names[name] = rune(r)
		}
	}
	return names
})

// characterNamed returns the character of a name, as in \N{DEGREE SIGN}.
func characterNamed(name string) (rune, bool) {
	name = strings.ToUpper(name)
	if hex, ok := strings.CutPrefix(name, "CJK UNIFIED IDEOGRAPH-"); ok {
		return ideograph(hex)
	}
	if syllable, ok := strings.CutPrefix(name, "HANGUL SYLLABLE "); ok {
		return hangul(syllable)
	}
	if number, ok := strings.CutPrefix(name, "VS"); ok {
		if r, ok := variationSelector(number); ok {
			return r, true
		}
	}
	r, ok := characterNames()[name]
	return r, ok
}

func ideograph(hex string) (rune, bool) {
	r, err := strconv.ParseUint(hex, 16, 21)
	ok := err == nil && (len(hex) == 4 || len(hex) == 5) && hex[0] != '0' &&
		unicode.Is(unicode.Unified_Ideograph, rune(r)) && runenames.Name(rune(r)) != ""
	return rune(r), ok
}

// variationSelector returns number n of the variation selectors, from 1.
func variationSelector(number string) (rune, bool) {
	n, err := strconv.Atoi(number)
	switch {
	case err != nil || number[0] == '0' || number[0] == '+':
	case 1 <= n && n <= 16:
		return 0xFE00 + rune(n-1), true
	case 17 <= n && n <= 256:
		return 0xE0100 + rune(n-17), true
	}
	return 0, false
}

// The parts of the names of Hangul syllables, in the order of their code
// points.
var (
	hangulInitials = []string{"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"}
	hangulVowels   = []string{
		"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I",
	}
	hangulFinals = []string{
		"", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
		"S", "SS", "NG", "J", "C", "K", "T", "P", "H",
	}
)

// hangul returns the syllable of a name: the longest parts that are there.
func hangul(name string) (rune, bool) {
	initial, rest := longest(hangulInitials, name)
	vowel, rest := longest(hangulVowels, rest)
	final, rest := longest(hangulFinals, rest)
	if initial < 0 || vowel < 0 || final < 0 || rest != "" {
		return 0, false
	}
	return 0xAC00 + rune((initial*len(hangulVowels)+vowel)*len(hangulFinals)+final), true
}

// longest returns the index of the longest of parts that s starts with, -1 if
// there is none, and what follows it.
func longest(parts []string, s string) (int, string) {
	best := -1
	for i, part := range parts {
		if strings.HasPrefix(s, part) && (best < 0 || len(part) > len(parts[best])) {
			best = i
		}
	}
	if best < 0 {
		return -1, s
	}
	return best, s[len(parts[best]):]
}
