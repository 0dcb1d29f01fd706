package bolt

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A total says what a file holds as a whole: how many items, and the sum of
// their checksums. It is in the file, written by each transaction, so that an
// item that was lost, or that is an older one, is noticed.
type total struct {
	count uint64
	sum   uint64
}

func (t *total) add(checksum uint32) {
	t.count++
	t.sum += uint64(checksum)
}

func (t *total) remove(checksum uint32) {
	t.count--
	t.sum -= uint64(checksum)
}

// format is the version of everything that this package writes: the buckets,
// the record of the total and the encoding of items.
const format = 1

// The record of the total: format, count, sum and a checksum of these, little
// endian.
const totalSize = 4 + 8 + 8 + 4

func (t total) encode() []byte {
	out := make([]byte, 0, totalSize)
	out = binary.LittleEndian.AppendUint32(out, format)
	out = binary.LittleEndian.AppendUint64(out, t.count)
	out = binary.LittleEndian.AppendUint64(out, t.sum)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// decodeTotal reads the record. It fails with ErrFormat on one of another
// format, whose length may be another too.
func decodeTotal(value []byte) (t total, found uint32, err error) {
	errRecord := errors.New("the record of the total is not whole")
	if len(value) < 8 {
		return t, 0, errRecord
	}
	body, sum := value[:len(value)-4], value[len(value)-4:]
	if binary.LittleEndian.Uint32(sum) != crc32.Checksum(body, castagnoli) {
		return t, 0, errRecord
	}
	if found = binary.LittleEndian.Uint32(body); found != format {
		return t, found, ErrFormat
	}
	if len(value) != totalSize {
		return t, found, errRecord
	}
	t.count = binary.LittleEndian.Uint64(body[4:])
	t.sum = binary.LittleEndian.Uint64(body[12:])
	return t, found, nil
}
