package status

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"go.starlark.net/syntax"
)

// The kinds of errors that are counted apart.
const (
	kindError     = iota // of the function that decides, none of the following
	kindLimit            // a limit other than time
	kindTimeout          // the limit of time
	kindStore            // the store failed
	kindAuxiliary        // of another function: a default stands in
	numKinds
)

var kindNames = [numKinds]string{"error", "limit", "timeout", "store", "auxiliary"}

// figures count what one rule does.
type figures struct {
	times     histogram // of evaluations
	matches   atomic.Int64
	alerts    atomic.Int64
	errors    [numKinds]atomic.Int64
	lastMatch atomic.Int64 // in nanoseconds since 1970, as all times here; 0 is never

	// While every evaluation fails:
	failingSince atomic.Int64 // the first of them; 0 while all is well
	failedLast   atomic.Int64
	inARow       atomic.Int64

	mu   sync.Mutex
	last lastError
}

// A lastError is the last error of a rule. It keeps nothing of the event.
type lastError struct {
	class, msg string
	pos        syntax.Position // of the function that decides
	at         string          // of others
	function   string
	when       time.Time
}

// fail counts an evaluation that failed.
func (f *figures) fail(err *runtime.CallError, function string, now time.Time) {
	f.errors[kindOf(err)].Add(1)
	f.failedLast.Store(now.UnixNano())
	f.failingSince.CompareAndSwap(0, now.UnixNano())
	f.inARow.Add(1)
	f.note(lastError{class: err.Type, msg: err.Msg, pos: err.Pos, function: function, when: now})
}

func kindOf(err *runtime.CallError) int {
	if err.Type == "StoreError" {
		return kindStore
	}
	if limit, ok := errors.AsType[*guard.LimitError](err); ok {
		if limit.Limit == "time" {
			return kindTimeout
		}
		return kindLimit
	}
	return kindError
}

// matched counts an evaluation that matched.
func (f *figures) matched(m *alert.Match, now time.Time) {
	f.matches.Add(1)
	f.lastMatch.Store(now.UnixNano())
	if len(m.Failures) == 0 {
		return
	}
	f.errors[kindAuxiliary].Add(int64(len(m.Failures)))
	var first string
	for name := range m.Failures {
		if first == "" || name < first {
			first = name
		}
	}
	failure := m.Failures[first]
	f.note(lastError{class: failure.Type, msg: failure.Message, at: failure.At, function: first, when: now})
}

const (
	longestText  = 1000 // bytes of an error's message, in what is shown
	longestClass = 200
)

// note keeps the last error. One that comes while another is being noted, or
// read, is as good as that one.
func (f *figures) note(e lastError) {
	e.msg, e.class = cut(e.msg, longestText), cut(e.class, longestClass)
	if f.mu.TryLock() {
		f.last = e
		f.mu.Unlock()
	}
}

// cut shortens a text, so that it does not keep the whole of a long one.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(strings.Clone(s[:most]), "") + "…"
}

// lastError returns the last error, nil if there was none.
func (f *figures) lastError() *Error {
	f.mu.Lock()
	e := f.last
	f.mu.Unlock()
	if e.when.IsZero() {
		return nil
	}
	shown := &Error{Type: e.class, Message: e.msg, At: e.at, Function: e.function, Time: e.when.UTC()}
	if e.pos.Line > 0 {
		shown.At = e.pos.String()
	}
	return shown
}

// health tells how the rule does, since when it has failed, and how often.
func (f *figures) health(after time.Duration) (h Health, since time.Time, inARow int64) {
	began := f.failingSince.Load()
	if began == 0 {
		return OK, time.Time{}, 0
	}
	h = Failing
	if f.failedLast.Load()-began >= int64(after) {
		h = Unhealthy
	}
	return h, atTime(began), f.inARow.Load()
}

// atTime gives a time that was kept as a number, 0 being none.
func atTime(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// sums are the figures of several rules together.
type sums struct {
	times   times
	matches int64
	alerts  int64
	errors  [numKinds]int64
}

func (s *sums) add(f *figures) {
	f.times.addTo(&s.times)
	s.matches += f.matches.Load()
	s.alerts += f.alerts.Load()
	for i := range f.errors {
		s.errors[i] += f.errors[i].Load()
	}
}
