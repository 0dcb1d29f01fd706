package pystd

import (
	"math"
	"math/big"
	"regexp"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Fractions is Python's fractions: Fraction, without limit_denominator and
// formats.
func Fractions() runtime.Module {
	return runtime.Module{Names: []string{"fractions"}, Members: starlark.StringDict{"Fraction": fractionClass}}
}

// fractionClass is fractions.Fraction; Data is a *big.Rat that never changes.
var fractionClass *py.Class

func newFractionClass() *py.Class {
	all := methods{
		"__repr__": none("__repr__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			r := o.Data.(*big.Rat)
			return starlark.String("Fraction(" + r.Num().String() + ", " + r.Denom().String() + ")"), nil
		}),
		"__str__": none("__str__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.String(o.Data.(*big.Rat).RatString()), nil
		}),
		"__bool__": none("__bool__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.Bool(o.Data.(*big.Rat).Sign() != 0), nil
		}),
		"__hash__": none("__hash__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			r := o.Data.(*big.Rat)
			if r.IsInt() {
				h, err := pytypes.Hash(t, starlark.MakeBigInt(r.Num()))
				return starlark.MakeInt64(h), err
			}
			f, exact := r.Float64()
			if !exact {
				f = math.Mod(f*7919, 1e9)
			}
			h, err := pytypes.Hash(t, starlark.Float(f))
			return starlark.MakeInt64(h), err
		}),
		"__float__": none("__float__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			f, _ := o.Data.(*big.Rat).Float64()
			return starlark.Float(f), nil
		}),
		"__neg__": fractionUnary("__neg__", (*big.Rat).Neg),
		"__pos__": fractionUnary("__pos__", (*big.Rat).Set),
		"__abs__": fractionUnary("__abs__", (*big.Rat).Abs),
		"__round__": some("__round__", 0, 1, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			if len(args) > 0 && args[0] != starlark.None {
				return nil, pyerr.New("NotImplementedError", "round of a Fraction to digits is not supported; use float()")
			}
			return starlark.MakeBigInt(rounded(o.Data.(*big.Rat))), nil
		}),
		"limit_denominator": some("limit_denominator", 0, 1, func(*starlark.Thread, *py.Instance, starlark.Tuple) (starlark.Value, error) {
			return nil, pyerr.New("NotImplementedError", "limit_denominator() is not available")
		}),
	}
	for name, down := range map[string]bool{"__floor__": true, "__ceil__": false} {
		all[name] = none(name, func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.MakeBigInt(floored(o.Data.(*big.Rat), down)), nil
		})
	}
	for _, name := range []string{"__trunc__", "__int__"} {
		all[name] = none(name, func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			r := o.Data.(*big.Rat)
			return starlark.MakeBigInt(new(big.Int).Quo(r.Num(), r.Denom())), nil
		})
	}
	for name, op := range map[string]pytypes.Op{"add": pytypes.Add, "sub": pytypes.Sub, "mul": pytypes.Mul, "truediv": pytypes.TrueDiv, "floordiv": pytypes.FloorDiv, "mod": pytypes.Mod, "pow": pytypes.Pow} {
		all["__"+name+"__"] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return fractionBinary(t, op, o, x)
		})
		all["__r"+name+"__"] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return fractionBinary(t, op, x, o)
		})
	}
	for name, op := range relations {
		all[name] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			if f, ok := held(x).(starlark.Float); ok && (math.IsNaN(float64(f)) || math.IsInf(float64(f), 0)) {
				return pytypes.Compare(t, op, starlark.Float(0), f)
			}
			y := asRat(x)
			if f, ok := held(x).(starlark.Float); ok {
				y = new(big.Rat).SetFloat64(float64(f))
			}
			if y == nil {
				return pytypes.NotImplemented, nil
			}
			return pytypes.Compare(t, op, starlark.MakeInt(o.Data.(*big.Rat).Cmp(y)), zero)
		})
	}
	return py.NewClass(py.ClassSpec{
		Name: "Fraction", Module: "fractions", Methods: checked("Fraction", all, withData[*big.Rat]),
		Attrs: starlark.StringDict{
			"numerator":   reading("numerator", func(r *big.Rat) starlark.Value { return starlark.MakeBigInt(r.Num()) }),
			"denominator": reading("denominator", func(r *big.Rat) starlark.Value { return starlark.MakeBigInt(r.Denom()) }),
		},
		Meta: &py.Meta{Call: newFraction},
	})
}

func fractionOf(c *py.Class, r *big.Rat) *py.Instance {
	o := py.NewInstance(c, nil)
	o.Data = r
	return o
}

func fractionUnary(name string, do func(z, x *big.Rat) *big.Rat) method {
	return none(name, func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		return fractionOf(fractionClass, do(new(big.Rat), o.Data.(*big.Rat))), nil
	})
}

// asRat gives an int or a Fraction as one, or nil.
func asRat(x starlark.Value) *big.Rat {
	if o, ok := x.(*py.Instance); ok && withData[*big.Rat](o) {
		return o.Data.(*big.Rat)
	}
	if b := bigOf(x); b != nil {
		return new(big.Rat).SetInt(b)
	}
	return nil
}

var fractionText = regexp.MustCompile(`^\s*[-+]?(\d+(_\d+)*(/\d+(_\d+)*)?|\d*\.?\d*([eE][-+]?\d{1,4})?)\s*$`)

// newFraction is Fraction(numerator=0, denominator=None).
func newFraction(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("Fraction.__new__", []param{{name: "numerator", def: zero}, {name: "denominator", def: starlark.None}}, 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	if in[1] != starlark.None {
		x, y := asRat(in[0]), asRat(in[1])
		if x == nil || y == nil {
			return nil, pyerr.Type("both arguments should be Rational instances")
		}
		if y.Sign() == 0 {
			return nil, pyerr.New("ZeroDivisionError", "Fraction(%s, 0)", x.RatString())
		}
		return fractionOf(c, new(big.Rat).Quo(x, y)), checkRat(t, x, y)
	}
	if r := asRat(in[0]); r != nil {
		return fractionOf(c, r), nil
	}
	switch v := held(in[0]).(type) {
	case starlark.Float:
		if r := new(big.Rat).SetFloat64(float64(v)); r != nil {
			return fractionOf(c, r), nil
		}
		if v != v {
			return nil, pyerr.Value("cannot convert NaN to integer ratio")
		}
		return nil, pyerr.Overflow("cannot convert Infinity to integer ratio")
	case starlark.String:
		text := strings.ReplaceAll(strings.TrimSpace(string(v)), "_", "")
		if len(text) <= 4300 && fractionText.MatchString(string(v)) && strings.ContainsAny(text, "0123456789") {
			if strings.HasSuffix(text, "/0") || strings.Trim(text[strings.IndexByte(text, '/')+1:], "0") == "" && strings.Contains(text, "/") {
				return nil, pyerr.New("ZeroDivisionError", "Fraction(%s, 0)", text[:strings.IndexByte(text, '/')])
			}
			if r, ok := new(big.Rat).SetString(text); ok {
				return fractionOf(c, r), checkRat(t, r, r)
			}
		}
		return nil, pyerr.Value("Invalid literal for Fraction: %s", quoted(string(v)))
	}
	return nil, pyerr.Type("argument should be a string or a Rational instance")
}

// checkRat bounds what an operation on two fractions makes.
func checkRat(t *starlark.Thread, x, y *big.Rat) error {
	bits := x.Num().BitLen() + x.Denom().BitLen() + y.Num().BitLen() + y.Denom().BitLen()
	if err := guard.CheckBits(t, "Fraction", bits); err != nil {
		return err
	}
	return guard.MeterOf(t).Charge(1 + bits/64*(bits/64)/16)
}

func fractionBinary(t *starlark.Thread, op pytypes.Op, x, y starlark.Value) (starlark.Value, error) {
	a, b := asRat(x), asRat(y)
	if a == nil || b == nil {
		return fractionFloat(t, op, x, y)
	}
	if err := checkRat(t, a, b); err != nil {
		return nil, err
	}
	z := new(big.Rat)
	switch op {
	case pytypes.Add:
		z.Add(a, b)
	case pytypes.Sub:
		z.Sub(a, b)
	case pytypes.Mul:
		z.Mul(a, b)
	case pytypes.Pow:
		return fractionPower(t, a, b)
	default:
		if b.Sign() == 0 {
			switch op {
			case pytypes.TrueDiv:
				return nil, pyerr.New("ZeroDivisionError", "Fraction(1, 0)")
			case pytypes.Mod:
				return nil, pyerr.New("ZeroDivisionError", "integer modulo by zero")
			}
			return nil, pyerr.New("ZeroDivisionError", "integer division or modulo by zero")
		}
		z.Quo(a, b)
		switch op {
		case pytypes.FloorDiv:
			return starlark.MakeBigInt(floored(z, true)), nil
		case pytypes.Mod:
			whole := new(big.Rat).SetInt(floored(z, true))
			z.Sub(a, whole.Mul(whole, b))
		}
	}
	return fractionOf(fractionClass, z), nil
}

// fractionFloat is an operator with a float.
func fractionFloat(t *starlark.Thread, op pytypes.Op, x, y starlark.Value) (starlark.Value, error) {
	float := func(v starlark.Value) starlark.Value {
		if r := asRat(v); r != nil {
			f, _ := r.Float64()
			return starlark.Float(f)
		}
		if f, ok := held(v).(starlark.Float); ok {
			return f
		}
		return nil
	}
	a, b := float(x), float(y)
	if a == nil || b == nil {
		return pytypes.NotImplemented, nil
	}
	return pytypes.Binary(t, op, a, b)
}

func fractionPower(t *starlark.Thread, a, b *big.Rat) (starlark.Value, error) {
	if !b.IsInt() {
		x, _ := a.Float64()
		y, _ := b.Float64()
		return pytypes.Binary(t, pytypes.Pow, starlark.Float(x), starlark.Float(y))
	}
	if !b.Num().IsInt64() || b.Num().BitLen() > 32 {
		return nil, pyerr.Overflow("exponent is too large")
	}
	n := b.Num().Int64()
	base := a
	if n < 0 {
		if a.Sign() == 0 {
			return nil, pyerr.New("ZeroDivisionError", "Fraction(1, 0)")
		}
		base, n = new(big.Rat).Inv(a), -n
	}
	bits := (base.Num().BitLen() + base.Denom().BitLen()) * int(n)
	if err := guard.CheckBits(t, "**", bits); err != nil {
		return nil, err
	}
	if err := guard.MeterOf(t).Charge(bits / 64 * (bits / 64) / 16); err != nil {
		return nil, err
	}
	e := big.NewInt(n)
	z := new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), e, nil), new(big.Int).Exp(base.Denom(), e, nil))
	return fractionOf(fractionClass, z), nil
}

// floored gives the integer below, or above.
func floored(r *big.Rat, down bool) *big.Int {
	q := new(big.Int).Div(r.Num(), r.Denom()) // towards -∞, as the denominator is positive
	if !down && !r.IsInt() {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// rounded gives the nearest integer, the even one of two.
func rounded(r *big.Rat) *big.Int {
	low := floored(r, true)
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(low))
	switch c := rest.Cmp(big.NewRat(1, 2)); {
	case c > 0, c == 0 && low.Bit(0) == 1:
		low.Add(low, big.NewInt(1))
	}
	return low
}
