package ruletest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/internal/strictyaml"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// starTest is a test in Starlark: a function test_*(t).
//
// t has these methods:
//
//	t.run(rule, event, **)      asks a rule, by its id, about an event (a dict).
//	                            The result has matched, title, dedup, severity,
//	                            alert_context, destinations, alert ("opened",
//	                            "counted" or "none") and error (None or a text).
//	t.mock(name, value=None, raises=None, rule=None)
//	                            replaces a name of the rules that run from then
//	                            on (of one rule only, if it is named): a
//	                            function stands in as it is, any other value is
//	                            what calls return; raises makes calls fail.
//	t.unmock(name)
//	t.set_clock(time)           "2026-01-01T00:00:00Z"
//	t.advance(duration)         "29m59s", "7d"
//	t.now()                     seconds since 1970
//	t.cache_get(key)            None, or a dict of counter, string_set,
//	                            dictionary, expires_in (seconds, or "never")
//	t.cache_set(key, counter=None, string_set=None, dictionary=None, expires_in=None)
//	t.cache_ops()               the cache operations since the last call, as texts
//	t.prints()                  the lines printed since the last call
//	t.eq(got, want, msg="")     t.ne, t.true(x), t.false(x), t.contains(x, y),
//	t.matches(text, regexp)     t.fails(function, regexp), t.fail(msg)
type starTest struct {
	suite *Suite
	file  string
	fn    *starlark.Function
}

// run runs the function. Its own errors, failed assertions among them, are the
// problems of the test.
func (st *starTest) run(b *bench, t *Test) *Result {
	r := &Result{Test: t}
	s := &starBench{bench: b, suite: st.suite, result: r}
	caller := runtime.Worker{Limits: b.worker.Limits, Print: func(_ *runtime.Call, pos, text string) {
		s.allPrints = append(s.allPrints, Print{pos, text})
	}}
	_, err := caller.Call(b.call(), st.fn, starlark.Tuple{s.value()}, nil)
	if ce, ok := errors.AsType[*runtime.CallError](err); ok {
		p := Problem{Pos: ce.Pos, What: ce.Type, Got: ce.Diagnostic.Error(), Hint: ce.Hint}
		if f, ok := errors.AsType[*failure](err); ok {
			p.What, p.Want, p.Got = f.what, f.want, f.got
		}
		r.Problems = append(r.Problems, p)
	}
	r.Ops = append(r.Ops, b.ops.Take()...)
	r.Prints = append(s.allPrints, b.prints...)
	r.Passed = len(r.Problems) == 0
	return r
}

// A failure is an assertion that does not hold.
type failure struct{ what, want, got string }

func (f *failure) Error() string {
	if f.want == "" {
		return f.what + ": " + f.got
	}
	return fmt.Sprintf("%s: got %s, want %s", f.what, f.got, f.want)
}

func (f *failure) PyClass() string { return "AssertionError" }

// starBench is the bench of a test in Starlark.
type starBench struct {
	*bench
	suite     *Suite
	result    *Result
	mocks     []starMock
	allPrints []Print
}

type starMock struct {
	name, rule string
	value      starlark.Value
}

// value makes t.
func (s *starBench) value() starlark.Value {
	type method = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)
	members := make(starlark.StringDict)
	for name, fn := range map[string]method{
		"run": s.runRule, "mock": s.mock, "unmock": s.unmock,
		"set_clock": s.setClock, "advance": s.advance, "now": s.nowSeconds,
		"cache_get": s.cacheGet, "cache_set": s.cacheSet, "cache_ops": s.cacheOps, "prints": s.takePrints,
		"eq": s.eq, "ne": s.ne, "true": s.isTrue, "false": s.isFalse, "contains": s.contains,
		"matches": s.matches, "fails": s.fails, "fail": s.fail,
	} {
		members[name] = starlark.NewBuiltin(name, fn)
	}
	return starlarkstruct.FromStringDict(starlark.String("t"), members)
}

func (s *starBench) runRule(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var id string
	var record starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "rule", &id, "event", &record); err != nil {
		return nil, err
	}
	rule := s.suite.rule(id)
	if rule == nil {
		return nil, fmt.Errorf("run: no rule has the id %q", id)
	}
	rule, err := s.mocked(rule)
	if err != nil {
		return nil, err
	}
	text, err := pyjson.Dumps(record)
	if err != nil {
		return nil, fmt.Errorf("run: event: %w", err)
	}
	ev, err := event.Decode([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("run: event: %w", err)
	}
	result := s.worker.Eval(s.call(), rule, ev)
	s.result.Asked = append(s.result.Asked, Asked{rule.ID, result.Matched()})
	return s.outcome(rule, result)
}

// mocked gives the rule with the mocks that are in force for it.
func (s *starBench) mocked(rule *runtime.Rule) (*runtime.Rule, error) {
	mocks := make(starlark.StringDict)
	for _, m := range s.mocks {
		if m.rule == "" || m.rule == rule.ID {
			mocks[m.name] = m.value
		}
	}
	if len(mocks) == 0 {
		return rule, nil
	}
	variant, diags := s.suite.Set.Variant(rule, &runtime.Variant{Mocks: mocks})
	if variant == nil {
		return nil, errors.New(diags[0].Msg)
	}
	return variant, nil
}

// outcome gives a result as rule tests see it.
func (s *starBench) outcome(rule *runtime.Rule, result runtime.Result) (starlark.Value, error) {
	out := starlark.StringDict{
		"matched": starlark.Bool(result.Matched()), "error": starlark.None,
		"alert": starlark.String("none"), "title": starlark.None, "dedup": starlark.None,
		"severity": starlark.None, "alert_context": starlark.None, "destinations": starlark.None,
	}
	if result.Err != nil {
		out["error"] = starlark.String(result.Err.Type + ": " + result.Err.Msg)
	}
	if m := result.Match; m != nil {
		if err := s.describe(out, rule, m); err != nil {
			return nil, err
		}
	}
	return starlarkstruct.FromStringDict(starlark.String("result"), out), nil
}

func (s *starBench) describe(out starlark.StringDict, rule *runtime.Rule, m *alert.Match) error {
	out["title"], out["dedup"] = starlark.String(m.Title), starlark.String(m.Dedup)
	out["severity"] = starlark.String(m.Severity)
	for name, f := range m.Failures {
		out["error"] = starlark.String(name + ": " + f.Type + ": " + f.Message)
	}
	if m.Context != nil {
		v, err := pyjson.Loads(string(m.Context))
		if err != nil {
			return err
		}
		out["alert_context"] = v
	}
	if m.Destinations != nil {
		out["destinations"] = stringList(m.Destinations)
	}
	if !rule.CreateAlert {
		return nil
	}
	outcome, err := s.countMatch(rule, m)
	if outcome == alert.Opened || outcome == alert.Counted {
		out["alert"] = starlark.String(outcome)
	}
	return err
}

func stringList(texts []string) *starlark.List {
	var elems []starlark.Value
	for _, t := range texts {
		elems = append(elems, starlark.String(t))
	}
	return starlark.NewList(elems)
}

func (s *starBench) mock(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	m := starMock{value: starlark.None}
	var raises string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &m.name, "value?", &m.value, "raises?", &raises, "rule?", &m.rule); err != nil {
		return nil, err
	}
	if raises != "" {
		m.value = starlark.NewBuiltin(m.name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return nil, errors.New(raises)
		})
	}
	m.value.Freeze()
	s.mocks = append(s.mocks, m)
	return starlark.None, nil
}

func (s *starBench) unmock(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	s.mocks = slices.DeleteFunc(s.mocks, func(m starMock) bool { return m.name == name })
	return starlark.None, nil
}

func (s *starBench) setClock(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "time", &text); err != nil {
		return nil, err
	}
	now, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, fmt.Errorf("set_clock: %q is not a time such as 2026-01-01T00:00:00Z", text)
	}
	s.tell(thread, now)
	return starlark.None, nil
}

// tell sets the clock: that of the rules that run, and that of the test's own
// function.
func (s *starBench) tell(thread *starlark.Thread, now time.Time) {
	s.now = now
	runtime.CallOf(thread).Now = now
}

func (s *starBench) advance(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "duration", &text); err != nil {
		return nil, err
	}
	d, ok := strictyaml.ParseDuration(text)
	if !ok || d < 0 {
		return nil, fmt.Errorf("advance: %q is not a length of time such as 30s, 29m59s, 1h or 7d", text)
	}
	s.tell(thread, s.now.Add(d))
	return starlark.None, nil
}

func (s *starBench) nowSeconds(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt64(s.now.Unix()), nil
}

func (s *starBench) cacheGet(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	item, err := s.store.Get(s.ctx, key, s.now.Unix())
	if err != nil || item.IsZero() {
		return starlark.None, err
	}
	return pyjson.Loads(describeItem(item, s.now))
}

func (s *starBench) cacheSet(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, expiresIn string
	var counter starlark.Int
	var set starlark.Iterable
	var dictionary starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "key", &key, "counter?", &counter,
		"string_set?", &set, "dictionary?", &dictionary, "expires_in?", &expiresIn); err != nil {
		return nil, err
	}
	var item caching.Item
	if counter.Sign() != 0 {
		n, err := caching.BigInt(counter.BigInt())
		if err != nil {
			return nil, err
		}
		item.Count = n
	}
	if set != nil {
		var members []string
		for e := range starlark.Elements(set) {
			text, ok := starlark.AsString(e)
			if !ok {
				return nil, fmt.Errorf("cache_set: string_set holds %s, want strings", e.Type())
			}
			members = append(members, text)
		}
		item.Strings = caching.NewStringSet(members...)
	}
	if dictionary != nil {
		text, err := pyjson.Dumps(dictionary)
		if err != nil {
			return nil, fmt.Errorf("cache_set: dictionary: %w", err)
		}
		item.Dictionary = text
	}
	if expiresIn != "" {
		d, ok := strictyaml.ParseDuration(expiresIn)
		if !ok {
			return nil, fmt.Errorf("cache_set: expires_in is %q, want a length of time such as 30s, 29m59s, 1h or 7d", expiresIn)
		}
		item.ExpiresAt = caching.Int(s.now.Add(d).Unix())
	}
	return starlark.None, s.store.Put(s.ctx, key, s.now.Unix(), item)
}

func (s *starBench) cacheOps(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	ops := s.ops.Take()
	s.result.Ops = append(s.result.Ops, ops...)
	var texts []string
	for _, op := range ops {
		texts = append(texts, op.String())
	}
	return stringList(texts), nil
}

func (s *starBench) takePrints(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	var texts []string
	for _, p := range s.prints {
		texts = append(texts, p.Text)
	}
	s.allPrints, s.prints = append(s.allPrints, s.prints...), nil
	return stringList(texts), nil
}

// compare unpacks the arguments of an assertion about two values.
func compare(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, first, second string) (x, y starlark.Value, msg string, err error) {
	err = starlark.UnpackArgs(b.Name(), args, kwargs, first, &x, second, &y, "msg?", &msg)
	if msg == "" {
		msg = b.Name()
	}
	return x, y, msg, err
}

func (s *starBench) eq(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	got, want, msg, err := compare(b, args, kwargs, "got", "want")
	if err != nil {
		return nil, err
	}
	if same, err := event.Equal(got, want); err != nil || !same {
		return nil, &failure{msg, want.String(), got.String()}
	}
	return starlark.None, nil
}

func (s *starBench) ne(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	got, other, msg, err := compare(b, args, kwargs, "got", "other")
	if err != nil {
		return nil, err
	}
	if same, err := event.Equal(got, other); err != nil || same {
		return nil, &failure{msg, "anything else", got.String()}
	}
	return starlark.None, nil
}

func (s *starBench) contains(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	container, element, msg, err := compare(b, args, kwargs, "container", "element")
	if err != nil {
		return nil, err
	}
	if in, err := starlark.Binary(syntax.IN, element, container); err != nil || !in.Truth() {
		return nil, &failure{msg, "something that contains " + element.String(), container.String()}
	}
	return starlark.None, nil
}

func (s *starBench) matches(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, pattern, msg string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &text, "regexp", &pattern, "msg?", &msg); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if !re.MatchString(text) {
		return nil, &failure{or(msg, "matches"), "a text that matches " + starlark.String(pattern).String(), starlark.String(text).String()}
	}
	return starlark.None, nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *starBench) isTrue(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return truth(b, args, kwargs, true)
}

func (s *starBench) isFalse(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return truth(b, args, kwargs, false)
}

func truth(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, want bool) (starlark.Value, error) {
	var x starlark.Value
	var msg string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "x", &x, "msg?", &msg); err != nil {
		return nil, err
	}
	if bool(x.Truth()) != want {
		return nil, &failure{or(msg, b.Name()), fmt.Sprintf("a %t value", want), x.String()}
	}
	return starlark.None, nil
}

func (s *starBench) fails(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var fn starlark.Callable
	var pattern string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "function", &fn, "regexp", &pattern); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	v, err := starlark.Call(thread, fn, nil, nil)
	if err == nil {
		return nil, &failure{"fails", "an error that matches " + pattern, v.String()}
	}
	if !re.MatchString(err.Error()) {
		return nil, &failure{"fails", "an error that matches " + pattern, err.Error()}
	}
	return starlark.None, nil
}

func (s *starBench) fail(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var msg string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "msg", &msg); err != nil {
		return nil, err
	}
	return nil, &failure{what: "fail", got: strings.TrimSpace(msg)}
}
