// Package event holds log records: Raw, the bytes with their acknowledgement,
// and Event, the same record decoded lazily into a frozen Starlark value.
//
// Decode checks a record in one pass and keeps two things: the text, and a
// tape of 16 bytes for each key and value of it. Starlark values come into
// being when a rule reads them, and stay, so that the second rule to read a
// field gets the same value. All of it is safe for any number of goroutines.
// Strings are pieces of the text and keep all of it in memory: who keeps one
// for long, as a store of state does, should keep a copy (strings.Clone).
//
// To a rule an Event and the objects and lists in it are dictionaries and
// lists that nobody can change, with two differences: keys are found in any
// case ("sourceIPAddress" also as "sourceipaddress"), and an object has the
// methods deep_get, deep_walk and to_dict. See Object for the details.
//
// # Comparing with Starlark's own containers
//
// type() calls the values "event", "dict" and "list", because rules ask
// type(x) == "list". Starlark compares two values of the same type name by
// asking the one on the left, so
//
//	event["tags"] == ["a"]      # asks our List: compares as Python does
//	["a"] == event["tags"]      # asks Starlark's list, which panics in Go
//
// A panic, not an answer, as starlark.List takes every "list" for one of its
// own. The same goes for dictionaries, and for comparisons inside containers
// of Starlark (event["tags"] in [["a"], ["b"]]). Giving our values type names
// of their own would answer False in both places, silently, even where the
// values are equal. So whoever calls rules must recover (starlark.Call leaves
// the thread usable) or lower comparisons to the function Equal, which
// compares any two values in either order.
package event
