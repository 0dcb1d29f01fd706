package sink

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/starhost/starhost/internal/boltgate"
	"go.etcd.io/bbolt"
)

// An Outbox keeps alerts in one file until their receivers have taken them: a
// queue for each destination, in order and bounded. OpenOutbox opens one; Close
// it. What Queue returns is written to; Run delivers.
//
// An alert whose Flush returned nil is in the file and on the disk: it is
// delivered at least once, in the order of the writes to its queue, whatever
// kills the process. It is delivered again if the process dies before the file
// says that it was delivered (up to 64 alerts, or what a second takes), if the
// receiver took it and the answer was lost, and if its events came again and
// so it was written again. It always has the same id, by which the receiver
// can tell.
//
// A receiver that is down, or set up wrong, costs no alert: they wait, without
// end, until the bound of the queue is reached; then writes fail. An alert that
// the receiver refuses for what it is, is set aside with the answer, so that
// those behind it can go on. Retry puts it at the end of its queue again.
//
// The file does not shrink; free pages are used again. It may grow to some
// times the bounds of its queues.
type Outbox struct {
	path string
	file *os.File // that of db
	db   *bbolt.DB
	gate *boltgate.Gate // by which db is used
	now  func() time.Time
	log  *slog.Logger

	turns turns

	mu      sync.Mutex // guards what follows, and what queues say it does
	closed  bool
	fault   error
	waiting []change // in order
	queues  map[string]*queue
}

// OutboxOptions say what an Outbox is for.
type OutboxOptions struct {
	Destinations []Destination

	Now func() time.Time // the clock of what the file tells; nil means time.Now
	Log *slog.Logger     // gets what goes wrong with deliveries; nil discards it
}

// A Destination is a receiver and its queue.
type Destination struct {
	// Name is what the file has the queue under. The queue of a name that
	// is no longer given stays in the file.
	Name string

	// Receiver takes the alerts; with nil they wait.
	Receiver Receiver

	// Batch is how many alerts a delivery has at most; 0 means 1.
	Batch int

	// MaxAlerts and MaxBytes bound the queue; 0 means 100,000 alerts and
	// 256 MB. One alert is taken however large it is, if no other waits.
	MaxAlerts int
	MaxBytes  int64

	// MaxAside is how many alerts that were refused are kept, of no more
	// than MaxBytes; beyond, the oldest are dropped. 0 means 10,000.
	MaxAside int

	// After an error a delivery is tried again after FirstPause, then after
	// twice that, and so on up to MostPause, each up to a half shorter, by
	// chance. 0 means a second and 5 minutes. A receiver may ask for a longer
	// pause, up to an hour.
	FirstPause time.Duration
	MostPause  time.Duration
}

// A Receiver takes alerts out of an Outbox.
type Receiver interface {
	// Deliver hands over alerts, oldest first, at most Destination.Batch of
	// them. It is called by one goroutine. nil means that the receiver has
	// all of them. An error that wraps ErrRefused means that it will never
	// take them: they are tried one by one, and then set aside. After any
	// other error the same alerts, and maybe more behind them, are tried
	// again; a *DeliveryError can say how long to wait.
	Deliver(ctx context.Context, alerts []Entry) error
}

// An Entry is an alert in an Outbox.
type Entry struct {
	Seq    uint64          `json:"seq"` // in the order of its queue
	ID     string          `json:"id"`  // the alert's own, or made of its text
	Queued time.Time       `json:"queued"`
	Aside  time.Time       `json:"set_aside,omitzero"` // when it was refused
	Reason string          `json:"reason,omitempty"`   // and why
	Alert  json.RawMessage `json:"alert"`

	sum  uint32 // checksum in the file
	size int    // bytes in the file
}

// A queue is what an Outbox has for a destination. It is the destination's sink.
type queue struct {
	Destination
	box     *Outbox
	wake    chan struct{} // tells that there is more
	retired bool          // not configured, only in the file: it has no bounds

	// Guarded by box.mu.
	total totals          // as committed
	adds  total           // what has room and is not committed, without sums
	ids   map[string]bool // of what waits
	next  uint64          // sequence number
	stats OutboxStats

	// size of the alert that last found no room, 0 if one has found some since
	refused int

	sent uint64 // what was delivered or set aside last; box.mu
}

// A change to the file waits for the next commit.
type change struct {
	queue *queue
	add   *Entry // nil for changes that add nothing
	apply func(tx *transaction) error
}

const (
	defaultMaxAlerts  = 100_000
	defaultMaxBytes   = 256 << 20
	defaultMaxAside   = 10_000
	defaultFirstPause = time.Second
	defaultMostPause  = 5 * time.Minute
	mostRetryAfter    = time.Hour
	longestName       = 200
	longestID         = 500
	longestReason     = 4096
)

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

func (d *Destination) complete() error {
	if d.Name == "" || len(d.Name) > longestName || strings.ContainsRune(d.Name, 0) {
		return fmt.Errorf("destination %q: a name of an outbox has 1 to %d bytes, and no zero byte", d.Name, longestName)
	}
	orDefault(&d.Batch, 1)
	orDefault(&d.MaxAlerts, defaultMaxAlerts)
	orDefault(&d.MaxBytes, defaultMaxBytes)
	orDefault(&d.MaxAside, defaultMaxAside)
	orDefault(&d.FirstPause, defaultFirstPause)
	orDefault(&d.MostPause, max(defaultMostPause, d.FirstPause))
	return nil
}

// Queue returns the sink of a destination, and nil if none has this name. What
// is not of type *alert.Alert is queued as well.
func (o *Outbox) Queue(name string) Output {
	o.mu.Lock()
	defer o.mu.Unlock()
	if q := o.queues[name]; q != nil && !q.retired {
		return q
	}
	return nil
}

// Write queues an alert. It fails with ErrFull, in a *FullError, when the
// bound of the queue is reached.
func (q *queue) Write(ctx context.Context, v any) error {
	p, err := q.reserve(ctx, v)
	if err != nil {
		return err
	}
	return p.take()
}

// A place is room that a queue keeps for an entry. It is taken or left, once.
type place struct {
	queue *queue
	entry *Entry
	known bool // the same alert has always this id, so that it need not wait twice
	none  bool // it waits already
}

// reserve keeps room for an alert. It fails as Write does.
func (q *queue) reserve(ctx context.Context, v any) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	id, text, err := encode(v)
	if err != nil {
		return nil, err
	}
	entry := &Entry{ID: id, Queued: q.box.now(), Alert: text}
	if id == "" || len(id) > longestID {
		sum := sha256.Sum256(text)
		entry.ID = hex.EncodeToString(sum[:16])
	}
	entry.size = entrySize(entry)
	p := &place{queue: q, entry: entry, known: id != ""}
	full, err := p.keep()
	switch {
	case err != nil:
		return nil, err
	case full:
		return nil, q.fullError()
	}
	return p, nil
}

// keep keeps the room, unless there is none.
func (p *place) keep() (full bool, err error) {
	q, o := p.queue, p.queue.box
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil {
		return false, err
	}
	if p.known && q.ids[p.entry.ID] {
		p.none = true
		return false, nil
	}
	if !q.fits(p.entry.size) {
		q.stats.Full++
		q.refused = p.entry.size
		return true, nil
	}
	q.hold(p.entry)
	return false, nil
}

// take has the entry wait for a commit.
func (p *place) take() error {
	if p.none {
		return nil
	}
	q, o := p.queue, p.queue.box
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.usable(); err != nil || p.known && q.ids[p.entry.ID] {
		q.release(p.entry)
		return err
	}
	q.refused = 0
	q.ids[p.entry.ID] = true
	q.wait(p.entry, func(tx *transaction) error { return tx.put(inAlerts, q.Name, p.entry) })
	return nil
}

// leave gives the room back.
func (p *place) leave() {
	if p.none {
		return
	}
	o := p.queue.box
	o.mu.Lock()
	defer o.mu.Unlock()
	p.queue.release(p.entry)
}

// hold, release, wait and fits are called with the lock held.
func (q *queue) hold(e *Entry) {
	q.adds.count++
	q.adds.bytes += uint64(e.size)
}

func (q *queue) release(e *Entry) {
	q.adds.count--
	q.adds.bytes -= uint64(e.size)
}

// wait has an entry, for which there is room, be added by the next commit.
func (q *queue) wait(e *Entry, apply func(*transaction) error) {
	e.Seq = q.next
	q.next++
	q.box.waiting = append(q.box.waiting, change{queue: q, add: e, apply: apply})
}

func (q *queue) fits(size int) bool {
	count, bytes := q.total.alerts.count+q.adds.count, q.total.alerts.bytes+q.adds.bytes
	return q.retired || count == 0 || count < uint64(q.MaxAlerts) && bytes+uint64(size) <= uint64(q.MaxBytes)
}

// full tells whether there is no room: for any alert, or for the one that last
// found none.
func (q *queue) full() bool {
	q.box.mu.Lock()
	defer q.box.mu.Unlock()
	return q.noRoom()
}

func (q *queue) noRoom() bool { return !q.fits(max(q.refused, 1)) }

// Flush returns when everything that was written before, to whichever queue of
// the Outbox, is on the disk. After an error it waits for the next Flush, of
// any queue; an error that Err tells of as well ends the Outbox.
func (q *queue) Flush() error { return q.box.flush() }

func (o *Outbox) flush() error { return o.turns.take(o.commit) }

// usable tells why nothing can be written. The lock is held.
func (o *Outbox) usable() error {
	if o.closed {
		return &outboxError{o.path, ErrClosed, "it is closed"}
	}
	return o.fault
}

// Err returns why the Outbox no longer works, nil if it does. After an error
// of the file that leaves in doubt what is in it, everything fails with that
// error until the file is opened again, which checks it.
func (o *Outbox) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.fault
}

func (o *Outbox) fail(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fault == nil {
		o.fault = fmt.Errorf("outbox %s stopped, as it is in doubt what the file holds: start again, which checks it: %w", o.path, err)
	}
	return o.fault
}

// Close commits what waits and closes the file. Run must have returned. Calls
// afterwards fail with ErrClosed.
func (o *Outbox) Close() error {
	first := o.flush()
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	var failed error
	for _, err := range []error{first, o.flush()} { // the second one closes
		if !errors.Is(err, ErrClosed) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// commit writes all changes that wait in one transaction. If that fails they
// go on waiting, as another caller may not have flushed yet that wrote some of
// them. It is the turn that closes the file, too.
func (o *Outbox) commit() error {
	o.mu.Lock()
	waiting, closed, err := o.waiting, o.closed, o.usable()
	o.mu.Unlock()
	if closed {
		return errors.Join(o.gate.Close(), err)
	}
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return nil
	}
	tx, err := o.transact(waiting)
	if err != nil {
		return err
	}
	o.committed(waiting, tx)
	return nil
}

func (o *Outbox) transact(waiting []change) (t *transaction, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer o.gate.Caught(&err)
	tx, err := o.gate.Begin(true)
	if err != nil {
		return nil, cmp.Or(o.Err(), fmt.Errorf("write outbox %s: %w", o.path, err))
	}
	defer o.gate.Rollback(tx)
	t = newTransaction(tx)
	for _, c := range waiting {
		if err = c.apply(t); err != nil {
			break
		}
	}
	if err == nil {
		err = t.finish()
	}
	if err != nil {
		return nil, o.broken(err)
	}
	// If this fails the transaction has had no effect, unless its last page
	// was written: then only a new start can tell.
	id := tx.ID()
	if err := o.gate.Commit(tx); err != nil {
		if visible, e := o.gate.Last(); e != nil || visible >= id {
			return nil, o.fail(err)
		}
		return nil, fmt.Errorf("write outbox %s: %w", o.path, err)
	}
	return t, nil
}

// broken is the error of reading or changing the file's content.
func (o *Outbox) broken(err error) error {
	if errors.Is(err, errEntry) {
		return o.fail(err)
	}
	return fmt.Errorf("write outbox %s: %w", o.path, err)
}

// committed takes what is in the file off those that wait, and wakes the
// goroutines that deliver.
func (o *Outbox) committed(done []change, tx *transaction) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting = o.waiting[len(done):]; len(o.waiting) == 0 {
		o.waiting = nil
	}
	for name, t := range tx.totals {
		q := o.queues[name]
		q.total = *t
		q.stats.Dropped += tx.dropped[name]
	}
	for _, c := range done {
		if c.add == nil {
			continue
		}
		c.queue.release(c.add)
		delete(c.queue.ids, c.add.ID)
		c.queue.tell()
	}
}

func (q *queue) tell() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// view reads the file. Should it be damaged under us, the process lives on and
// the Outbox says so.
func (o *Outbox) view(read func(tx *bbolt.Tx) error) (err error) {
	o.mu.Lock()
	err = o.usable()
	o.mu.Unlock()
	if err != nil {
		return err
	}
	if err = o.gate.View(read); errors.Is(err, errEntry) {
		return o.fail(err)
	}
	return err
}

// A part of the file is read at a time, so that readers don't hold its pages.
const (
	mostRead      = 64
	mostReadBytes = 4 << 20
)

// read reads entries of a queue, or of those set aside, from one on.
func (o *Outbox) read(in []byte, name string, from uint64, most int) (out []Entry, err error) {
	err = o.view(func(tx *bbolt.Tx) error {
		prefix, size := entryPrefix(name), 0
		c := tx.Bucket(in).Cursor()
		for k, v := c.Seek(entryKey(name, from)); k != nil && strings.HasPrefix(string(k), string(prefix)); k, v = c.Next() {
			if len(out) == most || len(out) > 0 && size+len(v) > mostReadBytes {
				return nil
			}
			e, err := decodeEntry(k, v)
			if err != nil {
				return err
			}
			size += len(v)
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

// List returns entries of a queue, or of those set aside, in order, beginning
// behind the sequence number after (0 for the first), at most limit of them and
// some megabytes: go on behind the last one until none is left. A destination
// that the file does not know has none.
func (o *Outbox) List(destination string, aside bool, after uint64, limit int) ([]Entry, error) {
	in := inAlerts
	if aside {
		in = inAside
	} else if q := o.queue(destination); q != nil {
		after = max(after, o.sentOf(q))
	}
	return o.read(in, destination, after+1, limit)
}

func (o *Outbox) queue(name string) *queue {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queues[name]
}

func (o *Outbox) sentOf(q *queue) uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return q.sent
}

// Retry puts alerts that were set aside at the end of their queue, those of the
// sequence numbers or, without any, all. It returns how many; it fails with
// ErrFull when no more have room.
func (o *Outbox) Retry(destination string, seqs ...uint64) (moved int, err error) {
	q := o.queue(destination)
	if q == nil {
		return 0, fmt.Errorf("outbox %s has no destination %q", o.path, destination)
	}
	err = o.eachAside(destination, func(e Entry) error {
		if len(seqs) > 0 && !slices.Contains(seqs, e.Seq) {
			return nil
		}
		if err := q.again(e); err != nil {
			return err
		}
		moved++
		return nil
	})
	return moved, errors.Join(err, o.flush())
}

func (o *Outbox) eachAside(destination string, each func(Entry) error) error {
	for after := uint64(0); ; {
		entries, err := o.List(destination, true, after, mostRead)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			after = e.Seq
			if err := each(e); err != nil {
				return err
			}
		}
	}
}

// again moves an entry that was set aside to the end of its queue.
func (q *queue) again(aside Entry) error {
	o := q.box
	entry := aside
	entry.Aside, entry.Reason = time.Time{}, ""
	entry.size = entrySize(&entry)
	o.mu.Lock()
	if !q.fits(entry.size) {
		o.mu.Unlock()
		return q.fullError()
	}
	defer o.mu.Unlock()
	q.hold(&entry)
	q.wait(&entry, func(tx *transaction) error {
		if there, err := tx.remove(inAside, q.Name, aside.Seq); err != nil || !there {
			return err
		}
		return tx.put(inAlerts, q.Name, &entry)
	})
	return nil
}
