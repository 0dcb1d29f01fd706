package event

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// A Path leads from an event, or any other value, to the values in it: the part
// of JSONPath that data models and lookup tables use. It is immutable.
//
//	a.b   $.a.b   a[0]   a[-1]   a[*]   a.*   a["b c"]   a['b c']   $
//
// Unlike in rules, keys are found in their own case only.
type Path struct {
	text  string
	steps []pathStep
}

// A pathStep leads one level down.
type pathStep struct {
	key   string // of an object
	index int    // of a list, if key is ""
	kind  stepKind
}

type stepKind uint8

const (
	stepKey stepKind = iota
	stepIndex
	stepAll // all that is in an object or a list
)

// maxPath bounds the text of a path, and maxFound how many values one leads to.
const (
	maxPath  = 1000
	maxFound = 100_000
)

// ParsePath reads a path. The error says what is wrong with it.
func ParsePath(text string) (*Path, error) {
	if len(text) > maxPath {
		return nil, fmt.Errorf("the path has %d characters, want at most %d", len(text), maxPath)
	}
	r := pathReader{rest: strings.TrimSpace(text)}
	if r.rest == "" {
		return nil, fmt.Errorf("the path is empty")
	}
	if rest, ok := strings.CutPrefix(r.rest, "$"); ok {
		r.rest = rest
	} else if r.rest[0] != '[' {
		r.name()
	}
	for r.rest != "" && r.err == nil {
		r.step()
	}
	if r.err != nil {
		return nil, fmt.Errorf("path %q: %w", text, r.err)
	}
	return &Path{text: spellPath(r.steps), steps: r.steps}, nil
}

// pathReader reads the steps of a path from rest, until err.
type pathReader struct {
	rest  string
	steps []pathStep
	err   error
}

func (r *pathReader) step() {
	switch r.rest[0] {
	case '.':
		r.rest = r.rest[1:]
		if r.rest != "" && r.rest[0] == '[' {
			return // a.[0], as some write it
		}
		r.name()
	case '[':
		r.bracket()
	default:
		r.err = fmt.Errorf("got %q, want . or [", r.rest)
	}
}

// name reads a key without quotes.
func (r *pathReader) name() {
	end := strings.IndexAny(r.rest, ".[")
	if end < 0 {
		end = len(r.rest)
	}
	name := r.rest[:end]
	r.rest = r.rest[end:]
	switch {
	case name == "" && strings.HasPrefix(r.rest, "."):
		r.err = fmt.Errorf(".. is not supported: name every level")
	case name == "":
		r.err = fmt.Errorf("a name is missing")
	case strings.ContainsAny(name, "]?()@"):
		r.err = fmt.Errorf("got %q, want a name", name)
	case name == "*":
		r.add(pathStep{kind: stepAll})
	default:
		r.add(pathStep{key: strings.Trim(name, `"'`), kind: stepKey})
	}
}

// bracket reads [n], [*], ["name"] or ['name'].
func (r *pathReader) bracket() {
	if len(r.rest) > 1 && (r.rest[1] == '"' || r.rest[1] == '\'') {
		name, rest, ok := strings.Cut(r.rest[2:], r.rest[1:2])
		if !ok || !strings.HasPrefix(rest, "]") {
			r.err = fmt.Errorf("%s is not closed", r.rest)
			return
		}
		r.rest = rest[1:]
		r.add(pathStep{key: name, kind: stepKey})
		return
	}
	inside, rest, ok := strings.Cut(r.rest[1:], "]")
	if !ok {
		r.err = fmt.Errorf("%s is not closed", r.rest)
		return
	}
	r.rest = rest
	n, err := strconv.Atoi(inside)
	switch {
	case inside == "*":
		r.add(pathStep{kind: stepAll})
	case err != nil:
		r.err = fmt.Errorf("got [%s], want a number, * or a name in quotes", inside)
	default:
		r.add(pathStep{index: n, kind: stepIndex})
	}
}

func (r *pathReader) add(s pathStep) { r.steps = append(r.steps, s) }

// spellPath gives the one text that paths with the same steps have.
func spellPath(steps []pathStep) string {
	if len(steps) == 0 {
		return "$"
	}
	var b strings.Builder
	for i, s := range steps {
		switch {
		case s.kind == stepAll:
			b.WriteString("[*]")
		case s.kind == stepIndex:
			fmt.Fprintf(&b, "[%d]", s.index)
		case strings.ContainsAny(s.key, ".["):
			fmt.Fprintf(&b, "[%q]", s.key)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.key)
		}
	}
	return b.String()
}

// String returns the path without "$.": a.b, a[0].b, a[*].
func (p *Path) String() string { return p.text }

// Many reports whether the path may lead to several values.
func (p *Path) Many() bool {
	for _, s := range p.steps {
		if s.kind == stepAll {
			return true
		}
	}
	return false
}

// Value returns the value that the path leads to from v, and whether there is
// one. A path that may lead to several values has none.
func (p *Path) Value(v starlark.Value) (starlark.Value, bool) {
	for _, s := range p.steps {
		next, ok := s.follow(v)
		if !ok {
			return nil, false
		}
		v = next
	}
	return v, true
}

// Find returns all values that the path leads to from v, in their order, and an
// error if there are very many.
func (p *Path) Find(v starlark.Value) ([]starlark.Value, error) {
	found := []starlark.Value{v}
	for _, s := range p.steps {
		var next []starlark.Value
		for _, v := range found {
			if s.kind == stepAll {
				next = appendAll(next, v)
			} else if one, ok := s.follow(v); ok {
				next = append(next, one)
			}
			if len(next) > maxFound {
				return nil, fmt.Errorf("path %s leads to more than %d values", p, maxFound)
			}
		}
		found = next
	}
	return found, nil
}

// follow returns the one value to which a step that is not stepAll leads.
func (s *pathStep) follow(v starlark.Value) (starlark.Value, bool) {
	switch s.kind {
	case stepKey:
		if o, ok := v.(interface{ object() *Object }); ok {
			return o.object().exactField(s.key)
		}
		if m, ok := v.(starlark.Mapping); ok {
			next, found, err := m.Get(starlark.String(s.key))
			return next, found && err == nil
		}
	case stepIndex:
		if list, ok := asSequence(v); ok {
			i, n := s.index, list.Len()
			if i < 0 {
				i += n
			}
			if 0 <= i && i < n {
				return list.(starlark.Indexable).Index(i), true
			}
		}
	}
	return nil, false
}

// appendAll adds what is in a list or an object.
func appendAll(found []starlark.Value, v starlark.Value) []starlark.Value {
	if m, ok := v.(starlark.IterableMapping); ok {
		for _, v := range starlark.Entries(m) {
			found = append(found, v)
		}
		return found
	}
	if list, ok := asSequence(v); ok {
		for v := range starlark.Elements(list) {
			found = append(found, v)
		}
	}
	return found
}
