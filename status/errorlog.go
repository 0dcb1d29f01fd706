package status

import (
	"sync"
	"time"

	"github.com/starhost/starhost/alert"
)

// An ErrorLog decides which errors of rules are logged: the same one, by rule,
// type and place, once in a while only. Memory is bounded, whatever rules come
// up with. The zero value is ready; many goroutines may ask at once.
type ErrorLog struct {
	// Every is how often the same error is logged; 0 means once a minute.
	Every time.Duration

	// Most is how many different errors are told apart in that time; 0 means
	// 10,000. Those beyond are logged as if they were all the same.
	Most int

	// Now is the clock; nil means the wall clock.
	Now func() time.Time

	mu         sync.Mutex
	recent     map[errorKey]logged // asked for since the turn
	before     map[errorKey]logged // in the time before
	turn       time.Time
	beyond     logged
	suppressed int64
}

type errorKey struct{ rule, class, at string }

// logged is when an error was last logged, and how often not since then.
type logged struct {
	when       time.Time
	suppressed int
}

// Allow tells whether an error of a rule is to be logged, and how many of the
// same were not since the last one that was.
func (l *ErrorLog) Allow(rule string, f alert.Failure) (suppressed int, ok bool) {
	every := l.Every
	if every <= 0 {
		every = time.Minute
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := clock(l.Now) // with the lock held, so that it only goes back if it is set back
	if age := now.Sub(l.turn); age >= every || age < 0 {
		l.before, l.recent, l.turn = l.recent, nil, now
	}
	return l.ask(errorKey{rule, cut(f.Type, longestClass), f.At}, now, every)
}

// ask is Allow with l.mu held.
func (l *ErrorLog) ask(key errorKey, now time.Time, every time.Duration) (suppressed int, ok bool) {
	last, known := l.recent[key]
	if !known {
		last = l.before[key]
	}
	if !known && len(l.recent) >= l.most() {
		suppressed, ok = l.beyond.ask(now, every)
	} else {
		suppressed, ok = last.ask(now, every)
		l.keep(key, last)
	}
	if !ok {
		l.suppressed++
	}
	return suppressed, ok
}

func (l *ErrorLog) keep(key errorKey, last logged) {
	if l.recent == nil {
		l.recent = make(map[errorKey]logged)
	}
	l.recent[key] = last
}

func (l *ErrorLog) most() int {
	if l.Most > 0 {
		return l.Most
	}
	return 10_000
}

func (e *logged) ask(now time.Time, every time.Duration) (suppressed int, ok bool) {
	if age := now.Sub(e.when); !e.when.IsZero() && age >= 0 && age < every {
		e.suppressed++
		return 0, false
	}
	suppressed = e.suppressed
	*e = logged{when: now}
	return suppressed, true
}

// Suppressed returns how many errors were not logged so far.
func (l *ErrorLog) Suppressed() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.suppressed
}
