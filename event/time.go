package event

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// timeField is the field that says when an event happened.
const timeField = "p_event_time"

// timeOf returns the time that v, the value of a field, stands for.
func timeOf(v starlark.Value) (time.Time, bool) {
	switch v := v.(type) {
	case starlark.String:
		return parseTime(string(v))
	case starlark.Int:
		n, ok := v.Int64()
		t := epoch(n, 0)
		return t, ok && inYears(t)
	case starlark.Float:
		whole, fraction := math.Modf(float64(v))
		t := epoch(int64(whole), fraction)
		return t, math.Abs(whole) < 1<<63 && inYears(t)
	}
	return time.Time{}, false
}

// From epochLimit on, a number of seconds, or of the next smaller unit, is
// taken for one of a still smaller unit.
const epochLimit = 100_000_000_000

// epoch returns the time n and a fraction units after 1970 began. The
// fraction counts down to microseconds: floats are not better than that.
func epoch(n int64, fraction float64) time.Time {
	unit := int64(1) // of a second
	for unit < 1e9 && (n/unit >= epochLimit || n/unit <= -epochLimit) {
		unit *= 1000
	}
	micros := math.Round(fraction * 1e6 / float64(unit))
	return time.Unix(n/unit, n%unit*(1e9/unit)+int64(micros)*1000).UTC()
}

func inYears(t time.Time) bool { return 1 <= t.Year() && t.Year() <= 9999 }

// parseTime reads a time in the forms of ISO 8601 that logs have: a date, a T
// or a space, a time of day down to minutes, seconds or a fraction, and an
// offset. Each but the date may be missing. time.Parse would need a layout
// for each combination.
func parseTime(s string) (time.Time, bool) {
	r := timeReader{rest: strings.TrimSpace(s), ok: true}
	year := r.number(4)
	r.literal("-")
	month := r.number(2)
	r.literal("-")
	day := r.number(2)
	var hour, minute, second, nanos, offset int
	if r.ok && r.rest != "" {
		r.literal("Tt ")
		hour, minute, second, nanos = r.clock()
		offset = r.offset()
	}
	if r.rest != "" || hour > 23 || minute > 59 || second > 60 {
		r.ok = false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if !r.ok || year == 0 || t.Day() != day || int(t.Month()) != month {
		return time.Time{}, false
	}
	return t.Add(time.Duration(hour*3600+minute*60+second-offset)*time.Second + time.Duration(nanos)), true
}

// A timeReader reads the parts of a time from rest, as long as ok.
type timeReader struct {
	rest string
	ok   bool
}

// number reads n digits.
func (r *timeReader) number(n int) int {
	if len(r.rest) < n || leadingDigits(r.rest[:n]) < n {
		r.ok = false
		return 0
	}
	v, _ := strconv.Atoi(r.rest[:n])
	r.rest = r.rest[n:]
	return v
}

// next says whether one of chars is next, and reads it.
func (r *timeReader) next(chars string) bool {
	if r.rest == "" || !strings.Contains(chars, r.rest[:1]) {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// literal reads one of chars, which must be next.
func (r *timeReader) literal(chars string) {
	if !r.next(chars) {
		r.ok = false
	}
}

func (r *timeReader) clock() (hour, minute, second, nanos int) {
	hour = r.number(2)
	r.literal(":")
	minute = r.number(2)
	if !r.next(":") {
		return
	}
	second = r.number(2)
	if !r.next(".,") {
		return
	}
	n := leadingDigits(r.rest)
	if n == 0 {
		r.ok = false
	}
	nanos, _ = strconv.Atoi((r.rest[:n] + "000000000")[:9])
	r.rest = r.rest[n:]
	return
}

// offset reads Z, UTC, an offset from it, or nothing, and returns seconds.
func (r *timeReader) offset() int {
	r.next(" ")
	switch {
	case r.rest == "", r.next("Zz"):
		return 0
	case r.rest == "UTC":
		r.rest = ""
		return 0
	}
	sign := 1
	if r.next("-") {
		sign = -1
	} else {
		r.literal("+")
	}
	hours, minutes := r.number(2), 0
	if r.next(":") || r.rest != "" {
		minutes = r.number(2)
	}
	if hours > 23 || minutes > 59 {
		r.ok = false
	}
	return sign * (hours*3600 + minutes*60)
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
