package pytypes

import (
	"math/big"
	"reflect"
	"unsafe"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// functions are the built-in functions that need no classes.
var functions = map[string]Function{
	"abs":    abs,
	"all":    all,
	"any":    anyOf,
	"ascii":  asciiOf,
	"bin":    inBase("bin", 2, "0b"),
	"chr":    chr,
	"divmod": divmod,
	"format": formatOf,
	"hash":   hashOf,
	"hex":    inBase("hex", 16, "0x"),
	"id":     id,
	"iter":   iterOf,
	"len":    lenOf,
	"max":    extremum("max", Gt),
	"min":    extremum("min", Lt),
	"next":   next,
	"oct":    inBase("oct", 8, "0o"),
	"ord":    ord,
	"pow":    powOf,
	"print":  printOf,
	"repr":   reprOf,
	"round":  round,
	"sorted": sorted,
	"sum":    sum,
}

// refused are the built-in functions that rules cannot have, and why.
var refused = map[string]string{
	"__import__": "use an import statement",
	"breakpoint": "a rule cannot be stopped",
	"bytearray":  "it is not supported; use bytes or a list of integers",
	"compile":    "code cannot be made at run time",
	"complex":    "complex numbers are not supported",
	"eval":       "code cannot be made at run time",
	"exec":       "code cannot be made at run time",
	"globals":    "it is not supported; use names of the module directly",
	"input":      "a rule has no input but its event",
	"locals":     "it is not supported; use names of the function directly",
	"memoryview": "it is not supported; use bytes",
	"open":       "a rule has no access to files",
}

// Functions gives the built-in functions that need no classes. Those that
// rules cannot have are among them, and fail with the reason. The map is the
// caller's.
func Functions() map[string]*starlark.Builtin {
	table := make(map[string]*starlark.Builtin, len(functions)+len(refused))
	for name, f := range functions {
		table[name] = builtin(name, f)
	}
	for name, why := range refused {
		table[name] = builtin(name, refuse(name, why))
	}
	return table
}

func builtin(name string, f Function) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return f(t, args, kwargs)
	})
}

func refuse(name, why string) Function {
	return func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return nil, pyerr.New("NotImplementedError", "%s() is not available: %s", name, why)
	}
}

func abs(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("abs", args, kwargs)
	if err != nil {
		return nil, err
	}
	switch v := x.(type) {
	case starlark.Int, starlark.Bool:
		i, _ := asInt(v)
		if i.Sign() < 0 {
			return zero.Sub(i), nil
		}
		return i, nil
	case starlark.Float:
		if v < 0 || v == 0 {
			return 0 - v, nil
		}
		return v, nil
	case Object:
		if r, ok, err := v.Special(t, "__abs__"); ok || err != nil {
			return r, err
		}
		if n := v.Native(); n != nil {
			if _, isObject := n.(Object); !isObject {
				return abs(t, starlark.Tuple{n}, nil)
			}
		}
	case interface {
		starlark.HasUnary
		starlark.Comparable
	}: // a duration
		negative, err := v.Unary(syntax.MINUS)
		if negative == nil || err != nil {
			break
		}
		if less, err := starlark.Compare(syntax.LT, v, negative); err == nil && less {
			return negative, nil
		}
		return v, nil
	}
	return nil, pyerr.Type("bad operand type for abs(): '%s'", TypeName(x))
}

// quantify looks for the first element whose truth is want.
func quantify(t *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple, want bool) (starlark.Value, error) {
	x, err := single(fn, args, kwargs)
	if err != nil {
		return nil, err
	}
	it, err := Iterate(t, x)
	if err != nil {
		return nil, err
	}
	m := guard.MeterOf(t)
	for {
		v, ok, err := it.Next(t)
		if err != nil {
			return nil, err
		}
		if !ok {
			return starlark.Bool(!want), nil
		}
		if err := m.Charge(1); err != nil {
			return nil, err
		}
		truth, err := Truth(t, v)
		if err != nil {
			return nil, err
		}
		if truth == want {
			return starlark.Bool(want), nil
		}
	}
}

func all(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return quantify(t, "all", args, kwargs, false)
}

func anyOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return quantify(t, "any", args, kwargs, true)
}

func asciiOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("ascii", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, err := ASCII(t, x)
	return starlark.String(s), err
}

func reprOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("repr", args, kwargs)
	if err != nil {
		return nil, err
	}
	s, err := Repr(t, x)
	return starlark.String(s), err
}

// inBase is bin, oct or hex.
func inBase(fn string, base int, prefix string) Function {
	return func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		x, err := single(fn, args, kwargs)
		if err != nil {
			return nil, err
		}
		i, ok, err := index(t, x)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, notInteger(x)
		}
		digits, err := intDigits(t, i, base)
		if err != nil {
			return nil, err
		}
		if i.Sign() < 0 {
			return starlark.String("-" + prefix + digits), nil
		}
		return starlark.String(prefix + digits), nil
	}
}

func chr(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("chr", args, kwargs)
	if err != nil {
		return nil, err
	}
	i, ok, err := index(t, x)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notInteger(x)
	}
	n, ok := i.Int64()
	switch {
	case !ok || n != int64(int32(n)):
		return nil, pyerr.Overflow("Python int too large to convert to C int")
	case n < 0 || n > 0x10ffff:
		return nil, pyerr.Value("chr() arg not in range(0x110000)")
	}
	return char(string(appendChar(nil, rune(n)))), nil
}

func ord(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("ord", args, kwargs)
	if err != nil {
		return nil, err
	}
	n := 0
	switch s := native(x).(type) {
	case starlark.String:
		if n = charCount(string(s)); n == 1 {
			r, _ := decodeChar(string(s))
			return starlark.MakeInt(int(r)), nil
		}
	case starlark.Bytes:
		if n = len(s); n == 1 {
			return starlark.MakeInt(int(s[0])), nil
		}
	default:
		return nil, pyerr.Type("ord() expected string of length 1, but %s found", TypeName(x))
	}
	return nil, pyerr.Type("ord() expected a character, but string of length %d found", n)
}

func divmod(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("divmod", args, kwargs, 2, 2); err != nil {
		return nil, err
	}
	x, y := args[0], args[1]
	if v, ok, err := special(t, x, "__divmod__", y); ok || err != nil {
		return v, err
	}
	if v, ok, err := special(t, y, "__rdivmod__", x); ok || err != nil {
		return v, err
	}
	a, b := native(x), native(y)
	if err := divmodZero(a, b); err != nil {
		return nil, err
	}
	quotient, err := binary(t, FloorDiv, a, b)
	if err != nil {
		return nil, err
	}
	if _, text := a.(starlark.String); quotient == nil || text {
		return nil, pyerr.Type("unsupported operand type(s) for divmod(): '%s' and '%s'", TypeName(x), TypeName(y))
	}
	rest, err := binary(t, Mod, a, b)
	return starlark.Tuple{quotient, rest}, err
}

// divmodZero is the error of a division by zero, which has words of its own.
func divmodZero(x, y starlark.Value) error {
	_, xfloat := x.(starlark.Float)
	_, xint := asInt(x)
	switch y := y.(type) {
	case starlark.Float:
		if y == 0 && (xfloat || xint) {
			return pyerr.New("ZeroDivisionError", "float divmod()")
		}
	case starlark.Int, starlark.Bool:
		if i, _ := asInt(y); i.Sign() == 0 {
			if xfloat {
				return pyerr.New("ZeroDivisionError", "float divmod()")
			}
			if xint {
				return pyerr.New("ZeroDivisionError", "integer division or modulo by zero")
			}
		}
	}
	return nil
}

func formatOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("format", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	spec := ""
	if len(args) == 2 {
		var err error
		if spec, err = numberedText("format", 2, args[1]); err != nil {
			return nil, err
		}
	}
	s, err := Format(t, args[0], spec)
	return str(s), err
}

func hashOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("hash", args, kwargs)
	if err != nil {
		return nil, err
	}
	h, err := Hash(t, x)
	return starlark.MakeInt64(h), err
}

func id(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("id", args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.MakeInt64(identity(x)), nil
}

// identity is a number that values share which are the same, see Is.
func identity(x starlark.Value) int64 {
	switch v := x.(type) {
	case starlark.Tuple:
		if len(v) > 0 {
			return int64(uintptr(unsafe.Pointer(&v[0])))
		}
		return 8
	}
	if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer {
		return int64(v.Pointer())
	}
	h, _ := x.Hash()
	return 1<<40 + int64(h)*16 + int64(len(x.Type())&15)
}

func iterOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("iter", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	if len(args) == 1 {
		return Iter(t, args[0])
	}
	if _, ok := args[0].(starlark.Callable); !ok {
		return nil, pyerr.Type("iter(object, sentinel): object must be callable")
	}
	return &callIterator{iterator{"callable_iterator"}, args[0], args[1]}, nil
}

func next(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := between("next", args, kwargs, 1, 2); err != nil {
		return nil, err
	}
	v, ok, err := advance(t, args[0])
	switch {
	case err == nil && ok:
		return v, nil
	case err != nil && !isA(err, "StopIteration"):
		return nil, err
	case len(args) == 2:
		return args[1], nil
	case err != nil:
		return nil, err
	}
	return nil, stopIteration()
}

// advance gives the next element of an iterator, of which an Object keeps its
// own StopIteration.
func advance(t *starlark.Thread, x starlark.Value) (starlark.Value, bool, error) {
	switch it := x.(type) {
	case Iterator:
		return it.Next(t)
	case Object:
		if v, ok, err := it.Special(t, "__next__"); ok || err != nil {
			return v, err == nil, err
		}
		if n, ok := it.Native().(Iterator); ok {
			return n.Next(t)
		}
	}
	return nil, false, pyerr.Type("'%s' object is not an iterator", TypeName(x))
}

func lenOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	x, err := single("len", args, kwargs)
	if err != nil {
		return nil, err
	}
	n, err := Len(t, x)
	return starlark.MakeInt(n), err
}

// extremum is max or min.
func extremum(fn string, op Relation) Function {
	s := signature{fn, []string{"key", "default"}, 0, 0}
	return func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return nil, pyerr.Type("%s expected at least 1 argument, got 0", fn)
		}
		var in [2]starlark.Value
		if err := s.bind(in[:], nil, kwargs); err != nil {
			return nil, err
		}
		var of starlark.Value = args
		if len(args) == 1 {
			of = args[0]
		} else if in[1] != nil {
			return nil, pyerr.Type("Cannot specify a default for %s() with multiple positional arguments", fn)
		}
		sel := selection{comparer: comparer{t: t}, op: op, key: in[0]}
		if err := each(t, of, sel.consider); err != nil {
			return nil, err
		}
		switch {
		case sel.best != nil:
			return sel.best, nil
		case in[1] != nil:
			return in[1], nil
		}
		return nil, pyerr.Value("%s() iterable argument is empty", fn)
	}
}

// A selection is the search for the least or greatest value.
type selection struct {
	comparer
	op  Relation
	key starlark.Value // may be nil or None

	best, bestKey starlark.Value
}

func (s *selection) consider(v starlark.Value) error {
	key := v
	if s.key != nil && s.key != starlark.None {
		var err error
		if key, err = call(s.t, s.key, v); err != nil {
			return err
		}
	}
	if s.best != nil {
		r, err := s.compare(s.op, key, s.bestKey)
		if err != nil {
			return err
		}
		if better, err := Truth(s.t, r); err != nil || !better {
			return err
		}
	}
	s.best, s.bestKey = v, key
	return nil
}

func powOf(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [3]starlark.Value
	s := signature{"pow", []string{"base", "exp", "mod"}, 2, 3}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	if in[2] == nil || in[2] == starlark.None {
		return Binary(t, Pow, in[0], in[1])
	}
	if v, ok, err := special(t, in[0], "__pow__", in[1], in[2]); ok || err != nil {
		return v, err
	}
	x, xok := asInt(native(in[0]))
	y, yok := asInt(native(in[1]))
	m, mok := asInt(native(in[2]))
	if !xok || !yok || !mok {
		if isNumber(in[0]) && isNumber(in[1]) && isNumber(in[2]) {
			return nil, pyerr.Type("pow() 3rd argument not allowed unless all arguments are integers")
		}
		return nil, pyerr.Type("unsupported operand type(s) for ** or pow(): '%s', '%s', '%s'", TypeName(in[0]), TypeName(in[1]), TypeName(in[2]))
	}
	return modPow(t, x, y, m)
}

func isNumber(v starlark.Value) bool {
	switch native(v).(type) {
	case starlark.Int, starlark.Bool, starlark.Float:
		return true
	}
	return false
}

// modPow is pow(x, y, m).
func modPow(t *starlark.Thread, x, y, m starlark.Int) (starlark.Value, error) {
	if m.Sign() == 0 {
		return nil, pyerr.Value("pow() 3rd argument cannot be 0")
	}
	words := width(m)/64 + 1
	if err := guard.MeterOf(t).Charge(words * words * (width(y) + 8) / 64); err != nil {
		return nil, err
	}
	base, exp, mod := x.BigInt(), y.BigInt(), m.BigInt()
	mod.Abs(mod)
	if exp.Sign() < 0 {
		if base.ModInverse(base, mod) == nil {
			return nil, pyerr.Value("base is not invertible for the given modulus")
		}
		exp.Neg(exp)
	}
	r := new(big.Int).Exp(base, exp, mod)
	if m.Sign() < 0 && r.Sign() > 0 {
		r.Sub(r, mod)
	}
	return starlark.MakeBigInt(r), nil
}

func round(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	s := signature{"round", []string{"number", "ndigits"}, 1, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	if o, ok := in[0].(Object); ok {
		var more []starlark.Value
		if in[1] != nil && in[1] != starlark.None {
			more = in[1:]
		}
		if v, ok, err := o.Special(t, "__round__", more...); ok || err != nil {
			return v, err
		}
	}
	x := native(in[0])
	if _, ok := x.(starlark.Float); !ok {
		if _, ok := asInt(x); !ok {
			return nil, pyerr.Type("type %s doesn't define __round__ method", TypeName(in[0]))
		}
	}
	if in[1] == nil || in[1] == starlark.None {
		return roundToInt(x)
	}
	i, ok, err := index(t, in[1])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notInteger(in[1])
	}
	if f, ok := x.(starlark.Float); ok {
		return roundFloat(float64(f), clamp(i))
	}
	v, _ := asInt(x)
	return roundInt(t, v, clamp(i))
}

// roundToInt is round(x).
func roundToInt(x starlark.Value) (starlark.Value, error) {
	f, ok := x.(starlark.Float)
	if !ok {
		i, _ := asInt(x)
		return i, nil
	}
	if _, err := floatInt(float64(f)); err != nil {
		return nil, err
	}
	return starlark.MakeBigInt(roundHalfEven(new(big.Rat).SetFloat64(float64(f)))), nil
}

func sorted(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, pyerr.Type("sorted expected 1 argument, got %d", len(args))
	}
	var in [2]starlark.Value
	if err := sortSignature.bind(in[:], nil, kwargs); err != nil {
		return nil, err
	}
	elems, err := collect(t, "sorted", args[0])
	if err != nil {
		return nil, err
	}
	return starlark.NewList(elems), sortElements(t, elems, in[0], in[1])
}

func sum(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var in [2]starlark.Value
	s := signature{"sum", []string{"", "start"}, 1, 2}
	if err := s.bind(in[:], args, kwargs); err != nil {
		return nil, err
	}
	acc := summation{t: t, total: in[1]}
	switch acc.total.(type) {
	case nil:
		acc.total = zero
	case starlark.String:
		return nil, pyerr.Type("sum() can't sum strings [use ''.join(seq) instead]")
	case starlark.Bytes:
		return nil, pyerr.Type("sum() can't sum bytes [use b''.join(seq) instead]")
	}
	if err := each(t, in[0], acc.add); err != nil {
		return nil, err
	}
	return acc.result(), nil
}

// A summation adds values up; floats with what their sum lost by rounding.
type summation struct {
	t     *starlark.Thread
	total starlark.Value
	lost  float64
}

func (s *summation) add(v starlark.Value) (err error) {
	if total, ok := s.total.(starlark.Float); ok {
		switch x := v.(type) {
		case starlark.Float:
			s.addFloat(float64(total), float64(x))
			return nil
		case starlark.Int, starlark.Bool:
			i, _ := asInt(x)
			f, err := intFloat(i)
			if err != nil {
				return err
			}
			s.total = starlark.Float(float64(total) + f)
			return nil
		}
		s.total, s.lost = s.result(), 0
	}
	s.total, err = Binary(s.t, Add, s.total, v)
	return err
}

// addFloat adds x and keeps what is lost, after Neumaier.
func (s *summation) addFloat(total, x float64) {
	sum := total + x
	if abs := func(f float64) float64 { return max(f, -f) }; abs(total) >= abs(x) {
		s.lost += total - sum + x
	} else {
		s.lost += x - sum + total
	}
	s.total = starlark.Float(sum)
}

func (s *summation) result() starlark.Value {
	if f, ok := s.total.(starlark.Float); ok && s.lost-s.lost == 0 {
		return f + starlark.Float(s.lost)
	}
	return s.total
}
