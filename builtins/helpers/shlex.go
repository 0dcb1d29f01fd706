package helpers

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Shlex returns the module shlex.
//
//	split(s, comments=False, posix=True)  the words of a shell command
//	quote(s)                              a text as one word
//	join(split_command)                   words as a command
func Shlex() runtime.Module {
	return runtime.Module{
		Names: []string{"shlex"},
		Members: starlark.StringDict{
			"split": pyclass.Function("split", shlexSplit),
			"quote": pyclass.Function("quote", shlexQuote),
			"join":  pyclass.Function("join", shlexJoin),
		},
	}
}

func shlexSplit(c pyclass.Call) (starlark.Value, error) {
	var s string
	comments, posix := false, true
	if err := c.Unpack("s", &s, "comments?", &comments, "posix?", &posix); err != nil {
		return nil, err
	}
	if err := made(c, len(s)); err != nil {
		return nil, err
	}
	words, err := splitWords(s, comments, posix)
	if err != nil {
		return nil, err
	}
	if err := guard.CheckElements(c.Thread, c.Fn, len(words)); err != nil {
		return nil, err
	}
	return texts(words), nil
}

// texts makes a list of texts.
func texts(list []string) *starlark.List {
	elems := make([]starlark.Value, len(list))
	for i, s := range list {
		elems[i] = starlark.String(s)
	}
	return starlark.NewList(elems)
}

// A wordReader is the state of CPython's shlex: between words (' '), in a
// word ('a'), in quotes, or after a backslash.
type wordReader struct {
	posix  bool
	state  byte
	back   byte // the state to return to after an escape
	word   []byte
	quoted bool // the word had quotes
	words  []string
}

func splitWords(s string, comments, posix bool) ([]string, error) {
	r := wordReader{posix: posix, state: ' '}
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if comments && ch == '#' && (r.state == ' ' || r.state == 'a') {
			if posix && r.state == 'a' {
				r.emit()
			}
			end := strings.IndexByte(s[i:], '\n')
			if end < 0 {
				break
			}
			i += end
			continue
		}
		r.next(ch)
	}
	switch r.state {
	case '\'', '"':
		return nil, pyerr.Value("No closing quotation")
	case '\\':
		return nil, pyerr.Value("No escaped character")
	}
	r.emit()
	return r.words, nil
}

// emit ends the word, if there is one.
func (r *wordReader) emit() {
	if len(r.word) > 0 || r.posix && r.quoted {
		r.words = append(r.words, string(r.word))
	}
	r.state, r.word, r.quoted = ' ', nil, false
}

func (r *wordReader) next(ch byte) {
	switch r.state {
	case '\'', '"':
		r.inQuotes(ch)
	case '\\':
		if (r.back == '"') && ch != '\\' && ch != '"' {
			r.word = append(r.word, '\\') // in quotes only these two can be escaped
		}
		r.word = append(r.word, ch)
		r.state = r.back
	default:
		r.outside(ch)
	}
}

func (r *wordReader) inQuotes(ch byte) {
	r.quoted = true
	switch {
	case ch == r.state && r.posix:
		r.state = 'a'
	case ch == r.state:
		r.word = append(r.word, ch)
		r.emit()
	case r.posix && ch == '\\' && r.state == '"':
		r.back, r.state = r.state, ch
	default:
		r.word = append(r.word, ch)
	}
}

// outside reads a character in a word or between words.
func (r *wordReader) outside(ch byte) {
	quote := ch == '\'' || ch == '"'
	switch {
	case strings.IndexByte(" \t\r\n", ch) >= 0:
		r.emit()
	case r.posix && ch == '\\':
		r.back, r.state = 'a', ch
	case quote && r.posix:
		r.state = ch
	case quote && r.state == ' ':
		r.word = append(r.word, ch)
		r.state = ch
	default:
		r.word = append(r.word, ch)
		r.state = 'a'
	}
}

func shlexQuote(c pyclass.Call) (starlark.Value, error) {
	var s string
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	if err := made(c, 5*len(s)); err != nil {
		return nil, err
	}
	return starlark.String(quoteWord(s)), nil
}

func quoteWord(s string) string {
	safe := func(r rune) bool {
		return r < 0x80 && strings.ContainsRune("@%+=:,./-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !safe(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'"
}

func shlexJoin(c pyclass.Call) (starlark.Value, error) {
	var words iterable
	if err := c.Unpack("split_command", &words); err != nil {
		return nil, err
	}
	var b strings.Builder
	err := words.each(c.Thread, func(v starlark.Value) error {
		word, ok := starlark.AsString(v)
		if !ok {
			return pyerr.Type("expected string or bytes-like object, got '%s'", pyerr.TypeName(v))
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quoteWord(word))
		return made(c, b.Len())
	})
	return starlark.String(b.String()), err
}
