package py

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A Checker is a value, beside classes, that isinstance takes as its second
// argument.
type Checker interface {
	starlark.Value
	InstanceCheck(w *World, x starlark.Value) (bool, error)
}

// isInstance is isinstance(x, classes).
func (w *World) isInstance(t *starlark.Thread, x, classes starlark.Value) (bool, error) {
	switch c := classes.(type) {
	case starlark.Tuple:
		return w.anyOf(t, c, func(k starlark.Value) (bool, error) { return w.isInstance(t, x, k) })
	case *pyclass.Class:
		i, ok := x.(pyclass.Instance)
		return ok && i.Class().Extends(c), nil
	case *pyerr.Exception:
		o, ok := x.(*Instance)
		return ok && o.exc != nil && sameException(o.class, w.asClass(c)), nil
	case Checker:
		return c.InstanceCheck(w, x)
	case *Class:
		return w.isA(x, c), nil
	}
	return false, pyerr.Type("isinstance() arg 2 must be a type, a tuple of types, or a union")
}

// maxNested is how deep tuples of classes, and exceptions in the arguments of
// exceptions, may be nested.
const maxNested = 200

// anyOf tells whether one of a tuple of classes is. Tuples may be nested, and
// one may be in many others.
func (w *World) anyOf(t *starlark.Thread, classes starlark.Tuple, is func(starlark.Value) (bool, error)) (bool, error) {
	if w.nested++; w.nested > maxNested {
		w.nested--
		return false, pyerr.New("RecursionError", "maximum recursion depth exceeded")
	}
	defer func() { w.nested-- }()
	m := guard.MeterOf(t)
	for _, k := range classes {
		if err := m.Charge(1); err != nil {
			return false, err
		}
		if is, err := is(k); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// isA tells whether x is an instance of a class.
func (w *World) isA(x starlark.Value, c *Class) bool {
	if c == objectClass {
		return true
	}
	if c.meta != nil && c.meta.Check != nil {
		return c.meta.Check(c, x)
	}
	if o, ok := x.(*Instance); ok {
		return o.class.Extends(c) || c.exception && sameException(o.class, c)
	}
	k, ok := w.classOf(x).(*Class)
	return ok && k.Extends(c)
}

// isSubclass is issubclass(c, classes).
func (w *World) isSubclass(t *starlark.Thread, class, classes starlark.Value) (bool, error) {
	if list, ok := classes.(starlark.Tuple); ok {
		return w.anyOf(t, list, func(k starlark.Value) (bool, error) { return w.isSubclass(t, class, k) })
	}
	if c, ok := class.(*pyclass.Class); ok {
		other, ok := classes.(*pyclass.Class)
		return ok && c.Extends(other), nil
	}
	if u, ok := classes.(*Union); ok {
		return w.isSubclass(t, class, u.Types)
	}
	c, other := w.asClass(class), w.asClass(classes)
	switch {
	case c == nil:
		return false, pyerr.Type("issubclass() arg 1 must be a class")
	case other == nil:
		return false, pyerr.Type("issubclass() arg 2 must be a class, a tuple of classes, or a union")
	}
	return c.Extends(other) || other.exception && sameException(c, other), nil
}

// typeOf is type(x).
func typeOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 3 {
		return WorldOf(t).newType(t, args, kwargs)
	}
	if len(args) != 1 || len(kwargs) > 0 {
		return nil, pyerr.Type("type() takes 1 or 3 arguments")
	}
	return WorldOf(t).classOf(args[0]), nil
}

// newType is type(name, bases, attributes).
func (w *World) newType(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	name, ok := starlark.AsString(args[0])
	if !ok {
		return nil, pyerr.Type("type.__new__() argument 1 must be str, not %s", typeName(args[0]))
	}
	bases, ok := args[1].(starlark.Tuple)
	if !ok {
		return nil, pyerr.Type("type.__new__() argument 2 must be tuple, not %s", typeName(args[1]))
	}
	attrs, ok := args[2].(*starlark.Dict)
	if !ok {
		return nil, pyerr.Type("type.__new__() argument 3 must be dict, not %s", typeName(args[2]))
	}
	c := &Class{name: name, module: "__main__", attrs: newBox(), world: w}
	if err := w.setBases(c, bases); err != nil {
		return nil, err
	}
	for _, kv := range attrs.Items() {
		if name, ok := starlark.AsString(kv[0]); ok {
			c.attrs.Set(name, kv[1])
		}
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	keywords := starlark.NewDict(len(kwargs))
	for _, kv := range kwargs {
		if err := keywords.SetKey(kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	return c, c.created(t, keywords)
}

// callable tells whether x can be called.
func callable(x starlark.Value) bool {
	switch x := x.(type) {
	case *Instance:
		return x.class.special("__call__") != nil
	case *library:
		return false
	}
	_, ok := x.(starlark.Callable)
	return ok
}

// functions are the built-in functions that need classes. They are those of
// package pytypes beside.
func (w *World) functions() map[string]pytypes.Function {
	return map[string]pytypes.Function{
		"isinstance": w.want("isinstance", 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			is, err := w.isInstance(t, a[0], a[1])
			return starlark.Bool(is), err
		}),
		"issubclass": w.want("issubclass", 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			is, err := w.isSubclass(t, a[0], a[1])
			return starlark.Bool(is), err
		}),
		"callable": w.want("callable", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			return starlark.Bool(callable(a[0])), nil
		}),
		"getattr": w.want("getattr", 2, 3, w.getattr),
		"hasattr": w.want("hasattr", 2, 2, w.hasattr),
		"setattr": w.want("setattr", 3, 3, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			name, err := attrName(a[1])
			if err != nil {
				return nil, err
			}
			return starlark.None, w.assignAttr(t, a[0], name, a[2])
		}),
		"delattr": w.want("delattr", 2, 2, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			if _, err := attrName(a[1]); err != nil {
				return nil, err
			}
			return w.delAttr(t, a, nil)
		}),
		"vars":         w.want("vars", 0, 1, w.vars),
		"dir":          w.want("dir", 0, 1, w.dir),
		"staticmethod": w.want("staticmethod", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return &staticMethod{a[0]}, nil }),
		"classmethod":  w.want("classmethod", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return &classMethod{a[0]}, nil }),
		"property":     newProperty,
		"super": w.want("super", 0, 2, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			if len(a) != 2 {
				return nil, pyerr.New("RuntimeError", "super(): no arguments")
			}
			return newSuper(a[0], a[1])
		}),
	}
}

// want makes a function that takes from least to most positional arguments.
func (w *World) want(name string, least, most int, fn func(*starlark.Thread, starlark.Tuple) (starlark.Value, error)) pytypes.Function {
	return func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		switch n := len(args); {
		case len(kwargs) > 0:
			return nil, pyerr.Type("%s() takes no keyword arguments", name)
		case least == most && n != least:
			return nil, pyerr.Type("%s expected %d argument%s, got %d", name, least, plural(least), n)
		case n < least:
			return nil, pyerr.Type("%s expected at least %d argument%s, got %d", name, least, plural(least), n)
		case n > most:
			return nil, pyerr.Type("%s expected at most %d argument%s, got %d", name, most, plural(most), n)
		}
		return fn(t, args)
	}
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

func attrName(v starlark.Value) (string, error) {
	name, ok := starlark.AsString(v)
	if !ok {
		return "", pyerr.Type("attribute name must be string, not '%s'", typeName(v))
	}
	return name, nil
}

func (w *World) getattr(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	name, err := attrName(a[1])
	if err != nil {
		return nil, err
	}
	v, err := w.getAttr(t, a[0], name)
	if v != nil && err == nil {
		return v, nil
	}
	if err == nil {
		err = noAttribute(a[0], name)
	}
	if len(a) == 3 && w.isClass(err, "AttributeError") {
		return a[2], nil
	}
	return nil, err
}

func (w *World) hasattr(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	name, err := attrName(a[1])
	if err != nil {
		return nil, err
	}
	v, err := w.getAttr(t, a[0], name)
	if err != nil && !w.isClass(err, "AttributeError") {
		return nil, err
	}
	return starlark.Bool(v != nil && err == nil), nil
}

// isClass tells whether an error is an exception of one of Python's classes.
func (w *World) isClass(err error, class string) bool {
	o := w.exceptionOf(err)
	return o != nil && o.class.Extends(exceptions[class])
}

func (w *World) vars(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	if len(a) == 0 {
		return nil, pyerr.Type("vars() without an argument is not supported: name the object")
	}
	switch x := a[0].(type) {
	case *Instance:
		return x.attrs.dict(), entries(t, len(x.attrs.names))
	case *Class:
		return x.attrs.dict(), entries(t, len(x.attrs.names))
	case *Module:
		d := new(starlark.Dict)
		for _, name := range x.Names() {
			d.SetKey(starlark.String(name), x.Get(name))
		}
		return d, entries(t, d.Len())
	}
	return nil, pyerr.Type("vars() argument must have __dict__ attribute")
}

func (w *World) dir(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	if len(a) == 0 {
		return nil, pyerr.Type("dir() without an argument is not supported: name the object")
	}
	var names []string
	if h, ok := a[0].(starlark.HasAttrs); ok && !isPlain(a[0]) {
		names = h.AttrNames()
	}
	if c, ok := w.classOf(a[0]).(*Class); ok && c.native != nil {
		names = append(names, sortedKeys(c.native.Methods)...)
	}
	slices.Sort(names)
	list := starlark.NewList(nil)
	for _, name := range slices.Compact(names) {
		list.Append(starlark.String(name))
	}
	return list, entries(t, len(names)) // sorting takes as long as entries do
}

func newProperty(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	p := &property{doc: starlark.None}
	var get, set, del, doc starlark.Value
	if err := pyerr.Unpack("property", args, kwargs, "fget?", &get, "fset?", &set, "fdel?", &del, "doc?", &doc); err != nil {
		return nil, err
	}
	given := func(v starlark.Value) starlark.Value {
		if v == starlark.None {
			return nil
		}
		return v
	}
	p.get, p.assign, p.remove = given(get), given(set), given(del)
	if doc != nil {
		p.doc = doc
	} else if fn, ok := p.get.(*starlark.Function); ok && fn.Doc() != "" {
		p.doc = starlark.String(fn.Doc())
	}
	return p, nil
}

// A super gives the attributes of the classes after one in the order of an
// object's class.
type super struct {
	after *Class
	self  starlark.Value // an Instance, or a Class in a class method
}

func newSuper(class, self starlark.Value) (starlark.Value, error) {
	c, ok := class.(*Class)
	if !ok {
		return nil, pyerr.Type("super() argument 1 must be a type, not %s", typeName(class))
	}
	switch s := self.(type) {
	case *Instance:
		if s.class.Extends(c) {
			return &super{c, s}, nil
		}
	case *Class:
		if s.Extends(c) {
			return &super{c, s}, nil
		}
	}
	return nil, pyerr.Type("super(type, obj): obj must be an instance or subtype of type")
}

func (s *super) String() string        { return "<super: <class '" + s.after.name + "'>>" }
func (s *super) Type() string          { return "super" }
func (s *super) Freeze()               {}
func (s *super) Truth() starlark.Bool  { return true }
func (s *super) Hash() (uint32, error) { return 0, nil }
func (s *super) AttrNames() []string   { return s.after.AttrNames() }

// Attr finds the attribute.
func (s *super) Attr(name string) (starlark.Value, error) {
	o, isInstance := s.self.(*Instance)
	class, _ := s.self.(*Class)
	if isInstance {
		class = o.class
	}
	i := slices.Index(class.mro, s.after)
	for _, k := range class.mro[i+1:] {
		v := k.attrs.Get(name)
		switch {
		case v == nil && k.native != nil && k.module == "builtins" && isInstance:
			if fn := nativeMethod(o.native, name); fn != nil {
				return bound(name, o, fn), nil
			}
			continue
		case v == nil:
			continue
		}
		if name == "__init__" && k == objectClass && isInstance && o.exc == nil && o.native == nil {
			return bound(name, o, initObject), nil
		}
		if isInstance {
			return bind(o.thread(), v, o, class)
		}
		if fn, ok := v.(*classMethod); ok {
			return &boundMethod{fn.fn, class}, nil
		}
		if name == "__init_subclass__" || name == "__class_getitem__" {
			if _, ok := v.(*starlark.Function); ok {
				return &boundMethod{v, class}, nil
			}
			if m, ok := v.(*method); ok {
				return bound(name, class, m.fn), nil
			}
		}
		return bindToClass(v, class)
	}
	return nil, nil
}
