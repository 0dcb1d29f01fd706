package dynamodb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// A pretended table answers each request in five milliseconds. Under each key is
// an item whose dictionary is the key. Updates leave a count of 1 and no set.
type pretended struct {
	table   string
	room    int             // how many items an answer holds, 0 for all
	full    map[string]bool // keys for which there is no capacity
	foreign map[string]bool // keys that may not be read
	sent    atomic.Int64
}

func (p *pretended) RoundTrip(r *http.Request) (*http.Response, error) {
	p.sent.Add(1)
	operation, body, err := contents(r)
	if err != nil {
		return nil, err
	}
	time.Sleep(5 * time.Millisecond)
	if operation == "UpdateItem" {
		return respond(r, map[string]any{"Attributes": map[string]any{"intCount": map[string]string{"N": "1"}}}), nil
	}
	var in struct {
		Key          attributes
		RequestItems map[string]struct{ Keys []attributes }
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		return nil, err
	}
	keys := in.RequestItems[p.table].Keys
	if operation == "GetItem" {
		keys = []attributes{in.Key}
	}
	if slices.ContainsFunc(keys, func(key attributes) bool { return p.foreign[key["key"].S] }) {
		return dynamotest.Answer(400, "AccessDeniedException", "because").RoundTrip(r)
	}
	items, left := p.read(keys)
	switch {
	case len(items) == 0:
		return dynamotest.Answer(400, "ProvisionedThroughputExceededException", "because").RoundTrip(r)
	case operation == "GetItem":
		return respond(r, map[string]any{"Item": items[0]}), nil
	}
	out := map[string]any{"Responses": map[string]any{p.table: items}}
	if len(left) > 0 {
		out["UnprocessedKeys"] = map[string]any{p.table: map[string]any{"Keys": left}}
	}
	return respond(r, out), nil
}

// attributes are texts, as they are sent.
type attributes map[string]struct{ S string }

func (p *pretended) read(keys []attributes) (items, left []attributes) {
	for _, key := range keys {
		if p.full[key["key"].S] || p.room > 0 && len(items) == p.room {
			left = append(left, key)
		} else {
			items = append(items, attributes{"key": key["key"], "dictionary": key["key"]})
		}
	}
	return items, left
}

// contents returns the operation of a request and its body, which can be read
// again.
func contents(r *http.Request) (operation, body string, err error) {
	text, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(text))
	_, operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return operation, string(text), err
}

// respond returns an answer to a request.
func respond(r *http.Request, out any) *http.Response {
	body, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}
}

// get reads a key of a pretended table, and tells how long it took.
func get(s *dynamodb.Store, key string) (time.Duration, error) {
	begun := time.Now()
	it, err := s.Get(testContext, key, start)
	if err == nil && it.Dictionary != key {
		err = fmt.Errorf("under key %q is %v", key, it)
	}
	return time.Since(begun), err
}

func keys(names ...string) map[string]bool {
	set := make(map[string]bool)
	for _, name := range names {
		set[name] = true
	}
	return set
}

// TestHotReads checks that keys for which the table has no capacity hold up
// nobody who reads others, in the same request or in a later one, however many
// callers want them.
func TestHotReads(t *testing.T) {
	const most = 50 * time.Millisecond // for a few requests
	for _, hot := range []int{1, 8, 32} {
		t.Run(fmt.Sprint(hot), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pretended{table: "hot", full: keys("hot0", "hot1", "hot2")}
				s := openAlone(t, "hot", dynamodb.Config{Transport: p})
				together(t, 64, 20, func(caller, call int) error {
					switch {
					case caller < hot && call > 0: // one takes longer than all of the others
						return nil
					case caller >= hot:
						took, err := get(s, fmt.Sprint("cold", caller))
						if took > most {
							err = errors.Join(err, fmt.Errorf("took %v, want at most %v", took, most))
						}
						return err
					}
					took, err := get(s, fmt.Sprint("hot", caller%3))
					if e, ok := errors.AsType[*dynamodb.Error](err); !ok || e.Attempts < 10 || e.Unsure {
						return fmt.Errorf("error is %#v, want that it was tried again and again", err)
					}
					if took < 2*time.Second || took > 2*time.Second+most {
						return fmt.Errorf("gave up after %v", took)
					}
					return nil
				})
				if err := s.Health(); err != nil {
					t.Errorf("health is %v", err)
				}
			})
		})
	}
}

// TestHotReadCools checks that a read succeeds soon after the table has
// capacity again.
func TestHotReadCools(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		full.Store(true)
		p := &pretended{table: "hot"}
		s := openAlone(t, "hot", dynamodb.Config{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if full.Load() {
				return dynamotest.Answer(400, "ThrottlingException", "because").RoundTrip(r)
			}
			return p.RoundTrip(r)
		})})
		time.AfterFunc(time.Second, func() { full.Store(false) })
		together(t, 16, 1, func(caller, _ int) error {
			took, err := get(s, fmt.Sprint(caller))
			if took < time.Second || took > 1250*time.Millisecond {
				err = errors.Join(err, fmt.Errorf("took %v, want little more than a second", took))
			}
			return err
		})
		if stats := s.Stats(); stats.Throttled == 0 || stats.Retries == 0 || stats.Retries >= stats.Requests {
			t.Errorf("%+v", stats)
		}
	})
}

// TestNoCapacity checks what is said of reads for which there never is any, by
// the table and by callers with less patience.
func TestNoCapacity(t *testing.T) {
	for name, test := range map[string]struct {
		patience, want time.Duration
		text           string
	}{
		"budget": {time.Minute, 2 * time.Second, "attempts: no success within 2s: ProvisionedThroughputExceededException: because"},
		"caller": {time.Second, time.Second, "attempts: context deadline exceeded: ProvisionedThroughputExceededException: because"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pretended{table: "full", full: keys("k")}
				s := openAlone(t, "full", dynamodb.Config{Transport: p})
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				begun := time.Now()
				_, err := s.Get(ctx, "k", start)
				if took := time.Since(begun).Round(10 * time.Millisecond); took != test.want {
					t.Errorf("took %v, want %v", took, test.want)
				}
				if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "ProvisionedThroughputExceededException" ||
					!strings.HasPrefix(err.Error(), "GetItem on DynamoDB table full, ") || !strings.HasSuffix(err.Error(), test.text) {
					t.Errorf("error is %v, want %s", err, test.text)
				}
				if n := p.sent.Load(); n < 5 || n > 30 {
					t.Errorf("%d requests, want pauses that grow", n)
				}
			})
		})
	}
}

// TestLargeAnswers checks reads of more than one answer can hold: all come, and
// soon.
func TestLargeAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretended{table: "large", room: 40}
		s := openAlone(t, "large", dynamodb.Config{Transport: p})
		together(t, 104, 1, func(caller, _ int) error { // four alone, and then a hundred
			took, err := get(s, fmt.Sprint(caller))
			if took > 150*time.Millisecond {
				err = errors.Join(err, fmt.Errorf("took %v", took))
			}
			return err
		})
		if n := p.sent.Load(); n < 5 || n > 40 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestDeniedKeys checks that a key which may not be read keeps nobody from
// reading others, together with it or later.
func TestDeniedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretended{table: "shared", foreign: keys("foreign")}
		s := openAlone(t, "shared", dynamodb.Config{Transport: p})
		together(t, 40, 5, func(caller, _ int) error {
			if caller%10 > 0 {
				_, err := get(s, fmt.Sprint("own", caller))
				return err
			}
			_, err := get(s, "foreign")
			if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "AccessDeniedException" {
				return fmt.Errorf("error is %v, want that access is denied", err)
			}
			return nil
		})
		for range 10 {
			if _, err := get(s, "foreign"); err == nil {
				t.Error("the foreign key was read")
			}
		}
		if _, err := get(s, "own"); err != nil || s.Health() != nil {
			t.Errorf("after ten calls that were denied: error %v, health %v", err, s.Health())
		}
	})
}

// TestUnprocessedKeys checks reads of more than one answer can hold, on a
// server.
func TestUnprocessedKeys(t *testing.T) {
	tb := newTable(t)
	large := tb.open(t, nil)
	const keys = 52 // of 390 KB: more than the 16 MB of an answer
	for i := range keys {
		it := caching.Item{Dictionary: strings.Repeat("x", 390_000), Count: caching.Int(int64(i))}
		if err := large.Put(testContext, fmt.Sprint("large", i), start, it); err != nil {
			t.Fatal(err)
		}
	}
	var cut atomic.Int64 // answers that left something out
	for round := 0; cut.Load() == 0; round++ {
		if round == 20 {
			t.Fatal("no answer left anything out, so that this showed nothing")
		}
		var come sync.WaitGroup // callers
		come.Add(keys)
		s := tb.open(t, transport(func(r *http.Request) (*http.Response, error) {
			come.Wait() // so that many go together
			response, err := tb.network.RoundTrip(r)
			if err == nil && leavesOut(t, response) {
				cut.Add(1)
			}
			return response, err
		}))
		together(t, keys, 1, func(caller, _ int) error {
			come.Done()
			it, err := s.Get(testContext, fmt.Sprint("large", caller), start)
			if n, ok := it.Count.Int64(); err != nil || !ok || n != int64(caller) || len(it.Dictionary) != 390_000 {
				return fmt.Errorf("count %v, %d bytes, error %v", it.Count, len(it.Dictionary), err)
			}
			return nil
		})
	}
}

// leavesOut reports whether an answer leaves out some of the keys that it was
// asked for.
func leavesOut(t *testing.T, response *http.Response) bool {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	var out struct{ UnprocessedKeys map[string]any }
	if err := json.Unmarshal(body, &out); err != nil {
		t.Error(err)
	}
	return len(out.UnprocessedKeys) > 0
}
