package guard

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// interpolate is format % x. It follows the interpreter's own function, with
// a bound on what is written.
func interpolate(thread *starlark.Thread, format string, x starlark.Value) (starlark.Value, error) {
	if err := walked(thread, len(format)); err != nil {
		return nil, err
	}
	f := interpolation{writer: writer{thread: thread, op: "%"}, x: x, count: 1}
	if f.tuple, f.isTuple = x.(starlark.Tuple); f.isTuple {
		f.count = len(f.tuple)
	}
	if err := f.run(format); err != nil {
		return nil, err
	}
	s, err := f.finish()
	return starlark.String(s), err
}

// An interpolation is one evaluation of format % x.
type interpolation struct {
	writer
	x       starlark.Value
	tuple   starlark.Tuple // x, if isTuple
	isTuple bool
	count   int // of positional arguments
	index   int // of the next one
}

func (f *interpolation) run(format string) error {
	for {
		literal, rest, found := strings.Cut(format, "%")
		if err := f.text(literal); err != nil {
			return err
		}
		if !found {
			break
		}
		if strings.HasPrefix(rest, "%") {
			f.WriteByte('%')
			format = rest[1:]
			continue
		}
		arg, rest, err := f.argument(rest)
		if err != nil {
			return err
		}
		if rest == "" {
			return fmt.Errorf("incomplete format")
		}
		if err := f.convert(rest[0], arg); err != nil {
			return err
		}
		format = rest[1:]
		f.index++
	}
	if _, ok := f.x.(starlark.Mapping); f.index < f.count && !ok {
		return fmt.Errorf("too many arguments for format string")
	}
	return nil
}

// argument finds the argument of the conversion at the start of format, and
// gives what follows its name, if it has one.
func (f *interpolation) argument(format string) (arg starlark.Value, rest string, err error) {
	if !strings.HasPrefix(format, "(") {
		if f.index >= f.count {
			return nil, "", fmt.Errorf("not enough arguments for format string")
		}
		if f.isTuple {
			return f.tuple[f.index], format, nil
		}
		return f.x, format, nil
	}
	key, rest, found := strings.Cut(format[1:], ")")
	if !found {
		return nil, "", fmt.Errorf("incomplete format key")
	}
	m, ok := f.x.(starlark.Mapping)
	if !ok {
		return nil, "", fmt.Errorf("format requires a mapping")
	}
	arg, found, _ = m.Get(starlark.String(key))
	if !found {
		return nil, "", fmt.Errorf("key not found: %s", key)
	}
	return arg, rest, nil
}

func (f *interpolation) convert(c byte, arg starlark.Value) error {
	switch c {
	case 's':
		return f.str(arg)
	case 'r':
		return f.value(arg)
	case 'd', 'i', 'o', 'x', 'X':
		return f.integer(c, arg)
	case 'e', 'f', 'g', 'E', 'F', 'G':
		return f.float(c, arg)
	case 'c':
		return f.char(arg)
	case '%':
		f.WriteByte('%')
		return nil
	}
	return fmt.Errorf("unknown conversion %%%c", c)
}

func (f *interpolation) integer(c byte, arg starlark.Value) error {
	i, err := starlark.NumberToInt(arg)
	if err != nil {
		return fmt.Errorf("%%%c format requires integer: %v", c, err)
	}
	if err := checkInt(f.thread, f.op, i); err != nil {
		return err
	}
	switch c {
	case 'd', 'i':
		return f.text(i.String())
	case 'o':
		return f.text(fmt.Sprintf("%o", i))
	case 'x':
		return f.text(fmt.Sprintf("%x", i))
	}
	return f.text(fmt.Sprintf("%X", i))
}

// float leaves the digits to the interpreter: there are some hundred at most.
func (f *interpolation) float(c byte, arg starlark.Value) error {
	x, ok := starlark.AsFloat(arg)
	if !ok {
		return fmt.Errorf("%%%c format requires float, not %s", c, arg.Type())
	}
	v, err := starlark.Binary(syntax.PERCENT, starlark.String("%"+string(c)), starlark.Float(x))
	if err != nil {
		return err
	}
	return f.str(v)
}

func (f *interpolation) char(arg starlark.Value) error {
	switch arg := arg.(type) {
	case starlark.Int:
		r, err := starlark.AsInt32(arg)
		if err != nil || r < 0 || r > unicode.MaxRune {
			return fmt.Errorf("%%c format requires a valid Unicode code point, got %s", arg)
		}
		f.WriteRune(rune(r))
		return nil
	case starlark.String:
		r, n := utf8.DecodeRuneInString(string(arg))
		if n != len(arg) || n == 0 {
			return fmt.Errorf("%%c format requires a single-character string")
		}
		f.WriteRune(r)
		return nil
	}
	return fmt.Errorf("%%c format requires int or single-character string, not %s", arg.Type())
}

// stringFormat is s.format(*args, **kwargs). It follows the interpreter's own
// function, with a bound on what is written.
func stringFormat(thread *starlark.Thread, recv starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	format := string(recv.(starlark.String))
	if err := walked(thread, len(format)); err != nil {
		return nil, err
	}
	f := formatting{writer: writer{thread: thread, op: "format"}, args: args, kwargs: kwargs}
	if err := f.run(format); err != nil {
		return nil, err
	}
	s, err := f.finish()
	return starlark.String(s), err
}

// A formatting is one call of the method format.
type formatting struct {
	writer
	args         starlark.Tuple
	kwargs       []starlark.Tuple
	names        map[string]starlark.Value // the kwargs, once they are needed
	auto, manual bool                      // kinds of positional indexing used
	index        int
}

func (f *formatting) run(format string) error {
	for {
		literal, rest, found := strings.Cut(format, "{")
		if err := f.literal(literal); err != nil || !found {
			return err
		}
		if strings.HasPrefix(rest, "{") {
			f.WriteByte('{')
			format = rest[1:]
			continue
		}
		field, rest, found := strings.Cut(rest, "}")
		if !found {
			return fmt.Errorf("format: unmatched '{' in format")
		}
		if err := f.field(field); err != nil {
			return err
		}
		format = rest
	}
}

// literal writes what is between the fields, with "}}" as "}".
func (f *formatting) literal(s string) error {
	for {
		before, after, found := strings.Cut(s, "}")
		if err := f.text(before); err != nil || !found {
			return err
		}
		if !strings.HasPrefix(after, "}") {
			return fmt.Errorf("format: single '}' in format")
		}
		f.WriteByte('}')
		s = after[1:]
	}
}

// field writes a replacement field: name[!conv][:spec].
func (f *formatting) field(field string) error {
	name, conv, spec := field, "s", ""
	if before, after, found := strings.Cut(field, "!"); found {
		name = before
		conv, spec, _ = strings.Cut(after, ":")
	} else {
		name, spec, _ = strings.Cut(field, ":")
	}
	arg, err := f.argument(name)
	if err != nil {
		return err
	}
	if spec != "" {
		return fmt.Errorf("format spec features not supported in replacement fields: %s", spec)
	}
	switch conv {
	case "s":
		return f.str(arg)
	case "r":
		return f.value(arg)
	}
	return fmt.Errorf("format: unknown conversion %q", conv)
}

func (f *formatting) argument(name string) (starlark.Value, error) {
	if name == "" {
		if f.manual {
			return nil, fmt.Errorf("format: cannot switch from manual field specification to automatic field numbering")
		}
		f.auto = true
		f.index++
		return f.positional(f.index - 1)
	}
	if i, ok := decimal(name); ok {
		if f.auto {
			return nil, fmt.Errorf("format: cannot switch from automatic field numbering to manual field specification")
		}
		f.manual = true
		return f.positional(i)
	}
	return f.named(name)
}

func (f *formatting) positional(i int) (starlark.Value, error) {
	if i >= len(f.args) {
		return nil, fmt.Errorf("format: tuple index out of range")
	}
	return f.args[i], nil
}

func (f *formatting) named(name string) (starlark.Value, error) {
	if f.names == nil {
		f.names = make(map[string]starlark.Value, len(f.kwargs))
		for _, kv := range slices.Backward(f.kwargs) { // the first counts
			key, _ := starlark.AsString(kv[0])
			f.names[key] = kv[1]
		}
	}
	if v, ok := f.names[name]; ok {
		return v, nil
	}
	switch {
	case strings.Contains(name, "."):
		return nil, fmt.Errorf("format: attribute syntax x.y is not supported in replacement fields: %s", name)
	case strings.Contains(name, "["):
		return nil, fmt.Errorf("format: element syntax a[i] is not supported in replacement fields: %s", name)
	case strings.Contains(name, "{"):
		return nil, fmt.Errorf("format: nested replacement fields not supported")
	}
	return nil, fmt.Errorf("format: keyword %s not found", name)
}

// decimal is the value of s if it consists of decimal digits.
func decimal(s string) (x int, ok bool) {
	for i := range len(s) {
		digit := s[i] - '0'
		if digit > 9 {
			return 0, false
		}
		if x = x*10 + int(digit); x < 0 {
			return 0, false
		}
	}
	return x, true
}
