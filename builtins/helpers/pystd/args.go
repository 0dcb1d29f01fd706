package pystd

import (
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// function makes a function of a module.
func function(name string, fn func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return fn(t, args, kwargs)
	})
}

// positional makes a function of low to high arguments without names, or, if
// high is -1, of any more.
func positional(name string, low, high int, fn func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error)) *starlark.Builtin {
	return function(name, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := between(name, args, kwargs, low, high); err != nil {
			return nil, err
		}
		return fn(t, args)
	})
}

// between checks the number of arguments of a function that CPython has in C.
func between(fn string, args starlark.Tuple, kwargs []starlark.Tuple, low, high int) error {
	if len(kwargs) > 0 {
		return pyerr.Type("%s() takes no keyword arguments", fn)
	}
	switch n := len(args); {
	case n >= low && (n <= high || high < 0):
		return nil
	case strings.Contains(fn, ".") && low == 0 && high == 0:
		return pyerr.Type("%s() takes no arguments (%d given)", fn, n)
	case strings.Contains(fn, ".") && low == 1 && high == 1:
		return pyerr.Type("%s() takes exactly one argument (%d given)", fn, n)
	case low == high:
		return pyerr.Type("%s expected %d argument%s, got %d", fn, low, plural(low), n)
	case n < low:
		return pyerr.Type("%s expected at least %d argument%s, got %d", fn, low, plural(low), n)
	default:
		return pyerr.Type("%s expected at most %d argument%s, got %d", fn, high, plural(high), n)
	}
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// arguments are those of a function in C whose arguments have names: required
// ones first.
type arguments struct {
	fn       string
	names    []string
	required int
	ordered  int // how many may be given without their name
}

// bind gives each argument, nil where there is none.
func (a arguments) bind(args starlark.Tuple, kwargs []starlark.Tuple) ([]starlark.Value, error) {
	if n := len(args) + len(kwargs); n > len(a.names) {
		return nil, pyerr.Type("%s() takes at most %d argument%s (%d given)", a.fn, len(a.names), plural(len(a.names)), n)
	}
	if len(args) > a.ordered {
		return nil, pyerr.Type("%s() takes at most %d positional argument%s (%d given)", a.fn, a.ordered, plural(a.ordered), len(args))
	}
	out := make([]starlark.Value, len(a.names))
	copy(out, args)
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		i := indexOf(a.names, name)
		if i < 0 {
			return nil, pyerr.Type("'%s' is an invalid keyword argument for %s()", name, a.fn)
		}
		if out[i] != nil {
			return nil, pyerr.Type("argument for %s() given by name ('%s') and position (%d)", a.fn, name, i+1)
		}
		out[i] = kv[1]
	}
	for i := range a.required {
		if out[i] == nil {
			return nil, pyerr.Type("%s() missing required argument '%s' (pos %d)", a.fn, a.names[i], i+1)
		}
	}
	return out, nil
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// A param is a parameter of a function that is written in Python.
type param struct {
	name    string
	def     starlark.Value // nil: it must be given
	keyword bool           // it can only be given by name
}

// bindParams gives the values of the parameters for a call, as CPython does
// for a def; self is the number of parameters before them that are given
// already.
func bindParams(fn string, params []param, self int, args starlark.Tuple, kwargs []starlark.Tuple) ([]starlark.Value, error) {
	b := binder{fn, params, self, make([]starlark.Value, len(params))}
	ordered := 0
	for ordered < len(params) && !params[ordered].keyword {
		ordered++
	}
	copy(b.values[:ordered], args)
	named, err := b.named(kwargs)
	if err != nil {
		return nil, err
	}
	if len(args) > ordered {
		return nil, b.tooMany(ordered, len(args), named)
	}
	for _, keyword := range []bool{false, true} {
		if err := b.missing(keyword); err != nil {
			return nil, err
		}
	}
	return b.values, nil
}

type binder struct {
	fn     string
	params []param
	self   int
	values []starlark.Value
}

// named sets what is given by name, and counts those that have to be.
func (b *binder) named(kwargs []starlark.Tuple) (only int, err error) {
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		found := false
		for i, p := range b.params {
			if p.name != name {
				continue
			}
			if b.values[i] != nil {
				return 0, pyerr.Type("%s() got multiple values for argument '%s'", b.fn, name)
			}
			b.values[i], found = kv[1], true
			if p.keyword {
				only++
			}
		}
		if !found {
			return 0, pyerr.Type("%s() got an unexpected keyword argument '%s'", b.fn, name)
		}
	}
	return only, nil
}

func (b *binder) tooMany(ordered, given, named int) error {
	least := 0
	for _, p := range b.params[:ordered] {
		if p.def == nil {
			least++
		}
	}
	most := ordered + b.self
	takes := strconv.Itoa(most) + " positional argument" + plural(most)
	if least != ordered {
		takes = "from " + strconv.Itoa(least+b.self) + " to " + strconv.Itoa(most) + " positional arguments"
	}
	given += b.self
	if named > 0 {
		return pyerr.Type("%s() takes %s but %d positional argument%s (and %d keyword-only argument%s) were given", b.fn, takes, given, plural(given), named, plural(named))
	}
	verb := "were"
	if given == 1 {
		verb = "was"
	}
	return pyerr.Type("%s() takes %s but %d %s given", b.fn, takes, given, verb)
}

// missing gives the defaults to those that have one, and reports the others.
func (b *binder) missing(keyword bool) error {
	var names []string
	for i, p := range b.params {
		if p.keyword != keyword || b.values[i] != nil {
			continue
		}
		if p.def == nil {
			names = append(names, "'"+p.name+"'")
		}
		b.values[i] = p.def
	}
	if len(names) == 0 {
		return nil
	}
	kind := "positional"
	if keyword {
		kind = "keyword-only"
	}
	return pyerr.Type("%s() missing %d required %s argument%s: %s", b.fn, len(names), kind, plural(len(names)), enumerated(names))
}

// enumerated joins words: a, b, and c.
func enumerated(words []string) string {
	switch n := len(words); n {
	case 1:
		return words[0]
	case 2:
		return words[0] + " and " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + ", and " + words[n-1]
	}
}
