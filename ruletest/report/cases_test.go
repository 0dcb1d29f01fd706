package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/ruletest"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"
)

// A testCase is a result as ruletest would give it.
type testCase struct {
	name   string
	result *ruletest.Result
}

var (
	ruleFile = "testdata/rules/new_city.star"
	testFile = "testdata/rules/new_city.yml"
	slowFile = "testdata/rules/slow.star"
	starFile = "testdata/rules/city_test.star"
	yes, no  = true, false
	errStore = errors.New("store unreachable")
)

func at(file *string, line, col int32) syntax.Position { return syntax.MakePosition(file, line, col) }

// failed makes a result of a test of Login.NewCity that has problems.
func failed(name string, problems ...ruletest.Problem) *ruletest.Result {
	rule := &runtime.Rule{Metadata: runtime.DefaultMetadata("Login.NewCity")}
	return &ruletest.Result{
		Test:     &ruletest.Test{Rule: rule, Name: name, Pos: at(&testFile, 9, 5)},
		Problems: problems,
		Duration: 1500 * time.Microsecond,
	}
}

// with changes a result.
func with(r *ruletest.Result, change func(*ruletest.Result)) *ruletest.Result {
	change(r)
	return r
}

func find(t *testing.T, name string) *ruletest.Result {
	for _, c := range cases(t) {
		if c.name == name {
			return c.result
		}
	}
	t.Fatalf("no case is named %s", name)
	return nil
}

// decision is that of an event that is not a login.
func decision() *ruletest.Decision {
	deciding := probe.Step{
		Pos: at(&ruleFile, 6, 8), EndPos: at(&ruleFile, 6, 36), Kind: probe.Condition, Func: "rule",
		Text: `event.get("type") != "login"`, Value: "True",
		Operands: []probe.Operand{{Text: `event.get("type")`, Value: `"logout"`}},
	}
	return &ruletest.Decision{
		Deciding: &deciding,
		Steps: []probe.Step{deciding, {
			Pos: at(&ruleFile, 7, 16), EndPos: at(&ruleFile, 7, 21), Kind: probe.Return, Func: "rule",
			Text: "False", Value: "False",
		}},
	}
}

// cityDecision is one with a call, a loop and steps that are left out.
func cityDecision() *ruletest.Decision {
	deciding := probe.Step{
		Pos: at(&ruleFile, 12, 12), EndPos: at(&ruleFile, 12, 55), Kind: probe.Return, Func: "rule",
		Text: "len(known) > 0 and city(event) not in known", Value: "True",
		Operands: []probe.Operand{{Text: "len(known)", Value: "1"}, {Text: "city(event)", Value: `"Paris"`}},
	}
	return &ruletest.Decision{
		Deciding: &deciding,
		Steps: []probe.Step{
			{Pos: at(&slowFile, 2, 14), EndPos: at(&slowFile, 2, 29), Kind: probe.Loop, Func: "rule", Text: "range(10000000)", Value: "range(10000000)"},
			{Pos: at(&ruleFile, 15, 12), EndPos: at(&ruleFile, 15, 35), Kind: probe.Return, Func: "city", Depth: 1, Text: `event["client"]["city"]`, Value: `"Paris"`},
			{Pos: at(&ruleFile, 6, 8), EndPos: at(&ruleFile, 6, 36), Kind: probe.Condition, Func: "rule", Text: `event.get("type") != "login"`, Value: "False"},
			deciding,
		},
		Dropped: 1234,
	}
}

func cacheOps() []caching.Operation {
	return []caching.Operation{
		{Name: "get", Key: "cities:alice", Result: `stringSet=["Rome"] expiresAt=1767229200`},
		{Name: "put", Key: "cities:alice", Args: `stringSet=["Paris", "Rome"] expiresAt=1767830400`},
		{Name: "increment", Key: "logins", Args: "1 expires at 1767229200 if new", Result: "4"},
		{Name: "expire", Key: "logins", Args: "1767232800"},
		{Name: "clear", Key: "logins", Args: "intCount", Err: errStore},
	}
}

func outputs() map[string]json.RawMessage {
	return map[string]json.RawMessage{
		"title": json.RawMessage(`"alice logged in from Paris"`), "dedup": json.RawMessage(`"alice"`),
		"severity":      json.RawMessage(`"MEDIUM"`),
		"destinations":  json.RawMessage(`["ops"]`),
		"alert_context": json.RawMessage(`{"user": {"name": "alice", "id": 9007199254740993}, "cities": ["Paris"]}`),
	}
}

// callError is the error of a login without a city.
func callError() *runtime.CallError {
	return &runtime.CallError{Type: "KeyError", Diagnostic: runtime.Diagnostic{
		Pos: at(&ruleFile, 15, 27), Code: "call", Msg: `key "city" not in dict`,
		Stack: []runtime.Frame{{Pos: at(&ruleFile, 10, 44), Func: "rule"}, {Pos: at(&ruleFile, 15, 27), Func: "city"}},
	}}
}

func limitError() *runtime.CallError {
	return &runtime.CallError{Type: "LimitError", Diagnostic: runtime.Diagnostic{
		Pos: at(&slowFile, 2, 5), Code: "call",
		Msg:   "limit exceeded: time: the call did not end within 2s; look for a loop that runs too often",
		Stack: []runtime.Frame{{Pos: at(&slowFile, 2, 5), Func: "rule"}},
	}}
}

// broke makes a result whose function rule failed.
func broke(name string, e *runtime.CallError, p ruletest.Problem) *ruletest.Result {
	return with(failed(name, p), func(r *ruletest.Result) {
		r.Expected, r.Cause = &yes, e
		r.Errors = map[string]alert.Failure{"rule": e.Failure()}
	})
}

func cases(t *testing.T) []testCase {
	list := []testCase{
		{"passed", with(failed("a log-out does not match"), func(r *ruletest.Result) {
			r.Passed, r.Expected, r.Got = true, &no, &no
			r.Decision, r.Outputs, r.Ops = decision(), outputs(), cacheOps()[:1]
			r.Prints = []ruletest.Print{{Pos: "testdata/rules/new_city.star:11:10", Text: "known cities: []"}}
		})},
		{"skipped", with(failed("another source"), func(r *ruletest.Result) {
			r.Skipped, r.Test.Skip = true, "waits for the new log source"
		})},
		{"wrong_result", with(failed("a login from elsewhere",
			ruletest.Problem{Pos: at(&testFile, 10, 21), What: "ExpectedResult", Want: "true", Got: "false", Replacement: "false"},
		), func(r *ruletest.Result) {
			r.Expected, r.Got, r.Decision, r.Ops = &yes, &no, decision(), cacheOps()
			r.Prints = []ruletest.Print{{Pos: "testdata/rules/new_city.star:11:10", Text: "known cities:\n::error::[\"Rome\"]"}}
		})},
		{"unexpected_match", with(failed("a login from home",
			ruletest.Problem{Pos: at(&testFile, 10, 21), What: "ExpectedResult", Want: "false", Got: "true"},
		), func(r *ruletest.Result) { r.Expected, r.Got, r.Decision = &no, &yes, cityDecision() })},
		{"wrong_title", with(failed("title", ruletest.Problem{
			Pos: at(&testFile, 14, 20), What: "ExpectedTitle", Want: `"alice logged in from Rome"`, Got: `"alice logged in from Paris"`,
		}), func(r *ruletest.Result) { r.Expected, r.Got, r.Outputs = &yes, &yes, outputs() })},
		{"missing_fields", failed("no title, no destinations",
			ruletest.Problem{Pos: at(&testFile, 14, 20), What: "ExpectedTitle", Want: `contains "alice"`, Got: "null"},
			ruletest.Problem{Pos: at(&testFile, 15, 23), What: "ExpectedSeverity", Want: `one of ["HIGH","CRITICAL"]`, Got: `"MEDIUM"`},
			ruletest.Problem{Pos: at(&testFile, 16, 27), What: "ExpectedDestinations", Want: `["ops"]`, Got: "null"},
			ruletest.Problem{Pos: at(&testFile, 16, 27), What: "ExpectedDedup", Want: `"alice"`, Got: `"alice:Paris"`})},
		{"wrong_context", failed("context", ruletest.Problem{
			Pos: at(&testFile, 24, 27), What: "ExpectedAlertContext",
			Want: `{"cities":["Rome","Paris"],"count":1.0,"user":{"id":7,"name":"alice"},"a b":null}`,
			Got:  `{"cities":["Paris"],"count":1,"user":{"id":null,"name":"alice"},"time":"08:00"}`,
		})},
		{"wrong_context_part", failed("context", ruletest.Problem{
			Pos: at(&testFile, 24, 27), What: "ExpectedAlertContext $.user",
			Want: `contains {"id":7,"email":"alice@example.com"}`, Got: `{"id":8,"name":"alice","city":"Paris"}`,
		})},
		{"wrong_context_path", failed("context",
			ruletest.Problem{Pos: at(&testFile, 18, 18), What: "ExpectedAlertContext $.user.id", Want: "7", Got: "null"},
			ruletest.Problem{Pos: at(&testFile, 19, 21), What: "ExpectedAlertContext $.user.email", Want: `contains "@example.com"`,
				Got: `nothing at $.user.email in {"user":{"id":null,"name":"alice"}}`},
			ruletest.Problem{Pos: at(&testFile, 20, 15), What: "ExpectedAlertContext $.note",
				Want: `"one\ntwo\nthree\nfour\nfive\nsix \nseven"`, Got: `"one\ntwo\nthree\nfour\n5\nsix\nseven\n"`})},
		{"error_in_rule", with(broke("a login without a city", callError(), ruletest.Problem{
			Pos: at(&testFile, 27, 21), What: "rule", Want: "true", Got: "KeyError: " + callError().Error(),
		}), func(r *ruletest.Result) { r.Ops = cacheOps()[:1] })},
		{"error_in_earlier_step", failed("steps", ruletest.Problem{
			Pos: at(&testFile, 27, 21), Step: 2, What: "rule", Want: "true", Got: "KeyError: " + callError().Error(),
		})},
		{"other_error", broke("a login without a city", callError(), ruletest.Problem{
			Pos: at(&testFile, 32, 20), What: "ExpectedError", Want: `an error that contains "no city"`, Got: `KeyError: key "city" not in dict`,
		})},
		{"no_error", failed("an error that does not come", ruletest.Problem{
			Pos: at(&testFile, 32, 20), What: "ExpectedError", Want: `an error that matches "KeyError"`, Got: "no error",
		})},
		{"error_in_title", with(failed("a nameless user", ruletest.Problem{
			Pos: at(&testFile, 10, 21), What: "title", Want: "no error",
			Got: `testdata/rules/new_city.star:18:55: KeyError: key "name" not in dict`,
		}), func(r *ruletest.Result) {
			r.Expected, r.Got = &yes, &yes
			r.Errors = map[string]alert.Failure{
				"title":         {Type: "KeyError", Message: `key "name" not in dict`, At: "testdata/rules/new_city.star:18:55"},
				"alert_context": {Type: "TypeError", Message: "alert_context returned None, want a dict"},
			}
		})},
		{"timeout", broke("no end", limitError(), ruletest.Problem{
			Pos: at(&testFile, 9, 21), What: "rule", Want: "true", Got: "LimitError: " + limitError().Error(),
			Hint: "raise the limit with --max-time",
		})},
		{"missing_mock", failed("a mock", ruletest.Problem{
			Pos: at(&testFile, 61, 26), What: "Mocks", Want: "a name of testdata/rules/new_city.star", Got: "get_string_sett", Hint: "did you mean get_string_set?",
		})},
		{"broken_mock", failed("a mock", ruletest.Problem{
			Pos: at(&ruleFile, 5, 5), What: "rule", Want: "a rule that loads", Got: "rule is 5 (int), want a function of one argument, the event",
		})},
		{"no_problem", failed("stopped")},
	}
	return append(list, append(stepCases(), append(starlarkCases(t), hostileCases()...)...)...)
}

// stepCases are of tests with several steps.
func stepCases() []testCase {
	return []testCase{
		{"wrong_cache", with(failed("a visitor who moves",
			ruletest.Problem{Pos: at(&testFile, 44, 40), Step: 1, What: `cache "cities:alice": string_set`, Want: `["Paris"]`, Got: `["Paris","Rome"]`},
			ruletest.Problem{Pos: at(&testFile, 44, 40), Step: 1, What: `cache "cities:alice": counter`, Want: "at least 3", Got: "null"},
			ruletest.Problem{Pos: at(&testFile, 45, 25), Step: 1, What: `cache "cities:bob"`, Want: "an item", Got: "absent"},
			ruletest.Problem{Pos: at(&testFile, 46, 18), Step: 2, What: `cache "a \"b\": c"`, Want: "absent", Got: `{"counter":3}`},
			ruletest.Problem{Pos: at(&testFile, 53, 9), Step: 3, What: `cache "cities:eve"`, Want: "absent, as ExpectedCacheExact says", Got: `{"expires_in":604500,"string_set":["Oslo"]}`},
			ruletest.Problem{Pos: at(&testFile, 53, 9), Step: 3, What: "MaxCacheOps", Want: "at most 1 cache operations", Got: "2"},
		), func(r *ruletest.Result) { r.Expected, r.Got, r.Ops, r.Decision = &yes, &no, cacheOps(), decision() })},
		{"wrong_expiry", failed("expiry",
			ruletest.Problem{Pos: at(&testFile, 44, 61), Step: 1, What: `cache "cities:alice": expires_in`, Want: "3600", Got: "694861"},
			ruletest.Problem{Pos: at(&testFile, 44, 61), Step: 2, What: `cache "cities:alice": expires_in`, Want: "at most 60", Got: `"never"`},
			ruletest.Problem{Pos: at(&testFile, 44, 61), Step: 3, What: `cache "cities:alice": expires_in`, Want: `"never"`, Got: "1"})},
		{"unexpected_alert", failed("alerts",
			ruletest.Problem{Pos: at(&testFile, 50, 24), Step: 1, What: "ExpectedAlert", Want: "none", Got: "opened"},
			ruletest.Problem{Pos: at(&testFile, 50, 24), Step: 2, What: "ExpectedAlert", Want: "opened", Got: "none (the rule's threshold of 5 is not reached)"},
			ruletest.Problem{Pos: at(&testFile, 50, 24), Step: 3, What: "ExpectedAlert", Want: "counted", Got: "opened"},
			ruletest.Problem{Pos: at(&testFile, 50, 24), Step: 4, What: "ExpectedAlert", Want: "opened", Got: "counted"},
			ruletest.Problem{Pos: at(&testFile, 50, 24), Step: 5, What: "ExpectedAlert", Want: "counted", Got: "none"})},
		{"repetition", with(failed("many failures", ruletest.Problem{
			Pos: at(&testFile, 55, 25), Step: 1, What: "ExpectedResult", Want: "false", Got: "true", Hint: "in repetition 5 of 10",
		}), func(r *ruletest.Result) { r.Expected, r.Got, r.Decision = &no, &yes, cityDecision() })},
		{"cannot_run", failed("no run",
			ruletest.Problem{Pos: at(&testFile, 9, 5), What: "Cache", Got: `put "k" into the cache: store unreachable`},
			ruletest.Problem{Pos: at(&testFile, 11, 10), What: "Log", Want: "an event", Got: "nested too deep"},
			ruletest.Problem{Pos: at(&testFile, 9, 5), What: "alert window", Got: "store unreachable"},
			ruletest.Problem{Pos: at(&testFile, 9, 5), What: "Something new", Want: "1", Got: "2"})},
	}
}

// starlarkCases are of tests in Starlark.
func starlarkCases(t *testing.T) []testCase {
	tests := suite(t).Tests
	result := func(name string, p ruletest.Problem) *ruletest.Result {
		for _, test := range tests {
			if test.Rule == nil && test.Name == name {
				return &ruletest.Result{Test: test, Problems: []ruletest.Problem{p}, Duration: time.Millisecond}
			}
		}
		require.Fail(t, "no test is named "+name)
		return nil
	}
	return []testCase{
		{"starlark_eq", result("test_eq", ruletest.Problem{
			Pos: at(&starFile, 5, 9), What: "eq", Want: `"alice logged in from Rome"`, Got: "None",
		})},
		{"starlark_message", result("test_message", ruletest.Problem{
			Pos: at(&starFile, 8, 11), What: "the first login of a user matches", Want: "a true value", Got: "False",
		})},
		{"starlark_fail", result("test_fail", ruletest.Problem{Pos: at(&starFile, 23, 11), What: "fail", Got: "not written yet"})},
		{"starlark_error", result("test_deep_error", ruletest.Problem{
			Pos: at(&starFile, 20, 13), What: "KeyError",
			Got: "testdata/rules/city_test.star:20:13: key \"key\" not in dict\n\ttestdata/rules/city_test.star:20:13: in deep\n\ttestdata/rules/city_test.star:17:9: in test_deep_error",
		})},
	}
}

// hostileCases are full of what must not reach a terminal or a parser.
func hostileCases() []testCase {
	const evil = "\x1b[2J\x1b]0;owned\a\r\n::error::x\u202e\u0085\xff]]>&<a b=\"c\">%0A#|\\ 'é…"
	file := "testdata/\x1b[31m,a:b.yml"
	long := strings.Repeat("0123456789", 100_000)
	lists := with(failed("long lists"), func(r *ruletest.Result) {
		for i := range 50 {
			r.Ops = append(r.Ops, caching.Operation{Name: "get", Key: fmt.Sprint(i), Result: "none"})
			r.Prints = append(r.Prints, ruletest.Print{Pos: "a.star:1:1", Text: fmt.Sprint(i)})
		}
	})
	return []testCase{
		{"hostile", with(failed("test "+evil,
			ruletest.Problem{Pos: at(&file, 3, 4), What: "ExpectedTitle " + evil, Want: evil, Got: evil, Hint: evil},
			ruletest.Problem{Pos: at(&file, 3, 4), What: "cache " + evil, Want: `"` + evil, Got: "[" + evil},
			ruletest.Problem{Pos: at(&file, 3, 4), What: evil, Got: evil},
		), func(r *ruletest.Result) {
			r.Test.Rule = &runtime.Rule{Metadata: runtime.DefaultMetadata("Rule " + evil)}
			r.Test.Pos = at(&file, 1, 1)
			r.Prints = []ruletest.Print{{Pos: evil, Text: evil}}
			r.Ops = []caching.Operation{{Name: "get", Key: evil, Args: evil, Err: errors.New(evil)}}
			r.Outputs = map[string]json.RawMessage{"title": json.RawMessage(evil), "dedup": json.RawMessage("\"\xff\"")}
			r.Errors = map[string]alert.Failure{"dedup": {Type: evil, Message: evil, At: evil}}
			r.Decision = &ruletest.Decision{Deciding: &probe.Step{Text: evil, Value: evil, Func: evil, Operands: []probe.Operand{{Text: evil, Value: evil}}}}
		})},
		{"long_values", with(failed("long values",
			ruletest.Problem{Pos: at(&testFile, 14, 20), What: "ExpectedTitle", Want: `"` + long[:400] + `x"`, Got: `"` + long + `"`},
			ruletest.Problem{Pos: at(&testFile, 24, 27), What: "ExpectedAlertContext", Want: `{"a":1}`, Got: `{"b":"` + long + `"}`},
			ruletest.Problem{Pos: at(&testFile, 24, 27), What: "ExpectedAlertContext $.list", Want: "[" + strings.Repeat("1,", 200) + "1]", Got: "[" + strings.Repeat("2,", 200) + "2]"},
		), func(r *ruletest.Result) { r.Prints = []ruletest.Print{{Pos: "a.star:1:1", Text: long}} })},
		{"long_lists", lists},
	}
}
