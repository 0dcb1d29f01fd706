package pystd

import (
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// IO is Python's io: StringIO and BytesIO. What is outside of the rule is
// refused.
func IO() runtime.Module {
	const why = "a rule has no access to files"
	return runtime.Module{Names: []string{"io"}, Members: starlark.StringDict{
		"BytesIO":              bytesIOClass,
		"SEEK_CUR":             starlark.MakeInt(1),
		"SEEK_END":             starlark.MakeInt(2),
		"SEEK_SET":             starlark.MakeInt(0),
		"StringIO":             stringIOClass,
		"TextIOWrapper":        refused("io.TextIOWrapper", why),
		"UnsupportedOperation": &pyerr.Exception{FullName: "io.UnsupportedOperation", Base: "OSError"},
		"open":                 refused("io.open", why),
	}}
}

// A buffer is a StringIO or BytesIO: characters or bytes.
type buffer[T rune | byte] struct {
	data   []T
	pos    int
	closed bool
}

var (
	stringIOClass = newBufferClass("StringIO", func(s []rune) starlark.Value { return starlark.String(string(s)) }, func(v starlark.Value) ([]rune, error) {
		if s, ok := held(v).(starlark.String); ok {
			return []rune(string(s)), nil
		}
		return nil, pyerr.Type("string argument expected, got '%s'", pytypes.TypeName(v))
	})
	bytesIOClass = newBufferClass("BytesIO", func(b []byte) starlark.Value { return starlark.Bytes(b) }, func(v starlark.Value) ([]byte, error) {
		if b, ok := held(v).(starlark.Bytes); ok {
			return []byte(b), nil
		}
		return nil, pyerr.Type("a bytes-like object is required, not '%s'", pytypes.TypeName(v))
	})
)

// newBufferClass makes one of the two classes; out and in convert what it has.
func newBufferClass[T rune | byte](name string, out func([]T) starlark.Value, in func(starlark.Value) ([]T, error)) *py.Class {
	open := func(m string, low, high int, do func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error)) method {
		return some(m, low, high, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			b := o.Data.(*buffer[T])
			if b.closed {
				return nil, pyerr.Value("I/O operation on closed file")
			}
			world(t).TouchData(o, func() func() {
				saved := buffer[T]{append([]T(nil), b.data...), b.pos, b.closed}
				return func() { *b = saved }
			})
			return do(t, b, args)
		})
	}
	read := func(t *starlark.Thread, part []T) (starlark.Value, error) {
		return out(part), guard.MeterOf(t).Charge(1 + len(part)/32)
	}
	limit := func(t *starlark.Thread, args starlark.Tuple) (int, error) {
		if len(args) == 0 || args[0] == starlark.None {
			return -1, nil
		}
		return asInt(t, args[0])
	}
	line := func(b *buffer[T]) []T {
		from := min(b.pos, len(b.data))
		for i := from; i < len(b.data); i++ {
			if b.data[i] == '\n' {
				b.pos = i + 1
				return b.data[from:b.pos]
			}
		}
		b.pos = len(b.data)
		return b.data[from:]
	}
	write := func(t *starlark.Thread, b *buffer[T], v starlark.Value) (int, error) {
		text, err := in(v)
		if err != nil {
			return 0, err
		}
		if err := guard.CheckBytes(t, "write", 4*(max(b.pos, len(b.data))+len(text))); err != nil {
			return 0, err
		}
		if err := guard.MeterOf(t).Charge(1 + len(text)/32); err != nil {
			return 0, err
		}
		for len(b.data) < b.pos {
			b.data = append(b.data, 0)
		}
		n := copy(b.data[b.pos:], text)
		b.data = append(b.data, text[n:]...)
		b.pos += len(text)
		return len(text), nil
	}
	next := open("__next__", 0, 0, func(t *starlark.Thread, b *buffer[T], _ starlark.Tuple) (starlark.Value, error) {
		l := line(b)
		if len(l) == 0 {
			return nil, &pytypes.Error{Class: "StopIteration"}
		}
		return read(t, l)
	})
	all := methods{
		"write": open("write", 1, 1, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			n, err := write(t, b, args[0])
			return starlark.MakeInt(n), err
		}),
		"writelines": open("writelines", 1, 1, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			return starlark.None, each(t, args[0], func(v starlark.Value) error {
				_, err := write(t, b, v)
				return err
			})
		}),
		"read": open("read", 0, 1, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			n, err := limit(t, args)
			if err != nil {
				return nil, err
			}
			from := min(b.pos, len(b.data))
			to := len(b.data)
			if n >= 0 && n < to-from {
				to = from + n
			}
			b.pos = max(b.pos, to)
			return read(t, b.data[from:to])
		}),
		"readline": open("readline", 0, 1, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			n, err := limit(t, args)
			if err != nil {
				return nil, err
			}
			l := line(b)
			if n >= 0 && n < len(l) {
				b.pos -= len(l) - n
				l = l[:n]
			}
			return read(t, l)
		}),
		"readlines": open("readlines", 0, 1, func(t *starlark.Thread, b *buffer[T], _ starlark.Tuple) (starlark.Value, error) {
			var lines []starlark.Value
			for l := line(b); len(l) > 0; l = line(b) {
				v, err := read(t, l)
				if err != nil {
					return nil, err
				}
				lines = append(lines, v)
				if err := charged(t, "readlines", len(lines)); err != nil {
					return nil, err
				}
			}
			return starlark.NewList(lines), nil
		}),
		"getvalue": open("getvalue", 0, 0, func(t *starlark.Thread, b *buffer[T], _ starlark.Tuple) (starlark.Value, error) {
			return read(t, b.data)
		}),
		"tell": open("tell", 0, 0, func(_ *starlark.Thread, b *buffer[T], _ starlark.Tuple) (starlark.Value, error) {
			return starlark.MakeInt(b.pos), nil
		}),
		"seek": open("seek", 1, 2, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			at, err := asInt(t, args[0])
			if err != nil {
				return nil, err
			}
			if len(args) == 2 {
				whence, err := asInt(t, args[1])
				if err != nil {
					return nil, err
				}
				switch whence {
				case 1:
					at += b.pos
				case 2:
					at += len(b.data)
				}
			}
			if at < 0 {
				return nil, pyerr.Value("Negative seek position %d", at)
			}
			b.pos = at
			return starlark.MakeInt(at), nil
		}),
		"truncate": open("truncate", 0, 1, func(t *starlark.Thread, b *buffer[T], args starlark.Tuple) (starlark.Value, error) {
			n := b.pos
			if len(args) == 1 && args[0] != starlark.None {
				var err error
				if n, err = asInt(t, args[0]); err != nil {
					return nil, err
				}
				if n < 0 {
					return nil, pyerr.Value("Negative size value %d", n)
				}
			}
			b.data = b.data[:min(n, len(b.data))]
			return starlark.MakeInt(n), nil
		}),
		"close": some("close", 0, 0, func(t *starlark.Thread, o *py.Instance, _ starlark.Tuple) (starlark.Value, error) {
			o.Data.(*buffer[T]).closed = true
			return starlark.None, nil
		}),
		"flush": open("flush", 0, 0, func(*starlark.Thread, *buffer[T], starlark.Tuple) (starlark.Value, error) { return starlark.None, nil }),
		"__exit__": some("__exit__", 3, 3, func(_ *starlark.Thread, o *py.Instance, _ starlark.Tuple) (starlark.Value, error) {
			o.Data.(*buffer[T]).closed = true
			return starlark.None, nil
		}),
		"__enter__": returnSelf("__enter__"),
		"__iter__":  returnSelf("__iter__"),
		"__next__":  next,
	}
	for _, can := range []string{"readable", "writable", "seekable"} {
		all[can] = open(can, 0, 0, func(*starlark.Thread, *buffer[T], starlark.Tuple) (starlark.Value, error) { return starlark.True, nil })
	}
	return py.NewClass(py.ClassSpec{
		Name: name, Module: "_io", Methods: checked(name, all, withData[*buffer[T]]),
		Attrs: starlark.StringDict{"closed": reading("closed", func(b *buffer[T]) starlark.Value { return starlark.Bool(b.closed) })},
		Meta: &py.Meta{Call: func(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			names := []string{"initial_value", "newline"}
			if name == "BytesIO" {
				names = []string{"initial_bytes"}
			}
			given, err := arguments{name, names, 0, len(names)}.bind(args, kwargs)
			if err != nil {
				return nil, err
			}
			b := new(buffer[T])
			if given[0] != nil && given[0] != starlark.None {
				if b.data, err = in(given[0]); err != nil {
					if name == "StringIO" {
						err = pyerr.Type("initial_value must be str or None, not %s", pytypes.TypeName(given[0]))
					}
					return nil, err
				}
			}
			o := py.NewInstance(c, nil)
			o.Data = b
			return o, guard.CheckBytes(t, name, 4*len(b.data))
		}},
	})
}
