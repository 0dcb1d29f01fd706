package sink

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Lines writes JSON lines. Its methods may be called from several goroutines.
type Lines struct {
	// W is what is written to, in pieces of some kilobytes. It is set before
	// the first call.
	W io.Writer

	mu  sync.Mutex
	buf *bufio.Writer
	enc *json.Encoder
}

// Write adds v as one line of JSON, as encoding/json has it but for <, > and
// &, which stay as they are. The line is certain to have left only after a
// Flush.
//
// A value that has no JSON form is an error of its own and leaves no trace in
// the output. After an error of W, which the error wraps, every further call
// returns that error: errors.Is(err, syscall.EPIPE) tells that the reader of a
// pipe has gone.
func (l *Lines) Write(ctx context.Context, v any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf == nil {
		l.buf = bufio.NewWriterSize(l.W, 64<<10)
		l.enc = json.NewEncoder(l.buf)
		l.enc.SetEscapeHTML(false)
	}
	if err := l.enc.Encode(v); err != nil {
		return fmt.Errorf("write line: %w", err)
	}
	return nil
}

// Flush hands to W what has been written so far. It must be called before the
// program ends, and before what a line tells of is called done.
func (l *Lines) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buf == nil {
		return nil
	}
	if err := l.buf.Flush(); err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	return nil
}
