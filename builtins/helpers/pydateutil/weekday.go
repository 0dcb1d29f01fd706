package pydateutil

import (
	"fmt"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

// A weekday is MO to SU of relativedelta, or the n-th of them: MO(-1).
type weekday struct {
	day  int // Monday = 0
	n    int
	hasN bool
}

var (
	_ starlark.Callable = weekday{}
	_ starlark.HasAttrs = weekday{}
	_ pyclass.Instance  = weekday{}
)

var weekdayAbbreviations = [...]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

var weekdayClass = &pyclass.Class{FullName: "dateutil._common.weekday"}

// String returns Python's repr: MO(+1).
func (w weekday) String() string {
	if w.n == 0 {
		return weekdayAbbreviations[w.day]
	}
	return fmt.Sprintf("%s(%+d)", weekdayAbbreviations[w.day], w.n)
}

func (w weekday) Type() string          { return "weekday" }
func (w weekday) Freeze()               {}
func (w weekday) Truth() starlark.Bool  { return true }
func (w weekday) Hash() (uint32, error) { return uint32(w.day<<8 ^ w.n), nil }
func (w weekday) Class() *pyclass.Class { return weekdayClass }
func (w weekday) Name() string          { return "weekday" }

// CallInternal returns the n-th.
func (w weekday) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n starlark.Value
	if err := pyerr.Unpack("weekday", args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	return newWeekday(w.day, n)
}

func newWeekday(day int, n starlark.Value) (starlark.Value, error) {
	if n == starlark.None {
		return weekday{day: day}, nil
	}
	w := weekday{day: day, hasN: true}
	if err := starlark.AsInt(n, &w.n); err != nil || w.n > maxNth || w.n < -maxNth {
		return nil, pyerr.Type("weekday: n must be a small integer, not %s", pyerr.TypeName(n))
	}
	return w, nil
}

// maxNth is more weeks than there are.
const maxNth = 1_000_000

// Attr returns weekday or n.
func (w weekday) Attr(name string) (starlark.Value, error) {
	switch {
	case name == "weekday":
		return starlark.MakeInt(w.day), nil
	case name == "n" && w.hasN:
		return starlark.MakeInt(w.n), nil
	case name == "n":
		return starlark.None, nil
	}
	return nil, nil
}

// AttrNames lists the fields.
func (w weekday) AttrNames() []string { return []string{"n", "weekday"} }

// jump is the number of days to the weekday from another.
func (w weekday) jump(from int) int {
	n := w.n
	if n == 0 {
		n = 1
	}
	if n > 0 {
		return (n-1)*7 + (7-from+w.day)%7
	}
	return -((-n-1)*7 + (from-w.day+7)%7)
}

// nth is n as far as it counts.
func (w weekday) nth() int {
	if w.n == 0 {
		return 1
	}
	return w.n
}

// unpackWeekday reads a parameter weekday=: a number from Monday, or MO.
func unpackWeekday(v starlark.Value) (*weekday, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case weekday:
		return &v, nil
	case starlark.Int:
		n, _ := v.Int64()
		if v.Sign() < 0 {
			n += 7
		}
		if n < 0 || n > 6 {
			return nil, pyerr.New("IndexError", "tuple index out of range")
		}
		return &weekday{day: int(n)}, nil
	}
	return nil, pyerr.Type("relativedelta: weekday must be a number or a weekday, not %s", pyerr.TypeName(v))
}
