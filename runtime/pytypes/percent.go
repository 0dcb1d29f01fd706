package pytypes

import (
	"math"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// percent is format % x for texts.
func percent(t *starlark.Thread, format string, x starlark.Value) (starlark.Value, error) {
	p := interpolation{t: t, arg: x}
	s, err := p.run(format)
	if err != nil {
		return nil, err
	}
	return starlark.String(s), nil
}

// percentBytes is format % x for bytes.
func percentBytes(t *starlark.Thread, format string, x starlark.Value) (starlark.Value, error) {
	p := interpolation{t: t, arg: x, bytes: true}
	s, err := p.run(format)
	if err != nil {
		return nil, err
	}
	return starlark.Bytes(s), nil
}

// An interpolation is one evaluation of format % x.
type interpolation struct {
	t     *starlark.Thread
	bytes bool
	out   []byte

	arg   starlark.Value // x
	tuple starlark.Tuple // x, if that is a tuple
	isOne bool           // x is the only argument
	next  int            // of the positional arguments
	named bool           // a name was used: x is a mapping
}

// A conversion is what stands between % and the letter.
type conversion struct {
	left, plus, space, alternate, zero bool
	width, precision                   int // -1: none
	letter                             rune
}

func (p *interpolation) run(format string) (string, error) {
	if err := walked(p.t, len(format)); err != nil {
		return "", err
	}
	p.out = make([]byte, 0, len(format)+32)
	tuple, isTuple := asTuple(p.arg)
	p.tuple, p.isOne = tuple, !isTuple
	for at := 0; ; {
		i := strings.IndexByte(format[at:], '%')
		if i < 0 {
			if err := p.write(format[at:]); err != nil {
				return "", err
			}
			break
		}
		if err := p.write(format[at : at+i]); err != nil {
			return "", err
		}
		var err error
		if at, err = p.convert(format, at+i+1); err != nil {
			return "", err
		}
	}
	if p.left() > 0 && !p.named && !p.isMapping(false) {
		kind := "string"
		if p.bytes {
			kind = "bytes"
		}
		return "", pyerr.Type("not all arguments converted during %s formatting", kind)
	}
	return string(p.out), nil
}

// isMapping reports whether x may be left unused, as it is a mapping. unknown
// is what to take an Object for that does not say so.
func (p *interpolation) isMapping(unknown bool) bool {
	switch v := native(p.arg).(type) {
	case starlark.Tuple, starlark.String:
		return false
	case starlark.Bytes:
		return !p.bytes
	case *starlark.List, *Range, *event.List:
		return true
	case Object:
		return knows(v, "__getitem__", unknown)
	case starlark.Mapping:
		return true
	}
	return false
}

// left is how many positional arguments are not used yet.
func (p *interpolation) left() int {
	if p.isOne {
		return 1 - p.next
	}
	return len(p.tuple) - p.next
}

func (p *interpolation) argument() (starlark.Value, error) {
	if p.left() <= 0 || p.named {
		return nil, pyerr.Type("not enough arguments for format string")
	}
	p.next++
	if p.isOne {
		return p.arg, nil
	}
	return p.tuple[p.next-1], nil
}

func (p *interpolation) write(s string) error {
	if err := grown(p.t, "%", len(p.out), len(s)); err != nil {
		return err
	}
	p.out = append(p.out, s...)
	return nil
}

// convert reads the conversion that begins at format[at], after its %, writes
// its argument, and gives the place behind it.
func (p *interpolation) convert(format string, at int) (int, error) {
	if at < len(format) && format[at] == '%' {
		return at + 1, p.write("%")
	}
	c := conversion{width: -1, precision: -1}
	var value starlark.Value
	if at < len(format) && format[at] == '(' {
		if !p.isMapping(true) {
			return 0, pyerr.Type("format requires a mapping")
		}
		end, err := closing(format, at)
		if err != nil {
			return 0, err
		}
		if value, err = p.lookup(format[at+1 : end]); err != nil {
			return 0, err
		}
		at = end + 1
	}
	at = c.flags(format, at)
	at, err := p.numbers(&c, format, at)
	if err != nil {
		return 0, err
	}
	if at < len(format) && strings.IndexByte("hlL", format[at]) >= 0 {
		at++
	}
	if at >= len(format) {
		return 0, pyerr.Value("incomplete format")
	}
	r, n := decodeChar(format[at:])
	c.letter = r
	if value == nil {
		if value, err = p.argument(); err != nil {
			return 0, err
		}
	}
	if c == (conversion{width: -1, precision: -1, letter: r}) {
		if done, err := p.plain(r, value); done || err != nil {
			return at + n, err
		}
	}
	text, err := p.text(&c, value, format[:at])
	if err != nil {
		return 0, err
	}
	return at + n, p.pad(&c, text)
}

// plain writes the commonest arguments, of conversions without any flags.
func (p *interpolation) plain(letter rune, v starlark.Value) (done bool, err error) {
	switch v := v.(type) {
	case starlark.String:
		if letter == 's' && !p.bytes {
			return true, p.write(string(v))
		}
	case starlark.Int:
		if i, ok := v.Int64(); ok && (letter == 'd' || letter == 's' && !p.bytes) {
			if err := grown(p.t, "%", len(p.out), 20); err != nil {
				return true, err
			}
			p.out = strconv.AppendInt(p.out, i, 10)
			return true, nil
		}
	}
	return false, nil
}

// closing finds the parenthesis that closes the one at format[at].
func closing(format string, at int) (int, error) {
	depth := 0
	for i := at; i < len(format); i++ {
		switch format[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i, nil
			}
		}
	}
	return 0, pyerr.Value("incomplete format key")
}

func (p *interpolation) lookup(key string) (starlark.Value, error) {
	p.named = true
	if p.bytes {
		return Item(p.t, p.arg, starlark.Bytes(key))
	}
	return Item(p.t, p.arg, starlark.String(key))
}

func (c *conversion) flags(format string, at int) int {
	for ; at < len(format); at++ {
		switch format[at] {
		case '-':
			c.left = true
		case '+':
			c.plus = true
		case ' ':
			c.space = true
		case '#':
			c.alternate = true
		case '0':
			c.zero = true
		default:
			return at
		}
	}
	return at
}

// numbers reads width and precision.
func (p *interpolation) numbers(c *conversion, format string, at int) (int, error) {
	var err error
	if c.width, at, err = p.number(format, at, "width too big"); err != nil {
		return 0, err
	}
	if c.width < -1 {
		c.left, c.width = true, -c.width-2
	}
	if at < len(format) && format[at] == '.' {
		if c.precision, at, err = p.number(format, at+1, "precision too big"); err != nil {
			return 0, err
		}
		c.precision = max(c.precision, 0)
	}
	return at, nil
}

// number reads a number or an asterisk, which stands for an argument. It is -1
// if there is none, and -n-2 for an argument -n.
func (p *interpolation) number(format string, at int, big string) (int, int, error) {
	if at < len(format) && format[at] == '*' {
		v, err := p.argument()
		if err != nil {
			return 0, 0, err
		}
		i, ok := asInt(native(v))
		if !ok {
			return 0, 0, pyerr.Type("* wants int")
		}
		n, ofPrecision := clamp(i), strings.HasPrefix(big, "precision")
		switch {
		case ofPrecision && n != int(int32(n)):
			return 0, 0, pyerr.Overflow("Python int too large to convert to C int")
		case !isInt64(i):
			return 0, 0, pyerr.Overflow("Python int too large to convert to C ssize_t")
		case ofPrecision:
			n = max(n, 0)
		case n < 0:
			n = max(n, -math.MaxInt32) - 2
		}
		return n, at + 1, nil
	}
	i := at
	for i < len(format) && '0' <= format[i] && format[i] <= '9' {
		i++
	}
	if i == at {
		return -1, at, nil
	}
	n, err := strconv.Atoi(format[at:i])
	if err != nil || strings.HasPrefix(big, "precision") && n > math.MaxInt32 {
		return 0, 0, pyerr.Value("%s", big)
	}
	return n, i, nil
}

// text gives the text of an argument before it is padded. before is what comes
// before its letter in the format.
func (p *interpolation) text(c *conversion, v starlark.Value, before string) (string, error) {
	switch c.letter {
	case 's', 'r', 'a', 'b':
		return p.string(c, v, before)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		return p.integer(c, v)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return p.float(c, v)
	case 'c':
		return p.char(v)
	}
	return "", p.unknown(c, before)
}

func (p *interpolation) unknown(c *conversion, before string) error {
	shown := string(c.letter)
	if c.letter < 32 || c.letter > 126 {
		shown = "?"
	}
	return pyerr.Value("unsupported format character '%s' (0x%x) at index %d", shown, c.letter, charCount(before))
}

func (p *interpolation) string(c *conversion, v starlark.Value, before string) (s string, err error) {
	switch {
	case p.bytes && (c.letter == 's' || c.letter == 'b'):
		b, ok := native(v).(starlark.Bytes)
		if !ok {
			return "", pyerr.Type("%%b requires a bytes-like object, or an object that implements __bytes__, not '%s'", TypeName(v))
		}
		s = string(b)
	case p.bytes:
		s, err = ASCII(p.t, v)
	case c.letter == 's':
		s, err = Str(p.t, v)
	case c.letter == 'r':
		s, err = Repr(p.t, v)
	case c.letter == 'a':
		s, err = ASCII(p.t, v)
	default:
		return "", p.unknown(c, before)
	}
	if err == nil && c.precision >= 0 && c.precision < len(s) {
		s = s[:offset(s, c.precision)]
	}
	return s, err
}

func (p *interpolation) integer(c *conversion, v starlark.Value) (string, error) {
	i, err := p.asInteger(c, v)
	if err != nil {
		return "", err
	}
	base, prefix := 10, ""
	switch c.letter {
	case 'o':
		base, prefix = 8, "0o"
	case 'x':
		base, prefix = 16, "0x"
	case 'X':
		base, prefix = 16, "0X"
	}
	digits, err := intDigits(p.t, i, base)
	if err != nil {
		return "", err
	}
	if c.letter == 'X' {
		digits = strings.ToUpper(digits)
	}
	if !c.alternate {
		prefix = ""
	}
	if n := c.precision - len(digits); n > 0 {
		if err := guard.CheckBytes(p.t, "%", c.precision); err != nil {
			return "", err
		}
		digits = strings.Repeat("0", n) + digits
	}
	return p.zeros(c, c.sign(i.Sign() < 0), prefix, digits)
}

func (p *interpolation) asInteger(c *conversion, v starlark.Value) (starlark.Int, error) {
	hex := c.letter == 'o' || c.letter == 'x' || c.letter == 'X'
	if f, ok := native(v).(starlark.Float); ok && !hex {
		return floatInt(float64(f))
	}
	i, ok, err := index(p.t, v)
	if err != nil || ok {
		return i, err
	}
	if hex {
		return i, pyerr.Type("%%%c format: an integer is required, not %s", c.letter, TypeName(v))
	}
	if n, ok := v.(pyInter); ok {
		return n.PyInt(), nil
	}
	if r, ok, err := special(p.t, v, "__int__"); err != nil {
		return i, err
	} else if ok {
		if i, ok := asInt(native(r)); ok {
			return i, nil
		}
	}
	return i, pyerr.Type("%%%c format: a real number is required, not %s", c.letter, TypeName(v))
}

func (c *conversion) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case c.plus:
		return "+"
	case c.space:
		return " "
	}
	return ""
}

// zeros fills a number up with zeros after its sign and prefix, if that was
// asked for.
func (p *interpolation) zeros(c *conversion, sign, prefix, digits string) (string, error) {
	n := c.width - len(sign) - len(prefix) - len(digits)
	if !c.zero || c.left || n <= 0 {
		return sign + prefix + digits, nil
	}
	if err := guard.CheckBytes(p.t, "%", c.width); err != nil {
		return "", err
	}
	return sign + prefix + strings.Repeat("0", n) + digits, nil
}

func (p *interpolation) float(c *conversion, v starlark.Value) (string, error) {
	f, err := asFloat(p.t, v)
	if err != nil {
		if isA(err, "TypeError") {
			err = pyerr.Type("must be real number, not %s", TypeName(v))
			if p.bytes {
				err = pyerr.Type("float argument required, not %s", TypeName(v))
			}
		}
		return "", err
	}
	precision := c.precision
	if precision < 0 {
		precision = 6
	}
	if err := guard.CheckBytes(p.t, "%", total(max(precision, 0), 400)); err != nil {
		return "", err
	}
	text := floatText(math.Abs(f), c.letter, precision, c.alternate)
	return p.zeros(c, c.sign(math.Signbit(f) && f == f), "", text)
}

func (p *interpolation) char(v starlark.Value) (string, error) {
	if p.bytes {
		return p.byte(v)
	}
	if s, ok := native(v).(starlark.String); ok {
		if s == "" || charSize(string(s)) != len(s) {
			return "", pyerr.Type("%%c requires int or char")
		}
		return string(s), nil
	}
	i, ok, err := index(p.t, v)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", pyerr.Type("%%c requires int or char")
	}
	if n, ok := i.Int64(); ok && 0 <= n && n <= 0x10ffff {
		return string(appendChar(nil, rune(n))), nil
	}
	return "", pyerr.Overflow("%%c arg not in range(0x110000)")
}

func (p *interpolation) byte(v starlark.Value) (string, error) {
	switch v := native(v).(type) {
	case starlark.Bytes:
		if len(v) == 1 {
			return string(v), nil
		}
	case starlark.Int, starlark.Bool:
		i, _ := asInt(v)
		if n, ok := i.Int64(); ok && 0 <= n && n < 256 {
			return string([]byte{byte(n)}), nil
		}
		return "", pyerr.Overflow("%%c arg not in range(256)")
	}
	return "", pyerr.Type("%%c requires an integer in range(256) or a single byte")
}

// pad fills a text up to the width and writes it.
func (p *interpolation) pad(c *conversion, text string) error {
	missing := 0
	if c.width > 0 {
		if missing = c.width - charCount(text); p.bytes {
			missing = c.width - len(text)
		}
	}
	if missing <= 0 {
		return p.write(text)
	}
	if err := grown(p.t, "%", len(p.out), total(missing, len(text))); err != nil {
		return err
	}
	if c.left {
		return p.write(text + strings.Repeat(" ", missing))
	}
	return p.write(strings.Repeat(" ", missing) + text)
}
