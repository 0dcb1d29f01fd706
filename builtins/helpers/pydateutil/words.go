package pydateutil

import "strings"

// What words mean, in lower case.
var (
	jumps = wordSet(" ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th")

	weekdayNames = wordTable("mon monday", "tue tuesday", "wed wednesday", "thu thursday", "fri friday", "sat saturday", "sun sunday")

	monthNames = wordTable("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
		"aug august", "sep sept september", "oct october", "nov november", "dec december")

	clockUnits = wordTable("h hour hours", "m minute minutes", "s second seconds")
	halves     = wordTable("am a", "pm p")
	utcNames   = wordSet("utc", "gmt", "z")
)

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range words {
		set[w] = true
	}
	return set
}

// wordTable numbers groups of words that mean the same.
func wordTable(groups ...string) map[string]int {
	table := make(map[string]int)
	for i, group := range groups {
		for w := range strings.FieldsSeq(group) {
			table[w] = i
		}
	}
	return table
}

func isJump(token string) bool { return jumps[strings.ToLower(token)] }

func isUTC(name string) bool { return utcNames[strings.ToLower(name)] }

func weekdayOf(token string) (int, bool) {
	n, ok := weekdayNames[strings.ToLower(token)]
	return n, ok
}

// monthOf returns a month from 1.
func monthOf(token string) (int, bool) {
	n, ok := monthNames[strings.ToLower(token)]
	return n + 1, ok
}

// A unit of the clock.
const (
	hourUnit = iota
	minuteUnit
	secondUnit
)

func unitOf(token string) (int, bool) {
	n, ok := clockUnits[strings.ToLower(token)]
	return n, ok
}

// halfOf returns 0 for am, 1 for pm.
func halfOf(token string) (int, bool) {
	n, ok := halves[strings.ToLower(token)]
	return n, ok
}
