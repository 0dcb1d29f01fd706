package pytime

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Timedelta is Python's datetime.timedelta: a duration in microseconds, of
// less than a thousand million days.
type Timedelta struct {
	days   int
	micros int64 // of the day, not negative
}

var (
	_ starlark.HasAttrs   = Timedelta{}
	_ starlark.HasBinary  = Timedelta{}
	_ starlark.HasUnary   = Timedelta{}
	_ starlark.Comparable = Timedelta{}
	_ pyclass.Instance    = Timedelta{}
)

const maxDays = 999_999_999

// FromDuration returns d in microseconds, rounded down.
func FromDuration(d time.Duration) Timedelta {
	t, _ := makeDelta(0, floorDiv(int64(d), 1000)) // 292 years: in range
	return t
}

// makeDelta returns the sum of days and microseconds.
func makeDelta(days int, micros int64) (Timedelta, error) {
	days += int(floorDiv(micros, day))
	micros = floorMod(micros, day)
	if days < -maxDays || days > maxDays {
		return Timedelta{}, pyerr.Overflow("days=%d; must have magnitude <= %d", days, maxDays)
	}
	return Timedelta{days, micros}, nil
}

var bigDay = big.NewInt(day)

// bigDelta returns a duration of any number of microseconds.
func bigDelta(us *big.Int) (Timedelta, error) {
	days, micros := new(big.Int).DivMod(us, bigDay, new(big.Int))
	if !days.IsInt64() || days.Int64() != int64(int32(days.Int64())) {
		return Timedelta{}, pyerr.Overflow("Python int too large to convert to C int")
	}
	return makeDelta(int(days.Int64()), micros.Int64())
}

// big returns the duration in microseconds.
func (d Timedelta) big() *big.Int {
	us := big.NewInt(int64(d.days))
	us.Mul(us, bigDay)
	return us.Add(us, big.NewInt(d.micros))
}

// small returns the duration in microseconds, and whether it fits.
func (d Timedelta) small() (int64, bool) {
	if d.days > 100_000_000 || d.days < -100_000_000 {
		return 0, false
	}
	return int64(d.days)*day + d.micros, true
}

// Seconds returns the duration in seconds, rounded once.
func (d Timedelta) Seconds() float64 {
	if us, ok := d.small(); ok && -1<<53 < us && us < 1<<53 {
		return float64(us) / second
	}
	f, _ := new(big.Rat).SetFrac(d.big(), big.NewInt(second)).Float64()
	return f
}

// PyRepr returns Python's repr.
func (d Timedelta) PyRepr() string {
	var parts []string
	for _, p := range []struct {
		name string
		n    int64
	}{{"days", int64(d.days)}, {"seconds", d.micros / second}, {"microseconds", d.micros % second}} {
		if p.n != 0 {
			parts = append(parts, fmt.Sprintf("%s=%d", p.name, p.n))
		}
	}
	if parts == nil {
		parts = []string{"0"}
	}
	return "datetime.timedelta(" + strings.Join(parts, ", ") + ")"
}

// String returns Python's str: "1 day, 2:03:04.000005".
func (d Timedelta) String() string {
	var b strings.Builder
	switch d.days {
	case 0:
	case 1, -1:
		fmt.Fprintf(&b, "%d day, ", d.days)
	default:
		fmt.Fprintf(&b, "%d days, ", d.days)
	}
	fmt.Fprintf(&b, "%d:%02d:%02d", d.micros/hour, d.micros/minute%60, d.micros/second%60)
	if us := d.micros % second; us != 0 {
		fmt.Fprintf(&b, ".%06d", us)
	}
	return b.String()
}

func (d Timedelta) Type() string          { return "timedelta" }
func (d Timedelta) Freeze()               {}
func (d Timedelta) Truth() starlark.Bool  { return d != Timedelta{} }
func (d Timedelta) Hash() (uint32, error) { return hash64(d.micros) ^ hash64(int64(d.days)), nil }

// Class returns the class datetime.timedelta.
func (d Timedelta) Class() *pyclass.Class { return timedeltaClass }

// CompareSameType orders by duration.
func (d Timedelta) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return ordered(op, d.compare(y.(Timedelta))), nil
}

func (d Timedelta) compare(e Timedelta) int {
	return cmp.Or(cmp.Compare(d.days, e.days), cmp.Compare(d.micros, e.micros))
}

func (d Timedelta) add(e Timedelta) (Timedelta, error) {
	return makeDelta(d.days+e.days, d.micros+e.micros)
}

// negated is not normalized: the largest duration has no negative.
func (d Timedelta) negated() (days int, micros int64) { return -d.days, -d.micros }

// Neg returns -d.
func (d Timedelta) Neg() (Timedelta, error) { return makeDelta(d.negated()) }

// Abs returns d without its sign, for abs().
func (d Timedelta) Abs() (Timedelta, error) {
	if d.days < 0 {
		return d.Neg()
	}
	return d, nil
}

// Unary implements + and -.
func (d Timedelta) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.PLUS:
		return d, nil
	case syntax.MINUS:
		return value(d.Neg())
	}
	return nil, nil
}

// value turns the results of a Go function into those of a built-in one.
func value[T starlark.Value](v T, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Binary implements arithmetic with durations and numbers.
func (d Timedelta) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	if e, ok := y.(Timedelta); ok {
		return d.withDelta(op, e)
	}
	if op == syntax.STAR {
		return d.times(y)
	}
	if side == starlark.Right {
		return nil, nil
	}
	switch op {
	case syntax.SLASH:
		return d.over(y)
	case syntax.SLASHSLASH:
		if n, ok := y.(starlark.Int); ok {
			return d.floorOver(n.BigInt())
		}
	}
	return nil, nil
}

func (d Timedelta) withDelta(op syntax.Token, e Timedelta) (starlark.Value, error) {
	switch op {
	case syntax.PLUS:
		return value(d.add(e))
	case syntax.MINUS:
		days, micros := e.negated()
		return value(makeDelta(d.days+days, d.micros+micros))
	case syntax.SLASH, syntax.SLASHSLASH, syntax.PERCENT:
	default:
		return nil, nil
	}
	if !e.Truth() {
		return nil, zeroDivision(op)
	}
	quotient, rest := floorDivMod(d.big(), e.big())
	switch op {
	case syntax.SLASH:
		f, _ := new(big.Rat).SetFrac(d.big(), e.big()).Float64()
		return starlark.Float(f), nil
	case syntax.SLASHSLASH:
		return starlark.MakeBigInt(quotient), nil
	}
	return value(bigDelta(rest))
}

func zeroDivision(op syntax.Token) error {
	switch op {
	case syntax.SLASH:
		return pyerr.New("ZeroDivisionError", "division by zero")
	case syntax.PERCENT:
		return pyerr.New("ZeroDivisionError", "integer modulo by zero")
	}
	return pyerr.New("ZeroDivisionError", "integer division or modulo by zero")
}

func (d Timedelta) times(y starlark.Value) (starlark.Value, error) {
	switch y := y.(type) {
	case starlark.Int:
		return value(bigDelta(new(big.Int).Mul(d.big(), y.BigInt())))
	case starlark.Float:
		num, den, err := ratio(float64(y))
		if err != nil {
			return nil, err
		}
		return value(bigDelta(roundDiv(num.Mul(num, d.big()), den)))
	}
	return nil, nil
}

func (d Timedelta) over(y starlark.Value) (starlark.Value, error) {
	var num, den *big.Int
	switch y := y.(type) {
	case starlark.Int:
		num, den = y.BigInt(), big.NewInt(1)
	case starlark.Float:
		var err error
		if num, den, err = ratio(float64(y)); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	if num.Sign() == 0 {
		return nil, zeroDivision(syntax.SLASHSLASH)
	}
	return value(bigDelta(roundDiv(den.Mul(den, d.big()), num)))
}

func (d Timedelta) floorOver(n *big.Int) (starlark.Value, error) {
	if n.Sign() == 0 {
		return nil, zeroDivision(syntax.SLASHSLASH)
	}
	quotient, _ := floorDivMod(d.big(), n)
	return value(bigDelta(quotient))
}

// ratio returns f as a fraction.
func ratio(f float64) (num, den *big.Int, err error) {
	switch {
	case math.IsNaN(f):
		return nil, nil, pyerr.Value("cannot convert NaN to integer ratio")
	case math.IsInf(f, 0):
		return nil, nil, pyerr.Overflow("cannot convert Infinity to integer ratio")
	}
	r := new(big.Rat).SetFloat64(f)
	return new(big.Int).Set(r.Num()), new(big.Int).Set(r.Denom()), nil
}

// floorDivMod rounds to minus infinity; the rest has the sign of b.
func floorDivMod(a, b *big.Int) (quotient, rest *big.Int) {
	quotient, rest = new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() != 0 && rest.Sign() != b.Sign() {
		quotient.Sub(quotient, big.NewInt(1))
		rest.Add(rest, b)
	}
	return quotient, rest
}

// roundDiv returns a/b rounded to the nearest integer, halves to even.
func roundDiv(a, b *big.Int) *big.Int {
	quotient, rest := floorDivMod(a, b)
	twice := new(big.Int).Lsh(rest, 1)
	switch order := twice.CmpAbs(b); {
	case order > 0, order == 0 && quotient.Bit(0) == 1:
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// Attr returns a field or method.
func (d Timedelta) Attr(name string) (starlark.Value, error) {
	return timedeltaAttrs.Get(d, name, timedeltaClass)
}

// AttrNames lists the fields and methods.
func (d Timedelta) AttrNames() []string { return timedeltaAttrs.Names(timedeltaClass) }

var timedeltaAttrs = pyclass.Attrs[Timedelta]{
	Fields: map[string]func(Timedelta) starlark.Value{
		"days":         func(d Timedelta) starlark.Value { return starlark.MakeInt(d.days) },
		"seconds":      func(d Timedelta) starlark.Value { return starlark.MakeInt64(d.micros / second) },
		"microseconds": func(d Timedelta) starlark.Value { return starlark.MakeInt64(d.micros % second) },
	},
	Methods: map[string]func(Timedelta, call) (starlark.Value, error){
		"total_seconds": func(d Timedelta, c call) (starlark.Value, error) {
			return starlark.Float(d.Seconds()), c.Unpack()
		},
	},
}

var timedeltaClass = &pyclass.Class{
	FullName: "datetime.timedelta",
	New:      newTimedelta,
	Members: timedeltaAttrs.Unbound(starlark.StringDict{
		"min":        Timedelta{-maxDays, 0},
		"max":        Timedelta{maxDays, day - 1},
		"resolution": Timedelta{0, 1},
	}),
}

// newTimedelta adds up its arguments. Like CPython it adds fractions of a
// microsecond as floats and rounds once at the end, halves to even.
func newTimedelta(c call) (starlark.Value, error) {
	parts := [...]struct {
		name string
		unit int64
		arg  starlark.Value
	}{
		{name: "days", unit: day},
		{name: "seconds", unit: second},
		{name: "microseconds", unit: 1},
		{name: "milliseconds", unit: 1000},
		{name: "minutes", unit: minute},
		{name: "hours", unit: hour},
		{name: "weeks", unit: 7 * day},
	}
	pairs := make([]any, 0, 2*len(parts))
	for i := range parts {
		pairs = append(pairs, parts[i].name+"?", &parts[i].arg)
	}
	if err := c.Unpack(pairs...); err != nil {
		return nil, err
	}
	sum, fraction := new(big.Int), 0.0
	for _, i := range []int{2, 3, 1, 4, 5, 0, 6} { // CPython's order: floats do not commute
		p := &parts[i]
		if p.arg == nil {
			continue
		}
		f, err := addUnits(sum, p.arg, p.unit, p.name)
		if err != nil {
			return nil, err
		}
		fraction += f
	}
	return value(bigDelta(addRounded(sum, fraction)))
}

// addUnits adds n units to sum and returns the fraction that is left.
func addUnits(sum *big.Int, n starlark.Value, unit int64, name string) (float64, error) {
	switch n := n.(type) {
	case starlark.Int:
		sum.Add(sum, new(big.Int).Mul(n.BigInt(), big.NewInt(unit)))
		return 0, nil
	case starlark.Float:
		f := float64(n)
		switch {
		case math.IsNaN(f):
			return 0, pyerr.Value("cannot convert float NaN to integer")
		case math.IsInf(f, 0):
			return 0, pyerr.Overflow("cannot convert float infinity to integer")
		}
		whole, fraction := math.Modf(f)
		w, _ := big.NewFloat(whole).Int(nil)
		sum.Add(sum, w.Mul(w, big.NewInt(unit)))
		micros, fraction := math.Modf(fraction * float64(unit))
		sum.Add(sum, big.NewInt(int64(micros)))
		return fraction, nil
	}
	return 0, pyerr.Type("unsupported type for timedelta %s component: %s", name, pyerr.TypeName(n))
}

func addRounded(sum *big.Int, fraction float64) *big.Int {
	whole := math.Round(fraction)
	if math.Abs(whole-fraction) == 0.5 {
		odd := float64(sum.Bit(0))
		whole = 2*math.Round((fraction+odd)/2) - odd
	}
	return sum.Add(sum, big.NewInt(int64(whole)))
}
