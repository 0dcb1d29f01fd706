package guard

import (
	"context"
	"runtime"
	"runtime/metrics"
	"time"

	"go.starlark.net/starlark"
)

const (
	depthChunk = 250     // steps between two looks at the depth, always
	firstChunk = 250     // steps before the first check of a call
	maxChunk   = 1000    // steps between two checks
	minChunk   = 16      // the same, once the steps turn out to be slow
	heapStep   = 100_000 // steps between two looks at the heap

	slowChunk = time.Millisecond // a chunk that takes longer is slow
)

// A Meter counts the work of calls on one thread, one call at a time, and
// stops the call that goes beyond its limits. The zero value is ready for
// Begin. It starts no goroutine and no timer, and allocates nothing per call:
// the interpreter calls it every few hundred steps.
type Meter struct {
	limits Limits
	thread *starlark.Thread
	ctx    context.Context
	err    *LimitError // the limit that stopped the call

	base    uint64 // the value of thread.Steps at the begin
	passive bool   // the thread has no limits of this meter

	chunk   uint64        // steps between two looks at the time
	next    uint64        // the value of thread.Steps at the next check
	depthAt uint64        // the value of thread.Steps at the next look at the depth
	timeAt  uint64        // the value of thread.Steps at the next look at the time
	heapAt  uint64        // the value of thread.Steps at the next look at the heap
	start   time.Duration // of the call, on the clock of now; 0 before the first check
	last    time.Duration // of the last check
	waited  time.Duration // that is not the call's own, see Waited

	onMaxSteps func(*starlark.Thread) // kept, as each method value is an allocation
	heap       [1]metrics.Sample
}

const (
	meterLocal = "starhost.meter"
	heapMetric = "/memory/classes/heap/objects:bytes"
)

// Begin starts the count for a call on thread, which must have none under
// way. limits may be nil, for the defaults. The end of ctx, which may be nil,
// ends the call.
func (m *Meter) Begin(thread *starlark.Thread, limits *Limits, ctx context.Context) {
	if m.thread != thread {
		m.attach(thread)
	}
	m.limits, m.base, m.passive = limits.orDefault(), 0, false
	m.ctx = ctx
	m.err = nil
	m.chunk, m.heapAt = firstChunk, heapStep
	m.depthAt, m.timeAt = depthChunk, firstChunk
	m.start, m.last, m.waited = 0, 0, 0
	thread.Steps = 0
	thread.Uncancel()
	m.schedule()
}

func (m *Meter) attach(thread *starlark.Thread) {
	m.thread = thread
	m.onMaxSteps = func(*starlark.Thread) { m.check() }
	m.heap[0].Name = heapMetric
	thread.OnMaxSteps = m.onMaxSteps
	thread.SetLocal(meterLocal, m)
}

// End ends the count. Err stays valid until the next Begin.
func (m *Meter) End() { m.ctx = nil }

// Err gives the limit that stopped the call, a *LimitError, or nil. Limits of
// one operation (sizes) stop nothing by themselves: they are only the error
// of the operation.
func (m *Meter) Err() error {
	if m.err == nil {
		return nil
	}
	return m.err
}

// Limits gives the limits of the call, all fields set.
func (m *Meter) Limits() Limits { return m.limits }

// MeterOf gives the meter of the call that thread is executing. A thread that
// no meter was begun on gets one of its own, with the default limits, that
// counts what is charged to it from then on, and does not stop the
// interpreter.
func MeterOf(thread *starlark.Thread) *Meter {
	if m, ok := thread.Local(meterLocal).(*Meter); ok {
		return m
	}
	m := &Meter{thread: thread, limits: Default, base: thread.Steps, passive: true, chunk: maxChunk}
	m.depthAt, m.timeAt, m.heapAt = m.base+depthChunk, m.base+maxChunk, m.base+heapStep
	m.heap[0].Name = heapMetric
	thread.SetLocal(meterLocal, m)
	m.schedule()
	return m
}

// Charge adds n steps to the call. Built-ins that loop, copy or allocate call
// it with one step for about 32 bytes, at least once a millisecond. It
// returns an error, which the built-in must return too, once the call has
// reached a limit.
func (m *Meter) Charge(n int) error {
	m.thread.Steps += uint64(max(n, 0))
	if m.thread.Steps < m.next {
		return nil
	}
	return m.check()
}

// Waited takes a time for which a built-in has just waited out of what counts for
// the limit of time: for a store, say, which has limits of its own. It returns
// how long the call has waited so far, d included.
func (m *Meter) Waited(d time.Duration) time.Duration {
	if m.start != 0 {
		m.start += d
		m.last += d
	}
	m.waited += d
	return m.waited
}

// check looks at all limits and says when to look again.
func (m *Meter) check() error {
	if m.err == nil {
		m.err = m.exceeded()
	}
	if m.err != nil {
		if !m.passive {
			m.thread.Cancel(m.err.Error())
		}
		return m.err
	}
	m.schedule()
	return nil
}

func (m *Meter) exceeded() *LimitError {
	if n := m.thread.Steps - m.base; n >= m.limits.Steps {
		return &LimitError{Limit: "steps", Want: n, Max: m.limits.Steps}
	}
	if err := m.deep(); err != nil {
		return err
	}
	if m.thread.Steps < m.timeAt {
		return nil
	}
	if m.ctx != nil {
		if err := m.ctx.Err(); err != nil {
			return &LimitError{Limit: "context", cause: err}
		}
	}
	if err := m.late(); err != nil {
		return err
	}
	return m.large()
}

// deep checks the depth: at the same steps in every run, however long they
// take, so that the same call always comes to the same end.
func (m *Meter) deep() *LimitError {
	if m.thread.Steps < m.depthAt {
		return nil
	}
	m.depthAt += depthChunk * ((m.thread.Steps-m.depthAt)/depthChunk + 1)
	if d := m.thread.CallStackDepth(); d > m.limits.Depth {
		return &LimitError{Limit: "depth", Want: uint64(d), Max: uint64(m.limits.Depth)}
	}
	return nil
}

// late checks the time, and makes the chunks smaller while steps are slow.
func (m *Meter) late() *LimitError {
	t := now()
	defer func() { m.timeAt = m.thread.Steps + m.chunk }()
	if m.start == 0 {
		m.start, m.last = t, t
		return nil
	}
	switch took := t - m.last; {
	case took > slowChunk:
		m.chunk = max(minChunk, m.chunk/4)
	case took < slowChunk/4:
		m.chunk = min(maxChunk, m.chunk*2)
	}
	m.last = t
	if d := t - m.start; d > m.limits.Time {
		return &LimitError{Limit: "time", Want: uint64(d), Max: uint64(m.limits.Time)}
	}
	return nil
}

// large checks the heap. What it reads includes garbage that was not
// collected yet, so a value above the limit is confirmed by a collection.
func (m *Meter) large() *LimitError {
	if m.thread.Steps < m.heapAt {
		return nil
	}
	m.heapAt = m.thread.Steps + heapStep
	if m.heapSize() <= m.limits.Heap {
		return nil
	}
	runtime.GC()
	if n := m.heapSize(); n > m.limits.Heap {
		return &LimitError{Limit: "memory", Want: n, Max: m.limits.Heap}
	}
	return nil
}

func (m *Meter) heapSize() uint64 {
	metrics.Read(m.heap[:])
	if m.heap[0].Value.Kind() != metrics.KindUint64 {
		return 0 // a Go version without this metric
	}
	return m.heap[0].Value.Uint64()
}

// schedule sets the step of the next check.
func (m *Meter) schedule() {
	m.next = min(m.timeAt, m.depthAt)
	if end := m.base + m.limits.Steps; end > m.base { // or there is no end
		m.next = min(m.next, end)
	}
	if !m.passive {
		m.thread.SetMaxExecutionSteps(m.next)
	}
}

// epoch is where now starts to count: differences of monotonic time are all
// that is needed, and cheaper than full times.
var epoch = time.Now()

func now() time.Duration { return time.Since(epoch) + 1 }
