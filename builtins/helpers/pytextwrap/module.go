// Package pytextwrap has Python's module textwrap.
//
// A text is divided into chunks that a line must not break (chunks.go), and
// these are put into lines (wrapper.go). Lengths are in characters. The time is
// linear in the text and the result.
//
// What differs from CPython: TextWrapper cannot be extended, and its attributes
// have the types that their names say.
package pytextwrap

import (
	"slices"
	"strings"
	"unicode"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Module returns the module textwrap.
//
//	wrap(text, width=70, **options), fill(text, width=70, **options), shorten(text, width, **options)
//	TextWrapper(width=70, **options)  with wrap(text), fill(text), and the options as attributes
//	    initial_indent="", subsequent_indent="", expand_tabs=True, replace_whitespace=True, fix_sentence_endings=False,
//	    break_long_words=True, drop_whitespace=True, break_on_hyphens=True, tabsize=8, max_lines=None, placeholder=" [...]"
//	dedent(text), indent(text, prefix, predicate=None)
func Module() runtime.Module {
	return runtime.Module{
		Names: []string{"textwrap"},
		Members: starlark.StringDict{
			"wrap":        pyclass.Function("wrap", wrap),
			"fill":        pyclass.Function("fill", fill),
			"shorten":     pyclass.Function("shorten", shorten),
			"dedent":      pyclass.Function("dedent", dedent),
			"indent":      pyclass.Function("indent", indent),
			"TextWrapper": wrapperClass,
		},
	}
}

// textArg is a text; Python calls a method of it.
type textArg string

// Unpack implements starlark.Unpacker.
func (t *textArg) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if !ok {
		return pyerr.Type("got %s, want str", pytypes.TypeName(v))
	}
	*t = textArg(s)
	return nil
}

func wrap(c pyclass.Call) (starlark.Value, error) {
	found, err := wrapArgs(c)
	if err != nil {
		return nil, err
	}
	return list(found), nil
}

func fill(c pyclass.Call) (starlark.Value, error) {
	found, err := wrapArgs(c)
	if err != nil {
		return nil, err
	}
	return joined(c, found)
}

func wrapArgs(c pyclass.Call) ([]string, error) {
	var text textArg
	w := newWrapper()
	if err := c.Unpack(append([]any{"text", &text}, w.params()...)...); err != nil {
		return nil, err
	}
	return w.wrap(c, string(text))
}

func list(texts []string) starlark.Value {
	elems := make([]starlark.Value, len(texts))
	for i, s := range texts {
		elems[i] = starlark.String(s)
	}
	return starlark.NewList(elems)
}

func joined(c pyclass.Call, lines []string) (starlark.Value, error) {
	size := 0
	for _, line := range lines {
		size += len(line) + 1
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, size); err != nil {
		return nil, err
	}
	return starlark.String(strings.Join(lines, "\n")), nil
}

func shorten(c pyclass.Call) (starlark.Value, error) {
	var text textArg
	w := newWrapper()
	params := append([]any{"text", &text}, w.params()...)
	params[2] = "width"
	if err := c.Unpack(params...); err != nil {
		return nil, err
	}
	if w.maxLines != starlark.None {
		return nil, pyerr.Type("textwrap.TextWrapper() got multiple values for keyword argument 'max_lines'")
	}
	w.maxLines = starlark.MakeInt(1)
	if err := guard.CheckBytes(c.Thread, c.Fn, 16*len(text)); err != nil {
		return nil, err
	}
	words := strings.FieldsFunc(string(text), func(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f })
	found, err := w.wrap(c, strings.Join(words, " "))
	if err != nil {
		return nil, err
	}
	return joined(c, found)
}

// dedent drops the white space that all lines begin with. Lines of white space
// only become empty, and do not count.
func dedent(c pyclass.Call) (starlark.Value, error) {
	var text textArg
	if err := c.Unpack("text", &text); err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 4*len(text)); err != nil {
		return nil, err
	}
	lines := strings.Split(string(text), "\n")
	margin, first := "", true
	for i, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		if rest == "" {
			lines[i] = ""
			continue
		}
		indent := line[:len(line)-len(rest)]
		if first {
			margin, first = indent, false
		}
		n := 0
		for n < len(margin) && n < len(indent) && margin[n] == indent[n] {
			n++
		}
		margin = margin[:n]
	}
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], margin)
	}
	return starlark.String(strings.Join(lines, "\n")), nil
}

// indent puts a prefix before the lines that a function says, or that are not
// white space only.
func indent(c pyclass.Call) (starlark.Value, error) {
	var text, prefix textArg
	var predicate starlark.Value = starlark.None
	if err := c.Unpack("text", &text, "prefix", &prefix, "predicate?", &predicate); err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, len(text)); err != nil {
		return nil, err
	}
	meter := guard.MeterOf(c.Thread)
	var b strings.Builder
	for rest := string(text); rest != ""; {
		line := rest[:lineEnd(rest)]
		rest = rest[len(line):]
		prefixed := !blank([]rune(line))
		if predicate != starlark.None {
			v, err := starlark.Call(c.Thread, predicate, starlark.Tuple{starlark.String(line)}, nil)
			if err != nil {
				return nil, err
			}
			if prefixed, err = pytypes.Truth(c.Thread, v); err != nil {
				return nil, err
			}
		}
		if prefixed {
			b.WriteString(string(prefix))
		}
		b.WriteString(line)
		if b.Len() > meter.Limits().Bytes {
			return nil, guard.CheckBytes(c.Thread, c.Fn, b.Len())
		}
		if err := meter.Charge(1 + (len(line)+len(prefix))/32); err != nil {
			return nil, err
		}
	}
	return starlark.String(b.String()), nil
}

// lineEnd returns where the first line ends, after its line break. Breaks are
// those of Python's splitlines.
func lineEnd(s string) int {
	for i, r := range s {
		switch {
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			return i + 2
		case r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e:
			return i + 1
		case r == 0x85:
			return i + 2
		case r == 0x2028 || r == 0x2029:
			return i + 3
		}
	}
	return len(s)
}

var (
	_ starlark.HasSetField = (*wrapper)(nil)
	_ pyclass.Instance     = (*wrapper)(nil)
)

var wrapperClass = &pyclass.Class{FullName: "textwrap.TextWrapper", New: func(c pyclass.Call) (starlark.Value, error) {
	w := newWrapper()
	if err := c.Unpack(w.params()...); err != nil {
		return nil, err
	}
	return w, nil
}}

func (w *wrapper) String() string        { return "<textwrap.TextWrapper object>" }
func (w *wrapper) Type() string          { return "TextWrapper" }
func (w *wrapper) Freeze()               { w.frozen = true }
func (w *wrapper) Truth() starlark.Bool  { return true }
func (w *wrapper) Hash() (uint32, error) { return 0, pyerr.Type("unhashable type: 'TextWrapper'") }

// Class returns the class textwrap.TextWrapper.
func (w *wrapper) Class() *pyclass.Class { return wrapperClass }

// Attr returns an option or a method.
func (w *wrapper) Attr(name string) (starlark.Value, error) {
	switch v := w.option(name).(type) {
	case *int:
		return starlark.MakeInt(*v), nil
	case *string:
		return starlark.String(*v), nil
	case truth:
		return starlark.Bool(*v.is), nil
	case *starlark.Value:
		return *v, nil
	}
	switch name {
	case "wrap":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			found, err := w.wrapText(c)
			return list(found), err
		}), nil
	case "fill":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			found, err := w.wrapText(c)
			if err != nil {
				return nil, err
			}
			return joined(c, found)
		}), nil
	}
	return nil, nil
}

func (w *wrapper) wrapText(c pyclass.Call) ([]string, error) {
	var text textArg
	if err := c.Unpack("text", &text); err != nil {
		return nil, err
	}
	return w.wrap(c, string(text))
}

// option finds where an option is kept.
func (w *wrapper) option(name string) any {
	params := w.params()
	for i := 0; i < len(params); i += 2 {
		if params[i] == name+"?" {
			return params[i+1]
		}
	}
	return nil
}

// AttrNames lists the options and methods.
func (w *wrapper) AttrNames() []string {
	names := []string{"fill", "wrap"}
	params := w.params()
	for i := 0; i < len(params); i += 2 {
		names = append(names, strings.TrimSuffix(params[i].(string), "?"))
	}
	slices.Sort(names)
	return names
}

// SetField sets an option.
func (w *wrapper) SetField(name string, v starlark.Value) error {
	target := w.option(name)
	switch {
	case w.frozen:
		return pyerr.Type("cannot change a TextWrapper that is shared")
	case target == nil:
		return starlark.NoSuchAttrError("'TextWrapper' object has no attribute '" + name + "'")
	}
	return pyerr.Unpack("TextWrapper", starlark.Tuple{v}, nil, name, target)
}
