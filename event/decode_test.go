package event_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// cases calls f with each case of a file of lines "input => want". Lines that
// start with # are comments; either side may be quoted as in Go.
func cases(t testing.TB, file string, f func(input, want string)) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	n := 0
	for _, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		input, want, ok := strings.Cut(line, " => ")
		require.True(t, ok, "%s: %s", file, line)
		f(unquoted(t, input), unquoted(t, want))
		n++
	}
	require.Positive(t, n)
}

func unquoted(t testing.TB, s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	text, err := strconv.Unquote(s)
	require.NoError(t, err, s)
	return text
}

func decode(t testing.TB, text string) *event.Event {
	t.Helper()
	e, err := event.Decode([]byte(text))
	require.NoError(t, err)
	return e
}

// decoded returns the event as Starlark spells it, or the error.
func decoded(text string) string {
	e, err := event.Decode([]byte(text))
	if err != nil {
		return err.Error()
	}
	return e.String()
}

func TestDecode(t *testing.T) {
	cases(t, "testdata/valid.txt", func(input, want string) {
		assert.Equal(t, want, decoded(input), "%q", input)
	})
	cases(t, "testdata/invalid.txt", func(input, want string) {
		assert.Equal(t, want, decoded(input), "%q", input)
	})
}

func TestSyntaxError(t *testing.T) {
	_, err := event.Decode([]byte(`{"a" 1}`))
	var syntax *event.SyntaxError
	require.ErrorAs(t, err, &syntax)
	assert.Equal(t, &event.SyntaxError{Offset: 5, Msg: "got '1', want ':'"}, syntax)
}

// Every text that a record starts with is refused, without a panic.
func TestDecodeTruncated(t *testing.T) {
	line := string(sample(t)[0])
	for i := range len(line) {
		var syntax *event.SyntaxError
		_, err := event.Decode([]byte(line[:i]))
		require.True(t, errors.As(err, &syntax), "%q", line[:i])
		require.LessOrEqual(t, syntax.Offset, int64(i))
	}
}

func nested(depth int) string {
	return `{"a":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + "}"
}

func TestMaxDepth(t *testing.T) {
	e := decode(t, nested(event.MaxDepth))
	assert.Equal(t, strings.Replace(nested(event.MaxDepth), ":", ": ", 1), e.String())
	assert.Equal(t, "offset 504: containers nest deeper than 500 levels", decoded(nested(event.MaxDepth+1)))

	open := strings.Repeat(`{"a":`, 10_000_000)
	assert.Equal(t, "offset 2500: containers nest deeper than 500 levels", decoded(open))
	assert.Equal(t, "offset 504: containers nest deeper than 500 levels", decoded(`{"a":`+strings.Repeat("[", 10_000_000)))
}

func TestIntegerDigits(t *testing.T) {
	nines := strings.Repeat("9", 4300)
	assert.Equal(t, `{"a": -`+nines+`}`, decoded(`{"a":-`+nines+`}`))
	assert.Equal(t, "offset 5: got an integer of 4301 digits, want at most 4300", decoded(`{"a":-9`+nines+`}`))
	assert.Equal(t, `{"a": +inf}`, decoded(`{"a":9`+nines+`.0}`))
}

func TestTooLarge(t *testing.T) {
	_, err := event.Decode(make([]byte, 1<<28+1))
	assert.EqualError(t, err, "offset 0: got a record of 268435457 bytes, want at most 268435456")
}

// Values stay what they are when the caller uses the data, or what it got
// from the event, for something else.
func TestDecodeKeepsNothingOfTheCallers(t *testing.T) {
	data := []byte(`{"a":"text","b":["text"]}`)
	e, err := event.Decode(data)
	require.NoError(t, err)
	want := string(data)
	for _, shared := range [][]byte{data, e.Raw(), e.JSON()} {
		clear(shared)
		assert.Equal(t, want, string(e.Raw()))
	}
	assert.Equal(t, `{"a": "text", "b": ["text"]}`, e.String())
}

func TestRawAndJSON(t *testing.T) {
	for _, c := range []struct{ name, raw, event, inner string }{
		{"space stays inside", " {\"in\" : [ 1, 2 ]\n} \n", "{\"in\" : [ 1, 2 ]\n}", "[ 1, 2 ]"},
		{"byte order mark", "\ufeff{\"in\":{}}", `{"in":{}}`, "{}"},
		{"bad UTF-8", "{\"\xff\":\"é\",\"in\":[\"\xe2\x82\"]}", `{"` + "\ufffd" + `":"é","in":["` + "\ufffd\ufffd" + `"]}`, `["` + "\ufffd\ufffd" + `"]`},
		{"escapes and repeated keys", `{"in":[],"in":["\ud800\u0041"]}`, `{"in":[],"in":["\ud800\u0041"]}`, `["\ud800\u0041"]`},
		{"numbers", `{"in":[1e400,-0,1.50]}`, `{"in":[1e400,-0,1.50]}`, `[1e400,-0,1.50]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := decode(t, c.raw)
			assert.Equal(t, c.raw, string(e.Raw()))
			assert.Equal(t, c.event, string(e.JSON()))
			in, ok := e.Field("in")
			require.True(t, ok)
			assert.Equal(t, c.inner, string(in.(interface{ JSON() []byte }).JSON()))
		})
	}
}

func TestLogType(t *testing.T) {
	cases(t, "testdata/log_type.txt", func(input, want string) {
		assert.Equal(t, want, decode(t, input).LogType(), "%q", input)
	})
}

func TestField(t *testing.T) {
	e := decode(t, `{"a":{"b":1}}`)
	v, ok := e.Field("A")
	require.True(t, ok)
	again, _ := e.Field("a")
	assert.Same(t, v, again, "the second read makes no new object")
	b, ok := v.(*event.Object).Field("b")
	require.True(t, ok)
	assert.Equal(t, starlark.MakeInt(1), b)
	_, ok = e.Field("b")
	assert.False(t, ok)
}
