package dynamodb_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
)

const start = 1_800_000_000

// rule calls a built-in over a store.
func rule(store caching.Store, name string, args ...starlark.Value) (starlark.Value, error) {
	var w runtime.Worker
	call := runtime.Call{Context: testContext, Rule: "test", Now: time.Unix(start, 0)}
	return w.Call(call, caching.Module(store).Members[name], args, nil)
}

// TestRequests checks how many requests each built-in takes, by the state of
// the item that it meets.
func TestRequests(t *testing.T) {
	tb := newTable(t)
	items := tb.raw(t)
	store := tb.open(t, nil)
	attribute := map[string]types.AttributeValue{
		"intCount":   &types.AttributeValueMemberN{Value: "5"},
		"stringSet":  &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"dictionary": &types.AttributeValueMemberS{Value: `{"a": 1}`},
	}
	expiry := map[string]string{"live": fmt.Sprint(start + 10), "expired": fmt.Sprint(start)}
	states := []string{"absent", "live", "expired", "lasting"}
	one, a, none := starlark.MakeInt(1), starlark.String("a"), starlark.NewList(nil)
	members := starlark.NewList([]starlark.Value{a})
	for _, test := range []struct {
		name string
		args []starlark.Value
		want [4]int64 // by state
	}{
		{"increment_counter", nil, [4]int64{1, 1, 2, 1}},
		{"increment_counter", []starlark.Value{one, starlark.None}, [4]int64{1, 1, 2, 1}},
		{"evaluate_threshold", nil, [4]int64{1, 1, 2, 1}},
		{"evaluate_threshold", []starlark.Value{starlark.MakeInt(6)}, [4]int64{1, 2, 2, 2}}, // which the live one reaches
		{"add_to_string_set", []starlark.Value{a}, [4]int64{1, 1, 2, 1}},
		{"add_to_string_set", []starlark.Value{none}, [4]int64{1, 1, 1, 1}},
		{"remove_from_string_set", []starlark.Value{a}, [4]int64{1, 1, 1, 1}},
		{"remove_from_string_set", []starlark.Value{none}, [4]int64{1, 1, 1, 1}},
		{"reset_counter", nil, [4]int64{1, 1, 1, 1}},
		{"reset_string_set", nil, [4]int64{1, 1, 1, 1}},
		{"put_string_set", []starlark.Value{members}, [4]int64{1, 1, 1, 1}},
		{"put_string_set", []starlark.Value{none}, [4]int64{1, 1, 1, 1}},
		{"put_dictionary", []starlark.Value{new(starlark.Dict)}, [4]int64{1, 1, 1, 1}},
		{"set_key_expiration", []starlark.Value{one}, [4]int64{1, 1, 2, 1}},
		{"get_counter", nil, [4]int64{1, 1, 1, 1}},
		{"get_string_set", nil, [4]int64{1, 1, 1, 1}},
		{"get_dictionary", nil, [4]int64{1, 1, 1, 1}},
		{"check_account_age", nil, [4]int64{1, 1, 1, 1}},
	} {
		for i, state := range states {
			key := fmt.Sprint(test.name, test.args, state)
			if state != "absent" {
				item := map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: key}}
				for name, value := range attribute {
					item[name] = value
				}
				if at := expiry[state]; at != "" {
					item["expiresAt"] = &types.AttributeValueMemberN{Value: at}
				}
				items.put(t, item)
			}
			before := store.Requests()
			if _, err := rule(store, test.name, append([]starlark.Value{starlark.String(key)}, test.args...)...); err != nil {
				t.Errorf("%s: %v", key, err)
			}
			if got := store.Requests() - before; got != test.want[i] {
				t.Errorf("%s%v, item %s: %d requests, want %d", test.name, test.args, state, got, test.want[i])
			}
		}
	}
}

// together runs do in many goroutines, calls times each.
func together(t *testing.T, callers, calls int, do func(caller, call int) error) {
	t.Helper()
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for caller := range callers {
		wg.Go(func() {
			<-begin
			for call := range calls {
				if err := do(caller, call); err != nil {
					t.Errorf("caller %d, call %d: %v", caller, call, err)
					return
				}
			}
		})
	}
	close(begin)
	wg.Wait()
}

// TestHotKey checks that many callers of one key share requests: by a clock of
// its own, so that it is not decided by how busy the machine is.
func TestHotKey(t *testing.T) {
	const callers, calls = 64, 100
	for _, test := range []struct {
		name string
		most float64 // requests per call
		do   func(store *dynamodb.Store, caller, call int) error
	}{
		{"increment", 0.05, func(store *dynamodb.Store, _, _ int) error {
			_, err := rule(store, "increment_counter", starlark.String("hot"))
			return err
		}},
		{"add", 0.05, func(store *dynamodb.Store, caller, call int) error {
			_, err := rule(store, "add_to_string_set", starlark.String("hot set"), starlark.String(fmt.Sprint(caller)))
			return err
		}},
		{"get", 0.2, func(store *dynamodb.Store, _, _ int) error {
			_, err := rule(store, "get_counter", starlark.String("hot"))
			return err
		}},
		{"get of different keys", 0.3, func(store *dynamodb.Store, caller, call int) error {
			_, err := rule(store, "get_counter", starlark.String(fmt.Sprint("key", caller, call)))
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := openAlone(t, "hot", dynamodb.Config{Transport: &pretended{table: "hot"}})
				together(t, callers, calls, func(caller, call int) error { return test.do(store, caller, call) })
				got := float64(store.Requests()) / (callers * calls)
				t.Logf("%.4f requests per call", got)
				if got > test.most {
					t.Errorf("%.4f requests per call by %d callers, want at most %.2f", got, callers, test.most)
				}
			})
		})
	}
}
