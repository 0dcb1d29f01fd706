package probe

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// maxValue is the length in characters at which the text of a value is cut.
const maxValue = 200

// A shown is a value as it was at one time: itself, if it never changes, or
// its text.
type shown struct {
	value starlark.Value
	text  string
}

// shownNow notes v in its present state. It takes at most some microseconds:
// every bit of a value that it looks at adds to a text that is soon full.
func shownNow(v starlark.Value) shown {
	switch v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.String, starlark.Bytes, starlark.Int, starlark.Float:
		return shown{value: v}
	}
	return shown{text: show200(v)}
}

func (s shown) String() string {
	if s.value != nil {
		return show200(s.value)
	}
	return s.text
}

// show200 gives the text of v, of up to maxValue characters.
func show200(v starlark.Value) string {
	w := shower{left: maxValue}
	w.value(v)
	if w.left < 0 {
		w.WriteString("…")
	}
	return w.String()
}

// A shower writes values, until there is no room left.
type shower struct {
	strings.Builder
	left int // characters; less than 0 once there was too little room
}

// text writes s as far as there is room, and reports whether some is left.
func (w *shower) text(s string) bool {
	if len(s) <= w.left {
		w.left -= utf8.RuneCountInString(s)
		w.WriteString(s)
		return true
	}
	for _, r := range s {
		if w.left--; w.left < 0 {
			return false
		}
		w.WriteRune(r)
	}
	return true
}

// value writes v as Starlark does. Values of types that are not known to
// contain others are asked for their String.
func (w *shower) value(v starlark.Value) bool {
	switch v := v.(type) {
	case starlark.String:
		return w.quoted(string(v), false)
	case starlark.Bytes:
		return w.quoted(string(v), true)
	case starlark.Int:
		return w.int(v)
	case starlark.Tuple:
		return w.tuple(v)
	case *starlark.List:
		return w.text("[") && w.indexed(v) && w.text("]")
	case *starlark.Set:
		return w.text("set([") && w.elements(v) && w.text("])")
	case starlark.IterableMapping:
		return w.text("{") && w.entries(v) && w.text("}")
	case *starlarkstruct.Struct, *starlarkstruct.Module:
		return w.text("<" + v.Type() + ">")
	case starlark.Indexable:
		return w.text("[") && w.indexed(v) && w.text("]")
	case starlark.Sequence:
		return w.text("[") && w.elements(v) && w.text("]")
	case starlark.Iterable:
		return w.text("<" + v.Type() + ">") // going through it may have an effect
	}
	return w.text(v.String())
}

// quoted writes a string or bytes in quotes, without looking at more of it
// than fits.
func (w *shower) quoted(s string, bytes bool) bool {
	if n := max(w.left, 0); len(s) > n*utf8.UTFMax {
		s = s[:n*utf8.UTFMax]
	}
	return w.text(syntax.Quote(s, bytes))
}

func (w *shower) int(i starlark.Int) bool {
	if _, ok := i.Int64(); !ok {
		if n := i.BigInt().BitLen(); n > 3*maxValue {
			return w.text(fmt.Sprintf("<int of %d bits>", n))
		}
	}
	return w.text(i.String())
}

func (w *shower) tuple(t starlark.Tuple) bool {
	if len(t) == 1 {
		return w.text("(") && w.value(t[0]) && w.text(",)")
	}
	return w.text("(") && w.indexed(t) && w.text(")")
}

func (w *shower) indexed(v starlark.Indexable) bool {
	for i := range v.Len() {
		if !w.comma(i) || !w.value(v.Index(i)) {
			return false
		}
	}
	return true
}

func (w *shower) elements(v starlark.Iterable) bool {
	i := 0
	for e := range starlark.Elements(v) {
		if !w.comma(i) || !w.value(e) {
			return false
		}
		i++
	}
	return true
}

func (w *shower) entries(m starlark.IterableMapping) bool {
	i := 0
	for k := range starlark.Elements(m) {
		v, ok, err := m.Get(k)
		if err != nil || !ok {
			return w.text("…")
		}
		if !w.comma(i) || !w.value(k) || !w.text(": ") || !w.value(v) {
			return false
		}
		i++
	}
	return true
}

func (w *shower) comma(i int) bool { return i == 0 || w.text(", ") }
