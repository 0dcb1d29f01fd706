package dynamodb_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
)

// TestWritersThatAreNoMore checks that what writers leave on an item that stays
// does not pile up, and that what a writer has just left is kept.
func TestWritersThatAreNoMore(t *testing.T) {
	tb := newTable(t)
	items := tb.raw(t)
	num := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	item := map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "k"}, "intCount": num("100")}
	for i := range 100 {
		item[fmt.Sprint("op_old", i)], item[fmt.Sprint("ov_old", i)] = num(fmt.Sprint(1000+i)), num(fmt.Sprint(i))
	}
	items.put(t, item)
	other := tb.open(t, nil)
	if _, err := other.Increment(t.Context(), "k", start, caching.Int(1), caching.TTL{}); err != nil {
		t.Fatal(err)
	}
	s := tb.open(t, nil)
	calls := 0
	var left []string
	for until := time.Now().Add(time.Minute); ; { // now and then a call looks for them
		if _, err := s.Increment(t.Context(), "k", start, caching.Int(1), caching.TTL{}); err != nil {
			t.Fatal(err)
		}
		calls++
		if left = writersOf(items.get(t, "k")); len(left) <= 2+3 {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("after %d calls there are %v on the item", calls, left)
		}
	}
	young := 0
	for _, name := range left {
		if !strings.HasPrefix(name, "op_old") {
			young++
		}
	}
	if young != 2 {
		t.Errorf("on the item are %v, want those of two writers among them that were just there", left)
	}
	calls++ // of the other, which may have removed some as well
	if err := errors.Join(other.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if n := other.Requests() + s.Requests(); n < int64(calls)+3 { // up to 40 at a time
		t.Errorf("%d requests by %d calls", n, calls)
	}
	tb.checkCount(t, "k", 100+calls)
}

// writersOf returns the names of the attributes by which writers know their
// updates again.
func writersOf(item map[string]types.AttributeValue) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if strings.HasPrefix(name, "op_") {
			names = append(names, name)
		}
	}
	return names
}
