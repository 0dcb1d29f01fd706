package caching

import (
	"fmt"
	"math/big"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// tooLarge is the least number of more than MaxDigits digits.
var tooLarge = new(big.Int).Exp(big.NewInt(10), big.NewInt(MaxDigits), nil)

// numberOf returns the number that a rule adds to the counter under key.
func numberOf(key string, v starlark.Value) (Number, error) {
	switch v := v.(type) {
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return Int(i), nil
		}
		if v.BigInt().CmpAbs(tooLarge) >= 0 {
			// The class is that of Python's decimal, which is what refuses it there.
			return Number{}, pyerr.New("Inexact", "cache key %s: val has more than %d digits: a counter holds no more", shortKey(key), MaxDigits)
		}
		return BigInt(v.BigInt())
	case starlark.Float:
		return Number{}, pyerr.Type("cache key %s: val is a float (%v), want an int: use int()", shortKey(key), v)
	}
	return Number{}, &InvalidError{key, fmt.Sprintf("val is of type %s, want an int: only an int can be added to a counter", pyerr.TypeName(v))}
}

// countValue returns a count as rules see it: 0 if there is none, and what
// else stands in its place as it is.
func countValue(n Number) starlark.Value {
	if i, ok := n.Int64(); ok || n.IsNone() {
		return starlark.MakeInt64(i)
	}
	if s, ok := n.Text(); ok {
		return starlark.String(s)
	}
	if n.IsInt() {
		return starlark.MakeBigInt(n.BigInt())
	}
	return starlark.Float(n.Float64())
}

// wholeCount returns a count without its fraction, as an increment does.
func wholeCount(n Number) starlark.Int {
	if i, ok := n.Int64(); ok {
		return starlark.MakeInt64(i)
	}
	return starlark.MakeBigInt(n.BigInt())
}

// membersOf returns the strings that a rule adds or removes: one, or those of
// a list, tuple, set, or the keys of a dict.
func (op *operation) membersOf(v starlark.Value) (StringSet, error) {
	if s, ok := v.(starlark.String); ok {
		return NewStringSet(string(s)), nil
	}
	return op.elementsOf(v)
}

// elementsOf returns the strings in v, which are the characters if v is a
// string.
func (op *operation) elementsOf(v starlark.Value) (StringSet, error) {
	if s, ok := v.(starlark.String); ok {
		if err := checkText(op.key, "the string", string(s)); err != nil {
			return StringSet{}, err
		}
		return charactersOf(string(s)), op.meter.Charge(len(s))
	}
	elements, ok := v.(starlark.Iterable)
	if !ok {
		return StringSet{}, pyerr.Type("'%s' object is not iterable", pyerr.TypeName(v))
	}
	var members []string
	for e := range starlark.Elements(elements) {
		s, ok := e.(starlark.String)
		if !ok {
			return StringSet{}, op.notStrings(elements, len(members), e)
		}
		if err := op.meter.Charge(1); err != nil {
			return StringSet{}, err
		}
		members = append(members, string(s))
	}
	return NewStringSet(members...), nil
}

func charactersOf(s string) StringSet {
	var members []string
	for _, r := range s {
		members = append(members, string(r))
	}
	return NewStringSet(members...)
}

// notStrings says why v cannot be a string set, by its i-th element e. Whole
// numbers only are what a table would take, as a set of numbers, and are
// refused as the table refuses to add them to a string set.
func (op *operation) notStrings(v starlark.Iterable, i int, e starlark.Value) error {
	if _, err := e.Hash(); err != nil {
		return pyerr.Type("unhashable type: '%s' (element %d of the value for cache key %s)", pyerr.TypeName(e), i, shortKey(op.key))
	}
	msg := fmt.Sprintf("element %d of the value is of type %s, want a string: a set holds only strings, use str()", i, pyerr.TypeName(e))
	for e := range starlark.Elements(v) {
		switch e.(type) {
		case starlark.Int, starlark.Bool:
		default:
			return pyerr.Type("cache key %s: %s", shortKey(op.key), msg)
		}
		if err := op.meter.Charge(1); err != nil {
			return err
		}
	}
	return &InvalidError{op.key, msg}
}

// setValue returns a set as rules see it: their own, in order.
func (op *operation) setValue(s StringSet) (starlark.Value, error) {
	if err := op.meter.Charge(2 * s.Len()); err != nil {
		return nil, err
	}
	set := starlark.NewSet(s.Len())
	for m := range s.All() {
		if err := set.Insert(starlark.String(m)); err != nil {
			return nil, err
		}
	}
	return set, nil
}
