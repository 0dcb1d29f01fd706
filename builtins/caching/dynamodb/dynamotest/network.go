package dynamotest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Fault is what goes wrong with a request.
type Fault int

// The faults. Those above Apply are without effect on the table.
const (
	None     Fault = iota
	Refuse         // the connection is refused
	Throttle       // the table has no capacity
	Apply          // no fault
	Reset          // the request is applied, then the connection breaks
	Fail500        // the request is applied, then the answer is an internal error
	Truncate       // the request is applied, and the answer breaks off
	Timeout        // the request is applied, and the client has waited long enough
	Hang           // the request is applied, and the client waits without end
)

// A Request is what a Network knows of a request.
type Request struct {
	Operation string // such as "UpdateItem"
	Key       string // of the item, "" if there is none or several
	Number    int64  // how many there were before
}

// A Network sends requests to a server, but for those with which something
// goes wrong. It counts them. It is an http.RoundTripper for one or several
// clients.
type Network struct {
	// Next sends what is to be sent. nil stands for a transport that keeps
	// connections open for many callers.
	Next http.RoundTripper

	// Delay is how much longer each request takes.
	Delay time.Duration

	// Choose, if not nil, decides what goes wrong with a request. Many
	// goroutines may call it at once.
	Choose func(Request) Fault

	mu   sync.Mutex
	sent map[string]int64
	all  int64
	own  *http.Transport
}

// Sent returns how many requests of each operation there were, also those that
// did not get through.
func (n *Network) Sent() map[string]int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	sent := make(map[string]int64, len(n.sent))
	for operation, count := range n.sent {
		sent[operation] = count
	}
	return sent
}

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	request, err := readRequest(r)
	if err != nil {
		return nil, err
	}
	next := n.count(&request)
	if err := wait(r.Context(), n.Delay); err != nil {
		return nil, err
	}
	fault := None
	if n.Choose != nil {
		fault = n.Choose(request)
	}
	switch fault {
	case Refuse:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case Throttle:
		return answer(r, http.StatusBadRequest, "ProvisionedThroughputExceededException", "Throughput exceeds the current capacity of your table"), nil
	}
	response, err := next.RoundTrip(r)
	if err != nil || fault < Apply {
		return response, err
	}
	return spoil(r, response, fault)
}

// count counts a request, tells it its number, and returns what sends it.
func (n *Network) count(request *Request) http.RoundTripper {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sent == nil {
		n.sent = make(map[string]int64)
	}
	n.sent[request.Operation]++
	request.Number = n.all
	n.all++
	if n.Next != nil {
		return n.Next
	}
	if n.own == nil {
		n.own = http.DefaultTransport.(*http.Transport).Clone()
		n.own.MaxIdleConns, n.own.MaxIdleConnsPerHost = 256, 256
	}
	return n.own
}

// spoil does to the answer of a request that was applied what the fault does.
func spoil(r *http.Request, response *http.Response, fault Fault) (*http.Response, error) {
	if fault == Apply {
		return response, nil
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	switch fault {
	case Fail500:
		return answer(r, http.StatusInternalServerError, "InternalServerError", "The request processing has failed because of an unknown error, exception or failure."), nil
	case Truncate:
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{}))
		return response, nil
	case Timeout:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
	case Hang:
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return nil, reset()
}

func reset() error { return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET} }

// broken is the end of a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readRequest tells what is in the body of a request, and puts it back.
func readRequest(r *http.Request) (Request, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	request := Request{Operation: operation}
	if r.Body == nil {
		return request, nil
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return request, err
	}
	var in struct {
		Key, Item map[string]struct{ S string }
	}
	_ = json.Unmarshal(body, &in) // attributes of other types leave S empty
	request.Key = in.Key["key"].S + in.Item["key"].S
	return request, nil
}

// answer returns an error as DynamoDB gives it.
func answer(r *http.Request, status int, code, msg string) *http.Response {
	body := fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":%q}`, code, msg)
	return &http.Response{
		Status:     http.StatusText(status),
		StatusCode: status,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header: http.Header{
			"Content-Type": {"application/x-amz-json-1.0"},
			"X-Amz-Crc32":  {strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10)},
		},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}
}

// Answer returns a transport that answers every request with an error, as
// DynamoDB gives it.
func Answer(status int, code, msg string) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		return answer(r, status, code, msg), nil
	})
}

// Only returns a transport that lets through what allowed names, and answers
// everything else as the permissions of AWS do. The error names what was
// refused; refused is told, too.
func Only(allowed map[string]bool, next http.RoundTripper, refused func(operation string)) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if !allowed[operation] {
			refused(operation)
			return answer(r, http.StatusBadRequest, "AccessDeniedException", "not authorized to perform: dynamodb:"+operation), nil
		}
		return next.RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
