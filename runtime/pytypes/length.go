package pytypes

import (
	"math"
	"math/big"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// Len is len(x).
func Len(t *starlark.Thread, x starlark.Value) (int, error) {
	switch x := x.(type) {
	case starlark.String:
		if err := walked(t, len(x)); err != nil {
			return 0, err
		}
		if isASCII(string(x)) {
			return len(x), nil
		}
		return charCount(string(x)), nil
	case *starlark.List:
		return x.Len(), nil
	case *starlark.Dict:
		return x.Len(), nil
	case Object:
		return objectLen(t, x)
	case starlark.Sequence:
		return x.Len(), nil
	case starlark.Indexable:
		return x.Len(), nil
	case interface{ Len() int }:
		return x.Len(), nil
	}
	return 0, noLen(x)
}

func noLen(x starlark.Value) error {
	return pyerr.Type("object of type '%s' has no len()", TypeName(x))
}

func objectLen(t *starlark.Thread, o Object) (int, error) {
	v, ok, err := o.Special(t, "__len__")
	switch {
	case err != nil:
		return 0, err
	case ok:
		return asLength(t, v)
	case o.Native() != nil:
		n, err := Len(t, o.Native())
		if err != nil && isA(err, "TypeError") {
			err = noLen(o)
		}
		return n, err
	}
	return 0, noLen(o)
}

// asLength checks what __len__ returned.
func asLength(t *starlark.Thread, v starlark.Value) (int, error) {
	i, ok, err := index(t, v)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, pyerr.Type("'%s' object cannot be interpreted as an integer", TypeName(v))
	case i.Sign() < 0:
		return 0, pyerr.Value("__len__() should return >= 0")
	case !isInt64(i):
		return 0, pyerr.Overflow("cannot fit 'int' into an index-sized integer")
	}
	return clamp(i), nil
}

// Truth is bool(x).
func Truth(t *starlark.Thread, x starlark.Value) (bool, error) {
	o, ok := x.(Object)
	if !ok {
		return bool(x.Truth()), nil
	}
	v, ok, err := o.Special(t, "__bool__")
	if err != nil {
		return false, err
	}
	if ok {
		b, isBool := v.(starlark.Bool)
		if !isBool {
			return false, pyerr.Type("__bool__ should return bool, returned %s", TypeName(v))
		}
		return bool(b), nil
	}
	if v, ok, err = o.Special(t, "__len__"); err != nil {
		return false, err
	}
	if ok {
		n, err := asLength(t, v)
		return n != 0, err
	}
	if n := o.Native(); n != nil {
		return bool(n.Truth()), nil
	}
	return true, nil
}

// Hash is hash(x). Numbers, and tuples of them, have the hashes of CPython;
// others have some that equal values share.
func Hash(t *starlark.Thread, x starlark.Value) (int64, error) {
	switch x := x.(type) {
	case starlark.Bool, starlark.Int:
		i, _ := asInt(x)
		return hashInt(i), nil
	case starlark.Float:
		return hashFloat(float64(x)), nil
	case starlark.Tuple:
		return hashTuple(t, x, 0)
	case *pyclass.NamedTuple:
		return hashTuple(t, x.Elems, 0)
	case Object:
		if v, ok, err := x.Special(t, "__hash__"); ok || err != nil {
			if err != nil {
				return 0, err
			}
			i, ok := asInt(native(v))
			if !ok {
				return 0, pyerr.Type("__hash__ method should return an integer")
			}
			return hashInt(i), nil
		}
	}
	k, err := asKey(x)
	if err != nil {
		return 0, err
	}
	h, err := k.Hash()
	if err != nil {
		return 0, hashError(x, err)
	}
	return int64(h), nil
}

// modulus is the prime number that hashes of numbers are modulo of.
const modulus = 1<<61 - 1

var bigModulus = big.NewInt(modulus)

func hashInt(i starlark.Int) int64 {
	var h int64
	if v, ok := i.Int64(); ok {
		h = v % modulus
	} else {
		b := i.BigInt()
		h = new(big.Int).Rem(b, bigModulus).Int64()
	}
	if h == -1 {
		return -2
	}
	return h
}

func hashFloat(f float64) int64 {
	switch {
	case f != f:
		return 0
	case math.IsInf(f, 1):
		return 314159
	case math.IsInf(f, -1):
		return -314159
	}
	m, e := math.Frexp(math.Abs(f))
	h := uint64(0)
	for m != 0 {
		h = h<<28&modulus | h>>(61-28)
		m *= 1 << 28
		e -= 28
		digit := uint64(m)
		m -= float64(digit)
		if h += digit; h >= modulus {
			h -= modulus
		}
	}
	e %= 61
	if e < 0 {
		e += 61
	}
	h = h<<e&modulus | h>>(61-e)
	r := int64(h)
	if f < 0 {
		r = -r
	}
	if r == -1 {
		return -2
	}
	return r
}

func hashTuple(t *starlark.Thread, tuple starlark.Tuple, depth int) (int64, error) {
	if _, err := asKey(tuple); err != nil {
		return 0, err
	}
	const p1, p2, p5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
	acc := uint64(p5)
	for _, e := range tuple {
		h, err := Hash(t, e)
		if err != nil {
			return 0, err
		}
		acc += uint64(h) * p2
		acc = acc<<31 | acc>>33
		acc *= p1
	}
	acc += uint64(len(tuple)) ^ (p5 ^ 3527539)
	if acc == math.MaxUint64 {
		return 1546275796, nil
	}
	return int64(acc), nil
}
