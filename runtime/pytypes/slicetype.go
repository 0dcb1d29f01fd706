package pytypes

import (
	"math"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A Slice is Python's slice object.
type Slice struct {
	Start, Stop, Step starlark.Value // None where left out
}

// NewSlice returns slice(start, stop, step).
func NewSlice(start, stop, step starlark.Value) *Slice { return &Slice{start, stop, step} }

func (s *Slice) tuple() starlark.Tuple { return starlark.Tuple{s.Start, s.Stop, s.Step} }

func (s *Slice) String() string       { return print(s) }
func (s *Slice) Type() string         { return "slice" }
func (s *Slice) Freeze()              { s.tuple().Freeze() }
func (s *Slice) Truth() starlark.Bool { return true }

// Hash is that of a slice of scalars and objects. One of containers has none
// that could be found in bounded time: they may hold slices in turn.
func (s *Slice) Hash() (uint32, error) {
	for _, v := range s.tuple() {
		switch v.(type) {
		case *Slice, starlark.Tuple, *FrozenSet:
			return 0, recursion("")
		}
	}
	if _, err := asKey(s.tuple()); err != nil {
		return 0, err
	}
	return s.tuple().Hash()
}

// Attr returns start, stop and step.
func (s *Slice) Attr(name string) (starlark.Value, error) {
	switch name {
	case "start":
		return s.Start, nil
	case "stop":
		return s.Stop, nil
	case "step":
		return s.Step, nil
	}
	return nil, nil
}

// AttrNames lists what Attr knows.
func (s *Slice) AttrNames() []string { return []string{"start", "step", "stop"} }

// bounds are the indices of a slice of a sequence: those from start on, by
// step, n of them. They are in the sequence, if n is not 0.
type bounds struct{ start, stop, step, n int }

// indices are what a slice says, as numbers. A bound that is left out is nil.
type indices struct {
	start, stop *int
	step        int
}

// sliceBounds gives the bounds of a slice of a sequence of n elements, which no
// call can change.
func sliceBounds(t *starlark.Thread, lo, hi, step starlark.Value, n int) (bounds, error) {
	i, err := unpackSlice(t, lo, hi, step)
	if err != nil {
		return bounds{}, err
	}
	return i.within(n), nil
}

// unpackSlice evaluates a slice. This may call __index__ of the program, which
// may change the sequence: its length is to be asked for afterwards.
func unpackSlice(t *starlark.Thread, lo, hi, step starlark.Value) (i indices, err error) {
	i.step = 1
	if step != starlark.None {
		v, err := sliceIndex(t, step)
		if err != nil {
			return i, err
		}
		if i.step = max(v, -math.MaxInt); v == 0 {
			return i, pyerr.Value("slice step cannot be zero")
		}
	}
	if i.start, err = sliceBound(t, lo); err != nil {
		return i, err
	}
	i.stop, err = sliceBound(t, hi)
	return i, err
}

// sliceBound is one bound of a slice.
func sliceBound(t *starlark.Thread, v starlark.Value) (*int, error) {
	if v == starlark.None {
		return nil, nil
	}
	i, err := sliceIndex(t, v)
	return &i, err
}

// within gives the bounds within a sequence of n elements.
func (i indices) within(n int) bounds {
	first, last := 0, n // the bounds that are left out
	if i.step < 0 {
		first, last = n-1, -1
	}
	b := bounds{start: i.bound(i.start, n, first), stop: i.bound(i.stop, n, last), step: i.step}
	b.n = count(b.start, b.stop, b.step)
	return b
}

// bound is one bound within a sequence of n elements.
func (i indices) bound(at *int, n, left int) int {
	if at == nil {
		return left
	}
	v := *at
	if v < 0 {
		v += n
	}
	if i.step < 0 {
		return max(-1, min(v, n-1))
	}
	return max(0, min(v, n))
}

// sliceIndex is an index of a slice; too large a one is the largest.
func sliceIndex(t *starlark.Thread, v starlark.Value) (int, error) {
	i, ok, err := index(t, v)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, pyerr.Type("slice indices must be integers or None or have an __index__ method")
	}
	return clamp(i), nil
}

// clamp is the int nearest to i.
func clamp(i starlark.Int) int {
	n, ok := i.Int64()
	switch {
	case ok:
		return int(n)
	case i.Sign() < 0:
		return math.MinInt + 1
	}
	return math.MaxInt
}

// index gives the integer that a value is where one is asked for: an int, a
// bool or an object with __index__. ok is false if it is none.
func index(t *starlark.Thread, v starlark.Value) (i starlark.Int, ok bool, err error) {
	if i, ok := asInt(v); ok {
		return i, true, nil
	}
	o, isObject := v.(Object)
	if !isObject {
		return i, false, nil
	}
	r, ok, err := o.Special(t, "__index__")
	if err != nil {
		return i, false, err
	}
	if !ok {
		i, ok = asInt(o.Native())
		return i, ok, nil
	}
	if i, ok = asInt(native(r)); !ok {
		return i, false, pyerr.Type("__index__ returned non-int (type %s)", TypeName(r))
	}
	return i, true, nil
}
