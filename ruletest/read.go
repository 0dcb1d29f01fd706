package ruletest

import (
	"encoding/json"
	"strings"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// expectationKeys are the keys of what a single test or a step expects.
var expectationKeys = []string{
	"ExpectedResult", "ExpectedTitle", "ExpectedDedup", "ExpectedSeverity",
	"ExpectedAlertContext", "ExpectedDestinations", "ExpectedAlert",
	"ExpectedError", "ExpectedCache", "ExpectedCacheExact", "MaxCacheOps",
}

var (
	testKeys = append([]string{"Name", "Log", "Resource", "Mocks", "Clock", "Cache", "Steps", "skip", "LogType", "ResourceType", "RuleOutputs"}, expectationKeys...)
	stepKeys = append([]string{"Name", "Log", "Resource", "After", "Clock", "Repeat"}, expectationKeys...)
	itemKeys = []string{"counter", "string_set", "dictionary", "expires_in"}
)

// readTests reads the Tests of a rule's YAML file.
func readTests(rule *runtime.Rule, root strictyaml.Mapping) []*Test {
	var tests []*Test
	seen := make(map[string]bool)
	for _, v := range root.Get("Tests").List() {
		t := readTest(rule, v)
		if seen[t.Name] {
			v.Errorf("another test of the rule is named %q", t.Name)
		}
		seen[t.Name] = true
		tests = append(tests, t)
	}
	return tests
}

func readTest(rule *runtime.Rule, v strictyaml.Value) *Test {
	m := v.Mapping()
	m.CheckKeys(true, testKeys...)
	t := &Test{Rule: rule, Name: m.Get("Name").Text(), Pos: v.Pos(), Skip: m.Get("skip").Text()}
	if t.Name == "" {
		v.Errorf("Name is missing: every test needs a name of its own")
	}
	t.clock = m.Get("Clock").Time()
	t.cache = readCache(m.Get("Cache"))
	t.mocks, t.mockPos = readMocks(m.Get("Mocks"))
	t.maxOps = readMax(m.Get("MaxCacheOps"))
	if steps := m.Get("Steps"); steps.Exists() {
		t.steps = readSteps(m, steps)
		return t
	}
	t.plain = true
	s := readStep(m, v)
	if s.expect.result == nil && s.expect.err == nil && v.IsMapping() {
		v.Errorf("ExpectedResult is missing: true or false")
	}
	t.steps = []step{s}
	t.maxOps = nil // it is the step's
	return t
}

// readSteps reads the steps of a test, which then has no expectations itself.
func readSteps(test strictyaml.Mapping, steps strictyaml.Value) []step {
	for _, key := range append([]string{"Log", "Resource"}, expectationKeys...) {
		if k := test.Key(key); k.Exists() && key != "MaxCacheOps" {
			k.Errorf("%s stands beside Steps: it belongs in a step", key)
		}
	}
	var all []step
	for _, v := range steps.List() {
		m := v.Mapping()
		m.CheckKeys(true, stepKeys...)
		all = append(all, readStep(m, v))
	}
	if len(all) == 0 {
		steps.Errorf("Steps is empty: a test needs at least one")
	}
	return all
}

func readStep(m strictyaml.Mapping, at strictyaml.Value) step {
	s := step{
		pos:    at.Pos(),
		after:  m.Get("After").Duration(),
		clock:  m.Get("Clock").Time(),
		repeat: m.Get("Repeat").Integer(1, 1),
		maxOps: readMax(m.Get("MaxCacheOps")),
	}
	if s.after < 0 {
		m.Get("After").Errorf("After is negative: the clock only goes forward")
	}
	s.event = readEvent(m)
	s.expect = readExpectations(m)
	return s
}

func readMax(v strictyaml.Value) *int64 {
	if !v.Exists() {
		return nil
	}
	n := v.Integer(0, 0)
	return &n
}

// readEvent reads the event of a test: Log, or Resource, as tests of policies
// call it. LogType, ResourceType and RuleOutputs beside it mean nothing, as in
// Panther.
func readEvent(m strictyaml.Mapping) []byte {
	log := m.Get("Log")
	if !log.Exists() {
		log = m.Get("Resource")
	}
	switch {
	case !log.Exists():
		m.Errorf("Log is missing: the event of the test")
	case log.IsMapping():
		return log.JSON()
	case log.IsScalar() && json.Valid([]byte(log.Text())) && strings.HasPrefix(strings.TrimSpace(log.Text()), "{"):
		return []byte(log.Text())
	default:
		log.Errorf("%s is %s, want a mapping, or one in JSON", log.Name(), log.Describe())
	}
	return []byte("{}")
}

// readMocks reads Panther's mocks.
func readMocks(v strictyaml.Value) (starlark.StringDict, map[string]syntax.Position) {
	mocks, pos := make(starlark.StringDict), make(map[string]syntax.Position)
	for _, e := range v.List() {
		m := e.Mapping()
		m.CheckKeys(true, "objectName", "returnValue")
		name := m.Get("objectName").Text()
		if name == "" {
			e.Errorf("objectName is missing: the name to mock")
			continue
		}
		value, err := pyjson.Loads(string(orNull(m.Get("returnValue").JSON())))
		if err != nil {
			m.Get("returnValue").Errorf("returnValue: %v", err)
			value = starlark.None
		}
		value.Freeze()
		mocks[name], pos[name] = value, m.Get("objectName").Pos()
	}
	return mocks, pos
}

func orNull(text json.RawMessage) json.RawMessage {
	if text == nil {
		return json.RawMessage("null")
	}
	return text
}

// readCache reads the items that are there before the first step.
func readCache(v strictyaml.Value) map[string]cacheSetup {
	items := make(map[string]cacheSetup)
	for k, e := range v.Mapping().All() {
		m := e.Mapping()
		m.CheckKeys(true, itemKeys...)
		var s cacheSetup
		if c := m.Get("counter"); c.Exists() {
			n, err := caching.ParseNumber(c.Text())
			if err != nil {
				c.Errorf("counter is %s, want a whole number", c.Describe())
			}
			s.item.Count = n
		}
		if set := m.Get("string_set"); set.Exists() {
			s.item.Strings = caching.NewStringSet(set.Strings()...)
		}
		if d := m.Get("dictionary"); d.Exists() {
			s.item.Dictionary = string(d.JSON())
		}
		if x := m.Get("expires_in"); x.Exists() {
			s.expiresIn, s.expires = x.Duration(), true
		}
		items[k.Text()] = s
	}
	return items
}

func readExpectations(m strictyaml.Mapping) expectations {
	var e expectations
	if v := m.Get("ExpectedResult"); v.Exists() {
		b := v.Bool(false)
		e.result, e.resultPos = &b, v.Pos()
	}
	for _, f := range [][2]string{{"ExpectedTitle", "title"}, {"ExpectedDedup", "dedup"}, {"ExpectedSeverity", "severity"}} {
		if v := m.Get(f[0]); v.Exists() {
			e.fields = append(e.fields, fieldExpectation{f[0], f[1], v.Pos(), readMatcher(v)})
		}
	}
	e.context = readContext(m.Get("ExpectedAlertContext"))
	if v := m.Get("ExpectedDestinations"); v.Exists() {
		want := readMatcher(v)
		e.destinations, e.destPos = &want, v.Pos()
	}
	if v := m.Get("ExpectedAlert"); v.Exists() {
		e.alert, e.alertPos = v.Text(), v.Pos()
		if e.alert != "opened" && e.alert != "counted" && e.alert != "none" {
			v.Errorf("ExpectedAlert is %s, want opened, counted or none", v.Describe())
		}
	}
	if v := m.Get("ExpectedError"); v.Exists() {
		want := readMatcher(v)
		if s, ok := want.want.(string); ok && want.op == "" {
			want = matcher{op: "contains", want: s}
		}
		e.err, e.errPos = &want, v.Pos()
	}
	e.cache = readExpectedCache(m.Get("ExpectedCache"))
	e.cacheExact = m.Get("ExpectedCacheExact").Bool(false)
	return e
}

// readContext reads what is expected of the alert context: the whole, or, if
// all its keys start with "$.", the values at these paths.
func readContext(v strictyaml.Value) []pathExpectation {
	if !v.Exists() {
		return nil
	}
	var paths []pathExpectation
	whole := !v.IsMapping()
	if v.IsMapping() {
		for k, e := range v.Mapping().All() {
			path, ok := strings.CutPrefix(k.Text(), "$.")
			whole = whole || !ok
			paths = append(paths, pathExpectation{e.Pos(), k.Text(), strings.Split(path, "."), readMatcher(e)})
		}
	}
	if whole || len(paths) == 0 {
		return []pathExpectation{{v.Pos(), "", nil, readMatcher(v)}}
	}
	return paths
}

func readExpectedCache(v strictyaml.Value) []cacheExpectation {
	var items []cacheExpectation
	for k, e := range v.Mapping().All() {
		c := cacheExpectation{pos: e.Pos(), key: k.Text()}
		switch {
		case e.IsScalar() && e.Text() == "absent":
			c.absent = true
		case e.IsMapping():
			e.Mapping().CheckKeys(true, itemKeys...)
			for k, f := range e.Mapping().All() {
				c.fields = append(c.fields, readItemField(k.Text(), f))
			}
		default:
			e.Errorf("item is %s, want absent, or a mapping of %s", e.Describe(), strings.Join(itemKeys, ", "))
		}
		items = append(items, c)
	}
	return items
}

// readItemField reads what is expected of one attribute. Lifetimes are compared
// in seconds.
func readItemField(name string, v strictyaml.Value) fieldExpectation {
	f := fieldExpectation{key: name, field: name, pos: v.Pos()}
	if name != "expires_in" {
		f.want = readMatcher(v)
		if name == "string_set" && f.want.op == "" && !v.IsNull() {
			f.want.want = sortedStrings(v.Strings())
		}
		return f
	}
	switch {
	case v.IsMapping():
		for k, e := range v.Mapping().All() {
			if k.Text() != "at_least" && k.Text() != "at_most" {
				k.Errorf("expires_in has %s, want a length of time, at_least or at_most", k.Text())
				continue
			}
			f.want = matcher{op: k.Text(), want: seconds(e.Duration())}
		}
	case v.IsScalar() && v.Text() == "never":
		f.want = matcher{want: "never"}
	default:
		f.want = matcher{want: seconds(v.Duration())}
	}
	return f
}
