package py

import (
	"errors"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// exception is what an Instance of an exception class has beside its fields.
type exception struct {
	args     starlark.Tuple
	text     *string // str(e), where that is not made of args
	cause    starlark.Value
	context  starlark.Value
	suppress bool
	notes    *starlark.List
	origin   *starlark.EvalError // where it was raised first
	err      error               // what a Go function returned, if it comes from one
	thread   *starlark.Thread    // on which it was raised by a file
}

// A Raised error is an exception on its way up.
type Raised struct {
	Exception *Instance
}

// Error is str(e).
func (r *Raised) Error() string { return r.Exception.exc.message(r.Exception) }

// PyClass is the name of the class, with its module if that is not the file's
// own and not Python's.
func (r *Raised) PyClass() string { return r.Exception.class.errorName() }

// Unwrap gives the error of the Go function that the exception comes from, or
// nil.
func (r *Raised) Unwrap() error { return r.Exception.exc.err }

// Origin is the place where the exception was raised first, or nil if that is
// where it was raised last.
func (r *Raised) Origin() *starlark.EvalError { return r.Exception.exc.origin }

// errorName is the name of an exception class as tracebacks show it.
func (c *Class) errorName() string {
	if c.world != nil {
		return c.name
	}
	return c.FullName()
}

// message is str(e).
func (e *exception) message(o *Instance) string {
	if o.class.special("__str__") != nil {
		if s, err := pytypes.Str(o.thread(), o); err == nil {
			return s
		}
	}
	return e.str(nil, o)
}

// str is BaseException.__str__, or KeyError's.
func (e *exception) str(t *starlark.Thread, o *Instance) string {
	if e.text != nil {
		return *e.text
	}
	if t == nil {
		t = o.threadOr()
	}
	if !enterText(t) {
		return "<exception str() failed>"
	}
	defer leaveText(t)
	switch len(e.args) {
	case 0:
		return ""
	case 1:
		of := pytypes.Str
		if o.class.Extends(exceptions["KeyError"]) {
			of = pytypes.Repr
		}
		s, err := of(t, e.args[0])
		if err != nil {
			return "<exception str() failed>"
		}
		return s
	}
	if len(e.args) <= 3 && o.class.Extends(exceptions["OSError"]) && len(e.args) >= 2 {
		no, _ := pytypes.Str(t, e.args[0])
		what, _ := pytypes.Str(t, e.args[1])
		s := "[Errno " + no + "] " + what
		if len(e.args) == 3 {
			file, _ := pytypes.Repr(t, e.args[2])
			s += ": " + file
		}
		return s
	}
	s, err := pytypes.Repr(t, e.args)
	if err != nil {
		return "<exception str() failed>"
	}
	return s
}

// maxText is how deep exceptions may be in the arguments of exceptions for
// their text, which is asked for wherever one passes.
const maxText = 50

// textLocal has how many exceptions are writing their text on a thread.
const textLocal = "starhost.exceptions"

// enterText counts an exception that writes its text, and reports whether it
// may; leaveText is to be called then.
func enterText(t *starlark.Thread) bool {
	n, _ := t.Local(textLocal).(int)
	if n >= maxText || guard.MeterOf(t).Charge(8) != nil {
		return false
	}
	t.SetLocal(textLocal, n+1)
	return true
}

func leaveText(t *starlark.Thread) {
	n, _ := t.Local(textLocal).(int)
	t.SetLocal(textLocal, n-1)
}

// threadOr is the object's thread, or that on which it was raised. An
// exception of Python's own classes that was not raised has none, and prints
// with one of its own.
func (o *Instance) threadOr() *starlark.Thread {
	if o.exc != nil && o.exc.thread != nil {
		return o.exc.thread
	}
	if t := o.thread(); t != nil {
		return t
	}
	if o.exc != nil && len(o.exc.args) > 0 {
		for _, a := range o.exc.args {
			if inst, ok := a.(*Instance); ok {
				if t := inst.thread(); t != nil {
					return t
				}
			}
		}
	}
	return new(starlark.Thread)
}

// special has the operators of BaseException.
func (e *exception) special(t *starlark.Thread, o *Instance, name string) (starlark.Value, bool, error) {
	switch name {
	case "__str__":
		return starlark.String(e.str(t, o)), true, nil
	case "__repr__":
		s, err := e.repr(t, o)
		return starlark.String(s), true, err
	}
	return nil, false, nil
}

func (e *exception) repr(t *starlark.Thread, o *Instance) (string, error) {
	if t == nil {
		t = o.threadOr()
	}
	if !enterText(t) {
		return "", pyerr.New("RecursionError", "maximum recursion depth exceeded while getting the repr of an object")
	}
	defer leaveText(t)
	var parts []string
	for _, a := range e.args {
		s, err := pytypes.Repr(t, a)
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	return o.class.name + "(" + strings.Join(parts, ", ") + ")", nil
}

// init is BaseException.__init__: the arguments are kept.
func (e *exception) init(o *Instance, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(kwargs) > 0 {
		for _, kv := range kwargs {
			name, _ := starlark.AsString(kv[0])
			if o.class.Extends(exceptions["ImportError"]) || o.class.Extends(exceptions["NameError"]) || o.class.Extends(exceptions["AttributeError"]) {
				o.attrs.Set(name, kv[1])
				continue
			}
			return pyerr.Type("%s() takes no keyword arguments", o.class.name)
		}
	}
	e.args = args
	if o.class == exceptions["OSError"] && len(args) >= 2 {
		if c, ok := byErrno[args[0]]; ok {
			o.class = exceptions[c]
		}
	}
	if o.class.Extends(exceptions["JSONDecodeError"]) && len(args) == 3 {
		o.decodeError(args)
	}
	return nil
}

// byErrno are the classes that OSError makes instances of for some numbers.
var byErrno = map[starlark.Value]string{
	starlark.MakeInt(1): "PermissionError", starlark.MakeInt(2): "FileNotFoundError", starlark.MakeInt(4): "InterruptedError",
	starlark.MakeInt(13): "PermissionError", starlark.MakeInt(17): "FileExistsError", starlark.MakeInt(20): "NotADirectoryError",
	starlark.MakeInt(21): "IsADirectoryError", starlark.MakeInt(32): "BrokenPipeError", starlark.MakeInt(104): "ConnectionResetError",
	starlark.MakeInt(110): "TimeoutError", starlark.MakeInt(111): "ConnectionRefusedError",
}

// attr has the attributes of BaseException.
func (e *exception) attr(o *Instance, name string) starlark.Value {
	orNone := func(v starlark.Value) starlark.Value {
		if v == nil {
			return starlark.None
		}
		return v
	}
	switch name {
	case "args":
		return e.args
	case "__cause__":
		return orNone(e.cause)
	case "__context__":
		return orNone(e.context)
	case "__suppress_context__":
		return starlark.Bool(e.suppress)
	case "__traceback__":
		if e.origin != nil {
			return traceback
		}
		return starlark.None
	case "__notes__":
		if e.notes != nil {
			return e.notes
		}
		return nil
	case "add_note":
		return bound(name, o, func(_ *starlark.Thread, _ starlark.Value, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			if e.notes == nil {
				e.notes = starlark.NewList(nil)
			}
			return starlark.None, e.notes.Append(args[0])
		})
	case "with_traceback":
		return bound(name, o, func(*starlark.Thread, starlark.Value, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return o, nil
		})
	}
	return e.classAttr(o, name)
}

// traceback stands for the places of an exception, which files cannot look
// into.
var traceback starlark.Value = opaque("traceback")

type opaque string

func (o opaque) String() string        { return "<" + string(o) + " object>" }
func (o opaque) Type() string          { return string(o) }
func (o opaque) Freeze()               {}
func (o opaque) Truth() starlark.Bool  { return true }
func (o opaque) Hash() (uint32, error) { return starlark.String(o).Hash() }

// classAttr has the attributes of some of Python's classes.
func (e *exception) classAttr(o *Instance, name string) starlark.Value {
	arg := func(i int) starlark.Value {
		if i < len(e.args) {
			return e.args[i]
		}
		return starlark.None
	}
	is := func(class string) bool { return o.class.Extends(exceptions[class]) }
	switch {
	case name == "value" && is("StopIteration"), name == "code" && is("SystemExit"):
		return arg(0)
	case name == "errno" && is("OSError") && len(e.args) > 1:
		return arg(0)
	case name == "strerror" && is("OSError") && len(e.args) > 1:
		return arg(1)
	case name == "filename" && is("OSError"):
		return arg(2)
	case (name == "name" || name == "path") && is("ImportError"),
		name == "name" && is("NameError"), (name == "name" || name == "obj") && is("AttributeError"):
		return starlark.None
	}
	return nil
}

// set assigns one of the attributes of BaseException.
func (e *exception) set(name string, v starlark.Value) bool {
	switch name {
	case "args":
		if it, ok := v.(starlark.Iterable); ok {
			e.args = nil
			for x := range starlark.Elements(it) {
				e.args = append(e.args, x)
			}
		}
	case "__cause__":
		e.cause, e.suppress = v, true
	case "__context__":
		e.context = v
	case "__suppress_context__":
		e.suppress = bool(v.Truth())
	case "__traceback__":
	default:
		return false
	}
	return true
}

// exceptionOf gives the exception that an error is to a handler, or nil if no
// handler may have it: a limit that was reached, a store that failed, a bug of
// the host.
func (w *World) exceptionOf(err error) *Instance {
	if uncatchable(err) {
		return nil
	}
	raised, ok := errors.AsType[*Raised](err)
	origin, _ := errors.AsType[*starlark.EvalError](err)
	if ok {
		if e := raised.Exception.exc; e.origin == nil {
			e.origin = origin
		}
		return raised.Exception
	}
	class, msg := w.Classify(err)
	o := &Instance{class: w.exceptionClass(class, baseOf(err))}
	o.exc = &exception{args: starlark.Tuple{starlark.String(msg)}, origin: origin, err: err}
	switch {
	case o.class.Extends(exceptions["KeyError"]):
		o.exc.text = &msg
		o.exc.args[0] = unquoted(msg)
	case class == "StopIteration" && msg == "":
		o.exc.args = nil
	}
	if made, ok := errors.AsType[interface {
		error
		PyArgs() starlark.Tuple
	}](err); ok {
		o.exc.args = made.PyArgs()
	}
	if made, ok := errors.AsType[interface {
		error
		PyAttrs() starlark.StringDict
	}](err); ok {
		attrs := made.PyAttrs()
		for _, name := range attrs.Keys() {
			o.attrs.Set(name, attrs[name])
		}
		o.exc.text = &msg
	}
	return o
}

// unquoted undoes repr where that is simple: the key of a KeyError.
func unquoted(repr string) starlark.Value {
	if n := len(repr); n >= 2 && repr[0] == repr[n-1] && (repr[0] == '\'' || repr[0] == '"') && !strings.Contains(repr, `\`) {
		return starlark.String(repr[1 : n-1])
	}
	return starlark.String(repr)
}

// baseOf is the class that the class of a Go function's error extends.
func baseOf(err error) string {
	if b, ok := errors.AsType[interface {
		error
		PyBase() string
	}](err); ok {
		return b.PyBase()
	}
	return ""
}

// exceptionClass finds the class of a name: one of Python's, or one of a
// library, which is made when it is first met.
func (w *World) exceptionClass(name, base string) *Class {
	short := name[strings.LastIndexByte(name, '.')+1:]
	if c, ok := exceptions[short]; ok {
		return c
	}
	if c, ok := w.excs[short]; ok {
		return c
	}
	if w.excs == nil {
		w.excs = make(map[string]*Class)
	}
	parent := exceptions["Exception"]
	if base != "" {
		parent = w.exceptionClass(base, "")
	}
	module, _, _ := cutLast(name)
	c := &Class{name: short, module: module, bases: []*Class{parent}, attrs: newBox(), exception: true}
	c.complete()
	w.excs[short] = c
	return c
}

// cutLast splits a dotted name before its last part.
func cutLast(name string) (before, last string, dotted bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// asClass gives the class that a value stands for, or nil.
func (w *World) asClass(v starlark.Value) *Class {
	switch v := v.(type) {
	case *Class:
		return v
	case *pyerr.Exception:
		return w.exceptionClass(v.FullName, v.Base)
	}
	return nil
}

// decodeError gives a JSONDecodeError that a rule makes itself its attributes.
func (o *Instance) decodeError(args starlark.Tuple) {
	msg, _ := starlark.AsString(args[0])
	doc, _ := starlark.AsString(args[1])
	pos, _ := starlark.AsInt32(args[2])
	pos = max(0, min(pos, len(doc)))
	line := 1 + strings.Count(doc[:pos], "\n")
	col := pos - strings.LastIndexByte(doc[:pos], '\n')
	set := func(name string, v starlark.Value) { o.attrs.Set(name, v) }
	set("msg", starlark.String(msg))
	set("doc", args[1])
	set("pos", args[2])
	set("lineno", starlark.MakeInt(line))
	set("colno", starlark.MakeInt(col))
	text := msg + ": line " + starlark.MakeInt(line).String() + " column " + starlark.MakeInt(col).String() + " (char " + starlark.MakeInt(pos).String() + ")"
	o.exc.text = &text
}
