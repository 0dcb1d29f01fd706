package runtime

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A CallError is the failure of a call into a rule file. Unwrap gives its
// cause: a *guard.LimitError, a *PanicError, or what a built-in returned.
type CallError struct {
	// Type is the class of the error as Python names it (KeyError, TypeError,
	// …), or LimitError, or the class that a built-in gave.
	Type string

	Diagnostic // where and what, with the stack

	cause error
}

func (e *CallError) Unwrap() error { return e.cause }

// Error gives the diagnostic with the stack.
func (e *CallError) Error() string { return e.Diagnostic.Error() }

// limitError is the class of a limit that was reached.
const limitError = "LimitError"

// newCallError gives err, the result of a call on a thread, its place, class
// and hint.
func newCallError(err error) *CallError { return callError(err, py.Classify) }

// callError is newCallError with a way to tell what CPython would say.
func callError(err error, classifyPython func(error) (class, msg string)) *CallError {
	if ce, ok := errors.AsType[*CallError](err); ok {
		return ce
	}
	e := &CallError{cause: err, Diagnostic: Diagnostic{Code: "call", Msg: err.Error()}}
	if ee, ok := errors.AsType[*starlark.EvalError](err); ok {
		e.Msg = ee.Msg
		e.Stack, e.Pos = frames(ee.CallStack)
	}
	if raised, ok := errors.AsType[*py.Raised](err); ok {
		if first := raised.Origin(); first != nil {
			e.Stack, e.Pos = frames(first.CallStack)
		}
	}
	if limit, ok := errors.AsType[*guard.LimitError](err); ok {
		e.Msg = limit.Error()
	}
	e.Type, e.Hint = classify(err, e.Msg)
	if e.Type != limitError && e.Hint == "" && isPython(e.Pos.Filename()) {
		e.Type, e.Msg = classifyPython(err)
		if n := len(e.Stack); n > 1 && strings.Contains(e.Msg, "() ") && py.BadCall(err) {
			e.Stack = e.Stack[:n-1] // it has not begun: the place is that of the call
			e.Pos = e.Stack[n-2].Pos
		}
	}
	return e
}

// frames converts a call stack, without the frames of built-ins: a built-in
// has no place, its caller's is the one that helps.
func frames(stack starlark.CallStack) (fs []Frame, top syntax.Position) {
	for _, f := range stack {
		if f.Pos.Filename() == builtinFile {
			continue
		}
		if n := len(fs); n > 0 && isBlock(f.Name) {
			fs[n-1].Pos = f.Pos // a block of a function that Python does not call
		} else {
			fs = append(fs, Frame{Pos: f.Pos, Func: f.Name})
		}
		top = f.Pos
	}
	return fs, top
}

// isBlock tells whether a function is what a block of a Python function was
// lowered to.
func isBlock(name string) bool {
	return strings.HasPrefix(name, "<") && name != "<toplevel>" && name != "<genexpr>" && name != "<lambda>"
}

// builtinFile is what starlark gives as the file of a built-in's frame.
const builtinFile = "<builtin>"

// limitReached joins the limit that stopped a call with the place where the
// interpreter noticed, as the interpreter itself only knows a text.
func limitReached(limit, err error) error {
	if _, ok := errors.AsType[*guard.LimitError](err); ok {
		return err
	}
	return &stopped{limit: limit, at: err}
}

type stopped struct {
	limit error
	at    error
}

func (s *stopped) Error() string   { return s.limit.Error() }
func (s *stopped) Unwrap() []error { return []error{s.limit, s.at} }

// classify finds the class of an error, and a hint where one helps.
func classify(err error, msg string) (class, hint string) {
	if c, ok := errors.AsType[interface {
		error
		PyClass() string
	}](err); ok {
		return c.PyClass(), ""
	}
	if _, ok := errors.AsType[*guard.LimitError](err); ok {
		return limitError, ""
	}
	if _, ok := errors.AsType[*PanicError](err); ok {
		return "InternalError", "this is a bug of the host: please report it with the rule and the event"
	}
	for _, c := range classes {
		if c.text.MatchString(msg) {
			return c.class, c.hint
		}
	}
	return "Error", ""
}

const frozenHint = "module globals are frozen after load: a rule keeps state between events only through the caching built-ins (panther_detection_helpers.caching)"

// classes tell the class of an interpreter error by its text, which is all
// that the interpreter gives. The first match counts.
var classes = []struct {
	text  *regexp.Regexp
	class string
	hint  string
}{
	{regexp.MustCompile(`cannot (insert into|append to|assign to element of|apply \S+ to|clear|delete from|extend|insert into|pop from|remove from|discard from|add to) frozen|frozen (hash table|list|set|dict)`), "TypeError", frozenHint},
	{regexp.MustCompile(`is read-only`), "TypeError", ""},
	{regexp.MustCompile(`^key .* not in (dict|event)|popitem: empty|^pop: (missing key|key)`), "KeyError", ""},
	{regexp.MustCompile(`index .* out of range|pop: index|pop from empty list`), "IndexError", ""},
	{regexp.MustCompile(`division by zero|modulo by zero|by zero`), "ZeroDivisionError", ""},
	{regexp.MustCompile(`has no \.\S+ (field|attribute)|no \.\S+ field or method`), "AttributeError", ""},
	{regexp.MustCompile(`^(global|local) variable \S+ referenced before assignment`), "UnboundLocalError", ""},
	{regexp.MustCompile(`^fail: `), "Failure", ""},
	{regexp.MustCompile(`invalid literal|could not convert|substring not found|value not found|not found in list|too (few|many) values to unpack|shift count`), "ValueError", ""},
	{regexp.MustCompile(`int too large to convert|floating-point number too large`), "OverflowError", ""},
	{regexp.MustCompile(`stack overflow`), "RecursionError", ""},
	{regexp.MustCompile(`unknown (binary|unary) op|got .*, want|not implemented|unhashable|not iterable|missing \d+ argument|missing argument|unexpected keyword|accepts (no|at most|exactly|\d+)|invalid call of non-function|not comparable|invalid slice|must be|want`), "TypeError", ""},
}

// resultError says that a function of a rule returned what it must not.
func resultError(fn string, v starlark.Value, want string) error {
	return &typeError{fmt.Sprintf("%s returned %s, want %s", fn, describe(v), want)}
}

type typeError struct{ msg string }

func (e *typeError) Error() string   { return e.msg }
func (e *typeError) PyClass() string { return "TypeError" }

// describe names a value for a message: its type and, if it is short, itself.
func describe(v starlark.Value) string {
	switch v.(type) {
	case starlark.NoneType:
		return "None"
	case starlark.String, starlark.Int, starlark.Float, starlark.Bool:
		if s := v.String(); len(s) <= 40 {
			return fmt.Sprintf("%s (%s)", s, v.Type())
		}
	}
	t := v.Type()
	if strings.ContainsRune("aeiou", rune(t[0])) {
		return "an " + t
	}
	return "a " + t
}
