package caching

import (
	"math"
	"testing"

	"go.starlark.net/starlark"
)

// TestEpochSeconds has what the recorded vectors do not: the rims. The texts
// are what CPython's float() takes and says.
func TestEpochSeconds(t *testing.T) {
	const now = 1_800_000_000
	huge := starlark.MakeInt(1).Lsh(100)
	for _, test := range []struct {
		epoch starlark.Value
		want  int64
		err   string
	}{
		{starlark.None, now + 7_776_000, ""},
		{starlark.MakeInt(999_999_999), 2_799_999_999, ""},
		{starlark.MakeInt(1_000_000_000), 1_000_000_000, ""},
		{starlark.Float(999_999_999.9), 2_799_999_999, ""},
		{starlark.Float(-0.5), now, ""},
		{huge, math.MaxInt64, ""},
		{starlark.MakeInt(0).Sub(huge), now + math.MinInt64, ""},
		{starlark.Float(-1e300), now + math.MinInt64, ""},
		{starlark.MakeInt64(math.MaxInt64), math.MaxInt64, ""},
		{starlark.Float(1e300), math.MaxInt64, ""},
		{starlark.String("1_000"), now + 1000, ""},
		{starlark.String("+1e3\n"), now + 1000, ""},
		{starlark.String("\u00a05.5\u2003"), now + 5, ""},
		{starlark.String(".5"), now, ""},
		{starlark.String("5."), now + 5, ""},
		{starlark.String("1__0"), 0, "could not convert string to float: '1__0'"},
		{starlark.String("_1"), 0, "could not convert string to float: '_1'"},
		{starlark.String("1_"), 0, "could not convert string to float: '1_'"},
		{starlark.String("1_.5"), 0, "could not convert string to float: '1_.5'"},
		{starlark.String("0x10"), 0, "could not convert string to float: '0x10'"},
		{starlark.String("1 2"), 0, "could not convert string to float: '1 2'"},
		{starlark.String("it's"), 0, `could not convert string to float: "it's"`},
		{starlark.String("+NaN"), 0, "cannot convert float NaN to integer"},
		{starlark.String("++nan"), 0, "could not convert string to float: '++nan'"},
		{starlark.String("-Infinity"), 0, "cannot convert float infinity to integer"},
		{starlark.String("1e999"), 0, "cannot convert float infinity to integer"},
		{starlark.Float(math.NaN()), 0, "cannot convert float NaN to integer"},
		{starlark.NewList(nil), now + 7_776_000, ""},
	} {
		got, err := expiry(test.epoch, now)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != test.want || text != test.err {
			t.Errorf("epoch_seconds %v: got %d, error %q; want %d, error %q", test.epoch, got, text, test.want, test.err)
		}
	}
}
