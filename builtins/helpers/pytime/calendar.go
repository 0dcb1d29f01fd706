package pytime

import "github.com/starhost/starhost/builtins/helpers/pyerr"

const (
	minYear, maxYear = 1, 9999

	second = 1_000_000 // in microseconds, as all of these
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	lastDay   = 3_652_058 // of 9999-12-31, from 0001-01-01 = 0
	epochDay  = 719_162   // of 1970-01-01
	epoch     = epochDay * day
	lastMicro = (lastDay+1)*day - 1
)

var (
	daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

	monthNames   = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	weekdayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func yearDays(year int) int {
	if leap(year) {
		return 366
	}
	return 365
}

func monthDays(year, month int) int {
	if month == 2 && leap(year) {
		return 29
	}
	return daysBefore[month] - daysBefore[month-1]
}

// dayOf returns the day number of a date, which may be of any year.
func dayOf(year, month, mday int) int {
	return newYear(year) + yearDay(year, month, mday) - 1
}

// newYear returns the day number of January 1.
func newYear(year int) int {
	y := year - 1
	return y*365 + floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400)
}

// yearDay returns the day of the year, from 1.
func yearDay(year, month, mday int) int {
	n := daysBefore[month-1] + mday
	if month > 2 && leap(year) {
		n++
	}
	return n
}

// civil is the inverse of dayOf.
func civil(n int) (year, month, mday int) {
	// Years of average length, off by one at most.
	year = floorDiv(n*400, 146_097) + 1
	for newYear(year) > n {
		year--
	}
	for newYear(year+1) <= n {
		year++
	}
	rest := n - newYear(year)
	month = 1
	for month < 12 && rest >= yearDay(year, month+1, 1)-1 {
		month++
	}
	return year, month, rest - (yearDay(year, month, 1) - 1) + 1
}

// weekday returns the day of the week of a day number, Monday = 0.
func weekday(n int) int { return floorMod(n, 7) }

// isoYearStart returns the day number of Monday of week 1.
func isoYearStart(year int) int {
	first := newYear(year)
	start := first - weekday(first)
	if weekday(first) > 3 {
		start += 7
	}
	return start
}

func isoWeeks(year int) int { return (isoYearStart(year+1) - isoYearStart(year)) / 7 }

// isoCalendar returns the ISO year and week of a day number.
func isoCalendar(n int) (year, week int) {
	year, _, _ = civil(n)
	switch {
	case n < isoYearStart(year):
		year--
	case n >= isoYearStart(year+1):
		year++
	}
	return year, (n-isoYearStart(year))/7 + 1
}

func checkDate(year, month, mday int) error {
	switch {
	case year < minYear || year > maxYear:
		return pyerr.Value("year %d is out of range", year)
	case month < 1 || month > 12:
		return pyerr.Value("month must be in 1..12")
	case mday < 1 || mday > monthDays(year, month):
		return pyerr.Value("day is out of range for month")
	}
	return nil
}

func checkClock(h, m, s, us, fold int) error {
	switch {
	case h < 0 || h > 23:
		return pyerr.Value("hour must be in 0..23")
	case m < 0 || m > 59:
		return pyerr.Value("minute must be in 0..59")
	case s < 0 || s > 59:
		return pyerr.Value("second must be in 0..59")
	case us < 0 || us > 999_999:
		return pyerr.Value("microsecond must be in 0..999999")
	case fold != 0 && fold != 1:
		return pyerr.Value("fold must be either 0 or 1")
	}
	return nil
}

func clock(h, m, s, us int) int64 {
	return int64(h)*hour + int64(m)*minute + int64(s)*second + int64(us)
}

func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod[T int | int64](a, b T) T { return a - floorDiv(a, b)*b }
