package pyre

import (
	"fmt"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// A Match is Python's re.Match: where a pattern has matched. It is immutable.
type Match struct {
	pattern *Pattern
	region  region
	spans   []int // offsets of the match and its groups, -1 for none
}

var (
	_ starlark.HasAttrs = (*Match)(nil)
	_ starlark.Mapping  = (*Match)(nil)
	_ pyclass.Instance  = (*Match)(nil)
)

// String returns Python's repr: <re.Match object; span=(0, 1), match='a'>.
func (m *Match) String() string {
	start, end := m.position(0), m.position(1)
	return fmt.Sprintf("<re.Match object; span=(%d, %d), match=%s>", start, end, cut(pyrepr.Str(m.region.text[m.spans[0]:m.spans[1]]), 50))
}

func (m *Match) Type() string          { return "Match" }
func (m *Match) Freeze()               {}
func (m *Match) Truth() starlark.Bool  { return true }
func (m *Match) Hash() (uint32, error) { return uint32(m.spans[0]<<16 ^ m.spans[1]), nil }

// Class returns the class re.Match.
func (m *Match) Class() *pyclass.Class { return matchClass }

var matchClass = &pyclass.Class{FullName: "re.Match"}

// position returns one of the spans as rules see it.
func (m *Match) position(i int) int {
	if m.spans[i] < 0 {
		return -1
	}
	return m.region.count.outward(m.spans[i])
}

// text returns the text of a group, or none.
func (m *Match) text(n int, none starlark.Value) starlark.Value {
	return groupText(m.region.text, m.spans, n, none)
}

// Get implements m[group].
func (m *Match) Get(k starlark.Value) (starlark.Value, bool, error) {
	n, err := m.group(k)
	if err != nil {
		return nil, false, err
	}
	return m.text(n, starlark.None), true, nil
}

// group returns the number of a group that is given by number or name.
func (m *Match) group(v starlark.Value) (int, error) {
	switch v := v.(type) {
	case starlark.Int:
		if n, ok := v.Int64(); ok && 0 <= n && n < int64(len(m.spans)/2) {
			return int(n), nil
		}
	case starlark.String:
		if n, ok := m.pattern.prog.names[string(v)]; ok {
			return n, nil
		}
	}
	return 0, pyerr.New("IndexError", "no such group")
}

// Attr returns a field or method.
func (m *Match) Attr(name string) (starlark.Value, error) {
	return matchAttrs.Get(m, name, matchClass)
}

// AttrNames lists the fields and methods.
func (m *Match) AttrNames() []string { return matchAttrs.Names(matchClass) }

var matchAttrs = pyclass.Attrs[*Match]{
	Fields: map[string]func(*Match) starlark.Value{
		"string":    func(m *Match) starlark.Value { return starlark.String(m.region.text) },
		"re":        func(m *Match) starlark.Value { return m.pattern },
		"pos":       func(m *Match) starlark.Value { return starlark.MakeInt(m.region.count.outward(m.region.at)) },
		"endpos":    func(m *Match) starlark.Value { return starlark.MakeInt(m.region.count.outward(m.region.end)) },
		"regs":      (*Match).regs,
		"lastindex": (*Match).lastIndex,
		"lastgroup": (*Match).lastGroup,
	},
	Methods: map[string]func(*Match, call) (starlark.Value, error){
		"group":     (*Match).groupMethod,
		"groups":    (*Match).groups,
		"groupdict": (*Match).groupdict,
		"start":     func(m *Match, c call) (starlark.Value, error) { return m.span(c, true, false) },
		"end":       func(m *Match, c call) (starlark.Value, error) { return m.span(c, false, true) },
		"span":      func(m *Match, c call) (starlark.Value, error) { return m.span(c, true, true) },
		"expand":    (*Match).expand,
	},
}

func (m *Match) lastIndex() starlark.Value {
	if last := m.last(); last > 0 {
		return starlark.MakeInt(last)
	}
	return starlark.None
}

func (m *Match) groupMethod(c call) (starlark.Value, error) {
	if len(c.Kwargs) > 0 {
		return nil, pyerr.Type("group: unexpected keyword arguments")
	}
	if len(c.Args) == 0 {
		return m.text(0, starlark.None), nil
	}
	texts := make(starlark.Tuple, len(c.Args))
	for i, arg := range c.Args {
		n, err := m.group(arg)
		if err != nil {
			return nil, err
		}
		texts[i] = m.text(n, starlark.None)
	}
	if len(texts) == 1 {
		return texts[0], nil
	}
	return texts, nil
}

func (m *Match) groups(c call) (starlark.Value, error) {
	var none starlark.Value = starlark.None
	if err := c.Unpack("default?", &none); err != nil {
		return nil, err
	}
	texts := make(starlark.Tuple, m.pattern.prog.groups)
	for i := range texts {
		texts[i] = m.text(i+1, none)
	}
	return texts, nil
}

func (m *Match) groupdict(c call) (starlark.Value, error) {
	var none starlark.Value = starlark.None
	if err := c.Unpack("default?", &none); err != nil {
		return nil, err
	}
	prog := m.pattern.prog
	dict := starlark.NewDict(len(prog.order))
	for _, name := range prog.order {
		if err := dict.SetKey(starlark.String(name), m.text(prog.names[name], none)); err != nil {
			return nil, err
		}
	}
	return dict, nil
}

// span is start, end and span.
func (m *Match) span(c call, start, end bool) (starlark.Value, error) {
	var group starlark.Value = starlark.MakeInt(0)
	if err := c.Unpack("group?", &group); err != nil {
		return nil, err
	}
	n, err := m.group(group)
	if err != nil {
		return nil, err
	}
	from, to := starlark.MakeInt(m.position(2*n)), starlark.MakeInt(m.position(2*n+1))
	switch {
	case !end:
		return from, nil
	case !start:
		return to, nil
	}
	return starlark.Tuple{from, to}, nil
}

func (m *Match) regs() starlark.Value {
	regs := make(starlark.Tuple, len(m.spans)/2)
	for i := range regs {
		regs[i] = starlark.Tuple{starlark.MakeInt(m.position(2 * i)), starlark.MakeInt(m.position(2*i + 1))}
	}
	return regs
}

func (m *Match) expand(c call) (starlark.Value, error) {
	var text string
	if err := c.Unpack("template", &text); err != nil {
		return nil, err
	}
	t, err := parseTemplate(text, m.pattern.prog.pattern)
	if err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, t.size(m.spans)); err != nil {
		return nil, err
	}
	return starlark.String(t.expand(nil, m.region.text, m.spans)), nil
}

// size is how long the replacement for a match is.
func (t template) size(spans []int) int {
	size := 0
	for _, part := range t {
		size += len(part.text)
		if part.group >= 0 {
			size += spans[2*part.group+1] - spans[2*part.group]
		}
	}
	return size
}

func (m *Match) lastGroup() starlark.Value {
	last := m.last()
	for name, n := range m.pattern.prog.names {
		if n == last {
			return starlark.String(name)
		}
	}
	return starlark.None
}

// last returns the group that was closed last, or 0: the one that ends last,
// and of those that end in the same place an outer one before an inner one,
// and a later one before an earlier one.
func (m *Match) last() int {
	last := 0
	for n := 1; n < len(m.spans)/2; n++ {
		end := m.spans[2*n+1]
		switch {
		case end < 0:
		case last == 0, end > m.spans[2*last+1]:
			last = n
		case end == m.spans[2*last+1] && !m.pattern.prog.encloses(last, n):
			last = n
		}
	}
	return last
}

// encloses reports whether a group is in another.
func (p *pattern) encloses(outer, inner int) bool {
	return p.root.has(func(n *node) bool {
		return n.op == opGroup && n.n == outer && n.has(func(n *node) bool { return n.op == opGroup && n.n == inner })
	})
}
