package guard

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A probe checks an operand on its way to an operator that stays the
// interpreter's own: the rewriter turns d[k] into d[key - k], x == y into
// (compare - x) == y, and x in y into x in (contents - y). That costs a third
// of a call, and the interpreter's errors and their places stay as they are.
// A probe has no thread, hence no meter: it bounds single operations by
// constants, and charges nothing.
type probe struct {
	starlark.NoneType
	check func(starlark.Value) (starlark.Value, error)
}

var _ starlark.HasBinary = (*probe)(nil)

// Type returns "probe"; no program ever sees one.
func (*probe) Type() string { return "probe" }

// Binary checks x, the right operand, and returns it or what replaces it.
func (p *probe) Binary(_ syntax.Token, x starlark.Value, _ starlark.Side) (starlark.Value, error) {
	return p.check(x)
}

var (
	keyProbe      = &probe{check: probeKey}
	compareProbe  = &probe{check: probeCompare}
	contentsProbe = &probe{check: probeContents}
)

// probeKey checks what is about to be hashed, or written into an error that
// says that there is no such key.
func probeKey(k starlark.Value) (starlark.Value, error) { return k, CheckKey(k) }

// probeCompare replaces a container by one that compares itself up to a bound.
func probeCompare(x starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case *starlark.List:
		return comparedList{x}, nil
	case *starlark.Dict:
		return comparedDict{x}, nil
	case *starlark.Set:
		return comparedSet{x}, nil
	case starlark.Tuple:
		return comparedTuple{x}, nil
	}
	if c, ok := asComposite(x); ok {
		return x, (&comparer{op: "=="}).composite(c)
	}
	return x, nil
}

type (
	comparedList  struct{ *starlark.List }
	comparedDict  struct{ *starlark.Dict }
	comparedSet   struct{ *starlark.Set }
	comparedTuple struct{ starlark.Tuple }
)

func (x comparedList) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compareUncharged(op, x.List, y, depth)
}

func (x comparedDict) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compareUncharged(op, x.Dict, y, depth)
}

func (x comparedSet) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compareUncharged(op, x.Set, y, depth)
}

func (x comparedTuple) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compareUncharged(op, x.Tuple, y, depth)
}

func compareUncharged(op syntax.Token, x, y starlark.Value, depth int) (bool, error) {
	c := comparer{op: op.String()}
	return c.compare(op, x, y, depth)
}

// probeContents replaces a container by one that searches itself up to a
// bound.
func probeContents(v starlark.Value) (starlark.Value, error) {
	switch y := v.(type) {
	case *starlark.Dict:
		return searchedDict{y}, nil
	case *starlark.Set:
		return searchedSet{y}, nil
	case *starlark.List:
		return searchedList{y}, nil
	case starlark.Tuple:
		if len(y) > maxSlice || slices.ContainsFunc(y, notScalar) {
			return searchedTuple{y}, nil
		}
	case starlark.String, starlark.Bytes:
	case starlark.Container:
		return searchedContainer{y}, nil
	case starlark.Mapping:
		return searchedMapping{y}, nil
	}
	return v, nil
}

func notScalar(v starlark.Value) bool { return !isScalar(v) }

type (
	searchedDict  struct{ *starlark.Dict }
	searchedSet   struct{ *starlark.Set }
	searchedList  struct{ *starlark.List }
	searchedTuple struct{ starlark.Tuple }

	// Of types that are not Starlark's.
	searchedContainer struct{ starlark.Container }
	searchedMapping   struct{ starlark.Mapping }
)

// Has reports whether x is a key. As the interpreter does for dictionaries, it
// takes any error of the search for a no.
func (y searchedDict) Has(x starlark.Value) (bool, error) {
	return searchedMapping{y.Dict}.Has(x)
}

func (y searchedMapping) Has(x starlark.Value) (bool, error) {
	if err := CheckKey(x); err != nil {
		return false, err
	}
	_, found, _ := y.Get(x)
	return found, nil
}

func (y searchedContainer) Has(x starlark.Value) (bool, error) {
	if err := CheckKey(x); err != nil {
		return false, err
	}
	return y.Container.Has(x)
}

func (y searchedSet) Has(x starlark.Value) (bool, error) {
	if err := CheckKey(x); err != nil {
		return false, err
	}
	return y.Set.Has(x)
}

func (y searchedList) Has(x starlark.Value) (bool, error) {
	if isScalar(x) {
		return y.List.Has(x)
	}
	return search(y.List, x)
}

func (y searchedTuple) Has(x starlark.Value) (bool, error) {
	if isScalar(x) {
		return y.Tuple.Has(x)
	}
	return search(y.Tuple, x)
}

func search(y starlark.Indexable, x starlark.Value) (bool, error) {
	c := comparer{op: "in"}
	for i := range y.Len() {
		if eq, err := c.equal(y.Index(i), x); eq || err != nil {
			return eq, err
		}
	}
	return false, nil
}
