package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/starhost/starhost/event"
)

// tailBytes bounds a batch of Tail.
const tailBytes = 1 << 20

// slice is how many batches of a file are read before others may.
const slice = 64

// A chain is what is read of one path: the files that were there, the oldest
// first. One goroutine at a time reads them.
type chain struct {
	path string

	// Of Tail's mu:
	files []*follower
	busy  bool
}

// A follower is one file that is followed.
type follower struct {
	path string // under which it was found
	name string // the log's own name, links resolved: others of it lie beside it
	file *os.File
	id   inode

	// Of Tail's mu, and written only by the goroutine that reads the chain:
	mark   mark
	looked fs.FileInfo // before it was last read, nil: not yet
	err    error

	// Of Tail's mu:
	size    int64
	changed bool      // since it was last read
	away    bool      // no path leads to it
	quiet   time.Time // since when it is away and has not grown

	// since is when the file was last looked at by the run before.
	since time.Time
}

func (f *follower) entry(now time.Time) entry {
	e := entry{
		Path: f.path, Name: f.name, Device: f.id.device, Inode: f.id.number,
		Head: f.mark.head.n, Sum: f.mark.head.sum, Offset: f.mark.offset,
		Lines: f.mark.line, Records: f.mark.records, Within: f.mark.skip,
		Modified: f.lastLook(), Seen: now,
	}
	return e
}

// lastLook is when the file had last been written to, as far as is known.
func (f *follower) lastLook() time.Time {
	if f.looked != nil {
		return f.looked.ModTime()
	}
	return f.since
}

// open makes a follower of a file, or nil if there is no such file, or it is
// followed, or it is not to be.
func (t *Tail) open(path, name string) *follower {
	file, err := os.Open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			t.tell(name, err)
		}
		return nil
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil
	}
	id, _ := inodeOf(info)
	f := &follower{path: path, name: name, file: file, id: id, size: info.Size(), changed: true}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		f.name = real
	}
	compressed := f.isCompressed()
	t.mu.Lock()
	skip := t.followed[id] != nil || t.skipped[id] || compressed
	if compressed {
		t.skipped[id] = true
	}
	t.mu.Unlock()
	if !skip {
		return f
	}
	if compressed {
		t.tell(name, errors.New("it is compressed; starhost run reads it"))
	}
	file.Close()
	return nil
}

// openSibling is open for a file that was seen in a folder. It reports false if
// the file is not there any more, because the folder is on the move.
func (t *Tail) openSibling(path, log string, s sibling) (*follower, bool) {
	t.mu.Lock()
	skip := t.followed[s.id] != nil || t.skipped[s.id]
	t.mu.Unlock()
	if skip {
		return nil, true
	}
	f := t.open(path, s.name)
	if f == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		return nil, t.followed[s.id] != nil || t.skipped[s.id]
	}
	if f.id != s.id {
		f.file.Close()
		return nil, false
	}
	f.name = log
	return f, true
}

func (f *follower) isCompressed() bool {
	head := make([]byte, len(zstdMagic))
	n, _ := f.file.ReadAt(head, 0)
	return bytes.HasPrefix(head[:n], gzipMagic) || bytes.HasPrefix(head[:n], zstdMagic)
}

// found begins to follow a file at a path, after what was there before.
func (t *Tail) found(l listed, info fs.FileInfo) {
	f := t.open(l.name, l.name)
	if f == nil {
		return
	}
	known := t.recall(f)
	last, since := t.last(l.name)
	switch {
	case known:
	case last != (inode{}) || !since.IsZero():
		missed, ok := t.missed(f, last, since)
		if !ok || !f.isAt(l.name) {
			closeFiles(append(missed, f)) // the next look is soon
			return
		}
		t.add(l.name, nil, missed...)
	case t.first && t.StartAt == End && !slices.Contains(t.old, l.by):
		f.toEnd(info.Size())
	}
	t.add(l.name, nil, f)
}

// isAt reports whether a path leads to a file.
func (f *follower) isAt(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	id, _ := inodeOf(info)
	return id == f.id
}

func closeFiles(files []*follower) {
	for _, f := range files {
		f.file.Close()
	}
}

// toEnd starts a file at what is its end now.
func (f *follower) toEnd(size int64) {
	h, err := head{}.grow(f.file, size)
	if err != nil || size == 0 {
		return
	}
	var b [1]byte
	f.file.ReadAt(b[:], size-1)
	f.mark = mark{offset: size, head: h, skip: b[0] != '\n'}
}

// recall gives a file the place where its reading was ended, and reports
// whether there is one.
func (t *Tail) recall(f *follower) bool {
	t.mu.Lock()
	var candidates []entry
	for _, e := range t.known {
		if e.Inode == f.id.number {
			candidates = append(candidates, e)
		}
	}
	t.mu.Unlock()
	for _, e := range candidates {
		if e.tells(f.file, f.id) && f.size >= e.Offset {
			f.mark, f.since = e.mark(), e.Modified
			return true
		}
	}
	return false
}

// last returns the last file that was read at a path and when it was last
// looked at; of one that is not followed any more only that.
func (t *Tail) last(path string) (id inode, since time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.chains[path]; c != nil && len(c.files) > 0 {
		f := c.files[len(c.files)-1]
		return f.id, f.lastLook()
	}
	for _, e := range t.known {
		if e.Path == path && e.Modified.After(since) {
			id, since = inode{e.Device, e.Inode}, e.Modified
		}
	}
	return id, since
}

// missed returns followers of the rotated files of a log that were written
// after a file, or at a time or later, and never seen. Those that are followed
// by themselves are not meant, nor those that hold nothing but what the present
// file holds: they are copies of it, which is still to be truncated. It reports
// false if the folder is on the move.
func (t *Tail) missed(present *follower, last inode, since time.Time) ([]*follower, bool) {
	if last == (inode{}) && since.IsZero() {
		return nil, true
	}
	candidates := after(siblings(present.name), last, since)
	if len(candidates) == 0 {
		return nil, true
	}
	var all []*follower
	own := t.followedByName()
	for _, s := range candidates {
		if s.id == present.id || own[s.id] {
			continue
		}
		f, ok := t.openSibling(present.path, present.name, s)
		if !ok {
			closeFiles(all)
			return nil, false
		}
		if f == nil {
			continue
		}
		if t.recall(f) || f.isCopyOf(present) {
			f.file.Close()
			continue
		}
		all = append(all, f)
	}
	return all, true
}

// followedByName returns the files that Paths, and those of others, lead to.
func (t *Tail) followedByName() map[inode]bool {
	all := map[inode]bool{}
	for _, l := range expand(slices.Concat(t.Paths, t.Others), func(string, error) {}) {
		if info, err := os.Stat(l.name); err == nil {
			id, _ := inodeOf(info)
			all[id] = true
		}
	}
	return all
}

// add puts files into the chain of a path, before one of its files or, if that
// is nil, at the end.
func (t *Tail) add(path string, before *follower, files ...*follower) {
	for _, f := range files {
		if t.insert(path, before, f) {
			t.Log.Info("follow file", "path", path, "offset", f.mark.offset)
		}
	}
}

// insert is add for one file. It reports false if that is followed already.
func (t *Tail) insert(path string, before, f *follower) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.followed[f.id] != nil {
		f.file.Close()
		return false
	}
	c := t.chains[path]
	if c == nil {
		c = &chain{path: path}
		t.chains[path] = c
	}
	t.followed[f.id] = f
	t.opened = true
	t.known = slices.DeleteFunc(t.known, func(e entry) bool { return e.Inode == f.id.number && e.Device == f.id.device })
	at := len(c.files)
	if i := slices.Index(c.files, before); i >= 0 {
		at = i
	}
	c.files = slices.Insert(c.files, at, f)
	t.dirty = true
	return true
}

// restore takes up the files of the run before.
func (t *Tail) restore(entries []entry) {
	for _, e := range entries {
		f := (*follower)(nil)
		if !e.Done && t.covers(e.Path) {
			for range 10 {
				moving := false
				if f, moving = t.locate(&e); !moving {
					break
				}
			}
		}
		if f != nil {
			t.add(e.Path, nil, f)
			continue
		}
		if !e.Done && t.covers(e.Path) {
			t.Log.Warn("file is gone, and with it what was not read of it", "path", e.Path, "offset", e.Offset)
			e.Done = true // said once
		}
		t.mu.Lock()
		t.known = append(t.known, e)
		t.mu.Unlock()
	}
}

// locate finds the file that an entry tells of, at its path or renamed. It
// reports whether the folder was on the move.
func (t *Tail) locate(e *entry) (f *follower, moving bool) {
	if f := t.open(e.Path, e.Path); f != nil {
		// A file that is where it was, but not as it was, was truncated.
		if (f.id == inode{e.Device, e.Inode}) || e.tells(f.file, f.id) {
			f.resume(e)
			return f, false
		}
		f.file.Close()
	}
	for _, name := range []string{e.Path, e.Name} {
		for _, s := range inFolder(name) {
			if s.id.number != e.Inode {
				continue
			}
			f, ok := t.openSibling(e.Path, e.Name, s)
			if !ok {
				moving = true
			} else if f != nil && e.tells(f.file, f.id) {
				f.resume(e)
				return f, false
			} else if f != nil {
				f.file.Close()
			}
		}
	}
	return nil, moving
}

// resume takes up a file where its reading was ended.
func (f *follower) resume(e *entry) {
	f.name, f.mark, f.since = e.Name, e.mark(), e.Modified
}

// advance reads what there is to read of a chain.
func (t *Tail) advance(ctx context.Context, c *chain) {
	r := &reading{Tail: t, chain: c, ctx: ctx}
	select {
	case r.lines = <-t.slots:
	case <-ctx.Done():
		return
	}
	defer r.yield()
	for i := 0; ctx.Err() == nil; {
		t.mu.Lock()
		if i >= len(c.files) {
			t.mu.Unlock()
			return
		}
		f := c.files[i]
		t.mu.Unlock()
		switch r.read(f) {
		case again:
			i = 0
		case interrupted:
			return
		case atEnd:
			if !r.finish(f) {
				i++
			}
		}
	}
}

// A reading is one turn of a chain.
type reading struct {
	*Tail
	chain *chain
	ctx   context.Context
	lines *lines
}

// yield lets others read.
func (r *reading) yield() {
	if cap(r.lines.w.buf) > chunkSize {
		r.lines.w = window{}
	}
	r.lines.w.r = nil
	r.slots <- r.lines
	r.lines = nil
}

type verdictOfReading uint8

const (
	atEnd       verdictOfReading = iota
	again                        // the chain has changed
	interrupted                  // by the end of ctx
)

// read reads a file to its end.
func (r *reading) read(f *follower) verdictOfReading {
	info, err := f.file.Stat()
	if err != nil {
		r.fault(f, err)
		return atEnd
	}
	r.mu.Lock()
	m, before, away := f.mark, f.looked, f.away
	begun := f.lastLook()
	f.size, f.changed = info.Size(), false
	if away && (before == nil || !same(before, info)) {
		f.quiet = time.Now()
	}
	r.mu.Unlock()
	switch {
	case info.Size() < m.offset:
		r.truncated(f, begun)
		return again
	case before != nil && same(before, info):
		return atEnd
	}
	v := r.batches(f, m, begun, false)
	r.mu.Lock()
	defer r.mu.Unlock()
	if v == atEnd && f.err == nil {
		f.looked = info
	}
	return v
}

// isCopyOf reports whether a file holds nothing that another does not hold
// too, as far as their beginnings tell.
func (f *follower) isCopyOf(g *follower) bool {
	info, err := g.file.Stat()
	if err != nil || f.size > info.Size() {
		return false
	}
	n := min(headLen, f.size)
	a, b := make([]byte, n), make([]byte, n)
	_, errF := f.file.ReadAt(a, 0)
	_, errG := g.file.ReadAt(b, 0)
	return errF == nil && errG == nil && bytes.Equal(a, b)
}

// forgetLook makes the next read of a file look at it again, as if it had last
// been looked at when it was as at a time.
func (r *reading) forgetLook(f *follower, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f.looked, f.since, f.changed = nil, since, true
}

func (r *reading) fault(f *follower, err error) {
	r.mu.Lock()
	fresh := f.err == nil || f.err.Error() != err.Error()
	f.err = err
	offset := f.mark.offset
	r.mu.Unlock()
	if fresh {
		r.Log.Error("records are not done; they are tried again", "path", f.path, "offset", offset, "error", err)
	}
}

// batches reads a file from a place to its end, batch by batch.
func (r *reading) batches(f *follower, m mark, begun time.Time, flush bool) verdictOfReading {
	r.lines.reset(&section{f.file, m.offset}, m)
	for n := 1; ; n++ {
		b := r.collect(f, m, flush)
		head, err := m.head.grow(f.file, b.end.offset)
		switch {
		case err == errChanged:
			r.truncated(f, begun)
			return again
		case err == nil && r.lines.w.err != nil && r.lines.w.err != io.EOF:
			err = r.lines.w.err
		}
		if err == nil && m.offset == 0 && !flush && r.unseen(f, begun) {
			return again
		}
		if err != nil {
			r.forgetLook(f, begun)
			r.fault(f, fmt.Errorf("read %s: %w", f.name, err))
			return atEnd
		}
		b.end.head = head
		if !r.deliver(f, b) {
			return interrupted
		}
		if b.last {
			return atEnd
		}
		if m = b.end; n%slice == 0 {
			r.yield()
			r.lines = <-r.slots
			r.lines.reset(&section{f.file, m.offset}, m)
		}
		if r.ctx.Err() != nil {
			r.forgetLook(f, begun)
			return interrupted
		}
	}
}

// unseen looks for what a file held and what was copied and truncated before
// any of it was read. It is called after the first reading: what is copied
// later is what was read.
func (r *reading) unseen(f *follower, begun time.Time) bool {
	r.mu.Lock()
	away := f.away
	r.mu.Unlock()
	info, err := f.file.Stat()
	if away || begun.IsZero() || err != nil {
		return false
	}
	missed, ok := r.missed(f, inode{}, begun)
	if !ok {
		r.forgetLook(f, begun)
		return true
	}
	if len(missed) == 0 {
		return false
	}
	// In this order: a checkpoint may be written at any moment.
	r.add(f.path, f, missed...)
	r.forgetLook(f, info.ModTime())
	return true
}

// section is a file from a place on.
type section struct {
	file *os.File
	at   int64
}

func (s *section) Read(p []byte) (int, error) {
	n, err := s.file.ReadAt(p, s.at)
	s.at += int64(n)
	return n, err
}

// portion is a batch on its way.
type portion struct {
	records []event.Raw
	starts  []int64 // where the records start
	bad     []event.Raw
	errs    []error // what is wrong with those
	end     mark
	last    bool // there is nothing after it now
}

// collect reads a batch.
func (r *reading) collect(f *follower, m mark, flush bool) portion {
	var b portion
	index, size := m.records, 0
	for len(b.records) < batchRecords && len(b.bad) < batchRecords && size < tailBytes {
		l, ok := r.lines.next(flush)
		if !ok {
			b.last = true
			break
		}
		raw := event.Raw{Data: l.data, Source: f.path, Index: index, Line: l.number, LogType: r.LogType}
		size += len(l.data)
		if l.err != nil {
			b.bad, b.errs = append(b.bad, raw), append(b.errs, l.err)
			continue
		}
		b.records, b.starts = append(b.records, raw), append(b.starts, l.offset)
		index++
	}
	b.end = mark{offset: r.lines.w.off, line: r.lines.w.line - 1, records: index, skip: r.lines.skip}
	return b
}

// deliver hands a batch on until it is done. It reports false if ctx ends
// before.
func (r *reading) deliver(f *follower, b portion) bool {
	for i, raw := range b.bad {
		if r.Bad != nil {
			r.Bad(raw, b.errs[i])
		}
	}
	r.mu.Lock()
	r.bad += int64(len(b.bad))
	r.mu.Unlock()

	todo := b.records
	pause := orDefault(r.RetryMin, DefaultRetryMin)
	for len(todo) > 0 {
		rest, refused, err := left(todo, r.Handle(context.WithoutCancel(r.ctx), todo))
		r.mu.Lock()
		r.refused += int64(refused)
		r.accepted += int64(len(todo) - len(rest) - refused)
		r.mu.Unlock()
		if todo = rest; len(todo) == 0 {
			break
		}
		r.upTo(f, b, todo[0])
		r.fault(f, err)
		select {
		case <-time.After(pause):
		case <-r.ctx.Done():
			return false
		}
		pause = min(2*pause, orDefault(r.RetryMax, DefaultRetryMax))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = r.dirty || f.mark != b.end
	f.mark, f.err = b.end, nil
	return true
}

// left returns the records that must be handed on again, with the error of
// the first of them, and how many were refused.
func left(records []event.Raw, errs []error) (rest []event.Raw, refused int, first error) {
	for i, raw := range records {
		err := result(errs, i, len(records))
		if err == nil {
			continue
		}
		if _, ok := errors.AsType[*event.RefusedError](err); ok {
			refused++
			continue
		}
		if len(rest) == 0 {
			first = err
		}
		rest = append(rest, raw)
	}
	return rest, refused, first
}

// upTo moves the mark to the first record that is not done.
func (r *reading) upTo(f *follower, b portion, raw event.Raw) {
	start := b.starts[raw.Index-b.records[0].Index]
	r.mu.Lock()
	h := f.mark.head
	r.mu.Unlock()
	h, err := h.grow(f.file, start)
	if err != nil {
		return
	}
	m := mark{offset: start, line: raw.Line - 1, records: raw.Index, head: h}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = r.dirty || f.mark != m
	f.mark = m
}

// truncated begins a file anew. What it had before is looked for in a copy of
// it that lies beside it. Nothing is done yet if the folder is on the move.
func (r *reading) truncated(f *follower, begun time.Time) {
	r.mu.Lock()
	m := f.mark
	r.mu.Unlock()
	info, err := f.file.Stat()
	if err != nil {
		return
	}
	copied, ok := r.copyOf(f, m)
	if !ok {
		return
	}
	last := inode{}
	if copied != nil {
		last = copied.id
	}
	missed, ok := r.missed(f, last, begun)
	missed = slices.DeleteFunc(missed, func(g *follower) bool {
		same := g.id == last
		if same {
			g.file.Close()
		}
		return same
	})
	if !ok {
		if copied != nil {
			copied.file.Close()
		}
		return
	}
	// In this order: a checkpoint may be written at any moment.
	if copied != nil {
		r.add(f.path, f, copied)
	}
	r.add(f.path, f, missed...)
	r.mu.Lock()
	f.mark, f.err = mark{}, nil
	f.looked, f.since, f.changed = nil, info.ModTime(), true
	r.dirty = true
	r.mu.Unlock()
	if copied != nil {
		r.Log.Info("file was truncated; its copy is read from where it was, then the file anew", "path", f.path, "offset", m.offset)
	} else {
		r.Log.Warn("file was truncated; it is read anew, and what was not read of it before is gone", "path", f.path, "offset", m.offset)
	}
}

// copyOf returns the newest sibling that starts as a file did, and has what
// was read of it, or nil. It reports false if the folder is on the move.
func (r *reading) copyOf(f *follower, m mark) (*follower, bool) {
	if m.head.n == 0 {
		return nil, true
	}
	for _, s := range slices.Backward(siblings(f.name)) {
		if s.size < m.offset {
			continue
		}
		c, ok := r.openSibling(f.path, f.name, s)
		if !ok {
			return nil, false
		}
		if c == nil {
			continue
		}
		_, err := m.head.grow(c.file, 0)
		if err == nil && (m.skip || c.endsLine(m.offset)) {
			c.mark = m
			return c, true
		}
		c.file.Close()
	}
	return nil, true
}

// endsLine reports whether a line ends at an offset.
func (f *follower) endsLine(offset int64) bool {
	var b [1]byte
	_, err := f.file.ReadAt(b[:], offset-1)
	return err == nil && (b[0] == '\n' || b[0] == 0)
}

// finish gives up a file that was read to its end, if it will not grow any
// more.
func (r *reading) finish(f *follower) bool {
	r.mu.Lock()
	over := f.away && f.err == nil && !f.changed && time.Since(f.quiet) >= orDefault(r.Linger, DefaultLinger)
	m := f.mark
	r.mu.Unlock()
	if !over || r.batches(f, m, time.Time{}, true) != atEnd {
		return false
	}
	info, err := f.file.Stat()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || f.err != nil {
		return false
	}
	if _, links := inodeOf(info); links > 0 {
		e := f.entry(time.Now())
		e.Done = true
		r.known = append(r.known, e)
	}
	delete(r.followed, f.id)
	r.chain.files = slices.DeleteFunc(r.chain.files, func(g *follower) bool { return g == f })
	r.dirty = true
	f.file.Close()
	return true
}
