package sink

import "sync"

// Turns let callers that want the same slow thing done at the same time share
// it. The zero value is ready.
type turns struct {
	mu      sync.Mutex
	running *turn
	next    *turn // it begins when the running one has ended, and can be joined until then
}

type turn struct {
	done chan struct{}
	err  error
}

// take has work done, at least once from begin to end, after it was called, and
// returns its error. Work is never done twice at a time.
func (s *turns) take(work func() error) error {
	s.mu.Lock()
	if t := s.next; t != nil {
		s.mu.Unlock()
		<-t.done
		return t.err
	}
	t := &turn{done: make(chan struct{})}
	if before := s.running; before != nil {
		s.next = t
		s.mu.Unlock()
		<-before.done
		s.mu.Lock()
		s.next = nil
	}
	s.running = t
	s.mu.Unlock()
	t.err = work()
	s.mu.Lock()
	s.running = nil
	s.mu.Unlock()
	close(t.done)
	return t.err
}
