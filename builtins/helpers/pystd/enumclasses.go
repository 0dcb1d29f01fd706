package pystd

import (
	"math/big"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime/py"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// The classes of members.
var enumClass, reprEnumClass, intEnumClass, strEnumClass, flagClass, intFlagClass *py.Class

// newEnumClasses makes them.
func newEnumClasses() {
	class := func(name string, meta *py.Meta, all methods, attrs starlark.StringDict, bases ...*py.Class) *py.Class {
		return py.NewClass(py.ClassSpec{Name: name, Module: "enum", Meta: meta, Methods: all, Attrs: attrs, Bases: bases})
	}
	enumClass = class("Enum", enumMeta(), methods{
		"__repr__": none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return nestedRepr(t, o, "...", func() (string, error) {
				s, err := pytypes.Repr(t, valueOf(o))
				return "<" + o.ClassName() + "." + nameOf(o) + ": " + s + ">", err
			})
		}),
		"__str__": none("__str__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.String(o.ClassName() + "." + nameOf(o)), nil
		}),
		"__format__": one("__format__", func(t *starlark.Thread, o *py.Instance, spec starlark.Value) (starlark.Value, error) {
			s, err := pytypes.Str(t, o)
			if err != nil {
				return nil, err
			}
			return formatted(t, starlark.String(s), spec)
		}),
		"__setattr__": some("__setattr__", 2, 2, func(t *starlark.Thread, o *py.Instance, args starlark.Tuple) (starlark.Value, error) {
			name, _ := starlark.AsString(args[0])
			if (name == "name" || name == "value") && o.Fields().Get(memberName) != nil {
				return nil, pyerr.New("AttributeError", "<enum 'Enum'> cannot set attribute '%s'", name)
			}
			return starlark.None, o.Assign(t, name, args[1])
		}),
		"__copy__":     returnSelf("__copy__"),
		"__deepcopy__": one("__deepcopy__", func(_ *starlark.Thread, o *py.Instance, _ starlark.Value) (starlark.Value, error) { return o, nil }),
	}, starlark.StringDict{
		"name":  memberAttr{"name", memberName},
		"value": memberAttr{"value", memberValue},
	})
	shown := methods{
		"__str__": none("__str__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			s, err := pytypes.Str(t, nativeOf(o))
			return starlark.String(s), err
		}),
		"__format__": one("__format__", func(t *starlark.Thread, o *py.Instance, spec starlark.Value) (starlark.Value, error) {
			if fn := o.Class().SpecialMember("__str__"); fn != nil {
				if _, own := fn.(*starlark.Function); own {
					s, err := pytypes.Str(t, o)
					if err != nil {
						return nil, err
					}
					return formatted(t, starlark.String(s), spec)
				}
			}
			return formatted(t, nativeOf(o), spec)
		}),
	}
	reprEnumClass = class("ReprEnum", nil, shown, nil, enumClass)
	intEnumClass = class("IntEnum", nil, nil, nil, py.BuiltinClass("int"), reprEnumClass)
	strEnumClass = class("StrEnum", nil, nil, nil, py.BuiltinClass("str"), reprEnumClass)
	flagClass = class("Flag", nil, flagMethods(), starlark.StringDict{"_boundary_": &boundary{"STRICT"}}, enumClass)
	intFlagClass = class("IntFlag", nil, nil, starlark.StringDict{"_boundary_": &boundary{"KEEP"}}, py.BuiltinClass("int"), reprEnumClass, flagClass)
}

func nativeOf(o *py.Instance) starlark.Value {
	if n := o.Native(); n != nil {
		return n
	}
	return valueOf(o)
}

func formatted(t *starlark.Thread, v, spec starlark.Value) (starlark.Value, error) {
	text, _ := starlark.AsString(spec)
	s, err := pytypes.Format(t, v, text)
	return starlark.String(s), err
}

// A memberAttr is the attribute name or value of members.
type memberAttr struct{ name, field string }

var _ py.Descriptor = memberAttr{}

func (a memberAttr) String() string        { return "<enum property " + a.name + ">" }
func (a memberAttr) Type() string          { return "property" }
func (a memberAttr) Freeze()               {}
func (a memberAttr) Truth() starlark.Bool  { return true }
func (a memberAttr) Hash() (uint32, error) { return starlark.String(a.name).Hash() }

// Get gives what the member has.
func (a memberAttr) Get(_ *starlark.Thread, o *py.Instance, c *py.Class) (starlark.Value, error) {
	if o == nil {
		return nil, pyerr.New("AttributeError", "<enum '%s'> has no attribute '%s'", c.Name(), a.name)
	}
	v := o.Fields().Get(a.field)
	if v == nil {
		return nil, py.NoAttribute(o, a.field)
	}
	return v, nil
}

// A boundary says what a Flag does with bits that no member has.
type boundary struct{ name string }

func (b *boundary) String() string {
	return "<FlagBoundary." + b.name + ": '" + strings.ToLower(b.name) + "'>"
}
func (b *boundary) Type() string          { return "FlagBoundary" }
func (b *boundary) Freeze()               {}
func (b *boundary) Truth() starlark.Bool  { return true }
func (b *boundary) Hash() (uint32, error) { return starlark.String(b.name).Hash() }

func boundaryOf(c *py.Class) string {
	if b, ok := c.Find("_boundary_").(*boundary); ok {
		return b.name
	}
	return "STRICT"
}

func bigOf(v starlark.Value) *big.Int {
	switch v := held(v).(type) {
	case starlark.Int:
		return v.BigInt()
	case starlark.Bool:
		if v {
			return big.NewInt(1)
		}
		return new(big.Int)
	}
	return nil
}

// nextFlag is the power of two after the highest bit of the values.
func nextFlag(_ *starlark.Thread, last *starlark.List) (starlark.Value, error) {
	bits := 0
	for _, v := range elementsOf(last) {
		b := bigOf(v)
		if b == nil {
			return nil, pyerr.Type("invalid flag value %s", v.String())
		}
		bits = max(bits, b.BitLen())
	}
	return starlark.MakeBigInt(new(big.Int).Lsh(big.NewInt(1), uint(bits))), nil
}

// masks gives the bits that members have, and those that members of a single bit
// have.
func masks(c *py.Class) (all, singles *big.Int) {
	all, singles = new(big.Int), new(big.Int)
	members := allMembers(c)
	if members == nil {
		return all, singles
	}
	for _, m := range members.Entries() {
		if b := bigOf(valueOf(m)); b != nil && b.Sign() > 0 {
			all.Or(all, b)
			if canonical(c, valueOf(m)) {
				singles.Or(singles, b)
			}
		}
	}
	return all, singles
}

// flagMissing makes the member of several bits that is not there yet.
func flagMissing(t *starlark.Thread, c *py.Class, value starlark.Value) (starlark.Value, error) {
	v := bigOf(value)
	if v == nil {
		return nil, notValid(t, c, value)
	}
	if v.BitLen() > 4096 {
		return nil, pyerr.Value("flag value of %d bits is too large", v.BitLen())
	}
	all, singles := masks(c)
	full := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(all.BitLen())), big.NewInt(1))
	unknown := new(big.Int).AndNot(full, all)
	rule := boundaryOf(c)
	if v.Cmp(new(big.Int).Not(full)) < 0 || v.Cmp(full) > 0 || new(big.Int).And(v, unknown).Sign() != 0 {
		switch rule {
		case "STRICT":
			return nil, invalidFlag(t, c, v, all)
		case "CONFORM":
			v = new(big.Int).And(v, all)
		case "EJECT":
			return value, nil
		default:
			if v.Sign() < 0 {
				top := new(big.Int).Lsh(big.NewInt(1), uint(max(v.BitLen(), full.BitLen())))
				v = top.Add(top, v)
			}
		}
	}
	if v.Sign() < 0 {
		if rule == "EJECT" || rule == "KEEP" {
			v = new(big.Int).Add(new(big.Int).Add(full, big.NewInt(1)), v)
		} else {
			v = new(big.Int).And(singles, v)
		}
	}
	return composite(t, c, v, all, rule)
}

// composite makes a member of a value, or gives the one that has it.
func composite(t *starlark.Thread, c *py.Class, v, all *big.Int, rule string) (starlark.Value, error) {
	value := starlark.MakeBigInt(v)
	unknown := new(big.Int).AndNot(v, all)
	if unknown.Sign() != 0 && rule != "KEEP" {
		return nil, invalidFlag(t, c, v, all)
	}
	for _, m := range allMembers(c).Entries() {
		if b := bigOf(valueOf(m)); b != nil && b.Cmp(v) == 0 {
			return m, nil
		}
	}
	made, ok := c.Attrs().Get("_value2member_map_").(*starlark.Dict)
	if !ok {
		made = new(starlark.Dict)
		c.Attrs().Set("_value2member_map_", made)
	}
	if m, found, _ := made.Get(value); found {
		return m, nil
	}
	o := py.NewInstance(c, nil)
	if c.NativeType() != nil {
		o = py.NewInstance(c, value)
	}
	o.Fields().Set(memberValue, value)
	o.Fields().Set(memberName, starlark.None)
	if name := compositeName(c, v); name != "" {
		o.Fields().Set(memberName, starlark.String(name))
	}
	if made.Len() >= 1024 { // they are only kept to be the same
		return o, nil
	}
	return o, made.SetKey(value, o)
}

// compositeName is the name of a value of several bits: R|W.
func compositeName(c *py.Class, v *big.Int) string {
	var names []string
	left := new(big.Int).Set(v)
	take := func(m starlark.Value) {
		if b := bigOf(valueOf(m)); b != nil && b.Sign() > 0 && new(big.Int).AndNot(b, v).Sign() == 0 && new(big.Int).And(b, left).Sign() != 0 {
			names = append(names, nameOf(m))
			left.AndNot(left, b)
		}
	}
	for _, m := range membersOf(c) {
		take(m)
	}
	for _, m := range allMembers(c).Entries() {
		take(m)
	}
	if len(names) == 0 {
		return ""
	}
	if left.Sign() != 0 {
		names = append(names, left.String())
	}
	return strings.Join(names, "|")
}

func invalidFlag(t *starlark.Thread, c *py.Class, v, all *big.Int) error {
	what, err := pytypes.Repr(t, c)
	if err != nil {
		return err
	}
	bits := max(v.BitLen(), all.BitLen())
	return pyerr.Value("%s invalid value %s\n    given %s\n  allowed %s", what, v, binary(v, bits), binary(all, bits))
}

// binary writes a number as enum does: 0b0 0101.
func binary(v *big.Int, bits int) string {
	sign, n := "0", v
	if v.Sign() < 0 {
		sign = "1"
		n = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), uint(v.BitLen())), v)
	}
	digits := n.Text(2)
	if pad := bits - len(digits); pad > 0 {
		digits = strings.Repeat(sign, pad) + digits
	}
	return "0b" + sign + " " + digits
}

// flagMethods are those of Flag.
func flagMethods() methods {
	all := methods{
		"__repr__": none("__repr__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			text, err := pytypes.Repr(t, valueOf(o))
			if name := nameOf(o); name != "" {
				text = o.ClassName() + "." + name + ": " + text
			} else {
				text = o.ClassName() + ": " + text
			}
			return starlark.String("<" + text + ">"), err
		}),
		"__str__": none("__str__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			if name := nameOf(o); name != "" {
				return starlark.String(o.ClassName() + "." + name), nil
			}
			text, err := pytypes.Repr(t, valueOf(o))
			return starlark.String(o.ClassName() + "(" + text + ")"), err
		}),
		"__bool__": none("__bool__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			is, err := pytypes.Truth(t, valueOf(o))
			return starlark.Bool(is), err
		}),
		"__len__": none("__len__", func(_ *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return starlark.MakeInt(len(flagsOf(o))), nil
		}),
		"__iter__": none("__iter__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			return pytypes.Iterate(t, starlark.Tuple(flagsOf(o)))
		}),
		"__contains__": one("__contains__", func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			other, ok := x.(*py.Instance)
			if !ok || other.Class() != o.Class() {
				return nil, pyerr.Type("unsupported operand type(s) for 'in': %s and %s", quoted(pytypes.TypeName(x)), quoted(o.ClassName()))
			}
			a, b := bigOf(valueOf(o)), bigOf(valueOf(other))
			return starlark.Bool(a != nil && b != nil && new(big.Int).AndNot(b, a).Sign() == 0), nil
		}),
		"__invert__": none("__invert__", func(t *starlark.Thread, o *py.Instance) (starlark.Value, error) {
			v := bigOf(valueOf(o))
			if v == nil {
				return nil, pyerr.Type("bad operand type for unary ~: '%s'", o.ClassName())
			}
			rule := boundaryOf(o.Class())
			if rule == "EJECT" || rule == "KEEP" {
				return memberOf(t, o.Class(), starlark.MakeBigInt(new(big.Int).Not(v)))
			}
			_, singles := masks(o.Class())
			return memberOf(t, o.Class(), starlark.MakeBigInt(new(big.Int).AndNot(singles, v)))
		}),
	}
	for name, op := range map[string]func(z, x, y *big.Int) *big.Int{"or": (*big.Int).Or, "and": (*big.Int).And, "xor": (*big.Int).Xor} {
		do := one(name, func(t *starlark.Thread, o *py.Instance, x starlark.Value) (starlark.Value, error) {
			y := x
			if other, ok := x.(*py.Instance); ok && other.Class() == o.Class() {
				y = valueOf(other)
			} else if o.Native() == nil {
				return pytypes.NotImplemented, nil
			}
			a, b := bigOf(valueOf(o)), bigOf(y)
			if a == nil || b == nil {
				return pytypes.NotImplemented, nil
			}
			return memberOf(t, o.Class(), starlark.MakeBigInt(op(new(big.Int), a, b)))
		})
		all["__"+name+"__"], all["__r"+name+"__"] = do, do
	}
	return all
}

// flagsOf are the members of single bits that a member has.
func flagsOf(o *py.Instance) []starlark.Value {
	v := bigOf(valueOf(o))
	if v == nil {
		return nil
	}
	var all []starlark.Value
	for _, m := range membersOf(o.Class()) {
		if b := bigOf(valueOf(m)); b != nil && b.Sign() > 0 && new(big.Int).AndNot(b, v).Sign() == 0 {
			all = append(all, m)
		}
	}
	return all
}
