package pytime

import (
	"math"

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
			"time":         classMethod("time", timeTime),
			"time_ns":      classMethod("time_ns", timeNanos),
			"monotonic":    classMethod("monotonic", timeTime),
			"perf_counter": classMethod("perf_counter", timeTime),
			"gmtime":       classMethod("gmtime", fieldsIn("GMT")),
			"localtime":    classMethod("localtime", fieldsIn("UTC")),
			"mktime":       classMethod("mktime", timeMktime),
			"strftime":     classMethod("strftime", timeStrftime),
			"strptime":     classMethod("strptime", timeStrptime),
			"asctime":      classMethod("asctime", timeAsctime),
			"ctime":        classMethod("ctime", timeCtime),
			"sleep":        classMethod("sleep", timeSleep),
			"struct_time":  structTimeClass,
			"tzname":       starlark.Tuple{starlark.String("UTC"), starlark.String("UTC")},
			"timezone":     starlark.MakeInt(0),
			"altzone":      starlark.MakeInt(0),
			"daylight":     starlark.MakeInt(0),
		},
	}
}

func timeTime(c call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	now := runtime.CallOf(c.thread).Now
	return starlark.Float(float64(now.Unix()) + float64(now.Nanosecond())/1e9), nil
}

func timeNanos(c call) (starlark.Value, error) {
	if err := c.unpack(); err != nil {
		return nil, err
	}
	now := runtime.CallOf(c.thread).Now
	return starlark.MakeInt64(now.Unix()).Mul(starlark.MakeInt64(1e9)).Add(starlark.MakeInt(now.Nanosecond())), nil
}

func timeSleep(c call) (starlark.Value, error) {
	var seconds starlark.Value
	if err := c.unpack("secs", &seconds); err != nil {
		return nil, err
	}
	return nil, pyerr.New("RuntimeError", "sleep: a rule cannot sleep, other events wait for it")
}

// fieldsIn makes gmtime or localtime, which differ in the name of the zone.
func fieldsIn(zone string) func(call) (starlark.Value, error) {
	return func(c call) (starlark.Value, error) {
		t, err := c.fields(zone)
		if err != nil {
			return nil, err
		}
		return structTime(t), nil
	}
}

// fields returns the fields of a timestamp, by default of now.
func (c call) fields(zone string) (tm, error) {
	var secs starlark.Value
	if err := c.unpack("secs??", &secs); err != nil {
		return tm{}, err
	}
	if secs == nil {
		return unixFields(runtime.CallOf(c.thread).Now.Unix(), zone)
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
	if err := c.unpack("t", &t); err != nil {
		return nil, err
	}
	fields, err := unpackTime(t, c.fn)
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
	if err := c.unpack("format", &format, "t?", &t); err != nil {
		return nil, err
	}
	fields, err := c.fieldsOrNow(t)
	if err == nil {
		err = checkFormat(format)
	}
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.strftime(format)), nil
}

// fieldsOrNow returns the fields of a tuple, checked, or of now.
func (c call) fieldsOrNow(t starlark.Value) (tm, error) {
	if t == nil {
		return unixFields(runtime.CallOf(c.thread).Now.Unix(), "UTC")
	}
	fields, err := unpackTime(t, c.fn)
	if err != nil {
		return fields, err
	}
	return fields, fields.checkFields()
}

func timeStrptime(c call) (starlark.Value, error) {
	p, err := c.strptime("%a %b %d %H:%M:%S %Y")
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
	if err := c.unpack("t?", &t); err != nil {
		return nil, err
	}
	fields, err := c.fieldsOrNow(t)
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.asctime()), nil
}

func timeCtime(c call) (starlark.Value, error) {
	fields, err := c.fields("UTC")
	if err != nil {
		return nil, err
	}
	return starlark.String(fields.asctime()), nil
}

func (t tm) asctime() string { return t.strftime("%a %b %e %H:%M:%S %Y") }
