package py

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// uncatchable tells whether no handler may have an error.
func uncatchable(err error) bool {
	if _, ok := errors.AsType[*guard.LimitError](err); ok {
		return true
	}
	if c, ok := errors.AsType[interface {
		error
		PyClass() string
	}](err); ok {
		return c.PyClass() == storeError
	}
	return strings.Contains(err.Error(), "Starlark computation cancelled")
}

// storeError is the class of a store's failure. If a rule could catch it, the
// failure would look like an event that does not match.
const storeError = "StoreError"

// Classify gives the class and the text that CPython would give an error of a
// call.
func Classify(err error) (class, msg string) {
	if c, ok := errors.AsType[interface {
		error
		PyClass() string
	}](err); ok {
		return c.PyClass(), c.Error()
	}
	msg = err.Error()
	if ee, ok := errors.AsType[*starlark.EvalError](err); ok {
		msg = ee.Msg
	}
	for _, k := range interpreterErrors {
		if m := k.text.FindStringSubmatch(msg); m != nil {
			return k.class, k.say(m)
		}
	}
	return "RuntimeError", msg
}

// BadCall tells whether an error is that of a function of a file which was
// called with arguments that it does not take.
func BadCall(err error) bool {
	ee, ok := errors.AsType[*starlark.EvalError](err)
	return ok && badCall.MatchString(ee.Msg)
}

var badCall = regexp.MustCompile(`^function \S+ (missing|accepts|got)`)

func as(format string) func([]string) string {
	return func(m []string) string {
		args := make([]any, len(m)-1)
		for i, s := range m[1:] {
			args[i] = s
		}
		return fmt.Sprintf(format, args...)
	}
}

// interpreterErrors tell the class and text of the errors that Starlark's
// interpreter makes itself, by their text, which is all that it gives.
var interpreterErrors = []struct {
	text  *regexp.Regexp
	class string
	say   func(match []string) string
}{
	{regexp.MustCompile(`^(?:local|free) variable (\S+) referenced before assignment$`), "UnboundLocalError", as("cannot access local variable '%s' where it is not associated with a value")},
	{regexp.MustCompile(`^global variable (\S+) referenced before assignment$`), "NameError", as("name '%s' is not defined")},
	{regexp.MustCompile(`^invalid call of non-function \((.*)\)$`), "TypeError", func(m []string) string { return fmt.Sprintf("'%s' object is not callable", pyName(m[1])) }},
	{regexp.MustCompile(`^function (\S+) missing \d+ arguments? \((.*)\)$`), "TypeError", missing},
	{regexp.MustCompile(`^function (\S+) accepts no arguments \((\d+) given\)$`), "TypeError", func(m []string) string {
		return fmt.Sprintf("%s() takes 0 positional arguments but %s", m[1], given(m[2]))
	}},
	{regexp.MustCompile(`^function (\S+) accepts (at most )?(\d+) positional arguments? \((\d+) given\)$`), "TypeError", tooMany},
	{regexp.MustCompile(`^function (\S+) got multiple values for parameter "?([^"]*)"?$`), "TypeError", as("%s() got multiple values for argument '%s'")},
	{regexp.MustCompile(`^function (\S+) got an unexpected keyword argument "?([^" ]*)"?`), "TypeError", as("%s() got an unexpected keyword argument '%s'")},
	{regexp.MustCompile(`^too many values to unpack \(got \d+, want (\d+)\)$`), "ValueError", as("too many values to unpack (expected %s)")},
	{regexp.MustCompile(`^too few values to unpack \(got (\d+), want (\d+)\)$`), "ValueError", func(m []string) string {
		return fmt.Sprintf("not enough values to unpack (expected %s, got %s)", m[2], m[1])
	}},
	{regexp.MustCompile(`^got (\S+) in sequence assignment$`), "TypeError", func(m []string) string {
		return fmt.Sprintf("cannot unpack non-iterable %s object", pyName(m[1]))
	}},
	{regexp.MustCompile(`^(\S+) value is not iterable$`), "TypeError", func(m []string) string { return fmt.Sprintf("'%s' object is not iterable", pyName(m[1])) }},
	{regexp.MustCompile(`^argument after (\*\*?) must be (?:a )?(iterable|mapping), not (\S+)$`), "TypeError", func(m []string) string {
		what := map[string]string{"iterable": "an iterable", "mapping": "a mapping"}[m[2]]
		return fmt.Sprintf("argument after %s must be %s, not %s", m[1], what, pyName(m[3]))
	}},
	{regexp.MustCompile(`^keywords must be strings, not (\S+)$`), "TypeError", func([]string) string { return "keywords must be strings" }},
	{regexp.MustCompile(`^unhashable(?: type)?: (\S+)$`), "TypeError", func(m []string) string { return fmt.Sprintf("unhashable type: '%s'", pyName(m[1])) }},
	{regexp.MustCompile(`^(\S+) has no \.(\S+) field or method`), "AttributeError", func(m []string) string {
		return fmt.Sprintf("'%s' object has no attribute '%s'", pyName(m[1]), m[2])
	}},
	{regexp.MustCompile(`^can't assign to \.(\S+) field of (\S+)`), "AttributeError", func(m []string) string {
		return fmt.Sprintf("'%s' object has no attribute '%s'", pyName(m[2]), m[1])
	}},
	{regexp.MustCompile(`stack overflow`), "RecursionError", func([]string) string { return "maximum recursion depth exceeded" }},
	{regexp.MustCompile(`^(.*)not implemented$`), "TypeError", func(m []string) string { return m[0] }},
	{regexp.MustCompile(`: got |: for parameter |missing argument|unexpected keyword argument|unexpected positional|accepts (no|at most|exactly)|want|frozen`), "TypeError", func(m []string) string { return m[0] }},
}

// pyName is Python's name of one of Starlark's types.
func pyName(t string) string {
	switch t {
	case "string":
		return "str"
	case "builtin_function_or_method", "function":
		return t
	}
	return t
}

func missing(m []string) string {
	args := strings.Split(m[2], ", ")
	for i, a := range args {
		args[i] = "'" + strings.Trim(a, `":`) + "'" // positional-only ones end with a colon
	}
	noun, list := "argument", args[0]
	switch n := len(args); {
	case n == 2:
		noun, list = "arguments", args[0]+" and "+args[1]
	case n > 2:
		noun, list = "arguments", strings.Join(args[:n-1], ", ")+", and "+args[n-1]
	}
	return fmt.Sprintf("%s() missing %d required positional %s: %s", m[1], len(args), noun, list)
}

func tooMany(m []string) string {
	noun := "arguments"
	if m[3] == "1" {
		noun = "argument"
	}
	count := m[3]
	if m[2] != "" {
		count = "at most " + m[3] // the interpreter does not tell how few
	}
	return fmt.Sprintf("%s() takes %s positional %s but %s", m[1], count, noun, given(m[4]))
}

func given(n string) string {
	if n == "1" {
		return "1 was given"
	}
	return n + " were given"
}

// noAttribute is the error of an attribute that is not there.
func noAttribute(x starlark.Value, name string) error {
	switch x := x.(type) {
	case *Class:
		return pyerr.New("AttributeError", "type object '%s' has no attribute '%s'", x.name, name)
	case *Module:
		return pyerr.New("AttributeError", "module '%s' has no attribute '%s'", x.program.Name, name)
	case *library:
		return pyerr.New("AttributeError", "module '%s' has no attribute '%s'", x.name, name)
	case *Instance:
		return pyerr.New("AttributeError", "'%s' object has no attribute '%s'", x.class.name, name)
	}
	return pyerr.New("AttributeError", "'%s' object has no attribute '%s'", typeName(x), name)
}

func moduleReadOnly(m *Module, name string) error {
	return pyerr.New("AttributeError", "cannot assign '%s' of module '%s' from another file: a function of the module must do it, with global %s", name, m.program.Name, name)
}
