package pytypes

import (
	"math"
	"math/big"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// floatPow is x ** y.
func floatPow(x, y float64) (starlark.Value, error) {
	switch {
	case x == 0 && y < 0:
		return nil, pyerr.New("ZeroDivisionError", "0.0 cannot be raised to a negative power")
	case x < 0 && x-x == 0 && y-y == 0 && y != math.Floor(y):
		return nil, pyerr.Value("a negative number to the power of a fraction is complex, which is not supported")
	}
	f := pow(x, y)
	if math.IsInf(f, 0) && x-x == 0 && y-y == 0 {
		return nil, &Error{
			Class: "OverflowError",
			Args:  starlark.Tuple{starlark.MakeInt(34), starlark.String("Numerical result out of range")},
			Msg:   "(34, 'Numerical result out of range')",
		}
	}
	return starlark.Float(f), nil
}

// pow is x to the power of y, rounded correctly, as CPython's C library does
// it: Go's math.Pow is often off by a bit or two.
func pow(x, y float64) float64 {
	switch {
	case y == 1:
		return x
	case y == 2:
		return x * x
	case y == -1:
		return 1 / x
	case y == 0.5 && x > 0:
		return math.Sqrt(x)
	}
	f := math.Pow(x, y)
	if f == 0 || f-f != 0 || y == 0 || math.Abs(x) == 1 || x-x != 0 || y-y != 0 {
		return f
	}
	exact := bigExp(new(big.Float).Mul(wide(y), bigLog(math.Abs(x))))
	r, _ := exact.Float64()
	return math.Copysign(r, f)
}

// precision is that of intermediate results, in bits.
const precision = 160

func wide(f float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(f) }

// ln2 is the natural logarithm of 2.
var ln2, _, _ = big.ParseFloat("0.693147180559945309417232121458176568075500134360255254120680009493393621969694716", 10, precision, big.ToNearestEven)

// bigLog is the natural logarithm of x > 0: of its exponent and of its
// mantissa, which is near 1, by the series of the area tangent.
func bigLog(x float64) *big.Float {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	z := new(big.Float).Quo(new(big.Float).Sub(wide(m), wide(1)), new(big.Float).Add(wide(m), wide(1)))
	square := new(big.Float).Mul(z, z)
	sum, power, term := wide(0), new(big.Float).Copy(z), new(big.Float)
	for k := 1; power.Sign() != 0 && power.MantExp(nil) > -precision-8; k += 2 {
		term.Quo(power, wide(float64(k)))
		sum.Add(sum, term)
		power.Mul(power, square)
	}
	sum.Add(sum, sum)
	return sum.Add(sum, new(big.Float).Mul(ln2, wide(float64(e))))
}

// halvings is how often the argument of bigExp is halved, to be small.
const halvings = 8

// bigExp is e to the power of x.
func bigExp(x *big.Float) *big.Float {
	q, _ := new(big.Float).Quo(x, ln2).Float64()
	n := math.Round(q)
	r := new(big.Float).Sub(x, new(big.Float).Mul(ln2, wide(n)))
	r.SetMantExp(r, -halvings)
	sum, term := wide(1), wide(1)
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > -precision-8; k++ {
		term.Mul(term, r)
		term.Quo(term, wide(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(n))
}
