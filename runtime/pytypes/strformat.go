package pytypes

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// An AttrFunc reads an attribute of a value: package runtime/py has all of
// that.
type AttrFunc func(t *starlark.Thread, x starlark.Value, name string) (starlark.Value, error)

// attrLocal is the thread local that has the AttrFunc for "{0.name}".format.
const attrLocal = "starhost.py.attr"

// SetAttr tells how attributes are read on a thread, for the format strings
// that do.
func SetAttr(t *starlark.Thread, attr AttrFunc) { t.SetLocal(attrLocal, attr) }

// A formatter is one call of str.format or str.format_map.
type formatter struct {
	t       *starlark.Thread
	args    starlark.Tuple
	kwargs  []starlark.Tuple
	mapping starlark.Value // of format_map, or nil

	auto, manual bool // kinds of numbering used
	next         int
	out          []byte
}

// run writes a format string. depth counts how far it is nested in the
// specifications of others.
func (f *formatter) run(format string, depth int) error {
	if depth <= 0 {
		return pyerr.Value("Max string recursion exceeded")
	}
	if err := walked(f.t, len(format)); err != nil {
		return err
	}
	for at := 0; at < len(format); {
		i := strings.IndexAny(format[at:], "{}")
		if i < 0 {
			return f.write(format[at:])
		}
		if err := f.write(format[at : at+i]); err != nil {
			return err
		}
		at += i
		brace := format[at]
		at++
		if at < len(format) && format[at] == brace {
			if err := f.write(string(brace)); err != nil {
				return err
			}
			at++
			continue
		}
		if brace == '}' {
			return pyerr.Value("Single '}' encountered in format string")
		}
		if at == len(format) {
			return pyerr.Value("Single '{' encountered in format string")
		}
		var err error
		if at, err = f.field(format, at, depth); err != nil {
			return err
		}
	}
	return nil
}

func (f *formatter) write(s string) error {
	if err := grown(f.t, "format", len(f.out), len(s)); err != nil {
		return err
	}
	f.out = append(f.out, s...)
	return nil
}

// field writes the field that begins at format[at], after its brace, and gives
// the place behind it.
func (f *formatter) field(format string, at, depth int) (int, error) {
	start := at
	bracket := false
loop:
	for ; at < len(format); at++ { // the name
		switch c := format[at]; {
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == '{':
			return 0, pyerr.Value("unexpected '{' in field name")
		case c == '}' || c == ':' || c == '!':
			break loop
		}
	}
	if at >= len(format) {
		return 0, pyerr.Value("expected '}' before end of string")
	}
	name := format[start:at]
	conversion := ""
	if format[at] == '!' {
		at++
		if at >= len(format) {
			return 0, pyerr.Value("end of string while looking for conversion specifier")
		}
		n := charSize(format[at:])
		conversion = format[at : at+n]
		at += n
		if at >= len(format) {
			return 0, pyerr.Value("unmatched '{' in format spec")
		}
		if format[at] != ':' && format[at] != '}' {
			return 0, pyerr.Value("expected ':' after conversion specifier")
		}
	}
	spec, nested := "", false
	if format[at] == ':' {
		at++
		start, level := at, 1
		for ; at < len(format); at++ {
			if format[at] == '{' {
				nested = true
				level++
			} else if format[at] == '}' {
				if level--; level == 0 {
					break
				}
			}
		}
		if at >= len(format) {
			return 0, pyerr.Value("unmatched '{' in format spec")
		}
		spec = format[start:at]
	}
	return at + 1, f.output(name, conversion, spec, nested, depth)
}

// output writes the value of a field.
func (f *formatter) output(name, conversion, spec string, nested bool, depth int) error {
	v, err := f.value(name)
	if err != nil {
		return err
	}
	if v, err = f.converted(v, conversion); err != nil {
		return err
	}
	if nested {
		out := f.out
		f.out = nil
		err := f.run(spec, depth-1)
		spec, f.out = string(f.out), out
		if err != nil {
			return err
		}
	}
	s, err := Format(f.t, v, spec)
	if err != nil {
		return err
	}
	return f.write(s)
}

func (f *formatter) converted(v starlark.Value, conversion string) (starlark.Value, error) {
	var s string
	var err error
	switch conversion {
	case "":
		return v, nil
	case "s":
		s, err = Str(f.t, v)
	case "r":
		s, err = Repr(f.t, v)
	case "a":
		s, err = ASCII(f.t, v)
	default:
		if r, _ := decodeChar(conversion); r > 32 && r < 127 {
			return nil, pyerr.Value("Unknown conversion specifier %c", r)
		} else {
			return nil, pyerr.Value(`Unknown conversion specifier \x%x`, r)
		}
	}
	return starlark.String(s), err
}

// value gives what a field name means: a first part, and any number of
// attributes and items of it.
func (f *formatter) value(name string) (starlark.Value, error) {
	end := strings.IndexAny(name, ".[")
	if end < 0 {
		end = len(name)
	}
	v, err := f.first(name[:end])
	if err != nil {
		return nil, err
	}
	for rest := name[end:]; rest != ""; {
		if rest[0] == '.' {
			attr := rest[1:]
			if i := strings.IndexAny(attr, ".["); i >= 0 {
				attr = attr[:i]
			}
			if attr == "" {
				return nil, pyerr.Value("Empty attribute in format string")
			}
			if v, err = f.attr(v, attr); err != nil {
				return nil, err
			}
			rest = rest[1+len(attr):]
			continue
		}
		if rest[0] != '[' {
			return nil, pyerr.Value("Only '.' or '[' may follow ']' in format field specifier")
		}
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return nil, pyerr.Value("Missing ']' in format string")
		}
		key := rest[1:end]
		if key == "" {
			return nil, pyerr.Value("Empty attribute in format string")
		}
		var k starlark.Value = starlark.String(key)
		if n, isNumber, err := fieldNumber(key); err != nil {
			return nil, err
		} else if isNumber {
			k = starlark.MakeInt(n)
		}
		if v, err = Item(f.t, v, k); err != nil {
			return nil, err
		}
		rest = rest[end+1:]
	}
	return v, nil
}

func (f *formatter) attr(v starlark.Value, name string) (starlark.Value, error) {
	if attr, ok := f.t.Local(attrLocal).(AttrFunc); ok {
		return attr(f.t, v, name)
	}
	if a := DataAttr(v, name); a != nil {
		return a, nil
	}
	if h, ok := v.(starlark.HasAttrs); ok && !isStarlark(v) {
		if a, err := h.Attr(name); a != nil || err != nil {
			return a, err
		}
	}
	return nil, pyerr.New("AttributeError", "'%s' object has no attribute '%s'", TypeName(v), name)
}

// fieldNumber reads a number; other text is a name.
func fieldNumber(s string) (n int, ok bool, err error) {
	if s == "" {
		return 0, false, nil
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false, nil
		}
		if n > (1<<62)/10 {
			return 0, false, pyerr.Value("Too many decimal digits in format string")
		}
		n = n*10 + int(c-'0')
	}
	return n, true, nil
}

// first gives the value of the first part of a field name.
func (f *formatter) first(name string) (starlark.Value, error) {
	n, number, err := fieldNumber(name)
	if err != nil {
		return nil, err
	}
	switch {
	case name == "":
		if f.manual {
			return nil, pyerr.Value("cannot switch from manual field specification to automatic field numbering")
		}
		f.auto = true
		n = f.next
		f.next++
	case number:
		if f.auto {
			return nil, pyerr.Value("cannot switch from automatic field numbering to manual field specification")
		}
		f.manual = true
	default:
		return f.named(name)
	}
	if f.mapping != nil {
		return nil, pyerr.Value("Format string contains positional fields")
	}
	if n >= len(f.args) {
		return nil, indexError("Replacement index %d out of range for positional args tuple", n)
	}
	return f.args[n], nil
}

func (f *formatter) named(name string) (starlark.Value, error) {
	key := starlark.String(name)
	if f.mapping != nil {
		return Item(f.t, f.mapping, key)
	}
	for _, kv := range f.kwargs {
		if kv[0] == starlark.Value(key) {
			return kv[1], nil
		}
	}
	return nil, keyError(f.t, key)
}
