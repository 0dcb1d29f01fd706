package pytypes

import "go.starlark.net/starlark"

// A sortItem is a value being sorted by its key.
type sortItem struct{ key, elem starlark.Value }

// A sorting sorts items stably, by merging ever longer runs. It asks for no
// more comparisons than it must, as they may be calls, and stops at the first
// that fails.
type sorting struct {
	comparer
	items []sortItem
}

// runLength is the length of what is sorted by insertion.
const runLength = 8

func (s *sorting) sort() error {
	n := len(s.items)
	for i := 0; i < n; i += runLength {
		if err := s.insert(s.items[i:min(i+runLength, n)]); err != nil {
			return err
		}
	}
	if n <= runLength {
		return nil
	}
	from, to := s.items, make([]sortItem, n)
	for length := runLength; length < n; length *= 2 {
		for i := 0; i < n; i += 2 * length {
			middle, end := min(i+length, n), min(i+2*length, n)
			if err := s.merge(to[i:end], from[i:middle], from[middle:end]); err != nil {
				return err
			}
		}
		from, to = to, from
	}
	s.items = from
	return nil
}

// insert sorts a short run.
func (s *sorting) insert(run []sortItem) error {
	for i := 1; i < len(run); i++ {
		for j := i; j > 0; j-- {
			less, err := s.less(run[j].key, run[j-1].key)
			if err != nil {
				return err
			}
			if !less {
				break
			}
			run[j], run[j-1] = run[j-1], run[j]
		}
	}
	return nil
}

// merge merges two runs, the first of which comes first where they are equal.
func (s *sorting) merge(to, a, b []sortItem) error {
	if len(b) > 0 { // often they are in order already
		less, err := s.less(b[0].key, a[len(a)-1].key)
		if err != nil {
			return err
		}
		if !less {
			copy(to, a)
			copy(to[len(a):], b)
			return nil
		}
	}
	for len(a) > 0 && len(b) > 0 {
		less, err := s.less(b[0].key, a[0].key)
		if err != nil {
			return err
		}
		if less {
			to[0], b = b[0], b[1:]
		} else {
			to[0], a = a[0], a[1:]
		}
		to = to[1:]
	}
	copy(to[copy(to, a):], b)
	return nil
}
