package source

import (
	"context"
	"io"
	"sync/atomic"
)

// An input is the bytes of one file as they are stored. It counts them, and
// ends a read when the caller's context ends.
type input struct {
	ctx    context.Context // of the call of Next under way
	r      io.Reader
	closer io.Closer // nil if it is not ours to close
	read   *atomic.Int64
	text   io.Reader // r, decompressed; nil before the first read

	// waits says that a read may wait for others, for a terminal or a pipe.
	waits bool
}

func (in *input) Read(p []byte) (n int, err error) {
	if err := in.ctx.Err(); err != nil {
		return 0, interruption{err}
	}
	if in.waits {
		n, err = in.wait(p)
	} else {
		n, err = in.r.Read(p)
	}
	in.read.Add(int64(n))
	return n, err
}

// wait reads in a goroutine of its own, for such a read cannot be called off.
// If the context ends first, the goroutine is left to it, and with it p: an
// interrupted source reads no more.
func (in *input) wait(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	read := make(chan result, 1)
	go func() {
		n, err := in.r.Read(p)
		read <- result{n, err}
	}()
	select {
	case r := <-read:
		return r.n, r.err
	case <-in.ctx.Done():
		return 0, interruption{in.ctx.Err()}
	}
}

// interruption is the error of a read that was given up because the caller's
// context has ended.
type interruption struct{ error }

func (i interruption) Unwrap() error { return i.error }
