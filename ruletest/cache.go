package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/memory"
)

// seconds gives a length of time as a JSON number of whole seconds.
func seconds(d time.Duration) json.Number {
	return json.Number(strconv.FormatInt(int64(d/time.Second), 10))
}

func sortedStrings(s []string) []any {
	slices.Sort(s)
	out := make([]any, 0, len(s))
	for _, e := range slices.Compact(s) {
		out = append(out, e)
	}
	return out
}

// fill puts the items of a test into its store.
func fill(store *memory.Store, items map[string]cacheSetup, now time.Time) error {
	for key, s := range items {
		item := s.item
		if s.expires {
			item.ExpiresAt = caching.Int(now.Add(s.expiresIn).Unix())
		}
		if err := store.Put(context.Background(), key, now.Unix(), item); err != nil {
			return fmt.Errorf("put %q into the cache: %w", key, err)
		}
	}
	return nil
}

// itemValue gives an attribute of a live item as a JSON value, nil if the item
// has none.
func itemValue(item caching.Item, field string, now time.Time) any {
	switch field {
	case "counter":
		if item.Count.IsNone() {
			return nil
		}
		return json.Number(item.Count.String())
	case "string_set":
		if item.Strings.Len() == 0 {
			return nil
		}
		return sortedStrings(item.Strings.Slice())
	case "dictionary":
		return decodeJSON([]byte(orEmpty(item.Dictionary)))
	case "expires_in":
		at, ok := item.ExpiresAt.Int64()
		if !ok {
			return "never"
		}
		return json.Number(strconv.FormatInt(at-now.Unix(), 10))
	}
	return nil
}

func orEmpty(text string) string {
	if text == "" {
		return "null"
	}
	return text
}

// snapshot lists the live items of a store, but for the alert windows.
func snapshot(store *memory.Store, now time.Time) map[string]caching.Item {
	items := make(map[string]caching.Item)
	// A memory store's List fails only if the function does.
	_ = store.List(context.Background(), "", func(key string, item caching.Item) error {
		if item = item.At(now.Unix()); !item.IsZero() && !isWindow(key) {
			items[key] = item
		}
		return nil
	})
	return items
}

func isWindow(key string) bool {
	return len(key) >= len(alert.KeyPrefix) && key[:len(alert.KeyPrefix)] == alert.KeyPrefix
}

// describeItem gives an item for a message.
func describeItem(item caching.Item, now time.Time) string {
	fields := make(map[string]any)
	for _, f := range itemKeys {
		if v := itemValue(item, f, now); v != nil {
			fields[f] = v
		}
	}
	return encodeJSON(fields)
}
