package pytypes

import (
	"math"
	"math/bits"

	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// What an operation may walk or copy that is not charged: the instruction of
// the interpreter pays for it.
const free = 256

// entrySteps is charged for an entry of a dict or set that is made.
const entrySteps = 4

// walked charges the call for going through n bytes.
func walked(t *starlark.Thread, n int) error {
	if n <= free {
		return nil
	}
	return guard.MeterOf(t).Charge(n / 32)
}

// walkedElements charges the call for going through n elements.
func walkedElements(t *starlark.Thread, n int) error {
	if n <= free/16 {
		return nil
	}
	return guard.MeterOf(t).Charge(n / 2)
}

// grown checks a text of which there are so many bytes already, before more are
// added to it, and charges these.
func grown(t *starlark.Thread, op string, have, more int) error {
	n := total(have, more)
	if 0 <= n && n <= free {
		return nil
	}
	m := guard.MeterOf(t)
	if n < 0 || n > m.Limits().Bytes {
		return guard.CheckBytes(t, op, n)
	}
	return m.Charge(more / 32)
}

// grownElements is the same for a container and elements.
func grownElements(t *starlark.Thread, op string, have, more int) error {
	n := total(have, more)
	if 0 <= n && n <= free/16 {
		return nil
	}
	m := guard.MeterOf(t)
	if n < 0 || n > m.Limits().Elements {
		return guard.CheckElements(t, op, n)
	}
	return m.Charge(more / 2)
}

// moved charges the call for moving n elements of a list by one place, which is
// fast.
func moved(t *starlark.Thread, n int) error {
	if n < 64 {
		return nil
	}
	return guard.MeterOf(t).Charge(n / 64)
}

// product is x * y for sizes, or less than 0 if that is too much.
func product(x, y int) int {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	if x < 0 || y < 0 || hi != 0 || lo > math.MaxInt64 {
		return -1
	}
	return int(lo)
}

// total is x + y for sizes, or less than 0 if that is too much.
func total(x, y int) int {
	if x < 0 || y < 0 || x > math.MaxInt-y {
		return -1
	}
	return x + y
}
