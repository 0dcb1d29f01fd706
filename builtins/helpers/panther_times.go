package helpers

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pydateutil"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/pytypes"
	"go.starlark.net/starlark"
)

// timeFormats are those of logs, in the order in which they are tried. Two can
// read the same text differently, and then the order counts.
var timeFormats = func() []string {
	byDay := func(days string, clocks ...string) (formats []string) {
		for _, clock := range clocks {
			formats = append(formats, days+clock)
		}
		return formats
	}
	var all []string
	for _, formats := range [][]string{
		byDay("%Y-%m-%d", " %H:%M:%S", "T%H:%M:%SZ", "T%H:%M:%S.%fZ", "T%H:%M:%S*%f%z"),
		byDay("%Y %b %d", " %H:%M:%S.%f %Z"),
		byDay("%b %d", " %H:%M:%S %z %Y"),
		byDay("%d/%b/%Y", ":%H:%M:%S %z"),
		byDay("%b %d", ", %Y %I:%M:%S %p", " %Y %H:%M:%S", " %H:%M:%S %Y", " %H:%M:%S %z", " %H:%M:%S"),
		byDay("%Y-%m-%d", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S %z", " %H:%M:%S%z", " %H:%M:%S,%f"),
		byDay("%Y/%m/%d", "*%H:%M:%S"),
		byDay("%Y %b %d", " %H:%M:%S.%f*%Z", " %H:%M:%S.%f"),
		byDay("%Y-%m-%d", " %H:%M:%S,%f%z", " %H:%M:%S.%f", " %H:%M:%S.%f%z", "T%H:%M:%S.%f", "T%H:%M:%S", "*%H:%M:%S:%f", "*%H:%M:%S"),
		byDay("%y-%m-%d", " %H:%M:%S,%f %z", " %H:%M:%S,%f", " %H:%M:%S"),
		{"%y/%m/%d %H:%M:%S", "%y%m%d %H:%M:%S", "%Y%m%d %H:%M:%S.%f", "%m/%d/%y*%H:%M:%S"},
		byDay("%m/%d/%Y", "*%H:%M:%S", "*%H:%M:%S*%f"),
		{"%m/%d/%y %H:%M:%S %z", "%m/%d/%Y %H:%M:%S %z", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f", "%d/%b %H:%M:%S,%f"},
		byDay("%d/%b/%Y", ":%H:%M:%S", " %H:%M:%S"),
		byDay("%d-%b-%Y", " %H:%M:%S", " %H:%M:%S.%f"),
		byDay("%d %b %Y", " %H:%M:%S", " %H:%M:%S*%f"),
		byDay("%m%d", "_%H:%M:%S", "_%H:%M:%S.%f"),
		byDay("%m/%d/%Y", " %I:%M:%S %p:%f", " %I:%M:%S %p"),
	} {
		all = append(all, formats...)
	}
	return all
}()

func resolveTimestampString(c pyclass.Call) (starlark.Value, error) {
	var timestamp starlark.Value
	if err := c.Unpack("timestamp", &timestamp); err != nil {
		return nil, err
	}
	return resolveTimestamp(c, timestamp)
}

// resolveTimestamp reads a time in one of the formats of logs, or in one that
// dateutil knows, or as seconds since 1970. None and "" are None.
func resolveTimestamp(c pyclass.Call, timestamp starlark.Value) (starlark.Value, error) {
	if !timestamp.Truth() {
		return starlark.None, nil
	}
	text, ok := starlark.AsString(timestamp)
	if !ok {
		return nil, noAttribute(timestamp, "replace")
	}
	if err := guard.CheckBytes(c.Thread, c.Fn, len(text)); err != nil {
		return nil, err
	}
	plain := strings.ReplaceAll(text, "'", "")
	if len(plain) <= maxTimestamp {
		for _, format := range timeFormats {
			if d, err := pytime.Strptime(plain, format); err == nil {
				return d, nil
			}
		}
	}
	d, err := pydateutil.Parse(c.Thread, text)
	if e, ok := err.(*pyerr.Error); ok && (e.Class == "ValueError" || e.Base == "ValueError") {
		return epochTimestamp(text)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// maxTimestamp is longer than any text that one of the formats reads: its
// fields have limits, and white space is rare.
const maxTimestamp = 256

// epochTimestamp reads up to twelve digits as seconds.
func epochTimestamp(text string) (starlark.Value, error) {
	whole := digitsOf(text, 12)
	if len(whole) < 9 {
		return nil, noAttribute(starlark.None, "group")
	}
	number := whole
	if rest := text[len(whole):]; strings.HasPrefix(rest, ".") {
		if fraction := digitsOf(rest[1:], len(rest)); fraction != "" {
			number += "." + fraction
		}
	}
	seconds, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return starlark.None, nil
	}
	d, err := pytime.FromTimestamp(seconds)
	if err != nil {
		return starlark.None, nil
	}
	return d, nil
}

// digitsOf returns the digits at the start of s, up to some number of them.
func digitsOf(s string, most int) string {
	n := 0
	for n < len(s) && n < most && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n]
}

func noAttribute(v starlark.Value, name string) error {
	return pyerr.New("AttributeError", "'%s' object has no attribute '%s'", pytypes.TypeName(v), name)
}

func nanoToMicro(c pyclass.Call) (starlark.Value, error) {
	var text starlark.Value
	if err := c.Unpack("time_str", &text); err != nil {
		return nil, err
	}
	return microseconds(text)
}

// lonelyUnderscore finds the underscores that are not between digits, which
// Python's float passes over.
var lonelyUnderscore = regexp.MustCompile(`(^|[^0-9])_|_([^0-9]|$)`)

// microseconds rounds the seconds of 10:20:30.123456789 to six digits.
func microseconds(v starlark.Value) (starlark.Value, error) {
	text, ok := starlark.AsString(v)
	if !ok {
		return nil, noAttribute(v, "split")
	}
	last := strings.LastIndexByte(text, ':') + 1
	digits := strings.TrimSpace(text[last:])
	if !lonelyUnderscore.MatchString(digits) {
		digits = strings.ReplaceAll(digits, "_", "")
	}
	seconds, err := strconv.ParseFloat(digits, 64)
	if err != nil || strings.ContainsAny(digits, "xXpP_") {
		return nil, pyerr.Value("could not convert string to float: %s", pyrepr.Str(text[last:]))
	}
	return starlark.String(text[:last] + fmt.Sprintf("%06f", seconds)), nil
}

func timeDelta(c pyclass.Call) (starlark.Value, error) {
	var time1, time2 starlark.Value
	if err := c.Unpack("time1", &time1, "time2", &time2); err != nil {
		return nil, err
	}
	text, err := timeBetween(c, time1, time2)
	return starlark.String(text), err
}

// timeBetween prints how long after one time another is, in words. Of a time
// that is not later it says what Python's days and seconds give.
func timeBetween(c pyclass.Call, time1, time2 starlark.Value) (string, error) {
	ends := [2]starlark.Value{time1, time2}
	for i := range ends {
		rounded, err := microseconds(ends[i])
		if err != nil {
			return "", err
		}
		ends[i] = rounded
	}
	for _, i := range []int{1, 0} {
		var err error
		if ends[i], err = resolveTimestamp(c, ends[i]); err != nil {
			return "", err
		}
	}
	v, err := pytypes.Binary(c.Thread, pytypes.Sub, ends[1], ends[0])
	if err != nil {
		return "", err
	}
	days, seconds, _ := v.(pytime.Timedelta).Split()
	var b strings.Builder
	for _, part := range []struct {
		n    int64
		unit string
	}{{int64(days), "day(s) "}, {seconds / 3600, "hour(s) "}, {seconds / 60 % 60, "minute(s) "}, {seconds % 60, "second(s)"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, "%d %s", part.n, part.unit)
		}
	}
	return b.String(), nil
}

func addParseDelay(c pyclass.Call) (starlark.Value, error) {
	var (
		event   starlark.Value
		context starlark.HasSetKey
	)
	if err := c.Unpack("event", &event, "context", &context); err != nil {
		return nil, err
	}
	var times [2]starlark.Value
	for i, key := range []starlark.String{"p_event_time", "p_parse_time"} {
		var err error
		if times[i], err = get(event, key); err != nil {
			return nil, err
		}
	}
	delay, err := timeBetween(c, times[0], times[1])
	if err != nil {
		return nil, err
	}
	return context, context.SetKey(starlark.String("parseDelay"), starlark.String(delay))
}

// pantherflowInvestigation writes a query in PantherFlow for what happened
// around an event: the log's own records, and the signals that share an
// indicator with it.
func pantherflowInvestigation(c pyclass.Call) (starlark.Value, error) {
	var event starlark.Value
	var interval starlark.Value = starlark.String("30m")
	if err := c.Unpack("event", &event, "interval?", &interval); err != nil {
		return nil, err
	}
	items, ok := event.(starlark.IterableMapping)
	if !ok {
		return nil, noAttribute(event, "get")
	}
	var texts [3]string // of the log type, the time and the interval
	for i, key := range []starlark.String{"p_log_type", "p_event_time"} {
		v, found, err := items.Get(key)
		if err != nil {
			return nil, err
		}
		if !found {
			v = starlark.String("")
		}
		if texts[i], err = pytypes.Str(c.Thread, v); err != nil {
			return nil, err
		}
	}
	var err error
	if texts[2], err = pytypes.Str(c.Thread, interval); err != nil {
		return nil, err
	}
	logType := strings.ReplaceAll(strings.ToLower(texts[0]), ".", "_")
	at, span := "time.parse_timestamp('"+texts[1]+"')", "time.parse_timespan('"+texts[2]+"')"
	var b strings.Builder
	b.WriteString("union panther_signals.public.correlation_signals\n    , panther_logs.public." + logType + "\n")
	b.WriteString("| where p_event_time between " + at + " - " + span + " .. " + at + " + " + span + "\n")
	if err := overlaps(c, &b, items); err != nil {
		return nil, err
	}
	b.WriteString("| sort p_event_time")
	return starlark.String(b.String()), nil
}

// overlaps writes a condition for each of the event's indicators.
func overlaps(c pyclass.Call, b *strings.Builder, event starlark.IterableMapping) error {
	start := "| where "
	for _, item := range event.Items() {
		key, _ := starlark.AsString(item[0])
		if !strings.HasPrefix(key, "p_any_") || key == "p_any_aws_account_ids" {
			continue
		}
		values, err := copied(item[1])
		if err != nil {
			return err
		}
		text, err := pytypes.Repr(c.Thread, values)
		if err != nil {
			return err
		}
		b.WriteString(start + "arrays.overlap(" + key + ", " + text + ")\n")
		if err := made(c, b.Len()); err != nil {
			return err
		}
		start = "     or "
	}
	return nil
}

// copied is Python's v.copy(): lists and dicts, also those of events, as plain
// ones. Their elements stay as they are.
func copied(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case starlark.String, starlark.Bytes, starlark.Tuple:
	case starlark.IterableMapping:
		items := v.Items()
		dict := starlark.NewDict(len(items))
		for _, item := range items {
			if err := dict.SetKey(item[0], item[1]); err != nil {
				return nil, err
			}
		}
		return dict, nil
	case starlark.Sequence:
		elems := make([]starlark.Value, 0, v.Len())
		for e := range starlark.Elements(v) {
			elems = append(elems, e)
		}
		return starlark.NewList(elems), nil
	}
	return nil, noAttribute(v, "copy")
}
