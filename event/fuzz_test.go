package event_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// FuzzDecode holds Decode to encoding/json: both accept the same texts, apart
// from what Decode documents, and find the same values in them.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"testdata/valid.txt", "testdata/invalid.txt"} {
		cases(f, file, func(input, _ string) { f.Add([]byte(input)) })
	}
	for _, line := range sample(f)[:3] {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := event.Decode(data)
		want, valid := reference(data)
		if !valid {
			require.Error(t, err)
			return
		}
		if err != nil {
			assertOwnRule(t, err)
			return
		}
		text, err := json.Marshal(toGo(e))
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		own, valid := reference(e.JSON())
		require.True(t, valid, "JSON() is valid")
		require.Equal(t, want, own, "JSON() means the same")
		require.Equal(t, data, e.Raw())
		assertSelfConsistent(t, e)
	})
}

// reference returns what encoding/json makes of an object.
func reference(data []byte) (string, bool) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var v any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if !json.Valid(data) || dec.Decode(&v) != nil {
		return "", false
	}
	if _, ok := v.(map[string]any); !ok {
		return "", false
	}
	text, err := json.Marshal(canonical(v))
	return string(text), err == nil
}

// canonical replaces numbers by what they mean.
func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, elem := range v {
			v[k] = canonical(elem)
		}
	case []any:
		for i, elem := range v {
			v[i] = canonical(elem)
		}
	case json.Number:
		if n, ok := new(big.Int).SetString(v.String(), 10); ok {
			return "int " + n.String()
		}
		f, _ := v.Float64()
		return floatText(f)
	}
	return v
}

func floatText(f float64) string {
	return "float " + strconv.FormatUint(math.Float64bits(f), 16)
}

// toGo returns a value in the form of canonical.
func toGo(v starlark.Value) any {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil
	case starlark.Bool:
		return bool(v)
	case starlark.Int:
		return "int " + v.String()
	case starlark.Float:
		return floatText(float64(v))
	case starlark.String:
		return string(v)
	case starlark.IterableMapping:
		m := make(map[string]any)
		for k, elem := range starlark.Entries(v) {
			m[string(k.(starlark.String))] = toGo(elem)
		}
		return m
	default:
		list := []any{}
		for elem := range starlark.Elements(v.(starlark.Iterable)) {
			list = append(list, toGo(elem))
		}
		return list
	}
}

// assertOwnRule checks that an error on valid JSON is one of the documented.
func assertOwnRule(t *testing.T, err error) {
	t.Helper()
	for _, rule := range []string{"containers nest deeper", "got an integer of"} {
		if strings.Contains(err.Error(), rule) {
			return
		}
	}
	assert.NoError(t, err)
}

// assertSelfConsistent checks an event against a second one of the same text,
// and against its copy.
func assertSelfConsistent(t *testing.T, e *event.Event) {
	t.Helper()
	again := decode(t, string(e.JSON()))
	for k, v := range e.Entries() {
		got, found, err := again.Get(k)
		require.NoError(t, err)
		require.True(t, found, "key %v", k)
		require.Equal(t, v.String(), got.String())
	}
	for _, other := range []starlark.Value{again, e.ToDict()} {
		eq, err := event.Equal(e, other)
		require.NoError(t, err)
		require.True(t, eq)
	}
}

// Objects with many keys are found through an index.
func TestLargeObjectsAsEncodingJSON(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"k0":null`)
	for i := range 500 {
		b.WriteString(`,"k` + strconv.Itoa(i*i%300) + `":` + strconv.Itoa(i))
	}
	b.WriteString("}")
	want, ok := reference([]byte(b.String()))
	require.True(t, ok)
	e := decode(t, b.String())
	got, err := json.Marshal(toGo(e))
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
	assertSelfConsistent(t, e)
}

func TestSampleAsEncodingJSON(t *testing.T) {
	for _, line := range sample(t) {
		want, ok := reference(line)
		require.True(t, ok)
		got, err := json.Marshal(toGo(decode(t, string(line))))
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}
