package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// A provider takes its time for credentials that are good for an hour, or
// fails.
type provider struct {
	takes time.Duration
	err   error
	asked atomic.Int64
}

func (p *provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	p.asked.Add(1)
	time.Sleep(p.takes)
	return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", CanExpire: true, Expires: time.Now().Add(time.Hour)}, p.err
}

// operations are all that a store does with its table, by the request that is
// sent for each.
var operations = map[string]func(s *dynamodb.Store) error{
	"UpdateItem": func(s *dynamodb.Store) error {
		_, err := s.Increment(testContext, "k", start, caching.Int(1), lasting)
		return err
	},
	"PutItem":    func(s *dynamodb.Store) error { return s.Put(testContext, "k", start, caching.Item{}) },
	"DeleteItem": func(s *dynamodb.Store) error { return s.Delete(testContext, "k") },
	"GetItem": func(s *dynamodb.Store) error {
		_, err := s.Get(testContext, "k", start)
		return err
	},
	"Scan": func(s *dynamodb.Store) error {
		return s.List(testContext, "", func(string, caching.Item) error { return nil })
	},
	"DescribeTable": func(s *dynamodb.Store) error {
		_, err := s.Check(testContext)
		return err
	},
}

// TestSlowLogin checks that the time in which credentials come, at first and
// when they have expired, counts for no budget.
func TestSlowLogin(t *testing.T) {
	for request, do := range operations {
		t.Run(request, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				login := &provider{takes: 3 * time.Second}
				network := &dynamotest.Network{Next: dynamotest.Answer(400, "ValidationException", "because")}
				s := openAlone(t, "slow", dynamodb.Config{Transport: network, Credentials: login})
				for n := range int64(2) {
					for range 3 {
						_ = do(s)
					}
					if sent := network.Sent()[request]; login.asked.Load() != n+1 || sent != 3*(n+1) {
						t.Errorf("asked for credentials %d times, %d requests sent, want %d and %d", login.asked.Load(), sent, n+1, 3*(n+1))
					}
					time.Sleep(2 * time.Hour)
				}
			})
		})
	}
}

// TestNoLogin checks what callers are told who have no credentials, and that
// nothing is sent for them.
func TestNoLogin(t *testing.T) {
	refusedIMDS := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for request, do := range operations {
		for _, test := range []struct {
			login *provider
			cause string
		}{
			{&provider{err: refusedIMDS}, "failed to refresh cached credentials, dial tcp: connection refused"},
			{&provider{takes: time.Minute}, "none came within 30s"},
		} {
			t.Run(request+"/"+test.cause, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := openAlone(t, "closed", dynamodb.Config{Transport: dynamotest.Answer(200, "", ""), Credentials: test.login})
					defer time.Sleep(time.Minute) // until the provider has returned, to whom nobody listens
					begun := time.Now()
					err := do(s)
					want := request + " on DynamoDB table closed: no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role: " + test.cause
					if err == nil || err.Error() != want {
						t.Errorf("error is %v, want %s", err, want)
					}
					if took := time.Since(begun); s.Requests() != 0 || took > 30*time.Second {
						t.Errorf("%d requests were sent, it took %v", s.Requests(), took)
					}
					if e, ok := errors.AsType[*dynamodb.Error](err); !ok || e.Unsure || e.Attempts != 0 {
						t.Errorf("error is %#v", err)
					}
				})
			})
		}
	}
}

// TestLoginIsNotAskedWithoutEnd checks that failures to log in make the store
// wait as those of the table do, and that it works again once there are
// credentials.
func TestLoginIsNotAskedWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		login := &provider{err: errors.New("expired")}
		s := openAlone(t, "closed", dynamodb.Config{Transport: dynamotest.Answer(200, "", ""), Credentials: login})
		put := func() error { return s.Put(testContext, "k", start, caching.Item{}) }
		for range 100 {
			if put() == nil {
				t.Fatal("no error")
			}
		}
		if asked := login.asked.Load(); asked != 5 {
			t.Errorf("asked for credentials %d times, want 5", asked)
		}
		if _, ok := errors.AsType[*dynamodb.DownError](s.Health()); !ok {
			t.Errorf("health is %v", s.Health())
		}
		login.err = nil
		time.Sleep(time.Second)
		if err := put(); err != nil || s.Health() != nil {
			t.Errorf("then error is %v, health %v", err, s.Health())
		}
	})
}

// TestLoginIsLeft checks that a caller whose context ends is not held by a
// login.
func TestLoginIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openAlone(t, "slow", dynamodb.Config{Transport: dynamotest.Answer(200, "", ""), Credentials: &provider{takes: 10 * time.Second}})
		defer time.Sleep(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		err := s.Put(ctx, "k", start, caching.Item{})
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("after %v: error %v", took, err)
		}
		if err := s.Put(testContext, "k", start, caching.Item{}); err != nil {
			t.Errorf("the next: %v", err)
		}
	})
}

// TestPatientLogin checks that a server which hands out credentials may take
// longer than an attempt of the table, and fail once.
func TestPatientLogin(t *testing.T) {
	const attempt = 100 * time.Millisecond
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			http.Error(w, "later", http.StatusInternalServerError)
			return
		}
		time.Sleep(2 * attempt)
		fmt.Fprint(w, `{"AccessKeyId":"key","SecretAccessKey":"secret","Token":"token"}`)
	}))
	defer server.Close()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)
	s, err := dynamodb.Config{Transport: dynamotest.Answer(200, "", ""), Attempt: attempt}.Open(t.Context(), "patient?region=us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "k", start, caching.Item{}); err != nil || asked.Load() != 2 {
		t.Errorf("after %d requests for credentials: error %v", asked.Load(), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
