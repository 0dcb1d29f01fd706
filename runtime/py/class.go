package py

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A Class is a Python class: one of a file, a built-in type, an exception, or
// one that a module makes in Go. Those of files belong to one World; all
// others are immutable and shared.
type Class struct {
	name   string
	module string // "builtins", "collections"; the __name__ of the file
	doc    string
	bases  []*Class
	mro    []*Class // method resolution order: itself, …, object
	attrs  *Box
	world  *World // of a class that a file makes, or nil

	native    *pytypes.Type // the built-in type that instances hold a value of, or nil
	exception bool

	meta *Meta // of the class, or of the first base that has one

	intercept starlark.Value // __getattribute__, if a file has one
}

// Meta is what a class made in Go does that takes a metaclass in Python. It
// holds for the classes that extend the class, too. Every field may be nil.
type Meta struct {
	// Created is called once a class that extends the first one is complete.
	Created func(t *starlark.Thread, c *Class) error

	// Call makes an instance, in place of __new__ and __init__. To do as
	// always, it calls c.Make.
	Call func(t *starlark.Thread, c *Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

	// Iterate, Item and Has are "for x in C", "C[key]" and "x in C".
	Iterate func(c *Class) starlark.Iterator
	Item    func(c *Class, key starlark.Value) (starlark.Value, error)
	Has     func(c *Class, x starlark.Value) (bool, error)
	Len     func(c *Class) int

	// Check decides isinstance(x, C).
	Check func(c *Class, x starlark.Value) bool

	// Repr prints the class.
	Repr func(c *Class) string
}

var (
	_ starlark.Callable    = (*Class)(nil)
	_ starlark.HasSetField = (*Class)(nil)
	_ pytypes.Object       = (*Class)(nil)
)

// A ClassSpec describes a class that is made in Go.
type ClassSpec struct {
	Name, Module string
	Doc          string
	Bases        []*Class // none: object
	Attrs        starlark.StringDict
	Methods      map[string]Method
	Meta         *Meta
}

// NewClass makes a class in Go. It is immutable from then on.
func NewClass(s ClassSpec) *Class {
	c := &Class{name: s.Name, module: s.Module, doc: s.Doc, bases: s.Bases, attrs: newBox(), meta: s.Meta}
	for _, name := range s.Attrs.Keys() {
		c.attrs.Set(name, s.Attrs[name])
	}
	for _, name := range sortedKeys(s.Methods) {
		c.attrs.Set(name, &method{name: name, class: c, fn: s.Methods[name]})
	}
	if err := c.complete(); err != nil {
		panic(err) // a class of ours that cannot be
	}
	return c
}

// complete works out what a class has of its bases.
func (c *Class) complete() error {
	for i, b := range c.bases {
		if slices.Contains(c.bases[:i], b) {
			return pyerr.Type("duplicate base class %s", b.name)
		}
	}
	if len(c.bases) == 0 && c != objectClass && objectClass != nil {
		c.bases = []*Class{objectClass}
	}
	var err error
	if c.mro, err = linearize(c); err != nil {
		return err
	}
	for _, b := range c.mro[1:] {
		if c.native == nil {
			c.native = b.native
		}
		if c.meta == nil {
			c.meta = b.meta
		}
		c.exception = c.exception || b.exception
	}
	c.intercept = c.special("__getattribute__")
	return nil
}

// maxAncestors is how many classes one may extend, directly or not: each that
// has not an attribute is asked for it.
const maxAncestors = 100

// linearize gives the C3 linearization of a class,
// https://www.python.org/download/releases/2.3/mro/.
func linearize(c *Class) ([]*Class, error) {
	var lists [][]*Class
	for _, b := range c.bases {
		lists = append(lists, b.mro)
	}
	lists = append(lists, c.bases)
	mro := []*Class{c}
	for {
		if len(c.bases) > maxAncestors || len(mro) > maxAncestors {
			return nil, pyerr.New("RecursionError", "class %s extends more than %d others", c.name, maxAncestors)
		}
		if c.world != nil && len(lists) > manyNames {
			if err := guard.MeterOf(c.world.thread).Charge(len(lists) * len(lists)); err != nil {
				return nil, err
			}
		}
		lists = slices.DeleteFunc(lists, func(l []*Class) bool { return len(l) == 0 })
		if len(lists) == 0 {
			return mro, nil
		}
		next := nextInOrder(lists)
		if next == nil {
			return nil, pyerr.Type("Cannot create a consistent method resolution order (MRO) for bases %s", names(c.bases))
		}
		mro = append(mro, next)
		for i, l := range lists {
			if l[0] == next {
				lists[i] = l[1:]
			}
		}
	}
}

// nextInOrder is the first head that is in no tail.
func nextInOrder(lists [][]*Class) *Class {
	for _, l := range lists {
		head := l[0]
		if !slices.ContainsFunc(lists, func(other []*Class) bool { return slices.Contains(other[1:], head) }) {
			return head
		}
	}
	return nil
}

func names(classes []*Class) string {
	var list []string
	for _, c := range classes {
		list = append(list, c.name)
	}
	return strings.Join(list, ", ")
}

// Name is the class's __name__.
func (c *Class) Name() string { return c.name }

// FullName is the name with its module, as repr shows it.
func (c *Class) FullName() string {
	if c.module == "" || c.module == "builtins" {
		return c.name
	}
	return c.module + "." + c.name
}

// Attrs are the attributes that the class itself has. Only Meta.Created may
// change them.
func (c *Class) Attrs() *Box { return c.attrs }

// Bases are the classes that the class extends directly.
func (c *Class) Bases() []*Class { return slices.Clone(c.bases) }

// Extends reports whether c is other or extends it.
func (c *Class) Extends(other *Class) bool { return slices.Contains(c.mro, other) }

func (c *Class) String() string {
	if c.meta != nil && c.meta.Repr != nil && c.world != nil {
		return c.meta.Repr(c)
	}
	return "<class '" + c.FullName() + "'>"
}
func (c *Class) Type() string         { return "type" }
func (c *Class) Freeze()              {} // its world keeps track of changes
func (c *Class) Truth() starlark.Bool { return true }
func (c *Class) Hash() (uint32, error) {
	return starlark.String(c.FullName()).Hash()
}

// PyRepr prints the class as Python does.
func (c *Class) PyRepr() string { return c.String() }

// find returns an attribute of the class or of one that it extends, as it is
// stored there, or nil.
func (c *Class) find(name string) (v starlark.Value, in *Class) {
	for _, k := range c.mro {
		if v := k.attrs.Get(name); v != nil {
			return v, k
		}
	}
	return nil, nil
}

// Find returns an attribute of the class or of one that it extends, as it is
// stored there, or nil.
func (c *Class) Find(name string) starlark.Value {
	v, _ := c.find(name)
	return v
}

// special returns the method that a file or a module gave the class under one
// of Python's special names: what object and the built-in types have does not
// count.
func (c *Class) special(name string) starlark.Value {
	for _, k := range c.mro {
		if k.world == nil && (k == objectClass || k.native != nil && k.module == "builtins" || k.module == "builtins" && k.exception) {
			continue
		}
		if v := k.attrs.Get(name); v != nil {
			return v
		}
	}
	return nil
}

// Attr reads an attribute of the class itself.
func (c *Class) Attr(name string) (starlark.Value, error) {
	if name == "__hash__" && c.special("__eq__") != nil && c.special("__hash__") == nil {
		return starlark.None, nil // one who says what is equal must say the hash
	}
	if v, _ := c.find(name); v != nil {
		if fn, ok := v.(*starlark.Function); ok && (name == "__class_getitem__" || name == "__init_subclass__") {
			return &boundMethod{fn, c}, nil
		}
		return bindToClass(v, c)
	}
	switch name {
	case "__name__", "__qualname__":
		return starlark.String(c.name), nil
	case "__module__":
		return starlark.String(c.module), nil
	case "__doc__":
		if c.doc == "" {
			return starlark.None, nil
		}
		return starlark.String(c.doc), nil
	case "__class__":
		return typeClass, nil
	case "__mro__":
		return classTuple(c.mro), nil
	case "__bases__":
		return classTuple(c.bases), nil
	case "mro":
		return starlark.NewBuiltin("mro", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.NewList(classTuple(c.mro)), nil
		}), nil
	case "__dict__":
		return c.attrs.dict(), nil
	case "__annotations__":
		return new(starlark.Dict), nil
	}
	if v := nativeAttr(c, name); v != nil {
		return v, nil
	}
	return nil, nil
}

func classTuple(classes []*Class) starlark.Tuple {
	t := make(starlark.Tuple, len(classes))
	for i, c := range classes {
		t[i] = c
	}
	return t
}

// AttrNames lists the attributes of the class and of all that it extends.
func (c *Class) AttrNames() []string {
	var all []string
	for _, k := range c.mro {
		all = append(all, k.attrs.names...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// SetField assigns an attribute of the class.
func (c *Class) SetField(name string, v starlark.Value) error {
	if c.world == nil {
		return pyerr.Type("cannot set '%s' attribute of immutable type '%s'", name, c.name)
	}
	c.world.touch(c)
	c.attrs.Set(name, v)
	return nil
}

// Special is for the operators on the class itself: iteration over an Enum,
// say. It is part of pytypes.Object.
func (c *Class) Special(t *starlark.Thread, name string, args ...starlark.Value) (starlark.Value, bool, error) {
	m := c.meta
	switch {
	case name == "__repr__" || name == "__str__":
		return starlark.String(c.String()), true, nil
	case name == "__class_getitem__":
		return nil, false, nil
	case name == "__or__" && isType(args[0]):
		return union(c, args[0]), true, nil
	case name == "__ror__" && isType(args[0]):
		return union(args[0], c), true, nil
	case m == nil && (name == "__iter__" || name == "__contains__"):
		what := "'type' object is not iterable"
		if name == "__contains__" {
			what = "argument of type 'type' is not iterable"
		}
		return nil, true, pyerr.Type("%s", what)
	case m == nil:
		if name == "__getitem__" {
			if fn, err := c.Attr("__class_getitem__"); fn != nil && err == nil {
				v, err := starlark.Call(t, fn, args, nil)
				return v, true, err
			}
			if c.native != nil || c == typeClass {
				return c, true, nil // list[int]
			}
			return nil, true, pyerr.Type("type '%s' is not subscriptable", c.name)
		}
		return nil, false, nil
	case name == "__iter__" && m.Iterate != nil:
		return &goIterator{name: "iterator", it: m.Iterate(c)}, true, nil
	case name == "__getitem__" && m.Item != nil:
		v, err := m.Item(c, args[0])
		return v, true, err
	case name == "__contains__" && m.Has != nil:
		has, err := m.Has(c, args[0])
		return starlark.Bool(has), true, err
	case name == "__len__" && m.Len != nil:
		return starlark.MakeInt(m.Len(c)), true, nil
	}
	return nil, false, nil
}

// Native is nil: a class holds no value. It is part of pytypes.Object.
func (c *Class) Native() starlark.Value { return nil }

// ClassName is "type", the class of classes. It is part of pytypes.Object.
func (c *Class) ClassName() string { return "type" }

// CallInternal makes an instance.
func (c *Class) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if c.meta != nil && c.meta.Call != nil {
		return c.meta.Call(t, c, args, kwargs)
	}
	return c.Make(t, args, kwargs)
}

// Make makes an instance with __new__ and __init__.
func (c *Class) Make(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if c.world == nil && c.native != nil && c.module == "builtins" {
		return c.native.New(t, args, kwargs)
	}
	if c == typeClass {
		return typeOf(t, args, kwargs)
	}
	if new := c.special("__new__"); new != nil {
		if s, ok := new.(*staticMethod); ok {
			new = s.fn
		}
		v, err := starlark.Call(t, new, append(starlark.Tuple{c}, args...), kwargs)
		if err != nil {
			return nil, err
		}
		inst, ok := v.(*Instance)
		if !ok || !inst.class.Extends(c) {
			return v, nil
		}
		return inst, inst.init(t, args, kwargs)
	}
	inst, err := c.create(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	return inst, inst.init(t, args, kwargs)
}

// create makes an instance that __init__ has not seen yet.
func (c *Class) create(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (*Instance, error) {
	inst := &Instance{class: c}
	if name := c.abstract(); name != "" {
		return nil, pyerr.Type("Can't instantiate abstract class %s without an implementation for abstract method '%s'", c.name, name)
	}
	if c.exception {
		inst.exc = &exception{args: slices.Clone(args)}
		return inst, nil
	}
	if c.native == nil {
		if len(args)+len(kwargs) > 0 && c.special("__init__") == nil && c.special("__new__") == nil {
			return nil, pyerr.Type("%s() takes no arguments", c.name)
		}
		return inst, nil
	}
	if mutableNative(c.native) {
		args, kwargs = nil, nil // __init__ fills it
	} else if c.special("__init__") != nil {
		kwargs = nil
	}
	var err error
	inst.native, err = c.native.New(t, args, kwargs)
	return inst, err
}

// abstract names a method that keeps the class from having instances.
func (c *Class) abstract() string {
	for _, k := range c.mro {
		for i, v := range k.attrs.values {
			if a, ok := v.(*abstractMethod); ok && a != nil {
				if now, _ := c.find(k.attrs.names[i]); now == v {
					return k.attrs.names[i]
				}
			}
		}
	}
	return ""
}

func mutableNative(t *pytypes.Type) bool {
	return t.Name == "dict" || t.Name == "list" || t.Name == "set"
}

// dict copies variables to a dict.
func (b *Box) dict() *starlark.Dict {
	d := starlark.NewDict(len(b.names))
	b.each(func(name string, v starlark.Value) { d.SetKey(starlark.String(name), v) })
	return d
}
