package pystd

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"hash/adler32"
	"hash/crc32"
	"io"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

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
		r = flate.NewReader(source)
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
