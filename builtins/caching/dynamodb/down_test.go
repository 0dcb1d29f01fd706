package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// unreliable returns a store whose requests all have a fault until it is over.
func unreliable(t *testing.T, table string, fault dynamotest.Fault) (s *dynamodb.Store, over func()) {
	t.Helper()
	var well atomic.Bool
	s = openAlone(t, table, dynamodb.Config{Transport: &dynamotest.Network{
		Next: dynamotest.Answer(200, "", ""),
		Choose: func(dynamotest.Request) dynamotest.Fault {
			if well.Load() {
				return dynamotest.None
			}
			return fault
		},
	}})
	return s, func() { well.Store(true) }
}

// TestBackSoon checks that a table which was down for a moment is used again
// after the first pause, however many callers it failed.
func TestBackSoon(t *testing.T) {
	for _, callers := range []int{5, 8, 16, 64} {
		t.Run(fmt.Sprint(callers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, over := unreliable(t, "down", dynamotest.Refuse)
				put := func(key string) error { return s.Put(testContext, key, start, caching.Item{}) }
				together(t, callers, 1, func(caller, _ int) error {
					if err := put(fmt.Sprint(caller)); !errors.Is(err, syscall.ECONNREFUSED) {
						return fmt.Errorf("error is %v, want a refused connection", err)
					}
					return nil
				})
				over()
				begun := time.Now()
				for put("k") != nil {
					time.Sleep(time.Millisecond)
				}
				if took := time.Since(begun); took > 300*time.Millisecond {
					t.Errorf("back after %v, want 250 ms", took)
				}
			})
		})
	}
}

// TestPatience checks that a large budget is spent on a table that is throttled,
// and not on one that is out of reach.
func TestPatience(t *testing.T) {
	for name, test := range map[string]struct {
		fault dynamotest.Fault
		want  time.Duration
	}{
		"throttled":  {dynamotest.Throttle, time.Minute},
		"refused":    {dynamotest.Refuse, 2 * time.Second},
		"no answers": {dynamotest.Hang, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &dynamotest.Network{Next: dynamotest.Answer(200, "", ""), Choose: always(test.fault)}
				s := openAlone(t, "patient", dynamodb.Config{Transport: network, Budget: time.Minute})
				for call, do := range map[string]func() error{
					"Put": func() error { return s.Put(testContext, "k", start, caching.Item{}) },
					"Get": func() error { _, err := s.Get(testContext, "k", start); return err },
					"List": func() error {
						return s.List(testContext, "", func(string, caching.Item) error { return nil })
					},
				} {
					begun := time.Now()
					err := do()
					if took := time.Since(begun); err == nil || took < test.want-time.Second || took > test.want+time.Second {
						t.Errorf("%s ended after %v with error %v, want %v", call, took, err, test.want)
					}
				}
			})
		})
	}
}

// TestGivenUp checks what those are told who tried while the table was found
// to be down.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := unreliable(t, "down", dynamotest.Refuse)
		var givenUp atomic.Int64
		together(t, 12, 1, func(caller, _ int) error {
			if caller >= 5 {
				time.Sleep(time.Second) // later than those who find out
			}
			err := s.Put(testContext, fmt.Sprint(caller), start, caching.Item{})
			text := err.Error()
			if strings.Contains(text, "not tried") || strings.Count(text, "connection refused") != 1 {
				return err
			}
			if strings.Contains(text, "attempts: given up, as nothing has succeeded since 2") {
				givenUp.Add(1)
			}
			return nil
		})
		if n := givenUp.Load(); n != 7 {
			t.Errorf("%d callers gave up, want all but the first five", n)
		}
		if err := s.Put(testContext, "k", start, caching.Item{}); !strings.Contains(err.Error(), ": not tried, as nothing has succeeded since 2") {
			t.Errorf("then the error is %v", err)
		}
	})
}

// TestCallersPatience checks that a table is found to be down also by callers
// who do not wait as long as the budget, but not if they leave before there
// was an answer.
func TestCallersPatience(t *testing.T) {
	for _, test := range []struct {
		name     string
		fault    dynamotest.Fault
		patience time.Duration
		down     bool
	}{
		{"hang", dynamotest.Hang, 1900 * time.Millisecond, true}, // of which an attempt takes one
		{"hang briefly", dynamotest.Hang, time.Second / 2, false},
		{"refuse", dynamotest.Refuse, 1900 * time.Millisecond, true},
		{"refuse briefly", dynamotest.Refuse, time.Second / 10, true},
		{"throttle", dynamotest.Throttle, time.Second / 10, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := unreliable(t, "down", test.fault)
				for range 10 {
					ctx, cancel := context.WithTimeout(t.Context(), test.patience)
					err := s.Put(ctx, "k", start, caching.Item{})
					cancel()
					if _, untried := errors.AsType[*dynamodb.DownError](err); !untried && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("error is %v, want that the deadline is exceeded", err)
					}
				}
				if err := s.Health(); (err != nil) != test.down {
					t.Errorf("health is %v", err)
				}
			})
		})
	}
}
