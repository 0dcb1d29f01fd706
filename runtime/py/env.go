package py

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Known reports whether a name needs no definition in a file.
func Known(name string) bool {
	return knownNames[name]
}

var knownNames = newKnownNames()

func newKnownNames() map[string]bool {
	names := map[string]bool{"__name__": true, "__file__": true, "__doc__": true, "__debug__": true, "Ellipsis": true, "NotImplemented": true}
	for name := range builtinClasses() {
		names[name] = true
	}
	for name := range pytypes.Functions() {
		names[name] = true
	}
	for name := range new(World).functions() {
		names[name] = true
	}
	return names
}

// predeclared are the names that files find, but for those that each module
// has its own of.
func (w *World) predeclared() starlark.StringDict {
	if w.env != nil {
		return w.env
	}
	env := builtinClasses()
	for name, fn := range pytypes.Functions() {
		env[name] = fn
	}
	for name, fn := range w.functions() {
		env[name] = function(name, fn)
	}
	for name, fn := range shared {
		env["py."+name] = function("py."+name, fn)
	}
	for name, fn := range w.own() {
		env["py."+name] = function("py."+name, fn)
	}
	env["type"] = typeClass
	env["py.skip"] = skip
	env["Ellipsis"], env["NotImplemented"] = pytypes.Ellipsis, pytypes.NotImplemented
	env["__doc__"], env["__debug__"] = starlark.None, starlark.True
	w.env = env
	return env
}

// shared are the names of lowered files that need no world.
var shared = map[string]pytypes.Function{
	"add": binary(pytypes.Add), "sub": binary(pytypes.Sub), "mul": binary(pytypes.Mul), "truediv": binary(pytypes.TrueDiv),
	"floordiv": binary(pytypes.FloorDiv), "mod": binary(pytypes.Mod), "pow": binary(pytypes.Pow), "matmul": binary(pytypes.MatMul),
	"lshift": binary(pytypes.LShift), "rshift": binary(pytypes.RShift), "and": binary(pytypes.And), "or": binary(pytypes.Or), "xor": binary(pytypes.Xor),
	"neg": unary(pytypes.Neg), "pos": unary(pytypes.Pos), "invert": unary(pytypes.Invert),
	"eq": equal, "ne": compare(pytypes.Ne), "lt": compare(pytypes.Lt), "le": compare(pytypes.Le), "gt": compare(pytypes.Gt), "ge": compare(pytypes.Ge),
	"in": contains, "is": is, "members": newMembers,
	"item": item, "getslice": getSlice, "slice": newSlice,
	"str": fstring, "format": formatted,
	"dict": dict, "merge": merge, "set": set, "concat": concat, "tuple_of": tupleOf, "set_of": setOf,
	"star": star, "kwargs": kwargsOf, "kwmerge": kwmerge, "unpack": unpack,
	"gen": generate(false), "flat": generate(true),
	"assign": assign, "unbind": unbind, "undefined": undefined,
	"annotate": annotate, "super": superOf,
	"caught": isCaught, "exception": exceptionValue, "enter": enter,
	"match_seq": matchSeq, "match_map": matchMap, "match_rest": matchRest,
}

// own are those that need it.
func (w *World) own() map[string]pytypes.Function {
	own := map[string]pytypes.Function{
		"setitem": w.setItem, "delitem": w.delItem,
		"attr": w.attr, "setattr": w.setAttr, "delattr": w.delAttr, "call": w.call,
		"iter": w.iter, "ended": w.ended, "checked": w.checked,
		"box": w.box, "try": w.try, "except": w.except, "reraise": w.reraise, "raise": w.raise,
		"assertion": w.assertion, "exit": w.exit, "match_class": w.matchClass,
	}
	for name, op := range map[string]pytypes.Op{
		"iadd": pytypes.Add, "isub": pytypes.Sub, "imul": pytypes.Mul, "itruediv": pytypes.TrueDiv, "ifloordiv": pytypes.FloorDiv,
		"imod": pytypes.Mod, "ipow": pytypes.Pow, "imatmul": pytypes.MatMul, "ilshift": pytypes.LShift, "irshift": pytypes.RShift,
		"iand": pytypes.And, "ior": pytypes.Or, "ixor": pytypes.Xor,
	} {
		own[name] = func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			w.touchNative(args[0])
			return pytypes.InPlace(t, op, args[0], args[1])
		}
	}
	return own
}

// touchNative tells the journal that a list, dict or set may change.
func (w *World) touchNative(x starlark.Value) {
	if w.journal.none() {
		return
	}
	switch x := x.(type) {
	case *starlark.List, *starlark.Dict, *starlark.Set:
		w.touch(x)
	case *Instance:
		if x.native != nil {
			w.touchNative(x.native)
		}
	}
}

func binary(op pytypes.Op) pytypes.Function {
	return func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Binary(t, op, args[0], args[1])
	}
}

func unary(op pytypes.UnaryOp) pytypes.Function {
	return func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Unary(t, op, args[0])
	}
}

func equal(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if x, ok := args[0].(starlark.String); ok {
		if y, ok := args[1].(starlark.String); ok {
			return starlark.Bool(x == y), nil
		}
	}
	return pytypes.Compare(t, pytypes.Eq, args[0], args[1])
}

func compare(op pytypes.Relation) pytypes.Function {
	return func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return pytypes.Compare(t, op, args[0], args[1])
	}
}

func contains(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	in, err := pytypes.Contains(t, args[1], args[0])
	return starlark.Bool(in), err
}

func is(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.Bool(pytypes.Is(args[0], args[1])), nil
}

func item(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return pytypes.Item(t, args[0], args[1])
}

func (w *World) setItem(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	w.touchNative(args[0])
	return starlark.None, pytypes.SetItem(t, args[0], args[1], args[2])
}

func (w *World) delItem(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	w.touchNative(args[0])
	return starlark.None, pytypes.DelItem(t, args[0], args[1])
}

func getSlice(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return pytypes.GetSlice(t, args[0], args[1], args[2], args[3])
}

func (w *World) box(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = string(a.(starlark.String))
	}
	return newBox(names...), nil
}

func assign(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return args[2], args[0].(*Box).SetField(string(args[1].(starlark.String)), args[2])
}

func unbind(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, args[0].(*Box).unbind(string(args[1].(starlark.String)))
}

func undefined(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return nil, notDefined(string(args[0].(starlark.String)))
}

// annotate is py.annotate(ns, name, annotation).
func annotate(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	ns := args[0].(*Box)
	all, ok := ns.Get("__annotations__").(*starlark.Dict)
	if !ok {
		all = new(starlark.Dict)
		ns.Set("__annotations__", all)
	}
	return starlark.None, all.SetKey(args[1], args[2])
}

func superOf(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return newSuper(args[0], args[1])
}

// classMaker makes py.class for a module.
func (m *Module) classMaker() *starlark.Builtin {
	return starlark.NewBuiltin("py.class", func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return m.makeClass(t, args)
	})
}

// makeClass is py.class(name, bases, keywords, body, doc).
func (m *Module) makeClass(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	w := m.world
	c := &Class{name: string(args[0].(starlark.String)), module: m.program.Name, attrs: newBox(), world: w}
	if m.program.Main {
		c.module = "__main__"
	}
	if doc, ok := starlark.AsString(args[4]); ok {
		c.doc = doc
	}
	if err := w.setBases(c, args[1].(starlark.Tuple)); err != nil {
		return nil, err
	}
	if _, err := starlark.Call(t, args[3], starlark.Tuple{c.attrs}, nil); err != nil {
		return nil, err
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	return c, c.created(t, args[2])
}

// setBases gives a class what it extends.
func (w *World) setBases(c *Class, bases starlark.Tuple) error {
	for _, b := range bases {
		base, err := w.base(b)
		if err != nil {
			return err
		}
		if base == nil {
			continue
		}
		if c.native != nil && base.native != nil && c.native != base.native {
			return pyerr.Type("multiple bases have instance lay-out conflict")
		}
		if base.native != nil {
			c.native = base.native
		}
		c.bases = append(c.bases, base)
	}
	return nil
}

// base gives the class that a value stands for as a base; nil for those that
// mean nothing at run time (Generic).
func (w *World) base(v starlark.Value) (*Class, error) {
	if c := w.asClass(v); c != nil {
		if c.native != nil && c.world == nil && !extensible[c.native.Name] && c.module == "builtins" {
			return nil, pyerr.Type("type '%s' is not an acceptable base type", c.name)
		}
		return c, nil
	}
	if b, ok := v.(interface{ Base() *Class }); ok {
		return b.Base(), nil
	}
	return nil, pyerr.Type("%s cannot be extended by a class of a rule", v)
}

// extensible are the built-in types that classes may extend.
var extensible = map[string]bool{
	"int": true, "float": true, "str": true, "bytes": true, "tuple": true, "list": true,
	"dict": true, "set": true, "frozenset": true,
}

// created tells all who want to know that a class is complete: the attributes
// that have __set_name__, __init_subclass__, and the class's Meta.
func (c *Class) created(t *starlark.Thread, keywords starlark.Value) error {
	var err error
	c.attrs.each(func(name string, v starlark.Value) {
		o, ok := v.(*Instance)
		if !ok || err != nil {
			return
		}
		_, _, err = o.Special(t, "__set_name__", c, starlark.String(name))
	})
	if err != nil {
		return err
	}
	var kwargs []starlark.Tuple
	if d, ok := keywords.(*starlark.Dict); ok {
		kwargs = d.Items()
	}
	for _, k := range c.mro[1:] {
		fn := k.attrs.Get("__init_subclass__")
		if fn == nil {
			continue
		}
		switch f := fn.(type) {
		case *classMethod:
			fn = f.fn
		case *method:
			if len(kwargs) > 0 && k == objectClass {
				return pyerr.Type("%s.__init_subclass__() takes no keyword arguments", c.name)
			}
		}
		if _, err := starlark.Call(t, fn, starlark.Tuple{c}, kwargs); err != nil {
			return err
		}
		break
	}
	if c.meta != nil && c.meta.Created != nil {
		return c.meta.Created(t, c)
	}
	return nil
}
