package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Itertools is Python's itertools:
//
//	accumulate(iterable, func=None, *, initial=None)  batched(iterable, n)
//	chain(*iterables)  chain.from_iterable(iterable)
//	combinations(iterable, r)  combinations_with_replacement(iterable, r)
//	compress(data, selectors)  count(start=0, step=1)  cycle(iterable)
//	dropwhile(predicate, iterable)  filterfalse(predicate, iterable)
//	groupby(iterable, key=None)  islice(iterable, [start,] stop[, step])
//	pairwise(iterable)  permutations(iterable, r=None)
//	product(*iterables, repeat=1)  repeat(object[, times])
//	starmap(function, iterable)  takewhile(predicate, iterable)
//	tee(iterable, n=2)  zip_longest(*iterables, fillvalue=None)
//
// The names are functions here, not classes.
func Itertools() runtime.Module {
	members := starlark.StringDict{
		"accumulate":                    function("accumulate", newAccumulate),
		"batched":                       function("batched", newBatched),
		"chain":                         chainFunction{function("chain", newChain)},
		"combinations":                  function("combinations", newCombinations),
		"combinations_with_replacement": function("combinations_with_replacement", newWithReplacement),
		"compress":                      function("compress", newCompress),
		"count":                         function("count", newCount),
		"cycle":                         positional("cycle", 1, 1, newCycle),
		"dropwhile":                     positional("dropwhile", 2, 2, newDropWhile),
		"filterfalse":                   positional("filterfalse", 2, 2, newFilterFalse),
		"groupby":                       function("groupby", newGroupBy),
		"islice":                        positional("islice", 2, 4, newSlice),
		"pairwise":                      positional("pairwise", 1, 1, newPairwise),
		"permutations":                  function("permutations", newPermutations),
		"product":                       function("product", newProduct),
		"repeat":                        function("repeat", newRepeat),
		"starmap":                       positional("starmap", 2, 2, newStarMap),
		"takewhile":                     positional("takewhile", 2, 2, newTakeWhile),
		"tee":                           positional("tee", 1, 2, newTee),
		"zip_longest":                   function("zip_longest", newZipLongest),
	}
	return runtime.Module{Names: []string{"itertools"}, Members: members}
}

// chainFunction is itertools.chain, which has a function of its own.
type chainFunction struct{ *starlark.Builtin }

// Attr has chain.from_iterable.
func (chainFunction) Attr(name string) (starlark.Value, error) {
	if name != "from_iterable" {
		return nil, nil
	}
	return positional(name, 1, 1, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		outer, err := pytypes.Iterate(t, args[0])
		return newLazy("itertools.chain", chained(outer)), err
	}), nil
}

// AttrNames lists the attributes.
func (chainFunction) AttrNames() []string { return []string{"from_iterable"} }

// A lazy is an iterator that asks a function for each element.
type lazy struct {
	name string
	next nextFunc // nil at the end
	repr func(t *starlark.Thread) (string, error)
}

type nextFunc func(t *starlark.Thread) (v starlark.Value, ok bool, err error)

var _ pytypes.Iterator = (*lazy)(nil)

func newLazy(name string, next nextFunc) *lazy { return &lazy{name: name, next: next} }

func (l *lazy) String() string {
	if l.repr != nil {
		if s, err := l.repr(new(starlark.Thread)); err == nil {
			return s
		}
	}
	return "<" + l.name + " object>"
}
func (l *lazy) Type() string          { return l.name }
func (l *lazy) Freeze()               {}
func (l *lazy) Truth() starlark.Bool  { return true }
func (l *lazy) Hash() (uint32, error) { return starlark.String(l.name).Hash() }

// Next gives the next element. An iterator that has ended stays so.
func (l *lazy) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	if l.next == nil {
		return nil, false, nil
	}
	if err := guard.MeterOf(t).Charge(1); err != nil {
		return nil, false, err
	}
	tower, err := pytypes.Ascend(t)
	if err != nil {
		return nil, false, err
	}
	defer tower.Descend()
	v, ok, err := l.next(t)
	if err == nil && !ok {
		l.next = nil
	}
	return v, ok, err
}

func newChain(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("chain", args, kwargs, 0, -1); err != nil {
		return nil, err
	}
	outer, err := pytypes.Iterate(t, args)
	return newLazy("itertools.chain", chained(outer)), err
}

func chained(outer pytypes.Iterator) nextFunc {
	var inner pytypes.Iterator
	return func(t *starlark.Thread) (starlark.Value, bool, error) {
		m := guard.MeterOf(t)
		for {
			if inner != nil {
				if v, ok, err := inner.Next(t); ok || err != nil {
					return v, ok, err
				}
				inner = nil
			}
			x, ok, err := outer.Next(t)
			if err != nil || !ok {
				return nil, false, err
			}
			if err := m.Charge(1); err != nil {
				return nil, false, err
			}
			if inner, err = pytypes.Iterate(t, x); err != nil {
				return nil, false, err
			}
		}
	}
}

func newCount(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"count", []string{"start", "step"}, 0, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	now, step := in[0], in[1]
	if now == nil {
		now = starlark.MakeInt(0)
	}
	if step == nil {
		step = starlark.MakeInt(1)
	}
	if !isNumber(now) || !isNumber(step) {
		return nil, pyerr.Type("a number is required")
	}
	l := newLazy("itertools.count", func(t *starlark.Thread) (starlark.Value, bool, error) {
		v := now
		next, err := pytypes.Binary(t, pytypes.Add, now, step)
		if err != nil {
			return nil, false, err
		}
		now = next
		return v, true, nil
	})
	l.repr = func(t *starlark.Thread) (string, error) {
		text, err := pytypes.Repr(t, now)
		if err != nil || step == starlark.MakeInt(1) {
			return "count(" + text + ")", err
		}
		by, err := pytypes.Repr(t, step)
		return "count(" + text + ", " + by + ")", err
	}
	return l, nil
}

func isNumber(v starlark.Value) bool {
	switch held(v).(type) {
	case starlark.Int, starlark.Float, starlark.Bool:
		return true
	}
	return isRational(v)
}

func newCycle(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	var seen []starlark.Value
	i, ended := 0, false
	return newLazy("itertools.cycle", func(t *starlark.Thread) (starlark.Value, bool, error) {
		if !ended {
			v, ok, err := it.Next(t)
			if err != nil {
				return nil, false, err
			}
			if ok {
				seen = append(seen, v)
				return v, true, guard.CheckElements(t, "cycle", len(seen))
			}
			ended = true
		}
		if len(seen) == 0 {
			return nil, false, nil
		}
		v := seen[i]
		i = (i + 1) % len(seen)
		return v, true, nil
	}), nil
}

func newRepeat(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"repeat", []string{"object", "times"}, 1, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	left, bounded := 0, in[1] != nil
	if bounded {
		if left, err = asInt(t, in[1]); err != nil {
			return nil, err
		}
	}
	l := newLazy("itertools.repeat", func(*starlark.Thread) (starlark.Value, bool, error) {
		if bounded {
			if left <= 0 {
				return nil, false, nil
			}
			left--
		}
		return in[0], true, nil
	})
	l.repr = func(t *starlark.Thread) (string, error) {
		text, err := pytypes.Repr(t, in[0])
		if bounded {
			text += ", " + starlark.MakeInt(max(left, 0)).String()
		}
		return "repeat(" + text + ")", err
	}
	return l, nil
}

func newAccumulate(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"accumulate", []string{"iterable", "func", "initial"}, 1, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	it, err := pytypes.Iterate(t, in[0])
	if err != nil {
		return nil, err
	}
	fn, total := in[1], given(in[2])
	first := total != nil
	return newLazy("itertools.accumulate", func(t *starlark.Thread) (starlark.Value, bool, error) {
		if first {
			first = false
			return total, true, nil
		}
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		switch {
		case total == nil:
			total = v
		case given(fn) == nil:
			total, err = pytypes.Binary(t, pytypes.Add, total, v)
		default:
			total, err = call(t, fn, total, v)
		}
		return total, err == nil, err
	}), nil
}

// given gives an argument that may be missing, or None, which is the same.
func given(v starlark.Value) starlark.Value {
	if v == starlark.None {
		return nil
	}
	return v
}

func newBatched(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"batched", []string{"iterable", "n"}, 2, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	n, err := asInt(t, in[1])
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, pyerr.Value("n must be at least one")
	}
	it, err := pytypes.Iterate(t, in[0])
	return newLazy("itertools.batched", func(t *starlark.Thread) (starlark.Value, bool, error) {
		var batch starlark.Tuple
		for len(batch) < n {
			v, ok, err := it.Next(t)
			if err != nil {
				return nil, false, err
			}
			if !ok {
				break
			}
			batch = append(batch, v)
			if err := charged(t, "batched", len(batch)); err != nil {
				return nil, false, err
			}
		}
		return batch, len(batch) > 0, nil
	}), err
}

// charged charges the call for one more element of what has n now.
func charged(t *starlark.Thread, op string, n int) error {
	if err := guard.MeterOf(t).Charge(1); err != nil || n&255 != 0 {
		return err
	}
	return guard.CheckElements(t, op, n)
}

func newCompress(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"compress", []string{"data", "selectors"}, 2, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	data, err := pytypes.Iterate(t, in[0])
	if err != nil {
		return nil, err
	}
	selectors, err := pytypes.Iterate(t, in[1])
	return newLazy("itertools.compress", func(t *starlark.Thread) (starlark.Value, bool, error) {
		for {
			v, ok, err := data.Next(t)
			if err != nil || !ok {
				return nil, false, err
			}
			s, ok, err := selectors.Next(t)
			if err != nil || !ok {
				return nil, false, err
			}
			if kept, err := pytypes.Truth(t, s); kept || err != nil {
				return v, err == nil, err
			}
			if err := guard.MeterOf(t).Charge(1); err != nil {
				return nil, false, err
			}
		}
	}), err
}

// newSifted makes an iterator of the elements of args[1] that keep accepts,
// which sees what the predicate args[0] says.
func newSifted(t *starlark.Thread, name string, args starlark.Tuple, keep func(is bool) (keep, end bool)) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, args[1])
	return newLazy(name, func(t *starlark.Thread) (starlark.Value, bool, error) {
		for {
			v, ok, err := it.Next(t)
			if err != nil || !ok {
				return nil, false, err
			}
			said := v
			if args[0] != starlark.None || name != "itertools.filterfalse" {
				said, err = call(t, args[0], v)
			}
			is, err := truth(t, said, err)
			if err != nil {
				return nil, false, err
			}
			kept, end := keep(is)
			if kept || end {
				return v, kept, nil
			}
			if err := guard.MeterOf(t).Charge(1); err != nil {
				return nil, false, err
			}
		}
	}), err
}

func newFilterFalse(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return newSifted(t, "itertools.filterfalse", args, func(is bool) (bool, bool) { return !is, false })
}

func newTakeWhile(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return newSifted(t, "itertools.takewhile", args, func(is bool) (bool, bool) { return is, !is })
}

func newDropWhile(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, args[1])
	dropping := true
	return newLazy("itertools.dropwhile", func(t *starlark.Thread) (starlark.Value, bool, error) {
		for {
			v, ok, err := it.Next(t)
			if err != nil || !ok || !dropping {
				return v, ok, err
			}
			said, err := call(t, args[0], v)
			if dropping, err = truth(t, said, err); err != nil || !dropping {
				return v, err == nil, err
			}
			if err := guard.MeterOf(t).Charge(1); err != nil {
				return nil, false, err
			}
		}
	}), err
}

func newStarMap(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, args[1])
	return newLazy("itertools.starmap", func(t *starlark.Thread) (starlark.Value, bool, error) {
		v, ok, err := it.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		with, err := collect(t, "starmap", v)
		if err == nil {
			v, err = call(t, args[0], with...)
		}
		return v, err == nil, err
	}), err
}

func newPairwise(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	it, err := pytypes.Iterate(t, args[0])
	var last starlark.Value
	return newLazy("itertools.pairwise", func(t *starlark.Thread) (starlark.Value, bool, error) {
		for {
			v, ok, err := it.Next(t)
			if err != nil || !ok {
				return nil, false, err
			}
			pair := starlark.Tuple{last, v}
			last = v
			if pair[0] != nil {
				return pair, true, nil
			}
		}
	}), err
}

// newSlice is islice.
func newSlice(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	start, stop, step := 0, -1, 1
	bound := func(v starlark.Value, what string, missing, least int) (int, error) {
		if v == starlark.None {
			return missing, nil
		}
		n, err := asInt(t, v)
		if err == nil && n >= least {
			return n, nil
		}
		return 0, pyerr.Value("%s", what)
	}
	const (
		badStop   = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize."
		badBounds = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize."
		badStep   = "Step for islice() must be a positive integer or None."
	)
	var err error
	if len(args) == 2 {
		stop, err = bound(args[1], badStop, -1, 0)
	} else if stop, err = bound(args[2], badStop, -1, 0); err == nil {
		start, err = bound(args[1], badBounds, 0, 0)
	}
	if err == nil && len(args) == 4 {
		step, err = bound(args[3], badStep, 1, 1)
	}
	if err != nil {
		return nil, err
	}
	it, err := pytypes.Iterate(t, args[0])
	return newLazy("itertools.islice", sliced(it, start, stop, step)), err
}

func sliced(it pytypes.Iterator, next, stop, step int) nextFunc {
	at := 0 // of the next element of it
	return func(t *starlark.Thread) (v starlark.Value, ok bool, err error) {
		for at < next || stop < 0 || at < stop {
			if v, ok, err = it.Next(t); err != nil || !ok {
				return nil, false, err
			}
			if err := guard.MeterOf(t).Charge(1); err != nil {
				return nil, false, err
			}
			if at++; at <= next {
				continue
			}
			if next += step; next < 0 || stop >= 0 && next > stop {
				next = stop
			}
			return v, true, nil
		}
		return nil, false, nil
	}
}

func newZipLongest(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fill starlark.Value = starlark.None
	for _, kv := range kwargs {
		if kv[0] != starlark.String("fillvalue") {
			return nil, pyerr.Type("zip_longest() got an unexpected keyword argument")
		}
		fill = kv[1]
	}
	its := make([]pytypes.Iterator, len(args))
	for i, x := range args {
		var err error
		if its[i], err = pytypes.Iterate(t, x); err != nil {
			return nil, err
		}
	}
	active := len(its)
	return newLazy("itertools.zip_longest", func(t *starlark.Thread) (starlark.Value, bool, error) {
		row := make(starlark.Tuple, len(its))
		for i, it := range its {
			row[i] = fill
			if it == nil {
				continue
			}
			v, ok, err := it.Next(t)
			if err != nil {
				return nil, false, err
			}
			if !ok {
				its[i] = nil
				active--
				continue
			}
			row[i] = v
		}
		return row, active > 0, guard.MeterOf(t).Charge(len(its))
	}), nil
}

// A teed has what several iterators have of one.
type teed struct {
	it    pytypes.Iterator
	queue []starlark.Value // what some of them have still to give
	gone  int              // how many were before those
	at    []int            // the place of each
}

func newTee(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	n := 2
	if len(args) == 2 {
		var err error
		if n, err = asInt(t, args[1]); err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, pyerr.Value("n must be >= 0")
		}
	}
	if err := guard.CheckElements(t, "tee", n); err != nil {
		return nil, err
	}
	it, err := pytypes.Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	source := &teed{it: it, at: make([]int, n)}
	all := make(starlark.Tuple, n)
	for i := range all {
		all[i] = newLazy("itertools._tee", func(t *starlark.Thread) (starlark.Value, bool, error) { return source.next(t, i) })
	}
	return all, nil
}

func (s *teed) next(t *starlark.Thread, i int) (starlark.Value, bool, error) {
	if s.at[i]-s.gone == len(s.queue) {
		v, ok, err := s.it.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		s.queue = append(s.queue, v)
		if err := guard.CheckElements(t, "tee", len(s.queue)); err != nil {
			return nil, false, err
		}
	}
	v := s.queue[s.at[i]-s.gone]
	s.at[i]++
	return v, true, s.forget(t)
}

// forget drops what all have given.
func (s *teed) forget(t *starlark.Thread) error {
	if len(s.queue) < 64 && len(s.at) > 8 {
		return nil
	}
	least := s.at[0]
	for _, n := range s.at {
		least = min(least, n)
	}
	s.queue = s.queue[least-s.gone:]
	s.gone = least
	return guard.MeterOf(t).Charge(len(s.at) / 8)
}
