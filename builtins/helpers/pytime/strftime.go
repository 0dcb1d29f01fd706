package pytime

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tm is the C library's broken-down time, with Python's numbering. Its
// fields need not agree with each other.
type tm struct {
	year, mon, mday, hour, min, sec int
	wday                            int // Monday = 0
	yday                            int // from 1
	isdst                           int // negative: unknown, and no zone prints
	zone                            string
	gmtoff                          int
}

// tm returns the fields of d's clock.
func (d Datetime) tm(isdst int) tm {
	year, month, mday := civil(d.date().n)
	h, m, s, _ := clockFields(d.micros % day)
	return tm{
		year: year, mon: month, mday: mday, hour: h, min: m, sec: s,
		wday: weekday(d.date().n), yday: yearDay(year, month, mday), isdst: isdst,
	}
}

// ctime is asctime with four digits for the year.
func (d Datetime) ctime() string { return d.tm(0).strftime("%a %b %e %H:%M:%S %04Y") }

// strftime formats like CPython's datetime: it replaces the zone and the
// microseconds, and leaves the rest to the C library.
func (d Datetime) strftime(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		switch format[i] {
		case 'f':
			fmt.Fprintf(&b, "%06d", d.micros%second)
		case 'z':
			if d.zone != nil {
				b.WriteString(formatOffset(d.zone.offset, ""))
			}
		case 'Z':
			if d.zone != nil {
				name, _ := d.zone.Name()
				b.WriteString(strings.ReplaceAll(name, "%", "%%"))
			}
		default:
			b.WriteString(format[i-1 : i+1])
		}
	}
	return d.tm(-1).strftime(b.String())
}

// strftime formats like the GNU C library in the C locale.
func (t tm) strftime(format string) string {
	var b strings.Builder
	t.strftimeTo(&b, format, false)
	return b.String()
}

func (t *tm) strftimeTo(b *strings.Builder, format string, upper bool) {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			writeCased(b, format[i:i+1], upper) // of ASCII, if upper
			continue
		}
		d, end := parseDirective(format, i)
		d.upper = d.upper || upper
		t.directive(b, d)
		i = end
	}
}

// A directive is % with flags, a width, a modifier (E or O) and a letter.
type directive struct {
	text     string // all of it
	pad      byte   // a flag: '_', '-' or '0'
	upper    bool   // flag ^
	swap     bool   // flag #
	width    int
	modifier byte
	letter   byte // 0 at the end of the format
}

// maxWidth bounds the padding that a format can ask for.
const maxWidth = 1024

func parseDirective(format string, start int) (d directive, end int) {
	i := start + 1
	for ; i < len(format); i++ {
		switch c := format[i]; c {
		case '_', '-', '0':
			d.pad = c
			continue
		case '^':
			d.upper = true
			continue
		case '#':
			d.swap = true
			continue
		}
		break
	}
	for ; i < len(format) && isDigit(format[i]); i++ {
		d.width = min(d.width*10+int(format[i]-'0'), maxWidth)
	}
	if i < len(format) && (format[i] == 'E' || format[i] == 'O') {
		d.modifier = format[i]
		i++
	}
	if i == len(format) {
		d.text = format[start:]
		return d, i
	}
	_, size := utf8.DecodeRuneInString(format[i:])
	d.letter = format[i] // of what is longer, only the text counts
	d.text = format[start : i+size]
	return d, i + size - 1
}

// misused says that the modifier does not go with the letter.
func (d directive) misused() bool {
	switch d.modifier {
	case 'E':
		return strings.IndexByte("%aAbhBDdeHIkljMmSUVgGWwF", d.letter) >= 0
	case 'O':
		return strings.IndexByte("%aAcDxXYF", d.letter) >= 0
	}
	return false
}

func (t *tm) directive(b *strings.Builder, d directive) {
	if d.misused() {
		d.string(b, d.text[strings.LastIndexByte(d.text, '%'):])
		return
	}
	if d.number(b, t) {
		return
	}
	switch d.letter {
	case 'a':
		d.name(b, t.weekdayName()[:min(3, len(t.weekdayName()))])
	case 'A':
		d.name(b, t.weekdayName())
	case 'b', 'h':
		d.name(b, t.monthName()[:min(3, len(t.monthName()))])
	case 'B':
		d.name(b, t.monthName())
	case 'p':
		if d.swap {
			d.string(b, strings.ToLower(t.half()))
			return
		}
		d.string(b, t.half())
	case 'P':
		d.upper = false
		d.string(b, strings.ToLower(t.half()))
	case 'c':
		t.composed(b, d, "%a %b %e %H:%M:%S %Y")
	case 'D', 'x':
		t.composed(b, d, "%m/%d/%y")
	case 'F':
		t.composed(b, d, "%Y-%m-%d")
	case 'r':
		t.composed(b, d, "%I:%M:%S %p")
	case 'R':
		t.composed(b, d, "%H:%M")
	case 'T', 'X':
		t.composed(b, d, "%H:%M:%S")
	case 'n':
		d.string(b, "\n")
	case 't':
		d.string(b, "\t")
	case '%':
		d.string(b, "%")
	case 'z':
		t.offset(b, d)
	case 'Z':
		t.zoneName(b, d)
	default:
		d.string(b, d.text)
	}
}

// number prints a directive that is a number.
func (d directive) number(b *strings.Builder, t *tm) bool {
	n, digits, pad := 0, 2, byte('0')
	switch d.letter {
	case 'C':
		n, digits = floorDiv(t.year, 100), 1
	case 'd':
		n = t.mday
	case 'e':
		n, pad = t.mday, '_'
	case 'g':
		year, _ := t.isoWeek()
		n = floorMod(year, 100)
	case 'G':
		n, _ = t.isoWeek()
		digits = 1
	case 'H':
		n = t.hour
	case 'I':
		n = (t.hour+11)%12 + 1
	case 'j':
		n, digits = t.yday, 3
	case 'k':
		n, pad = t.hour, '_'
	case 'l':
		n, pad = (t.hour+11)%12+1, '_'
	case 'm':
		n = t.mon
	case 'M':
		n = t.min
	case 's':
		n, digits = int(t.unix()), 1
	case 'S':
		n = t.sec
	case 'u':
		n, digits = floorMod(t.wday, 7)+1, 1
	case 'U':
		n = (t.yday - 1 - t.sunday() + 7) / 7
	case 'V':
		_, n = t.isoWeek()
	case 'w':
		n, digits = t.sunday(), 1
	case 'W':
		n = (t.yday - 1 - (t.sunday()+6)%7 + 7) / 7
	case 'y':
		n = floorMod(t.year, 100)
	case 'Y':
		n, digits = t.year, 1
	default:
		return false
	}
	if d.pad != 0 {
		pad = d.pad
	}
	d.padNumber(b, n, digits, pad)
	return true
}

func (d directive) padNumber(b *strings.Builder, n, digits int, pad byte) {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.Itoa(n)
	switch pad {
	case '_':
		s = strings.Repeat(" ", max(0, max(digits, d.width)-len(s)-len(sign))) + sign + s
	case '-':
		s = strings.Repeat(" ", max(0, d.width-len(s)-len(sign))) + sign + s
	default:
		s = sign + strings.Repeat("0", max(0, max(digits, d.width)-len(s)-len(sign))) + s
	}
	b.WriteString(s)
}

// sunday is the day of the week with Sunday = 0.
func (t *tm) sunday() int { return floorMod(t.wday+1, 7) }

func (t *tm) weekdayName() string {
	if t.wday < -1 || t.wday > 6 {
		return "?"
	}
	return weekdayNames[floorMod(t.wday, 7)]
}

func (t *tm) monthName() string {
	if t.mon < 1 || t.mon > 12 {
		return "?"
	}
	return monthNames[t.mon-1]
}

func (t *tm) half() string {
	if t.hour > 11 {
		return "PM"
	}
	return "AM"
}

// isoWeek returns the year and week of the day of the year and of the week.
func (t *tm) isoWeek() (year, week int) {
	year = t.year
	days := isoWeekDays(t.yday-1, t.sunday())
	if days < 0 {
		year--
		days = isoWeekDays(t.yday-1+yearDays(year), t.sunday())
	} else if next := isoWeekDays(t.yday-1-yearDays(year), t.sunday()); next >= 0 {
		year++
		days = next
	}
	return year, days/7 + 1
}

// isoWeekDays returns how many days a day is after Monday of week 1.
func isoWeekDays(yday, wday int) int {
	return yday - (yday-wday+4+378)%7 + 4 - 1
}

// name prints a name, which flag # turns to capitals.
func (d directive) name(b *strings.Builder, s string) {
	d.upper = d.upper || d.swap
	d.string(b, s)
}

// string prints a text, padded to the width.
func (d directive) string(b *strings.Builder, s string) {
	fill := " "
	if d.pad == '0' {
		fill = "0"
	}
	b.WriteString(strings.Repeat(fill, max(0, d.width-utf8.RuneCountInString(s))))
	writeCased(b, s, d.upper)
}

func writeCased(b *strings.Builder, s string, upper bool) {
	if upper && utf8.ValidString(s) {
		s = strings.ToUpper(s)
	}
	b.WriteString(s)
}

// composed prints a directive that stands for others.
func (t *tm) composed(b *strings.Builder, d directive, format string) {
	var inner strings.Builder
	t.strftimeTo(&inner, format, d.upper)
	d.string(b, inner.String())
}

func (t *tm) offset(b *strings.Builder, d directive) {
	if t.isdst < 0 {
		return
	}
	sign, off := "+", t.gmtoff
	if off < 0 {
		sign, off = "-", -off
	}
	d.string(b, sign)
	d.padNumber(b, off/3600*100+off/60%60, 4, d.pad)
}

func (t *tm) zoneName(b *strings.Builder, d directive) {
	name := t.zone
	if t.isdst < 0 {
		name = ""
	}
	if d.swap {
		name = strings.ToLower(name)
	}
	d.string(b, name)
}

// unix is the C library's mktime in UTC: fields beyond their range carry over.
func (t tm) unix() int64 {
	months := t.year*12 + t.mon - 1
	year, month := floorDiv(months, 12), floorMod(months, 12)+1
	days := int64(dayOf(year, month, 1) + t.mday - 1 - epochDay)
	if t.isdst > 0 {
		t.hour-- // on a zone that has no such time
	}
	return days*86400 + int64(t.hour)*3600 + int64(t.min)*60 + int64(t.sec)
}
