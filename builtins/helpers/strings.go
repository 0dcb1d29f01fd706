package helpers

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// Strings returns the module string.
//
//	ascii_letters, ascii_lowercase, ascii_uppercase, digits, hexdigits, octdigits, punctuation, printable, whitespace
//	capwords(s, sep=None)
//	Template(template)  template, substitute(mapping, **kws), safe_substitute(mapping, **kws), is_valid(), get_identifiers();
//	                    it cannot be extended
func Strings() runtime.Module {
	const (
		lower       = "abcdefghijklmnopqrstuvwxyz"
		upper       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		digits      = "0123456789"
		punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
		whitespace  = " \t\n\r\v\f"
	)
	return runtime.Module{
		Names: []string{"string"},
		Members: starlark.StringDict{
			"ascii_letters":   starlark.String(lower + upper),
			"ascii_lowercase": starlark.String(lower),
			"ascii_uppercase": starlark.String(upper),
			"digits":          starlark.String(digits),
			"hexdigits":       starlark.String(digits + "abcdefABCDEF"),
			"octdigits":       starlark.String("01234567"),
			"punctuation":     starlark.String(punctuation),
			"printable":       starlark.String(digits + lower + upper + punctuation + whitespace),
			"whitespace":      starlark.String(whitespace),
			"Template":        templateClass,
			"capwords":        pyclass.Function("capwords", capwords),
		},
	}
}

func capwords(c pyclass.Call) (starlark.Value, error) {
	var (
		s   string
		sep string
	)
	if err := c.Unpack("s", &s, "sep??", &sep); err != nil {
		return nil, err
	}
	if err := made(c, 2*len(s)); err != nil {
		return nil, err
	}
	words := strings.Fields(s)
	if sep != "" {
		words = strings.Split(s, sep)
	} else {
		sep = " "
	}
	for i, word := range words {
		r, size := utf8.DecodeRuneInString(word)
		if size > 0 {
			words[i] = string(unicode.ToTitle(r)) + strings.ToLower(word[size:])
		}
	}
	return starlark.String(strings.Join(words, sep)), nil
}
