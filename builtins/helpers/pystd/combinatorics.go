package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A choice steps through the tuples of indices of a combinatoric iterator.
// The first is there to begin with; advance makes the next one, and says
// whether there is one.
type choice struct {
	pool    []starlark.Value
	indices []int // those of the tuple
	advance func() bool
	started bool
}

func newChoice(name string, c *choice) starlark.Value {
	return newLazy(name, func(t *starlark.Thread) (starlark.Value, bool, error) {
		if c.started && !c.advance() {
			return nil, false, nil
		}
		c.started = true
		if err := guard.MeterOf(t).Charge(len(c.indices)); err != nil {
			return nil, false, err
		}
		row := make(starlark.Tuple, len(c.indices))
		for i, at := range c.indices {
			row[i] = c.pool[at]
		}
		return row, true, nil
	})
}

// chosen reads the arguments iterable and r.
func chosen(t *starlark.Thread, name string, required int, args starlark.Tuple, kwargs []starlark.Tuple) (pool []starlark.Value, r int, err error) {
	in, err := arguments{name, []string{"iterable", "r"}, required, 2}.bind(args, kwargs)
	if err != nil {
		return nil, 0, err
	}
	if pool, err = collect(t, name, in[0]); err != nil {
		return nil, 0, err
	}
	if r = len(pool); given(in[1]) != nil || required == 2 {
		if r, err = asInt(t, in[1]); err != nil {
			if required == 1 {
				err = pyerr.Type("Expected int as r")
			}
			return nil, 0, err
		}
	}
	if r < 0 {
		return nil, 0, pyerr.Value("r must be non-negative")
	}
	if r > len(pool) && name != "combinations_with_replacement" {
		return pool, r, nil // there are none
	}
	return pool, r, guard.CheckElements(t, name, r)
}

func nothing(name string) starlark.Value {
	return newLazy(name, func(*starlark.Thread) (starlark.Value, bool, error) { return nil, false, nil })
}

func counting(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func newCombinations(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	const name = "itertools.combinations"
	pool, r, err := chosen(t, "combinations", 2, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := len(pool)
	if r > n {
		return nothing(name), nil
	}
	c := &choice{pool: pool, indices: counting(r)}
	c.advance = func() bool {
		i := r - 1
		for i >= 0 && c.indices[i] == i+n-r {
			i--
		}
		if i < 0 {
			return false
		}
		c.indices[i]++
		for j := i + 1; j < r; j++ {
			c.indices[j] = c.indices[j-1] + 1
		}
		return true
	}
	return newChoice(name, c), nil
}

func newWithReplacement(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	const name = "itertools.combinations_with_replacement"
	pool, r, err := chosen(t, "combinations_with_replacement", 2, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := len(pool)
	if n == 0 && r > 0 {
		return nothing(name), nil
	}
	c := &choice{pool: pool, indices: make([]int, r)}
	c.advance = func() bool {
		i := r - 1
		for i >= 0 && c.indices[i] == n-1 {
			i--
		}
		if i < 0 {
			return false
		}
		next := c.indices[i] + 1
		for j := i; j < r; j++ {
			c.indices[j] = next
		}
		return true
	}
	return newChoice(name, c), nil
}

func newPermutations(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	const name = "itertools.permutations"
	pool, r, err := chosen(t, "permutations", 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	n := len(pool)
	if r > n {
		return nothing(name), nil
	}
	all, cycles := counting(n), make([]int, r)
	for i := range cycles {
		cycles[i] = n - i
	}
	c := &choice{pool: pool, indices: all[:r]}
	c.advance = func() bool {
		for i := r - 1; i >= 0; i-- {
			if cycles[i]--; cycles[i] > 0 {
				j := n - cycles[i]
				all[i], all[j] = all[j], all[i]
				return true
			}
			first := all[i]
			copy(all[i:], all[i+1:])
			all[n-1] = first
			cycles[i] = n - i
		}
		return false
	}
	return newChoice(name, c), nil
}

func newProduct(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	repeat := 1
	for _, kv := range kwargs {
		if kv[0] != starlark.String("repeat") {
			return nil, pyerr.Type("'%s' is an invalid keyword argument for product()", string(kv[0].(starlark.String)))
		}
		var err error
		if repeat, err = asInt(t, kv[1]); err != nil {
			return nil, err
		}
		if repeat < 0 {
			return nil, pyerr.Value("repeat argument cannot be negative")
		}
	}
	if repeat > 0 && len(args) > 0 {
		if err := guard.CheckElements(t, "product", min(repeat, 1<<40)*len(args)); err != nil {
			return nil, err
		}
	} else {
		repeat = 0
	}
	pools := make([][]starlark.Value, len(args))
	total := 0
	for i, x := range args {
		var err error
		if pools[i], err = collect(t, "product", x); err != nil {
			return nil, err
		}
		if total += len(pools[i]); total > 0 {
			if err := guard.CheckElements(t, "product", total); err != nil {
				return nil, err
			}
		}
	}
	return newProductOf(pools, repeat), nil
}

// newProductOf iterates over the tuples of an element of each of the pools,
// which come repeat times.
func newProductOf(pools [][]starlark.Value, repeat int) starlark.Value {
	const name = "itertools.product"
	n := len(pools) * repeat
	at := make([]int, n)
	for i := range at {
		if len(pools[i%len(pools)]) == 0 {
			return nothing(name)
		}
	}
	started := false
	return newLazy(name, func(t *starlark.Thread) (starlark.Value, bool, error) {
		if started {
			i := n - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < len(pools[i%len(pools)]) {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return nil, false, nil
			}
		}
		started = true
		if err := guard.MeterOf(t).Charge(n); err != nil {
			return nil, false, err
		}
		row := make(starlark.Tuple, n)
		for i, j := range at {
			row[i] = pools[i%len(pools)][j]
		}
		return row, true, nil
	})
}
