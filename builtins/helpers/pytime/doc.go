// Package pytime has Python's modules datetime and time.
//
// The values are small and immutable: a Date is a day number, a Datetime a
// number of microseconds, both counted from 0001-01-01 in Python's calendar,
// which is the Gregorian one for all years from 1 to 9999. Results outside of
// it are errors (OverflowError or ValueError), as in CPython, whose texts this
// package prints and parses: str, repr, isoformat, strftime, strptime.
//
// What may surprise:
//   - The local zone is UTC. A naive datetime means UTC wherever Python asks
//     the machine: timestamp(), astimezone(), now(), mktime().
//   - Now is the time of the call (runtime.Call), the same for all of it.
//   - Zones are fixed offsets, datetime.timezone. There is no zone database.
//   - String gives Python's str; the repr is PyRepr.
//
// Formatting and parsing are our own. CPython's strftime is that of the C
// library, over nine fields that need not agree with each other, with flags of
// its own, and without padding for years below 1000; its strptime is a regular
// expression made of the format, whose errors detections see. Libraries for Go
// print a time.Time, know other directives and have other errors.
package pytime
