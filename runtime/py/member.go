package py

import (
	"maps"
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A Method is a method of a class that is made in Go. self is the object, or
// the value that the method was called with as its first argument.
type Method func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// method is a Method as a class stores it.
type method struct {
	name  string
	class *Class
	fn    Method
}

func (m *method) String() string        { return "<function " + m.class.name + "." + m.name + ">" }
func (m *method) Type() string          { return "function" }
func (m *method) Freeze()               {}
func (m *method) Truth() starlark.Bool  { return true }
func (m *method) Hash() (uint32, error) { return starlark.String(m.name).Hash() }
func (m *method) Name() string          { return m.name }

// CallInternal calls the method as a function, with the object first.
func (m *method) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, pyerr.Type("unbound method %s.%s() needs an argument", m.class.name, m.name)
	}
	return m.fn(t, args[0], args[1:], kwargs)
}

// bound makes a function of a method and its object.
func bound(name string, self starlark.Value, fn Method) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return fn(t, self, args, kwargs)
	}).BindReceiver(self)
}

// function makes a built-in function.
func function(name string, fn pytypes.Function) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return fn(t, args, kwargs)
	})
}

// boundMethod is a function of a file that is bound to an object or a class.
type boundMethod struct {
	fn   starlark.Value
	self starlark.Value
}

func (m *boundMethod) String() string {
	return "<bound method " + m.Name() + " of " + m.self.String() + ">"
}
func (m *boundMethod) Type() string          { return "method" }
func (m *boundMethod) Freeze()               {}
func (m *boundMethod) Truth() starlark.Bool  { return true }
func (m *boundMethod) Hash() (uint32, error) { return starlark.String(m.Name()).Hash() }

func (m *boundMethod) Name() string {
	if fn, ok := m.fn.(starlark.Callable); ok {
		return fn.Name()
	}
	return "method"
}

func (m *boundMethod) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, m.fn, withSelf(m.self, args), kwargs)
}

func (m *boundMethod) Attr(name string) (starlark.Value, error) {
	switch name {
	case "__self__":
		return m.self, nil
	case "__func__":
		return m.fn, nil
	case "__name__", "__qualname__":
		return starlark.String(m.Name()), nil
	}
	return nil, nil
}

func (m *boundMethod) AttrNames() []string { return []string{"__func__", "__name__", "__self__"} }

// staticMethod and classMethod are what the decorators make.
type (
	staticMethod struct{ fn starlark.Value }
	classMethod  struct{ fn starlark.Value }
)

func (m *staticMethod) String() string        { return "<staticmethod>" }
func (m *staticMethod) Type() string          { return "staticmethod" }
func (m *staticMethod) Freeze()               {}
func (m *staticMethod) Truth() starlark.Bool  { return true }
func (m *staticMethod) Hash() (uint32, error) { return 0, nil }
func (m *staticMethod) Name() string          { return "staticmethod" }
func (m *staticMethod) CallInternal(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, m.fn, args, kwargs)
}

func (m *classMethod) String() string        { return "<classmethod>" }
func (m *classMethod) Type() string          { return "classmethod" }
func (m *classMethod) Freeze()               {}
func (m *classMethod) Truth() starlark.Bool  { return true }
func (m *classMethod) Hash() (uint32, error) { return 0, nil }

// A property is what the decorator makes.
type property struct {
	get, assign, remove starlark.Value // nil where there is none
	doc                 starlark.Value
}

func (p *property) String() string        { return "<property object>" }
func (p *property) Type() string          { return "property" }
func (p *property) Freeze()               {}
func (p *property) Truth() starlark.Bool  { return true }
func (p *property) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'property'") }

// Attr offers the decorators for the other functions.
func (p *property) Attr(name string) (starlark.Value, error) {
	with := func(set func(*property, starlark.Value)) (starlark.Value, error) {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if len(args) != 1 {
				return nil, pyerr.Type("%s() takes exactly one argument (%d given)", name, len(args))
			}
			other := *p
			set(&other, args[0])
			return &other, nil
		}), nil
	}
	switch name {
	case "getter":
		return with(func(q *property, fn starlark.Value) { q.get = fn })
	case "setter":
		return with(func(q *property, fn starlark.Value) { q.assign = fn })
	case "deleter":
		return with(func(q *property, fn starlark.Value) { q.remove = fn })
	case "fget":
		return p.get, nil
	case "__doc__":
		return p.doc, nil
	}
	return nil, nil
}

func (p *property) AttrNames() []string {
	return []string{"deleter", "fget", "getter", "setter"}
}

// set assigns through the property.
func (p *property) set(t *starlark.Thread, o *Instance, v starlark.Value) error {
	if p.assign == nil {
		return pyerr.New("AttributeError", "property%s of '%s' object has no setter", p.named(o), o.class.name)
	}
	_, err := starlark.Call(t, p.assign, starlark.Tuple{o, v}, nil)
	return err
}

// delete deletes through the property.
func (p *property) delete(t *starlark.Thread, o *Instance) error {
	if p.remove == nil {
		return pyerr.New("AttributeError", "property%s of '%s' object has no deleter", p.named(o), o.class.name)
	}
	_, err := starlark.Call(t, p.remove, starlark.Tuple{o}, nil)
	return err
}

// named is the property's name for a message.
func (p *property) named(*Instance) string {
	if fn, ok := p.get.(starlark.Callable); ok {
		return " '" + fn.Name() + "'"
	}
	return ""
}

// abstractMethod is what abc.abstractmethod makes.
type abstractMethod struct{ fn starlark.Value }

func (m *abstractMethod) String() string        { return "<abstract method>" }
func (m *abstractMethod) Type() string          { return "function" }
func (m *abstractMethod) Freeze()               {}
func (m *abstractMethod) Truth() starlark.Bool  { return true }
func (m *abstractMethod) Hash() (uint32, error) { return 0, nil }

// A Descriptor is an attribute of a class that decides itself what an object
// has under its name.
type Descriptor interface {
	starlark.Value

	// Get returns what o has; o is nil for the class itself.
	Get(t *starlark.Thread, o *Instance, c *Class) (starlark.Value, error)
}

// isDataDescriptor tells whether an attribute of the class comes before one of
// the object.
func isDataDescriptor(v starlark.Value) bool {
	switch v := v.(type) {
	case *property:
		return true
	case *Instance:
		return v.class.special("__set__") != nil
	}
	return false
}

// bind gives what an object has of an attribute of its class.
func bind(t *starlark.Thread, v starlark.Value, o *Instance, c *Class) (starlark.Value, error) {
	switch v := v.(type) {
	case *starlark.Function:
		return &boundMethod{v, o}, nil
	case *method:
		return bound(v.name, o, v.fn), nil
	case *property:
		if v.get == nil {
			return nil, pyerr.New("AttributeError", "property%s of '%s' object has no getter", v.named(o), c.name)
		}
		return starlark.Call(t, v.get, starlark.Tuple{o}, nil)
	case *staticMethod:
		return v.fn, nil
	case *classMethod:
		return &boundMethod{v.fn, c}, nil
	case *abstractMethod:
		return bind(t, v.fn, o, c)
	case Descriptor:
		return v.Get(t, o, c)
	case *Instance:
		if get := v.class.special("__get__"); get != nil {
			return callMember(t, v, get, starlark.Tuple{o, c}, nil)
		}
	}
	return v, nil
}

// bindToClass gives what a class has of one of its own attributes.
func bindToClass(v starlark.Value, c *Class) (starlark.Value, error) {
	switch v := v.(type) {
	case *staticMethod:
		return v.fn, nil
	case *classMethod:
		return &boundMethod{v.fn, c}, nil
	case *abstractMethod:
		return v.fn, nil
	case Descriptor:
		return v.Get(nil, nil, c)
	}
	return v, nil
}

// nativeAttr is what a class has of the built-in type that it is or extends:
// str.upper, dict.fromkeys.
func nativeAttr(c *Class, name string) starlark.Value {
	if c.native == nil {
		return nil
	}
	if fn, ok := c.native.ClassMethods[name]; ok {
		return function(name, fn)
	}
	if m, ok := c.native.Methods[name]; ok {
		return &method{name: name, class: c, fn: func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if o, ok := self.(*Instance); ok && o.native != nil {
				self = o.native
			}
			if !c.native.Of(self) {
				return nil, pyerr.Type("descriptor '%s' for '%s' objects doesn't apply to a '%s' object", name, c.native.Name, pytypes.TypeName(self))
			}
			return m(t, self, args, kwargs)
		}}
	}
	if fn, ok := nativeSpecials[name]; ok {
		return &method{name: name, class: c, fn: fn}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
