package pystd

import (
	"math"
	"math/big"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Statistics is Python's statistics for int and float: mean, fmean,
// geometric_mean, harmonic_mean (without weights), median, median_low,
// median_high, mode, multimode, pstdev, pvariance, quantiles, stdev and
// variance. Sums are exact, as they are there.
func Statistics() runtime.Module {
	spread := func(name string, sample, root bool) *starlark.Builtin {
		about := "xbar"
		if !sample {
			about = "mu"
		}
		return function(name, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			in, err := bindParams(name, []param{{name: "data"}, {name: about, def: starlark.None}}, 0, args, kwargs)
			if err != nil {
				return nil, err
			}
			return deviation(t, name, in[0], given(in[1]), sample, root)
		})
	}
	middle := func(name string, of func(t *starlark.Thread, sorted []starlark.Value) (starlark.Value, error)) *starlark.Builtin {
		return positional(name, 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			list, err := sorted(t, a[0], nil, false)
			if err != nil {
				return nil, err
			}
			if list.Len() == 0 {
				return nil, statisticsError("no median for empty data")
			}
			return of(t, elementsOf(list))
		})
	}
	return runtime.Module{Names: []string{"statistics"}, Members: starlark.StringDict{
		"StatisticsError": &pyerr.Exception{FullName: "statistics.StatisticsError", Base: "ValueError"},
		"mean": positional("mean", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			d, err := readNumbers(t, a[0])
			if err != nil {
				return nil, err
			}
			if d.n == 0 {
				return nil, statisticsError("mean requires at least one data point")
			}
			if d.special {
				return starlark.Float(d.sum / float64(d.n)), nil
			}
			return d.number(new(big.Rat).Quo(d.total, ratInt(d.n))), nil
		}),
		"fmean":          positional("fmean", 1, 1, fmean),
		"geometric_mean": positional("geometric_mean", 1, 1, geometricMean),
		"harmonic_mean":  positional("harmonic_mean", 1, 1, harmonicMean),
		"median": middle("median", func(t *starlark.Thread, s []starlark.Value) (starlark.Value, error) {
			n := len(s)
			if n%2 == 1 {
				return s[n/2], nil
			}
			sum, err := pytypes.Binary(t, pytypes.Add, s[n/2-1], s[n/2])
			if err != nil {
				return nil, err
			}
			return pytypes.Binary(t, pytypes.TrueDiv, sum, starlark.MakeInt(2))
		}),
		"median_low":  middle("median_low", func(_ *starlark.Thread, s []starlark.Value) (starlark.Value, error) { return s[(len(s)-1)/2], nil }),
		"median_high": middle("median_high", func(_ *starlark.Thread, s []starlark.Value) (starlark.Value, error) { return s[len(s)/2], nil }),
		"mode": positional("mode", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			all, err := mostFrequent(t, a[0])
			if err == nil && len(all) == 0 {
				err = statisticsError("no mode for empty data")
			}
			if err != nil {
				return nil, err
			}
			return all[0], nil
		}),
		"multimode": positional("multimode", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			all, err := mostFrequent(t, a[0])
			return starlark.NewList(all), err
		}),
		"pstdev":    spread("pstdev", false, true),
		"pvariance": spread("pvariance", false, false),
		"quantiles": function("quantiles", quantiles),
		"stdev":     spread("stdev", true, true),
		"variance":  spread("variance", true, false),
	}}
}

func statisticsError(text string) error {
	return &pyerr.Error{Class: "statistics.StatisticsError", Msg: text, Base: "ValueError"}
}

// numbers are what statistics is made of.
type numbers struct {
	n       int
	values  []*big.Rat
	floats  []float64
	total   *big.Rat
	sum     float64 // of the floats
	special bool    // one is infinite or no number
	ints    bool    // all are int
}

func ratInt(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

func readNumbers(t *starlark.Thread, x starlark.Value) (*numbers, error) {
	d := &numbers{total: new(big.Rat), ints: true}
	return d, each(t, x, func(v starlark.Value) error {
		if err := guard.CheckElements(t, "statistics", d.n); err != nil {
			return err
		}
		d.n++
		r, f, err := d.read(t, v)
		if err != nil {
			return err
		}
		d.floats = append(d.floats, f)
		d.values = append(d.values, r)
		d.sum += f
		d.total.Add(d.total, r)
		return guard.MeterOf(t).Charge(4 + (r.Num().BitLen()+d.total.Denom().BitLen()+d.total.Num().BitLen())/64)
	})
}

func (d *numbers) read(_ *starlark.Thread, v starlark.Value) (*big.Rat, float64, error) {
	switch v := held(v).(type) {
	case starlark.Float:
		d.ints = false
		r := new(big.Rat)
		if r.SetFloat64(float64(v)) == nil {
			d.special = true
			r = new(big.Rat)
		}
		return r, float64(v), nil
	case starlark.Int, starlark.Bool:
		r := new(big.Rat).SetInt(bigOf(v))
		f, _ := r.Float64()
		return r, f, nil
	}
	return nil, 0, pyerr.Type("can't convert type '%s' to numerator/denominator", pytypes.TypeName(v))
}

// number gives a result: an int for ints, if it is one, and else a float.
func (d *numbers) number(r *big.Rat) starlark.Value {
	if d.ints && r.IsInt() {
		return starlark.MakeBigInt(r.Num())
	}
	f, _ := r.Float64()
	return starlark.Float(f)
}

func fmean(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	d, err := readNumbers(t, a[0])
	if err != nil {
		return nil, err
	}
	if d.n == 0 {
		return nil, statisticsError("fmean requires at least one data point")
	}
	sum := d.sum
	if !d.special {
		sum, _ = d.total.Float64() // as math.fsum
	}
	return starlark.Float(sum / float64(d.n)), nil
}

func geometricMean(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	d, err := readNumbers(t, a[0])
	if err != nil {
		return nil, err
	}
	logs := new(big.Rat)
	for _, f := range d.floats {
		if f <= 0 || d.special {
			return nil, statisticsError("geometric mean requires a non-empty dataset containing positive numbers")
		}
		logs.Add(logs, new(big.Rat).SetFloat64(math.Log(f)))
		if err := guard.MeterOf(t).Charge(8); err != nil {
			return nil, err
		}
	}
	if d.n == 0 {
		return nil, statisticsError("geometric mean requires a non-empty dataset containing positive numbers")
	}
	sum, _ := logs.Float64()
	return starlark.Float(math.Exp(sum / float64(d.n))), nil
}

func harmonicMean(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	d, err := readNumbers(t, a[0])
	if err != nil {
		return nil, err
	}
	if d.n == 0 {
		return nil, statisticsError("harmonic_mean requires at least one data point")
	}
	sum := new(big.Rat)
	for _, r := range d.values {
		switch r.Sign() {
		case -1:
			return nil, statisticsError("harmonic mean does not support negative values")
		case 0:
			return starlark.MakeInt(0), nil
		}
		f, _ := r.Float64()
		sum.Add(sum, new(big.Rat).SetFloat64(1/f)) // as there, where only the sum is exact
		if err := guard.MeterOf(t).Charge(8 + (sum.Denom().BitLen()+sum.Num().BitLen())/16); err != nil {
			return nil, err
		}
	}
	mean, _ := new(big.Rat).Quo(ratInt(d.n), sum).Float64()
	return starlark.Float(mean), nil
}

// deviation is variance and its kin.
func deviation(t *starlark.Thread, name string, data, about starlark.Value, sample, root bool) (starlark.Value, error) {
	d, err := readNumbers(t, data)
	if err != nil {
		return nil, err
	}
	least := 1
	if sample {
		least = 2
	}
	if d.n < least {
		what := "at least one data point"
		if sample {
			what = "at least two data points"
		}
		return nil, statisticsError(name + " requires " + what)
	}
	if d.special {
		return starlark.Float(math.NaN()), nil
	}
	mean := new(big.Rat).Quo(d.total, ratInt(d.n))
	if about != nil {
		if mean, _, err = d.read(t, about); err != nil {
			return nil, err
		}
	}
	squares := new(big.Rat)
	for _, r := range d.values {
		diff := new(big.Rat).Sub(r, mean)
		squares.Add(squares, diff.Mul(diff, diff))
		if err := guard.MeterOf(t).Charge(8 + (squares.Denom().BitLen()+squares.Num().BitLen())/32); err != nil {
			return nil, err
		}
	}
	n := d.n
	if sample {
		n--
	}
	squares.Quo(squares, ratInt(n))
	if !root {
		return d.number(squares), nil
	}
	f := new(big.Float).SetPrec(256).SetRat(squares)
	r, _ := f.Sqrt(f).Float64()
	return starlark.Float(r), nil
}

// mostFrequent gives the elements that come most often, in order.
func mostFrequent(t *starlark.Thread, x starlark.Value) ([]starlark.Value, error) {
	c := newCounter()
	if err := counterChange(t, "update", pytypes.Add, c, starlark.Tuple{starlark.NewList(nil)}, nil); err != nil {
		return nil, err
	}
	most := 0
	err := each(t, x, func(v starlark.Value) error {
		n, err := countOf(t, c, v)
		if err != nil {
			return err
		}
		i, err := asInt(t, n)
		if err != nil {
			return err
		}
		most = max(most, i+1)
		return pytypes.SetItem(t, c.Native(), v, starlark.MakeInt(i+1))
	})
	var all []starlark.Value
	if err == nil {
		err = entries(t, c, func(k, n starlark.Value) error {
			if n == starlark.MakeInt(most) {
				all = append(all, k)
			}
			return nil
		})
	}
	return all, err
}

// quantiles is quantiles(data, *, n=4, method="exclusive").
func quantiles(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("quantiles", []param{
		{name: "data"}, {name: "n", def: starlark.MakeInt(4), keyword: true}, {name: "method", def: starlark.String("exclusive"), keyword: true},
	}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	n, err := asInt(t, in[1])
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, statisticsError("n must be at least 1")
	}
	if err := guard.CheckElements(t, "quantiles", n); err != nil {
		return nil, err
	}
	list, err := sorted(t, in[0], nil, false)
	if err != nil {
		return nil, err
	}
	data := elementsOf(list)
	if len(data) < 2 {
		return nil, statisticsError("must have at least two data points")
	}
	m := len(data) + 1
	switch in[2] {
	case starlark.String("exclusive"):
	case starlark.String("inclusive"):
		m = len(data) - 1
	default:
		text, _ := pytypes.Repr(t, in[2])
		return nil, pyerr.Value("Unknown method: %s", text)
	}
	var all []starlark.Value
	for i := 1; i < n; i++ {
		j, k := i*m/n, i*m/n+1
		if m > len(data) {
			j = max(1, min(j, len(data)-1))
			j, k = j-1, j
		}
		delta := i*m - j*n
		if m > len(data) {
			delta = i*m - k*n
		}
		v, err := between2(t, data[j], data[k], n-delta, delta, n)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return starlark.NewList(all), nil
}

// between2 is (x*a + y*b) / n.
func between2(t *starlark.Thread, x, y starlark.Value, a, b, n int) (starlark.Value, error) {
	p, err := pytypes.Binary(t, pytypes.Mul, x, starlark.MakeInt(a))
	if err != nil {
		return nil, err
	}
	q, err := pytypes.Binary(t, pytypes.Mul, y, starlark.MakeInt(b))
	if err != nil {
		return nil, err
	}
	sum, err := pytypes.Binary(t, pytypes.Add, p, q)
	if err != nil {
		return nil, err
	}
	return pytypes.Binary(t, pytypes.TrueDiv, sum, starlark.MakeInt(n))
}
