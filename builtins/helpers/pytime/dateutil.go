package pytime

import (
	"fmt"
	"math"
	"strconv"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// This file is what package pydateutil needs of this one: zones of dateutil's
// classes, which differ from datetime.timezone in what they print, and the
// fields of datetimes.

// A zoneKind says of which class a zone is.
type zoneKind int

const (
	plainZone  zoneKind = iota // datetime.timezone
	utcZone                    // dateutil.tz.tzutc
	localKind                  // dateutil.tz.tzlocal
	offsetZone                 // dateutil.tz.tzoffset
)

// The zones and classes of dateutil.tz.
var (
	TZUTC   = &Timezone{name: "UTC", named: true, kind: utcZone}
	TZLocal = &Timezone{name: "UTC", named: true, kind: localKind}

	TZUTCClass    = &pyclass.Class{FullName: "dateutil.tz.tz.tzutc", Base: tzinfoClass, New: constantZone(TZUTC)}
	TZLocalClass  = &pyclass.Class{FullName: "dateutil.tz.tz.tzlocal", Base: tzinfoClass, New: constantZone(TZLocal)}
	TZOffsetClass = &pyclass.Class{FullName: "dateutil.tz.tz.tzoffset", Base: tzinfoClass, New: newTZOffset}
)

func constantZone(z *Timezone) func(call) (starlark.Value, error) {
	return func(c call) (starlark.Value, error) { return z, c.Unpack() }
}

// TZOffset returns dateutil's tzoffset(name, seconds). named says whether it
// has a name. dateutil fails when a datetime in a zone of a day and more is
// used; here, making the zone fails.
func TZOffset(name string, named bool, offset Timedelta) (*Timezone, error) {
	z, err := makeZone(offset)
	if err != nil {
		return nil, err
	}
	return &Timezone{offset: z.offset, name: name, named: named, kind: offsetZone}, nil
}

func newTZOffset(c call) (starlark.Value, error) {
	var (
		name   starlark.Value
		offset starlark.Value
	)
	if err := c.Unpack("name", &name, "offset", &offset); err != nil {
		return nil, err
	}
	delta, err := offsetArg(offset)
	if err != nil {
		return nil, err
	}
	text, named := starlark.AsString(name)
	if !named && name != starlark.None {
		return nil, pyerr.Type("tzoffset() argument 1 must be str or None, not %s", pyerr.TypeName(name))
	}
	return value(TZOffset(text, named, delta))
}

// offsetArg reads an offset in seconds, or as a timedelta.
func offsetArg(v starlark.Value) (Timedelta, error) {
	if d, ok := v.(Timedelta); ok {
		return d, nil
	}
	return NewTimedelta([]starlark.Tuple{{starlark.String("seconds"), v}})
}

// NewTimedelta is timedelta(**kwargs).
func NewTimedelta(kwargs []starlark.Tuple) (Timedelta, error) {
	v, err := newTimedelta(call{Fn: "timedelta", Kwargs: kwargs})
	if err != nil {
		return Timedelta{}, err
	}
	return v.(Timedelta), nil
}

func (k zoneKind) class() *pyclass.Class {
	switch k {
	case utcZone:
		return TZUTCClass
	case localKind:
		return TZLocalClass
	case offsetZone:
		return TZOffsetClass
	}
	return timezoneClass
}

// comparable tells whether zones of two kinds are equal if their offsets are.
func (k zoneKind) comparable(other zoneKind) bool {
	if k == plainZone || other == plainZone {
		return k == other
	}
	return k == other || k == utcZone || other == utcZone
}

func (z *Timezone) dateutilRepr() string {
	switch z.kind {
	case utcZone:
		return "tzutc()"
	case localKind:
		return "tzlocal()"
	}
	name := "None"
	if z.named {
		name = pyrepr.Str(z.name)
	}
	return fmt.Sprintf("tzoffset(%s, %s)", name, strconv.FormatInt(floorDiv(z.offset, second), 10))
}

// Name returns what tzname() gives, if that is not None.
func (z *Timezone) Name() (string, bool) {
	if z.kind == offsetZone && !z.named {
		return "", false
	}
	return z.tzname(), true
}

// zoneDST is what dst() gives: None for datetime.timezone, nothing for others.
func zoneDST(z *Timezone) starlark.Value {
	if z == nil || z.kind == plainZone {
		return starlark.None
	}
	return Timedelta{}
}

// Fields are what a datetime is made of.
type Fields struct {
	Year, Month, Day, Hour, Minute, Second, Microsecond int
}

// Datetime returns the datetime of the fields in a zone, nil for none. Fields
// out of range are a ValueError.
func (f Fields) Datetime(zone *Timezone) (Datetime, error) {
	return datetimeOf(f.Year, f.Month, f.Day, f.Hour, f.Minute, f.Second, f.Microsecond, zone, 0)
}

// Date returns the date of the fields.
func (f Fields) Date() (Date, error) { return dateOf(f.Year, f.Month, f.Day) }

// Time returns the time of day of the fields in a zone, nil for none.
func (f Fields) Time(zone *Timezone) (Time, error) {
	return timeOf(f.Hour, f.Minute, f.Second, f.Microsecond, zone, 0)
}

// Fields returns the fields of d, without its zone.
func (d Datetime) Fields() Fields {
	var f Fields
	f.Year, f.Month, f.Day = civil(d.date().n)
	f.Hour, f.Minute, f.Second, f.Microsecond = clockFields(d.micros % day)
	return f
}

// Datetime returns midnight of the day.
func (d Date) Datetime() Datetime { return d.datetime() }

// Weekday returns the day of the week, Monday = 0.
func (d Datetime) Weekday() int { return weekday(d.date().n) }

// Date returns the day of d.
func (d Datetime) Date() Date { return d.date() }

// Zone returns the zone of d, or nil.
func (d Datetime) Zone() *Timezone { return d.zone }

// In returns d with its zone replaced, and its clock as it is.
func (d Datetime) In(zone *Timezone) Datetime {
	d.zone = zone
	return d
}

// Add returns d moved by a duration.
func (d Datetime) Add(delta Timedelta) (Datetime, error) { return d.add(delta.days, delta.micros) }

// Since returns the duration from e to d, as Python's d - e.
func (d Datetime) Since(e Datetime) (Timedelta, error) {
	v, err := d.Binary(syntax.MINUS, e, starlark.Left)
	if err != nil {
		return Timedelta{}, err
	}
	return v.(Timedelta), nil
}

// FromTimestamp is Python's datetime.utcfromtimestamp.
func FromTimestamp(seconds float64) (Datetime, error) {
	whole, micros, err := unixTime(starlark.Float(seconds), math.RoundToEven)
	if err != nil {
		return Datetime{}, err
	}
	return fromUnix(whole, micros, nil)
}

// Days returns a duration of days, which must be fewer than a thousand million.
func Days(n int) Timedelta { return Timedelta{days: n} }

// Split returns the days of a duration, and its seconds and microseconds,
// which are not negative.
func (d Timedelta) Split() (days int, seconds, micros int64) {
	return d.days, d.micros / second, d.micros % second
}

// DaysIn returns the number of days of a month, 1 to 12, of any year.
func DaysIn(year, month int) int { return monthDays(year, month) }

// Seconds returns a duration of n seconds, of less than a thousand million
// days.
func Seconds(n int64) (Timedelta, error) {
	return makeDelta(int(floorDiv(n, 86400)), floorMod(n, 86400)*second)
}
