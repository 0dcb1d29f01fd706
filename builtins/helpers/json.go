package helpers

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// JSON returns the module json.
//
// Python's functions, which read and write exactly what CPython does:
//
//	dumps(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True,
//	      allow_nan=True, cls=None, indent=None, separators=None,
//	      default=None, sort_keys=False)      the text of obj
//	loads(s, *, cls=None, object_hook=None, parse_float=None, parse_int=None,
//	      parse_constant=None, object_pairs_hook=None, strict=True)
//	                                          the value of the text s (str or bytes)
//	load(fp, …), dump(obj, fp, …)             the same with fp.read() and fp.write(text)
//	JSONDecodeError, decoder.JSONDecodeError  the error of loads
//	JSONEncoder(…).encode(o), .default(o)     can be extended, for dumps(cls=…)
//	JSONDecoder(…).decode(s), .raw_decode(s, idx=0)
//
// And those of Starlark's json module:
//
//	encode(x)                                 the text, compact, with sorted keys
//	encode_indent(x, *, prefix="", indent="\t")
//	decode(x[, default])                      the value, or default if x is not JSON
//	indent(str, *, prefix="", indent="\t")    the same text, one element a line
//
// NaN and Infinity are accepted by decode too.
func JSON() runtime.Module {
	return runtime.Module{
		Names: []string{"json"},
		Members: starlark.StringDict{
			"dumps":           starlark.NewBuiltin("dumps", jsonDumps),
			"loads":           starlark.NewBuiltin("loads", jsonLoads),
			"dump":            starlark.NewBuiltin("dump", jsonDump),
			"load":            starlark.NewBuiltin("load", jsonLoad),
			"JSONEncoder":     jsonEncoder,
			"JSONDecoder":     jsonDecoderClass,
			"JSONDecodeError": jsonDecodeError,
			"decoder":         jsonDecoder,
			"encoder":         &starlarkstruct.Module{Name: "json.encoder", Members: starlark.StringDict{"JSONEncoder": jsonEncoder}},
			"encode":          starlark.NewBuiltin("encode", jsonEncode),
			"encode_indent":   starlark.NewBuiltin("encode_indent", jsonEncodeIndent),
			"decode":          starlark.NewBuiltin("decode", jsonDecode),
			"indent":          starlark.NewBuiltin("indent", jsonIndent),
		},
	}
}

var (
	jsonDecodeError = &pyerr.Exception{FullName: "json.decoder.JSONDecodeError", Base: "ValueError"}
	jsonDecoder     = &starlarkstruct.Module{
		Name:    "json.decoder",
		Members: starlark.StringDict{"JSONDecodeError": jsonDecodeError, "JSONDecoder": jsonDecoderClass},
	}
)

// dumpOptions are the options of dumps as they are given.
type dumpOptions struct {
	cls, indent, separators, fallback starlark.Value
	skipKeys, sortKeys                bool
	ascii, circular, allowNaN         bool
}

func newDumpOptions() *dumpOptions { return &dumpOptions{ascii: true, circular: true, allowNaN: true} }

// params are the options, for UnpackArgs.
func (o *dumpOptions) params() []any {
	return []any{"skipkeys?", &o.skipKeys, "ensure_ascii?", &o.ascii, "check_circular?", &o.circular,
		"allow_nan?", &o.allowNaN, "cls??", &o.cls, "indent??", &o.indent,
		"separators??", &o.separators, "default??", &o.fallback, "sort_keys?", &o.sortKeys}
}

// encoder makes an encoder within the limits of the call.
func (o *dumpOptions) encoder(thread *starlark.Thread) (*pyjson.Encoder, error) {
	limits := guard.MeterOf(thread).Limits()
	enc := &pyjson.Encoder{Spend: spending(thread), MaxBytes: limits.Bytes, SkipKeys: o.skipKeys, RawUnicode: !o.ascii, RefuseNaN: !o.allowNaN, SortKeys: o.sortKeys}
	var err error
	if enc.Indent, err = indentOption(o.indent); err != nil {
		return nil, err
	}
	if enc.Separators, err = separatorsOption(o.separators); err != nil {
		return nil, err
	}
	if o.fallback != nil {
		enc.Default = func(v starlark.Value) (starlark.Value, error) {
			return starlark.Call(thread, o.fallback, starlark.Tuple{v}, nil)
		}
	}
	return enc, nil
}

func jsonDumps(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("dumps() takes 1 positional argument but %d were given", len(args))
	}
	return dumps(thread, b.Name(), args, kwargs)
}

func dumps(thread *starlark.Thread, fn string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var obj starlark.Value
	o := newDumpOptions()
	if err := pyerr.Unpack(fn, args, kwargs, append([]any{"obj", &obj}, o.params()...)...); err != nil {
		return nil, err
	}
	if o.cls != nil && o.cls != jsonEncoder {
		return encodeBy(thread, o.cls, obj, kwargs)
	}
	enc, err := o.encoder(thread)
	if err != nil {
		return nil, err
	}
	text, err := enc.Encode(obj)
	return charged(thread, fn, text, err)
}

// charged makes the result of writing a text, whose work it adds to the call.
func charged(thread *starlark.Thread, fn, text string, err error) (starlark.Value, error) {
	if err == nil {
		err = guard.CheckBytes(thread, fn, len(text))
	}
	if err != nil {
		return nil, limited(thread, fn, err)
	}
	return starlark.String(text), nil
}

// spending charges the call for bytes.
func spending(thread *starlark.Thread) func(bytes int) error {
	m := guard.MeterOf(thread)
	return func(bytes int) error { return m.Charge(bytes / 32) }
}

// limited words the limits of package pyjson as those of the call.
func limited(thread *starlark.Thread, fn string, err error) error {
	limits := guard.MeterOf(thread).Limits()
	switch {
	case errors.Is(err, pyjson.ErrSize):
		return &guard.LimitError{Limit: "string size", Op: fn, Max: uint64(limits.Bytes)}
	case errors.Is(err, pyjson.ErrElements):
		return &guard.LimitError{Limit: "list size", Op: fn, Max: uint64(limits.Elements)}
	}
	return err
}

// indentOption reads indent=: a number of spaces, or a text.
func indentOption(v starlark.Value) (*string, error) {
	var indent string
	switch v := v.(type) {
	case nil:
		return nil, nil
	case starlark.String:
		indent = string(v)
	case starlark.Bool:
		indent = strings.Repeat(" ", btoi(bool(v)))
	case starlark.Int:
		n, err := starlark.AsInt32(v)
		if err != nil || n > 1000 {
			return nil, pyerr.Value("dumps: for parameter indent: %s is too large", v)
		}
		indent = strings.Repeat(" ", max(n, 0))
	default:
		return nil, pyerr.Type("dumps: for parameter indent: got %s, want int or string", v.Type())
	}
	return &indent, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// separatorsOption reads separators=, a pair of texts.
func separatorsOption(v starlark.Value) (*[2]string, error) {
	if v == nil {
		return nil, nil
	}
	seq, ok := v.(starlark.Indexable)
	if !ok || seq.Len() != 2 {
		return nil, pyerr.Type("dumps: for parameter separators: want two strings, between elements and after a key")
	}
	var pair [2]string
	for i := range pair {
		if pair[i], ok = starlark.AsString(seq.Index(i)); !ok {
			return nil, pyerr.Type("dumps: for parameter separators: got %s, want string", seq.Index(i).Type())
		}
	}
	return &pair, nil
}

// loadOptions are the options of loads as they are given.
type loadOptions struct {
	cls, object, pairs       starlark.Value
	float, integer, constant starlark.Value
	strict                   bool
}

func newLoadOptions() *loadOptions { return &loadOptions{strict: true} }

// params are the options, for UnpackArgs.
func (o *loadOptions) params() []any {
	return []any{"object_hook??", &o.object, "parse_float??", &o.float, "parse_int??", &o.integer,
		"parse_constant??", &o.constant, "strict?", &o.strict, "object_pairs_hook??", &o.pairs, "cls??", &o.cls}
}

// decoder makes a decoder within the limits of the call.
func (o *loadOptions) decoder(thread *starlark.Thread) *pyjson.Decoder {
	limits := guard.MeterOf(thread).Limits()
	d := &pyjson.Decoder{Spend: spending(thread), MaxBytes: limits.Bytes, MaxElements: limits.Elements, Lax: !o.strict}
	text := func(hook starlark.Value) func(string) (starlark.Value, error) {
		if hook == nil {
			return nil
		}
		return func(s string) (starlark.Value, error) {
			return starlark.Call(thread, hook, starlark.Tuple{starlark.String(s)}, nil)
		}
	}
	d.Hooks.Float, d.Hooks.Int, d.Hooks.Constant = text(o.float), text(o.integer), text(o.constant)
	if o.object != nil {
		d.Hooks.Object = func(dict *starlark.Dict) (starlark.Value, error) {
			return starlark.Call(thread, o.object, starlark.Tuple{dict}, nil)
		}
	}
	if o.pairs != nil {
		d.Hooks.Pairs = func(pairs []starlark.Value) (starlark.Value, error) {
			return starlark.Call(thread, o.pairs, starlark.Tuple{starlark.NewList(pairs)}, nil)
		}
	}
	return d
}

func jsonLoads(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 1 {
		return nil, pyerr.Type("loads() takes 1 positional argument but %d were given", len(args))
	}
	var s starlark.Value
	o := newLoadOptions()
	if err := pyerr.Unpack(b.Name(), args, kwargs, append([]any{"s", &s}, o.params()...)...); err != nil {
		return nil, err
	}
	text, err := jsonText(s)
	if err != nil {
		return nil, err
	}
	if o.cls != nil && o.cls != jsonDecoderClass {
		return decodeBy(thread, o.cls, text, kwargs)
	}
	return decode(thread, b.Name(), text, o)
}

// decode reads a text within the limits of the call.
func decode(thread *starlark.Thread, fn, text string, o *loadOptions) (starlark.Value, error) {
	if err := guard.MeterOf(thread).Charge(len(text) / 16); err != nil {
		return nil, err
	}
	v, err := o.decoder(thread).Decode(text)
	return v, limited(thread, fn, err)
}

func jsonText(s starlark.Value) (string, error) {
	switch s := s.(type) {
	case starlark.String:
		return string(s), nil
	case starlark.Bytes:
		text, err := pytext.Decode(string(s), "utf-8", "strict")
		return strings.TrimPrefix(text, "\ufeff"), err
	}
	return "", pyerr.Type("the JSON object must be str, bytes or bytearray, not %s", pytypes.TypeName(s))
}

// encode writes text as Starlark's json.encode does.
func encode(thread *starlark.Thread, x starlark.Value) (string, error) {
	enc := pyjson.Encoder{
		RawUnicode: true,
		RefuseNaN:  true,
		SortKeys:   true,
		Separators: &[2]string{",", ":"},
		Default:    listOf,
		MaxBytes:   guard.MeterOf(thread).Limits().Bytes,
		Spend:      spending(thread),
	}
	return enc.Encode(x)
}

// listOf makes an array of any iterable.
func listOf(v starlark.Value) (starlark.Value, error) {
	if bounded, ok := v.(starlark.Sequence); ok && bounded.Len() <= pyjson.DefaultElements {
		list := make(starlark.Tuple, 0, bounded.Len())
		for e := range starlark.Elements(bounded) {
			list = append(list, e)
		}
		return list, nil
	}
	return nil, pyerr.Type("Object of type %s is not JSON serializable", pyerr.TypeName(v))
}

func jsonEncode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := pyerr.Unpack(b.Name(), args, kwargs, "x", &x); err != nil {
		return nil, err
	}
	text, err := encode(thread, x)
	return charged(thread, b.Name(), text, err)
}

func jsonEncodeIndent(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	prefix, indent := "", "\t"
	if err := pyerr.Unpack(b.Name(), args, kwargs, "x", &x, "prefix?", &prefix, "indent?", &indent); err != nil {
		return nil, err
	}
	text, err := encode(thread, x)
	if err != nil {
		return nil, limited(thread, b.Name(), err)
	}
	return indentJSON(thread, text, prefix, indent)
}

func jsonDecode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var (
		x        string
		fallback starlark.Value
	)
	if err := pyerr.Unpack(b.Name(), args, kwargs, "x", &x, "default?", &fallback); err != nil {
		return nil, err
	}
	v, err := decode(thread, b.Name(), x, newLoadOptions())
	if err != nil && fallback != nil {
		return fallback, nil
	}
	return v, err
}

func jsonIndent(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var str string
	prefix, indent := "", "\t"
	if err := pyerr.Unpack(b.Name(), args, kwargs, "str", &str, "prefix?", &prefix, "indent?", &indent); err != nil {
		return nil, err
	}
	return indentJSON(thread, str, prefix, indent)
}

func indentJSON(thread *starlark.Thread, text, prefix, indent string) (starlark.Value, error) {
	limit := guard.MeterOf(thread).Limits().Bytes
	if indentedSize(text, len(prefix), len(indent), limit) > limit {
		return nil, limited(thread, "indent", pyjson.ErrSize)
	}
	var buf bytes.Buffer
	if err := json.Indent(&buf, []byte(text), prefix, indent); err != nil {
		return nil, pyerr.Value("indent: %v", err)
	}
	return charged(thread, "indent", buf.String(), nil)
}

// indentedSize is at least the size of the text with each element on a line
// of its own. It stops counting above the limit.
func indentedSize(text string, prefix, indent, limit int) int {
	size, depth, quoted := len(text), 0, false
	for i := 0; i < len(text) && size <= limit; i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
			continue
		case c == '"':
			quoted = !quoted
			continue
		case quoted:
			continue
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth = max(depth-1, 0)
		case c != ',':
			continue
		}
		size += 2 + prefix + depth*indent
	}
	return size
}
