package pytyping

import (
	"maps"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// typing are the members of the module.
func typing() starlark.StringDict {
	all := starlark.StringDict{
		"TYPE_CHECKING": starlark.False,
		"TypedDict":     py.BuiltinClass("dict"),
		"Union":         form{"Union"},
		"Optional":      form{"Optional"},
		"cast": starlark.NewBuiltin("cast", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var typ, v starlark.Value
			err := pyerr.Unpack(b.Name(), args, kwargs, "typ", &typ, "val", &v)
			return v, err
		}),
		"TypeVar":   starlark.NewBuiltin("TypeVar", named),
		"ParamSpec": starlark.NewBuiltin("ParamSpec", named),
		"NewType": starlark.NewBuiltin("NewType", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var name, typ starlark.Value
			err := pyerr.Unpack(b.Name(), args, kwargs, "name", &name, "tp", &typ)
			return starlark.NewBuiltin(b.Name(), same), err
		}),
	}
	for _, name := range []string{"no_type_check", "overload", "final", "runtime_checkable", "override"} {
		all[name] = starlark.NewBuiltin(name, same)
	}
	for _, name := range []string{
		"Any", "Annotated", "AnyStr", "ClassVar", "Concatenate", "Final", "Generic", "Literal", "LiteralString", "Never",
		"NoReturn", "NotRequired", "Protocol", "Required", "Self", "Type", "TypeAlias", "TypeGuard", "Unpack", "Awaitable",
		"Coroutine", "AsyncIterator", "AsyncIterable",
	} {
		all[name] = form{name}
	}
	maps.Copy(all, abstractClasses())
	for name, builtin := range map[string]string{
		"List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Text": "str",
	} {
		all[name] = py.BuiltinClass(builtin)
	}
	all["AbstractSet"] = all["Set"]
	all["Set"] = py.BuiltinClass("set")
	return all
}

// same returns its argument: a decorator that does nothing.
func same(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, pyerr.Type("%s() takes exactly one argument (%d given)", b.Name(), len(args))
	}
	return args[0], nil
}

// named makes a type variable.
func named(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name, ok := starlark.AsString(firstOf(args))
	if !ok {
		return nil, pyerr.Type("%s() takes a name", b.Name())
	}
	return form{"~" + name}, nil
}

func firstOf(args starlark.Tuple) starlark.Value {
	if len(args) == 0 {
		return starlark.None
	}
	return args[0]
}

// form is a name of typing that has no values of its own.
type form struct{ name string }

var (
	_ starlark.Mapping = form{}
	_ py.Checker       = form{}
)

func (f form) String() string {
	if f.name[0] == '~' {
		return f.name
	}
	return "typing." + f.name
}
func (f form) Type() string          { return "_SpecialForm" }
func (f form) Freeze()               {}
func (f form) Truth() starlark.Bool  { return true }
func (f form) Hash() (uint32, error) { return starlark.String(f.name).Hash() }

// Get is f[args].
func (f form) Get(args starlark.Value) (starlark.Value, bool, error) {
	types, ok := args.(starlark.Tuple)
	if !ok {
		types = starlark.Tuple{args}
	}
	switch f.name {
	case "Union":
		u, err := py.NewUnion(types...)
		return u, true, err
	case "Optional":
		u, err := py.NewUnion(args, starlark.None)
		return u, true, err
	}
	return f, true, nil
}

// InstanceCheck is an error, as in Python; anything is Any.
func (f form) InstanceCheck(*py.World, starlark.Value) (bool, error) {
	return false, pyerr.Type("typing.%s cannot be used with isinstance()", f.name)
}

// Base is what the form means as a base of a class: nothing.
func (f form) Base() *py.Class { return nil }
