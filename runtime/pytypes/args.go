package pytypes

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// CPython words the errors of arguments after how a function takes them. The
// functions of this file are named after the arguments that a function of
// theirs takes; fn is its name, such as "str.upper".

// lastName is the name of a function without that of its class.
func lastName(fn string) string { return fn[strings.LastIndexByte(fn, '.')+1:] }

func noKeywords(fn string, kwargs []starlark.Tuple) error {
	if len(kwargs) > 0 {
		return pyerr.Type("%s() takes no keyword arguments", fn)
	}
	return nil
}

// none is for functions without arguments.
func none(fn string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args)+len(kwargs) == 0 {
		return nil
	}
	if err := noKeywords(fn, kwargs); err != nil {
		return err
	}
	return pyerr.Type("%s() takes no arguments (%d given)", fn, len(args))
}

// single is for functions of one argument.
func single(fn string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		return args[0], nil
	}
	if err := noKeywords(fn, kwargs); err != nil {
		return nil, err
	}
	return nil, pyerr.Type("%s() takes exactly one argument (%d given)", fn, len(args))
}

// between is for functions of low to high arguments without names.
func between(fn string, args starlark.Tuple, kwargs []starlark.Tuple, low, high int) error {
	if err := noKeywords(fn, kwargs); err != nil {
		return err
	}
	n := len(args)
	switch {
	case low <= n && n <= high:
		return nil
	case low == high:
		return pyerr.Type("%s expected %d argument%s, got %d", lastName(fn), low, plural(low), n)
	case n < low:
		return pyerr.Type("%s expected at least %d argument%s, got %d", lastName(fn), low, plural(low), n)
	}
	return pyerr.Type("%s expected at most %d argument%s, got %d", lastName(fn), high, plural(high), n)
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// counted is for functions of low to high arguments whose errors count them in
// words of an older kind.
func counted(fn string, args starlark.Tuple, kwargs []starlark.Tuple, low, high int) error {
	if err := noKeywords(fn, kwargs); err != nil {
		return err
	}
	n := len(args)
	switch {
	case low <= n && n <= high:
		return nil
	case n < low:
		return pyerr.Type("%s() takes at least %d argument%s (%d given)", lastName(fn), low, plural(low), n)
	}
	return pyerr.Type("%s() takes at most %d argument%s (%d given)", lastName(fn), high, plural(high), n)
}

// A signature is that of a function whose arguments have names.
type signature struct {
	fn       string
	names    []string // "" for those without
	required int      // how many there must be
	ordered  int      // how many may be given without their name
}

// bind gives each of the arguments, nil where there is none.
func (s *signature) bind(out []starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args) > s.ordered || len(args)+len(kwargs) > len(s.names) {
		return s.tooMany(len(args), len(kwargs))
	}
	copy(out, args)
	if len(kwargs) > 0 {
		if err := s.named(out, len(args), kwargs); err != nil {
			return err
		}
	}
	for i := range s.required {
		if out[i] == nil {
			return s.missing(i, len(args))
		}
	}
	return nil
}

func (s *signature) named(out []starlark.Value, n int, kwargs []starlark.Tuple) error {
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		i := s.find(name)
		if i < 0 {
			if s.required > n && out[n] == nil && s.onlyUnknown(kwargs) {
				return s.missing(n, n)
			}
			return pyerr.Type("'%s' is an invalid keyword argument for %s()", name, s.fn)
		}
		if i < n {
			return pyerr.Type("argument for %s() given by name ('%s') and position (%d)", s.fn, name, i+1)
		}
		out[i] = kv[1]
	}
	return nil
}

// onlyUnknown reports whether no keyword is known: then a missing argument is
// what is said.
func (s *signature) onlyUnknown(kwargs []starlark.Tuple) bool {
	for _, kv := range kwargs {
		if s.find(string(kv[0].(starlark.String))) >= 0 {
			return false
		}
	}
	return true
}

func (s *signature) find(name string) int {
	for i, n := range s.names {
		if n == name && n != "" {
			return i
		}
	}
	return -1
}

func (s *signature) missing(i, given int) error {
	if s.names[i] != "" {
		return pyerr.Type("%s() missing required argument '%s' (pos %d)", s.fn, s.names[i], i+1)
	}
	low := 0
	for low < s.required && s.names[low] == "" {
		low++
	}
	how := "exactly"
	if low < s.ordered {
		how = "at least"
	}
	return pyerr.Type("%s() takes %s %d positional argument%s (%d given)", s.fn, how, low, plural(low), given)
}

func (s *signature) tooMany(args, kwargs int) error {
	if n := args + kwargs; n > len(s.names) {
		keyword := ""
		if args == 0 {
			keyword = "keyword "
		}
		how := "at most"
		if s.required == len(s.names) {
			how = "exactly"
		}
		return pyerr.Type("%s() takes %s %d %sargument%s (%d given)", s.fn, how, len(s.names), keyword, plural(len(s.names)), n)
	}
	if s.ordered == 0 {
		return pyerr.Type("%s() takes no positional arguments", s.fn)
	}
	how := "exactly"
	if s.required < s.ordered {
		how = "at most"
	}
	return pyerr.Type("%s() takes %s %d positional argument%s (%d given)", s.fn, how, s.ordered, plural(s.ordered), args)
}

// asIndex gives an integer argument that must fit a size.
func asIndex(t *starlark.Thread, v starlark.Value) (int, error) {
	i, ok, err := index(t, v)
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, notInteger(v)
	}
	n, ok := i.Int64()
	if !ok {
		return 0, pyerr.Overflow("Python int too large to convert to C ssize_t")
	}
	return int(n), nil
}

func notInteger(v starlark.Value) error {
	return pyerr.Type("'%s' object cannot be interpreted as an integer", TypeName(v))
}

// optionalIndex is asIndex of an argument that may be missing.
func optionalIndex(t *starlark.Thread, v starlark.Value, missing int) (int, error) {
	if v == nil {
		return missing, nil
	}
	return asIndex(t, v)
}

// optionalTruth is the truth of an argument that may be missing.
func optionalTruth(t *starlark.Thread, v starlark.Value) (bool, error) {
	if v == nil {
		return false, nil
	}
	return Truth(t, v)
}

// argument gives args[i], or nil.
func argument(args starlark.Tuple, i int) starlark.Value {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// argType is the type of an argument in the messages of many functions.
func argType(v starlark.Value) string {
	if v == starlark.None {
		return "None"
	}
	return TypeName(v)
}

// textArgument gives a text argument of a function that takes one.
func textArgument(fn string, v starlark.Value) (string, error) {
	if s, ok := native(v).(starlark.String); ok {
		return string(s), nil
	}
	return "", pyerr.Type("%s() argument must be str, not %s", lastName(fn), argType(v))
}

// numberedText gives the text argument number n of several.
func numberedText(fn string, n int, v starlark.Value) (string, error) {
	if s, ok := native(v).(starlark.String); ok {
		return string(s), nil
	}
	return "", pyerr.Type("%s() argument %d must be str, not %s", lastName(fn), n, argType(v))
}

// span reads the optional start and end, which may be None, that follow the
// first argument of functions such as find.
func span(t *starlark.Thread, args starlark.Tuple, n int) (from, to int, err error) {
	from, to = 0, n
	if lo := argument(args, 1); lo != nil && lo != starlark.None {
		if from, err = sliceIndex(t, lo); err != nil {
			return 0, 0, err
		}
	}
	if hi := argument(args, 2); hi != nil && hi != starlark.None {
		if to, err = sliceIndex(t, hi); err != nil {
			return 0, 0, err
		}
	}
	if from < 0 {
		from = max(0, from+n)
	}
	if to < 0 {
		to = max(0, to+n)
	}
	return from, min(to, n), nil
}
