package pydateutil

import (
	"slices"

	"github.com/starhost/starhost/builtins/helpers/pytime"
)

// A part of a date.
type part int

const (
	unlabeled part = iota
	yearPart
	monthPart
	dayPart
)

// A dateParts collects the numbers of a date in their order, with labels for
// those that can be one thing only.
type dateParts struct {
	values  []int
	at      [4]int // where in values the part of a label is, from 1
	century bool   // the year was given with its century
}

func (d *dateParts) has(p part) bool { return d.at[p] > 0 }

// add takes a number without a label. One above 100 is a year.
func (d *dateParts) add(v decimal) bool {
	n := v.int()
	if n > 100 || n == 100 && v.hasFraction() {
		return d.addYear(n, unlabeled)
	}
	return d.put(n, unlabeled)
}

// addText takes a number as it is written. One of more than two digits is a
// year.
func (d *dateParts) addText(s string, label part) bool {
	switch {
	case !isDigits(s):
		return false
	case len(s) > 2:
		return d.addYear(toInt(s), label)
	}
	return d.put(toInt(s), label)
}

func (d *dateParts) addYear(n int, label part) bool {
	d.century = true
	return (label == unlabeled || label == yearPart) && d.put(n, yearPart)
}

func (d *dateParts) put(n int, label part) bool {
	d.values = append(d.values, n)
	if label == unlabeled {
		return true
	}
	if d.has(label) {
		return false
	}
	d.at[label] = len(d.values)
	return true
}

func (d *dateParts) get(p part) int { return d.values[d.at[p]-1] }

// couldBeDay tells whether a number can be the day of what is known already.
func (d *dateParts) couldBeDay(v decimal) bool {
	last := 31
	switch {
	case d.has(dayPart):
		return false
	case d.has(monthPart):
		year := 2000
		if d.has(yearPart) {
			year = d.get(yearPart)
		}
		last = pytime.DaysIn(year, d.get(monthPart))
	}
	n := v.int()
	return 1 <= n && (n < last || n == last && !v.hasFraction())
}

// A date has those of year, month and day that are known; -1 is not known.
type date struct{ year, month, day int }

var noDate = date{-1, -1, -1}

func (d *date) set(p part, n int) {
	switch p {
	case yearPart:
		d.year = n
	case monthPart:
		d.month = n
	case dayPart:
		d.day = n
	}
}

// resolve says which number is the year, the month and the day.
func (d *dateParts) resolve(yearFirst, dayFirst bool) (date, bool) {
	labels := 0
	for _, at := range d.at {
		labels += min(at, 1)
	}
	n := len(d.values)
	switch {
	case n > 0 && labels == n || n == 3 && labels == 2:
		return d.resolveLabeled(), true
	case n > 3:
		return noDate, false
	case n == 1 || n == 2 && d.has(monthPart):
		return d.resolveShort(), true
	case n == 2:
		return d.ordered(d.orderOfTwo(dayFirst)), true
	case n == 3:
		return d.ordered(d.orderOfThree(yearFirst, dayFirst)), true
	}
	return noDate, true
}

// resolveLabeled takes the numbers by their labels. One number of three that
// has none is the part that is missing.
func (d *dateParts) resolveLabeled() date {
	found := noDate
	rest := []int{0, 1, 2}
	missing := unlabeled
	for _, p := range []part{dayPart, monthPart, yearPart} {
		if !d.has(p) {
			missing = p
			continue
		}
		found.set(p, d.get(p))
		rest = slices.DeleteFunc(rest, func(i int) bool { return i == d.at[p]-1 })
	}
	if len(d.values) == 3 && len(rest) == 1 {
		found.set(missing, d.values[rest[0]])
	}
	return found
}

// resolveShort is for a month by name, with at most one number, and for one
// number: a day, or from 32 on a year.
func (d *dateParts) resolveShort() date {
	found := noDate
	other := d.values[0]
	if d.has(monthPart) {
		found.month = d.get(monthPart)
		if len(d.values) == 1 {
			return found
		}
		if d.at[monthPart] == 1 {
			other = d.values[1]
		}
	}
	if other > 31 {
		found.year = other
	} else {
		found.day = other
	}
	return found
}

func (d *dateParts) ordered(order [3]part) date {
	found := noDate
	for i, n := range d.values {
		found.set(order[i], n)
	}
	return found
}

func (d *dateParts) orderOfTwo(dayFirst bool) [3]part {
	switch v := d.values; {
	case v[0] > 31:
		return [3]part{yearPart, monthPart}
	case v[1] > 31:
		return [3]part{monthPart, yearPart}
	case dayFirst && v[1] <= 12:
		return [3]part{dayPart, monthPart}
	}
	return [3]part{monthPart, dayPart}
}

func (d *dateParts) orderOfThree(yearFirst, dayFirst bool) [3]part {
	v := d.values
	switch d.at[monthPart] {
	case 1:
		if v[1] > 31 {
			return [3]part{monthPart, yearPart, dayPart}
		}
		return [3]part{monthPart, dayPart, yearPart}
	case 2:
		if v[0] > 31 || yearFirst && v[2] <= 31 {
			return [3]part{yearPart, monthPart, dayPart}
		}
		return [3]part{dayPart, monthPart, yearPart}
	case 3:
		if v[1] > 31 {
			return [3]part{dayPart, yearPart, monthPart}
		}
		return [3]part{yearPart, dayPart, monthPart}
	}
	switch {
	case v[0] > 31 || d.at[yearPart] == 1 || yearFirst && v[1] <= 12 && v[2] <= 31:
		if dayFirst && v[2] <= 12 {
			return [3]part{yearPart, dayPart, monthPart}
		}
		return [3]part{yearPart, monthPart, dayPart}
	case v[0] > 12 || dayFirst && v[1] <= 12:
		return [3]part{dayPart, monthPart, yearPart}
	}
	return [3]part{monthPart, dayPart, yearPart}
}
