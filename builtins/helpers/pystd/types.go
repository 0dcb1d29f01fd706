package pystd

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Types is Python's types: SimpleNamespace, MappingProxyType, NoneType,
// EllipsisType, NotImplementedType, and the types of functions and methods for
// isinstance.
func Types() runtime.Module {
	members := starlark.StringDict{
		"MappingProxyType":   mappingProxyClass,
		"SimpleNamespace":    namespaceClass,
		"NoneType":           py.BuiltinClass("NoneType"),
		"EllipsisType":       py.BuiltinClass("ellipsis"),
		"NotImplementedType": py.BuiltinClass("NotImplementedType"),
	}
	for name, types := range map[string][]string{
		"FunctionType": {"function"}, "LambdaType": {"function"}, "MethodType": {"method"},
		"BuiltinFunctionType": {"builtin_function_or_method"}, "BuiltinMethodType": {"builtin_function_or_method"},
		"GeneratorType": {"generator"}, "ModuleType": {"module"},
	} {
		members[name] = typeNamed(name, types)
	}
	return runtime.Module{Names: []string{"types"}, Members: members}
}

// typeNamed makes a class whose instances are the values of types.
func typeNamed(name string, types []string) *py.Class {
	return py.NewClass(py.ClassSpec{Name: types[0], Module: "builtins", Meta: &py.Meta{
		Check: func(_ *py.Class, x starlark.Value) bool { return slices.Contains(types, pytypes.TypeName(x)) },
		Call: func(*starlark.Thread, *py.Class, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return nil, pyerr.New("NotImplementedError", "types.%s cannot be called", name)
		},
	}})
}

var namespaceClass = newNamespaceClass()

func newNamespaceClass() *py.Class {
	var class *py.Class
	class = py.NewClass(py.ClassSpec{
		Name: "SimpleNamespace", Module: "types", Attrs: starlark.StringDict{"__hash__": starlark.None},
		Methods: methods{
			"__init__": anyArgs("__init__", func(_ *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				if len(args) > 0 {
					return nil, pyerr.Type("no positional arguments expected")
				}
				for _, kv := range kwargs {
					o.Fields().Set(string(kv[0].(starlark.String)), kv[1])
				}
				return starlark.None, nil
			}),
			"__getattr__": noSuchAttr("types.SimpleNamespace"),
			"__repr__": none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
				name := o.Class().Name()
				if o.Class() == class {
					name = "namespace"
				}
				return nestedRepr(t, o, name+"(...)", func() (string, error) {
					var kwargs []starlark.Tuple
					for k, v := range o.Fields().All() {
						kwargs = append(kwargs, starlark.Tuple{starlark.String(k), v})
					}
					return callText(t, name, nil, kwargs)
				})
			}),
			"__eq__": one("__eq__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
				other, ok := x.(*py.Instance)
				if !ok || !other.Class().Extends(class) {
					return pytypes.NotImplemented, nil
				}
				same, err := nestedEqual(t, o.Fields().Dict(), other.Fields().Dict())
				return starlark.Bool(same), err
			}),
		},
	})
	return class
}

// mappingProxyClass is types.MappingProxyType: a mapping that cannot be
// changed through it. Data is the mapping.
var mappingProxyClass = newMappingProxyClass()

func newMappingProxyClass() *py.Class {
	inner := func(o *py.Instance) starlark.Value { return o.Data.(starlark.Value) }
	all := methods{
		"__getitem__": one("__getitem__", func(t *starlark.Thread, o *py.Instance, k starlark.Value) (starlark.Value, error) {
			return pytypes.Item(t, inner(o), k)
		}),
		"__len__": none("__len__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			n, err := pytypes.Len(t, inner(o))
			return starlark.MakeInt(n), err
		}),
		"__iter__": none("__iter__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return pytypes.Iterate(t, inner(o))
		}),
		"__contains__": one("__contains__", func(t *starlark.Thread, o *py.Instance, k starlark.Value) (starlark.Value, error) {
			in, err := pytypes.Contains(t, inner(o), k)
			return starlark.Bool(in), err
		}),
		"__repr__": none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return nestedRepr(t, o, "mappingproxy(...)", func() (string, error) {
				s, err := pytypes.Repr(t, inner(o))
				return "mappingproxy(" + s + ")", err
			})
		}),
		"__eq__": one("__eq__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			if other, ok := x.(*py.Instance); ok && other.Class() == o.Class() && withData[starlark.Value](other) {
				x = inner(other)
			}
			same, err := nestedEqual(t, inner(o), x)
			return starlark.Bool(same), err
		}),
	}
	for _, name := range []string{"get", "keys", "values", "items", "copy"} {
		all[name] = anyArgs(name, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return world(t).Call(inner(o), name, args, kwargs)
		})
	}
	return py.NewClass(py.ClassSpec{
		Name: "mappingproxy", Module: "builtins", Attrs: starlark.StringDict{"__hash__": starlark.None},
		Methods: checked("mappingproxy", all, withData[starlark.Value]),
		Meta: &py.Meta{Call: func(_ *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			in, err := arguments{"mappingproxy", []string{"mapping"}, 1, 1}.bind(args, kwargs)
			if err != nil {
				return nil, err
			}
			switch held(in[0]).(type) {
			case starlark.IterableMapping:
			default:
				if _, ok := in[0].(*py.Instance); !ok {
					return nil, pyerr.Type("mappingproxy() argument must be a mapping, not %s", pytypes.TypeName(in[0]))
				}
			}
			o := py.NewInstance(c, nil)
			o.Data = in[0]
			return o, nil
		}},
	})
}
