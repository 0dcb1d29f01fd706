package alert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"sync"
	"time"
	"unicode/utf8"
)

// Windows tell what a match does to alerts: events of one rule with one
// deduplication string belong to one alert, for a period that starts with the
// first of them. The state of the windows lives behind Counter, so that
// several engines over one store agree. Windows are safe for concurrent use
// if their Counter is, and must not be copied once they are used.
//
// An alert is Opened by the match that reaches the threshold, and again by
// each later one until its window is told that the alert is out (Written). So
// an engine that ends between the two loses no alert: the event comes again,
// as it was not acknowledged, and opens it. Within a process only one match at
// a time opens an alert; several processes may open the same one at the same
// time. Such alerts have the same ID.
type Windows struct {
	Counter Counter

	mu   sync.Mutex
	busy map[string]*window // by key
}

// A window is one that calls are at work on.
type window struct {
	counting int           // calls that are asking the Counter
	waiting  int           // calls that wait for those
	opening  int           // alerts that have been opened and not settled
	now      *opening      // those; nil if there are none
	news     int           // alerts that were opened, and answers that one is out
	settled  chan struct{} // closed when counting is 0 again, or at news; nil if nobody waits
}

// An opening is an alert on its way.
type opening struct {
	settled chan struct{} // closed when it is out, or withdrawn
	out     bool          // set before
}

// A Counter counts the events of a window.
type Counter interface {
	// Count adds one to the count of the window under key and returns it as
	// it is then, atomically, without Ends. If there is no such window, or if
	// the one there is ended at or before now, a new one begins with the
	// count 1 and ends at until; a window that is there keeps its end. It is
	// called once for each match, twice where the rule has a function unique.
	Count(ctx context.Context, key string, now, until time.Time) (Window, error)

	// Look returns the window under key, the zero Window if there is none at
	// now. It is called for each alert that goes out.
	Look(ctx context.Context, key string, now time.Time) (Window, error)

	// Tell notes that the alert of the window is out. Where the window is
	// gone, it may begin one that ends at until and counts no event. It is
	// called for each alert that is out.
	Tell(ctx context.Context, key string, now, until time.Time) error
}

// A Window is what a Counter knows of one.
type Window struct {
	Count int64     // events so far
	Told  bool      // its alert is out
	Ends  time.Time // to the second
}

// A Policy is a rule's own say in its alerts.
type Policy struct {
	RuleID    string
	Threshold int64         // matches that open an alert; less than 1 means 1
	Period    time.Duration // length of a window
}

// An Outcome is what a match did to the alert it belongs to.
type Outcome string

// The outcomes of a match.
const (
	Pending Outcome = "pending" // the threshold is not reached yet
	Opened  Outcome = "opened"  // the alert goes out
	Counted Outcome = "counted" // the alert is out already, or on its way
)

// A Tally is a match in its window. One that is Opened must be settled, by
// Windows.Written or Windows.Withdrawn.
type Tally struct {
	Outcome Outcome
	Count   int64 // events in the window with this one

	// ID tells the alerts of different windows apart; only of one that is
	// Opened. An alert that is written again, as its event came again, has
	// the same ID.
	ID string

	key    string
	period time.Duration
	with   *opening // of one that is Counted while the alert is on its way
}

// Add counts a match at the time now and returns what it did.
func (w *Windows) Add(ctx context.Context, p Policy, dedup string, now time.Time) (Tally, error) {
	return w.tally(ctx, p, dedup, now, true)
}

// AddOnce counts a match, unless one with the same value was counted in the
// same period. One that was is Pending, or Counted if the alert is out.
func (w *Windows) AddOnce(ctx context.Context, p Policy, dedup, value string, now time.Time) (Tally, error) {
	until := now.Add(p.Period)
	key := WindowKey(p.RuleID+"/unique", dedup+"\x00"+value)
	seen, err := w.Counter.Count(ctx, key, now, until)
	if err != nil {
		return Tally{}, countError(p, err)
	}
	if seen.Told {
		return w.tally(ctx, p, dedup, now, false)
	}
	t, err := w.Add(ctx, p, dedup, now)
	if err != nil {
		return t, err
	}
	if err := w.Counter.Tell(ctx, key, now, until); err != nil {
		w.Withdrawn(t)
		return Tally{}, countError(p, err)
	}
	return t, nil
}

// tally decides what a match does, and counts it if it is not counted yet.
func (w *Windows) tally(ctx context.Context, p Policy, dedup string, now time.Time, count bool) (Tally, error) {
	t := Tally{key: WindowKey(p.RuleID, dedup), period: p.Period}
	threshold := max(1, p.Threshold)
	w.enter(t.key)
	var got Window
	var err error
	if count {
		got, err = w.Counter.Count(ctx, t.key, now, now.Add(p.Period))
	} else {
		got, err = w.Counter.Look(ctx, t.key, now)
	}
	t.Count = got.Count
	reached := count && got.Count == threshold
	opens, with := w.leave(t.key, err == nil && got.Count >= threshold, reached, got.Told)
	switch {
	case err != nil:
		return Tally{}, countError(p, err)
	case got.Count < threshold:
		t.Outcome = Pending
		return t, nil
	case !opens:
		t.Outcome, t.with = Counted, with
		return t, nil
	}
	return w.open(ctx, p, dedup, t, now, reached)
}

// enter notes that a call asks for a window.
func (w *Windows) enter(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy == nil {
		w.busy = make(map[string]*window)
	}
	if w.busy[key] == nil {
		w.busy[key] = &window{}
	}
	w.busy[key].counting++
}

// leave notes that the call has got its answer, and reports whether it opens
// an alert. The match that reached the threshold does. One beyond it does so if
// the alert is not out and no other call opens it.
func (w *Windows) leave(key string, enough, reached, told bool) (opens bool, with *opening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.busy[key]
	defer w.forget(key, b)
	if b.counting--; b.counting == 0 {
		b.wake()
	}
	if told {
		b.news++
		b.wake()
	}
	switch {
	case !enough || !reached && told:
		return false, nil
	case !reached && w.onItsWay(b):
		return false, b.now
	}
	if b.opening++; b.now == nil {
		b.now = &opening{settled: make(chan struct{})}
	}
	b.news++
	b.wake()
	return true, nil
}

// wake ends the waiting of onItsWay. It is called with the lock.
func (b *window) wake() {
	if b.settled != nil {
		close(b.settled)
		b.settled = nil
	}
}

// onItsWay reports whether another call is opening the alert. It waits for
// those that are asking for the window, as the one that reached the threshold
// may be among them, until one opens the alert or hears that it is out. It is
// called with the lock, and lets go of it meanwhile.
func (w *Windows) onItsWay(b *window) bool {
	b.waiting++
	defer func() { b.waiting-- }()
	for news := b.news; b.opening == 0 && b.counting > 0 && b.news == news; {
		if b.settled == nil {
			b.settled = make(chan struct{})
		}
		settled := b.settled
		w.mu.Unlock()
		<-settled
		w.mu.Lock()
	}
	return b.opening > 0
}

// forget drops what is known of a window that no call is at work on.
func (w *Windows) forget(key string, b *window) {
	if b.counting+b.opening+b.waiting == 0 {
		delete(w.busy, key)
	}
}

// open makes a tally one of an alert that goes out.
func (w *Windows) open(ctx context.Context, p Policy, dedup string, t Tally, now time.Time, reached bool) (Tally, error) {
	t.Outcome = Opened
	got, err := w.Counter.Look(ctx, t.key, now)
	switch {
	case err != nil:
		w.Withdrawn(t)
		return Tally{}, countError(p, err)
	case got.Told && !reached:
		w.settle(t, true) // another process, or a call since, has written it
		t.Outcome = Counted
		return t, nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", p.RuleID, dedup, got.Ends.Unix()))
	t.ID = hex.EncodeToString(sum[:16])
	return t, nil
}

// Written settles a tally whose alert is where it cannot be lost: further
// matches are Counted until the window ends. An error means that they may open
// the alert again.
func (w *Windows) Written(ctx context.Context, t Tally, now time.Time) error {
	if t.Outcome != Opened {
		return nil
	}
	err := w.Counter.Tell(ctx, t.key, now, now.Add(t.period))
	w.settle(t, true)
	if err != nil {
		return fmt.Errorf("note that alert %s is out: %w", t.ID, err)
	}
	return nil
}

// Withdrawn settles a tally whose alert is not out: the next match opens it.
func (w *Windows) Withdrawn(t Tally) {
	if t.Outcome == Opened {
		w.settle(t, false)
	}
}

func (w *Windows) settle(t Tally, out bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.busy[t.key]
	b.now.out = b.now.out || out
	if b.opening--; b.opening == 0 {
		close(b.now.settled)
		b.now = nil
	}
	w.forget(t.key, b)
}

// Out waits until the alert that a match was Counted in is out, and reports
// whether it is. If not, the event must come again. Whoever calls it has
// settled what it opened itself; so the wait ends.
func (t Tally) Out() bool {
	if t.with == nil {
		return true
	}
	<-t.with.settled
	return t.with.out
}

func countError(p Policy, err error) error {
	return fmt.Errorf("count event in alert window of %s: %w", p.RuleID, err)
}

// KeyPrefix starts the key of every window in the shared table, so that no
// rule's own key meets one by accident.
const KeyPrefix = "starhost.alert/"

// maxKey is the length in bytes up to which a window's key shows the
// deduplication string itself; DynamoDB takes keys of up to 2,048 bytes.
const maxKey = 1024

// WindowKey gives the key of the window of a rule and a deduplication string.
// Longer ones, and those that are not UTF-8, which a Counter may refuse, are
// hashed: their keys start with a "?", which no escaped id does.
func WindowKey(ruleID, dedup string) string {
	key := KeyPrefix + url.PathEscape(ruleID) + "/" + dedup
	if len(key) <= maxKey && utf8.ValidString(key) {
		return key
	}
	sum := sha256.Sum256([]byte(ruleID + "\x00" + dedup))
	return KeyPrefix + "?" + hex.EncodeToString(sum[:])
}
