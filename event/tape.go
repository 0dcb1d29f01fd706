package event

import "go.starlark.net/starlark"

// A document is a record that has been decoded: its text and the tape that
// says what is where. It never changes.
type document struct {
	text  string // valid UTF-8
	raw   string // the text as it came, if that was not valid UTF-8
	nodes []node // node 0 is the record itself
	ascii bool   // the text has no other characters
}

// A node of the tape stands for one value or one key. The tape has them in
// the order of the text: a container, then what it holds; a key, then its
// value.
type node struct {
	start, end uint32 // where it is in the text; of strings, without quotes
	next       uint32 // the node that follows it and all that it holds
	kind       kind
}

type kind uint8

const (
	kindNull kind = iota
	kindFalse
	kindTrue
	kindInt
	kindFloat
	kindString  // as it stands in the text
	kindEscaped // a string with escapes in it
	kindObject
	kindArray
)

func (k kind) isString() bool { return k == kindString || k == kindEscaped }

// str returns the string, or the key, that node n is.
func (d *document) str(n uint32) string {
	nd := &d.nodes[n]
	text := d.text[nd.start:nd.end]
	if nd.kind == kindEscaped {
		return unescape(text)
	}
	return text
}

// value makes the Starlark value of node n.
func (d *document) value(n uint32) starlark.Value {
	nd := &d.nodes[n]
	switch nd.kind {
	case kindNull:
		return starlark.None
	case kindFalse:
		return starlark.False
	case kindTrue:
		return starlark.True
	case kindInt:
		return integer(d.text[nd.start:nd.end])
	case kindFloat:
		return float(d.text[nd.start:nd.end])
	case kindObject:
		return &Object{doc: d, node: n}
	case kindArray:
		return &List{doc: d, node: n}
	default:
		return starlark.String(d.str(n))
	}
}

// empty says that node n, a container, holds nothing.
func (d *document) empty(n uint32) bool { return d.nodes[n].next == n+1 }

// json returns the text of node n, a container.
func (d *document) json(n uint32) []byte {
	return []byte(d.text[d.nodes[n].start:d.nodes[n].end])
}

// find returns the node of the value of key in object n. It reads the tape
// from end to end and remembers nothing, for callers that want one field of
// an event. An exact match counts before one in another case, and of several
// the last.
func (d *document) find(n uint32, key string) (uint32, bool) {
	var exact, folded uint32
	sameLen := d.ascii && isASCII(key) // in every case
	for k := n + 1; k < d.nodes[n].next; k = d.nodes[k+1].next {
		nd := &d.nodes[k]
		if sameLen && nd.kind == kindString && int(nd.end-nd.start) != len(key) {
			continue
		}
		switch name := d.str(k); {
		case name == key:
			exact = k + 1
		case sameFold(name, key):
			folded = k + 1
		}
	}
	if exact != 0 {
		return exact, true
	}
	return folded, folded != 0
}
