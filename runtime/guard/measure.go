package guard

import (
	"slices"

	"go.starlark.net/starlark"
)

// maxKey is how many elements the key of a dictionary may hold, counted
// through all nested tuples.
const maxKey = 10_000

// A size is that of a value with all it contains. What is contained several
// times counts several times, as it does when the value is written out.
type size struct {
	elements int
	bytes    int // of strings
	depth    int
}

// A walker goes through a value until it has used up what is left.
type walker struct {
	left size
	path []starlark.Value // the lists and dictionaries around the current value
}

// walk reports whether there was enough left for v.
func (w *walker) walk(v starlark.Value) bool {
	w.left.elements--
	if !w.enough() {
		return false
	}
	switch v := v.(type) {
	case starlark.String:
		w.left.bytes -= len(v)
	case starlark.Bytes:
		w.left.bytes -= len(v)
	case starlark.Tuple:
		return w.tuple(v)
	case *starlark.List:
		return w.around(v, func() bool { return w.elements(v) })
	case *starlark.Set:
		return w.keys(v)
	case *starlark.Dict:
		return w.around(v, func() bool { return w.entries(v) })
	default:
		if v, ok := asComposite(v); ok {
			return w.elements(v)
		}
	}
	return w.enough()
}

// A composite is a sequence of a type that is not Starlark's: a named tuple,
// a list of an event.
type composite interface {
	starlark.Indexable
	starlark.HasAttrs
}

func asComposite(v starlark.Value) (composite, bool) {
	switch v.(type) {
	case starlark.String, starlark.Bytes, *starlark.List:
		return nil, false
	}
	c, ok := v.(composite)
	return c, ok
}

func (w *walker) enough() bool {
	return w.left.elements >= 0 && w.left.bytes >= 0 && w.left.depth >= 0
}

// around goes through what v contains, unless it is inside of v already.
func (w *walker) around(v starlark.Value, body func() bool) bool {
	if slices.Contains(w.path, v) {
		return true
	}
	w.path = append(w.path, v)
	ok := body()
	w.path = w.path[:len(w.path)-1]
	return ok
}

func (w *walker) enter() bool {
	w.left.depth--
	return w.left.depth >= 0
}

func (w *walker) tuple(t starlark.Tuple) bool {
	if !w.enter() {
		return false
	}
	for _, e := range t {
		if !w.walk(e) {
			return false
		}
	}
	w.left.depth++
	return true
}

func (w *walker) elements(v starlark.Indexable) bool {
	if !w.enter() {
		return false
	}
	for i := range v.Len() {
		if !w.walk(v.Index(i)) {
			return false
		}
	}
	w.left.depth++
	return true
}

func (w *walker) keys(s starlark.Iterable) bool {
	if !w.enter() {
		return false
	}
	iter := s.Iterate() // not Elements, so that w stays on the stack
	defer iter.Done()
	var k starlark.Value
	for iter.Next(&k) {
		if !w.walk(k) {
			return false
		}
	}
	w.left.depth++
	return true
}

func (w *walker) entries(d *starlark.Dict) bool {
	if !w.enter() {
		return false
	}
	iter := d.Iterate()
	defer iter.Done()
	var k starlark.Value
	for iter.Next(&k) {
		if !w.walk(k) {
			return false
		}
		if v, _, err := d.Get(k); err != nil || !w.walk(v) {
			return false
		}
	}
	w.left.depth++
	return true
}

// Measure counts the elements of v with all that it contains, as often as it
// contains them, and charges them to the call. Built-ins that are about to
// walk v to its leaves call it first: it fails if v holds more elements,
// more bytes in strings or deeper nested containers than the limits allow.
// Where a list or dictionary contains itself, it counts as one element; to
// find that is left to the caller.
func Measure(thread *starlark.Thread, op string, v starlark.Value) (elements int, err error) {
	if isScalar(v) {
		return 1, nil
	}
	m := MeterOf(thread)
	w := walker{left: size{m.limits.Elements, m.limits.Bytes, m.limits.Depth}}
	if !w.walk(v) {
		return 0, w.failed(op, &m.limits)
	}
	n := m.limits.Elements - w.left.elements
	return n, m.Charge(n)
}

// failed says what there was too little of.
func (w *walker) failed(op string, limits *Limits) error {
	switch {
	case w.left.depth < 0:
		return &LimitError{Limit: "depth", Op: op, Max: uint64(limits.Depth)}
	case w.left.bytes < 0:
		return &LimitError{Limit: "string size", Op: op, Max: uint64(limits.Bytes), walk: true}
	}
	return &LimitError{Limit: "list size", Op: op, Max: uint64(limits.Elements), walk: true}
}

// keySize is how much a key may hold, and keyLimits the same as limits.
var (
	keySize   = size{maxKey, Default.Bytes, Default.Depth}
	keyLimits = Limits{Elements: maxKey, Bytes: Default.Bytes, Depth: Default.Depth}
)

// keyElements fails if v holds too much to be hashed as the key of a
// dictionary or the element of a set, and otherwise says how much. That v is
// hashable at all is left to the hash.
func keyElements(v starlark.Value) (int, error) {
	if isScalar(v) {
		return 1, nil
	}
	w := walker{left: keySize}
	if !w.walk(v) {
		return 0, w.failed("key", &keyLimits)
	}
	return maxKey - w.left.elements, nil
}

// CheckKey fails if v holds too much to be hashed as the key of a dictionary
// or the element of a set. Built-ins that hash what a rule gives them call it
// first: a tuple that holds another twice, which holds another twice, and so
// on, is small and yet takes for ever to hash.
func CheckKey(v starlark.Value) error {
	_, err := keyElements(v)
	return err
}
