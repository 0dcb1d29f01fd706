package pystd

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
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
		return nil, pyerr.Type("Missing required argument 'digestmod'.")
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
	return nil, pyerr.Type("unsupported operand types(s) or combination of types: '%s' and '%s'", pytypes.TypeName(a[0]), pytypes.TypeName(a[1]))
})

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// Compressed are Python's zlib and gzip: decompress, bounded by what bytes may
// have, crc32 and adler32. Rules compress nothing.
func Compressed() []runtime.Module {
	const why = "rules compress nothing"
	zlibError := &pyerr.Exception{FullName: "zlib.error", Base: "Exception"}
	return []runtime.Module{
		{Names: []string{"zlib"}, Members: starlark.StringDict{
			"MAX_WBITS":     starlark.MakeInt(15),
			"adler32":       positional("adler32", 1, 1, checksum(adler32.Checksum)),
			"compress":      refused("zlib.compress", why),
			"compressobj":   refused("zlib.compressobj", why),
			"crc32":         positional("crc32", 1, 1, checksum(crc32.ChecksumIEEE)),
			"decompress":    function("decompress", zlibDecompress),
			"decompressobj": refused("zlib.decompressobj", "use zlib.decompress"),
			"error":         zlibError,
		}},
		{Names: []string{"gzip"}, Members: starlark.StringDict{
			"BadGzipFile": &pyerr.Exception{FullName: "gzip.BadGzipFile", Base: "OSError"},
			"GzipFile":    refused("gzip.GzipFile", "use gzip.decompress"),
			"compress":    refused("gzip.compress", why),
			"decompress": positional("decompress", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
				data, err := bytesOf(a[0])
				if err != nil {
					return nil, err
				}
				r, err := gzip.NewReader(strings.NewReader(data))
				if err != nil {
					return nil, &pyerr.Error{Class: "gzip.BadGzipFile", Msg: "Not a gzipped file (" + quotedBytes(data[:min(2, len(data))]) + ")", Base: "OSError"}
				}
				return inflated(t, r, &pyerr.Error{Class: "gzip.BadGzipFile", Msg: "CRC check failed", Base: "OSError"})
			}),
			"open": refused("gzip.open", "a rule has no access to files"),
		}},
	}
}

func quotedBytes(s string) string {
	text, err := pytypes.Repr(new(starlark.Thread), starlark.Bytes(s))
	if err != nil {
		return ""
	}
	return text
}

func bytesOf(x starlark.Value) (string, error) {
	if b, ok := held(x).(starlark.Bytes); ok {
		return string(b), nil
	}
	return "", pyerr.Type("a bytes-like object is required, not '%s'", pytypes.TypeName(x))
}

func checksum(of func([]byte) uint32) func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) {
	return func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		data, err := bytesOf(a[0])
		if err != nil {
			return nil, err
		}
		return starlark.MakeUint64(uint64(of([]byte(data)))), guard.MeterOf(t).Charge(len(data) / 32)
	}
}

// zlibDecompress is zlib.decompress(data, wbits=15, bufsize=…): wbits over 15
// is for gzip's format, or for both.
func zlibDecompress(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := arguments{"decompress", []string{"data", "wbits", "bufsize"}, 1, 1}.bind(args, nil)
	if len(args) > 1 || len(kwargs) > 0 {
		in, err = arguments{"decompress", []string{"data", "wbits", "bufsize"}, 1, 3}.bind(args, kwargs)
	}
	if err != nil {
		return nil, err
	}
	data, err := bytesOf(in[0])
	if err != nil {
		return nil, err
	}
	bits := 15
	if in[1] != nil {
		if bits, err = asInt(t, in[1]); err != nil {
			return nil, err
		}
	}
	failed := &pyerr.Error{Class: "zlib.error", Msg: "Error -3 while decompressing data: incorrect header check", Base: "Exception"}
	source := strings.NewReader(data)
	var r io.Reader
	switch {
	case bits < 0:
		r = newDeflate(source)
	case bits > 15 && strings.HasPrefix(data, "\x1f\x8b"):
		r, err = gzip.NewReader(source)
	default:
		r, err = zlib.NewReader(source)
	}
	if err != nil {
		if len(data) < 2 {
			failed.Msg = "Error -5 while decompressing data: incomplete or truncated stream"
		}
		return nil, failed
	}
	return inflated(t, r, &pyerr.Error{Class: "zlib.error", Msg: "Error -5 while decompressing data: incomplete or truncated stream", Base: "Exception"})
}

// inflated reads all that a decompressor gives, no more than bytes may have.
func inflated(t *starlark.Thread, r io.Reader, failed *pyerr.Error) (starlark.Value, error) {
	var out bytes.Buffer
	chunk := make([]byte, 32<<10)
	for {
		n, err := r.Read(chunk)
		if err := guard.CheckBytes(t, "decompress", out.Len()+n); err != nil {
			return nil, err
		}
		if err := guard.MeterOf(t).Charge(1 + n/32); err != nil {
			return nil, err
		}
		out.Write(chunk[:n])
		if err == io.EOF {
			return starlark.Bytes(out.String()), nil
		}
		if err == io.ErrUnexpectedEOF && strings.HasPrefix(failed.Class, "gzip") {
			return nil, pyerr.New("EOFError", "Compressed file ended before the end-of-stream marker was reached")
		}
		if err != nil {
			return nil, failed
		}
	}
}
