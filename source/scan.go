package source

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// A scanner finds the end of one JSON value without decoding it. It takes
// exactly the grammar of encoding/json (RFC 8259, any bytes above the control
// characters within strings), so a value it has passed is JSON. It can stop
// and go on at any byte: the value may come in pieces.
type scanner struct {
	state state
	open  []byte // the brackets that are open, outermost first
	rest  string // what must follow of the literal or the \u escape begun
	key   bool   // the string being read is a key

	pos   int  // bytes of the value read so far
	keyAt int  // where the last key of the outermost object starts
	watch bool // stop at an array of objects that is a member of the value
}

// maxDepth is how deep brackets may nest, as in encoding/json.
const maxDepth = 10000

type verdict uint8

const (
	more    verdict = iota // the value goes on after the last byte
	done                   // the value ends before byte n
	failed                 // byte n cannot stand where it does
	objects                // byte n opens the first object of an array that is a member of the value
)

// state says what may come next.
type state uint8

const (
	aValue state = iota
	firstValue
	firstKey
	nextKey
	colon
	afterValue
	inString
	inEscape
	inHex
	inLiteral
	minus
	zero
	integer
	point
	fraction
	exponent
	exponentSign
	exponentDigits
)

var wants = [...]string{
	aValue:         "a value",
	firstValue:     "a value or ']'",
	firstKey:       "a key or '}'",
	nextKey:        "a key",
	colon:          "':'",
	afterValue:     "',' or the closing bracket",
	inEscape:       `one of "\/bfnrtu after a backslash`,
	inHex:          `four hexadecimal digits after \u`,
	minus:          "a digit",
	zero:           "',' or the closing bracket",
	integer:        "',' or the closing bracket",
	point:          "a digit",
	fraction:       "',' or the closing bracket",
	exponent:       "a digit or a sign",
	exponentSign:   "a digit",
	exponentDigits: "',' or the closing bracket",
}

// begin makes the scanner ready for a new value.
func (s *scanner) begin(watch bool) {
	*s = scanner{open: s.open[:0], watch: watch}
}

// beginWithin makes the scanner ready for the rest of an object whose last
// value has just ended.
func (s *scanner) beginWithin() {
	*s = scanner{open: append(s.open[:0], '{'), state: afterValue, watch: true}
}

// errTooDeep is the reason of a value that nests deeper than maxDepth.
var errTooDeep = fmt.Errorf("not JSON: nested deeper than %d", maxDepth)

// unexpected says why scan failed at c.
func (s *scanner) unexpected(c byte) error {
	switch {
	case len(s.open) == maxDepth && (c == '{' || c == '[') && (s.state == aValue || s.state == firstValue):
		return errTooDeep
	case s.state == inString:
		return fmt.Errorf("not JSON: control character %s within a string at byte %d", show(c), s.pos)
	case s.state == inLiteral:
		return fmt.Errorf("not JSON: unexpected %s at byte %d, want %q", show(c), s.pos, s.rest[0])
	}
	return fmt.Errorf("not JSON: unexpected %s at byte %d, want %s", show(c), s.pos, wants[s.state])
}

// show returns a byte as messages have it.
func show(c byte) string {
	if c < 0x80 {
		return fmt.Sprintf("%q", c)
	}
	return fmt.Sprintf("byte %#x", c)
}

// scan reads on in b and returns the number of bytes it has read and why it
// stopped there.
func (s *scanner) scan(b []byte) (n int, v verdict) {
	n, v = s.run(b)
	s.pos += n
	return n, v
}

// run is scan without the count. It is one function, with what it works on in
// local variables, because every byte of the input passes here.
func (s *scanner) run(b []byte) (i int, v verdict) {
	st := s.state
scan:
	for ; i < len(b); i++ {
		c := b[i]
		switch st {
		case inString:
			if i += plain(b[i:]); i == len(b) {
				break scan
			}
			switch b[i] {
			case '"':
				st = afterValue
				if s.key {
					if st = colon; i+1 < len(b) && b[i+1] == ':' {
						st = aValue
						i++
					}
				} else if len(s.open) == 0 {
					v = done
					break scan
				}
			case '\\':
				st = inEscape
			default:
				v = failed
				break scan
			}

		case colon:
			if c == ':' {
				st = aValue
			} else if !isSpace(c) {
				v = failed
				break scan
			}

		case afterValue:
			switch {
			case c == ',':
				if st = aValue; s.inObject() {
					if st = nextKey; i+1 < len(b) && b[i+1] == '"' {
						i++
						st = s.beginKey(i)
					}
				}
			case c == s.closer():
				if s.close() {
					v = done
					break scan
				}
			case !isSpace(c):
				v = failed
				break scan
			}

		case firstKey, nextKey:
			switch {
			case c == '"':
				st = s.beginKey(i)
			case c == '}' && st == firstKey:
				if st = afterValue; s.close() {
					v = done
					break scan
				}
			case !isSpace(c):
				v = failed
				break scan
			}

		case aValue, firstValue:
			switch {
			case c == '"':
				s.key, st = false, inString
			case isSpace(c):
			case c == ']' && st == firstValue:
				if st = afterValue; s.close() {
					v = done
					break scan
				}
			case c == '{' && st == firstValue && s.watch && len(s.open) == 2 && s.open[0] == '{':
				v = objects
				break scan
			default:
				next, ok := s.beginValue(c)
				if !ok {
					v = failed
					break scan
				}
				st = next
			}

		case integer, fraction, exponentDigits:
			for i < len(b) && isDigit(b[i]) {
				i++
			}
			if i == len(b) {
				break scan
			}
			fallthrough

		default:
			next, ok := s.within(st, b[i])
			if !ok {
				v = failed
				break scan
			}
			if next == afterValue && st != inLiteral {
				i-- // the number ended before this byte
			}
			if st = next; st == afterValue && len(s.open) == 0 {
				v = done
				break scan
			}
		}
	}
	s.state = st
	if v == done {
		i++
	}
	return i, v
}

// beginKey returns the state after the quote that opens a key as byte i of
// the present piece.
func (s *scanner) beginKey(i int) state {
	if s.key = true; len(s.open) == 1 {
		s.keyAt = s.pos + i
	}
	return inString
}

// beginValue returns the state after the first byte of a value other than a
// string.
func (s *scanner) beginValue(c byte) (state, bool) {
	switch {
	case c == '{' || c == '[':
		if len(s.open) >= maxDepth {
			return 0, false
		}
		s.open = append(s.open, c)
		if c == '{' {
			return firstKey, true
		}
		return firstValue, true
	case c == '0':
		return zero, true
	case isDigit(c):
		return integer, true
	case c == '-':
		return minus, true
	case c == 't':
		s.rest = "rue"
	case c == 'f':
		s.rest = "alse"
	case c == 'n':
		s.rest = "ull"
	default:
		return 0, false
	}
	return inLiteral, true
}

// within returns the state after c within a number, a literal or an escape.
// afterValue says of a number that it ended before c, of a literal that it
// ends with c.
func (s *scanner) within(st state, c byte) (state, bool) {
	switch st {
	case inLiteral:
		if c != s.rest[0] {
			return 0, false
		}
		if s.rest = s.rest[1:]; s.rest == "" {
			return afterValue, true
		}
		return inLiteral, true
	case inEscape:
		switch c {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return inString, true
		case 'u':
			s.rest = "hhhh"
			return inHex, true
		}
		return 0, false
	case inHex:
		if !isHex(c) {
			return 0, false
		}
		if s.rest = s.rest[1:]; s.rest == "" {
			return inString, true
		}
		return inHex, true
	}
	return number(st, c)
}

// number returns the state after c within a number, or afterValue if the
// number ended before c.
func number(st state, c byte) (state, bool) {
	switch {
	case isDigit(c):
		switch st {
		case minus:
			if c == '0' {
				return zero, true
			}
			return integer, true
		case point, fraction:
			return fraction, true
		case exponent, exponentSign, exponentDigits:
			return exponentDigits, true
		case integer:
			return integer, true
		}
	case c == '.' && (st == zero || st == integer):
		return point, true
	case (c == 'e' || c == 'E') && (st == zero || st == integer || st == fraction):
		return exponent, true
	case (c == '+' || c == '-') && st == exponent:
		return exponentSign, true
	}
	switch st {
	case zero, integer, fraction, exponentDigits:
		return afterValue, true
	}
	return 0, false
}

// close takes note of a closing bracket and reports whether it ends the value.
func (s *scanner) close() bool {
	s.open = s.open[:len(s.open)-1]
	return len(s.open) == 0
}

func (s *scanner) inObject() bool { return s.open[len(s.open)-1] == '{' }

// closer is the bracket that closes the innermost open one.
func (s *scanner) closer() byte { return s.open[len(s.open)-1] + 2 }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// plain returns how many bytes at the start of b mean nothing within a
// string: no quote, no backslash and no control character. It looks at eight
// bytes at a time.
func plain(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, slash := x^'"'*ones, x^'\\'*ones
		// A byte is at most k if subtracting k+1 borrows from its highest bit.
		// A borrow can reach only into bytes above a hit, and the lowest counts.
		if hit := ((x-' '*ones)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & highs; hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}
