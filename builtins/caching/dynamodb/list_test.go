package dynamodb_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// list returns the keys that a store lists.
func list(t *testing.T, s *dynamodb.Store, prefix string) (keys []string, err error) {
	t.Helper()
	err = s.List(t.Context(), prefix, func(key string, _ caching.Item) error {
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// TestListUnreadable checks that items which cannot be read are told of, and
// keep no others from being listed.
func TestListUnreadable(t *testing.T) {
	tb := newTable(t)
	s, items := tb.open(t, nil), tb.raw(t)
	for i := range 3 {
		if err := s.Put(t.Context(), fmt.Sprint("good", i), start, caching.Item{Count: caching.Int(1)}); err != nil {
			t.Fatal(err)
		}
	}
	spoil := func(key string) {
		items.put(t, map[string]types.AttributeValue{
			"key":        &types.AttributeValueMemberS{Value: key},
			"dictionary": &types.AttributeValueMemberM{},
		})
	}
	spoil("bad1")
	spoil("good1+")
	good := []string{"good0", "good1", "good2"}
	keys, err := list(t, s, "")
	const want = `not listed, as they cannot be read: 2 item(s): cache key "bad1": attribute dictionary in the table has the type M, want a string; ` +
		`cache key "good1+": attribute dictionary in the table has the type M, want a string`
	if err == nil || err.Error() != want || !slices.Equal(keys, good) {
		t.Errorf("listed %q, error %v, want %s", keys, err, want)
	}
	if e, ok := errors.AsType[*caching.InvalidError](err); !ok || e.Key != "bad1" {
		t.Errorf("the error wraps %+v", e)
	}
	if keys, err := list(t, s, "good2"); err != nil || !slices.Equal(keys, good[2:]) {
		t.Errorf("where all can be read: listed %q, error %v", keys, err)
	}
	stop := errors.New("stop")
	if err := s.List(t.Context(), "", func(string, caching.Item) error { return stop }); err != stop {
		t.Errorf("an error of the callback gave %v, want it as it is", err)
	}
	for i := range 9 {
		spoil(fmt.Sprint("bad", i))
	}
	keys, err = list(t, s, "bad")
	e, ok := errors.AsType[*dynamodb.UnreadableError](err)
	if !ok || len(keys) > 0 || len(e.Errs) != 5 {
		t.Fatalf("listed %q, error %v", keys, err)
	}
	if want := []string{"bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "bad6", "bad7", "bad8"}; !slices.Equal(e.Keys, want) {
		t.Errorf("unreadable are %q, want %q", e.Keys, want)
	}
	if text := e.Error(); text[len(text)-12:] != "; and 4 more" {
		t.Errorf("error is %s", text)
	}
}

// TestListIsPatient checks that a table which serves a page of a scan only every
// ten seconds is listed to its end.
func TestListIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ready time.Time
		pages := 0
		s := openAlone(t, "little", dynamodb.Config{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if time.Now().Before(ready) {
				return dynamotest.Answer(400, "ProvisionedThroughputExceededException", "because").RoundTrip(r)
			}
			ready = time.Now().Add(10 * time.Second)
			pages++
			key := map[string]map[string]string{"key": {"S": fmt.Sprint("k", pages)}}
			out := map[string]any{"Items": []any{map[string]any{"key": key["key"], "dictionary": key["key"]}}}
			if pages < 5 {
				out["LastEvaluatedKey"] = key
			}
			return respond(r, out), nil
		})})
		if listed, err := list(t, s, ""); err != nil || fmt.Sprint(listed) != "[k1 k2 k3 k4 k5]" {
			t.Errorf("listed %q, error %v", listed, err)
		}
		ready = time.Now().Add(time.Hour)
		begun := time.Now()
		_, err := list(t, s, "")
		if took := time.Since(begun); took != time.Minute || err == nil || !strings.Contains(err.Error(), "no success within 1m0s: Provisioned") {
			t.Errorf("after %v: error %v", took, err)
		}
	})
}

// TestListEmpty checks that keys under which nothing is stored are not listed,
// though resets leave items there.
func TestListEmpty(t *testing.T) {
	tb := newTable(t)
	s, items := tb.open(t, nil), tb.raw(t)
	left := []func() error{
		func() error { // as Python's helpers do
			items.put(t, map[string]types.AttributeValue{"key": &types.AttributeValueMemberS{Value: "python"}})
			return nil
		},
		func() error { // whose writer's attributes stay
			_, err := s.Increment(t.Context(), "counter", start, caching.Int(1), caching.TTL{})
			return errors.Join(err, s.Clear(t.Context(), "counter", start, caching.Count))
		},
		func() error {
			_, err := s.AddStrings(t.Context(), "set", start, caching.NewStringSet("a"), caching.TTL{})
			return errors.Join(err, s.Clear(t.Context(), "set", start, caching.Strings))
		},
		func() error {
			_, err := s.AddStrings(t.Context(), "removed", start, caching.NewStringSet("a"), caching.TTL{})
			_, removed := s.RemoveStrings(t.Context(), "removed", start, caching.NewStringSet("a"), caching.TTL{})
			return errors.Join(err, removed)
		},
		func() error { return s.Put(t.Context(), "put", start, caching.Item{}) },
		func() error { return s.Expire(t.Context(), "time", start, start+1) }, // which is something
	}
	for _, leave := range left {
		if err := leave(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"python", "counter", "set", "removed", "put", "time"} {
		if items.get(t, key) == nil {
			t.Errorf("no item %s is left in the table", key)
		}
	}
	if keys, err := list(t, s, ""); err != nil || !slices.Equal(keys, []string{"time"}) {
		t.Errorf("listed %q, error %v, want time alone", keys, err)
	}
}
