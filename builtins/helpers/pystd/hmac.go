package pystd

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// HMAC is Python's hmac: new(key, msg=None, digestmod), digest(key, msg,
// digest) and compare_digest.
func HMAC() runtime.Module {
	return runtime.Module{Names: []string{"hmac"}, Members: starlark.StringDict{
		"HMAC":           hmacClass,
		"compare_digest": compareDigest,
		"digest": function("digest", func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			in, err := bindParams("digest", []param{{name: "key"}, {name: "msg"}, {name: "digest"}}, 0, args, kwargs)
			if err != nil {
				return nil, err
			}
			h, err := newHMAC(t, in[0], in[1], in[2])
			if err != nil {
				return nil, err
			}
			return starlark.Bytes(h.sum()), nil
		}),
		"new": function("new", func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return starlark.Call(t, hmacClass, args, kwargs)
		}),
	}}
}

var hashNames = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	"sha3_224": func() hash.Hash { return sha3.New224() }, "sha3_256": func() hash.Hash { return sha3.New256() },
	"sha3_384": func() hash.Hash { return sha3.New384() }, "sha3_512": func() hash.Hash { return sha3.New512() },
}

// A mac is the state of an HMAC: it keeps the message, so that it can be
// copied.
type mac struct {
	name string
	key  string
	msg  string
}

func (m *mac) sum() []byte {
	h := hmac.New(hashNames[m.name], []byte(m.key))
	h.Write([]byte(m.msg))
	return h.Sum(nil)
}

func newHMAC(t *starlark.Thread, key, msg, digest starlark.Value) (*mac, error) {
	k, ok := held(key).(starlark.Bytes)
	if !ok {
		return nil, pyerr.Type("key: expected bytes or bytearray, but got %s", quoted(pytypes.TypeName(key)))
	}
	name, ok := starlark.AsString(digest)
	if fn, is := digest.(*starlark.Builtin); is && !ok {
		name = fn.Name()
	}
	if name == "" {
		return nil, pyerr.Type("Missing required parameter 'digestmod'.")
	}
	m := &mac{name: strings.ReplaceAll(strings.ToLower(name), "-", "_"), key: string(k)}
	if strings.HasPrefix(m.name, "sha_") {
		m.name = "sha" + m.name[4:]
	}
	if hashNames[m.name] == nil {
		return nil, pyerr.Value("unsupported hash type %s", name)
	}
	if msg == starlark.None {
		return m, nil
	}
	return m, m.write(t, msg)
}

func (m *mac) write(t *starlark.Thread, msg starlark.Value) error {
	b, ok := held(msg).(starlark.Bytes)
	if !ok {
		if _, text := held(msg).(starlark.String); text {
			return pyerr.Type("Strings must be encoded before hashing")
		}
		return pyerr.Type("object supporting the buffer API required")
	}
	if err := guard.CheckBytes(t, "hmac", len(m.msg)+len(b)); err != nil {
		return err
	}
	m.msg += string(b)
	return nil
}

var hmacClass = py.NewClass(py.ClassSpec{
	Name: "HMAC", Module: "hmac",
	Meta: &py.Meta{Call: func(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		in, err := bindParams("new", []param{{name: "key"}, {name: "msg", def: starlark.None}, {name: "digestmod", def: starlark.String("")}}, 0, args, kwargs)
		if err != nil {
			return nil, err
		}
		m, err := newHMAC(t, in[0], in[1], in[2])
		o := py.NewInstance(c, nil)
		o.Data = m
		return o, err
	}},
	Attrs: starlark.StringDict{
		"digest_size": reading("digest_size", func(m *mac) starlark.Value { return starlark.MakeInt(hashNames[m.name]().Size()) }),
		"block_size":  reading("block_size", func(m *mac) starlark.Value { return starlark.MakeInt(hashNames[m.name]().BlockSize()) }),
		"name":        reading("name", func(m *mac) starlark.Value { return starlark.String("hmac-" + m.name) }),
	},
	Methods: checked("HMAC", methods{
		"update": one("update", func(t *starlark.Thread, o *py.Instance, msg starlark.Value) (starlark.Value, error) {
			m := o.Data.(*mac)
			world(t).TouchData(o, func() func() { saved := *m; return func() { *m = saved } })
			return starlark.None, m.write(t, msg)
		}),
		"digest": none("digest", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.Bytes(o.Data.(*mac).sum()), guard.MeterOf(t).Charge(len(o.Data.(*mac).msg) / 32)
		}),
		"hexdigest": none("hexdigest", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.String(hex.EncodeToString(o.Data.(*mac).sum())), guard.MeterOf(t).Charge(len(o.Data.(*mac).msg) / 32)
		}),
		"copy": none("copy", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			c, m := o.Clone(nil), *o.Data.(*mac)
			c.Data = &m
			return c, nil
		}),
	}, withData[*mac]),
})

// compareDigest is compare_digest(a, b).
var compareDigest = positional("compare_digest", 2, 2, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	switch x := held(a[0]).(type) {
	case starlark.String:
		if y, ok := held(a[1]).(starlark.String); ok {
			if !ascii(string(x)) || !ascii(string(y)) {
				return nil, pyerr.Type("comparing strings with non-ASCII characters is not supported")
			}
			return starlark.Bool(hmac.Equal([]byte(x), []byte(y))), nil
		}
	case starlark.Bytes:
		if y, ok := held(a[1]).(starlark.Bytes); ok {
			return starlark.Bool(hmac.Equal([]byte(x), []byte(y))), nil
		}
	}
	for _, x := range a {
		if _, ok := held(x).(starlark.Bytes); ok {
			other := a[0]
			if pytypes.Is(other, x) {
				other = a[1]
			}
			return nil, pyerr.Type("a bytes-like object is required, not '%s'", pytypes.TypeName(other))
		}
	}
	return nil, pyerr.Type("unsupported operand types(s) or combination of types: '%s' and '%s'", pytypes.TypeName(a[0]), pytypes.TypeName(a[1]))
})

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}
