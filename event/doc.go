// Package event holds log records: Raw, the bytes with their acknowledgement,
// and Event, the same record decoded lazily into a frozen Starlark value.
package event
