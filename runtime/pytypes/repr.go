package pytypes

import (
	"math"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// Str is str(x).
func Str(t *starlark.Thread, x starlark.Value) (string, error) {
	switch x := x.(type) {
	case starlark.String:
		return string(x), nil
	case starlark.Int:
		return intString(t, x)
	case starlark.Bool, starlark.NoneType:
		return x.String(), nil
	case Object:
		return objectStr(t, x)
	case *event.Object, *event.Event, *event.List:
	case pyReprer: // whose String is str()
		s := x.(starlark.Value).String()
		return s, walked(t, len(s))
	}
	return Repr(t, x)
}

// Repr is repr(x).
func Repr(t *starlark.Thread, x starlark.Value) (string, error) {
	switch x := x.(type) {
	case starlark.Int:
		return intString(t, x)
	case starlark.Float:
		return pyrepr.Float(float64(x)), nil
	case starlark.Bool, starlark.NoneType:
		return x.String(), nil
	}
	p := printer{t: t}
	if err := p.value(x); err != nil {
		return "", err
	}
	return p.finish()
}

// ASCII is ascii(x).
func ASCII(t *starlark.Thread, x starlark.Value) (string, error) {
	s, err := Repr(t, x)
	if err != nil || isASCII(s) {
		return s, err
	}
	if err := guard.CheckBytes(t, "ascii", len(s)*4); err != nil {
		return "", err
	}
	return escapeNonASCII(s), nil
}

func escapeNonASCII(s string) string {
	dst := make([]byte, 0, len(s)*2)
	for len(s) > 0 {
		r, n := decodeChar(s)
		switch {
		case r < 0x80:
			dst = append(dst, s[0])
		case r < 0x100:
			dst = appendHex(dst, 'x', r, 2)
		case r < 0x10000:
			dst = appendHex(dst, 'u', r, 4)
		default:
			dst = appendHex(dst, 'U', r, 8)
		}
		s = s[n:]
	}
	return string(dst)
}

func appendHex(dst []byte, letter byte, r rune, digits int) []byte {
	dst = append(dst, '\\', letter)
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		dst = append(dst, "0123456789abcdef"[r>>shift&15])
	}
	return dst
}

// print is what values of this package print to those who have no thread.
func print(v starlark.Value) string {
	s, err := Repr(new(starlark.Thread), v)
	if err != nil {
		return "<" + v.Type() + ">"
	}
	return s
}

// maxDigits is the length of the longest integer that is written in decimal.
const maxDigits = 4300

// intString is str(i).
func intString(t *starlark.Thread, i starlark.Int) (string, error) {
	if v, ok := i.Int64(); ok {
		return strconv.FormatInt(v, 10), nil
	}
	b := i.BigInt()
	if n := b.BitLen(); n > 512 {
		if float64(n-1)*math.Log10(2) >= maxDigits {
			return "", tooManyDigits()
		}
		if err := walked(t, n*4); err != nil {
			return "", err
		}
	}
	s := b.String()
	if n := len(strings.TrimPrefix(s, "-")); n > maxDigits {
		return "", tooManyDigits()
	}
	return s, nil
}

func tooManyDigits() error {
	return pyerr.Value("Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", maxDigits)
}

// objectStr is str(o): __str__, or __repr__, or that of what the object
// extends.
func objectStr(t *starlark.Thread, o Object) (string, error) {
	v, ok, err := o.Special(t, "__str__")
	if err != nil {
		return "", err
	}
	if ok {
		return textOf(v, "__str__")
	}
	if n, ok := o.Native().(starlark.String); ok {
		return string(n), nil
	}
	return Repr(t, o)
}

// textOf checks what __str__ and the like returned.
func textOf(v starlark.Value, method string) (string, error) {
	s, ok := native(v).(starlark.String)
	if !ok {
		return "", pyerr.Type("%s returned non-string (type %s)", method, TypeName(v))
	}
	return string(s), nil
}

// A printer writes the repr of values, within the limits of the call.
type printer struct {
	t    *starlark.Thread
	buf  []byte
	paid int              // bytes that are charged
	path []starlark.Value // the containers around the current value
}

func (p *printer) finish() (string, error) {
	if len(p.buf) > free {
		if err := guard.CheckBytes(p.t, "repr", len(p.buf)); err != nil {
			return "", err
		}
	}
	return string(p.buf), nil
}

// text writes s as it is.
func (p *printer) text(s string) error {
	if len(p.buf)+len(s)-p.paid > 4096 {
		if err := p.pay(len(p.buf) + len(s)); err != nil {
			return err
		}
	}
	p.buf = append(p.buf, s...)
	return nil
}

// pay checks the size of what will have been written.
func (p *printer) pay(n int) error {
	m := guard.MeterOf(p.t)
	if n > m.Limits().Bytes {
		return guard.CheckBytes(p.t, "repr", n)
	}
	err := m.Charge((n - p.paid) / 16)
	p.paid = n
	return err
}

func (p *printer) value(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		return p.quoted(string(v), pyString)
	case starlark.Int:
		s, err := intString(p.t, v)
		if err != nil {
			return err
		}
		return p.text(s)
	case starlark.Float:
		p.buf = pyrepr.AppendFloat(p.buf, float64(v))
		return nil
	case starlark.Bytes:
		return p.quoted(string(v), pyrepr.Bytes)
	case *starlark.List:
		return p.around(v, "[", "]", func() error { return p.elements(v) })
	case starlark.Tuple:
		return p.tuple(v)
	case *starlark.Dict:
		return p.around(v, "{", "}", func() error { return p.entries(v) })
	case *starlark.Set:
		return p.set(v, "set()", "{", "}")
	case *FrozenSet:
		return p.set(v, "frozenset()", "frozenset({", "})")
	case Object:
		return p.object(v)
	}
	return p.other(v)
}

func (p *printer) quoted(s string, quote func(string) string) error {
	if len(s) > free {
		if err := p.pay(len(p.buf) + len(s)); err != nil {
			return err
		}
	}
	return p.text(quote(s))
}

// pyString is repr(s), which knows half surrogate pairs.
func pyString(s string) string {
	if !strings.Contains(s, "\xed") {
		return pyrepr.Str(s)
	}
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	dst := []byte{quote}
	for len(s) > 0 {
		r, n := decodeChar(s)
		switch {
		case isSurrogate(r):
			dst = appendHex(dst, 'u', r, 4)
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', byte(r))
		default:
			c := pyrepr.Str(s[:n])
			dst = append(dst, c[1:len(c)-1]...)
		}
		s = s[n:]
	}
	return string(append(dst, quote))
}

// around writes a container, or just an ellipsis if it is inside itself.
func (p *printer) around(v starlark.Value, left, right string, body func() error) error {
	if p.inside(v) {
		return p.text(left + "..." + right)
	}
	if err := p.text(left); err != nil {
		return err
	}
	if err := p.nested(v, body); err != nil {
		return err
	}
	return p.text(right)
}

func (p *printer) inside(v starlark.Value) bool {
	for _, around := range p.path {
		if Is(around, v) {
			return true
		}
	}
	return false
}

func (p *printer) nested(v starlark.Value, body func() error) error {
	if err := p.deeper(); err != nil {
		return err
	}
	p.path = append(p.path, v)
	err := body()
	p.path = p.path[:len(p.path)-1]
	return err
}

// deeper checks and charges one level more.
func (p *printer) deeper() error {
	if len(p.path) >= maxDepth {
		return recursion(" while getting the repr of an object")
	}
	if len(p.path) < 16 {
		return nil
	}
	return guard.MeterOf(p.t).Charge(len(p.path) / 16)
}

func (p *printer) tuple(v starlark.Tuple) error {
	if len(v) == 0 {
		return p.text("()")
	}
	right := ")"
	if len(v) == 1 {
		right = ",)"
	}
	if p.inside(v) {
		return p.text("(...)")
	}
	return p.around(v, "(", right, func() error { return p.elements(v) })
}

func (p *printer) elements(v starlark.Indexable) error {
	for i := 0; i < v.Len(); i++ {
		if err := p.separated(i, v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (p *printer) separated(i int, v starlark.Value) error {
	if i > 0 {
		if err := p.text(", "); err != nil {
			return err
		}
	}
	return p.value(v)
}

func (p *printer) entries(d mapping) error {
	i := 0
	for k, v := range d.Entries() {
		if err := p.separated(i, k); err != nil {
			return err
		}
		if err := p.text(": "); err != nil {
			return err
		}
		if err := p.value(v); err != nil {
			return err
		}
		i++
	}
	return nil
}

func (p *printer) set(s setlike, empty, left, right string) error {
	if s.Len() == 0 {
		return p.text(empty)
	}
	return p.around(s, left, right, func() error {
		i := 0
		for e := range s.Elements() {
			if err := p.separated(i, e); err != nil {
				return err
			}
			i++
		}
		return nil
	})
}

// object writes what __repr__ returns, or what the object extends.
func (p *printer) object(o Object) error {
	v, ok, err := o.Special(p.t, "__repr__")
	if err != nil {
		return err
	}
	if ok {
		s, err := textOf(v, "__repr__")
		if err != nil {
			return err
		}
		return p.text(s)
	}
	if n := o.Native(); n != nil {
		switch n.(type) {
		case *starlark.Set, *FrozenSet:
			if n.(starlark.Sequence).Len() == 0 {
				return p.text(o.ClassName() + "()")
			}
			s, _ := asSet(n)
			return p.set(s, "", o.ClassName()+"({", "})")
		}
		return p.value(n)
	}
	return p.text(defaultRepr(o))
}

// defaultRepr is the repr of an object that has none of its own.
func defaultRepr(o Object) string {
	if d, ok := o.(interface{ DefaultRepr() string }); ok {
		return d.DefaultRepr()
	}
	return "<" + o.ClassName() + " object>"
}

// other writes values of this package and of others.
func (p *printer) other(v starlark.Value) error {
	switch v := v.(type) {
	case pyReprer:
		return p.text(v.PyRepr())
	case *KeysView:
		return p.view(v, "dict_keys(")
	case *ValuesView:
		return p.view(v, "dict_values(")
	case *ItemsView:
		return p.view(v, "dict_items(")
	case *Slice:
		if err := p.text("slice"); err != nil {
			return err
		}
		return p.tuple(v.tuple())
	case *pyclass.NamedTuple:
		return p.namedTuple(v)
	case *event.Event:
		return p.event(v, "PantherEvent(")
	case *event.Object:
		return p.event(v, "ImmutableCaseInsensitiveDict(")
	case *event.List:
		if err := p.text("ImmutableList("); err != nil {
			return err
		}
		elems := appendAll(make(starlark.Tuple, 0, v.Len()), v)
		return p.parts(p.tuple(elems), ")")
	}
	if _, err := guard.Measure(p.t, "repr", v); err != nil {
		return err
	}
	return p.text(v.String())
}

func (p *printer) parts(err error, after string) error {
	if err != nil {
		return err
	}
	return p.text(after)
}

func (p *printer) view(v setlike, left string) error {
	return p.around(v, left+"[", "])", func() error {
		i := 0
		for e := range v.Elements() {
			if err := p.separated(i, e); err != nil {
				return err
			}
			i++
		}
		return nil
	})
}

func (p *printer) namedTuple(v *pyclass.NamedTuple) error {
	return p.around(v, v.FullName+"(", ")", func() error {
		for i, name := range v.Names {
			if i > 0 {
				name = ", " + name
			}
			if err := p.text(name + "="); err != nil {
				return err
			}
			if err := p.value(v.Elems[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *printer) event(v mapping, left string) error {
	return p.around(v, left+"{", "})", func() error { return p.entries(v) })
}
