package report

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
)

// FuzzReport puts texts wherever a rule, an event or a test file has a text,
// and checks that every format stays what it is.
func FuzzReport(f *testing.F) {
	for _, seed := range [][5]string{
		{"Rule", "test", "ExpectedTitle", `"a"`, `"b"`},
		{"::error::", "]]>", "ExpectedAlertContext $.a", `{"a":[1,{"b":2}]}`, `{"a":[],"c":"longer than forty characters"}`},
		{"\x1b[2J", "\xff\x00", `cache "k": expires_in`, "3600", `"never"`},
		{"\u202e", "\n::error::", "rule", "true", "KeyError: a.star:1:2: no\n\ta.star:1:2: in rule"},
		{"#", `\`, "title", "no error", "a.star:1:2: KeyError: no"},
		{"%0A,:", "&<>'\"", "ExpectedTitle", `"one\ntwo"`, `"one\n2 \n"`},
		{"a", "b", "cache \"\\", "contains {}", "{}"},
		{"a", "b", "ExpectedError", "an error", "KeyError: no"},
		{"a", "b", "Mocks", "a rule that loads", "\r"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, rule, name, what, want, got string) {
		r := fuzzed(rule, name, what, want, got)
		o := Options{
			Verbose: true,
			Command: func(*ruletest.Result) string { return "starhost " + name },
			Source:  func(string) ([]byte, error) { return []byte(got + "\n" + want), nil },
		}
		checkPretty(t, write(t, "pretty", o, r))
		compact := printable(t, write(t, "compact", o, r))
		require.Equal(t, 1, strings.Count(compact, "\n"))

		annotations, _, err := readGitHub(printable(t, write(t, "github", o, r)))
		require.NoError(t, err)
		require.Len(t, annotations, 1)
		require.Equal(t, title(r), annotations[0].properties["title"])

		points, err := readTAP(printable(t, write(t, "tap", o, r)))
		require.NoError(t, err)
		require.Len(t, points, 1)
		require.Equal(t, title(r), points[0].description)
		require.NotEmpty(t, points[0].diagnostics)

		test := validJUnit(t, write(t, "junit", o, r)).Children[0].Children[0]
		require.Equal(t, line(cut(name, maxName)), test.attr("name"))
		checkJSON(t, write(t, "json", o, r), r)
	})
}

// fuzzed makes a result full of texts.
func fuzzed(rule, name, what, want, got string) *ruletest.Result {
	pos := at(&name, 2, int32(len(want)%40))
	e := &runtime.CallError{Type: "KeyError", Diagnostic: runtime.Diagnostic{
		Pos: pos, Msg: got, Hint: want, Stack: []runtime.Frame{{Pos: pos, Func: rule}, {Pos: pos, Func: name}},
	}}
	deciding := probe.Step{Pos: pos, EndPos: at(&name, 2, 7), Text: "x" + want, Value: got, Func: name, Kind: probe.Kind(what),
		Operands: []probe.Operand{{Text: "y" + got, Value: want}}}
	return &ruletest.Result{
		Test: &ruletest.Test{Rule: &runtime.Rule{Metadata: runtime.DefaultMetadata(rule)}, Name: name, Pos: pos},
		Problems: []ruletest.Problem{
			{Pos: pos, What: what, Want: want, Got: got, Hint: name, Replacement: got},
			{Pos: pos, Step: 2, What: "ExpectedTitle", Want: got, Got: want, Hint: "in repetition " + name},
			{Pos: pos, Step: 3, What: "rule", Want: "true", Got: "KeyError: " + e.Diagnostic.Error()},
		},
		Outputs:  map[string]json.RawMessage{"title": json.RawMessage(got), "dedup": json.RawMessage(want)},
		Errors:   map[string]alert.Failure{"title": {Type: "KeyError", Message: want, At: got}, "dedup": e.Failure()},
		Cause:    e,
		Ops:      []caching.Operation{{Name: "get", Key: name, Args: got, Err: errors.New(want)}, {Name: "expire", Key: rule, Args: want, Result: got}},
		Prints:   []ruletest.Print{{Pos: "a.star" + name, Text: got}},
		Decision: &ruletest.Decision{Deciding: &deciding, Steps: []probe.Step{deciding, deciding}, Dropped: 3},
	}
}

// printable checks that nothing in a text can move a cursor.
func printable(t *testing.T, text string) string {
	require.True(t, utf8.ValidString(text))
	for _, r := range text {
		require.True(t, r == '\n' || r == '\t' || r == utf8.RuneError || !unprintable(r), "%q in %q", r, text)
	}
	return text
}

// checkPretty checks that no line passes for a command of GitHub's.
func checkPretty(t *testing.T, text string) {
	for l := range strings.Lines(printable(t, text)) {
		require.False(t, strings.HasPrefix(strings.TrimSpace(l), "::"), l)
	}
	require.Contains(t, text, "To run this test alone:")
}

func checkJSON(t *testing.T, text string, r *ruletest.Result) {
	require.True(t, utf8.ValidString(text))
	tests := readJSON(t, text)["tests"].([]any)
	require.Equal(t, toUTF8(r.Test.Name), tests[0].(object)["test"])
	require.Equal(t, toUTF8(r.Problems[0].Got), tests[0].(object)["problems"].([]any)[0].(object)["got"])
}

// toUTF8 replaces what is not UTF-8 as encoding/json does.
func toUTF8(s string) string { return string([]rune(s)) }
