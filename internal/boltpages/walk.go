package boltpages

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
)

// An Element is what a bucket has under a key: a value, or another bucket,
// whose Value is for File.Bucket. Key and Value are good until the call that
// they are given to returns.
type Element struct {
	Key, Value []byte
	IsBucket   bool
}

// A Visit is called with each element of a bucket, in the order of the keys.
// Its error ends the walk and comes back unchanged.
type Visit func(e Element) error

// Root visits what is at the top of the file: buckets.
func (f *File) Root(each Visit) error { return f.tree(f.meta.root, each) }

// Bucket visits what is in a bucket, given by its value. It may be called
// within a Visit. As each page is read once, a bucket with pages of its own
// cannot be visited again.
func (f *File) Bucket(value []byte, each Visit) error {
	if len(value) < bucketSize {
		return errors.New("a bucket is missing or cut")
	}
	if root := order.Uint64(value); root != 0 {
		return f.tree(root, each)
	}
	p := page(value[bucketSize:])
	if len(p) < headerSize || p.flags() != flagLeaf {
		return errors.New("a bucket is damaged")
	}
	return visited((&walk{each: each, inside: true}).leaf(p, &bounds{}))
}

func (f *File) tree(root uint64, each Visit) error {
	return visited((&walk{File: f, each: each}).node(root, 0, &bounds{}))
}

// A visitError is an error of a Visit, on its way up.
type visitError struct{ err error }

func (e *visitError) Error() string { return e.err.Error() }

func visited(err error) error {
	if v, ok := err.(*visitError); ok {
		return v.err
	}
	return err
}

// A walk visits the elements of one tree.
type walk struct {
	*File
	each    Visit
	inside  bool              // of a page that lies in another
	buffers [mostDepth][]byte // one for each level
}

// bounds are what the keys of a page must lie between, as that is where they
// are looked for. from is included; nil is no bound.
type bounds struct {
	from, to []byte
	last     []byte // the key before, nil at the begin of a page
}

var errOrder = errors.New("its keys are out of order")

// next checks that a key comes after the one before.
func (b *bounds) next(key []byte) error {
	if b.last != nil && bytes.Compare(b.last, key) >= 0 || b.from != nil && bytes.Compare(key, b.from) < 0 || b.to != nil && bytes.Compare(key, b.to) >= 0 {
		return errOrder
	}
	b.last = key
	return nil
}

func (w *walk) node(id uint64, depth int, b *bounds) error {
	if depth == mostDepth {
		return errors.New("its tree is too deep")
	}
	p, err := w.read(id, &w.buffers[depth])
	if err != nil {
		return err
	}
	switch p.flags() {
	case flagLeaf:
		err = w.leaf(p, b)
	case flagBranch:
		return w.branch(p, depth, b)
	default:
		err = fmt.Errorf("it is of kind %#x", p.flags())
	}
	return inPage(id, err)
}

// inPage adds the page to an error, unless it is one of a Visit.
func inPage(id uint64, err error) error {
	if _, ok := err.(*visitError); ok || err == nil {
		return err
	}
	return fmt.Errorf("page %d: %w", id, err)
}

// branch visits what is below the elements of a branch. The key of each is the
// least that is below it, but for the first, whose key does not count.
func (w *walk) branch(p page, depth int, b *bounds) error {
	if p.count() == 0 {
		return inPage(p.id(), errors.New("it is an empty branch"))
	}
	parts := partsOf(p)
	from, before := b.from, uint64(0)
	for i := range p.count() {
		key, child, err := parts.branchElement(i)
		if err == nil && i > 0 {
			err = b.next(key)
		}
		if err != nil {
			return inPage(p.id(), err)
		}
		if i > 0 {
			if err := w.node(before, depth+1, &bounds{from: from, to: key}); err != nil {
				return err
			}
			from = key
		}
		b.last, before = key, child
	}
	return w.node(before, depth+1, &bounds{from: from, to: b.to})
}

func (w *walk) leaf(p page, b *bounds) error {
	parts := partsOf(p)
	for i := range p.count() {
		e, err := parts.leafElement(i)
		if err != nil {
			return err
		}
		if err := b.next(e.Key); err != nil {
			return err
		}
		if e.IsBucket && w.inside {
			return errors.New("there is a bucket in one that has no pages")
		}
		if err := w.each(e); err != nil {
			return &visitError{err}
		}
	}
	return nil
}

// CheckFreelist checks the list of free pages: each page is there once, and none
// that is used, which would be overwritten. It is for after all buckets were
// visited.
func (f *File) CheckFreelist() error {
	if !f.HasFreelist() {
		return nil
	}
	id := f.meta.freelist
	var buffer []byte
	p, err := f.read(id, &buffer)
	if err != nil {
		return err
	}
	if p.flags() != flagFreelist {
		return inPage(id, errors.New("it is not the list of free pages"))
	}
	ids, count := p[headerSize:], uint64(p.count())
	if count == 0xFFFF {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return inPage(id, errors.New("the list of free pages is cut"))
	}
	last := uint64(firstPage - 1)
	for i := range count {
		free := order.Uint64(ids[8*i:])
		if free <= last || free >= f.meta.high || !f.add(free) {
			return inPage(id, fmt.Errorf("page %d cannot be free", free))
		}
		last = free
	}
	return nil
}

// add notes that a page is used and reports whether it was not yet.
func (f *File) add(id uint64) bool {
	word, bit := &f.seen[id/64], uint64(1)<<(id%64)
	is := *word&bit == 0
	*word |= bit
	return is
}

// read reads a page with its overflow into a buffer, which it may replace.
func (f *File) read(id uint64, buffer *[]byte) (page, error) {
	if id < firstPage || id >= f.meta.high {
		return nil, fmt.Errorf("page %d does not exist", id)
	}
	p, err := f.readAt(id, 1, buffer)
	if err != nil {
		return nil, err
	}
	if p.id() != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, p.id())
	}
	length := uint64(p.overflow()) + 1
	if length > f.meta.high-id || length > math.MaxInt/uint64(f.meta.pageSize) {
		return nil, fmt.Errorf("page %d is longer than the file", id)
	}
	for i := range length {
		if !f.add(id + i) {
			return nil, fmt.Errorf("page %d is used twice", id+i)
		}
	}
	if length == 1 {
		return p, nil
	}
	return f.readAt(id, length, buffer)
}

func (f *File) readAt(id, length uint64, buffer *[]byte) (page, error) {
	n := int(length) * f.PageSize()
	if cap(*buffer) < n {
		*buffer = make([]byte, n)
	}
	p := page((*buffer)[:n])
	if _, err := f.r.ReadAt(p, int64(id)*int64(f.PageSize())); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("page %d is cut", id)
	} else if err != nil {
		return nil, err
	}
	return p, nil
}
