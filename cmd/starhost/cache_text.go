package main

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/starhost/starhost/builtins/caching"
)

// printable gives a string as it is if a terminal and a table can show it, and
// in quotes if not: keys and values come from events, which anybody writes.
func printable(s string) string {
	plain := s != "" && utf8.ValidString(s) && s[0] != ' ' && s[0] != '"' && s[len(s)-1] != ' '
	if plain && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	return strconv.Quote(s)
}

// cut shortens a text to at most n letters.
func cut(s string, n int) string {
	letters := []rune(s)
	if len(letters) <= n {
		return s
	}
	return string(letters[:n-1]) + "…"
}

// secondsLeft gives how long it is until a time of expiry, negative after it;
// false if there is no such time. A part of a second counts as a whole one.
func secondsLeft(at caching.Number, now int64) (int64, bool) {
	if _, text := at.Text(); text || at.IsNone() {
		return 0, false
	}
	left := new(big.Int).Sub(at.BigInt(), big.NewInt(now))
	if !at.IsInt() && at.BigInt().Sign() >= 0 {
		left.Add(left, big.NewInt(1))
	}
	switch {
	case left.IsInt64():
		return left.Int64(), true
	case left.Sign() < 0:
		return math.MinInt64, true
	}
	return math.MaxInt64, true
}

// timeLeft says how long it is until a time of expiry: "in 59m", "3h ago",
// "never".
func timeLeft(at caching.Number, now int64) string {
	left, ok := secondsLeft(at, now)
	switch {
	case at.IsNone():
		return "never"
	case !ok:
		return fmt.Sprintf("never (%s is no time)", at)
	case left > 0:
		return "in " + duration(left)
	case left == math.MinInt64:
		return "expired long ago"
	}
	return "expired " + duration(-left) + " ago"
}

// expiryText is timeLeft with the time itself.
func expiryText(at caching.Number, now int64) string {
	text := timeLeft(at, now)
	const year10000 = 253402300800
	if i, ok := at.Int64(); ok && i > -year10000 && i < year10000 {
		text += fmt.Sprintf(" (%s)", time.Unix(i, 0).UTC().Format(time.RFC3339))
	}
	return text
}

// duration gives seconds in their two largest units.
func duration(seconds int64) string {
	units := []struct {
		name string
		of   int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}}
	var parts []string
	for _, u := range units {
		if n := seconds / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, u.name))
			seconds -= n * u.of
		} else if parts != nil {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	if parts == nil {
		return "0s"
	}
	return strings.Join(parts, " ")
}
