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

// product is x * y for sizes, or less than 0 if that is too much.
func product(x, y int) int {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	if x < 0 || y < 0 || hi != 0 || lo > math.MaxInt64 {
		return -1
	}
	return int(lo)
}

// sum is x + y for sizes, or less than 0 if that is too much.
func total(x, y int) int {
	if x < 0 || y < 0 || x > math.MaxInt-y {
		return -1
	}
	return x + y
}
