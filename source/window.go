package source

import (
	"bytes"
	"io"
)

// chunkSize is how much memory records share. One allocation serves many
// records; an event that somebody keeps holds on to one chunk.
const chunkSize = 256 << 10

// minRead is the room below which a chunk counts as full.
const minRead = 4 << 10

// A window is what has been read of an input and not yet been used. It slices
// records out of chunks that it never writes to again: bytes are copied only
// where a record lies across the end of a chunk.
type window struct {
	r     io.Reader
	err   error // why the input ended, io.EOF in the ordinary case
	chunk int   // the size of a chunk, 0: chunkSize

	buf    []byte // the chunk; buf[start:] is the window
	start  int
	shared bool // slices of the chunk are out

	off  int64 // where the window starts in the input
	line int   // the line on which the window starts, from 1
}

// reset begins a new input. The chunk goes on.
func (w *window) reset(r io.Reader) {
	w.r, w.err = r, nil
	w.off, w.line = 0, 1
	w.start = len(w.buf)
}

// at returns byte i of the window, which it makes long enough, or false if the
// input ends before.
func (w *window) at(i int) (byte, bool) {
	for i >= len(w.buf)-w.start {
		if !w.fill() {
			return 0, false
		}
	}
	return w.buf[w.start+i], true
}

// head returns the first bytes of the window, as many as formats are told by.
// It reads no more than it must of a text that starts as records do: whoever
// types them waits for the answer.
func (w *window) head() []byte {
	first, _ := w.at(0)
	need := magicLen
	if isSpace(first) || first == '{' || first == '[' {
		need = 2
	}
	w.at(need - 1)
	return w.bytes()[:min(need, len(w.bytes()))]
}

// bytes returns the window. It is valid until the next fill.
func (w *window) bytes() []byte { return w.buf[w.start:] }

// take uses up n bytes and returns them for good.
func (w *window) take(n int) []byte {
	data := w.buf[w.start : w.start+n : w.start+n]
	w.drop(n)
	w.shared = true
	return data
}

// drop uses up n bytes that nobody needs.
func (w *window) drop(n int) {
	w.line += bytes.Count(w.buf[w.start:w.start+n], newline)
	w.start += n
	w.off += int64(n)
}

var newline = []byte{'\n'}

// fill makes the window longer. It reports false at the end of the input.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	w.makeRoom()
	for range 100 {
		var n int
		n, w.err = w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if n > 0 || w.err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// makeRoom moves the window to the start of a chunk when the present one is
// full. A window that takes up half a chunk gets a larger one, so that a long
// record is copied a few times, not once a read.
func (w *window) makeRoom() {
	if cap(w.buf)-len(w.buf) >= min(minRead, w.size()/4) && cap(w.buf) > len(w.buf) {
		return
	}
	rest := w.bytes()
	size := max(w.size(), 2*len(rest))
	if !w.shared && cap(w.buf) == size {
		w.buf = w.buf[:copy(w.buf[:cap(w.buf)], rest)]
	} else {
		w.buf = append(make([]byte, 0, size), rest...)
	}
	w.start, w.shared = 0, false
}

func (w *window) size() int {
	if w.chunk > 0 {
		return w.chunk
	}
	return chunkSize
}
