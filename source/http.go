package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/starhost/starhost/event"
)

// What HTTP allows unless its fields say otherwise.
const (
	DefaultMaxBody     = 64 << 20
	DefaultMaxText     = 512 << 20
	DefaultMaxRecords  = 1_000_000
	DefaultMaxRequests = 64
	DefaultMaxBytes    = 256 << 20
	DefaultMinRate     = 16 << 10
	DefaultPatience    = 10 * time.Second
)

// A request is taken in batches, so that its memory does not grow with it.
const (
	batchRecords = 1000
	batchBytes   = 4 << 20
)

// HTTP takes records from the bodies of POST requests: any of the forms that
// the package comment names, plain or compressed with gzip or zstd, told by
// content or by Content-Encoding. It is an http.Handler for one path; all its
// fields but Handle may be zero. The query's log_type, or else the header
// X-Starhost-Log-Type, gives a log type to records that have none; the query's
// source names where they come from, which else is the sender's address.
//
// The body is read and handed on in batches, one after the other and in its
// order. The answer comes when all of it has been dealt with: an Account, with
// a status that says what the sender has to do.
//
//	200  nothing has to be sent again; what was refused is in the account
//	400  nothing was accepted, the body breaks off, or the query cannot be read: do not send it again as it is
//	405  the method is not POST
//	408  the body came too slowly: send all of it again
//	413  the body is too large: split it
//	415  the encoding is not known, or not the one that the body has
//	429  too much is under way, nothing was read: send it again after Retry-After
//	503  some records could not be dealt with now: send all of it again after Retry-After
//
// A sender that repeats a request delivers some records twice.
//
// With 429, and wherever the rest of a body is not wanted, the answer is
// written first and up to 8 MB of the rest are then read and dropped, so that
// the connection can be used again. A sender that asks with Expect:
// 100-continue need not send the body at all. Over HTTP/2, which the server
// needs HTTP2Config for, the rest is neither sent nor read.
type HTTP struct {
	// Handle deals with a batch of at most a thousand records, of one request.
	// It returns when their alerts and their state are safe, with an error for
	// each record: nil if it is done, one that is an *event.RefusedError if it
	// is no event and need not come again, any other if it must. The slice is
	// used again after Handle has returned; the records' Data is not.
	//
	// Requests call Handle at the same time. Its context has the values of the
	// request's but does not end with it: what has been handed on is finished.
	// If every record of a batch must come again, the rest of the body is not
	// read.
	Handle func(ctx context.Context, records []event.Raw) []error

	// Bad, if not nil, is given what is no record, as Files does it. It never
	// reaches Handle. What Handle refuses is not given to Bad. Requests call
	// it at the same time.
	Bad func(raw event.Raw, err error)

	MaxBody    int64 // the longest body as it is sent, in bytes; 0: DefaultMaxBody
	MaxText    int64 // the longest decompressed body, in bytes; 0: DefaultMaxText
	MaxRecord  int   // the longest record, in bytes; 0: DefaultMaxRecord. A longer one is refused
	MaxRecords int   // the most records of a request; 0: DefaultMaxRecords

	// MaxRequests is how many requests are under way at once, and MaxBytes the
	// memory for their records, in bytes: 4 MB for each request, and more for
	// one with larger records. 0: DefaultMaxRequests, DefaultMaxBytes.
	// Decompressing zstd needs up to 16 MB for each request on top.
	MaxRequests int
	MaxBytes    int64

	// A body must come with at least MinRate bytes a second; 0: DefaultMinRate.
	// Patience is how long it may fall behind that. 0: DefaultPatience. It
	// also bounds how long the answer may take to be read.
	MinRate  int64
	Patience time.Duration

	mu       sync.Mutex
	stats    HTTPStats
	readers  sync.Pool // of *bodyReader
	inFlight int
	reserved int64
}

// HTTPStats says what HTTP has done since it was made.
type HTTPStats struct {
	// Requests counts the finished requests by result: "ok", "refused" (400,
	// nothing accepted), "failed" (503), "busy" (429, or 503 where memory ran
	// out on the way), "too_large", "slow", "broken" (the body), "encoding",
	// "method", "query", "gone" (nobody waits for the answer).
	Requests map[string]int64

	// Accepted, Refused and Failed count records. Refused counts by reason:
	// "not_json", "too_large", "no_event" (by Handle).
	Accepted, Failed int64
	Refused          map[string]int64

	// Body and Text count bytes as they were sent and decompressed.
	Body, Text int64

	// InFlight is the number of requests under way, Reserved the bytes that
	// are set aside for them.
	InFlight int
	Reserved int64
}

// Stats returns what has been done so far. It may be called at any time.
func (h *HTTP) Stats() HTTPStats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.stats
	s.Requests, s.Refused = clone(s.Requests), clone(s.Refused)
	s.InFlight, s.Reserved = h.inFlight, h.reserved
	return s
}

func clone(m map[string]int64) map[string]int64 {
	c := make(map[string]int64, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// HTTP2Config is what the server of an HTTP has to allow the connections of
// HTTP/2, on which requests are side by side. Together the requests of a
// connection may send ahead what one of them may, times their number; else one
// that takes long to be dealt with would keep the others from sending, which
// would then be too slow. And a client that reads no answers loses its
// connection after DefaultPatience: a deadline of one answer does not do that.
func HTTP2Config() *http.HTTP2Config {
	const streams, ahead = 16, 240 << 10 // net/http asks for a product below 4 MB
	return &http.HTTP2Config{
		MaxConcurrentStreams:          streams,
		MaxReceiveBufferPerStream:     ahead,
		MaxReceiveBufferPerConnection: streams * ahead,
		WriteByteTimeout:              DefaultPatience,
	}
}

// ServeHTTP takes one request.
func (h *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := &delivery{h: h, r: r, control: http.NewResponseController(w)}
	d.wire = wire{d: d, patience: h.patience(), eof: r.ContentLength == 0}
	stop := d.receive()
	d.answer(w, stop)
}

// A stop says why a body was not read to its end, and what the answer is.
type stop struct {
	status int
	result string
	msg    string
}

func (s *stop) Error() string { return s.msg }

func stopf(status int, result, format string, args ...any) *stop {
	return &stop{status, result, fmt.Sprintf(format, args...)}
}

// busy is the stop of a request for which there is no room at all.
func (h *HTTP) busy() *stop {
	return stopf(http.StatusTooManyRequests, "busy", "too many requests are under way; send this one again later")
}

// receive does the work of a request; nil means that the body was read to its
// end.
func (d *delivery) receive() *stop {
	if s := d.check(); s != nil {
		return s
	}
	if !d.h.enter() {
		return d.h.busy()
	}
	d.reserved = min(batchBytes, d.h.maxBytes())
	defer func() { d.h.leave(d.reserved) }()

	d.bodyReader = d.h.reader()
	defer d.release()
	return d.take()
}

// check refuses what can be told before the body is read.
func (d *delivery) check() *stop {
	r := d.r
	if r.Method != http.MethodPost {
		return stopf(http.StatusMethodNotAllowed, "method", "method %s; want POST", r.Method)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return stopf(http.StatusBadRequest, "query", "the query is not in order: %v; write %% as %%25, ; as %%3B and & as %%26 in values", err)
	}
	d.common = event.Raw{Source: query.Get("source"), LogType: query.Get("log_type")}
	if d.common.LogType == "" {
		d.common.LogType = r.Header.Get("X-Starhost-Log-Type")
	}
	for name, value := range map[string]string{"log_type": d.common.LogType, "source": d.common.Source} {
		if len(value) > 256 || strings.ContainsFunc(value, unicode.IsControl) {
			return stopf(http.StatusBadRequest, "query", "%s is longer than 256 bytes or has control characters", name)
		}
	}
	if d.common.Source == "" {
		d.common.Source = sender(r.RemoteAddr)
	}
	switch e := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ", ")); e {
	case "", "identity", "gzip", "zstd":
		d.encoding = e
	case "x-gzip":
		d.encoding = "gzip"
	default:
		return stopf(http.StatusUnsupportedMediaType, "encoding", "Content-Encoding %q; want gzip, zstd or none", e)
	}
	if r.ContentLength > d.h.maxBody() {
		return d.tooLong()
	}
	return nil
}

// sender is an address without the port, which is another one each time.
func sender(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

// enter reserves what a request needs at least, or reports false.
func (h *HTTP) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	need := min(batchBytes, h.maxBytes())
	if h.inFlight >= h.maxRequests() || h.reserved+need > h.maxBytes() {
		return false
	}
	h.inFlight++
	h.reserved += need
	return true
}

// reserve sets aside n bytes more, or reports false.
func (h *HTTP) reserve(n int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.reserved+n > h.maxBytes() {
		return false
	}
	h.reserved += n
	return true
}

func (h *HTTP) leave(n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
	h.reserved -= n
}

// count adds a finished request to the statistics.
func (h *HTTP) count(d *delivery, result string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &h.stats
	if s.Requests == nil {
		s.Requests, s.Refused = map[string]int64{}, map[string]int64{}
	}
	s.Requests[result]++
	s.Accepted += int64(d.account.Accepted)
	s.Failed += int64(d.account.FailedTotal)
	for reason, n := range d.reasons {
		s.Refused[reason] += int64(n)
	}
	s.Body += d.wire.n
	s.Text += d.text
}

// answer writes the account and, if the body was not read to its end, gets
// rid of the rest.
func (d *delivery) answer(w http.ResponseWriter, s *stop) {
	if s == nil {
		s = d.outcome()
	}
	d.account.Error = s.msg
	text, _ := json.Marshal(d.account.complete())
	text = append(text, '\n')
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	switch s.status {
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusTooManyRequests:
		header.Set("Retry-After", "1")
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", "5")
	}
	defer d.h.count(d, s.result)

	drain := !d.wire.eof && !d.wire.dead && d.r.ProtoMajor == 1
	if drain {
		// The server would else read a part of the body before it answers.
		d.control.EnableFullDuplex()
	}
	if d.r.ProtoMajor == 1 && (d.wire.dead || drain && d.r.ContentLength-d.wire.n > maxDrain) {
		header.Set("Connection", "close")
	}
	d.control.SetWriteDeadline(time.Now().Add(d.h.patience()))
	w.WriteHeader(s.status)
	w.Write(text)
	d.control.Flush()
	d.control.SetWriteDeadline(time.Time{})
	if drain && d.r.Header.Get("Expect") == "" {
		d.drain()
	}
}

// outcome is the answer to a body that was read to its end, or of which the
// rest is not wanted.
func (d *delivery) outcome() *stop {
	switch a := &d.account; {
	case d.r.Context().Err() != nil:
		return stopf(http.StatusServiceUnavailable, "gone", "the request was given up")
	case a.FailedTotal > 0 && !d.wire.eof:
		return stopf(http.StatusServiceUnavailable, "failed", "a batch could not be dealt with, the rest was not read; send all of it again later")
	case a.FailedTotal > 0:
		return stopf(http.StatusServiceUnavailable, "failed", "%d records could not be dealt with; send all of it again later", a.FailedTotal)
	case a.Accepted == 0 && a.RefusedTotal > 0:
		return stopf(http.StatusBadRequest, "refused", "there is no record in the body")
	}
	return &stop{http.StatusOK, "ok", ""}
}

// orDefault returns n, or what stands for zero.
func orDefault[T int | int64 | time.Duration](n, def T) T {
	if n > 0 {
		return n
	}
	return def
}

func (h *HTTP) maxBody() int64          { return orDefault(h.MaxBody, DefaultMaxBody) }
func (h *HTTP) maxText() int64          { return orDefault(h.MaxText, DefaultMaxText) }
func (h *HTTP) maxRecords() int         { return orDefault(h.MaxRecords, DefaultMaxRecords) }
func (h *HTTP) maxRequests() int        { return orDefault(h.MaxRequests, DefaultMaxRequests) }
func (h *HTTP) maxBytes() int64         { return orDefault(h.MaxBytes, DefaultMaxBytes) }
func (h *HTTP) minRate() int64          { return orDefault(h.MinRate, DefaultMinRate) }
func (h *HTTP) patience() time.Duration { return orDefault(h.Patience, DefaultPatience) }
