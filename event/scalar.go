package event

import (
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// integer returns the value of a literal that the decoder has accepted.
func integer(text string) starlark.Value {
	if len(text) < 19 { // shorter than the limits of int64
		n, _ := strconv.ParseInt(text, 10, 64)
		return starlark.MakeInt64(n)
	}
	n, _ := new(big.Int).SetString(text, 10)
	return starlark.MakeBigInt(n)
}

// float returns the value of a literal that the decoder has accepted. Out of
// range it is an infinity, which is what ParseFloat returns with its error.
func float(text string) starlark.Value {
	f, _ := strconv.ParseFloat(text, 64)
	return starlark.Float(f)
}

// unescape returns the value of a string that the decoder has accepted.
func unescape(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		c := text[i+1]
		text = text[i+2:]
		if c != 'u' {
			b.WriteByte(escaped(c))
			continue
		}
		var r rune
		r, text = unicodeEscape(text)
		b.WriteRune(r)
	}
}

// escaped returns the character that a backslash and c stand for.
func escaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// unicodeEscape reads four digits, and the escape behind them if the two are
// a surrogate pair. It returns the character and the text that is left.
func unicodeEscape(text string) (rune, string) {
	r, rest := hex4(text), text[4:]
	if !utf16.IsSurrogate(r) {
		return r, rest
	}
	if strings.HasPrefix(rest, `\u`) {
		if pair := utf16.DecodeRune(r, hex4(rest[2:])); pair != utf8.RuneError {
			return pair, rest[6:]
		}
	}
	return utf8.RuneError, rest
}

func hex4(text string) rune {
	n, _ := strconv.ParseUint(text[:4], 16, 32)
	return rune(n)
}
