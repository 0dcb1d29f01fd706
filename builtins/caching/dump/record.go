package dump

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/caching"
)

// A Record is an item under its key.
type Record struct {
	Key  string
	Item caching.Item
}

// version is that of the format. Version 1 had no last line.
const version = 2

// line is a line as JSON: a record, or the first or the last one of a dump.
type line struct {
	Version    *int   `json:"starhost_dump,omitempty"`
	End        *int   `json:"starhost_dump_end,omitempty"`
	Key        *text  `json:"key,omitempty"`
	Counter    number `json:"counter,omitzero"`
	StringSet  []text `json:"string_set,omitempty"`
	Dictionary text   `json:"dictionary,omitempty"`
	ExpiresAt  number `json:"expires_at,omitzero"`

	fields int // how many were read
}

// MarshalJSON gives the record as a line of a dump has it.
func (r Record) MarshalJSON() ([]byte, error) {
	key := text(r.Key)
	l := line{Key: &key, Counter: number{r.Item.Count}, Dictionary: text(r.Item.Dictionary), ExpiresAt: number{r.Item.ExpiresAt}}
	for m := range r.Item.Strings.All() {
		l.StringSet = append(l.StringSet, text(m))
	}
	return marshal(l)
}

// marshal is json.Marshal that leaves <, > and & as they are, and escapes what a
// terminal could take for a command: keys and values come from events, which
// anybody writes.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return escape(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

// escape escapes the characters of a JSON text that cannot be printed. JSON
// itself has them in strings only.
func escape(b []byte) []byte {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	if bytes.IndexFunc(b, hidden) < 0 {
		return b
	}
	var out []byte
	for _, r := range string(b) {
		switch {
		case !hidden(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// parse reads a line. encoding/json alone would take Key for key, the last of
// two fields of a name, and U+FFFD for what is not UTF-8.
func parse(b []byte) (l line, err error) {
	if !utf8.Valid(b) {
		return l, errors.New(`it is not valid UTF-8: in a dump such a string is {"base64":"…"}`)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return l, cmp.Or(atEnd(err), errors.New("it is not an object"))
	}
	fields := map[json.Token]any{"starhost_dump": &l.Version, "starhost_dump_end": &l.End,
		"key": &l.Key, "counter": &l.Counter, "string_set": &l.StringSet, "dictionary": &l.Dictionary, "expires_at": &l.ExpiresAt}
	var unknown error // told last: the line may say that a newer version has written it
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return l, atEnd(err)
		}
		field, ok := fields[name]
		switch {
		case !ok:
			unknown = cmp.Or(unknown, fmt.Errorf("there is no field %q in a dump", name))
			field = new(json.RawMessage)
		case field == nil:
			return l, fmt.Errorf("the field %q is there twice", name)
		}
		if err := d.Decode(field); err != nil {
			return l, atEnd(err)
		}
		fields[name] = nil
		l.fields++
	}
	if _, err := d.Token(); err != nil {
		return l, atEnd(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return l, errors.New("there is something after the object")
	}
	return l, unknown
}

// atEnd is an error of reading a line that should go on.
func atEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// record gives the record that a line holds. Its item is zero if the line says
// nothing but the key.
func (l line) record() (r Record, err error) {
	if l.Key == nil {
		return r, errors.New("there is no key")
	}
	members := make([]string, len(l.StringSet))
	for i, m := range l.StringSet {
		members[i] = string(m)
	}
	r = Record{string(*l.Key), caching.Item{
		Count:      l.Counter.Number,
		Strings:    caching.NewStringSet(members...),
		Dictionary: string(l.Dictionary),
		ExpiresAt:  l.ExpiresAt.Number,
	}}
	if err := caching.CheckKey(r.Key); err != nil {
		return r, err
	}
	return r, r.Item.CheckSize(r.Key)
}

// text is a string that may not be UTF-8.
type text string

func (t text) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(t)) {
		return json.Marshal(map[string][]byte{"base64": []byte(t)})
	}
	return marshal(string(t))
}

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		return errors.New("null stands where a string should")
	case b[0] != '{' && halfCharacter(b):
		return fmt.Errorf("%.50s has half of a character: \\ud800 to \\udfff come in pairs", b)
	case b[0] != '{':
		return json.Unmarshal(b, (*string)(t))
	}
	var e map[string]*string
	if err := json.Unmarshal(b, &e); err != nil {
		return err
	}
	if len(e) != 1 || e["base64"] == nil {
		return errors.New(`an object stands where a string should: it can only be {"base64":"…"}`)
	}
	decoded, err := base64.StdEncoding.DecodeString(*e["base64"])
	*t = text(decoded)
	return err
}

// halfCharacter tells whether a string of JSON has an escape that is a surrogate
// without the other one.
func halfCharacter(b []byte) bool {
	unit := func(b []byte) rune { // the UTF-16 that b begins with, 0 if it is no escape
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(b[2:6]), 16, 16)
		return rune(n)
	}
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if r := unit(b[i:]); utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, unit(b[i+6:])) == unicode.ReplacementChar {
				return true
			}
			i += 6
		}
		i++ // what is escaped may be a backslash
	}
	return false
}

// number is a Number as JSON.
type number struct{ caching.Number }

// IsZero tells whether there is no such attribute.
func (n number) IsZero() bool { return n.IsNone() }

func (n number) MarshalJSON() ([]byte, error) {
	if s, ok := n.Text(); ok {
		return text(s).MarshalJSON()
	}
	return []byte(n.String()), nil
}

func (n *number) UnmarshalJSON(b []byte) (err error) {
	if b[0] == '"' || b[0] == '{' {
		var t text
		if err := t.UnmarshalJSON(b); err != nil {
			return err
		}
		n.Number = caching.TextNumber(string(t))
		return nil
	}
	if n.Number, err = caching.ParseNumber(string(b)); err != nil {
		return fmt.Errorf("%.50s is not a number that can be stored: %w", b, err)
	}
	return nil
}
