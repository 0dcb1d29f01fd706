package sink

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// ErrRefused says that a receiver does not take alerts for what they are, and
// never will.
var ErrRefused = errors.New("refused")

// A DeliveryError is why a receiver did not take alerts.
type DeliveryError struct {
	// Status is the status of an HTTP answer, 0 if there was none.
	Status int

	// Refused tells that it will never take them; the error wraps ErrRefused.
	// Otherwise it may take them later.
	Refused bool

	// GiveUp is how often in a row this answer is to come until the alerts
	// count as refused; 0 means that it may come without end.
	GiveUp int

	// RetryAfter is how long the receiver wants to be left alone; 0 if it
	// did not say.
	RetryAfter time.Duration

	Err error
}

func (e *DeliveryError) Error() string { return e.Err.Error() }

// Unwrap gives Err, and ErrRefused if that is so.
func (e *DeliveryError) Unwrap() []error {
	if e.Refused {
		return []error{ErrRefused, e.Err}
	}
	return []error{e.Err}
}

// Run delivers the alerts of all destinations that have a receiver, each in its
// own goroutine, until ctx ends. It is called once. Its error is nil then, and
// that of Err if the file is to blame. Whatever is under way when ctx ends is
// given up and stays in the file.
func (o *Outbox) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, q := range o.receiving() {
		wg.Go(func() {
			if q.run(ctx) != nil {
				cancel() // all have the same file
			}
		})
	}
	<-ctx.Done()
	wg.Wait()
	if err := o.flush(); err != nil { // what was delivered last
		o.log.Warn("delivered alerts may be delivered again after a restart", "error", err)
	}
	return o.Err()
}

func (o *Outbox) receiving() (out []*queue) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range o.queues {
		if q.Receiver != nil {
			out = append(out, q)
		}
	}
	return out
}

// A delivery is the work of Run for one queue.
type delivery struct {
	*queue
	single    int       // so many alerts are to go one by one, as together they were refused
	failures  int       // in a row
	conflicts int       // of these, the last that had a GiveUp
	committed time.Time // when the file last said what was delivered
}

// run delivers until ctx ends, or the file fails.
func (q *queue) run(ctx context.Context) error {
	d := &delivery{queue: q, committed: q.box.now()}
	most := max(1, mostRead/q.Batch) * q.Batch
	for ctx.Err() == nil {
		entries, err := q.box.read(inAlerts, q.Name, q.box.sentOf(q)+1, most)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			select {
			case <-q.wake:
			case <-ctx.Done():
			}
			continue
		}
		if err := d.deliver(ctx, entries); err != nil {
			return err
		}
	}
	return nil
}

// deliver delivers entries until they are all done, one has failed and the pause
// after it is over, or ctx ends.
func (d *delivery) deliver(ctx context.Context, entries []Entry) error {
	defer d.save()
	for len(entries) > 0 && ctx.Err() == nil {
		n := min(d.Batch, len(entries))
		if d.single > 0 {
			n = 1
		}
		err := d.Receiver.Deliver(ctx, entries[:n])
		switch {
		case err == nil:
			d.done(entries[:n])
		case ctx.Err() != nil:
			return nil
		case !d.refused(err):
			return d.pause(ctx, err)
		case n > 1:
			d.single = n
			continue
		default:
			if err := d.refuse(entries[0], err); err != nil {
				return err
			}
		}
		entries = entries[n:]
		d.single = max(0, d.single-n)
	}
	return d.box.Err()
}

// refused tells whether an error is one for good.
func (d *delivery) refused(err error) bool {
	if errors.Is(err, ErrRefused) {
		d.conflicts = 0
		return true
	}
	e, ok := errors.AsType[*DeliveryError](err)
	if !ok || e.GiveUp == 0 {
		d.conflicts = 0
		return false
	}
	if d.conflicts++; d.conflicts < e.GiveUp {
		return false
	}
	d.conflicts = 0 // the next alert has its own
	return true
}

// save has the file say what was delivered.
func (d *delivery) save() {
	if err := d.box.flush(); err != nil && !errors.Is(err, ErrClosed) {
		d.box.log.Warn("delivered alerts wait to be taken out of the outbox", "destination", d.Name, "error", err)
	}
	d.committed = d.box.now()
}

// done takes delivered entries out, with one of the next commits.
func (d *delivery) done(entries []Entry) {
	last := entries[len(entries)-1].Seq
	o := d.box
	o.mu.Lock()
	d.sent = last
	d.stats.Delivered += uint64(len(entries))
	d.stats.LastDelivered = o.now()
	d.stats.LastError, d.stats.LastErrorAt = "", time.Time{}
	o.waiting = append(o.waiting, change{queue: d.queue, apply: func(tx *transaction) error {
		for _, e := range entries {
			if _, err := tx.remove(inAlerts, d.Name, e.Seq); err != nil {
				return err
			}
		}
		return nil
	}})
	o.mu.Unlock()
	d.conflicts = 0
	if d.failures > 0 {
		d.failures = 0
		o.log.Info("alerts are delivered again", "destination", d.Name)
	}
	const often = time.Second
	if o.now().Sub(d.committed) >= often {
		d.save()
	}
}

// refuse sets an entry aside.
func (d *delivery) refuse(e Entry, reason error) error {
	o := d.box
	e.Aside, e.Reason = o.now(), cut(reason.Error(), longestReason)
	o.mu.Lock()
	d.sent = e.Seq
	d.stats.Refused++
	d.stats.LastError, d.stats.LastErrorAt = e.Reason, e.Aside
	o.waiting = append(o.waiting, change{queue: d.queue, apply: func(tx *transaction) error {
		return tx.setAside(&d.Destination, &e)
	}})
	o.mu.Unlock()
	d.failures = 0
	o.log.Error("alert was refused and is set aside", "destination", d.Name, "alert", e.ID, "error", e.Reason)
	d.save()
	return o.Err()
}

func cut(s string, most int) string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// pause notes an error that may pass, and waits.
func (d *delivery) pause(ctx context.Context, err error) error {
	d.failures++
	wait := d.backoff()
	if e, ok := errors.AsType[*DeliveryError](err); ok {
		wait = max(wait, min(e.RetryAfter, mostRetryAfter))
	}
	o, text := d.box, cut(err.Error(), longestReason)
	now := o.now()
	o.mu.Lock()
	d.stats.Retries++
	d.stats.LastError, d.stats.LastErrorAt, d.stats.NextTry = text, now, now.Add(wait)
	o.mu.Unlock()
	o.log.Warn("alerts are not delivered, and will be tried again", "destination", d.Name, "in", fmt.Sprint(wait.Round(time.Millisecond)), "failures", d.failures, "error", text)
	d.save()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	o.mu.Lock()
	d.stats.NextTry = time.Time{}
	o.mu.Unlock()
	return o.Err()
}

// backoff is how long to wait after so many failures.
func (d *delivery) backoff() time.Duration {
	wait := d.FirstPause
	for i := 1; i < d.failures && wait < d.MostPause; i++ {
		wait *= 2
	}
	wait = min(wait, d.MostPause)
	return wait - rand.N(wait/2+1)
}
