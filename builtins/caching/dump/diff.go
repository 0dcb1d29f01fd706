package dump

import (
	"iter"

	"github.com/starhost/starhost/builtins/caching"
)

// A Change is a key under which two states differ. An Item that is zero is not
// there.
type Change struct {
	Key      string
	Old, New caching.Item
}

// Diff yields the differences between two sequences of records in the order of
// their keys, as Items yields them. An error of one of them is the end.
func Diff(before, after iter.Seq2[Record, error]) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		a, b := newSide(before), newSide(after)
		defer a.stop()
		defer b.stop()
		for a.more || b.more {
			for _, err := range []error{a.err, b.err} {
				if err != nil {
					yield(Change{}, err)
					return
				}
			}
			c := Change{Key: a.record.Key}
			if !a.more || b.more && b.record.Key < c.Key {
				c.Key = b.record.Key
			}
			c.Old, c.New = a.take(c.Key), b.take(c.Key)
			if !equal(c) && !yield(c, nil) {
				return
			}
		}
	}
}

// equal tells whether both items are the same.
func equal(c Change) bool {
	a, b := c.Old, c.New
	return a.Count == b.Count && a.Strings.Equal(b.Strings) && a.Dictionary == b.Dictionary && a.ExpiresAt == b.ExpiresAt
}

// A side is one of two sequences, with its next record.
type side struct {
	next   func() (Record, error, bool)
	stop   func()
	record Record
	more   bool
	err    error
}

func newSide(records iter.Seq2[Record, error]) *side {
	s := &side{}
	s.next, s.stop = iter.Pull2(records)
	s.record, s.err, s.more = s.next()
	return s
}

// take returns the item under the key, if that comes next, and moves on.
func (s *side) take(key string) (it caching.Item) {
	if s.more && s.record.Key == key {
		it = s.record.Item
		s.record, s.err, s.more = s.next()
	}
	return it
}
