package pystd

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// A csvWriter is what a writer has in Data.
type csvWriter struct {
	*dialect
	write starlark.Value
}

// newCSVWriter is writer(fileobj, dialect="excel", **options).
func newCSVWriter(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 1 || len(args) > 2 {
		return nil, pyerr.Type("writer expected at least 1 argument, got %d", len(args))
	}
	var name starlark.Value
	if len(args) == 2 {
		name = args[1]
	}
	d, err := readDialect(t, name, kwargs)
	if err != nil {
		return nil, err
	}
	write, err := world(t).GetAttr(args[0], "write")
	if err != nil || write == nil {
		return nil, pyerr.Type("argument 1 must have a \"write\" method")
	}
	o := py.NewInstance(csvWriterClass, nil)
	o.Data = &csvWriter{d, write}
	return o, nil
}

var csvWriterClass = py.NewClass(py.ClassSpec{
	Name: "writer", Module: "_csv",
	Methods: checked("_csv.writer", methods{
		"writerow": one("writerow", func(t *starlark.Thread, o *py.Instance, row starlark.Value) (starlark.Value, error) {
			return o.Data.(*csvWriter).row(t, row)
		}),
		"writerows": one("writerows", func(t *starlark.Thread, o *py.Instance, rows starlark.Value) (starlark.Value, error) {
			return starlark.None, each(t, rows, func(row starlark.Value) error {
				_, err := o.Data.(*csvWriter).row(t, row)
				return err
			})
		}),
	}, withData[*csvWriter]),
})

func (w *csvWriter) row(t *starlark.Thread, row starlark.Value) (starlark.Value, error) {
	fields, err := collect(t, "writerow", row)
	if err != nil {
		if isA(err, "TypeError") && strings.HasSuffix(err.Error(), "is not iterable") {
			err = csvError("iterable expected, not %s", pytypes.TypeName(row))
		}
		return nil, err
	}
	var b strings.Builder
	for i, v := range fields {
		if i > 0 {
			b.WriteRune(w.delimiter)
		}
		text, err := w.field(t, v, len(fields) == 1)
		if err != nil {
			return nil, err
		}
		if err := guard.CheckBytes(t, "writerow", b.Len()+len(text)); err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	b.WriteString(w.end)
	return call(t, w.write, starlark.String(b.String()))
}

// field writes a field; alone says that it is the only one of its row.
func (w *csvWriter) field(t *starlark.Thread, v starlark.Value, alone bool) (string, error) {
	var text string
	var err error
	switch x := v.(type) {
	case starlark.NoneType:
	case starlark.Float:
		text, err = pytypes.Repr(t, x)
	default:
		text, err = pytypes.Str(t, v)
	}
	if err != nil {
		return "", err
	}
	_, isText := held(v).(starlark.String)
	number := false
	switch held(v).(type) {
	case starlark.Int, starlark.Float, starlark.Bool:
		number = true
	}
	quote := w.quoting == quoteAll || w.quoting == quoteNonNumeric && !number || w.quoting == quoteStrings && isText || w.quoting == quoteNotNull && v != starlark.None
	var b strings.Builder
	for _, c := range text {
		special := c == w.delimiter || c == w.escape && c != 0 || c == w.quote && c != 0 || c == '\n' || c == '\r' || strings.ContainsRune(w.end, c)
		if special {
			escape := false
			switch {
			case w.quoting == quoteNone:
				escape = true
			case c == w.quote && w.double:
				b.WriteRune(c)
				quote = true
			case c == w.quote || c == w.escape && c != 0:
				escape = true
			default:
				quote = true
			}
			if escape {
				if w.escape == 0 {
					return "", csvError("need to escape, but no escapechar set")
				}
				b.WriteRune(w.escape)
			}
		}
		b.WriteRune(c)
	}
	if text == "" && alone {
		if w.quoting == quoteNone || (w.quoting == quoteStrings || w.quoting == quoteNotNull) && v == starlark.None {
			return "", csvError("single empty field record must be quoted")
		}
		quote = true
	}
	if quote {
		return string(w.quote) + b.String() + string(w.quote), nil
	}
	return b.String(), nil
}

// dictWriterClass is csv.DictWriter(f, fieldnames, restval="",
// extrasaction="raise", dialect="excel", **options).
var dictWriterClass = py.NewClass(py.ClassSpec{
	Name: "DictWriter", Module: "csv",
	Methods: methods{
		"__init__": anyArgs("__init__", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			var options, own []starlark.Tuple
			for _, kv := range kwargs {
				switch string(kv[0].(starlark.String)) {
				case "f", "fieldnames", "restval", "extrasaction", "dialect":
					own = append(own, kv)
				default:
					options = append(options, kv)
				}
			}
			in, err := bindParams("DictWriter.__init__", []param{
				{name: "f"}, {name: "fieldnames"}, {name: "restval", def: starlark.String("")}, {name: "extrasaction", def: starlark.String("raise")}, {name: "dialect", def: starlark.String("excel")},
			}, 1, args, own)
			if err != nil {
				return nil, err
			}
			w, err := newCSVWriter(t, starlark.Tuple{in[0], in[4]}, options)
			if err != nil {
				return nil, err
			}
			for name, v := range map[string]starlark.Value{"writer": w, "fieldnames": in[1], "restval": in[2], "extrasaction": in[3]} {
				o.Fields().Set(name, v)
			}
			return starlark.None, nil
		}),
		"writeheader": none("writeheader", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return world(t).Call(orNone(o.Fields().Get("writer")), "writerow", starlark.Tuple{orNone(o.Fields().Get("fieldnames"))}, nil)
		}),
		"writerow": one("writerow", dictRow),
		"writerows": one("writerows", func(t *starlark.Thread, o *py.Instance, rows starlark.Value) (starlark.Value, error) {
			return starlark.None, each(t, rows, func(row starlark.Value) error {
				_, err := dictRow(t, o, row)
				return err
			})
		}),
	},
})

func dictRow(t *starlark.Thread, o *py.Instance, row starlark.Value) (starlark.Value, error) {
	names, err := collect(t, "writerow", orNone(o.Fields().Get("fieldnames")))
	if err != nil {
		return nil, err
	}
	if action, _ := starlark.AsString(orNone(o.Fields().Get("extrasaction"))); action == "raise" {
		var wrong []string
		known := starlark.NewDict(len(names))
		for _, n := range names {
			if err := pytypes.SetItem(t, known, n, starlark.True); err != nil {
				return nil, err
			}
		}
		err := each(t, row, func(k starlark.Value) error {
			in, err := pytypes.Contains(t, known, k)
			if err != nil || in {
				return err
			}
			text, err := pytypes.Repr(t, k)
			wrong = append(wrong, text)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(wrong) > 0 {
			return nil, pyerr.Value("dict contains fields not in fieldnames: %s", strings.Join(wrong, ", "))
		}
	}
	values := make([]starlark.Value, len(names))
	for i, n := range names {
		in, err := pytypes.Contains(t, row, n)
		if err != nil {
			return nil, err
		}
		values[i] = orNone(o.Fields().Get("restval"))
		if in {
			if values[i], err = pytypes.Item(t, row, n); err != nil {
				return nil, err
			}
		}
	}
	return world(t).Call(orNone(o.Fields().Get("writer")), "writerow", starlark.Tuple{starlark.NewList(values)}, nil)
}
