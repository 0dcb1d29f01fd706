package pytime

import (
	"math"

	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"go.starlark.net/starlark"
)

var structNames = []string{"tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst"}

// structTime returns t as Python's time.struct_time.
func structTime(t tm) *pyclass.NamedTuple {
	var zone, gmtoff starlark.Value = starlark.None, starlark.None
	if t.zone != "" {
		zone, gmtoff = starlark.String(t.zone), starlark.MakeInt(t.gmtoff)
	}
	elems := make(starlark.Tuple, 0, len(structNames))
	for _, n := range []int{t.year, t.mon, t.mday, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst} {
		elems = append(elems, starlark.MakeInt(n))
	}
	return newStruct(elems, zone, gmtoff)
}

func newStruct(elems starlark.Tuple, zone, gmtoff starlark.Value) *pyclass.NamedTuple {
	return &pyclass.NamedTuple{
		FullName: "time.struct_time",
		Names:    structNames,
		Elems:    elems,
		More:     starlark.StringDict{"tm_zone": zone, "tm_gmtoff": gmtoff, "n_fields": starlark.MakeInt(11)},
	}
}

var structTimeClass = &pyclass.Class{
	FullName: "time.struct_time",
	New: func(c call) (starlark.Value, error) {
		var sequence starlark.Iterable
		if err := c.Unpack("sequence", &sequence); err != nil {
			return nil, err
		}
		elems := make(starlark.Tuple, 0, 12)
		for v := range starlark.Elements(sequence) {
			if elems = append(elems, v); len(elems) > 11 {
				return nil, pyerr.Type("time.struct_time() takes an at most 11-sequence")
			}
		}
		if len(elems) < 9 {
			return nil, pyerr.Type("time.struct_time() takes an at least 9-sequence (%d-sequence given)", len(elems))
		}
		more := append(elems[9:len(elems):len(elems)], starlark.None, starlark.None)
		return newStruct(elems[:9:9], more[0], more[1]), nil
	},
}

// unpackTime reads a tuple of nine numbers.
func unpackTime(v starlark.Value, fn string) (t tm, err error) {
	t.zone = "UTC"
	elems, ok := v.(starlark.Tuple)
	if named, isNamed := v.(*pyclass.NamedTuple); isNamed {
		elems, ok = named.Elems, true
		if zone, isText := starlark.AsString(named.More["tm_zone"]); isText {
			t.zone = zone
		}
		if gmtoff, isInt := named.More["tm_gmtoff"].(starlark.Int); isInt {
			t.gmtoff, _ = starlark.AsInt32(gmtoff)
		}
	}
	if !ok {
		return t, pyerr.Type("Tuple or struct_time argument required")
	}
	if len(elems) != 9 {
		return t, pyerr.Type("%s(): illegal time tuple argument", fn)
	}
	for i, field := range []*int{&t.year, &t.mon, &t.mday, &t.hour, &t.min, &t.sec, &t.wday, &t.yday, &t.isdst} {
		if *field, err = int32Of(elems[i]); err != nil {
			return t, err
		}
	}
	return t, nil
}

func int32Of(v starlark.Value) (int, error) {
	n, ok := v.(starlark.Int)
	if !ok {
		return 0, pyerr.Type("'%s' object cannot be interpreted as an integer", pyerr.TypeName(v))
	}
	i, ok := n.Int64()
	switch {
	case !ok:
		return 0, pyerr.Overflow("Python int too large to convert to C int")
	case i > math.MaxInt32:
		return 0, pyerr.Overflow("signed integer is greater than maximum")
	case i < math.MinInt32:
		return 0, pyerr.Overflow("signed integer is less than minimum")
	}
	return int(i), nil
}

// checkFields refuses numbers that have no name. Zeros count as ones where
// there is no zero.
func (t *tm) checkFields() error {
	for _, field := range []*int{&t.mon, &t.mday, &t.yday} {
		if *field == 0 {
			*field = 1
		}
	}
	if t.wday >= 0 {
		t.wday = (t.wday+1)%7 - 1 // Sunday, which the C library counts as 0, is -1
	}
	switch {
	case t.mon < 1 || t.mon > 12:
		return pyerr.Value("month out of range")
	case t.mday < 1 || t.mday > 31:
		return pyerr.Value("day of month out of range")
	case t.hour < 0 || t.hour > 23:
		return pyerr.Value("hour out of range")
	case t.min < 0 || t.min > 59:
		return pyerr.Value("minute out of range")
	case t.sec < 0 || t.sec > 61:
		return pyerr.Value("seconds out of range")
	case t.wday < -1:
		return pyerr.Value("day of week out of range")
	case t.yday < 1 || t.yday > 366:
		return pyerr.Value("day of year out of range")
	}
	return nil
}
