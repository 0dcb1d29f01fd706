package pyjson_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// goldens calls f with each line of a file made by testdata/gen.py.
func goldens(t *testing.T, file string, f func(line []byte)) {
	t.Helper()
	in, err := os.Open(file)
	require.NoError(t, err)
	defer in.Close()
	lines := 0
	for scanner := bufio.NewScanner(in); scanner.Scan(); lines++ {
		f(scanner.Bytes())
	}
	require.Greater(t, lines, 100)
}

// outcome is a result, or [class, text] of an error, as the goldens have it.
func outcome(text string, err error) any {
	if err == nil {
		return text
	}
	var py interface{ PyClass() string }
	if !errors.As(err, &py) {
		return err
	}
	msg := err.Error()
	if i := strings.Index(msg, " (at "); i >= 0 && strings.HasSuffix(msg, "])") {
		msg = msg[:i] // the place is ours
	}
	return []any{py.PyClass(), msg}
}

func TestDumpsAsCPython(t *testing.T) {
	goldens(t, "testdata/dumps.txt", func(line []byte) {
		var c []any
		require.NoError(t, json.Unmarshal(line, &c))
		v, err := starlark.EvalOptions(&syntax.FileOptions{}, new(starlark.Thread), "", c[0].(string), nil)
		require.NoError(t, err, "%s", c[0])
		text, err := encoder(c[1].(map[string]any)).Encode(v)
		assert.Equal(t, c[2], outcome(text, err), "%s %v", c[0], c[1])
	})
}

func encoder(options map[string]any) *pyjson.Encoder {
	e := new(pyjson.Encoder)
	for name, v := range options {
		switch name {
		case "indent":
			indent, isText := v.(string)
			if !isText {
				indent = strings.Repeat(" ", int(v.(float64)))
			}
			e.Indent = &indent
		case "separators":
			pair := v.([]any)
			e.Separators = &[2]string{pair[0].(string), pair[1].(string)}
		case "ensure_ascii":
			e.RawUnicode = !v.(bool)
		case "sort_keys":
			e.SortKeys = v.(bool)
		case "skipkeys":
			e.SkipKeys = v.(bool)
		}
	}
	return e
}

func TestLoadsAsCPython(t *testing.T) {
	goldens(t, "testdata/loads.txt", func(line []byte) {
		var c []any
		require.NoError(t, json.Unmarshal(line, &c))
		text := ""
		v, err := pyjson.Loads(c[0].(string))
		if err == nil {
			text, err = pyjson.Dumps(v)
		}
		assert.Equal(t, c[1], outcome(text, err), "%q", c[0])
	})
}

func TestDumpsRefuses(t *testing.T) {
	list := starlark.NewList(nil)
	_ = list.Append(list)
	cyclic := starlark.NewDict(1)
	_ = cyclic.SetKey(starlark.String("a"), starlark.Tuple{cyclic})
	nested := starlark.NewDict(1)
	_ = nested.SetKey(starlark.String("a"), starlark.Tuple{starlark.None, new(starlark.Set)})
	var deep, laughs starlark.Value = starlark.None, starlark.None
	for range 2000 {
		deep = starlark.Tuple{deep}
	}
	for range 30 {
		laughs = starlark.Tuple{laughs, laughs, laughs}
	}
	for name, c := range map[string]struct {
		v          starlark.Value
		class, msg string
	}{
		"cycle of a list": {list, "ValueError", "Circular reference detected"},
		"cycle of a dict": {cyclic, "ValueError", "Circular reference detected"},
		"set":             {new(starlark.Set), "TypeError", "Object of type set is not JSON serializable"},
		"nested set":      {nested, "TypeError", `Object of type set is not JSON serializable (at ["a"][1])`},
		"bytes":           {starlark.Bytes("x"), "TypeError", "Object of type bytes is not JSON serializable"},
		"function":        {starlark.Universe["len"], "TypeError", "Object of type builtin_function_or_method is not JSON serializable"},
		"depth":           {deep, "RecursionError", "maximum recursion depth exceeded while encoding a JSON object"},
		"size":            {laughs, "MemoryError", "the JSON text is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&pyjson.Encoder{MaxBytes: 1 << 20}).Encode(c.v)
			var py interface{ PyClass() string }
			require.ErrorAs(t, err, &py)
			assert.Equal(t, c.class, py.PyClass())
			assert.Equal(t, c.msg, err.Error())
		})
	}
}

func TestDumpsOptions(t *testing.T) {
	e := &pyjson.Encoder{RefuseNaN: true}
	_, err := e.Encode(starlark.Float(math.NaN()))
	assert.EqualError(t, err, "Out of range float values are not JSON compliant: nan")

	e = &pyjson.Encoder{Default: func(v starlark.Value) (starlark.Value, error) {
		return starlark.Tuple{starlark.String(v.Type())}, nil
	}}
	text, err := e.Encode(starlark.Tuple{new(starlark.Set)})
	assert.NoError(t, err)
	assert.Equal(t, `[["set"]]`, text)

	e.Default = func(v starlark.Value) (starlark.Value, error) { return v, nil }
	_, err = e.Encode(starlark.Bytes(""))
	assert.EqualError(t, err, "maximum recursion depth exceeded while encoding a JSON object")

	text, err = pyjson.Dumps(starlark.Tuple{starlark.Float(math.NaN()), starlark.Float(math.Inf(-1)), starlark.String("\xff\u00e9")})
	assert.NoError(t, err)
	assert.Equal(t, `[NaN, -Infinity, "\ufffd\u00e9"]`, text)
}

func TestLoadsBounds(t *testing.T) {
	_, err := (&pyjson.Decoder{MaxElements: 3}).Decode("[1,2,3]")
	assert.EqualError(t, err, "the JSON text has too many values")
	_, err = (&pyjson.Decoder{MaxBytes: 3}).Decode("[1,2,3]")
	assert.EqualError(t, err, "the JSON text is too long")
	_, err = pyjson.Loads(strings.Repeat("[", 10_000_000))
	assert.EqualError(t, err, "maximum recursion depth exceeded while decoding a JSON array from a unicode string")

	v, err := pyjson.Loads(`"\ud800x"`)
	assert.NoError(t, err)
	assert.Equal(t, starlark.String("\ufffdx"), v)
}

func TestDecodeError(t *testing.T) {
	_, err := pyjson.Loads("{\"é\":\n \"é\", }")
	var e *pyjson.DecodeError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, &pyjson.DecodeError{
		Msg: "Expecting property name enclosed in double quotes",
		Doc: "{\"é\":\n \"é\", }", Pos: 12, Line: 2, Col: 7,
	}, e)
}
