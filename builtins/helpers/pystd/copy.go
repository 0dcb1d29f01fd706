package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Copy is Python's copy: copy(x) and deepcopy(x, memo=None). Objects copy themselves by __copy__ and __deepcopy__, or else
// with their fields.
//
// Events and what is in them cannot change, and are their own copies: use
// event.to_dict() for a dict.
func Copy() runtime.Module {
	return runtime.Module{Names: []string{"copy"}, Members: starlark.StringDict{
		"copy":     function("copy", copyValue),
		"deepcopy": function("deepcopy", deepCopy),
		"Error":    &pyerr.Exception{FullName: "copy.Error", Base: "Exception"},
		"error":    &pyerr.Exception{FullName: "copy.Error", Base: "Exception"},
	}}
}

// copyValue is copy.copy(x).
func copyValue(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("copy", []param{{name: "x"}}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	return shallow(t, in[0])
}

func shallow(t *starlark.Thread, x starlark.Value) (starlark.Value, error) {
	switch v := x.(type) {
	case *starlark.List:
		return call(t, py.BuiltinClass("list"), v)
	case *starlark.Dict:
		return call(t, py.BuiltinClass("dict"), v)
	case *starlark.Set:
		return call(t, py.BuiltinClass("set"), v)
	case *py.Instance:
		if c, ok, err := v.Special(t, "__copy__"); ok || err != nil {
			return c, err
		}
		native := v.Native()
		if native != nil {
			var err error
			if native, err = shallow(t, native); err != nil {
				return nil, err
			}
		}
		return v.Clone(native), nil
	}
	return x, nil
}

// deepCopy is copy.deepcopy(x, memo=None).
func deepCopy(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("deepcopy", []param{{name: "x"}, {name: "memo", def: starlark.None}, {name: "_nil", def: starlark.None}}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	if m, ok := in[1].(*memo); ok { // that of a __deepcopy__ which goes on
		return m.copy(t, in[0])
	}
	return newMemo().copy(t, in[0])
}

// A memo has the copies that are made already. To rules, which get it in
// __deepcopy__ and hand it on, it is a dict that is empty.
type memo struct {
	*starlark.Dict
	made  map[any]starlark.Value
	depth int
}

func newMemo() *memo { return &memo{Dict: new(starlark.Dict), made: make(map[any]starlark.Value)} }

// maxCopyDepth is how deep values may be nested for deepcopy.
const maxCopyDepth = 450

func (m *memo) copy(t *starlark.Thread, x starlark.Value) (starlark.Value, error) {
	switch x.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set, *py.Instance:
		if made, ok := m.made[x]; ok {
			return made, nil
		}
	case starlark.Tuple:
	default:
		return x, nil
	}
	if m.depth >= maxCopyDepth {
		return nil, pyerr.New("RecursionError", "maximum recursion depth exceeded")
	}
	m.depth++
	defer func() { m.depth-- }()
	if err := guard.MeterOf(t).Charge(4); err != nil {
		return nil, err
	}
	switch v := x.(type) {
	case *starlark.List:
		return m.list(t, v)
	case *starlark.Dict:
		c := new(starlark.Dict)
		m.made[x] = c
		return c, m.entries(t, c, v)
	case *starlark.Set:
		elems, err := m.all(t, v)
		if err != nil {
			return nil, err
		}
		c, err := call(t, py.BuiltinClass("set"), starlark.Tuple(elems))
		m.made[x] = c
		return c, err
	case starlark.Tuple:
		return m.tuple(t, v)
	}
	return m.object(t, x.(*py.Instance))
}

func (m *memo) list(t *starlark.Thread, l *starlark.List) (starlark.Value, error) {
	c := starlark.NewList(nil)
	m.made[l] = c
	for i := 0; i < l.Len(); i++ {
		v, err := m.copy(t, l.Index(i))
		if err == nil {
			err = c.Append(v)
		}
		if err == nil {
			err = charged(t, "deepcopy", i+1)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (m *memo) entries(t *starlark.Thread, c, d *starlark.Dict) error {
	for _, kv := range d.Items() {
		k, err := m.copy(t, kv[0])
		if err != nil {
			return err
		}
		v, err := m.copy(t, kv[1])
		if err != nil {
			return err
		}
		if err := charged(t, "deepcopy", c.Len()); err != nil {
			return err
		}
		if err := pytypes.SetItem(t, c, k, v); err != nil {
			return err
		}
	}
	return nil
}

func (m *memo) all(t *starlark.Thread, x starlark.Value) ([]starlark.Value, error) {
	elems, err := collect(t, "deepcopy", x)
	if err != nil {
		return nil, err
	}
	for i, e := range elems {
		if elems[i], err = m.copy(t, e); err != nil {
			return nil, err
		}
	}
	return elems, nil
}

// tuple copies a tuple, unless all that is in it is its own copy.
func (m *memo) tuple(t *starlark.Thread, v starlark.Tuple) (starlark.Value, error) {
	elems, err := m.all(t, v)
	if err != nil {
		return nil, err
	}
	for i, e := range elems {
		if !pytypes.Is(e, v[i]) {
			return starlark.Tuple(elems), nil
		}
	}
	return v, nil
}

func (m *memo) object(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	if c, ok, err := o.Special(t, "__deepcopy__", m); ok || err != nil {
		if err == nil {
			m.made[o] = c
		}
		return c, err
	}
	c := o.Clone(nil)
	native := o.Native()
	if d, ok := native.(*starlark.Dict); ok {
		own := new(starlark.Dict)
		c = o.Clone(own)
		m.made[o] = c
		if err := m.entries(t, own, d); err != nil {
			return nil, err
		}
	} else if native != nil {
		v, err := m.copy(t, native)
		if err != nil {
			return nil, err
		}
		c = o.Clone(v)
	}
	m.made[o] = c
	if r := ringOf(o); r != nil {
		elems, err := m.all(t, r.all())
		if err != nil {
			return nil, err
		}
		own := &ring{most: r.most}
		own.set(elems)
		c.Data = own
	}
	for name, v := range o.Fields().All() {
		copied, err := m.copy(t, v)
		if err != nil {
			return nil, err
		}
		c.Fields().Set(name, copied)
	}
	return c, nil
}
