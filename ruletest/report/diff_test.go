package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONChanges(t *testing.T) {
	tests := []struct{ want, got, changes string }{
		{`{}`, `{}`, ""},
		{`{"a": [1, {"b": null}]}`, `{"a": [1.0, {"b": null}]}`, ""},
		{`{"a": 1e2}`, `{"a": 100}`, ""},
		{`[9007199254740992]`, `[9007199254740993]`, "$[0]: 9007199254740992 -> 9007199254740993"},
		{`{"a": null}`, `{}`, "$.a: null -> nothing"},
		{`{"a": 1}`, `{"a": "1"}`, `$.a: 1 -> "1"`},
		{`{"a": {"b": 1}}`, `{"a": [1]}`, `$.a: {"b":1} -> [1]`},
		{`{"a": true}`, `{"a": {}}`, `$.a: true -> {}`},
		{`[]`, `{}`, `$: [] -> {}`},
		{`["b", "c"]`, `["a", "b", "c"]`, `$[0]: nothing -> "a"`},
		{`["a", "b", "c"]`, `["a", "c"]`, `$[1]: "b" -> nothing`},
		{`["a", "b"]`, `["b", "a"]`, `$[0]: "a" -> "b"; $[1]: "b" -> "a"`},
		{`[1, 1]`, `[1, 1, 1]`, `$[2]: nothing -> 1`},
		{`[[1, 2], [3]]`, `[[1, 2], [4]]`, `$[1][0]: 3 -> 4`},
		{`{"a b": 1, "c\n": 2}`, `{}`, `$["a b"]: 1 -> nothing; $["c\n"]: 2 -> nothing`},
		{`contains {"a": 1}`, `{"a": 1, "b": 2}`, ""},
		{`contains {"a": 1}`, `{"b": 2}`, "$.a: 1 -> nothing"},
	}
	for _, test := range tests {
		changes, ok := jsonChanges(test.want, test.got)
		require.True(t, ok, test.want)
		var texts []string
		for _, c := range changes {
			texts = append(texts, fmt.Sprintf("%s: %s -> %s", c.path, encode(c.want), encode(c.got)))
		}
		require.Equal(t, test.changes, strings.Join(texts, "; "), "%s and %s", test.want, test.got)
	}
}

func TestNoJSONChanges(t *testing.T) {
	for _, test := range [][2]string{
		{"1", "2"}, {"", "{}"}, {"{}", `"a"`}, {"{} {}", "{}"}, {"{", "{}"},
		{"contains [1]", "[2]"}, {`contains "a"`, "{}"}, {"[" + strings.Repeat(" ", maxCompared) + "]", "[]"},
	} {
		_, ok := jsonChanges(test[0], test[1])
		require.False(t, ok, "%.20s and %.20s", test[0], test[1])
	}
}

func TestLineChanges(t *testing.T) {
	for _, test := range []struct{ want, got, edits string }{
		{"a", "a", " a"},
		{"a b c", "a x c", " a -b +x  c"},
		{"a b", "b c", "-a  b +c"},
		{"", "a", "- +a"},
		{"a b c a b b a", "c b a b a c", "-a -b  c -a  b +a  b  a +c"},
	} {
		var texts []string
		for _, e := range lineChanges(strings.Split(test.want, " "), strings.Split(test.got, " ")) {
			texts = append(texts, string(e.sign)+e.text)
		}
		require.Equal(t, test.edits, strings.Join(texts, " "))
	}
}

// TestManyLines checks that texts of many lines are compared at all, and not
// pair by pair.
func TestManyLines(t *testing.T) {
	want, got := make([]string, 20_000), make([]string, 20_000)
	for i := range want {
		want[i], got[i] = fmt.Sprint("a", i), fmt.Sprint("b", i)
	}
	require.Len(t, lineChanges(want, got), 40_000)
}

func TestHunks(t *testing.T) {
	var edits []edit
	for _, sign := range strings.Split("     -     +  -     ", "") {
		edits = append(edits, edit{sign: []rune(sign)[0]})
	}
	var signs strings.Builder
	for _, e := range hunks(edits) {
		signs.WriteRune(e.sign)
	}
	require.Equal(t, "…  -  …  +  -  …", signs.String())
}

func TestClip(t *testing.T) {
	text := []rune(strings.Repeat("x", 300) + "here" + strings.Repeat("y", 300))
	shown, from, to := clip(text, 300, 304)
	require.Equal(t, "here", string([]rune(shown)[from:to]))
	require.True(t, strings.HasPrefix(shown, "…x") && strings.HasSuffix(shown, "y…"), shown)
	shown, from, to = clip(text, 0, 604)
	require.Equal(t, maxLine, to-from)
	require.True(t, strings.HasPrefix(shown, "x") && strings.HasSuffix(shown, "x…"), shown)
	shown, from, _ = clip(text, 603, 604)
	require.Equal(t, "y", string([]rune(shown)[from:]))
	_, from, _ = clip(text, -1, 0)
	require.Equal(t, -1, from)
}
