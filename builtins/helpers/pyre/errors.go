package pyre

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// An Error is Python's re.error: a pattern or a replacement that cannot be
// read.
type Error struct {
	Msg     string // what is wrong
	Pattern string
	Pos     int // where, in characters from 0, or -1
	Line    int // from 1, or 0
	Col     int // in characters from 1, or 0
}

// errorAt reports what is wrong at a character of the pattern.
func errorAt(msg string, pattern []rune, pos int) error {
	before := string(pattern[:min(pos, len(pattern))])
	return &Error{
		Msg:     msg,
		Pattern: string(pattern),
		Pos:     pos,
		Line:    strings.Count(before, "\n") + 1,
		Col:     utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1,
	}
}

func (e *Error) Error() string {
	switch {
	case e.Pos < 0:
		return e.Msg
	case strings.Contains(e.Pattern, "\n"):
		return fmt.Sprintf("%s at position %d (line %d, column %d)", e.Msg, e.Pos, e.Line, e.Col)
	}
	return fmt.Sprintf("%s at position %d", e.Msg, e.Pos)
}

// PyClass returns "re.error".
func (e *Error) PyClass() string { return "re.error" }

// PyAttrs returns the attributes of the exception.
func (e *Error) PyAttrs() starlark.StringDict {
	orNone := func(n int, known bool) starlark.Value {
		if !known {
			return starlark.None
		}
		return starlark.MakeInt(n)
	}
	attrs := starlark.StringDict{
		"msg": starlark.String(e.Msg), "pattern": starlark.None,
		"pos": orNone(e.Pos, e.Pos >= 0), "lineno": orNone(e.Line, e.Line > 0), "colno": orNone(e.Col, e.Col > 0),
	}
	if e.Pos >= 0 {
		attrs["pattern"] = starlark.String(e.Pattern)
	}
	return attrs
}

// PyBase returns "Exception".
func (e *Error) PyBase() string { return "Exception" }
