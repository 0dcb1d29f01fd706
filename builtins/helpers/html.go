package helpers

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// HTML returns the module html.
//
//	escape(s, quote=True)  & < > and quotes as references
//	unescape(s)            references as characters
func HTML() runtime.Module {
	return runtime.Module{
		Names: []string{"html"},
		Members: starlark.StringDict{
			"escape":   pyclass.Function("escape", htmlEscape),
			"unescape": pyclass.Function("unescape", htmlUnescape),
		},
	}
}

func htmlEscape(c pyclass.Call) (starlark.Value, error) {
	var s string
	quote := true
	if err := c.Unpack("s", &s, "quote?", &quote); err != nil {
		return nil, err
	}
	if err := made(c, 6*len(s)); err != nil {
		return nil, err
	}
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}
	if quote {
		pairs = append(pairs, `"`, "&quot;", "'", "&#x27;")
	}
	return starlark.String(strings.NewReplacer(pairs...).Replace(s)), nil
}

// reference is what CPython takes for a reference to a character.
var reference = regexp.MustCompile(`&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)`)

func htmlUnescape(c pyclass.Call) (starlark.Value, error) {
	var s string
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	if err := made(c, 2*len(s)); err != nil {
		return nil, err
	}
	return starlark.String(reference.ReplaceAllStringFunc(s, func(ref string) string {
		if ref[1] == '#' {
			return numbered(strings.TrimSuffix(ref[2:], ";"))
		}
		return named(ref)
	})), nil
}

// numbered returns the character of a number, as HTML 5 says.
func numbered(digits string) string {
	base := 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	switch {
	case err != nil, n == 0, 0xd800 <= n && n <= 0xdfff, n > utf8.MaxRune:
		return "\ufffd"
	case n == '\r':
		return "\r"
	case 0x80 <= n && n < 0xa0:
		return html.UnescapeString("&#" + strconv.FormatUint(n, 10) + ";")
	case n < 0x20 && n != '\t' && n != '\n' && n != '\f', n == 0x7f, 0xfdd0 <= n && n <= 0xfdef, n&0xfffe == 0xfffe:
		return ""
	}
	return string(rune(n))
}

// named returns the characters of a name, or of the longest start of it that
// is one.
func named(ref string) string {
	if text := html.UnescapeString(ref); strings.HasSuffix(ref, ";") && text != ref && !strings.HasSuffix(text, ";") {
		return text
	}
	for end := len(ref); end > 2; end-- {
		text := html.UnescapeString(ref[:end])
		if before := html.UnescapeString(ref[:end-1]); text != ref[:end] && text != before+ref[end-1:end] {
			return text + ref[end:]
		}
	}
	return ref
}
