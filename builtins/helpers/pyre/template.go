package pyre

import (
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
)

// A template is a replacement: texts and references to groups.
type template []templatePart

type templatePart struct {
	text  string
	group int // -1: a text
}

// parseTemplate reads a replacement for a pattern.
func parseTemplate(text string, p *pattern) (t template, err error) {
	if strings.IndexByte(text, '\\') < 0 {
		return template{{text: text, group: -1}}, nil
	}
	defer caught(&err)
	r := templateReader{tokens: newTokens(text), pattern: p}
	for r.next != "" {
		this := r.get()
		if this[0] == '\\' && len(this) > 1 {
			r.escape(this)
		} else {
			r.literal(this)
		}
	}
	return r.parts, nil
}

type templateReader struct {
	tokens
	*pattern
	parts template
}

func (r *templateReader) literal(s string) {
	if n := len(r.parts); n > 0 && r.parts[n-1].group < 0 {
		r.parts[n-1].text += s
		return
	}
	r.parts = append(r.parts, templatePart{text: s, group: -1})
}

func (r *templateReader) reference(n, back int) {
	if n > r.groups {
		r.fail(back, "invalid group reference %d", n)
	}
	r.parts = append(r.parts, templatePart{group: n})
}

func (r *templateReader) escape(esc string) {
	switch c := esc[1]; {
	case c == 'g':
		r.named()
	case c == '0':
		esc += r.while(2, isOctal)
		r.literal(string(octal(esc) & 0xff))
	case isDigit(c):
		r.number(esc)
	default:
		char, ok := letterEscapes[esc]
		switch {
		case ok:
			r.literal(string(char))
		case isAlpha(c):
			r.fail(len(esc), "bad escape %s", esc)
		default:
			r.literal(esc)
		}
	}
}

// number reads \1 to \99, or \100 to \377, a character.
func (r *templateReader) number(esc string) {
	if len(r.next) == 1 && isDigit(r.next[0]) {
		esc += r.get()
		if isOctal(esc[1]) && isOctal(esc[2]) && len(r.next) == 1 && isOctal(r.next[0]) {
			esc += r.get()
			char := octal(esc)
			if char > 0o377 {
				r.fail(len(esc), "octal escape value %s outside of range 0-0o377", esc)
			}
			r.literal(string(char))
			return
		}
	}
	n, _ := strconv.Atoi(esc[1:])
	r.reference(n, len(esc)-1)
}

// named reads \g<name> or \g<1>.
func (r *templateReader) named() {
	if !r.accept("<") {
		r.fail(0, "missing <")
	}
	name := r.until(">", "group name")
	if isIdentifier(name) {
		n, ok := r.names[name]
		if !ok {
			panic(parseFailure{pyerr.New("IndexError", "unknown group name %s", pyrepr.Str(name))})
		}
		r.reference(n, runes(name)+1)
		return
	}
	n, err := strconv.Atoi(name)
	switch {
	case !isDigits(name):
		r.fail(runes(name)+1, "bad character in group name %s", pyrepr.Str(name))
	case err != nil:
		r.fail(runes(name)+1, "invalid group reference %s", name)
	}
	r.reference(n, runes(name)+1)
}

// expand appends the replacement for a match. Groups that have not matched
// are empty.
func (t template) expand(dst []byte, text string, spans []int) []byte {
	for _, part := range t {
		switch {
		case part.group < 0:
			dst = append(dst, part.text...)
		case spans[2*part.group] >= 0:
			dst = append(dst, text[spans[2*part.group]:spans[2*part.group+1]]...)
		}
	}
	return dst
}
