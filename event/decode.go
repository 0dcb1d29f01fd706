package event

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"sync"
	"unicode"
	"unicode/utf8"
)

// MaxDepth is how deep the containers of a record may nest; the record itself
// is the first level.
const MaxDepth = 500

const (
	maxSize   = 1 << 28 // bytes of a record: positions on the tape are 32 bits
	maxDigits = 4300    // digits of an integer
	keepNodes = 1 << 16 // longest tape that a decoder keeps for the next record
)

// A SyntaxError says where and why a record is not JSON.
type SyntaxError struct {
	Offset int64  // bytes before the place
	Msg    string // "got 'x', want ',' or '}'"
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Msg) }

// A decoder writes the tape of one record after another. Its methods read at
// position i what they are named for and return the position behind it, or
// failed when they have set err.
type decoder struct {
	data    []byte
	nodes   []node
	depth   int
	wide    bool // a string has characters outside ASCII
	invalid bool // a string has bytes that are not UTF-8
	err     *SyntaxError
}

const failed = -1

// decoders are at rest between records. Nothing of an event is part of them:
// tape hands out copies.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

func (d *decoder) release() {
	nodes := d.nodes[:0]
	if cap(nodes) > keepNodes {
		nodes = nil
	}
	*d = decoder{nodes: nodes}
	decoders.Put(d)
}

// tape returns the tape of the record that was decoded last.
func (d *decoder) tape() []node { return slices.Clone(d.nodes) }

func (d *decoder) decode(data []byte) error {
	*d = decoder{data: data, nodes: d.nodes[:0]}
	if len(data) > maxSize {
		d.fail(0, fmt.Sprintf("got a record of %d bytes, want at most %d", len(data), maxSize))
	} else {
		d.record()
	}
	if d.err != nil {
		return d.err
	}
	return nil
}

func (d *decoder) record() int {
	i := 0
	if string(d.data[:min(3, len(d.data))]) == "\ufeff" {
		i = 3
	}
	i = d.space(i)
	switch {
	case i == len(d.data):
		return d.fail(i, "got an empty record, want a JSON object")
	case d.data[i] != '{':
		return d.want(i, "'{': a record is one JSON object")
	}
	if i = d.object(i); i == failed {
		return failed
	}
	if i = d.space(i); i < len(d.data) {
		return d.want(i, "nothing after the record")
	}
	return i
}

func (d *decoder) value(i int) int {
	switch d.at(i) {
	case '"':
		return d.str(i + 1)
	case '{':
		return d.object(i)
	case '[':
		return d.array(i)
	case 't':
		return d.literal(i, "true", kindTrue)
	case 'f':
		return d.literal(i, "false", kindFalse)
	case 'n':
		return d.literal(i, "null", kindNull)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return d.number(i)
	}
	return d.want(i, "a value")
}

func (d *decoder) object(i int) int {
	self, ok := d.open(i, kindObject)
	if !ok {
		return failed
	}
	i = d.space(i + 1)
	if d.at(i) == '}' {
		return d.close(self, i)
	}
	for {
		if i = d.member(i); i == failed {
			return failed
		}
		switch d.at(i) {
		case ',':
			i = d.space(i + 1)
		case '}':
			return d.close(self, i)
		default:
			return d.want(i, "',' or '}'")
		}
	}
}

// member reads a key, its value and the space behind it.
func (d *decoder) member(i int) int {
	if d.at(i) != '"' {
		return d.want(i, "a key in double quotes")
	}
	if i = d.str(i + 1); i == failed {
		return failed
	}
	if i = d.space(i); d.at(i) != ':' {
		return d.want(i, "':'")
	}
	if i = d.value(d.space(i + 1)); i == failed {
		return failed
	}
	return d.space(i)
}

func (d *decoder) array(i int) int {
	self, ok := d.open(i, kindArray)
	if !ok {
		return failed
	}
	i = d.space(i + 1)
	if d.at(i) == ']' {
		return d.close(self, i)
	}
	for {
		if i = d.value(i); i == failed {
			return failed
		}
		i = d.space(i)
		switch d.at(i) {
		case ',':
			i = d.space(i + 1)
		case ']':
			return d.close(self, i)
		default:
			return d.want(i, "',' or ']'")
		}
	}
}

func (d *decoder) open(i int, k kind) (self int, ok bool) {
	if d.depth++; d.depth > MaxDepth {
		d.fail(i, fmt.Sprintf("containers nest deeper than %d levels", MaxDepth))
		return 0, false
	}
	self = len(d.nodes)
	d.nodes = append(d.nodes, node{start: uint32(i), kind: k})
	return self, true
}

func (d *decoder) close(self, i int) int {
	d.depth--
	nd := &d.nodes[self]
	nd.end, nd.next = uint32(i+1), uint32(len(d.nodes))
	return i + 1
}

func (d *decoder) scalar(start, end int, k kind) {
	d.nodes = append(d.nodes, node{uint32(start), uint32(end), uint32(len(d.nodes) + 1), k})
}

func (d *decoder) literal(i int, word string, k kind) int {
	end := i + len(word)
	if end > len(d.data) || string(d.data[i:end]) != word {
		return d.want(i, word)
	}
	d.scalar(i, end, k)
	return end
}

// str reads a string whose opening quote is before i.
func (d *decoder) str(i int) int {
	start, k := i, kindString
	for {
		i = plain(d.data, i)
		if i >= len(d.data) {
			return d.want(i, fmt.Sprintf("'\"': the string from offset %d is not closed", start-1))
		}
		switch c := d.data[i]; {
		case c == '"':
			d.scalar(start, i, k)
			return i + 1
		case c == '\\':
			k = kindEscaped
			if i = d.escape(i + 1); i == failed {
				return failed
			}
		case c < ' ':
			return d.fail(i, fmt.Sprintf("got %s in a string, want it escaped", strconv.QuoteRune(rune(c))))
		default:
			i += d.runeLen(i)
		}
	}
}

// runeLen returns the length of the character at i, which is not ASCII.
func (d *decoder) runeLen(i int) int {
	d.wide = true
	r, n := utf8.DecodeRune(d.data[i:])
	if r == utf8.RuneError && n == 1 {
		d.invalid = true
	}
	return n
}

// escape reads what follows a backslash.
func (d *decoder) escape(i int) int {
	switch d.at(i) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for range 4 {
			if i++; !isHex(d.at(i)) {
				return d.want(i, `four hexadecimal digits after \u`)
			}
		}
		return i + 1
	}
	return d.want(i, `one of "\/bfnrtu after a backslash`)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// plain returns the position, from i on, of the next byte of a string that
// needs a look: a quote, a backslash, a control character, or the start of a
// character outside ASCII.
func plain(data []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for i+8 <= len(data) {
		// Eight bytes at a time. A byte of m has its high bit set if that
		// byte of w is to be found; carries may set further ones, above it.
		w := binary.LittleEndian.Uint64(data[i:])
		quote, slash := w^ones*'"', w^ones*'\\'
		m := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash | w) & high
		if m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(data) {
		if c := data[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
		i++
	}
	return i
}

func (d *decoder) number(i int) int {
	start, k := i, kindInt
	if d.data[i] == '-' {
		i++
	}
	first := i
	if i = d.digits(i); i == first {
		return d.want(i, "a digit")
	}
	if d.data[first] == '0' && i > first+1 {
		return d.fail(first, "got a number with a leading zero")
	}
	if d.at(i) == '.' {
		point := i
		if i = d.digits(i + 1); i == point+1 {
			return d.want(i, "a digit after the decimal point")
		}
		k = kindFloat
	}
	if d.at(i)|0x20 == 'e' {
		if i++; d.at(i) == '+' || d.at(i) == '-' {
			i++
		}
		exp := i
		if i = d.digits(i); i == exp {
			return d.want(i, "a digit of the exponent")
		}
		k = kindFloat
	}
	if k == kindInt && i-first > maxDigits {
		return d.fail(start, fmt.Sprintf("got an integer of %d digits, want at most %d", i-first, maxDigits))
	}
	d.scalar(start, i, k)
	return i
}

func (d *decoder) digits(i int) int {
	for i < len(d.data) && '0' <= d.data[i] && d.data[i] <= '9' {
		i++
	}
	return i
}

func (d *decoder) space(i int) int {
	for i < len(d.data) {
		c := d.data[i]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			break
		}
		i++
	}
	return i
}

// at returns the byte at i, and at the end of the data 0, which no grammar
// rule accepts.
func (d *decoder) at(i int) byte {
	if i < len(d.data) {
		return d.data[i]
	}
	return 0
}

func (d *decoder) fail(i int, msg string) int {
	d.err = &SyntaxError{Offset: int64(i), Msg: msg}
	return failed
}

func (d *decoder) want(i int, what string) int {
	return d.fail(i, "got "+d.got(i)+", want "+what)
}

// got describes what is at i: a word such as NaN as a whole, as it tells more
// than its first letter.
func (d *decoder) got(i int) string {
	if i >= len(d.data) {
		return "the end"
	}
	end := i
	for end < len(d.data) && end < i+20 && isLetter(d.data[end]) {
		end++
	}
	if end > i+1 {
		return string(d.data[i:end])
	}
	r, n := utf8.DecodeRune(d.data[i:])
	if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) {
		return fmt.Sprintf("byte 0x%02x", d.data[i])
	}
	return strconv.QuoteRune(r)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
