package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Heapq is Python's heapq: heapify, heappop, heappush, heappushpop,
// heapreplace, merge, nlargest and nsmallest.
func Heapq() runtime.Module {
	return runtime.Module{Names: []string{"heapq"}, Members: starlark.StringDict{
		"heapify": onHeap("heapify", 1, func(h *heap, _ starlark.Tuple) (starlark.Value, error) {
			for i := h.Len()/2 - 1; i >= 0; i-- {
				if err := h.up(i); err != nil {
					return nil, err
				}
			}
			return starlark.None, nil
		}),
		"heappush": onHeap("heappush", 2, func(h *heap, a starlark.Tuple) (starlark.Value, error) {
			if err := h.Append(a[1]); err != nil {
				return nil, pyerr.Type("%s", err)
			}
			if err := room(h.t, "heappush", h.Len()); err != nil {
				return nil, err
			}
			return starlark.None, h.down(0, h.Len()-1)
		}),
		"heappop": onHeap("heappop", 1, func(h *heap, _ starlark.Tuple) (starlark.Value, error) {
			last, err := pytypes.MethodOf(h.List, "pop")(h.t, h.List, nil, nil)
			if err != nil {
				if h.Len() == 0 {
					err = pyerr.New("IndexError", "index out of range")
				}
				return nil, err
			}
			if h.Len() == 0 {
				return last, nil
			}
			return h.replace(last)
		}),
		"heapreplace": onHeap("heapreplace", 2, func(h *heap, a starlark.Tuple) (starlark.Value, error) {
			if h.Len() == 0 {
				return nil, pyerr.New("IndexError", "index out of range")
			}
			return h.replace(a[1])
		}),
		"heappushpop": onHeap("heappushpop", 2, func(h *heap, a starlark.Tuple) (starlark.Value, error) {
			if h.Len() == 0 {
				return a[1], nil
			}
			if less, err := lessThan(h.t, h.Index(0), a[1]); err != nil || !less {
				return a[1], err
			}
			return h.replace(a[1])
		}),
		"merge":     function("merge", merge),
		"nlargest":  function("nlargest", extremes("nlargest", true)),
		"nsmallest": function("nsmallest", extremes("nsmallest", false)),
	}}
}

// A heap is a list in the order of a heap.
type heap struct {
	*starlark.List
	t *starlark.Thread
}

func onHeap(name string, n int, do func(h *heap, a starlark.Tuple) (starlark.Value, error)) *starlark.Builtin {
	return positional(name, n, n, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		list, ok := held(a[0]).(*starlark.List)
		if !ok {
			if n == 1 {
				return nil, pyerr.Type("%s() argument must be list, not %s", name, pytypes.TypeName(a[0]))
			}
			return nil, pyerr.Type("%s() argument 1 must be list, not %s", name, pytypes.TypeName(a[0]))
		}
		world(t).Touch(list)
		return do(&heap{list, t}, a)
	})
}

// lessThan is x < y as a truth.
func lessThan(t *starlark.Thread, x, y starlark.Value) (bool, error) {
	v, err := pytypes.Compare(t, pytypes.Lt, x, y)
	return truth(t, v, err)
}

func (h *heap) set(i int, v starlark.Value) error {
	if err := h.SetIndex(i, v); err != nil {
		return pyerr.Type("%s", err)
	}
	return nil
}

func (h *heap) replace(v starlark.Value) (starlark.Value, error) {
	first := h.Index(0)
	if err := h.set(0, v); err != nil {
		return nil, err
	}
	return first, h.up(0)
}

// changed reports that a comparison has changed the size of the list.
func (h *heap) changed(n int) error {
	if h.Len() != n {
		return pyerr.New("RuntimeError", "list changed size during iteration")
	}
	return guard.MeterOf(h.t).Charge(1)
}

// down moves the element at i towards start, to behind its parent.
func (h *heap) down(start, i int) error {
	v, n := h.Index(i), h.Len()
	for i > start {
		parent := (i - 1) / 2
		p := h.Index(parent)
		less, err := lessThan(h.t, v, p)
		if err == nil {
			err = h.changed(n)
		}
		if err != nil {
			return err
		}
		if !less {
			break
		}
		if err := h.set(i, p); err != nil {
			return err
		}
		if err := h.set(parent, v); err != nil {
			return err
		}
		i = parent
	}
	return nil
}

// up moves the element at i to a leaf, the smaller children up, and it then
// back down to its place.
func (h *heap) up(i int) error {
	start, n := i, h.Len()
	for child := 2*i + 1; child < n; child = 2*i + 1 {
		if child+1 < n {
			less, err := lessThan(h.t, h.Index(child), h.Index(child+1))
			if err == nil {
				err = h.changed(n)
			}
			if err != nil {
				return err
			}
			if !less {
				child++
			}
		}
		v, c := h.Index(i), h.Index(child)
		if err := h.set(i, c); err != nil {
			return err
		}
		if err := h.set(child, v); err != nil {
			return err
		}
		i = child
	}
	return h.down(start, i)
}

// extremes is nlargest or nsmallest(n, iterable, key=None).
func extremes(name string, largest bool) func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		in, err := bindParams(name, []param{{name: "n"}, {name: "iterable"}, {name: "key", def: starlark.None}}, 0, args, kwargs)
		if err != nil {
			return nil, err
		}
		n, err := asInt(t, in[0])
		if err != nil {
			return nil, err
		}
		list, err := sorted(t, in[1], in[2], largest)
		if err != nil {
			return nil, err
		}
		return starlark.NewList(elementsOf(list)[:max(0, min(n, list.Len()))]), nil
	}
}

// merge is merge(*iterables, key=None, reverse=False), lazily.
func merge(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("merge", []param{{name: "key", def: starlark.None, keyword: true}, {name: "reverse", def: starlark.False, keyword: true}}, 0, nil, kwargs)
	if err != nil {
		return nil, err
	}
	reverse, err := pytypes.Truth(t, in[1])
	if err != nil {
		return nil, err
	}
	type source struct {
		it        pytypes.Iterator
		elem, key starlark.Value // nil: not taken yet
	}
	var sources []*source
	started := false
	return newLazy("generator", func(t *starlark.Thread) (starlark.Value, bool, error) {
		if !started {
			started = true
			for _, a := range args {
				it, err := pytypes.Iterate(t, a)
				if err != nil {
					return nil, false, err
				}
				sources = append(sources, &source{it: it})
			}
		}
		best := -1
		for i := 0; i < len(sources); i++ {
			s := sources[i]
			if err := guard.MeterOf(t).Charge(1); err != nil {
				return nil, false, err
			}
			if s.elem == nil {
				v, ok, err := s.it.Next(t)
				if err != nil {
					return nil, false, err
				}
				if !ok {
					sources = append(sources[:i:i], sources[i+1:]...)
					i--
					continue
				}
				s.elem, s.key = v, v
				if in[0] != starlark.None {
					if s.key, err = call(t, in[0], v); err != nil {
						return nil, false, err
					}
				}
			}
			if best < 0 {
				best = i
				continue
			}
			x, y := s.key, sources[best].key
			if reverse {
				x, y = y, x
			}
			if before, err := lessThan(t, x, y); err != nil {
				return nil, false, err
			} else if before {
				best = i
			}
		}
		if best < 0 {
			return nil, false, nil
		}
		v := sources[best].elem
		sources[best].elem = nil
		return v, true, nil
	}), nil
}

// Bisect is Python's bisect: bisect, bisect_left, bisect_right, insort,
// insort_left and insort_right.
func Bisect() runtime.Module {
	members := make(starlark.StringDict)
	for _, side := range []string{"", "_left", "_right"} {
		left, full := side == "_left", side
		if full == "" {
			full = "_right"
		}
		members["bisect"+side] = function("bisect"+side, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			_, _, at, err := place(t, "bisect"+full, left, false, args, kwargs)
			return starlark.MakeInt(at), err
		})
		members["insort"+side] = function("insort"+side, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			seq, x, at, err := place(t, "insort"+full, left, true, args, kwargs)
			if err != nil {
				return nil, err
			}
			return world(t).Call(seq, "insert", starlark.Tuple{starlark.MakeInt(at), x}, nil)
		})
	}
	return runtime.Module{Names: []string{"bisect"}, Members: members}
}

// place finds where x goes: the arguments are (a, x, lo=0, hi=None, *, key=None).
func place(t *starlark.Thread, fn string, left, insert bool, args starlark.Tuple, kwargs []starlark.Tuple) (seq, x starlark.Value, at int, err error) {
	in, err := arguments{fn, []string{"a", "x", "lo", "hi", "key"}, 2, 4}.bind(args, kwargs)
	if err != nil {
		return nil, nil, 0, err
	}
	lo := 0
	if in[2] != nil {
		if lo, err = asInt(t, in[2]); err != nil {
			return nil, nil, 0, err
		}
		if lo < 0 {
			return nil, nil, 0, pyerr.Value("lo must be non-negative")
		}
	}
	var hi int
	if given(in[3]) != nil {
		hi, err = asInt(t, in[3])
	} else {
		hi, err = pytypes.Len(t, in[0])
	}
	if err != nil {
		return nil, nil, 0, err
	}
	key := given(in[4])
	want := in[1]
	if key != nil && insert {
		if want, err = call(t, key, want); err != nil {
			return nil, nil, 0, err
		}
	}
	for lo < hi {
		mid := lo + (hi-lo)/2
		v, err := pytypes.Item(t, in[0], starlark.MakeInt(mid))
		if err == nil && key != nil {
			v, err = call(t, key, v)
		}
		if err != nil {
			return nil, nil, 0, err
		}
		var before bool
		if left {
			before, err = lessThan(t, v, want)
		} else {
			before, err = lessThan(t, want, v)
			before = !before
		}
		if err != nil {
			return nil, nil, 0, err
		}
		if before {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return in[0], in[1], lo, nil
}
