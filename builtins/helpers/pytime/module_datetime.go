package pytime

import (
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// DatetimeModule returns the module datetime.
//
//	datetime(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)
//	    class: now(tz=None), utcnow(), today(), fromtimestamp(timestamp, tz=None), utcfromtimestamp(timestamp),
//	        fromisoformat(s), strptime(s, format), combine(date, time[, tzinfo]), fromordinal(n),
//	        fromisocalendar(year, week, day), min, max, resolution
//	    value: year, month, day, hour, minute, second, microsecond, tzinfo, fold, date(), time(), timetz(),
//	        replace(…), astimezone(tz=None), timestamp(), isoformat(sep="T", timespec="auto"), strftime(format),
//	        weekday(), isoweekday(), isocalendar(), toordinal(), timetuple(), utctimetuple(), ctime(),
//	        utcoffset(), dst(), tzname()
//	date(year, month, day)
//	    class: today(), fromtimestamp(timestamp), fromisoformat(s), fromordinal(n), fromisocalendar(…), min, max, resolution
//	    value: year, month, day, replace(…), isoformat(), strftime(format), weekday(), isoweekday(), isocalendar(),
//	        toordinal(), timetuple(), ctime()
//	time(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)
//	    class: fromisoformat(s), min, max, resolution
//	    value: hour, minute, second, microsecond, tzinfo, fold, replace(…), isoformat(timespec="auto"), strftime(format),
//	        utcoffset(), dst(), tzname()
//	timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)
//	    value: days, seconds, microseconds, total_seconds(), and + - * / // % with each other and numbers
//	timezone(offset[, name])
//	    class: utc, min, max
//	    value: utcoffset(dt), dst(dt), tzname(dt), fromutc(dt)
//	tzinfo, UTC, MINYEAR, MAXYEAR
//
// The local zone is UTC, and now is the time of the call.
func DatetimeModule() runtime.Module {
	return runtime.Module{
		Names: []string{"datetime"},
		Members: starlark.StringDict{
			"datetime":  datetimeClass,
			"date":      dateClass,
			"time":      timeClass,
			"timedelta": timedeltaClass,
			"timezone":  timezoneClass,
			"tzinfo":    tzinfoClass,
			"UTC":       UTC,
			"MINYEAR":   starlark.MakeInt(minYear),
			"MAXYEAR":   starlark.MakeInt(maxYear),
		},
	}
}
