package pydateutil

import (
	"errors"
	"slices"
	"strings"
)

// options are the arguments of parse that change how a text is read.
type options struct {
	dayFirst, yearFirst, fuzzy bool
	thisYear                   int // what years of two digits are near to
}

// A reading is what a text says. Numbers that it does not have are -1.
type reading struct {
	date
	hour, minute, second, microsecond int
	weekday                           int
	half                              int // of the day, 0 for am

	zone      string // its name, "" for none
	offset    int    // of the zone in seconds
	hasOffset bool

	skipped []string // what was passed over, adjacent tokens together
}

// empty tells whether nothing was said.
func (r *reading) empty() bool {
	return r.date == noDate && r.hour < 0 && r.minute < 0 && r.second < 0 && r.microsecond < 0 &&
		r.weekday < 0 && r.half < 0 && r.zone == "" && !r.hasOffset
}

// errUnknown is the error of a text that cannot be read.
var errUnknown = errors.New("unknown string format")

// A reader reads tokens.
type reader struct {
	options
	reading
	tokens  []string
	at      int
	parts   dateParts
	skipped []int // numbers of tokens
}

// read reads a text. Its error is errUnknown, or one of decimal.
func read(s string, o options) (*reading, error) {
	r := reader{
		options: o,
		reading: reading{date: noDate, hour: -1, minute: -1, second: -1, microsecond: -1, weekday: -1, half: -1},
		tokens:  tokenize(s),
	}
	for ; r.at < len(r.tokens); r.at++ {
		if err := r.next(); err != nil {
			return nil, err
		}
	}
	var ok bool
	if r.date, ok = r.parts.resolve(o.yearFirst, o.dayFirst); !ok {
		return nil, errUnknown
	}
	r.finish()
	return &r.reading, nil
}

// token returns a token by its distance from the current one, or "".
func (r *reader) token(distance int) string {
	if i := r.at + distance; 0 <= i && i < len(r.tokens) {
		return r.tokens[i]
	}
	return ""
}

// next reads a token and those that belong to it. It ends at the last of
// them.
func (r *reader) next() error {
	token := r.token(0)
	if number, ok := parseDecimal(token); ok {
		return r.number(token, number)
	}
	switch strings.ToLower(token) {
	case "nan", "inf", "infinity":
		return errUnknown // numbers for Python, but not finite
	}
	if n, ok := weekdayOf(token); ok {
		r.weekday = n
		return nil
	}
	if n, ok := monthOf(token); ok {
		return r.monthName(n)
	}
	if half, ok := halfOf(token); ok {
		return r.halfName(half)
	}
	switch {
	case r.couldBeZone(token, r.hasOffset):
		r.zoneName(token)
	case r.hour >= 0 && (token == "+" || token == "-"):
		return r.zoneOffset(token)
	case isJump(token) || r.fuzzy:
		r.skipped = append(r.skipped, r.at)
	default:
		return errUnknown
	}
	return nil
}

// ensure makes an error of what is not so.
func ensure(ok bool) error {
	if !ok {
		return errUnknown
	}
	return nil
}

// monthName reads a month, and in Jan-01, Jan-01-99 and Jan of 01 what follows
// it.
func (r *reader) monthName(month int) error {
	if !r.parts.put(month, monthPart) {
		return errUnknown
	}
	switch sep := r.token(1); {
	case sep == "-" || sep == "/":
		if !r.parts.addText(r.token(2), unlabeled) {
			return errUnknown
		}
		if r.token(3) == sep {
			if !r.parts.addText(r.token(4), unlabeled) {
				return errUnknown
			}
			r.at += 2
		}
		r.at += 2
	case sep == " " && r.token(3) == " " && strings.ToLower(r.token(2)) == "of" && r.token(4) != "":
		if year := r.token(4); isDigits(year) {
			r.parts.century = true
			if !r.parts.put(r.fullYear(toInt(year)), yearPart) {
				return errUnknown
			}
		}
		r.at += 4
	}
	return nil
}

// halfName reads am or pm. In a fuzzy text it counts only where it can.
func (r *reader) halfName(half int) error {
	if r.hour < 0 || r.hour > 12 {
		if !r.fuzzy {
			return errUnknown
		}
		r.skipped = append(r.skipped, r.at)
		return nil
	}
	if r.fuzzy && r.half >= 0 {
		r.skipped = append(r.skipped, r.at)
		return nil
	}
	r.hour, r.half = hourOf(r.hour, half), half
	return nil
}

// hourOf returns an hour of twelve as one of 24.
func hourOf(hour, half int) int {
	switch {
	case hour < 12 && half == 1:
		return hour + 12
	case hour == 12 && half == 0:
		return 0
	}
	return hour
}

// couldBeZone tells whether a token can be the name of the zone: after a
// clock, up to five capitals.
func (r *reader) couldBeZone(token string, hasOffset bool) bool {
	if r.hour < 0 || r.zone != "" || hasOffset || len(token) > 5 {
		return false
	}
	return token == "z" || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// zoneName reads a name. In GMT+3 and BRST+3 the sign means the opposite of
// what it says, and the zone is not GMT.
func (r *reader) zoneName(name string) {
	r.zone = name
	r.hasOffset, r.offset = name == "z", 0
	sign := r.token(1)
	if sign != "+" && sign != "-" {
		return
	}
	r.tokens[r.at+1] = map[string]string{"+": "-", "-": "+"}[sign]
	r.hasOffset = false
	if isUTC(name) {
		r.zone = ""
	}
}

// zoneOffset reads -0300, -03:00, -03 and what may follow them, a name in
// parentheses.
func (r *reader) zoneOffset(sign string) error {
	first := r.token(1)
	hours, minutes := first, "0"
	switch {
	case len(first) == 4:
		hours, minutes = first[:2], first[2:]
	case r.token(2) == ":":
		minutes = r.token(3)
		r.at += 2
	case len(first) > 2:
		return errUnknown
	}
	if !isDigits(hours) || !isDigits(minutes) {
		return errUnknown
	}
	r.hasOffset = true
	r.offset = min(toInt(hours), maxOffset)*3600 + min(toInt(minutes), maxOffset)*60
	if sign == "-" {
		r.offset = -r.offset
	}
	if name := r.token(4); isJump(r.token(2)) && r.token(3) == "(" && r.token(5) == ")" && len(name) >= 3 && r.couldBeZone(name, false) {
		r.zone = name
		r.at += 4
	}
	r.at++
	return nil
}

// maxOffset is more than can be meant, and does not overflow.
const maxOffset = 1_000_000

// finish completes the year, and makes UTC of its names.
func (r *reader) finish() {
	if r.year >= 0 && !r.parts.century {
		r.year = r.fullYear(r.year)
	}
	switch {
	case r.zone == "Z" || r.zone == "z" || r.hasOffset && r.offset == 0 && r.zone == "":
		r.zone, r.hasOffset, r.offset = "UTC", true, 0
	case r.zone != "" && isUTC(r.zone):
		r.hasOffset, r.offset = true, 0
	}
	for i := 0; i < len(r.skipped); {
		from := i
		for i++; i < len(r.skipped) && r.skipped[i] == r.skipped[i-1]+1; {
			i++
		}
		run := r.tokens[r.skipped[from] : r.skipped[i-1]+1]
		r.reading.skipped = append(r.reading.skipped, strings.Join(run, ""))
	}
}

// fullYear returns the year of two digits that is nearest to this one.
func (o *options) fullYear(year int) int {
	if year >= 100 {
		return year
	}
	year += o.thisYear / 100 * 100
	switch {
	case year >= o.thisYear+50:
		return year - 100
	case year < o.thisYear-50:
		return year + 100
	}
	return year
}

// clockFields reads numbers, which must be digits.
func clockFields(fields ...string) ([]int, error) {
	if slices.ContainsFunc(fields, func(s string) bool { return !isDigits(s) }) {
		return nil, errUnknown
	}
	numbers := make([]int, len(fields))
	for i, s := range fields {
		numbers[i] = toInt(s)
	}
	return numbers, nil
}
