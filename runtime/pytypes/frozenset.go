package pytypes

import (
	"iter"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A FrozenSet is Python's frozenset.
type FrozenSet struct {
	set  *starlark.Set // never changed
	hash atomic.Uint32 // 0: not known yet
}

var (
	_ starlark.Sequence   = (*FrozenSet)(nil)
	_ starlark.Comparable = (*FrozenSet)(nil)
)

// NewFrozenSet returns the elements of a set, which must not change any more.
func NewFrozenSet(s *starlark.Set) *FrozenSet { return &FrozenSet{set: s} }

func (s *FrozenSet) String() string                     { return print(s) }
func (s *FrozenSet) Type() string                       { return "frozenset" }
func (s *FrozenSet) Freeze()                            { s.set.Freeze() }
func (s *FrozenSet) Truth() starlark.Bool               { return s.set.Len() > 0 }
func (s *FrozenSet) Len() int                           { return s.set.Len() }
func (s *FrozenSet) Iterate() starlark.Iterator         { return s.set.Iterate() }
func (s *FrozenSet) Has(k starlark.Value) (bool, error) { return setHas(s.set, k) }

// Elements yields the elements.
func (s *FrozenSet) Elements() iter.Seq[starlark.Value] { return s.set.Elements() }

// Hash is that of the elements in any order.
func (s *FrozenSet) Hash() (uint32, error) {
	if h := s.hash.Load(); h != 0 {
		return h, nil
	}
	sum := uint32(s.set.Len()) * 1927868237
	for e := range s.set.Elements() {
		if b, ok := e.(starlark.Bool); ok {
			e = boolInt(b)
		}
		h, err := e.Hash()
		if err != nil {
			return 0, err
		}
		sum ^= (h ^ h<<16 ^ 89869747) * 3644798167
	}
	sum |= 1
	s.hash.Store(sum)
	return sum, nil
}

// CompareSameType compares as Starlark compares sets.
func (s *FrozenSet) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	if op != syntax.EQL && op != syntax.NEQ {
		return s.set.CompareSameType(op, y.(*FrozenSet).set, depth)
	}
	eq, err := s.equal(y.(*FrozenSet))
	return eq == (op == syntax.EQL), err
}

func (s *FrozenSet) equal(other *FrozenSet) (bool, error) {
	if s.Len() != other.Len() {
		return false, nil
	}
	for e := range s.Elements() {
		if found, err := other.Has(e); !found || err != nil {
			return false, err
		}
	}
	return true, nil
}
