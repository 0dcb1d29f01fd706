package pystd

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A ring has the elements of a deque: n of them from buf[head] on, and around.
type ring struct {
	buf     []starlark.Value
	head, n int
	most    int // maxlen, or -1
	changes int // to notice that it has changed
}

// at is element i.
func (r *ring) at(i int) *starlark.Value { return &r.buf[(r.head+i)&(len(r.buf)-1)] }

func (r *ring) all() starlark.Tuple {
	all := make(starlark.Tuple, r.n)
	for i := range all {
		all[i] = *r.at(i)
	}
	return all
}

// set replaces all elements.
func (r *ring) set(all []starlark.Value) {
	size := 8
	for size < len(all) {
		size *= 2
	}
	r.buf, r.head, r.n = make([]starlark.Value, size), 0, len(all)
	copy(r.buf, all)
	r.changes++
}

// push adds an element at the right, or at the left.
func (r *ring) push(v starlark.Value, left bool) {
	if r.most == 0 {
		return
	}
	if r.n == r.most {
		r.pop(!left)
	}
	if r.n == len(r.buf) {
		changes := r.changes
		r.buf = slices.Grow(r.all(), r.n+1)[:r.n]
		r.set(append(r.buf, nil))
		r.n--
		r.changes = changes
	}
	if left {
		r.head = (r.head - 1) & (len(r.buf) - 1)
	}
	r.n++
	i := r.n - 1
	if left {
		i = 0
	}
	*r.at(i) = v
	r.changes++
}

func (r *ring) pop(left bool) starlark.Value {
	i := r.n - 1
	if left {
		i = 0
	}
	p := r.at(i)
	v := *p
	*p = nil
	if left {
		r.head = (r.head + 1) & (len(r.buf) - 1)
	}
	r.n--
	r.changes++
	return v
}

// dequeClass is collections.deque.
var dequeClass *py.Class

func ringOf(o *py.Instance) *ring { r, _ := o.Data.(*ring); return r }

// touchRing must be called before a deque changes.
func touchRing(t *starlark.Thread, o *py.Instance) *ring {
	r := ringOf(o)
	world(t).TouchData(o, func() func() {
		saved := r.all()
		return func() { r.set(saved) }
	})
	return r
}

func newDeque(c *py.Class, most int) *py.Instance {
	o := py.NewInstance(c, nil)
	r := &ring{most: most}
	r.set(nil)
	o.Data = r
	return o
}

func newDequeClass() *py.Class {
	all := methods{
		"__init__": anyArgs("deque", dequeInit),
		"append": one("deque.append", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return dequePush(t, o, x, false)
		}),
		"appendleft": one("deque.appendleft", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return dequePush(t, o, x, true)
		}),
		"extend": one("deque.extend", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return starlark.None, dequeExtend(t, o, x, false)
		}),
		"extendleft": one("deque.extendleft", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return starlark.None, dequeExtend(t, o, x, true)
		}),
		"pop":     none("deque.pop", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) { return dequePop(t, o, false) }),
		"popleft": none("deque.popleft", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) { return dequePop(t, o, true) }),
		"clear": none("deque.clear", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			touchRing(t, o).set(nil)
			return starlark.None, nil
		}),
		"copy":     none("deque.copy", dequeCopy),
		"__copy__": none("__copy__", dequeCopy),
		"count":    one("deque.count", dequeCount),
		"index":    some("index", 1, 3, dequeIndex),
		"insert":   some("insert", 2, 2, dequeInsert),
		"remove":   one("deque.remove", dequeRemove),
		"reverse":  none("deque.reverse", dequeReverse),
		"rotate":   some("rotate", 0, 1, dequeRotate),
		"__len__": none("__len__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.MakeInt(ringOf(o).n), nil
		}),
		"__getitem__":  one("__getitem__", dequeItem),
		"__setitem__":  some("__setitem__", 2, 2, dequeSetItem),
		"__delitem__":  one("__delitem__", dequeDelItem),
		"__contains__": one("__contains__", dequeContains),
		"__iter__":     none("__iter__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) { return dequeIterator(o, false), nil }),
		"__reversed__": none("__reversed__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) { return dequeIterator(o, true), nil }),
		"__repr__":     none("__repr__", dequeRepr),
		"__add__":      one("__add__", dequeAdd),
		"__iadd__": one("__iadd__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			return o, dequeExtend(t, o, x, false)
		}),
		"__mul__":     one("__mul__", dequeMul),
		"__rmul__":    one("__rmul__", dequeMul),
		"__getattr__": noSuchAttr("collections.deque"),
		"__hash__": none("__hash__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return nil, pyerr.Type("unhashable type: '%s'", dequeName(o))
		}),
	}
	for name, op := range relations {
		all[name] = one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			other, ok := x.(*py.Instance)
			if !ok || !withData[*ring](other) {
				return pytypes.NotImplemented, nil
			}
			if err := guard.MeterOf(t).Charge(ringOf(o).n + ringOf(other).n); err != nil {
				return nil, err
			}
			return nestedCompare(t, op, ringOf(o).all(), ringOf(other).all())
		})
	}
	return py.NewClass(py.ClassSpec{
		Name: "deque", Module: "collections", Methods: checked("collections.deque", all, withData[*ring]),
		Attrs: starlark.StringDict{
			"__class_getitem__": subscripted(),
			"maxlen": reading("maxlen", func(r *ring) starlark.Value {
				if r.most >= 0 {
					return starlark.MakeInt(r.most)
				}
				return starlark.None
			}),
		},
		Meta: &py.Meta{Call: func(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			o := newDeque(c, -1)
			v, err := c.Init(t, o, args, kwargs)
			if err != nil {
				return nil, err
			}
			return v, nil
		}},
	})
}

// dequeName is the name of the class in messages.
func dequeName(o *py.Instance) string {
	if o.Class() == dequeClass {
		return "collections.deque"
	}
	return o.ClassName()
}

func dequeInit(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"deque", []string{"iterable", "maxlen"}, 0, 2}.bind(args, kwargs)
	if err != nil {
		return nil, err
	}
	r := ringOf(o)
	r.most = -1
	if given(in[1]) != nil {
		if r.most, err = asInt(t, in[1]); err != nil {
			return nil, pyerr.Type("an integer is required")
		}
		if r.most < 0 {
			return nil, pyerr.Value("maxlen must be non-negative")
		}
	}
	r.set(nil)
	if in[0] == nil {
		return starlark.None, nil
	}
	return starlark.None, dequeExtend(t, o, in[0], false)
}

func dequePush(t *starlark.Thread, o *py.Instance, x starlark.Value, left bool) (starlark.Value, error) {
	r := touchRing(t, o)
	r.push(x, left)
	return starlark.None, room(t, "deque", r.n)
}

// room fails now and then if a container that grows has become too large.
func room(t *starlark.Thread, op string, n int) error {
	if n&255 != 0 {
		return nil
	}
	return guard.CheckElements(t, op, n)
}

func dequeExtend(t *starlark.Thread, o *py.Instance, x starlark.Value, left bool) error {
	r := touchRing(t, o)
	if x == starlark.Value(o) {
		x = r.all()
	}
	return each(t, x, func(v starlark.Value) error {
		r.push(v, left)
		return room(t, "deque", r.n)
	})
}

func dequePop(t *starlark.Thread, o *py.Instance, left bool) (starlark.Value, error) {
	if ringOf(o).n == 0 {
		return nil, pyerr.New("IndexError", "pop from an empty deque")
	}
	return touchRing(t, o).pop(left), nil
}

func dequeCopy(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	r := ringOf(o)
	if err := guard.MeterOf(t).Charge(r.n); err != nil {
		return nil, err
	}
	c := o.Clone(nil)
	copied := &ring{most: r.most}
	copied.set(r.all())
	c.Data = copied
	return c, nil
}

// find gives the place of the first element from low to high that equals x,
// or -1.
func (r *ring) find(t *starlark.Thread, x starlark.Value, low, high int) (int, error) {
	changes := r.changes
	for i := low; i < high && i < r.n; i++ {
		if err := guard.MeterOf(t).Charge(1); err != nil {
			return 0, err
		}
		same, err := isOrEqualsNested(t, *r.at(i), x)
		if err != nil {
			return 0, err
		}
		if r.changes != changes {
			return 0, pyerr.New("RuntimeError", "deque mutated during iteration")
		}
		if same {
			return i, nil
		}
	}
	return -1, nil
}

func isOrEqualsNested(t *starlark.Thread, x, y starlark.Value) (bool, error) {
	if pytypes.Is(x, y) {
		return true, nil
	}
	return nestedEqual(t, x, y)
}

func dequeCount(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	r, n := ringOf(o), 0
	for i := 0; ; i++ {
		at, err := r.find(t, x, i, r.n)
		if err != nil {
			return nil, err
		}
		if at < 0 {
			return starlark.MakeInt(n), nil
		}
		i = at
		n++
	}
}

func notInDeque(t *starlark.Thread, x starlark.Value) error {
	text, err := pytypes.Repr(t, x)
	if err != nil {
		return err
	}
	return pyerr.Value("%s is not in deque", text)
}

func dequeIndex(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
	r := ringOf(o)
	bounds := [2]int{0, r.n}
	for i, v := range args[1:] {
		n, err := asInt(t, v)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			n = max(0, n+r.n)
		}
		bounds[i] = min(n, r.n)
	}
	at, err := r.find(t, args[0], bounds[0], bounds[1])
	if err == nil && at < 0 {
		err = notInDeque(t, args[0])
	}
	return starlark.MakeInt(at), err
}

// replace sets the elements to what f makes of them.
func replace(t *starlark.Thread, o *py.Instance, f func([]starlark.Value) []starlark.Value) error {
	if err := guard.MeterOf(t).Charge(ringOf(o).n); err != nil {
		return err
	}
	r := touchRing(t, o)
	r.set(f(r.all()))
	return nil
}

func dequeInsert(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
	i, err := asInt(t, args[0])
	if err != nil {
		return nil, err
	}
	r := ringOf(o)
	if r.n == r.most {
		return nil, pyerr.New("IndexError", "deque already at its maximum size")
	}
	if i < 0 {
		i = max(0, i+r.n)
	}
	i = min(i, r.n)
	return starlark.None, replace(t, o, func(all []starlark.Value) []starlark.Value { return slices.Insert(all, i, args[1]) })
}

func dequeRemove(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	at, err := ringOf(o).find(t, x, 0, ringOf(o).n)
	if err == nil && at < 0 {
		err = notInDeque(t, x)
	}
	if err != nil {
		return nil, err
	}
	return starlark.None, replace(t, o, func(all []starlark.Value) []starlark.Value { return slices.Delete(all, at, at+1) })
}

func dequeReverse(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	return starlark.None, replace(t, o, func(all []starlark.Value) []starlark.Value { slices.Reverse(all); return all })
}

func dequeRotate(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
	by := 1
	if len(args) == 1 {
		var err error
		if by, err = asInt(t, args[0]); err != nil {
			return nil, err
		}
	}
	n := ringOf(o).n
	if n < 2 {
		return starlark.None, nil
	}
	by = ((by % n) + n) % n
	return starlark.None, replace(t, o, func(all []starlark.Value) []starlark.Value {
		return append(slices.Clone(all[n-by:]), all[:n-by]...)
	})
}

// place gives the place of an element that a key names.
func (r *ring) place(t *starlark.Thread, key starlark.Value) (int, error) {
	i, err := asIndex(t, key)
	if err != nil {
		return 0, pyerr.Type("sequence index must be integer, not '%s'", pytypes.TypeName(key))
	}
	at, ok := i.Int64()
	if ok && at < 0 {
		at += int64(r.n)
	}
	if !ok || at < 0 || at >= int64(r.n) {
		return 0, pyerr.New("IndexError", "deque index out of range")
	}
	return int(at), nil
}

func dequeItem(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
	i, err := ringOf(o).place(t, key)
	if err != nil {
		return nil, err
	}
	return *ringOf(o).at(i), nil
}

func dequeSetItem(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
	i, err := ringOf(o).place(t, args[0])
	if err != nil {
		return nil, err
	}
	*touchRing(t, o).at(i) = args[1]
	return starlark.None, nil
}

func dequeDelItem(t *starlark.Thread, o *py.Instance, key starlark.Value) (starlark.Value, error) {
	i, err := ringOf(o).place(t, key)
	if err != nil {
		return nil, err
	}
	return starlark.None, replace(t, o, func(all []starlark.Value) []starlark.Value { return slices.Delete(all, i, i+1) })
}

func dequeContains(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	at, err := ringOf(o).find(t, x, 0, ringOf(o).n)
	return starlark.Bool(at >= 0), err
}

func dequeIterator(o *py.Instance, backwards bool) starlark.Value {
	r := ringOf(o)
	i, changes := 0, r.changes
	name := "_collections._deque_iterator"
	if backwards {
		name = "_collections._deque_reverse_iterator"
	}
	return newLazy(name, func(*starlark.Thread) (starlark.Value, bool, error) {
		if i >= r.n && r.changes == changes {
			return nil, false, nil
		}
		if r.changes != changes {
			return nil, false, pyerr.New("RuntimeError", "deque mutated during iteration")
		}
		i++
		if backwards {
			return *r.at(r.n - i), true, nil
		}
		return *r.at(i - 1), true, nil
	})
}

func dequeRepr(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	return nestedRepr(t, o, "[...]", func() (string, error) {
		r := ringOf(o)
		s, err := pytypes.Repr(t, starlark.NewList(r.all()))
		if r.most >= 0 {
			s += ", maxlen=" + starlark.MakeInt(r.most).String()
		}
		return o.Class().Name() + "(" + s + ")", err
	})
}

func dequeAdd(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	other, ok := x.(*py.Instance)
	if !ok || !withData[*ring](other) {
		return nil, pyerr.Type("can only concatenate deque (not \"%s\") to deque", pytypes.TypeName(x))
	}
	v, err := dequeCopy(t, o)
	if err != nil {
		return nil, err
	}
	return v, dequeExtend(t, v.(*py.Instance), ringOf(other).all(), false)
}

func dequeMul(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	n, err := asInt(t, x)
	if err != nil {
		if isA(err, "TypeError") {
			err = pyerr.Type("can't multiply sequence by non-int of type '%s'", pytypes.TypeName(x))
		}
		return nil, err
	}
	r := ringOf(o)
	if r.n > 0 {
		if err := guard.CheckElements(t, "deque", min(max(n, 0), 1<<40)*r.n); err != nil {
			return nil, err
		}
	}
	c := newDeque(o.Class(), r.most)
	for range max(n, 0) {
		if r.n == 0 {
			break
		}
		if err := dequeExtend(t, c, r.all(), false); err != nil {
			return nil, err
		}
	}
	return c, nil
}
