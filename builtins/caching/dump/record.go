package dump

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// parse reads a line.
func parse(b []byte) (l line, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, err
	}
	if _, err := d.Token(); err != io.EOF {
		return l, errors.New("there is something after the object")
	}
	return l, nil
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

type encoded struct {
	Base64 *[]byte `json:"base64"`
}

func (t text) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(t)) {
		b := []byte(t)
		return json.Marshal(encoded{&b})
	}
	return marshal(string(t))
}

func (t *text) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		if bytes.Equal(b, []byte("null")) {
			return errors.New("null stands where a string should")
		}
		return json.Unmarshal(b, (*string)(t))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var e encoded
	if err := d.Decode(&e); err != nil {
		return err
	}
	if e.Base64 == nil {
		return errors.New(`an object stands where a string should: it can only be {"base64":"…"}`)
	}
	*t = text(*e.Base64)
	return nil
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
