package pystd

import (
	"strings"
	"unicode"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// keywords are those of Python, which are no names.
var keywords = func() map[string]bool {
	all := make(map[string]bool)
	for k := range strings.FieldsSeq("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield") {
		all[k] = true
	}
	return all
}()

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// newNamedTuple is namedtuple(typename, field_names, *, rename=False,
// defaults=None, module=None).
func newNamedTuple(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("namedtuple", []param{
		{name: "typename"}, {name: "field_names"}, {name: "rename", def: starlark.False, keyword: true},
		{name: "defaults", def: starlark.None, keyword: true}, {name: "module", def: starlark.None, keyword: true},
	}, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	name, err := pytypes.Str(t, in[0])
	if err != nil {
		return nil, err
	}
	fields, err := fieldNames(t, in[1])
	if err != nil {
		return nil, err
	}
	rename, err := pytypes.Truth(t, in[2])
	if err != nil {
		return nil, err
	}
	if rename {
		renameFields(fields)
	}
	if err := checkNames(name, fields); err != nil {
		return nil, err
	}
	var defaults []starlark.Value
	if in[3] != starlark.None {
		if defaults, err = collect(t, "namedtuple", in[3]); err != nil {
			return nil, err
		}
		if len(defaults) > len(fields) {
			return nil, pyerr.Type("Got more default values than field names")
		}
	}
	if err := guard.MeterOf(t).Charge(256 + 32*len(fields)); err != nil { // a class takes some 10 KB
		return nil, err
	}
	module, _ := starlark.AsString(in[4])
	return namedTupleClass(t, name, module, fields, defaults)
}

// fieldNames reads names from a text, or an iterable of texts.
func fieldNames(t *starlark.Thread, x starlark.Value) ([]string, error) {
	if s, ok := held(x).(starlark.String); ok {
		if err := guard.CheckElements(t, "namedtuple", len(s)/2); err != nil {
			return nil, err
		}
		return strings.Fields(strings.ReplaceAll(string(s), ",", " ")), nil
	}
	elems, err := collect(t, "namedtuple", x)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(elems))
	for i, e := range elems {
		if names[i], err = pytypes.Str(t, e); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// renameFields replaces what is no name of a field by _ and its place.
func renameFields(fields []string) {
	seen := make(map[string]bool)
	for i, f := range fields {
		if !isIdentifier(f) || keywords[f] || strings.HasPrefix(f, "_") || seen[f] {
			fields[i] = "_" + starlark.MakeInt(i).String()
		}
		seen[f] = true
	}
}

func checkNames(name string, fields []string) error {
	for i, f := range append([]string{name}, fields...) {
		switch {
		case !isIdentifier(f):
			return pyerr.Value("Type names and field names must be valid identifiers: %s", quoted(f))
		case keywords[f]:
			return pyerr.Value("Type names and field names cannot be a keyword: %s", quoted(f))
		case i > 0 && strings.HasPrefix(f, "_") && f != "_"+starlark.MakeInt(i-1).String():
			return pyerr.Value("Field names cannot start with an underscore: %s", quoted(f))
		}
	}
	seen := make(map[string]bool)
	for _, f := range fields {
		if seen[f] {
			return pyerr.Value("Encountered duplicate field name: %s", quoted(f))
		}
		seen[f] = true
	}
	return nil
}

// quoted is repr of a text.
func quoted(s string) string {
	text, err := pytypes.Repr(new(starlark.Thread), starlark.String(s))
	if err != nil {
		return s
	}
	return text
}

func texts(names []string) starlark.Tuple {
	all := make(starlark.Tuple, len(names))
	for i, n := range names {
		all[i] = starlark.String(n)
	}
	return all
}

// A namedClass is what the methods of a class of named tuples know of it.
type namedClass struct {
	name   string
	fields []string
	params []param
}

func namedTupleClass(t *starlark.Thread, name, module string, fields []string, defaults []starlark.Value) (starlark.Value, error) {
	n := &namedClass{name: name, fields: fields, params: make([]param, len(fields))}
	with := new(starlark.Dict)
	attrs := starlark.StringDict{"_fields": texts(fields), "__match_args__": texts(fields), "__slots__": starlark.Tuple{}, "_field_defaults": with}
	for i, f := range fields {
		n.params[i].name = f
		if d := i - (len(fields) - len(defaults)); d >= 0 {
			n.params[i].def = defaults[d]
			if err := pytypes.SetItem(t, with, starlark.String(f), defaults[d]); err != nil {
				return nil, err
			}
		}
		attrs[f] = &tupleField{f, i}
	}
	attrs["__new__"] = py.NewStaticMethod(function("__new__", n.create))
	attrs["_make"] = py.NewClassMethod(positional("_make", 2, 2, n.make))
	return world(t).NewClass(t, py.ClassSpec{
		Name: name, Module: module, Doc: name + "(" + strings.Join(fields, ", ") + ")",
		Bases: []*py.Class{py.BuiltinClass("tuple")}, Attrs: attrs,
		Methods: checked(name, methods{
			"_replace":       anyArgs("_replace", n.replaced),
			"_asdict":        none("_asdict", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) { return n.dict(o), nil }),
			"__repr__":       none("__repr__", n.repr),
			"__getnewargs__": none("__getnewargs__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) { return o.Native(), nil }),
			"__setattr__": some("__setattr__", 2, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
				field, _ := starlark.AsString(args[0])
				if indexOf(fields, field) >= 0 {
					return nil, pyerr.New("AttributeError", "can't set attribute")
				}
				return starlark.None, o.Assign(t, field, args[1])
			}),
		}, holding[starlark.Tuple]),
	})
}

// A tupleField is the attribute of a class for an element.
type tupleField struct {
	name string
	i    int
}

var _ py.Descriptor = (*tupleField)(nil)

func (f *tupleField) String() string        { return "_tuplegetter(" + starlark.MakeInt(f.i).String() + ")" }
func (f *tupleField) Type() string          { return "_tuplegetter" }
func (f *tupleField) Freeze()               {}
func (f *tupleField) Truth() starlark.Bool  { return true }
func (f *tupleField) Hash() (uint32, error) { return starlark.String(f.name).Hash() }

// Get gives the element.
func (f *tupleField) Get(_ *starlark.Thread, o *py.Instance, _ *py.Class) (starlark.Value, error) {
	if o == nil {
		return f, nil
	}
	elems, _ := o.Native().(starlark.Tuple)
	if f.i >= len(elems) {
		return nil, pyerr.New("IndexError", "tuple index out of range")
	}
	return elems[f.i], nil
}

// create is __new__(cls, …).
func (n *namedClass) create(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	class, err := classArgument(n.name+".__new__", args)
	if err != nil {
		return nil, err
	}
	values, err := bindParams(n.name+".__new__", n.params, 1, args[1:], kwargs)
	if err != nil {
		return nil, err
	}
	return py.NewInstance(class, starlark.Tuple(values)), nil
}

func classArgument(fn string, args starlark.Tuple) (*py.Class, error) {
	if len(args) > 0 {
		if c, ok := args[0].(*py.Class); ok {
			return c, nil
		}
	}
	return nil, pyerr.Type("%s(): the first argument must be a class", fn)
}

// make is _make(iterable).
func (n *namedClass) make(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	class, err := classArgument("_make", args)
	if err != nil {
		return nil, err
	}
	elems, err := collect(t, "_make", args[1])
	if err != nil {
		return nil, err
	}
	if len(elems) != len(n.fields) {
		return nil, pyerr.Type("Expected %d arguments, got %d", len(n.fields), len(elems))
	}
	return py.NewInstance(class, starlark.Tuple(elems)), nil
}

func (n *namedClass) replaced(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, pyerr.Type("%s._replace() takes 1 positional argument but %d were given", n.name, len(args)+1)
	}
	elems := append(starlark.Tuple(nil), o.Native().(starlark.Tuple)...)
	unknown := starlark.NewList(nil)
	for _, kv := range kwargs {
		if i := indexOf(n.fields, string(kv[0].(starlark.String))); i >= 0 {
			elems[i] = kv[1]
		} else if err := unknown.Append(kv[0]); err != nil {
			return nil, err
		}
	}
	if unknown.Len() > 0 {
		text, err := pytypes.Repr(t, unknown)
		if err != nil {
			return nil, err
		}
		return nil, pyerr.Value("Got unexpected field names: %s", text)
	}
	return py.NewInstance(o.Class(), elems), nil
}

func (n *namedClass) dict(o *py.Instance) starlark.Value {
	d := starlark.NewDict(len(n.fields))
	for i, v := range o.Native().(starlark.Tuple) {
		if i < len(n.fields) {
			_ = d.SetKey(starlark.String(n.fields[i]), v) // texts are keys
		}
	}
	return d
}

func (n *namedClass) repr(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	return nestedRepr(t, o, o.ClassName()+"(...)", func() (string, error) {
		return fieldsText(t, o.ClassName(), n.fields, o.Native().(starlark.Tuple))
	})
}

// fieldsText writes P(x=1, y=2).
func fieldsText(t *starlark.Thread, name string, fields []string, values starlark.Tuple) (string, error) {
	kwargs := make([]starlark.Tuple, min(len(fields), len(values)))
	for i := range kwargs {
		kwargs[i] = starlark.Tuple{starlark.String(fields[i]), values[i]}
	}
	return callText(t, name, nil, kwargs)
}
