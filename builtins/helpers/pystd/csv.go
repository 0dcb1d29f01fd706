package pystd

import (
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// CSV is Python's csv: reader, writer, DictReader and DictWriter with the
// dialects excel, excel-tab and unix, and the QUOTE_ constants. Dialects cannot
// be registered, and nothing is sniffed.
func CSV() runtime.Module {
	members := starlark.StringDict{
		"DictReader":       function("DictReader", newDictReader),
		"DictWriter":       dictWriterClass,
		"Error":            &pyerr.Exception{FullName: "_csv.Error", Base: "Exception"},
		"Sniffer":          refused("csv.Sniffer", "name the delimiter"),
		"field_size_limit": positional("field_size_limit", 0, 0, func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) { return starlark.MakeInt(131072), nil }),
		"list_dialects": positional("list_dialects", 0, 0, func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) {
			return starlark.NewList(texts([]string{"excel", "excel-tab", "unix"})), nil
		}),
		"reader":           function("reader", newCSVReader),
		"register_dialect": refused("csv.register_dialect", "pass the options to reader or writer"),
		"writer":           function("writer", newCSVWriter),
	}
	for i, name := range []string{"QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"} {
		members[name] = starlark.MakeInt(i)
	}
	return runtime.Module{Names: []string{"csv"}, Members: members}
}

func csvError(format string, args ...any) error {
	err := pyerr.New("_csv.Error", format, args...).(*pyerr.Error)
	err.Base = "Exception"
	return err
}

// The ways to quote.
const (
	quoteMinimal = iota
	quoteAll
	quoteNonNumeric
	quoteNone
	quoteStrings
	quoteNotNull
)

// A dialect says how rows are written. A rune is 0 where there is none.
type dialect struct {
	delimiter, quote, escape rune
	end                      string
	double, skip, strict     bool
	quoting                  int
}

// readDialect reads the options of a reader or writer.
func readDialect(t *starlark.Thread, name starlark.Value, kwargs []starlark.Tuple) (*dialect, error) {
	d := &dialect{delimiter: ',', quote: '"', end: "\r\n", double: true}
	text, _ := starlark.AsString(orNone(name))
	for _, kv := range kwargs {
		if kv[0] == starlark.String("dialect") {
			text, _ = starlark.AsString(kv[1])
		}
	}
	switch text {
	case "", "excel":
	case "excel-tab":
		d.delimiter = '\t'
	case "unix":
		d.end, d.quoting = "\n", quoteAll
	default:
		return nil, csvError("unknown dialect")
	}
	for _, kv := range kwargs {
		if err := d.option(t, string(kv[0].(starlark.String)), kv[1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *dialect) option(t *starlark.Thread, name string, v starlark.Value) (err error) {
	char := func(p *rune, none bool) error {
		if v == starlark.None && none {
			*p = 0
			return nil
		}
		s, ok := starlark.AsString(v)
		if !ok {
			return pyerr.Type("\"%s\" must be string%s, not %s", name, map[bool]string{true: " or None"}[none], pytypes.TypeName(v))
		}
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 || n != len(s) {
			return pyerr.Type("\"%s\" must be a 1-character string", name)
		}
		*p = r
		return nil
	}
	switch name {
	case "dialect":
	case "delimiter":
		return char(&d.delimiter, false)
	case "quotechar":
		return char(&d.quote, true)
	case "escapechar":
		return char(&d.escape, true)
	case "lineterminator":
		d.end, _ = starlark.AsString(v)
	case "doublequote":
		d.double, err = pytypes.Truth(t, v)
	case "skipinitialspace":
		d.skip, err = pytypes.Truth(t, v)
	case "strict":
		d.strict, err = pytypes.Truth(t, v)
	case "quoting":
		if d.quoting, err = asInt(t, v); err == nil && (d.quoting < 0 || d.quoting > quoteNotNull) {
			err = pyerr.Type("bad \"quoting\" value")
		}
	default:
		return pyerr.Type("'%s' is an invalid keyword argument for this function", name)
	}
	return err
}

// A csvReader makes rows of lines.
type csvReader struct {
	*dialect
	lines  pytypes.Iterator
	number int

	row    []starlark.Value
	field  strings.Builder
	quoted bool // the field began with a quote
	state  csvState
}

type csvState uint8

const (
	startRow csvState = iota
	startField
	inField
	inQuoted
	quoteInQuoted
	escaped
	escapedInQuoted
	afterRow
)

// csvReaderValue is a reader as rules see it.
type csvReaderValue struct {
	*lazy
	r *csvReader
}

// Attr has line_num.
func (v *csvReaderValue) Attr(name string) (starlark.Value, error) {
	if name == "line_num" {
		return starlark.MakeInt(v.r.number), nil
	}
	return nil, nil
}

// AttrNames lists the attributes.
func (v *csvReaderValue) AttrNames() []string { return []string{"line_num"} }

// newCSVReader is reader(iterable, dialect="excel", **options).
func newCSVReader(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 1 || len(args) > 2 {
		return nil, pyerr.Type("reader expected at least 1 argument, got %d", len(args))
	}
	var name starlark.Value
	if len(args) == 2 {
		name = args[1]
	}
	d, err := readDialect(t, name, kwargs)
	if err != nil {
		return nil, err
	}
	lines, err := pytypes.Iterate(t, args[0])
	if err != nil {
		return nil, err
	}
	r := &csvReader{dialect: d, lines: lines}
	return &csvReaderValue{newLazy("_csv.reader", r.next), r}, nil
}

// next reads lines until a row is complete.
func (r *csvReader) next(t *starlark.Thread) (starlark.Value, bool, error) {
	r.row, r.state = nil, startRow
	r.field.Reset()
	for {
		v, ok, err := r.lines.Next(t)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			if r.field.Len() > 0 || r.state == inQuoted {
				if r.strict {
					return nil, false, csvError("unexpected end of data")
				}
				if err := r.save(t); err != nil {
					return nil, false, err
				}
				return starlark.NewList(r.row), true, nil
			}
			return nil, false, nil
		}
		line, ok := held(v).(starlark.String)
		if !ok {
			return nil, false, csvError("iterator should return strings, not %s (the file should be opened in text mode)", pytypes.TypeName(v))
		}
		r.number++
		if err := guard.MeterOf(t).Charge(1 + len(line)/8); err != nil {
			return nil, false, err
		}
		for _, c := range string(line) {
			if err := r.char(t, c); err != nil {
				return nil, false, err
			}
		}
		if err := r.char(t, -1); err != nil {
			return nil, false, err
		}
		if r.state == startRow {
			return starlark.NewList(r.row), true, nil
		}
	}
}

// char takes a character, or -1 for the end of a line.
func (r *csvReader) char(t *starlark.Thread, c rune) error {
	newline := c == '\n' || c == '\r' || c == -1
	switch r.state {
	case startRow:
		if c == -1 {
			return nil
		}
		if newline {
			r.state = afterRow
			return nil
		}
		r.state = startField
		return r.start(t, c, newline)
	case startField:
		return r.start(t, c, newline)
	case escaped:
		if newline && c != -1 {
			r.state = afterRow
			return r.add(t, c)
		}
		if c == -1 {
			c = '\n'
		}
		r.state = inField
		return r.add(t, c)
	case inField:
		return r.inside(t, c, newline)
	case inQuoted:
		switch {
		case c == -1:
		case c == r.escape && r.escape != 0:
			r.state = escapedInQuoted
		case c == r.quote && r.quote != 0 && r.quoting != quoteNone:
			r.state = inField
			if r.double {
				r.state = quoteInQuoted
			}
		default:
			return r.add(t, c)
		}
	case escapedInQuoted:
		if c == -1 {
			c = '\n'
		}
		r.state = inQuoted
		return r.add(t, c)
	case quoteInQuoted:
		switch {
		case r.quoting != quoteNone && c == r.quote:
			r.state = inQuoted
			return r.add(t, c)
		case c == r.delimiter:
			r.state = startField
			return r.save(t)
		case newline:
			return r.endRow(t, c)
		case r.strict:
			return csvError("'%c' expected after '%c'", r.delimiter, r.quote)
		}
		r.state = inField
		return r.add(t, c)
	case afterRow:
		switch {
		case c == -1:
			r.state = startRow
		case !newline:
			return csvError("new-line character seen in unquoted field - do you need to open the file with newline=''?")
		}
	}
	return nil
}

func (r *csvReader) start(t *starlark.Thread, c rune, newline bool) error {
	r.quoted = false
	switch {
	case newline:
		return r.endRow(t, c)
	case c == r.quote && r.quote != 0 && r.quoting != quoteNone:
		r.quoted = true
		r.state = inQuoted
	case c == r.escape && r.escape != 0:
		r.state = escaped
	case c == ' ' && r.skip:
	case c == r.delimiter:
		return r.save(t)
	default:
		r.state = inField
		return r.add(t, c)
	}
	return nil
}

func (r *csvReader) inside(t *starlark.Thread, c rune, newline bool) error {
	switch {
	case newline:
		return r.endRow(t, c)
	case c == r.escape && r.escape != 0:
		r.state = escaped
	case c == r.delimiter:
		r.state = startField
		return r.save(t)
	default:
		return r.add(t, c)
	}
	return nil
}

func (r *csvReader) endRow(t *starlark.Thread, c rune) error {
	r.state = afterRow
	if c == -1 {
		r.state = startRow
	}
	return r.save(t)
}

// fieldLimit is the size of the longest field, as in CPython.
const fieldLimit = 131072

func (r *csvReader) add(_ *starlark.Thread, c rune) error {
	r.field.WriteRune(c)
	if r.field.Len() > fieldLimit {
		return csvError("field larger than field limit (%d)", fieldLimit)
	}
	return nil
}

// save ends a field.
func (r *csvReader) save(t *starlark.Thread) error {
	var v starlark.Value = starlark.String(r.field.String())
	r.field.Reset()
	if r.quoting == quoteNonNumeric && !r.quoted {
		f, err := call(t, py.BuiltinClass("float"), v)
		if err != nil {
			return err
		}
		v = f
	}
	r.quoted = false
	r.row = append(r.row, v)
	return charged(t, "csv", len(r.row))
}

// newDictReader is DictReader(f, fieldnames=None, restkey=None, restval=None,
// dialect="excel", **options): an iterator, which is all that DictReader is
// here beside its fieldnames and line_num.
func newDictReader(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var options []starlark.Tuple
	var own []starlark.Tuple
	for _, kv := range kwargs {
		switch string(kv[0].(starlark.String)) {
		case "f", "fieldnames", "restkey", "restval", "dialect":
			own = append(own, kv)
		default:
			options = append(options, kv)
		}
	}
	in, err := bindParams("DictReader.__init__", []param{
		{name: "f"}, {name: "fieldnames", def: starlark.None}, {name: "restkey", def: starlark.None}, {name: "restval", def: starlark.None}, {name: "dialect", def: starlark.String("excel")},
	}, 1, args, own)
	if err != nil {
		return nil, err
	}
	rows, err := newCSVReader(t, starlark.Tuple{in[0], in[4]}, options)
	if err != nil {
		return nil, err
	}
	d := &dictReader{csvReaderValue: rows.(*csvReaderValue), restKey: in[2], restValue: in[3]}
	if in[1] != starlark.None {
		if d.names, err = collect(t, "DictReader", in[1]); err != nil {
			return nil, err
		}
		d.named = true
	}
	return d, nil
}

// A dictReader makes dicts of rows.
type dictReader struct {
	*csvReaderValue
	names              []starlark.Value
	named              bool
	restKey, restValue starlark.Value
}

// header reads the names of the fields.
func (d *dictReader) header(t *starlark.Thread) error {
	if d.named {
		return nil
	}
	row, ok, err := d.csvReaderValue.Next(t)
	if err != nil {
		return err
	}
	d.named = true
	if ok {
		d.names = elementsOf(row.(*starlark.List))
	}
	return nil
}

// Attr has fieldnames and line_num.
func (d *dictReader) Attr(name string) (starlark.Value, error) {
	if name != "fieldnames" {
		return d.csvReaderValue.Attr(name)
	}
	if err := d.header(new(starlark.Thread)); err != nil {
		return nil, err
	}
	return starlark.NewList(d.names), nil
}

// AttrNames lists the attributes.
func (d *dictReader) AttrNames() []string { return []string{"fieldnames", "line_num"} }

func (d *dictReader) Type() string   { return "DictReader" }
func (d *dictReader) String() string { return "<csv.DictReader object>" }

// Next makes the next dict. Empty rows are left out.
func (d *dictReader) Next(t *starlark.Thread) (starlark.Value, bool, error) {
	if err := d.header(t); err != nil {
		return nil, false, err
	}
	for {
		v, ok, err := d.csvReaderValue.Next(t)
		if err != nil || !ok {
			return nil, false, err
		}
		row := elementsOf(v.(*starlark.List))
		if len(row) == 0 {
			continue
		}
		dict := starlark.NewDict(len(d.names))
		for i, name := range d.names {
			value := d.restValue
			if i < len(row) {
				value = row[i]
			}
			if err := pytypes.SetItem(t, dict, name, value); err != nil {
				return nil, false, err
			}
		}
		if len(row) > len(d.names) {
			if err := pytypes.SetItem(t, dict, d.restKey, starlark.NewList(row[len(d.names):])); err != nil {
				return nil, false, err
			}
		}
		return dict, true, nil
	}
}
