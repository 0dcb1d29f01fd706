package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/starhost/starhost/ruletest"
	"github.com/stretchr/testify/require"
)

// contract is what each test in a JSON report has: the name of a field, and
// an example of each type that it can have. nil is null.
var contract = map[string][]any{
	"rule_id": {""}, "test": {""}, "file": {""}, "line": {json.Number("")},
	"expected": {true, nil}, "got": {true, nil}, "passed": {true},
	"outputs": {object{}}, "errors": {object{}}, "duration_us": {json.Number("")},

	"alert": {true}, "given": {object{}},
	"skipped": {true}, "skip_reason": {""}, "problems": {[]any{}}, "stack": {[]any{}},
	"cache_ops": {[]any{}}, "prints": {[]any{}}, "decision": {object{}, nil}, "command": {""},
}

var entryContracts = map[string]map[string][]any{
	"problems": {
		"file": {""}, "line": {json.Number("")}, "col": {json.Number("")}, "step": {json.Number("")},
		"what": {""}, "message": {""}, "want": {""}, "got": {""}, "hint": {""}, "replacement": {""},
	},
	"stack":     {"at": {""}, "func": {""}},
	"cache_ops": {"op": {""}, "key": {""}, "args": {""}, "result": {""}, "error": {""}},
	"prints":    {"at": {""}, "text": {""}},
}

type object = map[string]any

// TestJSONContract checks the names and types of all fields of all cases.
func TestJSONContract(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			report := readJSON(t, write(t, "json", options(), c.result))
			require.Len(t, report, 2)
			requireFields(t, report["summary"], map[string][]any{
				"rules": {json.Number("")}, "tests": {json.Number("")}, "passed": {json.Number("")},
				"failed": {json.Number("")}, "skipped": {json.Number("")}, "duration_ms": {json.Number("")},
			})
			tests := report["tests"].([]any)
			require.Len(t, tests, 1)
			requireFields(t, tests[0], contract)
			for list, fields := range entryContracts {
				for _, e := range tests[0].(object)[list].([]any) {
					requireFields(t, e, fields)
				}
			}
			for _, f := range tests[0].(object)["errors"].(object) {
				for name, v := range f.(object) {
					require.Contains(t, []string{"type", "message", "at"}, name)
					require.IsType(t, "", v)
				}
			}
		})
	}
}

// requireFields checks that an object has exactly some fields, each of one of
// some types.
func requireFields(t *testing.T, v any, fields map[string][]any) {
	t.Helper()
	got := v.(object)
	for name := range got {
		require.Contains(t, fields, name)
	}
	for name, types := range fields {
		require.Contains(t, got, name)
		require.True(t, isOneOf(got[name], types), "%s is %v", name, got[name])
	}
}

func isOneOf(v any, examples []any) bool {
	for _, e := range examples {
		same := false
		switch e.(type) {
		case nil:
			same = v == nil
		case string:
			_, same = v.(string)
		case bool:
			_, same = v.(bool)
		case json.Number:
			_, same = v.(json.Number)
		case []any:
			_, same = v.([]any)
		case object:
			_, same = v.(object)
		}
		if same {
			return true
		}
	}
	return false
}

func readJSON(t *testing.T, text string) object {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v object
	require.NoError(t, dec.Decode(&v))
	require.False(t, dec.More())
	return v
}

// TestJSONValues checks the values of one test field by field.
func TestJSONValues(t *testing.T) {
	r := find(t, "wrong_result")
	r.Outputs = outputs()
	test := readJSON(t, write(t, "json", options(), r))["tests"].([]any)[0].(object)
	problem := test["problems"].([]any)[0].(object)
	want := object{
		"rule_id": "Login.NewCity", "test": "a login from elsewhere",
		"file": "testdata/rules/new_city.yml", "line": json.Number("9"),
		"expected": true, "got": false, "passed": false, "skipped": false, "skip_reason": "",
		"errors": object{}, "stack": []any{}, "duration_us": json.Number("1500"),
		"command": "starhost test --run '^Login.NewCity/a login from elsewhere$' testdata/rules",
		"outputs": object{
			"title": "alice logged in from Paris", "dedup": "alice", "severity": "MEDIUM", "destinations": []any{"ops"},
			"alert_context": object{"user": object{"name": "alice", "id": json.Number("9007199254740993")}, "cities": []any{"Paris"}},
		},
		"prints": []any{object{"at": "testdata/rules/new_city.star:11:10", "text": "known cities:\n::error::[\"Rome\"]"}},
	}
	for name, v := range want {
		require.Equal(t, v, test[name], name)
	}
	require.Equal(t, object{
		"file": "testdata/rules/new_city.yml", "line": json.Number("10"), "col": json.Number("21"), "step": json.Number("0"),
		"what": "ExpectedResult", "want": "true", "got": "false", "hint": "", "replacement": "false",
		"message": "The rule should have matched the event, but it did not.",
	}, problem)
	require.Equal(t, object{"op": "clear", "key": "logins", "args": "intCount", "result": "", "error": "store unreachable"},
		test["cache_ops"].([]any)[4])
	deciding := test["decision"].(object)["deciding"].(object)
	require.Equal(t, `event.get("type") != "login"`, deciding["text"])
	require.Equal(t, "True", deciding["value"])
	require.Len(t, test["decision"].(object)["steps"], 2)
}

func TestJSONSummary(t *testing.T) {
	report := readJSON(t, write(t, "json", options(), find(t, "passed"), find(t, "skipped"), find(t, "wrong_title"), find(t, "error_in_rule")))
	require.Equal(t, object{
		"rules": json.Number("1"), "tests": json.Number("4"), "passed": json.Number("1"),
		"failed": json.Number("2"), "skipped": json.Number("1"), "duration_ms": json.Number("6"),
	}, report["summary"])
	failed := report["tests"].([]any)[3].(object)
	require.Equal(t, object{"rule": object{"type": "KeyError", "message": `key "city" not in dict`, "at": "testdata/rules/new_city.star:15:27"}}, failed["errors"])
	require.Equal(t, object{"at": "testdata/rules/new_city.star:10:44", "func": "rule"}, failed["stack"].([]any)[0])
}

// TestJSONOutputs checks that an output that is no JSON does not spoil the
// rest.
func TestJSONOutputs(t *testing.T) {
	r := &ruletest.Result{Outputs: map[string]json.RawMessage{"title": json.RawMessage("{"), "dedup": json.RawMessage("\"\xff\"")}}
	got := jsonOutputs(r.Outputs)
	require.JSONEq(t, `"{"`, string(got["title"]))
	require.JSONEq(t, `"\ufffd"`, string(got["dedup"]))
}
