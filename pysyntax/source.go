package pysyntax

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxSource bounds a file: the offsets of tokens are 32 bits wide.
const maxSource = 1 << 30

// decode turns the bytes of a file into text: UTF-8 without a byte order
// mark, every line ended by "\n". With an error, the text is good for nothing
// but to show it.
func decode(src []byte) (text, *Error) {
	if len(src) > maxSource {
		return newText(""), &Error{Span: Span{From: Pos{1, 0}}, Msg: "file too large"}
	}
	src, bom := bytes.CutPrefix(src, []byte("\ufeff"))
	if name, line := coding(src); name != "" && !isUTF8(name) {
		if bom || !isLatin1(name) {
			msg := fmt.Sprintf("unknown encoding: %s (save the file as UTF-8)", name)
			if bom {
				msg = fmt.Sprintf("encoding problem: %s with BOM", name)
			}
			return newText(string(src)), &Error{Span: Span{From: Pos{line, 0}}, Msg: msg}
		}
		src = latin1(src)
	}
	s := string(src)
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	t := newText(s)
	if !utf8.ValidString(s) {
		return t, invalidUTF8(s)
	}
	if i := strings.IndexByte(s, 0); i >= 0 {
		return t, &Error{Span: Span{From: t.pos(i)}, Msg: "source code cannot contain null bytes"}
	}
	return t, nil
}

// newText finds the lines of a source.
func newText(src string) text {
	lines := make([]int, 1, 1+strings.Count(src, "\n"))
	for i := 0; ; {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return text{src, lines}
		}
		i += n + 1
		lines = append(lines, i)
	}
}

// invalidUTF8 returns the error for the first byte that is not UTF-8.
func invalidUTF8(s string) *Error {
	pos, start := Pos{1, 0}, 0
	for i, r := range s {
		if r == '\n' {
			pos.Line++
			start = i + 1
		} else if _, n := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && n == 1 {
			pos.Col = int32(i - start)
			return &Error{Span: Span{From: pos}, Msg: fmt.Sprintf("the source is not UTF-8: invalid byte %#02x", s[i])}
		}
	}
	panic("unreachable: the text is UTF-8")
}

// codingLine is what PEP 263 says such a line looks like.
var codingLine = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`)

// coding returns the encoding that one of the first two lines declares, in
// lower case, and that line's number.
func coding(src []byte) (string, int32) {
	for n := int32(1); n <= 2; n++ {
		line, rest, _ := bytes.Cut(src, []byte("\n"))
		if m := codingLine.FindSubmatch(line); m != nil {
			return strings.ReplaceAll(strings.ToLower(string(m[1])), "_", "-"), n
		}
		if trimmed := bytes.TrimLeft(line, " \t\f\r"); len(trimmed) > 0 && trimmed[0] != '#' {
			break
		}
		src = rest
	}
	return "", 0
}

func isUTF8(name string) bool {
	switch name {
	case "utf-8", "utf8", "u8", "utf", "utf-8-sig", "cp65001", "ascii", "us-ascii", "646":
		return true
	}
	return strings.HasPrefix(name, "utf-8-")
}

func isLatin1(name string) bool {
	switch name {
	case "latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "8859", "cp819":
		return true
	}
	return strings.HasPrefix(name, "latin-1-") || strings.HasPrefix(name, "iso-8859-1-")
}

// latin1 returns the UTF-8 of text in ISO 8859-1, where a byte is a code point.
func latin1(src []byte) []byte {
	out := make([]byte, 0, len(src)+len(src)/8)
	for _, b := range src {
		out = utf8.AppendRune(out, rune(b))
	}
	return out
}
