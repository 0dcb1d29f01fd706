package py

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// skip is what the function of a generator expression returns for an element
// that its condition leaves out.
var skip starlark.Value = skipped{}

type skipped struct{}

func (skipped) String() string        { return "<skipped>" }
func (skipped) Type() string          { return "skipped" }
func (skipped) Freeze()               {}
func (skipped) Truth() starlark.Bool  { return false }
func (skipped) Hash() (uint32, error) { return 0, nil }

// A generator is the iterator of a generator expression. Each element is made
// when it is asked for.
type generator struct {
	source pytypes.Iterator
	fn     starlark.Value
	flat   bool             // fn gives an iterable of elements
	inner  pytypes.Iterator // of the element that is being flattened
	done   bool
	depth  int // of generators in source
}

var _ pytypes.Iterator = (*generator)(nil)

func (g *generator) String() string        { return "<generator object <genexpr>>" }
func (g *generator) Type() string          { return "generator" }
func (g *generator) Freeze()               {}
func (g *generator) Truth() starlark.Bool  { return true }
func (g *generator) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'generator'") }

// Next gives the next element.
func (g *generator) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	for !g.done {
		if g.inner != nil {
			v, ok, err := g.inner.Next(t)
			if err != nil {
				return nil, false, g.end(err)
			}
			if ok {
				if v == skip {
					continue
				}
				return v, true, nil
			}
			g.inner = nil
		}
		v, ok, err := g.source.Next(t)
		if err == nil && ok {
			v, err = starlark.Call(t, g.fn, starlark.Tuple{v}, nil)
		}
		switch {
		case err != nil:
			return nil, false, g.end(err)
		case !ok:
			g.done = true
		case v == skip:
		case g.flat:
			if g.inner, err = pytypes.Iterate(t, v); err != nil {
				return nil, false, g.end(err)
			}
		default:
			return v, true, nil
		}
	}
	return nil, false, nil
}

// end finishes the generator with an error. One that would look like an end is
// an error of its own, https://peps.python.org/pep-0479/.
func (g *generator) end(err error) error {
	g.done = true
	if isStop(err) {
		return pyerr.New("RuntimeError", "generator raised StopIteration")
	}
	return err
}

// generate is py.gen and py.flat.
func generate(flat bool) pytypes.Function {
	return func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		source, err := pytypes.Iterate(t, args[0])
		if err != nil {
			return nil, err
		}
		g := &generator{source: source, fn: args[1], flat: flat}
		if inner, ok := source.(*generator); ok {
			if g.depth = inner.depth + 1; g.depth > maxNested {
				return nil, pyerr.New("RecursionError", "maximum recursion depth exceeded")
			}
		}
		return g, nil
	}
}

// goIterator is the iterator of a class made in Go.
type goIterator struct {
	name string
	it   starlark.Iterator
}

func (g *goIterator) String() string        { return "<" + g.name + ">" }
func (g *goIterator) Type() string          { return g.name }
func (g *goIterator) Freeze()               {}
func (g *goIterator) Truth() starlark.Bool  { return true }
func (g *goIterator) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: '%s'", g.name) }

// Next gives the next element.
func (g *goIterator) Next(*starlark.Thread) (starlark.Value, bool, error) {
	var v starlark.Value
	if g.it.Next(&v) {
		return v, true, nil
	}
	return nil, false, nil
}

// iter is py.iter(x[, n]).
func (w *World) iter(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		return pytypes.Loop(t, args[0], w.fail)
	}
	n, _ := starlark.AsInt32(args[1])
	it, err := pytypes.Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	return &unpacking{it: it, n: n, t: t, fail: w.fail}, nil
}

// ended is py.ended().
func (w *World) ended(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	if w.pending != nil {
		return nil, w.left()
	}
	return starlark.None, nil
}

// checked is py.checked(v).
func (w *World) checked(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if w.pending != nil {
		return nil, w.left()
	}
	return args[0], nil
}

// unpacking is what a loop with several targets iterates over.
type unpacking struct {
	it   pytypes.Iterator
	n    int
	t    *starlark.Thread
	fail func(error)
}

func (u *unpacking) String() string             { return "<unpacking>" }
func (u *unpacking) Type() string               { return "unpacking" }
func (u *unpacking) Freeze()                    {}
func (u *unpacking) Truth() starlark.Bool       { return true }
func (u *unpacking) Hash() (uint32, error)      { return 0, pyerr.Type("unhashable type") }
func (u *unpacking) Iterate() starlark.Iterator { return u }
func (u *unpacking) Done()                      {}

// Next gives the elements of the next element.
func (u *unpacking) Next(p *starlark.Value) bool {
	v, ok, err := u.it.Next(u.t)
	if err == nil && ok {
		if t, is := v.(starlark.Tuple); is && len(t) == u.n {
			*p = t
			return true
		}
		*p, err = pytypes.Unpack(u.t, v, u.n)
	}
	if err != nil {
		u.fail(err)
	}
	return ok && err == nil
}
