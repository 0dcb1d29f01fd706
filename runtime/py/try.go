package py

import (
	"errors"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// caught is what py.try returns for an exception.
type caught struct {
	exception *Instance
}

func (c *caught) String() string        { return "<caught " + c.exception.class.name + ">" }
func (c *caught) Type() string          { return "caught" }
func (c *caught) Freeze()               {}
func (c *caught) Truth() starlark.Bool  { return true }
func (c *caught) Hash() (uint32, error) { return 0, nil }

// try is py.try(f).
func (w *World) try(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Call(t, args[0], nil, nil)
	if err == nil && w.pending != nil {
		err = w.left()
	}
	if err == nil {
		return v, nil
	}
	o := w.exceptionOf(err)
	if o == nil {
		return nil, err
	}
	return &caught{o}, nil
}

func isCaught(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	_, ok := args[0].(*caught)
	return starlark.Bool(ok), nil
}

// except is py.except(r, types).
func (w *World) except(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	c, ok := args[0].(*caught)
	if !ok {
		return starlark.False, nil
	}
	is, err := w.isException(t, c.exception, args[1])
	if is {
		w.handled = append(w.handled[:0], c.exception)
	}
	return starlark.Bool(is), err
}

func (w *World) isException(t *starlark.Thread, o *Instance, types starlark.Value) (bool, error) {
	if list, ok := types.(starlark.Tuple); ok {
		for _, c := range list {
			if w.asClass(c) == nil {
				return false, pyerr.Type("catching classes that do not inherit from BaseException is not allowed")
			}
		}
		return w.anyOf(t, list, func(c starlark.Value) (bool, error) { return w.isException(t, o, c) })
	}
	c := w.asClass(types)
	if c == nil || !c.exception {
		return false, pyerr.Type("catching classes that do not inherit from BaseException is not allowed")
	}
	return o.class.Extends(c) || sameException(o.class, c), nil
}

// sameException tells whether two classes stand for one of a library: those
// that Go functions raise by name are not those that its module has.
func sameException(c, other *Class) bool {
	if other.world != nil {
		return false
	}
	for _, k := range c.mro {
		if k.world == nil && k.name == other.name {
			return true
		}
	}
	return false
}

// exceptionValue is py.exception(r).
func exceptionValue(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return args[0].(*caught).exception, nil
}

// reraise is py.reraise(r), or py.reraise() for the exception that is being
// handled.
func (w *World) reraise(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		return nil, &Raised{args[0].(*caught).exception}
	}
	if len(w.handled) == 0 {
		return nil, pyerr.New("RuntimeError", "No active exception to reraise")
	}
	return nil, &Raised{w.handled[len(w.handled)-1]}
}

// raise is py.raise(x[, cause]).
func (w *World) raise(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	o, err := w.toException(t, args[0], "exceptions must derive from BaseException")
	if err != nil {
		return nil, err
	}
	o.exc.thread = t
	if len(args) == 2 {
		o.exc.suppress = true
		o.exc.cause = starlark.None
		if args[1] != starlark.None {
			if o.exc.cause, err = w.toException(t, args[1], "exception causes must derive from BaseException"); err != nil {
				return nil, err
			}
		}
	}
	return nil, &Raised{o}
}

// toException gives the exception for a raise statement: an instance as it is,
// a class called.
func (w *World) toException(t *starlark.Thread, v starlark.Value, wrong string) (*Instance, error) {
	if c := w.asClass(v); c != nil {
		var err error
		if v, err = starlark.Call(t, c, nil, nil); err != nil {
			return nil, err
		}
	}
	if o, ok := v.(*Instance); ok && o.exc != nil {
		return o, nil
	}
	return nil, pyerr.Type("%s", wrong)
}

// assertion is py.assertion([msg]).
func (w *World) assertion(_ *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	o := &Instance{class: exceptions["AssertionError"], exc: &exception{args: args}}
	return nil, &Raised{o}
}

// enter is py.enter(m).
func enter(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	m := args[0]
	if o, ok := m.(*Instance); ok {
		if o.class.special("__exit__") == nil {
			return nil, notManager(m, " (missed __exit__ method)")
		}
		if v, ok, err := o.Special(t, "__enter__"); ok {
			return v, err
		}
	}
	if h, ok := m.(starlark.HasAttrs); ok {
		if fn, err := h.Attr("__enter__"); err == nil && fn != nil {
			return starlark.Call(t, fn, nil, nil)
		}
	}
	return nil, notManager(m, "")
}

func notManager(m starlark.Value, missed string) error {
	return pyerr.Type("'%s' object does not support the context manager protocol%s", typeName(m), missed)
}

// exit is py.exit(m, r).
func (w *World) exit(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	with := starlark.Tuple{starlark.None, starlark.None, starlark.None}
	if c, ok := args[1].(*caught); ok {
		with[0], with[1], with[2] = c.exception.class, c.exception, traceback
	}
	var v starlark.Value
	var err error
	if o, ok := args[0].(*Instance); ok {
		v, _, err = o.Special(t, "__exit__", with...)
	} else if h, ok := args[0].(starlark.HasAttrs); ok {
		var fn starlark.Value
		if fn, err = h.Attr("__exit__"); err == nil && fn != nil {
			v, err = starlark.Call(t, fn, with, nil)
		}
	}
	if err != nil || v == nil {
		return starlark.False, err
	}
	truth, err := pytypes.Truth(t, v)
	return starlark.Bool(truth), err
}

// IsA reports whether the exception is an instance of one of Python's classes.
func (r *Raised) IsA(class string) bool {
	c := exceptions[class]
	return c != nil && r.Exception.class.Extends(c)
}

// isStop tells whether an error is the end of an iterator.
func isStop(err error) bool {
	if r, ok := errors.AsType[*Raised](err); ok {
		return r.IsA("StopIteration")
	}
	p, ok := errors.AsType[*pyerr.Error](err)
	return ok && p.Class == "StopIteration"
}
