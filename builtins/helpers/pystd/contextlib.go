package pystd

import (
	"errors"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Contextlib is Python's contextlib: AbstractContextManager, ContextDecorator,
// ExitStack, closing, nullcontext and suppress. contextmanager needs yield,
// which rules do not have, and is refused.
func Contextlib() runtime.Module {
	const outside = "a rule has no streams and no event loop"
	return runtime.Module{Names: []string{"contextlib"}, Members: starlark.StringDict{
		"AbstractContextManager": abstractContext,
		"ContextDecorator":       contextDecorator,
		"ExitStack":              exitStackClass,
		"asynccontextmanager":    refused("asynccontextmanager", outside),
		"chdir":                  refused("chdir", "a rule has no access to files"),
		"closing":                closingClass,
		"contextmanager":         refused("contextmanager", "rules have no yield; write a class with __enter__ and __exit__"),
		"nullcontext":            nullContextClass,
		"redirect_stderr":        refused("redirect_stderr", outside),
		"redirect_stdout":        refused("redirect_stdout", outside),
		"suppress":               suppressClass,
	}}
}

func returnSelf(name string) method {
	return none(name, func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) { return o, nil })
}

var abstractContext = py.NewClass(py.ClassSpec{
	Name: "AbstractContextManager", Module: "contextlib",
	Methods: methods{"__enter__": returnSelf("__enter__")},
	Attrs:   starlark.StringDict{"__exit__": py.NewAbstractMethod(refused("__exit__", "it is abstract"))},
})

// contextDecorator lets the objects of a class of context managers decorate
// functions.
var contextDecorator = py.NewClass(py.ClassSpec{
	Name: "ContextDecorator", Module: "contextlib",
	Methods: methods{"__call__": one("__call__", func(t *starlark.Thread, o *py.Instance, fn starlark.Value) (starlark.Value, error) {
		name := "inner"
		if c, ok := fn.(starlark.Callable); ok {
			name = c.Name()
		}
		return function(name, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if _, err := world(t).Call(o, "__enter__", nil, nil); err != nil {
				return nil, err
			}
			v, err := starlark.Call(t, fn, args, kwargs)
			suppressed, err := leave(t, func(with starlark.Tuple) (starlark.Value, error) { return world(t).Call(o, "__exit__", with, nil) }, err)
			if suppressed {
				return starlark.None, err
			}
			return v, err
		}), nil
	})},
})

// leave calls what is to be called at the end, with the exception that err is,
// and gives the error that is left. A limit is passed on without a call.
func leave(t *starlark.Thread, exit func(with starlark.Tuple) (starlark.Value, error), err error) (suppressed bool, _ error) {
	with := starlark.Tuple{starlark.None, starlark.None, starlark.None}
	if err != nil {
		e := world(t).ExceptionOf(err)
		if e == nil {
			return false, err
		}
		with[0], with[1] = e.Class(), e
	}
	v, failed := exit(with)
	if failed != nil {
		return false, failed
	}
	if err == nil {
		return false, nil
	}
	yes, failed := pytypes.Truth(t, v)
	if failed != nil {
		return false, failed
	}
	if yes {
		return true, nil
	}
	return false, err
}

var suppressClass = py.NewClass(py.ClassSpec{
	Name: "suppress", Module: "contextlib",
	Methods: methods{
		"__init__": some("__init__", 0, -1, func(_ *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			o.Fields().Set("_exceptions", args)
			return starlark.None, nil
		}),
		"__enter__": none("__enter__", func(*starlark.Thread, *py.Instance) (starlark.Value, error) { return starlark.None, nil }),
		"__exit__": some("__exit__", 3, 3, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			if args[1] == starlark.None {
				return starlark.False, nil
			}
			is, err := world(t).IsInstance(args[1], orNone(o.Fields().Get("_exceptions")))
			return starlark.Bool(is), err
		}),
	},
})

var nullContextClass = py.NewClass(py.ClassSpec{
	Name: "nullcontext", Module: "contextlib",
	Methods: methods{
		"__init__": anyArgs("__init__", func(_ *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			in, err := bindParams("nullcontext.__init__", []param{{name: "enter_result", def: starlark.None}}, 1, args, kwargs)
			if err == nil {
				o.Fields().Set("enter_result", in[0])
			}
			return starlark.None, err
		}),
		"__enter__": none("__enter__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return orNone(o.Fields().Get("enter_result")), nil
		}),
		"__exit__": some("__exit__", 3, 3, func(*starlark.Thread, *py.Instance, starlark.Tuple) (starlark.Value, error) {
			return starlark.None, nil
		}),
	},
})

var closingClass = py.NewClass(py.ClassSpec{
	Name: "closing", Module: "contextlib",
	Methods: methods{
		"__init__": one("__init__", func(_ *starlark.Thread, o *py.Instance, thing starlark.Value) (starlark.Value, error) {
			o.Fields().Set("thing", thing)
			return starlark.None, nil
		}),
		"__enter__": none("__enter__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return orNone(o.Fields().Get("thing")), nil
		}),
		"__exit__": some("__exit__", 3, 3, func(t *starlark.Thread, o *py.Instance, _ starlark.Tuple) (starlark.Value, error) {
			_, err := world(t).Call(orNone(o.Fields().Get("thing")), "close", nil, nil)
			return starlark.None, err
		}),
	},
})

// exits are what an ExitStack has in Data: what is to be called, last first.
type exits struct {
	calls []func(with starlark.Tuple) (starlark.Value, error)
}

var exitStackClass = py.NewClass(py.ClassSpec{
	Name: "ExitStack", Module: "contextlib",
	Meta: &py.Meta{Call: func(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o := py.NewInstance(c, nil)
		o.Data = new(exits)
		return c.Init(t, o, args, kwargs)
	}},
	Methods: checked("ExitStack", methods{
		"__init__":  none("__init__", func(*starlark.Thread, *py.Instance) (starlark.Value, error) { return starlark.None, nil }),
		"__enter__": returnSelf("__enter__"),
		"__exit__": some("__exit__", 3, 3, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			return o.Data.(*exits).run(t, args)
		}),
		"close": none("close", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			_, err := o.Data.(*exits).run(t, starlark.Tuple{starlark.None, starlark.None, starlark.None})
			return starlark.None, err
		}),
		"pop_all": none("pop_all", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			moved := py.NewInstance(o.Class(), nil)
			moved.Data = o.Data
			o.Data = new(exits)
			return moved, nil
		}),
		"enter_context": one("enter_context", func(t *starlark.Thread, o *py.Instance, m starlark.Value) (starlark.Value, error) {
			exit, err := world(t).GetAttr(m, "__exit__")
			if err == nil && exit == nil {
				err = pyerr.Type("'%s' object does not support the context manager protocol", pytypes.TypeName(m))
			}
			if err != nil {
				return nil, err
			}
			v, err := world(t).Call(m, "__enter__", nil, nil)
			if err != nil {
				return nil, err
			}
			return v, o.Data.(*exits).push(t, func(with starlark.Tuple) (starlark.Value, error) { return starlark.Call(t, exit, with, nil) })
		}),
		"push": one("push", func(t *starlark.Thread, o *py.Instance, m starlark.Value) (starlark.Value, error) {
			exit, err := world(t).GetAttr(m, "__exit__")
			if err != nil {
				return nil, err
			}
			if exit == nil {
				exit = m
			}
			return m, o.Data.(*exits).push(t, func(with starlark.Tuple) (starlark.Value, error) { return call(t, exit, with...) })
		}),
		"callback": anyArgs("callback", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) == 0 {
				return nil, pyerr.Type("ExitStack.callback() missing 1 required positional argument: 'callback'")
			}
			return args[0], o.Data.(*exits).push(t, func(starlark.Tuple) (starlark.Value, error) {
				_, err := starlark.Call(t, args[0], args[1:], kwargs)
				return starlark.False, err
			})
		}),
	}, withData[*exits]),
})

func (e *exits) push(t *starlark.Thread, f func(starlark.Tuple) (starlark.Value, error)) error {
	e.calls = append(e.calls, f)
	return charged(t, "ExitStack", len(e.calls))
}

// run calls all, last first. Each sees the exception that those before it have
// left.
func (e *exits) run(t *starlark.Thread, with starlark.Tuple) (starlark.Value, error) {
	var err error
	first, _ := with[1].(*py.Instance)
	if first != nil && first.Class().IsException() {
		err = &py.Raised{Exception: first}
	}
	for len(e.calls) > 0 {
		exit := e.calls[len(e.calls)-1]
		e.calls = e.calls[:len(e.calls)-1]
		_, err = leave(t, exit, err)
		if _, limit := errors.AsType[*guard.LimitError](err); limit {
			return nil, err
		}
	}
	if raised, ok := err.(*py.Raised); ok && raised.Exception == first {
		return starlark.False, nil // it goes on by itself
	}
	return starlark.Bool(err == nil && first != nil), err
}
