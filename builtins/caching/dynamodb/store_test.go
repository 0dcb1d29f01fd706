package dynamodb_test

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/storetest"
)

func TestStore(t *testing.T) {
	tb := newTable(t)
	items := tb.raw(t)
	storetest.Run(t, func(t *testing.T) caching.Store {
		return &seen{tb.empty(t), t, items}
	})
}

// A seen store has the items looked at as they are in the table, each time
// that the suite compares what an operation has left behind: they may have
// nothing that is not in the caching.Item, and all of the right type.
type seen struct {
	*dynamodb.Store
	t     *testing.T
	items raw
}

func (s *seen) Get(ctx context.Context, key string, now int64) (caching.Item, error) {
	it, err := s.Store.Get(ctx, key, now)
	if now == math.MinInt64 && err == nil {
		if got, want := show(s.items.get(s.t, key)), describe(key, it); got != want && got != "none" {
			s.t.Errorf("in the table is %s, want %s", got, want)
		}
	}
	return it, err
}

// describe returns how an item must look in the table, in the words of show.
func describe(key string, it caching.Item) string {
	parts := []string{`key=S:"` + key + `"`}
	number := func(name string, n caching.Number) {
		if _, ok := n.Text(); ok {
			parts = append(parts, name+"=S:"+n.String())
		} else if !n.IsNone() {
			parts = append(parts, name+"=N:"+n.String())
		}
	}
	number(caching.AttrCount, it.Count)
	number(caching.AttrExpiresAt, it.ExpiresAt)
	if it.Dictionary != "" {
		parts = append(parts, "dictionary=S:"+strconv.Quote(it.Dictionary))
	}
	if it.Strings.Len() > 0 {
		parts = append(parts, "stringSet=SS:"+it.Strings.String())
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
