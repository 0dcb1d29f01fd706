package pytime

import "unicode/utf8"

// This file reads ISO 8601 as CPython 3.12's fromisoformat does, with all that
// it accepts beyond the standard: its reader looks at one character after the
// other and is content with some odd texts ("12:+01:00").

// text is a string with as many NULs after it as are asked for.
type text string

func (s text) at(i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// digits reads n digits at i.
func (s text) digits(i, n int) (v int, ok bool) {
	for range n {
		c := s.at(i)
		if !isDigit(c) {
			return 0, false
		}
		v = v*10 + int(c-'0')
		i++
	}
	return v, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseISODate reads a whole text as a date. Not ok means that it has no such
// form, an error that there is no such day.
func parseISODate(s string) (n int, ok bool, err error) {
	switch len(s) {
	case 7, 8, 10:
		return parseDatePart(text(s))
	}
	return 0, false, nil
}

// parseDatePart reads YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D] or YYYYWww[D].
func parseDatePart(s text) (n int, ok bool, err error) {
	year, ok := s.digits(0, 4)
	if !ok {
		return 0, false, nil
	}
	i, separated := 4, s.at(4) == '-'
	if separated {
		i++
	}
	if s.at(i) == 'W' {
		n, ok = parseWeekPart(s, i+1, year, separated)
		return n, ok, nil
	}
	month, ok := s.digits(i, 2)
	if i += 2; separated {
		ok = ok && s.at(i) == '-'
		i++
	}
	mday, okDay := s.digits(i, 2)
	if !ok || !okDay {
		return 0, false, nil
	}
	d, err := dateOf(year, month, mday)
	return d.n, true, err
}

func parseWeekPart(s text, i, year int, separated bool) (n int, ok bool) {
	week, ok := s.digits(i, 2)
	if !ok {
		return 0, false
	}
	wday := 1
	if i += 2; i < len(s) {
		if separated {
			if s.at(i) != '-' {
				return 0, false
			}
			i++
		}
		if wday, ok = s.digits(i, 1); !ok {
			return 0, false
		}
	}
	d, err := fromISOCalendar(year, week, wday)
	return d.n, err == nil
}

// dateLength finds where the date in a date and time ends.
func dateLength(s text) int {
	switch {
	case len(s) == 7:
		return 7
	case s.at(4) == '-' && s.at(5) == 'W':
		return weekLength(s)
	case s.at(4) == '-':
		return 10
	case s.at(4) != 'W':
		return 8
	}
	end := 7 // YYYYWww or YYYYWwwD: an even number of digits follows
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	switch {
	case end < 9:
		return end
	case end%2 == 0:
		return 7
	}
	return 8
}

// weekLength is dateLength of YYYY-Www…: a dash may begin the day, or be what
// separates date and time.
func weekLength(s text) int {
	switch {
	case len(s) < 8 || len(s) == 9 && s[8] == '-':
		return -1
	case s.at(8) != '-':
		return 8
	case isDigit(s.at(10)):
		return 8
	}
	return 10
}

func parseISODatetime(s string) (Datetime, error) {
	n := -1
	if len(s) >= 7 {
		n = dateLength(text(s))
	}
	if n < 0 || n > len(s) {
		return Datetime{}, invalidISO(s)
	}
	date, ok, dateErr := parseDatePart(text(s[:n]))
	if !ok {
		return Datetime{}, invalidISO(s)
	}
	var c isoClock
	if len(s) > n {
		_, separator := utf8.DecodeRuneInString(s[n:])
		if c, ok = parseISOClock(text(s[n+separator:])); !ok {
			return Datetime{}, invalidISO(s)
		}
	}
	// CPython looks at the zone first, then at the date, then at the clock.
	for _, err := range []error{c.zoneErr, dateErr, c.err()} {
		if err != nil {
			return Datetime{}, err
		}
	}
	return Datetime{int64(date)*day + c.micros(), c.zone, false}, nil
}

// An isoClock is what stands after the date.
type isoClock struct {
	fields  [4]int // hour, minute, second, microsecond
	zone    *Timezone
	zoneErr error // the offset is too large
}

func (c *isoClock) err() error {
	return checkClock(c.fields[0], c.fields[1], c.fields[2], c.fields[3], 0)
}
func (c *isoClock) micros() int64 { return clock(c.fields[0], c.fields[1], c.fields[2], c.fields[3]) }

// parseISOClock reads a time with or without a zone. Not ok means that the
// text has no such form.
func parseISOClock(s text) (c isoClock, ok bool) {
	end := 0
	for end < len(s) && s[end] != '+' && s[end] != '-' && s[end] != 'Z' {
		end++
	}
	var rest bool
	if c.fields, rest, ok = parseClockPart(s, 0, end); !ok {
		return c, false
	}
	switch s.at(end) {
	case 0:
		return c, !rest
	case 'Z':
		c.zone = UTC
		return c, end+1 == len(s)
	}
	c.zone, c.zoneErr, ok = parseOffset(s, end)
	return c, ok
}

// parseOffset reads a sign and an offset at i.
func parseOffset(s text, i int) (*Timezone, error, bool) {
	f, rest, ok := parseClockPart(s, i+1, len(s))
	if !ok || rest {
		return nil, nil, false
	}
	if f[0] == 0 && f[1] == 0 && f[2] == 0 {
		return UTC, nil, true
	}
	offset := clock(f[0], f[1], f[2], f[3])
	if s[i] == '-' {
		offset = -offset
	}
	delta, _ := makeDelta(0, offset) // four days at most
	zone, err := makeZone(delta)
	return zone, err, true
}

// parseClockPart reads HH[:MM[:SS[.f…]]], with or without all colons, from i
// to end: hour, minute, second, microsecond. rest says that the text goes on.
func parseClockPart(s text, i, end int) (f [4]int, rest, ok bool) {
	separated := true
	for n := range 3 {
		if f[n], ok = s.digits(i, 2); !ok {
			return f, false, false
		}
		c := s.at(i + 2)
		i += 3
		if n == 0 {
			separated = c == ':'
		}
		switch {
		case i >= end:
			return f, c != 0, true
		case separated && c == ':':
			continue
		case c == '.' || c == ',':
			return parseFraction(s, i, end, f)
		case separated:
			return f, false, false
		}
		i--
	}
	return parseFraction(s, i, end, f)
}

func parseFraction(s text, i, end int, f [4]int) ([4]int, bool, bool) {
	n := min(end-i, 6)
	us, ok := s.digits(i, n)
	if !ok {
		return f, false, false
	}
	for range 6 - n {
		us *= 10
	}
	f[3] = us
	for i += n; isDigit(s.at(i)); i++ {
	}
	return f, s.at(i) != 0, true
}
