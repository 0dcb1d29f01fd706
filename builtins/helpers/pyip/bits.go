package pyip

import (
	"cmp"
	"math/big"
	"math/bits"
)

// A bits128 is an unsigned integer of 128 bits. Addresses of IPv4 have the
// low 32.
type bits128 struct{ hi, lo uint64 }

func (x bits128) and(y bits128) bits128 { return bits128{x.hi & y.hi, x.lo & y.lo} }
func (x bits128) or(y bits128) bits128  { return bits128{x.hi | y.hi, x.lo | y.lo} }
func (x bits128) xor(y bits128) bits128 { return bits128{x.hi ^ y.hi, x.lo ^ y.lo} }

func (x bits128) plus(y bits128) bits128 {
	lo, carry := bits.Add64(x.lo, y.lo, 0)
	hi, _ := bits.Add64(x.hi, y.hi, carry)
	return bits128{hi, lo}
}

func (x bits128) minus(y bits128) bits128 {
	lo, borrow := bits.Sub64(x.lo, y.lo, 0)
	hi, _ := bits.Sub64(x.hi, y.hi, borrow)
	return bits128{hi, lo}
}

func (x bits128) compare(y bits128) int {
	return cmp.Or(cmp.Compare(x.hi, y.hi), cmp.Compare(x.lo, y.lo))
}

// ones returns n ones at the low end.
func ones(n int) bits128 {
	if n > 64 {
		return bits128{1<<(n-64) - 1, 1<<64 - 1}
	}
	return bits128{0, 1<<n - 1}
}

// trailingZeros returns the number of zeros at the low end, 128 for zero.
func (x bits128) trailingZeros() int {
	if x.lo == 0 {
		return 64 + bits.TrailingZeros64(x.hi)
	}
	return bits.TrailingZeros64(x.lo)
}

// shl1 returns 1 << n.
func shl1(n int) bits128 {
	if n >= 64 {
		return bits128{1 << (n - 64), 0}
	}
	return bits128{0, 1 << n}
}

func (x bits128) big() *big.Int {
	n := new(big.Int).SetUint64(x.hi)
	n.Lsh(n, 64)
	return n.Or(n, new(big.Int).SetUint64(x.lo))
}

// fromBig needs a number that fits.
func fromBig(n *big.Int) bits128 {
	low := new(big.Int).SetUint64(1<<64 - 1)
	return bits128{new(big.Int).Rsh(n, 64).Uint64(), low.And(low, n).Uint64()}
}
