package py

import (
	"iter"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// What modules that are written in Go need of a world and its objects.

// Touch must be called before a list, dict, set or object changes, so that the
// change can be undone after the event. An object stands for its own fields
// and for the value of a built-in type that it holds.
func (w *World) Touch(x starlark.Value) {
	w.touchNative(x)
	if o, ok := x.(*Instance); ok {
		w.touch(o)
	}
}

// dataOf names, in a journal, what an object has in Data.
type dataOf struct{ o *Instance }

// TouchData must be called before what o.Data refers to changes. If the world
// has to undo the change, it calls save, and what save returns afterwards.
func (w *World) TouchData(o *Instance, save func() (restore func())) {
	j := &w.journal
	key := dataOf{o}
	if w.loading > 0 || !j.shared[o] || j.noted[key] != nil {
		return
	}
	if j.noted == nil {
		j.noted = make(map[any]func())
	}
	j.noted[key] = save()
}

// NoAttribute is the error for an attribute that x does not have.
func NoAttribute(x starlark.Value, name string) error { return noAttribute(x, name) }

// AsClass gives the class that a value stands for, or nil.
func (w *World) AsClass(x starlark.Value) *Class { return w.asClass(x) }

// ExceptionOf gives the exception that an error is to a handler, or nil for an
// error that no handler may have, such as that of a limit.
func (w *World) ExceptionOf(err error) *Instance { return w.exceptionOf(err) }

// Exception makes an exception of a class, for Go code to return as
// &Raised{Exception: …}.
func Exception(c *Class, args ...starlark.Value) *Instance {
	return &Instance{class: c, exc: &exception{args: args}}
}

// NewClass makes a class at run time, as a class statement in the file that is
// running would. It belongs to the world.
func (w *World) NewClass(t *starlark.Thread, s ClassSpec) (*Class, error) {
	c := &Class{name: s.Name, module: s.Module, doc: s.Doc, bases: s.Bases, attrs: newBox(), meta: s.Meta, world: w}
	if c.module == "" {
		c.module = w.runningModule(t)
	}
	for _, name := range s.Attrs.Keys() {
		c.attrs.Set(name, s.Attrs[name])
	}
	for _, name := range sortedKeys(s.Methods) {
		c.SetMethod(name, s.Methods[name])
	}
	return c, c.complete()
}

// runningModule names the module of the file that is running on a thread.
func (w *World) runningModule(t *starlark.Thread) string {
	for depth := range t.CallStackDepth() {
		path := t.CallFrame(depth).Pos.Filename()
		for p := range w.modules {
			if p.Path == path && !p.Main {
				return p.Name
			}
		}
		if path != "<builtin>" {
			break
		}
	}
	return "__main__"
}

// SetMethod gives a class that is being made a method. It must not be used
// once files have the class, but by decorators.
func (c *Class) SetMethod(name string, fn Method) {
	if c.world != nil {
		c.world.touch(c)
	}
	c.attrs.Set(name, &method{name: name, class: c, fn: fn})
}

// SpecialMember gives what a file or a module stored in the class, or in one that it
// extends, under one of Python's special names, or nil. What object and the
// built-in types have does not count.
func (c *Class) SpecialMember(name string) starlark.Value { return c.special(name) }

// MRO are the class and all that it extends, in the order in which attributes
// are looked up.
func (c *Class) MRO() []*Class { return c.mro }

// Module is the class's __module__.
func (c *Class) Module() string { return c.module }

// NativeType is the built-in type that the class is or extends, or nil.
func (c *Class) NativeType() *pytypes.Type { return c.native }

// IsException reports whether the class is one of exceptions.
func (c *Class) IsException() bool { return c.exception }

// New makes an instance that __init__ has not seen: object.__new__.
func (c *Class) New(t *starlark.Thread, args starlark.Tuple) (*Instance, error) {
	return c.create(t, args, nil)
}

// Assign is object.__setattr__: it does not ask the class's own __setattr__.
func (o *Instance) Assign(t *starlark.Thread, name string, v starlark.Value) error {
	return o.assign(t, name, v)
}

// Clone makes an object of the same class with the same fields, which holds
// native.
func (o *Instance) Clone(native starlark.Value) *Instance {
	c := &Instance{class: o.class, native: native, Data: o.Data}
	o.attrs.each(c.attrs.Set)
	if o.exc != nil {
		e := *o.exc
		c.exc = &e
	}
	return c
}

// All are the variables that have a value, in order.
func (b *Box) All() iter.Seq2[string, starlark.Value] {
	return func(yield func(string, starlark.Value) bool) {
		for i := 0; i < len(b.names); i++ {
			if v := b.values[i]; v != nil && !yield(b.names[i], v) {
				return
			}
		}
	}
}

// Delete takes a variable away, with its place in the order.
func (b *Box) Delete(name string) { b.remove(name) }

// Dict copies the variables to a dict.
func (b *Box) Dict() *starlark.Dict { return b.dict() }

// NewAbstractMethod is abc.abstractmethod(fn).
func NewAbstractMethod(fn starlark.Value) starlark.Value { return &abstractMethod{fn} }

// NewClassMethod is classmethod(fn), NewStaticMethod staticmethod(fn).
func NewClassMethod(fn starlark.Value) starlark.Value { return &classMethod{fn} }

// NewStaticMethod is staticmethod(fn).
func NewStaticMethod(fn starlark.Value) starlark.Value { return &staticMethod{fn} }

// NewProperty makes a property that a function in Go reads.
func NewProperty(name string, get Method) starlark.Value {
	return &property{doc: starlark.None, get: function(name, func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 1 {
			return nil, pyerr.Type("%s() takes 1 positional argument but %d were given", name, len(args))
		}
		return get(t, args[0], nil, nil)
	})}
}

// Bound makes a method of an object: fn with self.
func Bound(name string, self starlark.Value, fn Method) *starlark.Builtin {
	return bound(name, self, fn)
}

// BindTo gives what an object o of class c has of an attribute of its class,
// as descriptors decide. With o nil, it is what the class has.
func BindTo(t *starlark.Thread, v starlark.Value, o *Instance, c *Class) (starlark.Value, error) {
	if o == nil {
		return bindToClass(v, c)
	}
	return bind(t, v, o, c)
}

// Init calls the class's __init__ for an instance, which it returns.
func (c *Class) Init(t *starlark.Thread, o *Instance, args starlark.Tuple, kwargs []starlark.Tuple) (*Instance, error) {
	return o, o.init(t, args, kwargs)
}

// NewPropertyOf is property(fget, fset, fdel, doc).
func NewPropertyOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return newProperty(t, args, kwargs)
}

// Handled is the exception whose handler is running, or nil.
func (w *World) Handled() *Instance {
	if len(w.handled) == 0 {
		return nil
	}
	return w.handled[len(w.handled)-1]
}
