package py

import (
	"errors"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// objectMethods are the methods of class object.
var objectMethods = map[string]Method{
	"__init__":          nothing,
	"__init_subclass__": nothing,
	"__repr__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if o, ok := self.(*Instance); ok {
			return plainRepr(t, o)
		}
		s, err := pytypes.Repr(t, self)
		return starlark.String(s), err
	},
	"__str__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if o, ok := self.(*Instance); ok && o.exc == nil && o.native == nil {
			s, err := pytypes.Repr(t, self)
			return starlark.String(s), err
		}
		return plainStr(t, self)
	},
	"__eq__": one(func(_ *starlark.Thread, self, other starlark.Value) (starlark.Value, error) {
		if pytypes.Is(self, other) {
			return starlark.True, nil
		}
		return pytypes.NotImplemented, nil
	}),
	"__ne__": one(func(_ *starlark.Thread, self, other starlark.Value) (starlark.Value, error) {
		if pytypes.Is(self, other) {
			return starlark.False, nil
		}
		return pytypes.NotImplemented, nil
	}),
	"__hash__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		h, err := self.Hash()
		return starlark.MakeInt(int(h)), err
	},
	"__setattr__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		o, name, err := objectAndName(self, args, 2)
		if err != nil {
			return nil, err
		}
		return starlark.None, o.assign(t, name, args[1])
	},
	"__getattribute__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		o, name, err := objectAndName(self, args, 1)
		if err != nil {
			return nil, err
		}
		v, err := o.lookup(t, name)
		if v == nil && err == nil {
			err = noAttribute(o, name)
		}
		return v, err
	},
	"__delattr__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		o, name, err := objectAndName(self, args, 1)
		if err != nil {
			return nil, err
		}
		if o.attrs.Get(name) == nil {
			return nil, noAttribute(o, name)
		}
		o.touch()
		o.attrs.remove(name)
		return starlark.None, nil
	},
	"__format__": one(func(t *starlark.Thread, self, spec starlark.Value) (starlark.Value, error) {
		if spec != starlark.String("") {
			return nil, pyerr.Type("unsupported format string passed to %s.__format__", typeName(self))
		}
		s, err := pytypes.Str(t, self)
		return starlark.String(s), err
	}),
}

// exceptionMethods are those of BaseException.
var exceptionMethods = map[string]Method{
	"__init__": func(_ *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o, ok := self.(*Instance)
		if !ok || o.exc == nil {
			return nil, pyerr.Type("descriptor '__init__' requires an exception")
		}
		return starlark.None, o.exc.init(o, args, kwargs)
	},
	"__str__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		o, ok := self.(*Instance)
		if !ok || o.exc == nil {
			return nil, pyerr.Type("descriptor '__str__' requires an exception")
		}
		return starlark.String(o.exc.str(t, o)), nil
	},
	"__repr__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		o, ok := self.(*Instance)
		if !ok || o.exc == nil {
			return nil, pyerr.Type("descriptor '__repr__' requires an exception")
		}
		s, err := o.exc.repr(t, o)
		return starlark.String(s), err
	},
}

// nativeSpecials are the special methods of the built-in types, for files that
// call them by name: super().__getitem__(key).
var nativeSpecials = map[string]Method{
	"__len__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		n, err := pytypes.Len(t, held(self))
		return starlark.MakeInt(n), err
	},
	"__getitem__": one(func(t *starlark.Thread, self, key starlark.Value) (starlark.Value, error) {
		return pytypes.Item(t, held(self), key)
	}),
	"__setitem__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 2 {
			return nil, pyerr.Type("expected 2 arguments, got %d", len(args))
		}
		return starlark.None, pytypes.SetItem(t, held(self), args[0], args[1])
	},
	"__delitem__": one(func(t *starlark.Thread, self, key starlark.Value) (starlark.Value, error) {
		return starlark.None, pytypes.DelItem(t, held(self), key)
	}),
	"__contains__": one(func(t *starlark.Thread, self, x starlark.Value) (starlark.Value, error) {
		in, err := pytypes.Contains(t, held(self), x)
		return starlark.Bool(in), err
	}),
	"__iter__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Iterate(t, held(self))
	},
	"__next__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		it, ok := self.(pytypes.Iterator)
		if !ok {
			return nil, noAttribute(self, "__next__")
		}
		v, ok, err := it.Next(t)
		if err == nil && !ok {
			err = pyerr.New("StopIteration", "")
		}
		return v, err
	},
	"__str__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return plainStr(t, self)
	},
	"__repr__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		s, err := pytypes.Repr(t, held(self))
		return starlark.String(s), err
	},
	"__bool__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		b, err := pytypes.Truth(t, held(self))
		return starlark.Bool(b), err
	},
	"__hash__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		h, err := pytypes.Hash(t, held(self))
		return starlark.MakeInt64(h), err
	},
	"__format__": one(func(t *starlark.Thread, self, spec starlark.Value) (starlark.Value, error) {
		text, _ := starlark.AsString(spec)
		s, err := pytypes.Format(t, held(self), text)
		return starlark.String(s), err
	}),
	"__eq__": relation(pytypes.Eq), "__ne__": relation(pytypes.Ne),
	"__lt__": relation(pytypes.Lt), "__le__": relation(pytypes.Le),
	"__gt__": relation(pytypes.Gt), "__ge__": relation(pytypes.Ge),
	"__add__": operator(pytypes.Add), "__sub__": operator(pytypes.Sub), "__mul__": operator(pytypes.Mul),
	"__truediv__": operator(pytypes.TrueDiv), "__floordiv__": operator(pytypes.FloorDiv), "__mod__": operator(pytypes.Mod),
	"__pow__": operator(pytypes.Pow), "__and__": operator(pytypes.And), "__or__": operator(pytypes.Or),
	"__xor__": operator(pytypes.Xor), "__lshift__": operator(pytypes.LShift), "__rshift__": operator(pytypes.RShift),
	"__neg__": func(t *starlark.Thread, self starlark.Value, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Unary(t, pytypes.Neg, held(self))
	},
	"__radd__": reflected(pytypes.Add), "__rsub__": reflected(pytypes.Sub), "__rmul__": reflected(pytypes.Mul),
	"__rtruediv__": reflected(pytypes.TrueDiv), "__rfloordiv__": reflected(pytypes.FloorDiv), "__rmod__": reflected(pytypes.Mod),
	"__init__": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if o, ok := self.(*Instance); ok && o.native != nil && mutableNative(o.class.native) {
			return starlark.None, fill(t, o, args, kwargs)
		}
		return starlark.None, nil
	},
}

// hasSpecial tells whether the type of a built-in value has one of them.
func hasSpecial(x starlark.Value, name string) bool {
	switch name {
	case "__str__", "__repr__", "__bool__", "__eq__", "__ne__", "__format__", "__init__", "__hash__":
		return true
	case "__lt__", "__le__", "__gt__", "__ge__":
		_, mapping := x.(*starlark.Dict)
		return !mapping && x != starlark.None
	case "__len__":
		return starlark.Len(x) >= 0
	case "__getitem__":
		switch x.(type) {
		case starlark.Indexable, starlark.Mapping, starlark.String, starlark.Bytes:
			_, set := x.(*starlark.Set)
			return !set
		}
		return false
	case "__setitem__", "__delitem__":
		switch x.(type) {
		case *starlark.List, *starlark.Dict:
			return true
		}
		return false
	case "__iter__", "__contains__":
		_, ok := x.(starlark.Iterable)
		_, text := x.(starlark.String)
		return ok || text
	case "__next__":
		_, ok := x.(pytypes.Iterator)
		return ok
	case "__add__", "__mul__":
		switch x.(type) {
		case starlark.Int, starlark.Float, starlark.Bool, starlark.String, starlark.Bytes, *starlark.List, starlark.Tuple:
			return true
		}
		return false
	case "__and__", "__or__", "__xor__", "__sub__":
		switch x.(type) {
		case starlark.Int, starlark.Bool, *starlark.Set:
			return true
		case starlark.Float:
			return name == "__sub__"
		case *starlark.Dict:
			return name == "__or__"
		}
		return typeName(x) == "frozenset"
	}
	switch x.(type) {
	case starlark.Int, starlark.Bool:
		return true
	case starlark.Float:
		return name != "__lshift__" && name != "__rshift__"
	case starlark.String:
		return name == "__mod__"
	}
	return false
}

// Held gives the value of a built-in type that an object holds whose class
// extends the type, or v itself.
func Held(v starlark.Value) starlark.Value { return held(v) }

// held gives the value of a built-in type that an object holds, or x itself.
func held(x starlark.Value) starlark.Value {
	if o, ok := x.(*Instance); ok && o.native != nil {
		return o.native
	}
	return x
}

// initObject is object.__init__ where super() calls it.
func initObject(_ *starlark.Thread, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, pyerr.Type("object.__init__() takes exactly one argument (the instance to initialize)")
	}
	return starlark.None, nil
}

func nothing(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, nil
}

// one makes a method of one argument.
func one(fn func(t *starlark.Thread, self, x starlark.Value) (starlark.Value, error)) Method {
	return func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 1 {
			return nil, pyerr.Type("expected 1 argument, got %d", len(args))
		}
		return fn(t, self, args[0])
	}
}

func relation(op pytypes.Relation) Method {
	return one(func(t *starlark.Thread, self, x starlark.Value) (starlark.Value, error) {
		v, err := pytypes.Compare(t, op, held(self), x)
		return orNotImplemented(v, err, "' not supported between instances of ")
	})
}

func operator(op pytypes.Op) Method {
	return one(func(t *starlark.Thread, self, x starlark.Value) (starlark.Value, error) {
		v, err := pytypes.Binary(t, op, held(self), x)
		return orNotImplemented(v, err, "unsupported operand type(s) for ")
	})
}

func reflected(op pytypes.Op) Method {
	return one(func(t *starlark.Thread, self, x starlark.Value) (starlark.Value, error) {
		v, err := pytypes.Binary(t, op, x, held(self))
		return orNotImplemented(v, err, "unsupported operand type(s) for ")
	})
}

// orNotImplemented says NotImplemented where an operator does not know its
// operands, which its error tells by what it says.
func orNotImplemented(v starlark.Value, err error, says string) (starlark.Value, error) {
	if p, ok := errors.AsType[*pyerr.Error](err); ok && strings.Contains(p.Msg, says) {
		return pytypes.NotImplemented, nil
	}
	return v, err
}

func objectAndName(self starlark.Value, args starlark.Tuple, n int) (*Instance, string, error) {
	o, ok := self.(*Instance)
	if !ok || len(args) != n {
		return nil, "", pyerr.Type("expected an object and %d arguments", n)
	}
	name, ok := starlark.AsString(args[0])
	if !ok {
		return nil, "", pyerr.Type("attribute name must be string, not '%s'", typeName(args[0]))
	}
	return o, name, nil
}

// plainRepr is object.__repr__. CPython prints the address of the object,
// which is of no use to anyone; here it is left out.
func plainRepr(t *starlark.Thread, o *Instance) (starlark.Value, error) {
	if o.exc != nil {
		s, err := o.exc.repr(t, o)
		return starlark.String(s), err
	}
	if o.native != nil {
		s, err := pytypes.Repr(t, o.native)
		return starlark.String(s), err
	}
	return starlark.String("<" + o.class.FullName() + " object>"), nil
}

// plainStr is str of what an object holds.
func plainStr(t *starlark.Thread, self starlark.Value) (starlark.Value, error) {
	if o, ok := self.(*Instance); ok && o.exc != nil {
		return starlark.String(o.exc.str(t, o)), nil
	}
	s, err := pytypes.Str(t, held(self))
	return starlark.String(s), err
}

// newObject is object.__new__(cls).
func newObject(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, pyerr.Type("object.__new__(): not enough arguments")
	}
	c, ok := args[0].(*Class)
	if !ok {
		return nil, pyerr.Type("object.__new__(X): X is not a type object (%s)", typeName(args[0]))
	}
	return c.create(t, args[1:], kwargs)
}
