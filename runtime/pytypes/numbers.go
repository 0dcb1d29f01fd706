package pytypes

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// asInt gives the integer of an int or bool.
func asInt(v starlark.Value) (starlark.Int, bool) {
	switch v := v.(type) {
	case starlark.Int:
		return v, true
	case starlark.Bool:
		return boolInt(v), true
	}
	return starlark.Int{}, false
}

var zero, one = starlark.MakeInt(0), starlark.MakeInt(1)

func boolInt(b starlark.Bool) starlark.Int {
	if b {
		return one
	}
	return zero
}

// width gives the number of bits in i.
func width(i starlark.Int) int {
	if v, ok := i.Int64(); ok {
		return bits.Len64(magnitude(v))
	}
	return i.BigInt().BitLen()
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// exact is the greatest integer up to which each one is a float.
const exact = 1 << 53

// intFloat gives the float that is nearest to i.
func intFloat(i starlark.Int) (float64, error) {
	if v, ok := i.Int64(); ok {
		return float64(v), nil
	}
	f, _ := new(big.Float).SetInt(i.BigInt()).Float64()
	if math.IsInf(f, 0) {
		return 0, pyerr.Overflow("int too large to convert to float")
	}
	return f, nil
}

// floatInt gives the integer part of f.
func floatInt(f float64) (starlark.Int, error) {
	switch {
	case math.IsNaN(f):
		return zero, pyerr.Value("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return zero, pyerr.Overflow("cannot convert float infinity to integer")
	case math.Abs(f) < 1<<62:
		return starlark.MakeInt64(int64(f)), nil
	}
	i, _ := big.NewFloat(f).Int(nil)
	return starlark.MakeBigInt(i), nil
}

// intBinary is x op y.
func intBinary(t *starlark.Thread, op Op, x, y starlark.Int) (starlark.Value, error) {
	if op <= Mul {
		a, aok := x.Int64()
		b, bok := y.Int64()
		if aok && bok && int64(int32(a)) == a && int64(int32(b)) == b {
			return smallBinary(op, a, b), nil
		}
	}
	switch op {
	case Add, Sub, And, Or, Xor:
		if err := checkSum(t, op, x, y); err != nil {
			return nil, err
		}
		switch op {
		case Add:
			return x.Add(y), nil
		case Sub:
			return x.Sub(y), nil
		case And:
			return x.And(y), nil
		case Or:
			return x.Or(y), nil
		}
		return x.Xor(y), nil
	case Mul:
		if err := checkProduct(t, x, y); err != nil {
			return nil, err
		}
		return x.Mul(y), nil
	case TrueDiv:
		return intDivide(t, x, y)
	case FloorDiv:
		if err := checkDivision(t, x, y, "integer division or modulo by zero"); err != nil {
			return nil, err
		}
		return x.Div(y), nil
	case Mod:
		if err := checkDivision(t, x, y, "integer modulo by zero"); err != nil {
			return nil, err
		}
		return x.Mod(y), nil
	case Pow:
		return intPow(t, x, y)
	case LShift, RShift:
		return intShift(t, op, x, y)
	}
	return nil, nil
}

// smallBinary is x op y for the first operators and 32 bits.
func smallBinary(op Op, x, y int64) starlark.Int {
	switch op {
	case Add:
		return starlark.MakeInt64(x + y)
	case Sub:
		return starlark.MakeInt64(x - y)
	}
	return starlark.MakeInt64(x * y)
}

// checkSum checks the size of a sum and the like.
func checkSum(t *starlark.Thread, op Op, x, y starlark.Int) error {
	if isInt64(x) && isInt64(y) {
		return nil
	}
	return guard.CheckBits(t, operators[op].symbol, max(width(x), width(y))+1)
}

func isInt64(i starlark.Int) bool {
	_, ok := i.Int64()
	return ok
}

func checkProduct(t *starlark.Thread, x, y starlark.Int) error {
	if isInt64(x) && isInt64(y) {
		return nil
	}
	w, v := width(x), width(y)
	if err := guard.CheckBits(t, "*", w+v); err != nil {
		return err
	}
	return walked(t, w/64*v/64) // the time is that of a product of the lengths
}

func checkDivision(t *starlark.Thread, x, y starlark.Int, zero string) error {
	if y.Sign() == 0 {
		return pyerr.New("ZeroDivisionError", "%s", zero)
	}
	if isInt64(x) && isInt64(y) {
		return nil
	}
	return walked(t, width(x)/64*width(y)/64)
}

func intDivide(t *starlark.Thread, x, y starlark.Int) (starlark.Value, error) {
	if err := checkDivision(t, x, y, "division by zero"); err != nil {
		return nil, err
	}
	a, aok := x.Int64()
	b, bok := y.Int64()
	if aok && bok && -exact <= a && a <= exact && -exact <= b && b <= exact {
		return starlark.Float(float64(a) / float64(b)), nil
	}
	f := quotient(x.BigInt(), y.BigInt())
	if math.IsInf(f, 0) {
		return nil, pyerr.Overflow("integer division result too large for a float")
	}
	return starlark.Float(f), nil
}

// quotient is x / y, rounded once.
func quotient(x, y *big.Int) float64 {
	negative := (x.Sign() < 0) != (y.Sign() < 0)
	x.Abs(x)
	y.Abs(y)
	shift := 66 - x.BitLen() + y.BitLen() // so that the quotient has enough bits
	if shift > 0 {
		x.Lsh(x, uint(shift))
	} else {
		y.Lsh(y, uint(-shift))
	}
	q, rest := x.QuoRem(x, y, new(big.Int))
	if rest.Sign() != 0 {
		q.SetBit(q, 0, 1) // it is a little more
	}
	f := new(big.Float).SetInt(q)
	r, _ := f.SetMantExp(f, -shift).Float64()
	if negative {
		return -r
	}
	return r
}

func intPow(t *starlark.Thread, x, y starlark.Int) (starlark.Value, error) {
	if y.Sign() < 0 {
		f, err := intFloat(x)
		if err != nil {
			return nil, err
		}
		g, err := intFloat(y)
		if err != nil {
			return nil, err
		}
		return floatPow(f, g)
	}
	n, ok := y.Int64()
	if v, small := x.Int64(); small && -1 <= v && v <= 1 {
		return unitPow(v, y), nil
	}
	bits := -1
	if ok {
		bits = product(width(x)-1, int(n)) // at least
	}
	if err := guard.CheckBits(t, "**", bits); err != nil {
		return nil, err
	}
	if words := bits / 64; words > 8 {
		if err := walked(t, words*words); err != nil {
			return nil, err
		}
	}
	return starlark.MakeBigInt(new(big.Int).Exp(x.BigInt(), y.BigInt(), nil)), nil
}

// unitPow is v ** y for -1, 0 and 1.
func unitPow(v int64, y starlark.Int) starlark.Int {
	switch {
	case y.Sign() == 0 || v == 1 || v == -1 && y.And(one).Sign() == 0:
		return one
	case v == 0:
		return zero
	}
	return starlark.MakeInt(-1)
}

func intShift(t *starlark.Thread, op Op, x, y starlark.Int) (starlark.Value, error) {
	if y.Sign() < 0 {
		return nil, pyerr.Value("negative shift count")
	}
	n, ok := y.Int64()
	ok = ok && n <= math.MaxInt32
	if op == RShift {
		if !ok {
			if x.Sign() < 0 {
				return starlark.MakeInt(-1), nil
			}
			return zero, nil
		}
		return x.Rsh(uint(n)), nil
	}
	if x.Sign() == 0 {
		return x, nil
	}
	bits := -1
	if ok {
		bits = width(x) + int(n)
	}
	if err := guard.CheckBits(t, "<<", bits); err != nil {
		return nil, err
	}
	return x.Lsh(uint(n)), nil
}

// floatBinary is x op y.
func floatBinary(op Op, x, y float64) (starlark.Value, error) {
	switch op {
	case Add:
		return starlark.Float(x + y), nil
	case Sub:
		return starlark.Float(x - y), nil
	case Mul:
		return starlark.Float(x * y), nil
	case TrueDiv:
		if y == 0 {
			return nil, pyerr.New("ZeroDivisionError", "float division by zero")
		}
		return starlark.Float(x / y), nil
	case FloorDiv:
		if y == 0 {
			return nil, pyerr.New("ZeroDivisionError", "float floor division by zero")
		}
		div, _ := floatDivMod(x, y)
		return starlark.Float(div), nil
	case Mod:
		if y == 0 {
			return nil, pyerr.New("ZeroDivisionError", "float modulo")
		}
		_, mod := floatDivMod(x, y)
		return starlark.Float(mod), nil
	case Pow:
		return floatPow(x, y)
	}
	return nil, nil
}

// floatDivMod gives the quotient, rounded down, and the rest, which has the
// sign of y.
func floatDivMod(x, y float64) (div, mod float64) {
	mod = math.Mod(x, y)
	div = (x - mod) / y
	if mod != 0 {
		if (y < 0) != (mod < 0) {
			mod += y
			div--
		}
	} else {
		mod = math.Copysign(0, y)
	}
	if div == 0 {
		return math.Copysign(0, x/y), mod
	}
	whole := math.Floor(div)
	if div-whole > 0.5 {
		whole++
	}
	return whole, mod
}

// mixed is x op y for an int and a float.
func mixed(op Op, x starlark.Int, y float64, swapped bool) (starlark.Value, error) {
	if op > Pow {
		return nil, nil
	}
	f, err := intFloat(x)
	if err != nil {
		return nil, err
	}
	if swapped {
		return floatBinary(op, y, f)
	}
	return floatBinary(op, f, y)
}
