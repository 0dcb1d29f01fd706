package dynamodb

import (
	"fmt"
	"sync"
	"time"
)

// A breaker stops calls to a table that is down: after some failures in a row
// it is open, and calls fail at once. When a pause is over one call is let
// through; if it fails the next pause is longer, if it succeeds all is well.
// The zero breaker is closed.
type breaker struct {
	mu       sync.Mutex
	failures int // in a row
	last     error
	since    time.Time // of the first of them
	until    time.Time // when the pause is over
	pause    time.Duration
	probing  bool // one call is through
	turn     int  // how often it has opened and closed
}

const (
	tripAfter  = 5
	firstPause = 250 * time.Millisecond
	maxPause   = 10 * time.Second
)

// A pass lets one call through. What comes of the call counts only while the
// breaker is as it was: of many calls that were under way when the table went
// down, those that end later say nothing new.
type pass struct{ turn int }

// A DownError says that a call was not tried, because those before it failed.
type DownError struct {
	Since time.Time // when the first of them failed
	Err   error     // why the last of them did
}

func (e *DownError) Error() string {
	return fmt.Sprintf("not tried, as nothing has succeeded since %s: %v", e.Since.UTC().Format(time.RFC3339), e.Err)
}

// Unwrap returns why the last call failed.
func (e *DownError) Unwrap() error { return e.Err }

// A givenUpError says that a call was not tried again, because others failed
// as well.
type givenUpError struct{ since time.Time }

func (e *givenUpError) Error() string {
	return "given up, as nothing has succeeded since " + e.since.UTC().Format(time.RFC3339)
}

// begin asks whether a call may be tried; an error is a *DownError. What comes
// of the call is to be told once, by succeed, fail or leave.
func (b *breaker) begin() (pass, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open() {
		if b.probing || time.Now().Before(b.until) {
			return pass{}, b.down()
		}
		b.probing = true
	}
	return pass{b.turn}, nil
}

// stop returns a *givenUpError if the breaker has opened since a call began.
func (b *breaker) stop(p pass) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open() || p.turn == b.turn {
		return nil
	}
	return &givenUpError{b.since}
}

func (b *breaker) open() bool { return b.failures >= tripAfter }

func (b *breaker) down() error { return &DownError{Since: b.since, Err: b.last} }

func (b *breaker) succeed(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.turn != b.turn {
		return
	}
	if b.open() {
		b.turn++
	}
	b.failures, b.last, b.pause, b.probing = 0, nil, 0, false
}

func (b *breaker) fail(p pass, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.turn != b.turn {
		return
	}
	if b.failures == 0 {
		b.since = time.Now()
	}
	wasOpen := b.open()
	b.failures++
	b.last, b.probing = err, false
	if !b.open() {
		return
	}
	if !wasOpen {
		b.turn++
	}
	b.pause = min(max(2*b.pause, firstPause), maxPause)
	b.until = time.Now().Add(b.pause)
}

// leave ends a call of which nothing is known: its caller gave up.
func (b *breaker) leave(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.turn == b.turn {
		b.probing = false
	}
}

// Health returns nil while the table answers, and otherwise a *DownError: calls
// now fail without being tried, but for one from time to time, whose success
// ends this.
func (s *Store) Health() error {
	s.breaker.mu.Lock()
	defer s.breaker.mu.Unlock()
	if !s.breaker.open() {
		return nil
	}
	return s.breaker.down()
}
