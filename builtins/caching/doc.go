// Package caching has the built-ins by which rules keep state between events:
// counters, sets of strings and dictionaries, each under a key that all rules
// share, each with a time at which it expires.
//
// Four parts make it up. A Store holds an Item under each key and is the only
// thing with state; the packages below this one are stores, one for each
// technology. Module is what rules load: it turns what a rule author writes
// into one operation of a Store, checks the limits that all stores have in
// common, and speaks Python's exceptions. Item says what each operation does
// to what is stored, so that stores which apply operations themselves cannot
// differ. Package storetest holds every store to that.
//
// Expiry is exact: an item whose time has come is absent, for reads and writes
// alike, whether or not the store still has it. The functions have the names,
// arguments and results of Python's panther_detection_helpers.caching, without
// its races and without its surprises around expired items.
//
// All times are whole Unix seconds, as the table of the original holds them,
// and come from the call (runtime.Call.Now), never from the wall clock.
package caching
