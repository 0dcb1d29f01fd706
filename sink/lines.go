package sink

import (
	"bytes"
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

	mu      sync.Mutex
	waiting bytes.Buffer // whole lines, but for the first after an error of W
	enc     *json.Encoder
	behind  bool // the last write failed
}

// piece is how many bytes of lines wait for a Flush before a Write does it.
const piece = 64 << 10

// Write adds v as one line of JSON, as encoding/json has it but for <, > and
// &, which stay as they are. The line is certain to have left only after a
// Flush.
//
// A value that has no JSON form is an error of its own and leaves no trace in
// the output. An error of W is wrapped: errors.Is(err, syscall.EPIPE) tells that
// the reader of a pipe has gone. What it did not take is kept and tried again
// first, by the next Write as well, whose own line is only added once that has
// succeeded; so no line is torn by a disk that was full for a while.
func (l *Lines) Write(ctx context.Context, v any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.behind {
		if err := l.flush(); err != nil {
			return err
		}
	}
	if l.enc == nil {
		l.enc = json.NewEncoder(&l.waiting)
		l.enc.SetEscapeHTML(false)
	}
	if err := l.enc.Encode(v); err != nil {
		return fmt.Errorf("write line: %w", err)
	}
	if l.waiting.Len() < piece {
		return nil
	}
	return l.flush()
}

// Flush hands to W what has been written so far. It must be called before the
// program ends, and before what a line tells of is called done.
func (l *Lines) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

func (l *Lines) flush() error {
	if l.waiting.Len() == 0 {
		return nil
	}
	_, err := l.waiting.WriteTo(l.W)
	l.behind = err != nil
	if err != nil {
		return fmt.Errorf("write lines: %w", err)
	}
	return nil
}
