package pytextwrap

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A wrapper is Python's TextWrapper: how lines are made.
type wrapper struct {
	width, tabSize                  int
	initialIndent, subsequentIndent string
	placeholder                     string
	maxLines                        starlark.Value // an int or None

	expandTabs, replaceWhitespace, fixSentenceEndings bool
	breakLongWords, dropWhitespace, breakOnHyphens    bool

	frozen bool
}

func newWrapper() *wrapper {
	return &wrapper{
		width: 70, tabSize: 8, placeholder: " [...]", maxLines: starlark.None,
		expandTabs: true, replaceWhitespace: true, breakLongWords: true, dropWhitespace: true, breakOnHyphens: true,
	}
}

// params are the options, for UnpackArgs and as attributes.
func (w *wrapper) params() []any {
	return []any{
		"width?", &w.width, "initial_indent?", &w.initialIndent, "subsequent_indent?", &w.subsequentIndent,
		"expand_tabs?", truth{&w.expandTabs}, "replace_whitespace?", truth{&w.replaceWhitespace},
		"fix_sentence_endings?", truth{&w.fixSentenceEndings}, "break_long_words?", truth{&w.breakLongWords},
		"drop_whitespace?", truth{&w.dropWhitespace}, "break_on_hyphens?", truth{&w.breakOnHyphens},
		"tabsize?", &w.tabSize, "max_lines?", &w.maxLines, "placeholder?", &w.placeholder,
	}
}

// truth is a parameter of any type that counts as true or false.
type truth struct{ is *bool }

// Unpack implements starlark.Unpacker.
func (t truth) Unpack(v starlark.Value) error {
	*t.is = bool(v.Truth())
	return nil
}

// wrap divides a text into lines.
func (w *wrapper) wrap(c pyclass.Call, text string) ([]string, error) {
	if err := guard.CheckBytes(c.Thread, c.Fn, 8*len(text)); err != nil { // runes, and chunks of them
		return nil, err
	}
	text, err := w.munge(c, text)
	if err != nil {
		return nil, err
	}
	s := splitter{[]rune(text)}
	chunks := s.chunks(w.breakOnHyphens)
	if w.fixSentenceEndings {
		fixSentences(chunks)
	}
	limit, limited, err := w.limit()
	if err != nil {
		return nil, err
	}
	l := lines{wrapper: w, c: c, chunks: chunks, limit: limit, limited: limited}
	err = l.fill()
	return l.done, err
}

// limit is the greatest number of lines, if there is one.
func (w *wrapper) limit() (limit int, limited bool, err error) {
	if w.width <= 0 {
		return 0, false, pyerr.Value("invalid width %d (must be > 0)", w.width)
	}
	if w.maxLines == starlark.None {
		return 0, false, nil
	}
	if err := starlark.AsInt(w.maxLines, &limit); err != nil {
		return 0, false, pyerr.Type("'>' not supported between instances of '%s' and 'int'", pyerr.TypeName(w.maxLines))
	}
	indent := w.initialIndent
	if limit > 1 {
		indent = w.subsequentIndent
	}
	if size(indent)+size(strings.TrimLeftFunc(w.placeholder, unicode.IsSpace)) > w.width {
		return 0, false, pyerr.Value("placeholder too large for max width")
	}
	return limit, true, nil
}

func size(s string) int { return utf8.RuneCountInString(s) }

// munge makes spaces of tabs and other white space.
func (w *wrapper) munge(c pyclass.Call, text string) (string, error) {
	if w.expandTabs {
		if tabs := strings.Count(text, "\t"); tabs > 0 {
			spaces := min(max(w.tabSize, 0), 1<<30)
			if err := guard.CheckBytes(c.Thread, c.Fn, len(text)+tabs*min(spaces, 1<<24)); err != nil {
				return "", err
			}
			text = expandTabs(text, spaces)
		}
	}
	if !w.replaceWhitespace {
		return text, nil
	}
	return strings.Map(func(r rune) rune {
		if isSpace(r) {
			return ' '
		}
		return r
	}, text), nil
}

// expandTabs is Python's text.expandtabs(n).
func expandTabs(text string, n int) string {
	var b strings.Builder
	column := 0
	for _, r := range text {
		switch r {
		case '\t':
			if n > 0 {
				spaces := n - column%n
				b.WriteString(strings.Repeat(" ", spaces))
				column += spaces
			}
			continue
		case '\n', '\r':
			column = 0
		default:
			column++
		}
		b.WriteRune(r)
	}
	return b.String()
}

// lines puts chunks into lines.
type lines struct {
	*wrapper
	c       pyclass.Call
	chunks  [][]rune // those that are left
	done    []string
	limit   int
	limited bool

	line [][]rune // the current line
	used int      // its length
	size int      // the lengths of all lines, in bytes
}

// blank tells whether a chunk is white space, of Unicode's.
func blank(chunk []rune) bool {
	return !slices.ContainsFunc(chunk, func(r rune) bool { return !unicode.IsSpace(r) && (r < 0x1c || r > 0x1f) })
}

// fill makes all lines.
func (l *lines) fill() error {
	meter := guard.MeterOf(l.c.Thread)
	for len(l.chunks) > 0 {
		indent := l.initialIndent
		if len(l.done) > 0 {
			indent = l.subsequentIndent
		}
		width := l.width - size(indent)
		l.next(width)
		if err := meter.Charge(1 + l.used/32); err != nil {
			return err
		}
		if len(l.line) == 0 {
			continue
		}
		last := l.limited && len(l.done)+1 >= l.limit && !(l.rest() && l.used <= width)
		if last {
			l.close(indent, width)
			return nil
		}
		if err := l.add(indent + l.text()); err != nil {
			return err
		}
	}
	return nil
}

// rest tells whether nothing is left but white space that is dropped.
func (l *lines) rest() bool {
	return len(l.chunks) == 0 || l.dropWhitespace && len(l.chunks) == 1 && blank(l.chunks[0])
}

func (l *lines) text() string { return string(slices.Concat(l.line...)) }

func (l *lines) add(line string) error {
	l.done = append(l.done, line)
	l.size += len(line) + 1
	meter := guard.MeterOf(l.c.Thread)
	switch limits := meter.Limits(); {
	case len(l.done) > limits.Elements:
		return guard.CheckElements(l.c.Thread, l.c.Fn, len(l.done))
	case l.size > limits.Bytes:
		return guard.CheckBytes(l.c.Thread, l.c.Fn, l.size)
	}
	return meter.Charge(1 + len(line)/32)
}

// next fills the current line.
func (l *lines) next(width int) {
	l.line, l.used = nil, 0
	if l.dropWhitespace && len(l.done) > 0 && blank(l.chunks[0]) {
		l.chunks = l.chunks[1:]
	}
	for len(l.chunks) > 0 && l.used+len(l.chunks[0]) <= width {
		l.take(len(l.chunks[0]))
	}
	if len(l.chunks) > 0 && len(l.chunks[0]) > width {
		l.longWord(width)
	}
	if n := len(l.line); l.dropWhitespace && n > 0 && blank(l.line[n-1]) {
		l.used -= len(l.line[n-1])
		l.line = l.line[:n-1]
	}
}

// take moves a part of the first chunk that is left to the line.
func (l *lines) take(n int) {
	chunk := l.chunks[0]
	n = min(n, len(chunk))
	l.line = append(l.line, chunk[:n])
	l.used += n
	if n == len(chunk) {
		l.chunks = l.chunks[1:]
	} else {
		l.chunks[0] = chunk[n:]
	}
}

// longWord takes what fits of a word that is longer than a line, up to a
// hyphen if it has one.
func (l *lines) longWord(width int) {
	space := 1
	if width >= 1 {
		space = width - l.used
	}
	switch chunk := l.chunks[0]; {
	case l.breakLongWords:
		end := space
		if l.breakOnHyphens && len(chunk) > space {
			if i := lastHyphen(chunk[:max(space, 0)]); i > 0 && slices.ContainsFunc(chunk[:i], func(r rune) bool { return r != '-' }) {
				end = i + 1
			}
		}
		l.take(end)
		if width == 0 && len(chunk) <= end {
			l.chunks = append([][]rune{nil}, l.chunks...) // CPython keeps what is left of a word, even if that is nothing
		}
	case len(l.line) == 0:
		l.take(len(chunk))
	}
}

func lastHyphen(s []rune) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '-' {
			return i
		}
	}
	return -1
}

// close ends the last line with the placeholder, as more is left than fits.
func (l *lines) close(indent string, width int) {
	for len(l.line) > 0 {
		last := l.line[len(l.line)-1]
		if !blank(last) && l.used+size(l.placeholder) <= width {
			l.done = append(l.done, indent+l.text()+l.placeholder)
			return
		}
		l.used -= len(last)
		l.line = l.line[:len(l.line)-1]
	}
	if n := len(l.done); n > 0 {
		line := strings.TrimRightFunc(l.done[n-1], unicode.IsSpace)
		if size(line)+size(l.placeholder) <= l.width {
			l.done[n-1] = line + l.placeholder
			return
		}
	}
	l.done = append(l.done, indent+strings.TrimLeftFunc(l.placeholder, unicode.IsSpace))
}
