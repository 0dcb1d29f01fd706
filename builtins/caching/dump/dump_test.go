package dump_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dump"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/stretchr/testify/require"
)

func number(t testing.TB, text string) caching.Number {
	n, err := caching.ParseNumber(text)
	require.NoError(t, err)
	return n
}

// filled returns a store with items of every kind.
func filled(t testing.TB) *memory.Store {
	s := new(memory.Store)
	for key, it := range map[string]caching.Item{
		"a/counter":   {Count: caching.Int(5), ExpiresAt: caching.Int(1_800_003_600)},
		"a/big":       {Count: number(t, "-99999999999999999999999999999999999999")},
		"a/decimal":   {Count: number(t, "0.1"), ExpiresAt: number(t, "1800000000.25")},
		"b/text":      {Count: caching.TextNumber("12"), ExpiresAt: caching.TextNumber("")},
		"b/set":       {Strings: caching.NewStringSet("b", "a", "", "é", "<&>")},
		"b/dict":      {Dictionary: `{"a": NaN, "b": "\u00e9"}`},
		"c/all":       {Count: caching.Int(1), Strings: caching.NewStringSet("x"), Dictionary: "{}", ExpiresAt: caching.Int(9)},
		"c/\x00é<<<<": {ExpiresAt: caching.Int(1 << 62)},
	} {
		require.NoError(t, s.Put(t.Context(), key, 0, it))
	}
	return s
}

const want = `{"starhost_dump":2}
{"key":"a/big","counter":-99999999999999999999999999999999999999}
{"key":"a/counter","counter":5,"expires_at":1800003600}
{"key":"a/decimal","counter":0.1,"expires_at":1800000000.25}
{"key":"b/dict","dictionary":"{\"a\": NaN, \"b\": \"\\u00e9\"}"}
{"key":"b/set","string_set":["","<&>","a","b","é"]}
{"key":"b/text","counter":"12","expires_at":""}
{"key":"c/\u0000é<<<<","expires_at":4611686018427387904}
{"key":"c/all","counter":1,"string_set":["x"],"dictionary":"{}","expires_at":9}
{"starhost_dump_end":8}
`

func TestDump(t *testing.T) {
	from := filled(t)
	var text bytes.Buffer
	n, err := dump.Write(t.Context(), &text, from, "")
	require.NoError(t, err)
	require.Equal(t, 8, n)
	require.Equal(t, want, text.String())

	to := new(memory.Store)
	for r, err := range dump.Read(strings.NewReader(text.String() + "\n" + text.String())) { // a second one after it
		require.NoError(t, err)
		require.NoError(t, to.Put(t.Context(), r.Key, 0, r.Item))
	}
	for c, err := range dump.Diff(dump.Items(t.Context(), from, ""), dump.Items(t.Context(), to, "")) {
		t.Errorf("%v (error %v)", c, err)
	}

	text.Reset()
	n, err = dump.Write(t.Context(), &text, from, "a/")
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestReadErrors(t *testing.T) {
	const head = "{\"starhost_dump\":1}\n"
	const head2 = "{\"starhost_dump\":2}\n"
	for text, want := range map[string]string{
		"":                                   "line 1: it is empty",
		`{"key":"a","counter":1}`:            "line 1: this is no dump of starhost",
		"hello":                              "line 1: this is no dump of starhost",
		`{"starhost_dump":3}`:                "line 1: the dump has version 3, want at most 2: use a newer starhost",
		`{"starhost_dump":3,"zone":"a"}`:     "line 1: the dump has version 3, want at most 2",
		`{"starhost_dump":0}`:                "line 1: the dump has version 0",
		`{"starhost_dump_end":0}`:            "line 1: this is no dump of starhost",
		head2:                                "line 2: the dump is cut: it ends after 0 items, without its last line: make it anew",
		head2 + `{"key":"a"}` + "\n" + head2: "line 3: the dump is cut: it ends after 1 items, without its last line",
		head2 + `{"starhost_dump_end":2}`:    "line 2: the dump is cut: it has 0 items of 2: make it anew",
		head2 + `{"starhost_dump_e`:          "line 2: unexpected EOF",
		head2 + `{"starhost_dump_end":0}` + "\n" + `{"key":"a","counter":1}`: "line 3: this comes after the end of the dump",
		head + `{"counter":1}`:                                        "line 2: there is no key",
		head + `{"key":"","counter":1}`:                               "line 2: cache key \"\": the key is empty",
		head + `{"key":"a","counter":1`:                               "line 2: unexpected EOF",
		head + `{"key":"a","counter":1} 2`:                            "line 2: there is something after the object",
		head + `{"key":"a","count":1}`:                                `line 2: there is no field "count" in a dump`,
		head + `{"key":"a","counter":1e999}`:                          "line 2: 1e999 is not a number that can be stored",
		head + `{"key":"a","counter":true}`:                           "line 2: true is not a number that can be stored",
		head + `{"key":"a","string_set":[1]}`:                         "cannot unmarshal number",
		head + `{"key":null,"counter":1}`:                             "line 2: there is no key",
		head + `{"key":{"base32":"x"}}`:                               "an object stands where a string should: it can only be",
		head + `{"key":{},"counter":1}`:                               "an object stands where a string should",
		head + fmt.Sprintf(`{"key":"a","dictionary":"%0500000d"}`, 0): "line 2: cache key \"a\": the item would have 500",
		head + fmt.Sprintf(`{"key":"%05000d","counter":1}`, 0):        "at most 2048 can be stored",
		head + `{"Key":"a","counter":1}`:                              `line 2: there is no field "Key" in a dump`,
		head + `{"key":"a","Counter":1}`:                              `line 2: there is no field "Counter" in a dump`,
		head + `{"key":"a","key":"b","counter":1}`:                    `line 2: the field "key" is there twice`,
		head + "{\"key\":\"a\xff\",\"counter\":1}":                    "line 2: it is not valid UTF-8: in a dump such a string is {\"base64\"",
		head + `{"key":"\ud800x","counter":1}`:                        `line 2: "\ud800x" has half of a character`,
		head + `{"key":"\\\udc00","counter":1}`:                       "has half of a character",
		head + `{"key":"\ud800\ud83d\ude00","counter":1}`:             "has half of a character",
		head + `{"key":"a","string_set":["\ud83d\u0041"]}`:            "has half of a character",
		head + `{"key":"a","dictionary":"\udfff"}`:                    "has half of a character",
		head + `{"key":"a","counter":"\ud83d"}`:                       "has half of a character",
		head + `[1]`:                                                  "line 2: it is not an object",
		head + `nul`:                                                  "line 2: unexpected EOF",
		`{"starhost_dump":2,"key":"a","counter":1}`:                   "line 1: the first and the last line of a dump have one field each",
		`{"starhost_dump":2,"starhost_dump_end":0}`:                   "line 1: the first and the last line of a dump have one field each",
		head2 + `{"starhost_dump_end":0,"key":"a"}`:                   "line 2: the first and the last line of a dump have one field each",
		`{"zone":"a","starhost_dump":3}`:                              "line 1: the dump has version 3, want at most 2",
		head + strings.Repeat("x", 4<<20):                             "line 2: bufio.Scanner: token too long",
	} {
		var err error
		n := 0
		for _, err = range dump.Read(strings.NewReader(text)) {
			n++
		}
		require.Equal(t, 1, n)
		require.ErrorContains(t, err, want, "%.100s", text)
	}
}

func TestDiff(t *testing.T) {
	before, after := new(memory.Store), new(memory.Store)
	for key, counts := range map[string][2]int64{"a": {1, 0}, "b": {1, 1}, "c": {1, 2}, "d": {0, 1}, "e": {3, 0}, "f": {1, 1}} {
		for i, s := range []*memory.Store{before, after} {
			if counts[i] != 0 {
				require.NoError(t, s.Put(t.Context(), key, 0, caching.Item{Count: caching.Int(counts[i])}))
			}
		}
	}
	var got []string
	for c, err := range dump.Diff(dump.Items(t.Context(), before, ""), dump.Items(t.Context(), after, "")) {
		require.NoError(t, err)
		got = append(got, fmt.Sprintf("%s: %v -> %v", c.Key, c.Old, c.New))
		if c.Key == "d" {
			break // nothing hangs
		}
	}
	require.Equal(t, []string{"a: intCount=1 -> none", "c: intCount=1 -> intCount=2", "d: none -> intCount=1"}, got)

	looksSame := func(it caching.Item) iter.Seq2[dump.Record, error] {
		return dump.Items(t.Context(), lists{{Key: "k", Item: it}}, "")
	}
	changes := 0
	for c, err := range dump.Diff(looksSame(caching.Item{Dictionary: "{} expiresAt=9"}), looksSame(caching.Item{Dictionary: "{}", ExpiresAt: caching.Int(9)})) {
		require.NoError(t, err)
		require.Equal(t, c.Old.String(), c.New.String())
		changes++
	}
	require.Equal(t, 1, changes)

	broken := func(yield func(dump.Record, error) bool) { yield(dump.Record{}, errors.New("broken")) }
	for _, err := range dump.Diff(dump.Items(t.Context(), before, ""), broken) {
		require.EqualError(t, err, "broken")
	}
}

// TestReadFails: an error of reading is told, not what it makes of a line.
func TestReadFails(t *testing.T) {
	broken := errors.New("the disk is broken")
	for _, text := range []string{"", want[:5], want[:len(want)/2], want[:len(want)-3], want} {
		n := 0
		var err error
		for _, err = range dump.Read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))) {
			n++
		}
		require.ErrorIs(t, err, broken)
		require.Equal(t, 1+strings.Count(text[:strings.LastIndex(text, "\n")+1], `"key"`), n, "whole lines, and the error")
	}
}

// TestHidden: what a terminal could take for a command is escaped, and comes
// back as it was.
func TestHidden(t *testing.T) {
	from, to := new(memory.Store), new(memory.Store)
	const key = "a\u009b31m\u202e\u200b\x7f\x1b\U000e0041é\u00a0😀\\"
	require.NoError(t, from.Put(t.Context(), key, 0, caching.Item{Strings: caching.NewStringSet("\u0085", "b")}))
	var text bytes.Buffer
	_, err := dump.Write(t.Context(), &text, from, "")
	require.NoError(t, err)
	require.Contains(t, text.String(), `{"key":"a\u009b31m\u202e\u200b\u007f\u001b\udb40\udc41é\u00a0😀\\","string_set":["b","\u0085"]}`)
	for r, err := range dump.Read(&text) {
		require.NoError(t, err)
		require.NoError(t, to.Put(t.Context(), r.Key, 0, r.Item))
	}
	it, err := to.Get(t.Context(), key, 0)
	require.NoError(t, err)
	require.True(t, it.Strings.Has("\u0085"))
}

// TestEmptyItems leaves out what has nothing, as a table can hold it, and reads
// past it.
func TestEmptyItems(t *testing.T) {
	var text bytes.Buffer
	n, err := dump.Write(t.Context(), &text, lists{{Key: "a"}, {Key: "b", Item: caching.Item{Count: caching.Int(1)}}}, "")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "{\"starhost_dump\":2}\n{\"key\":\"b\",\"counter\":1}\n{\"starhost_dump_end\":1}\n", text.String())

	for r, err := range dump.Read(strings.NewReader("{\"starhost_dump\":1}\n{\"key\":\"a\"}\n{\"key\":\"b\",\"string_set\":null}\n")) {
		t.Errorf("%v (error %v)", r, err)
	}
}

// TestWriteError writes nothing that could be taken for a dump.
func TestWriteError(t *testing.T) {
	var text bytes.Buffer
	_, err := dump.Write(t.Context(), &text, lists{{Key: "b", Item: caching.Item{Count: caching.Int(1)}}, {Key: "broken"}}, "")
	require.EqualError(t, err, "broken")
	require.Empty(t, text.String())
}

// lists lists records, and fails at the key "broken".
type lists []dump.Record

func (l lists) List(_ context.Context, _ string, each func(key string, item caching.Item) error) error {
	for _, r := range l {
		if r.Key == "broken" {
			return errors.New("broken")
		}
		if err := each(r.Key, r.Item); err != nil {
			return err
		}
	}
	return nil
}

// FuzzRead reads anything; what is read is the same after it is written and
// read again.
func FuzzRead(f *testing.F) {
	for line := range strings.Lines(want) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for r, err := range dump.Read(bytes.NewReader(append([]byte("{\"starhost_dump\":1}\n"), text...))) {
			if err != nil {
				return
			}
			s := new(memory.Store)
			require.NoError(t, s.Put(t.Context(), r.Key, 0, r.Item))
			var again bytes.Buffer
			_, err := dump.Write(t.Context(), &again, s, "")
			require.NoError(t, err)
			for r2, err := range dump.Read(&again) {
				require.NoError(t, err)
				require.Equal(t, r, r2)
			}
		}
	})
}
