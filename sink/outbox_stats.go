package sink

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Why an outbox or a file is not opened, or does not take an alert. Errors wrap
// these and say what to do.
var (
	// ErrInUse says that another process has the file.
	ErrInUse = errors.New("in use by another process")

	// ErrForeign says that the file is no outbox.
	ErrForeign = errors.New("not an outbox of starhost")

	// ErrFormat says that the file is of a format that this version does not know.
	ErrFormat = errors.New("a format that this version does not know")

	// ErrDamaged says that the file does not hold what was written.
	ErrDamaged = errors.New("damaged")

	// ErrClosed says that the outbox is closed.
	ErrClosed = errors.New("closed")

	// ErrFull says that the bound of a queue is reached.
	ErrFull = errors.New("full")
)

// An outboxError is one of the above, with the file and what to do about it.
type outboxError struct {
	path string
	kind error
	text string
}

func (e *outboxError) Error() string { return fmt.Sprintf("outbox %s: %s", e.path, e.text) }
func (e *outboxError) Unwrap() error { return e.kind }

// A FullError is an ErrFull of a queue.
type FullError struct {
	Destination string
	Alerts      int
	Bytes       int64
	MaxAlerts   int
	MaxBytes    int64
	Oldest      time.Duration // age of the oldest alert
	LastError   string        // of its deliveries, or ""
}

func (e *FullError) Error() string {
	text := fmt.Sprintf("outbox of %s is full: %d alerts of %d bytes wait (bounds %d and %d), the oldest for %v: see why they are not taken, or raise the bounds",
		e.Destination, e.Alerts, e.Bytes, e.MaxAlerts, e.MaxBytes, e.Oldest.Round(time.Second))
	if e.LastError != "" {
		text += "; last error: " + e.LastError
	}
	return text
}

func (e *FullError) Unwrap() error { return ErrFull }

// fullError is the error of a queue that has no room.
func (q *queue) fullError() error {
	s := q.box.statsOf(q)
	err := &FullError{
		Destination: q.Name, Alerts: s.Queued, Bytes: s.Bytes, MaxAlerts: q.MaxAlerts, MaxBytes: q.MaxBytes, LastError: s.LastError,
	}
	if !s.Oldest.IsZero() {
		err.Oldest = q.box.now().Sub(s.Oldest)
	}
	return err
}

// OutboxStats tell how a destination does. Counts are since the start, but for
// what is in the file.
type OutboxStats struct {
	Destination string    `json:"destination"`
	Receiver    bool      `json:"receiver"`   // false: nobody takes the alerts, they wait
	Retired     bool      `json:"retired"`    // it was not given to OpenOutbox, and is only in the file
	Queued      int       `json:"queued"`     // alerts in the file, and about to be
	Bytes       int64     `json:"bytes"`      // of these
	MaxAlerts   int       `json:"max_alerts"` // 0 for a retired one, which has no bounds
	MaxBytes    int64     `json:"max_bytes"`
	NoRoom      bool      `json:"no_room"`         // for any alert, or for the one that last found none
	Oldest      time.Time `json:"oldest,omitzero"` // when the first of these was written
	SetAside    int       `json:"set_aside"`       // refused ones in the file

	Delivered uint64 `json:"delivered"`
	Retries   uint64 `json:"retries"` // deliveries that failed and were to be tried again
	Refused   uint64 `json:"refused"`
	Dropped   uint64 `json:"dropped"` // refused ones that had no room
	Full      uint64 `json:"full"`    // writes that failed for the bound

	LastDelivered time.Time `json:"last_delivered,omitzero"`
	LastError     string    `json:"last_error,omitempty"` // of the last delivery that failed, until one succeeds
	LastErrorAt   time.Time `json:"last_error_at,omitzero"`
	NextTry       time.Time `json:"next_try,omitzero"` // while it waits after an error
}

// Stats returns the stats of each destination, by name, those included that
// are in the file only.
func (o *Outbox) Stats() []OutboxStats {
	o.mu.Lock()
	queues := make([]*queue, 0, len(o.queues))
	for _, q := range o.queues {
		queues = append(queues, q)
	}
	o.mu.Unlock()
	slices.SortFunc(queues, func(a, b *queue) int { return strings.Compare(a.Name, b.Name) })
	out := make([]OutboxStats, len(queues))
	for i, q := range queues {
		out[i] = o.statsOf(q)
	}
	return out
}

func (o *Outbox) statsOf(q *queue) OutboxStats {
	o.mu.Lock()
	s := q.stats
	s.Destination, s.Receiver, s.Retired, s.NoRoom = q.Name, q.Receiver != nil, q.retired, q.noRoom()
	if !q.retired {
		s.MaxAlerts, s.MaxBytes = q.MaxAlerts, q.MaxBytes
	}
	s.Queued = int(q.total.alerts.count + q.adds.count)
	s.Bytes = int64(q.total.alerts.bytes + q.adds.bytes)
	s.SetAside = int(q.total.aside.count)
	if q.adds.count > 0 {
		for _, c := range o.waiting {
			if c.queue == q && c.add != nil {
				s.Oldest = c.add.Queued
				break
			}
		}
	}
	sent := q.sent
	o.mu.Unlock()
	if head, err := o.read(inAlerts, q.Name, sent+1, 1); err == nil && len(head) > 0 {
		s.Oldest = head[0].Queued
	}
	return s
}
