package storetest

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

//go:embed testdata/caching.json
var vectorsJSON []byte

// A vector is a recorded call; testdata/README.md tells of the format.
type vector struct {
	Name       string         `json:"name"`
	Now        json.Number    `json:"now"`
	Call       string         `json:"call"`
	Args       []any          `json:"args"`
	Kwargs     map[string]any `json:"kwargs"`
	ItemBefore map[string]any `json:"item_before"`
	ItemAfter  map[string]any `json:"item_after"`
	Requests   []string       `json:"requests"`

	Returns struct {
		Value   any    `json:"value"`
		Error   string `json:"error"`
		Message string `json:"message"`
	} `json:"returns"`

	Deviation string `json:"deviation"`
	Exact     *struct {
		Returns   any            `json:"returns"`
		Error     bool           `json:"error"`
		ItemAfter map[string]any `json:"item_after"`
		Requests  int64          `json:"requests"`
	} `json:"exact"`
}

// vectorKey is the key of the item that the vectors tell of.
const vectorKey = "k"

func testVectors(t *testing.T, open func(t *testing.T) caching.Store) {
	var file struct{ Vectors []vector }
	if err := decode(vectorsJSON, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 426 {
		t.Fatalf("%d vectors, want 426", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		name := v.Name[:min(len(v.Name), 80)]
		t.Run(name, func(t *testing.T) { v.run(t, open(t)) })
	}
}

func decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(to)
}

// run puts the store in the state before the call, makes the call and compares
// what it returns and leaves behind.
func (v *vector) run(t *testing.T, store caching.Store) {
	now := v.time(t)
	if before := item(v.ItemBefore); !before.IsZero() {
		const longAgo = 0 // so that the store does not drop it right away
		if err := store.Put(t.Context(), vectorKey, longAgo, before); err != nil {
			t.Fatal(err)
		}
	}
	sent := requests(store)
	var kwargs []starlark.Tuple
	for name, value := range v.Kwargs {
		kwargs = append(kwargs, starlark.Tuple{starlark.String(name), v.value(value)})
	}
	var args starlark.Tuple
	for _, arg := range v.Args {
		args = append(args, v.value(arg))
	}
	got, err := newRule(store).call(now, v.Call, args, kwargs...)
	sent = requests(store) - sent

	v.compareResult(t, got, err)
	v.compareItem(t, store, now.Unix())
	if most := v.mostRequests(now.Unix()); sent > most {
		t.Errorf("%d requests, want at most %d", sent, most)
	}
}

func (v *vector) time(t *testing.T) time.Time {
	f, err := v.Now.Float64()
	if err != nil {
		t.Fatal(err)
	}
	whole, fraction := math.Modf(f)
	return time.Unix(int64(whole), int64(fraction*1e9))
}

func (v *vector) compareResult(t *testing.T, got starlark.Value, err error) {
	t.Helper()
	want, class := v.Returns.Value, v.Returns.Error
	if v.Exact != nil {
		want, class = v.Exact.Returns, ""
		if v.Exact.Error {
			if err == nil {
				t.Errorf("returned %v, want an error", got)
			}
			return
		}
	}
	if class != "" {
		compareError(t, err, class, v.Returns.Message)
		return
	}
	if err != nil {
		t.Errorf("failed: %v", err)
		return
	}
	if want := v.value(want); !same(got, want) {
		t.Errorf("returned %v, want %v", got, want)
	}
}

// compareError checks the class of an error, and its text where Python's
// helpers and not the table's client or server made it.
func compareError(t *testing.T, err error, class, msg string) {
	t.Helper()
	ce, ok := errors.AsType[*runtime.CallError](err)
	if !ok {
		t.Errorf("error is %v, want a %s", err, class)
		return
	}
	if ce.Type != class {
		t.Errorf("error is a %s (%s), want a %s (%s)", ce.Type, ce.Msg, class, msg)
	}
	if (class == "ValueError" || class == "OverflowError") && !strings.HasPrefix(ce.Msg, msg) {
		t.Errorf("error text is %q, want %q", ce.Msg, msg)
	}
}

// same reports whether a result is what was recorded. Python's two numbers
// without a fraction, int and Decimal, are one here.
func same(got, want starlark.Value) bool {
	equal, err := starlark.Equal(got, want)
	if err != nil || !equal || got.Type() != want.Type() {
		return false
	}
	set, ok := got.(*starlark.Set)
	return !ok || slices.IsSortedFunc(slices.Collect(set.Elements()), func(a, b starlark.Value) int {
		return strings.Compare(string(a.(starlark.String)), string(b.(starlark.String)))
	})
}

func (v *vector) compareItem(t *testing.T, store caching.Store, now int64) {
	t.Helper()
	attributes := v.ItemAfter
	if v.Exact != nil {
		attributes = v.Exact.ItemAfter
	}
	want := item(attributes)
	got, err := store.Get(t.Context(), vectorKey, math.MinInt64) // at which nothing has expired
	if err != nil {
		t.Fatal(err)
	}
	if want.Expired(now) && got.IsZero() {
		return // the store has dropped it
	}
	if got.String() != want.String() {
		t.Errorf("item after:\n got %v\nwant %v", got, want)
	}
	if attributes == nil && slices.Contains(keys(t, store), vectorKey) {
		t.Errorf("an empty item was left behind")
	}
}

// keys returns the keys of a store that can list them.
func keys(t *testing.T, store caching.Store) (keys []string) {
	t.Helper()
	lister, ok := store.(caching.Lister)
	if !ok {
		return nil
	}
	err := lister.List(t.Context(), "", func(key string, _ caching.Item) error {
		keys = append(keys, key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// requests returns how many requests a store has sent, if it tells.
func requests(store caching.Store) int64 {
	if r, ok := store.(interface{ Requests() int64 }); ok {
		return r.Requests()
	}
	return 0
}

// mostRequests returns how many requests the call may take: as many as the
// exact design takes, or as Python takes, but without those whose condition
// failed unless the item had expired.
func (v *vector) mostRequests(now int64) int64 {
	if v.Exact != nil {
		return v.Exact.Requests
	}
	expired := item(v.ItemBefore).Expired(now)
	n := int64(0)
	for _, r := range v.Requests {
		if expired || !strings.HasSuffix(r, "!ConditionalCheckFailedException") {
			n++
		}
	}
	return n
}

// item returns the item with the attributes that a vector tells.
func item(attributes map[string]any) caching.Item {
	var it caching.Item
	for name, value := range attributes {
		switch name {
		case caching.AttrCount:
			it.Count = number(value)
		case caching.AttrExpiresAt:
			it.ExpiresAt = number(value)
		case caching.AttrDictionary:
			it.Dictionary = value.(string)
		case caching.AttrStrings:
			var members []string
			for _, m := range special(value, "$set").([]any) {
				members = append(members, fmt.Sprint(m))
			}
			it.Strings = caching.NewStringSet(members...)
		default:
			panic("vector has attribute " + name)
		}
	}
	return it
}

func number(value any) caching.Number {
	if s, ok := value.(string); ok {
		return caching.TextNumber(s)
	}
	if d := special(value, "$dec"); d != nil {
		value = d
	}
	n, err := caching.ParseNumber(fmt.Sprint(value))
	if err != nil {
		panic(fmt.Sprintf("vector has number %v: %v", value, err))
	}
	return n
}

// special returns what a value that JSON does not have holds under its name,
// or nil.
func special(value any, name string) any {
	if object, ok := value.(map[string]any); ok && len(object) == 1 {
		return object[name]
	}
	return nil
}

// value returns an argument or a result of the vector as a Starlark value.
func (v *vector) value(value any) starlark.Value {
	switch value := value.(type) {
	case nil:
		return starlark.None
	case bool:
		return starlark.Bool(value)
	case string:
		return starlark.String(value)
	case json.Number:
		return numberValue(value.String())
	case []any:
		return starlark.NewList(v.values(value))
	case map[string]any:
		for name := range value {
			if strings.HasPrefix(name, "$") {
				return v.specialValue(name, value[name])
			}
		}
		return v.dict(value)
	}
	panic(fmt.Sprintf("vector has a %T", value))
}

func (v *vector) values(values []any) []starlark.Value {
	out := make([]starlark.Value, len(values))
	for i := range values {
		out[i] = v.value(values[i])
	}
	return out
}

func (v *vector) specialValue(name string, value any) starlark.Value {
	switch name {
	case "$set":
		set := new(starlark.Set)
		for _, m := range v.values(value.([]any)) {
			must(set.Insert(m))
		}
		return set
	case "$tuple":
		return starlark.Tuple(v.values(value.([]any)))
	case "$dec", "$float":
		return floatValue(value.(string))
	case "$bytes":
		b, err := hex.DecodeString(value.(string))
		must(err)
		return starlark.Bytes(b)
	case "$big":
		n, err := value.(json.Number).Int64()
		must(err)
		return v.dict(map[string]any{"a": strings.Repeat("x", int(n))})
	}
	panic("vector has " + name)
}

// dict returns a dict. The names of the vectors tell which keys were no strings.
func (v *vector) dict(members map[string]any) starlark.Value {
	dict := new(starlark.Dict)
	for name, value := range members {
		var key starlark.Value = starlark.String(name)
		switch v.Name {
		case "put_dictionary int keys":
			key = numberValue(name)
		case "put_dictionary tuple key":
			key = starlark.Tuple{starlark.MakeInt(1), starlark.MakeInt(2)}
		}
		must(dict.SetKey(key, v.value(value)))
	}
	return dict
}

func numberValue(text string) starlark.Value {
	if strings.ContainsAny(text, ".eE") {
		return floatValue(text)
	}
	i, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic("vector has number " + text)
	}
	return starlark.MakeBigInt(i)
}

func floatValue(text string) starlark.Float {
	f, err := strconv.ParseFloat(text, 64)
	must(err)
	return starlark.Float(f)
}

// must panics if a vector is not what it should be.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
