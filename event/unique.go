package event

import "go.starlark.net/starlark"

// A unique is a list of values no two of which are Equal. Unlike the keys of
// a dictionary they need not be hashable.
type unique struct {
	values []starlark.Value
	byHash map[uint32][]int // places in values
}

// add appends v if it is new. The walk w bounds the work.
func (u *unique) add(w *walk, v starlark.Value) error {
	h, err := w.hash(v)
	if err != nil {
		return err
	}
	for _, i := range u.byHash[h] {
		// The hash has been all the way down, within the bounds.
		if eq, err := equal(u.values[i], v, maxWalkDepth); eq || err != nil {
			return err
		}
	}
	if u.byHash == nil {
		u.byHash = make(map[uint32][]int)
	}
	u.byHash[h] = append(u.byHash[h], len(u.values))
	u.values = append(u.values, v)
	return nil
}

// hash returns a number that is the same for values that are Equal.
func (w *walk) hash(v starlark.Value) (uint32, error) {
	if err := w.enter(); err != nil {
		return 0, err
	}
	defer w.leave()
	if m, ok := asMapping(v); ok {
		return w.hashMapping(m)
	}
	if seq, ok := asSequence(v); ok {
		return w.hashSequence(seq)
	}
	h, err := v.Hash()
	if err != nil {
		return 0, nil // a set, for example: comparing will tell
	}
	return h, nil
}

func (w *walk) hashMapping(m mapping) (uint32, error) {
	var sum uint32 // the order of the keys does not matter
	for k, v := range m.Entries() {
		kh, err := k.Hash()
		if err != nil {
			return 0, err
		}
		vh, err := w.hash(v)
		if err != nil {
			return 0, err
		}
		sum += kh*31 ^ vh
	}
	return sum, nil
}

func (w *walk) hashSequence(seq starlark.Sequence) (uint32, error) {
	h := uint32(1)
	for elem := range starlark.Elements(seq) {
		eh, err := w.hash(elem)
		if err != nil {
			return 0, err
		}
		h = h*31 + eh
	}
	return h, nil
}
