package dynamodb_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/caching/dynamodb/dynamotest"
)

// transport is a function that sends requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What a failed attempt of a write can mean.
const (
	refused   = "refused"   // not repeated
	throttled = "throttled" // not applied, repeated, as the table has no capacity
	unsent    = "unsent"    // not applied, repeated
	ambiguous = "ambiguous" // perhaps applied, repeated
)

// verdictOn returns what a store takes a failure of all its attempts for.
func verdictOn(t *testing.T, network http.RoundTripper) (verdict string, err error) {
	synctest.Test(t, func(t *testing.T) {
		s := openAlone(t, "failing", dynamodb.Config{Transport: network, Budget: 300 * time.Millisecond, Attempt: 100 * time.Millisecond})
		err = s.Put(testContext, "k", start, caching.Item{})
		e, ok := errors.AsType[*dynamodb.Error](err)
		switch stats := s.Stats(); {
		case !ok:
			t.Errorf("error is %v", err)
		case e.Unsure != (stats.Ambiguous > 0) || (e.Attempts > 1) != (stats.Retries > 0):
			t.Errorf("error %+v, but counted were %+v", e, stats)
		case e.Attempts == 1 && !e.Unsure:
			verdict = refused
		case stats.Throttled > 0 && !e.Unsure:
			verdict = throttled
		case e.Unsure:
			verdict = ambiguous
		default:
			verdict = unsent
		}
	})
	return verdict, err
}

// TestCodes checks what each code of an answer is taken for.
func TestCodes(t *testing.T) {
	for _, test := range []struct {
		status int
		code   string
		want   string
	}{
		{400, "ProvisionedThroughputExceededException", throttled},
		{400, "ThrottlingException", throttled},
		{400, "Throttling", throttled},
		{400, "RequestLimitExceeded", throttled},
		{400, "TooManyRequestsException", throttled},
		{400, "TransactionConflictException", throttled},
		{400, "ReplicatedWriteConflictException", throttled},
		{503, "ThrottlingException", throttled},

		{400, "RequestTimeTooSkewed", unsent},
		{403, "InvalidSignatureException", unsent},

		{500, "InternalServerError", ambiguous},
		{400, "InternalServerError", ambiguous}, // as some do
		{500, "InternalFailure", ambiguous},
		{400, "InternalFailure", ambiguous},
		{400, "InternalServerErrorException", ambiguous},
		{503, "ServiceUnavailable", ambiguous},
		{400, "ServiceUnavailable", ambiguous},
		{400, "ServiceUnavailableException", ambiguous},
		{400, "UnknownError", ambiguous},
		{502, "SomethingNew", ambiguous},

		{400, "AccessDeniedException", refused},
		{400, "ResourceNotFoundException", refused},
		{400, "UnrecognizedClientException", refused},
		{400, "ExpiredTokenException", refused},
		{400, "MissingAuthenticationTokenException", refused},
		{400, "IncompleteSignatureException", refused},
		{400, "ValidationException", refused},
		{400, "SerializationException", refused},
		{400, "ItemCollectionSizeLimitExceededException", refused},
		{400, "SomethingNew", refused},
	} {
		t.Run(fmt.Sprint(test.code, test.status), func(t *testing.T) {
			got, err := verdictOn(t, dynamotest.Answer(test.status, test.code, "because"))
			if got != test.want || !strings.Contains(err.Error(), test.code+": because") {
				t.Errorf("%s, want %s (error %v)", got, test.want, err)
			}
		})
	}
}

// TestErrors checks what each kind of error without an answer is taken for.
func TestErrors(t *testing.T) {
	timeout := &net.DNSError{Err: "timeout", IsTimeout: true}
	for _, test := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, unsent},
		{&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, unsent},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, unsent},
		{&net.OpError{Op: "dial", Err: timeout}, unsent},
		{timeout, unsent},

		{&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port", Addr: "99999"}}, refused},
		{errors.New("failed to resolve service endpoint, it is nowhere"), refused},
		{errors.New("get identity: there is none"), refused},
		{errors.New("failed to sign: it can not be"), refused},
		{errors.New("failed to retrieve credentials: there are none"), refused},
		{fmt.Errorf("get identity: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), refused},
		{fmt.Errorf("get identity: %w", timeout), refused},
		{fmt.Errorf("get identity: %w", os.ErrDeadlineExceeded), refused},

		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, ambiguous},
		{&net.OpError{Op: "write", Err: syscall.EPIPE}, ambiguous},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, ambiguous},
		{io.EOF, ambiguous},
		{io.ErrUnexpectedEOF, ambiguous},
		{tls.AlertError(80), ambiguous},
		{errors.New("something new"), ambiguous},
	} {
		t.Run(test.err.Error(), func(t *testing.T) {
			got, err := verdictOn(t, transport(func(*http.Request) (*http.Response, error) { return nil, test.err }))
			if got != test.want || !strings.Contains(err.Error(), test.err.Error()) {
				t.Errorf("%s, want %s (error %v)", got, test.want, err)
			}
		})
	}
}

// TestReadsAreConsistent checks that each request that reads asks to see all
// writes before it, also where it asks for the rest of an answer.
func TestReadsAreConsistent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &recorder{requests: make(map[string][]string)}
		s := openAlone(t, "read", dynamodb.Config{Transport: n})
		get := func(caller, _ int) error {
			_, err := s.Get(testContext, fmt.Sprint(caller), start)
			return err
		}
		if err := get(0, 0); err != nil { // alone, so that it is no batch
			t.Error(err)
		}
		together(t, 20, 1, get) // four requests at a time, so that some wait and go together
		if err := s.List(testContext, "k", func(string, caching.Item) error { return nil }); err != nil {
			t.Error(err)
		}
		// The first read, and the one that an answer leaves out, go alone.
		for operation, least := range map[string]int{"GetItem": 2, "BatchGetItem": 1, "Scan": 2} {
			if len(n.requests[operation]) < least {
				t.Errorf("%d requests %s, want at least %d", len(n.requests[operation]), operation, least)
			}
			for _, body := range n.requests[operation] {
				if !consistent(t, operation, body) {
					t.Errorf("%s is not consistent: %s", operation, body)
				}
			}
			delete(n.requests, operation)
		}
		if len(n.requests) > 0 {
			t.Errorf("other requests: %v", n.requests)
		}
	})
}

// consistent tells whether the body of a request asks for consistent reads,
// of all tables that it names.
func consistent(t *testing.T, operation, body string) bool {
	type part struct{ ConsistentRead bool }
	var in struct {
		part
		RequestItems map[string]part
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	if operation != "BatchGetItem" {
		return in.ConsistentRead
	}
	return len(in.RequestItems) == 1 && in.RequestItems["read"].ConsistentRead
}

// A recorder keeps the bodies of requests, by operation. It answers each
// first of an operation, after a while, with a part of what was asked for.
type recorder struct {
	mu       sync.Mutex
	requests map[string][]string
}

func (n *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	n.mu.Lock()
	first := n.requests[operation] == nil
	n.requests[operation] = append(n.requests[operation], string(body))
	n.mu.Unlock()
	time.Sleep(time.Millisecond)
	out := "{}"
	switch {
	case first && operation == "BatchGetItem":
		var in struct {
			RequestItems map[string]struct{ Keys []any }
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		return respond(r, map[string]any{"UnprocessedKeys": map[string]any{"read": map[string]any{"Keys": in.RequestItems["read"].Keys[:1]}}}), nil
	case first && operation == "Scan":
		out = `{"LastEvaluatedKey":{"key":{"S":"7"}}}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(out))), Request: r}, nil
}

// TestWrongTypes checks what is made of the words in which AWS refuses to add
// to an attribute of another type.
func TestWrongTypes(t *testing.T) {
	for msg, want := range map[string][2]string{ // of a count, of a set
		"An operand in the update expression has an incorrect data type":                           {"intCount is not a number", "stringSet is not a set of strings"},
		"Type mismatch for attribute to update":                                                    {"intCount is not a number", "stringSet is not a set of strings"},
		"Incorrect operand type for operator or function":                                          {"intCount is not a number", "stringSet is not a set of strings"},
		"Item size to update has exceeded the maximum allowed size":                                {"more than 409600 bytes", "more than 409600 bytes"},
		"Number overflow. Attempting to store a number with magnitude larger than supported range": {"more than 38 digits", ""},
	} {
		s := openAlone(t, "types", dynamodb.Config{Transport: dynamotest.Answer(400, "ValidationException", msg)})
		_, counting := s.Increment(testContext, "k", start, caching.Int(1), lasting)
		_, adding := s.AddStrings(testContext, "k", start, caching.NewStringSet("a"), lasting)
		for i, err := range []error{counting, adding} {
			if _, ok := errors.AsType[*caching.InvalidError](err); want[i] != "" && (!ok || !strings.Contains(err.Error(), want[i])) {
				t.Errorf("%s: error is %v, want %s", msg, err, want[i])
			}
		}
	}
}
