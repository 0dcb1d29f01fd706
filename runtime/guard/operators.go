package guard

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// binary is a checked starlark.Binary, for the operators that can make a value
// much larger than its operands or take long.
func binary(thread *starlark.Thread, op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	var err error
	switch op {
	case syntax.PLUS:
		return add(thread, x, y)
	case syntax.PERCENT:
		if x, ok := x.(starlark.String); ok {
			return interpolate(thread, string(x), y)
		}
	case syntax.STAR:
		err = checkMultiply(thread, x, y)
	case syntax.LTLT:
		err = checkShift(thread, x, y)
	case syntax.PIPE, syntax.AMP, syntax.CIRCUMFLEX, syntax.MINUS:
		return combine(thread, op, x, y)
	}
	if err != nil {
		return nil, err
	}
	return starlark.Binary(op, x, y)
}

// add is x + y.
func add(thread *starlark.Thread, x, y starlark.Value) (starlark.Value, error) {
	const op = "+"
	var err error
	switch x := x.(type) {
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			err = CheckBytes(thread, op, len(x)+len(y))
		}
	case starlark.Bytes:
		if y, ok := y.(starlark.Bytes); ok {
			err = CheckBytes(thread, op, len(x)+len(y))
		}
	case starlark.Int:
		if y, ok := y.(starlark.Int); ok {
			err = checkSum(thread, op, x, y)
		}
	case starlark.Float:
	default:
		err = checkConcat(thread, op, x, y)
	}
	if err != nil {
		return nil, err
	}
	return starlark.Binary(syntax.PLUS, x, y)
}

// checkSum checks a sum or difference of integers.
func checkSum(thread *starlark.Thread, op string, x, y starlark.Int) error {
	if isInt64(x) && isInt64(y) {
		return nil
	}
	return CheckBits(thread, op, max(width(x), width(y))+1)
}

// checkConcat checks the concatenation of lists and the like, of any type.
func checkConcat(thread *starlark.Thread, op string, x, y starlark.Value) error {
	xlen, ylen := starlark.Len(x), starlark.Len(y)
	if xlen < 0 || ylen < 0 {
		return nil
	}
	return CheckElements(thread, op, xlen+ylen)
}

// checkMultiply checks x * y.
func checkMultiply(thread *starlark.Thread, x, y starlark.Value) error {
	const op = "*"
	a, ok := x.(starlark.Int)
	if !ok {
		b, ok := y.(starlark.Int)
		if !ok {
			return nil
		}
		return checkRepeat(thread, op, x, b)
	}
	b, ok := y.(starlark.Int)
	if !ok {
		return checkRepeat(thread, op, y, a)
	}
	if isInt64(a) && isInt64(b) {
		return nil
	}
	w, v := width(a), width(b)
	if err := CheckBits(thread, op, w+v); err != nil {
		return err
	}
	return walked(thread, w/64*v/64) // the time is that of a product of the lengths
}

// checkRepeat checks the repetition of a string, list or the like.
func checkRepeat(thread *starlark.Thread, op string, x starlark.Value, n starlark.Int) error {
	count, ok := n.Int64()
	if ok && count > math.MaxInt32 || !ok || count < 1 {
		return nil // nothing, or more than Starlark allows
	}
	switch x := x.(type) {
	case starlark.String, starlark.Bytes:
		return CheckBytes(thread, op, product(starlark.Len(x), int(count)))
	}
	if n := starlark.Len(x); n >= 0 { // of any type
		return CheckElements(thread, op, product(n, int(count)))
	}
	return nil
}

// product is x * y, or less than 0 if that is too much.
func product(x, y int) int {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	if hi != 0 || lo > math.MaxInt64 {
		return -1
	}
	return int(lo)
}

// checkShift checks x << y.
func checkShift(thread *starlark.Thread, x, y starlark.Value) error {
	a, ok := x.(starlark.Int)
	if !ok {
		return nil
	}
	n, err := starlark.AsInt32(y)
	if err != nil || n < 0 || n >= 512 {
		return nil // an error that Starlark reports
	}
	return CheckBits(thread, "<<", width(a)+n)
}

func isInt64(i starlark.Int) bool {
	_, ok := i.Int64()
	return ok
}

// width gives the number of bits in i.
func width(i starlark.Int) int {
	if v, ok := i.Int64(); ok {
		return bits.Len64(uint64(max(v, -v)))
	}
	return i.BigInt().BitLen()
}

// combine is x op y for the operators of sets: | & ^ -.
func combine(thread *starlark.Thread, op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case starlark.Int:
		if y, ok := y.(starlark.Int); ok {
			if err := checkSum(thread, op.String(), x, y); err != nil {
				return nil, err
			}
		}
	case *starlark.Dict:
		if y, ok := y.(*starlark.Dict); ok && op == syntax.PIPE {
			return union(thread, x, y)
		}
	case *starlark.Set:
		if y, ok := y.(*starlark.Set); ok {
			return combineSets(thread, op, x, y)
		}
	default:
		if err := checkConcat(thread, op.String(), x, y); err != nil {
			return nil, err
		}
	}
	return starlark.Binary(op, x, y)
}

// union is x | y.
func union(thread *starlark.Thread, x, y *starlark.Dict) (starlark.Value, error) {
	m := MeterOf(thread)
	if err := m.elements("|", x.Len()+y.Len(), 0); err != nil {
		return nil, err
	}
	z := starlark.NewDict(x.Len())
	if err := put(m, z, x); err != nil {
		return nil, err
	}
	return z, put(m, z, y)
}

// put sets all entries of src in dst, another dictionary.
func put(m *Meter, dst, src *starlark.Dict) error {
	for k, v := range src.Entries() {
		if err := m.Charge(entryBytes / stepBytes); err != nil {
			return err
		}
		if err := m.key(k); err != nil {
			return err
		}
		if err := dst.SetKey(k, v); err != nil {
			return err
		}
	}
	return nil
}

// key checks and charges the hash of a key.
func (m *Meter) key(k starlark.Value) error {
	if isScalar(k) {
		return nil
	}
	n, err := keyElements(k)
	if err != nil {
		return err
	}
	return m.Charge(n)
}

// combineSets is x op y.
func combineSets(thread *starlark.Thread, op syntax.Token, x, y *starlark.Set) (starlark.Value, error) {
	return setMethod(thread, setOperators[op], x, starlark.Tuple{y}, nil)
}

// setOperators are the methods that do what the operators do.
var setOperators = map[syntax.Token]string{
	syntax.PIPE:       "union",
	syntax.AMP:        "intersection",
	syntax.CIRCUMFLEX: "symmetric_difference",
	syntax.MINUS:      "difference",
}

// An operand is the right side of an augmented assignment x op= y, which the
// rewriter turns into x ^= operand(op, y): there is nothing else that the
// interpreter knows to do with it than to call Binary, so x is evaluated once
// and set, be it a variable, an index or a field, by the interpreter itself.
type operand struct {
	starlark.Value // y
	op             syntax.Token
	thread         *starlark.Thread
}

var _ starlark.HasBinary = (*operand)(nil)

// Binary computes what is to be assigned to x.
func (o *operand) Binary(_ syntax.Token, x starlark.Value, side starlark.Side) (starlark.Value, error) {
	if side == starlark.Left {
		return nil, nil
	}
	switch x := x.(type) {
	case *starlark.List:
		if y, ok := o.Value.(starlark.Iterable); ok && o.op == syntax.PLUS_EQ {
			return x, o.extend(x, y)
		}
	case *starlark.Dict:
		if y, ok := o.Value.(*starlark.Dict); ok && o.op == syntax.PIPE_EQ {
			return x, o.update(x, y)
		}
	}
	return binary(o.thread, o.op-syntax.PLUS_EQ+syntax.PLUS, x, o.Value)
}

// extend is x += y for a list x, which changes x itself.
func (o *operand) extend(x *starlark.List, y starlark.Iterable) error {
	if err := mutable(x, "apply += to"); err != nil {
		return err
	}
	_, err := extend(o.thread, "+=", x, y)
	return err
}

// update is x |= y for a dictionary x, which changes x itself.
func (o *operand) update(x, y *starlark.Dict) error {
	// The deletion of a key that is not there says whether x can be changed.
	if _, _, err := x.Delete(nobody{}); err != nil {
		return fmt.Errorf("cannot apply |= to %s", strings.TrimPrefix(err.Error(), "cannot delete from "))
	}
	m := MeterOf(o.thread)
	if err := m.elements("|=", x.Len()+y.Len(), 0); err != nil || x == y {
		return err
	}
	return put(m, x, y)
}

// nobody is a key that equals no other.
type nobody struct{ starlark.NoneType }

func (nobody) Type() string          { return "nobody" }
func (nobody) Hash() (uint32, error) { return 0, nil }
