package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/starhost/starhost/internal/strictyaml"
)

// A size is a number of bytes, as a flag: 64MB, 512KiB, 1.5GB, or just digits.
type size int64

var _ pflag.Value = (*size)(nil)

// sizeUnits are the units of sizes, the largest first.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12},
	{"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"KB", 1e3},
	{"B", 1},
}

const sizeWanted = "a size such as 64MB or 512KiB"

// parseSize reads a size. KB, MB, GB and TB are powers of 1,000, KiB and so on
// of 1,024; case does not matter, and a number without a unit is bytes.
func parseSize(text string) (size, error) {
	number, unit := text, int64(1)
	for _, u := range sizeUnits {
		if head, ok := cutSuffixFold(text, u.name); ok {
			number, unit = strings.TrimRight(head, " "), u.bytes
			break
		}
	}
	whole, fraction, _ := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || len(fraction) > 9 || strings.HasSuffix(number, ".") {
		return 0, fmt.Errorf("%q is not %s", text, sizeWanted)
	}
	if int64(n) > math.MaxInt64/unit {
		return 0, fmt.Errorf("%q is more bytes than can be counted", text)
	}
	total, ok := addFraction(int64(n)*unit, fraction, unit)
	if !ok {
		return 0, fmt.Errorf("%q is not a whole number of bytes", text)
	}
	return size(total), nil
}

// addFraction adds the decimal places of a size, which must be whole bytes.
func addFraction(total int64, places string, unit int64) (int64, bool) {
	if places == "" {
		return total, true
	}
	f, err := strconv.ParseUint(places, 10, 63)
	power := int64(math.Pow10(len(places)))
	if err != nil || unit > math.MaxInt64/power {
		// TB with nine places: the last three cannot be whole bytes anyway.
		return 0, false
	}
	part := int64(f) * unit
	if part%power != 0 || total > math.MaxInt64-part/power {
		return 0, false
	}
	return total + part/power, true
}

func cutSuffixFold(s, suffix string) (string, bool) {
	i := len(s) - len(suffix)
	if i < 0 || !strings.EqualFold(s[i:], suffix) {
		return s, false
	}
	return s[:i], true
}

// String gives the size in the largest unit of which it is a whole number.
func (s size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// Set reads a size.
func (s *size) Set(text string) error {
	n, err := parseSize(text)
	if err == nil {
		*s = n
	}
	return err
}

// Type gives the word for a size in help.
func (*size) Type() string { return "size" }

// A length is a length of time, as a flag: 90s, 10m, 1h30m, or 7d for days.
type length time.Duration

var _ pflag.Value = (*length)(nil)

const lengthWanted = "a length of time such as 30s, 10m or 7d"

func parseLength(text string) (length, error) {
	d, ok := strictyaml.ParseDuration(text)
	if !ok || d < 0 {
		return 0, fmt.Errorf("%q is not %s", text, lengthWanted)
	}
	return length(d), nil
}

// String gives the length without units that are zero: 10m, not 10m0s.
func (l length) String() string {
	text := time.Duration(l).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Set reads a length of time.
func (l *length) Set(text string) error {
	d, err := parseLength(text)
	if err == nil {
		*l = d
	}
	return err
}

// Type gives the word for a length of time in help.
func (*length) Type() string { return "duration" }
