package guard

import (
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"os"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A function is a checked version of a built-in function of Starlark.
type function func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// functions are the built-in functions that replace Starlark's: of the same
// names and meaning, but within the limits of the call. sum is added.
var functions = map[string]function{
	"all":       search1("all"),
	"any":       search1("any"),
	"bytes":     bytesOf,
	"dict":      dict,
	"enumerate": sequence("enumerate", 4*elementBytes),
	"fail":      fail,
	"float":     float,
	"getattr":   getattr,
	"hash":      hash,
	"int":       integer,
	"list":      sequence("list", elementBytes),
	"max":       extremum,
	"min":       extremum,
	"print":     print,
	"repr":      reprOf,
	"reversed":  sequence("reversed", elementBytes),
	"set":       set,
	"sorted":    sorted,
	"str":       strOf,
	"sum":       sum,
	"tuple":     sequence("tuple", elementBytes),
	"zip":       zip,
}

// universal calls Starlark's own built-in function.
func universal(thread *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return starlark.Universe[name].(*starlark.Builtin).CallInternal(thread, args, kwargs)
}

// Builtins gives the names that a rewritten file must find predeclared: the
// hidden operators, and checked versions of Starlark's own functions, which
// they shadow. The map is the caller's.
func Builtins() starlark.StringDict { return maps.Clone(builtins) }

var builtins = predeclared()

func predeclared() starlark.StringDict {
	all := hidden()
	for name, f := range functions {
		all[name] = starlark.NewBuiltin(name, f)
	}
	return all
}

// sequence is a function that makes a list or tuple of its first argument,
// with so many bytes for each element.
func sequence(name string, size int) function {
	return func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return universal(thread, name, args, kwargs)
		}
		arg, source, err := elementsOf(thread, name, args[0], size)
		if err != nil {
			return nil, err
		}
		v, err := universal(thread, name, append(starlark.Tuple{arg}, args[1:]...), kwargs)
		return v, or(exhausted(source), err)
	}
}

// elementsOf checks and charges the elements of x, if it is iterable, for a
// function that makes a list of them: at once if it is known how many there
// are, or else once the metered iterable is iterated over.
func elementsOf(thread *starlark.Thread, name string, x starlark.Value, size int) (starlark.Value, *metered, error) {
	it, ok := x.(starlark.Iterable)
	if !ok {
		return x, nil, nil
	}
	n := starlark.Len(x)
	if 0 <= n && n <= free/elementBytes {
		return x, nil, nil
	}
	m := MeterOf(thread)
	if n >= 0 {
		return x, nil, m.elements(name, n, size)
	}
	v, source := meter(thread, it, size/stepBytes+1, m.counter(name, 1, nil))
	return v, source, nil
}

// search1 is any or all.
func search1(name string) function {
	return func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) != 1 || len(kwargs) > 0 {
			return universal(thread, name, args, kwargs)
		}
		it, ok := args[0].(starlark.Iterable)
		if n := starlark.Len(args[0]); !ok || 0 <= n && n <= free {
			return universal(thread, name, args, kwargs)
		}
		x, source := meter(thread, it, 1, nil)
		v, err := universal(thread, name, starlark.Tuple{x}, nil)
		return v, or(exhausted(source), err)
	}
}

func bytesOf(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal(thread, "bytes", args, kwargs)
	}
	switch x := args[0].(type) {
	case starlark.String:
		s, err := transcode(thread, "bytes", string(x))
		return starlark.Bytes(s), err
	case starlark.Iterable:
		arg, source, err := elementsOf(thread, "bytes", x, 1)
		if err != nil {
			return nil, err
		}
		v, err := universal(thread, "bytes", starlark.Tuple{arg}, nil)
		return v, or(exhausted(source), err)
	}
	return universal(thread, "bytes", args, kwargs)
}

func dict(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return universal(thread, "dict", args, kwargs)
	}
	arg, source, err := pairs(thread, "dict", args[0])
	if err != nil {
		return nil, err
	}
	v, err := universal(thread, "dict", starlark.Tuple{arg}, kwargs)
	return v, or(exhausted(source), err)
}

func set(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal(thread, "set", args, kwargs)
	}
	it, ok := args[0].(starlark.Iterable)
	if !ok {
		return universal(thread, "set", args, kwargs)
	}
	m := MeterOf(thread)
	if n := starlark.Len(it); n >= 0 {
		if err := m.elements("set", n, 0); err != nil {
			return nil, err
		}
	}
	x, source := meter(thread, it, entryBytes/stepBytes, m.counter("set", 1, m.key))
	v, err := universal(thread, "set", starlark.Tuple{x}, nil)
	return v, or(exhausted(source), err)
}

func zip(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	rows := -1
	known := true
	for _, arg := range args {
		if n := starlark.Len(arg); n < 0 {
			known = false
		} else if rows < 0 || n < rows {
			rows = n
		}
	}
	if known {
		if n := product(max(rows, 0), len(args)+2); n < 0 || n > free/elementBytes {
			if err := CheckElements(thread, "zip", n); err != nil {
				return nil, err
			}
		}
		return universal(thread, "zip", args, kwargs)
	}
	return zipUnknown(thread, args, kwargs)
}

// zipUnknown is zip where it is not known how many rows there are.
func zipUnknown(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	check := MeterOf(thread).counter("zip", 1, nil)
	var sources []*metered
	columns := make(starlark.Tuple, len(args))
	for i, arg := range args {
		columns[i] = arg
		if it, ok := arg.(starlark.Iterable); ok {
			v, source := meter(thread, it, 2, check)
			columns[i] = v
			sources = append(sources, source)
		}
	}
	v, err := universal(thread, "zip", columns, kwargs)
	return v, or(exhausted(sources...), err)
}

func fail(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sep := " "
	if err := starlark.UnpackArgs("fail", nil, kwargs, "sep?", &sep); err != nil {
		return nil, err
	}
	text, err := joined(thread, "fail", sep, args)
	if err != nil {
		return nil, err
	}
	return nil, errors.New("fail: " + text)
}

// printSteps is charged for each line that is printed, besides its length.
const printSteps = 100

func print(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sep := " "
	if err := starlark.UnpackArgs("print", nil, kwargs, "sep?", &sep); err != nil {
		return nil, err
	}
	text, err := joined(thread, "print", sep, args)
	if err != nil {
		return nil, err
	}
	if err := MeterOf(thread).Charge(printSteps); err != nil {
		return nil, err
	}
	if thread.Print != nil {
		thread.Print(thread, text)
	} else {
		fmt.Fprintln(os.Stderr, text)
	}
	return starlark.None, nil
}

// joined writes values with sep between them. What print writes of bytes is
// the bytes themselves.
func joined(thread *starlark.Thread, op, sep string, values starlark.Tuple) (string, error) {
	w := writer{thread: thread, op: op}
	for i, v := range values {
		if i > 0 {
			if err := w.text(sep); err != nil {
				return "", err
			}
		}
		if b, ok := v.(starlark.Bytes); ok && op == "print" {
			v = starlark.String(b)
		}
		if err := w.str(v); err != nil {
			return "", err
		}
	}
	return w.finish()
}

func float(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		if s, ok := args[0].(starlark.String); ok {
			if err := walked(thread, len(s)); err != nil {
				return nil, err
			}
		}
	}
	return universal(thread, "float", args, kwargs)
}

func getattr(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := universal(thread, "getattr", args, kwargs)
	if err != nil {
		return nil, err
	}
	name, _ := starlark.AsString(args[1])
	if ms := checked[name]; ms != nil && ms.of(args[0]) != nil {
		return ms.bind(args[0])
	}
	return v, nil
}

func hash(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		if n := starlark.Len(args[0]); n > 0 && isScalar(args[0]) {
			if err := walked(thread, n); err != nil {
				return nil, err
			}
		}
	}
	return universal(thread, "hash", args, kwargs)
}

func integer(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x, base starlark.Value
	if err := starlark.UnpackArgs("int", args, kwargs, "x?", &x, "base?", &base); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case starlark.String:
		if err := CheckBits(thread, "int", digitBits(string(x), base)); err != nil {
			return nil, err
		}
	case starlark.Int:
		if err := checkInt(thread, "int", x); err != nil {
			return nil, err
		}
	}
	return universal(thread, "int", args, kwargs)
}

// digitBits is how wide an integer of the digits s may be.
func digitBits(s string, base starlark.Value) int {
	b := 10
	if base != nil {
		if n, err := starlark.AsInt32(base); err == nil && 2 <= n && n <= 36 {
			b = n
		} else if err == nil {
			b = 16 // the digits tell
		}
	}
	return len(strings.TrimLeft(s, "+-0")) * bits.Len(uint(b-1))
}

func reprOf(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal(thread, "repr", args, kwargs)
	}
	s, err := Repr(thread, args[0])
	return starlark.String(s), err
}

func strOf(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return universal(thread, "str", args, kwargs)
	}
	if s, ok := args[0].(starlark.String); ok {
		return s, nil
	}
	s, err := Str(thread, args[0])
	return starlark.String(s), err
}

// sum is Python's: sum(iterable, start=0).
func sum(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var iterable starlark.Iterable
	var total starlark.Value = starlark.MakeInt(0)
	if err := starlark.UnpackArgs("sum", args, kwargs, "iterable", &iterable, "start?", &total); err != nil {
		return nil, err
	}
	switch total.(type) {
	case starlark.String:
		return nil, fmt.Errorf("sum: can't sum strings (use \"\".join(iterable))")
	case starlark.Bytes:
		return nil, fmt.Errorf("sum: can't sum bytes")
	}
	err := Iterate(thread, iterable, func(v starlark.Value) (err error) {
		total, err = binary(thread, syntax.PLUS, total, v)
		return err
	})
	if err != nil {
		return nil, within("sum", err)
	}
	return total, nil
}
