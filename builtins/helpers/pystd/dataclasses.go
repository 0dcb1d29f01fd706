package pystd

import (
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Dataclasses is Python's dataclasses: dataclass with all its options (slots
// and weakref_slot change nothing), field, fields, asdict, astuple, replace,
// is_dataclass, make_dataclass, Field, InitVar, KW_ONLY, MISSING and
// FrozenInstanceError.
func Dataclasses() runtime.Module {
	return runtime.Module{Names: []string{"dataclasses"}, Members: starlark.StringDict{
		"Field":               fieldClass,
		"FrozenInstanceError": &pyerr.Exception{FullName: "dataclasses.FrozenInstanceError", Base: "AttributeError"},
		"InitVar":             initVarClass,
		"KW_ONLY":             kwOnly,
		"MISSING":             missing,
		"asdict":              function("asdict", asDict),
		"astuple":             function("astuple", asTuple),
		"dataclass":           function("dataclass", dataclass),
		"field":               function("field", newField),
		"fields":              positional("fields", 1, 1, fieldsOf),
		"is_dataclass":        positional("is_dataclass", 1, 1, isDataclass),
		"make_dataclass":      function("make_dataclass", makeDataclass),
		"replace":             function("replace", replaceFields),
	}}
}

// A marker is a value that only is itself.
type marker struct{ name string }

func (m *marker) String() string        { return "<dataclasses." + m.name + ">" }
func (m *marker) Type() string          { return m.name }
func (m *marker) Freeze()               {}
func (m *marker) Truth() starlark.Bool  { return true }
func (m *marker) Hash() (uint32, error) { return starlark.String(m.name).Hash() }

var (
	missing = &marker{"_MISSING_TYPE"}
	kwOnly  = &marker{"_KW_ONLY_TYPE"}
)

var initVarClass = py.NewClass(py.ClassSpec{
	Name: "InitVar", Module: "dataclasses",
	Attrs: starlark.StringDict{"__class_getitem__": py.NewClassMethod(positional("__class_getitem__", 2, 2, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		c, ok := a[0].(*py.Class)
		if !ok {
			return nil, pyerr.Type("InitVar: want a class")
		}
		o := py.NewInstance(c, nil)
		o.Fields().Set("type", a[1])
		return o, nil
	}))},
})

// fieldClass is dataclasses.Field, whose objects have what they say as fields.
var fieldClass = py.NewClass(py.ClassSpec{
	Name: "Field", Module: "dataclasses",
	Methods: methods{"__repr__": none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
		return nestedRepr(t, o, "...", func() (string, error) {
			var kwargs []starlark.Tuple
			for name, v := range o.Fields().All() {
				kwargs = append(kwargs, starlark.Tuple{starlark.String(name), v})
			}
			s, err := callText(t, "Field", nil, kwargs)
			return strings.ReplaceAll(s, ", ", ","), err
		})
	})},
})

var fieldOptions = []param{
	{name: "default", def: missing, keyword: true}, {name: "default_factory", def: missing, keyword: true},
	{name: "init", def: starlark.True, keyword: true}, {name: "repr", def: starlark.True, keyword: true},
	{name: "hash", def: starlark.None, keyword: true}, {name: "compare", def: starlark.True, keyword: true},
	{name: "metadata", def: starlark.None, keyword: true}, {name: "kw_only", def: missing, keyword: true},
}

// newField is field(…).
func newField(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("field", fieldOptions, 0, args, kwargs)
	if err != nil {
		return nil, err
	}
	if in[0] != missing && in[1] != missing {
		return nil, pyerr.Value("cannot specify both default and default_factory")
	}
	return fieldOf(in), nil
}

func fieldOf(options []starlark.Value) *py.Instance {
	o := py.NewInstance(fieldClass, nil)
	o.Fields().Set("name", starlark.None)
	o.Fields().Set("type", starlark.None)
	for i, p := range fieldOptions {
		v := options[i]
		if p.name == "metadata" && v == starlark.None {
			v = new(starlark.Dict)
		}
		o.Fields().Set(p.name, v)
	}
	return o
}

// A dataField is a field of a class, as its methods use it.
type dataField struct {
	name                string
	spec                *py.Instance
	typ                 starlark.Value
	def, factory        starlark.Value // or missing
	init, repr, compare bool
	hash                bool
	keyword             bool // only by name
	initOnly            bool // an InitVar: an argument that is not kept
}

// A dataClass is what a class that dataclass has seen knows. It is in the class
// under __dataclass_fields__.
type dataClass struct {
	*starlark.Dict // of the Fields, by name, for rules
	fields         []*dataField
	frozen         bool
	options        map[string]bool
}

const dataFields = "__dataclass_fields__"

// dataOf gives what dataclass has made of a class or of one that it extends.
func dataOf(c *py.Class) *dataClass {
	d, _ := c.Find(dataFields).(*dataClass)
	return d
}

var dataclassOptions = []param{
	{name: "init", def: starlark.True, keyword: true}, {name: "repr", def: starlark.True, keyword: true},
	{name: "eq", def: starlark.True, keyword: true}, {name: "order", def: starlark.False, keyword: true},
	{name: "unsafe_hash", def: starlark.False, keyword: true}, {name: "frozen", def: starlark.False, keyword: true},
	{name: "match_args", def: starlark.True, keyword: true}, {name: "kw_only", def: starlark.False, keyword: true},
	{name: "slots", def: starlark.False, keyword: true}, {name: "weakref_slot", def: starlark.False, keyword: true},
}

// dataclass is the decorator dataclass(cls=None, /, *, …).
func dataclass(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var class starlark.Value = starlark.None
	if len(args) > 0 {
		class, args = args[0], args[1:]
	}
	in, err := bindParams("dataclass", dataclassOptions, 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	options := make(map[string]bool)
	for i, p := range dataclassOptions {
		if options[p.name], err = pytypes.Truth(t, in[i]); err != nil {
			return nil, err
		}
	}
	decorate := func(class starlark.Value) (starlark.Value, error) {
		c, ok := class.(*py.Class)
		if !ok {
			return nil, pyerr.Type("dataclass() should be called with a class, not '%s'", pytypes.TypeName(class))
		}
		return c, makeData(t, c, options)
	}
	if class != starlark.None {
		return decorate(class)
	}
	return positional("wrap", 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) { return decorate(a[0]) }), nil
}

// makeData makes a class one of data.
func makeData(t *starlark.Thread, c *py.Class, options map[string]bool) error {
	d := &dataClass{Dict: new(starlark.Dict), frozen: options["frozen"], options: options}
	if err := d.inherit(c); err != nil {
		return err
	}
	if err := d.own(t, c); err != nil {
		return err
	}
	for _, f := range d.fields {
		if !f.initOnly {
			if err := d.SetKey(starlark.String(f.name), f.spec); err != nil {
				return err
			}
		}
	}
	c.Attrs().Set(dataFields, d)
	return d.methods(c)
}

// inherit takes the fields of the classes that c extends, the last ones first.
func (d *dataClass) inherit(c *py.Class) error {
	mro := c.MRO()
	for i := len(mro) - 1; i > 0; i-- {
		base, ok := mro[i].Attrs().Get(dataFields).(*dataClass)
		if !ok {
			continue
		}
		switch {
		case base.frozen && !d.frozen:
			return pyerr.Type("cannot inherit non-frozen dataclass from a frozen one")
		case !base.frozen && d.frozen:
			return pyerr.Type("cannot inherit frozen dataclass from a non-frozen one")
		}
		for _, f := range base.fields {
			d.put(f)
		}
	}
	return nil
}

// put adds a field, in the place of one of the same name.
func (d *dataClass) put(f *dataField) {
	for i, old := range d.fields {
		if old.name == f.name {
			d.fields[i] = f
			return
		}
	}
	d.fields = append(d.fields, f)
}

// own adds the fields that the class itself annotates.
func (d *dataClass) own(t *starlark.Thread, c *py.Class) error {
	annotations, _ := c.Attrs().Get("__annotations__").(*starlark.Dict)
	seen := make(map[string]bool)
	keyword := d.options["kw_only"]
	if annotations != nil {
		for _, kv := range annotations.Items() {
			name, _ := starlark.AsString(kv[0])
			if isKwOnly(kv[1]) {
				keyword = true
				continue
			}
			if isClassVar(kv[1]) {
				continue
			}
			seen[name] = true
			f, err := readField(t, c, name, kv[1], keyword)
			if err != nil {
				return err
			}
			d.put(f)
		}
	}
	for name, v := range c.Attrs().All() {
		if o, ok := v.(*py.Instance); ok && o.Class() == fieldClass && !seen[name] {
			return pyerr.Type("%s is a field but has no type annotation", quoted(name))
		}
	}
	return d.checkOrder()
}

func isKwOnly(annotation starlark.Value) bool {
	s, ok := starlark.AsString(annotation)
	return annotation == starlark.Value(kwOnly) || ok && (s == "KW_ONLY" || s == "dataclasses.KW_ONLY")
}

func isClassVar(annotation starlark.Value) bool {
	s, ok := starlark.AsString(annotation)
	if !ok {
		if _, class := annotation.(*py.Class); class {
			return false
		}
		if _, object := annotation.(*py.Instance); object {
			return false
		}
		s = annotation.String()
	}
	return strings.HasPrefix(strings.TrimPrefix(s, "typing."), "ClassVar")
}

func isInitVar(annotation starlark.Value) bool {
	if s, ok := starlark.AsString(annotation); ok {
		return strings.HasPrefix(strings.TrimPrefix(s, "dataclasses."), "InitVar")
	}
	o, ok := annotation.(*py.Instance)
	return annotation == starlark.Value(initVarClass) || ok && o.Class() == initVarClass
}

// readField reads a field of the class: what its attribute says, which then is
// the default value or none.
func readField(t *starlark.Thread, c *py.Class, name string, annotation starlark.Value, keyword bool) (*dataField, error) {
	v := c.Attrs().Get(name)
	spec, ok := v.(*py.Instance)
	if !ok || spec.Class() != fieldClass {
		options := make([]starlark.Value, len(fieldOptions))
		for i, p := range fieldOptions {
			options[i] = p.def
		}
		if v != nil {
			options[0] = v
		}
		spec = fieldOf(options)
	}
	get := func(name string) starlark.Value { return orNone(spec.Fields().Get(name)) }
	spec.Fields().Set("name", starlark.String(name))
	spec.Fields().Set("type", annotation)
	if get("kw_only") == missing {
		spec.Fields().Set("kw_only", starlark.Bool(keyword))
	}
	f := &dataField{name: name, spec: spec, typ: annotation, def: get("default"), factory: get("default_factory"), initOnly: isInitVar(annotation)}
	for option, p := range map[string]*bool{"init": &f.init, "repr": &f.repr, "compare": &f.compare, "kw_only": &f.keyword} {
		var err error
		if *p, err = pytypes.Truth(t, get(option)); err != nil {
			return nil, err
		}
	}
	if f.hash = f.compare; get("hash") != starlark.None {
		f.hash = bool(get("hash").Truth())
	}
	if f.def != missing {
		if h, unhashable := f.def.(interface{ Hash() (uint32, error) }); unhashable {
			if _, err := h.Hash(); err != nil {
				class, _ := pytypes.Repr(t, world(t).TypeOf(f.def))
				return nil, pyerr.Value("mutable default %s for field %s is not allowed: use default_factory", class, name)
			}
		}
		c.Attrs().Set(name, f.def)
	} else if v != nil {
		c.Attrs().Delete(name)
	}
	return f, nil
}

// checkOrder reports a field that must be given after one that need not.
func (d *dataClass) checkOrder() error {
	last := ""
	for _, f := range d.fields {
		switch {
		case !f.init || f.keyword:
		case f.def != missing || f.factory != missing:
			last = f.name
		case last != "":
			return pyerr.Type("non-default argument '%s' follows default argument", f.name)
		}
	}
	return nil
}

// methods gives the class its methods. Those that it has itself stay.
func (d *dataClass) methods(c *py.Class) error {
	own := func(name string) bool { return c.Attrs().Get(name) != nil }
	hadHash := own("__hash__")
	hadEq := own("__eq__")
	set := func(name string, m method) {
		c.SetMethod(name, checked(c.Name(), methods{name: m}, func(o *py.Instance) bool { return o.Class().Extends(c) })[name])
	}
	if d.options["init"] {
		set("__init__", anyArgs("__init__", func(t *starlark.Thread, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, d.initialise(t, c, o, args, kwargs)
		}))
	}
	if d.options["repr"] && !own("__repr__") {
		set("__repr__", none("__repr__", d.repr))
	}
	if d.options["eq"] && !hadEq {
		set("__eq__", one("__eq__", d.equal))
	}
	if d.options["order"] {
		if !d.options["eq"] {
			return pyerr.Value("eq must be true if order is true")
		}
		for name, op := range relations {
			if name == "__eq__" || name == "__ne__" {
				continue
			}
			if own(name) {
				return pyerr.Type("Cannot overwrite attribute %s in class %s. Consider using functools.total_ordering", name, c.Name())
			}
			set(name, one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
				other, ok := x.(*py.Instance)
				if !ok || other.Class() != o.Class() {
					return pytypes.NotImplemented, nil
				}
				a, b, err := d.both(t, o, other)
				if err != nil {
					return nil, err
				}
				return nestedCompare(t, op, a, b)
			}))
		}
	}
	if d.frozen {
		for _, name := range []string{"__setattr__", "__delattr__"} {
			if own(name) {
				return pyerr.Type("Cannot overwrite attribute %s in class %s", name, c.Name())
			}
			set(name, d.frozenMethod(c, name))
		}
	}
	switch {
	case d.options["unsafe_hash"] && hadHash:
		return pyerr.Type("Cannot overwrite attribute __hash__ in class %s", c.Name())
	case d.options["unsafe_hash"], d.options["eq"] && d.frozen && !hadHash:
		set("__hash__", none("__hash__", d.hash))
	case d.options["eq"] && !hadHash:
		c.Attrs().Set("__hash__", starlark.None)
	}
	if d.options["match_args"] && !own("__match_args__") {
		var names []string
		for _, f := range d.fields {
			if f.init && !f.keyword {
				names = append(names, f.name)
			}
		}
		c.Attrs().Set("__match_args__", texts(names))
	}
	return nil
}

// frozenMethod is __setattr__ or __delattr__ of a frozen class.
func (d *dataClass) frozenMethod(c *py.Class, name string) method {
	verb := "assign to"
	if name == "__delattr__" {
		verb = "delete"
	}
	return some(name, 1, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
		field, _ := starlark.AsString(args[0])
		frozen := o.Class() == c
		for _, f := range d.fields {
			frozen = frozen || f.name == field
		}
		if frozen {
			return nil, &pyerr.Error{Class: "dataclasses.FrozenInstanceError", Msg: "cannot " + verb + " field " + quoted(field), Base: "AttributeError"}
		}
		if len(args) == 2 {
			return starlark.None, o.Assign(t, field, args[1])
		}
		world(t).Touch(o)
		o.Fields().Delete(field)
		return starlark.None, nil
	})
}

// initialise is __init__.
func (d *dataClass) initialise(t *starlark.Thread, c *py.Class, o *py.Instance, args starlark.Tuple, kwargs []starlark.Tuple) error {
	var params []param
	for _, keyword := range []bool{false, true} {
		for _, f := range d.fields {
			if !f.init || f.keyword != keyword {
				continue
			}
			p := param{name: f.name, keyword: keyword}
			if f.def != missing {
				p.def = f.def
			} else if f.factory != missing {
				p.def = missing
			}
			params = append(params, p)
		}
	}
	values, err := bindParams(c.Name()+".__init__", params, 1, args, kwargs)
	if err != nil {
		return err
	}
	by := make(map[string]starlark.Value, len(params))
	for i, p := range params {
		by[p.name] = values[i]
	}
	var after starlark.Tuple
	for _, f := range d.fields {
		v := by[f.name]
		if v == nil {
			if f.factory == missing {
				continue // a field that __post_init__ sets, or the class has
			}
			v = missing
		}
		if v == missing {
			if v, err = call(t, f.factory); err != nil {
				return err
			}
		}
		if f.initOnly {
			after = append(after, v)
			continue
		}
		if err := d.assign(t, o, f.name, v); err != nil {
			return err
		}
	}
	if post := o.Class().Find("__post_init__"); post != nil {
		_, err = world(t).Call(o, "__post_init__", after, nil)
	}
	return err
}

// assign sets a field as the generated __init__ does.
func (d *dataClass) assign(t *starlark.Thread, o *py.Instance, name string, v starlark.Value) error {
	if d.frozen {
		return o.Assign(t, name, v)
	}
	return world(t).SetAttr(o, name, v)
}

func (d *dataClass) repr(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	return nestedRepr(t, o, "...", func() (string, error) {
		var kwargs []starlark.Tuple
		for _, f := range d.fields {
			if !f.repr || f.initOnly {
				continue
			}
			v, err := attribute(t, o, f.name)
			if err != nil {
				return "", err
			}
			kwargs = append(kwargs, starlark.Tuple{starlark.String(f.name), v})
		}
		return callText(t, o.ClassName(), nil, kwargs)
	})
}

// values are those of the fields that keep accepts.
func (d *dataClass) values(t *starlark.Thread, o *py.Instance, keep func(*dataField) bool) (starlark.Tuple, error) {
	all := starlark.Tuple{}
	for _, f := range d.fields {
		if f.initOnly || !keep(f) {
			continue
		}
		v, err := attribute(t, o, f.name)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func (d *dataClass) both(t *starlark.Thread, x, y *py.Instance) (a, b starlark.Tuple, err error) {
	compared := func(f *dataField) bool { return f.compare }
	if a, err = d.values(t, x, compared); err == nil {
		b, err = d.values(t, y, compared)
	}
	return a, b, err
}

func (d *dataClass) equal(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
	other, ok := x.(*py.Instance)
	if !ok || other.Class() != o.Class() {
		return pytypes.NotImplemented, nil
	}
	a, b, err := d.both(t, o, other)
	if err != nil {
		return nil, err
	}
	same, err := nestedEqual(t, a, b)
	return starlark.Bool(same), err
}

func (d *dataClass) hash(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
	values, err := d.values(t, o, func(f *dataField) bool { return f.hash })
	if err != nil {
		return nil, err
	}
	var h int64
	err = nested(t, "", func() error {
		h, err = pytypes.Hash(t, values)
		return err
	})
	return starlark.MakeInt64(h), err
}
