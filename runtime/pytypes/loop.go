package pytypes

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Loop gives what a native loop of Starlark iterates over for "for e in x",
// once. If the iteration fails, the loop ends and fail is called with the
// error.
func Loop(t *starlark.Thread, x starlark.Value, fail func(error)) (starlark.Iterable, error) {
	switch x := x.(type) {
	case starlark.Tuple:
		return x, nil
	case *starlark.List:
		return &listLoop{list: x}, nil
	case *Range:
		return x, nil
	case starlark.String:
		return &stringLoop{left: string(x)}, nil
	case *event.List:
		return x, nil
	case *event.Object:
		return x, nil
	case *event.Event:
		return x, nil
	case *pyclass.NamedTuple:
		return x.Elems, nil
	}
	it, err := Iterate(t, x)
	if err != nil {
		return nil, err
	}
	return &loop{it: it, t: t, fail: fail}, nil
}

// unseen is what the values that only a native loop sees have of a value.
type unseen struct{}

func (unseen) String() string        { return "loop" }
func (unseen) Type() string          { return "loop" }
func (unseen) Freeze()               {}
func (unseen) Truth() starlark.Bool  { return true }
func (unseen) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'loop'") }
func (unseen) Done()                 {}

// A loop is an iterator of Python in a native loop.
type loop struct {
	unseen
	it   Iterator
	t    *starlark.Thread
	fail func(error)
}

func (l *loop) Iterate() starlark.Iterator { return l }

func (l *loop) Next(p *starlark.Value) bool {
	v, ok, err := l.it.Next(l.t)
	if err != nil {
		l.fail(err)
		return false
	}
	if ok {
		*p = v
	}
	return ok
}

// A listLoop goes through a list that may change.
type listLoop struct {
	unseen
	list *starlark.List
	i    int
}

func (l *listLoop) Iterate() starlark.Iterator { return l }

func (l *listLoop) Next(p *starlark.Value) bool {
	if l.i >= l.list.Len() {
		return false
	}
	*p = l.list.Index(l.i)
	l.i++
	return true
}

// A stringLoop goes through the characters of a text.
type stringLoop struct {
	unseen
	left string
}

func (l *stringLoop) Iterate() starlark.Iterator { return l }

func (l *stringLoop) Next(p *starlark.Value) bool {
	if l.left == "" {
		return false
	}
	n := charSize(l.left)
	*p = char(l.left[:n])
	l.left = l.left[n:]
	return true
}

// Unpack gives the n elements of x.
func Unpack(t *starlark.Thread, x starlark.Value, n int) (starlark.Tuple, error) {
	switch x := x.(type) {
	case starlark.Tuple:
		return x, checkUnpacked(len(x), n)
	case *starlark.List:
		if err := checkUnpacked(x.Len(), n); err != nil {
			return nil, err
		}
		return appendAll(make(starlark.Tuple, 0, n), x), nil
	}
	it, err := unpackable(t, x)
	if err != nil {
		return nil, err
	}
	elems := make(starlark.Tuple, 0, n)
	for {
		v, ok, err := it.Next(t)
		if err != nil {
			return nil, err
		}
		if !ok {
			return elems, checkUnpacked(len(elems), n)
		}
		if len(elems) == n {
			return nil, pyerr.Value("too many values to unpack (expected %d)", n)
		}
		elems = append(elems, v)
	}
}

func unpackable(t *starlark.Thread, x starlark.Value) (Iterator, error) {
	it, err := Iterate(t, x)
	if err != nil && isA(err, "TypeError") && !canIterate(x) {
		if _, ok := x.(Object); !ok || err.Error() == notIterable(x).Error() {
			return nil, pyerr.Type("cannot unpack non-iterable %s object", TypeName(x))
		}
	}
	return it, err
}

func checkUnpacked(got, want int) error {
	switch {
	case got < want:
		return pyerr.Value("not enough values to unpack (expected %d, got %d)", want, got)
	case got > want:
		return pyerr.Value("too many values to unpack (expected %d)", want)
	}
	return nil
}

// UnpackStar gives the first n elements of x, a list of those between, and the
// last m: n+1+m values.
func UnpackStar(t *starlark.Thread, x starlark.Value, n, m int) (starlark.Tuple, error) {
	it, err := unpackable(t, x)
	if err != nil {
		return nil, err
	}
	elems, err := collect(t, "unpack", it)
	if err != nil {
		return nil, err
	}
	if len(elems) < n+m {
		return nil, pyerr.Value("not enough values to unpack (expected at least %d, got %d)", n+m, len(elems))
	}
	if err := guard.CheckElements(t, "unpack", len(elems)); err != nil {
		return nil, err
	}
	tail := len(elems) - m
	parts := make(starlark.Tuple, 0, n+1+m)
	parts = append(parts, elems[:n]...)
	parts = append(parts, starlark.NewList(append([]starlark.Value(nil), elems[n:tail]...)))
	return append(parts, elems[tail:]...), nil
}
