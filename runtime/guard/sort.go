package guard

import (
	"fmt"
	"sort"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// sorted is sorted(iterable, key=None, reverse=False). It follows the
// interpreter's own function, with comparisons that can be stopped.
func sorted(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var iterable starlark.Iterable
	var key starlark.Callable
	var reverse bool
	if err := starlark.UnpackArgs("sorted", args, kwargs, "iterable", &iterable, "key?", &key, "reverse?", &reverse); err != nil {
		return nil, err
	}
	values, err := collect(thread, "sorted", iterable)
	if err != nil {
		return nil, err
	}
	s := &sorting{values: values, keys: values, comparer: comparer{op: "sorted", meter: MeterOf(thread)}}
	if key != nil {
		if s.keys, err = keysOf(thread, key, values); err != nil {
			return nil, err
		}
		s.pairs = true
	}
	if reverse {
		sort.Stable(sort.Reverse(s))
	} else {
		sort.Stable(s)
	}
	if s.err != nil {
		return nil, s.err
	}
	return starlark.NewList(values), nil
}

// collect gives the elements of x as a new slice.
func collect(thread *starlark.Thread, op string, x starlark.Iterable) ([]starlark.Value, error) {
	var values []starlark.Value
	n := starlark.Len(x)
	m := MeterOf(thread)
	if n >= 0 {
		if err := m.elements(op, n, elementBytes); err != nil {
			return nil, err
		}
		values = make([]starlark.Value, 0, n)
	}
	err := Iterate(thread, x, func(v starlark.Value) error {
		values = append(values, v)
		if len(values) > n {
			return m.elements(op, len(values), 0)
		}
		return nil
	})
	return values, err
}

// keysOf gives key(v) for each of values.
func keysOf(thread *starlark.Thread, key starlark.Callable, values []starlark.Value) ([]starlark.Value, error) {
	keys := make([]starlark.Value, len(values))
	for i, v := range values {
		var err error
		if keys[i], err = starlark.Call(thread, key, starlark.Tuple{v}, nil); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// A sorting is a slice of values being sorted by their keys.
type sorting struct {
	keys, values []starlark.Value
	pairs        bool // keys and values are not the same
	comparer
	err error // of the last comparison that failed
}

func (s *sorting) Len() int { return len(s.values) }

// Less compares two keys. It goes on after an error, as the interpreter does
// and reports the last one, but not after that of a limit.
func (s *sorting) Less(i, j int) bool {
	if _, stop := s.err.(*LimitError); stop {
		return false
	}
	less, err := s.compare(syntax.LT, s.keys[i], s.keys[j], starlark.CompareLimit)
	if err != nil {
		s.err = err
	}
	return less
}

func (s *sorting) Swap(i, j int) {
	if s.pairs {
		s.keys[i], s.keys[j] = s.keys[j], s.keys[i]
	}
	s.values[i], s.values[j] = s.values[j], s.values[i]
}

// extremum is min or max. It follows the interpreter's own function, with
// comparisons that can be stopped.
func extremum(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s requires at least one positional argument", b.Name())
	}
	var key starlark.Callable
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "key?", &key); err != nil {
		return nil, err
	}
	var iterable starlark.Iterable = args
	if len(args) == 1 {
		var ok bool
		if iterable, ok = args[0].(starlark.Iterable); !ok {
			return nil, fmt.Errorf("%s: %s value is not iterable", b.Name(), args[0].Type())
		}
	}
	s := selection{op: syntax.LT, name: b.Name(), thread: thread, key: key}
	if b.Name() == "max" {
		s.op = syntax.GT
	}
	s.comparer = comparer{op: b.Name(), meter: MeterOf(thread)}
	if err := Iterate(thread, iterable, s.consider); err != nil {
		return nil, err
	}
	if s.best == nil {
		return nil, fmt.Errorf("%s: argument is an empty sequence", b.Name())
	}
	return s.best, nil
}

// A selection is the search for the least or greatest value.
type selection struct {
	comparer
	op     syntax.Token
	name   string
	thread *starlark.Thread
	key    starlark.Callable // may be nil

	best, bestKey starlark.Value
}

func (s *selection) consider(v starlark.Value) error {
	key := v
	if s.key != nil {
		var err error
		if key, err = starlark.Call(s.thread, s.key, starlark.Tuple{v}, nil); err != nil {
			return err
		}
	}
	if s.best != nil {
		better, err := s.compare(s.op, key, s.bestKey, starlark.CompareLimit)
		if err != nil {
			return within(s.name, err)
		}
		if !better {
			return nil
		}
	}
	s.best, s.bestKey = v, key
	return nil
}
