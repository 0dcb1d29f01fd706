package helpers

import (
	"math"
	"math/big"
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	starlarkmath "go.starlark.net/lib/math"
	"go.starlark.net/starlark"
)

// Math returns the module math: Python's, and what Starlark's has more (mod,
// round).
//
//	acos acosh asin asinh atan atan2 atanh cos cosh sin sinh tan tanh degrees radians hypot dist
//	exp exp2 expm1 log(x[, base]) log10 log1p log2 pow sqrt cbrt gamma lgamma erf erfc
//	ceil floor trunc fabs fmod modf remainder copysign frexp ldexp nextafter ulp
//	isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0) isfinite isinf isnan
//	gcd lcm factorial comb perm isqrt prod(iterable, *, start=1) fsum
//	e pi tau inf nan
//
// Arguments without a result are errors, as in Python. The last digit of a
// result may be another than that of the C library.
func Math() runtime.Module {
	members := starlark.StringDict{
		"e": starlark.Float(math.E), "pi": starlark.Float(math.Pi), "tau": starlark.Float(2 * math.Pi),
		"inf": starlark.Float(math.Inf(1)), "nan": starlark.Float(math.NaN()),
		"mod": starlarkmath.Module.Members["mod"], "round": starlarkmath.Module.Members["round"],

		"log":       pyclass.Function("log", mathLog),
		"log2":      pyclass.Function("log2", func(c pyclass.Call) (starlark.Value, error) { return mathLogTo(c, math.Log2, 1) }),
		"log10":     pyclass.Function("log10", func(c pyclass.Call) (starlark.Value, error) { return mathLogTo(c, math.Log10, math.Ln2/math.Ln10) }),
		"ceil":      pyclass.Function("ceil", func(c pyclass.Call) (starlark.Value, error) { return toInt(c, math.Ceil) }),
		"floor":     pyclass.Function("floor", func(c pyclass.Call) (starlark.Value, error) { return toInt(c, math.Floor) }),
		"trunc":     pyclass.Function("trunc", func(c pyclass.Call) (starlark.Value, error) { return toInt(c, math.Trunc) }),
		"modf":      pyclass.Function("modf", mathModf),
		"frexp":     pyclass.Function("frexp", mathFrexp),
		"ldexp":     pyclass.Function("ldexp", mathLdexp),
		"hypot":     pyclass.Function("hypot", mathHypot),
		"dist":      pyclass.Function("dist", mathDist),
		"isclose":   pyclass.Function("isclose", mathIsclose),
		"gcd":       pyclass.Function("gcd", mathGCD),
		"lcm":       pyclass.Function("lcm", mathLCM),
		"factorial": pyclass.Function("factorial", mathFactorial),
		"comb":      pyclass.Function("comb", mathComb),
		"perm":      pyclass.Function("perm", mathPerm),
		"isqrt":     pyclass.Function("isqrt", mathIsqrt),
		"prod":      pyclass.Function("prod", mathProd),
		"fsum":      pyclass.Function("fsum", mathFsum),
	}
	for name, f := range unaryFloats {
		members[name] = pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			var x floatArg
			if err := c.Unpack("x", &x); err != nil {
				return nil, err
			}
			return float1(f.apply, float64(x), f.overflows)
		})
	}
	for name, f := range binaryFloats {
		members[name] = pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			var x, y floatArg
			if err := c.Unpack("x", &x, "y", &y); err != nil {
				return nil, err
			}
			return f(float64(x), float64(y))
		})
	}
	for name, f := range floatTests {
		members[name] = pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			var x floatArg
			if err := c.Unpack("x", &x); err != nil {
				return nil, err
			}
			return starlark.Bool(f(float64(x))), nil
		})
	}
	return runtime.Module{Names: []string{"math"}, Members: members}
}

// floatArg is a parameter that is a number.
type floatArg float64

// Unpack implements starlark.Unpacker.
func (f *floatArg) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Float:
		*f = floatArg(v)
	case starlark.Bool:
		*f = 0
		if v {
			*f = 1
		}
	case starlark.Int:
		x := float64(v.Float())
		if math.IsInf(x, 0) {
			return pyerr.Overflow("int too large to convert to float")
		}
		*f = floatArg(x)
	default:
		return pyerr.Type("must be real number, not %s", pyerr.TypeName(v))
	}
	return nil
}

func domainError() error { return pyerr.Value("math domain error") }
func rangeError() error  { return pyerr.Overflow("math range error") }

type unaryFloat struct {
	apply     func(float64) float64
	overflows bool // an infinite result is one that is too large
}

var unaryFloats = map[string]unaryFloat{
	"acos": {math.Acos, false}, "acosh": {math.Acosh, false}, "asin": {math.Asin, false}, "asinh": {math.Asinh, false},
	"atan": {math.Atan, false}, "atanh": {math.Atanh, false}, "cos": {math.Cos, false}, "cosh": {math.Cosh, true},
	"sin": {math.Sin, false}, "sinh": {math.Sinh, true}, "tan": {math.Tan, false}, "tanh": {math.Tanh, false},
	"exp": {math.Exp, true}, "exp2": {math.Exp2, true}, "expm1": {math.Expm1, true}, "log1p": {math.Log1p, false},
	"sqrt": {math.Sqrt, false}, "cbrt": {math.Cbrt, false}, "erf": {math.Erf, false}, "erfc": {math.Erfc, false},
	"fabs": {math.Abs, false}, "ulp": {ulp, false},
	"gamma": {gamma, true}, "lgamma": {lgamma, true},
	"degrees": {func(x float64) float64 { return x * (180 / math.Pi) }, false},
	"radians": {func(x float64) float64 { return x * (math.Pi / 180) }, false},
}

var floatTests = map[string]func(float64) bool{
	"isnan":    math.IsNaN,
	"isinf":    func(x float64) bool { return math.IsInf(x, 0) },
	"isfinite": finite,
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// float1 applies a function; what has no result, or too large a one, fails.
func float1(f func(float64) float64, x float64, overflows bool) (starlark.Value, error) {
	r := f(x)
	switch {
	case math.IsNaN(r) && !math.IsNaN(x):
		return nil, domainError()
	case math.IsInf(r, 0) && finite(x) && overflows:
		return nil, rangeError()
	case math.IsInf(r, 0) && finite(x):
		return nil, domainError()
	}
	return starlark.Float(r), nil
}

// gamma has no values at zero and below it at whole numbers.
func gamma(x float64) float64 {
	if x == 0 || x < 0 && x == math.Floor(x) {
		return math.NaN()
	}
	return math.Gamma(x)
}

func lgamma(x float64) float64 {
	if x <= 0 && x == math.Floor(x) && finite(x) {
		return math.NaN()
	}
	r, _ := math.Lgamma(x)
	if math.IsInf(x, 0) {
		return math.Inf(1)
	}
	return r
}

func ulp(x float64) float64 {
	x = math.Abs(x)
	if !finite(x) {
		return x
	}
	next := math.Nextafter(x, math.Inf(1))
	if math.IsInf(next, 0) {
		return x - math.Nextafter(x, 0)
	}
	return next - x
}

var binaryFloats = map[string]func(x, y float64) (starlark.Value, error){
	"atan2":     func(y, x float64) (starlark.Value, error) { return starlark.Float(math.Atan2(y, x)), nil },
	"copysign":  func(x, y float64) (starlark.Value, error) { return starlark.Float(math.Copysign(x, y)), nil },
	"nextafter": func(x, y float64) (starlark.Value, error) { return starlark.Float(math.Nextafter(x, y)), nil },
	"pow":       mathPow,
	"fmod":      func(x, y float64) (starlark.Value, error) { return float2(math.Mod(x, y), x, y) },
	"remainder": func(x, y float64) (starlark.Value, error) { return float2(math.Remainder(x, y), x, y) },
}

func float2(r, x, y float64) (starlark.Value, error) {
	if math.IsNaN(r) && !math.IsNaN(x) && !math.IsNaN(y) {
		return nil, domainError()
	}
	return starlark.Float(r), nil
}

func mathPow(x, y float64) (starlark.Value, error) {
	r := math.Pow(x, y)
	if math.IsInf(r, 0) && finite(x) && finite(y) {
		if x == 0 {
			return nil, domainError()
		}
		return nil, rangeError()
	}
	return float2(r, x, y)
}

// mathLog takes integers of any size.
func mathLog(c pyclass.Call) (starlark.Value, error) {
	var x, base starlark.Value
	if err := c.Unpack("x", &x, "base??", &base); err != nil {
		return nil, err
	}
	num, err := logOf(x, math.Log, math.Ln2)
	if err != nil || base == nil {
		return starlark.Float(num), err
	}
	den, err := logOf(base, math.Log, math.Ln2)
	if err != nil {
		return nil, err
	}
	if den == 0 {
		return nil, pyerr.New("ZeroDivisionError", "float division by zero")
	}
	return starlark.Float(num / den), nil
}

// mathLogTo is log2 and log10; two is the logarithm of 2.
func mathLogTo(c pyclass.Call, log func(float64) float64, two float64) (starlark.Value, error) {
	var x starlark.Value
	if err := c.Unpack("x", &x); err != nil {
		return nil, err
	}
	r, err := logOf(x, log, two)
	return starlark.Float(r), err
}

func logOf(v starlark.Value, log func(float64) float64, two float64) (float64, error) {
	if n, ok := v.(starlark.Int); ok && n.Sign() > 0 && math.IsInf(float64(n.Float()), 0) {
		mantissa := new(big.Float)
		exp := new(big.Float).SetInt(n.BigInt()).MantExp(mantissa)
		m, _ := mantissa.Float64()
		return log(m) + float64(exp)*two, nil
	}
	var x floatArg
	if err := x.Unpack(v); err != nil {
		return 0, err
	}
	if x <= 0 {
		return 0, domainError()
	}
	return log(float64(x)), nil
}

// toInt is ceil, floor and trunc.
func toInt(c pyclass.Call, round func(float64) float64) (starlark.Value, error) {
	var v starlark.Value
	if err := c.Unpack("x", &v); err != nil {
		return nil, err
	}
	if n, ok := v.(starlark.Int); ok {
		return n, nil
	}
	var x floatArg
	if err := x.Unpack(v); err != nil {
		if c.Fn == "trunc" {
			err = pyerr.Type("type %s doesn't define __trunc__ method", pyerr.TypeName(v))
		}
		return nil, err
	}
	f := float64(x)
	switch {
	case math.IsNaN(f):
		return nil, pyerr.Value("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, pyerr.Overflow("cannot convert float infinity to integer")
	}
	n, _ := big.NewFloat(round(f)).Int(nil)
	return starlark.MakeBigInt(n), nil
}

func mathModf(c pyclass.Call) (starlark.Value, error) {
	var x floatArg
	if err := c.Unpack("x", &x); err != nil {
		return nil, err
	}
	f := float64(x)
	if math.IsInf(f, 0) {
		return starlark.Tuple{starlark.Float(math.Copysign(0, f)), starlark.Float(f)}, nil
	}
	whole, fraction := math.Modf(f)
	return starlark.Tuple{starlark.Float(math.Copysign(fraction, f)), starlark.Float(whole)}, nil
}

func mathFrexp(c pyclass.Call) (starlark.Value, error) {
	var x floatArg
	if err := c.Unpack("x", &x); err != nil {
		return nil, err
	}
	fraction, exp := math.Frexp(float64(x))
	return starlark.Tuple{starlark.Float(fraction), starlark.MakeInt(exp)}, nil
}

func mathLdexp(c pyclass.Call) (starlark.Value, error) {
	var (
		x floatArg
		i starlark.Int
	)
	if err := c.Unpack("x", &x, "i", &i); err != nil {
		return nil, err
	}
	n, ok := i.Int64()
	if !ok {
		n = math.MaxInt32 * int64(i.Sign())
	}
	r := math.Ldexp(float64(x), int(min(max(n, -math.MaxInt32), math.MaxInt32)))
	if math.IsInf(r, 0) && finite(float64(x)) {
		return nil, rangeError()
	}
	return starlark.Float(r), nil
}

// floats reads numbers.
func floats(c pyclass.Call, list iterable) ([]float64, error) {
	var all []float64
	err := list.each(c.Thread, func(v starlark.Value) error {
		var x floatArg
		err := x.Unpack(v)
		all = append(all, float64(x))
		return err
	})
	return all, err
}

func mathHypot(c pyclass.Call) (starlark.Value, error) {
	if len(c.Kwargs) > 0 {
		return nil, pyerr.Type("math.hypot() takes no keyword arguments")
	}
	coordinates, err := floats(c, iterable{c.Args})
	return starlark.Float(hypot(coordinates)), err
}

// hypot adds the squares with their errors, so that the root is right but for
// the last bit.
func hypot(coordinates []float64) float64 {
	largest := 0.0
	for _, x := range coordinates {
		if math.IsInf(x, 0) {
			return math.Inf(1)
		}
		largest = math.Max(largest, math.Abs(x))
	}
	if largest == 0 || math.IsNaN(largest) {
		return largest
	}
	sum := new(big.Float).SetPrec(300)
	for _, x := range coordinates {
		square := new(big.Float).SetPrec(300).SetFloat64(x)
		sum.Add(sum, square.Mul(square, square))
	}
	root, _ := sum.Sqrt(sum).Float64()
	return root
}

func mathDist(c pyclass.Call) (starlark.Value, error) {
	var p, q iterable
	if err := c.Unpack("p", &p, "q", &q); err != nil {
		return nil, err
	}
	from, err := floats(c, p)
	if err != nil {
		return nil, err
	}
	to, err := floats(c, q)
	if err != nil {
		return nil, err
	}
	if len(from) != len(to) {
		return nil, pyerr.Value("both points must have the same number of dimensions")
	}
	for i := range from {
		from[i] -= to[i]
	}
	return starlark.Float(hypot(from)), nil
}

func mathIsclose(c pyclass.Call) (starlark.Value, error) {
	var a, b, absolute floatArg
	relative := floatArg(1e-9)
	if err := c.Unpack("a", &a, "b", &b, "rel_tol?", &relative, "abs_tol?", &absolute); err != nil {
		return nil, err
	}
	if relative < 0 || absolute < 0 {
		return nil, pyerr.Value("tolerances must be non-negative")
	}
	x, y := float64(a), float64(b)
	switch {
	case x == y:
		return starlark.True, nil
	case math.IsInf(x, 0) || math.IsInf(y, 0):
		return starlark.False, nil
	}
	diff := math.Abs(y - x)
	return starlark.Bool(diff <= math.Abs(float64(relative)*y) || diff <= math.Abs(float64(relative)*x) || diff <= float64(absolute)), nil
}

// integer reads an integer.
func integer(v starlark.Value) (*big.Int, error) {
	switch v := v.(type) {
	case starlark.Int:
		return v.BigInt(), nil
	case starlark.Bool:
		if v {
			return big.NewInt(1), nil
		}
		return new(big.Int), nil
	}
	return nil, pyerr.Type("'%s' object cannot be interpreted as an integer", pyerr.TypeName(v))
}

// bounded makes an integer, unless it is too wide.
func bounded(c pyclass.Call, n *big.Int) (starlark.Value, error) {
	if err := guard.CheckBits(c.Thread, c.Fn, n.BitLen()); err != nil {
		return nil, err
	}
	return starlark.MakeBigInt(n), nil
}

func mathGCD(c pyclass.Call) (starlark.Value, error) {
	result := new(big.Int)
	for _, arg := range c.Args {
		n, err := integer(arg)
		if err != nil {
			return nil, err
		}
		result.GCD(nil, nil, result, n.Abs(n))
	}
	return bounded(c, result)
}

func mathLCM(c pyclass.Call) (starlark.Value, error) {
	result := big.NewInt(1)
	for _, arg := range c.Args {
		n, err := integer(arg)
		if err != nil {
			return nil, err
		}
		if n.Abs(n).Sign() == 0 {
			result.SetInt64(0)
			continue
		}
		if result.Sign() != 0 {
			divisor := new(big.Int).GCD(nil, nil, result, n)
			result.Mul(result, n.Div(n, divisor))
		}
		if err := guard.CheckBits(c.Thread, c.Fn, result.BitLen()); err != nil {
			return nil, err
		}
	}
	return bounded(c, result)
}

// naturals reads n and k, which must not be negative.
func naturals(nv, kv starlark.Value) (n, k *big.Int, err error) {
	if n, err = integer(nv); err == nil {
		k, err = integer(kv)
	}
	switch {
	case err != nil:
	case n.Sign() < 0:
		err = pyerr.Value("n must be a non-negative integer")
	case k.Sign() < 0:
		err = pyerr.Value("k must be a non-negative integer")
	}
	return n, k, err
}

func mathFactorial(c pyclass.Call) (starlark.Value, error) {
	var x starlark.Value
	if err := c.Unpack("x", &x); err != nil {
		return nil, err
	}
	n, err := integer(x)
	switch {
	case err != nil:
		return nil, err
	case n.Sign() < 0:
		return nil, pyerr.Value("factorial() not defined for negative values")
	case !n.IsInt64():
		return nil, pyerr.Overflow("factorial() argument should not exceed %d", math.MaxInt64)
	}
	return product(c, big.NewInt(1), n)
}

// product returns low * (low+1) * … * high. It fails as soon as that is too
// wide.
func product(c pyclass.Call, low, high *big.Int) (starlark.Value, error) {
	result := big.NewInt(1)
	one := big.NewInt(1)
	for n := new(big.Int).Set(low); n.Cmp(high) <= 0; n.Add(n, one) {
		result.Mul(result, n)
		if err := guard.MeterOf(c.Thread).Charge(1 + result.BitLen()/256); err != nil {
			return nil, err
		}
		if err := guard.CheckBits(c.Thread, c.Fn, result.BitLen()); err != nil {
			return nil, err
		}
	}
	return bounded(c, result)
}

func mathPerm(c pyclass.Call) (starlark.Value, error) {
	var nv, kv starlark.Value
	if err := c.Unpack("n", &nv, "k??", &kv); err != nil {
		return nil, err
	}
	if kv == nil {
		return mathFactorial(pyclass.Call{Thread: c.Thread, Fn: "factorial", Args: starlark.Tuple{nv}})
	}
	n, k, err := naturals(nv, kv)
	if err != nil {
		return nil, err
	}
	if k.Cmp(n) > 0 {
		return starlark.MakeInt(0), nil
	}
	low := new(big.Int).Sub(n, k)
	return product(c, low.Add(low, big.NewInt(1)), n)
}

func mathComb(c pyclass.Call) (starlark.Value, error) {
	var nv, kv starlark.Value
	if err := c.Unpack("n", &nv, "k", &kv); err != nil {
		return nil, err
	}
	n, k, err := naturals(nv, kv)
	if err != nil {
		return nil, err
	}
	if other := new(big.Int).Sub(n, k); other.Cmp(k) < 0 {
		k = other
	}
	result, one := big.NewInt(1), big.NewInt(1)
	if k.Sign() < 0 {
		return starlark.MakeInt(0), nil
	}
	for i := big.NewInt(1); i.Cmp(k) <= 0; i.Add(i, one) {
		factor := new(big.Int).Sub(n, k)
		result.Mul(result, factor.Add(factor, i)).Quo(result, i)
		if err := guard.MeterOf(c.Thread).Charge(1 + result.BitLen()/128); err != nil {
			return nil, err
		}
		if err := guard.CheckBits(c.Thread, c.Fn, result.BitLen()); err != nil {
			return nil, err
		}
	}
	return bounded(c, result)
}

func mathIsqrt(c pyclass.Call) (starlark.Value, error) {
	var v starlark.Value
	if err := c.Unpack("n", &v); err != nil {
		return nil, err
	}
	n, err := integer(v)
	switch {
	case err != nil:
		return nil, err
	case n.Sign() < 0:
		return nil, pyerr.Value("isqrt() argument must be nonnegative")
	}
	return bounded(c, n.Sqrt(n))
}

func mathProd(c pyclass.Call) (starlark.Value, error) {
	var (
		list  iterable
		start starlark.Value = starlark.MakeInt(1)
	)
	if err := c.Unpack("iterable", &list, "start?", &start); err != nil {
		return nil, err
	}
	err := list.each(c.Thread, func(v starlark.Value) (err error) {
		if start, err = multiply(c, start, v); err != nil {
			return err
		}
		return nil
	})
	return start, err
}

// multiply multiplies numbers.
func multiply(c pyclass.Call, x, y starlark.Value) (starlark.Value, error) {
	a, ok := x.(starlark.Int)
	b, okB := y.(starlark.Int)
	if ok && okB {
		return bounded(c, new(big.Int).Mul(a.BigInt(), b.BigInt()))
	}
	var f, g floatArg
	if err := f.Unpack(x); err != nil {
		return nil, err
	}
	if err := g.Unpack(y); err != nil {
		return nil, err
	}
	return starlark.Float(f * g), nil
}

// mathFsum adds without losing digits on the way.
func mathFsum(c pyclass.Call) (starlark.Value, error) {
	var list iterable
	if err := c.Unpack("seq", &list); err != nil {
		return nil, err
	}
	all, err := floats(c, list)
	if err != nil {
		return nil, err
	}
	exact := new(big.Float).SetPrec(2200).SetMode(big.ToNearestEven)
	special := 0.0
	for _, x := range all {
		if !finite(x) {
			special += x
			continue
		}
		exact.Add(exact, new(big.Float).SetPrec(2200).SetFloat64(x))
	}
	if math.IsNaN(special) && !slices.ContainsFunc(all, math.IsNaN) {
		return nil, pyerr.Value("-inf + inf in fsum")
	}
	if special != 0 {
		return starlark.Float(special), nil
	}
	sum, _ := exact.Float64()
	if math.IsInf(sum, 0) {
		return nil, pyerr.Overflow("intermediate overflow in fsum")
	}
	return starlark.Float(sum), nil
}
