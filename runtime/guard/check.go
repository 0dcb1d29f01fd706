package guard

import "go.starlark.net/starlark"

// free is how many bytes an operation may allocate or copy that is not
// charged: its own instruction pays for them.
const free = 256

// stepBytes is how many bytes one step pays for.
const stepBytes = 32

// CheckBytes fails if a string or bytes of n bytes is longer than the call's
// limit, and otherwise charges the call for making it. Built-ins call it
// before they allocate. op names what makes it, for the error.
func CheckBytes(thread *starlark.Thread, op string, n int) error {
	if 0 <= n && n <= free {
		return nil
	}
	return MeterOf(thread).bytes(op, n)
}

// CheckElements fails if a list, tuple, dict or set of n elements is longer
// than the call's limit, and otherwise charges the call for making it.
func CheckElements(thread *starlark.Thread, op string, n int) error {
	if 0 <= n && n <= free/elementBytes {
		return nil
	}
	return MeterOf(thread).elements(op, n, elementBytes)
}

// CheckBits fails if an integer of n bits is wider than the call's limit.
func CheckBits(thread *starlark.Thread, op string, n int) error {
	if 0 <= n && n <= 512 {
		return nil
	}
	return MeterOf(thread).bits(op, n)
}

// What one element takes, in bytes: of a list or tuple, of a dict or set.
const (
	elementBytes = 16
	entryBytes   = 128
)

func (m *Meter) bytes(op string, n int) error {
	if n < 0 || n > m.limits.Bytes {
		return &LimitError{Limit: "string size", Op: op, Want: uint64(max(n, 0)), Max: uint64(m.limits.Bytes)}
	}
	return m.Charge(n / stepBytes)
}

func (m *Meter) elements(op string, n, size int) error {
	if n < 0 || n > m.limits.Elements {
		return &LimitError{Limit: "list size", Op: op, Want: uint64(max(n, 0)), Max: uint64(m.limits.Elements)}
	}
	return m.Charge(n * size / stepBytes)
}

func (m *Meter) bits(op string, n int) error {
	if n < 0 || n > m.limits.Bits {
		return &LimitError{Limit: "integer size", Op: op, Want: uint64(max(n, 0)), Max: uint64(m.limits.Bits)}
	}
	return m.Charge(n / 8 / stepBytes)
}

// walked charges the call for going through n bytes.
func walked(thread *starlark.Thread, n int) error {
	if n <= free {
		return nil
	}
	return MeterOf(thread).Charge(n / stepBytes)
}

// Iterate calls f for each element of x, and charges the call for each. It
// ends at the first error.
func Iterate(thread *starlark.Thread, x starlark.Iterable, f func(starlark.Value) error) error {
	m := MeterOf(thread)
	iter := x.Iterate()
	defer iter.Done()
	var v starlark.Value
	for iter.Next(&v) {
		if err := m.Charge(1); err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

// A metered is an iterable that charges a call for each element. What cannot
// be stopped by an error, as it is Starlark's own code, sees the iteration
// end; its caller finds the error in err.
type metered struct {
	starlark.Iterable
	meter *Meter
	steps int                        // for each element
	check func(starlark.Value) error // of each element; may be nil
	err   error
}

func (x *metered) Iterate() starlark.Iterator {
	return &meteredIterator{x.Iterable.Iterate(), x}
}

// meteredSequence is a metered that has a length.
type meteredSequence struct{ *metered }

func (x meteredSequence) Len() int { return starlark.Len(x.Iterable) }

type meteredIterator struct {
	starlark.Iterator
	of *metered
}

func (it *meteredIterator) Next(p *starlark.Value) bool {
	if it.of.err != nil || !it.Iterator.Next(p) {
		return false
	}
	it.of.err = it.of.meter.Charge(it.of.steps)
	if it.of.err == nil && it.of.check != nil {
		it.of.err = it.of.check(*p)
	}
	return it.of.err == nil
}

// meter makes x metered, keeping whether it has a length.
func meter(thread *starlark.Thread, x starlark.Iterable, steps int, check func(starlark.Value) error) (starlark.Value, *metered) {
	m := &metered{Iterable: x, meter: MeterOf(thread), steps: steps, check: check}
	if starlark.Len(x) >= 0 {
		return meteredSequence{m}, m
	}
	return m, m
}

// counter gives a check for a metered iterable: that there are not too many
// elements, of which the first is number n, and then the check that is given,
// if any.
func (m *Meter) counter(op string, n int, check func(starlark.Value) error) func(starlark.Value) error {
	return func(v starlark.Value) error {
		if n > m.limits.Elements {
			return m.elements(op, n, 0)
		}
		n++
		if check == nil {
			return nil
		}
		return check(v)
	}
}

// exhausted gives the error of the first of several metered iterables that has
// one.
func exhausted(sources ...*metered) error {
	for _, s := range sources {
		if s != nil && s.err != nil {
			return s.err
		}
	}
	return nil
}
