package pystd

import (
	"strings"
	"unicode/utf8"

	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Pprint is Python's pprint: pformat, pprint, pp and saferepr, with indent,
// width, depth (for what is deeper than that, "..."), sort_dicts and compact=False
// for dict, list, tuple and set. Long texts are not cut into lines.
func Pprint() runtime.Module {
	format := func(t *starlark.Thread, name string, sorts bool, args starlark.Tuple, kwargs []starlark.Tuple) (string, error) {
		in, err := bindParams(name, []param{
			{name: "object"}, {name: "stream", def: starlark.None}, {name: "indent", def: unit}, {name: "width", def: starlark.MakeInt(80)}, {name: "depth", def: starlark.None},
			{name: "compact", def: starlark.False, keyword: true}, {name: "sort_dicts", def: starlark.Bool(sorts), keyword: true}, {name: "underscore_numbers", def: starlark.False, keyword: true},
		}, 0, args, kwargs)
		if err != nil {
			return "", err
		}
		p := &prettyPrinter{t: t, most: -1}
		if p.indent, err = asInt(t, in[2]); err != nil {
			return "", err
		}
		if p.width, err = asInt(t, in[3]); err != nil {
			return "", err
		}
		if in[4] != starlark.None {
			if p.most, err = asInt(t, in[4]); err != nil {
				return "", err
			}
		}
		if p.sorts, err = pytypes.Truth(t, in[6]); err != nil {
			return "", err
		}
		p.indent = max(0, min(p.indent, 1000))
		err = p.format(in[0], 0, 0, 1)
		return p.b.String(), err
	}
	printing := func(name string, sorts bool) *starlark.Builtin {
		return function(name, func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			text, err := format(t, name, sorts, args, kwargs)
			if err != nil {
				return nil, err
			}
			return starlark.Call(t, printFunction, starlark.Tuple{starlark.String(text)}, nil)
		})
	}
	return runtime.Module{Names: []string{"pprint"}, Members: starlark.StringDict{
		"pformat": function("pformat", func(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(args) > 1 { // pformat has no stream
				args = append(starlark.Tuple{args[0], starlark.None}, args[1:]...)
			}
			text, err := format(t, "pformat", true, args, kwargs)
			return starlark.String(text), err
		}),
		"pp":     printing("pp", false),
		"pprint": printing("pprint", true),
		"saferepr": positional("saferepr", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
			p := &prettyPrinter{t: t, most: -1, sorts: true}
			text, err := p.repr(a[0], 1)
			return starlark.String(text), err
		}),
	}}
}

// A prettyPrinter writes values over several lines where one is too short.
type prettyPrinter struct {
	t             *starlark.Thread
	b             strings.Builder
	indent, width int
	most          int // levels, or -1
	sorts         bool
}

func (p *prettyPrinter) write(s string) error {
	if err := guard.CheckBytes(p.t, "pformat", p.b.Len()+len(s)); err != nil {
		return err
	}
	p.b.WriteString(s)
	return guard.MeterOf(p.t).Charge(1 + len(s)/32)
}

// maxPretty is how deep values are written.
const maxPretty = 200

// repr writes a value on one line.
func (p *prettyPrinter) repr(v starlark.Value, level int) (string, error) {
	var open, end string
	var parts []string
	var err error
	switch v := v.(type) {
	case *starlark.Dict:
		open, end = "{", "}"
		if v.Len() > 0 && p.tooDeep(level) {
			return "{...}", nil
		}
		var items []starlark.Tuple
		if items, err = p.items(v); err == nil {
			for _, kv := range items {
				var k, e string
				if k, err = p.repr(kv[0], level+1); err != nil {
					return "", err
				}
				if e, err = p.repr(kv[1], level+1); err != nil {
					return "", err
				}
				parts = append(parts, k+": "+e)
			}
		}
	case *starlark.List, starlark.Tuple:
		seq := v.(starlark.Indexable)
		open, end = "[", "]"
		if _, tuple := v.(starlark.Tuple); tuple {
			if open, end = "(", ")"; seq.Len() == 1 {
				end = ",)"
			}
		}
		if seq.Len() > 0 && p.tooDeep(level) {
			return open + "..." + end, nil
		}
		for i := range seq.Len() {
			var e string
			if e, err = p.repr(seq.Index(i), level+1); err != nil {
				return "", err
			}
			parts = append(parts, e)
		}
	default:
		return pytypes.Repr(p.t, v)
	}
	if err != nil {
		return "", err
	}
	n := 0
	for _, part := range parts {
		n += len(part) + 2
	}
	if err := guard.CheckBytes(p.t, "pformat", n); err != nil {
		return "", err
	}
	return open + strings.Join(parts, ", ") + end, guard.MeterOf(p.t).Charge(1 + n/32)
}

func (p *prettyPrinter) tooDeep(level int) bool {
	return p.most >= 0 && level > p.most || level > maxPretty
}

// items are the entries of a dict, sorted by key if that is possible.
func (p *prettyPrinter) items(d *starlark.Dict) ([]starlark.Tuple, error) {
	if !p.sorts {
		return d.Items(), nil
	}
	all := make(starlark.Tuple, 0, d.Len())
	for _, kv := range d.Items() {
		all = append(all, kv)
	}
	list, err := sorted(p.t, all, firstOf, false)
	if err != nil {
		if isA(err, "TypeError") { // by the names of the types, as CPython does
			list, err = sorted(p.t, all, typedFirst, false)
		}
		if err != nil {
			return nil, err
		}
	}
	items := make([]starlark.Tuple, list.Len())
	for i := range items {
		items[i] = list.Index(i).(starlark.Tuple)
	}
	return items, nil
}

var (
	firstOf = positional("key", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		return a[0].(starlark.Tuple)[0], nil
	})
	typedFirst = positional("key", 1, 1, func(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		k := a[0].(starlark.Tuple)[0]
		text, err := pytypes.Repr(t, k)
		return starlark.Tuple{starlark.String(pytypes.TypeName(k)), starlark.String(text)}, err
	})
)

// format writes a value that begins at column indent, before allowance more
// characters.
func (p *prettyPrinter) format(v starlark.Value, indent, allowance, level int) error {
	text, err := p.repr(v, level)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(text) <= p.width-indent-allowance || p.tooDeep(level) {
		return p.write(text)
	}
	switch v := v.(type) {
	case *starlark.Dict:
		if v.Len() > 0 {
			return p.dict(v, indent, allowance, level)
		}
	case *starlark.List:
		return p.sequence("[", elementsOf(v), "]", indent, allowance, level)
	case starlark.Tuple:
		end := ")"
		if len(v) == 1 {
			end = ",)"
		}
		return p.sequence("(", v, end, indent, allowance, level)
	case *starlark.Set:
		if v.Len() > 0 {
			elems, err := sorted(p.t, v, nil, false)
			if err != nil {
				return p.write(text)
			}
			return p.sequence("{", elementsOf(elems), "}", indent, allowance, level)
		}
	}
	return p.write(text)
}

func (p *prettyPrinter) open(bracket string) error {
	return p.write(bracket + strings.Repeat(" ", max(p.indent-1, 0)))
}

func (p *prettyPrinter) dict(d *starlark.Dict, indent, allowance, level int) error {
	if err := p.open("{"); err != nil {
		return err
	}
	items, err := p.items(d)
	if err != nil {
		return err
	}
	indent += p.indent
	for i, kv := range items {
		if i > 0 {
			if err := p.write(",\n" + strings.Repeat(" ", indent)); err != nil {
				return err
			}
		}
		key, err := p.repr(kv[0], level+1)
		if err != nil {
			return err
		}
		if err := p.write(key + ": "); err != nil {
			return err
		}
		after := 1
		if i == len(items)-1 {
			after = allowance + 1
		}
		if err := p.format(kv[1], indent+utf8.RuneCountInString(key)+2, after, level+1); err != nil {
			return err
		}
	}
	return p.write("}")
}

func (p *prettyPrinter) sequence(open string, elems []starlark.Value, end string, indent, allowance, level int) error {
	if err := p.open(open); err != nil {
		return err
	}
	indent += p.indent
	for i, e := range elems {
		if i > 0 {
			if err := p.write(",\n" + strings.Repeat(" ", indent)); err != nil {
				return err
			}
		}
		after := 1
		if i == len(elems)-1 {
			after = allowance + len(end)
		}
		if err := p.format(e, indent, after, level+1); err != nil {
			return err
		}
	}
	return p.write(end)
}
