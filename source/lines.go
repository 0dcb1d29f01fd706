package source

import (
	"bytes"
	"fmt"
	"io"
)

// lines finds the records of JSON lines: one object a line. Unlike the
// splitter it knows where it can be taken up again, and waits for the end of a
// line.
type lines struct {
	w    window
	scan scanner
	max  int

	// skip says that the window is within a line of which the rest is dropped.
	skip bool
}

// line is what lines finds: a record, or, with err, what is none.
type line struct {
	data   []byte
	offset int64 // where it starts
	number int
	err    error
}

// reset begins to read r, which starts at a place of a file.
func (l *lines) reset(r io.Reader, m mark) {
	l.w.reset(r)
	l.w.off, l.w.line, l.skip = m.offset, m.line+1, m.skip
}

// next returns what is on the next line that is not blank, or false at the end
// of what there is. A line that has no end yet is left alone, unless flush is
// set.
func (l *lines) next(flush bool) (line, bool) {
	for l.toStart() {
		found := line{offset: l.w.off, number: l.w.line}
		n, ended := l.length()
		switch {
		case n > l.max:
			found.data = bytes.Clone(l.w.bytes()[:min(l.max, keptOfLarge)])
			found.err = fmt.Errorf("%w: longer than %d bytes, of which the first %d are kept", ErrTooLarge, l.max, len(found.data))
			l.skip = true
			return found, true
		case !ended && !flush:
			return line{}, false
		}
		data := l.w.take(n)
		if ended {
			l.w.drop(1)
		}
		if found.number == 1 {
			data = bytes.TrimPrefix(data, byteOrderMark)
		}
		if found.data = bytes.Trim(data, " \t\r"); len(found.data) > 0 {
			found.err = l.check(found.data)
			return found, true
		}
	}
	return line{}, false
}

// toStart moves the window to the next line that has something on it. NUL
// bytes at its start are no text: a file that is truncated under a writer that
// does not append has a hole before what it writes next.
func (l *lines) toStart() bool {
	for {
		b := l.w.bytes()
		if l.skip {
			if i := bytes.IndexByte(b, '\n'); i >= 0 {
				l.w.drop(i + 1)
				l.skip = false
				continue
			}
			l.w.drop(len(b))
		} else {
			l.w.drop(len(b) - len(bytes.TrimLeft(b, "\x00")))
			if len(l.w.bytes()) > 0 {
				return true
			}
		}
		if !l.w.fill() {
			return false
		}
	}
}

// length returns how long the line at the window is without its end, and
// whether it has one. It gives up beyond the longest record.
func (l *lines) length() (int, bool) {
	for from := 0; ; {
		b := l.w.bytes()
		if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
			return from + i, true
		}
		if from = len(b); from > l.max || !l.w.fill() {
			return from, false
		}
	}
}

// check returns why a line is no record, or nil.
func (l *lines) check(data []byte) error {
	if data[0] != '{' {
		return fmt.Errorf("not JSON: unexpected %s, want an object", show(data[0]))
	}
	l.scan.begin(false)
	switch n, v := l.scan.scan(data); v {
	case failed:
		return l.scan.unexpected(data[n])
	case more:
		return fmt.Errorf("not JSON: the line ends within the record")
	default:
		if rest := bytes.TrimLeft(data[n:], " \t\r"); len(rest) > 0 {
			return fmt.Errorf("not JSON: unexpected %s after the object, want one a line", show(rest[0]))
		}
	}
	return nil
}
