package pyurl

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// quote escapes all bytes but letters, digits, _.-~ and those of safe.
func quote(s, safe string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isLetter(c) || '0' <= c && c <= '9' || strings.IndexByte("_.-~", c) >= 0 || c < 0x80 && strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func quotePlus(s, safe string) string {
	if !strings.Contains(s, " ") {
		return quote(s, safe)
	}
	return strings.ReplaceAll(quote(s, safe+" "), " ", "+")
}

// unquoteBytes replaces escapes by their bytes.
func unquoteBytes(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, low := unhex(s[i+1]), unhex(s[i+2])
			if high >= 0 && low >= 0 {
				b = append(b, byte(high<<4|low))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// unquote decodes the escapes between characters that are not ASCII, each run
// of ASCII for itself.
func unquote(s, encoding, errors string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 })
		if n < 0 {
			n = len(s)
		}
		text, err := pytext.Decode(unquoteBytes(s[:n]), encoding, errors)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		s = s[n:]
		if n = strings.IndexFunc(s, func(r rune) bool { return r < 0x80 }); n < 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String(), nil
}

// quoteArgs reads the arguments of quote and quote_plus.
func quoteArgs(c pyclass.Call, safe string) (text, safeChars string, err error) {
	var (
		s        starlark.Value
		chars    starlark.Value = starlark.String(safe)
		encoding                = "utf-8"
		errors                  = "strict"
	)
	if err := c.Unpack("string", &s, "safe?", &chars, "encoding??", &encoding, "errors??", &errors); err != nil {
		return "", "", err
	}
	switch s := s.(type) {
	case starlark.String:
		if text, err = pytext.Encode(string(s), encoding, errors); err != nil {
			return "", "", err
		}
	case starlark.Bytes:
		text = string(s)
	default:
		return "", "", pyerr.Type("quote_from_bytes() expected bytes")
	}
	if safeChars, err = textOrBytes(chars); err != nil {
		return "", "", err
	}
	return text, safeChars, guard.CheckBytes(c.Thread, c.Fn, 3*len(text))
}

func textOrBytes(v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return string(v), nil
	}
	return "", pyerr.Type("got %s, want string or bytes", v.Type())
}

func quoteCall(c pyclass.Call) (starlark.Value, error) {
	text, safe, err := quoteArgs(c, "/")
	if err != nil {
		return nil, err
	}
	return starlark.String(quote(text, safe)), nil
}

func quotePlusCall(c pyclass.Call) (starlark.Value, error) {
	text, safe, err := quoteArgs(c, "")
	if err != nil {
		return nil, err
	}
	return starlark.String(quotePlus(text, safe)), nil
}

func quoteFromBytes(c pyclass.Call) (starlark.Value, error) {
	var (
		bs   starlark.Value
		safe = "/"
	)
	if err := c.Unpack("bs", &bs, "safe?", &safe); err != nil {
		return nil, err
	}
	data, ok := bs.(starlark.Bytes)
	if !ok {
		return nil, pyerr.Type("quote_from_bytes() expected bytes")
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 3*len(data)); err != nil {
		return nil, err
	}
	return starlark.String(quote(string(data), safe)), nil
}

func unquoteCall(c pyclass.Call, plus bool) (starlark.Value, error) {
	var (
		s        starlark.Value
		encoding = "utf-8"
		errors   = "replace"
	)
	if err := c.Unpack("string", &s, "encoding??", &encoding, "errors??", &errors); err != nil {
		return nil, err
	}
	text, isText := starlark.AsString(s)
	data, isBytes := s.(starlark.Bytes)
	if !isText && !isBytes {
		return nil, pyerr.Type("argument of type '%s' is not iterable", pyerr.TypeName(s))
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, len(text)+len(data)); err != nil {
		return nil, err
	}
	if isBytes {
		text, err := pytext.Decode(unquoteBytes(string(data)), encoding, errors)
		return starlark.String(text), err
	}
	if plus {
		text = strings.ReplaceAll(text, "+", " ")
	}
	text, err := unquote(text, encoding, errors)
	return starlark.String(text), err
}

func unquoteToBytes(c pyclass.Call) (starlark.Value, error) {
	var s starlark.Value
	if err := c.Unpack("string", &s); err != nil {
		return nil, err
	}
	text, err := textOrBytes(s)
	if err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, len(text)); err != nil {
		return nil, err
	}
	return starlark.Bytes(unquoteBytes(text)), nil
}

// A field is one of the fields of a query.
type field struct{ name, value string }

// queryFields reads the arguments of parse_qs and parse_qsl, and the query.
func queryFields(c pyclass.Call) ([]field, error) {
	var (
		query        starlark.Value
		blank        bool
		strict       bool
		encoding     = "utf-8"
		errors       = "replace"
		separator    = "&"
		maxNumFields starlark.Value
	)
	if err := c.Unpack("qs", &query, "keep_blank_values?", &blank, "strict_parsing?", &strict, "encoding?", &encoding,
		"errors?", &errors, "max_num_fields??", &maxNumFields, "separator?", &separator); err != nil {
		return nil, err
	}
	qs, ok := starlark.AsString(query)
	if !ok && query != starlark.None && query != starlark.Bytes("") { // which are no query, as in CPython
		return nil, pyerr.Type("%s: for parameter qs: got %s, want string", c.Fn, query.Type())
	}
	if separator == "" {
		return nil, pyerr.Value("Separator must be of type string or bytes.")
	}
	if qs == "" {
		return nil, nil
	}
	n := strings.Count(qs, separator) + 1
	if maxNumFields != nil {
		if most, err := starlark.AsInt32(maxNumFields); err == nil && most < n {
			return nil, pyerr.Value("Max number of fields exceeded")
		}
	}
	if err := guard.CheckElements(c.Thread, c.Fn, n); err != nil {
		return nil, err
	}
	var fields []field
	for text := range strings.SplitSeq(qs, separator) {
		if text == "" && !strict {
			continue
		}
		name, value, found := strings.Cut(text, "=")
		if !found && strict {
			return nil, pyerr.Value("bad query field: %s", pyrepr.Str(text))
		}
		if value == "" && !blank {
			continue
		}
		f := field{}
		var err error
		if f.name, err = unquote(strings.ReplaceAll(name, "+", " "), encoding, errors); err == nil {
			f.value, err = unquote(strings.ReplaceAll(value, "+", " "), encoding, errors)
		}
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func parseQS(c pyclass.Call) (starlark.Value, error) {
	fields, err := queryFields(c)
	if err != nil {
		return nil, err
	}
	dict := new(starlark.Dict)
	for _, f := range fields {
		name := starlark.String(f.name)
		values, found, err := dict.Get(name)
		if err != nil {
			return nil, err
		}
		if !found {
			values = starlark.NewList(nil)
			if err := dict.SetKey(name, values); err != nil {
				return nil, err
			}
		}
		if err := values.(*starlark.List).Append(starlark.String(f.value)); err != nil {
			return nil, err
		}
	}
	return dict, nil
}

func parseQSL(c pyclass.Call) (starlark.Value, error) {
	fields, err := queryFields(c)
	if err != nil {
		return nil, err
	}
	list := make([]starlark.Value, len(fields))
	for i, f := range fields {
		list[i] = starlark.Tuple{starlark.String(f.name), starlark.String(f.value)}
	}
	return starlark.NewList(list), nil
}

func urlencode(c pyclass.Call) (starlark.Value, error) {
	var (
		query  starlark.Value
		doseq  bool
		safe   string
		rest   [2]starlark.Value
		method starlark.Callable
	)
	if err := c.Unpack("query", &query, "doseq?", &doseq, "safe?", &safe, "encoding??", &rest[0], "errors??", &rest[1], "quote_via?", &method); err != nil {
		return nil, err
	}
	escape := quotePlus
	if method != nil && method.Name() == "quote" {
		escape = quote
	}
	items, err := queryItems(query)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	add := func(key string, v starlark.Value) error {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		value, err := quotable(c, v)
		b.WriteString(key + "=" + escape(value, safe))
		if err != nil {
			return err
		}
		return guard.CheckBytes(c.Thread, c.Fn, b.Len())
	}
	for _, item := range items {
		key, err := quotable(c, item.Index(0))
		if err != nil {
			return nil, err
		}
		key = escape(key, safe)
		if err := eachValue(item.Index(1), doseq, func(v starlark.Value) error { return add(key, v) }); err != nil {
			return nil, err
		}
	}
	return starlark.String(b.String()), nil
}

// eachValue calls f with a value, or with each of a sequence of them.
func eachValue(v starlark.Value, doseq bool, f func(starlark.Value) error) error {
	seq, ok := v.(starlark.Sequence)
	if !doseq || !ok {
		return f(v)
	}
	for e := range starlark.Elements(seq) {
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

// queryItems returns the pairs of a dict or of a list of pairs.
func queryItems(query starlark.Value) ([]starlark.Indexable, error) {
	var items []starlark.Indexable
	switch query := query.(type) {
	case starlark.IterableMapping:
		for _, item := range query.Items() {
			items = append(items, item)
		}
		return items, nil
	case starlark.Sequence:
		for e := range starlark.Elements(query) {
			pair, ok := e.(starlark.Indexable)
			if !ok || pair.Len() != 2 {
				return nil, pyerr.Type("not a valid non-string sequence or mapping object")
			}
			items = append(items, pair)
		}
		return items, nil
	}
	return nil, pyerr.Type("not a valid non-string sequence or mapping object")
}

// quotable is Python's str of a value, and the bytes of bytes.
func quotable(c pyclass.Call, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.Bytes:
		return string(v), nil
	case starlark.Float:
		return pyrepr.Float(float64(v)), nil
	}
	return guard.Str(c.Thread, v)
}
