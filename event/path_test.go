package event_test

import (
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestPath(t *testing.T) {
	e, err := event.Decode([]byte(`{"a":{"b":[{"c":1},{"c":2},3]},"x.y":{"z w":5},"n":null}`))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"a.b":               `[[{"c": 1}, {"c": 2}, 3]]`,
		"$.a.b[0].c":        "[1]",
		"$.a.b.[1].c":       "[2]",
		"a.b[-1]":           "[3]",
		"A.b":               "[]",
		"a.b[*].c":          "[1, 2]",
		"a.*[2]":            "[3]",
		"a[*][*].c":         "[1, 2]",
		`["x.y"]["z w"]`:    "[5]",
		"$['x.y']['z w']":   "[5]",
		"n":                 "[None]",
		"n.x":               "[]",
		"a.b[3]":            "[]",
		"a.b.c":             "[]",
		"missing":           "[]",
		"  $.a.b[1]['c']  ": "[2]",
	} {
		p, err := event.ParsePath(text)
		require.NoError(t, err, text)
		found, err := p.Find(e)
		require.NoError(t, err, text)
		require.Equal(t, want, starlark.NewList(found).String(), text)
		again, err := event.ParsePath(p.String())
		require.NoError(t, err, p.String())
		require.Equal(t, p.String(), again.String())
		if !p.Many() {
			v, ok := p.Value(e)
			require.Equal(t, len(found) == 1, ok, text)
			require.True(t, !ok || v == found[0], text)
		}
	}
}

func TestPathErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":          "the path is empty",
		"a..b":      "..",
		"$..b":      "..",
		"a.":        "a name is missing",
		"a[":        "not closed",
		"a[x]":      `got [x], want a number`,
		"a['x":      "not closed",
		"a[0]b":     `got "b", want . or [`,
		"a[?(@.b)]": "want a number",
		"a?":        `got "a?", want a name`,
	} {
		_, err := event.ParsePath(text)
		require.ErrorContains(t, err, want, text)
	}
}

// FuzzPath: a path that is accepted reads back from its own text.
func FuzzPath(f *testing.F) {
	f.Add("$.a.b[0]['c'][*]", `{"a":{"b":[{"c":[1]}]}}`)
	f.Fuzz(func(t *testing.T, text, record string) {
		p, err := event.ParsePath(text)
		e, bad := event.Decode([]byte(record))
		if err != nil || bad != nil {
			return
		}
		_, _ = p.Find(e)
		if !p.Many() {
			p.Value(e)
		}
	})
}
