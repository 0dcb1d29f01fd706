package pytime

import (
	"fmt"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Timezone is Python's datetime.timezone: a fixed offset from UTC of less
// than a day.
type Timezone struct {
	offset int64 // microseconds to the east
	name   string
	named  bool
	kind   zoneKind
}

// UTC is datetime.timezone.utc.
var UTC = &Timezone{}

// localZone is what astimezone() without a zone converts to.
var localZone = &Timezone{name: "UTC", named: true}

var (
	_ starlark.HasAttrs   = (*Timezone)(nil)
	_ starlark.Comparable = (*Timezone)(nil)
	_ pyclass.Instance    = (*Timezone)(nil)
)

// makeZone returns the zone without a name of an offset.
func makeZone(offset Timedelta) (*Timezone, error) {
	us, ok := offset.small()
	if !ok || us <= -day || us >= day {
		return nil, pyerr.Value("offset must be a timedelta strictly between -timedelta(hours=24) and "+
			"timedelta(hours=24), not %s.", offset.PyRepr())
	}
	if us == 0 {
		return UTC, nil
	}
	return &Timezone{offset: us}, nil
}

func (z *Timezone) delta() Timedelta {
	d, _ := makeDelta(0, z.offset) // less than a day: in range
	return d
}

// String returns Python's str: the name.
func (z *Timezone) String() string {
	if z.kind != plainZone {
		return z.PyRepr()
	}
	return z.tzname()
}

func (z *Timezone) tzname() string {
	switch {
	case z.named:
		return z.name
	case z.offset == 0:
		return "UTC"
	}
	return "UTC" + formatOffset(z.offset, ":")
}

// PyRepr returns Python's repr.
func (z *Timezone) PyRepr() string {
	switch {
	case z.kind != plainZone:
		return z.dateutilRepr()
	case z == UTC:
		return "datetime.timezone.utc"
	case z.named:
		return "datetime.timezone(" + z.delta().PyRepr() + ", " + pyrepr.Str(z.name) + ")"
	}
	return "datetime.timezone(" + z.delta().PyRepr() + ")"
}

// formatOffset prints an offset as +05:30, with seconds if there are any.
func formatOffset(offset int64, colon string) string {
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	s := fmt.Sprintf("%s%02d%s%02d", sign, offset/hour, colon, offset/minute%60)
	if offset%minute != 0 {
		s += fmt.Sprintf("%s%02d", colon, offset/second%60)
	}
	if offset%second != 0 {
		s += fmt.Sprintf(".%06d", offset%second)
	}
	return s
}

func (z *Timezone) Type() string          { return z.Class().Name() }
func (z *Timezone) Freeze()               {}
func (z *Timezone) Truth() starlark.Bool  { return true }
func (z *Timezone) Hash() (uint32, error) { return hash64(z.offset), nil }

// Class returns the class datetime.timezone, or that of dateutil.
func (z *Timezone) Class() *pyclass.Class { return z.kind.class() }

// CompareSameType says whether the offsets are the same. Those of datetime are
// not equal to those of dateutil.
func (z *Timezone) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	if !equality(op) {
		return false, pyerr.Type("'%s' not supported between instances of 'datetime.timezone' and 'datetime.timezone'", op)
	}
	other := y.(*Timezone)
	same := z.offset == other.offset && z.kind.comparable(other.kind)
	return same == (op == syntax.EQL), nil
}

// Attr returns a method.
func (z *Timezone) Attr(name string) (starlark.Value, error) {
	return timezoneAttrs.Get(z, name, z.Class())
}

// AttrNames lists the methods.
func (z *Timezone) AttrNames() []string { return timezoneAttrs.Names(z.Class()) }

var timezoneAttrs = pyclass.Attrs[*Timezone]{
	Methods: map[string]func(*Timezone, call) (starlark.Value, error){
		"utcoffset": func(z *Timezone, c call) (starlark.Value, error) { return z.delta(), checkDatetimeOrNone(c) },
		"tzname": func(z *Timezone, c call) (starlark.Value, error) {
			return zoneName(z), checkDatetimeOrNone(c)
		},
		"dst":     func(z *Timezone, c call) (starlark.Value, error) { return zoneDST(z), checkDatetimeOrNone(c) },
		"fromutc": (*Timezone).fromUTC,
	},
}

var tzinfoClass = &pyclass.Class{FullName: "datetime.tzinfo"}

var timezoneClass = &pyclass.Class{
	FullName: "datetime.timezone",
	Base:     tzinfoClass,
	New:      newTimezone,
	Members: timezoneAttrs.Unbound(starlark.StringDict{
		"utc": UTC,
		"min": &Timezone{offset: -day + minute},
		"max": &Timezone{offset: day - minute},
	}),
}

func newTimezone(c call) (starlark.Value, error) {
	var (
		offset starlark.Value
		name   starlark.Value
	)
	if err := c.Unpack("offset", &offset, "name?", &name); err != nil {
		return nil, err
	}
	delta, ok := offset.(Timedelta)
	if !ok {
		return nil, pyerr.Type("timezone() argument 1 must be datetime.timedelta, not %s", pyerr.TypeName(offset))
	}
	z, err := makeZone(delta)
	if err != nil || name == nil {
		return value(z, err)
	}
	text, ok := starlark.AsString(name)
	if !ok {
		return nil, pyerr.Type("timezone() argument 2 must be str, not %s", pyerr.TypeName(name))
	}
	return &Timezone{offset: z.offset, name: text, named: true}, nil
}

// checkDatetimeOrNone checks the argument of the methods that do not need it.
func checkDatetimeOrNone(c call) error {
	var dt starlark.Value
	if err := c.Unpack("dt", &dt); err != nil {
		return err
	}
	switch dt.(type) {
	case Datetime, starlark.NoneType:
		return nil
	}
	return pyerr.Type("%s(dt) argument must be a datetime instance or None, not %s", c.Fn, pyerr.TypeName(dt))
}

func (z *Timezone) fromUTC(c call) (starlark.Value, error) {
	var dt starlark.Value
	if err := c.Unpack("dt", &dt); err != nil {
		return nil, err
	}
	d, ok := dt.(Datetime)
	if !ok {
		return nil, pyerr.Type("fromutc() argument must be a datetime instance, not %s", pyerr.TypeName(dt))
	}
	if d.zone != z {
		return nil, pyerr.Value("fromutc: dt.tzinfo is not self")
	}
	return value(d.shift(z.offset))
}
