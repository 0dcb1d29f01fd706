package source

import (
	"bytes"
	"fmt"
	"strings"
)

// maxTries is how many values may fail at the same place before what lies
// before it is given up. Of the lines within a value that failed, each that
// starts a value of its own either ends before that place or fails there as
// well (but for the limit on nesting, which moves along); so this keeps the
// work within a small multiple of the text, whatever the text is.
const maxTries = 16

// maxIndent is the deepest indentation that is told apart.
const maxIndent = 1000

// skipMode says where the text after what is no JSON is taken up again.
type skipMode uint8

const (
	skipLine    skipMode = iota // at the next line
	skipValue                   // at the next line that starts a value
	skipElement                 // there, or at the next comma or bracket of the array
)

// fail deals with the value at the window, which n bytes on proved to be no
// JSON, or, if err is nil, was cut off.
func (s *splitter) fail(n int, err error) {
	if err == nil {
		err = s.cutOff("record")
	}
	mode := skipValue
	if len(s.nest) > 0 {
		mode = skipElement
	}
	if at := s.w.off + int64(n); at != s.lastFail {
		s.lastFail, s.tries = at, 0
	}
	from := 0
	if s.tries++; s.tries > maxTries || err == errTooDeep {
		// Start with the line break before the place, if there is one.
		mode, from = skipValue, n
		if i := bytes.LastIndexByte(s.w.bytes()[:n], '\n'); i >= 0 {
			from = i
		}
	}
	s.skip(mode, from, err)
}

// skip looks from byte i of the window for a place at which the text can be
// taken up again, and reports what lies before it with err, or drops it if err
// is nil.
func (s *splitter) skip(mode skipMode, i int, err error) {
	depth, quoted := 0, false
	for ; ; i++ {
		if i >= s.max {
			i = s.skipLong(i, err)
			err = nil
		}
		c, ok := s.w.at(i)
		if !ok {
			s.resume(i, true, err)
			return
		}
		if c == '\n' {
			quoted = false
			if mode == skipLine || s.startsValue(i+1) {
				s.resume(i+1, true, err)
				return
			}
		}
		if mode != skipElement {
			continue
		}
		switch {
		case quoted && c == '\\':
			if next, _ := s.w.at(i + 1); next != '\n' {
				i++
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case depth == 0 && (c == ',' || c == ']'):
			s.resume(i, false, err)
			return
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		}
	}
}

// skipLong reports what is skipped when there is too much of it to keep, and
// returns where skip goes on.
func (s *splitter) skipLong(i int, err error) int {
	if err != nil {
		s.bad(s.beginning(), s.w.line, fmt.Errorf("%w; %w", err, s.large()))
	}
	i = min(i, len(s.w.bytes()))
	s.w.drop(i)
	return 0
}

// resume reports n bytes of the window and goes on after them: outside of all
// arrays, if top is set.
func (s *splitter) resume(n int, top bool, err error) {
	n = min(n, len(s.w.bytes()))
	line := s.w.line
	if err != nil {
		s.bad(s.w.take(n), line, err)
	} else {
		s.w.drop(n)
	}
	s.fresh, s.indent = top, 0
	if top && len(s.nest) > 0 {
		s.nest, s.loose = s.nest[:0], true
	}
}

// startsValue reports whether the line that starts at byte i of the window
// looks like a new value, not like one more line of the value at the window:
// it is not indented deeper than that, and does not start with what can only
// stand within a value.
func (s *splitter) startsValue(i int) bool {
	for end := i + min(s.indent, maxIndent); ; i++ {
		c, ok := s.w.at(i)
		if !ok {
			return false
		}
		if i < end && (c == ' ' || c == '\t') {
			continue
		}
		return strings.IndexByte(" \t\r\n}],:\"", c) < 0
	}
}
