package pydateutil

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pytime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// The relative parts of a relativedelta, in the order of its repr.
const (
	years = iota
	months
	days
	leapdays
	hours
	minutes
	seconds
	microseconds
	relativeParts
)

// The absolute parts of a relativedelta.
const (
	year = iota
	month
	mday
	hour
	minute
	second
	microsecond
	absoluteParts
)

var (
	relativeNames = [...]string{"years", "months", "days", "leapdays", "hours", "minutes", "seconds", "microseconds"}
	absoluteNames = [...]string{"year", "month", "day", "hour", "minute", "second", "microsecond"}
)

// A relative is Python's relativedelta: what it sets in a datetime, then what
// it adds, then the weekday it goes on to. It is immutable.
type relative struct {
	delta   [relativeParts]quantity
	set     [absoluteParts]optional
	weekday *weekday
}

// An optional is an absolute part, if it is given.
type optional struct {
	n     int
	given bool
}

// Unpack implements starlark.Unpacker.
func (o *optional) Unpack(v starlark.Value) error {
	if v == starlark.None {
		*o = optional{}
		return nil
	}
	o.given = true
	if err := starlark.AsInt(v, &o.n); err != nil || o.n != int(int32(o.n)) {
		return pyerr.Type("relativedelta: got %s, want a small integer or None", pyerr.TypeName(v))
	}
	return nil
}

// or returns the first that is given.
func (o optional) or(p optional) optional {
	if o.given {
		return o
	}
	return p
}

// A quantity is a relative part: an integer, or a float.
type quantity struct {
	n     float64
	float bool
}

// maxQuantity is up to where integers are exact.
const maxQuantity = 1 << 53

// Unpack implements starlark.Unpacker.
func (q *quantity) Unpack(v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Int:
		q.n, q.float = float64(v.Float()), false
	case starlark.Float:
		q.n, q.float = float64(v), true
	default:
		return pyerr.Type("relativedelta: got %s, want a number", pyerr.TypeName(v))
	}
	return q.check()
}

func (q quantity) check() error {
	switch {
	case math.IsNaN(q.n):
		return pyerr.Value("cannot convert float NaN to integer")
	case math.Abs(q.n) > maxQuantity:
		return pyerr.Overflow("relativedelta: number too large")
	}
	return nil
}

func (q quantity) plus(p quantity) quantity { return quantity{q.n + p.n, q.float || p.float} }

func (q quantity) times(f float64) quantity { return quantity{q.n * f, q.float} }

func (q quantity) value() starlark.Value {
	if q.float {
		return starlark.Float(q.n)
	}
	return starlark.MakeInt64(int64(q.n))
}

var (
	_ starlark.HasAttrs   = (*relative)(nil)
	_ starlark.HasBinary  = (*relative)(nil)
	_ starlark.HasUnary   = (*relative)(nil)
	_ starlark.Comparable = (*relative)(nil)
	_ pyclass.Instance    = (*relative)(nil)
)

var relativeClass = &pyclass.Class{FullName: "dateutil.relativedelta.relativedelta", New: newRelative}

func relativeMembers() starlark.StringDict {
	members := starlark.StringDict{
		"relativedelta": relativeClass,
		"weekday": &pyclass.Class{FullName: weekdayClass.FullName, New: func(c pyclass.Call) (starlark.Value, error) {
			var day int
			var n starlark.Value = starlark.None
			if err := c.Unpack("weekday", &day, "n?", &n); err != nil {
				return nil, err
			}
			if day < 0 || day > 6 {
				return nil, pyerr.New("IndexError", "tuple index out of range")
			}
			return newWeekday(day, n)
		}},
	}
	for i, name := range weekdayAbbreviations {
		members[name] = weekday{day: i}
	}
	return members
}

// newRelative makes one of its parts, or the difference of two dates.
func newRelative(c pyclass.Call) (starlark.Value, error) {
	var (
		r                  relative
		dt1, dt2           starlark.Value = starlark.None, starlark.None
		weeks              quantity
		wday               starlark.Value = starlark.None
		yearday, nlyearday int
	)
	d, s := &r.delta, &r.set
	if err := c.Unpack("dt1?", &dt1, "dt2?", &dt2, "years?", &d[years], "months?", &d[months], "days?", &d[days],
		"leapdays?", &d[leapdays], "weeks?", &weeks, "hours?", &d[hours], "minutes?", &d[minutes],
		"seconds?", &d[seconds], "microseconds?", &d[microseconds], "year?", &s[year], "month?", &s[month],
		"day?", &s[mday], "weekday?", &wday, "yearday??", &yearday, "nlyearday??", &nlyearday, "hour?", &s[hour],
		"minute?", &s[minute], "second?", &s[second], "microsecond?", &s[microsecond]); err != nil {
		return nil, err
	}
	if dt1 != starlark.None && dt2 != starlark.None {
		return value(difference(dt1, dt2))
	}
	if d[years].n != math.Trunc(d[years].n) || d[months].n != math.Trunc(d[months].n) {
		return nil, pyerr.Value("Non-integer years and months are ambiguous and not currently supported.")
	}
	d[years].float, d[months].float = false, false
	d[days] = d[days].plus(weeks.times(7))
	var err error
	if r.weekday, err = unpackWeekday(wday); err != nil {
		return nil, err
	}
	if err := r.setYearDay(yearday, nlyearday); err != nil {
		return nil, err
	}
	return value(r.fixed())
}

// setYearDay sets month and day from the day of a year, or of one that is not
// a leap year.
func (r *relative) setYearDay(yearday, nlyearday int) error {
	n := nlyearday
	if n == 0 {
		n = yearday
		if yearday > 59 {
			r.delta[leapdays] = quantity{n: -1}
		}
	}
	if n == 0 {
		return nil
	}
	before := 0
	for i, last := range []int{31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 366} {
		if n <= last {
			r.set[month], r.set[mday] = optional{i + 1, true}, optional{n - before, true}
			return nil
		}
		before = last
	}
	return pyerr.Value("invalid year day (%d)", n)
}

// fixed carries what is too much for one part over to the next.
func (r relative) fixed() (*relative, error) {
	d := &r.delta
	for _, c := range []struct {
		part, next int
		size       float64
	}{
		{microseconds, seconds, 1_000_000}, {seconds, minutes, 60}, {minutes, hours, 60}, {hours, days, 24}, {months, years, 12},
	} {
		if q := d[c.part]; math.Abs(q.n) > c.size-1 {
			whole := math.Trunc(q.n / c.size)
			d[c.part].n = math.Copysign(math.Mod(math.Abs(q.n), c.size), q.n)
			d[c.next] = d[c.next].plus(quantity{whole, q.float})
		}
	}
	for _, q := range d {
		if err := q.check(); err != nil {
			return nil, err
		}
	}
	return &r, nil
}

func (r *relative) hasTime() bool {
	return slices.ContainsFunc(r.delta[hours:], func(q quantity) bool { return q.n != 0 }) ||
		slices.ContainsFunc(r.set[hour:], func(o optional) bool { return o.given })
}

// moment makes a datetime of a date.
func moment(v starlark.Value) (d pytime.Datetime, ok bool) {
	switch v := v.(type) {
	case pytime.Date:
		return v.Datetime(), true
	case pytime.Datetime:
		return v, true
	}
	return d, false
}

// difference is relativedelta(dt1, dt2): whole months, and then a duration.
func difference(dt1, dt2 starlark.Value) (*relative, error) {
	a, ok1 := moment(dt1)
	b, ok2 := moment(dt2)
	if !ok1 || !ok2 {
		return nil, pyerr.Type("relativedelta only diffs datetime/date")
	}
	from, to := b.Fields(), a.Fields()
	count := (to.Year-from.Year)*12 + to.Month - from.Month
	gap, err := a.Since(b)
	if err != nil {
		return nil, err
	}
	sign := 1
	if before, _, _ := gap.Split(); before < 0 {
		sign = -1
	}
	for {
		r := relative{}
		r.delta[years].n, r.delta[months].n = float64(count/12), float64(count%12)
		reached, err := r.addTo(b)
		if err != nil {
			return nil, err
		}
		rest, err := a.Since(reached)
		if err != nil {
			return nil, err
		}
		restDays, restSeconds, restMicros := rest.Split()
		if zero := restDays == 0 && restSeconds == 0 && restMicros == 0; sign > 0 && restDays < 0 || sign < 0 && restDays >= 0 && !zero {
			count -= sign
			continue
		}
		r.delta[seconds].n = float64(int64(restDays)*86400 + restSeconds)
		r.delta[microseconds].n = float64(restMicros)
		return r.fixed()
	}
}

// addTo returns d with the parts set, then moved.
func (r *relative) addTo(d pytime.Datetime) (pytime.Datetime, error) {
	f := d.Fields()
	if n := r.set[year].n; n != 0 {
		f.Year = n
	}
	f.Year += int(r.delta[years].n)
	if n := r.set[month].n; n != 0 {
		f.Month = n
	}
	switch f.Month += int(r.delta[months].n); {
	case r.delta[months].n == 0:
	case f.Month > 12:
		f.Year, f.Month = f.Year+1, f.Month-12
	case f.Month < 1:
		f.Year, f.Month = f.Year-1, f.Month+12
	}
	if f.Month < 1 || f.Month > 12 {
		return d, pyerr.Value("bad month number %d; must be 1-12", f.Month)
	}
	if n := r.set[mday].n; n != 0 {
		f.Day = n
	}
	f.Day = min(f.Day, pytime.DaysIn(f.Year, f.Month))
	for i, field := range map[int]*int{hour: &f.Hour, minute: &f.Minute, second: &f.Second, microsecond: &f.Microsecond} {
		if r.set[i].given {
			*field = r.set[i].n
		}
	}
	d, err := f.Datetime(d.Zone())
	if err != nil {
		return d, err
	}
	delta := r.delta
	if delta[leapdays].n != 0 && f.Month > 2 && pytime.DaysIn(f.Year, 2) == 29 {
		delta[days] = delta[days].plus(delta[leapdays])
	}
	return r.move(d, delta)
}

func (r *relative) move(d pytime.Datetime, delta [relativeParts]quantity) (pytime.Datetime, error) {
	var kwargs []starlark.Tuple
	for _, i := range []int{days, hours, minutes, seconds, microseconds} {
		kwargs = append(kwargs, starlark.Tuple{starlark.String(relativeNames[i]), delta[i].value()})
	}
	duration, err := pytime.NewTimedelta(kwargs)
	if err != nil {
		return d, err
	}
	if d, err = d.Add(duration); err != nil || r.weekday == nil {
		return d, err
	}
	return d.Add(pytime.Days(r.weekday.jump(d.Weekday())))
}

// addToValue adds to a date or datetime. A date stays one if there is no
// clock in r.
func (r *relative) addToValue(v starlark.Value) (starlark.Value, error) {
	d, _ := moment(v)
	d, err := r.addTo(d)
	if err != nil {
		return nil, err
	}
	if _, date := v.(pytime.Date); date && !r.hasTime() {
		return d.Date(), nil
	}
	return d, nil
}

// combine is the sum of r and another, whose absolute parts are taken first.
func (r *relative) combine(o *relative, sign float64, first *relative) (*relative, error) {
	second := r
	if first == r {
		second = o
	}
	sum := relative{weekday: first.weekday}
	if sum.weekday == nil {
		sum.weekday = second.weekday
	}
	for i := range sum.delta {
		sum.delta[i] = r.delta[i].plus(o.delta[i].times(sign))
	}
	sum.delta[leapdays] = first.delta[leapdays]
	if sum.delta[leapdays].n == 0 {
		sum.delta[leapdays] = second.delta[leapdays]
	}
	for i := range sum.set {
		sum.set[i] = first.set[i].or(second.set[i])
	}
	return sum.fixed()
}

// mapped applies a function to the parts that are added, but for leap days.
func (r relative) mapped(f func(quantity) quantity) (*relative, error) {
	leap := r.delta[leapdays]
	for i := range r.delta {
		r.delta[i] = f(r.delta[i])
	}
	r.delta[leapdays] = leap
	return r.fixed()
}

func (r *relative) scaled(f float64) (*relative, error) {
	return r.mapped(func(q quantity) quantity { return quantity{n: math.Trunc(q.n * f)} })
}

// Binary implements arithmetic with dates, durations, numbers and others of
// its kind.
func (r *relative) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case pytime.Date, pytime.Datetime:
		switch {
		case op == syntax.PLUS:
			return r.addToValue(y)
		case op == syntax.MINUS && side == starlark.Right:
			negative, err := r.mapped(func(q quantity) quantity { return q.times(-1) })
			if err != nil {
				return nil, err
			}
			return negative.addToValue(y)
		}
	case *relative:
		switch op {
		case syntax.PLUS:
			return value(r.combine(y, 1, y))
		case syntax.MINUS:
			return value(r.combine(y, -1, r))
		}
	case pytime.Timedelta:
		if op == syntax.PLUS {
			o := relative{}
			d, s, us := y.Split()
			o.delta[days].n, o.delta[seconds].n, o.delta[microseconds].n = float64(d), float64(s), float64(us)
			return value(r.combine(&o, 1, r))
		}
	case starlark.Int, starlark.Float:
		f, _ := starlark.AsFloat(y)
		switch {
		case op == syntax.STAR:
			return value(r.scaled(f))
		case op == syntax.SLASH && side == starlark.Left && f == 0:
			return nil, pyerr.New("ZeroDivisionError", "float division by zero")
		case op == syntax.SLASH && side == starlark.Left:
			return value(r.scaled(1 / f))
		}
	}
	return nil, nil
}

// Unary implements -r.
func (r *relative) Unary(op syntax.Token) (starlark.Value, error) {
	if op != syntax.MINUS {
		return nil, nil
	}
	return value(r.mapped(func(q quantity) quantity { return q.times(-1) }))
}

// Abs returns r with all that it adds positive, for abs().
func (r *relative) Abs() (starlark.Value, error) {
	return value(r.mapped(func(q quantity) quantity { return quantity{math.Abs(q.n), q.float} }))
}

// CompareSameType compares part by part. There is no order.
func (r *relative) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	if op != syntax.EQL && op != syntax.NEQ {
		return false, pyerr.Type("'%s' not supported between instances of 'relativedelta' and 'relativedelta'", op)
	}
	return r.equal(y.(*relative)) == (op == syntax.EQL), nil
}

func (r *relative) equal(o *relative) bool {
	for i := range r.delta {
		if r.delta[i].n != o.delta[i].n {
			return false
		}
	}
	if (r.weekday == nil) != (o.weekday == nil) {
		return false
	}
	if r.weekday != nil && (r.weekday.day != o.weekday.day || r.weekday.nth() != o.weekday.nth()) {
		return false
	}
	return r.set == o.set
}

// String returns Python's repr: relativedelta(months=+1, day=1).
func (r *relative) String() string {
	var parts []string
	for i, q := range r.delta {
		if q.n != 0 {
			sign := ""
			if q.n > 0 {
				sign = "+"
			}
			parts = append(parts, relativeNames[i]+"="+sign+strconv.FormatFloat(q.n, 'g', 6, 64))
		}
	}
	for i, o := range r.set {
		if i == hour && r.weekday != nil {
			parts = append(parts, "weekday="+r.weekday.String())
		}
		if o.given {
			parts = append(parts, fmt.Sprintf("%s=%d", absoluteNames[i], o.n))
		}
	}
	return "relativedelta(" + strings.Join(parts, ", ") + ")"
}

func (r *relative) Type() string          { return "relativedelta" }
func (r *relative) Freeze()               {}
func (r *relative) Class() *pyclass.Class { return relativeClass }

// Hash is that of what it adds: equal ones have the same.
func (r *relative) Hash() (uint32, error) {
	h := uint32(0)
	for _, q := range r.delta {
		h = h*31 + uint32(int64(q.n))
	}
	return h, nil
}

// Truth says whether any part is given.
func (r *relative) Truth() starlark.Bool {
	return starlark.Bool(r.weekday != nil ||
		slices.ContainsFunc(r.delta[:], func(q quantity) bool { return q.n != 0 }) ||
		slices.ContainsFunc(r.set[:], func(o optional) bool { return o.given }))
}

// Attr returns a part, or a method.
func (r *relative) Attr(name string) (starlark.Value, error) {
	if i := slices.Index(relativeNames[:], name); i >= 0 {
		return r.delta[i].value(), nil
	}
	if i := slices.Index(absoluteNames[:], name); i >= 0 {
		if !r.set[i].given {
			return starlark.None, nil
		}
		return starlark.MakeInt(r.set[i].n), nil
	}
	switch {
	case name == "weeks":
		return starlark.MakeInt64(int64(r.delta[days].n / 7)), nil
	case name == "weekday" && r.weekday == nil:
		return starlark.None, nil
	case name == "weekday":
		return *r.weekday, nil
	case name == "normalized":
		return pyclass.Function(name, func(c pyclass.Call) (starlark.Value, error) {
			if err := c.Unpack(); err != nil {
				return nil, err
			}
			return value(r.normalized())
		}), nil
	}
	return nil, nil
}

// AttrNames lists the parts and methods.
func (r *relative) AttrNames() []string {
	names := append([]string{"weeks", "weekday", "normalized"}, relativeNames[:]...)
	return append(names, absoluteNames[:]...)
}

// normalized carries fractions over to smaller parts, so that all are
// integers.
func (r relative) normalized() (*relative, error) {
	d := &r.delta
	carry := d[days].n - math.Trunc(d[days].n)
	d[days] = quantity{n: math.Trunc(d[days].n)}
	for _, c := range []struct {
		part   int
		size   float64
		digits int
	}{{hours, 24, 11}, {minutes, 60, 10}, {seconds, 60, 8}, {microseconds, 1e6, 0}} {
		f := roundTo(d[c.part].n+c.size*carry, c.digits)
		d[c.part] = quantity{n: math.Trunc(f)}
		carry = f - math.Trunc(f)
	}
	return r.fixed()
}

// roundTo is Python's round of a float: through its decimal digits.
func roundTo(f float64, digits int) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', digits, 64), 64)
	if err != nil {
		return f
	}
	return rounded
}
