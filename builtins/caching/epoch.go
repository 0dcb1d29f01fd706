package caching

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/starhost/starhost/builtins/helpers/pyerr"
	"github.com/starhost/starhost/builtins/helpers/pyrepr"
	"go.starlark.net/starlark"
)

const (
	// defaultLifetime is how long an item lives by default: 90 days.
	defaultLifetime = 90 * 24 * 60 * 60

	// firstAbsolute is the least epoch_seconds that is a time of its own;
	// what is less counts from now.
	firstAbsolute = 1_000_000_000
)

// ttlOf returns what the argument epoch_seconds says of an item's expiry,
// where None leaves it as it is.
func ttlOf(epoch starlark.Value, now int64) (TTL, error) {
	if epoch == starlark.None {
		return TTL{}, nil
	}
	at, err := expiry(epoch, now)
	return TTL{Mode: SetTTL, At: at}, err
}

// expiry returns the time that the argument epoch_seconds means. It takes all
// that Python's helpers take: a number or its text, less than 1e9 for seconds
// from now on, else a time since 1970; fractions are dropped. None, and
// anything that is not a number, means the default lifetime. Times that do not
// fit are as far away as can be.
func expiry(epoch starlark.Value, now int64) (int64, error) {
	seconds, ok, err := wholeSeconds(epoch)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return now + defaultLifetime, nil
	case seconds >= firstAbsolute:
		return seconds, nil
	case now+seconds > now && seconds < 0:
		return math.MinInt64, nil
	}
	return now + seconds, nil
}

// wholeSeconds returns epoch_seconds without its fraction, and false if it is
// not a number.
func wholeSeconds(epoch starlark.Value) (seconds int64, ok bool, err error) {
	switch epoch := epoch.(type) {
	case starlark.Int:
		if i, ok := epoch.Int64(); ok {
			return i, true, nil
		}
		return furthest(epoch.Sign()), true, nil
	case starlark.Bool:
		if epoch {
			seconds = 1
		}
		return seconds, true, nil
	case starlark.Float:
		seconds, err = truncate(float64(epoch))
		return seconds, true, err
	case starlark.String:
		f, err := pythonFloat(string(epoch))
		if err == nil {
			seconds, err = truncate(f)
		}
		return seconds, true, err
	}
	return 0, false, nil
}

// truncate is Python's int(f).
func truncate(f float64) (int64, error) {
	switch {
	case math.IsNaN(f):
		return 0, pyerr.Value("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return 0, pyerr.Overflow("cannot convert float infinity to integer")
	case f >= 1<<63:
		return furthest(1), nil
	case f < -1<<63:
		return furthest(-1), nil
	}
	return int64(f), nil
}

func furthest(sign int) int64 {
	if sign < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}

// pythonFloat is Python's float(s): blanks around the number and underscores
// between digits are allowed, hexadecimal is not.
func pythonFloat(s string) (float64, error) {
	text := strings.TrimFunc(s, unicode.IsSpace)
	plain, ok := dropUnderscores(text)
	if !ok || strings.ContainsAny(plain, "xXpP_") {
		return 0, notFloat(s)
	}
	if name := strings.ToLower(strings.TrimLeft(plain, "+-")); name == "nan" && len(plain) <= len("+nan") {
		return math.NaN(), nil
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, notFloat(s)
	}
	return f, nil
}

// dropUnderscores removes single underscores between digits, and reports
// whether there are no others.
func dropUnderscores(s string) (string, bool) {
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i == len(s)-1 || !isDigit(s[i-1]) || !isDigit(s[i+1])) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func notFloat(s string) error {
	return pyerr.Value("could not convert string to float: %s", pyrepr.Str(s))
}
