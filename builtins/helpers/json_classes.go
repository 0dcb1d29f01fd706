package helpers

import (
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// jsonEncoder is json.JSONEncoder, which files in Python extend.
var jsonEncoder = py.NewClass(py.ClassSpec{
	Name: "JSONEncoder", Module: "json.encoder",
	Methods: map[string]py.Method{
		"__init__": func(_ *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			o := newDumpOptions()
			return starlark.None, keepOptions("JSONEncoder.__init__", self, o, o.params(), args, kwargs)
		},
		"default": func(_ *starlark.Thread, _ starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var o starlark.Value
			if err := pyerr.Unpack("JSONEncoder.default", args, kwargs, "o", &o); err != nil {
				return nil, err
			}
			return nil, pyerr.Type("Object of type %s is not JSON serializable", pytypes.TypeName(o))
		},
		"encode": encodeMethod,
		"iterencode": func(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			text, err := encodeMethod(t, self, args, kwargs)
			if err != nil {
				return nil, err
			}
			return starlark.NewList([]starlark.Value{text}), nil
		},
	},
})

// jsonDecoderClass is json.JSONDecoder.
var jsonDecoderClass = py.NewClass(py.ClassSpec{
	Name: "JSONDecoder", Module: "json.decoder",
	Methods: map[string]py.Method{
		"__init__": func(_ *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			o := newLoadOptions()
			return starlark.None, keepOptions("JSONDecoder.__init__", self, o, o.params(), args, kwargs)
		},
		"decode":     decodeMethod,
		"raw_decode": rawDecode,
	},
})

// keepOptions reads the arguments of a constructor, which are by name, and
// keeps them in the object.
func keepOptions(fn string, self starlark.Value, options any, params []any, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(args) > 0 {
		return pyerr.Type("%s() takes 1 positional argument but %d were given", fn, 1+len(args))
	}
	o, ok := self.(*py.Instance)
	if !ok {
		return pyerr.Type("%s: want an instance as the first argument", fn)
	}
	if err := pyerr.Unpack(fn, nil, kwargs, params...); err != nil {
		return err
	}
	o.Data = options
	return nil
}

// optionsOf are the options that an object keeps. An __init__ that does not
// call its parent's leaves the defaults.
func optionsOf[T any](self starlark.Value, defaults func() *T) *T {
	if o, ok := self.(*py.Instance); ok {
		if options, ok := o.Data.(*T); ok {
			return options
		}
	}
	return defaults()
}

// callMethod calls a method of an object.
func callMethod(t *starlark.Thread, self starlark.Value, name string, args ...starlark.Value) (starlark.Value, error) {
	object, ok := self.(starlark.HasAttrs)
	if !ok {
		return nil, noAttribute(self, name)
	}
	method, err := object.Attr(name)
	if err != nil {
		return nil, err
	}
	if method == nil {
		return nil, noAttribute(self, name)
	}
	return starlark.Call(t, method, args, nil)
}

// encodeMethod is JSONEncoder.encode(o), which asks the object's own default.
func encodeMethod(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var obj starlark.Value
	if err := pyerr.Unpack("JSONEncoder.encode", args, kwargs, "o", &obj); err != nil {
		return nil, err
	}
	options := optionsOf(self, newDumpOptions)
	enc, err := options.encoder(t)
	if err != nil {
		return nil, err
	}
	if options.fallback == nil {
		enc.Default = func(v starlark.Value) (starlark.Value, error) { return callMethod(t, self, "default", v) }
	}
	text, err := enc.Encode(obj)
	return charged(t, "encode", text, err)
}

// encodeBy is dumps(obj, cls=cls, …).
func encodeBy(t *starlark.Thread, cls, obj starlark.Value, kwargs []starlark.Tuple) (starlark.Value, error) {
	encoder, err := starlark.Call(t, cls, nil, without(kwargs, "cls", "obj"))
	if err != nil {
		return nil, err
	}
	return callMethod(t, encoder, "encode", obj)
}

// decodeBy is loads(text, cls=cls, …).
func decodeBy(t *starlark.Thread, cls starlark.Value, text string, kwargs []starlark.Tuple) (starlark.Value, error) {
	decoder, err := starlark.Call(t, cls, nil, without(kwargs, "cls", "s"))
	if err != nil {
		return nil, err
	}
	return callMethod(t, decoder, "decode", starlark.String(text))
}

func without(kwargs []starlark.Tuple, names ...string) []starlark.Tuple {
	var rest []starlark.Tuple
next:
	for _, kw := range kwargs {
		for _, name := range names {
			if kw[0] == starlark.String(name) {
				continue next
			}
		}
		rest = append(rest, kw)
	}
	return rest
}

func decodeMethod(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := pyerr.Unpack("JSONDecoder.decode", args, kwargs, "s", &text); err != nil {
		return nil, err
	}
	return decode(t, "decode", text, optionsOf(self, newLoadOptions))
}

// rawDecode reads a value at a place, and says where it ends; both count
// characters.
func rawDecode(t *starlark.Thread, self starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	index := 0
	if err := pyerr.Unpack("JSONDecoder.raw_decode", args, kwargs, "s", &text, "idx?", &index); err != nil {
		return nil, err
	}
	if index < 0 {
		return nil, pyerr.Value("idx cannot be negative")
	}
	if err := guard.MeterOf(t).Charge(len(text) / 4); err != nil {
		return nil, err
	}
	at := 0
	for ; index > 0 && at < len(text); index-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	v, end, err := optionsOf(self, newLoadOptions).decoder(t).DecodeAt(text, at)
	if err != nil {
		return nil, limited(t, "raw_decode", err)
	}
	return starlark.Tuple{v, starlark.MakeInt(utf8.RuneCountInString(text[:end]))}, nil
}

// jsonDump is dump(obj, fp, …), of anything that has write.
func jsonDump(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var obj, fp starlark.Value
	own, options := split(kwargs, "obj", "fp")
	if err := pyerr.Unpack(b.Name(), args, own, "obj", &obj, "fp", &fp); err != nil {
		return nil, err
	}
	text, err := dumps(t, b.Name(), starlark.Tuple{obj}, options)
	if err != nil {
		return nil, err
	}
	_, err = callMethod(t, fp, "write", text)
	return starlark.None, err
}

// jsonLoad is load(fp, …), of anything that has read.
func jsonLoad(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fp starlark.Value
	own, options := split(kwargs, "fp")
	if err := pyerr.Unpack(b.Name(), args, own, "fp", &fp); err != nil {
		return nil, err
	}
	text, err := callMethod(t, fp, "read")
	if err != nil {
		return nil, err
	}
	return jsonLoads(t, b, starlark.Tuple{text}, options)
}

// split divides the arguments by name into those of some names and the rest.
func split(kwargs []starlark.Tuple, names ...string) (own, rest []starlark.Tuple) {
	rest = without(kwargs, names...)
	for _, kw := range kwargs {
		name, _ := starlark.AsString(kw[0])
		if strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
			own = append(own, kw)
		}
	}
	return own, rest
}
