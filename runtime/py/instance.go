package py

import (
	"fmt"
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An Instance is an object of a Class: of a file, of a module, or an
// exception.
type Instance struct {
	class  *Class
	attrs  Box
	native starlark.Value // the value of the built-in type that the class extends, or nil
	exc    *exception     // what exceptions have beside, or nil

	// Data is for classes that are made in Go: what they keep in an instance.
	Data any
}

var (
	_ starlark.HasSetField = (*Instance)(nil)
	_ starlark.Callable    = (*Instance)(nil)
	_ starlark.Comparable  = (*Instance)(nil)
	_ pytypes.Object       = (*Instance)(nil)
)

// NewInstance makes an instance of a class without calling __init__. native is
// the value that it holds of a built-in type which the class extends, or nil.
func NewInstance(c *Class, native starlark.Value) *Instance {
	return &Instance{class: c, native: native}
}

// Class is the object's class.
func (o *Instance) Class() *Class { return o.class }

// Fields are the attributes of the object itself.
func (o *Instance) Fields() *Box { return &o.attrs }

// ClassName is part of pytypes.Object.
func (o *Instance) ClassName() string { return o.class.name }

// Native is part of pytypes.Object.
func (o *Instance) Native() starlark.Value { return o.native }

// PlainKey gives the value of a built-in type that the object is as a key: if
// its class has no equality of its own, it equals that value.
func (o *Instance) PlainKey() starlark.Value {
	if o.native == nil || o.class.special("__eq__") != nil || o.class.special("__hash__") != nil {
		return nil
	}
	return o.native
}

// Extends is part of pytypes.Heir.
func (o *Instance) Extends(other pytypes.Object) bool {
	k, ok := other.(*Instance)
	return ok && o.class != k.class && o.class.Extends(k.class)
}

// SameClass reports whether another object has the same class.
func (o *Instance) SameClass(other pytypes.Object) bool {
	k, ok := other.(*Instance)
	return ok && o.class == k.class
}

// Type is the name of the class.
func (o *Instance) Type() string { return o.class.name }

// Freeze does nothing: the world keeps track of changes.
func (o *Instance) Freeze() {}

// thread is the one on which Starlark's interpreter asks for something without
// telling its own.
func (o *Instance) thread() *starlark.Thread {
	for _, c := range o.class.mro {
		if c.world != nil {
			return c.world.thread
		}
	}
	return nil
}

// fail keeps an error that cannot be returned.
func (o *Instance) fail(err error) {
	for _, c := range o.class.mro {
		if c.world != nil {
			c.world.fail(err)
			return
		}
	}
}

func (o *Instance) String() string {
	s, err := pytypes.Repr(o.thread(), o)
	if err != nil {
		o.fail(err)
	}
	return s
}

// Truth is __bool__, or whether __len__ is not 0.
func (o *Instance) Truth() starlark.Bool {
	t := o.thread()
	if v, ok, err := o.Special(t, "__bool__"); ok {
		truth, is := v.(starlark.Bool)
		if err == nil && !is {
			err = pyerr.Type("__bool__ should return bool, returned %s", typeName(v))
		}
		if err != nil {
			o.fail(err)
			return false
		}
		return truth
	}
	if v, ok, err := o.Special(t, "__len__"); ok {
		if err != nil {
			o.fail(err)
			return false
		}
		return v.Truth()
	}
	if o.native != nil {
		return o.native.Truth()
	}
	return true
}

// Hash is __hash__; an object without it is its own identity.
func (o *Instance) Hash() (uint32, error) {
	if o.class.special("__hash__") == starlark.None || o.class.special("__eq__") != nil && o.class.special("__hash__") == nil {
		return 0, pyerr.Type("unhashable type: '%s'", o.class.name)
	}
	if v, ok, err := o.Special(o.thread(), "__hash__"); ok {
		if err != nil {
			return 0, err
		}
		switch v.(type) {
		case starlark.Int, starlark.Bool:
			return v.Hash()
		}
		return 0, pyerr.Type("__hash__ method should return an integer")
	}
	if o.native != nil {
		return o.native.Hash()
	}
	return starlark.String(o.class.name).Hash() // identity tells the objects of a class apart
}

// CompareSameType is Starlark's own comparison, which dicts and sets make of
// their keys.
func (o *Instance) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	eq, err := pytypes.Equal(o.thread(), o, y)
	switch op {
	case syntax.EQL:
		return eq, err
	case syntax.NEQ:
		return !eq, err
	}
	return false, fmt.Errorf("%s %s %s not implemented", o.Type(), op, y.Type())
}

// Special is part of pytypes.Object.
func (o *Instance) Special(t *starlark.Thread, name string, args ...starlark.Value) (starlark.Value, bool, error) {
	fn := o.class.special(name)
	if fn == nil || fn == starlark.None {
		if o.exc != nil {
			return o.exc.special(t, o, name)
		}
		return nil, false, nil
	}
	v, err := callMember(t, o, fn, args, nil)
	return v, true, err
}

// callMember calls what the class of an object has stored for a method.
func callMember(t *starlark.Thread, o *Instance, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	switch fn := fn.(type) {
	case *starlark.Function:
		return starlark.Call(t, fn, withSelf(o, args), kwargs)
	case *method:
		return fn.fn(t, o, args, kwargs)
	}
	bound, err := bind(t, fn, o, o.class)
	if err != nil {
		return nil, err
	}
	return starlark.Call(t, bound, args, kwargs)
}

func withSelf(self starlark.Value, args starlark.Tuple) starlark.Tuple {
	all := make(starlark.Tuple, len(args)+1)
	all[0] = self
	copy(all[1:], args)
	return all
}

// init calls __init__.
func (o *Instance) init(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if fn := o.class.special("__init__"); fn != nil {
		v, err := callMember(t, o, fn, args, kwargs)
		if err == nil && v != starlark.None {
			err = pyerr.Type("__init__() should return None, not '%s'", pytypes.TypeName(v))
		}
		return err
	}
	if o.exc != nil {
		return o.exc.init(o, args, kwargs)
	}
	if o.native != nil && mutableNative(o.class.native) {
		return fill(t, o, args, kwargs)
	}
	return nil
}

// fill gives an object that extends dict, list or set what its constructor
// says.
func fill(t *starlark.Thread, o *Instance, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args)+len(kwargs) == 0 {
		return nil
	}
	name := map[string]string{"dict": "update", "list": "extend", "set": "update"}[o.class.native.Name]
	_, err := pytypes.MethodOf(o.native, name)(t, o.native, args, kwargs)
	return err
}

// Name is that of __call__, for starlark.Callable.
func (o *Instance) Name() string { return o.class.name }

// CallInternal is __call__.
func (o *Instance) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn := o.class.special("__call__")
	if fn == nil {
		return nil, pyerr.Type("'%s' object is not callable", o.class.name)
	}
	return callMember(t, o, fn, args, kwargs)
}

// Attr reads an attribute as Starlark's interpreter does, which does not tell
// its thread.
func (o *Instance) Attr(name string) (starlark.Value, error) {
	return o.get(o.thread(), name)
}

// get reads an attribute; nil means that there is none.
func (o *Instance) get(t *starlark.Thread, name string) (starlark.Value, error) {
	if fn := o.class.intercept; fn != nil {
		return callMember(t, o, fn, starlark.Tuple{starlark.String(name)}, nil)
	}
	return o.lookup(t, name)
}

// lookup is object.__getattribute__.
func (o *Instance) lookup(t *starlark.Thread, name string) (starlark.Value, error) {
	stored, _ := o.class.find(name)
	if isDataDescriptor(stored) {
		return bind(t, stored, o, o.class)
	}
	if v := o.attrs.Get(name); v != nil {
		return v, nil
	}
	if stored != nil {
		return bind(t, stored, o, o.class)
	}
	if v := o.builtinAttr(t, name); v != nil {
		return v, nil
	}
	if fn := o.class.special("__getattr__"); fn != nil {
		return callMember(t, o, fn, starlark.Tuple{starlark.String(name)}, nil)
	}
	return nil, nil
}

// builtinAttr is what every object has, and what objects of exceptions and of
// built-in types have.
func (o *Instance) builtinAttr(t *starlark.Thread, name string) starlark.Value {
	switch name {
	case "__class__":
		return o.class
	case "__dict__":
		if t != nil {
			_ = entries(t, len(o.attrs.names)) // a limit that is reached stops the call
		}
		return o.attrs.dict()
	case "__doc__", "__module__":
		v, _ := o.class.Attr(name)
		return v
	}
	if o.exc != nil {
		if v := o.exc.attr(o, name); v != nil {
			return v
		}
	}
	if o.native != nil {
		if m := nativeMethod(o.native, name); m != nil {
			return bound(name, o, m)
		}
	}
	return nil
}

// AttrNames lists the attributes of the object and of its class.
func (o *Instance) AttrNames() []string {
	all := append(o.class.AttrNames(), o.attrs.names...)
	slices.Sort(all)
	return slices.Compact(all)
}

// SetField assigns an attribute as Starlark's interpreter does.
func (o *Instance) SetField(name string, v starlark.Value) error {
	return o.set(o.thread(), name, v)
}

// set assigns an attribute.
func (o *Instance) set(t *starlark.Thread, name string, v starlark.Value) error {
	if fn := o.class.special("__setattr__"); fn != nil {
		_, err := callMember(t, o, fn, starlark.Tuple{starlark.String(name), v}, nil)
		return err
	}
	return o.assign(t, name, v)
}

// assign is object.__setattr__.
func (o *Instance) assign(t *starlark.Thread, name string, v starlark.Value) error {
	switch stored, _ := o.class.find(name); d := stored.(type) {
	case *property:
		return d.set(t, o, v)
	case *Instance:
		if set := d.class.special("__set__"); set != nil {
			_, err := callMember(t, d, set, starlark.Tuple{o, v}, nil)
			return err
		}
	}
	if slots, _ := o.class.find("__slots__"); slots != nil && !slotted(t, o.class, name) {
		return pyerr.New("AttributeError", "'%s' object has no attribute '%s'", o.class.name, name)
	}
	if o.exc != nil && o.exc.set(name, v) {
		return nil
	}
	o.touch()
	o.attrs.Set(name, v)
	return nil
}

// slotted tells whether all classes with __slots__ allow a name, or one has
// none.
func slotted(t *starlark.Thread, c *Class, name string) bool {
	for _, k := range c.mro {
		if k == objectClass {
			continue
		}
		slots := k.attrs.Get("__slots__")
		if slots == nil {
			return true
		}
		if s, ok := slots.(starlark.String); ok && string(s) == name {
			return true
		}
		if seq, ok := slots.(starlark.Iterable); ok {
			_ = entries(t, starlark.Len(seq)) // a limit that is reached stops the call
			for v := range starlark.Elements(seq) {
				if v == starlark.String(name) {
					return true
				}
			}
		}
	}
	return false
}

// touch tells the world that the object is about to change.
func (o *Instance) touch() {
	for _, c := range o.class.mro {
		if c.world != nil {
			c.world.touch(o)
			return
		}
	}
}

// unset is del o.name.
func (o *Instance) unset(t *starlark.Thread, name string) error {
	if fn := o.class.special("__delattr__"); fn != nil {
		_, err := callMember(t, o, fn, starlark.Tuple{starlark.String(name)}, nil)
		return err
	}
	if stored, _ := o.class.find(name); stored != nil {
		if p, ok := stored.(*property); ok {
			return p.delete(t, o)
		}
	}
	if o.attrs.Get(name) == nil {
		return noAttribute(o, name)
	}
	o.touch()
	o.attrs.remove(name)
	return entries(t, len(o.attrs.names))
}

// remove takes a variable away for good.
func (b *Box) remove(name string) {
	i := b.find(name)
	if i < 0 {
		return
	}
	b.names = slices.Delete(slices.Clone(b.names), i, i+1)
	b.values = slices.Delete(slices.Clone(b.values), i, i+1)
	if b.index != nil {
		clear(b.index)
		for i, n := range b.names {
			b.index[n] = i
		}
	}
}
