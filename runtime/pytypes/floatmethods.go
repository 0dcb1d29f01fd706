package pytypes

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// floatMethods are the methods of float.
var floatMethods = map[string]Method{
	"as_integer_ratio": floatRatio,
	"conjugate":        floatConjugate,
	"fromhex":          withoutReceiver(floatFromhex),
	"hex":              floatHex,
	"is_integer":       floatIsInteger,
}

// float gives the float of a receiver.
func float(recv starlark.Value) float64 {
	f, _ := native(recv).(starlark.Float)
	return float64(f)
}

func floatConjugate(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Float(float(recv)), none("float.conjugate", args, kwargs)
}

func floatIsInteger(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	f := float(recv)
	return starlark.Bool(f == math.Floor(f) && !math.IsInf(f, 0)), none("float.is_integer", args, kwargs)
}

func floatRatio(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("float.as_integer_ratio", args, kwargs); err != nil {
		return nil, err
	}
	f := float(recv)
	switch {
	case f != f:
		return nil, pyerr.Value("cannot convert NaN to integer ratio")
	case math.IsInf(f, 0):
		return nil, pyerr.Overflow("cannot convert Infinity to integer ratio")
	}
	r := new(big.Rat).SetFloat64(f)
	return starlark.Tuple{starlark.MakeBigInt(r.Num()), starlark.MakeBigInt(r.Denom())}, nil
}

func floatHex(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("float.hex", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.String(hexFloat(float(recv))), nil
}

// hexFloat is f.hex(): all 13 digits, and an exponent with its sign.
func hexFloat(f float64) string {
	switch {
	case f != f:
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == 0:
		if math.Signbit(f) {
			return "-0x0.0p+0"
		}
		return "0x0.0p+0"
	}
	b := math.Float64bits(f)
	exponent, lead := int(b>>52&0x7ff)-1023, "1"
	if exponent == -1023 {
		exponent, lead = -1022, "0"
	}
	s := "0x" + lead + "." + leftPad(strconv.FormatUint(b&(1<<52-1), 16), 13) + "p"
	if f < 0 {
		s = "-" + s
	}
	if exponent >= 0 {
		s += "+"
	}
	return s + strconv.Itoa(exponent)
}

func leftPad(s string, n int) string { return strings.Repeat("0", n-len(s)) + s }

// floatFromhex is float.fromhex(string).
func floatFromhex(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := single("float.fromhex", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, ok := native(v).(starlark.String)
	if !ok {
		return nil, pyerr.Type("bad argument type for built-in operation")
	}
	if err := walked(t, len(s)); err != nil {
		return nil, err
	}
	f, ok, large := parseHexFloat(strings.TrimFunc(string(s), isSpace))
	switch {
	case large:
		return nil, pyerr.Overflow("hexadecimal value too large to represent as a float")
	case !ok:
		return nil, pyerr.Value("invalid hexadecimal floating-point string")
	}
	return starlark.Float(f), nil
}

func parseHexFloat(s string) (f float64, ok, large bool) {
	if f, ok := floatWord(s); ok {
		return f, true, false
	}
	sign := ""
	if s != "" && (s[0] == '+' || s[0] == '-') {
		sign, s = s[:1], s[1:]
	}
	s = strings.ToLower(s)
	s = strings.TrimPrefix(s, "0x")
	digits, exponent, found := strings.Cut(s, "p")
	if !found {
		exponent = "0"
	}
	if strings.Trim(digits, "0123456789abcdef.") != "" || strings.Count(digits, ".") > 1 || strings.Trim(digits, ".") == "" {
		return 0, false, false
	}
	unsigned := strings.TrimLeft(exponent, "+-")
	if len(exponent)-len(unsigned) > 1 || unsigned == "" || strings.Trim(unsigned, "0123456789") != "" {
		return 0, false, false
	}
	f, err := strconv.ParseFloat(sign+"0x"+digits+"p"+exponent, 64)
	if err != nil && math.IsInf(f, 0) {
		return 0, false, true
	}
	return f, err == nil, false
}

// floatWord reads inf, infinity and nan.
func floatWord(s string) (float64, bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if len(s) > 8 {
		return 0, false
	}
	f := math.NaN()
	switch strings.ToLower(s) {
	case "inf", "infinity":
		f = math.Inf(1)
	case "nan":
	default:
		return 0, false
	}
	if negative {
		f = -f
	}
	return f, true
}

// newFloat is float(x).
func newFloat(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("float", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return starlark.Float(0), nil
	}
	x := args[0]
	switch v := x.(type) {
	case starlark.String:
		return parseFloat(t, string(v), x)
	case starlark.Bytes:
		return parseFloat(t, string(v), x)
	}
	f, err := asFloat(t, x)
	if err == nil {
		return starlark.Float(f), nil
	}
	if s, ok := native(x).(starlark.String); ok {
		return parseFloat(t, string(s), s)
	}
	if isA(err, "TypeError") && strings.HasPrefix(err.Error(), "must be real number") {
		err = pyerr.Type("float() argument must be a string or a real number, not '%s'", TypeName(x))
	}
	return nil, err
}

// parseFloat reads a float of a text; shown is what the error shows.
func parseFloat(t *starlark.Thread, text string, shown starlark.Value) (starlark.Value, error) {
	if err := walked(t, len(text)); err != nil {
		return nil, err
	}
	s := strings.TrimFunc(decimals(text), isSpace)
	if f, ok := floatWord(s); ok {
		return starlark.Float(f), nil
	}
	if plain, ok := withoutUnderscores(s); ok && isFloatLiteral(plain) {
		f, err := strconv.ParseFloat(plain, 64)
		if err == nil || errors.Is(err, strconv.ErrRange) {
			return starlark.Float(f), nil
		}
	}
	r, err := Repr(t, shown)
	if err != nil {
		return nil, err
	}
	return nil, pyerr.Value("could not convert string to float: %s", r)
}

// withoutUnderscores removes underscores, which must be between digits.
func withoutUnderscores(s string) (string, bool) {
	if !strings.Contains(s, "_") {
		return s, true
	}
	digit := func(i int) bool { return i >= 0 && i < len(s) && '0' <= s[i] && s[i] <= '9' }
	for i := range len(s) {
		if s[i] == '_' && (!digit(i-1) || !digit(i+1)) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}

// isFloatLiteral reports whether s is of digits, a point and an exponent.
func isFloatLiteral(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.eE+-") == ""
}

// roundFloat is round(f, n), halves of the exact value to the even one.
func roundFloat(f float64, n int) (starlark.Value, error) {
	switch {
	case f-f != 0 || f == 0 || n > 323:
		return starlark.Float(f), nil
	case n < -308:
		return starlark.Float(math.Copysign(0, f)), nil
	case n >= 0:
		r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', n, 64), 64)
		if err != nil {
			return nil, pyerr.Overflow("rounded value too large to represent")
		}
		return starlark.Float(r), nil
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-n)), nil)
	q := roundHalfEven(new(big.Rat).Quo(new(big.Rat).SetFloat64(f), new(big.Rat).SetInt(unit)))
	r, _ := new(big.Rat).SetInt(q.Mul(q, unit)).Float64()
	if math.IsInf(r, 0) {
		return nil, pyerr.Overflow("rounded value too large to represent")
	}
	return starlark.Float(math.Copysign(r, f)), nil
}

// roundHalfEven gives the nearest integer.
func roundHalfEven(r *big.Rat) *big.Int {
	two := big.NewInt(2)
	num, den := new(big.Int).Mul(r.Num(), two), r.Denom()
	num.Add(num, den)
	q, rest := new(big.Int).DivMod(num, new(big.Int).Mul(den, two), new(big.Int))
	if rest.Sign() == 0 && q.Bit(0) == 1 {
		q.Sub(q, big.NewInt(1))
	}
	return q
}
