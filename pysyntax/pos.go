package pysyntax

import (
	"cmp"
	"unicode/utf8"
)

// A Pos is a place in a source text as CPython counts it: Line from 1, Col in
// bytes of UTF-8 from 0. The zero Pos is no place. [Module.Column] converts.
type Pos struct {
	Line, Col int32
}

// IsValid reports whether p is a place at all.
func (p Pos) IsValid() bool { return p.Line > 0 }

// Compare returns -1, 0 or 1 as p comes before q, is q, or comes after q.
func (p Pos) Compare(q Pos) int {
	if p.Line != q.Line {
		return cmp.Compare(p.Line, q.Line)
	}
	return cmp.Compare(p.Col, q.Col)
}

// A Span is the text of a node: from its first byte to behind its last.
type Span struct {
	From, To Pos
}

// Pos returns where the node starts (CPython's lineno and col_offset).
func (s *Span) Pos() Pos { return s.From }

// End returns where the node ends (end_lineno and end_col_offset).
func (s *Span) End() Pos { return s.To }

// An Ident is a name that is no expression of its own: that of a function, an
// attribute, a keyword argument. Name is "" where the syntax allows none.
type Ident struct {
	Name string
	Pos  Pos
}

// A text is the decoded source with its line starts.
type text struct {
	src   string
	lines []int // lines[i] is the offset of line i+1
}

// line returns the text of line n (from 1) without its line end.
func (t *text) line(n int32) string {
	if n < 1 || int(n) > len(t.lines) {
		return ""
	}
	from, to := t.lines[n-1], len(t.src)
	if int(n) < len(t.lines) {
		to = t.lines[n] - 1
	}
	return t.src[from:to]
}

// offset returns the offset of p.
func (t *text) offset(p Pos) int {
	if p.Line < 1 || int(p.Line) > len(t.lines) {
		return len(t.src)
	}
	return min(t.lines[p.Line-1]+int(p.Col), len(t.src))
}

// column returns the column of p in runes, from 1.
func (t *text) column(p Pos) int {
	line := t.line(p.Line)
	return utf8.RuneCountInString(line[:min(int(p.Col), len(line))]) + 1
}
