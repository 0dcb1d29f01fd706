package pytypes_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// checkError fails if an error is none that a rule may see.
func checkError(t *testing.T, err error) {
	if err == nil {
		return
	}
	var named interface{ PyClass() string }
	var limit *guard.LimitError
	if !errors.As(err, &named) && !errors.As(err, &limit) {
		t.Fatalf("%T: %v", err, err)
	}
}

// checkText fails if a text that was made of valid ones is not valid.
func checkText(t *testing.T, in, out string) {
	if utf8.ValidString(in) && !utf8.ValidString(out) {
		t.Fatalf("%q gives %q", in, out)
	}
}

func FuzzFormatSpec(f *testing.F) {
	for _, s := range append(append([]string{"", "é^10", ">>5"}, "010,.2f", "#_x", "+.3e", "z.0f"), "5.1s", "=+8d", "-10%") {
		f.Add(s)
	}
	values := []starlark.Value{starlark.MakeInt(-1234567), starlark.Float(-1234.5678), starlark.String("héllo"), starlark.True, starlark.None}
	f.Fuzz(func(t *testing.T, spec string) {
		thread := meteredThread()
		for _, v := range values {
			s, err := pytypes.Format(thread, v, spec)
			checkError(t, err)
			checkText(t, spec, s)
		}
	})
}

func FuzzPercent(f *testing.F) {
	for _, s := range []string{"%s %d %%", "%(a)s", "%-5.2f|", "%*.*f", "%#x%c", "%((a))s", "%", "%5", "é%r"} {
		f.Add(s)
	}
	dict := testDict(2)
	_ = dict.SetKey(starlark.String("a"), starlark.Float(1.5))
	values := []starlark.Value{starlark.MakeInt(7), starlark.String("é"), starlark.Tuple{starlark.MakeInt(8), starlark.Float(2.5), starlark.String("x")}, dict}
	f.Fuzz(func(t *testing.T, format string) {
		thread := meteredThread()
		for _, v := range values {
			s, err := pytypes.Binary(thread, pytypes.Mod, starlark.String(format), v)
			checkError(t, err)
			if err == nil {
				checkText(t, format, string(s.(starlark.String)))
			}
			_, err = pytypes.Binary(thread, pytypes.Mod, starlark.Bytes(format), v)
			checkError(t, err)
		}
	})
}

func FuzzStrFormat(f *testing.F) {
	for _, s := range []string{"{} {}", "{0[a]}", "{a.b}", "{!r:>10}", "{:{}}", "{{}}", "{0:{1}}", "{", "}", "{0!", "{a[0]!s:é^9}"} {
		f.Add(s)
	}
	args := starlark.Tuple{starlark.MakeInt(7), starlark.String("é"), testDict(2)}
	kwargs := []starlark.Tuple{{starlark.String("a"), starlark.NewList([]starlark.Value{starlark.Float(1.5)})}}
	f.Fuzz(func(t *testing.T, format string) {
		thread := meteredThread()
		recv := starlark.String(format)
		s, err := pytypes.MethodOf(recv, "format")(thread, recv, args, kwargs)
		checkError(t, err)
		if err == nil {
			checkText(t, format, string(s.(starlark.String)))
		}
		_, err = pytypes.MethodOf(recv, "format_map")(thread, recv, starlark.Tuple{testDict(2)}, nil)
		checkError(t, err)
	})
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"12", " -0x1F ", "1_000", "1e5", ".5", "inf", "-nan", "٣", "0b1", "1__0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		thread := meteredThread()
		for _, name := range []string{"int", "float"} {
			_, err := types[name].New(thread, starlark.Tuple{starlark.String(text)}, nil)
			checkError(t, err)
		}
		for _, base := range []int{0, 2, 16, 36} {
			_, err := types["int"].New(thread, starlark.Tuple{starlark.String(text), starlark.MakeInt(base)}, nil)
			checkError(t, err)
		}
		_, err := types["float"].ClassMethods["fromhex"](thread, starlark.Tuple{starlark.String(text)}, nil)
		checkError(t, err)
	})
}

// FuzzStrings calls methods of texts, valid or not.
func FuzzStrings(f *testing.F) {
	f.Add("abc", "b")
	f.Add("é😀\xed\xa0\x80", "😀")
	f.Add("\x80\xff a", "\xff")
	f.Fuzz(func(t *testing.T, text, arg string) {
		thread := meteredThread()
		recv := starlark.String(text)
		for name, m := range types["str"].Methods {
			for _, args := range []starlark.Tuple{nil, {starlark.String(arg)}, {starlark.String(arg), starlark.MakeInt(1)}, {starlark.MakeInt(9)}, {starlark.String(arg), starlark.String(text)}} {
				v, err := m(thread, recv, args, nil)
				checkError(t, err)
				if s, ok := v.(starlark.String); ok && err == nil && name != "decode" && utf8.ValidString(arg) {
					checkText(t, text, string(s))
				}
			}
		}
		n, err := pytypes.Len(thread, recv)
		checkError(t, err)
		for i := -n - 1; i <= n; i++ {
			_, err := pytypes.Item(thread, recv, starlark.MakeInt(i))
			if (err == nil) != (-n <= i && i < n) {
				t.Fatalf("%q[%d] of %d: %v", text, i, n, err)
			}
			_, err = pytypes.GetSlice(thread, recv, starlark.MakeInt(i), starlark.None, starlark.MakeInt(-1))
			checkError(t, err)
		}
		_, err = pytypes.Repr(thread, recv)
		checkError(t, err)
	})
}
