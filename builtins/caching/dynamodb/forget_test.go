package dynamodb_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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
	const calls = 400
	for range calls {
		if _, err := s.Increment(t.Context(), "k", start, caching.Int(1), caching.TTL{}); err != nil {
			t.Fatal(err)
		}
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(items.get(t, "k"))) {
		if strings.HasPrefix(name, "op_") {
			left = append(left, name)
		}
	}
	if len(left) > 2+3 {
		t.Errorf("on the item are %v", left)
	}
	if extra := s.Requests() - calls; extra < 1 || extra > 5 {
		t.Errorf("%d requests more than calls, want a few", extra)
	}
	tb.checkCount(t, "k", 100+1+calls)
}
