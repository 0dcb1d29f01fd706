package pyre

// An op is the kind of a node.
type op uint8

const (
	opCat         op = iota // subs one after the other; none: the empty string
	opAlt                   // one of subs
	opLit                   // the character r
	opSet                   // a character of set
	opAny                   // any character; a newline only under flagS
	opGroup                 // subs[0], captured as group n
	opRepeat                // subs[0], min to max times, by mode
	opAtomic                // subs[0] without going back into it
	opLook                  // subs[0] ahead or behind, or not
	opRef                   // the text of group n
	opCond                  // subs[0] if group n matched, else subs[1]
	opBegin                 // \A, and ^ without flagM
	opEnd                   // \Z
	opDollar                // $ without flagM
	opLineBegin             // ^ under flagM
	opLineEnd               // $ under flagM
	opBoundary              // \b
	opNotBoundary           // \B
)

// A node is a part of a pattern. The flags are those in force at its place.
type node struct {
	op       op
	flags    int
	r        rune
	set      charset
	n        int
	min, max int // max is infinite for none
	mode     repeatMode
	behind   bool // of opLook
	negative bool // of opLook
	subs     []*node
}

type repeatMode uint8

const (
	greedy repeatMode = iota
	lazy
	possessive
)

// infinite is the upper bound of * and +, and the width of what has no bound.
const infinite = 1<<32 - 1

// assertion says that the node matches a place and no text.
func (n *node) assertion() bool {
	switch n.op {
	case opBegin, opEnd, opDollar, opLineBegin, opLineEnd, opBoundary, opNotBoundary:
		return true
	}
	return false
}

// walk calls f for the node and all below it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, sub := range n.subs {
		sub.walk(f)
	}
}

// has reports whether the condition holds for the node or one below it.
func (n *node) has(cond func(*node) bool) (found bool) {
	n.walk(func(n *node) { found = found || cond(n) })
	return found
}

// A width is how many characters a node matches, at least and at most.
type width struct{ min, max int }

func (w width) plus(x width) width {
	return width{min(w.min+x.min, infinite), min(w.max+x.max, infinite)}
}

func (w width) times(lo, hi int) width {
	w.min = saturate(w.min, lo)
	if hi == infinite && w.max > 0 {
		w.max = infinite
	} else {
		w.max = saturate(w.max, hi)
	}
	return w
}

func saturate(a, b int) int {
	if a != 0 && b > infinite/a {
		return infinite
	}
	return a * b
}

// width needs the widths of the groups, for references.
func (n *node) width(groups []width) width {
	switch n.op {
	case opLit, opSet, opAny:
		return width{1, 1}
	case opGroup, opAtomic:
		return n.subs[0].width(groups)
	case opRepeat:
		return n.subs[0].width(groups).times(n.min, n.max)
	case opRef:
		return groups[n.n]
	case opCat:
		var w width
		for _, sub := range n.subs {
			w = w.plus(sub.width(groups))
		}
		return w
	case opAlt, opCond:
		w := n.subs[0].width(groups)
		for _, sub := range n.subs[1:] {
			x := sub.width(groups)
			w = width{min(w.min, x.min), max(w.max, x.max)}
		}
		return w
	}
	return width{}
}

// nullable reports whether the node can match the empty string. It may say so
// of one that cannot.
func (n *node) nullable() bool {
	switch n.op {
	case opLit, opSet, opAny:
		return false
	case opGroup, opAtomic:
		return n.subs[0].nullable()
	case opRepeat:
		return n.min == 0 || n.subs[0].nullable()
	case opCat:
		for _, sub := range n.subs {
			if !sub.nullable() {
				return false
			}
		}
	case opAlt, opCond:
		for _, sub := range n.subs {
			if sub.nullable() {
				return true
			}
		}
		return false
	}
	return true
}

// emptyLast reports whether the node matches the empty string only where it
// cannot match more: all its other ways to match are tried first.
func (n *node) emptyLast() bool {
	if !n.nullable() {
		return true
	}
	switch n.op {
	case opGroup:
		return n.subs[0].emptyLast()
	case opRepeat:
		return n.mode == greedy && n.subs[0].emptyLast()
	case opCat:
		for _, sub := range n.subs {
			if !sub.emptyLast() {
				return false
			}
		}
		return true
	case opAlt:
		last := len(n.subs) - 1
		for _, sub := range n.subs[:last] {
			if sub.nullable() {
				return false
			}
		}
		return n.subs[last].emptyLast()
	}
	return n.assertion()
}

// size estimates how many instructions package regexp makes of the node.
func (n *node) size() int {
	size := 1
	for _, sub := range n.subs {
		size += sub.size()
	}
	if n.op == opRepeat {
		times := n.max
		if times == infinite {
			times = max(n.min, 1)
		}
		return saturate(size+1, max(times, 1))
	}
	return min(size, infinite)
}
