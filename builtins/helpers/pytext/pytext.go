// Package pytext decodes and encodes texts as Python's bytes.decode and
// str.encode do, for the encodings that logs have: UTF-8, ASCII, Latin-1 and
// UTF-16.
package pytext

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
)

// codecs are the names of the encodings, without dashes and underscores.
var codecs = map[string]codec{
	"utf8":     {"utf-8", decodeUTF8, nil},
	"u8":       {"utf-8", decodeUTF8, nil},
	"ascii":    {"ascii", decodeASCII, encodeBelow(0x80)},
	"usascii":  {"ascii", decodeASCII, encodeBelow(0x80)},
	"latin1":   {"latin-1", decodeLatin1, encodeBelow(0x100)},
	"iso88591": {"latin-1", decodeLatin1, encodeBelow(0x100)},
	"utf16":    {"utf-16", decodeUTF16BOM, encodeUTF16LE},
	"utf16le":  {"utf-16-le", decodeUTF16LE, encodeUTF16LE},
	"utf16be":  {"utf-16-be", decodeUTF16BE, encodeUTF16BE},
}

type codec struct {
	name   string
	decode decoder
	encode encoder // nil: the text as it is
}

// A decoder reads one character, or says what is wrong with how many bytes.
type decoder func(b string, at int) (r rune, size int, problem string)

// An encoder writes one character, or says that it cannot.
type encoder func(dst []byte, r rune) ([]byte, bool)

func find(encoding string) (codec, error) {
	key := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(encoding))
	c, ok := codecs[key]
	if !ok {
		return c, pyerr.New("LookupError", "unknown encoding: %s", encoding)
	}
	return c, nil
}

// Decode returns the text of bytes in an encoding. errors says what becomes
// of bytes that are not in it: "strict" (an error), "ignore", "replace" (by
// U+FFFD) or "backslashreplace".
func Decode(b, encoding, errors string) (string, error) {
	c, err := find(encoding)
	if err != nil {
		return "", err
	}
	if c.name == "utf-8" && utf8.ValidString(b) {
		return b, nil
	}
	out := make([]byte, 0, len(b)+len(b)/2)
	for at := 0; at < len(b); {
		r, size, problem := c.decode(b, at)
		switch {
		case problem == "" && r != ignored:
			out = utf8.AppendRune(out, r)
		case problem == "" || errors == "ignore":
		case errors == "replace":
			out = utf8.AppendRune(out, utf8.RuneError)
		case errors == "backslashreplace":
			for _, c := range []byte(b[at : at+size]) {
				out = fmt.Appendf(out, `\x%02x`, c)
			}
		case errors != "strict":
			return "", pyerr.New("LookupError", "unknown error handler name '%s'", errors)
		default:
			return "", decodeError(c.name, b, at, size, problem)
		}
		at += size
	}
	return string(out), nil
}

// ignored is a character that is not part of the text: a byte order mark.
const ignored = -1

func decodeError(codec, b string, at, size int, problem string) error {
	if codec == "utf-16" {
		codec = "utf-16-le"
		if strings.HasPrefix(b, "\xfe\xff") {
			codec = "utf-16-be"
		}
	}
	what := fmt.Sprintf("byte 0x%02x in position %d", b[at], at)
	if size > 1 {
		what = fmt.Sprintf("bytes in position %d-%d", at, at+size-1)
	}
	return &pyerr.Error{Class: "UnicodeDecodeError", Base: "ValueError", Msg: fmt.Sprintf("'%s' codec can't decode %s: %s", codec, what, problem)}
}

// Encode returns a text in an encoding. errors says what becomes of
// characters that it does not have: "strict", "ignore", "replace" (by ?),
// "backslashreplace" or "xmlcharrefreplace".
func Encode(s, encoding, errors string) (string, error) {
	c, err := find(encoding)
	if err != nil {
		return "", err
	}
	if c.encode == nil {
		return s, nil
	}
	var out []byte
	if c.name == "utf-16" {
		out = append(out, 0xff, 0xfe)
	}
	position := 0
	for _, r := range s {
		var ok bool
		if out, ok = c.encode(out, r); !ok {
			text, err := unencodable(c.name, s, r, position, errors)
			if err != nil {
				return "", err
			}
			out = append(out, text...)
		}
		position++
	}
	return string(out), nil
}

// unencodable is what stands for a character that an encoding does not have.
func unencodable(codec, s string, r rune, position int, errors string) (string, error) {
	escaped := pyrepr.ASCII(string(r))
	switch errors {
	case "ignore":
		return "", nil
	case "replace":
		return "?", nil
	case "backslashreplace":
		return escaped, nil
	case "xmlcharrefreplace":
		return fmt.Sprintf("&#%d;", r), nil
	case "strict":
	default:
		return "", pyerr.New("LookupError", "unknown error handler name '%s'", errors)
	}
	limit := 128
	if codec == "latin-1" {
		limit = 256
	}
	what := fmt.Sprintf("character '%s' in position %d", escaped, position)
	if run := runAbove([]rune(s)[position:], rune(limit)); run > 1 {
		what = fmt.Sprintf("characters in position %d-%d", position, position+run-1)
	}
	return "", &pyerr.Error{Class: "UnicodeEncodeError", Base: "ValueError", Msg: fmt.Sprintf("'%s' codec can't encode %s: ordinal not in range(%d)", codec, what, limit)}
}

// runAbove counts the characters from the first on that are not below a limit.
func runAbove(s []rune, limit rune) int {
	n := 0
	for n < len(s) && s[n] >= limit {
		n++
	}
	return n
}

func decodeASCII(b string, at int) (rune, int, string) {
	if b[at] >= utf8.RuneSelf {
		return 0, 1, "ordinal not in range(128)"
	}
	return rune(b[at]), 1, ""
}

func decodeLatin1(b string, at int) (rune, int, string) { return rune(b[at]), 1, "" }

// decodeUTF8 takes the longest start of a character for one mistake.
func decodeUTF8(b string, at int) (rune, int, string) {
	if r, size := utf8.DecodeRuneInString(b[at:]); r != utf8.RuneError || size > 1 {
		return r, size, ""
	}
	c := b[at]
	need, low, high := 0, byte(0x80), byte(0xbf)
	switch {
	case 0xc2 <= c && c <= 0xdf:
		need = 1
	case 0xe0 <= c && c <= 0xef:
		need = 2
	case 0xf0 <= c && c <= 0xf4:
		need = 3
	default:
		return 0, 1, "invalid start byte"
	}
	switch c {
	case 0xe0:
		low = 0xa0
	case 0xed:
		high = 0x9f
	case 0xf0:
		low = 0x90
	case 0xf4:
		high = 0x8f
	}
	size := 1
	for ; size <= need; size++ {
		if at+size == len(b) {
			return 0, size, "unexpected end of data"
		}
		if next := b[at+size]; next < low || next > high {
			break
		}
		low, high = 0x80, 0xbf
	}
	return 0, size, "invalid continuation byte"
}

func decodeUTF16LE(b string, at int) (rune, int, string) { return decodeUTF16(b, at, 0) }
func decodeUTF16BE(b string, at int) (rune, int, string) { return decodeUTF16(b, at, 1) }

// decodeUTF16BOM reads the byte order from the first character, by default
// the little end first.
func decodeUTF16BOM(b string, at int) (rune, int, string) {
	if at == 0 && (strings.HasPrefix(b, "\xff\xfe") || strings.HasPrefix(b, "\xfe\xff")) {
		return ignored, 2, ""
	}
	if strings.HasPrefix(b, "\xfe\xff") {
		return decodeUTF16(b, at, 1)
	}
	return decodeUTF16(b, at, 0)
}

// decodeUTF16 reads a character; big says which byte of two is the high one.
func decodeUTF16(b string, at, big int) (rune, int, string) {
	unit := func(i int) (rune, bool) {
		if i+2 > len(b) {
			return 0, false
		}
		return rune(b[i+1-big])<<8 | rune(b[i+big]), true
	}
	r, ok := unit(at)
	switch {
	case !ok:
		return 0, len(b) - at, "truncated data"
	case !utf16.IsSurrogate(r):
		return r, 2, ""
	case r >= 0xdc00:
		return 0, 2, "illegal encoding"
	}
	low, ok := unit(at + 2)
	if !ok {
		return 0, len(b) - at, "unexpected end of data"
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, 2, "illegal UTF-16 surrogate"
	}
	return r, 4, ""
}

func encodeBelow(limit rune) encoder {
	return func(dst []byte, r rune) ([]byte, bool) {
		if r >= limit {
			return dst, false
		}
		return append(dst, byte(r)), true
	}
}

func encodeUTF16LE(dst []byte, r rune) ([]byte, bool) {
	for _, u := range utf16.AppendRune(nil, r) {
		dst = append(dst, byte(u), byte(u>>8))
	}
	return dst, true
}

func encodeUTF16BE(dst []byte, r rune) ([]byte, bool) {
	for _, u := range utf16.AppendRune(nil, r) {
		dst = append(dst, byte(u>>8), byte(u))
	}
	return dst, true
}
