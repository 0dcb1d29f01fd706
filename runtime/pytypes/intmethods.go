package pytypes

import (
	"math"
	"math/big"
	"math/bits"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// intMethods are the methods of int, which bool has too.
var intMethods = map[string]Method{
	"as_integer_ratio": intRatio,
	"bit_count":        intBitCount,
	"bit_length":       intBitLength,
	"conjugate":        intItself("int.conjugate"),
	"from_bytes":       withoutReceiver(intFromBytes),
	"is_integer":       intIsInteger,
	"to_bytes":         intToBytes,
}

// integer gives the integer of a receiver.
func integer(recv starlark.Value) starlark.Int {
	i, _ := asInt(native(recv))
	return i
}

func intItself(fn string) Method {
	return func(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return integer(recv), none(fn, args, kwargs)
	}
}

func intRatio(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Tuple{integer(recv), one}, none("int.as_integer_ratio", args, kwargs)
}

func intBitCount(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := none("int.bit_count", args, kwargs); err != nil {
		return nil, err
	}
	n := 0
	for _, w := range integer(recv).BigInt().Bits() {
		n += bits.OnesCount(uint(w))
	}
	return starlark.MakeInt(n), nil
}

func intBitLength(_ *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.MakeInt(width(integer(recv))), none("int.bit_length", args, kwargs)
}

func intIsInteger(_ *starlark.Thread, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.True, none("int.is_integer", args, kwargs)
}

var toBytesSignature = signature{"to_bytes", []string{"length", "byteorder", "signed"}, 0, 2}

func intToBytes(t *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [3]starlark.Value
	if err := toBytesSignature.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	length, err := optionalIndex(t, in[0], 1)
	if err != nil {
		return nil, err
	}
	little, err := byteOrder("to_bytes", in[1])
	if err != nil {
		return nil, err
	}
	signed, err := optionalTruth(t, in[2])
	if err != nil {
		return nil, err
	}
	if length < 0 {
		return nil, pyerr.Value("length argument must be non-negative")
	}
	if err := guard.CheckBytes(t, "to_bytes", length); err != nil {
		return nil, err
	}
	i := integer(recv).BigInt()
	if i.Sign() < 0 && !signed {
		return nil, pyerr.Overflow("can't convert negative int to unsigned")
	}
	if !fitsBytes(i, length, signed) {
		return nil, pyerr.Overflow("int too big to convert")
	}
	if i.Sign() < 0 {
		i.Add(i, new(big.Int).Lsh(big.NewInt(1), uint(8*length)))
	}
	out := i.FillBytes(make([]byte, length))
	if little {
		turn(out)
	}
	return starlark.Bytes(out), nil
}

func fitsBytes(i *big.Int, length int, signed bool) bool {
	n := i.BitLen()
	if !signed {
		return n <= 8*length
	}
	if i.Sign() < 0 {
		n = new(big.Int).Not(i).BitLen()
	}
	return n < 8*length || n == 0 && i.Sign() == 0
}

func turn(b []byte) {
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
}

// byteOrder reads the argument byteorder.
func byteOrder(fn string, v starlark.Value) (little bool, err error) {
	if v == nil {
		return false, nil
	}
	s, ok := native(v).(starlark.String)
	if !ok {
		return false, pyerr.Type("%s() argument 'byteorder' must be str, not %s", fn, argType(v))
	}
	switch s {
	case "little":
		return true, nil
	case "big":
		return false, nil
	}
	return false, pyerr.Value("byteorder must be either 'little' or 'big'")
}

var fromBytesSignature = signature{"from_bytes", []string{"bytes", "byteorder", "signed"}, 1, 2}

// intFromBytes is int.from_bytes(bytes, byteorder="big", *, signed=False).
func intFromBytes(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [3]starlark.Value
	if err := fromBytesSignature.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	little, err := byteOrder("from_bytes", in[1])
	if err != nil {
		return nil, err
	}
	signed, err := optionalTruth(t, in[2])
	if err != nil {
		return nil, err
	}
	raw, err := bytesFrom(t, in[0], "cannot convert '%s' object to bytes")
	if err != nil {
		return nil, err
	}
	if err := guard.CheckBits(t, "from_bytes", len(raw)*8); err != nil {
		return nil, err
	}
	b := []byte(raw)
	if little {
		turn(b)
	}
	i := new(big.Int).SetBytes(b)
	if signed && len(b) > 0 && b[0] >= 0x80 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return starlark.MakeBigInt(i), nil
}

// newInt is int(x, base=10).
func newInt(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	s := signature{"int", []string{"", "base"}, 0, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	x, base := in[0], in[1]
	if base == nil {
		if x == nil {
			return zero, nil
		}
		return toInt(t, x)
	}
	if x == nil {
		return nil, pyerr.Type("int() missing string argument")
	}
	n, err := asBase(t, base)
	if err != nil {
		return nil, err
	}
	switch v := native(x).(type) {
	case starlark.String:
		return parseInt(t, string(v), n, x)
	case starlark.Bytes:
		return parseInt(t, string(v), n, x)
	}
	return nil, pyerr.Type("int() can't convert non-string with explicit base")
}

func asBase(t *starlark.Thread, v starlark.Value) (int, error) {
	i, ok, err := index(t, v)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, notInteger(v)
	}
	n, ok := i.Int64()
	if !ok || n != 0 && n < 2 || n > 36 {
		return 0, pyerr.Value("int() base must be >= 2 and <= 36, or 0")
	}
	return int(n), nil
}

// toInt is int(x).
func toInt(t *starlark.Thread, x starlark.Value) (starlark.Value, error) {
	switch v := x.(type) {
	case starlark.Int:
		return v, nil
	case starlark.Bool:
		return boolInt(v), nil
	case starlark.Float:
		return floatInt(float64(v))
	case starlark.String:
		return parseInt(t, string(v), 10, x)
	case starlark.Bytes:
		return parseInt(t, string(v), 10, x)
	case Object:
		return objectInt(t, v)
	case pyInter:
		return v.PyInt(), nil
	}
	return nil, pyerr.Type("int() argument must be a string, a bytes-like object or a real number, not '%s'", TypeName(x))
}

func objectInt(t *starlark.Thread, o Object) (starlark.Value, error) {
	for _, name := range []string{"__int__", "__index__", "__trunc__"} {
		v, ok, err := o.Special(t, name)
		if err != nil {
			return nil, err
		}
		if ok {
			i, ok := asInt(native(v))
			if !ok {
				return nil, pyerr.Type("%s returned non-int (type %s)", name, TypeName(v))
			}
			return i, nil
		}
	}
	if n := o.Native(); n != nil {
		v, err := toInt(t, n)
		if err == nil || !isA(err, "TypeError") {
			return v, err
		}
	}
	return nil, pyerr.Type("int() argument must be a string, a bytes-like object or a real number, not '%s'", o.ClassName())
}

// parseInt reads an integer of a text; shown is what the error shows.
func parseInt(t *starlark.Thread, text string, base int, shown starlark.Value) (starlark.Value, error) {
	if err := walked(t, len(text)); err != nil {
		return nil, err
	}
	if v, ok := smallInt(text); ok && base == 10 {
		return starlark.MakeInt64(v), nil
	}
	digits, negative, b, ok := intLiteral(decimals(text), base)
	if ok && digits != "" {
		if b&(b-1) != 0 && len(digits) > maxDigits {
			return nil, pyerr.Value("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(digits))
		}
		if err := guard.CheckBits(t, "int", product(len(digits), bits.Len(uint(b-1)))); err != nil {
			return nil, err
		}
		if err := walked(t, len(digits)/8*len(digits)/64); err != nil {
			return nil, err
		}
		if i, ok := new(big.Int).SetString(digits, b); ok {
			if negative {
				i.Neg(i)
			}
			return starlark.MakeBigInt(i), nil
		}
	}
	r, err := Repr(t, cutShown(native(shown)))
	if err != nil {
		return nil, err
	}
	return nil, pyerr.Value("invalid literal for int() with base %d: %s", base, cut(r, 200))
}

// smallInt reads a few plain digits.
func smallInt(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 18 {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return n, true
}

// cutShown shortens a text of which an error shows the first 200 characters.
func cutShown(v starlark.Value) starlark.Value {
	if s, ok := v.(starlark.String); ok && len(s) > 1000 {
		return s[:offset(string(s), 250)]
	}
	return v
}

// cut is the first n characters of s.
func cut(s string, n int) string { return s[:offset(s, n)] }

// decimals replaces decimal digits of all scripts by those of ASCII, and white
// space by spaces.
func decimals(s string) string {
	if isASCII(s) {
		return s
	}
	return mapChars(s, func(dst []byte, r rune) []byte {
		switch {
		case r < 0x80:
			return append(dst, byte(r))
		case isSpace(r):
			return append(dst, ' ')
		case isDecimal(r):
			return append(dst, '0'+byte(decimalValue(r)))
		}
		return appendChar(dst, r)
	})
}

// decimalValue is the value of a decimal digit: they stand in tens.
func decimalValue(r rune) int {
	n := 0
	for isDecimal(r - 1 - rune(n)) {
		n++
	}
	return n % 10
}

// intLiteral takes a literal apart: the digits without underscores, and their
// base.
func intLiteral(s string, base int) (digits string, negative bool, b int, ok bool) {
	s = strings.TrimFunc(s, isSpace)
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative, s = s[0] == '-', s[1:]
	}
	b = base
	if len(s) >= 2 && s[0] == '0' {
		prefixed := 0
		switch s[1] {
		case 'x', 'X':
			prefixed = 16
		case 'o', 'O':
			prefixed = 8
		case 'b', 'B':
			prefixed = 2
		}
		if prefixed != 0 && (base == 0 || base == prefixed) {
			b, s = prefixed, s[2:]
			s = strings.TrimPrefix(s, "_")
		}
	}
	if b == 0 {
		b = 10
		if strings.HasPrefix(s, "0") && strings.Trim(s, "0_") != "" {
			return "", false, b, false // leading zeros
		}
	}
	if strings.HasPrefix(s, "_") || strings.HasSuffix(s, "_") || strings.Contains(s, "__") || strings.ContainsAny(s, "+-") {
		return "", false, b, false
	}
	return strings.ReplaceAll(s, "_", ""), negative, b, true
}

// newBool is bool(x).
func newBool(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("bool", args, kwargs, 0, 1); err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return starlark.False, nil
	}
	truth, err := Truth(t, args[0])
	return starlark.Bool(truth), err
}

// roundInt is round(i, n): to a power of ten, halves to the even one.
func roundInt(t *starlark.Thread, i starlark.Int, n int) (starlark.Value, error) {
	if n >= 0 {
		return i, nil
	}
	if n < -math.MaxInt32 || float64(-n) > float64(width(i))*0.30103+2 {
		return zero, nil
	}
	if err := guard.CheckBits(t, "round", -n*4); err != nil {
		return nil, err
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-n)), nil)
	q, rest := new(big.Int).DivMod(i.BigInt(), unit, new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(unit) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		if q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
	}
	return starlark.MakeBigInt(q.Mul(q, unit)), nil
}
