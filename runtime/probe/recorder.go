package probe

import "go.starlark.net/starlark"

// A Recorder notes what the explained code does that runs on its thread. The
// zero value is ready to use. It belongs to one goroutine.
type Recorder struct {
	// Keep is how many of the first steps are kept, and how many of the last;
	// 0 means 500 of each.
	Keep int
}

const recorderLocal = "starhost.probe.recorder"

// Attach makes r the recorder of thread, in place of any other.
func (r *Recorder) Attach(thread *starlark.Thread) { thread.SetLocal(recorderLocal, r) }

// Detach leaves thread without a recorder.
func Detach(thread *starlark.Thread) { thread.SetLocal(recorderLocal, (*Recorder)(nil)) }

// Reset forgets all steps. It must be called between two calls that are to be
// told apart.
func (r *Recorder) Reset() {}

// Steps gives the steps that were recorded, in order of evaluation, without
// those that were dropped.
func (r *Recorder) Steps() []Step { return nil }

// Dropped tells how many steps were dropped, and after how many of Steps.
func (r *Recorder) Dropped() (n, after int) { return 0, 0 }
