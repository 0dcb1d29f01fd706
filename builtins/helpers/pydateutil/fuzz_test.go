package pydateutil

import (
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pytime"
	"github.com/stretchr/testify/assert"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-02-29T12:30:45.123456789Z", "Thu, 29 Feb 2024 12:30 pm -0300 (BRST)", "10h30m5.5s GMT+3", "1.2.3,4:5", "Jan of 99"} {
		f.Add(s, false)
	}
	def, _ := pytime.Fields{Year: 2024, Month: 2, Day: 29}.Datetime(nil)
	f.Fuzz(func(t *testing.T, s string, fuzzy bool) {
		r, err := read(s, options{fuzzy: fuzzy, thisYear: 2026})
		if err != nil {
			return
		}
		assert.False(t, fuzzy && len(s) > 0 && len(tokenize(s)) == 0 && !r.empty())
		if d, err := r.naive(def); err == nil {
			again, err := pytime.Strptime(d.String()[:19], "%Y-%m-%d %H:%M:%S")
			assert.NoError(t, err)
			assert.Equal(t, d.Date(), again.Date())
		}
	})
}

func FuzzISO(f *testing.F) {
	for _, s := range []string{"2024-02-29T12:30:45.123456+05:30", "20240229", "2024-W09-4", "2024W094T1230Z", "2024-366T24", "T"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		if _, end, err := readISODate(s); err == nil && end < len(s) {
			_, _ = readISOTime(s[end+1:], new(pytime.Fields))
		}
		_, _ = readISOZone(s, true)
	})
}
