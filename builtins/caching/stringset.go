package caching

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A StringSet is a set of strings, in order. It is immutable, so that stores
// and callers can share one. The zero value is the empty set, which is also
// what an item without a set has: tables do not hold empty sets.
type StringSet struct {
	members []string // sorted, each once
	bytes   int      // length of all members
}

// NewStringSet returns the set of the given strings. It does not keep or
// change the slice.
func NewStringSet(members ...string) StringSet {
	sorted := slices.Clone(members)
	slices.Sort(sorted)
	return newSorted(slices.Compact(sorted))
}

// newSorted takes over a slice that is sorted and has every member once.
func newSorted(members []string) StringSet {
	s := StringSet{members: slices.Clip(members)}
	for _, m := range members {
		s.bytes += len(m)
	}
	return s
}

// Len returns how many members the set has.
func (s StringSet) Len() int { return len(s.members) }

// Bytes returns the length of all members together.
func (s StringSet) Bytes() int { return s.bytes }

// Has reports whether the set has the member.
func (s StringSet) Has(member string) bool {
	_, found := slices.BinarySearch(s.members, member)
	return found
}

// All returns the members in order.
func (s StringSet) All() iter.Seq[string] { return slices.Values(s.members) }

// Slice returns the members in order, in a slice that the caller owns.
func (s StringSet) Slice() []string { return slices.Clone(s.members) }

// Equal reports whether both sets have the same members.
func (s StringSet) Equal(t StringSet) bool { return slices.Equal(s.members, t.members) }

// Union returns the set of what is in s or in t. Members that only t has are
// copied: they are often parts of a large event, which they would keep in
// memory.
func (s StringSet) Union(t StringSet) StringSet {
	missing := 0
	for _, m := range t.members {
		if !s.Has(m) {
			missing++
		}
	}
	if missing == 0 {
		return s
	}
	out := make([]string, 0, len(s.members)+missing)
	a, b := s.members, t.members
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, strings.Clone(b[0])), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	out = append(out, a...)
	for _, m := range b {
		out = append(out, strings.Clone(m))
	}
	return newSorted(out)
}

// Without returns the set of what is in s and not in t.
func (s StringSet) Without(t StringSet) StringSet {
	if !slices.ContainsFunc(t.members, s.Has) {
		return s
	}
	out := make([]string, 0, len(s.members)-1)
	for _, m := range s.members {
		if !t.Has(m) {
			out = append(out, m)
		}
	}
	return newSorted(out)
}

// String returns the members in order, as a list of quoted strings.
func (s StringSet) String() string {
	var b strings.Builder
	for i, m := range s.members {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(m))
	}
	return "[" + b.String() + "]"
}
