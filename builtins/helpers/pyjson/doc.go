// Package pyjson writes and reads JSON text as Python's json module does: the
// same text for the same value, byte for byte, and the same values and errors
// for the same text.
//
// It is our own because Python's language is not JSON: it has NaN and
// Infinity, integers of thousands of digits, its own spelling of floats and
// separators, and its errors (which detections catch, and their tests compare)
// count characters. No Go library reads or writes that; go.starlark.net's
// lib/json, which comes nearest, also has no limit of depth.
//
// Both directions are bounded in depth and size, so that no value and no text
// can take the process down.
//
// A difference: half of a surrogate pair ("\ud800") is read as U+FFFD, because
// a Starlark string is UTF-8. A byte that is not UTF-8 is written as \ufffd.
package pyjson

import "github.com/starhost/starhost/builtins/helpers/pyerr"

// Limits of both directions, for an Encoder or Decoder that sets none.
const (
	// DefaultDepth is how deep lists and objects may nest. It is about where
	// Python stops (its stack has 1,000 frames).
	DefaultDepth = 990

	// DefaultBytes is how much text is written, or read, at most.
	DefaultBytes = 64 << 20

	// DefaultElements is how many values are read at most from one text.
	DefaultElements = 2 << 20
)

// Errors of a text beyond the limits. Their Python class is MemoryError.
var (
	ErrSize     = pyerr.New("MemoryError", "the JSON text is too long")
	ErrElements = pyerr.New("MemoryError", "the JSON text has too many values")
)
