package pytime

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Datetime is Python's datetime.datetime.
type Datetime struct {
	micros int64     // since 0001-01-01, on the clock of the zone
	zone   *Timezone // nil: naive
	fold   bool
}

var (
	_ starlark.HasAttrs   = Datetime{}
	_ starlark.HasBinary  = Datetime{}
	_ starlark.Comparable = Datetime{}
	_ pyclass.Instance    = Datetime{}
)

func makeDatetime(micros int64, zone *Timezone) (Datetime, error) {
	if micros < 0 || micros > lastMicro {
		return Datetime{}, pyerr.Overflow("date value out of range")
	}
	return Datetime{micros: micros, zone: zone}, nil
}

// shift returns d with its clock moved.
func (d Datetime) shift(micros int64) (Datetime, error) { return makeDatetime(d.micros+micros, d.zone) }

// utc returns the microseconds since 0001-01-01 in UTC.
func (d Datetime) utc() int64 {
	if d.zone == nil {
		return d.micros
	}
	return d.micros - d.zone.offset
}

// Time returns the moment; a naive datetime is one in UTC.
func (d Datetime) Time() time.Time { return time.UnixMicro(d.utc() - epoch).UTC() }

func (d Datetime) date() Date { return Date{int(d.micros / day)} }
func (d Datetime) time() Time { return Time{micros: d.micros % day, fold: d.fold} }

// String returns Python's str: 2024-02-29 12:30:00+00:00.
func (d Datetime) String() string { return d.isoformat(" ", autoSpec) }

func (d Datetime) isoformat(sep string, spec timespec) string {
	return d.date().String() + sep + formatClock(d.micros%day, spec) + d.offsetText()
}

func (d Datetime) offsetText() string {
	if d.zone == nil {
		return ""
	}
	return formatOffset(d.zone.offset, ":")
}

// PyRepr returns Python's repr.
func (d Datetime) PyRepr() string {
	year, month, mday := civil(d.date().n)
	s := fmt.Sprintf("datetime.datetime(%d, %d, %d, ", year, month, mday)
	return s + reprClock(d.micros%day, d.zone, d.fold)
}

// reprClock prints the end of a repr: the clock without trailing zeros (but
// hour and minute), zone and fold.
func reprClock(micros int64, zone *Timezone, fold bool) string {
	s := fmt.Sprintf("%d, %d", micros/hour, micros/minute%60)
	if micros%minute != 0 {
		s += fmt.Sprintf(", %d", micros/second%60)
	}
	if micros%second != 0 {
		s += fmt.Sprintf(", %d", micros%second)
	}
	if fold {
		s += ", fold=1"
	}
	if zone != nil {
		s += ", tzinfo=" + zone.PyRepr()
	}
	return s + ")"
}

func (d Datetime) Type() string          { return "datetime" }
func (d Datetime) Freeze()               {}
func (d Datetime) Truth() starlark.Bool  { return true }
func (d Datetime) Hash() (uint32, error) { return hash64(d.utc()), nil }

// Class returns the class datetime.datetime.
func (d Datetime) Class() *pyclass.Class { return datetimeClass }

// CompareSameType orders by moment. Naive and aware datetimes are not equal,
// and have no order.
func (d Datetime) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	e := y.(Datetime)
	if (d.zone == nil) != (e.zone == nil) {
		if equality(op) {
			return op == syntax.NEQ, nil
		}
		return false, pyerr.Type("can't compare offset-naive and offset-aware datetimes")
	}
	return ordered(op, cmp.Compare(d.utc(), e.utc())), nil
}

// Binary implements datetime + timedelta and differences.
func (d Datetime) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case Timedelta:
		switch {
		case op == syntax.PLUS:
			return value(d.add(y.days, y.micros))
		case op == syntax.MINUS && side == starlark.Left:
			return value(d.add(y.negated()))
		}
	case Datetime:
		if op != syntax.MINUS {
			break
		}
		if (d.zone == nil) != (y.zone == nil) {
			return nil, pyerr.Type("can't subtract offset-naive and offset-aware datetimes")
		}
		return value(makeDelta(0, d.utc()-y.utc()))
	}
	return nil, nil
}

// add moves the clock by days and microseconds of less than a day.
func (d Datetime) add(days int, micros int64) (Datetime, error) {
	const most = lastDay + 2 // more is out of range, and must not overflow
	return d.shift(int64(min(max(days, -most), most))*day + micros)
}

// Attr returns a field or method.
func (d Datetime) Attr(name string) (starlark.Value, error) {
	return datetimeAttrs.Get(d, name, datetimeClass)
}

// AttrNames lists the fields and methods.
func (d Datetime) AttrNames() []string { return datetimeAttrs.Names(datetimeClass) }

// Format returns Python's format(d, spec).
func (d Datetime) Format(spec string) (string, error) {
	if spec == "" {
		return d.String(), nil
	}
	return d.strftime(spec), checkFormat(spec)
}

var datetimeAttrs = pyclass.Attrs[Datetime]{
	Fields: map[string]func(Datetime) starlark.Value{
		"year":        func(d Datetime) starlark.Value { year, _, _ := civil(d.date().n); return starlark.MakeInt(year) },
		"month":       func(d Datetime) starlark.Value { _, month, _ := civil(d.date().n); return starlark.MakeInt(month) },
		"day":         func(d Datetime) starlark.Value { _, _, mday := civil(d.date().n); return starlark.MakeInt(mday) },
		"hour":        func(d Datetime) starlark.Value { return starlark.MakeInt64(d.micros / hour % 24) },
		"minute":      func(d Datetime) starlark.Value { return starlark.MakeInt64(d.micros / minute % 60) },
		"second":      func(d Datetime) starlark.Value { return starlark.MakeInt64(d.micros / second % 60) },
		"microsecond": func(d Datetime) starlark.Value { return starlark.MakeInt64(d.micros % second) },
		"tzinfo":      func(d Datetime) starlark.Value { return zoneValue(d.zone) },
		"fold":        func(d Datetime) starlark.Value { return starlark.MakeInt(btoi(d.fold)) },
	},
	Methods: map[string]func(Datetime, call) (starlark.Value, error){
		"date": func(d Datetime, c call) (starlark.Value, error) { return d.date(), c.Unpack() },
		"time": func(d Datetime, c call) (starlark.Value, error) { return d.time(), c.Unpack() },
		"weekday": func(d Datetime, c call) (starlark.Value, error) {
			return starlark.MakeInt(weekday(d.date().n)), c.Unpack()
		},
		"isoweekday": func(d Datetime, c call) (starlark.Value, error) {
			return starlark.MakeInt(weekday(d.date().n) + 1), c.Unpack()
		},
		"toordinal":   func(d Datetime, c call) (starlark.Value, error) { return starlark.MakeInt(d.date().n + 1), c.Unpack() },
		"isocalendar": func(d Datetime, c call) (starlark.Value, error) { return isoCalendarDate(d.date().n), c.Unpack() },
		"ctime":       func(d Datetime, c call) (starlark.Value, error) { return starlark.String(d.ctime()), c.Unpack() },
		"timestamp":   func(d Datetime, c call) (starlark.Value, error) { return starlark.Float(d.timestamp()), c.Unpack() },
		"utcoffset":   func(d Datetime, c call) (starlark.Value, error) { return utcOffset(d.zone), c.Unpack() },
		"tzname":      func(d Datetime, c call) (starlark.Value, error) { return zoneName(d.zone), c.Unpack() },
		"dst":         func(d Datetime, c call) (starlark.Value, error) { return zoneDST(d.zone), c.Unpack() },
		"timetz": func(d Datetime, c call) (starlark.Value, error) {
			t := d.time()
			t.zone = d.zone
			return t, c.Unpack()
		},
		"timetuple":    func(d Datetime, c call) (starlark.Value, error) { return structTime(d.tm(-1)), c.Unpack() },
		"utctimetuple": Datetime.utcTimetuple,
		"isoformat":    Datetime.isoFormat,
		"astimezone":   Datetime.asTimezone,
		"replace":      Datetime.replace,
		"strftime": func(d Datetime, c call) (starlark.Value, error) {
			format, err := strftimeFormat(c)
			if err != nil {
				return nil, err
			}
			return starlark.String(d.strftime(format)), nil
		},
	},
}

func utcOffset(z *Timezone) starlark.Value {
	if z == nil {
		return starlark.None
	}
	return z.delta()
}

func zoneName(z *Timezone) starlark.Value {
	if z == nil {
		return starlark.None
	}
	if name, ok := z.Name(); ok {
		return starlark.String(name)
	}
	return starlark.None
}

// timestamp returns the seconds since 1970. CPython rounds differently for
// naive and aware ones.
func (d Datetime) timestamp() float64 {
	micros := d.utc() - epoch
	if d.zone == nil {
		return float64(floorDiv(micros, second)) + float64(floorMod(micros, second))/second
	}
	delta, _ := makeDelta(0, micros) // in range, as d is
	return delta.Seconds()
}

func (d Datetime) utcTimetuple(c call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	utc, err := makeDatetime(d.utc(), nil)
	if err != nil {
		return nil, err
	}
	return structTime(utc.tm(0)), nil
}

func (d Datetime) isoFormat(c call) (starlark.Value, error) {
	var sep, spec starlark.Value = starlark.String("T"), starlark.String("auto")
	if err := c.Unpack("sep?", &sep, "timespec?", &spec); err != nil {
		return nil, err
	}
	text, ok := starlark.AsString(sep)
	if !ok || len([]rune(text)) != 1 {
		return nil, pyerr.Type("isoformat() argument 1 must be a unicode character, not %s", pyerr.TypeName(sep))
	}
	precision, err := parseTimespec(spec)
	if err != nil {
		return nil, err
	}
	return starlark.String(d.isoformat(text, precision)), nil
}

func (d Datetime) asTimezone(c call) (starlark.Value, error) {
	var tz zoneArg
	if err := c.Unpack("tz?", &tz); err != nil {
		return nil, err
	}
	to := tz.zone
	if to == nil {
		to = localZone
	}
	if to == d.zone {
		return d, nil
	}
	return value(makeDatetime(d.utc()+to.offset, to))
}

func (d Datetime) replace(c call) (starlark.Value, error) {
	year, month, mday := civil(d.date().n)
	h, m, s, us := clockFields(d.micros % day)
	tz := zoneArg{zone: d.zone}
	fold := btoi(d.fold)
	if err := c.Unpack("year?", &year, "month?", &month, "day?", &mday, "hour?", &h, "minute?", &m,
		"second?", &s, "microsecond?", &us, "tzinfo?", &tz, "fold?", &fold); err != nil {
		return nil, err
	}
	return value(datetimeOf(year, month, mday, h, m, s, us, tz.zone, fold))
}

func clockFields(micros int64) (h, m, s, us int) {
	return int(micros / hour), int(micros / minute % 60), int(micros / second % 60), int(micros % second)
}

func datetimeOf(year, month, mday, h, m, s, us int, zone *Timezone, fold int) (Datetime, error) {
	if err := checkDate(year, month, mday); err != nil {
		return Datetime{}, err
	}
	if err := checkClock(h, m, s, us, fold); err != nil {
		return Datetime{}, err
	}
	return Datetime{int64(dayOf(year, month, mday))*day + clock(h, m, s, us), zone, fold == 1}, nil
}

var datetimeClass = &pyclass.Class{
	FullName: "datetime.datetime",
	Base:     dateClass,
	New:      newDatetime,
	Members: datetimeAttrs.Unbound(starlark.StringDict{
		"min":              Datetime{},
		"max":              Datetime{micros: lastMicro},
		"resolution":       Timedelta{0, 1},
		"now":              pyclass.Function("now", datetimeNow),
		"utcnow":           pyclass.Function("utcnow", datetimeToday),
		"today":            pyclass.Function("today", datetimeToday),
		"fromtimestamp":    pyclass.Function("fromtimestamp", datetimeFromTimestamp),
		"utcfromtimestamp": pyclass.Function("utcfromtimestamp", datetimeUTCFromTimestamp),
		"fromordinal":      pyclass.Function("fromordinal", datetimeFromOrdinal),
		"fromisoformat":    pyclass.Function("fromisoformat", datetimeFromISO),
		"fromisocalendar":  pyclass.Function("fromisocalendar", datetimeFromISOCalendar),
		"combine":          pyclass.Function("combine", datetimeCombine),
		"strptime":         pyclass.Function("strptime", datetimeStrptime),
	}),
}

func newDatetime(c call) (starlark.Value, error) {
	var (
		year, month, mday int
		h, m, s, us, fold int
		tz                zoneArg
	)
	if err := c.Unpack("year", &year, "month", &month, "day", &mday, "hour?", &h, "minute?", &m,
		"second?", &s, "microsecond?", &us, "tzinfo?", &tz, "fold?", &fold); err != nil {
		return nil, err
	}
	return value(datetimeOf(year, month, mday, h, m, s, us, tz.zone, fold))
}

func datetimeNow(c call) (starlark.Value, error) {
	var tz zoneArg
	if err := c.Unpack("tz?", &tz); err != nil {
		return nil, err
	}
	return FromTime(runtime.CallOf(c.Thread).Now, tz.zone), nil
}

func datetimeToday(c call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	return FromTime(runtime.CallOf(c.Thread).Now, nil), nil
}

func datetimeFromTimestamp(c call) (starlark.Value, error) {
	var (
		timestamp starlark.Value
		tz        zoneArg
	)
	if err := c.Unpack("timestamp", &timestamp, "tz?", &tz); err != nil {
		return nil, err
	}
	return datetimeFromUnix(timestamp, tz.zone)
}

func datetimeUTCFromTimestamp(c call) (starlark.Value, error) {
	var timestamp starlark.Value
	if err := c.Unpack("timestamp", &timestamp); err != nil {
		return nil, err
	}
	return datetimeFromUnix(timestamp, nil)
}

func datetimeFromUnix(timestamp starlark.Value, zone *Timezone) (starlark.Value, error) {
	seconds, micros, err := unixTime(timestamp, math.RoundToEven)
	if err != nil {
		return nil, err
	}
	return value(fromUnix(seconds, micros, zone))
}

func datetimeFromOrdinal(c call) (starlark.Value, error) {
	var ordinal int
	if err := c.Unpack("ordinal", &ordinal); err != nil {
		return nil, err
	}
	date, err := fromOrdinal(ordinal)
	return date.datetime(), err
}

func datetimeFromISOCalendar(c call) (starlark.Value, error) {
	var year, week, wday int
	if err := c.Unpack("year", &year, "week", &week, "day", &wday); err != nil {
		return nil, err
	}
	date, err := fromISOCalendar(year, week, wday)
	return date.datetime(), err
}

func datetimeCombine(c call) (starlark.Value, error) {
	var (
		d  starlark.Value
		t  Time
		tz zoneArg
	)
	if err := c.Unpack("date", &d, "time", &t, "tzinfo?", &tz); err != nil {
		return nil, err
	}
	if !tz.set {
		tz.zone = t.zone
	}
	switch d := d.(type) {
	case Date:
		return Datetime{int64(d.n)*day + t.micros, tz.zone, t.fold}, nil
	case Datetime:
		return Datetime{int64(d.date().n)*day + t.micros, tz.zone, t.fold}, nil
	}
	return nil, pyerr.Type("combine() argument 1 must be datetime.date, not %s", pyerr.TypeName(d))
}

func datetimeFromISO(c call) (starlark.Value, error) {
	text, err := isoText(c)
	if err != nil {
		return nil, err
	}
	return value(parseISODatetime(text))
}
