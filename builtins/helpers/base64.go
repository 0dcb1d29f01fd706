package helpers

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Base64 returns the module base64.
//
//	b64encode(s, altchars=None), standard_b64encode(s), urlsafe_b64encode(s), encodebytes(s)
//	b64decode(s, altchars=None, validate=False), standard_b64decode(s), urlsafe_b64decode(s), decodebytes(s)
//	b32encode(s), b32decode(s, casefold=False), b16encode(s), b16decode(s, casefold=False)
//
// They take bytes, and the decoders also texts, and return bytes.
func Base64() runtime.Module {
	return runtime.Module{
		Names: []string{"base64"},
		Members: starlark.StringDict{
			"b64encode":          pyclass.Function("b64encode", b64encode),
			"b64decode":          pyclass.Function("b64decode", b64decode),
			"standard_b64encode": pyclass.Function("standard_b64encode", b64encode),
			"standard_b64decode": pyclass.Function("standard_b64decode", b64decode),
			"urlsafe_b64encode":  pyclass.Function("urlsafe_b64encode", urlsafeEncode),
			"urlsafe_b64decode":  pyclass.Function("urlsafe_b64decode", urlsafeDecode),
			"encodebytes":        pyclass.Function("encodebytes", encodeBytes),
			"decodebytes":        pyclass.Function("decodebytes", decodeBytes),
			"b32encode":          pyclass.Function("b32encode", b32encode),
			"b32decode":          pyclass.Function("b32decode", b32decode),
			"b16encode":          pyclass.Function("b16encode", b16encode),
			"b16decode":          pyclass.Function("b16decode", b16decode),
		},
	}
}

// Binascii returns the module binascii.
//
//	a2b_base64(data, *, strict_mode=False), b2a_base64(data, *, newline=True)
//	hexlify(data[, sep[, bytes_per_sep]]), b2a_hex(…), unhexlify(hexstr), a2b_hex(hexstr)
//	crc32(data, value=0), Error
func Binascii() runtime.Module {
	return runtime.Module{
		Names: []string{"binascii"},
		Members: starlark.StringDict{
			"a2b_base64": pyclass.Function("a2b_base64", a2bBase64),
			"b2a_base64": pyclass.Function("b2a_base64", b2aBase64),
			"hexlify":    pyclass.Function("hexlify", hexlify),
			"b2a_hex":    pyclass.Function("b2a_hex", hexlify),
			"unhexlify":  pyclass.Function("unhexlify", unhexlify),
			"a2b_hex":    pyclass.Function("a2b_hex", unhexlify),
			"crc32":      pyclass.Function("crc32", binasciiCRC32),
			"Error":      &pyerr.Exception{FullName: "binascii.Error", Base: "ValueError"},
		},
	}
}

func binasciiError(format string, args ...any) error {
	return &pyerr.Error{Class: "binascii.Error", Base: "ValueError", Msg: fmt.Sprintf(format, args...)}
}

// bytesArg is a parameter that is bytes.
type bytesArg string

// Unpack implements starlark.Unpacker.
func (b *bytesArg) Unpack(v starlark.Value) error {
	data, ok := v.(starlark.Bytes)
	if !ok {
		return pyerr.Type("a bytes-like object is required, not '%s'", pyerr.TypeName(v))
	}
	*b = bytesArg(data)
	return nil
}

// asciiText returns bytes, or a text that is ASCII.
func asciiText(v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.Bytes:
		return string(v), nil
	case starlark.String:
		for i := range len(v) {
			if v[i] >= utf8.RuneSelf {
				return "", pyerr.Value("string argument should contain only ASCII characters")
			}
		}
		return string(v), nil
	}
	return "", pyerr.Type("argument should be a bytes-like object or ASCII string, not '%s'", pyerr.TypeName(v))
}

// made bounds and charges the making of n bytes.
func made(c pyclass.Call, n int) error { return guard.CheckBytes(c.Thread, c.Fn, n) }

func b64encode(c pyclass.Call) (starlark.Value, error) {
	var (
		s   bytesArg
		alt starlark.Value
	)
	if err := c.Unpack("s", &s, "altchars??", &alt); err != nil {
		return nil, err
	}
	swap, err := altchars(alt, "+/", true)
	if err != nil {
		return nil, err
	}
	return encode64(c, string(s), swap)
}

func encode64(c pyclass.Call, s string, swap *strings.Replacer) (starlark.Value, error) {
	if err := made(c, len(s)*4/3+4); err != nil {
		return nil, err
	}
	text := base64.StdEncoding.EncodeToString([]byte(s))
	if swap != nil {
		text = swap.Replace(text)
	}
	return starlark.Bytes(text), nil
}

// altchars returns what replaces the last two digits by others, or others by
// them, or nil for none.
func altchars(v starlark.Value, digits string, encoding bool) (*strings.Replacer, error) {
	if v == nil {
		return nil, nil
	}
	alt, err := asciiText(v)
	if err != nil {
		return nil, err
	}
	if len(alt) != 2 {
		return nil, pyerr.New("AssertionError", "%s", pyrepr.Bytes(alt))
	}
	if encoding {
		return strings.NewReplacer(digits[:1], alt[:1], digits[1:], alt[1:]), nil
	}
	return strings.NewReplacer(alt[:1], digits[:1], alt[1:], digits[1:]), nil
}

func urlsafeEncode(c pyclass.Call) (starlark.Value, error) {
	var s bytesArg
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	return encode64(c, string(s), strings.NewReplacer("+", "-", "/", "_"))
}

func b64decode(c pyclass.Call) (starlark.Value, error) {
	var (
		s, alt   starlark.Value
		validate bool
	)
	if err := c.Unpack("s", &s, "altchars??", &alt, "validate?", &validate); err != nil {
		return nil, err
	}
	swap, err := altchars(alt, "+/", false)
	if err != nil {
		return nil, err
	}
	return decode64(c, s, swap, validate)
}

func urlsafeDecode(c pyclass.Call) (starlark.Value, error) {
	var s starlark.Value
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	return decode64(c, s, strings.NewReplacer("-", "+", "_", "/"), false)
}

func decode64(c pyclass.Call, s starlark.Value, swap *strings.Replacer, strict bool) (starlark.Value, error) {
	text, err := asciiText(s)
	if err != nil {
		return nil, err
	}
	if err := made(c, len(text)); err != nil {
		return nil, err
	}
	if swap != nil {
		text = swap.Replace(text)
	}
	data, err := decodeBase64(text, strict)
	return starlark.Bytes(data), err
}

// decodeBase64 reads what CPython reads: all that is not a digit is skipped,
// unless strict, and only the end of the digits needs padding.
func decodeBase64(s string, strict bool) (string, error) {
	if strict && strings.HasPrefix(s, "=") {
		return "", binasciiError("Leading padding not allowed")
	}
	dst := make([]byte, 0, len(s)/4*3+3)
	digits, pads, bits, padded := 0, 0, uint(0), false
	for i := range len(s) {
		if s[i] == '=' {
			padded = true
			if digits >= 2 {
				if pads++; digits+pads >= 4 {
					if strict && i+1 < len(s) {
						return "", binasciiError("Excess data after padding")
					}
					return string(dst), nil
				}
			}
			continue
		}
		digit := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", s[i])
		switch {
		case digit < 0 && strict:
			return "", binasciiError("Only base64 data is allowed")
		case digit < 0:
			continue
		case strict && padded:
			return "", binasciiError("Discontinuous padding not allowed")
		}
		pads = 0
		bits = bits<<6 | uint(digit)
		if digits = (digits + 1) % 4; digits != 1 {
			dst = append(dst, byte(bits>>[]uint{0, 0, 4, 2}[digits]))
		}
	}
	switch digits {
	case 0:
		return string(dst), nil
	case 1:
		return "", binasciiError("Invalid base64-encoded string: number of data characters (%d) cannot be 1 more than a multiple of 4", len(dst)/3*4+1)
	}
	return "", binasciiError("Incorrect padding")
}

func encodeBytes(c pyclass.Call) (starlark.Value, error) {
	var s bytesArg
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	if err := made(c, len(s)*3/2+4); err != nil {
		return nil, err
	}
	var b strings.Builder
	for rest := []byte(s); len(rest) > 0; {
		line := rest[:min(57, len(rest))]
		rest = rest[len(line):]
		b.WriteString(base64.StdEncoding.EncodeToString(line) + "\n")
	}
	return starlark.Bytes(b.String()), nil
}

func decodeBytes(c pyclass.Call) (starlark.Value, error) {
	var s bytesArg
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	return decode64(c, starlark.Bytes(s), nil, false)
}

func b32encode(c pyclass.Call) (starlark.Value, error) {
	var s bytesArg
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	if err := made(c, len(s)*2+8); err != nil {
		return nil, err
	}
	return starlark.Bytes(base32.StdEncoding.EncodeToString([]byte(s))), nil
}

func b32decode(c pyclass.Call) (starlark.Value, error) {
	var (
		s        starlark.Value
		casefold bool
	)
	if err := c.Unpack("s", &s, "casefold?", &casefold); err != nil {
		return nil, err
	}
	text, err := asciiText(s)
	if err != nil {
		return nil, err
	}
	if err := made(c, len(text)); err != nil {
		return nil, err
	}
	if casefold {
		text = strings.ToUpper(text)
	}
	data, err := decodeBase32(text)
	return starlark.Bytes(data), err
}

// decodeBase32 finds digits that are none before it finds padding that is
// wrong, as CPython does. The bits that are left over need not be zero.
func decodeBase32(s string) (string, error) {
	if len(s)%8 != 0 {
		return "", binasciiError("Incorrect padding")
	}
	digits := strings.TrimRight(s, "=")
	if strings.Trim(digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || strings.Contains(digits, "=") {
		return "", binasciiError("Non-base32 digit found")
	}
	switch len(s) - len(digits) {
	case 0, 1, 3, 4, 6:
	default:
		return "", binasciiError("Incorrect padding")
	}
	data, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(digits)
	if err != nil {
		return "", binasciiError("Non-base32 digit found")
	}
	return string(data), nil
}

func b16encode(c pyclass.Call) (starlark.Value, error) {
	var s bytesArg
	if err := c.Unpack("s", &s); err != nil {
		return nil, err
	}
	if err := made(c, 2*len(s)); err != nil {
		return nil, err
	}
	return starlark.Bytes(strings.ToUpper(hex.EncodeToString([]byte(s)))), nil
}

func b16decode(c pyclass.Call) (starlark.Value, error) {
	var (
		s        starlark.Value
		casefold bool
	)
	if err := c.Unpack("s", &s, "casefold?", &casefold); err != nil {
		return nil, err
	}
	text, err := asciiText(s)
	if err != nil {
		return nil, err
	}
	if casefold {
		text = strings.ToUpper(text)
	}
	if strings.Trim(text, "0123456789ABCDEF") != "" || strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789ABCDEF", r) }) {
		return nil, binasciiError("Non-base16 digit found")
	}
	return decodeHex(c, text)
}

func decodeHex(c pyclass.Call, text string) (starlark.Value, error) {
	if len(text)%2 != 0 {
		return nil, binasciiError("Odd-length string")
	}
	if err := made(c, len(text)/2); err != nil {
		return nil, err
	}
	data, err := hex.DecodeString(text)
	if err != nil {
		return nil, binasciiError("Non-hexadecimal digit found")
	}
	return starlark.Bytes(data), nil
}

func a2bBase64(c pyclass.Call) (starlark.Value, error) {
	var (
		data   starlark.Value
		strict bool
	)
	if err := c.Unpack("data", &data, "strict_mode?", &strict); err != nil {
		return nil, err
	}
	return decode64(c, data, nil, strict)
}

func b2aBase64(c pyclass.Call) (starlark.Value, error) {
	var data bytesArg
	newline := true
	if err := c.Unpack("data", &data, "newline?", &newline); err != nil {
		return nil, err
	}
	text, err := encode64(c, string(data), nil)
	if newline && err == nil {
		text = text.(starlark.Bytes) + "\n"
	}
	return text, err
}

func hexlify(c pyclass.Call) (starlark.Value, error) {
	var (
		data bytesArg
		sep  starlark.Value
		per  = 1
	)
	if err := c.Unpack("data", &data, "sep??", &sep, "bytes_per_sep?", &per); err != nil {
		return nil, err
	}
	if err := made(c, 3*len(data)); err != nil {
		return nil, err
	}
	text := hex.EncodeToString([]byte(data))
	if sep == nil || per == 0 {
		return starlark.Bytes(text), nil
	}
	separator, err := asciiText(sep)
	if err != nil {
		return nil, err
	}
	if len(separator) != 1 {
		return nil, pyerr.Value("sep must be length 1.")
	}
	return starlark.Bytes(grouped(text, separator, per)), nil
}

// grouped puts a separator between groups of bytes, counted from the right,
// or from the left if their size is negative.
func grouped(text, separator string, per int) string {
	size := 2 * max(per, -per)
	first := size
	if per > 0 {
		if first = len(text) % size; first == 0 {
			first = size
		}
	}
	var b strings.Builder
	for first < len(text) {
		b.WriteString(text[:first] + separator)
		text, first = text[first:], size
	}
	return b.String() + text
}

func unhexlify(c pyclass.Call) (starlark.Value, error) {
	var s starlark.Value
	if err := c.Unpack("hexstr", &s); err != nil {
		return nil, err
	}
	text, err := asciiText(s)
	if err != nil {
		return nil, err
	}
	return decodeHex(c, text)
}

func binasciiCRC32(c pyclass.Call) (starlark.Value, error) {
	var (
		data  bytesArg
		value uint32
	)
	if err := c.Unpack("data", &data, "value?", &value); err != nil {
		return nil, err
	}
	if err := guard.MeterOf(c.Thread).Charge(len(data) / 32); err != nil {
		return nil, err
	}
	return starlark.MakeUint64(uint64(crc32.Update(value, crc32.IEEETable, []byte(data)))), nil
}
