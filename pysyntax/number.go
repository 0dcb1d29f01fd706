package pysyntax

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDigits bounds decimal integers, as in CPython: converting longer ones
// costs more than linear time.
const maxDigits = 4300

// number reads a number and checks its form.
func (l *lexer) number() {
	from := l.off
	if l.at(0) == '0' && l.at(1) != 0 {
		switch l.at(1) | 0x20 {
		case 'x':
			l.radix(from, "hexadecimal", isHex)
			return
		case 'o':
			l.radix(from, "octal", func(c byte) bool { return '0' <= c && c <= '7' })
			return
		case 'b':
			l.radix(from, "binary", func(c byte) bool { return c == '0' || c == '1' })
			return
		}
	}
	l.decimal(from)
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// radix reads an integer behind its "0x", "0o" or "0b".
func (l *lexer) radix(from int, name string, is func(byte) bool) {
	l.off += 2
	for {
		if l.at(0) == '_' {
			l.off++
		}
		start := l.off
		for is(l.at(0)) {
			l.off++
		}
		switch c := l.at(0); {
		case isDigit(c):
			l.badNumber(from, "invalid digit '"+string(c)+"' in "+name+" literal")
			return
		case start == l.off:
			l.badNumber(from, "invalid "+name+" literal")
			return
		case c != '_':
			l.endNumber(from, tNumber, name)
			return
		}
	}
}

// digits reads a run of decimal digits with single underscores between them;
// it returns false if an underscore is out of place.
func (l *lexer) digits() bool {
	for {
		for isDigit(l.at(0)) {
			l.off++
		}
		if l.at(0) != '_' {
			return true
		}
		l.off++
		if !isDigit(l.at(0)) {
			return false
		}
	}
}

// decimal reads a decimal integer, float or imaginary number.
func (l *lexer) decimal(from int) {
	if !l.digits() {
		l.badNumber(from, "invalid decimal literal")
		return
	}
	whole := l.src[from:l.off]
	name := "decimal"
	if l.at(0) == '.' {
		l.off++
		if isDigit(l.at(0)) && !l.digits() {
			l.badNumber(from, "invalid decimal literal")
			return
		}
	}
	if !l.exponent() {
		l.badNumber(from, "invalid decimal literal")
		return
	}
	if l.at(0)|0x20 == 'j' {
		l.off++
		name = "imaginary"
	}
	if l.src[from:l.off] == whole {
		if whole[0] == '0' && strings.Trim(whole, "0_") != "" {
			l.badNumber(from, "leading zeros in decimal integer literals are not permitted; "+
				"use an 0o prefix for octal integers")
			return
		}
		if len(whole) > maxDigits && len(whole)-strings.Count(whole, "_") > maxDigits {
			l.bad(from, "integer too large: more than %d decimal digits (write it in hexadecimal)", maxDigits)
			return
		}
	}
	l.endNumber(from, tNumber, name)
}

// exponent reads the exponent of a float, if there is one; it returns false
// if it is broken. An "e" that no digit follows is not read.
func (l *lexer) exponent() bool {
	if l.at(0)|0x20 != 'e' {
		return true
	}
	n := 1
	if c := l.at(1); c == '+' || c == '-' {
		n = 2
	}
	if !isDigit(l.at(n)) {
		return n == 1 // "1else" is two tokens, "1e+" is nothing
	}
	l.off += n
	return l.digits()
}

// endNumber emits the number that ends at l.off, unless letters follow it
// that are no keyword.
func (l *lexer) endNumber(from int, k kind, name string) {
	if !isIdentStart(l.at(0)) {
		l.emit(k, from)
		return
	}
	end := l.off
	for isIdentStart(l.at(0)) || isDigit(l.at(0)) {
		l.off++
	}
	word := l.src[end:l.off]
	if keyword(word).goesOn() {
		l.off = end
		l.emit(tNumber, from)
		return
	}
	r, _ := utf8.DecodeRuneInString(word)
	if r >= utf8.RuneSelf && !isXIDStart(r) {
		l.off = end
		l.emit(k, from)
		return
	}
	l.off = end
	l.badNumber(from, "invalid "+name+" literal")
}

// badNumber reports an error about the number that starts at from and skips
// what looks like the rest of it.
func (l *lexer) badNumber(from int, msg string) {
	l.report(l.here(from), l.here(l.off), "%s", msg)
	for isIdentStart(l.at(0)) || isDigit(l.at(0)) {
		l.off++
	}
	l.emit(tError, from)
}

// numberValue returns the value of a number the lexer has accepted.
func numberValue(s string) any {
	if strings.IndexByte(s, '_') >= 0 {
		s = strings.ReplaceAll(s, "_", "")
	}
	if n := len(s) - 1; s[n]|0x20 == 'j' {
		return complex(0, float(s[:n]))
	}
	if len(s) < 2 || s[0] != '0' || isDigit(s[1]) { // not 0x...
		if strings.ContainsAny(s, ".eE") {
			return float(s)
		}
		if s = strings.TrimLeft(s, "0"); s == "" {
			return int64(0)
		}
	} else if s[1] == '.' || s[1]|0x20 == 'e' {
		return float(s)
	}
	if i, err := strconv.ParseInt(s, 0, 64); err == nil {
		return i
	}
	i, ok := new(big.Int).SetString(s, 0)
	if !ok {
		panic("number not checked by the lexer: " + s)
	}
	return i
}

// float parses a float; one that is too large is infinite, as in Python.
func float(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		panic("number not checked by the lexer: " + s)
	}
	return f
}
