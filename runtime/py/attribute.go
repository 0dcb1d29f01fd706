package py

import (
	"errors"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// getAttr gives x.name, or nil if there is no such attribute.
func (w *World) getAttr(t *starlark.Thread, x starlark.Value, name string) (starlark.Value, error) {
	switch x := x.(type) {
	case *Instance:
		return x.get(t, name)
	case *Class:
		return w.classAttr(t, x, name)
	case *starlark.Function:
		return w.functionAttr(x, name)
	case *library:
		return x.member(name), nil
	}
	if m := pytypes.MethodOf(x, name); m != nil {
		return bound(name, x, Method(m)), nil
	}
	if h, ok := x.(starlark.HasAttrs); ok && !isPlain(x) {
		v, err := h.Attr(name)
		if _, missing := errors.AsType[starlark.NoSuchAttrError](err); missing {
			err = nil
		}
		if v != nil || err != nil {
			return v, err
		}
	}
	return w.valueAttr(x, name), nil
}

// isPlain tells whether a value is of one of Starlark's own types, whose
// attributes are not Python's.
func isPlain(x starlark.Value) bool {
	switch x.(type) {
	case starlark.String, starlark.Bytes, starlark.Int, starlark.Float, starlark.Bool, starlark.NoneType,
		*starlark.List, *starlark.Dict, *starlark.Set, starlark.Tuple, *starlark.Builtin:
		return true
	}
	return false
}

// valueAttr is what every value has.
func (w *World) valueAttr(x starlark.Value, name string) starlark.Value {
	switch name {
	case "__class__":
		return w.classOf(x)
	case "__name__", "__qualname__":
		if fn, ok := x.(starlark.Callable); ok {
			return starlark.String(fn.Name())
		}
	case "__doc__":
		return starlark.None
	}
	if v := pytypes.DataAttr(x, name); v != nil {
		return v
	}
	_, iterator := x.(pytypes.Iterator)
	if c, ok := w.classOf(x).(*Class); ok {
		if fn, ok := nativeSpecials[name]; ok && (c.native != nil || iterator) && hasSpecial(x, name) {
			return bound(name, x, fn)
		}
		if fn, ok := objectMethods[name]; ok {
			return bound(name, x, fn)
		}
	}
	if fn, ok := x.(starlark.Callable); ok && name == "__call__" {
		return fn
	}
	return nil
}

// classAttr reads an attribute of a class.
func (w *World) classAttr(t *starlark.Thread, c *Class, name string) (starlark.Value, error) {
	if v, _ := c.find(name); v != nil {
		switch v := v.(type) {
		case Descriptor:
			return v.Get(t, nil, c)
		case *Instance:
			if get := v.class.special("__get__"); get != nil {
				return callMember(t, v, get, starlark.Tuple{starlark.None, c}, nil)
			}
		}
	}
	return c.Attr(name)
}

// functionAttr reads an attribute of a function of a file.
func (w *World) functionAttr(fn *starlark.Function, name string) (starlark.Value, error) {
	if fields := w.fields[fn]; fields != nil {
		if v := fields.Get(name); v != nil {
			return v, nil
		}
	}
	switch name {
	case "__qualname__":
		return starlark.String(w.qualname(fn.Name(), fn.Position())), nil
	case "__name__":
		if fn.Name() == "lambda" {
			return starlark.String("<lambda>"), nil
		}
		return starlark.String(fn.Name()), nil
	case "__doc__":
		if doc := fn.Doc(); doc != "" {
			return starlark.String(doc), nil
		}
		return starlark.None, nil
	case "__module__":
		return starlark.String("__main__"), nil
	case "__dict__":
		if fields := w.fields[fn]; fields != nil {
			return fields.dict(), nil
		}
		return new(starlark.Dict), nil
	case "__call__":
		return fn, nil
	case "__defaults__":
		return defaults(fn), nil
	case "__annotations__":
		return new(starlark.Dict), nil
	case "__wrapped__":
		return nil, nil
	}
	return w.valueAttr(fn, name), nil
}

// defaults are the values of a function's positional parameters that need no
// argument, or None.
func defaults(fn *starlark.Function) starlark.Value {
	var values starlark.Tuple
	for i := range fn.NumParams() - fn.NumKwonlyParams() {
		if v := fn.ParamDefault(i); v != nil {
			values = append(values, v)
		}
	}
	if values == nil {
		return starlark.None
	}
	return values
}

// attr is py.attr(x, name).
func (w *World) attr(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := string(args[1].(starlark.String))
	v, err := w.getAttr(t, args[0], name)
	if err == nil && v == nil {
		err = noAttribute(args[0], name)
	}
	return v, err
}

// call is py.call(x, name, …).
func (w *World) call(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, name, rest := args[0], string(args[1].(starlark.String)), args[2:]
	switch x := x.(type) {
	case starlark.String, starlark.Int, starlark.Float, starlark.Bytes, starlark.Tuple, starlark.Bool, starlark.NoneType:
		if m := pytypes.MethodOf(x, name); m != nil {
			return m(t, x, rest, kwargs)
		}
	case *starlark.Dict, *starlark.List, *starlark.Set:
		if m := pytypes.MethodOf(x, name); m != nil {
			w.touchBy(x, name)
			return m(t, x, rest, kwargs)
		}
	case *Instance:
		return w.callInstance(t, x, name, rest, kwargs)
	case *library:
		if fn, ok := x.members[name]; ok {
			return apply(t, fn, rest, kwargs)
		}
	case *event.Event:
		if fn, err := x.Attr(name); fn != nil && err == nil {
			return apply(t, fn, rest, kwargs)
		}
	case *event.Object:
		if fn, err := x.Attr(name); fn != nil && err == nil {
			return apply(t, fn, rest, kwargs)
		}
	default:
		if m := pytypes.MethodOf(x, name); m != nil {
			return m(t, x, rest, kwargs)
		}
	}
	fn, err := w.getAttr(t, x, name)
	if err != nil {
		return nil, err
	}
	if fn == nil {
		return nil, noAttribute(x, name)
	}
	return apply(t, fn, rest, kwargs)
}

// apply calls a function. One that is written in Go needs no frame of its own:
// it has no place, and is called from one that has none either.
func apply(t *starlark.Thread, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if b, ok := fn.(*starlark.Builtin); ok {
		return b.CallInternal(t, args, kwargs)
	}
	return starlark.Call(t, fn, args, kwargs)
}

// callInstance calls a method of an object.
func (w *World) callInstance(t *starlark.Thread, o *Instance, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if o.attrs.Get(name) == nil {
		switch stored, _ := o.class.find(name); fn := stored.(type) {
		case *starlark.Function:
			return starlark.Call(t, fn, withSelf(o, args), kwargs)
		case *method:
			return fn.fn(t, o, args, kwargs)
		case nil:
			if m := nativeMethod(o.native, name); m != nil && o.builtinFirst(name) {
				w.touchBy(o.native, name)
				return m(t, o, args, kwargs)
			}
		}
	}
	fn, err := o.get(t, name)
	if err != nil {
		return nil, err
	}
	if fn == nil {
		return nil, noAttribute(o, name)
	}
	return starlark.Call(t, fn, args, kwargs)
}

// builtinFirst tells whether nothing else can have the name of a built-in
// method.
func (o *Instance) builtinFirst(string) bool { return o.native != nil }

// touchBy tells the journal of a method that changes x.
func (w *World) touchBy(x starlark.Value, name string) {
	if mutators[name] && !w.journal.none() {
		w.touch(x)
	}
}

// nativeMethod gives the method of the built-in type of which an object holds
// a value.
func nativeMethod(native starlark.Value, name string) Method {
	if native == nil {
		return nil
	}
	if m := pytypes.MethodOf(native, name); m != nil {
		return func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if o, ok := self.(*Instance); ok && o.native != nil {
				self = o.native
			}
			return m(t, self, args, kwargs)
		}
	}
	if fn, ok := nativeSpecials[name]; ok && hasSpecial(native, name) {
		return fn
	}
	return nil
}

// setAttr is py.setattr(x, name, v).
func (w *World) setAttr(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, w.assignAttr(t, args[0], string(args[1].(starlark.String)), args[2])
}

func (w *World) assignAttr(t *starlark.Thread, x starlark.Value, name string, v starlark.Value) error {
	switch x := x.(type) {
	case *Instance:
		return x.set(t, name, v)
	case *starlark.Function:
		if w.fields == nil {
			w.fields = make(map[*starlark.Function]*Box)
		}
		if w.fields[x] == nil {
			w.fields[x] = newBox()
		}
		w.fields[x].Set(name, v)
		return nil
	case *library:
		return pyerr.New("AttributeError", "module '%s' is read-only: a rule cannot change it (its own unit tests can mock names of the rule)", x.name)
	case starlark.HasSetField:
		if isPlain(x) {
			break
		}
		return x.SetField(name, v)
	}
	if known, _ := w.getAttr(t, x, name); known != nil {
		return pyerr.New("AttributeError", "'%s' object attribute '%s' is read-only", typeName(x), name)
	}
	return noAttribute(x, name)
}

// delAttr is py.delattr(x, name).
func (w *World) delAttr(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := string(args[1].(starlark.String))
	switch x := args[0].(type) {
	case *Instance:
		return starlark.None, x.unset(t, name)
	case *Class:
		if x.world == nil || x.attrs.Get(name) == nil {
			return nil, noAttribute(x, name)
		}
		w.touch(x)
		x.attrs.remove(name)
		return starlark.None, nil
	case *Module:
		return starlark.None, x.globals.unbind(name)
	}
	return nil, noAttribute(args[0], name)
}

// classOf gives type(x).
func (w *World) classOf(x starlark.Value) starlark.Value {
	switch x := x.(type) {
	case *Instance:
		return x.class
	case *Class, *pyclass.Class, *pyerr.Exception:
		return typeClass
	case pyclass.Instance:
		return x.Class()
	case *event.Event:
		return eventClasses["PantherEvent"]
	case *event.Object:
		return eventClasses["ImmutableCaseInsensitiveDict"]
	case *event.List:
		return eventClasses["ImmutableList"]
	}
	name := typeName(x)
	if c, ok := natives[name]; ok {
		return c
	}
	return w.namedClass(name)
}

// namedClass gives the class of a type that has no name in a file: function,
// module, and what modules have of their own.
func (w *World) namedClass(name string) *Class {
	if c, ok := eventClasses[name]; ok {
		return c
	}
	if c, ok := w.excs["type "+name]; ok {
		return c
	}
	if w.excs == nil {
		w.excs = make(map[string]*Class)
	}
	c := NewClass(ClassSpec{Name: name, Module: "builtins"})
	w.excs["type "+name] = c
	return c
}

// typeName is the name of a value's type in messages.
func typeName(x starlark.Value) string {
	switch x := x.(type) {
	case *Instance:
		return x.class.name
	case *library, *Module:
		return "module"
	}
	return pytypes.TypeName(x)
}
