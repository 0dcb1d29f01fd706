package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// script gives the first requests the given faults, one after the other.
func script(faults ...dynamotest.Fault) func(dynamotest.Request) dynamotest.Fault {
	return func(r dynamotest.Request) dynamotest.Fault {
		if r.Number < int64(len(faults)) {
			return faults[r.Number]
		}
		return dynamotest.None
	}
}

// always gives every request a fault.
func always(fault dynamotest.Fault) func(dynamotest.Request) dynamotest.Fault {
	return func(dynamotest.Request) dynamotest.Fault { return fault }
}

// TestFaults checks every operation while one of its requests meets each
// fault: it does what it should, once, and takes one request more.
func TestFaults(t *testing.T) {
	tb := newTable(t)
	items := tb.raw(t)
	full := caching.Item{Count: caching.Int(5), Strings: caching.NewStringSet("a", "b"), ExpiresAt: caching.Int(start + 100)}
	over := full
	over.ExpiresAt = caching.Int(start)
	ttl := caching.TTL{Mode: caching.SetTTL, At: start + 900}
	plain := tb.open(t, nil)
	result := func(v fmt.Stringer, err error) string { return fmt.Sprint(v, " ", err) }
	for _, test := range []struct {
		name     string
		before   caching.Item
		do       func(s *dynamodb.Store, key string) string
		requests int // without a fault
		want     string
		after    string
	}{
		{"increment", full, func(s *dynamodb.Store, key string) string {
			return result(s.Increment(testContext, key, start, caching.Int(2), ttl))
		}, 1, "7 <nil>", `expiresAt=N:1800000900 intCount=N:7 stringSet=SS:["a", "b"]`},
		{"increment expired", over, func(s *dynamodb.Store, key string) string {
			return result(s.Increment(testContext, key, start, caching.Int(2), ttl))
		}, 2, "2 <nil>", `expiresAt=N:1800000900 intCount=N:2`},
		{"increment expired, lasting", over, func(s *dynamodb.Store, key string) string {
			return result(s.Increment(testContext, key, start, caching.Int(2), caching.TTL{}))
		}, 2, "2 <nil>", `intCount=N:2`},
		{"increment to expire now", full, func(s *dynamodb.Store, key string) string {
			return result(s.Increment(testContext, key, start, caching.Int(2), caching.TTL{Mode: caching.SetTTL, At: start}))
		}, 1, "7 <nil>", `expiresAt=N:1800000000 intCount=N:7 stringSet=SS:["a", "b"]`},
		{"add", full, func(s *dynamodb.Store, key string) string {
			set, err := s.AddStrings(testContext, key, start, caching.NewStringSet("c"), ttl)
			return result(set, err)
		}, 1, `["a", "b", "c"] <nil>`, `expiresAt=N:1800000900 intCount=N:5 stringSet=SS:["a", "b", "c"]`},
		{"add expired", over, func(s *dynamodb.Store, key string) string {
			set, err := s.AddStrings(testContext, key, start, caching.NewStringSet("c"), ttl)
			return result(set, err)
		}, 2, `["c"] <nil>`, `expiresAt=N:1800000900 stringSet=SS:["c"]`},
		{"remove", full, func(s *dynamodb.Store, key string) string {
			set, err := s.RemoveStrings(testContext, key, start, caching.NewStringSet("a"), ttl)
			return result(set, err)
		}, 1, `["b"] <nil>`, `expiresAt=N:1800000900 intCount=N:5 stringSet=SS:["b"]`},
		{"clear", full, func(s *dynamodb.Store, key string) string {
			return fmt.Sprint(s.Clear(testContext, key, start, caching.Count))
		}, 1, `<nil>`, `expiresAt=N:1800000100 stringSet=SS:["a", "b"]`},
		{"put", full, func(s *dynamodb.Store, key string) string {
			return fmt.Sprint(s.Put(testContext, key, start, caching.Item{Dictionary: "{}"}))
		}, 1, `<nil>`, `dictionary=S:"{}"`},
		{"expire", full, func(s *dynamodb.Store, key string) string {
			return fmt.Sprint(s.Expire(testContext, key, start, start+900))
		}, 1, `<nil>`, `expiresAt=N:1800000900 intCount=N:5 stringSet=SS:["a", "b"]`},
		{"expire expired", over, func(s *dynamodb.Store, key string) string {
			return fmt.Sprint(s.Expire(testContext, key, start, start+900))
		}, 2, `<nil>`, `expiresAt=N:1800000900`},
		{"get", full, func(s *dynamodb.Store, key string) string {
			return result(s.Get(testContext, key, start))
		}, 1, `intCount=5 stringSet=["a", "b"] expiresAt=1800000100 <nil>`, `expiresAt=N:1800000100 intCount=N:5 stringSet=SS:["a", "b"]`},
	} {
		for _, fault := range []dynamotest.Fault{dynamotest.Refuse, dynamotest.Throttle, dynamotest.Reset, dynamotest.Fail500, dynamotest.Truncate, dynamotest.Timeout} {
			for place := range test.requests {
				key := fmt.Sprintf("%s/%d/%d", test.name, fault, place)
				if err := plain.Put(testContext, key, start, test.before); err != nil {
					t.Fatal(err)
				}
				s := tb.open(t, tb.faulty(script(append(make([]dynamotest.Fault, place), fault)...)))
				if got := test.do(s, key); got != test.want {
					t.Errorf("%s: got %s, want %s", key, got, test.want)
				}
				if got := withoutKey(show(items.get(t, key))); got != test.after {
					t.Errorf("%s: in the table is %s, want %s", key, got, test.after)
				}
				// A put in the place of an expired item, sent again after it was
				// applied, fails: what follows finds a live item.
				if most := int64(test.requests + 1 + place); s.Requests() > most {
					t.Errorf("%s: %d requests, want at most %d", key, s.Requests(), most)
				}
			}
		}
	}
}

// withoutKey returns what show gave, without the key.
func withoutKey(shown string) string {
	before, after, ok := strings.Cut(shown, "key=S:")
	if !ok {
		return shown
	}
	_, rest, _ := strings.Cut(after[1:], `"`)
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(rest))
}

// TestFailures checks what callers are told of a table that does not work, and
// that it takes them no longer than their budget: by a clock of its own, so
// there is no server either.
func TestFailures(t *testing.T) {
	const table = "failing"
	denied := func(code string) http.RoundTripper { return dynamotest.Answer(400, code, "because") }
	faulty := func(fault dynamotest.Fault) http.RoundTripper {
		return &dynamotest.Network{Next: dynamotest.Answer(200, "", ""), Choose: always(fault)}
	}
	for _, test := range []struct {
		name    string
		network http.RoundTripper
		is      error
		want    []string // parts of the text
		not     string
	}{
		{"reset", faulty(dynamotest.Reset), syscall.ECONNRESET, []string{"attempts: no success within 300ms", "connection reset by peer", "(it may have been applied)"}, "deadline"},
		{"refused", faulty(dynamotest.Refuse), syscall.ECONNREFUSED, []string{"attempts: no success within 300ms", "connection refused"}, "applied"},
		{"500", faulty(dynamotest.Fail500), nil, []string{"no success within 300ms", "InternalServerError", "(it may have been applied)"}, "deadline"},
		{"throttled", faulty(dynamotest.Throttle), nil, []string{"attempts: no success within 300ms", "ProvisionedThroughputExceededException"}, "applied"},
		{"no answer", faulty(dynamotest.Hang), nil, []string{"attempts: no success within 300ms", "no answer within 100ms", "(it may have been applied)"}, "deadline"},
		{"no permission", denied("AccessDeniedException"), nil, []string{"AccessDeniedException: because"}, "attempts"},
		{"no table", denied("ResourceNotFoundException"), nil, []string{"ResourceNotFoundException: because"}, "attempts"},
		{"bad credentials", denied("UnrecognizedClientException"), nil, []string{"UnrecognizedClientException: because"}, "attempts"},
		{"conflict", denied("TransactionConflictException"), nil, []string{"attempts: no success within 300ms", "TransactionConflictException"}, "applied"},
	} {
		for name, do := range map[string]func(s *dynamodb.Store) error{
			"Increment": func(s *dynamodb.Store) error {
				_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
				return err
			},
			"AddStrings": func(s *dynamodb.Store) error {
				_, err := s.AddStrings(testContext, "k", start, caching.NewStringSet("a"), lasting)
				return err
			},
			"RemoveStrings": func(s *dynamodb.Store) error {
				_, err := s.RemoveStrings(testContext, "k", start, caching.NewStringSet("a"), lasting)
				return err
			},
			"Put":    func(s *dynamodb.Store) error { return s.Put(testContext, "k", start, caching.Item{}) },
			"Clear":  func(s *dynamodb.Store) error { return s.Clear(testContext, "k", start, caching.Count) },
			"Expire": func(s *dynamodb.Store) error { return s.Expire(testContext, "k", start, start) },
		} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := openAlone(t, table, dynamodb.Config{Transport: test.network, Budget: 300 * time.Millisecond, Attempt: 100 * time.Millisecond})
					begun := time.Now()
					err := do(s)
					if took := time.Since(begun); took > 300*time.Millisecond {
						t.Errorf("took %v", took)
					}
					if _, ok := errors.AsType[*dynamodb.Error](err); !ok {
						t.Fatalf("error %v is not a *dynamodb.Error", err)
					}
					for _, part := range append(test.want, table) {
						if !strings.Contains(err.Error(), part) {
							t.Errorf("error %q does not have %q", err, part)
						}
					}
					if test.not != "" && strings.Contains(err.Error(), test.not) {
						t.Errorf("error %q has %q", err, test.not)
					}
					if test.is != nil && !errors.Is(err, test.is) {
						t.Errorf("error %v does not wrap %v", err, test.is)
					}
				})
			})
		}
	}
}

// TestSlow checks what callers are told whose whole budget goes by in the
// first attempt.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openAlone(t, "slow", dynamodb.Config{
			Transport: &dynamotest.Network{Next: dynamotest.Answer(200, "", ""), Choose: always(dynamotest.Hang)},
			Budget:    300 * time.Millisecond,
			Attempt:   time.Second,
		})
		const want = "PutItem on DynamoDB table slow: no success within 300ms (it may have been applied)"
		for range 5 {
			if err := s.Put(testContext, "k", start, caching.Item{}); err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
		}
		if err := s.Health(); err == nil {
			t.Error("the table is not taken to be down")
		}
	})
}

// openAlone returns a store whose network leads to no server.
func openAlone(t *testing.T, table string, config dynamodb.Config) *dynamodb.Store {
	t.Helper()
	if config.Credentials == nil {
		config.Credentials = credentials.NewStaticCredentialsProvider("key", "secret", "")
	}
	return openSpec(t, config, table+"?region=us-east-1")
}

// TestCallersLeave checks that a caller whose context ends is not held, that it
// is told so, and that others are served.
func TestCallersLeave(t *testing.T) {
	tb := newTable(t)
	held := make(chan struct{})
	s := tb.open(t, transport(func(r *http.Request) (*http.Response, error) {
		response, err := tb.network.RoundTrip(r)
		select {
		case <-held:
			return response, err
		default:
		}
		<-held // the answer is lost, and that late
		return nil, errors.Join(syscall.ECONNRESET, err)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := make(chan error)
	for caller := range 8 {
		go func() {
			for caller > 0 && tb.network.Sent()["UpdateItem"] == 0 { // the others wait behind the first
				time.Sleep(time.Millisecond)
			}
			var err error
			if caller%2 == 0 {
				_, err = s.Increment(ctx, "k", start, caching.Int(1), lasting)
			} else {
				_, err = s.Get(ctx, "k", start)
			}
			left <- err
		}()
	}
	for tb.network.Sent()["GetItem"] == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for range 8 {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want that the context is canceled", err)
		}
	}
	close(held)
	// The first update was applied or will be; those that waited are not.
	n, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
	if got, _ := n.Int64(); err != nil || got != 2 {
		t.Errorf("then the count is %v, want 2 (error %v)", n, err)
	}
}

// TestDown checks that a table which is down is left alone after some calls,
// that this shows, and that calls succeed again once it is back.
func TestDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := openAlone(t, "down", dynamodb.Config{Transport: &dynamotest.Network{
			Next: dynamotest.Answer(200, "", ""),
			Choose: func(dynamotest.Request) dynamotest.Fault {
				if down.Load() {
					return dynamotest.Refuse
				}
				return dynamotest.None
			},
		}})
		put := func(key string) error { return s.Put(testContext, key, start, caching.Item{}) }
		if err := s.Health(); err != nil {
			t.Errorf("at first health is %v", err)
		}
		for range 5 {
			if err := put("k"); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("error is %v, want a refused connection", err)
			}
		}
		sent := s.Requests()
		var untried atomic.Int64
		together(t, 64, 20, func(caller, _ int) error {
			err := put(fmt.Sprint(caller))
			if _, ok := errors.AsType[*dynamodb.DownError](err); ok {
				untried.Add(1)
			}
			if _, ok := errors.AsType[*dynamodb.Error](err); !ok {
				return fmt.Errorf("error is %v, want a *dynamodb.Error", err)
			}
			return nil
		})
		if n := s.Requests() - sent; n > 100 || untried.Load() < 1200 {
			t.Errorf("%d requests by 1,280 calls to a table that is down, of which %d were not tried", n, untried.Load())
		}
		if err := s.Health(); err == nil || !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "nothing has succeeded since") {
			t.Errorf("health is %v", err)
		}
		down.Store(false)
		begun := time.Now()
		for put("k") != nil {
			if time.Since(begun) > 10*time.Second {
				t.Fatal("the store does not recover")
			}
			time.Sleep(5 * time.Millisecond)
		}
		if err := s.Health(); err != nil {
			t.Errorf("in the end health is %v", err)
		}
	})
}

// TestHotKeyIsNotDown checks that a key which is throttled stops no others.
func TestHotKeyIsNotDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openAlone(t, "hot", dynamodb.Config{Transport: &dynamotest.Network{
			Next: dynamotest.Answer(200, "", ""),
			Choose: func(r dynamotest.Request) dynamotest.Fault {
				if r.Key == "hot" {
					return dynamotest.Throttle
				}
				return dynamotest.None
			},
		}})
		for range 10 {
			_, err := s.Increment(testContext, "hot", start, caching.Int(1), lasting)
			if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "ProvisionedThroughputExceededException" {
				t.Errorf("error is %v, want that it was throttled", err)
			}
		}
		if err := s.Put(testContext, "cold", start, caching.Item{}); err != nil || s.Health() != nil {
			t.Errorf("another key: error %v, health %v", err, s.Health())
		}
	})
}

// TestClosed checks that a store finishes what it has begun, and no more.
func TestClosed(t *testing.T) {
	tb := newTable(t)
	s := tb.open(t, tb.slow(20*time.Millisecond))
	answered := make(chan error)
	go func() {
		_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
		answered <- err
	}()
	for s.Requests() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("the increment under way failed: %v", err)
	}
	sent := s.Requests()
	for request, do := range operations {
		if err := do(s); !errors.Is(err, dynamodb.ErrClosed) {
			t.Errorf("%s after Close: error is %v", request, err)
		}
	}
	if n := s.Requests() - sent; n != 0 {
		t.Errorf("%d requests were sent after Close", n)
	}
}

// TestCloseUnderLoad checks that Close does not wait for calls that come after
// it, also where others are always under way.
func TestCloseUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pretended{table: "busy"}
		s := openAlone(t, "busy", dynamodb.Config{Transport: p})
		var closed atomic.Bool
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for {
					late := closed.Load()
					switch _, err := get(s, "k"); {
					case errors.Is(err, dynamodb.ErrClosed):
						return
					case err != nil || late:
						t.Errorf("closed before: %v, error %v", late, err)
					}
				}
			})
		}
		time.Sleep(100 * time.Millisecond)
		begun := time.Now()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		closed.Store(true)
		if took := time.Since(begun); took > 20*time.Millisecond {
			t.Errorf("Close took %v", took)
		}
		wg.Wait()
	})
}

// anyFault gives one request in ten a fault of any kind but Hang.
func anyFault(dynamotest.Request) dynamotest.Fault {
	if rand.IntN(10) > 0 {
		return dynamotest.None
	}
	faults := []dynamotest.Fault{dynamotest.Refuse, dynamotest.Throttle, dynamotest.Reset, dynamotest.Fail500, dynamotest.Truncate}
	return faults[rand.IntN(len(faults))]
}
