package probe

import (
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A Recorder notes what the explained code does that runs on its thread. The
// zero value is ready to use. It belongs to one goroutine.
//
// It asks values of unknown types for their String and Truth, which should
// take no longer than a condition is worth, and run no rule code.
type Recorder struct {
	// Keep is how many of the first steps are kept, and how many of the last;
	// 0 means 500 of each.
	Keep int

	first []record // up to Keep
	last  []record // up to Keep, in a ring
	next  int      // the oldest of last, once that is full
	total int      // all steps

	calls   []activation // the calls under way, outermost first
	entered int          // all calls
}

// A record is a Step in the making.
type record struct {
	site     *site
	call     int // the number of the call
	depth    int
	value    shown
	truth    bool
	operands []operand
}

type operand struct {
	site  *site
	value shown
}

// An activation is a call of an explained function.
type activation struct {
	fn      *function
	number  int
	stack   int  // the depth of the thread's stack
	ended   bool // it has returned
	pending []operand
}

const recorderLocal = "starhost.probe.recorder"

// Attach makes r the recorder of thread, in place of any other.
func (r *Recorder) Attach(thread *starlark.Thread) { thread.SetLocal(recorderLocal, r) }

// Detach leaves thread without a recorder.
func Detach(thread *starlark.Thread) { thread.SetLocal(recorderLocal, (*Recorder)(nil)) }

// Reset forgets all steps. It must be called between two calls that are to be
// told apart.
func (r *Recorder) Reset() {
	clear(r.first)
	clear(r.last)
	*r = Recorder{Keep: r.Keep, first: r.first[:0], last: r.last[:0], calls: r.calls[:0]}
}

// Steps gives the steps that were recorded, in order of evaluation, without
// those that were dropped.
func (r *Recorder) Steps() []Step {
	steps := make([]Step, 0, len(r.first)+len(r.last))
	for _, records := range [][]record{r.first, r.last[r.next:], r.last[:r.next]} {
		for i := range records {
			steps = append(steps, records[i].step())
		}
	}
	return steps
}

// Dropped tells how many steps were dropped, and after how many of Steps.
func (r *Recorder) Dropped() (n, after int) {
	return r.total - len(r.first) - len(r.last), len(r.first)
}

func (r *Recorder) keep() int {
	if r.Keep <= 0 {
		return 500
	}
	return r.Keep
}

func (r *Recorder) add(rec record) {
	r.total++
	switch {
	case len(r.first) < r.keep():
		r.first = append(r.first, rec)
	case len(r.last) < r.keep():
		r.last = append(r.last, rec)
	default:
		r.last[r.next] = rec
		r.next = (r.next + 1) % len(r.last)
	}
}

// note takes the value of s, as a built-in that was called with it.
func (r *Recorder) note(thread *starlark.Thread, s *site, v starlark.Value) {
	a := r.current(thread.CallStackDepth(), s.fn)
	if s.role == roleOperand {
		if s.show.shows(v) {
			a.pending = append(a.pending, operand{s, shownNow(v)})
		}
		return
	}
	r.add(record{
		site: s, call: a.number, depth: len(r.calls) - 1,
		value: shownNow(v), truth: bool(v.Truth()), operands: a.take(s),
	})
	a.ended = s.role == roleResult
}

// enter starts a call of fn.
func (r *Recorder) enter(thread *starlark.Thread, fn *function) {
	depth := thread.CallStackDepth()
	r.leave(depth - 1)
	r.push(depth, fn)
}

// current finds the call of fn at the given depth. Code that has no entry, of
// a lambda or at top level, enters with its first step.
func (r *Recorder) current(depth int, fn *function) *activation {
	r.leave(depth)
	if n := len(r.calls); n > 0 {
		if a := &r.calls[n-1]; a.stack == depth && a.fn == fn && !a.ended {
			return a
		}
	}
	r.leave(depth - 1)
	return r.push(depth, fn)
}

// leave ends the calls deeper than depth, and those that have returned.
func (r *Recorder) leave(depth int) {
	n := len(r.calls)
	for n > 0 && (r.calls[n-1].stack > depth || r.calls[n-1].ended) {
		n--
	}
	r.calls = r.calls[:n]
}

func (r *Recorder) push(depth int, fn *function) *activation {
	r.entered++
	n := len(r.calls)
	if n == cap(r.calls) {
		r.calls = append(r.calls, activation{})
	}
	r.calls = r.calls[:n+1]
	a := &r.calls[n]
	*a = activation{fn: fn, number: r.entered, stack: depth, pending: a.pending[:0]}
	return a
}

// take gives the operands of the condition s that were noted since it began.
func (a *activation) take(s *site) []operand {
	n := len(a.pending)
	for n > 0 && a.pending[n-1].site.whole == s && len(a.pending)-n < s.operands {
		n--
	}
	if n == len(a.pending) {
		return nil
	}
	taken := append([]operand(nil), a.pending[n:]...)
	a.pending = a.pending[:n]
	return taken
}

// shows reports whether v is worth showing.
func (s show) shows(v starlark.Value) bool {
	switch v.(type) {
	case starlark.Bool:
		return s != unlessBool
	case starlark.Mapping, starlark.Callable, *starlarkstruct.Module:
		return s != ifPlain
	}
	return true
}
