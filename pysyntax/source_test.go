package pysyntax

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSource has files whose bytes are not plain UTF-8 text. What they say is
// x = '...'; got is the string, or the error.
func TestSource(t *testing.T) {
	tests := []struct{ name, src, got string }{
		{"empty", "", "no statement"},
		{"UTF-8", "x = 'é'", "é"},
		{"byte order mark", "\ufeffx = 'é'", "é"},
		{"declared UTF-8", "# -*- coding: utf-8 -*-\nx = 'é'", "é"},
		{"declared in line 2", "#!/bin/python\n# vim: set fileencoding=UTF_8 :\nx = 'é'", "é"},
		{"not declared in line 3", "#\n#\n# coding: klingon\nx = 'é'", "é"},
		{"not declared behind code", "x = 'é'\n# coding: klingon", "é"},
		{"Latin 1", "# coding: latin-1\nx = '\xe9'", "é"},
		{"ISO 8859-1", "# coding: iso-8859-1\nx = '\xe9'", "é"},
		{"unknown encoding", "#\n# coding: klingon\nx = 'é'", "x.py:2:1: unknown encoding: klingon (save the file as UTF-8)"},
		{"encoding and byte order mark", "\ufeff# coding: latin-1\n", "x.py:1:1: encoding problem: latin-1 with BOM"},
		{"not UTF-8", "y = 'é'\nx = 'é\xe9'", "x.py:2:7: the source is not UTF-8: invalid byte 0xe9"},
		{"null byte", "x = \x00", "x.py:1:5: source code cannot contain null bytes"},
		{"CRLF", "x = '''a\r\nb'''\r\n", "a\nb"},
		{"CR", "y = 1\rx = 'a'\r", "a"},
		{"CRLF and a backslash", "x = \\\r\n'a\\\r\nb'", "ab"},
		{"no line end", "if 1:\n  x = 'a'", "a"},
		{"form feed", "if 1:\n    x = 'a'\n\f\fx = 'b'\n", "b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, errs := Parse("x.py", []byte(test.src))
			got := "no statement"
			Inspect(m, func(n Node) bool {
				if n, ok := n.(*Assign); ok {
					if s, ok := n.Value.(*Constant).Value.(string); ok {
						got = s
					}
				}
				return true
			})
			if len(errs) > 0 {
				got = errs.Error()
			}
			require.Equal(t, test.got, got)
		})
	}
}

func TestText(t *testing.T) {
	m, errs := Parse("x.py", []byte("\ufeffx = f(0x10,\r\n  'a' \"é\")\r\n"))
	require.NoError(t, errs.Err())
	call := m.Body[0].(*Assign).Value.(*Call)
	require.Equal(t, "f(0x10,\n  'a' \"é\")", m.Text(call))
	require.Equal(t, "0x10", m.Text(call.Args[0]))
	s := call.Args[1].(*Constant)
	require.Equal(t, `'a' "é"`, m.Text(s))
	require.True(t, s.Joined)
}
