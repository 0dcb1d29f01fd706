package pytime

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func FuzzFromISO(f *testing.F) {
	for _, s := range []string{"2024-02-29T12:30:45.123456+05:30", "20240229", "2024-W09-4", "2024W094T1230Z", "12:+01:00", "2024-01-01T00:00:00+24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseISODatetime(s); err == nil {
			again, err := parseISODatetime(d.isoformat("T", autoSpec))
			assert.NoError(t, err)
			assert.Equal(t, d.String(), again.String())
		}
		_, _, _ = parseISODate(s)
		parseISOClock(text(s))
	})
}

func FuzzStrptime(f *testing.F) {
	f.Add("2024-02-29T12:30:45.123456Z", "%Y-%m-%dT%H:%M:%S.%f%z")
	f.Add("Thu Jan  1 00:00:00 1970", "%c")
	f.Add("2024 53 7", "%G %V %u")
	f.Add("01 1 99 UTC", "%U %w %y %Z")
	f.Fuzz(func(t *testing.T, s, format string) {
		p, err := strptime(s, format)
		if err != nil {
			return
		}
		_, err = datetimeOf(p.year, p.mon, p.mday, p.hour, p.min, 0, p.micros, nil, 0)
		if !(p.year == 1900 && p.mon == 2 && p.mday == 29) { // CPython's answer, too
			assert.NoError(t, err)
		}
	})
}

func FuzzStrftime(f *testing.F) {
	f.Add("%Y-%m-%dT%H:%M:%S.%f%z %Z %j %U %W %V %G", int64(0))
	f.Add("%^10a%#Z%-5d%_12O%E%%%1", int64(lastMicro))
	f.Fuzz(func(t *testing.T, format string, micros int64) {
		if len(format) > maxFormat {
			return
		}
		d := Datetime{micros: floorMod(micros, lastMicro), zone: UTC}
		assert.LessOrEqual(t, len(d.strftime(format)), maxFormat*maxWidth)
	})
}

func TestCivil(t *testing.T) {
	n := 0
	for year := minYear; year <= maxYear; year++ {
		for month := 1; month <= 12; month++ {
			assert.Equal(t, n, dayOf(year, month, 1))
			last := n + monthDays(year, month) - 1
			y, m, d := civil(last)
			assert.Equal(t, [3]int{year, month, monthDays(year, month)}, [3]int{y, m, d})
			n = last + 1
		}
	}
	assert.Equal(t, lastDay+1, n)
}
