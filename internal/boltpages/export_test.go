package boltpages

import "hash/fnv"

// Where things are in a page.
const (
	HeaderSize  = headerSize
	ElementSize = elementSize
	BucketSize  = bucketSize
)

var Order = order

// Seal makes the checksum of a meta page right.
func Seal(page []byte) {
	h := fnv.New64a()
	h.Write(page[headerSize:][:56])
	order.PutUint64(page[headerSize+56:], h.Sum64())
}

// FreelistOf returns the page of the list of free pages.
func FreelistOf(f *File) uint64 { return f.meta.freelist }

// RootOf returns the page of the root.
func RootOf(f *File) uint64 { return f.meta.root }
