package pytime

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Date is Python's datetime.date.
type Date struct {
	n int // day number
}

var (
	_ starlark.HasAttrs   = Date{}
	_ starlark.HasBinary  = Date{}
	_ starlark.Comparable = Date{}
	_ pyclass.Instance    = Date{}
)

func makeDate(n int64) (Date, error) {
	if n < 0 || n > lastDay {
		return Date{}, pyerr.Overflow("date value out of range")
	}
	return Date{int(n)}, nil
}

// String returns Python's str: 2024-02-29.
func (d Date) String() string {
	year, month, mday := civil(d.n)
	return fmt.Sprintf("%04d-%02d-%02d", year, month, mday)
}

// PyRepr returns Python's repr.
func (d Date) PyRepr() string {
	year, month, mday := civil(d.n)
	return fmt.Sprintf("datetime.date(%d, %d, %d)", year, month, mday)
}

func (d Date) Type() string          { return "date" }
func (d Date) Freeze()               {}
func (d Date) Truth() starlark.Bool  { return true }
func (d Date) Hash() (uint32, error) { return hash64(int64(d.n)), nil }

// Class returns the class datetime.date.
func (d Date) Class() *pyclass.Class { return dateClass }

// CompareSameType orders by day.
func (d Date) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return ordered(op, cmp.Compare(d.n, y.(Date).n)), nil
}

// Binary implements date + timedelta and differences. Of a timedelta only the
// days count.
func (d Date) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case Timedelta:
		switch {
		case op == syntax.PLUS:
			return value(makeDate(int64(d.n) + int64(y.days)))
		case op == syntax.MINUS && side == starlark.Left:
			return value(makeDate(int64(d.n) - int64(y.days)))
		}
	case Date:
		if op == syntax.MINUS {
			return value(makeDelta(d.n-y.n, 0))
		}
	}
	return nil, nil
}

// Attr returns a field or method.
func (d Date) Attr(name string) (starlark.Value, error) { return dateAttrs.Get(d, name, dateClass) }

// AttrNames lists the fields and methods.
func (d Date) AttrNames() []string { return dateAttrs.Names(dateClass) }

// Format returns Python's format(d, spec).
func (d Date) Format(spec string) (string, error) {
	if spec == "" {
		return d.String(), nil
	}
	return d.datetime().strftime(spec), checkFormat(spec)
}

// datetime returns midnight of the day.
func (d Date) datetime() Datetime { return Datetime{micros: int64(d.n) * day} }

var dateAttrs = pyclass.Attrs[Date]{
	Fields: map[string]func(Date) starlark.Value{
		"year":  func(d Date) starlark.Value { year, _, _ := civil(d.n); return starlark.MakeInt(year) },
		"month": func(d Date) starlark.Value { _, month, _ := civil(d.n); return starlark.MakeInt(month) },
		"day":   func(d Date) starlark.Value { _, _, mday := civil(d.n); return starlark.MakeInt(mday) },
	},
	Methods: map[string]func(Date, call) (starlark.Value, error){
		"weekday":     func(d Date, c call) (starlark.Value, error) { return starlark.MakeInt(weekday(d.n)), c.Unpack() },
		"isoweekday":  func(d Date, c call) (starlark.Value, error) { return starlark.MakeInt(weekday(d.n) + 1), c.Unpack() },
		"toordinal":   func(d Date, c call) (starlark.Value, error) { return starlark.MakeInt(d.n + 1), c.Unpack() },
		"isoformat":   func(d Date, c call) (starlark.Value, error) { return starlark.String(d.String()), c.Unpack() },
		"ctime":       func(d Date, c call) (starlark.Value, error) { return starlark.String(d.datetime().ctime()), c.Unpack() },
		"timetuple":   func(d Date, c call) (starlark.Value, error) { return structTime(d.datetime().tm(-1)), c.Unpack() },
		"isocalendar": func(d Date, c call) (starlark.Value, error) { return isoCalendarDate(d.n), c.Unpack() },
		"replace":     Date.replace,
		"strftime": func(d Date, c call) (starlark.Value, error) {
			format, err := strftimeFormat(c)
			if err != nil {
				return nil, err
			}
			return starlark.String(d.datetime().strftime(format)), nil
		},
	},
}

// strftimeFormat reads the argument of strftime.
func strftimeFormat(c call) (string, error) {
	var format starlark.Value
	if err := c.Unpack("format", &format); err != nil {
		return "", err
	}
	s, ok := starlark.AsString(format)
	if !ok {
		return "", pyerr.Type("strftime() argument 1 must be str, not %s", pyerr.TypeName(format))
	}
	return s, checkFormat(s)
}

func isoCalendarDate(n int) starlark.Value {
	year, week := isoCalendar(n)
	return &pyclass.NamedTuple{
		FullName: "datetime.IsoCalendarDate",
		Names:    []string{"year", "week", "weekday"},
		Elems:    starlark.Tuple{starlark.MakeInt(year), starlark.MakeInt(week), starlark.MakeInt(weekday(n) + 1)},
	}
}

var dateClass = &pyclass.Class{
	FullName: "datetime.date",
	New:      newDate,
	Members: dateAttrs.Unbound(starlark.StringDict{
		"min":             Date{0},
		"max":             Date{lastDay},
		"resolution":      Timedelta{1, 0},
		"today":           pyclass.Function("today", dateToday),
		"fromtimestamp":   pyclass.Function("fromtimestamp", dateFromTimestamp),
		"fromordinal":     pyclass.Function("fromordinal", dateFromOrdinal),
		"fromisoformat":   pyclass.Function("fromisoformat", dateFromISO),
		"fromisocalendar": pyclass.Function("fromisocalendar", dateFromISOCalendar),
	}),
}

func newDate(c call) (starlark.Value, error) {
	var year, month, mday int
	if err := c.Unpack("year", &year, "month", &month, "day", &mday); err != nil {
		return nil, err
	}
	return value(dateOf(year, month, mday))
}

func dateOf(year, month, mday int) (Date, error) {
	if err := checkDate(year, month, mday); err != nil {
		return Date{}, err
	}
	return Date{dayOf(year, month, mday)}, nil
}

func (d Date) replace(c call) (starlark.Value, error) {
	year, month, mday := civil(d.n)
	if err := c.Unpack("year?", &year, "month?", &month, "day?", &mday); err != nil {
		return nil, err
	}
	return value(dateOf(year, month, mday))
}

func dateToday(c call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	return Date{int(FromTime(runtime.CallOf(c.Thread).Now, nil).micros / day)}, nil
}

func dateFromTimestamp(c call) (starlark.Value, error) {
	var timestamp starlark.Value
	if err := c.Unpack("timestamp", &timestamp); err != nil {
		return nil, err
	}
	seconds, _, err := unixTime(timestamp, math.Floor)
	if err != nil {
		return nil, err
	}
	d, err := fromUnix(seconds, 0, nil)
	return Date{int(d.micros / day)}, err
}

func dateFromOrdinal(c call) (starlark.Value, error) {
	var ordinal int
	if err := c.Unpack("ordinal", &ordinal); err != nil {
		return nil, err
	}
	return value(fromOrdinal(ordinal))
}

func fromOrdinal(ordinal int) (Date, error) {
	switch {
	case ordinal < 1:
		return Date{}, pyerr.Value("ordinal must be >= 1")
	case ordinal > math.MaxInt32:
		return Date{}, pyerr.Overflow("signed integer is greater than maximum")
	case ordinal > lastDay+1:
		year, _, _ := civil(ordinal - 1)
		return Date{}, pyerr.Value("year %d is out of range", year)
	}
	return Date{ordinal - 1}, nil
}

func dateFromISOCalendar(c call) (starlark.Value, error) {
	var year, week, wday int
	if err := c.Unpack("year", &year, "week", &week, "day", &wday); err != nil {
		return nil, err
	}
	return value(fromISOCalendar(year, week, wday))
}

func fromISOCalendar(year, week, wday int) (Date, error) {
	switch {
	case year < minYear || year > maxYear:
		return Date{}, pyerr.Value("Year is out of range: %d", year)
	case week < 1 || week > isoWeeks(year):
		return Date{}, pyerr.Value("Invalid week: %d", week)
	case wday < 1 || wday > 7:
		return Date{}, pyerr.Value("Invalid day: %d (range is [1, 7])", wday)
	}
	n := isoYearStart(year) + (week-1)*7 + wday - 1
	if n < 0 || n > lastDay {
		y, _, _ := civil(n)
		return Date{}, pyerr.Value("year %d is out of range", y)
	}
	return Date{n}, nil
}

func dateFromISO(c call) (starlark.Value, error) {
	text, err := isoText(c)
	if err != nil {
		return nil, err
	}
	n, ok, err := parseISODate(text)
	if err == nil && !ok {
		err = invalidISO(text)
	}
	return Date{n}, err
}

// isoText reads the argument of fromisoformat.
func isoText(c call) (string, error) {
	var text starlark.Value
	if err := c.Unpack("date_string", &text); err != nil {
		return "", err
	}
	s, ok := starlark.AsString(text)
	if !ok {
		return "", pyerr.Type("fromisoformat: argument must be str")
	}
	return s, nil
}

func invalidISO(text string) error {
	return pyerr.Value("Invalid isoformat string: %s", pyrepr.Str(text))
}

// FromTime returns the datetime of t in a zone; nil means a naive one in UTC.
// Years outside of Python's calendar are an error of the caller.
func FromTime(t time.Time, zone *Timezone) Datetime {
	t = t.UTC()
	micros := epoch + t.Unix()*second + int64(t.Nanosecond()/1000)
	if zone != nil {
		micros += zone.offset
	}
	return Datetime{micros: micros, zone: zone}
}

// unixTime reads a timestamp as whole seconds and microseconds. round says
// what becomes of a fraction of them.
func unixTime(v starlark.Value, round func(float64) float64) (seconds int64, micros int64, err error) {
	outOfRange := pyerr.Overflow("timestamp out of range for platform time_t")
	switch v := v.(type) {
	case starlark.Bool:
		return int64(btoi(bool(v))), 0, nil
	case starlark.Int:
		seconds, ok := v.Int64()
		if !ok {
			return 0, 0, outOfRange
		}
		return seconds, 0, nil
	case starlark.Float:
		f := float64(v)
		if math.IsNaN(f) {
			return 0, 0, pyerr.Value("Invalid value NaN (not a number)")
		}
		whole, fraction := math.Modf(f)
		fraction = round(fraction * second)
		switch {
		case fraction >= second:
			fraction -= second
			whole++
		case fraction < 0:
			fraction += second
			whole--
		}
		if whole < math.MinInt64 || whole >= -math.MinInt64 {
			return 0, 0, outOfRange
		}
		return int64(whole), int64(fraction), nil
	}
	return 0, 0, pyerr.Type("'%s' object cannot be interpreted as an integer", pyerr.TypeName(v))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fromUnix returns the datetime of a timestamp; nil means a naive one in UTC.
func fromUnix(seconds, micros int64, zone *Timezone) (Datetime, error) {
	if err := checkUnix(seconds); err != nil {
		return Datetime{}, err
	}
	if n := floorDiv(seconds, 86400) + epochDay; n < 0 || n > lastDay {
		year, _, _ := civil(int(n))
		return Datetime{}, pyerr.Value("year %d is out of range", year)
	}
	d := Datetime{micros: epoch + seconds*second + micros, zone: zone}
	if zone == nil {
		return d, nil
	}
	return d.shift(zone.offset)
}

// checkUnix refuses timestamps whose years do not fit the C library's type.
func checkUnix(seconds int64) error {
	const limit = math.MaxInt32 * 31_556_952 // seconds of 2^31 years
	if seconds < -limit || seconds > limit {
		return pyerr.New("OSError", "[Errno 75] Value too large for defined data type")
	}
	return nil
}
