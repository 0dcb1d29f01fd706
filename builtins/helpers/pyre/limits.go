package pyre

import (
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
)

func meterOf(thread *starlark.Thread) *guard.Meter { return guard.MeterOf(thread) }

// growList bounds a list that grows to n elements, by a few, and charges the
// call for these.
func growList(c call, n, by int) error {
	m := meterOf(c.Thread)
	if limit := m.Limits().Elements; n > limit {
		return &guard.LimitError{Limit: "list size", Op: c.Fn, Max: uint64(limit)}
	}
	return m.Charge(by)
}

// growText bounds a string that grows to n bytes, by some, and charges the
// call for these.
func growText(c call, n, by int) error {
	m := meterOf(c.Thread)
	if limit := m.Limits().Bytes; n > limit {
		return &guard.LimitError{Limit: "string size", Op: c.Fn, Max: uint64(limit)}
	}
	return m.Charge(by / 32)
}
