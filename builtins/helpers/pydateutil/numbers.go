package pydateutil

import "strings"

// number reads a number, by its length and by what is around it.
func (r *reader) number(token string, n decimal) error {
	_, dot := strings.CutPrefix(token, n.whole+".")
	size := len(token)
	switch {
	case r.isClockAfterDate(size):
		return r.compactClock(token)
	case size == 6 || size > 6 && dot && len(n.whole) == 6:
		return r.sixDigits(token, dot)
	case size == 8 || size == 12 || size == 14:
		return r.compactDate(token)
	}
	if unit := r.unit(); unit != 0 {
		return r.withUnit(token, n, unit)
	}
	switch next := r.token(1); {
	case next == ":" && r.token(2) != "":
		return r.clock(n)
	case next == "-" || next == "/" || next == ".":
		return r.separated(token, next)
	case next == "" || isJump(next):
		return r.alone(n)
	default:
		return r.before(next, n)
	}
}

// isClockAfterDate tells whether a number of some length is 10 or 1030 after a
// whole date.
func (r *reader) isClockAfterDate(size int) bool {
	if len(r.parts.values) != 3 || size != 2 && size != 4 || r.hour >= 0 {
		return false
	}
	next := r.token(1)
	_, unit := unitOf(next)
	return next != ":" && !unit
}

// compactClock reads 10 or 1030.
func (r *reader) compactClock(s string) error {
	fields, err := clockFields(s[:2])
	if err != nil {
		return err
	}
	r.hour = fields[0]
	if len(s) < 4 {
		return nil
	}
	if fields, err = clockFields(s[2:]); err == nil {
		r.minute = fields[0]
	}
	return err
}

// sixDigits reads 990925 as a date, if there is none yet, and 235959 and
// 235959.5 as a clock.
func (r *reader) sixDigits(s string, dot bool) error {
	if len(r.parts.values) == 0 && !dot {
		return ensure(r.parts.addText(s[:2], unlabeled) && r.parts.addText(s[2:4], unlabeled) && r.parts.addText(s[4:], unlabeled))
	}
	fields, err := clockFields(s[:2], s[2:4])
	if err != nil {
		return err
	}
	r.hour, r.minute = fields[0], fields[1]
	return r.seconds(s[4:])
}

// compactDate reads 20240229, and with 4 or 6 digits more a clock after it.
func (r *reader) compactDate(s string) error {
	if !r.parts.addText(s[:4], yearPart) || !r.parts.addText(s[4:6], unlabeled) || !r.parts.addText(s[6:8], unlabeled) {
		return errUnknown
	}
	if len(s) == 8 {
		return nil
	}
	fields, err := clockFields(s[8:10], s[10:12])
	if err != nil {
		return err
	}
	r.hour, r.minute = fields[0], fields[1]
	if len(s) > 12 {
		if fields, err = clockFields(s[12:]); err == nil {
			r.second = fields[0]
		}
	}
	return err
}

// seconds reads 59 and 59.123456.
func (r *reader) seconds(s string) error {
	whole, fraction, dot := strings.Cut(s, ".")
	if !isDigits(whole) || dot && !isDigits(fraction) {
		return errUnknown
	}
	r.second, r.microsecond = toInt(whole), 0
	if dot {
		r.microsecond = toInt((fraction + "000000")[:6])
	}
	return nil
}

// unit looks for an hour, minute or second near a number. It returns the
// distance of its token, or 0.
func (r *reader) unit() int {
	distances := []int{1}
	if r.token(1) == " " {
		distances = append(distances, 2)
	}
	distances = append(distances, -1)
	if r.at > 1 && r.at == len(r.tokens)-1 && r.token(-1) == " " {
		distances = append(distances, -2)
	}
	for _, distance := range distances {
		if _, ok := unitOf(r.token(distance)); ok {
			return distance
		}
	}
	return 0
}

// withUnit reads 10h, and 30 in 10h30, whose unit is the next smaller one.
func (r *reader) withUnit(token string, n decimal, distance int) error {
	unit, _ := unitOf(r.token(distance))
	if distance < 0 {
		unit++
	} else {
		r.at += distance
	}
	switch unit {
	case hourUnit:
		r.hour = n.int()
		if n.hasFraction() {
			var err error
			r.minute, err = n.sixtieths()
			return err
		}
		_, err := n.sixtieths() // fails for more digits than decimals have
		return err
	case minuteUnit:
		return r.minutes(n)
	case secondUnit:
		return r.seconds(token)
	}
	return nil
}

// minutes reads 30, and 30.5, which has seconds.
func (r *reader) minutes(n decimal) error {
	r.minute, r.second = n.int(), -1
	seconds, err := n.sixtieths()
	if n.hasFraction() {
		r.second = seconds
	}
	return err
}

// clock reads 10:30, 10:30.5 and 10:30:59.123.
func (r *reader) clock(hour decimal) error {
	r.hour = hour.int()
	minutes, ok := parseDecimal(r.token(2))
	if !ok {
		return errUnknown
	}
	if err := r.minutes(minutes); err != nil {
		return err
	}
	if r.token(3) == ":" && r.token(4) != "" {
		if err := r.seconds(r.token(4)); err != nil {
			return err
		}
		r.at += 2
	}
	r.at += 2
	return nil
}

// separated reads 01-02, 01-Jan-2024, 2024.01.02 and so on.
func (r *reader) separated(token, sep string) error {
	if !r.parts.addText(token, unlabeled) {
		return errUnknown
	}
	r.at++
	second := r.token(1)
	if second == "" || isJump(second) {
		return nil
	}
	if month, ok := monthOf(second); ok {
		ok = r.parts.put(month, monthPart)
		if !ok {
			return errUnknown
		}
	} else if !r.parts.addText(second, unlabeled) {
		return errUnknown
	}
	r.at++
	if r.token(1) != sep {
		return nil
	}
	third := r.token(2)
	r.at += 2
	if month, ok := monthOf(third); ok {
		return ensure(r.parts.put(month, monthPart))
	}
	return ensure(r.parts.addText(third, unlabeled))
}

// alone reads a number before a space or the end: an hour, if am or pm
// follows, or a part of the date.
func (r *reader) alone(n decimal) error {
	if half, ok := halfOf(r.token(2)); ok {
		r.hour = hourOf(n.int(), half)
		r.at++
	} else if !r.parts.add(n) {
		return errUnknown
	}
	r.at++
	return nil
}

// before reads a number that something else follows: 10am, or a day.
func (r *reader) before(next string, n decimal) error {
	if half, ok := halfOf(next); ok && n.int() < 24 {
		r.hour = hourOf(n.int(), half)
		r.at++
		return nil
	}
	if r.parts.couldBeDay(n) {
		return ensure(r.parts.add(n))
	}
	return ensure(r.fuzzy)
}
