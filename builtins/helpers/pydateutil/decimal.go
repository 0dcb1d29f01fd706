package pydateutil

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
)

// A decimal is a number as it is written: digits, and those after the dot.
type decimal struct{ whole, fraction string }

// parseDecimal reads digits, which may have a dot between them.
func parseDecimal(s string) (decimal, bool) {
	whole, fraction, dot := strings.Cut(s, ".")
	if !isDigits(whole) || dot && !isDigits(fraction) {
		return decimal{}, false
	}
	return decimal{whole, fraction}, true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(rune(s[i])) {
			return false
		}
	}
	return s != ""
}

// int is the number without its fraction. One that is too large is the largest
// int.
func (d decimal) int() int { return toInt(d.whole) }

func toInt(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return math.MaxInt
	}
	return n
}

// hasFraction tells whether there is a fraction that is not 0.
func (d decimal) hasFraction() bool { return strings.Trim(d.fraction, "0") != "" }

// precision is that of Python's decimal context: results are rounded to so
// many digits, and a remainder of a larger number is an error.
const precision = 28

// sixtieths is int(60 * (d % 1)) as Python's decimal computes it.
func (d decimal) sixtieths() (int, error) {
	if len(strings.TrimLeft(d.whole, "0")) > precision {
		return 0, &pyerr.Error{
			Class: "decimal.InvalidOperation",
			Base:  "ArithmeticError",
			Msg:   "[<class 'decimal.DivisionImpossible'>]",
		}
	}
	digits := d.fraction
	if len(digits) > 2*precision { // rounding looks no further, but for what is there at all
		digits = digits[:2*precision] + "1"
	}
	n, _ := new(big.Int).SetString("0"+digits, 10)
	n, scale := roundDigits(n, len(digits))
	n, scale = roundDigits(n.Mul(n, big.NewInt(60)), scale)
	return int(n.Quo(n, power10(scale)).Int64()), nil
}

// roundDigits rounds n / 10^scale to the precision, halves to even.
func roundDigits(n *big.Int, scale int) (*big.Int, int) {
	drop := len(n.String()) - precision
	if drop <= 0 || n.Sign() == 0 {
		return n, scale
	}
	unit := power10(drop)
	quotient, rest := new(big.Int).QuoRem(n, unit, new(big.Int))
	order := rest.Lsh(rest, 1).Cmp(unit)
	if order > 0 || order == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient, scale - drop
}

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
