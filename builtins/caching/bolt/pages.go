package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// The layout of bbolt's files, version 2, in the byte order of the machine:
//
//	page      id uint64, flags uint16, count uint16, overflow uint32, then
//	          count elements, then what they point at; overflow is how many
//	          more pages it takes
//	branch    pos uint32, key size uint32, page uint64
//	leaf      flags uint32, pos uint32, key size uint32, value size uint32
//	          (pos counts from the element's own place)
//	bucket    as a leaf's value: root page uint64, sequence uint64, and if the
//	          root is 0 the page itself
//	freelist  count page ids; if count is 0xFFFF the first one is the count
//	meta      magic, version, page size, flags uint32, root bucket, freelist,
//	          high water mark, transaction and checksum uint64; pages 0 and 1
//	          in turns, and the one of the later transaction counts
const (
	magic         = 0xED0CDAED
	layoutVersion = 2

	headerSize  = 16
	elementSize = 16
	metaSize    = 64

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10

	flagBucket = 0x01 // of a leaf's element

	noFreelist = ^uint64(0)

	firstPage = 2
	mostDepth = 64
)

var order = binary.NativeEndian

// A meta is what a meta page says.
type meta struct {
	pageSize                   uint32
	root, freelist, high, txid uint64
}

// parseMeta reads a meta page. ours tells whether it at least begins as one.
func parseMeta(page []byte) (m meta, ours, valid bool) {
	if len(page) < headerSize+metaSize {
		return m, false, false
	}
	b := page[headerSize:]
	if order.Uint32(b) != magic {
		return m, false, false
	}
	h := fnv.New64a()
	h.Write(b[:56])
	if order.Uint32(b[4:]) != layoutVersion || order.Uint64(b[56:]) != h.Sum64() {
		return m, true, false
	}
	m = meta{order.Uint32(b[8:]), order.Uint64(b[16:]), order.Uint64(b[32:]), order.Uint64(b[40:]), order.Uint64(b[48:])}
	sane := m.pageSize >= 512 && m.pageSize <= 1<<24 && m.pageSize&(m.pageSize-1) == 0
	return m, true, sane
}

// newestMeta finds the meta page that bbolt will go by. The second one lies
// where the size of a page says, which only the first one tells if it is whole.
func newestMeta(r io.ReaderAt, size int64) (newest meta, err error) {
	found, ours := false, false
	look := func(at int64) {
		page := make([]byte, headerSize+metaSize)
		if _, e := r.ReadAt(page, at); e != nil {
			if e != io.EOF {
				err = e
			}
			return
		}
		m, begins, valid := parseMeta(page)
		ours = ours || begins
		if valid && (!found || m.txid > newest.txid) && (at == 0 || int64(m.pageSize) == at) {
			newest, found = m, true
		}
	}
	look(0)
	if found {
		look(int64(newest.pageSize))
	} else {
		for at := int64(1024); at <= 1<<24 && at < size; at *= 2 {
			look(at)
		}
	}
	switch {
	case err != nil:
		return newest, err
	case found:
		return newest, nil
	case ours:
		return newest, errors.New("neither of its two first pages is whole")
	case size == 0:
		return newest, &notOurs{"it is empty"}
	}
	return newest, &notOurs{"it begins as none, or its begin is damaged"}
}

// A walk visits the pages of a file, each at most once.
type walk struct {
	r        io.ReaderAt
	pageSize int
	high     uint64 // all pages are below
	seen     pageSet
	buffers  [mostDepth][]byte // one for each level of a tree
}

// A pageSet is a set of pages.
type pageSet []uint64

func newPageSet(high uint64) pageSet { return make(pageSet, high/64+1) }

// add adds a page and reports whether it is new.
func (s pageSet) add(id uint64) bool {
	word, bit := &s[id/64], uint64(1)<<(id%64)
	is := *word&bit == 0
	*word |= bit
	return is
}

// read reads a page with its overflow into a buffer, which it may replace.
func (w *walk) read(id uint64, buffer *[]byte) (page, error) {
	if id < firstPage || id >= w.high {
		return nil, fmt.Errorf("page %d does not exist", id)
	}
	p, err := w.readAt(id, 1, buffer)
	if err != nil {
		return nil, err
	}
	if p.id() != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, p.id())
	}
	length := uint64(p.overflow()) + 1
	if length > w.high-id {
		return nil, fmt.Errorf("page %d is longer than the file", id)
	}
	for i := range length {
		if !w.seen.add(id + i) {
			return nil, fmt.Errorf("page %d is used twice", id+i)
		}
	}
	if length == 1 {
		return p, nil
	}
	return w.readAt(id, length, buffer)
}

func (w *walk) readAt(id, length uint64, buffer *[]byte) (page, error) {
	n := int(length) * w.pageSize
	if cap(*buffer) < n {
		*buffer = make([]byte, n)
	}
	p := page((*buffer)[:n])
	if _, err := w.r.ReadAt(p, int64(id)*int64(w.pageSize)); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("page %d is cut", id)
		}
		return nil, err
	}
	return p, nil
}

// tree calls each for all elements of a tree, in order. What each is given is
// overwritten afterwards.
func (w *walk) tree(root uint64, each func(flags uint32, key, value []byte) error) error {
	return w.node(root, 0, &bounds{}, each)
}

// bucket does the same for a bucket, given by its value in its parent.
func (w *walk) bucket(value []byte, each func(flags uint32, key, value []byte) error) error {
	const size = 16
	if len(value) < size {
		return errors.New("a bucket is cut")
	}
	if root := order.Uint64(value); root != 0 {
		return w.tree(root, each)
	}
	p := page(value[size:])
	if len(p) < headerSize || p.flags() != flagLeaf {
		return errors.New("a bucket is damaged")
	}
	return p.leaf(&bounds{}, each)
}

// bounds are what the keys of a page must lie between, as that is where they
// are looked for. from is included; nil is no bound.
type bounds struct {
	from, to []byte
	last     []byte // the key before, nil at the begin of a page
}

// next checks that a key comes after the one before.
func (b *bounds) next(key []byte) error {
	if b.last != nil && bytes.Compare(b.last, key) >= 0 || b.from != nil && bytes.Compare(key, b.from) < 0 || b.to != nil && bytes.Compare(key, b.to) >= 0 {
		return errors.New("its keys are out of order")
	}
	b.last = key
	return nil
}

func (w *walk) node(id uint64, depth int, b *bounds, each func(flags uint32, key, value []byte) error) error {
	if depth == mostDepth {
		return errors.New("its tree is too deep")
	}
	p, err := w.read(id, &w.buffers[depth])
	if err != nil {
		return err
	}
	switch p.flags() {
	case flagLeaf:
		err = p.leaf(b, each)
	case flagBranch:
		return w.branch(p, depth, b, each)
	default:
		err = fmt.Errorf("it is of kind %#x", p.flags())
	}
	if err != nil && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrFormat) {
		err = fmt.Errorf("page %d: %w", id, err)
	}
	return err
}

func (w *walk) branch(p page, depth int, b *bounds, each func(flags uint32, key, value []byte) error) error {
	if p.count() == 0 {
		return fmt.Errorf("page %d is an empty branch", p.id())
	}
	from := b.from
	for i := range p.count() {
		key, child, err := p.branchElement(i)
		if err == nil && i > 0 {
			err = b.next(key)
		} else {
			b.last = key
		}
		if err != nil {
			return fmt.Errorf("page %d: %w", p.id(), err)
		}
		below := &bounds{from: from, to: b.to}
		if i > 0 {
			below.from = key
		}
		if i+1 < p.count() {
			if below.to, _, err = p.branchElement(i + 1); err != nil {
				return fmt.Errorf("page %d: %w", p.id(), err)
			}
		}
		if err := w.node(child, depth+1, below, each); err != nil {
			return err
		}
	}
	return nil
}

// free checks the list of free pages: each once, and none that is used, which
// would be overwritten.
func (w *walk) free(id uint64) error {
	if id == noFreelist {
		return nil
	}
	var buffer []byte
	p, err := w.read(id, &buffer)
	if err != nil {
		return err
	}
	if p.flags() != flagFreelist {
		return fmt.Errorf("page %d is not the list of free pages", id)
	}
	ids, count := p[headerSize:], uint64(p.count())
	if count == 0xFFFF {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return fmt.Errorf("page %d: the list of free pages is cut", id)
	}
	last := uint64(firstPage - 1)
	for i := range count {
		free := order.Uint64(ids[8*i:])
		if free <= last || free >= w.high || !w.seen.add(free) {
			return fmt.Errorf("page %d: page %d cannot be free", id, free)
		}
		last = free
	}
	return nil
}

// A page is a page as it is in the file, of at least the size of its header.
type page []byte

func (p page) id() uint64       { return order.Uint64(p) }
func (p page) flags() uint16    { return order.Uint16(p[8:]) }
func (p page) count() int       { return int(order.Uint16(p[10:])) }
func (p page) overflow() uint32 { return order.Uint32(p[12:]) }

var errElement = errors.New("an element lies outside of its page")

// part returns what an element points at: size bytes, pos from its place.
func (p page) part(i int, pos, size uint64) ([]byte, error) {
	start := headerSize + elementSize*uint64(i) + pos
	if start < headerSize+elementSize*uint64(p.count()) || start+size > uint64(len(p)) {
		return nil, errElement
	}
	return p[start : start+size], nil
}

func (p page) element(i int) ([]byte, error) {
	at := headerSize + elementSize*i
	if at+elementSize > len(p) {
		return nil, errElement
	}
	return p[at:], nil
}

func (p page) branchElement(i int) (key []byte, child uint64, err error) {
	e, err := p.element(i)
	if err != nil {
		return nil, 0, err
	}
	key, err = p.part(i, uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])))
	return key, order.Uint64(e[8:]), err
}

// leaf calls each for all elements of a leaf.
func (p page) leaf(b *bounds, each func(flags uint32, key, value []byte) error) error {
	for i := range p.count() {
		e, err := p.element(i)
		if err != nil {
			return err
		}
		size := uint64(order.Uint32(e[8:]))
		both, err := p.part(i, uint64(order.Uint32(e[4:])), size+uint64(order.Uint32(e[12:])))
		if err != nil {
			return err
		}
		if err := b.next(both[:size]); err != nil {
			return err
		}
		if err := each(order.Uint32(e), both[:size], both[size:]); err != nil {
			return err
		}
	}
	return nil
}
