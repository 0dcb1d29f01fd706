// Package pyrepr prints values as Python's repr does, where Starlark's own
// printing differs.
package pyrepr

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// Float returns Python's repr(f): the shortest digits that give f back, with
// an exponent from 1e16 on and below 1e-4.
func Float(f float64) string {
	return string(AppendFloat(nil, f))
}

// AppendFloat appends Python's repr(f) to dst.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// Str returns Python's repr(s): in single quotes, unless s has a single quote
// and no double one, with everything that does not print escaped. A byte that
// is not UTF-8 prints as \x and two digits.
func Str(s string) string {
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	dst := append(make([]byte, 0, len(s)+2), quote)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendHex(dst, 'x', uint32(s[i]), 2)
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		default:
			dst = appendRune(dst, r)
		}
		i += size
	}
	return string(append(dst, quote))
}

// ASCII returns s with every character that is not ASCII escaped, and without
// quotes.
func ASCII(s string) string {
	var dst []byte
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, byte(r))
		case r < 0x100:
			dst = appendHex(dst, 'x', uint32(r), 2)
		case r < 0x10000:
			dst = appendHex(dst, 'u', uint32(r), 4)
		default:
			dst = appendHex(dst, 'U', uint32(r), 8)
		}
	}
	return string(dst)
}

func appendRune(dst []byte, r rune) []byte {
	switch {
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r == '\t':
		return append(dst, `\t`...)
	case r < ' ' || r == 0x7f:
		return appendHex(dst, 'x', uint32(r), 2)
	case r < 0x7f || printable(r):
		return utf8.AppendRune(dst, r)
	case r < 0x100:
		return appendHex(dst, 'x', uint32(r), 2)
	case r < 0x10000:
		return appendHex(dst, 'u', uint32(r), 4)
	}
	return appendHex(dst, 'U', uint32(r), 8)
}

// Bytes returns Python's repr of bytes: b'a\x00'.
func Bytes(s string) string {
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	dst := append(make([]byte, 0, len(s)+3), 'b', quote)
	for i := range len(s) {
		switch c := s[i]; {
		case c == quote || c == '\\':
			dst = append(dst, '\\', c)
		case c < utf8.RuneSelf:
			dst = appendRune(dst, rune(c))
		default:
			dst = appendHex(dst, 'x', uint32(c), 2)
		}
	}
	return string(append(dst, quote))
}

// printable says what str.isprintable says of a character outside of ASCII:
// no controls, formats, surrogates, private or unassigned ones, no separators.
func printable(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, letter byte, v uint32, digits int) []byte {
	dst = append(dst, '\\', letter)
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[v>>shift&15])
	}
	return dst
}

// A Reprer is a value whose String is Python's str, and whose repr is another.
type Reprer interface {
	PyRepr() string
}

// Of returns Python's repr(v) for a value without elements, and what v itself
// prints for others.
func Of(v starlark.Value) string {
	switch v := v.(type) {
	case Reprer:
		return v.PyRepr()
	case starlark.String:
		return Str(string(v))
	case starlark.Bytes:
		return Bytes(string(v))
	case starlark.Float:
		return Float(float64(v))
	}
	return v.String()
}
