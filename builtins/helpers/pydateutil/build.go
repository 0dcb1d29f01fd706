package pydateutil

import (
	"math"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/builtins/helpers/pytext"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

// parserError is the class of what cannot be read.
var parserError = &pyerr.Exception{FullName: "dateutil.parser._parser.ParserError", Base: "ValueError"}

func failed(reason string, timestr starlark.Value) error {
	text, ok := starlark.AsString(timestr)
	if !ok {
		text = pyrepr.Of(timestr)
	}
	return &pyerr.Error{Class: "ParserError", Base: "ValueError", Msg: reason + ": " + text}
}

// A parseCall is the arguments of parse.
type parseCall struct {
	timestr  starlark.Value
	text     string
	def      pytime.Datetime
	ignoreTZ bool
	tzinfos  starlark.Value
	tokens   bool // the result is a tuple, with what was passed over
	options
}

// Parse is parser.parse(text) in a call of a rule.
func Parse(thread *starlark.Thread, text string) (starlark.Value, error) {
	return parse(pyclass.Call{Thread: thread, Fn: "parse", Args: starlark.Tuple{starlark.String(text)}}, nil)
}

// parse is parser.parse(timestr, parserinfo=None, **kwargs).
func parse(c pyclass.Call, info *parserInfo) (starlark.Value, error) {
	p, err := parseArgs(c, info)
	if err != nil {
		return nil, err
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, 16*len(p.text)); err != nil { // tokens are strings
		return nil, err
	}
	found, err := read(p.text, p.options)
	switch {
	case err == errUnknown:
		return nil, failed("Unknown string format", p.timestr)
	case err != nil:
		return nil, err
	case found.empty():
		return nil, failed("String does not contain a date", p.timestr)
	}
	d, err := found.naive(p.def)
	if e, ok := err.(*pyerr.Error); ok && e.Class == "ValueError" {
		err = failed(e.Msg, p.timestr)
	}
	if err != nil {
		return nil, err
	}
	if !p.ignoreTZ {
		if d, err = found.aware(c, d, p); err != nil {
			return nil, err
		}
	}
	if !p.tokens {
		return d, nil
	}
	skipped := make(starlark.Tuple, len(found.skipped))
	for i, s := range found.skipped {
		skipped[i] = starlark.String(s)
	}
	return starlark.Tuple{d, skipped}, nil
}

func parseArgs(c pyclass.Call, info *parserInfo) (*parseCall, error) {
	p := parseCall{tzinfos: starlark.None}
	now := runtime.CallOf(c.Thread).Now
	p.thisYear = now.Year()
	var def, dayFirst, yearFirst starlark.Value = starlark.None, starlark.None, starlark.None
	if err := c.Unpack("timestr", &p.timestr, "parserinfo??", &info, "default?", &def, "ignoretz?", truth{&p.ignoreTZ},
		"tzinfos?", &p.tzinfos, "dayfirst?", &dayFirst, "yearfirst?", &yearFirst, "fuzzy?", truth{&p.fuzzy},
		"fuzzy_with_tokens?", truth{&p.tokens}); err != nil {
		return nil, err
	}
	if info != nil {
		p.dayFirst, p.yearFirst = info.dayFirst, info.yearFirst
	}
	if dayFirst != starlark.None {
		p.dayFirst = bool(dayFirst.Truth())
	}
	if yearFirst != starlark.None {
		p.yearFirst = bool(yearFirst.Truth())
	}
	p.fuzzy = p.fuzzy || p.tokens
	var err error
	if p.text, err = textOf(p.timestr); err != nil {
		return nil, err
	}
	switch d := def.(type) {
	case starlark.NoneType:
		f := pytime.FromTime(now, nil).Fields()
		p.def, err = pytime.Fields{Year: f.Year, Month: f.Month, Day: f.Day}.Datetime(nil)
	case pytime.Datetime:
		p.def = d
	default:
		err = pyerr.Type("default must be a datetime, not %s", pyerr.TypeName(def))
	}
	return &p, err
}

// truth is a parameter of any type that counts as true or false.
type truth struct{ is *bool }

// Unpack implements starlark.Unpacker.
func (t truth) Unpack(v starlark.Value) error {
	*t.is = bool(v.Truth())
	return nil
}

func textOf(v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return pytext.Decode(string(v), "utf-8", "strict")
	}
	return "", pyerr.Type("Parser must be a string or character stream, not %s", pyerr.TypeName(v))
}

// naive completes what was read from a default, whose zone it keeps.
func (r *reading) naive(def pytime.Datetime) (pytime.Datetime, error) {
	f := def.Fields()
	for _, field := range []struct {
		of    *int
		found int
	}{
		{&f.Year, r.year}, {&f.Month, r.month}, {&f.Day, r.day}, {&f.Hour, r.hour},
		{&f.Minute, r.minute}, {&f.Second, r.second}, {&f.Microsecond, r.microsecond},
	} {
		if field.found >= 0 {
			*field.of = field.found
		}
	}
	if r.day < 0 {
		if f.Month < 1 || f.Month > 12 {
			return def, pyerr.Value("bad month number %d; must be 1-12", f.Month)
		}
		f.Day = min(f.Day, pytime.DaysIn(f.Year, f.Month))
	}
	for _, n := range []int{f.Year, f.Month, f.Day, f.Hour, f.Minute, f.Second} {
		switch {
		case n == math.MaxInt:
			return def, pyerr.Overflow("Python int too large to convert to C long")
		case n > math.MaxInt32:
			return def, pyerr.Overflow("signed integer is greater than maximum")
		}
	}
	d, err := f.Datetime(def.Zone())
	if err != nil || r.weekday < 0 || r.day > 0 {
		return d, err
	}
	return d.Add(pytime.Days((r.weekday - d.Weekday() + 7) % 7))
}

// aware gives a datetime the zone that was read.
func (r *reading) aware(c pyclass.Call, d pytime.Datetime, p *parseCall) (pytime.Datetime, error) {
	if v, ok, err := r.lookup(c, p.tzinfos); ok || err != nil {
		zone, err := r.zoneOf(v, err)
		return d.In(zone), err
	}
	switch {
	case r.zone == "UTC":
		return d.In(pytime.TZLocal), nil // it has that name
	case r.hasOffset && r.offset == 0:
		return d.In(pytime.TZUTC), nil
	case r.hasOffset:
		delta, err := pytime.Seconds(int64(r.offset))
		if err != nil {
			return d, err
		}
		zone, err := pytime.TZOffset(r.zone, r.zone != "", delta)
		if err != nil {
			return d, failed(err.Error(), p.timestr)
		}
		return d.In(zone), nil
	}
	return d, nil
}

// lookup asks tzinfos, a dict or a function, about the zone.
func (r *reading) lookup(c pyclass.Call, tzinfos starlark.Value) (v starlark.Value, found bool, err error) {
	var name, offset starlark.Value = starlark.None, starlark.None
	if r.zone != "" {
		name = starlark.String(r.zone)
	}
	if r.hasOffset {
		offset = starlark.MakeInt(r.offset)
	}
	switch t := tzinfos.(type) {
	case starlark.Callable:
		v, err = starlark.Call(c.Thread, t, starlark.Tuple{name, offset}, nil)
		return v, true, err
	case starlark.Mapping:
		return t.Get(name)
	case starlark.NoneType:
		return nil, false, nil
	}
	if !tzinfos.Truth() {
		return nil, false, nil
	}
	return nil, false, pyerr.Type("argument of type '%s' is not iterable", pyerr.TypeName(tzinfos))
}

// zoneOf makes a zone of what tzinfos has said.
func (r *reading) zoneOf(v starlark.Value, err error) (*pytime.Timezone, error) {
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case *pytime.Timezone:
		return v, nil
	case starlark.String:
		return nil, pyerr.Value("zones of rules as %s are not supported: give an offset in seconds", pyrepr.Str(string(v)))
	case starlark.Int, starlark.Bool:
		return zoneOfSeconds(r.zone, v)
	}
	return nil, pyerr.Type("Offset must be tzinfo subclass, tz string, or int offset.")
}

func zoneOfSeconds(name string, seconds starlark.Value) (*pytime.Timezone, error) {
	n := 0
	if b, ok := seconds.(starlark.Bool); ok && bool(b) {
		n = 1
	} else if i, ok := seconds.(starlark.Int); ok {
		if err := starlark.AsInt(i, &n); err != nil {
			return nil, pyerr.Overflow("Python int too large to convert to C int")
		}
	}
	delta, err := pytime.Seconds(int64(n))
	if err != nil {
		return nil, err
	}
	return pytime.TZOffset(name, name != "", delta)
}
