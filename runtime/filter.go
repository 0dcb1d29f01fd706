package runtime

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/starhost/starhost/event"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Filter is a condition on events: a rule with one sees only the events that
// pass it (Panther's InlineFilters). It is immutable. One of Path, Combine and
// Always is set.
type Filter struct {
	// Combine joins the conditions of Parts.
	Combine Combination
	Parts   []*Filter

	// Path leads to the field that Condition is about, Other, if not nil, to
	// the one that it is compared with in the place of Values.
	Path      *event.Path
	Other     *event.Path
	Condition Condition
	Values    []starlark.Value

	// Always says what a condition on nothing at all is.
	Always starlark.Value
}

// A Combination joins conditions.
type Combination string

// The combinations. With no parts, each passes.
const (
	All     Combination = "All"
	Any     Combination = "Any"
	OnlyOne Combination = "OnlyOne"
	None    Combination = "None"
)

// A Condition is one on a field.
type Condition struct {
	Name string
	test func(f *Filter, v, want starlark.Value) bool
	fold bool // without regard to case
	not  bool // holds where test does not
	any  bool // of Values: whether one of them passes test

	missing bool // is about whether there is a field, and passes where there is none
	exists  bool // is about whether there is a field, and fails where there is none

	arguments argumentCount
}

type argumentCount uint8

const (
	noArgument argumentCount = iota
	oneArgument
	manyArguments
)

// Arguments gives how many values the condition is given: the least, and the
// most, or -1 for no end.
func (c *Condition) Arguments() (least, most int) {
	switch c.arguments {
	case oneArgument:
		return 1, 1
	case manyArguments:
		return 0, -1
	}
	return 0, 0
}

// FindCondition finds a condition by the name that Panther gives it.
func FindCondition(name string) (Condition, bool) {
	c, ok := conditions[name]
	return c, ok
}

// ConditionNames lists the conditions.
func ConditionNames() []string {
	var names []string
	for name := range conditions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// conditions are all conditions by name.
var conditions = newConditions()

func newConditions() map[string]Condition {
	all := make(map[string]Condition)
	add := func(c Condition, names ...string) {
		for _, name := range names {
			c.Name = name
			all[name] = c
		}
	}
	pair := func(yes, no string, c Condition) {
		add(c, yes)
		c.not = !c.not
		add(c, no)
		if c.fold = c.arguments == oneArgument; c.fold {
			add(c, "I"+no)
			c.not = !c.not
			add(c, "I"+yes)
		}
	}
	pair("Equals", "DoesNotEqual", Condition{test: equals, arguments: oneArgument})
	pair("Contains", "DoesNotContain", Condition{test: contains, arguments: oneArgument})
	pair("StartsWith", "DoesNotStartWith", Condition{test: texts(strings.HasPrefix), arguments: oneArgument})
	pair("EndsWith", "DoesNotEndWith", Condition{test: texts(strings.HasSuffix), arguments: oneArgument})
	pair("IsIn", "IsNotIn", Condition{test: equals, any: true, arguments: manyArguments})
	pair("IsIPAddressInCIDR", "IsIPAddressNotInCIDR", Condition{test: inNetwork, any: true, arguments: manyArguments})
	pair("IsIPAddress", "IsNotIPAddress", Condition{test: address(func(netip.Addr) bool { return true })})
	pair("IsIPv4Address", "IsNotIPv4Address", Condition{test: address(netip.Addr.Is4)})
	pair("IsIPv6Address", "IsNotIPv6Address", Condition{test: address(netip.Addr.Is6)})
	pair("IsIPAddressPrivate", "IsNotIPAddressPrivate", Condition{test: address(isPrivate)})
	pair("IsIPAddressPublic", "IsNotIPAddressPublic", Condition{test: address(func(a netip.Addr) bool { return !isPrivate(a) })})
	pair("IsNull", "IsNotNull", Condition{test: isNull})
	pair("IsNullOrEmpty", "IsNotNullOrEmpty", Condition{test: isEmpty})
	add(Condition{test: ordered(syntax.GT), arguments: oneArgument}, "IsGreaterThan")
	add(Condition{test: ordered(syntax.GE), arguments: oneArgument}, "IsGreaterThanOrEquals", "IsGreaterThanOrEqual", "IsGreaterThanOrEqualTo")
	add(Condition{test: ordered(syntax.LT), arguments: oneArgument}, "IsLessThan")
	add(Condition{test: ordered(syntax.LE), arguments: oneArgument}, "IsLessThanOrEquals", "IsLessThanOrEqual", "IsLessThanOrEqualTo")
	add(Condition{test: always, exists: true}, "Exists")
	add(Condition{test: always, not: true, missing: true}, "DoesNotExist")
	return all
}

// Pass tells whether an event passes the filter. A condition on a field that
// the event does not have passes, but for one that asks for just that.
func (f *Filter) Pass(e *event.Event) bool {
	switch {
	case f.Always != nil:
		return bool(f.Always.Truth())
	case f.Path != nil:
		return f.holds(e)
	case len(f.Parts) == 0:
		return true
	}
	passed := 0
	for _, p := range f.Parts {
		if p.Pass(e) {
			passed++
		}
	}
	switch f.Combine {
	case Any:
		return passed > 0
	case OnlyOne:
		return passed == 1
	case None:
		return passed == 0
	}
	return passed == len(f.Parts)
}

// passes tells whether a rule sees an event.
func passes(f *Filter, v starlark.Value) bool {
	e, ok := v.(*event.Event)
	return !ok || f.Pass(e)
}

// holds tells whether the condition holds: of several values for one of them,
// and where it says what must not be for all.
func (f *Filter) holds(e *event.Event) bool {
	values, err := f.Path.Find(e)
	if err != nil {
		return false
	}
	if len(values) == 0 {
		return !f.Condition.exists
	}
	wants := f.Values
	if f.Other != nil {
		if wants, err = f.Other.Find(e); err != nil || len(wants) == 0 {
			return err == nil
		}
	}
	held := 0
	for _, v := range values {
		if f.holdsFor(v, wants) {
			held++
		}
	}
	if f.Condition.not {
		return held == len(values)
	}
	return held > 0
}

func (f *Filter) holdsFor(v starlark.Value, wants []starlark.Value) bool {
	c := &f.Condition
	if v == starlark.None && c.arguments != noArgument {
		return c.not
	}
	ok := false
	switch {
	case c.arguments == noArgument:
		ok = c.test(f, v, starlark.None)
	case c.any:
		ok = slices.ContainsFunc(wants, func(want starlark.Value) bool { return c.test(f, v, want) })
	default:
		ok = c.test(f, v, wants[0])
	}
	return ok != c.not
}

func always(*Filter, starlark.Value, starlark.Value) bool { return true }

func isNull(_ *Filter, v, _ starlark.Value) bool { return v == starlark.None }

func isEmpty(_ *Filter, v, _ starlark.Value) bool { return v == starlark.None || starlark.Len(v) == 0 }

// folded gives a text as a condition compares it.
func (f *Filter) folded(v starlark.Value) starlark.Value {
	if s, ok := v.(starlark.String); ok && f.Condition.fold {
		return starlark.String(strings.ToLower(string(s)))
	}
	return v
}

func equals(f *Filter, v, want starlark.Value) bool {
	eq, err := event.Equal(f.folded(v), f.folded(want))
	return eq && err == nil
}

// contains tells whether a text has a part, or a list an element.
func contains(f *Filter, v, want starlark.Value) bool {
	if list, ok := v.(*event.List); ok {
		for e := range list.Elements() {
			if equals(f, e, want) {
				return true
			}
		}
		return false
	}
	return texts(strings.Contains)(f, v, want)
}

func texts(test func(s, part string) bool) func(*Filter, starlark.Value, starlark.Value) bool {
	return func(f *Filter, v, want starlark.Value) bool {
		s, ok := starlark.AsString(f.folded(v))
		part, isText := starlark.AsString(f.folded(want))
		return ok && isText && test(s, part)
	}
}

func ordered(op syntax.Token) func(*Filter, starlark.Value, starlark.Value) bool {
	return func(_ *Filter, v, want starlark.Value) bool {
		if _, isBool := v.(starlark.Bool); isBool || isTree(v) || isTree(want) {
			return false
		}
		ok, err := starlark.Compare(op, v, want)
		return ok && err == nil
	}
}

// isTree reports whether a value is a container, which has no order here.
func isTree(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Int, starlark.Float, starlark.String:
		return false
	}
	return true
}

func address(test func(netip.Addr) bool) func(*Filter, starlark.Value, starlark.Value) bool {
	return func(_ *Filter, v, _ starlark.Value) bool {
		s, _ := starlark.AsString(v)
		a, err := netip.ParseAddr(s)
		return err == nil && test(a)
	}
}

func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified()
}

func inNetwork(_ *Filter, v, want starlark.Value) bool {
	s, _ := starlark.AsString(v)
	network, _ := starlark.AsString(want)
	a, err := netip.ParseAddr(s)
	if err != nil {
		return false
	}
	p, err := netip.ParsePrefix(network)
	return err == nil && p.Contains(a)
}
