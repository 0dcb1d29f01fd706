package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/starhost/starhost/event"
)

// maxDrain is how much of a body is read only to drop it.
const maxDrain = 8 << 20

// httpZstdWindow is the memory that a zstd frame of a request may ask for:
// what the format's standard asks decoders to support, and what zstd uses up
// to its level 19.
const httpZstdWindow = 8 << 20

// A delivery is one request on its way.
type delivery struct {
	*bodyReader
	h        *HTTP
	r        *http.Request
	control  *http.ResponseController
	common   event.Raw // what the records have in common
	encoding string    // what the request says of it, "" if nothing
	reserved int64

	wire    wire
	plain   io.Reader // the decompressed body, nil before the first read
	text    int64     // bytes read of it
	found   int       // records and what is none
	bytes   int       // of the batch
	account Account
	reasons map[string]int
}

// A bodyReader is what requests use one after the other.
type bodyReader struct {
	split    splitter
	decoders decoders
	batch    []event.Raw
}

func (h *HTTP) reader() *bodyReader {
	if b, ok := h.readers.Get().(*bodyReader); ok {
		return b
	}
	return &bodyReader{decoders: decoders{window: httpZstdWindow}}
}

// release gives the reader to the next request, without what only this one
// needed.
func (d *delivery) release() {
	b := d.bodyReader
	d.bodyReader = nil
	clear(b.batch)
	b.batch = b.batch[:0]
	b.split.report = nil
	b.split.w.r = nil
	if cap(b.split.w.buf) > chunkSize {
		b.split.w = window{}
	}
	if b.decoders.in != nil {
		b.decoders.in.Reset(nil)
	}
	d.h.readers.Put(b)
}

// take reads the body and hands it on.
func (d *delivery) take() *stop {
	d.split.max = orDefault(d.h.MaxRecord, DefaultMaxRecord)
	d.split.mixed = true // a sender that begins with a bracket means an array
	d.split.report = d.report
	d.split.reset(readerFunc(d.read))
	for {
		data, line, err := d.split.next()
		if err != nil {
			d.hand()
			s, _ := errors.AsType[*stop](err)
			return s
		}
		if d.found >= d.h.maxRecords() {
			d.hand()
			return d.tooMany()
		}
		raw := d.common
		raw.Data, raw.Line, raw.Index = data, line, d.found
		d.batch = append(d.batch, raw)
		d.found++
		d.bytes += len(data)
		if (len(d.batch) == batchRecords || d.bytes >= batchBytes) && !d.hand() {
			return nil
		}
	}
}

// hand has a batch dealt with. It reports false if the rest of the body is not
// wanted.
func (d *delivery) hand() bool {
	if len(d.batch) == 0 {
		return true
	}
	if d.r.Context().Err() != nil {
		return false
	}
	errs := d.h.Handle(context.WithoutCancel(d.r.Context()), d.batch)
	failed := 0
	for i, raw := range d.batch {
		if !d.enter(raw, result(errs, i, len(d.batch))) {
			failed++
		}
	}
	goOn := failed < len(d.batch)
	clear(d.batch)
	d.batch, d.bytes = d.batch[:0], 0
	return goOn
}

// result is the i-th of the n errors that Handle owes.
func result(errs []error, i, n int) error {
	if len(errs) != n {
		return fmt.Errorf("got %d results for %d records", len(errs), n)
	}
	return errs[i]
}

// enter notes in the account what became of a record. It reports false if the
// record must come again.
func (d *delivery) enter(raw event.Raw, err error) bool {
	if err == nil {
		d.account.Accepted++
		return true
	}
	t := Trouble{Index: raw.Index, Line: raw.Line, Error: err.Error()}
	if _, ok := errors.AsType[*event.RefusedError](err); ok {
		d.account.refuse(t)
		d.reason("no_event")
		return true
	}
	d.account.fail(t)
	return false
}

func (d *delivery) reason(name string) {
	if d.reasons == nil {
		d.reasons = map[string]int{}
	}
	d.reasons[name]++
}

// report takes from the splitter what is no record.
func (d *delivery) report(data []byte, line int, err error) {
	raw := d.common
	raw.Data, raw.Line, raw.Index = data, line, d.found
	if data != nil {
		d.found++
	}
	d.account.refuse(Trouble{Index: raw.Index, Line: line, Error: err.Error()})
	if errors.Is(err, ErrTooLarge) {
		d.reason("too_large")
	} else {
		d.reason("not_json")
	}
	if d.h.Bad != nil {
		d.h.Bad(raw, err)
	}
}

// read reads the text of the body for the splitter. All its errors but io.EOF
// are stops, which the splitter takes for interruptions.
func (d *delivery) read(p []byte) (int, error) {
	if s := d.fits(); s != nil {
		return 0, interruption{s}
	}
	n, err := d.decompressed(p)
	d.text += int64(n)
	switch {
	case d.text > d.h.maxText():
		n = max(0, n-int(d.text-d.h.maxText()))
		return n, interruption{stopf(http.StatusRequestEntityTooLarge, "too_large", "the decompressed body is longer than %d bytes; split it", d.h.maxText())}
	case err == nil || err == io.EOF:
		return n, err
	case d.wire.stop != nil:
		return n, interruption{d.wire.stop}
	}
	if s, ok := errors.AsType[*stop](err); ok {
		return n, interruption{s}
	}
	return n, interruption{stopf(http.StatusBadRequest, "broken", "the body breaks off: %v", err)}
}

// fits refuses to read on where what has been read needs more room than there
// is.
func (d *delivery) fits() *stop {
	if d.found > d.h.maxRecords() {
		return d.tooMany()
	}
	if large := cap(d.split.w.buf); large > chunkSize {
		if more := batchBytes + int64(large) - d.reserved; more > 0 {
			if !d.h.reserve(more) {
				return stopf(http.StatusServiceUnavailable, "busy", "there is no memory for a record of this size now; send all of it again later")
			}
			d.reserved += more
		}
	}
	return nil
}

func (d *delivery) tooMany() *stop {
	return stopf(http.StatusRequestEntityTooLarge, "too_large", "more than %d records; split the body", d.h.maxRecords())
}

func (d *delivery) tooLong() *stop {
	return stopf(http.StatusRequestEntityTooLarge, "too_large", "the body is longer than %d bytes; split it", d.h.maxBody())
}

func (d *delivery) decompressed(p []byte) (int, error) {
	if d.plain == nil {
		plain, err := d.decoders.reader(&d.wire)
		if err != nil {
			return 0, err
		}
		if s := d.contradiction(); s != nil {
			return 0, s
		}
		d.plain = plain
	}
	return d.plain.Read(p)
}

// contradiction compares the body with what the request says of it. A body of
// nothing is compressed in every way.
func (d *delivery) contradiction() *stop {
	if d.encoding == "" || d.wire.n == 0 {
		return nil
	}
	is := d.decoders.format
	if is == "" {
		is = "identity"
	}
	if is == d.encoding {
		return nil
	}
	return stopf(http.StatusUnsupportedMediaType, "encoding", "Content-Encoding is %s, but the body's is %s", d.encoding, is)
}

// drain reads the rest of the body and drops it.
func (d *delivery) drain() {
	d.control.SetReadDeadline(time.Now().Add(d.h.patience()))
	if n, err := io.CopyN(io.Discard, d.r.Body, maxDrain); err == io.EOF && n < maxDrain {
		d.control.SetReadDeadline(time.Time{})
	}
}

// A wire is the body as it is sent. It counts and bounds it, and ends it if it
// comes too slowly.
type wire struct {
	d        *delivery
	n        int64
	eof      bool
	stop     *stop         // why it ended before its end
	dead     bool          // nothing more can be read
	patience time.Duration // how long the next read may take
}

func (w *wire) Read(p []byte) (int, error) {
	if w.eof {
		return 0, io.EOF
	}
	if w.stop != nil {
		return 0, w.stop
	}
	h := w.d.h
	start := time.Now()
	w.d.control.SetReadDeadline(start.Add(w.patience))
	n, err := w.d.r.Body.Read(p)
	if err == nil || err == io.EOF {
		// The time until the next read is not the sender's. Over HTTP/2 a
		// deadline that passes ends the body for good, also if nobody reads.
		w.d.control.SetReadDeadline(time.Time{})
	}
	w.n += int64(n)
	earned := time.Duration(float64(n) / float64(h.minRate()) * float64(time.Second))
	w.patience = min(h.patience(), max(0, w.patience-time.Since(start))+earned)
	switch {
	case w.n > h.maxBody():
		w.stop = w.d.tooLong()
		n = max(0, n-int(w.n-h.maxBody()))
	case err == io.EOF:
		w.eof = true
		return n, io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.dead = true
		w.stop = stopf(http.StatusRequestTimeout, "slow", "the body comes too slowly: less than %d bytes a second for %s; send all of it again", h.minRate(), h.patience())
	case err != nil:
		w.dead = true
		w.stop = stopf(http.StatusBadRequest, "broken", "the body breaks off: %v", err)
	default:
		return n, nil
	}
	return n, w.stop
}
