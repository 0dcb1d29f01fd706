package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge is the reason of a record longer than Files.MaxRecord.
var ErrTooLarge = errors.New("record too large")

// keptOfLarge is how much of a record that is too large is handed on with the
// report.
const keptOfLarge = 64 << 10

// A splitter finds the records in a text. It walks the arrays that hold
// records itself and leaves each value to the scanner, so it holds no more
// than one record at a time, however long the arrays are.
type splitter struct {
	w    window
	scan scanner
	max  int // the longest record

	// mixed says that an array may begin with any value, not only with an
	// object.
	mixed bool

	// report takes what is no record, and the line on which it starts. There
	// is no data where something is wrong with an array or the input as a
	// whole.
	report func(data []byte, line int, err error)

	nest  []array // the arrays of records around the window, outermost first
	began bool
	told  bool // the error that ended the input has been reported

	// How to go on after what is no JSON; see recover.go.
	indent   int   // white space before the window on its line
	fresh    bool  // there is nothing but white space before the window on its line
	loose    bool  // an array has broken off: its brackets and commas may still come
	lastFail int64 // where the last value failed
	tries    int   // how many values failed there
}

// array is an array whose elements are records.
type array struct {
	member bool // it is the member Records of an object
	next   expected
}

type expected uint8

const (
	firstElement expected = iota // or the closing bracket
	separator                    // or the closing bracket
	element
)

// role says what becomes of a value that has been read.
type role uint8

const (
	record    role = iota
	notRecord      // it is reported
	remainder      // of an object whose Records have been read: it is dropped
)

// reset begins a new input.
func (s *splitter) reset(r io.Reader) {
	s.w.reset(r)
	*s = splitter{
		w: s.w, scan: s.scan, max: s.max, mixed: s.mixed, report: s.report, nest: s.nest[:0],
		fresh: true, lastFail: -1,
	}
}

// recordsKey is the key of the array in which records are delivered.
var recordsKey = []byte(`"Records"`)

// next returns the next record and the line on which it starts. At the end of
// the input it returns io.EOF; what interrupted a read comes back as it is.
func (s *splitter) next() (data []byte, line int, err error) {
	if !s.began {
		s.began = true
		s.begin()
	}
	for s.skipSpace() {
		line := s.w.line
		if data := s.step(); data != nil {
			return data, line, nil
		}
	}
	if err := s.interrupted(); err != nil {
		return nil, 0, err
	}
	s.end()
	return nil, 0, io.EOF
}

// begin looks at the first bytes of the input.
func (s *splitter) begin() {
	head := s.w.head()
	if err := refuse(head); err != nil {
		s.bad(nil, 1, err)
		s.w.drop(len(s.w.bytes()))
		s.w.err, s.told = io.EOF, true
	} else if bytes.HasPrefix(head, byteOrderMark) {
		s.w.drop(len(byteOrderMark))
	}
}

// end reports what is wrong with the end of the input.
func (s *splitter) end() {
	if len(s.nest) > 0 {
		s.bad(nil, s.w.line, s.cutOff("array"))
	} else if s.w.err != io.EOF && !s.told {
		s.bad(nil, s.w.line, s.w.err)
	}
}

// cutOff is the error of a text that ends within what.
func (s *splitter) cutOff(what string) error {
	s.told = true
	if s.w.err == io.EOF {
		return fmt.Errorf("not JSON: the input ends within the %s", what)
	}
	return fmt.Errorf("the input breaks off within the %s: %w", what, s.w.err)
}

// skipSpace moves the window to the next byte that is not white space, or
// reports false if there is none.
func (s *splitter) skipSpace() bool {
	for {
		b := s.w.bytes()
		n := 0
		for ; n < len(b) && isSpace(b[n]); n++ {
			if b[n] == '\n' {
				s.indent, s.fresh = 0, true
			} else if s.fresh {
				s.indent++
			}
		}
		s.w.drop(n)
		if n < len(b) {
			return true
		}
		if !s.w.fill() {
			return false
		}
	}
}

// step deals with what starts at the window, a value or a sign between two of
// them, and returns it if it is a record.
func (s *splitter) step() []byte {
	c := s.w.bytes()[0]
	if len(s.nest) > 0 {
		return s.inArray(c)
	}
	switch {
	case c == '{':
		s.scan.begin(true)
		return s.value(record)
	case c == '[' && s.opensArray():
		s.sign()
		s.nest = append(s.nest, array{})
	case s.loose && (c == ',' || c == ']' || c == '}'):
		s.sign()
	default:
		s.skip(skipLine, 0, s.noRecord(c))
	}
	return nil
}

// opensArray reports whether the bracket at the window opens an array of
// records. Text in brackets is common in logs, so what follows decides: the end
// of the array or an object, or, if arrays may be mixed, any value that ends as
// an element does.
func (s *splitter) opensArray() bool {
	i, c := s.afterSpace(1)
	switch {
	case c == '{' || c == ']':
		return true
	case !s.mixed || c == 0:
		return false
	case c == '[':
		// Looking into it would look at lines that open one array after the
		// other again and again.
		return true
	}
	return s.holdsElement(i)
}

// holdsElement reports whether byte i of the window starts a string, number or
// literal that a comma or a closing bracket follows, as far as the longest
// record allows to look. Such a value lies on one line, so what was looked at
// is skipped if it is none.
func (s *splitter) holdsElement(i int) bool {
	s.scan.begin(false)
	for i < s.max {
		if _, ok := s.w.at(i); !ok {
			return false
		}
		b := s.w.bytes()
		n, v := s.scan.scan(b[i:min(len(b), s.max)])
		i += n
		switch v {
		case done:
			end, c := s.afterSpace(i)
			return c == ',' || c == ']' || end >= s.max
		case failed:
			return false
		}
	}
	return true // it is too large and is reported as that
}

// afterSpace returns the first byte from byte i of the window on that is not
// white space, with its place, or 0 if there is none within the longest record.
func (s *splitter) afterSpace(i int) (int, byte) {
	for ; i < s.max; i++ {
		if c, ok := s.w.at(i); !ok {
			break
		} else if !isSpace(c) {
			return i, c
		}
	}
	return i, 0
}

// noRecord is the error of a line that starts with c, which opens no record.
func (s *splitter) noRecord(c byte) error {
	switch {
	case c != '[':
		return fmt.Errorf("not JSON: unexpected %s, want an object", show(c))
	case s.mixed:
		return errors.New("not JSON: text in brackets, or an array with an error in its first element")
	}
	return errors.New("no record: text in brackets, or an array that does not begin with an object")
}

// sign uses up one byte that stands between records.
func (s *splitter) sign() {
	s.w.drop(1)
	s.fresh, s.indent = false, 0
}

// inArray is step within an array.
func (s *splitter) inArray(c byte) []byte {
	a := &s.nest[len(s.nest)-1]
	switch {
	case c == ']' && a.next != element:
		s.sign()
		s.nest = s.nest[:len(s.nest)-1]
		if a.member {
			s.scan.beginWithin()
			s.value(remainder)
		}
		return nil
	case a.next == separator && c == ',':
		s.sign()
		a.next = element
		return nil
	case a.next == separator:
		s.fail(0, fmt.Errorf("not JSON: unexpected %s between records, want ',' or ']'", show(c)))
		return nil
	}
	// What has brought Records here holds no more of them.
	member := a.member
	a.next = separator
	if c == '{' {
		s.scan.begin(!member)
		return s.value(record)
	}
	s.scan.begin(false)
	s.value(notRecord)
	return nil
}

// value reads the value at the window, for which the scanner is ready, and
// returns it if it is a record.
func (s *splitter) value(as role) []byte {
	for n := 0; ; {
		b := s.w.bytes()
		m, v := s.scan.scan(b[n:min(len(b), s.max)])
		n += m
		switch {
		case v == done:
			return s.finish(n, as)
		case v == failed:
			s.fail(n, s.scan.unexpected(b[n]))
			return nil
		case v == objects && bytes.HasPrefix(b[s.scan.keyAt:], recordsKey):
			s.w.drop(n)
			s.fresh, s.indent = false, 0
			s.nest = append(s.nest, array{member: true})
			return nil
		case v == objects:
			s.scan.watch = false
			m, _ = s.scan.scan(b[n : n+1])
			n += m
			s.scan.watch = true
		case n == s.max:
			s.tooLarge(n, as)
			return nil
		case !s.w.fill():
			s.fail(n, nil)
			return nil
		}
	}
}

// finish uses up a value of n bytes and returns it if it is a record.
func (s *splitter) finish(n int, as role) []byte {
	line := s.w.line
	s.fresh, s.indent = false, 0
	if as == remainder || s.scan.watch && isEmptyRecords(s.w.bytes()[:n]) {
		s.w.drop(n)
		return nil
	}
	data := s.w.take(n)
	if as == notRecord {
		s.bad(data, line, fmt.Errorf("%s in an array of records, want an object", kindOf(data[0])))
		return nil
	}
	return data
}

// kindOf names the kind of the value that starts with c.
func kindOf(c byte) string {
	switch c {
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// isEmptyRecords reports whether a value is a delivery without records.
func isEmptyRecords(data []byte) bool {
	const long = 64 // nobody adds more white space than that
	return len(data) < long && bytes.Contains(data, recordsKey) &&
		bytes.Equal(bytes.Join(bytes.Fields(data), nil), []byte(`{"Records":[]}`))
}

// tooLarge reports the value of which n bytes have been read and reads on to
// its end.
func (s *splitter) tooLarge(n int, as role) {
	if as != remainder {
		s.bad(s.beginning(), s.w.line, s.large())
	}
	s.scan.watch = false
	for {
		s.w.drop(n)
		if _, ok := s.w.at(0); !ok {
			return
		}
		m, v := s.scan.scan(s.w.bytes())
		switch n = m; v {
		case done:
			s.w.drop(n)
			return
		case failed:
			s.w.drop(n)
			s.skip(skipValue, 0, nil)
			return
		}
	}
}

// large is the error of a record that is too large.
func (s *splitter) large() error {
	return fmt.Errorf("%w: longer than %d bytes, of which the first %d are kept", ErrTooLarge, s.max, min(s.max, keptOfLarge))
}

// beginning returns a copy of what is kept of a record that is too large.
func (s *splitter) beginning() []byte {
	return bytes.Clone(s.w.bytes()[:min(s.max, keptOfLarge)])
}

// bad reports what is no record. After an interruption it is silent: the text
// is not bad, it has not been read.
func (s *splitter) bad(data []byte, line int, err error) {
	if s.interrupted() == nil {
		s.report(bytes.TrimRight(data, " \t\r\n"), line, err)
	}
}

// interrupted returns what ended the reading on request.
func (s *splitter) interrupted() error {
	if i, ok := errors.AsType[interruption](s.w.err); ok {
		return i.error
	}
	return nil
}
