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
}

const (
	tripAfter  = 5
	firstPause = 250 * time.Millisecond
	maxPause   = 10 * time.Second
)

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

// begin asks whether a call may be tried; an error is a *DownError. What comes
// of the call is to be told by succeed, fail or leave.
func (b *breaker) begin() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < tripAfter {
		return nil
	}
	if b.probing || time.Now().Before(b.until) {
		return b.down()
	}
	b.probing = true
	return nil
}

// open returns a *DownError if the breaker has opened, but for the call that
// was let through.
func (b *breaker) open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < tripAfter || b.probing {
		return nil
	}
	return b.down()
}

func (b *breaker) down() error { return &DownError{Since: b.since, Err: b.last} }

func (b *breaker) succeed() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures, b.last, b.pause, b.probing = 0, nil, 0, false
}

func (b *breaker) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures == 0 {
		b.since = time.Now()
	}
	b.failures++
	b.last, b.probing = err, false
	if b.failures >= tripAfter {
		b.pause = min(max(2*b.pause, firstPause), maxPause)
		b.until = time.Now().Add(b.pause)
	}
}

// leave ends a call of which nothing is known: its caller gave up.
func (b *breaker) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.probing = false
}

// Health returns nil while the table answers, and otherwise a *DownError: calls
// now fail without being tried, but for one from time to time, whose success
// ends this.
func (s *Store) Health() error {
	s.breaker.mu.Lock()
	defer s.breaker.mu.Unlock()
	if s.breaker.failures < tripAfter {
		return nil
	}
	return s.breaker.down()
}
