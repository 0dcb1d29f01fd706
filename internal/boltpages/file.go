// Package boltpages reads files as bbolt lays them out, and checks all that it
// reads, where bbolt trusts it: a file is to be looked through here before
// bbolt maps it.
//
// Nothing is taken for granted about a file. Each page is read at most once,
// nothing beyond a page is looked at, no two elements share bytes, and the
// memory that is taken is bounded by the size of the file. So each bad file
// ends in an error: a *ForeignError if it is none of bbolt's, one of the
// reader if that fails, else one that says what is damaged.
package boltpages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// The layout of bbolt's files, version 2, in the byte order of the machine:
//
//	page      id uint64, flags uint16, count uint16, overflow uint32, then
//	          count elements, then what they point at, one after the other;
//	          overflow is how many more pages it takes
//	branch    pos uint32, key size uint32, page uint64
//	leaf      flags uint32, pos uint32, key size uint32, value size uint32
//	          (pos counts from the element's own place)
//	bucket    as a leaf's value: root page uint64, sequence uint64, and if the
//	          root is 0 the page itself, a leaf without buckets in it
//	freelist  count page ids; if count is 0xFFFF the first one is the count
//	meta      magic, version, page size, flags uint32, root page, sequence,
//	          freelist, high water mark, transaction and checksum uint64; pages
//	          0 and 1 in turns, and the one of the later transaction counts
const (
	magic         = 0xED0CDAED
	layoutVersion = 2

	headerSize  = 16
	elementSize = 16
	bucketSize  = 16
	metaSize    = 64

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10

	flagBucket = 0x01 // of a leaf's element

	noFreelist = ^uint64(0)

	firstPage = 2
	mostDepth = 64

	leastPageSize, mostPageSize = 512, 1 << 24
)

var order = binary.NativeEndian

// A ForeignError says why a file is none of bbolt's, as far as its begin tells.
type ForeignError struct{ Why string }

func (e *ForeignError) Error() string { return "not a file of bbolt: " + e.Why }

// A File is a file of bbolt as its last whole transaction left it. It is not
// for several goroutines at once.
type File struct {
	r    io.ReaderAt
	meta meta
	seen []uint64 // a bit for each page that was read
}

// A meta is what a meta page says.
type meta struct {
	pageSize                   uint32
	root, freelist, high, txid uint64 // all pages are below high
}

// Open finds the last transaction in a file of size bytes. Of the rest it
// checks no more than that the file is as long as it must be.
func Open(r io.ReaderAt, size int64) (*File, error) {
	m, err := newestMeta(r, size)
	if err != nil {
		return nil, err
	}
	if are := uint64(size) / uint64(m.pageSize); m.high > are {
		return nil, fmt.Errorf("it is cut: %d of %d pages are there", are, m.high)
	}
	return &File{r: r, meta: m, seen: make([]uint64, m.high/64+1)}, nil
}

// PageSize is how many bytes each page has.
func (f *File) PageSize() int { return int(f.meta.pageSize) }

// Size is how many bytes of the file are in use: those after mean nothing.
func (f *File) Size() int64 { return int64(f.meta.high) * int64(f.meta.pageSize) }

// HasFreelist tells whether the list of free pages is in the file.
func (f *File) HasFreelist() bool { return f.meta.freelist != noFreelist }

// newestMeta finds the meta page that bbolt will go by. The second one lies
// where the size of a page says, which only the first one tells if it is whole.
func newestMeta(r io.ReaderAt, size int64) (newest meta, err error) {
	newest, is, err := readMeta(r, 0)
	if err != nil {
		return newest, err
	}
	if is == metaWhole {
		second, is, err := readMeta(r, int64(newest.pageSize))
		if is == metaWhole && second.txid > newest.txid {
			newest = second
		}
		return newest, err
	}
	ours := is == metaBroken
	for at := int64(2 * leastPageSize); at <= mostPageSize && at < size; at *= 2 {
		m, is, err := readMeta(r, at)
		if err != nil || is == metaWhole {
			return m, err
		}
		ours = ours || is == metaBroken
	}
	switch {
	case ours:
		return newest, errors.New("neither of its two first pages is whole")
	case size == 0:
		return newest, &ForeignError{"it is empty"}
	}
	return newest, &ForeignError{"it begins as none, or its begin is damaged"}
}

// A metaState is how much there is of a meta page.
type metaState int

const (
	metaMissing metaState = iota
	metaBroken            // it begins as one
	metaWhole
)

// readMeta reads a meta page. It fails on one that is whole, so that bbolt will
// go by it, and says what it cannot.
func readMeta(r io.ReaderAt, at int64) (m meta, is metaState, err error) {
	var page [headerSize + metaSize]byte
	if _, err := r.ReadAt(page[:], at); errors.Is(err, io.EOF) {
		return m, metaMissing, nil
	} else if err != nil {
		return m, metaMissing, err
	}
	b := page[headerSize:]
	if order.Uint32(b) != magic {
		return m, metaMissing, nil
	}
	h := fnv.New64a()
	h.Write(b[:56])
	if order.Uint32(b[4:]) != layoutVersion || order.Uint64(b[56:]) != h.Sum64() {
		return m, metaBroken, nil
	}
	m = meta{order.Uint32(b[8:]), order.Uint64(b[16:]), order.Uint64(b[32:]), order.Uint64(b[40:]), order.Uint64(b[48:])}
	sane := m.pageSize >= leastPageSize && m.pageSize <= mostPageSize && m.pageSize&(m.pageSize-1) == 0
	if !sane || at != 0 && int64(m.pageSize) != at {
		return m, metaBroken, fmt.Errorf("the first page at %d says that pages have %d bytes", at, m.pageSize)
	}
	return m, metaWhole, nil
}
