package pytypes

import (
	"math"
	"math/bits"
	"strconv"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Range is Python's range of integers of 64 bits. Larger ones are refused.
type Range struct {
	Start, Stop, Step int
	n                 int // how many
}

var (
	_ starlark.Sliceable  = (*Range)(nil)
	_ starlark.Sequence   = (*Range)(nil)
	_ starlark.Comparable = (*Range)(nil)
)

// NewRange returns range(start, stop, step). The step must not be 0.
func NewRange(start, stop, step int) (*Range, error) {
	n := count(start, stop, step)
	if n < 0 {
		return nil, pyerr.Overflow("Python int too large to convert to C ssize_t")
	}
	return &Range{start, stop, step, n}, nil
}

// count is the number of elements, or less than 0 if that is too much.
func count(start, stop, step int) int {
	if step > 0 && start >= stop || step < 0 && start <= stop {
		return 0
	}
	var distance, stride uint64
	if step > 0 {
		distance, stride = uint64(stop)-uint64(start), uint64(step)
	} else {
		distance, stride = uint64(start)-uint64(stop), -uint64(step)
	}
	if n := (distance-1)/stride + 1; n <= math.MaxInt {
		return int(n)
	}
	return -1
}

func (r *Range) String() string {
	s := "range(" + strconv.Itoa(r.Start) + ", " + strconv.Itoa(r.Stop)
	if r.Step != 1 {
		s += ", " + strconv.Itoa(r.Step)
	}
	return s + ")"
}

func (r *Range) Type() string               { return "range" }
func (r *Range) Freeze()                    {}
func (r *Range) Truth() starlark.Bool       { return r.n > 0 }
func (r *Range) Len() int                   { return r.n }
func (r *Range) Index(i int) starlark.Value { return starlark.MakeInt(r.at(i)) }
func (r *Range) Iterate() starlark.Iterator {
	return &rangeLoop{next: r.Start, step: r.Step, left: r.n}
}

// Attr returns start, stop and step.
func (r *Range) Attr(name string) (starlark.Value, error) {
	switch name {
	case "start":
		return starlark.MakeInt(r.Start), nil
	case "stop":
		return starlark.MakeInt(r.Stop), nil
	case "step":
		return starlark.MakeInt(r.Step), nil
	}
	return nil, nil
}

// AttrNames lists what Attr knows.
func (r *Range) AttrNames() []string { return []string{"start", "step", "stop"} }

func (r *Range) at(i int) int { return r.Start + i*r.Step }

// Hash is that of the sequence that the range is.
func (r *Range) Hash() (uint32, error) {
	t := starlark.Tuple{starlark.MakeInt(r.n), starlark.None, starlark.None}
	if r.n > 0 {
		t[1] = starlark.MakeInt(r.Start)
	}
	if r.n > 1 {
		t[2] = starlark.MakeInt(r.Step)
	}
	return t.Hash()
}

// Slice returns a range.
func (r *Range) Slice(start, end, step int) starlark.Value {
	s, err := r.slice(start, end, step)
	if err != nil {
		return &Range{Step: 1}
	}
	return s
}

func (r *Range) slice(start, end, step int) (*Range, error) {
	hi, stride := bits.Mul64(magnitude(int64(r.Step)), magnitude(int64(step)))
	if hi != 0 || stride > math.MaxInt64 {
		if count(start, end, step) > 1 {
			return nil, pyerr.Overflow("Python int too large to convert to C ssize_t")
		}
		return NewRange(r.at(start), r.at(end), 1)
	}
	return NewRange(r.at(start), r.at(end), r.Step*step)
}

// CompareSameType compares the sequences that the ranges are.
func (r *Range) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	eq := r.equal(y.(*Range))
	switch op {
	case syntax.EQL:
		return eq, nil
	case syntax.NEQ:
		return !eq, nil
	}
	return false, pyerr.Type("'%s' not supported between instances of 'range' and 'range'", op)
}

func (r *Range) equal(s *Range) bool {
	return r.n == s.n && (r.n == 0 || r.Start == s.Start && (r.n == 1 || r.Step == s.Step))
}

// position is the index of v in the range, or -1.
func (r *Range) position(v int) int {
	if r.n == 0 {
		return -1
	}
	var distance, stride uint64
	if r.Step > 0 {
		if v < r.Start {
			return -1
		}
		distance, stride = uint64(v)-uint64(r.Start), uint64(r.Step)
	} else {
		if v > r.Start {
			return -1
		}
		distance, stride = uint64(r.Start)-uint64(v), -uint64(r.Step)
	}
	if i := distance / stride; distance%stride == 0 && i < uint64(r.n) {
		return int(i)
	}
	return -1
}

// Has reports whether an integer is in the range.
func (r *Range) Has(v starlark.Value) (bool, error) {
	switch x := v.(type) {
	case starlark.Int, starlark.Bool:
		i, _ := asInt(x)
		n, ok := i.Int64()
		return ok && r.position(int(n)) >= 0, nil
	case starlark.Float:
		n := int(x)
		return starlark.Float(n) == x && math.Abs(float64(x)) < 1<<62 && r.position(n) >= 0, nil
	}
	return false, nil
}

// A rangeLoop is the native iterator of a range.
type rangeLoop struct{ next, step, left int }

func (l *rangeLoop) Next(p *starlark.Value) bool {
	if l.left == 0 {
		return false
	}
	*p = starlark.MakeInt(l.next)
	l.next += l.step
	l.left--
	return true
}

func (l *rangeLoop) Done() {}
