package guard

import (
	"fmt"
	"strconv"
	"time"
)

// Limits bound one call into a rule. A zero field means that of [Default].
// What takes less than 256 bytes is not looked at, so smaller limits of sizes
// are not held.
type Limits struct {
	// Steps bounds the work of a call: instructions of the interpreter and,
	// at about 32 bytes a step, what operations copy, allocate and walk.
	// It is reached at the same point in every run.
	Steps uint64

	// Time bounds the wall time of a call. It runs from the call's first
	// check on, some ten microseconds after its begin, and is noticed at the
	// end of the operation that is under way, which takes milliseconds at
	// worst.
	Time time.Duration

	// Depth bounds the calls that are active at a time, and how deep a value
	// may be nested that is converted to a string. Calls are only counted
	// now and then: up to some hundred more may pass.
	Depth int

	// Bytes is the length of the longest string or bytes that one operation
	// may make.
	Bytes int

	// Elements is the length of the longest list, tuple, dict or set that one
	// operation may make.
	Elements int

	// Bits is the width of the widest integer that one operation may make.
	Bits int

	// Heap is the size of the heap of the whole process, in bytes, above
	// which a call that has run for a while is stopped. Calls that are
	// shorter than some ten thousand steps never are.
	Heap uint64
}

// Default are the limits that hold where Limits has a zero field. They are
// far above what detections need.
var Default = Limits{
	Steps:    5_000_000,
	Time:     2 * time.Second,
	Depth:    200,
	Bytes:    10 << 20,
	Elements: 1_000_000,
	Bits:     1 << 16,
	Heap:     2 << 30,
}

// orDefault gives the limits with all fields set. l may be nil.
func (l *Limits) orDefault() Limits {
	if l == nil {
		return Default
	}
	r := *l
	r.Steps = or(r.Steps, Default.Steps)
	r.Time = or(r.Time, Default.Time)
	r.Depth = or(r.Depth, Default.Depth)
	r.Bytes = or(r.Bytes, Default.Bytes)
	r.Elements = or(r.Elements, Default.Elements)
	r.Bits = or(r.Bits, Default.Bits)
	r.Heap = or(r.Heap, Default.Heap)
	return r
}

func or[T comparable](v, dflt T) T {
	var zero T
	if v == zero {
		return dflt
	}
	return v
}

// A LimitError says that a call has reached one of its limits. The error of
// the call wraps it, unless the interpreter noticed the limit between two
// instructions: then [Meter.Err] has it.
type LimitError struct {
	// Limit is the name of the limit: "steps", "time", "depth", "string
	// size", "list size", "integer size" or "memory", or "context" if the
	// context of the call ended.
	Limit string

	// Op is the operator or function that would have gone beyond the limit,
	// or "" if it was the call as a whole.
	Op string

	// Want is what would have been needed and Max the limit, in the unit of
	// the limit (steps, nanoseconds, calls, bytes, elements, bits). Want is
	// 0 where it is not known.
	Want, Max uint64

	walk  bool  // Op would have looked at what it needs, not made it
	cause error // of "context"
}

// Error gives the limit, what went beyond it, and what the author can do.
func (e *LimitError) Error() string {
	if e.cause != nil {
		return "call cancelled: " + e.cause.Error()
	}
	return "limit exceeded: " + e.Limit + ": " + limitText[e.Limit](e)
}

// Unwrap gives the context's error if it was the context that ended.
func (e *LimitError) Unwrap() error { return e.cause }

// limitText words the limits.
var limitText = map[string]func(*LimitError) string{
	"steps": func(e *LimitError) string {
		return fmt.Sprintf("the call did not end within %s steps; look for a loop that runs too often", group(e.Max))
	},
	"time": func(e *LimitError) string {
		if e.Op != "" {
			return fmt.Sprintf("%q took more than %v", e.Op, time.Duration(e.Max))
		}
		return fmt.Sprintf("the call did not end within %v; look for a loop that runs too often", time.Duration(e.Max))
	},
	"depth": func(e *LimitError) string {
		if e.Op != "" {
			return fmt.Sprintf("%q of a value that is nested more than %s deep", e.Op, group(e.Max))
		}
		return fmt.Sprintf("more than %s calls are active; look for a function that calls itself without end", group(e.Max))
	},
	"string size":  func(e *LimitError) string { return e.size("bytes") },
	"list size":    func(e *LimitError) string { return e.size("elements") },
	"integer size": func(e *LimitError) string { return e.size("bits") },
	"memory": func(e *LimitError) string {
		return fmt.Sprintf("the process holds %s bytes, at most %s are allowed while a long call runs; look for a list or string that grows in a loop", group(e.Want), group(e.Max))
	},
}

func (e *LimitError) size(unit string) string {
	want := "more than " + group(e.Max)
	if e.Want > 0 {
		want = group(e.Want)
	}
	verb := "make"
	if e.walk {
		verb = "walk"
	}
	return fmt.Sprintf("%q would %s %s %s, at most %s are allowed", e.Op, verb, want, unit, group(e.Max))
}

// group writes n with a comma between each three digits.
func group(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
