package event

import (
	"strings"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// children are the values of one object or list, a slot for each. They come
// into being when the first of them is read.
type children struct {
	doc    *document
	slots  []slot
	hashes []uint32 // of objects: the foldHash of each key
	index  *index   // of large objects
}

// A slot holds a value once it has been read. Several goroutines may read it
// at once: the first to come makes the value and keeps it here, and whoever
// comes while it is at work makes one for itself instead of waiting.
type slot struct {
	state atomic.Uint32
	node  uint32
	value starlark.Value // may be read when the state is slotFull
}

const (
	slotEmpty uint32 = iota
	slotBusy
	slotFull
)

// value returns the value in slot i.
func (c *children) value(i int) starlark.Value {
	s := &c.slots[i]
	if s.state.Load() == slotFull {
		return s.value
	}
	v := c.doc.value(s.node)
	if s.state.CompareAndSwap(slotEmpty, slotBusy) {
		s.value = v
		s.state.Store(slotFull)
	}
	return v
}

// key returns the key of slot i of an object: it is before the value.
func (c *children) key(i int) string { return c.doc.str(c.slots[i].node - 1) }

// elements returns the children of node n, an array.
func (d *document) elements(n uint32) *children {
	count := 0
	for k := n + 1; k < d.nodes[n].next; k = d.nodes[k].next {
		count++
	}
	c := &children{doc: d, slots: make([]slot, count)}
	k := n + 1
	for i := range c.slots {
		c.slots[i].node = k
		k = d.nodes[k].next
	}
	return c
}

// members returns the children of node n, an object.
func (d *document) members(n uint32) *children {
	count := 0
	for k := n + 1; k < d.nodes[n].next; k = d.nodes[k+1].next {
		count++
	}
	c := &children{doc: d, slots: make([]slot, count)}
	if count > largeObject {
		c.index = newIndex(count)
	} else {
		c.hashes = make([]uint32, 0, count)
	}
	var seen uint64
	used := 0
	for k := n + 1; k < d.nodes[n].next; k = d.nodes[k+1].next {
		i := c.place(d.str(k), used, &seen)
		c.slots[i].node = k + 1
		used = max(used, i+1)
	}
	c.slots = c.slots[:used]
	if c.index != nil {
		c.index.fold(c)
	}
	return c
}

// place returns the slot for the value of key, which is slot used unless the
// key has occurred before. A bit of seen is set for each key, so that most
// keys are known to be new without a search.
func (c *children) place(key string, used int, seen *uint64) int {
	if c.index != nil {
		return c.index.place(key, used)
	}
	h := foldHash(key)
	if bit := uint64(1) << (h & 63); *seen&bit == 0 {
		*seen |= bit
	} else {
		for i, other := range c.hashes {
			if other == h && c.key(i) == key {
				return i
			}
		}
	}
	c.hashes = append(c.hashes, h)
	return used
}

// find returns the slot of key in an object, -1 if it has none.
func (c *children) find(key string) int {
	if c.index != nil {
		return c.index.find(key)
	}
	h, folded := foldHash(key), -1
	for i, other := range c.hashes {
		if other != h {
			continue
		}
		switch name := c.key(i); {
		case name == key:
			return i
		case sameFold(name, key):
			folded = i
		}
	}
	return folded
}

// largeObject is the number of keys from which maps are faster than a search,
// and building them, at some 100 ns a key, pays.
const largeObject = 64

// An index finds the slots of a large object.
type index struct {
	exact  map[string]int32
	folded map[string]int32 // lower-case key -> the last of its slots
}

func newIndex(n int) *index {
	return &index{exact: make(map[string]int32, n), folded: make(map[string]int32, n)}
}

func (x *index) place(key string, used int) int {
	if i, ok := x.exact[key]; ok {
		return int(i)
	}
	x.exact[key] = int32(used)
	return used
}

func (x *index) fold(c *children) {
	for i := range c.slots {
		x.folded[strings.ToLower(c.key(i))] = int32(i)
	}
}

func (x *index) find(key string) int {
	if i, ok := x.exact[key]; ok {
		return int(i)
	}
	if i, ok := x.folded[strings.ToLower(key)]; ok {
		return int(i)
	}
	return -1
}
