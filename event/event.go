package event

import (
	"strings"
	"sync/atomic"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An Event is one log record: an Object, whose methods it has, that knows its
// log type and its time. Its Starlark type is "event". Only Decode makes one.
type Event struct {
	Object
	doc document
	udm atomic.Pointer[starlark.Builtin] // bound once
}

var (
	_ starlark.IterableMapping = (*Event)(nil)
	_ starlark.HasAttrs        = (*Event)(nil)
)

// Decode reads data, the text of one JSON object. Errors are of type
// *SyntaxError. The event keeps a copy of data: the caller may use it again.
//
// The text must be JSON by the letter of RFC 8259, with nothing but white
// space around the object; NaN, Infinity, comments and trailing commas are
// refused. Where the RFC leaves a choice, or log sources leave the RFC:
//
//   - Integers of up to 4,300 digits are exact; longer ones are refused. Both
//     are as in Python.
//   - Numbers with a fraction or an exponent are floats: 1e400 is +Inf, and
//     -0.0 keeps its sign, while -0 is the integer 0.
//   - Of a key that occurs twice in an object, the last value counts, at the
//     place of the first.
//   - Containers may nest up to MaxDepth deep; a deeper record is refused.
//   - Each byte in a string that is not UTF-8, and each \u escape of half a
//     surrogate pair, becomes U+FFFD.
//   - One byte order mark at the start is skipped.
//   - Empty data, and a record above 256 MiB, are refused.
func Decode(data []byte) (*Event, error) {
	d := decoders.Get().(*decoder)
	defer d.release()
	if err := d.decode(data); err != nil {
		return nil, err
	}
	text, raw := string(data), ""
	if d.invalid {
		raw, text = text, repairUTF8(text)
		if err := d.decode([]byte(text)); err != nil {
			return nil, err
		}
	}
	e := &Event{doc: document{text: text, raw: raw, nodes: d.tape(), ascii: !d.wide}}
	e.Object.doc = &e.doc
	return e, nil
}

// Raw returns a copy of the bytes that were decoded.
func (e *Event) Raw() []byte {
	if e.doc.raw != "" {
		return []byte(e.doc.raw)
	}
	return []byte(e.doc.text)
}

// LogType returns the text of the field p_log_type, "" if the event has none
// or it is not a string. It is made for routing: no Starlark value comes into
// being, and a few nanoseconds a field is all it costs.
func (e *Event) LogType() string {
	n, ok := e.doc.find(0, "p_log_type")
	if !ok || !e.doc.nodes[n].kind.isString() {
		return ""
	}
	return e.doc.str(n)
}

// Time returns the first of the named top-level fields that is a time: text
// in ISO 8601 ("2021-01-02 03:04:05.123456789", with T or a space, Z or an
// offset or nothing, which means UTC, or the date alone), or a number, which
// counts from 1970 in seconds, or in milli-, micro- or nanoseconds if as
// seconds it would be past the year 5138. It is false if none of them is.
func (e *Event) Time(fields ...string) (time.Time, bool) {
	for _, field := range fields {
		if n, ok := e.doc.find(0, field); ok {
			if t, ok := timeOf(e.doc.value(n)); ok {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// Type returns "event".
func (e *Event) Type() string { return "event" }

// Hash fails: an event cannot be a key of a dictionary.
func (e *Event) Hash() (uint32, error) { return 0, errUnhashable("event") }

// CompareSameType compares with another event.
func (e *Event) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	return compare(op, e, y, depth)
}

// Attr returns the method of that name: those of Object, event_time_epoch, and
// those that ask the Background.
func (e *Event) Attr(name string) (starlark.Value, error) {
	switch name {
	case "udm":
		return bindOnce(&e.udm, eventUDM, e), nil
	case "udm_path":
		return eventUDMPath.BindReceiver(e), nil
	case "lookup":
		return eventLookup.BindReceiver(e), nil
	case "event_time_epoch":
		return eventTimeEpoch.BindReceiver(e), nil
	}
	return e.attr(name, e)
}

// AttrNames returns the names that Attr knows.
func (e *Event) AttrNames() []string { return eventAttrNames }

// repairUTF8 returns text with U+FFFD in place of each byte that is not UTF-8.
func repairUTF8(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 16)
	for _, r := range text {
		b.WriteRune(r)
	}
	return b.String()
}
