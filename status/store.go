package status

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/builtins/caching"
)

// A Store counts and times what is asked of a caching.Store, and tells whether
// it can be reached. Watch must be called before anything else; all other
// methods may be called by many goroutines.
type Store struct {
	// Name tells people which store it is: no secrets.
	Name string

	// Timeout is how long the store may take to show that it is well; 0 means
	// two seconds.
	Timeout time.Duration

	// Fresh is how long an answer holds, so that probes do not add load; 0
	// means one second.
	Fresh time.Duration

	// Table gives the counts of a store in a table of DynamoDB; nil means
	// that it is another one.
	Table func() Table

	// Now is the clock; nil means the wall clock.
	Now func() time.Time

	inner caching.Store
	ops   [caching.NumOps]operation

	mu     sync.Mutex
	last   StoreError
	asking chan struct{} // closed when the answer is there; nil if none is under way
	asked  time.Time     // when the last check began
	known  time.Time     // when err was found
	err    error
}

// operation counts one operation.
type operation struct {
	times           histogram
	invalid, failed atomic.Int64
}

// Watch returns a store that passes on to store and is counted, with the same
// optional abilities (see caching.Observe).
func (s *Store) Watch(store caching.Store) caching.Store {
	s.inner = store
	return caching.Observe(store, s.observe)
}

func (s *Store) observe(op caching.Op, took time.Duration, err error) {
	s.ops[op].times.add(took)
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*caching.InvalidError](err); ok {
		s.ops[op].invalid.Add(1)
		return
	}
	s.ops[op].failed.Add(1)
	e := StoreError{Operation: op.String(), Message: cut(err.Error(), longestText), Time: clock(s.Now).UTC()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = e
}

// Check returns nil if the store can be reached, and written as far as it knows
// (Writable), else why not. One that cannot tell is asked for a key.
// An answer holds for a while; one check is under way at a time, and nobody
// waits for it beyond the timeout. The end of ctx ends only the waiting.
func (s *Store) Check(ctx context.Context) error {
	s.mu.Lock()
	now := clock(s.Now)
	if age := now.Sub(s.known); !s.known.IsZero() && age >= 0 && age < s.fresh() {
		defer s.mu.Unlock()
		return s.err
	}
	if s.asking != nil {
		asking, known := s.asking, !s.known.IsZero() && now.Sub(s.asked) < s.timeout()
		err := s.err
		s.mu.Unlock()
		if known {
			return err
		}
		return s.wait(ctx, asking)
	}
	s.asking, s.asked = make(chan struct{}), now
	s.mu.Unlock()

	err := s.ask(ctx, now)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.err = clock(s.Now), err
	close(s.asking)
	s.asking = nil
	return err
}

// wait waits for the check that another caller makes.
func (s *Store) wait(ctx context.Context, asking chan struct{}) error {
	late := time.NewTimer(s.timeout())
	defer late.Stop()
	select {
	case <-asking:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.err
	case <-late.C:
		return fmt.Errorf("the store has not answered for %v", s.timeout())
	case <-ctx.Done():
		return fmt.Errorf("the store has not answered yet: %w", ctx.Err())
	}
}

// probeKey is read to see whether the store answers. No rule can use it by
// accident, and nothing is ever under it.
const probeKey = "starhost:probe"

// ask asks the store itself.
func (s *Store) ask(ctx context.Context, now time.Time) error {
	if s.inner == nil {
		return errors.New("no store is open")
	}
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), s.timeout())
	defer end()
	if local, ok := caching.Find[interface{ Writable(context.Context) error }](s.inner); ok {
		return local.Writable(ctx)
	}
	// A store elsewhere is asked, also if it knows itself to be up or down:
	// without events nobody else would, and it would not come to know of a
	// change.
	_, err := s.inner.Get(ctx, probeKey, now.Unix())
	return err
}

func (s *Store) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return 2 * time.Second
}

func (s *Store) fresh() time.Duration {
	if s.Fresh > 0 {
		return s.Fresh
	}
	return time.Second
}
