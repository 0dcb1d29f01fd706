package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

// testExpiry checks every operation on the item of each kind one second before
// it expires, in the second in which it does, and later.
func testExpiry(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	const expires = start + 100
	full := caching.Item{
		Count:      caching.Int(5),
		Strings:    caching.NewStringSet("a", "b"),
		Dictionary: `{"x": 1}`,
		ExpiresAt:  caching.Int(expires),
	}
	keep, b := caching.TTL{}, caching.NewStringSet("b")
	for _, op := range []struct {
		name          string
		live, expired string // the item afterwards
		do            func(key string, now int64) error
	}{
		{"get",
			`intCount=5 stringSet=["a", "b"] dictionary={"x": 1} expiresAt=1800000100`, `none`,
			func(key string, now int64) error { return nil }},
		{"increment",
			`intCount=6 stringSet=["a", "b"] dictionary={"x": 1} expiresAt=1800000100`, `intCount=1`,
			func(key string, now int64) error {
				_, err := store.Increment(t.Context(), key, now, caching.Int(1), keep)
				return err
			}},
		{"add",
			`intCount=5 stringSet=["a", "b", "c"] dictionary={"x": 1} expiresAt=1800000100`, `stringSet=["c"]`,
			func(key string, now int64) error {
				_, err := store.AddStrings(t.Context(), key, now, caching.NewStringSet("c"), keep)
				return err
			}},
		{"remove",
			`intCount=5 stringSet=["a"] dictionary={"x": 1} expiresAt=1800000100`, `none`,
			func(key string, now int64) error {
				_, err := store.RemoveStrings(t.Context(), key, now, b, keep)
				return err
			}},
		{"remove and expire",
			`intCount=5 stringSet=["a"] dictionary={"x": 1} expiresAt=1800000900`, `none`,
			func(key string, now int64) error {
				_, err := store.RemoveStrings(t.Context(), key, now, b, caching.TTL{Mode: caching.SetTTL, At: start + 900})
				return err
			}},
		{"clear count",
			`stringSet=["a", "b"] dictionary={"x": 1} expiresAt=1800000100`, `none`,
			func(key string, now int64) error { return store.Clear(t.Context(), key, now, caching.Count) }},
		{"clear set",
			`intCount=5 dictionary={"x": 1} expiresAt=1800000100`, `none`,
			func(key string, now int64) error { return store.Clear(t.Context(), key, now, caching.Strings) }},
		{"put",
			`intCount=9`, `intCount=9`,
			func(key string, now int64) error {
				return store.Put(t.Context(), key, now, caching.Item{Count: caching.Int(9)})
			}},
		{"expire",
			`intCount=5 stringSet=["a", "b"] dictionary={"x": 1} expiresAt=1800000900`, `expiresAt=1800000900`,
			func(key string, now int64) error { return store.Expire(t.Context(), key, now, start+900) }},
	} {
		for _, now := range []int64{expires - 1, expires, expires + 1, expires + 50} {
			key := op.name + "/" + time.Unix(now, 0).UTC().Format(time.TimeOnly)
			if err := store.Put(t.Context(), key, start, full); err != nil {
				t.Fatal(err)
			}
			if err := op.do(key, now); err != nil {
				t.Errorf("%s: %v", key, err)
			}
			want := op.live
			if now >= expires {
				want = op.expired
			}
			got, err := store.Get(t.Context(), key, now)
			if err != nil || got.String() != want {
				t.Errorf("%s, %d s after expiry: item is %v (error %v), want %s", op.name, now-expires, got, err, want)
			}
		}
	}
}

// testTTL checks what the modes do to new, lasting and expiring items.
func testTTL(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	set := caching.TTL{Mode: caching.SetTTL, At: start + 500}
	setNew := caching.TTL{Mode: caching.SetNewTTL, At: start + 500}
	for _, test := range []struct {
		name   string
		before string // expiresAt of an item with the count 7: a time, "" for none
		ttl    caching.TTL
		want   string
	}{
		{"keep, absent", "absent", caching.TTL{}, `intCount=1`},
		{"keep, lasting", "", caching.TTL{}, `intCount=8`},
		{"keep, live", "1800000010", caching.TTL{}, `intCount=8 expiresAt=1800000010`},
		{"keep, expired", "1800000000", caching.TTL{}, `intCount=1`},
		{"set, absent", "absent", set, `intCount=1 expiresAt=1800000500`},
		{"set, lasting", "", set, `intCount=8 expiresAt=1800000500`},
		{"set, live", "1800000010", set, `intCount=8 expiresAt=1800000500`},
		{"set, expired", "1800000000", set, `intCount=1 expiresAt=1800000500`},
		{"set new, absent", "absent", setNew, `intCount=1 expiresAt=1800000500`},
		{"set new, lasting", "", setNew, `intCount=8 expiresAt=1800000500`},
		{"set new, live", "1800000010", setNew, `intCount=8 expiresAt=1800000010`},
		{"set new, expired", "1800000000", setNew, `intCount=1 expiresAt=1800000500`},
	} {
		if test.before != "absent" {
			it := caching.Item{Count: caching.Int(7)}
			if test.before != "" {
				it.ExpiresAt, _ = caching.ParseNumber(test.before)
			}
			if err := store.Put(t.Context(), test.name, start-1, it); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := store.Increment(t.Context(), test.name, start, caching.Int(1), test.ttl); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		got, err := store.Get(t.Context(), test.name, start)
		if err != nil || got.String() != test.want {
			t.Errorf("%s: item is %v (error %v), want %s", test.name, got, err, test.want)
		}
	}
}

// testLimits checks what only the store can see: an item that grows too large.
func testLimits(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	testFullItem(t, store)
	part := func(letter string) caching.StringSet {
		return caching.NewStringSet(strings.Repeat(letter, 150_000))
	}
	for _, letter := range []string{"a", "b"} {
		if _, err := store.AddStrings(t.Context(), "k", start, part(letter), caching.TTL{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := store.AddStrings(t.Context(), "k", start, part("c"), caching.TTL{Mode: caching.SetTTL, At: start + 9})
	if invalid, ok := errors.AsType[*caching.InvalidError](err); !ok || !strings.Contains(invalid.Error(), `"k"`) {
		t.Errorf("a set of 450,000 bytes gave error %v, want an InvalidError that names the key", err)
	}
	it, err := store.Get(t.Context(), "k", start)
	if err != nil || !it.Strings.Equal(part("a").Union(part("b"))) || !it.ExpiresAt.IsNone() {
		t.Errorf("the item was changed by the failed operation (error %v)", err)
	}
}

// testFullItem has every operation that makes an item larger meet one that has
// no room at all.
func testFullItem(t *testing.T, store caching.Store) {
	const key = "full"
	full := caching.Item{Strings: caching.NewStringSet("a")}
	full.Dictionary = strings.Repeat("x", caching.MaxItem-full.Size(key)-len(caching.AttrDictionary))
	if err := store.Put(t.Context(), key, start, full); err != nil {
		t.Fatalf("an item of %d bytes: %v", full.Size(key), err)
	}
	set := caching.TTL{Mode: caching.SetTTL, At: start + 9}
	_, errIncrement := store.Increment(t.Context(), key, start, caching.Int(1), caching.TTL{})
	_, errAdd := store.AddStrings(t.Context(), key, start, caching.NewStringSet("b"), caching.TTL{})
	_, errRemove := store.RemoveStrings(t.Context(), key, start, caching.NewStringSet("b"), set)
	errExpire := store.Expire(t.Context(), key, start, start+9)
	for name, err := range map[string]error{"Increment": errIncrement, "AddStrings": errAdd, "RemoveStrings": errRemove, "Expire": errExpire} {
		if invalid, ok := errors.AsType[*caching.InvalidError](err); !ok || !strings.Contains(invalid.Error(), `"full"`) {
			t.Errorf("%s of an item that has no room gave error %v, want an InvalidError that names the key", name, err)
		}
	}
	if it, err := store.Get(t.Context(), key, start); err != nil || it.String() != full.String() {
		t.Errorf("an operation that failed left %.100v of %d bytes (error %v)", it, it.Size(key), err)
	}
	if _, err := store.RemoveStrings(t.Context(), key, start, caching.NewStringSet("a"), caching.TTL{}); err != nil {
		t.Errorf("an operation that makes the item smaller: %v", err)
	}
}

// testText checks that keys and members that are not UTF-8, as slices of strings
// can be, are refused by every built-in, and that nothing is written.
func testText(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	rule := newRule(store)
	cut, whole, one := starlark.String("aaaé"[:4]), starlark.String("k"), starlark.MakeInt(1)
	refused := func(what, name string, args ...starlark.Value) {
		t.Helper()
		got, err := rule.call(time.Unix(start, 0), name, args)
		ce, ok := errors.AsType[*runtime.CallError](err)
		if !ok || ce.Type != "ClientError" || !strings.Contains(ce.Msg, what+" is not valid UTF-8") {
			t.Errorf("%s%v returned %v and error %v, want a ClientError: %s is not valid UTF-8", name, args, got, err, what)
		}
	}
	dict := starlark.NewDict(1)
	if err := dict.SetKey(whole, one); err != nil {
		t.Fatal(err)
	}
	const key = `cache key "aaa\xc3": the key`
	for _, name := range []string{"get_counter", "increment_counter", "reset_counter", "get_string_set",
		"reset_string_set", "get_dictionary", "evaluate_threshold", "check_account_age"} {
		refused(key, name, cut)
	}
	for _, name := range []string{"put_string_set", "add_to_string_set", "remove_from_string_set"} {
		refused(key, name, cut, starlark.NewList([]starlark.Value{whole}))
		refused(`the string "aaa\xc3" of the set`, name, whole, starlark.NewList([]starlark.Value{whole, cut}))
	}
	refused(key, "put_dictionary", cut, dict)
	refused(key, "set_key_expiration", cut, one)
	refused("the string", "put_string_set", whole, cut)
	for _, name := range []string{"add_to_string_set", "remove_from_string_set"} {
		refused(`the string "aaa\xc3" of the set`, name, whole, cut)
	}
	for _, key := range []string{"k", "aaa\ufffd", "aaa"} {
		if it, err := store.Get(t.Context(), key, start); err != nil || !it.IsZero() {
			t.Errorf("under %q there is %v (error %v), want nothing", key, it, err)
		}
	}
}

// testContext checks that the store gives up when its caller does, and says so.
func testContext(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	set, ttl := caching.NewStringSet("a"), caching.TTL{}
	_, errGet := store.Get(ctx, "k", start)
	_, errIncrement := store.Increment(ctx, "k", start, caching.Int(1), ttl)
	_, errAdd := store.AddStrings(ctx, "k", start, set, ttl)
	_, errRemove := store.RemoveStrings(ctx, "k", start, set, ttl)
	for name, err := range map[string]error{
		"Get": errGet, "Increment": errIncrement, "AddStrings": errAdd, "RemoveStrings": errRemove,
		"Clear":  store.Clear(ctx, "k", start, caching.Count),
		"Put":    store.Put(ctx, "k", start, caching.Item{Count: caching.Int(1)}),
		"Expire": store.Expire(ctx, "k", start, start+1),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s that was given up gave error %v, want %v", name, err, context.Canceled)
		}
	}
}

// testList checks a store that can list its keys.
func testList(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	lister, ok := store.(caching.Lister)
	if !ok {
		t.Skip("the store does not list its keys")
	}
	for _, key := range []string{"b/2", "b/1", "a/1", "c", "b"} {
		if err := store.Put(t.Context(), key, start, caching.Item{Dictionary: `"` + key + `"`}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := lister.List(t.Context(), "b/", func(key string, item caching.Item) error {
		got = append(got, key+" "+item.String())
		return nil
	})
	want := []string{`b/1 dictionary="b/1"`, `b/2 dictionary="b/2"`}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("listed %q (error %v), want %q", got, err, want)
	}
	if got, want := keys(t, store), []string{"a/1", "b", "b/1", "b/2", "c"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	stop := errors.New("stop")
	if err := lister.List(t.Context(), "", func(string, caching.Item) error { return stop }); err != stop {
		t.Errorf("an error of the callback gave %v, want it as it is", err)
	}
}

// testDelete checks a store that can delete items.
func testDelete(t *testing.T, open func(t *testing.T) caching.Store) {
	store := open(t)
	deleter, ok := store.(caching.Deleter)
	if !ok {
		t.Skip("the store does not delete items")
	}
	if err := store.Put(t.Context(), "k", start, caching.Item{Count: caching.Int(7)}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to delete
		if err := deleter.Delete(t.Context(), "k"); err != nil {
			t.Error(err)
		}
	}
	if it, err := store.Get(t.Context(), "k", start); err != nil || !it.IsZero() {
		t.Errorf("after delete there is %v (error %v)", it, err)
	}
}
