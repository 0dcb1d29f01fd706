package pysyntax

import (
	"fmt"
	"slices"
	"strings"
)

// An Error is one thing wrong with a source text, and its place.
type Error struct {
	Filename string
	Span            // what is wrong; To is the zero Pos where only a point is known
	Column   int    // of From, in runes, from 1
	Msg      string // in CPython's words where it has good ones
}

// Error returns the message behind its place, as in "f.py:3:1: invalid syntax".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Filename, e.From.Line, e.Column, e.Msg)
}

// An ErrorList is all errors of one file, in the order of their places.
type ErrorList []*Error

// Error returns all errors, one a line.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns l as an error: nil if it is empty.
func (l ErrorList) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// maxErrors bounds the list: behind so many, a file is no Python at all.
const maxErrors = 100

// finish sorts the list, drops what was said twice of one place, and fills in
// what only the whole source can tell.
func (l ErrorList) finish(filename string, t *text) ErrorList {
	slices.SortStableFunc(l, func(a, b *Error) int { return a.From.Compare(b.From) })
	l = slices.CompactFunc(l, func(a, b *Error) bool { return a.From == b.From })
	if len(l) > maxErrors {
		l = l[:maxErrors]
	}
	for _, e := range l {
		e.Filename = filename
		e.Column = t.column(e.From)
	}
	return l
}
