package pytypes_test

import (
	"strconv"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

func BenchmarkBinary(b *testing.B) {
	t := new(starlark.Thread)
	list := starlark.NewList([]starlark.Value{starlark.MakeInt(1)})
	for _, c := range []struct {
		name string
		op   pytypes.Op
		x, y starlark.Value
	}{
		{"int+int", pytypes.Add, starlark.MakeInt(3), starlark.MakeInt(4)},
		{"str+str", pytypes.Add, starlark.String("hello "), starlark.String("world")},
		{"float*float", pytypes.Mul, starlark.Float(1.5), starlark.Float(2.5)},
		{"int/float", pytypes.TrueDiv, starlark.MakeInt(3), starlark.Float(2.5)},
		{"list+list", pytypes.Add, list, list},
		{"percent", pytypes.Mod, starlark.String("user %s did %d things"), starlark.Tuple{starlark.String("bob"), starlark.MakeInt(3)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pytypes.Binary(t, c.op, c.x, c.y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEqual(b *testing.B) {
	t := new(starlark.Thread)
	list := func() starlark.Value {
		return starlark.NewList([]starlark.Value{starlark.MakeInt(1), starlark.String("a")})
	}
	for _, c := range []struct {
		name string
		x, y starlark.Value
	}{
		{"str", starlark.String("ConsoleLogin"), starlark.String("ConsoleLogin")},
		{"str-none", starlark.None, starlark.String("ConsoleLogin")},
		{"int", starlark.MakeInt(5), starlark.MakeInt(5)},
		{"int-bool", starlark.MakeInt(1), starlark.True},
		{"list", list(), list()},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pytypes.Equal(t, c.x, c.y); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	t := new(starlark.Thread)
	b.ReportAllocs()
	var x, y starlark.Value = starlark.MakeInt(5), starlark.MakeInt(6)
	for b.Loop() {
		if _, err := pytypes.Compare(t, pytypes.Lt, x, y); err != nil {
			b.Fatal(err)
		}
	}
}

func testDict(n int) *starlark.Dict {
	d := new(starlark.Dict)
	for i := range n {
		_ = d.SetKey(starlark.String("key"+strconv.Itoa(i)), starlark.MakeInt(i))
	}
	return d
}

func BenchmarkItem(b *testing.B) {
	t := new(starlark.Thread)
	e, err := event.Decode([]byte(`{"key3": "a", "list": [1, 2]}`))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		x, key starlark.Value
	}{
		{"dict", testDict(8), starlark.String("key3")},
		{"list", starlark.NewList([]starlark.Value{starlark.None, starlark.True}), starlark.MakeInt(1)},
		{"str", starlark.String("hello"), starlark.MakeInt(1)},
		{"event", e, starlark.String("key3")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pytypes.Item(t, c.x, c.key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkText(b *testing.B) {
	t := new(starlark.Thread)
	list := starlark.NewList([]starlark.Value{starlark.MakeInt(1), starlark.String("a"), starlark.Float(1.5)})
	b.Run("str of str", func(b *testing.B) {
		b.ReportAllocs()
		var x starlark.Value = starlark.String("ConsoleLogin")
		for b.Loop() {
			_, _ = pytypes.Str(t, x)
		}
	})
	b.Run("str of int", func(b *testing.B) {
		b.ReportAllocs()
		var x starlark.Value = starlark.MakeInt(123456)
		for b.Loop() {
			_, _ = pytypes.Str(t, x)
		}
	})
	b.Run("str of list", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = pytypes.Str(t, list)
		}
	})
	b.Run("format float", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = pytypes.Format(t, starlark.Float(3.14159), "8.2f")
		}
	})
}

func BenchmarkMethods(b *testing.B) {
	t := new(starlark.Thread)
	d := testDict(8)
	for _, c := range []struct {
		name string
		x    starlark.Value
		args starlark.Tuple
	}{
		{"lower", starlark.String("ConsoleLogin"), nil},
		{"startswith", starlark.String("ConsoleLogin"), starlark.Tuple{starlark.String("Console")}},
		{"split", starlark.String("a,b,c,d"), starlark.Tuple{starlark.String(",")}},
		{"strip", starlark.String("  abc "), nil},
		{"format", starlark.String("user {} did {:>5} things"), starlark.Tuple{starlark.String("bob"), starlark.MakeInt(3)}},
		{"join", starlark.String(", "), starlark.Tuple{starlark.NewList([]starlark.Value{starlark.String("ab"), starlark.String("cd")})}},
		{"get", d, starlark.Tuple{starlark.String("key3")}},
		{"items", d, nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pytypes.MethodOf(c.x, c.name)(t, c.x, c.args, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoop(b *testing.B) {
	t := new(starlark.Thread)
	fail := func(err error) { b.Fatal(err) }
	d := testDict(8)
	items, err := pytypes.MethodOf(d, "items")(t, d, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		x    starlark.Value
	}{
		{"list of 8", starlark.NewList(d.Keys())},
		{"dict of 8", d},
		{"items of 8", items},
		{"str of 8", starlark.String("abcdefgh")},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				it, err := pytypes.Loop(t, c.x, fail)
				if err != nil {
					b.Fatal(err)
				}
				loop := it.Iterate()
				var v starlark.Value
				for loop.Next(&v) {
				}
				loop.Done()
			}
		})
	}
}
