package caching_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const start = 1_800_000_000

// eval evaluates an expression with the built-ins over store.
func eval(ctx context.Context, store caching.Store, now int64, expr string, extra ...starlark.StringDict) (starlark.Value, error) {
	env := starlark.StringDict{}
	for _, names := range append(extra, caching.Module(store).Members) {
		for name, v := range names {
			env[name] = v
		}
	}
	body := starlark.NewBuiltin("eval", func(thread *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return starlark.EvalOptions(&syntax.FileOptions{Set: true}, thread, "test.star", expr, env)
	})
	w := runtime.Worker{Limits: &guard.Limits{Time: time.Minute}} // the machine may be busy
	return w.Call(runtime.Call{Context: ctx, Now: time.Unix(now, 0)}, body, nil, nil)
}

// TestBuiltins tells what rule authors see where the recorded vectors do not:
// our own texts, keyword arguments, and values beyond JSON's.
func TestBuiltins(t *testing.T) {
	for _, test := range []struct {
		expr string
		want string // the result, or class: text of the error
	}{
		{`increment_counter(key = "k", val = 2, epoch_seconds = 60)`, `2`},
		{`[increment_counter("k"), increment_counter("k", -3), get_counter(key = "k", force_ttl_check = True)]`, `[1, -2, -2]`},
		{`[increment_counter("k", 10 * 1000000000000000000), increment_counter("k")]`, `[10000000000000000000, 10000000000000000001]`},
		{`add_to_string_set(key = "k", val = ("b", "a", "b"), epoch_seconds = "60")`, `set(["a", "b"])`},
		{`[add_to_string_set("k", ["z", "y"]), remove_from_string_set(key = "k", val = "z", epoch_seconds = None)][1]`, `set(["y"])`},
		{`[put_string_set(key = "k", val = {"b": 1, "a": 2}, epoch_seconds = 1e9), get_string_set("k")][1]`, `set([])`},
		{`[put_string_set("k", set(["b", "a"])), get_string_set("k", force_ttl_check = False)][1]`, `set(["a", "b"])`},
		{`[add_to_string_set("k", "a"), reset_string_set(key = "k"), get_string_set("k")]`, `[set(["a"]), None, set([])]`},
		{`[put_dictionary(key = "k", val = {"b": [1, (2.0,)], "a": None}, epoch_seconds = 5), get_dictionary(key = "k", force_ttl_check = True)][1]`,
			`{"b": [1, [2.0]], "a": None}`},
		{`[increment_counter("k"), set_key_expiration(key = "k", epoch_seconds = 0), get_counter("k")]`, `[1, None, 0]`},
		{`[evaluate_threshold(key = "k", threshold = 2, expiry_seconds = 60) for _ in range(5)]`, `[False, True, False, True, False]`},
		{`[evaluate_threshold("k", 1.5) for _ in range(3)]`, `[False, True, False]`},
		{`[evaluate_threshold("k", expiry_seconds = 0) for _ in range(30)][29]`, `False`},
		{`[add_to_string_set("new-user", "x"), check_account_age(key = "new-user"), check_account_age("other"), check_account_age(None)][1:]`, `[True, False, False]`},
		{`[put_dictionary("k", event), get_dictionary("k")][1]`, `{"user": {"ip": "10.0.0.1"}, "tags": ["a", "b"]}`},
		{`add_to_string_set("k", event)`, `set(["tags", "user"])`},
		{`add_to_string_set("k", event["tags"])`, `set(["a", "b"])`},

		{`get_counter()`, `TypeError: get_counter: missing argument for key`},
		{`get_counter("k", ttl = 1)`, `TypeError: get_counter: unexpected keyword argument "ttl"`},
		{`get_counter("")`, `ClientError: cache key "": the key is empty: give every item a key of its own, such as "my.rule:" + user`},
		{`get_counter("é" * 1025)`, `ClientError: cache key "` + strings.Repeat("é", 100) + `"…: the key has 2050 bytes, at most 2048 can be stored: shorten it, or use a hash of it`},
		{`get_counter(None)`, `ClientError: the cache key is None, want a string: use str()`},
		{`increment_counter(["a"])`, `ClientError: the cache key is of type list, want a string: use str()`},
		{`get_counter(5)`, `ClientError: the cache key is the int 5, want a string: use str()`},
		{`increment_counter("k", 1.0)`, `TypeError: cache key "k": val is a float (1.0), want an int: use int()`},
		{`increment_counter("k", "1")`, `ClientError: cache key "k": val is of type str, want an int: only an int can be added to a counter`},
		{`increment_counter("k", int("9" * 39))`, `Inexact: cache key "k": val has more than 38 digits: a counter holds no more`},
		{`increment_counter("k", int("9" * 1000))`, `Inexact: cache key "k": val has more than 38 digits: a counter holds no more`},
		{`[increment_counter("k", int("-" + "9" * 38)) for _ in range(2)]`, `ClientError: cache key "k": the count would have more than 38 digits: reset_counter() starts it anew`},
		{`increment_counter("k", epoch_seconds = "soon")`, `ValueError: could not convert string to float: 'soon'`},
		{`add_to_string_set("k", 5)`, `TypeError: 'int' object is not iterable`},
		{`add_to_string_set("k", ["a", None])`, `TypeError: cache key "k": element 1 of the value is of type NoneType, want a string: a set holds only strings, use str()`},
		{`add_to_string_set("k", [1])`, `ClientError: cache key "k": element 0 of the value is of type int, want a string: a set holds only strings, use str()`},
		{`add_to_string_set("k", ["x" * 409600])`, `ClientError: cache key "k": the item would have 409613 bytes, at most 409600 (400 KB) can be stored: keep less in it, or spread it over several keys`},
		{`put_string_set("k", ["x" * 409600])`, `ClientError: cache key "k": the item would have 409627 bytes, at most 409600 (400 KB) can be stored: keep less in it, or spread it over several keys`},
		{`put_dictionary("k", {"a": "x" * 410000})`, `ClientError: cache key "k": the item would have 410037 bytes, at most 409600 (400 KB) can be stored: keep less in it, or spread it over several keys`},
		{`put_dictionary("k", {"a": ["x" * 1000] * 10000})`, `ClientError: cache key "k": the item would have more than 4096000 bytes, at most 409600 (400 KB) can be stored: keep less in it, or spread it over several keys`},
		{`add_to_string_set("k", range(1000 * 1000 * 1000))`, `LimitError: limit exceeded: steps: the call did not end within 5,000,000 steps; look for a loop that runs too often`},
		{`put_dictionary("k", ["a"])`, `TypeError: panther_oss_helpers.put_dictionary: value is not a dictionary: it is of type list`},
		{`put_dictionary("k", {"a": [{}, {"b": set()}]})`,
			`ValueError: panther_oss_helpers.put_dictionary: value is a dictionary, but it is not JSON serializable: Object of type set is not JSON serializable (at ["a"][1]["b"])`},
		{`put_dictionary("k", {"a": len})`,
			`ValueError: panther_oss_helpers.put_dictionary: value is a dictionary, but it is not JSON serializable: Object of type builtin_function_or_method is not JSON serializable (at ["a"])`},
		{`evaluate_threshold("k", "10")`, `TypeError: threshold is of type str, want a number`},
	} {
		got := result(eval(t.Context(), new(memory.Store), start, test.expr, starlark.StringDict{"event": anEvent}))
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.expr, got, test.want)
		}
	}
}

// result returns a result, or an error as class: text.
func result(v starlark.Value, err error) string {
	if ce, ok := errors.AsType[*runtime.CallError](err); ok {
		return ce.Type + ": " + ce.Msg
	}
	if err != nil {
		return "not a CallError: " + err.Error()
	}
	return v.String()
}

// anEvent stands for an event: frozen types of the host's own.
var anEvent = object{"user", object{"ip", starlark.String("10.0.0.1")}, "tags", array{starlark.String("a"), starlark.String("b")}}

type object []any // key, value, …

func (o object) Get(k starlark.Value) (starlark.Value, bool, error) {
	for i := 0; i < len(o); i += 2 {
		if starlark.String(o[i].(string)) == k {
			return o[i+1].(starlark.Value), true, nil
		}
	}
	return nil, false, nil
}

func (o object) Items() (items []starlark.Tuple) {
	for i := 0; i < len(o); i += 2 {
		items = append(items, starlark.Tuple{starlark.String(o[i].(string)), o[i+1].(starlark.Value)})
	}
	return items
}

func (o object) Iterate() starlark.Iterator {
	var keys []starlark.Value
	for _, item := range o.Items() {
		keys = append(keys, item[0])
	}
	return starlark.NewList(keys).Iterate()
}

func (o object) String() string        { return fmt.Sprint(o.Items()) }
func (o object) Type() string          { return "event" }
func (o object) Freeze()               {}
func (o object) Truth() starlark.Bool  { return true }
func (o object) Hash() (uint32, error) { return 0, errors.New("unhashable type: event") }

type array []starlark.Value

func (a array) Index(i int) starlark.Value { return a[i] }
func (a array) Len() int                   { return len(a) }
func (a array) Iterate() starlark.Iterator { return starlark.NewList(a).Iterate() }
func (a array) String() string             { return fmt.Sprint([]starlark.Value(a)) }
func (a array) Type() string               { return "list" }
func (a array) Freeze()                    {}
func (a array) Truth() starlark.Bool       { return true }
func (a array) Hash() (uint32, error)      { return 0, errors.New("unhashable type: list") }

// TestRoundTrips checks that each built-in asks the store once, and for what.
func TestRoundTrips(t *testing.T) {
	for _, test := range []struct {
		expr string
		want []string
	}{
		{`get_counter("k")`, []string{`get "k" = none`}},
		{`increment_counter("k")`, []string{`increment "k" 1 expires at 1807776000 = 1`}},
		{`increment_counter("k", 2, None)`, []string{`increment "k" 2 = 2`}},
		{`reset_counter("k")`, []string{`clear "k" intCount`}},
		{`get_string_set("k")`, []string{`get "k" = none`}},
		{`put_string_set("k", ["b", "a"], 60)`, []string{`put "k" stringSet=["a", "b"] expiresAt=1800000060`}},
		{`put_string_set("k", [])`, []string{`clear "k" stringSet`}},
		{`add_to_string_set("k", "a", 60)`, []string{`add "k" ["a"] expires at 1800000060 = ["a"]`}},
		{`add_to_string_set("k", [])`, []string{`get "k" = none`}},
		{`remove_from_string_set("k", "a", None)`, []string{`remove "k" ["a"] = []`}},
		{`remove_from_string_set("k", [])`, []string{`get "k" = none`}},
		{`reset_string_set("k")`, []string{`clear "k" stringSet`}},
		{`get_dictionary("k")`, []string{`get "k" = none`}},
		{`put_dictionary("k", {"a": 1}, 60)`, []string{`put "k" dictionary={"a": 1} expiresAt=1800000060`}},
		{`set_key_expiration("k", 60)`, []string{`expire "k" 1800000060`}},
		{`evaluate_threshold("k")`, []string{`increment "k" 1 expires at 1800003600 = 1`}},
		{`evaluate_threshold("k", 1)`, []string{`increment "k" 1 expires at 1800003600 = 1`, `clear "k" intCount`}},
		{`check_account_age("k")`, []string{`get "k" = none`}},
		{`check_account_age(5)`, nil},
	} {
		rec := &caching.Recorder{Store: new(memory.Store)}
		if _, err := eval(t.Context(), rec, start, test.expr); err != nil {
			t.Errorf("%s: %v", test.expr, err)
		}
		var got []string
		for _, op := range rec.Take() {
			got = append(got, op.String())
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s asks\n%s\nwant\n%s", test.expr, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

// A failing store fails every operation.
type failing struct{ caching.Store }

var errBroken = errors.New("connection refused")

func (failing) Get(context.Context, string, int64) (caching.Item, error) {
	return caching.Item{}, errBroken
}

func (failing) Increment(context.Context, string, int64, caching.Number, caching.TTL) (caching.Number, error) {
	return caching.Number{}, errBroken
}

func (failing) AddStrings(context.Context, string, int64, caching.StringSet, caching.TTL) (caching.StringSet, error) {
	return caching.StringSet{}, errBroken
}

func (failing) RemoveStrings(context.Context, string, int64, caching.StringSet, caching.TTL) (caching.StringSet, error) {
	return caching.StringSet{}, errBroken
}

func (failing) Clear(context.Context, string, int64, caching.Attr) error    { return errBroken }
func (failing) Put(context.Context, string, int64, caching.Item) error      { return errBroken }
func (failing) Expire(ctx context.Context, key string, now, at int64) error { return errBroken }

// TestStoreFails checks that no failure of a store passes for a missing value.
func TestStoreFails(t *testing.T) {
	for name, args := range map[string]string{
		"get_counter": "", "increment_counter": "", "reset_counter": "",
		"get_string_set": "", "put_string_set": `, ["a"]`, "add_to_string_set": `, "a"`,
		"remove_from_string_set": `, "a"`, "reset_string_set": "",
		"get_dictionary": "", "put_dictionary": ", {}",
		"set_key_expiration": ", 60", "evaluate_threshold": "", "check_account_age": "",
	} {
		v, err := eval(t.Context(), failing{}, start, name+`("k"`+args+`)`)
		want := "StoreError: " + name + ` of key "k": the store failed: connection refused`
		if got := result(v, err); got != want {
			t.Errorf("%s with a failing store\n got %s\nwant %s", name, got, want)
		}
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v does not wrap its cause", name, err)
		}
	}
	if n := len(caching.Module(nil).Members); n != 13 {
		t.Errorf("the module has %d members, this test 13", n)
	}
}

func TestWithStore(t *testing.T) {
	own, other := new(memory.Store), new(memory.Store)
	ctx := caching.WithStore(t.Context(), other)
	for range 3 {
		if _, err := eval(ctx, own, start, `increment_counter("k")`); err != nil {
			t.Fatal(err)
		}
	}
	if own.Len() != 0 || other.Len() != 1 {
		t.Errorf("%d items in the module's store and %d in the context's, want 0 and 1", own.Len(), other.Len())
	}
	if got := result(eval(ctx, nil, start, `get_counter("k")`)); got != "3" {
		t.Errorf("with a store only in the context: got %s, want 3", got)
	}
	want := `StoreError: get_counter of key "k": the store failed: no store is configured`
	if got := result(eval(t.Context(), nil, start, `get_counter("k")`)); got != want {
		t.Errorf("without a store: got %s, want %s", got, want)
	}
}

// TestResultsAreFresh checks that what a rule does with a result stays there.
func TestResultsAreFresh(t *testing.T) {
	store := new(memory.Store)
	for _, expr := range []string{
		`[put_dictionary("d", {"a": [1]}), add_to_string_set("s", "a")]`,
		`[get_dictionary("d")["a"].append(2), get_dictionary("d").clear(), get_string_set("s").add("b"), add_to_string_set("s", "a").clear()]`,
	} {
		if _, err := eval(t.Context(), store, start, expr); err != nil {
			t.Fatal(err)
		}
	}
	got := result(eval(t.Context(), store, start, `[get_dictionary("d"), get_string_set("s")]`))
	if want := `[{"a": [1]}, set(["a"])]`; got != want {
		t.Errorf("after changes to results the store has %s, want %s", got, want)
	}
}

func TestModule(t *testing.T) {
	m := caching.Module(new(memory.Store))
	if !m.Stateful || m.Names[0] != "panther_detection_helpers.caching" {
		t.Errorf("module %v, stateful %v", m.Names, m.Stateful)
	}
}

func BenchmarkIncrementCounter(b *testing.B) {
	fn := caching.Module(new(memory.Store)).Members["increment_counter"]
	args := starlark.Tuple{starlark.String("my.rule:user"), starlark.MakeInt(1), starlark.MakeInt(3600)}
	call := runtime.Call{Context: b.Context(), Now: time.Unix(start, 0)}
	var w runtime.Worker
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Call(call, fn, args, nil); err != nil {
			b.Fatal(err)
		}
	}
}
