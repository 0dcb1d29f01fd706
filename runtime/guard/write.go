package guard

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Str converts v to a string as the built-in function str does. It fails if
// the string would be longer than the call's limit or v is nested too deep.
func Str(thread *starlark.Thread, v starlark.Value) (string, error) {
	return str(thread, "str", v)
}

// Repr converts v to a string as the built-in function repr does, with the
// limits of Str.
func Repr(thread *starlark.Thread, v starlark.Value) (string, error) {
	return repr(thread, "repr", v)
}

func str(thread *starlark.Thread, op string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return transcode(thread, op, string(v))
	}
	return repr(thread, op, v)
}

func repr(thread *starlark.Thread, op string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.Bool, starlark.NoneType, starlark.Float:
		return v.String(), nil
	case starlark.Int:
		if err := checkInt(thread, op, v); err != nil {
			return "", err
		}
		return v.String(), nil
	}
	w := writer{thread: thread, op: op}
	if err := w.value(v); err != nil {
		return "", err
	}
	return w.finish()
}

// transcode replaces what is not UTF-8 in s by U+FFFD.
func transcode(thread *starlark.Thread, op, s string) (string, error) {
	if utf8.ValidString(s) {
		return s, walked(thread, len(s))
	}
	if err := CheckBytes(thread, op, len(s)); err != nil {
		return "", err
	}
	var out strings.Builder
	for _, r := range s { // yields U+FFFD for each byte that is not UTF-8
		out.WriteRune(r)
	}
	return out.String(), CheckBytes(thread, op, out.Len())
}

// A writer writes values as Starlark spells them, up to the limits of the
// call.
type writer struct {
	strings.Builder
	thread *starlark.Thread
	op     string // for the error

	m     *Meter           // of thread, once it is needed
	paid  int              // bytes that were charged
	path  []starlark.Value // the lists and dictionaries around the current value
	depth int              // of all containers around it
}

// finish charges what was not charged yet, and gives the string.
func (w *writer) finish() (string, error) {
	err := CheckBytes(w.thread, w.op, w.Len()-w.paid)
	return w.String(), err
}

// meter is the meter of the call, found when it is first needed.
func (w *writer) meter() *Meter {
	if w.m == nil {
		w.m = MeterOf(w.thread)
	}
	return w.m
}

// str writes v as str gives it.
func (w *writer) str(v starlark.Value) error {
	if s, ok := v.(starlark.String); ok {
		return w.text(string(s))
	}
	return w.value(v)
}

// text writes s as it is.
func (w *writer) text(s string) error {
	if err := w.room(len(s)); err != nil {
		return err
	}
	w.WriteString(s)
	return nil
}

// room fails if there is no room for n bytes more.
func (w *writer) room(n int) error {
	if w.Len()+n-w.paid <= free {
		return nil
	}
	if n += w.Len(); n > w.meter().limits.Bytes {
		return &LimitError{Limit: "string size", Op: w.op, Max: uint64(w.m.limits.Bytes)}
	}
	err := w.m.Charge((n - w.paid) / stepBytes)
	w.paid = n
	return err
}

// value writes v as repr gives it.
func (w *writer) value(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		return w.quoted(string(v), false)
	case starlark.Bytes:
		return w.quoted(string(v), true)
	case starlark.Int:
		return w.int(v)
	case *starlark.List:
		return w.around(v, "[", "]", func() error { return w.elements(v) })
	case starlark.Tuple:
		return w.tuple(v)
	case *starlark.Dict:
		return w.around(v, "{", "}", func() error { return w.entries(v) })
	case *starlark.Set:
		return w.set(v)
	}
	if c, ok := asComposite(v); ok { // whose String may know no bound
		if _, err := Measure(w.thread, w.op, c); err != nil {
			return err
		}
	}
	return w.text(v.String())
}

func (w *writer) quoted(s string, bytes bool) error {
	if err := w.room(len(s)); err != nil {
		return err
	}
	return w.text(syntax.Quote(s, bytes))
}

func (w *writer) int(i starlark.Int) error {
	if err := checkInt(w.thread, w.op, i); err != nil {
		return err
	}
	return w.text(i.String())
}

// around writes a list or dictionary, or just an ellipsis if it is inside
// itself.
func (w *writer) around(v starlark.Value, left, right string, body func() error) error {
	w.WriteString(left)
	if slices.Contains(w.path, v) {
		w.WriteString("...")
	} else {
		w.path = append(w.path, v)
		if err := w.nested(body); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	return w.text(right)
}

func (w *writer) nested(body func() error) error {
	if w.depth++; w.depth > 10 && w.depth > w.meter().limits.Depth {
		return &LimitError{Limit: "depth", Op: w.op, Max: uint64(w.m.limits.Depth)}
	}
	err := body()
	w.depth--
	return err
}

func (w *writer) tuple(t starlark.Tuple) error {
	w.WriteByte('(')
	if err := w.nested(func() error { return w.elements(t) }); err != nil {
		return err
	}
	if len(t) == 1 {
		w.WriteByte(',')
	}
	return w.text(")")
}

func (w *writer) set(s *starlark.Set) error {
	w.WriteString("set([")
	err := w.nested(func() error {
		first := true
		for k := range s.Elements() {
			if err := w.separated(&first, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.text("])")
}

func (w *writer) elements(v starlark.Indexable) error {
	first := true
	for i := range v.Len() {
		if err := w.separated(&first, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) entries(d *starlark.Dict) error {
	first := true
	for k, v := range d.Entries() {
		if err := w.separated(&first, k); err != nil {
			return err
		}
		w.WriteString(": ")
		if err := w.value(v); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) separated(first *bool, v starlark.Value) error {
	if !*first {
		w.WriteString(", ")
	}
	*first = false
	return w.value(v)
}

// checkInt fails if i is wider than the call's limit, so that converting it
// to digits would take too long.
func checkInt(thread *starlark.Thread, op string, i starlark.Int) error {
	if _, ok := i.Int64(); ok {
		return nil
	}
	return CheckBits(thread, op, i.BigInt().BitLen())
}
