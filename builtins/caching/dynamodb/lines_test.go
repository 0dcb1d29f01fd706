package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// TestDeletedMeanwhile checks operations on an item that has expired, and that
// the table deletes between the two requests.
func TestDeletedMeanwhile(t *testing.T) {
	tb := newTable(t)
	items := tb.raw(t)
	plain := tb.open(t, nil)
	for name, test := range map[string]struct {
		do   func(s *dynamodb.Store, key string) (fmt.Stringer, error)
		want string
		left string
	}{
		"increment": {func(s *dynamodb.Store, key string) (fmt.Stringer, error) {
			return s.Increment(testContext, key, start, caching.Int(2), lasting)
		}, "2", "expiresAt=N:1800003600 intCount=N:2"},
		"add": {func(s *dynamodb.Store, key string) (fmt.Stringer, error) {
			return s.AddStrings(testContext, key, start, caching.NewStringSet("a"), lasting)
		}, `["a"]`, `expiresAt=N:1800003600 stringSet=SS:["a"]`},
		"expire": {func(s *dynamodb.Store, key string) (fmt.Stringer, error) {
			return caching.Int(0), s.Expire(testContext, key, start, start+1)
		}, "0", "expiresAt=N:1800000001"},
	} {
		if err := plain.Put(testContext, name, start, caching.Item{Count: caching.Int(5), Dictionary: "{}", ExpiresAt: caching.Int(start)}); err != nil {
			t.Fatal(err)
		}
		s := tb.open(t, tb.faulty(func(r dynamotest.Request) dynamotest.Fault {
			if r.Operation == "PutItem" {
				if err := plain.Delete(testContext, name); err != nil {
					t.Error(err)
				}
			}
			return dynamotest.None
		}))
		if got, err := test.do(s, name); err != nil || got.String() != test.want {
			t.Errorf("%s: got %v, want %s (error %v)", name, got, test.want, err)
		}
		if left := withoutKey(show(items.get(t, name))); left != test.left {
			t.Errorf("%s: in the table is %s, want %s", name, left, test.left)
		}
		if n := s.Requests(); n != 3 {
			t.Errorf("%s: %d requests, want 3", name, n)
		}
	}
}

// TestNoItemWithFailure checks what is said of a server that does not return
// the item with a failed condition.
func TestNoItemWithFailure(t *testing.T) {
	s := openAlone(t, "poor", dynamodb.Config{Transport: dynamotest.Answer(400, "ConditionalCheckFailedException", "because")})
	_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
	if err == nil || !strings.Contains(err.Error(), "does not return the item with a failed condition") {
		t.Errorf("error is %v", err)
	}
}

// splitTable returns a store of a table that takes one update, refuses the next, which is one of several
// together, and then does what then says.
func splitTable(t *testing.T, then http.RoundTripper) *dynamodb.Store {
	var sent atomic.Int64
	return openAlone(t, "split", dynamodb.Config{Transport: transport(func(r *http.Request) (*http.Response, error) {
		time.Sleep(20 * time.Millisecond)
		switch sent.Add(1) {
		case 1:
			return respond(r, map[string]any{"Attributes": map[string]any{"intCount": map[string]string{"N": "1"}}}), nil
		case 2:
			return dynamotest.Answer(400, "ValidationException", "Number overflow").RoundTrip(r)
		}
		return then.RoundTrip(r)
	})})
}

// TestSplit checks that callers whose additions are tried one by one wait no
// longer for a table that has ceased to answer than others do.
func TestSplit(t *testing.T) {
	for name, test := range map[string]struct {
		then     http.RoundTripper
		unsure   int64
		requests int64
	}{
		"silent": {transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), 1, 5}, // until the budget is over, which had begun
		"denied": {dynamotest.Answer(400, "UnrecognizedClientException", "because"), 0, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := splitTable(t, test.then)
				var failed, unsure atomic.Int64
				first := make(chan error)
				go func() {
					_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
					first <- err
				}()
				synctest.Wait() // it is under way
				together(t, 12, 1, func(int, int) error {
					begun := time.Now()
					_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
					if took := time.Since(begun); took > 2100*time.Millisecond {
						return fmt.Errorf("took %v: %w", took, err)
					}
					if e, ok := errors.AsType[*dynamodb.Error](err); ok {
						if failed.Add(1); e.Unsure {
							unsure.Add(1)
						}
					}
					return nil
				})
				if err := <-first; err != nil {
					t.Errorf("the first failed: %v", err)
				}
				if failed.Load() != 12 || unsure.Load() != test.unsure {
					t.Errorf("%d of 12 failed, %d of them may have been applied, want %d", failed.Load(), unsure.Load(), test.unsure)
				}
				if n := s.Requests(); n > test.requests {
					t.Errorf("%d requests, want at most %d", n, test.requests)
				}
			})
		})
	}
}

// TestSplitWithoutCallers checks that nothing is sent for callers that left
// while others of their batch were tried.
func TestSplitWithoutCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := splitTable(t, dynamotest.Answer(400, "ValidationException", "Number overflow"))
		add := func(ctx context.Context) {
			_, _ = s.Increment(ctx, "k", start, caching.Int(1), lasting)
		}
		go add(testContext)
		synctest.Wait()                                                      // the first is under way
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // 20 ms are for each request
		defer cancel()
		together(t, 12, 1, func(int, int) error { add(ctx); return nil })
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if n := s.Requests(); n != 3 {
			t.Errorf("%d requests, want 3: the first, all others, and one of them", n)
		}
	})
}

// TestForgettingHoldsUpNobody checks that what other writers have left is
// removed by a single request for which nobody waits, whether or not the table
// answers it.
func TestForgettingHoldsUpNobody(t *testing.T) {
	for _, fault := range []string{"hang", "throttle"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var whole, removed atomic.Int64
				count := map[string]any{"intCount": map[string]string{"N": "1"}}
				all := maps.Clone(count)
				for i := range 8 {
					all[fmt.Sprint("op_old", i)] = map[string]string{"N": "1000"}
				}
				s := openAlone(t, "old", dynamodb.Config{Transport: transport(func(r *http.Request) (*http.Response, error) {
					_, body, err := contents(r)
					switch {
					case err != nil:
						return nil, err
					case strings.Contains(body, "ALL_NEW"):
						whole.Add(1)
						return respond(r, map[string]any{"Attributes": all}), nil
					case strings.Contains(body, "REMOVE #o0"):
						if removed.Add(1); fault == "hang" {
							<-r.Context().Done()
							return nil, r.Context().Err()
						}
						return dynamotest.Answer(400, "ThrottlingException", "because").RoundTrip(r)
					}
					return respond(r, map[string]any{"Attributes": count}), nil
				})})
				for call := 0; whole.Load() < 5; call++ {
					begun := time.Now()
					if _, err := s.Increment(testContext, "k", start, caching.Int(1), lasting); err != nil {
						t.Fatal(err)
					}
					if took := time.Since(begun); took > 0 {
						t.Errorf("call %d took %v", call, took)
					}
					time.Sleep(time.Microsecond) // the time decides whether an update asks for the whole item
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				if removed.Load() != whole.Load() || s.Health() != nil {
					t.Errorf("%d requests to remove them after %d that showed them, health %v", removed.Load(), whole.Load(), s.Health())
				}
			})
		})
	}
}
