// Package pydateutil has Python's package dateutil: the parser for dates in
// nearly any format, relativedelta, and the zones of dateutil.tz that need no
// database.
//
// The parser reads what dateutil 2.9 reads, as it reads it, and fails with its
// texts. In three steps: a text is divided into tokens (tokens.go); the tokens
// are taken one after the other for a month, a clock, a zone and so on, while
// numbers without a label are collected (parser.go, numbers.go); at the end
// these become year, month and day (ymd.go), and what was not said is taken
// from a default (build.go). Its time is linear in the length of the text.
//
// What differs from dateutil:
//   - The local zone is UTC, and today is the day of the call.
//   - A name of a zone that is not known is passed over without a warning.
//   - Zones are fixed offsets of less than a day. An offset that is larger
//     fails when it is read, not when the datetime is used. tz.gettz knows
//     UTC and GMT only, and tz.tzstr, tz.tzfile and rrule are not here.
//   - parserinfo cannot be extended; its dayfirst and yearfirst work.
package pydateutil
