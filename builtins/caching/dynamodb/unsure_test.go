package dynamodb_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// TestUnsure checks that of writes, and only of them, it is said that they may
// have been applied: where they may have been.
func TestUnsure(t *testing.T) {
	lost := func(fault dynamotest.Fault) http.RoundTripper {
		return &dynamotest.Network{Next: dynamotest.Answer(200, "", ""), Choose: always(fault)}
	}
	dial := func(dial func() error) http.RoundTripper {
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, dial() }}
	}
	for _, test := range []struct {
		name     string
		network  http.RoundTripper
		sent     bool
		repeated bool
		want     string // part of the error
	}{
		{"reset", lost(dynamotest.Reset), true, true, "connection reset by peer"},
		{"no answer", lost(dynamotest.Hang), true, true, "no answer within 100ms"},
		{"500", lost(dynamotest.Fail500), true, true, "InternalServerError"},
		{"no host", dial(func() error {
			return &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}}
		}), false, true, "no such host"},
		{"no name server", dial(func() error { return &net.DNSError{Err: "i/o timeout", IsTimeout: true} }), false, true, "i/o timeout"},
		{"no way", dial(func() error { time.Sleep(time.Minute); return context.DeadlineExceeded }), false, true, "no connection within 100ms"},
		{"no port", dial(func() error {
			return &net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port", Addr: "99999"}}
		}), false, false, "invalid port"},
	} {
		for request, do := range operations {
			t.Run(test.name+"/"+request, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := openAlone(t, "lost", dynamodb.Config{Transport: test.network, Budget: 350 * time.Millisecond, Attempt: 100 * time.Millisecond})
					defer time.Sleep(2 * time.Minute) // until the last try to connect is over
					err := do(s)
					e, ok := errors.AsType[*dynamodb.Error](err)
					if !ok || e.Request != request || !strings.Contains(err.Error(), test.want) {
						t.Fatalf("error is %v, want %q in it", err, test.want)
					}
					write := strings.HasSuffix(request, "Item") && request != "GetItem"
					if want := write && test.sent; e.Unsure != want || strings.Contains(err.Error(), "may have been applied") != want || s.Stats().Ambiguous > 0 != want {
						t.Errorf("unsure %v, %d attempts ambiguous, error %v", e.Unsure, s.Stats().Ambiguous, err)
					}
					if repeated := e.Attempts > 1; repeated != test.repeated {
						t.Errorf("%d attempts", e.Attempts)
					}
				})
			})
		}
	}
}
