package pytime

import (
	"math"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// TimeModule returns the module time.
//
//	time()                       seconds since 1970, a float
//	time_ns()                    nanoseconds since 1970
//	monotonic(), perf_counter()  the same as time(): the clock of a call stands still
//	gmtime([secs])               the fields of a timestamp, a struct_time
//	localtime([secs])            the same, as the local zone is UTC
//	mktime(t)                    the timestamp of a struct_time or tuple
//	strftime(format[, t])        a text of the fields
//	strptime(string, format="%a %b %d %H:%M:%S %Y")
//	asctime([t]), ctime([secs])  "Thu Jan  1 00:00:00 1970"
//	sleep(secs)                  always an error
//	struct_time(sequence)        nine or more numbers with names
//	tzname, timezone, altzone, daylight
//
// The functions of Starlark's own module time (now, parse_time, parse_duration)
// are not here: datetime has them all.
func TimeModule() runtime.Module {
	return runtime.Module{
		Names: []string{"time"},
		Members: starlark.StringDict{
			"time":         pyclass.Function("time", timeTime),
			"time_ns":      pyclass.Function("time_ns", timeNanos),
			"monotonic":    pyclass.Function("monotonic", timeTime),
			"perf_counter": pyclass.Function("perf_counter", timeTime),
			"gmtime":       pyclass.Function("gmtime", fieldsIn("GMT")),
			"localtime":    pyclass.Function("localtime", fieldsIn("UTC")),
			"mktime":       pyclass.Function("mktime", timeMktime),
			"strftime":     pyclass.Function("strftime", timeStrftime),
			"strptime":     pyclass.Function("strptime", timeStrptime),
			"asctime":      pyclass.Function("asctime", timeAsctime),
			"ctime":        pyclass.Function("ctime", timeCtime),
			"sleep":        pyclass.Function("sleep", timeSleep),
			"struct_time":  structTimeClass,
			"tzname":       starlark.Tuple{starlark.String("UTC"), starlark.String("UTC")},
			"timezone":     starlark.MakeInt(0),
			"altzone":      starlark.MakeInt(0),
			"daylight":     starlark.MakeInt(0),
		},
	}
}

func timeTime(c call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	now := runtime.CallOf(c.Thread).Now
	return starlark.Float(float64(now.Unix()) + float64(now.Nanosecond())/1e9), nil
}

func timeNanos(c call) (starlark.Value, error) {
	if err := c.Unpack(); err != nil {
		return nil, err
	}
	now := runtime.CallOf(c.Thread).Now
	return starlark.MakeInt64(now.Unix()).Mul(starlark.MakeInt64(1e9)).Add(starlark.MakeInt(now.Nanosecond())), nil
}

func timeSleep(c call) (starlark.Value, error) {
	var seconds starlark.Value
	if err := c.Unpack("secs", &seconds); err != nil {
		return nil, err
	}
	return nil, pyerr.New("RuntimeError", "sleep: a rule cannot sleep, other events wait for it")
}

// fieldsIn makes gmtime or localtime, which differ in the name of the zone.
func fieldsIn(zone string) func(call) (starlark.Value, error) {
	return func(c call) (starlark.Value, error) {
		t, err := timestampFields(c, zone)
		if err != nil {
			return nil, err
		}
		return structTime(t), nil
	}
}

// timestampFields reads the argument secs: the fields of a timestamp, by
// default of now.
func timestampFields(c call, zone string) (tm, error) {
	var secs starlark.Value
	if err := c.Unpack("secs??", &secs); err != nil {
		return tm{}, err
	}
	if secs == nil {
		return unixFields(runtime.CallOf(c.Thread).Now.Unix(), zone)
	}
	seconds, _, err := unixTime(secs, math.Floor)
	if err != nil {
		return tm{}, err
	}
	return unixFields(seconds, zone)
}

// unixFields returns the fields of a timestamp of any year.
func unixFields(seconds int64, zone string) (tm, error) {
	if err := checkUnix(seconds); err != nil {
		return tm{}, err
	}
	n := int(floorDiv(seconds, 86400)) + epochDay
	clock := int(floorMod(seconds, 86400))
	year, month, mday := civil(n)
	return tm{
		year: year, mon: month, mday: mday, hour: clock / 3600, min: clock / 60 % 60, sec: clock % 60,
		wday: weekday(n), yday: yearDay(year, month, mday), zone: zone,
	}, nil
}

func timeMktime(c call) (starlark.Value, error) {
	var t starlark.Value
	if err := c.Unpack("t", &t); err != nil {
		return nil, err
	}
	fields, err := unpackTime(t, c.Fn)
	if err != nil {
		return nil, err
	}
	return starlark.Float(fields.unix()), nil
}

func timeStrftime(c call) (starlark.Value, error) {
	var (
		format string
		t      starlark.Value
	)
	if err := c.Unpack("format", &format, "t?", &t); err != nil {
		return nil, err
	}
	fields, err := fieldsOrNow(c, t)
	if err == nil {
		err = checkFormat(format)
	}
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.strftime(format)), nil
}

// fieldsOrNow returns the fields of a tuple, checked, or of now.
func fieldsOrNow(c call, t starlark.Value) (tm, error) {
	if t == nil {
		return unixFields(runtime.CallOf(c.Thread).Now.Unix(), "UTC")
	}
	fields, err := unpackTime(t, c.Fn)
	if err != nil {
		return fields, err
	}
	return fields, fields.checkFields()
}

func timeStrptime(c call) (starlark.Value, error) {
	p, err := strptimeCall(c, "%a %b %d %H:%M:%S %Y")
	if err != nil {
		return nil, err
	}
	result := structTime(p.tm)
	if p.hasOffset {
		result.More["tm_gmtoff"] = starlark.MakeInt(p.gmtoff)
	}
	return result, nil
}

func timeAsctime(c call) (starlark.Value, error) {
	var t starlark.Value
	if err := c.Unpack("t?", &t); err != nil {
		return nil, err
	}
	fields, err := fieldsOrNow(c, t)
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.asctime()), nil
}

func timeCtime(c call) (starlark.Value, error) {
	fields, err := timestampFields(c, "UTC")
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.asctime()), nil
}

func (t tm) asctime() string { return t.strftime("%a %b %e %H:%M:%S %Y") }
