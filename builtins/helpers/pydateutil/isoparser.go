package pydateutil

import (
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"go.starlark.net/starlark"
)

// An isoParser is dateutil's isoparser, for ISO 8601.
type isoParser struct {
	object
	sep string // between date and time; "" for any character
}

var isoParserClass = &pyclass.Class{FullName: "dateutil.parser.isoparser.isoparser", New: newISOParser}

func newISOParser(c pyclass.Call) (starlark.Value, error) {
	p := &isoParser{object: object{&pyclass.Class{FullName: "dateutil.parser.isoparser.isoparser"}}}
	var sep starlark.Value = starlark.None
	if err := c.Unpack("sep?", &sep); err != nil {
		return nil, err
	}
	if sep == starlark.None {
		return p, nil
	}
	p.sep, _ = starlark.AsString(sep)
	if len(p.sep) != 1 || p.sep[0] >= 128 || isDigits(p.sep) {
		return nil, pyerr.Value("Separator must be a single, non-numeric ASCII character")
	}
	return p, nil
}

// Attr returns a method.
func (p *isoParser) Attr(name string) (starlark.Value, error) {
	method, ok := map[string]func(pyclass.Call) (starlark.Value, error){
		"isoparse":      p.isoparse,
		"parse_isodate": parseISODate,
		"parse_isotime": parseISOTime,
		"parse_tzstr":   parseTZ,
	}[name]
	if !ok {
		return nil, nil
	}
	return pyclass.Function(name, method), nil
}

// AttrNames lists the methods.
func (p *isoParser) AttrNames() []string {
	return []string{"isoparse", "parse_isodate", "parse_isotime", "parse_tzstr"}
}

// isoText reads the argument of all these functions, and others after it.
func isoText(c pyclass.Call, param string, more ...any) (string, error) {
	var v starlark.Value
	if err := c.Unpack(append([]any{param, &v}, more...)...); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case starlark.Bytes:
		return string(v), nil
	case starlark.String:
		for i := range len(v) {
			if v[i] >= 128 {
				return "", pyerr.Value("ISO-8601 strings should contain only ASCII characters")
			}
		}
		return string(v), nil
	}
	return "", pyerr.Type("object of type '%s' has no len()", pyerr.TypeName(v))
}

func (p *isoParser) isoparse(c pyclass.Call) (starlark.Value, error) {
	s, err := isoText(c, "dt_str")
	if err != nil {
		return nil, err
	}
	fields, end, err := readISODate(s)
	if err != nil {
		return nil, err
	}
	var zone *pytime.Timezone
	if end < len(s) {
		if p.sep != "" && s[end:end+1] != p.sep {
			return nil, pyerr.Value("String contains unknown ISO components")
		}
		if zone, err = readISOTime(s[end+1:], &fields); err != nil {
			return nil, err
		}
	}
	next := 0
	if fields.Hour == 24 {
		fields.Hour, next = 0, 1
	}
	d, err := fields.Datetime(zone)
	if err != nil {
		return nil, err
	}
	return value(d.Add(pytime.Days(next)))
}

// value turns the results of a Go function into those of a built-in one.
func value[T starlark.Value](v T, err error) (starlark.Value, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func parseISODate(c pyclass.Call) (starlark.Value, error) {
	s, err := isoText(c, "datestr")
	if err != nil {
		return nil, err
	}
	fields, end, err := readISODate(s)
	if err != nil {
		return nil, err
	}
	if end < len(s) {
		return nil, pyerr.Value("String contains unknown ISO components: %s", pyrepr.Str(s))
	}
	return value(fields.Date())
}

func parseISOTime(c pyclass.Call) (starlark.Value, error) {
	s, err := isoText(c, "timestr")
	if err != nil {
		return nil, err
	}
	var fields pytime.Fields
	zone, err := readISOTime(s, &fields)
	if err != nil {
		return nil, err
	}
	if fields.Hour == 24 {
		fields.Hour = 0
	}
	return value(fields.Time(zone))
}

func parseTZ(c pyclass.Call) (starlark.Value, error) {
	zeroIsUTC := true
	s, err := isoText(c, "tzstr", "zero_as_utc?", truth{&zeroIsUTC})
	if err != nil {
		return nil, err
	}
	return value(readISOZone(s, zeroIsUTC))
}

// slice is Python's s[from:to], in which both may be beyond the end.
func slice(s string, from, to int) string {
	return s[min(from, len(s)):min(to, len(s))]
}

// toNumber is Python's int of bytes.
func toNumber(s string) (int, error) {
	digits := strings.Trim(s, " \t\n\r\v\f")
	sign := 1
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		if digits[0] == '-' {
			sign = -1
		}
		digits = digits[1:]
	}
	plain := strings.ReplaceAll(digits, "_", "")
	underscores := strings.HasPrefix(digits, "_") || strings.HasSuffix(digits, "_") || strings.Contains(digits, "__")
	n, err := strconv.Atoi(plain)
	if err != nil || !isDigits(plain) || underscores {
		return 0, pyerr.Value("invalid literal for int() with base 10: %s", pyrepr.Bytes(s))
	}
	return sign * n, nil
}

// readISODate reads the date at the start of a text, and returns where it
// ends.
func readISODate(s string) (pytime.Fields, int, error) {
	fields, end, ok := readCommonDate(s)
	if ok {
		return fields, end, nil
	}
	return readWeekDate(s)
}

// readCommonDate reads YYYY, YYYY-MM, YYYY-MM-DD and YYYYMMDD.
func readCommonDate(s string) (f pytime.Fields, end int, ok bool) {
	f.Month, f.Day = 1, 1
	var err error
	if len(s) < 4 {
		return f, 0, false
	}
	if f.Year, err = toNumber(s[:4]); err != nil {
		return f, 0, false
	}
	end = 4
	if end == len(s) {
		return f, end, true
	}
	dash := s[end] == '-'
	if dash {
		end++
	}
	if len(s)-end < 2 {
		return f, 0, false
	}
	if f.Month, err = toNumber(s[end : end+2]); err != nil {
		return f, 0, false
	}
	end += 2
	switch {
	case end == len(s):
		return f, end, dash
	case dash && s[end] != '-':
		return f, 0, false
	case dash:
		end++
	}
	if len(s)-end < 2 {
		return f, 0, false
	}
	f.Day, err = toNumber(s[end : end+2])
	return f, end + 2, err == nil
}

// readWeekDate reads YYYY-Www, YYYY-Www-D and YYYY-DDD, with and without
// dashes.
func readWeekDate(s string) (f pytime.Fields, end int, err error) {
	if len(s) < 4 {
		return f, 0, pyerr.Value("ISO string too short")
	}
	year, err := toNumber(s[:4])
	if err != nil {
		return f, 0, err
	}
	end = 4
	dash := slice(s, 4, 5) == "-"
	if dash {
		end++
	}
	var d pytime.Datetime
	if slice(s, end, end+1) == "W" {
		d, end, err = readWeek(s, end+1, year, dash)
	} else {
		d, end, err = readOrdinal(s, end, year)
	}
	if err != nil {
		return f, 0, err
	}
	return d.Fields(), end, nil
}

func readWeek(s string, at, year int, dash bool) (d pytime.Datetime, end int, err error) {
	week, err := toNumber(slice(s, at, at+2))
	if err != nil {
		return d, 0, err
	}
	end = at + 2
	wday := 1
	if end < len(s) {
		if (s[end] == '-') != dash {
			return d, 0, pyerr.Value("Inconsistent use of dash separator")
		}
		if dash {
			end++
		}
		if wday, err = toNumber(slice(s, end, end+1)); err != nil {
			return d, 0, err
		}
		end++
	}
	switch {
	case week <= 0 || week >= 54:
		return d, 0, pyerr.Value("Invalid week: %d", week)
	case wday <= 0 || wday >= 8:
		return d, 0, pyerr.Value("Invalid weekday: %d", wday)
	}
	fourth, err := pytime.Fields{Year: year, Month: 1, Day: 4}.Datetime(nil) // is in week 1
	if err != nil {
		return d, 0, err
	}
	monday, err := fourth.Add(pytime.Days(-fourth.Weekday()))
	if err != nil {
		return d, 0, err
	}
	d, err = monday.Add(pytime.Days((week-1)*7 + wday - 1))
	return d, end, err
}

func readOrdinal(s string, at, year int) (d pytime.Datetime, end int, err error) {
	if len(s)-at < 3 {
		return d, 0, pyerr.Value("Invalid ordinal day")
	}
	n, err := toNumber(s[at : at+3])
	if err != nil {
		return d, 0, err
	}
	if n < 1 || n > 337+pytime.DaysIn(year, 2) {
		return d, 0, pyerr.Value("Invalid ordinal day %d for year %d", n, year)
	}
	if d, err = (pytime.Fields{Year: year, Month: 1, Day: 1}).Datetime(nil); err != nil {
		return d, 0, err
	}
	d, err = d.Add(pytime.Days(n - 1))
	return d, at + 3, err
}

// readISOTime reads a time with or without a zone into the fields.
func readISOTime(s string, f *pytime.Fields) (zone *pytime.Timezone, err error) {
	if len(s) < 2 {
		return nil, pyerr.Value("ISO time too short")
	}
	numbers := []*int{&f.Hour, &f.Minute, &f.Second, &f.Microsecond}
	at, colons := 0, false
	for n := 0; at < len(s) && n < 6; n++ {
		if strings.IndexByte("-+Zz", s[at]) >= 0 {
			zone, err = readISOZone(s[at:], true)
			at = len(s)
			break
		}
		switch {
		case n == 1 && s[at] == ':':
			colons = true
			at++
		case n == 2 && colons && s[at] != ':':
			return nil, pyerr.Value("Inconsistent use of colon separator")
		case n == 2 && colons:
			at++
		}
		switch {
		case n < 3:
			if *numbers[n], err = toNumber(slice(s, at, at+2)); err != nil {
				return nil, err
			}
			at += 2
		case n == 3:
			if size := fractionSize(s[at:]); size > 0 {
				f.Microsecond = toInt((s[at+1:at+size] + "000000")[:6])
				at += size
			}
		}
	}
	switch {
	case err != nil:
		return nil, err
	case at < len(s):
		return nil, pyerr.Value("Unused components in ISO string")
	case f.Hour == 24 && (f.Minute != 0 || f.Second != 0 || f.Microsecond != 0):
		return nil, pyerr.Value("Hour may only be 24 at 24:00:00.000")
	}
	return zone, nil
}

// fractionSize is the length of .123 or ,123 at the start of a text, or 0.
func fractionSize(s string) int {
	if s[0] != '.' && s[0] != ',' {
		return 0
	}
	size := 1
	for size < len(s) && isDigit(rune(s[size])) {
		size++
	}
	if size == 1 {
		return 0
	}
	return size
}

// readISOZone reads Z, +hh, +hhmm and +hh:mm.
func readISOZone(s string, zeroIsUTC bool) (*pytime.Timezone, error) {
	switch {
	case s == "Z" || s == "z":
		return pytime.TZUTC, nil
	case len(s) != 3 && len(s) != 5 && len(s) != 6:
		return nil, pyerr.Value("Time zone offset must be 1, 3, 5 or 6 characters")
	case s[0] != '-' && s[0] != '+':
		return nil, pyerr.Value("Time zone offset requires sign")
	}
	hours, err := toNumber(s[1:3])
	if err != nil {
		return nil, err
	}
	minutes := 0
	if len(s) > 3 {
		from := 3
		if s[3] == ':' {
			from = 4
		}
		if minutes, err = toNumber(s[from:]); err != nil {
			return nil, err
		}
	}
	switch {
	case zeroIsUTC && hours == 0 && minutes == 0:
		return pytime.TZUTC, nil
	case minutes > 59:
		return nil, pyerr.Value("Invalid minutes in time zone offset")
	case hours > 23:
		return nil, pyerr.Value("Invalid hours in time zone offset")
	}
	seconds := (hours*60 + minutes) * 60
	if s[0] == '-' {
		seconds = -seconds
	}
	delta, err := pytime.Seconds(int64(seconds))
	if err != nil {
		return nil, err
	}
	return pytime.TZOffset("", false, delta)
}
