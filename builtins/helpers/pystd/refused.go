package pystd

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// refusedModule is a module whose functions all fail, saying why.
func refusedModule(module, names, why string) runtime.Module {
	members := make(starlark.StringDict)
	for name := range strings.FieldsSeq(names) {
		members[name] = refused(module+"."+name, why)
	}
	return runtime.Module{Names: []string{module}, Members: members}
}

const noChance = "a detection says the same of the same event each time; hash a field of the event (hashlib) to choose some"

// Random is Python's random, all of which is refused: what a rule finds must
// not differ between two runs.
func Random() runtime.Module {
	return refusedModule("random", "Random SystemRandom betavariate binomialvariate choice choices expovariate gauss getrandbits normalvariate randbytes randint random randrange sample seed shuffle triangular uniform", noChance)
}

// Secrets is Python's secrets: compare_digest; the others are refused.
func Secrets() runtime.Module {
	m := refusedModule("secrets", "SystemRandom choice randbelow randbits token_bytes token_hex token_urlsafe", noChance)
	m.Members["compare_digest"] = compareDigest
	return m
}

// Decimal is Python's decimal, which is refused.
func Decimal() runtime.Module {
	m := refusedModule("decimal", "Context Decimal getcontext localcontext setcontext", "use int (of the smallest unit), float or fractions.Fraction")
	for _, name := range []string{"DecimalException", "InvalidOperation", "DivisionByZero"} {
		m.Members[name] = &pyerr.Exception{FullName: "decimal." + name, Base: "ArithmeticError"}
	}
	for _, name := range strings.Fields("ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP") {
		m.Members[name] = starlark.String(name)
	}
	return m
}

// Warnings is Python's warnings: warn prints the warning, the filters change
// nothing.
func Warnings() runtime.Module {
	nothing := func(name string) *starlark.Builtin {
		return function(name, func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, nil
		})
	}
	return runtime.Module{Names: []string{"warnings"}, Members: starlark.StringDict{
		"filterwarnings": nothing("filterwarnings"),
		"resetwarnings":  nothing("resetwarnings"),
		"simplefilter":   nothing("simplefilter"),
		"warn": function("warn", func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			in, err := arguments{"warn", []string{"message", "category", "stacklevel", "source", "skip_file_prefixes"}, 1, 4}.bind(args, kwargs)
			if err != nil {
				return nil, err
			}
			category := "UserWarning"
			if c, ok := in[1].(*py.Class); ok {
				category = c.Name()
			} else if o, ok := in[0].(*py.Instance); ok && o.Class().IsException() {
				category = o.ClassName()
			}
			text, err := pytypes.Str(t, in[0])
			if err != nil {
				return nil, err
			}
			_, err = starlark.Call(t, printFunction, starlark.Tuple{starlark.String(category + ": " + text)}, nil)
			return starlark.None, err
		}),
	}}
}

var printFunction = pytypes.Functions()["print"]

// Traceback is Python's traceback: format_exception_only, and format_exception
// and print_exception without the lines of the calls.
func Traceback() runtime.Module {
	last := func(t *starlark.Thread, args starlark.Tuple) (string, error) {
		for i := len(args) - 1; i >= 0; i-- {
			o, ok := args[i].(*py.Instance)
			if !ok || !o.Class().IsException() {
				continue
			}
			text, err := pytypes.Str(t, o)
			if text != "" {
				text = ": " + text
			}
			name := o.Class().FullName()
			return strings.TrimPrefix(name, "__main__.") + text + "\n", err
		}
		return "NoneType: None\n", nil
	}
	lines := func(name string) *starlark.Builtin {
		return function(name, func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			text, err := last(t, args)
			return starlark.NewList([]starlark.Value{starlark.String(text)}), err
		})
	}
	handled := func(t *starlark.Thread) (string, error) {
		var args starlark.Tuple
		if o := world(t).Handled(); o != nil {
			args = starlark.Tuple{o}
		}
		return last(t, args)
	}
	printed := func(t *starlark.Thread, text string, err error) (starlark.Value, error) {
		if err != nil {
			return nil, err
		}
		_, err = starlark.Call(t, printFunction, starlark.Tuple{starlark.String(strings.TrimSuffix(text, "\n"))}, nil)
		return starlark.None, err
	}
	return runtime.Module{Names: []string{"traceback"}, Members: starlark.StringDict{
		"format_exc": function("format_exc", func(t *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			text, err := handled(t)
			return starlark.String(text), err
		}),
		"format_exception":      lines("format_exception"),
		"format_exception_only": lines("format_exception_only"),
		"print_exc": function("print_exc", func(t *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			text, err := handled(t)
			return printed(t, text, err)
		}),
		"print_exception": function("print_exception", func(t *starlark.Thread, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			text, err := last(t, args)
			return printed(t, text, err)
		}),
	}}
}

// Numbers is Python's numbers, for isinstance with int, float and bool.
func Numbers() runtime.Module {
	members := make(starlark.StringDict)
	for name, real := range map[string]bool{"Number": true, "Complex": true, "Real": true, "Rational": false, "Integral": false} {
		members[name] = py.NewClass(py.ClassSpec{Name: name, Module: "numbers", Meta: &py.Meta{
			Check: func(c *py.Class, x starlark.Value) bool {
				switch v := held(x).(type) {
				case starlark.Int, starlark.Bool:
					return true
				case starlark.Float:
					return real
				case *py.Instance:
					return v.Class().Extends(c) || name != "Integral" && v.Class().Extends(fractionClass)
				}
				return false
			},
		}})
	}
	return runtime.Module{Names: []string{"numbers"}, Members: members}
}
