package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// maxNested is how deep the objects of this package may be nested for what goes
// into them: their methods call each other without Starlark's interpreter,
// which would count them.
const maxNested = 200

// nesting has what is being gone into on a thread.
type nesting struct {
	depth    int
	printing []*py.Instance
}

const nestingLocal = "starhost.pystd"

func nestingOf(t *starlark.Thread) *nesting {
	n, ok := t.Local(nestingLocal).(*nesting)
	if !ok {
		n = new(nesting)
		t.SetLocal(nestingLocal, n)
	}
	return n
}

// nested runs f one level deeper.
func nested(t *starlark.Thread, what string, f func() error) error {
	n := nestingOf(t)
	if n.depth >= maxNested {
		return pyerr.New("RecursionError", "maximum recursion depth exceeded%s", what)
	}
	n.depth++
	defer func() { n.depth-- }()
	return f()
}

// nestedRepr is the text that f writes for an object, or inside for one that
// is within itself.
func nestedRepr(t *starlark.Thread, o *py.Instance, inside string, f func() (string, error)) (starlark.Value, error) {
	n := nestingOf(t)
	for _, p := range n.printing {
		if p == o {
			return starlark.String(inside), nil
		}
	}
	n.printing = append(n.printing, o)
	defer func() { n.printing = n.printing[:len(n.printing)-1] }()
	var text string
	err := nested(t, " while getting the repr of an object", func() (err error) {
		text, err = f()
		return err
	})
	return starlark.String(text), err
}

// nestedEqual is x == y, of parts of objects that are compared.
func nestedEqual(t *starlark.Thread, x, y starlark.Value) (equal bool, err error) {
	err = nested(t, " in comparison", func() (err error) {
		equal, err = pytypes.Equal(t, x, y)
		return err
	})
	return equal, err
}

// nestedCompare is x op y, of parts of objects that are compared.
func nestedCompare(t *starlark.Thread, op pytypes.Relation, x, y starlark.Value) (v starlark.Value, err error) {
	err = nested(t, " in comparison", func() (err error) {
		v, err = pytypes.Compare(t, op, x, y)
		return err
	})
	return v, err
}
