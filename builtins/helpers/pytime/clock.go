package pytime

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Time is Python's datetime.time: a time of day.
type Time struct {
	micros int64
	zone   *Timezone
	fold   bool
}

var (
	_ starlark.HasAttrs   = Time{}
	_ starlark.Comparable = Time{}
	_ pyclass.Instance    = Time{}
)

// String returns Python's str: 12:30:00.000001+00:00.
func (t Time) String() string { return t.isoformat(autoSpec) }

func (t Time) isoformat(spec timespec) string {
	s := formatClock(t.micros, spec)
	if t.zone != nil {
		s += formatOffset(t.zone.offset, ":")
	}
	return s
}

// A timespec says how precisely isoformat prints.
type timespec int

const (
	autoSpec timespec = iota
	hours
	minutes
	seconds
	milliseconds
	microseconds
)

func parseTimespec(v starlark.Value) (timespec, error) {
	s, ok := starlark.AsString(v)
	if !ok {
		return 0, pyerr.Type("isoformat() argument 2 must be str, not %s", pyerr.TypeName(v))
	}
	for i, name := range []string{"auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"} {
		if s == name {
			return timespec(i), nil
		}
	}
	return 0, pyerr.Value("Unknown timespec value")
}

func formatClock(micros int64, spec timespec) string {
	if spec == autoSpec {
		spec = seconds
		if micros%second != 0 {
			spec = microseconds
		}
	}
	h, m, s, us := clockFields(micros)
	switch spec {
	case hours:
		return fmt.Sprintf("%02d", h)
	case minutes:
		return fmt.Sprintf("%02d:%02d", h, m)
	case seconds:
		return fmt.Sprintf("%02d:%02d:%02d", h, m, s)
	case milliseconds:
		return fmt.Sprintf("%02d:%02d:%02d.%03d", h, m, s, us/1000)
	}
	return fmt.Sprintf("%02d:%02d:%02d.%06d", h, m, s, us)
}

// PyRepr returns Python's repr.
func (t Time) PyRepr() string { return "datetime.time(" + reprClock(t.micros, t.zone, t.fold) }

func (t Time) Type() string          { return "time" }
func (t Time) Freeze()               {}
func (t Time) Truth() starlark.Bool  { return true }
func (t Time) Hash() (uint32, error) { return hash64(t.utc()), nil }

// Class returns the class datetime.time.
func (t Time) Class() *pyclass.Class { return timeClass }

// utc is the time of day in UTC, which may be on the day before or after.
func (t Time) utc() int64 {
	if t.zone == nil {
		return t.micros
	}
	return t.micros - t.zone.offset
}

// CompareSameType orders by the time of day in UTC. Naive and aware times are
// not equal, and have no order.
func (t Time) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	u := y.(Time)
	if (t.zone == nil) != (u.zone == nil) {
		if equality(op) {
			return op == syntax.NEQ, nil
		}
		return false, pyerr.Type("can't compare offset-naive and offset-aware times")
	}
	return ordered(op, cmp.Compare(t.utc(), u.utc())), nil
}

// Attr returns a field or method.
func (t Time) Attr(name string) (starlark.Value, error) { return timeAttrs.Get(t, name, timeClass) }

// AttrNames lists the fields and methods.
func (t Time) AttrNames() []string { return timeAttrs.Names(timeClass) }

// Format returns Python's format(t, spec).
func (t Time) Format(spec string) (string, error) {
	if spec == "" {
		return t.String(), nil
	}
	return t.strftime(spec), checkFormat(spec)
}

// strftime prints the time on January 1, 1900, as CPython does.
func (t Time) strftime(format string) string {
	return Datetime{int64(newYear(1900))*day + t.micros, t.zone, t.fold}.strftime(format)
}

var timeAttrs = pyclass.Attrs[Time]{
	Fields: map[string]func(Time) starlark.Value{
		"hour":        func(t Time) starlark.Value { return starlark.MakeInt64(t.micros / hour) },
		"minute":      func(t Time) starlark.Value { return starlark.MakeInt64(t.micros / minute % 60) },
		"second":      func(t Time) starlark.Value { return starlark.MakeInt64(t.micros / second % 60) },
		"microsecond": func(t Time) starlark.Value { return starlark.MakeInt64(t.micros % second) },
		"tzinfo":      func(t Time) starlark.Value { return zoneValue(t.zone) },
		"fold":        func(t Time) starlark.Value { return starlark.MakeInt(btoi(t.fold)) },
	},
	Methods: map[string]func(Time, call) (starlark.Value, error){
		"utcoffset": func(t Time, c call) (starlark.Value, error) { return utcOffset(t.zone), c.Unpack() },
		"tzname":    func(t Time, c call) (starlark.Value, error) { return zoneName(t.zone), c.Unpack() },
		"dst":       func(t Time, c call) (starlark.Value, error) { return zoneDST(t.zone), c.Unpack() },
		"isoformat": Time.isoFormat,
		"replace":   Time.replace,
		"strftime": func(t Time, c call) (starlark.Value, error) {
			format, err := strftimeFormat(c)
			if err != nil {
				return nil, err
			}
			return starlark.String(t.strftime(format)), nil
		},
	},
}

func (t Time) isoFormat(c call) (starlark.Value, error) {
	var spec starlark.Value = starlark.String("auto")
	if err := c.Unpack("timespec?", &spec); err != nil {
		return nil, err
	}
	precision, err := parseTimespec(spec)
	if err != nil {
		return nil, err
	}
	return starlark.String(t.isoformat(precision)), nil
}

func (t Time) replace(c call) (starlark.Value, error) {
	h, m, s, us := clockFields(t.micros)
	tz := zoneArg{zone: t.zone}
	fold := btoi(t.fold)
	if err := c.Unpack("hour?", &h, "minute?", &m, "second?", &s, "microsecond?", &us,
		"tzinfo?", &tz, "fold?", &fold); err != nil {
		return nil, err
	}
	return value(timeOf(h, m, s, us, tz.zone, fold))
}

func timeOf(h, m, s, us int, zone *Timezone, fold int) (Time, error) {
	if err := checkClock(h, m, s, us, fold); err != nil {
		return Time{}, err
	}
	return Time{clock(h, m, s, us), zone, fold == 1}, nil
}

var timeClass = &pyclass.Class{
	FullName: "datetime.time",
	New:      newTime,
	Members: timeAttrs.Unbound(starlark.StringDict{
		"min":           Time{},
		"max":           Time{micros: day - 1},
		"resolution":    Timedelta{0, 1},
		"fromisoformat": pyclass.Function("fromisoformat", timeFromISO),
	}),
}

func newTime(c call) (starlark.Value, error) {
	var (
		h, m, s, us, fold int
		tz                zoneArg
	)
	if err := c.Unpack("hour?", &h, "minute?", &m, "second?", &s, "microsecond?", &us,
		"tzinfo?", &tz, "fold?", &fold); err != nil {
		return nil, err
	}
	return value(timeOf(h, m, s, us, tz.zone, fold))
}

func timeFromISO(c call) (starlark.Value, error) {
	s, err := isoText(c)
	if err != nil {
		return nil, err
	}
	t, ok := parseISOClock(text(strings.TrimPrefix(s, "T")))
	if !ok {
		return nil, invalidISO(s)
	}
	if t.zoneErr != nil {
		return nil, t.zoneErr
	}
	return Time{micros: t.micros(), zone: t.zone}, t.err()
}
