package main

import (
	"bytes"
	"context"
	"io"
)

// waitFor does something that may wait without end, for a pipe or a terminal,
// and gives up when the context ends. What waits then is left behind: nothing
// can end it but the program, which is about to.
func waitFor[T any](ctx context.Context, do func() (T, error)) (result T, err error) {
	if err := ctx.Err(); err != nil {
		return result, err
	}
	type answer struct {
		result T
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		result, err := do()
		done <- answer{result, err}
	}()
	select {
	case got := <-done:
		return got.result, got.err
	case <-ctx.Done():
		return result, ctx.Err()
	}
}

// A readerUntil stops when its context ends.
type readerUntil struct {
	ctx context.Context
	r   io.Reader
}

func (r readerUntil) Read(p []byte) (int, error) {
	size := min(len(p), 1<<16)
	got, err := waitFor(r.ctx, func() ([]byte, error) {
		own := make([]byte, size) // p is the caller's again when the context ends
		n, err := r.r.Read(own)
		return own[:n], err
	})
	return copy(p, got), err
}

// A writerUntil stops when its context ends.
type writerUntil struct {
	ctx context.Context
	w   io.Writer
}

func (w writerUntil) Write(p []byte) (int, error) {
	own := bytes.Clone(p)
	return waitFor(w.ctx, func() (int, error) { return w.w.Write(own) })
}
