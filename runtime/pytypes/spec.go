package pytypes

import (
	"math"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Format is format(x, spec).
func Format(t *starlark.Thread, x starlark.Value, spec string) (string, error) {
	switch x := x.(type) {
	case starlark.String:
		if spec == "" {
			return string(x), nil
		}
		return formatString(t, string(x), spec, "str")
	case starlark.Int:
		if spec == "" {
			return intString(t, x)
		}
		return formatInt(t, x, spec, "int")
	case starlark.Bool:
		if spec == "" {
			return x.String(), nil
		}
		return formatInt(t, boolInt(x), spec, "bool")
	case starlark.Float:
		return formatFloat(t, float64(x), spec, "float")
	case Object:
		return formatObject(t, x, spec)
	case *event.Object, *event.Event, *event.List:
	case pyFormater:
		s, err := x.Format(spec)
		if err != nil {
			return "", err
		}
		return s, guard.CheckBytes(t, "format", len(s))
	}
	if spec != "" {
		return "", pyerr.Type("unsupported format string passed to %s.__format__", TypeName(x))
	}
	return Str(t, x)
}

func formatObject(t *starlark.Thread, o Object, spec string) (string, error) {
	v, ok, err := o.Special(t, "__format__", starlark.String(spec))
	if err != nil {
		return "", err
	}
	if ok {
		s, ok := native(v).(starlark.String)
		if !ok {
			return "", pyerr.Type("__format__ must return a str, not %s", TypeName(v))
		}
		return string(s), nil
	}
	if spec == "" {
		return Str(t, o)
	}
	switch n := o.Native().(type) {
	case starlark.String:
		return formatString(t, string(n), spec, o.ClassName())
	case starlark.Int:
		return formatInt(t, n, spec, o.ClassName())
	case starlark.Float:
		return formatFloat(t, float64(n), spec, o.ClassName())
	}
	return "", pyerr.Type("unsupported format string passed to %s.__format__", o.ClassName())
}

// A spec is a format specification:
// [[fill]align][sign][z][#][0][width][grouping][.precision][type].
type spec struct {
	fill      string // a character, "" until it is known
	align     byte   // 0: the default of the type
	sign      byte   // 0, '+', '-' or ' '
	zero      bool   // z: no negative zero
	alternate bool
	width     int  // -1: none
	group     byte // 0, ',' or '_'
	precision int  // -1: none
	kind      rune // 0: none
}

func isAlign(c byte) bool { return c == '<' || c == '>' || c == '=' || c == '^' }

// parseSpec reads a specification for values of a type whose default
// alignment and type are given.
func parseSpec(t *starlark.Thread, text, typ string, align byte) (spec, error) {
	s := spec{width: -1, precision: -1}
	rest := s.parseAlign(text)
	if rest != "" && strings.IndexByte("+- ", rest[0]) >= 0 {
		s.sign, rest = rest[0], rest[1:]
	}
	if strings.HasPrefix(rest, "z") {
		s.zero, rest = true, rest[1:]
	}
	if strings.HasPrefix(rest, "#") {
		s.alternate, rest = true, rest[1:]
	}
	if s.fill == "" {
		s.fill = " "
		if strings.HasPrefix(rest, "0") {
			s.fill, rest = "0", rest[1:]
			if s.align == 0 && align == '>' {
				s.align = '='
			}
		}
	}
	if s.align == 0 {
		s.align = align
	}
	var err error
	if s.width, rest, err = specNumber(rest); err != nil {
		return s, err
	}
	if rest, err = s.parseGroup(rest); err != nil {
		return s, err
	}
	if strings.HasPrefix(rest, ".") {
		if s.precision, rest, err = specNumber(rest[1:]); err != nil {
			return s, err
		}
		if s.precision < 0 {
			return s, pyerr.Value("Format specifier missing precision")
		}
	}
	if rest != "" {
		r, n := decodeChar(rest)
		if n != len(rest) {
			return s, pyerr.Value("Invalid format specifier '%s' for object of type '%s'", text, typ)
		}
		s.kind = r
	}
	return s, s.checkGroup()
}

// parseAlign reads fill and alignment.
func (s *spec) parseAlign(text string) (rest string) {
	if text == "" {
		return text
	}
	if n := charSize(text); n < len(text) && isAlign(text[n]) {
		s.fill, s.align = text[:n], text[n]
		return text[n+1:]
	}
	if isAlign(text[0]) {
		s.align = text[0]
		return text[1:]
	}
	return text
}

// specNumber reads a number, -1 if there is none.
func specNumber(text string) (n int, rest string, err error) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	if i == 0 {
		return -1, text, nil
	}
	n, err = strconv.Atoi(text[:i])
	if err != nil {
		return 0, "", pyerr.Value("Too many decimal digits in format string")
	}
	return n, text[i:], nil
}

func (s *spec) parseGroup(rest string) (string, error) {
	if strings.HasPrefix(rest, ",") {
		s.group, rest = ',', rest[1:]
	}
	if strings.HasPrefix(rest, "_") {
		if s.group != 0 {
			return "", pyerr.Value("Cannot specify both ',' and '_'.")
		}
		s.group, rest = '_', rest[1:]
	}
	if strings.HasPrefix(rest, ",") && s.group == '_' {
		return "", pyerr.Value("Cannot specify both ',' and '_'.")
	}
	return rest, nil
}

// checkGroup fails if the type is not one that can be grouped.
func (s *spec) checkGroup() error {
	if s.group == 0 {
		return nil
	}
	switch s.kind {
	case 0, 'd', 'e', 'f', 'g', 'E', 'G', '%', 'F':
		return nil
	case 'b', 'o', 'x', 'X':
		if s.group == '_' {
			return nil
		}
	}
	if s.kind > 32 && s.kind < 128 {
		return pyerr.Value("Cannot specify '%c' with '%c'.", s.group, s.kind)
	}
	return pyerr.Value(`Cannot specify '%c' with '\x%x'.`, s.group, s.kind)
}

func unknownFormat(kind rune, typ string) error {
	if kind > 32 && kind < 128 {
		return pyerr.Value("Unknown format code '%c' for object of type '%s'", kind, typ)
	}
	return pyerr.Value(`Unknown format code '\x%x' for object of type '%s'`, kind, typ)
}

// formatString formats a text.
func formatString(t *starlark.Thread, text, spec, typ string) (string, error) {
	s, err := parseSpec(t, spec, typ, '<')
	if err != nil {
		return "", err
	}
	switch {
	case s.kind != 0 && s.kind != 's':
		return "", unknownFormat(s.kind, typ)
	case s.sign == ' ':
		return "", pyerr.Value("Space not allowed in string format specifier")
	case s.sign != 0:
		return "", pyerr.Value("Sign not allowed in string format specifier")
	case s.zero:
		return "", pyerr.Value("Negative zero coercion (z) not allowed in string format specifier")
	case s.alternate:
		return "", pyerr.Value("Alternate form (#) not allowed in string format specifier")
	case s.align == '=':
		return "", pyerr.Value("'=' alignment not allowed in string format specifier")
	}
	if s.group != 0 {
		return "", pyerr.Value("Cannot specify '%c' with 's'.", s.group)
	}
	if err := walked(t, len(text)); err != nil {
		return "", err
	}
	if s.precision >= 0 && s.precision < len(text) {
		text = text[:offset(text, s.precision)]
	}
	return s.pad(t, text)
}

// pad fills a text up to the width.
func (s *spec) pad(t *starlark.Thread, text string) (string, error) {
	if s.width <= 0 {
		return text, nil
	}
	missing := s.width - charCount(text)
	if missing <= 0 {
		return text, nil
	}
	if err := guard.CheckBytes(t, "format", total(product(missing, len(s.fill)), len(text))); err != nil {
		return "", err
	}
	left := 0
	switch s.align {
	case '>', '=':
		left = missing
	case '^':
		left = missing / 2
	}
	return repeat(s.fill, left) + text + repeat(s.fill, missing-left), nil
}

// formatInt formats an integer.
func formatInt(t *starlark.Thread, i starlark.Int, spec, typ string) (string, error) {
	s, err := parseSpec(t, spec, typ, '>')
	if err != nil {
		return "", err
	}
	switch s.kind {
	case 'e', 'E', 'f', 'F', 'g', 'G', '%':
		f, err := intFloat(i)
		if err != nil {
			return "", err
		}
		return s.float(t, f)
	case 0, 'd', 'n', 'b', 'o', 'x', 'X', 'c':
	default:
		return "", unknownFormat(s.kind, typ)
	}
	switch {
	case s.precision >= 0:
		return "", pyerr.Value("Precision not allowed in integer format specifier")
	case s.zero:
		return "", pyerr.Value("Negative zero coercion (z) not allowed in integer format specifier")
	}
	if s.kind == 'c' {
		return s.char(t, i)
	}
	return s.int(t, i)
}

func (s *spec) char(t *starlark.Thread, i starlark.Int) (string, error) {
	switch {
	case s.sign != 0:
		return "", pyerr.Value("Sign not allowed with integer format specifier 'c'")
	case s.alternate:
		return "", pyerr.Value("Alternate form (#) not allowed with integer format specifier 'c'")
	}
	n, ok := i.Int64()
	if !ok {
		return "", pyerr.Overflow("Python int too large to convert to C long")
	}
	if n < 0 || n > 0x10ffff {
		return "", pyerr.Overflow("%%c arg not in range(0x110000)")
	}
	return s.number(t, "", "", string(appendChar(nil, rune(n))), "", 0)
}

func (s *spec) int(t *starlark.Thread, i starlark.Int) (string, error) {
	negative := i.Sign() < 0
	digits, err := intDigits(t, i, s.base())
	if err != nil {
		return "", err
	}
	prefix, group := "", 3
	switch s.kind {
	case 'b':
		prefix, group = "0b", 4
	case 'o':
		prefix, group = "0o", 4
	case 'x':
		prefix, group = "0x", 4
	case 'X':
		prefix, group = "0X", 4
		digits = strings.ToUpper(digits)
	}
	if !s.alternate {
		prefix = ""
	}
	return s.number(t, s.signOf(negative), prefix, digits, "", group)
}

func (s *spec) base() int {
	switch s.kind {
	case 'b':
		return 2
	case 'o':
		return 8
	case 'x', 'X':
		return 16
	}
	return 10
}

// intDigits gives the digits of an integer without its sign.
func intDigits(t *starlark.Thread, i starlark.Int, base int) (string, error) {
	if v, ok := i.Int64(); ok {
		return strconv.FormatUint(magnitude(v), base), nil
	}
	if base == 10 {
		s, err := intString(t, i)
		return strings.TrimPrefix(s, "-"), err
	}
	b := i.BigInt()
	if err := walked(t, b.BitLen()); err != nil {
		return "", err
	}
	return b.Abs(b).Text(base), nil
}

// signOf gives the sign that is written.
func (s *spec) signOf(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.sign == '+' || s.sign == ' ':
		return string(s.sign)
	}
	return ""
}

// number puts a number together: sign, prefix, the digits of the integer part
// grouped by so many, and what follows them.
func (s *spec) number(t *starlark.Thread, sign, prefix, digits, rest string, group int) (string, error) {
	width := 0 // of the digits with their separators, if zeros fill them up
	if s.align == '=' && s.fill == "0" {
		width = max(0, s.width-len(sign)-len(prefix)-len(rest))
	}
	if err := guard.CheckBytes(t, "format", total(2*width, len(digits)*2+len(rest))); err != nil {
		return "", err
	}
	if s.group != 0 && group > 0 {
		digits = grouped(digits, s.group, group, width)
	}
	if s.align != '=' {
		return s.pad(t, sign+prefix+digits+rest)
	}
	missing := max(0, s.width-len(sign)-len(prefix)-charCount(digits)-len(rest))
	if err := guard.CheckBytes(t, "format", product(missing, len(s.fill))); err != nil {
		return "", err
	}
	return sign + prefix + repeat(s.fill, missing) + digits + rest, nil
}

// grouped puts a separator between each n digits, and zeros before them up to
// the width.
func grouped(digits string, separator byte, n, width int) string {
	var parts []byte // backwards
	count := 0
	for i := len(digits) - 1; i >= 0 || len(parts) < width; i-- {
		if count == n {
			parts = append(parts, separator)
			count = 0
			if i < 0 && len(parts) == width {
				parts = append(parts, '0') // no separator at the start
				break
			}
		}
		if i >= 0 {
			parts = append(parts, digits[i])
		} else {
			parts = append(parts, '0')
		}
		count++
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return string(parts)
}

// formatFloat formats a float.
func formatFloat(t *starlark.Thread, f float64, spec, typ string) (string, error) {
	if spec == "" {
		return pyrepr.Float(f), nil
	}
	s, err := parseSpec(t, spec, typ, '>')
	if err != nil {
		return "", err
	}
	switch s.kind {
	case 0, 'e', 'E', 'f', 'F', 'g', 'G', 'n', '%':
		return s.float(t, f)
	}
	return "", unknownFormat(s.kind, typ)
}

func (s *spec) float(t *starlark.Thread, f float64) (string, error) {
	kind, precision := s.kind, s.precision
	rest := ""
	if kind == '%' {
		f *= 100
		kind, rest = 'f', "%"
	}
	if kind == 'n' {
		kind = 'g'
	}
	if precision > math.MaxInt32 {
		return "", pyerr.Value("precision too big")
	}
	if err := guard.CheckBytes(t, "format", total(max(precision, 0), 400)); err != nil {
		return "", err
	}
	text := floatText(math.Abs(f), kind, precision, s.alternate)
	negative := math.Signbit(f) && f == f
	if s.zero && strings.Trim(mantissa(text), "0.") == "" {
		negative = false
	}
	digits, tail := text, ""
	if i := strings.IndexAny(text, ".eE"); i >= 0 {
		digits, tail = text[:i], text[i:]
	}
	group := 3
	if digits == "inf" || digits == "nan" || digits == "INF" || digits == "NAN" {
		group = 0
	}
	return s.number(t, s.signOf(negative), "", digits, tail+rest, group)
}

// mantissa is a number without its exponent.
func mantissa(text string) string {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		return text[:i]
	}
	return text
}

// floatText writes a float that is not negative, as Python's format codes e,
// f and g do, or 0 for the shortest form, or, with a precision, for g with at
// least one digit after the point.
func floatText(f float64, kind rune, precision int, alternate bool) string {
	upper := kind == 'E' || kind == 'F' || kind == 'G'
	var text string
	switch {
	case f != f:
		text = "nan"
	case math.IsInf(f, 0):
		text = "inf"
	default:
		text = finiteText(f, kind, precision, alternate)
	}
	if upper {
		text = strings.ToUpper(text)
	}
	return text
}

func finiteText(f float64, kind rune, precision int, alternate bool) string {
	if kind == 0 && precision < 0 {
		text := pyrepr.Float(f)
		if alternate && !strings.Contains(text, ".") {
			text = withPoint(text)
		}
		return text
	}
	if precision < 0 {
		precision = 6
	}
	switch kind {
	case 'e', 'E':
		text := longFloat(f, 'e', precision)
		if alternate && precision == 0 {
			text = withPoint(text)
		}
		return text
	case 'f', 'F':
		text := longFloat(f, 'f', precision)
		if alternate && precision == 0 {
			text += "."
		}
		return text
	}
	return generalText(f, kind, max(precision, 1), alternate)
}

// withPoint puts a point before the exponent.
func withPoint(text string) string {
	m := mantissa(text)
	return m + "." + text[len(m):]
}

// floatDigits is how many digits after the first a float has at most.
const floatDigits = 1100

// longFloat is strconv.FormatFloat, which takes time for digits that are all
// zeros.
func longFloat(f float64, format byte, precision int) string {
	text := strconv.FormatFloat(f, format, min(precision, floatDigits), 64)
	if precision <= floatDigits {
		return text
	}
	m := mantissa(text)
	return m + strings.Repeat("0", precision-floatDigits) + text[len(m):]
}

// generalText is format code g, or none.
func generalText(f float64, kind rune, precision int, alternate bool) string {
	exponential := strconv.FormatFloat(f, 'e', min(precision-1, floatDigits), 64)
	exponent, _ := strconv.Atoi(exponential[strings.IndexByte(exponential, 'e')+1:])
	limit := precision
	if kind == 0 {
		limit-- // so that there is a digit after the point
	}
	var text string
	if exponent >= -4 && exponent < limit {
		text = longFloat(f, 'f', precision-1-exponent)
	} else {
		text = longFloat(f, 'e', precision-1)
	}
	m, tail := mantissa(text), text[len(mantissa(text)):]
	if !alternate {
		if strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		if kind == 0 && tail == "" && !strings.Contains(m, ".") {
			m += ".0"
		}
	} else if !strings.Contains(m, ".") {
		m += "."
	}
	return m + tail
}
