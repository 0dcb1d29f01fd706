package pyjson

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Dumps returns v as Python's json.dumps(v) prints it.
//
// A starlark.IterableMapping is an object, whatever its type; a sequence that
// can be indexed is an array. Anything else that is not a string, number, bool
// or None (a set, bytes, a function) is a TypeError that names the place.
func Dumps(v starlark.Value) (string, error) {
	return new(Encoder).Encode(v)
}

// An Encoder holds the options of json.dumps. The zero value has Python's
// defaults. An Encoder may be used by several goroutines if Default may.
type Encoder struct {
	SkipKeys   bool // leave out keys that JSON does not have, instead of failing
	RawUnicode bool // ensure_ascii=False: write characters as they are
	RefuseNaN  bool // allow_nan=False: NaN and infinities are errors
	SortKeys   bool // write the keys of an object in order

	// Indent, if not nil, starts every element on a line of its own and is
	// repeated for each level. It also changes the default separator.
	Indent *string

	// Separators, if not nil, go between elements and after a key.
	Separators *[2]string

	// Default, if not nil, is asked for a replacement of a value that JSON
	// does not have. The replacement may again be such a value.
	Default func(starlark.Value) (starlark.Value, error)

	// MaxBytes and MaxDepth bound the text; 0 means the package's defaults.
	MaxBytes, MaxDepth int

	// Spend, if not nil, is told before each value is written what was done
	// since the last, in bytes. Its error ends the work.
	Spend func(bytes int) error
}

// Encode returns v as text. Its errors have a Python class (pyerr.Error), but
// for those of Default, Spend and of v's own iteration, which are passed on.
func (e *Encoder) Encode(v starlark.Value) (string, error) {
	w := writer{Encoder: e, comma: ", ", colon: ": ", maxBytes: e.MaxBytes, maxDepth: e.MaxDepth}
	w.dst = make([]byte, 0, 512)
	w.stack = make([]frame, 0, 8)
	if e.Indent != nil {
		w.comma = ","
	}
	if e.Separators != nil {
		w.comma, w.colon = e.Separators[0], e.Separators[1]
	}
	if w.maxBytes == 0 {
		w.maxBytes = DefaultBytes
	}
	if w.maxDepth == 0 {
		w.maxDepth = DefaultDepth
	}
	if err := w.value(v); err != nil {
		return "", err
	}
	return string(w.dst), nil
}

// A writer is the state of one Encode.
type writer struct {
	*Encoder
	comma, colon       string
	maxBytes, maxDepth int

	dst      []byte
	stack    []frame // the containers around the current value
	replaced int     // how many of them are values that Default has replaced
	spent    int     // length of dst when Spend was called last
}

// valueBytes is what Spend is told of a value beside its text.
const valueBytes = 32

// spend tells of the work since the last value.
func (w *writer) spend() error {
	if w.Spend == nil {
		return nil
	}
	n := len(w.dst) - w.spent
	w.spent = len(w.dst)
	return w.Spend(n + valueBytes + 2*len(w.stack)) // which is searched for cycles
}

// A frame is a container that is being written, and where in it we are.
type frame struct {
	value starlark.Value
	key   starlark.Value // of an object
	index int            // of an array
}

func (w *writer) value(v starlark.Value) error {
	if len(w.dst) > w.maxBytes {
		return ErrSize
	}
	if err := w.spend(); err != nil {
		return err
	}
	if o, ok := v.(extension); ok && o.Native() != nil {
		v = o.Native()
	}
	switch v := v.(type) {
	case starlark.String:
		w.dst = appendString(w.dst, string(v), w.RawUnicode)
	case starlark.Int:
		return w.int(v)
	case starlark.Float:
		return w.float(float64(v))
	case starlark.Bool:
		w.dst = append(w.dst, jsonBool(v)...)
	case starlark.NoneType:
		w.dst = append(w.dst, "null"...)
	case *starlark.Set, starlark.Bytes:
		return w.other(v)
	case starlark.IterableMapping:
		if err := w.enter(v); err != nil {
			return err
		}
		defer w.leave()
		return w.object(v)
	case starlark.Sequence:
		list, ok := v.(starlark.Indexable)
		if !ok || v.Type() == "range" {
			return w.other(v)
		}
		if err := w.enter(v); err != nil {
			return err
		}
		defer w.leave()
		return w.array(list)
	default:
		return w.other(v)
	}
	return nil
}

// An extension is an object whose class extends a built-in type: it is written
// as the value that it holds of that.
type extension interface{ Native() starlark.Value }

func (w *writer) int(v starlark.Int) error {
	if i, ok := v.Int64(); ok {
		w.dst = strconv.AppendInt(w.dst, i, 10)
		return nil
	}
	text, err := bigText(v)
	w.dst = append(w.dst, text...)
	return err
}

// bigText prints a large integer. The limit is Python's, and for its reason:
// the work is quadratic.
func bigText(v starlark.Int) (string, error) {
	if b := v.BigInt(); b.BitLen() <= maxDigits*333/100 {
		return b.String(), nil
	} else if text := ""; b.BitLen() <= maxDigits*334/100 {
		if text = b.String(); len(strings.TrimPrefix(text, "-")) <= maxDigits {
			return text, nil
		}
	}
	return "", pyerr.Value("Exceeds the limit (%d digits) for integer string conversion; "+
		"use sys.set_int_max_str_digits() to increase the limit", maxDigits)
}

func (w *writer) float(f float64) error {
	if !math.IsNaN(f) && !math.IsInf(f, 0) {
		w.dst = pyrepr.AppendFloat(w.dst, f)
		return nil
	}
	if w.RefuseNaN {
		return pyerr.Value("Out of range float values are not JSON compliant: %s", pyrepr.Float(f))
	}
	w.dst = append(w.dst, floatText(f)...)
	return nil
}

func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return pyrepr.Float(f)
}

func jsonBool(b starlark.Bool) string {
	if b {
		return "true"
	}
	return "false"
}

// other writes a value that JSON does not have by the caller's Default.
func (w *writer) other(v starlark.Value) error {
	if w.Default == nil {
		return pyerr.Type("Object of type %s is not JSON serializable%s", pyerr.TypeName(v), w.place())
	}
	if err := w.enter(v); err != nil {
		return err
	}
	w.replaced++
	defer func() {
		w.replaced--
		w.leave()
	}()
	replacement, err := w.Default(v)
	if err != nil {
		return err
	}
	return w.value(replacement)
}

// enter begins a container, unless it is in itself, or too deep.
func (w *writer) enter(v starlark.Value) error {
	if w.onStack(v) {
		return pyerr.Value("Circular reference detected")
	}
	if len(w.stack) >= w.maxDepth {
		return pyerr.New("RecursionError", "maximum recursion depth exceeded while encoding a JSON object")
	}
	w.stack = append(w.stack, frame{value: v})
	return nil
}

func (w *writer) leave() { w.stack = w.stack[:len(w.stack)-1] }

// onStack reports whether v is being written already. Only values that can
// change can contain themselves; for other cycles the depth is the limit.
func (w *writer) onStack(v starlark.Value) bool {
	switch v.(type) {
	case *starlark.List, *starlark.Dict:
		for i := range w.stack {
			if w.stack[i].value == v {
				return true
			}
		}
	}
	return false
}

// place tells where in the value the writer is, as an index expression.
func (w *writer) place() string {
	var b strings.Builder
	for _, f := range w.stack {
		if f.key != nil {
			b.WriteString("[" + f.key.String() + "]")
		} else if _, ok := f.value.(starlark.Indexable); ok {
			b.WriteString("[" + strconv.Itoa(f.index) + "]")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return " (at " + b.String() + ")"
}

func (w *writer) array(list starlark.Indexable) error {
	n := list.Len()
	if n == 0 {
		w.dst = append(w.dst, "[]"...)
		return nil
	}
	w.dst = append(w.dst, '[')
	top := len(w.stack) - 1
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, w.comma...)
		}
		w.newline(len(w.stack))
		w.stack[top].index = i
		if err := w.value(list.Index(i)); err != nil {
			return err
		}
	}
	w.newline(top)
	w.dst = append(w.dst, ']')
	return nil
}

func (w *writer) object(m starlark.IterableMapping) error {
	entries := starlark.Entries(m)
	if w.SortKeys {
		var err error
		if entries, err = sorted(entries); err != nil {
			return err
		}
	}
	empty, first := true, true
	for k, v := range entries {
		if empty {
			w.dst = append(w.dst, '{')
			w.newline(len(w.stack))
			empty = false
		}
		key, ok, err := w.key(k)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if !first {
			w.dst = append(w.dst, w.comma...)
			w.newline(len(w.stack))
		}
		first = false
		if err := w.member(k, key, v); err != nil {
			return err
		}
	}
	if empty {
		w.dst = append(w.dst, "{}"...)
		return nil
	}
	w.newline(len(w.stack) - 1)
	w.dst = append(w.dst, '}')
	return nil
}

// member writes the value v of key k, whose text is key.
func (w *writer) member(k starlark.Value, key string, v starlark.Value) error {
	w.dst = appendString(w.dst, key, w.RawUnicode)
	w.dst = append(w.dst, w.colon...)
	w.stack[len(w.stack)-1].key = k
	return w.value(v)
}

func (w *writer) newline(level int) {
	if w.Indent == nil {
		return
	}
	w.dst = append(w.dst, '\n')
	for range level - w.replaced {
		w.dst = append(w.dst, *w.Indent...)
	}
}

// key returns the text of a key, and false if it is to be left out.
func (w *writer) key(k starlark.Value) (string, bool, error) {
	if o, ok := k.(extension); ok && o.Native() != nil {
		k = o.Native()
	}
	switch k := k.(type) {
	case starlark.String:
		return string(k), true, nil
	case starlark.Int:
		if _, small := k.Int64(); !small {
			text, err := bigText(k)
			return text, true, err
		}
		return k.String(), true, nil
	case starlark.Bool:
		return jsonBool(k), true, nil
	case starlark.NoneType:
		return "null", true, nil
	case starlark.Float:
		f := float64(k)
		if w.RefuseNaN && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return "", false, pyerr.Value("Out of range float values are not JSON compliant")
		}
		return floatText(f), true, nil
	}
	if w.SkipKeys {
		return "", false, nil
	}
	return "", false, pyerr.Type("keys must be str, int, float, bool or None, not %s%s",
		pyerr.TypeName(k), w.place())
}

type entries = iter.Seq2[starlark.Value, starlark.Value]

// sorted returns the entries in the order of their keys, as sorted(d.items())
// does: keys of different kinds have no order.
func sorted(unordered entries) (entries, error) {
	var items []starlark.Tuple
	for k, v := range unordered {
		items = append(items, starlark.Tuple{k, v})
	}
	var failed error
	slices.SortStableFunc(items, func(a, b starlark.Tuple) int {
		order, err := compareKeys(a[0], b[0])
		if err != nil && failed == nil {
			failed = err
		}
		return order
	})
	return func(yield func(k, v starlark.Value) bool) {
		for _, item := range items {
			if !yield(item[0], item[1]) {
				return
			}
		}
	}, failed
}

func compareKeys(a, b starlark.Value) (int, error) {
	if a, ok := a.(starlark.String); ok {
		if b, ok := b.(starlark.String); ok {
			return strings.Compare(string(a), string(b)), nil
		}
	}
	x, xok := number(a)
	y, yok := number(b)
	if xok && yok {
		less, err := starlark.Compare(syntax.LT, x, y)
		if err != nil || less {
			return -1, err
		}
		less, err = starlark.Compare(syntax.LT, y, x)
		if less {
			return 1, err
		}
		return 0, err
	}
	return 0, pyerr.Type("'<' not supported between instances of '%s' and '%s'",
		pyerr.TypeName(a), pyerr.TypeName(b))
}

// number returns v as a number if Python orders it among numbers.
func number(v starlark.Value) (starlark.Value, bool) {
	switch v := v.(type) {
	case starlark.Int, starlark.Float:
		return v, true
	case starlark.Bool:
		if v {
			return starlark.MakeInt(1), true
		}
		return starlark.MakeInt(0), true
	}
	return nil, false
}

// appendString appends s in quotes. Raw text keeps every character that JSON
// lets stand; otherwise the result is ASCII.
func appendString(dst []byte, s string, raw bool) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && (raw || c != 0x7f) {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendASCII(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if raw && !(r == utf8.RuneError && size == 1) {
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		if raw {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		} else {
			dst = appendEscape(dst, r)
		}
		i += size
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendASCII(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\f':
		return append(dst, `\f`...)
	case '\b':
		return append(dst, `\b`...)
	}
	return appendEscape(dst, rune(c))
}

// appendEscape appends \uXXXX, twice for a character beyond 16 bits.
func appendEscape(dst []byte, r rune) []byte {
	if r >= 0x10000 {
		r -= 0x10000
		dst = appendEscape(dst, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
