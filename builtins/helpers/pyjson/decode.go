package pyjson

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// maxDigits is the length of integers that Python converts at most.
const maxDigits = 4300

// Loads returns the value of a JSON text as Python's json.loads(text) does:
// dict, list, str, int, float, bool, None. Of a key that comes twice the last
// value counts. The result is not frozen.
func Loads(text string) (starlark.Value, error) {
	return new(Decoder).Decode(text)
}

// A Decoder holds the limits of reading; 0 means the package's defaults.
type Decoder struct {
	MaxBytes, MaxDepth, MaxElements int

	Lax   bool // strict=False: strings may have control characters
	Hooks Hooks

	// Spend, if not nil, is told before each value is made how much memory it
	// takes, in bytes, beside its text. Its error ends the work.
	Spend func(bytes int) error
}

// What values take.
const (
	scalarBytes = 32
	arrayBytes  = 64
	objectBytes = 576 // also of an empty one
)

func (d *Decoder) spend(bytes int) error {
	if d.Spend == nil {
		return nil
	}
	return d.Spend(bytes)
}

// Hooks make other values of what is read. Each may be nil.
type Hooks struct {
	Object func(*starlark.Dict) (starlark.Value, error)   // object_hook
	Pairs  func([]starlark.Value) (starlark.Value, error) // object_pairs_hook, which comes before Object: tuples of two

	// parse_float and parse_int get the digits, parse_constant NaN, Infinity
	// or -Infinity.
	Float, Int, Constant func(text string) (starlark.Value, error)
}

// A DecodeError says where a text is not JSON.
type DecodeError struct {
	Msg  string // what is wrong
	Doc  string // the whole text
	Pos  int    // where, in characters from 0
	Line int    // from 1
	Col  int    // in characters from 1
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.Msg, e.Line, e.Col, e.Pos)
}

// PyClass returns "JSONDecodeError".
func (e *DecodeError) PyClass() string { return "JSONDecodeError" }

// PyAttrs returns the attributes of the exception.
func (e *DecodeError) PyAttrs() starlark.StringDict {
	return starlark.StringDict{
		"msg": starlark.String(e.Msg), "doc": starlark.String(e.Doc), "pos": starlark.MakeInt(e.Pos),
		"lineno": starlark.MakeInt(e.Line), "colno": starlark.MakeInt(e.Col),
	}
}

// PyBase returns "ValueError".
func (e *DecodeError) PyBase() string { return "ValueError" }

// Decode returns the value of the text. A text that is not JSON gives a
// *DecodeError, one beyond a limit a pyerr.Error.
func (d *Decoder) Decode(text string) (starlark.Value, error) {
	r, err := d.reader(text)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(text, "\ufeff") {
		return nil, r.fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	r.space()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if r.space(); r.pos != len(text) {
		return nil, r.fail("Extra data", r.pos)
	}
	return v, nil
}

// DecodeAt returns the value that begins at a byte offset of the text, and
// where it ends.
func (d *Decoder) DecodeAt(text string, at int) (v starlark.Value, end int, err error) {
	r, err := d.reader(text)
	if err != nil {
		return nil, 0, err
	}
	r.pos = at
	v, err = r.value()
	return v, r.pos, err
}

func (d *Decoder) reader(text string) (*reader, error) {
	r := reader{Decoder: d, text: text, maxDepth: d.MaxDepth, elements: d.MaxElements}
	maxBytes := d.MaxBytes
	if maxBytes == 0 {
		maxBytes = DefaultBytes
	}
	if r.maxDepth == 0 {
		r.maxDepth = DefaultDepth
	}
	if r.elements == 0 {
		r.elements = DefaultElements
	}
	if len(text) > maxBytes {
		return nil, ErrSize
	}
	return &r, nil
}

// A reader is the state of one Decode.
type reader struct {
	*Decoder
	text     string
	pos      int // in bytes
	depth    int
	maxDepth int
	elements int // how many more values may be read
}

// fail reports what is wrong at a byte offset.
func (r *reader) fail(msg string, at int) error {
	before := r.text[:at]
	line := strings.LastIndexByte(before, '\n') + 1
	return &DecodeError{
		Msg:  msg,
		Doc:  r.text,
		Pos:  utf8.RuneCountInString(before),
		Line: strings.Count(before, "\n") + 1,
		Col:  utf8.RuneCountInString(before[line:]) + 1,
	}
}

func (r *reader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// next says whether c is the next byte.
func (r *reader) next(c byte) bool {
	return r.pos < len(r.text) && r.text[r.pos] == c
}

func (r *reader) value() (starlark.Value, error) {
	if r.elements--; r.elements < 0 {
		return nil, ErrElements
	}
	if r.pos == len(r.text) {
		return nil, r.fail("Expecting value", r.pos)
	}
	c := r.text[r.pos]
	if err := r.spend(sizeOf(c)); err != nil {
		return nil, err
	}
	switch c {
	case '"':
		r.pos++
		s, err := r.string()
		return starlark.String(s), err
	case '{':
		return r.nested("object", r.object)
	case '[':
		return r.nested("array", r.array)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return r.number()
	}
	return r.literal()
}

// sizeOf gives the size of a value whose text begins with c.
func sizeOf(c byte) int {
	switch c {
	case '{':
		return objectBytes
	case '[':
		return arrayBytes
	}
	return scalarBytes
}

func (r *reader) literal() (starlark.Value, error) {
	rest := r.text[r.pos:]
	for _, l := range literals {
		if strings.HasPrefix(rest, l.text) {
			r.pos += len(l.text)
			if _, constant := l.value.(starlark.Float); constant && r.Hooks.Constant != nil {
				return r.Hooks.Constant(l.text)
			}
			return l.value, nil
		}
	}
	return nil, r.fail("Expecting value", r.pos)
}

var literals = []struct {
	text  string
	value starlark.Value
}{
	{"null", starlark.None},
	{"true", starlark.True},
	{"false", starlark.False},
	{"NaN", starlark.Float(math.NaN())},
	{"Infinity", starlark.Float(math.Inf(1))},
	{"-Infinity", starlark.Float(math.Inf(-1))},
}

func (r *reader) nested(what string, read func() (starlark.Value, error)) (starlark.Value, error) {
	if r.depth++; r.depth > r.maxDepth {
		return nil, pyerr.New("RecursionError",
			"maximum recursion depth exceeded while decoding a JSON %s from a unicode string", what)
	}
	r.pos++
	r.space()
	v, err := read()
	r.depth--
	return v, err
}

func (r *reader) object() (starlark.Value, error) {
	dict := new(starlark.Dict)
	var pairs []starlark.Value
	if r.next('}') {
		r.pos++
		return r.hooked(dict, pairs)
	}
	for {
		if !r.next('"') {
			return nil, r.fail("Expecting property name enclosed in double quotes", r.pos)
		}
		r.pos++
		key, err := r.string()
		if err != nil {
			return nil, err
		}
		r.space()
		if !r.next(':') {
			return nil, r.fail("Expecting ':' delimiter", r.pos)
		}
		r.pos++
		r.space()
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if r.Hooks.Pairs != nil {
			pairs = append(pairs, starlark.Tuple{starlark.String(key), v})
		} else if err := dict.SetKey(starlark.String(key), v); err != nil {
			return nil, err
		}
		if more, err := r.more('}'); err != nil {
			return nil, err
		} else if !more {
			return r.hooked(dict, pairs)
		}
	}
}

// hooked is what an object becomes.
func (r *reader) hooked(dict *starlark.Dict, pairs []starlark.Value) (starlark.Value, error) {
	switch {
	case r.Hooks.Pairs != nil:
		return r.Hooks.Pairs(pairs)
	case r.Hooks.Object != nil:
		return r.Hooks.Object(dict)
	}
	return dict, nil
}

func (r *reader) array() (starlark.Value, error) {
	var elems []starlark.Value
	if r.next(']') {
		r.pos++
		return starlark.NewList(nil), nil
	}
	for {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		elems = append(elems, v)
		if more, err := r.more(']'); !more {
			return starlark.NewList(elems), err
		}
	}
}

// more reads what follows an element: a comma, or the end of the container.
func (r *reader) more(end byte) (bool, error) {
	r.space()
	if r.next(end) {
		r.pos++
		return false, nil
	}
	if !r.next(',') {
		return false, r.fail("Expecting ',' delimiter", r.pos)
	}
	r.pos++
	r.space()
	return true, nil
}

func (r *reader) number() (starlark.Value, error) {
	start, digits := r.pos, r.pos
	if r.next('-') {
		digits++
	}
	end := digits
	switch {
	case end < len(r.text) && r.text[end] == '0':
		end++
	default:
		end = skipDigits(r.text, end)
	}
	if end == digits {
		return r.literal()
	}
	r.pos = end
	if end = skipFraction(r.text, end); end > r.pos {
		r.pos = end
		if r.Hooks.Float != nil {
			return r.Hooks.Float(r.text[start:end])
		}
		f, _ := strconv.ParseFloat(r.text[start:end], 64) // out of range: an infinity, as in Python
		return starlark.Float(f), nil
	}
	if r.Hooks.Int != nil {
		return r.Hooks.Int(r.text[start:end])
	}
	return parseInt(r.text[start:end], end-digits)
}

func skipDigits(s string, i int) int {
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}

// skipFraction skips what makes a number a float: digits after a point, an
// exponent. Half of one is not skipped.
func skipFraction(s string, i int) int {
	if i+1 < len(s) && s[i] == '.' {
		if end := skipDigits(s, i+1); end > i+1 {
			i = end
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		exp := i + 1
		if exp < len(s) && (s[exp] == '+' || s[exp] == '-') {
			exp++
		}
		if end := skipDigits(s, exp); end > exp {
			i = end
		}
	}
	return i
}

func parseInt(s string, digits int) (starlark.Value, error) {
	if digits <= 18 {
		i, err := strconv.ParseInt(s, 10, 64)
		return starlark.MakeInt64(i), err
	}
	if digits > maxDigits {
		return nil, pyerr.Value("Exceeds the limit (%d digits) for integer string conversion: "+
			"value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, digits)
	}
	i, _ := new(big.Int).SetString(s, 10)
	return starlark.MakeBigInt(i), nil
}

// string reads a string after its opening quote.
func (r *reader) string() (string, error) {
	begin := r.pos - 1
	start := r.pos
	for i := start; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.pos = i + 1
			return r.text[start:i], nil
		case c == '\\':
			return r.escaped(begin, i)
		case c < ' ' && !r.Lax:
			return "", r.fail("Invalid control character at", i)
		}
	}
	return "", r.fail("Unterminated string starting at", begin)
}

// escaped reads on in a string whose first backslash is at i.
func (r *reader) escaped(begin, i int) (string, error) {
	buf := append(make([]byte, 0, 2*(i-begin)+16), r.text[begin+1:i]...)
	for i < len(r.text) {
		switch c := r.text[i]; {
		case c == '"':
			r.pos = i + 1
			return string(buf), nil
		case c == '\\':
			if i+1 == len(r.text) {
				return "", r.fail("Unterminated string starting at", begin)
			}
			var err error
			if buf, i, err = r.escape(buf, i+1); err != nil {
				return "", err
			}
		case c < ' ' && !r.Lax:
			return "", r.fail("Invalid control character at", i)
		default:
			buf = append(buf, c)
			i++
		}
	}
	return "", r.fail("Unterminated string starting at", begin)
}

// escape appends the character whose escape's letter is at i, and returns
// where the text goes on.
func (r *reader) escape(buf []byte, i int) ([]byte, int, error) {
	switch c := r.text[i]; c {
	case '"', '\\', '/':
		return append(buf, c), i + 1, nil
	case 'b':
		return append(buf, '\b'), i + 1, nil
	case 'f':
		return append(buf, '\f'), i + 1, nil
	case 'n':
		return append(buf, '\n'), i + 1, nil
	case 'r':
		return append(buf, '\r'), i + 1, nil
	case 't':
		return append(buf, '\t'), i + 1, nil
	case 'u':
		return r.unicode(buf, i)
	}
	return nil, 0, r.fail(`Invalid \escape`, i-1)
}

// unicode reads \uXXXX, whose u is at i, and the second half of a pair.
func (r *reader) unicode(buf []byte, i int) ([]byte, int, error) {
	u, ok := hex4(r.text, i+1)
	if !ok {
		return nil, 0, r.fail(`Invalid \uXXXX escape`, i)
	}
	i += 5
	if 0xd800 <= u && u < 0xdc00 && strings.HasPrefix(r.text[i:], `\u`) {
		if low, ok := hex4(r.text, i+2); ok && 0xdc00 <= low && low < 0xe000 {
			u = 0x10000 + (u-0xd800)<<10 + low - 0xdc00
			i += 6
		}
	}
	return utf8.AppendRune(buf, u), i, nil // a lone surrogate becomes U+FFFD
}

// hex4 reads four digits at i, which must not end the text.
func hex4(s string, i int) (rune, bool) {
	if i+4 >= len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 + rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 + rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 + rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
