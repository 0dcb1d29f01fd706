package pystd

import (
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A grouping is itertools.groupby: an iterator of groups, which take their
// elements of the same source.
type grouping struct {
	it      pytypes.Iterator
	key     starlark.Value // nil: the elements themselves
	elem    starlark.Value // the one that was taken last, nil if a group has given it
	current starlark.Value // its key, nil before the first
	target  starlark.Value // the key of the group that was given last
	group   int            // which one that is
}

func newGroupBy(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"groupby", []string{"iterable", "key"}, 1, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	it, err := pytypes.Iterate(t, in[0])
	g := &grouping{it: it, key: given(in[1])}
	return newLazy("itertools.groupby", g.next), err
}

// step takes an element of the source.
func (g *grouping) step(t *starlark.Thread) (bool, error) {
	if err := guard.MeterOf(t).Charge(1); err != nil {
		return false, err
	}
	v, ok, err := g.it.Next(t)
	if err != nil || !ok {
		return false, err
	}
	k := v
	if g.key != nil {
		if k, err = call(t, g.key, v); err != nil {
			return false, err
		}
	}
	g.elem, g.current = v, k
	return true, nil
}

// next gives the next group, and skips what is left of the last one.
func (g *grouping) next(t *starlark.Thread) (starlark.Value, bool, error) {
	g.group++
	for {
		if g.current != nil {
			if g.target == nil {
				break
			}
			if same, err := pytypes.Equal(t, g.target, g.current); err != nil || !same {
				if err != nil {
					return nil, false, err
				}
				break
			}
		}
		if ok, err := g.step(t); err != nil || !ok {
			return nil, false, err
		}
	}
	g.target = g.current
	group := g.group
	return starlark.Tuple{g.current, newLazy("itertools._grouper", func(t *starlark.Thread) (starlark.Value, bool, error) {
		return g.element(t, group)
	})}, true, nil
}

// element gives the next element of a group, which ends where another begins.
func (g *grouping) element(t *starlark.Thread, group int) (starlark.Value, bool, error) {
	if g.group != group {
		return nil, false, nil
	}
	if g.elem == nil {
		if ok, err := g.step(t); err != nil || !ok {
			return nil, false, err
		}
	}
	same, err := pytypes.Equal(t, g.target, g.current)
	if err != nil || !same {
		return nil, false, err
	}
	v := g.elem
	g.elem = nil
	return v, true, nil
}
