package pystd

import (
	"slices"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// Enum is Python's enum: Enum, IntEnum, StrEnum, Flag, IntFlag, ReprEnum,
// auto, unique, member, nonmember, property, FlagBoundary and its values.
//
// A name that a class assigns twice is not noticed, and a member can be
// assigned by name from outside of its class.
func Enum() runtime.Module {
	members := starlark.StringDict{
		"Enum": enumClass, "IntEnum": intEnumClass, "StrEnum": strEnumClass, "ReprEnum": reprEnumClass,
		"Flag": flagClass, "IntFlag": intFlagClass, "auto": autoClass,
		"unique":    positional("unique", 1, 1, unique),
		"member":    wrapperOf("member"),
		"nonmember": wrapperOf("nonmember"),
		"property":  function("property", py.NewPropertyOf),
		"EnumType":  py.NewClass(py.ClassSpec{Name: "EnumType", Module: "enum"}),
		"EnumMeta":  py.NewClass(py.ClassSpec{Name: "EnumType", Module: "enum"}),
	}
	boundaries := make(starlark.StringDict)
	for _, b := range []string{"STRICT", "CONFORM", "EJECT", "KEEP"} {
		boundaries[b] = &boundary{b}
		members[b] = boundaries[b]
	}
	members["FlagBoundary"] = py.NewClass(py.ClassSpec{Name: "FlagBoundary", Module: "enum", Attrs: boundaries})
	return runtime.Module{Names: []string{"enum"}, Members: members}
}

// The names under which a class keeps what Enum knows of it, as in CPython.
const (
	memberNames = "_member_names_" // list of names, without those of aliases
	memberMap   = "_member_map_"   // dict of members by name
	memberName  = "_name_"
	memberValue = "_value_"
)

// enumMeta is what classes of members do.
func enumMeta() *py.Meta {
	return &py.Meta{
		Created: enumCreated,
		Call:    enumCall,
		Iterate: func(c *py.Class) starlark.Iterator { return starlark.Tuple(membersOf(c)).Iterate() },
		Item:    enumItem,
		Has:     enumHas,
		Len:     func(c *py.Class) int { return len(membersOf(c)) },
		Repr: func(c *py.Class) string {
			if c.Extends(flagClass) {
				return "<flag '" + c.Name() + "'>"
			}
			return "<enum '" + c.Name() + "'>"
		},
	}
}

// membersOf are the members of a class, without aliases.
func membersOf(c *py.Class) []starlark.Value {
	names, _ := c.Find(memberNames).(*starlark.List)
	all, _ := c.Find(memberMap).(*starlark.Dict)
	if names == nil || all == nil {
		return nil
	}
	var members []starlark.Value
	for _, name := range elementsOf(names) {
		if m, found, _ := all.Get(name); found {
			members = append(members, m)
		}
	}
	return members
}

// allMembers are the members by name, with aliases.
func allMembers(c *py.Class) *starlark.Dict {
	all, _ := c.Find(memberMap).(*starlark.Dict)
	return all
}

func enumItem(c *py.Class, key starlark.Value) (starlark.Value, error) {
	if all := allMembers(c); all != nil {
		if m, found, err := all.Get(key); found || err != nil {
			return m, err
		}
	}
	return nil, keyError(new(starlark.Thread), key)
}

func enumHas(c *py.Class, x starlark.Value) (bool, error) {
	if o, ok := x.(*py.Instance); ok && o.Class() == c {
		return true, nil
	}
	for _, m := range membersOf(c) {
		if same, err := pytypes.Equal(new(starlark.Thread), valueOf(m), x); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// valueOf is the value of a member.
func valueOf(m starlark.Value) starlark.Value {
	if o, ok := m.(*py.Instance); ok {
		return orNone(o.Fields().Get(memberValue))
	}
	return starlark.None
}

// nameOf is the name of a member, or "".
func nameOf(m starlark.Value) string {
	if o, ok := m.(*py.Instance); ok {
		s, _ := starlark.AsString(orNone(o.Fields().Get(memberName)))
		return s
	}
	return ""
}

// enumCall is Color(value), or Enum("Name", names).
func enumCall(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(membersOf(c)) == 0 && (allMembers(c) == nil || allMembers(c).Len() == 0) {
		return enumByCall(t, c, args, kwargs)
	}
	in, err := bindParams("EnumType.__call__", []param{{name: "value"}, {name: "names", def: starlark.None}}, 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	value := in[0]
	if in[1] != starlark.None { // several values make the tuple that a member has
		value = starlark.Tuple(slices.Clone(args))
	}
	return memberOf(t, c, value)
}

// memberOf finds the member of a value.
func memberOf(t *starlark.Thread, c *py.Class, value starlark.Value) (starlark.Value, error) {
	if o, ok := value.(*py.Instance); ok && o.Class() == c {
		return o, nil
	}
	if all := allMembers(c); all != nil {
		for _, m := range all.Entries() {
			if same, err := pytypes.Equal(t, valueOf(m), value); same || err != nil {
				return m, err
			}
		}
	}
	if fn := c.Find("_missing_"); fn != nil {
		bound, err := py.BindTo(t, fn, nil, c)
		if err != nil {
			return nil, err
		}
		v, err := call(t, bound, value)
		if err != nil {
			return nil, err
		}
		if o, ok := v.(*py.Instance); ok && o.Class().Extends(c) {
			return o, nil
		}
		if v != starlark.None {
			return nil, pyerr.Type("error in %s._missing_: returned %s instead of None or a valid member", c.Name(), v.String())
		}
	} else if c.Extends(flagClass) {
		return flagMissing(t, c, value)
	}
	return nil, notValid(t, c, value)
}

func notValid(t *starlark.Thread, c *py.Class, value starlark.Value) error {
	text, err := pytypes.Repr(t, value)
	if err != nil {
		return err
	}
	return pyerr.Value("%s is not a valid %s", text, c.Name())
}

// enumByCall is Enum("Name", "A B", start=1): a class made by a call.
func enumByCall(t *starlark.Thread, c *py.Class, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	in, err := bindParams("EnumType.__call__", []param{
		{name: "value"}, {name: "names", def: starlark.None}, {name: "module", def: starlark.None, keyword: true},
		{name: "qualname", def: starlark.None, keyword: true}, {name: "type", def: starlark.None, keyword: true},
		{name: "start", def: unit, keyword: true}, {name: "boundary", def: starlark.None, keyword: true},
	}, 1, args, kwargs)
	if err != nil {
		return nil, err
	}
	name, ok := starlark.AsString(in[0])
	if !ok || in[1] == starlark.None {
		if len(args) == 1 {
			text, err := pytypes.Repr(t, c)
			if err != nil {
				return nil, err
			}
			return nil, pyerr.Type("%s has no members; specify `names=()` if you meant to create a new, empty, enum", text)
		}
		return nil, notValid(t, c, in[0])
	}
	spec := py.ClassSpec{Name: name, Bases: []*py.Class{c}}
	spec.Module, _ = starlark.AsString(in[2])
	if mixin, ok := in[4].(*py.Class); ok {
		spec.Bases = []*py.Class{mixin, c}
	}
	made, err := world(t).NewClass(t, spec)
	if err != nil {
		return nil, err
	}
	if err := nameMembers(t, made, in[1], in[5]); err != nil {
		return nil, err
	}
	if in[6] != starlark.None {
		made.Attrs().Set("_boundary_", in[6])
	}
	return made, enumCreated(t, made)
}

// nameMembers sets the attributes that become members: of a text, a list of
// names, a list of pairs, or a dict.
func nameMembers(t *starlark.Thread, c *py.Class, names, start starlark.Value) error {
	var items []starlark.Value
	switch v := held(names).(type) {
	case starlark.String:
		list, err := fieldNames(t, v)
		if err != nil {
			return err
		}
		items = texts(list)
	case *starlark.Dict:
		for k, e := range v.Entries() {
			items = append(items, starlark.Tuple{k, e})
		}
	default:
		var err error
		if items, err = collect(t, "Enum", v); err != nil {
			return err
		}
	}
	first, err := asInt(t, start)
	if err != nil {
		return err
	}
	last := starlark.NewList(nil)
	for i, item := range items {
		name, isName := starlark.AsString(item)
		var value starlark.Value
		if isName {
			if value, err = nextValue(t, c, name, first, i, last); err != nil {
				return err
			}
		} else {
			pair, err := pytypes.Unpack(t, item, 2)
			if err != nil {
				return err
			}
			if name, isName = starlark.AsString(pair[0]); !isName {
				return pyerr.Type("attribute name must be string")
			}
			value = pair[1]
		}
		if err := last.Append(value); err != nil {
			return err
		}
		c.Attrs().Set(name, value)
	}
	return nil
}

// nextValue is what auto() gives: _generate_next_value_.
func nextValue(t *starlark.Thread, c *py.Class, name string, start, count int, last *starlark.List) (starlark.Value, error) {
	if fn := c.Find("_generate_next_value_"); fn != nil {
		bound, err := py.BindTo(t, fn, nil, c)
		if err != nil {
			return nil, err
		}
		return call(t, bound, starlark.String(name), starlark.MakeInt(start), starlark.MakeInt(count), last)
	}
	if c.Extends(strEnumClass) {
		return world(t).Call(starlark.String(name), "lower", nil, nil)
	}
	if last.Len() == 0 {
		return starlark.MakeInt(start), nil
	}
	if c.Extends(flagClass) {
		return nextFlag(t, last)
	}
	values := slices.Clone(elementsOf(last))
	if ordered, err := sorted(t, last, nil, false); err == nil {
		values = []starlark.Value{ordered.Index(ordered.Len() - 1)}
		if next, err := pytypes.Binary(t, pytypes.Add, values[0], unit); err == nil {
			return next, nil
		}
		values = slices.Clone(elementsOf(last))
	} else if !isA(err, "TypeError") {
		return nil, err
	}
	for i := len(values) - 1; i >= 0; i-- {
		if next, err := pytypes.Binary(t, pytypes.Add, values[i], unit); err == nil {
			return next, nil
		}
	}
	return starlark.MakeInt(start), nil
}

// enumCreated makes the members of a class that is complete.
func enumCreated(t *starlark.Thread, c *py.Class) error {
	for _, b := range c.Bases() {
		if all := allMembers(b); all != nil && all.Len() > 0 {
			what, err := pytypes.Repr(t, b)
			if err != nil {
				return err
			}
			return pyerr.Type("<enum '%s'> cannot extend %s", c.Name(), what)
		}
	}
	m := &memberMaker{t: t, c: c, all: new(starlark.Dict), names: starlark.NewList(nil), last: starlark.NewList(nil), autos: make(map[*py.Instance]starlark.Value)}
	type entry struct {
		name string
		v    starlark.Value
	}
	var entries []entry
	ignored := ignoredNames(t, c)
	for name, v := range c.Attrs().All() {
		switch {
		case ignored[name]:
		case isWrapped(v, "nonmember"):
			c.Attrs().Set(name, v.(*py.Instance).Fields().Get("value"))
		case isMember(c, name, v):
			entries = append(entries, entry{name, v})
		}
	}
	for name := range ignored {
		c.Attrs().Delete(name)
	}
	c.Attrs().Set(memberNames, m.names)
	c.Attrs().Set(memberMap, m.all)
	for _, e := range entries {
		if err := m.add(e.name, e.v); err != nil {
			return err
		}
	}
	view, err := call(t, mappingProxyClass, m.all)
	if err != nil {
		return err
	}
	c.Attrs().Set("__members__", view)
	return nil
}

// ignoredNames are those of _ignore_.
func ignoredNames(t *starlark.Thread, c *py.Class) map[string]bool {
	all := make(map[string]bool)
	if v := c.Attrs().Get("_ignore_"); v != nil {
		if names, err := fieldNames(t, v); err == nil {
			for _, n := range names {
				all[n] = true
			}
		}
		all["_ignore_"] = true
	}
	return all
}

// isMember tells whether an attribute of a class becomes a member: not one of
// Python's names, nor what has a meaning of its own in a class.
func isMember(c *py.Class, name string, v starlark.Value) bool {
	switch {
	case strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__"),
		strings.HasPrefix(name, "_") && strings.HasSuffix(name, "_"),
		strings.HasPrefix(name, "_"+strings.TrimLeft(c.Name(), "_")+"__"):
		return false
	}
	switch v := v.(type) {
	case *starlark.Function, py.Descriptor:
		return false
	case *py.Instance:
		return v.Class().Find("__get__") == nil && v.Class().Find("__set__") == nil && v.Class().Find("__delete__") == nil
	}
	switch v.Type() {
	case "function", "property", "staticmethod", "classmethod":
		return false
	}
	return true
}

// A memberMaker makes the members of a class, in order.
type memberMaker struct {
	t     *starlark.Thread
	c     *py.Class
	all   *starlark.Dict
	names *starlark.List
	last  *starlark.List // the values so far
	autos map[*py.Instance]starlark.Value
}

func (m *memberMaker) add(name string, v starlark.Value) error {
	if name == "mro" {
		return pyerr.Value("invalid enum member name(s) 'mro'")
	}
	value, err := m.resolve(name, v)
	if err != nil {
		return err
	}
	if err := m.last.Append(value); err != nil {
		return err
	}
	member, err := m.make(value)
	if err != nil {
		return err
	}
	value = valueOf(member)
	alias := false
	for _, old := range m.all.Entries() {
		same, err := pytypes.Equal(m.t, valueOf(old), value)
		if err != nil {
			return err
		}
		if same {
			member, alias = old.(*py.Instance), true
			break
		}
	}
	if !alias {
		member.Fields().Set(memberName, starlark.String(name))
		member.Fields().Set("__objclass__", m.c)
		member.Fields().Set("_sort_order_", starlark.MakeInt(m.names.Len()))
		if err := m.init(member); err != nil {
			return err
		}
		if canonical(m.c, value) {
			if err := m.names.Append(starlark.String(name)); err != nil {
				return err
			}
		}
	}
	m.c.Attrs().Set(name, member)
	return pytypes.SetItem(m.t, m.all, starlark.String(name), member)
}

// canonical tells whether a value names a member of its own: of a Flag, only
// those of a single bit do.
func canonical(c *py.Class, value starlark.Value) bool {
	if !c.Extends(flagClass) {
		return true
	}
	i, ok := held(value).(starlark.Int)
	if !ok {
		return true
	}
	b := i.BigInt()
	return b.Sign() > 0 && b.TrailingZeroBits() == uint(b.BitLen()-1)
}

// resolve gives the values of auto().
func (m *memberMaker) resolve(name string, v starlark.Value) (starlark.Value, error) {
	if isWrapped(v, "member") {
		v = v.(*py.Instance).Fields().Get("value")
	}
	if elems, ok := v.(starlark.Tuple); ok {
		elems = slices.Clone(elems)
		for i, e := range elems {
			if o, ok := e.(*py.Instance); ok && o.Class() == autoClass {
				r, err := m.auto(name, o)
				if err != nil {
					return nil, err
				}
				elems[i] = r
			}
		}
		return elems, nil
	}
	if o, ok := v.(*py.Instance); ok && o.Class() == autoClass {
		return m.auto(name, o)
	}
	return v, nil
}

// auto gives the value of an auto(), or of an expression of several.
func (m *memberMaker) auto(name string, o *py.Instance) (starlark.Value, error) {
	if v, ok := m.autos[o]; ok {
		return v, nil
	}
	var v starlark.Value
	var err error
	if e, ok := o.Data.(*autoExpr); ok {
		v, err = m.combine(name, e)
	} else {
		v, err = nextValue(m.t, m.c, name, 1, m.all.Len(), m.last)
	}
	m.autos[o] = v
	return v, err
}

func (m *memberMaker) combine(name string, e *autoExpr) (starlark.Value, error) {
	operand := func(x starlark.Value) (starlark.Value, error) {
		if o, ok := x.(*py.Instance); ok && o.Class() == autoClass {
			return m.auto(name, o)
		}
		return x, nil
	}
	x, err := operand(e.x)
	if err != nil {
		return nil, err
	}
	y, err := operand(e.y)
	if err != nil {
		return nil, err
	}
	return pytypes.Binary(m.t, e.op, x, y)
}

// make makes a member of a value: by __new__ of the class, or with the value
// of the built-in type that the class extends.
func (m *memberMaker) make(value starlark.Value) (*py.Instance, error) {
	args, ok := value.(starlark.Tuple)
	native := m.c.NativeType()
	if !ok || native != nil && native.Name == "tuple" {
		args = starlark.Tuple{value}
	}
	if fn := m.c.SpecialMember("__new__"); fn != nil {
		bound, err := py.BindTo(m.t, fn, nil, m.c)
		if err != nil {
			return nil, err
		}
		v, err := call(m.t, bound, append([]starlark.Value{m.c}, args...)...)
		if err != nil {
			return nil, err
		}
		o, ok := v.(*py.Instance)
		if !ok {
			return nil, pyerr.Type("%s.__new__() did not return a member", m.c.Name())
		}
		if o.Fields().Get(memberValue) == nil {
			if o.Native() != nil {
				value = o.Native()
			}
			o.Fields().Set(memberValue, value)
		}
		return o, nil
	}
	if native == nil {
		o := py.NewInstance(m.c, nil)
		o.Fields().Set(memberValue, value)
		return o, nil
	}
	if m.c.Extends(strEnumClass) {
		if err := checkText(args); err != nil {
			return nil, err
		}
	}
	v, err := starlark.Call(m.t, py.BuiltinClass(native.Name), args, nil)
	if err != nil {
		return nil, err
	}
	o := py.NewInstance(m.c, v)
	o.Fields().Set(memberValue, v)
	return o, nil
}

// checkText is what StrEnum demands of its values.
func checkText(args starlark.Tuple) error {
	if len(args) > 3 {
		return pyerr.Type("too many arguments for str(): %s", args.String())
	}
	for _, a := range args {
		if _, ok := held(a).(starlark.String); !ok {
			return pyerr.Type("%s is not a string", a.String())
		}
	}
	return nil
}

// init calls __init__, if the class has one, with the value, or what is in it.
func (m *memberMaker) init(o *py.Instance) error {
	if m.c.SpecialMember("__init__") == nil {
		return nil
	}
	value := m.last.Index(m.last.Len() - 1)
	args, ok := value.(starlark.Tuple)
	if !ok {
		args = starlark.Tuple{value}
	}
	_, _, err := o.Special(m.t, "__init__", args...)
	return err
}

// unique is the decorator that refuses aliases.
func unique(t *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
	c, ok := a[0].(*py.Class)
	if !ok || allMembers(c) == nil {
		return nil, pyerr.Type("unique() takes an Enum")
	}
	var aliases []string
	for k, m := range allMembers(c).Entries() {
		if name, _ := starlark.AsString(k); name != nameOf(m) {
			aliases = append(aliases, name+" -> "+nameOf(m))
		}
	}
	if len(aliases) > 0 {
		what, err := pytypes.Repr(t, c)
		if err != nil {
			return nil, err
		}
		return nil, pyerr.Value("duplicate values found in %s: %s", what, strings.Join(aliases, ", "))
	}
	return c, nil
}

// wrapperClass is the class of what member(x) and nonmember(x) make.
var wrapperClass = py.NewClass(py.ClassSpec{Name: "member", Module: "enum"})

func wrapperOf(name string) *starlark.Builtin {
	return positional(name, 1, 1, func(_ *starlark.Thread, a starlark.Tuple) (starlark.Value, error) {
		o := py.NewInstance(wrapperClass, nil)
		o.Fields().Set("value", a[0])
		o.Data = name
		return o, nil
	})
}

func isWrapped(v starlark.Value, name string) bool {
	o, ok := v.(*py.Instance)
	return ok && o.Class() == wrapperClass && o.Data == name && o.Fields().Get("value") != nil
}

// An autoExpr is what an operator makes of auto() in the body of a class, where
// its value is not known yet.
type autoExpr struct {
	op   pytypes.Op
	x, y starlark.Value
}

var autoClass = newAutoClass()

func newAutoClass() *py.Class {
	all := make(methods)
	for name, op := range map[string]pytypes.Op{"or": pytypes.Or, "and": pytypes.And, "xor": pytypes.Xor, "add": pytypes.Add, "sub": pytypes.Sub, "mul": pytypes.Mul, "lshift": pytypes.LShift} {
		for _, reflected := range []bool{false, true} {
			full := "__" + name + "__"
			if reflected {
				full = "__r" + name + "__"
			}
			all[full] = one(full, func(_ *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
				e := &autoExpr{op, o, x}
				if reflected {
					e.x, e.y = x, o
				}
				made := py.NewInstance(o.Class(), nil)
				made.Data = e
				return made, nil
			})
		}
	}
	return py.NewClass(py.ClassSpec{Name: "auto", Module: "enum", Methods: all})
}
