package pyre

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Pattern is Python's re.Pattern: a compiled pattern. It is immutable, and
// may be used by several goroutines.
type Pattern struct {
	text string
	prog *program
}

var (
	_ starlark.HasAttrs   = (*Pattern)(nil)
	_ starlark.Comparable = (*Pattern)(nil)
	_ pyclass.Instance    = (*Pattern)(nil)
)

// String returns Python's repr: re.compile('a+', re.IGNORECASE).
func (p *Pattern) String() string {
	s := "re.compile(" + cut(pyrepr.Str(p.text), 200)
	if names := flagNames(p.prog.flags); names != "" {
		s += ", " + names
	}
	return s + ")"
}

// cut returns the first n characters.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func (p *Pattern) Type() string         { return "Pattern" }
func (p *Pattern) Freeze()              {}
func (p *Pattern) Truth() starlark.Bool { return true }

// Hash mixes the text and the flags.
func (p *Pattern) Hash() (uint32, error) {
	h, err := starlark.String(p.text).Hash()
	return h ^ uint32(p.prog.flags), err
}

// Class returns the class re.Pattern.
func (p *Pattern) Class() *pyclass.Class { return patternClass }

// CompareSameType compares text and flags. Patterns have no order.
func (p *Pattern) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	q := y.(*Pattern)
	same := p.text == q.text && p.prog.flags == q.prog.flags
	switch op {
	case syntax.EQL:
		return same, nil
	case syntax.NEQ:
		return !same, nil
	}
	return false, pyerr.Type("'%s' not supported between instances of 're.Pattern' and 're.Pattern'", op)
}

var patternClass = &pyclass.Class{FullName: "re.Pattern"}

// Attr returns a field or method.
func (p *Pattern) Attr(name string) (starlark.Value, error) {
	return patternAttrs.Get(p, name, patternClass)
}

// AttrNames lists the fields and methods.
func (p *Pattern) AttrNames() []string { return patternAttrs.Names(patternClass) }

var patternAttrs = pyclass.Attrs[*Pattern]{
	Fields: map[string]func(*Pattern) starlark.Value{
		"pattern":    func(p *Pattern) starlark.Value { return starlark.String(p.text) },
		"flags":      func(p *Pattern) starlark.Value { return starlark.MakeInt(p.prog.flags) },
		"groups":     func(p *Pattern) starlark.Value { return starlark.MakeInt(p.prog.groups) },
		"groupindex": (*Pattern).groupindex,
	},
	Methods: map[string]func(*Pattern, call) (starlark.Value, error){
		"search":    inRegion((*Pattern).search),
		"match":     inRegion((*Pattern).start),
		"fullmatch": inRegion((*Pattern).fullmatch),
		"findall":   inRegion((*Pattern).findall),
		"finditer":  inRegion((*Pattern).finditer),
		"sub":       func(p *Pattern, c call) (starlark.Value, error) { return p.sub(c, false) },
		"subn":      func(p *Pattern, c call) (starlark.Value, error) { return p.sub(c, true) },
		"split":     (*Pattern).split,
	},
}

func (p *Pattern) groupindex() starlark.Value {
	index := starlark.NewDict(len(p.prog.order))
	for _, name := range p.prog.order {
		_ = index.SetKey(starlark.String(name), starlark.MakeInt(p.prog.names[name])) // strings hash
	}
	index.Freeze()
	return index
}

type call = pyclass.Call

// textArg is a parameter that is the text to match.
type textArg string

// Unpack implements starlark.Unpacker.
func (t *textArg) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.String:
		*t = textArg(v)
		return nil
	case starlark.Bytes:
		return pyerr.Type("cannot use a string pattern on a bytes-like object")
	}
	return pyerr.Type("expected string or bytes-like object, got '%s'", pyerr.TypeName(v))
}

// A region is the part of a text between pos and endpos.
type region struct {
	text  string // all of it
	at    int    // where to begin
	end   int
	count *positions // of matches in it
}

// regionOf reads the arguments string, pos and endpos.
func regionOf(c call) (region, error) {
	var text textArg
	pos, endpos := starlark.MakeInt(0), starlark.MakeInt64(1<<62)
	if err := c.Unpack("string", &text, "pos?", &pos, "endpos?", &endpos); err != nil {
		return region{}, err
	}
	r := whole(string(text))
	if len(c.Args)+len(c.Kwargs) > 1 {
		r.count = positionsIn(c, r.text)
		r.at, r.end = r.count.inward(r.text, clamp(pos)), r.count.inward(r.text, clamp(endpos))
	}
	return r, nil
}

// clamp makes any integer one that fits.
func clamp(i starlark.Int) int {
	n, ok := i.Int64()
	switch {
	case ok:
		return int(n)
	case i.Sign() < 0:
		return -1
	}
	return 1 << 62
}

// whole is the region of a whole text.
func whole(text string) region {
	return region{text: text, end: len(text)}
}

// inRegion makes a method of what takes a region.
func inRegion(f func(*Pattern, call, region) (starlark.Value, error)) func(*Pattern, call) (starlark.Value, error) {
	return func(p *Pattern, c call) (starlark.Value, error) {
		r, err := regionOf(c)
		if err != nil {
			return nil, err
		}
		return f(p, c, r)
	}
}

func (p *Pattern) search(c call, r region) (starlark.Value, error)    { return p.match(c, r, searching) }
func (p *Pattern) start(c call, r region) (starlark.Value, error)     { return p.match(c, r, matching) }
func (p *Pattern) fullmatch(c call, r region) (starlark.Value, error) { return p.match(c, r, full) }

func (p *Pattern) match(c call, r region, m mode) (starlark.Value, error) {
	if r.at > r.end {
		return starlark.None, nil
	}
	spans, err := p.prog.find(newSubject(r.text[:r.end]), r.at, m, meterOf(c.Thread))
	if err != nil {
		return nil, err
	}
	if spans == nil {
		return starlark.None, nil
	}
	if r.count == nil {
		r.count = positionsIn(c, r.text)
	}
	return &Match{pattern: p, region: r, spans: spans}, nil
}

// each calls f with all matches in a region, as CPython's findall finds them:
// an empty one may follow another directly, but not an empty one.
func (p *Pattern) each(c call, r region, f func(spans []int) (bool, error)) error {
	if r.at > r.end {
		return nil
	}
	s, m := newSubject(r.text[:r.end]), searching
	for at := r.at; ; {
		spans, err := p.prog.find(s, at, m, meterOf(c.Thread))
		if err != nil || spans == nil {
			return err
		}
		if more, err := f(spans); !more || err != nil {
			return err
		}
		at, m = spans[1], searching
		if spans[0] == spans[1] {
			m = advancing
		}
	}
}

func (p *Pattern) findall(c call, r region) (starlark.Value, error) {
	var found []starlark.Value
	err := p.each(c, r, func(spans []int) (bool, error) {
		found = append(found, p.texts(r.text, spans))
		return true, growList(c, len(found), 1+p.prog.groups)
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(found), nil
}

// texts is what findall gives for a match: its text, that of its one group,
// or those of all.
func (p *Pattern) texts(text string, spans []int) starlark.Value {
	switch p.prog.groups {
	case 0:
		return starlark.String(text[spans[0]:spans[1]])
	case 1:
		return groupText(text, spans, 1, starlark.String(""))
	}
	groups := make(starlark.Tuple, p.prog.groups)
	for n := range groups {
		groups[n] = groupText(text, spans, n+1, starlark.String(""))
	}
	return groups
}

// groupText returns the text of a group, or none if it has not matched.
func groupText(text string, spans []int, n int, none starlark.Value) starlark.Value {
	if spans[2*n] < 0 {
		return none
	}
	return starlark.String(text[spans[2*n]:spans[2*n+1]])
}

func (p *Pattern) finditer(c call, r region) (starlark.Value, error) {
	var found []starlark.Value
	err := p.each(c, r, func(spans []int) (bool, error) {
		if len(found) == 0 && r.count == nil {
			r.count = positionsIn(c, r.text)
		}
		found = append(found, &Match{pattern: p, region: r, spans: spans})
		return true, growList(c, len(found)*(p.prog.groups+1), 2*(p.prog.groups+1))
	})
	if err != nil {
		return nil, err
	}
	return starlark.NewList(found), nil
}

func (p *Pattern) sub(c call, counted bool) (starlark.Value, error) {
	var (
		repl  starlark.Value
		text  textArg
		count int
	)
	if err := c.Unpack("repl", &repl, "string", &text, "count?", &count); err != nil {
		return nil, err
	}
	return p.substitute(c, repl, string(text), count, counted)
}

func (p *Pattern) substitute(c call, repl starlark.Value, text string, count int, counted bool) (starlark.Value, error) {
	r := whole(text)
	replace, err := p.replacer(c, repl, r)
	if err != nil {
		return nil, err
	}
	var dst []byte
	last, n, pieces := 0, 0, 0
	if count < 0 {
		r.at = len(text) + 1 // none, as in CPython
	}
	err = p.each(c, r, func(spans []int) (bool, error) {
		if last < spans[0] {
			dst = append(dst, text[last:spans[0]]...)
			pieces++
		}
		last = spans[1]
		n++
		before := len(dst)
		var err error
		if dst, err = replace(dst, spans, pieces); err != nil {
			return false, err
		}
		pieces++
		return n != count, growText(c, len(dst)+len(text)-last, len(dst)-before)
	})
	if err != nil {
		return nil, err
	}
	result := starlark.String(append(dst, text[last:]...))
	if n == 0 {
		result = starlark.String(text)
	}
	if counted {
		return starlark.Tuple{result, starlark.MakeInt(n)}, nil
	}
	return result, nil
}

// A replacer appends the replacement of a match; pieces says how many texts
// were appended before, which CPython tells in its error.
type replacer func(dst []byte, spans []int, pieces int) ([]byte, error)

// replacer makes one of a template, or of a function.
func (p *Pattern) replacer(c call, repl starlark.Value, r region) (replacer, error) {
	if fn, ok := repl.(starlark.Callable); ok {
		r.count = positionsIn(c, r.text)
		return func(dst []byte, spans []int, pieces int) ([]byte, error) {
			v, err := starlark.Call(c.Thread, fn, starlark.Tuple{&Match{pattern: p, region: r, spans: spans}}, nil)
			if err != nil || v == starlark.None {
				return dst, err
			}
			s, ok := starlark.AsString(v)
			if !ok {
				return dst, pyerr.Type("sequence item %d: expected str instance, %s found", pieces, pyerr.TypeName(v))
			}
			return append(dst, s...), nil
		}, nil
	}
	text, ok := starlark.AsString(repl)
	if !ok {
		return nil, pyerr.Type("%s: for parameter repl: got %s, want a string or function", c.Fn, repl.Type())
	}
	t, err := parseTemplate(text, p.prog.pattern)
	return func(dst []byte, spans []int, _ int) ([]byte, error) {
		if err := growText(c, len(dst)+t.size(spans), 0); err != nil {
			return nil, err
		}
		return t.expand(dst, r.text, spans), nil
	}, err
}

func (p *Pattern) split(c call) (starlark.Value, error) {
	var (
		text     textArg
		maxsplit int
	)
	if err := c.Unpack("string", &text, "maxsplit?", &maxsplit); err != nil {
		return nil, err
	}
	return p.splitText(c, string(text), maxsplit)
}

func (p *Pattern) splitText(c call, text string, maxsplit int) (starlark.Value, error) {
	var parts []starlark.Value
	last, n := 0, 0
	if maxsplit >= 0 {
		err := p.each(c, whole(text), func(spans []int) (bool, error) {
			parts = append(parts, starlark.String(text[last:spans[0]]))
			for g := 1; g <= p.prog.groups; g++ {
				parts = append(parts, groupText(text, spans, g, starlark.None))
			}
			last = spans[1]
			n++
			return n != maxsplit, growList(c, len(parts), 1+p.prog.groups)
		})
		if err != nil {
			return nil, err
		}
	}
	return starlark.NewList(append(parts, starlark.String(text[last:]))), nil
}
