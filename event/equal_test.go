package event_test

import (
	"encoding/json"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Equal compares in either order, also where Starlark's == cannot.
func TestEqual(t *testing.T) {
	globals := starlark.StringDict{
		"e": decode(t, `{"d":{"a":1},"l":[1,[2]],"o":[{"a":1}]}`),
		"f": decode(t, `{"O":[{"a":1}],"l":[1,[2]],"d":{"a":1}}`),
	}
	for _, c := range []struct {
		x, y string
		want bool
	}{
		{"e", `{"d": {"a": 1}, "l": [1, [2]], "o": [{"a": 1}]}`, true},
		{"e", "e.to_dict()", true},
		{"e", "f", false},
		{"e", "{}", false},
		{`e["d"]`, `{"a": 1}`, true},
		{`e["d"]`, `{"a": 1.0}`, true},
		{`e["d"]`, `{"a": True}`, false},
		{`e["d"]`, `{"A": 1}`, false},
		{`e["d"]`, `{1: 1}`, false},
		{`e["d"]`, `f["d"]`, true},
		{`e["l"]`, `[1, [2]]`, true},
		{`e["l"]`, `(1, [2])`, false},
		{`e["l"]`, `e["d"]`, false},
		{`[e["l"]]`, `[[1, [2]]]`, true},
		{`(0, e["l"])`, `(0, [1, [2]])`, true},
		{`(0, e["l"])`, `(0, [1, [3]])`, false},
		{`{"x": e["l"]}`, `{"x": [1, [2]]}`, true},
		{`{"x": e["o"]}`, `{"x": f["o"]}`, true},
		{`{"x": e["l"]}`, `{"y": e["l"]}`, false},
		{"[1]", "[1]", true},
		{"1", "1.0", true},
		{"1", "True", false},
		{"None", `e["d"]`, false},
		{"range(3)", `e["l"]`, false},
	} {
		x, err := starlark.EvalOptions(&syntax.FileOptions{}, new(starlark.Thread), "x", c.x, globals)
		require.NoError(t, err)
		y, err := starlark.EvalOptions(&syntax.FileOptions{}, new(starlark.Thread), "y", c.y, globals)
		require.NoError(t, err)
		for _, pair := range [][2]starlark.Value{{x, y}, {y, x}} {
			got, err := event.Equal(pair[0], pair[1])
			assert.NoError(t, err)
			assert.Equal(t, c.want, got, "%s == %s", c.x, c.y)
		}
	}
}

func TestEqualOfCycles(t *testing.T) {
	cycle := func() *starlark.List {
		l := starlark.NewList(nil)
		require.NoError(t, l.Append(l))
		return l
	}
	_, err := event.Equal(cycle(), cycle())
	assert.EqualError(t, err, "comparison exceeded maximum recursion depth")
}

// What the package comment says of the order of operands: should Starlark
// ever stop to panic here, the comment can go.
func TestStarlarkPanicsOnTheOtherOrder(t *testing.T) {
	e := decode(t, `{"l":[1],"d":{}}`)
	for _, expr := range []string{`[1] == e["l"]`, `{} == e["d"]`, `e["l"] in [[2]]`} {
		assert.Panics(t, func() {
			_, _ = starlark.EvalOptions(&syntax.FileOptions{}, new(starlark.Thread), "x", expr, starlark.StringDict{"e": e})
		}, expr)
	}
}

func TestMarshalJSON(t *testing.T) {
	e := decode(t, `{"z" : [1, 2], "a":{"b" : "c"}}`)
	z, _ := e.Field("z")
	a, _ := e.Field("a")
	got, err := json.Marshal([]any{e, z, a})
	require.NoError(t, err)
	assert.Equal(t, `[{"z":[1,2],"a":{"b":"c"}},[1,2],{"b":"c"}]`, string(got))
}
