package sink

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// Pages read a file as bbolt lays it out, version 2, and take nothing for
// granted. In the byte order of the machine:
//
//	page    id 8 bytes, flags 2, count 2, overflow 4 (how many more pages it
//	        takes), then count elements of 16 bytes, then what they point at,
//	        pos bytes from their own place
//	branch  element: pos 4, key size 4, page 8
//	leaf    element: flags 4, pos 4, key size 4, value size 4
//	bucket  a leaf's value: root page 8, sequence 8, and with root 0 a page
//	meta    magic 4, version 4, page size 4, flags 4, root 8, sequence 8,
//	        free pages 8, high water mark 8, transaction 8, checksum 8; in
//	        pages 0 and 1 by turns, and the one of the later transaction counts
type pages struct {
	r    io.ReaderAt
	high uint64 // all pages are below
	seen []uint64
}

const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	pageHead    = 16
	elementSize = 16
	bucketHead  = 16
	metaSize    = 64

	flagBranch = 1 // of a page
	flagLeaf   = 2
	flagBucket = 1 // of a leaf's element

	noFreePages = ^uint64(0) // the list is not in the file

	deepest = 64
)

var order = binary.NativeEndian

// openPages finds the root of the last transaction that is whole.
func openPages(r io.ReaderAt, size int64) (p *pages, root uint64, err error) {
	p = &pages{r: r}
	var last uint64
	found, begins := false, false
	for id := range int64(2) {
		var page [pageHead + metaSize]byte
		if _, err := r.ReadAt(page[:], id*outboxPageSize); err == io.EOF {
			break
		} else if err != nil {
			return nil, 0, err
		}
		m := page[pageHead:]
		if order.Uint32(m) != boltMagic {
			continue
		}
		begins = true
		hash := fnv.New64a()
		hash.Write(m[:56])
		tx := order.Uint64(m[48:])
		if order.Uint64(m[56:]) != hash.Sum64() || order.Uint32(m[4:]) != boltVersion || found && tx < last {
			continue
		}
		if order.Uint32(m[8:]) != outboxPageSize || order.Uint64(m[32:]) != noFreePages {
			return nil, 0, fmt.Errorf("%w: it is a database of something else", ErrForeign)
		}
		found, last, root, p.high = true, tx, order.Uint64(m[16:]), order.Uint64(m[40:])
	}
	switch {
	case !begins:
		return nil, 0, fmt.Errorf("%w: it does not begin as one, or its begin is damaged", ErrForeign)
	case !found:
		return nil, 0, errors.New("neither of its two first pages is whole")
	case p.high > uint64(size)/outboxPageSize:
		return nil, 0, fmt.Errorf("it is cut: %d of %d pages are there", size/outboxPageSize, p.high)
	}
	p.seen = make([]uint64, p.high/64+1)
	return p, root, nil
}

// A visit is called with each element of a tree. What it is given is good until
// it returns.
type visit func(flags uint32, key, value []byte) error

// tree visits the elements of a tree, in order.
func (p *pages) tree(root uint64, each visit) error {
	return p.node(root, &keyOrder{}, 0, each)
}

// bucket visits the elements of a bucket, given by its value in its parent.
func (p *pages) bucket(value []byte, each visit) error {
	if len(value) < bucketHead {
		return errors.New("a bucket is missing or cut")
	}
	if root := order.Uint64(value); root != 0 {
		return p.tree(root, each)
	}
	page := value[bucketHead:]
	if len(page) < pageHead || order.Uint16(page[8:]) != flagLeaf {
		return errors.New("a bucket is damaged")
	}
	return leaf(page, &keyOrder{}, each)
}

// A keyOrder checks that keys ascend, and that those of a page are not below
// the one by which it is found.
type keyOrder struct {
	last  []byte
	equal bool // the next one may be equal to last
}

func (o *keyOrder) next(key []byte, equal bool) error {
	if c := bytes.Compare(o.last, key); o.last != nil && (c > 0 || c == 0 && !o.equal) {
		return errors.New("its keys are out of order")
	}
	o.last, o.equal = append(o.last[:0], key...), equal
	if o.last == nil {
		o.last = []byte{}
	}
	return nil
}

func (p *pages) node(id uint64, keys *keyOrder, depth int, each visit) error {
	page, err := p.read(id)
	if err != nil {
		return err
	}
	switch flags := order.Uint16(page[8:]); {
	case flags == flagLeaf:
		err = leaf(page, keys, each)
	case flags != flagBranch || depth == deepest:
		err = fmt.Errorf("it is of kind %#x", flags)
	default:
		return p.branch(page, keys, depth, each)
	}
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

func (p *pages) branch(page []byte, keys *keyOrder, depth int, each visit) error {
	for i := range int(order.Uint16(page[10:])) {
		e, err := element(page, i)
		if err != nil {
			return err
		}
		key, err := part(page, i, order.Uint32(e), order.Uint32(e[4:]), 0)
		if err == nil && i > 0 { // the first one is not looked at
			err = keys.next(key, true)
		}
		if err != nil {
			return err
		}
		if err := p.node(order.Uint64(e[8:]), keys, depth+1, each); err != nil {
			return err
		}
	}
	return nil
}

func leaf(page []byte, keys *keyOrder, each visit) error {
	for i := range int(order.Uint16(page[10:])) {
		e, err := element(page, i)
		if err != nil {
			return err
		}
		size := order.Uint32(e[8:])
		both, err := part(page, i, order.Uint32(e[4:]), size, order.Uint32(e[12:]))
		if err != nil {
			return err
		}
		if err := keys.next(both[:size], false); err != nil {
			return err
		}
		if err := each(order.Uint32(e), both[:size:size], both[size:]); err != nil {
			return err
		}
	}
	return nil
}

var errElement = errors.New("an element lies outside of its page")

func element(page []byte, i int) ([]byte, error) {
	at := pageHead + elementSize*i
	if at+elementSize > len(page) {
		return nil, errElement
	}
	return page[at:], nil
}

// part returns what element i points at.
func part(page []byte, i int, pos, size, more uint32) ([]byte, error) {
	from := uint64(pageHead+elementSize*i) + uint64(pos)
	to := from + uint64(size) + uint64(more)
	if to > uint64(len(page)) {
		return nil, errElement
	}
	return page[from:to], nil
}

// read reads a page and those that it overflows to, none of which was read
// before.
func (p *pages) read(id uint64) ([]byte, error) {
	page, err := p.readAt(id, 1)
	if err != nil {
		return nil, err
	}
	if is := order.Uint64(page); is != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, is)
	}
	count := uint64(order.Uint32(page[12:])) + 1
	if count > p.high-id {
		return nil, fmt.Errorf("page %d is longer than the file", id)
	}
	for i := id; i < id+count; i++ {
		if p.seen[i/64]&(1<<(i%64)) != 0 {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
		p.seen[i/64] |= 1 << (i % 64)
	}
	if count == 1 {
		return page, nil
	}
	return p.readAt(id, count)
}

func (p *pages) readAt(id, count uint64) ([]byte, error) {
	if id < 2 || id >= p.high {
		return nil, fmt.Errorf("page %d does not exist", id)
	}
	page := make([]byte, count*outboxPageSize)
	_, err := p.r.ReadAt(page, int64(id)*outboxPageSize)
	if err == io.EOF {
		err = fmt.Errorf("page %d is cut", id)
	}
	return page, err
}
