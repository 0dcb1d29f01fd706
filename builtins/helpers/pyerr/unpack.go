package pyerr

import (
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/starlark"
)

// Unpack is starlark.UnpackArgs with Python's habits: anything is true or
// false, True and False are integers, and errors have the texts that CPython
// has for functions in Python (or, for an integer that does not fit, are an
// OverflowError).
func Unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	pairs = truths(pairs)
	err := starlark.UnpackArgs(fn, args, kwargs, pairs...)
	if err != nil && strings.HasSuffix(err.Error(), "got bool, want int") {
		args, kwargs = integers(args), integerValues(kwargs)
		err = starlark.UnpackArgs(fn, args, kwargs, pairs...)
	}
	if err == nil {
		return nil
	}
	if said := unpackersError(err.Error(), args, kwargs, pairs); said != nil {
		return said
	}
	switch msg := err.Error(); {
	case strings.Contains(msg, " out of range "):
		return Overflow("Python int too large to convert to C long")
	case strings.HasSuffix(msg, "int too large to convert to float"):
		return Overflow("int too large to convert to float")
	default:
		return &Error{Class: "TypeError", Msg: argumentError(fn, msg, args, kwargs, pairs)}
	}
}

// unpackersError is the error of a parameter's own Unpack, of which UnpackArgs
// keeps only the text.
func unpackersError(msg string, args starlark.Tuple, kwargs []starlark.Tuple, pairs []any) error {
	m := forParameter.FindStringSubmatch(msg)
	if m == nil {
		return nil
	}
	for i := 0; i < len(pairs); i += 2 {
		target, ok := pairs[i+1].(starlark.Unpacker)
		if !ok || strings.TrimRight(pairs[i].(string), "?") != m[1] {
			continue
		}
		if i/2 < len(args) {
			return target.Unpack(args[i/2])
		}
		for _, kw := range kwargs {
			if name, _ := starlark.AsString(kw[0]); name == m[1] {
				return target.Unpack(kw[1])
			}
		}
	}
	return nil
}

// truth is a parameter of any type that counts as true or false.
type truth struct{ is *bool }

// Unpack implements starlark.Unpacker.
func (t truth) Unpack(v starlark.Value) error {
	*t.is = bool(v.Truth())
	return nil
}

// truths makes the parameters that are bools take anything.
func truths(pairs []any) []any {
	copied := false
	for i := 1; i < len(pairs); i += 2 {
		if b, ok := pairs[i].(*bool); ok {
			if !copied {
				pairs, copied = append([]any(nil), pairs...), true
			}
			pairs[i] = truth{b}
		}
	}
	return pairs
}

// integers makes numbers of bools.
func integers(args starlark.Tuple) starlark.Tuple {
	list := make(starlark.Tuple, len(args))
	for i, v := range args {
		list[i] = v
		if b, ok := v.(starlark.Bool); ok {
			list[i] = starlark.MakeInt(0)
			if b {
				list[i] = starlark.MakeInt(1)
			}
		}
	}
	return list
}

func integerValues(kwargs []starlark.Tuple) []starlark.Tuple {
	list := make([]starlark.Tuple, len(kwargs))
	for i, kw := range kwargs {
		list[i] = starlark.Tuple{kw[0], integers(kw[1:])[0]}
	}
	return list
}

var (
	forParameter = regexp.MustCompile(`^.*: for parameter "?([^:"]*)"?: (?s:(.*))$`)
	wrongType    = regexp.MustCompile(`^got (\S+), want (.+)$`)
	unexpected   = regexp.MustCompile(`^.*: unexpected keyword argument "?([^" ]*)"?`)
	multiple     = regexp.MustCompile(`^.*: got multiple values for keyword argument "?([^"]*)"?$`)
)

// argumentError says in CPython's words what UnpackArgs says.
func argumentError(fn, msg string, args starlark.Tuple, kwargs []starlark.Tuple, pairs []any) string {
	if m := forParameter.FindStringSubmatch(msg); m != nil {
		return parameterError(fn, m[1], m[2])
	}
	if m := unexpected.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("%s() got an unexpected keyword argument '%s'", fn, m[1])
	}
	if m := multiple.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("%s() got multiple values for argument '%s'", fn, m[1])
	}
	required := requiredNames(pairs)
	if most := len(pairs) / 2; len(args) > most {
		return tooMany(fn, len(required), most, len(args))
	}
	return missing(fn, required, args, kwargs)
}

// parameterError says what is wrong with an argument. What an Unpacker says is
// Python's already.
func parameterError(fn, name, problem string) string {
	m := wrongType.FindStringSubmatch(problem)
	if m == nil {
		return problem
	}
	got := m[1]
	if got == "string" {
		got = "str"
	}
	switch want := m[2]; want {
	case "int":
		return fmt.Sprintf("'%s' object cannot be interpreted as an integer", got)
	case "iterable":
		return fmt.Sprintf("'%s' object is not iterable", got)
	case "callable":
		return fmt.Sprintf("'%s' object is not callable", got)
	case "float", "float or int":
		return "must be real number, not " + got
	case "string":
		return fmt.Sprintf("%s() argument '%s' must be str, not %s", fn, name, got)
	default:
		return fmt.Sprintf("%s() argument '%s' must be %s, not %s", fn, name, want, got)
	}
}

// requiredNames are the parameters without a default.
func requiredNames(pairs []any) []string {
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		if strings.HasSuffix(name, "?") {
			break
		}
		names = append(names, name)
	}
	return names
}

func tooMany(fn string, least, most, given int) string {
	takes, s := fmt.Sprintf("from %d to %d", least, most), "s"
	if least == most {
		takes = fmt.Sprint(most)
		if most == 1 {
			s = ""
		}
	}
	was := "were"
	if given == 1 {
		was = "was"
	}
	return fmt.Sprintf("%s() takes %s positional argument%s but %d %s given", fn, takes, s, given, was)
}

func missing(fn string, required []string, args starlark.Tuple, kwargs []starlark.Tuple) string {
	given := make(map[string]bool)
	for _, kw := range kwargs {
		name, _ := starlark.AsString(kw[0])
		given[name] = true
	}
	var names []string
	for i, name := range required {
		if i >= len(args) && !given[name] {
			names = append(names, "'"+name+"'")
		}
	}
	list, s := strings.Join(names, " and "), "s"
	switch n := len(names); {
	case n == 1:
		s = ""
	case n > 2:
		list = strings.Join(names[:n-1], ", ") + ", and " + names[n-1]
	}
	return fmt.Sprintf("%s() missing %d required positional argument%s: %s", fn, len(names), s, list)
}
