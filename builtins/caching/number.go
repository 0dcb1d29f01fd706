package caching

import (
	"bytes"
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// MaxDigits is how many significant digits a number can have.
const MaxDigits = 38

// A Number is the value of an attribute that should be a number: a count, or
// the time at which an item expires. The zero value says that there is no such
// attribute. Numbers are exact up to MaxDigits digits, with a fraction if
// somebody else wrote one; and as others can write anything into a shared
// table, a Number may also be a text. Numbers are immutable and are equal if
// == says so.
type Number struct {
	kind  numberKind
	small int64  // the value of an integer that fits
	text  string // of all others: the decimal in its shortest form, or the text
}

type numberKind uint8

const (
	kindNone numberKind = iota
	kindInt
	kindDecimal
	kindText
)

// Int returns i as a Number.
func Int(i int64) Number { return Number{kind: kindInt, small: i} }

// BigInt returns i as a Number. It fails if i has more than MaxDigits
// significant digits.
func BigInt(i *big.Int) (Number, error) {
	if i.IsInt64() {
		return Int(i.Int64()), nil
	}
	if i.BitLen() > maxBits {
		return Number{}, errDigits
	}
	return fromRat(new(big.Rat).SetInt(i))
}

// ParseNumber reads a decimal as a DynamoDB table writes it: "12", "-2.5",
// "1E+30".
func ParseNumber(s string) (Number, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Int(i), nil
	}
	mantissa, exponent := s, 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		var err error
		if exponent, err = strconv.Atoi(s[at+1:]); err != nil {
			return Number{}, errNumber
		}
		mantissa = s[:at]
	}
	if len(mantissa) > maxText || exponent < -maxText || exponent > maxText || strings.Trim(mantissa, "+-.0123456789") != "" {
		return Number{}, errNumber
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Number{}, errNumber
	}
	return fromRat(r)
}

// TextNumber returns the text s in the place of a number: what a table holds
// whose attribute was written by somebody else, as a string.
func TextNumber(s string) Number { return Number{kind: kindText, text: s} }

// Bounds of what a table's number can be: beyond them is no number of
// MaxDigits digits, and no text of one.
const (
	maxBits      = 420 // of 10**126
	maxText      = 300
	maxFraction  = 130
	maxMagnitude = 126 // digits before the point
)

var (
	errDigits = errors.New("more than 38 digits")
	errNumber = errors.New("not a decimal number")
)

// fromRat returns a rational number whose denominator is a power of ten.
func fromRat(r *big.Rat) (Number, error) {
	if r.IsInt() && r.Num().IsInt64() {
		return Int(r.Num().Int64()), nil
	}
	s := r.FloatString(maxFraction)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	digits := strings.Trim(strings.Replace(strings.TrimPrefix(s, "-"), ".", "", 1), "0")
	whole, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	exact, _ := new(big.Rat).SetString(s)
	if len(digits) > MaxDigits || len(whole) > maxMagnitude || exact.Cmp(r) != 0 {
		return Number{}, errDigits
	}
	return Number{kind: kindDecimal, text: s}, nil
}

func (n Number) rat() *big.Rat {
	if n.kind != kindDecimal {
		return new(big.Rat).SetInt64(n.small)
	}
	r, ok := new(big.Rat).SetString(n.text)
	if !ok {
		panic("caching: decimal Number has text " + strconv.Quote(n.text))
	}
	return r
}

// IsNone reports whether there is no such attribute.
func (n Number) IsNone() bool { return n.kind == kindNone }

// Text returns the text that stands in the place of a number, and false if
// there is none.
func (n Number) Text() (string, bool) { return n.text, n.kind == kindText }

// Int64 returns an integer, and false if n is none or does not fit.
func (n Number) Int64() (int64, bool) { return n.small, n.kind == kindInt }

// BigInt returns the number without its fraction; 0 for no number.
func (n Number) BigInt() *big.Int {
	if n.kind != kindDecimal {
		return big.NewInt(n.small)
	}
	r := n.rat()
	return new(big.Int).Quo(r.Num(), r.Denom())
}

// IsInt reports whether n is a number without a fraction.
func (n Number) IsInt() bool {
	return n.kind == kindInt || n.kind == kindDecimal && !strings.Contains(n.text, ".")
}

// Float64 returns the number, rounded; 0 for no number.
func (n Number) Float64() float64 {
	if n.kind != kindDecimal {
		return float64(n.small)
	}
	f, _ := strconv.ParseFloat(n.text, 64)
	return f
}

// String returns the number in decimal, a text in quotes, or "" for none.
func (n Number) String() string {
	switch n.kind {
	case kindInt:
		return strconv.FormatInt(n.small, 10)
	case kindText:
		return strconv.Quote(n.text)
	}
	return n.text
}

// Add returns n+m, where none counts as 0. It fails on a text and if the sum
// has more than MaxDigits significant digits.
func (n Number) Add(m Number) (Number, error) {
	if n.kind == kindText || m.kind == kindText {
		return Number{}, errNumber
	}
	if n.kind != kindDecimal && m.kind != kindDecimal {
		sum := n.small + m.small
		if (sum > n.small) == (m.small > 0) {
			return Int(sum), nil
		}
	}
	return fromRat(new(big.Rat).Add(n.rat(), m.rat()))
}

// Reached reports whether n is a number that is at most t.
func (n Number) Reached(t int64) bool {
	switch n.kind {
	case kindInt:
		return n.small <= t
	case kindDecimal:
		return n.rat().Cmp(new(big.Rat).SetInt64(t)) <= 0
	}
	return false
}

// size is the number's size in a DynamoDB item: a byte for each two significant
// digits, one more, and one for a sign.
func (n Number) size() int {
	var buf [MaxDigits]byte
	digits := buf[:0]
	switch n.kind {
	case kindNone:
		return 0
	case kindInt:
		digits = strconv.AppendInt(digits, n.small, 10)
	case kindDecimal:
		digits = append(digits, n.text...)
	case kindText:
		return len(n.text)
	}
	sign := 0
	if digits[0] == '-' {
		sign = 1
	}
	significant := bytes.Trim(digits, "-.0")
	return (len(significant)-bytes.Count(significant, []byte("."))+1)/2 + 1 + sign
}
