package runtime

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/starhost/starhost/runtime/probe"
	"github.com/starhost/starhost/runtime/py"
	"go.starlark.net/starlark"
)

// A Worker calls functions of rule files, one at a time and each under
// limits. It belongs to one goroutine. The zero value is ready to use.
type Worker struct {
	// Limits bound every single call; nil and zero fields mean the defaults.
	Limits *guard.Limits

	// Print receives what rules print, with the state of the call; nil
	// discards it.
	Print func(call *Call, pos string, text string)

	// Recorder, if not nil, notes what instrumented code does; Eval has it note
	// what the function rule does, and not the others. The caller resets it
	// between calls.
	Recorder *probe.Recorder

	thread *starlark.Thread
	meter  guard.Meter
	call   Call

	world py.World             // the worker's instances of Python files
	rules map[*File]*functions // what it calls in them

	background background // what events ask beside themselves
}

// Call calls fn in the state c, under the worker's limits. An error is
// always a *CallError.
func (w *Worker) Call(c Call, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return w.run(c, func(t *starlark.Thread) (starlark.Value, error) {
		return starlark.Call(t, fn, args, kwargs)
	})
}

// Function gives a function of a file, or any other value that the file
// defines, as this worker calls it; nil if the file has no such name.
//
// A Python file is run first, in the state c, if the worker has not run it
// before; the error is that of its top-level code.
func (w *Worker) Function(c Call, f *File, name string) (starlark.Value, error) {
	if f.program == nil {
		return f.Globals[name], nil
	}
	m, err := w.module(c, f)
	if err != nil {
		return nil, err
	}
	return m.Get(name), nil
}

// functions gives the functions of a rule as this worker calls them.
func (w *Worker) functions(c Call, r *Rule) (*functions, error) {
	if r.program == nil {
		return &r.functions, nil
	}
	if fs, ok := w.rules[r.File]; ok {
		return fs, nil
	}
	m, err := w.module(c, r.File)
	if err != nil {
		return nil, err
	}
	fs := r.functions.of(m.Get)
	if w.rules == nil {
		w.rules = make(map[*File]*functions)
	}
	w.rules[r.File] = fs
	return fs, nil
}

// run executes body on the worker's thread in the state c.
func (w *Worker) run(c Call, body func(*starlark.Thread) (starlark.Value, error)) (v starlark.Value, err error) {
	if c.Context == nil {
		c.Context = context.Background()
	}
	t := w.begin(c)
	defer func() {
		if left := w.world.End(); left != nil && err == nil {
			err = left
		}
		if p := recover(); p != nil {
			err = &PanicError{Value: p, GoStack: debug.Stack()}
			w.thread = nil // its state is unknown
		}
		if limit := w.meter.Err(); limit != nil && err != nil {
			err = limitReached(limit, err)
		}
		w.meter.End()
		if err != nil {
			v, err = nil, callError(err, w.world.Classify)
		}
	}()
	return body(t)
}

// begin readies the thread for a call in the state c.
func (w *Worker) begin(c Call) *starlark.Thread {
	if w.thread == nil {
		w.thread = &starlark.Thread{Print: w.print}
		w.thread.SetLocal(callLocal, &w.call)
		w.background.worker = w
		w.thread.SetLocal(event.BackgroundLocal, &w.background)
	}
	if w.Recorder != nil {
		w.Recorder.Attach(w.thread)
	}
	w.call = c
	w.thread.Name = c.Rule
	w.meter.Begin(w.thread, w.Limits, c.Context)
	w.world.Begin(w.thread)
	return w.thread
}

func (w *Worker) print(t *starlark.Thread, text string) {
	if w.Print == nil {
		return
	}
	pos := "" // of a line that was left open
	if t.CallStackDepth() > 1 {
		pos = t.CallFrame(1).Pos.String()
	}
	w.Print(&w.call, pos, text)
}

// A PanicError is a panic of a built-in function, recovered into the error of
// the call that ran into it. It is a bug of the host, never of the rule.
type PanicError struct {
	Value   any
	GoStack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("internal error: a built-in function panicked: %v", e.Value)
}
